"""Levers hold from their day, one after the other; a course can be steered."""

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from simulator.scenario.levers import LEVERS, course, first_day, parse
from simulator.scenario.model import (
    Lever,
    Scenario,
    ScenarioError,
)
from tests.simulator.scenario.levers.worlds import PROVINCE, shipped


@pytest.mark.parametrize("lever", LEVERS)
def test_a_lever_dated_on_the_first_day_is_as_one_without_a_date(lever):
    scenario = shipped(PROVINCE)
    first = first_day(scenario)
    undated = course(scenario, [replace(parse(LEVERS[lever].example), on=None)])
    dated = course(scenario, [replace(parse(LEVERS[lever].example), on=first)])
    assert dated.on(first) == undated.first
    assert dated.since(first).first == undated.since(first).first
    assert dated.since(first).changes == undated.changes == ()
    assert dated.first == scenario == dated.on(first - timedelta(1))


def officers(scenario: Scenario) -> Any:
    return scenario.offices["ba-be"].staff["officer"]


def test_levers_hold_from_their_day_and_the_scenarios_own_come_first():
    own = [Lever("staff", None, {"set": 3.0}), Lever("staff", date(2023, 3, 1), {"factor": 2.0})]
    scenario = replace(shipped(PROVINCE), levers=own)
    run = course(scenario, [parse("staff:add=1,on=2023-03-01"), parse("staff:add=2,on=2023-02-01")])
    assert [change.on for change in run.changes] == [date(2023, 2, 1), date(2023, 3, 1)]
    assert run.changes[1].levers == (own[1], parse("staff:add=1,on=2023-03-01"))
    assert run.levers == (own[0],)
    days = [(1, 1), (1, 31), (2, 1), (2, 28), (3, 1), (12, 31)]
    assert [officers(run.on(date(2023, *day))) for day in days] == [3, 3, 5, 5, 11, 11]
    assert run.on(date(2023, 2, 2)) is run.on(date(2023, 2, 28))
    assert {run.first.levers == [], *(change.scenario.levers == [] for change in run.changes)} == {True}


def test_a_course_that_is_steered_makes_later_changes_on_top():
    planned = course(shipped(PROVINCE), [parse("staff:factor=2,on=2023-03-01")])
    steered = planned.steered(date(2023, 2, 1), [parse("staff:add=1"), parse("edd:on=2023-04-01")])
    asked = [parse(each) for each in ("staff:factor=2,on=2023-03-01", "staff:add=1,on=2023-02-01")]
    assert steered == course(shipped(PROVINCE), [*asked, parse("edd:on=2023-04-01")])
    now = officers(shipped(PROVINCE))
    assert [officers(steered.on(date(2023, month, 1))) for month in (1, 2, 3)] == [now, now + 1, 2 * now + 2]


def test_what_has_passed_is_in_force_at_first():
    run = course(
        shipped(PROVINCE), [parse("edd"), parse("saturday:on=2023-02-01"), parse("staff:add=1,on=2023-03-01")]
    )
    later = run.since(date(2023, 2, 1))
    assert later.first == run.on(date(2023, 2, 1))
    assert later.levers == (parse("edd"), parse("saturday:on=2023-02-01"))
    assert later.changes == run.changes[1:]


def test_an_error_names_the_place_of_the_scenarios_own_lever():
    own = [Lever("edd"), Lever("staff", None, {"add": -900, "pool": "land"})]
    with pytest.raises(
        ScenarioError, match=r"^levers\.1: lever staff: land of .* officials, and would have -"
    ):
        course(replace(shipped(PROVINCE), levers=own))
