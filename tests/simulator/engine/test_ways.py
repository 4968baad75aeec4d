"""Branches, parallel parts and rework: the ways of a route."""

from collections import Counter
from datetime import date
from math import exp

import pytest

from dossier.event import HandedOver
from simulator.scenario.model import (
    Branch,
    Exponential,
    External,
    Parallel,
    Rework,
    Way,
)
from tests.simulator.engine.plays import office, play, said, steps, work, world

# -- branches

WAYS = Branch(
    ways=[
        Way(share=0.5, route=[work("a", 30), work("b", 30)]),
        Way(share=0.3, route=[]),
        Way(share=0.2, route=[work("c", 60, "head")]),
    ]
)


@pytest.mark.parametrize(
    ("chance", "expected"),
    [(0.0, "abz"), (0.499, "abz"), (0.5, "z"), (0.799, "z"), (0.8, "cz"), (0.999, "cz")],
)
def test_a_dossier_goes_one_way_of_a_branch(chance, expected):
    played = play(world(work("s", 30), WAYS, work("z", 30)), [{"at": "02 08:00", "chance/branch/1": chance}])
    assert "".join(step[0] for step in steps(played)) == f"s{expected}"
    assert played.cases["O-260302-0001"].outcome == "resolved"


def test_a_branch_at_the_end_may_end_the_route():
    rows = [{"at": "02 08:00", "chance/branch/1": chance} for chance in (0.4, 0.6)]
    played = play(world(work("s", 30), WAYS), rows)
    assert [steps(played, i) for i in (0, 1)] == [["s 02 08:30", "a 02 09:30", "b 02 10:00"], ["s 02 09:00"]]
    assert [story[-2] for story in played.stories] == ["02 10:00 resolved", "02 09:00 resolved"]


def test_branches_within_branches_are_told_apart():
    inner = Branch(ways=[Way(share=0.5, route=[work("x", 30)]), Way(share=0.5, route=[work("y", 30)])])
    outer = Branch(ways=[Way(share=0.5, route=[inner]), Way(share=0.5, route=[])])
    last = Branch(ways=[Way(share=0.5, route=[work("u", 30)]), Way(share=0.5, route=[work("v", 30)])])
    scenario = world(work("s", 30), outer, last, work("z", 30))
    names = [f"chance/branch/{i}" for i in (1, 2, 3)]
    found = set()
    for bits in range(8):
        row = {"at": "02 08:00", **{name: 0.9 if bits >> i & 1 else 0.1 for i, name in enumerate(names)}}
        found.add("".join(step[0] for step in steps(play(scenario, [row]))))
    assert found == {"sxuz", "sxvz", "syuz", "syvz", "suz", "svz"}


def test_shares_of_a_branch_are_recovered():
    staff = {"desk": 9, "head": 9}
    scenario = world(
        work("s", 1), WAYS, offices={"O": office(volume=4000, staff=staff)}, profile={"calendar": "always"}
    )
    taken = Counter(visit[2] for visit in play(scenario, dossiers=4000).visits)
    assert taken["s"] == 4000
    assert taken["a"] == taken["b"]
    for step, share in (("a", 0.5), ("c", 0.2)):
        assert abs(taken[step] - 4000 * share) < 3.3 * (4000 * share * (1 - share)) ** 0.5


# -- parallel parts


def test_parallel_parts_begin_together_and_the_slowest_decides():
    parts = Parallel(
        parts=[[work("x", 30), work("y", 60, "head")], [External(step="w", agency="c", delay_hours=4)]]
    )
    played = play(world(work("s", 60), parts, work("z", 30)), ["02 08:00"])
    assert played.stories[0][2:] == [
        "02 09:00 step_finished s since 02 08:00",
        "02 09:00 handed_over a>c electronically",
        "02 09:30 step_finished x since 02 09:00",
        "02 10:30 step_finished y since 02 09:30",
        "02 14:00 step_finished w since 02 09:00",
        "02 14:30 step_finished z since 02 14:00",
        "02 14:30 resolved",
        "02 14:30 result_returned online",
    ]
    case = played.cases["O-260302-0001"]
    assert (case.worked, case.waited) == ((60 + 30 + 60 + 30) * 60, 0)
    assert played.anomalies == {}


def test_parts_at_one_pool_wait_for_each_other():
    parts = Parallel(parts=[[work("x", 30)], [work("y", 60)], [work("v", 60)]])
    played = play(world(work("s", 60), parts), ["02 08:00"])
    assert steps(played) == ["s 02 09:00", "x 02 09:30", "y 02 10:30", "v 02 11:30"]
    assert played.cases["O-260302-0001"].waited == (30 + 90) * 60


