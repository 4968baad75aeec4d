"""A run in several processes is the run in one: the same bytes, rows and figures."""

import multiprocessing
from datetime import date
from functools import cache

import pytest
from msgspec.structs import replace

from simulator.parallel import Parallel, ParallelError, parts
from simulator.run import Simulation
from simulator.scenario.files import load
from simulator.scenario.levers import course, parse

DAYS = date(2026, 3, 2), date(2026, 3, 14)
LEVERS = tuple(map(parse, ("staff:add=1,level=commune,on=2026-03-05", "e-signature:on=2026-03-10")))
OFFICES = "H44.100", "H44.101", "H44.102", "H44.22"


@cache
def province():
    """Four offices of a province, which share no staff."""
    whole = load("phu-tho-2026")
    return replace(whole, warmup_days=5, offices={name: whole.offices[name] for name in OFFICES})


@pytest.fixture(scope="module")
def one():
    cases = []
    simulation = Simulation(province(), 3, *DAYS, levers=LEVERS, cases=cases.append)
    lines = b"".join(simulation.lines())
    return lines, cases, simulation.summary()


def figures(summary):
    return {name: value for name, value in summary.items() if name != "engine"} | {
        "events": summary["engine"]["events"]
    }


def test_two_processes_give_the_bytes_rows_and_figures_of_one(one):
    cases = []
    run = Parallel(province(), 3, *DAYS, processes=2, levers=LEVERS, cases=cases.append)
    assert len(run.parts) == 2
    assert b"".join(run.lines()) == one[0]
    assert cases == one[1]
    assert figures(run.summary()) == figures(one[2])
    assert not multiprocessing.active_children()


def test_figures_alone_are_the_same_and_progress_is_told_day_by_day(one):
    days = []
    run = Parallel(province(), 3, *DAYS, processes=3, levers=LEVERS, progress=days.append)
    run.run()
    assert figures(run.summary()) | {"events": 0} == figures(one[2]) | {"events": 0}
    assert days == sorted(set(days))
    assert {day.hour for day in days} == {0}


def test_who_shares_staff_or_merges_is_in_one_part():
    scenario = province()
    assert sorted(parts(course(scenario), 100)) == [[name] for name in sorted(OFFICES)]
    merged = [parse("two-tier:office=H44.100|H44.102,into=H44.100,on=2026-07-01")]
    assert sorted(map(sorted, parts(course(scenario, merged), 100))) == [
        ["H44.100", "H44.102"],
        ["H44.101"],
        ["H44.22"],
    ]
    pooled = [parse("pooling:pool=leader,office=H44.101|H44.102")]
    assert ["H44.101", "H44.102"] in [sorted(part) for part in parts(course(scenario, pooled), 100)]


def test_no_more_processes_than_parts_and_at_least_one():
    assert len(Parallel(load("quickstart"), 1, processes=8).parts) == 1
    with pytest.raises(ValueError, match="processes must be 1 or more, is 0"):
        Parallel(load("quickstart"), 1, processes=0)


def test_a_process_that_dies_is_told_and_nobody_is_left():
    run = Parallel(province(), 3, *DAYS, processes=2)
    lines = run.lines()
    next(lines)
    for child in multiprocessing.active_children():
        child.kill()
    with pytest.raises(ParallelError, match="a process of the run died"):
        for _ in lines:
            pass
    assert not multiprocessing.active_children()


def test_whoever_stops_listening_leaves_no_process():
    lines = Parallel(province(), 3, *DAYS, processes=2).lines()
    next(lines)
    assert multiprocessing.active_children()
    lines.close()
    assert not multiprocessing.active_children()
