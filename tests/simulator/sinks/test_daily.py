"""The figures by day and office equal those counted one by one from the dossiers."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.event import Accepted, Refused, Resolved, ResultReturned, Stopped
from dossier.law.calendar import VIETNAM
from simulator.engine.ledger import Case
from simulator.sinks.daily import Daily
from tests.simulator.sinks.conftest import a_case

ENDS = Resolved | Refused | Stopped | ResultReturned
START, UNTIL = date(2026, 3, 2), date(2026, 3, 9)


def second(day: date) -> int:
    """The local midnight at which a day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=VIETNAM).timestamp())


INSTANTS = st.integers(second(START) - 3 * 86400, second(UNTIL) - 1)


@st.composite
def dossiers(draw: st.DrawFn) -> Case:
    at = draw(st.none() | INSTANTS)
    due = draw(st.none() | st.integers(0, 9 * 86400))
    end = draw(st.none() | st.integers(0, 9 * 86400))
    finished = None if at is None or end is None or at + end >= second(UNTIL) else at + end
    return a_case(
        office=draw(st.sampled_from(("An Hòa", "Bình Đa"))),
        accepted_at=at,
        first_due_at=None if at is None or due is None else at + due,
        finished_at=finished,
        late=None
        if at is None or due is None
        else draw(st.booleans() if finished else st.sampled_from((None, True))),
    )


@given(cases=st.lists(dossiers(), max_size=40), cut=st.integers(0, 40))
def test_the_figures_equal_a_direct_count(cases, cut):
    daily = Daily(START, UNTIL)
    daily.add(cases[:cut])
    daily.add(cases[cut:])
    known = [c for c in cases if c.accepted_at is not None]
    for n, day in enumerate(daily.days):
        begin, end = second(day), second(day + timedelta(days=1))
        assert daily.received[n] == sum(begin <= c.accepted_at < end for c in known)
        assert daily.finished[n] == sum(
            c.finished_at is not None and begin <= c.finished_at < end for c in known
        )
        assert daily.backlog[n] == sum(
            c.accepted_at < end and (c.finished_at is None or c.finished_at >= end) for c in known
        )
    for office in ("An Hòa", "Bình Đa"):
        own = [
            c
            for c in known
            if c.office == office
            and c.late is not None
            and (c.finished_at is None or c.finished_at >= second(START))
        ]
        late = [c for c in own if c.late]
        told = daily.offices.get(office)
        assert ((told.late, told.decided) if told else (0, 0)) == (len(late), len(own))


def test_a_run_s_days_are_the_local_ones():
    daily = Daily(START, UNTIL)
    daily.add([a_case(accepted_at=second(START), finished_at=second(date(2026, 3, 3)) - 1)])
    daily.add([a_case(accepted_at=second(START) - 1, finished_at=None)])
    assert (daily.received[0], daily.finished[0], daily.carried) == (1, 1, 1)
    assert daily.backlog == [1] * 7


def test_who_is_never_accepted_is_not_counted():
    daily = Daily(START, UNTIL)
    daily.add([a_case(accepted_at=None, finished_at=None, outcome="not_accepted")])
    assert (sum(daily.received), daily.backlog, daily.offices) == (0, [0] * 7, {})


def test_the_worst_come_first_and_small_ones_may_be_left_out():
    daily = Daily(START, UNTIL)
    for office, late, decided in (("a", 1, 4), ("b", 1, 1), ("c", 2, 8), ("d", 0, 5)):
        for n in range(decided):
            at = second(START) + n
            daily.add([a_case(office=office, accepted_at=at, finished_at=at + 86400, late=n < late)])
    assert [name for name, _ in daily.worst(10)] == ["b", "c", "a", "d"]
    assert [name for name, _ in daily.worst(2, least=2)] == ["c", "a"]
    assert daily.offices["c"].share == 0.25


def test_days_that_run_backwards_are_refused():
    with pytest.raises(ValueError, match=r"until must be after start \(2026-03-02\), is 2026-03-02"):
        Daily(START, START)


def test_the_dossiers_of_a_run_say_what_its_facts_say(told):
    facts, cases = told
    daily = Daily(date(2026, 3, 2), date(2026, 3, 5))
    daily.add(cases)
    for n, day in enumerate(daily.days):
        assert daily.received[n] == sum(
            isinstance(fact, Accepted) and fact.at.date() == day for fact in facts
        )
    opened = {fact.dossier_id for fact in facts if isinstance(fact, Accepted)}
    ended = {
        fact.dossier_id for fact in facts if isinstance(fact, Resolved | Refused | Stopped | ResultReturned)
    }
    assert daily.carried + sum(daily.received) == len(opened)
    assert daily.backlog[-1] == len(opened - ended)
