"""Levers on procedures: limits that can be announced, work wherever it is on the route, names that follow."""

import pytest
from msgspec.structs import replace

from simulator.scenario.levers import changes, parse
from simulator.scenario.levers.catalogue import PATCHES
from simulator.scenario.levers.routes import cut
from simulator.scenario.levers.words import use_of
from simulator.scenario.model import (
    Branch,
    External,
    Official,
    Parallel,
    Payment,
    Scenario,
    Way,
    Work,
)
from tests.simulator.scenario.levers.worlds import PROVINCE, pulled, shipped


@pytest.mark.parametrize(
    ("limit", "factor", "shorter"),
    [
        ("3wd", 1, "3wd"),
        ("3wd", 0.8, "2.5wd"),
        ("10wd", 0.7, "7wd"),
        ("2.25wd", 0.95, "2.25wd"),
        ("8wh", 0.7, "6wh"),
        ("15d", 0.6, "9d"),
        ("1m", 0.1, "1m"),
        ("4m", 0.5, "2m"),
        ("8wd+10d", 0.5, "4wd+5d"),
        ("same-day", 0.5, "same-day"),
        ("none", 0.5, "none"),
        ("3wd", 2, "6wd"),
    ],
)
def test_a_limit_is_cut_to_what_an_office_can_announce(limit, factor, shorter):
    assert cut(limit, factor) == shorter


def test_work_is_cut_in_branches_and_parallel_parts_as_well(quickstart):
    at = {"agency": "police"}
    route = [
        Work(step="a", pool="justice", work_minutes=10),
        Branch(
            ways=[
                Way(share=0.4, route=[Work(step="b", pool="leader", work_minutes=20)]),
                Way(share=0.6, route=[]),
            ]
        ),
        Parallel(
            parts=[
                [Work(step="c", pool="leader", work_minutes=30)],
                [External(step="d", delay_hours=8, **at)],
            ]
        ),
        Payment(step="e", wait_days=3),
    ]
    long = replace(quickstart, procedures={"birth": replace(quickstart.procedures["birth"], route=route)})
    told = changes(long, apply_unchecked(long, "simplify:work=0.5,external=0.25"))
    assert {(each.path.partition("route.")[2], each.after) for each in told} == {
        ("0.work_minutes", 5),
        ("1.ways.0.route.0.work_minutes", 10),
        ("2.parts.0.0.work_minutes", 15),
        ("2.parts.1.0.delay_hours", 2),
    }


def apply_unchecked(scenario: Scenario, lever: str) -> Scenario:
    """For a scenario that is only a part of one."""
    return PATCHES[parse(lever).lever](scenario, use_of(parse(lever)))


def test_a_procedure_split_off_keeps_its_code_and_follows_in_mix_volumes_classes_and_skills():
    before = pulled(shipped(PROVINCE), "queue:rule=class,classes=birth|online,pool=justice")
    staff = {
        **before.offices["xa-khang-ninh"].staff,
        "justice": [Official(name="a", skills=["birth", "death"]), Official(name="b")],
    }
    spec = replace(before.offices["xa-khang-ninh"], staff=staff, volumes={"birth": 10.0})
    before = replace(before, offices={**before.offices, "xa-khang-ninh": spec})
    after = pulled(before, "simplify:work=0.5,procedure=birth,office=xa-khang-ninh")
    own = after.profiles[after.offices["xa-khang-ninh"].profile]
    name = "birth@xa-khang-ninh"
    assert after.procedures[name].code == after.procedures["birth"].code
    assert after.procedures["birth"] == before.procedures["birth"]
    assert list(own.mix) == [name if key == "birth" else key for key in before.profiles["commune"].mix]
    assert own.pools["justice"].classes == ["birth", name, "online"]
    assert after.offices["xa-khang-ninh"].volumes == {name: 10}
    assert after.offices["xa-khang-ninh"].staff["justice"][0].skills == ["birth", name, "death"]
    assert after.profiles["commune"] == before.profiles["commune"]
    again = pulled(after, "limits:limit=9wd,procedure=birth")
    assert again.procedures["birth"].limit == again.procedures[name].limit == "9wd"
    code = before.procedures["birth"].code
    assert pulled(after, f"limits:limit=9wd,procedure={code}") == again
