"""A run as a whole: the shipped scenarios, the same luck the same bytes, its errors and what it reports."""

import itertools
import time
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from dossier.event import (
    Accepted,
    ApologyIssued,
    Corrected,
    HandedOver,
    NotAccepted,
    PaymentRequested,
    Refused,
    Resolved,
    StepFinished,
    Stopped,
    Submitted,
    SupplementProvided,
    SupplementRequested,
    WithdrawalRequested,
    decode,
    encode,
    order,
)
from dossier.law.calendar import VIETNAM, vietnam
from dossier.law.deadline import due, parse_limit
from simulator.engine.ledger import Case
from simulator.run import Simulation, midnight, run
from simulator.scenario.files import load, names
from simulator.scenario.levers import parse
from simulator.scenario.model import (
    Scenario,
)
from tests.dossier import oracle
from tests.simulator.engine.laws import (
    LATE_ONLY,
    assert_causal,
    assert_conserved,
    assert_figures_agree,
    assert_rows_agree,
)
from tests.simulator.engine.plays import play

ENDS = (Resolved, Refused, Stopped, WithdrawalRequested)
OFFICES = 3
"""So many offices of a shipped scenario are run."""


def some(name: str) -> tuple[Scenario, dict[str, Any]]:
    """A shipped scenario, and what makes its run short: a few offices, and its first days or dossiers."""
    scenario = load(name)
    only = list(scenario.offices)[:OFFICES]
    if name == "mm10":  # a hundred thousand dossiers a week
        return scenario, {"only": only, "dossiers": 1500}
    return scenario, {"only": only, "until": min(scenario.until, scenario.start + timedelta(days=14))}


# -- every shipped scenario


@pytest.mark.parametrize("name", names())
def test_a_shipped_scenario_is_told_alike_in_all_ways(name):
    scenario, options = some(name)
    played = play(scenario, **options)
    assert len(played.facts) > 500
    lines = b"".join(Simulation(scenario, 1, **options).lines())
    told = list(Simulation(scenario, 1, **options).facts())
    assert lines == b"".join(encode(fact) + b"\n" for fact in told)
    assert [fact for fact in told if hasattr(fact, "dossier_id")] == played.facts
    assert played.facts == sorted(played.facts, key=order)
    assert_conserved(played)
    assert_causal(played, scenario)
    assert_rows_agree(played)
    assert_figures_agree(played)
    assert played.anomalies.keys() <= LATE_ONLY


@pytest.mark.parametrize("name", names())
def test_a_shipped_scenario_leaves_nobody_stuck(name):
    scenario, options = some(name)
    simulation = Simulation(scenario, 1, only=options["only"], dossiers=120)
    simulation.run()
    summary = simulation.summary()
    assert summary["outcomes"].get("open", 0) == summary["open"] == 0
    assert summary["dossiers"] >= 120
    assert all(pool["waiting"] == 0 for pool in summary["pools"].values())
    assert simulation.trouble() == []


def test_other_luck_gives_other_facts_in_every_scenario():
    for name in ("quickstart", "five-step", "province-2020"):
        scenario, options = some(name)
        one, other = (b"".join(Simulation(scenario, seed, **options).lines()) for seed in (1, 2))
        assert one != other


# -- the same luck, the same bytes


def bytes_of(events) -> bytes:
    return b"\n".join(encode(event) for event in events)


def test_same_scenario_and_seed_give_the_same_bytes(quickstart, facts):
    assert bytes_of(run(quickstart, seed=1)) == bytes_of(facts)


def test_a_longer_run_begins_like_the_shorter_one(quickstart, facts):
    later = run(quickstart, seed=1, until=quickstart.until + timedelta(days=3))
    assert list(itertools.islice(later, len(facts))) == facts


def test_another_office_disturbs_nobody(quickstart, facts):
    """Streams of draws belong to offices by name: a newcomer leaves the others' luck as it was."""
    own = quickstart.offices["H44.100"]
    newcomer = replace(own, volume=300.0, share=0.1)
    both = replace(quickstart, offices={"H44.001": newcomer, "H44.100": own})
    assert [fact for fact in run(both, seed=1) if fact.office == "H44.100"] == facts


def test_more_officials_keep_every_dossier_its_luck(quickstart, facts):
    own = quickstart.offices["H44.100"]
    richer = replace(quickstart, offices={"H44.100": replace(own, staff={**own.staff, "justice": 9.0})})

    def filed(events) -> dict[str, tuple[datetime, str]]:
        return {
            f.dossier_id: (f.at, f.procedure) for f in events if isinstance(f, Submitted) and f.at.month == 3
        }

    assert filed(run(richer, seed=1)) == filed(facts)


def test_who_watches_changes_nothing(quickstart, facts):
    seen: list[Any] = []
    watched = Simulation(quickstart, 1, visits=seen.append, cases=seen.append, progress=seen.append)
    assert list(watched.facts()) == facts
    assert len(seen) > 2000
    silent = Simulation(quickstart, 1, steer=lambda now: ())
    assert list(silent.facts()) == facts


# -- what a ward's month tells


