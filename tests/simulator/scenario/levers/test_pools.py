"""Levers on staff: named officials, queues, absence, shared pools; and on how much is filed."""

import pytest

from simulator.scenario.model import (
    Absence,
    Official,
    ScenarioError,
)
from tests.simulator.scenario.levers.worlds import PROVINCE, expected, places, pulled, shipped


def test_named_officials_come_and_go_one_by_one():
    leaders = shipped(PROVINCE).offices["xa-khang-ninh"].staff["leader"]
    assert [each.name for each in leaders] == ["chair", "vice-chair"]
    more = pulled(shipped(PROVINCE), "staff:add=2,office=xa-khang-ninh,pool=leader")
    assert more.offices["xa-khang-ninh"].staff["leader"] == [
        *leaders,
        Official(name="new 1"),
        Official(name="new 2"),
    ]
    fewer = pulled(more, "staff:set=1,office=xa-khang-ninh,pool=leader")
    assert fewer.offices["xa-khang-ninh"].staff["leader"] == leaders[:1]
    with pytest.raises(
        ScenarioError, match=r"lever staff: leader of xa-khang-ninh has named officials, .*: 1\.5 of"
    ):
        pulled(fewer, "staff:factor=1.5,office=xa-khang-ninh,pool=leader")


def test_a_queue_by_class_forgets_its_classes_under_another_rule():
    by_class = pulled(shipped(PROVINCE), "queue:rule=class,classes=post|birth|land")
    assert {tuple(pool.classes) for each in by_class.profiles.values() for pool in each.pools.values()} == {
        ("post", "birth", "land")
    }
    for lever in ("edd", "queue:rule=shortest"):
        pools = [pool for each in pulled(by_class, lever).profiles.values() for pool in each.pools.values()]
        assert {tuple(pool.classes) for pool in pools} == {()}


def test_absence_ends_at_no_days():
    away = pulled(shipped(PROVINCE), "absence:days_a_year=30,spell_days=5,pool=justice")
    pools = [each.pools["justice"].absence for each in away.profiles.values() if "justice" in each.pools]
    assert pools == [Absence(30.0, 5.0)]
    back = pulled(away, "absence:days_a_year=0")
    assert {pool.absence for each in back.profiles.values() for pool in each.pools.values()} == {None}


def test_a_shared_pool_has_the_staff_of_all_and_as_many_places():
    before = shipped("phu-tho-2026")
    after = pulled(before, "pooling:pool=officer,profile=other,centre=officers")
    shared = [name for name, office in before.offices.items() if office.profile == "other"]
    centre = after.centres["officers"]
    assert centre.staff == pytest.approx(sum(before.offices[name].staff["officer"] for name in shared))
    assert places(after, shared[0], "officer") == pytest.approx(
        sum(places(before, name, "officer") for name in shared)
    )
    assert (centre.agency, centre.calendar, centre.queue) == ("department", "office", "fifo")
    assert {after.offices[name].at["officer"] for name in shared} == {"officers"}
    with pytest.raises(
        ScenarioError, match=f"setting pool: officer of {shared[0]} is at the centre officers already"
    ):
        pulled(after, "pooling:pool=officer,profile=other")


@pytest.mark.parametrize(
    ("lever", "why"),
    [
        (
            "pooling:pool=counter",
            "agency of counter is 'centre' at H44.01, 'committee' at H44.100: make them alike",
        ),
        (
            "pooling:pool=leader,level=commune,centre=x,office=H44.100|H44.03",
            "1 of the chosen offices have a pool",
        ),
    ],
)
def test_pools_that_are_not_alike_are_not_shared(lever, why):
    with pytest.raises(ScenarioError, match=f"^lever pooling, setting pool: {why}"):
        pulled(shipped("phu-tho-2026"), lever)


def test_demand_grows_for_the_procedures_named_and_for_no_other():
    before = expected(shipped(PROVINCE))
    after = expected(pulled(shipped(PROVINCE), "demand:factor=3,field=civil_status"))
    fields = {name: shipped(PROVINCE).procedures[name].field for name in before}
    grown = {name: value * (3 if fields[name] == "civil_status" else 1) for name, value in before.items()}
    assert after == pytest.approx(grown)
    assert expected(pulled(shipped(PROVINCE), "demand:factor=0")) == dict.fromkeys(before, 0)
