"""A lever for some offices leaves the others as they are; levers that do not meet may come in any order."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from simulator.scenario.checks import check
from simulator.scenario.levers import apply, parse
from simulator.scenario.model import (
    Lever,
    Scenario,
    ScenarioError,
)
from tests.simulator.scenario.levers.worlds import PROVINCE, of, pulled, shipped

ANYWHERE = [
    "simplify:limit=0.7,work=0.6",
    "supplement-once",
    "e-signature",
    "online-share:share=0.9",
    "digitise:digitised=1,requests=0.5",
    "e-hand-over:electronic=0.3",
    "post-office:share=0.3",
    "apology:share=0.9,tardy=0",
    "misconduct:closed_early=0.1",
    "saturday",
    "staff:add=1",
    "edd",
    "queue:rule=class,classes=online|birth",
    "many-queues",
    "absence:days_a_year=9",
    "demand:factor=1.5",
]
"""Levers that fit whatever office is chosen."""

PHU_THO = [f"H44.{number}" for number in (*range(100, 108), "03", "07", "08")]
"""Communes and departments; two of these file the same procedure under profiles of their own."""


def scoped(lever: str, offices: Iterable[str]) -> Lever:
    read = parse(lever)
    return replace(read, settings={**read.settings, "office": "|".join(sorted(offices))})


@pytest.mark.parametrize("lever", ANYWHERE)
@pytest.mark.parametrize("office", ["phuong-duc-xuan", "xa-khang-ninh", "ba-be", "so-tu-phap"])
def test_a_lever_for_one_office_leaves_the_others_as_they_are(lever, office):
    before = shipped(PROVINCE)
    after = apply(before, scoped(lever, [office]))
    check(after)
    others = [name for name in before.offices if name != office]
    assert [of(after, name) for name in others] == [of(before, name) for name in others]
    assert of(after, office) != of(before, office) or after == before


@pytest.mark.parametrize("lever", ["edd", "staff:add=1", "absence:days_a_year=9"])
def test_a_centre_is_touched_only_with_all_that_share_it_or_by_its_name(lever):
    before = replace(shipped(PROVINCE), centres={"desks": shipped(PROVINCE).centres["counter"]})
    at = {name: replace(o, at=dict.fromkeys(o.at, "desks")) for name, o in before.offices.items()}
    before = replace(before, offices=at)
    mark = "," if ":" in lever else ":"
    one = pulled(before, f"{lever}{mark}office=so-tu-phap")
    assert one.centres == before.centres
    assert one.offices["so-y-te"] == before.offices["so-y-te"]
    for scope in ("level=department", "pool=desks"):
        assert pulled(before, f"{lever}{mark}{scope}").centres != before.centres
    with pytest.raises(
        ScenarioError, match=r"setting pool: its work is done at a centre .* write pool=desks$"
    ):
        pulled(before, f"{lever}{mark}pool=counter,office=so-tu-phap")


def test_all_that_share_a_profile_keep_its_name():
    after = pulled(shipped(PROVINCE), "saturday:level=commune", "e-hand-over:electronic=0.1,profile=commune")
    assert set(after.profiles) == set(shipped(PROVINCE).profiles)


def both_ways(one: Lever, other: Lever) -> tuple[Scenario, Scenario]:
    whole = shipped("phu-tho-2026")
    few = replace(whole, offices={name: whole.offices[name] for name in PHU_THO})
    return apply(apply(few, one), other), apply(apply(few, other), one)


@settings(max_examples=40)
@given(
    st.sampled_from(ANYWHERE),
    st.sampled_from(ANYWHERE),
    st.permutations(PHU_THO),
    st.integers(1, len(PHU_THO) - 1),
    st.integers(1, len(PHU_THO) - 1),
)
def test_levers_on_different_offices_may_come_in_any_order(one, other, order, until, since):
    left, right = order[:until], order[max(since, until) :] or order[until:]
    this, that = both_ways(scoped(one, left), scoped(other, right))
    assert this == that


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("simplify:limit=0.7,procedure=birth", "simplify:limit=0.7,procedure=death"),
        ("simplify:limit=0.7,office=H44.100|H44.101", "supplement-once:office=H44.101|H44.103"),
        ("edd:pool=leader,level=commune", "many-queues:pool=justice,office=H44.101"),
        ("e-hand-over:electronic=0.1,office=H44.100|H44.102", "apology:tardy=1,office=H44.102|H44.105"),
        ("staff:add=1,pool=leader", "staff:factor=2,pool=justice"),
        ("rules:id=A-2018", "demand:factor=2,level=department"),
        ("saturday:profile=commune", "payment-online:share=1,office=H44.104"),
    ],
)
def test_levers_on_different_things_may_come_in_any_order(one, other):
    this, that = both_ways(parse(one), parse(other))
    assert this == that
