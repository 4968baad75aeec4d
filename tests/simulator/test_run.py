"""What holds of every run: the same luck gives the same bytes, and no dossier breaks the laws of time."""

import itertools
import time
from collections import Counter
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dossier.event import (
    Accepted,
    ApologyIssued,
    HandedOver,
    NotAccepted,
    PaymentRequested,
    Refused,
    Resolved,
    ResultReturned,
    StepFinished,
    Stopped,
    Submitted,
    SupplementProvided,
    SupplementRequested,
    WithdrawalRequested,
    encode,
    order,
)
from dossier.law.calendar import vietnam
from dossier.law.deadline import due, parse_limit
from dossier.life.lifecycle import fold
from dossier.life.state import Dossier
from simulator.office import Office
from simulator.run import ModelError, midnight, run

ENDS = (Resolved, Refused, Stopped, WithdrawalRequested)


def bytes_of(events) -> bytes:
    return b"\n".join(encode(event) for event in events)


def test_same_scenario_and_seed_give_the_same_bytes(quickstart, facts):
    assert bytes_of(run(quickstart, seed=1)) == bytes_of(facts)


def test_another_seed_gives_other_facts(quickstart, facts):
    assert bytes_of(run(quickstart, seed=2)) != bytes_of(facts)


def test_facts_come_in_their_order_and_the_offset_of_vietnam(facts):
    assert facts == sorted(facts, key=order)
    assert {fact.at.utcoffset() for fact in facts} == {timedelta(hours=7)}
    assert all(fact.at.microsecond == 0 for fact in facts)


def test_seq_counts_from_one_and_time_never_runs_back(dossiers):
    for life in dossiers.values():
        assert [fact.seq for fact in life] == list(range(1, len(life) + 1))
        assert all(a.at <= b.at for a, b in itertools.pairwise(life))


def test_no_dossier_is_lost(dossiers):
    for life in dossiers.values():
        kinds = Counter(type(fact) for fact in life)
        assert kinds[Accepted] + kinds[NotAccepted] <= 1
        ended = sum(kinds[kind] for kind in (Resolved, Refused, Stopped))
        assert ended <= kinds[Accepted]
        assert kinds[ResultReturned] <= kinds[Resolved]
        assert kinds[Accepted] or set(kinds) <= {Submitted, NotAccepted}


def test_what_was_filed_long_ago_has_ended(quickstart, dossiers):
    """Nothing is stuck: ten weeks are more than any limit here, with a supplement in between."""
    later = list(run(quickstart, seed=1, until=quickstart.until + timedelta(weeks=10)))
    ended = {fact.dossier_id for fact in later if isinstance(fact, (*ENDS, NotAccepted))}
    assert set(dossiers) <= ended


def test_a_longer_run_begins_like_the_shorter_one(quickstart, facts):
    later = run(quickstart, seed=1, until=quickstart.until + timedelta(days=3))
    assert list(itertools.islice(later, len(facts))) == facts


def test_every_life_is_legal(dossiers):
    """The life-cycle fold, written apart from the simulator, finds nothing odd but what officials do late."""
    anomalies: Counter[str] = Counter()
    for name, life in dossiers.items():
        state = Dossier(scenario="quickstart", dossier_id=name, office=life[0].office)
        for fact in life:
            fold(state, fact, vietnam())
        anomalies.update(state.anomalies)
    assert not anomalies.keys() - {"supplement_repeated", "letter_late"}


def test_the_due_date_is_that_of_the_law(facts):
    calendar = vietnam()
    for fact in facts:
        if isinstance(fact, Accepted):
            lawful = due(fact.at.timestamp(), parse_limit(fact.limit), calendar)
            assert fact.due_at.timestamp() == lawful.at
            assert fact.rules == "C-2025"


def test_a_wait_moves_the_due_date_by_the_working_time_waited(dossiers):
    calendar, seen = vietnam(), 0
    for life in dossiers.values():
        due_at = since = None
        for fact in life:
            if isinstance(fact, SupplementRequested | PaymentRequested):
                since = fact.at.timestamp()
            if isinstance(fact, SupplementProvided):
                waited = calendar.between(since, fact.at.timestamp())
                expected = calendar.add(due_at, waited) if waited else due_at
                assert fact.due_at.timestamp() == expected
                seen += 1
            if getattr(fact, "due_at", None):
                due_at = fact.due_at.timestamp()
    assert seen > 10


def test_officials_act_only_while_the_office_is_open(facts):
    """The citizen files, pays and answers at any hour; what an official does ends within opening hours."""
    calendar = vietnam()
    official = (Accepted, NotAccepted, StepFinished, HandedOver, Refused, Resolved, ApologyIssued)
    for fact in facts:
        if isinstance(fact, official):
            at = fact.at.timestamp()
            assert calendar.is_open(at) or calendar.worked(at) - calendar.worked(at - 1) > 0, fact
        if isinstance(fact, StepFinished):
            assert calendar.is_open(fact.started_at.timestamp())
            assert fact.started_at <= fact.at


def test_work_that_spans_closing_ends_on_a_later_day(facts):
    steps = [fact for fact in facts if isinstance(fact, StepFinished)]
    assert any(fact.started_at.date() < fact.at.date() for fact in steps)