def test_a_part_is_handed_over_each_time_that_its_agency_changes():
    part = [
        work("x", 60, "agent"),
        work("y", 60, "agent"),
        work("v", 30),
        External(step="w", agency="c", delay_hours=1),
    ]
    played = play(
        world(work("s", 60), Parallel(parts=[part, [work("u", 30, "head")]]), work("z", 30)), ["02 08:00"]
    )
    moves = [
        f"{said(fact.at)} {fact.source}{fact.target}" for fact in played.facts if isinstance(fact, HandedOver)
    ]
    assert moves == ["02 09:00 ab", "02 11:00 ba", "02 11:30 ac"]
    assert played.stories[0][-3] == "02 14:00 step_finished z since 02 13:30", "the dossier itself never left"


def test_within_a_part_there_are_rounds_and_rework_as_elsewhere():
    again = Rework(share=0.5, to="x")
    part = [work("x", 30), work("y", 30, "head", rework=again), work("v", 60, "head", round_hours=4)]
    row = {"at": "02 08:00", "chance/rework/y/0": 0.4, "chance/rework/y/1": 0.6}
    played = play(world(work("s", 60), Parallel(parts=[part, [work("u", 30, "agent")]])), [row])
    assert steps(played) == [
        "s 02 09:00", "x 02 09:30", "u 02 09:30", "y 02 10:00", "x 02 10:30", "y 02 11:00", "v 02 14:00",
    ]  # fmt: skip


def test_parts_of_a_dossier_that_was_withdrawn_go_no_further():
    part = [work("x", 60), work("y", 60)]
    scenario = world(
        work("s", 60), Parallel(parts=[part, [work("u", 600, "head")]]), withdrawn=1, withdrawn_days=1
    )
    row = {"at": "02 08:00", "chance/withdrawing": 1 - exp(-2 / 24)}  # at 10:00
    played = play(scenario, [row, {"at": "02 08:30", "chance/withdrawing": 0.999}])
    assert played.stories[0][2:] == [
        "02 09:00 step_finished s since 02 08:00",
        "02 10:00 withdrawal_requested",
        "02 10:00 stopped (withdrawn)",
    ]
    pool = played.summary["pools"]["O/desk"]
    assert pool["asked"] == pool["begun"] + pool["gone"]
    assert played.cases["O-260302-0002"].outcome == "resolved"
    assert played.anomalies == {}


def test_who_is_withdrawn_waits_nowhere_any_more():
    parts = Parallel(parts=[[work("x", 900, "head")], [work("y", 30, "agent")]])
    rows = [{"at": "02 08:00", "chance/withdrawing": 0.999}, {"at": "02 09:00", "chance/withdrawing": 0.2}]
    scenario = world(work("s", 30), parts, withdrawn=1, withdrawn_days=1)
    played = play(scenario, rows, until=date(2026, 3, 3))
    assert played.stories[1][-1] == "02 14:21:19 stopped (withdrawn)"
    head = played.summary["pools"]["O/head"]
    assert (head["asked"], head["begun"], head["waiting"], head["gone"]) == (2, 1, 0, 1)


# -- rework


def test_rework_goes_back_to_an_earlier_step_and_every_visit_is_told():
    route = work("a", 30), work("b", 30), work("c", 30, rework=Rework(share=0.4, to="b")), work("d", 30)
    row = {"at": "02 08:00", "chance/rework/c/0": 0.39, "chance/rework/c/1": 0.1, "chance/rework/c/2": 0.4}
    row |= {f"factor/work/{step}/{visit}": 1 + visit for step in "abcd" for visit in range(3)}
    played = play(world(*route, variation=Exponential()), [row])
    assert steps(played) == [
        "a 02 08:30", "b 02 09:00", "c 02 09:30", "b 02 10:30", "c 02 11:30", "b 02 14:00", "c 02 15:30",
        "d 02 16:00",
    ]  # fmt: skip


def test_rework_is_geometric():
    share = 0.6
    step = work("a", 1, rework=Rework(share=share, to="a"))
    n = 3000
    scenario = world(step, offices={"O": office(volume=n)}, profile={"calendar": "always"})
    counts = Counter(visit[0] for visit in play(scenario, dossiers=n).visits).values()
    assert len(counts) == n
    deviation = (share / (1 - share) ** 2 / n) ** 0.5
    assert abs(sum(counts) / n - 1 / (1 - share)) < 3.3 * deviation
    once = sum(count == 1 for count in counts) / n
    assert abs(once - (1 - share)) < 3.3 * (share * (1 - share) / n) ** 0.5


@pytest.mark.parametrize("most", [1, 2, 5])
def test_rework_ends_after_so_many_times(most):
    played = play(
        world(work("a", 10), work("b", 10, rework=Rework(share=1, to="a", most=most))), ["02 08:00"]
    )
    assert [step[0] for step in steps(played)] == ["a", "b"] * (most + 1)


def test_each_rework_counts_its_own_times():
    """A step that comes again for another's sake, or for papers, has not been sent back itself."""
    inner = work("b", 10, rework=Rework(share=1, to="b", most=1))
    outer = work("c", 10, rework=Rework(share=1, to="a", most=1))
    played = play(world(work("a", 10), inner, outer), ["02 08:00"])
    assert [step[0] for step in steps(played)] == list("abbcabc")
