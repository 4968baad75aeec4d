"""Where dossiers come from: filings in their time, a backlog, a warm-up; so many, or those of some
offices."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dossier.event import Accepted, Submitted
from simulator.run import Simulation
from simulator.scenario.levers import parse
from simulator.scenario.model import (
    Apology,
    Backlog,
    Exponential,
    Gamma,
    Lever,
    Outcome,
    Procedure,
    Refiling,
    Rework,
    Scenario,
    Supplement,
)
from tests.simulator.engine.plays import COUNTER, MONDAY, office, play, procedure, work, world

SECOND_WEEK = {"start": date(2026, 3, 9), "warmup_days": 7}


# -- in hand at the beginning


def test_a_backlog_was_accepted_evenly_over_the_working_hours_before():
    backlog = Backlog(dossiers=4, days=4)
    scenario = world(
        profile={"channels": {"in_person": 1.0}, "intake": COUNTER},
        offices={"O": office(volume=0, backlog=backlog)},
        scenario={"start": date(2026, 3, 9)},
    )
    played = play(scenario)
    # From Thursday on there are sixteen working hours; the first step begins when the office does.
    assert [story[:2] for story in played.stories] == [
        ["05 10:00 accepted due 09 10:00", "09 09:00 step_finished check since 09 08:00"],
        ["05 15:00 accepted due 09 15:00", "09 10:00 step_finished check since 09 09:00"],
        ["06 10:00 accepted due 10 10:00", "09 11:00 step_finished check since 09 10:00"],
        ["06 15:00 accepted due 10 15:00", "09 12:00 step_finished check since 09 11:00"],
    ]
    assert list(played.lives) == ["O-b0001", "O-b0002", "O-b0003", "O-b0004"]
    assert played.summary["outcomes"] == {"resolved": 4}
    assert played.anomalies == {}


def test_a_backlog_is_of_the_offices_channels_and_procedures():
    known = {"p": procedure(), "q": procedure(code="1.2")}
    spec = office(volume=300, volumes={"q": 600}, staff={"desk": 99}, backlog=Backlog(dossiers=900, days=10))
    scenario = world(procedures=known, profile={"mix": {"p": 1.0}}, offices={"O": spec})
    cases = list(play(scenario, until=MONDAY + timedelta(days=1)).cases.values())
    cases = [case for case in cases if "-b" in case.dossier_id]
    assert len(cases) == 900
    codes, channels = Counter(case.procedure for case in cases), Counter(case.channel for case in cases)
    assert abs(codes["1.2"] - 600) < 3.3 * (900 * 2 / 9) ** 0.5
    assert abs(channels["online"] - 450) < 3.3 * (900 / 4) ** 0.5


def test_what_is_open_after_the_warm_up_is_told_with_its_whole_story_and_nothing_else():
    rows = ["02 08:00", "06 16:30", {"at": "09 08:00"}]
    played = play(world(scenario=SECOND_WEEK), rows)
    assert played.stories == [
        [
            "06 16:30 submitted",
            "06 16:30 accepted due 10 16:30",
            "09 08:30 step_finished check since 06 16:30",
            "09 08:30 resolved",
            "09 08:30 result_returned online",
        ],
        [
            "09 08:00 submitted",
            "09 08:00 accepted due 11 08:00",
            "09 09:30 step_finished check since 09 08:30",
            "09 09:30 resolved",
            "09 09:30 result_returned online",
        ],
    ]
    assert played.cases.keys() == played.lives.keys()
    assert (played.summary["dossiers"], played.summary["outcomes"]) == (2, {"resolved": 2})
    assert played.summary["engine"]["events"] == 10
    assert played.anomalies == {}


def test_a_result_of_the_warm_up_that_is_fetched_after_it_is_not_told():
    scenario = world(scenario=SECOND_WEEK, profile={"outcome": Outcome(return_hours=20)})
    played = play(scenario, [{"at": "06 15:00", "chance/returning": 0.9}])
    assert (played.facts, played.cases, played.summary["dossiers"]) == ([], {}, 0)


def test_visitors_of_the_warm_up_are_not_counted():
    intake = replace(COUNTER, in_person_minutes=60, patience_minutes=30)
    rows = [
        {"at": f"{day} 08:00", "channel": "in_person", "chance/patience": 0.5}
        for day in ("02", "09") for _ in range(3)
    ]  # fmt: skip
    played = play(world(scenario=SECOND_WEEK, profile={"intake": intake}), rows)
    assert (played.summary["visitors"], played.summary["left"]) == (3, 2)


def test_without_a_warm_up_nothing_is_in_hand():
    assert play(world(), ["02 08:00"]).facts[0].at.date() == MONDAY


# -- so many


def test_so_many_filings_are_taken_and_done_whatever_until_says():
    scenario = world(work(minutes=400), offices={"O": office(volume=2000, staff={"desk": 5})})
    played = play(scenario, until=MONDAY + timedelta(days=2), dossiers=300)
    assert played.summary["outcomes"] == {"resolved": 300}
    assert len(played.lives) == len(played.cases) == 300
    assert max(fact.at for fact in played.facts).date() > MONDAY + timedelta(days=20)
    whole = play(scenario, until=MONDAY + timedelta(weeks=1))
    filed = [fact.dossier_id for fact in whole.facts if isinstance(fact, Submitted | Accepted)]
    assert set(list(dict.fromkeys(filed))[:300]) == set(played.lives)


def test_they_are_counted_from_the_start_and_what_was_in_hand_comes_on_top():
    scenario = world(scenario=SECOND_WEEK, offices={"O": office(volume=1000, staff={"desk": 2})})
    played = play(scenario, dossiers=50)
    own = [name for name, life in played.lives.items() if life[0].at.date() >= date(2026, 3, 9)]
    assert len(own) == 50
    assert len(played.lives) > 50
    assert set(played.summary["outcomes"]) == {"resolved"}


def test_a_table_has_no_more_than_its_rows():
    assert play(world(), ["02 08:00"] * 3, dossiers=99).summary["dossiers"] == 3
    assert play(world(), ["02 08:00"] * 3, dossiers=2).summary["dossiers"] == 2


# -- some offices only


def province(count: int = 4) -> Scenario:
    """Offices with all that luck has a part in."""
    known = {
        "p": procedure(
            work("check", 30), work("sign", 20, "head", round_hours=4, rework=Rework(share=0.1, to="check")),
            spread=0.5, variation=Gamma(shape=2), refused=0.1, refiled=Refiling(share=0.5, after_days=1),
            withdrawn=0.05, supplement=Supplement(online=0.2, in_person=0.1, post=0.1, wait_days=1,
            again=0.2),
        ),
        "q": procedure(work("check", 90), code="1.2", limit="4wh", spread=0.2, fee=2000),
    }  # fmt: skip
    profile = {
        "intake": replace(COUNTER, not_accepted=0.05, patience_minutes=60, returns=0.5, post_office=0.1),
        "apology": Apology(share=0.7, tardy=0.2),
        "outcome": Outcome(electronic=0.5, digitised=0.5, rated=0.5, satisfied=0.9, satisfied_late=0.5),
    }
    offices = {
        f"O{i}": office(volume=150.0 + 30 * i, backlog=Backlog(dossiers=i, days=3)) for i in range(count)
    }
    return world(procedures=known, profile=profile, offices=offices, scenario=SECOND_WEEK)


def test_an_office_alone_is_as_in_the_whole_province():
    scenario = province()
    whole = list(Simulation(scenario, 3).facts())
    parts = [list(Simulation(scenario, 3, only=[name]).facts()) for name in scenario.offices]
    for name, part in zip(scenario.offices, parts, strict=True):
        assert part == [fact for fact in whole if fact.office == name]
        assert len(part) > 300
    two = list(Simulation(scenario, 3, only=["O1", "O3"]).facts())
    assert two == [fact for fact in whole if fact.office in {"O1", "O3"}]


def test_a_part_of_a_run_with_levers_is_as_in_the_whole():
    scenario, levers = province(2), [parse("staff:add=1,pool=desk,on=2026-03-12"), parse("edd:on=2026-03-16")]
    whole = [
        fact for fact in Simulation(scenario, 3, levers=levers).facts() if getattr(fact, "dossier_id", None)
    ]
    alone = [
        fact
        for fact in Simulation(scenario, 3, levers=levers, only=["O1"]).facts()
        if getattr(fact, "dossier_id", None)
    ]
    assert alone == [fact for fact in whole if fact.office == "O1"]


# -- one queue without events


def figures(scenario: Scenario, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The summary of a run that nobody watches, and of one that is watched."""
    found = []
    for cases in (None, lambda _: None):
        simulation = Simulation(scenario, 5, cases=cases, **options)
        simulation.run()
        summary = simulation.summary()
        summary["engine"] = summary["engine"]["events"]
        found.append(summary)
    return found[0], found[1]