def test_a_step_begins_after_the_one_before(dossiers):
    for life in dossiers.values():
        finished = None
        for fact in life:
            if isinstance(fact, Accepted):
                finished = fact.at
            if isinstance(fact, StepFinished):
                assert fact.started_at >= finished
                finished = fact.at


def test_a_letter_is_written_once_while_open_with_a_later_date(dossiers):
    letters = 0
    for life in dossiers.values():
        ends = [fact.at for fact in life if isinstance(fact, ENDS)]
        written = [fact for fact in life if isinstance(fact, ApologyIssued)]
        letters += len(written)
        assert len(written) <= 1
        for letter in written:
            assert letter.due_at > letter.at
            assert all(letter.at <= end for end in ends)
    assert letters


def test_ids_are_office_day_and_number(dossiers):
    for name, life in dossiers.items():
        office, day, number = name.split("-")
        assert office == life[0].office
        assert day <= f"{life[0].at:%y%m%d}"
        assert int(number) >= 1
        if isinstance(life[0], Submitted):
            assert day == f"{life[0].at:%y%m%d}"


def test_what_was_open_at_the_start_is_carried_over_whole(quickstart, dossiers):
    start = midnight(quickstart.start)
    carried = [life for life in dossiers.values() if life[0].at.timestamp() < start]
    assert carried
    for life in carried:
        assert all(fact.at.timestamp() >= start for fact in life if isinstance(fact, (*ENDS, NotAccepted)))


def test_a_part_of_the_time_can_be_run(quickstart):
    part = list(run(quickstart, 1, date(2026, 3, 9), date(2026, 3, 16)))
    assert max(fact.at for fact in part).date() == date(2026, 3, 15)
    accepted = sum(isinstance(fact, Accepted) and fact.at.date() >= date(2026, 3, 9) for fact in part)
    assert 120 < accepted < 320  # a quarter of a month's 917


def test_the_progress_is_told_day_by_day(quickstart):
    told = []
    for _ in run(quickstart, 1, until=date(2026, 3, 4), progress=told.append):
        pass
    assert [day.date() for day in told] == [date(2026, 2, 1) + timedelta(days=i) for i in range(31)]


@pytest.mark.parametrize(
    ("seed", "start", "until", "words"),
    [(-1, None, None, "seed must be 0 or more"), (1, date(2026, 4, 1), None, "until must be after start")],
)
def test_a_run_that_cannot_be_is_refused_before_it_begins(quickstart, seed, start, until, words):
    with pytest.raises(ValueError, match=words):
        run(quickstart, seed, start, until)


def test_a_failure_of_the_model_names_scenario_dossier_and_step(quickstart, monkeypatch):
    def fail(self, dossier):
        raise ZeroDivisionError("no leader")

    monkeypatch.setattr(Office, "_resolve", fail)
    with pytest.raises(
        ModelError, match=r"scenario quickstart, dossier H44\.100-\S+, step return: .*no leader"
    ):
        list(run(quickstart, seed=1))


def test_another_office_disturbs_nobody(quickstart, facts):
    """Streams of draws belong to offices by name: a newcomer leaves the others' luck as it was."""
    own = quickstart.offices["H44.100"]
    newcomer = replace(own, volume=300.0, share=0.1)
    both = replace(quickstart, offices={"H44.001": newcomer, "H44.100": own})
    assert [fact for fact in run(both, seed=1) if fact.office == "H44.100"] == facts


def test_more_officials_keep_every_dossier_its_luck(quickstart, facts):
    own = quickstart.offices["H44.100"]
    richer = replace(quickstart, offices={"H44.100": replace(own, staff={**own.staff, "justice": 9.0})})
    filed = {fact.dossier_id for fact in run(richer, seed=1) if isinstance(fact, Submitted)}
    same = {fact.dossier_id for fact in facts if isinstance(fact, Submitted)}
    start = f"{quickstart.start:%y%m%d}"
    assert {name for name in filed if name.split("-")[1] >= start} == {
        name for name in same if name.split("-")[1] >= start
    }


def test_quickstart_is_quick(quickstart):
    began = time.process_time()
    assert sum(1 for _ in run(quickstart, seed=3)) > 5000
    assert time.process_time() - began < 2.0


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 2**63),
    volume=st.floats(0, 400),
    share=st.floats(0.01, 1),
    staff=st.floats(0.1, 3),
    letters=st.floats(0, 1),
)
def test_laws_hold_for_any_office(quickstart, seed, volume, share, staff, letters):
    own = quickstart.offices["H44.100"]
    officials = dict.fromkeys(own.staff, staff)
    office = replace(own, volume=volume, share=share, staff=officials, letters=letters)
    world = replace(quickstart, offices={"H44.100": office}, warmup_days=5)
    seen: dict[str, SimpleNamespace] = {}
    for fact in run(world, seed, until=date(2026, 3, 12)):
        last = seen.setdefault(fact.dossier_id, SimpleNamespace(seq=0, at=fact.at, ended=False))
        assert fact.seq == last.seq + 1
        assert fact.at >= last.at
        assert not (last.ended and isinstance(fact, (StepFinished, ApologyIssued, HandedOver)))
        last.seq, last.at, last.ended = fact.seq, fact.at, last.ended or isinstance(fact, ENDS)
