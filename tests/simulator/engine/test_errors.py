"""Runs that cannot be, models that fail, and what is wrong with those that do not."""

from datetime import date, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from simulator.luck.table import Table
from simulator.run import ModelError, Simulation, run
from simulator.scenario.levers import parse
from simulator.scenario.model import (
    Apology,
    Branch,
    Leave,
    Official,
    Outcome,
    Parallel,
    Scenario,
    Way,
)
from tests.simulator.engine.plays import COUNTER, HOUR, office, play, work, world

# -- what cannot be


@pytest.mark.parametrize(
    ("seed", "start", "until", "words"),
    [
        (-1, None, None, "seed must be 0 or more, is -1"),
        (1, date(2026, 4, 1), None, "until must be after start"),
    ],
)
def test_a_run_that_cannot_be_is_refused_before_it_begins(quickstart, seed, start, until, words):
    with pytest.raises(ValueError, match=words):
        run(quickstart, seed, start, until)


def test_so_many_dossiers_must_be_one_at_least(quickstart):
    with pytest.raises(ValueError, match="dossiers must be 1 or more, is 0"):
        Simulation(quickstart, 1, dossiers=0)


def test_a_lever_that_cannot_be_is_refused_before_it_begins(quickstart):
    with pytest.raises(ValueError, match="nowhere"):
        Simulation(quickstart, 1, levers=[parse("staff:add=1,pool=nowhere")])


ROUTE = work("check"), work("sign", 60, "head")
PARTS = Parallel(parts=[[work("x", 60, "head")], [work("y"), work("z")]])
BRANCH = Branch(ways=[Way(share=0.5, route=[]), Way(share=0.5, route=[])])
TWO = [{"at": "02 08:00"}, {"at": "02 08:00"}]
FAILURES = {
    "at the first step": (world(*ROUTE), [{**TWO[0], "seconds/check/0": 1.0}, TWO[1]], "2", "check"),
    "at a later step": (world(*ROUTE), [{**TWO[0], "seconds/sign/0": 1.0}, TWO[1]], "2", "sign"),
    "at a decision": (world(refused=0.5), TWO[:1], "1", "check"),
    "at the counter": (world(profile={"intake": replace(COUNTER, not_accepted=0.5)}), TWO[:1], "1", "intake"),
    "at acceptance": (world(profile={"apology": Apology(share=0.5)}), TWO[:1], "1", "intake"),
    "at a branch": (world(work("check"), BRANCH), TWO[:1], "1", "branch/1"),
    "at the end": (world(profile={"outcome": Outcome(electronic=0.5)}), TWO[:1], "1", "check"),
}


@pytest.mark.parametrize("where", FAILURES)
def test_a_failure_of_the_model_names_scenario_dossier_and_step(where):
    """A table of draws lacks what the model asks for."""
    scenario, rows, number, step = FAILURES[where]
    with pytest.raises(ModelError) as caught:
        play(scenario, rows)
    error = caught.value
    assert (error.scenario, error.dossier_id, error.step) == ("small", f"O-260302-000{number}", step)
    assert str(error).startswith(f"scenario small, dossier O-260302-000{number}, step {step}: T")
    assert error.__cause__ is not None


def test_a_failure_in_a_parallel_part_names_its_step():
    with pytest.raises(ModelError) as caught:
        play(world(work("check"), PARTS), [{**TWO[0], "seconds/z/0": HOUR}, TWO[1]])
    assert (caught.value.dossier_id, caught.value.step) == ("O-260302-0002", "z")


# -- what is wrong with a model


def on_leave(since: date, until: date = date(2100, 1, 1)) -> dict[str, Any]:
    """An office whose only official at the desk goes away."""
    away = [Official(name="an", leave=[Leave(since=since, until=until)])]
    return {"offices": {"O": office(volume=100, staff={"desk": away})}, "profile": {"calendar": "office"}}


def troubles(scenario: Scenario, **options: Any) -> list[tuple[str, str, str]]:
    """What is reported, by kind, office and pool; the summary has a sentence for each."""
    simulation = Simulation(scenario, 1, **options)
    simulation.run()
    found = simulation.trouble()
    assert simulation.summary()["trouble"] == [trouble.words for trouble in found]
    assert all(trouble.pool in trouble.words and trouble.office in trouble.words for trouble in found)
    return [(trouble.kind, trouble.office, trouble.pool) for trouble in found]


def test_a_pool_with_nobody_there_any_more_is_starved():
    assert troubles(world(**on_leave(date(2026, 3, 5)))) == [("starved", "O", "desk")]


def test_run_to_the_end_such_a_model_is_reported_and_does_not_run_for_ever():
    simulation = Simulation(world(**on_leave(date(2026, 3, 5))), 1, dossiers=50)
    simulation.run()
    assert [(each.kind, each.office, each.pool) for each in simulation.trouble()] == [
        ("starved", "O", "desk")
    ]
    assert simulation.summary()["open"] > 0, "they are stuck, and it is said"


def test_a_skill_that_nobody_has_starves_its_work():
    people = [Official(name="an", skills=["sign"])]
    scenario = replace(world(*ROUTE), offices={"O": office(staff={"desk": people})})
    assert troubles(scenario) == [("starved", "O", "desk")]


def test_more_work_than_the_posts_can_do_saturates_them():
    scenario = world(*ROUTE, offices={"A": office(volume=400), "B": office(volume=50)})
    assert troubles(scenario) == [("saturated", "A", "desk")]


def test_a_sound_model_has_no_trouble(quickstart):
    assert troubles(quickstart) == []
    assert troubles(world(), dossiers=100) == []


def test_nothing_is_asked_of_an_office_where_nobody_files():
    simulation = Simulation(world(offices={"O": office(volume=0)}), 1)
    assert list(simulation.facts()) == []
    assert simulation.summary()["dossiers"] == 0
    assert simulation.summary()["mean_days"] is None


def guard(limit: date):
    """A progress that stops a run without end."""

    def stop(now: datetime) -> None:
        if now.date() > limit:
            raise TimeoutError(f"still running in {now:%Y}")

    return stop


@pytest.mark.xfail(strict=True, raises=TimeoutError, reason="bugs-engine 8: such a run never ends")
def test_a_run_to_the_end_of_which_nothing_comes_ends():
    scenario = world(offices={"O": office(volume=0)})
    Simulation(scenario, 1, dossiers=5, progress=guard(date(2030, 1, 1))).run()


@pytest.mark.xfail(strict=True, raises=TimeoutError, reason="bugs-engine 8: such a run never ends")
def test_a_table_may_begin_in_the_warm_up():
    scenario = world(scenario={"start": date(2026, 3, 9), "warmup_days": 7})
    table = Table({"at": [8 * HOUR, 8 * 24 * HOUR], "channel": "online"})
    Simulation(scenario, 1, table=table, dossiers=2, progress=guard(date(2030, 1, 1))).run()
