"""The two-tier reform: all that is filed and all who work go over whole, or it is said why not."""

import re
from datetime import date

import pytest
from msgspec.structs import replace

from simulator.scenario.checks import check
from simulator.scenario.levers import apply, parse
from simulator.scenario.levers.union import filings
from simulator.scenario.model import (
    Backlog,
    Official,
    ScenarioError,
)
from tests.simulator.scenario.levers.worlds import (
    PROVINCE,
    expected,
    places,
    pulled,
    shipped,
    staffed,
)

MERGERS: dict[str, dict[str, str | None]] = {
    "two-tier:level=commune,every=2": {
        "thi-tran-bang-lung": "phuong-duc-xuan",
        "phuong-duc-xuan": None,
        "xa-khang-ninh": None,
    },
    "two-tier:office=ba-be|pac-nam,into=ho-ba-be": {"ba-be": "ho-ba-be", "pac-nam": "ho-ba-be"},
    "two-tier:office=pac-nam,into=ba-be": {"pac-nam": "ba-be", "ba-be": None},
    "two-tier:level=district,every=3,into=khu-vuc-": {
        "thanh-pho-bac-kan": "khu-vuc-1",
        "bach-thong": "khu-vuc-1",
        "cho-don": "khu-vuc-2",
        "ngan-son": "khu-vuc-3",
        "pac-nam": "khu-vuc-3",
    },
    "two-tier:level=commune,closing=district": {
        "thanh-pho-bac-kan": "phuong-duc-xuan",
        "pac-nam": "xa-khang-ninh",
        "phuong-duc-xuan": None,
        "xa-khang-ninh": None,
    },
    "two-tier:level=commune,closing=district,every=2": {
        "thanh-pho-bac-kan": "phuong-duc-xuan",
        "thi-tran-bang-lung": "phuong-duc-xuan",
        "pac-nam": "xa-khang-ninh",
    },
}


@pytest.mark.parametrize("lever", MERGERS)
@pytest.mark.parametrize("on", [None, date(2023, 4, 1)])
def test_what_is_filed_and_who_works_there_goes_over_whole(lever, on):
    before = shipped(PROVINCE)
    after = apply(before, replace(parse(lever), on=on))
    check(after)
    for old, new in MERGERS[lever].items():
        assert after.offices[old].successor == new
    assert expected(after) == pytest.approx(expected(before))
    assert staffed(after) == pytest.approx(staffed(before))
    ended = [name for name, office in after.offices.items() if office.successor is not None]
    unchanged = {name: replace(after.offices[name], successor=None) for name in ended}
    assert unchanged == {name: before.offices[name] for name in ended}


def test_districts_go_to_the_communes_of_their_code():
    before = shipped(PROVINCE)
    code = {
        "ba-be": "H03.30",
        "pac-nam": "H03.31",
        "xa-khang-ninh": "H03.30.7",
        "phuong-duc-xuan": "H03.31.1",
    }
    kept = {
        code.get(name, name): office
        for name, office in before.offices.items()
        if name in {*code, "thi-tran-bang-lung"}
    }
    renamed = replace(before, offices=kept, centres={})
    after = pulled(renamed, "two-tier:level=commune,closing=district")
    assert after.offices["H03.30"].successor == "H03.30.7"
    assert after.offices["H03.31"].successor == "H03.31.1"
    assert after.offices["thi-tran-bang-lung"] == renamed.offices["thi-tran-bang-lung"]


def test_a_district_is_dealt_out_by_the_volume_of_its_communes():
    before = shipped(PROVINCE)
    chosen = ("ba-be", "phuong-duc-xuan", "thi-tran-bang-lung")
    small = replace(before, offices={name: before.offices[name] for name in chosen}, centres={})
    after = pulled(small, "two-tier:level=commune,closing=district")
    sizes = {name: before.offices[name].volume for name in chosen}
    shares = {name: sum(after.offices[name].volumes.values()) / sizes["ba-be"] for name in chosen[1:]}
    communes = sizes["phuong-duc-xuan"] + sizes["thi-tran-bang-lung"]
    wanted = {name: sizes[name] / communes for name in chosen[1:]}
    assert shares == pytest.approx(wanted)
    officers = before.offices["ba-be"].staff["officer"]
    assert after.offices["phuong-duc-xuan"].staff["officer"] == pytest.approx(
        officers * wanted["phuong-duc-xuan"]
    )
    own = after.profiles[after.offices["phuong-duc-xuan"].profile]
    assert own.pools["officer"].share == small.offices["ba-be"].share
    assert own.pools["justice"] == small.profiles["commune"].pools["justice"]
    assert after.offices["phuong-duc-xuan"].share == small.offices["phuong-duc-xuan"].share


