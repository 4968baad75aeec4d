"""A place's own decisions, in its calendar file, reach every figure and not only `motcua due`."""

import json

import pytest
import yaml

from motcua.calendars import load
from motcua.files import BadInput
from motcua.measure import figures_of, fold_files

HOURS = {day: ["07:30-11:30", "13:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
PLACE = {"name": "own", "zone": "Asia/Ho_Chi_Minh", "hours": HOURS, "holidays": {"country": "VN"}}
WHO = {"scenario": "live", "dossier_id": "1", "office": "a"}
FILED = {"procedure": "p", "channel": "web", "online": True}
FACTS = [
    {"type": "submitted", **WHO, "seq": 1, "at": "2026-03-02T08:00:00+07:00", **FILED},
    {"type": "accepted", **WHO, "seq": 2, "at": "2026-03-03T15:00:00+07:00", **FILED}
    | {"due_at": "2026-03-06T15:00:00+07:00"},
    # On the due day itself: too late with a lead of a working day, in time without.
    {"type": "apology_issued", **WHO, "seq": 3, "at": "2026-03-06T09:00:00+07:00"},
    {"type": "resolved", **WHO, "seq": 4, "at": "2026-03-10T09:00:00+07:00"},
]


@pytest.fixture
def figures(tmp_path):
    """`figures(rules)`: the figures of one late dossier under a place's own rules."""
    file = tmp_path / "facts.jsonl"
    file.write_text("\n".join(map(json.dumps, FACTS)))

    def run(**rules: object) -> dict:
        own = {"sets": [{"since": "2016-10-10", "law": "a decision", "rules": rules}]} if rules else None
        path = tmp_path / "place.yaml"
        path.write_text(yaml.safe_dump(PLACE | ({"rules": own} if own else {})))
        return figures_of(fold_files([file], {}, book=load(path)), None, (None, None))["total"]

    return run


def test_the_country_asks_for_a_lead_and_eight_hours(figures):
    total = figures()
    assert (total["letters_sent"], total["letters_in_time"], total["acknowledged_late"]) == (1, 0, 1)


def test_a_place_may_let_letters_leave_on_the_due_date(figures):
    assert figures(letter_lead_days=0)["letters_in_time"] == 1


def test_a_place_may_give_more_hours_to_acknowledge(figures):
    assert figures(acknowledge_hours=16)["acknowledged_late"] == 0


def test_a_rule_that_nobody_knows_is_named_with_its_path(figures):
    with pytest.raises(BadInput, match=r"rules\.sets\[0\]\.rules\.letter_lead: 'letter_lead' is no rule"):
        figures(letter_lead=0)
