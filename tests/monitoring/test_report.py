"""Form II.06a against plain loops over the raw facts; its checks and the sums of months, on any history."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.figures.period import days
from dossier.life.lifecycle import fold
from dossier.life.state import Dossier
from monitoring.reports import FORMS, Question, answer, holds
from monitoring.reports.settling import COLUMNS
from tests import strategies as our
from tests.dossier.hours import BOOK
from tests.dossier.oracle import ZONE, by_dossier
from tests.monitoring import report_oracle as oracle

FIRST = our.BASE.date()
COUNTED = (*COLUMNS, "carried_resumed", "on_time_waiting")
BY = ("office", "unit", "field", "procedure", "level", "channel", "agency")


def folded(facts):
    out = []
    for (scenario, name), row in by_dossier(facts).items():
        dossier = Dossier(scenario=scenario, dossier_id=name, office=row[0].office)
        for fact in row:
            fold(dossier, fact, BOOK.of(fact.office))
        out.append(dossier)
    return out


def asked(facts, first, after, **options):
    """The question of a period of days, long after all has happened."""
    period = days(first, after, ZONE)
    return Question(
        dossiers=folded(facts), book=BOOK, period=period, scenario=our.SCENARIO, now=4e9, **options
    )


@st.composite
def periods(draw):
    """Two days, the second later, around the days of the histories."""
    first = draw(st.integers(-2, 30))
    return FIRST + timedelta(first), FIRST + timedelta(draw(st.integers(first + 1, 32)))


def midnight(day: date):
    return our.datetime(day.year, day.month, day.day, tzinfo=ZONE)


def compare(facts, period, due, by, waiting):
    found = answer(asked(facts, *period, due=due, by=by, waiting=waiting), "II.06a")
    rows, total = oracle.form(facts, *map(midnight, period), due, by, waiting)
    assert {name: n for name, n in found["total"].items() if n and name in COUNTED} == +total
    assert {row["unit"]: {name: row[name] for name in COUNTED if row[name]} for row in found["rows"]} == {
        name: dict(+own) for name, own in rows.items()
    }
    assert holds(found), found["checks"]


put = given(
    st.data(),
    periods(),
    st.sampled_from(("first", "current")),
    st.sampled_from(BY),
    st.sampled_from(("resolved", "pending")),
)


@settings(max_examples=120)
@put
def test_legal_histories_fill_the_form_as_its_headings_say(data, period, due, by, waiting):
    compare(data.draw(our.histories(legal=True)), period, due, by, waiting)


@settings(max_examples=120)
@put
def test_histories_of_every_kind_fill_the_form_as_its_headings_say(data, period, due, by, waiting):
    compare(data.draw(our.histories()), period, due, by, waiting)


def data_of(found):
    """The answer without what is said of the question."""
    return {key: value for key, value in found.items() if key != "notes"}


@settings(max_examples=60)
@given(our.histories(), periods(), st.sampled_from(("first", "current")), st.sampled_from(FORMS))
def test_the_report_of_one_office_is_that_of_its_facts_alone(facts, period, due, form):
    for office in {fact.office for fact in facts}:
        try:
            found = answer(asked(facts, *period, due=due, office=office), form)
        except ValueError:
            assert form == "digest", "only a page needs something to say"
            continue
        alone = answer(asked([fact for fact in facts if fact.office == office], *period, due=due), form)
        assert data_of(found) == data_of(alone)
        assert holds(found)
        if form != "digest":
            assert ["office", {"name": office}] in found["notes"]


@pytest.mark.parametrize("form", FORMS)
def test_an_office_that_nobody_knows_has_no_report(form):
    question = asked(life(("accepted", 1, {})), FIRST, FIRST + timedelta(3), office="nowhere")
    with pytest.raises(ValueError, match=r"no dossier is of the office nowhere \(offices are o\)"):
        answer(question, form)


def test_with_rows_of_units_the_one_asked_for_is_a_unit():
    facts = life(
        ("accepted", 1, {}), ("step_finished", 20, {"step": "s", "agency": "a", "successor": "heir"})
    )
    whole = (FIRST, FIRST + timedelta(3))
    assert answer(asked(facts, *whole, by="unit", office="heir"), "II.06a")["total"]["received_total"] == 1
    assert answer(asked(facts, *whole, by="office", office="o"), "II.06a")["total"]["received_total"] == 1
    with pytest.raises(ValueError, match="no dossier is of the office o"):
        answer(asked(facts, *whole, by="unit", office="o"), "II.06a")


WAITING = ("supplement_requested", "supplement_provided", "supplement_provided", "apology_issued", "stopped")


@settings(max_examples=250)
@given(
    our.histories(kinds=WAITING),
    st.tuples(st.integers(0, 12), st.integers(1, 6)),
    st.sampled_from(("first", "current")),
)
def test_histories_full_of_waiting_fill_the_form_as_its_headings_say(facts, span, due):
    first = FIRST + timedelta(span[0])
    compare(facts, (first, first + timedelta(span[1])), due, "office", "resolved")


@settings(max_examples=50)
@given(our.histories(backwards=True), periods(), st.sampled_from(("first", "current")), st.sampled_from(BY))
def test_the_checks_hold_whatever_happened(facts, period, due, by):
    for form in ("II.06a", "consolidated", "II.07a", "apologies", "steps"):
        found = answer(asked(facts, *period, due=due, by=by), form)
        assert holds(found), (form, found["checks"])


@settings(max_examples=80)
@given(
    our.histories(kinds=our.WITHOUT_CORRECTIONS),
    st.lists(st.integers(-2, 40), min_size=3, max_size=6, unique=True).map(sorted),
    st.sampled_from(("first", "current")),
    st.sampled_from(("resolved", "pending")),
)
def test_parts_of_a_period_add_up_to_the_whole(facts, cuts, due, waiting):
    if due == "current":  # a letter's new date can turn what was late into what is in time
        facts = [fact for fact in facts if type(fact).__name__ != "ApologyIssued"]
    ends = [FIRST + timedelta(cut) for cut in cuts]
    options = {"due": due, "waiting": waiting}
    parts = [answer(asked(facts, a, b, **options), "II.06a")["total"] for a, b in pairwise(ends)]
    whole = answer(asked(facts, ends[0], ends[-1], **options), "II.06a")["total"]
    adds_up(parts, whole)


def adds_up(parts, whole):
    """The identity of the months and the year, column by column."""
    sums = Counter()
    for part in parts:
        sums.update(part)
    for name in ("received_online", "received_direct_post", "resolved_early", "resolved_late"):
        assert sums[name] == whole[name], name
    net = "carried_resumed"
    assert sums["resolved_total"] - sums[net] == whole["resolved_total"] - whole[net]
    assert sums["resolved_on_time"] - sums[net] == whole["resolved_on_time"] - whole[net]
    for name in ("pending_total", "pending_in_time", "pending_overdue"):
        assert parts[-1][name] == whole[name], name
    for before, after in pairwise(parts):
        assert after["carried_over"] - after[net] == before["pending_total"]


BEGIN = (midnight(FIRST) - our.BASE) / timedelta(hours=1)
ACCEPTED = {"procedure": "p", "channel": "c", "online": True, "due_at": our.at(BEGIN + 10 * 24)}
SHORT = {"due_at": our.at(BEGIN + 24)}


def life(*facts):
    """One dossier's facts from (type, hours after the first local midnight, fields)."""
    return [
        our.TYPES[kind](
            scenario="live", dossier_id="d", office="o", seq=seq, at=our.at(BEGIN + hour),
            **({**ACCEPTED, **fields} if kind == "accepted" else fields),
        )
        for seq, (kind, hour, fields) in enumerate(facts, 1)
    ]  # fmt: skip


