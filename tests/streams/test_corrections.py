"""A source mends its facts: figures follow from then on, what was known before stays, and a trace is left.

Four dossiers of the first week of March 2026, and what they count for, reckoned by hand.
"""

import json
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from dossier.event import Accepted, Corrected, Fact, Resolved, ResultReturned, Tick, encode
from dossier.law.calendar import vietnam
from dossier.life.alerts import decode as read_alert
from dossier.life.state import Date, Dossier, Mend
from motcua.cli import cli
from motcua.measure import figures_of, fold_files
from streams.local import LocalDriver, LocalLog, LocalTopic

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)


def life(name: str, due: datetime, *facts: tuple[type, datetime, dict[str, Any]]) -> list[Fact]:
    """Accepted at the counter on Monday the 2nd, at 08:00; then as told."""
    who = {"scenario": "live", "office": "An Hòa", "dossier_id": name}
    desk = {"procedure": "p", "channel": "in_person", "online": False, "due_at": due}
    told = [(Accepted, at(2, 8), desk), *facts]
    return [kind(**who, seq=seq, at=when, **more) for seq, (kind, when, more) in enumerate(told, 1)]


def done(day: int) -> list[tuple[type, datetime, dict[str, Any]]]:
    return [(Resolved, at(day, 10), {"result_number": "1"}), (ResultReturned, at(day, 10, 30), {})]


HISTORY = sorted(
    [
        # Its date was typed wrong (Wednesday for Friday); seen when it had passed.
        *life(
            "date", at(4, 17), (Corrected, at(5, 9), {"due_at": at(6, 17), "reason": "typed wrong"}), *done(6)
        ),
        # It had been filed online.
        *life("channel", at(5, 17), (Corrected, at(3, 9), {"channel": "online", "online": True}), *done(4)),
        # It should never have been there.
        *life("double", at(3, 17), (Corrected, at(6, 9), {"retracted": True})),
        # Done on Wednesday, and in time by a date that should have been Tuesday.
        *life("early", at(5, 17), *done(4), (Corrected, at(6, 9), {"due_at": at(3, 17)})),
    ],
    key=lambda fact: fact.at,
)
NAMES = (
    "received", "online", "finished", "on_time", "on_time_strict", "late", "open", "open_overdue", "breached",
    "letters_due",
)  # fmt: skip
KNOWN = {
    at(3): (4, 0, 0, 0, 0, 0, 4, 0, 0, 0),
    # "channel" is online; "double" is overdue.
    at(4): (4, 1, 0, 0, 0, 0, 4, 1, 1, 1),
    # "channel" and "early" are done in time; "date" is overdue as well.
    at(5): (4, 1, 2, 2, 2, 0, 2, 2, 2, 2),
    # "date" is not overdue any more: its right date is Friday.
    at(6): (4, 1, 2, 2, 2, 0, 2, 1, 1, 1),
    # "double" is gone, "early" was late; "date" is in time, but not strictly: its old date had passed.
    at(7): (3, 1, 3, 2, 1, 1, 0, 0, 1, 1),
}
"""What is known at midnight of each day, by NAMES."""


def counted(figures: dict[str, Any]) -> Sequence[int]:
    return tuple(figures["total"][name] for name in NAMES)


@pytest.fixture
def folded(tmp_path: Path):
    """The history folded day by day, and the figures of each midnight as they were then."""
    with closing(LocalLog(tmp_path / "store.sqlite")) as log:
        topic, driver = LocalTopic(log), LocalDriver(log, vietnam())
        live, rest = {}, list(HISTORY)
        for midnight in KNOWN:
            while rest and rest[0].at < midnight:
                fact = rest.pop(0)
                topic.put(fact, encode(fact))
            tick = Tick(scenario="live", at=midnight)
            topic.put(tick, encode(tick))
            topic.flush()
            while driver.poll(3):
                pass
            live[midnight] = driver.view.indicators("live", midnight.timestamp(), "channel")
        assert not rest
        yield driver, live


@pytest.mark.parametrize("midnight", KNOWN, ids=lambda midnight: f"{midnight:%a}")
def test_each_day_counts_what_was_known_then_asked_that_day_or_later(folded, midnight, tmp_path):
    driver, live = folded
    file = tmp_path / "history.jsonl"
    file.write_bytes(b"".join(encode(fact) + b"\n" for fact in HISTORY))
    measured = figures_of(fold_files([file], {}), None, (None, midnight), "channel")
    assert counted(measured) == KNOWN[midnight]
    assert live[midnight] == measured
    assert driver.view.indicators("live", midnight.timestamp(), "channel") == measured
    channels = {name: group["received"] for name, group in measured["by"]["channel"].items()}
    online = KNOWN[midnight][1]
    assert channels == {"in_person": KNOWN[midnight][0] - online} | ({"online": online} if online else {})


def test_the_states_keep_what_was_wrong_and_since_when_it_is_right(folded):
    driver, _ = folded
    states = {each.dossier_id: each for each in driver.view.dossiers("live")}
    right = at(6, 17).timestamp()
    assert states["date"].promises == [
        Date(at(2, 8).timestamp(), at(4, 17).timestamp()),
        Date(at(5, 9).timestamp(), right, mends=True),
    ]
    assert states["channel"].mends == [Mend(at(3, 9).timestamp(), "online", True)]
    assert states["double"].retracted_at == at(6, 9).timestamp()
    assert odd(states) == {
        "date": {"corrected": 1, "appointment_overwritten": 1},
        "channel": {"corrected": 1},
        "double": {"corrected": 1},
        "early": {"corrected": 1},
    }
    assert driver.view.health().anomalies["live"] == {"corrected": 4, "appointment_overwritten": 1}


def odd(states: dict[str, Dossier]) -> dict[str, dict[str, int]]:
    return {name: state.anomalies for name, state in states.items()}


def test_an_alert_that_was_right_when_it_was_told_stays_and_none_is_told_of_what_is_gone(folded):
    driver, _ = folded
    told = {(alert.dossier_id, alert.kind) for alert in (read_alert(raw) for _, raw in driver.log.alerts())}
    late = {"due_in_8h", "due_in_4h", "overdue", "letter_owed"}
    assert {kind for name, kind in told if name == "double"} == late
    assert {kind for name, kind in told if name == "date"} == late
    assert {kind for name, kind in told if name in {"channel", "early"}} <= {"due_in_8h", "due_in_4h"}
    overdue = [alert for _, raw in driver.log.alerts() if (alert := read_alert(raw)).kind == "overdue"]
    assert {(alert.dossier_id, alert.due_at) for alert in overdue} == {
        ("double", at(3, 17)),
        ("date", at(4, 17)),
    }


def test_the_audit_tells_of_the_corrections(tmp_path):
    file = tmp_path / "history.jsonl"
    file.write_bytes(b"".join(encode(fact) + b"\n" for fact in HISTORY))
    said = CliRunner().invoke(cli, ["audit", str(file), "--format", "json"])
    assert said.exit_code == 0, said.output
    found = [sign for sign in json.loads(said.stdout)["findings"] if sign["found"]]
    assert {sign["detector"]: sign["found"] for sign in found} == {
        "corrected": 4,
        "appointment_overwritten": 1,
        "retracted_overdue": 1,
        "letter_missing": 1,
    }
    examples = {sign["detector"]: {one["dossier_id"] for one in sign["examples"]} for sign in found}
    assert examples["appointment_overwritten"] == {"date"}
    assert examples["retracted_overdue"] == {"double"}
    assert examples["letter_missing"] == {"early"}
