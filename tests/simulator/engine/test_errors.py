"""Runs that cannot be, models that fail, and what is wrong with those that do not."""

import json
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from dossier.law.calendar import VIETNAM
from simulator.luck.table import Table, TableError
from simulator.run import ModelError, Simulation, run
from simulator.scenario.files import load
from simulator.scenario.levers import parse
from simulator.scenario.model import (
    Apology,
    Branch,
    Leave,
    Official,
    Outcome,
    Parallel,
    Refiling,
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
    simulation = Simulation(world(**on_leave(date(2026, 3, 5))), 1)
    simulation.run()
    assert "for officials who are away to the end of the run" in simulation.trouble()[0].words


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


def to_the_end(scenario: Scenario, **options: Any) -> tuple[Simulation, dict[str, Any]]:
    """A run that must end, and its summary."""
    simulation = Simulation(scenario, 1, progress=guard(date(2030, 1, 1)), **options)
    simulation.run()
    return simulation, simulation.summary()


def test_a_run_to_the_end_of_which_nothing_comes_ends():
    _, summary = to_the_end(world(offices={"O": office(volume=0)}), dossiers=5)
    assert (summary["dossiers"], summary["pools"]["O/desk"]["utilisation"]) == (0, 0)


def test_a_run_to_the_end_waits_for_a_lever_that_brings_demand():
    lever = parse("demand:factor=0")
    _, none = to_the_end(world(), dossiers=5, levers=[lever])
    _, some = to_the_end(world(), dossiers=500, levers=[parse("demand:factor=0,on=2026-03-12")])
    assert none["dossiers"] == 0
    assert 20 < some["dossiers"] < 80
    assert some["open"] == 0
    founded = [parse("two-tier:into=X,level=commune,on=2026-03-20"), parse("demand:factor=0,on=2026-03-10")]
    _, moved = to_the_end(world(offices={"A": office(), "B": office()}), dossiers=500, levers=founded)
    assert moved["open"] == 0


def test_a_table_may_begin_in_the_warm_up():
    scenario = world(scenario={"start": date(2026, 3, 9), "warmup_days": 7})
    table = Table({"at": [8 * HOUR, 8 * 24 * HOUR], "channel": "online"})
    _, summary = to_the_end(scenario, table=table, dossiers=2)
    assert summary["dossiers"] == 1
    early = Table({"at": [8 * HOUR], "channel": "online"})
    assert to_the_end(scenario, table=early, dossiers=2)[1]["dossiers"] == 0


# -- the figures of a run to the end are those of its time


def test_a_run_to_the_end_is_as_long_as_its_last_dossier():
    """Ten hours of work, handed in on Monday at eight, are done on Tuesday at ten."""
    played = play(world(), ["02 08:00"] * 10, dossiers=10)
    desk = played.summary["pools"]["O/desk"]
    assert (desk["utilisation"], desk["worked"]) == (1, 10 * HOUR)
    assert len(played.simulation._province.pools["O/desk"].lengths) == 1, "the look of the first Monday"


def test_who_is_refused_and_files_again_is_waited_for():
    refiled = Refiling(share=1, after_days=1)
    rows = [{"at": "02 08:00", "chance/refused": 0, "chance/refiled": 0, "chance/refiling": 0.99}]
    played = play(world(refused=0.5, refiled=refiled), rows, dossiers=1, own=True)
    assert list(played.cases) == ["O-260302-0001", "O-260302-0001-r"]
    assert played.summary["open"] == 0


@pytest.mark.parametrize("cases", [None, lambda _: None], ids=["figures alone", "each dossier"])
def test_work_that_outgrew_the_posts_is_reported_though_all_was_done_in_the_end(cases):
    scenario = world(offices={"A": office(volume=600), "B": office(volume=50)})
    simulation, summary = to_the_end(scenario, dossiers=400, cases=cases)
    assert [trouble[:3] for trouble in simulation.trouble()] == [("saturated", "A", "desk")]
    (words,) = summary["trouble"]
    assert words.endswith("or send it less work. So it was while dossiers were filed.")
    assert summary["pools"]["A/desk"]["waiting"] == summary["open"] == 0
    assert summary["pools"]["A/desk"]["utilisation"] > 0.95


def test_so_many_in_less_than_a_week_tell_nothing_of_load():
    simulation, _ = to_the_end(world(offices={"O": office(volume=4000)}), dossiers=100)
    assert simulation.trouble() == []


# -- rows that lie outside


@pytest.mark.parametrize(("dossiers", "outside", "filed"), [(None, 2, 2), (9, 1, 3)])
def test_rows_outside_of_the_run_are_counted(dossiers, outside, filed):
    scenario = world(scenario={"start": date(2026, 3, 11), "until": date(2026, 3, 18)})
    days = [date(2026, 3, day) for day in (10, 11, 17, 18)]
    at = [datetime(day.year, day.month, day.day, 8, tzinfo=VIETNAM) for day in days]
    simulation, summary = to_the_end(
        scenario, table=Table({"at": at, "channel": "online"}), dossiers=dossiers
    )
    assert simulation.outside == outside
    assert summary["dossiers"] == filed


def test_rows_of_the_warm_up_are_within_the_run():
    scenario = world(scenario={"start": date(2026, 3, 9), "warmup_days": 7})
    assert Simulation(scenario, 1, table=Table({"at": [0.0], "channel": "online"})).outside == 0
    assert Simulation(scenario, 1).outside == 0


@pytest.mark.parametrize(("dossiers", "until"), [(None, "to 2026-03-30"), (1, "on")])
def test_a_table_of_which_nothing_is_filed_is_an_error(dossiers, until):
    at = [datetime(2025, 3, day, 8, tzinfo=VIETNAM) for day in (10, 11)]
    simulation = Simulation(world(), 1, table=Table({"at": at, "channel": "online"}), dossiers=dossiers)
    words = (
        f"at: nothing is filed within the run, from 2026-03-02 {until}; "
        "the first row is of 2025-03-10 08:00, the last of 2025-03-11 08:00"
    )
    with pytest.raises(TableError, match=f"^{re.escape(words)}$"):
        simulation.run()


def test_an_empty_cell_that_somebody_needs_is_told_by_column_and_row():
    rows = {
        "at": [28800.0, 28860.0],
        "channel": "online",
        "seconds/check/0": [60.0, None],
        "seconds/sign/0": [60.0, 60.0],
    }
    simulation = Simulation(world(*ROUTE), 1, table=Table(rows))
    with pytest.raises(ModelError) as failed:
        simulation.run()
    assert "seconds/check/0, row 2: is empty, and needed" in str(failed.value)
    drawn = Simulation(world(*ROUTE), 1, table=Table(rows, own=True))
    drawn.run()
    assert drawn.summary()["dossiers"] == len(rows["at"])


@pytest.mark.parametrize("name", ["an-giang-2021", "bac-kan-2023", "ha-noi-2021", "province-2020"])
def test_a_channel_may_end_in_the_middle_of_a_week(name):
    scenario = load(name)
    day = scenario.start + timedelta(days=9 - scenario.start.weekday())
    levers = [parse(f"online-share:share=1,on={day}")]
    simulation = Simulation(scenario, 1, until=day + timedelta(days=2), levers=levers)
    simulation.run()
    assert simulation.summary()["dossiers"] > 0


@pytest.mark.parametrize("dossiers", [None, 50])
def test_work_beyond_the_calendars_end_leaves_every_figure_a_number(quickstart, dossiers):
    procedure = quickstart.procedures["birth"]
    route = [replace(procedure.route[0], work_minutes=1_200_000), *procedure.route[1:]]
    heavy = {**quickstart.procedures, "birth": replace(procedure, route=route)}
    simulation = Simulation(replace(quickstart, procedures=heavy), 1, dossiers=dossiers)
    simulation.run()
    summary = simulation.summary()
    json.dumps(summary, allow_nan=False)
    assert all((pool["utilisation"] or 0) <= 1 + 1e-9 for pool in summary["pools"].values())
    assert summary["trouble"]