def test_merged_offices_have_as_many_places_as_before():
    before = shipped("phu-tho-2026")
    after = pulled(before, "two-tier:office=H44.100|H44.101|H44.108,into=H44.900")
    merged = ("H44.100", "H44.101", "H44.108")
    pools = before.profiles["commune"].pools
    for own in (True, False):
        of_kind = [pool for pool, spec in pools.items() if (spec.share is None) == own]
        here = sum(places(after, "H44.900", pool) for pool in of_kind)
        there = sum(places(before, name, pool) for name in merged for pool in of_kind)
        assert here == pytest.approx(there)
    volumes = [filings(before, name) for name in merged]
    letters = [before.offices[name].letters for name in merged]
    mean = sum(v * share for v, share in zip(volumes, letters, strict=True)) / sum(volumes)
    assert after.offices["H44.900"].letters == pytest.approx(mean)
    assert after.offices["H44.900"].profile == "commune"


def test_a_backlog_goes_over_where_the_offices_begin_merged_and_not_later():
    before = shipped(PROVINCE)
    backlogs = {"ba-be": Backlog(20, 5), "pac-nam": Backlog(11, 30)}
    offices = {name: replace(o, backlog=backlogs.get(name)) for name, o in before.offices.items()}
    before = replace(before, offices=offices)
    lever = parse("two-tier:office=ba-be|pac-nam,into=ho-ba-be")
    at_first = apply(before, lever).offices
    assert at_first["ho-ba-be"].backlog == Backlog(31, 30)
    assert at_first["ba-be"].backlog is None
    later = apply(before, replace(lever, on=date(2023, 4, 1))).offices
    assert later["ba-be"].backlog == Backlog(20, 5)
    assert later["ho-ba-be"].backlog is None


def test_after_a_merger_levers_see_the_new_office_and_not_the_old_ones():
    merged = pulled(shipped(PROVINCE), "two-tier:office=ba-be|pac-nam,into=ho-ba-be")
    more = pulled(merged, "staff:add=1,level=district", "e-hand-over:electronic=0.1,level=district")
    assert more.offices["ho-ba-be"].staff["officer"] == merged.offices["ho-ba-be"].staff["officer"] + 1
    assert [more.offices[name] for name in ("ba-be", "pac-nam")] == [
        merged.offices[name] for name in ("ba-be", "pac-nam")
    ]
    with pytest.raises(ScenarioError, match="setting office: pac-nam was merged into ho-ba-be"):
        pulled(merged, "staff:add=1,office=pac-nam")
    twice = pulled(merged, "two-tier:office=ho-ba-be|cho-moi,into=bac-bac-kan")
    assert twice.offices["ba-be"].successor == "ho-ba-be"
    assert twice.offices["ho-ba-be"].successor == "bac-bac-kan"


@pytest.mark.parametrize(
    ("lever", "why"),
    [
        ("two-tier:every=2", ": say which offices merge or take over: level=commune"),
        ("two-tier:level=district,closing=district", ", setting closing: no office remains"),
        ("two-tier:office=ba-be,into=ba-be", ", setting into: ba-be cannot take over itself alone"),
        (
            "two-tier:level=commune,every=2,closing=department",
            ": the work of counter is done at counter and at the",
        ),
        (
            "two-tier:level=commune,closing=hamlet",
            ", setting closing: unknown 'hamlet'; known are commune, dep",
        ),
    ],
)
def test_a_merger_that_cannot_be_says_why(lever, why):
    with pytest.raises(ScenarioError, match=f"^lever two-tier{re.escape(why)}"):
        pulled(shipped(PROVINCE), lever)


def test_named_officials_are_dealt_out_one_by_one():
    before = shipped(PROVINCE)
    staff = {**before.offices["ba-be"].staff, "land": [Official(name=name) for name in "abc"]}
    chosen = ("ba-be", "phuong-duc-xuan", "thi-tran-bang-lung")
    offices = {name: before.offices[name] for name in chosen} | {
        "ba-be": replace(before.offices["ba-be"], staff=staff)
    }
    small = replace(before, offices=offices, centres={})
    after = pulled(small, "two-tier:level=commune,closing=district").offices
    dealt = [[each.name for each in after[name].staff["land"]] for name in chosen[1:]]
    assert dealt == [["a", "c"], ["b"]]
    one = replace(
        small,
        offices={**offices, "ba-be": replace(offices["ba-be"], staff={**staff, "land": staff["land"][:1]})},
    )
    with pytest.raises(
        ScenarioError, match="setting closing: land of ba-be has 1 named officials for 2 offices: give"
    ):
        pulled(one, "two-tier:level=commune,closing=district")