def assert_alike(one: Any, other: Any, path: str = "") -> None:
    """Counts are equal, sums to the last bits of a float."""
    if isinstance(one, dict):
        assert one.keys() == other.keys(), path
        for key in one:
            assert_alike(one[key], other[key], f"{path}/{key}")
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-9, abs=1e-6), path
    else:
        assert one == other, path


def queue(calendar: str = "always", **more: Any) -> Scenario:
    """An office that is one queue."""
    known: dict[str, Procedure] = {
        "p": procedure(work("check", 20), variation=Exponential(), **more),
        "q": procedure(
            work("look", 40), **{"limit": "2wh", "variation": Exponential(), **more, "code": "1.2"}
        ),
    }
    profile = {"calendar": calendar, "channels": {"online": 1.0}, "outcome": Outcome(electronic=1)}
    return world(procedures=known, profile=profile, offices={"O": office(volume=900, staff={"desk": 1})})


@pytest.mark.parametrize("calendar", ["always", "bare", "office"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"until": date(2026, 3, 12)},
        {"start": date(2026, 3, 11)},
        {"dossiers": 333},
        {"levers": [Lever(lever="staff", on=date(2026, 3, 12), settings={"add": 1})]},
        {"levers": [Lever(lever="demand", on=date(2026, 3, 13), settings={"factor": 3.0})]},
        {"levers": [Lever(lever="edd", on=date(2026, 3, 12))]},
        {"levers": [Lever(lever="limits", on=date(2026, 3, 12), settings={"limit": "1wh"})]},
        {"levers": [Lever(lever="simplify", on=date(2026, 3, 12), settings={"work": 0.5})]},
    ],
    ids=lambda options: (
        ",".join(map(str, options)) + ("" if "levers" not in options else options["levers"][0].lever)
    ),
)
def test_an_office_that_is_one_queue_is_counted_as_with_events(calendar, options):
    assert_alike(*figures(queue(calendar, spread=0.5), **options))


@settings(max_examples=15, phases=[Phase.generate])
@given(
    staff=st.sampled_from([0.5, 1, 3]),
    share=st.sampled_from([0.3, 1]),
    volume=st.integers(0, 2000),
    limit=st.sampled_from(["none", "1wd", "0.5wh"]),
    refused=st.sampled_from([0, 0, 0.5]),
)
def test_whatever_the_queue_its_counts_are_the_same(staff, share, volume, limit, refused):
    spec = office(volume=volume, share=share, staff={"desk": staff})
    scenario = replace(queue(limit=limit, refused=refused), offices={"O": spec})
    assert_alike(*figures(replace(scenario, until=date(2026, 3, 18))))


def test_the_warm_up_of_one_queue_is_not_counted():
    assert_alike(*figures(replace(queue(), start=date(2026, 3, 11), warmup_days=9)))