def by_two_days(facts, **options):
    """Columns 6, 7, 10, 11 and 13 of four periods of two days."""
    rows = [
        answer(asked(facts, FIRST + timedelta(a), FIRST + timedelta(a + 2), **options), "II.06a")["total"]
        for a in (0, 2, 4, 6)
    ]
    names = ("carried_over", "resolved_total", "resolved_late", "pending_total", "pending_overdue")
    return [[row[name] for name in names] for row in rows]


@pytest.mark.parametrize(
    ("facts", "options", "rows"),
    [
        # What happens at midnight belongs to the day that begins.
        (life(("accepted", 48, {}), ("resolved", 96, {})), {},
         [[0, 0, 0, 0, 0], [0, 0, 0, 1, 0], [1, 1, 0, 0, 0], [0, 0, 0, 0, 0]]),
        # It waits at the end, and is stopped while it waits.
        (life(("accepted", 1, {}), ("supplement_requested", 40, {}), ("stopped", 60, {})), {},
         [[0, 1, 0, 0, 0], [1, 1, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]),
        # It waits over one end, then over another.
        (life(("accepted", 1, {}), ("supplement_requested", 40, {}), ("supplement_provided", 60, {}),
              ("supplement_requested", 90, {}), ("supplement_provided", 150, {})), {},
         [[0, 1, 0, 0, 0], [1, 1, 0, 0, 0], [0, 0, 0, 0, 0], [1, 0, 0, 1, 0]]),
        # The same with the waiting ones in process.
        (life(("accepted", 1, {}), ("supplement_requested", 40, {}), ("supplement_provided", 60, {})),
         {"waiting": "pending"},
         [[0, 0, 0, 1, 0], [1, 0, 0, 1, 0], [1, 0, 0, 1, 0], [1, 0, 0, 1, 0]]),
        # Overdue before it came to wait: overdue it stays.
        (life(("accepted", 1, {}), ("corrected", 2, SHORT),
              ("supplement_requested", 40, {})), {},
         [[0, 0, 0, 1, 1], [1, 0, 0, 1, 1], [1, 0, 0, 1, 1], [1, 0, 0, 1, 1]]),
        # Late by the first date, in time by the letter's.
        (life(("accepted", 1, {}), ("corrected", 2, SHORT),
              ("apology_issued", 20, {"due_at": our.at(24 * 9)}), ("resolved", 60, {})), {"due": "first"},
         [[0, 0, 0, 1, 1], [1, 1, 1, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]),
        (life(("accepted", 1, {}), ("corrected", 2, SHORT),
              ("apology_issued", 20, {"due_at": our.at(24 * 9)}), ("resolved", 60, {})), {"due": "current"},
         [[0, 0, 0, 1, 0], [1, 1, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]),
    ],
)  # fmt: skip
def test_where_a_dossier_stands_in_every_period_of_its_life(facts, options, rows):
    assert by_two_days(facts, **options) == rows


def test_what_waits_over_the_end_of_a_month_is_resolved_then_and_carried_over_when_it_goes_on():
    facts = life(
        ("accepted", 1, {}), ("supplement_requested", 24, {}), ("supplement_provided", 5 * 24, {}),
        ("resolved", 7 * 24, {}),
    )  # fmt: skip
    spans = [(0, 2), (2, 4), (4, 6), (6, 8)]
    rows = [
        answer(asked(facts, FIRST + timedelta(a), FIRST + timedelta(b)), "II.06a")["total"] for a, b in spans
    ]
    seen = [
        {k: row[k] for k in ("received_total", "carried_over", "resolved_total", "pending_total")}
        for row in rows
    ]
    assert [list(each.values()) for each in seen] == [
        [1, 0, 1, 0],  # received, and waiting at the end: counted as resolved
        [0, 0, 0, 0],  # nothing has happened
        [1, 1, 0, 1],  # taken up again
        [1, 1, 1, 0],  # done
    ]
    assert [row["carried_resumed"] for row in rows] == [0, 0, 1, 0]
    adds_up(rows, answer(asked(facts, FIRST, FIRST + timedelta(8)), "II.06a")["total"])


def test_the_data_may_end_before_the_period_and_not_before_it_begins():
    facts = [our.TYPES["accepted"](
        scenario="live", dossier_id="d", office="o", seq=1, at=our.at(1), procedure="p", channel="c",
        online=False, due_at=our.at(48),
    )]  # fmt: skip
    question = asked(facts, FIRST, FIRST + timedelta(30))
    early = replace(question, now=our.at(24).timestamp())
    found = answer(early, "II.06a")
    assert found["total"]["pending_in_time"] == 1, "on the second day it is not overdue yet"
    assert found["notes"][0][0] == "data_end"
    assert answer(question, "II.06a")["total"]["pending_overdue"] == 1
    end = our.at(-48)
    said = end.astimezone(ZONE).isoformat()
    with pytest.raises(ValueError, match="before") as refused:
        answer(replace(question, now=end.timestamp() + 1e-6), "II.06a")
    assert str(refused.value).startswith(f"the data end at {said}, before"), "no stray microsecond"