def test_what_was_filed_long_ago_has_ended(quickstart, dossiers):
    """Nothing is stuck: ten weeks are more than any limit here, with a supplement in between."""
    later = list(run(quickstart, seed=1, until=quickstart.until + timedelta(weeks=10)))
    ended = {fact.dossier_id for fact in later if isinstance(fact, (*ENDS, NotAccepted))}
    assert set(dossiers) <= ended


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


def test_what_was_open_at_the_start_is_carried_over_whole(quickstart, dossiers):
    start = midnight(quickstart.start)
    carried = [life for life in dossiers.values() if life[0].at.timestamp() < start]
    assert carried
    for life in carried:
        assert life[0].seq == 1
        assert all(fact.at.timestamp() >= start for fact in life if isinstance(fact, (*ENDS, NotAccepted)))


def test_the_summary_is_what_the_definitions_say_of_the_facts(quickstart, facts):
    """Counted once more by plain loops, written from the definitions of the figures."""
    simulation = Simulation(quickstart, 1)
    simulation.run()
    summary, until = simulation.summary(), datetime(2026, 4, 1, tzinfo=VIETNAM)
    counted = oracle.report(facts, until)["total"]
    same = (
        "finished", "open", "open_overdue", "on_time", "late", "letters_due", "letters_sent", "online_rate",
        "on_time_rate_finished", "on_time_rate_fell_due", "apology_rate", "satisfied_rate",
    )  # fmt: skip
    assert {name: summary[name] for name in same} == {name: counted[name] for name in same}
    assert (summary["accepted"], summary["letters"]) == (counted["received"], counted["lettered"])
    assert summary["late"] > 10
    assert summary["letters_sent"] > 5


@pytest.mark.parametrize("share", [0, 0.6])
def test_the_summary_reads_overwritten_dates_as_the_record_does(share):
    scenario = load("binh-thuan-2024")
    misled = [name for name, office in scenario.offices.items() if office.profile in {"district", "commune"}]
    lever = parse(f"misconduct:closed_early=0.1,overwritten={share},entered_late=0.1")
    simulation = Simulation(scenario, 1, until=date(2024, 3, 1), only=misled[:3], levers=[lever])
    facts = [fact for fact in simulation.facts() if hasattr(fact, "dossier_id")]
    summary = simulation.summary()
    counted = oracle.report(facts, datetime(2024, 3, 1, tzinfo=VIETNAM))["total"]
    same = ("finished", "open", "open_overdue", "on_time", "late", "letters_due", "letters_sent")
    assert {name: summary[name] for name in same} == {name: counted[name] for name in same}
    assert summary["letters"] == counted["lettered"] > 5
    assert any(isinstance(fact, Corrected) and fact.due_at for fact in facts) == (share > 0)


# -- parts of the time


def test_a_part_of_the_time_can_be_run(quickstart):
    part = list(run(quickstart, 1, date(2026, 3, 9), date(2026, 3, 16)))
    assert max(fact.at for fact in part).date() == date(2026, 3, 15)
    accepted = sum(isinstance(fact, Accepted) and fact.at.date() >= date(2026, 3, 9) for fact in part)
    assert 120 < accepted < 320  # a quarter of a month's 917


def test_the_progress_is_told_day_by_day(quickstart):
    told: list[datetime] = []
    for _ in run(quickstart, 1, until=date(2026, 3, 4), progress=told.append):
        pass
    assert [day.date() for day in told] == [date(2026, 2, 1) + timedelta(days=i) for i in range(31)]


def test_a_run_may_be_longer_or_elsewhere_in_time_than_its_scenario(quickstart):
    facts = list(run(quickstart, 1, date(2027, 6, 1), date(2027, 6, 10)))
    assert {fact.at.year for fact in facts} == {2027}
    assert sum(isinstance(fact, Submitted) for fact in facts) > 50


def test_the_batches_of_a_run_say_how_far_it_is(quickstart):
    simulation = Simulation(quickstart, 1, until=date(2026, 3, 5))
    last = None
    for lines in simulation.lines():
        for line in lines.splitlines():
            fact = decode(line)
            assert fact.at.timestamp() < simulation.origin + simulation.now
            assert last is None or order(fact) >= last
            last = order(fact)
    assert simulation.origin + simulation.now == midnight(date(2026, 3, 5))


def test_cases_come_as_their_stories_end(quickstart):
    cases: list[Case] = []
    simulation = Simulation(quickstart, 1, cases=cases.append)
    simulation.run()
    over = [case.outcome != "open" and (case.outcome != "resolved" or case.returned_at) for case in cases]
    many = sum(map(bool, over))
    assert all(over[:many]), "first what is over, and at the end of the run what is open or not yet fetched"
    days = [((case.returned_at or case.finished_at or 0) + 7 * 3600) // 86400 for case in cases[:many]]
    assert many > 800
    assert days == sorted(days)
    assert Counter(case.outcome for case in cases) == simulation.summary()["outcomes"]


def test_quickstart_is_quick(quickstart):
    began = time.process_time()
    assert sum(1 for _ in run(quickstart, seed=3)) > 5000
    assert time.process_time() - began < 2.0
