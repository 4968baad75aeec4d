"""Routes: work, other agencies, payment, branches, parallel parts, rework, rounds, hand-over, centres."""

from collections import Counter
from math import exp, log1p

import pytest

from dossier.event import HandedOver, StepFinished
from simulator.scenario.model import (
    Branch,
    Centre,
    Exponential,
    External,
    Gamma,
    HandOver,
    Office,
    Parallel,
    Payment,
    Rework,
    Scenario,
    Way,
)
from tests.simulator.engine.plays import COUNTER, DAY, Played, at, office, play, said, work, world

FEE = Payment(step="fee", wait_days=2)


def steps(played: Played, dossier: int = 0) -> list[str]:
    """The steps of a dossier with their end, in words."""
    life = list(played.lives.values())[dossier]
    return [f"{fact.step} {said(fact.at)}" for fact in life if isinstance(fact, StepFinished)]


# -- work ----------------------------------------------------------------------------------------------------


def test_steps_follow_one_another_through_the_pools_that_do_them():
    played = play(world(work("check", 90), work("sign", 30, "head")), ["02 08:00", "02 08:00"])
    assert played.stories[1] == [
        "02 08:00 submitted",
        "02 08:00 accepted due 04 08:00",
        "02 11:00 step_finished check since 02 09:30",
        "02 11:30 step_finished sign since 02 11:00",
        "02 11:30 resolved",
        "02 11:30 result_returned online",
    ]
    assert [visit[1:] for visit in played.visits if visit[0].endswith("2")] == [
        ("desk", "check", "02 08:00", "02 09:30", "02 11:00"),
        ("head", "sign", "02 11:00", "02 11:00", "02 11:30"),
    ]
    case = played.cases["O-260302-0002"]
    assert (case.waited, case.worked) == (1.5 * 3600, 2 * 3600)


def test_work_pauses_at_noon_and_at_night_and_over_the_weekend():
    played = play(world(work(minutes=11 * 60)), ["05 16:00", "06 15:00"])
    assert steps(played, 0) == ["check 09 10:00"], "an hour on Thursday, eight on Friday, two on Monday"
    assert steps(played, 1) == ["check 10 14:00"], "six on Monday, five on Tuesday"


def test_a_share_of_a_day_makes_work_longer_and_officials_more():
    scenario = world(work(minutes=60), offices={"O": office(share=0.25)})
    played = play(scenario, ["02 08:00"] * 5)
    assert [steps(played, i) for i in range(5)] == [["check 02 12:00"]] * 4 + [["check 02 17:00"]]
    assert played.summary["pools"]["O/desk"]["posts"] == 4


def test_a_pools_own_share_is_in_place_of_the_offices():
    scenario = world(work(minutes=60), offices={"O": office(share=0.25)}, pools={"desk": {"share": 0.5}})
    assert steps(play(scenario, ["02 08:00"])) == ["check 02 10:00"]


def test_difficulty_belongs_to_the_dossier_and_variation_to_the_step():
    spread, factors = 0.6, (0.5, 1.5)
    row = {"at": "02 08:00", "normal/difficulty": 0.9}
    row |= {"factor/work/check/0": factors[0], "factor/work/sign/0": factors[1]}
    route = work("check", 60), work("sign", 30, "head", variation=Gamma(shape=2))
    played = play(world(*route, spread=spread, variation=Exponential()), [row])
    difficulty = exp(spread * 0.9 - spread**2 / 2)
    expected = 3600 * difficulty * (factors[0] + factors[1] / 2)
    assert played.cases["O-260302-0001"].worked == pytest.approx(expected)
    assert played.cases["O-260302-0001"].finished_at == played.simulation.origin + int(
        at("02 08:00") + expected
    )


def test_given_seconds_stand_in_place_of_mean_difficulty_and_factor():
    row = {"at": "02 08:00", "normal/difficulty": 1.5, "seconds/check/0": 1800.0, "factor/work/sign/0": 1.0}
    played = play(world(work("check"), work("sign", 60, "head"), spread=1.0), [row])
    assert steps(played)[0] == "check 02 08:30"


def test_a_step_at_a_pool_with_hours_of_its_own_begins_before_it_ends():
    played = play(world(work(), pools={"desk": {"calendar": "always"}}), ["02 20:00"])
    assert played.stories[0][2] == "02 21:00 step_finished check since 02 20:00"


# -- other agencies, payment


def test_a_step_elsewhere_takes_working_time_and_nobodys_turn():
    route = work("check", 60), External(step="tax", agency="b", delay_hours=8), work("sign", 60)
    played = play(world(*route), ["02 08:00", "02 08:00"])
    assert played.stories[0] == [
        "02 08:00 submitted",
        "02 08:00 accepted due 04 08:00",
        "02 09:00 step_finished check since 02 08:00",
        "02 09:00 handed_over a>b electronically",
        "03 09:00 step_finished tax since 02 09:00",
        "03 09:00 handed_over b>a electronically",
        "03 10:00 step_finished sign since 03 09:00",
        "03 10:00 resolved",
        "03 10:00 result_returned online",
    ]
    assert steps(played, 1) == ["check 02 10:00", "tax 03 10:00", "sign 03 11:00"]
    assert played.cases["O-260302-0001"].worked == 2 * 3600
    assert played.anomalies == {}


def test_no_time_at_all_ends_when_the_office_opens():
    route = work("check", 60), FEE, External(step="tax", agency="a", delay_hours=1)
    played = play(world(*route), [{"at": "02 15:00", "chance/paying": 0.12, "seconds/tax/0": 0.0}])
    assert said(played.facts[4].at).startswith("02 22:0"), "paid in the evening"
    assert played.stories[0][5:] == [
        "03 08:00 step_finished tax since 03 08:00",
        "03 08:00 resolved",
        "03 08:00 result_returned online",
    ]


def test_the_wait_for_money_lies_outside_the_limit():
    chance = 0.4
    played = play(
        world(work("check", 60), FEE, work("sign", 60), fee=7000),
        [{"at": "02 08:00", "chance/paying": chance}],
    )
    paid = at("02 09:00") - 2 * DAY * log1p(-chance)
    assert said(paid) == "03 09:31:10"
    # Asked at 9:00 of the first day and paid at 9:31 of the second: 8 h 31 min 10 s of working time.
    assert played.stories[0][2:] == [
        "02 09:00 step_finished check since 02 08:00",
        "02 09:00 payment_requested 7000",
        "03 09:31:10 payment_made due 05 08:31:10",
        "03 10:31:10 step_finished sign since 03 09:31:10",
        "03 10:31:10 resolved",
        "03 10:31:10 result_returned online",
    ]
    assert played.anomalies == {}


def test_who_never_pays_is_stopped():
    fee = Payment(step="fee", wait_days=2, unpaid=0.3, patience_days=10)
    rows = [
        {"at": "02 08:00", "chance/unpaid": 0.29},
        {"at": "02 08:00", "chance/unpaid": 0.3, "chance/paying": 0.0},
    ]
    played = play(world(work("check", 60), fee), rows)
    assert played.stories[0][3:] == ["02 09:00 payment_requested 0", "12 09:00 stopped (not paid in time)"]
    assert played.stories[1][4:] == [
        "02 10:00 payment_made due 04 08:00",
        "02 10:00 resolved",
        "02 10:00 result_returned online",
    ]
    assert played.summary["outcomes"] == {"resolved": 1, "stopped": 1}
    assert played.summary["late"] == 0, "the clock stood when he was stopped"
    assert played.anomalies == {}


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


# -- rounds


def test_signing_rounds_are_at_fixed_hours():
    route = work("check", 20), work("sign", 30, "head", round_hours=2)
    played = play(world(*route), ["02 08:00", "02 11:30", "02 11:40", "02 16:50"])
    assert [visit[3:] for visit in played.visits if visit[1] == "head"] == [
        ("02 10:00", "02 10:00", "02 10:30"),
        ("02 12:00", "02 12:00", "02 13:30"),
        ("02 15:00", "02 15:00", "02 15:30"),
        ("03 10:00", "03 10:00", "03 10:30"),
    ], "what is ready as a round begins waits for the next one"


def test_a_round_begun_at_night_is_the_next_mornings_first():
    route = work("check", 20), FEE, work("sign", 30, "head", round_hours=4)
    played = play(world(*route), [{"at": "02 15:00", "chance/paying": 0.2}])
    assert said(played.facts[4].at) > "02 17:00"
    assert [visit[3:] for visit in played.visits if visit[1] == "head"] == [
        ("03 12:00", "03 12:00", "03 13:30")
    ]


def test_who_was_withdrawn_before_the_round_takes_nobodys_time():
    scenario = world(
        work("check", 60), work("sign", 60, "head", round_hours=8), withdrawn=1, withdrawn_days=1
    )
    played = play(scenario, [{"at": "02 08:00", "chance/withdrawing": 0.1}])
    assert played.stories[0][-1] == "02 10:31:43 stopped (withdrawn)"
    assert played.summary["pools"]["O/head"]["asked"] == 0


# -- hand-over

PAPER = {"hand_over": HandOver(electronic=0.5, round_hours=4)}


def test_on_paper_a_dossier_waits_for_the_messenger():
    route = work("check", 60), work("visit", 60, "agent"), work("sign", 60, "head")
    rows = [{"at": "02 08:00", "chance/hand_over": 0.5}, {"at": "02 08:00", "chance/hand_over": 0.49}]
    paper, electronic = play(world(*route, profile=PAPER), rows).stories
    assert paper[2:] == [
        "02 09:00 step_finished check since 02 08:00",
        "02 12:00 handed_over a>b on paper",
        "02 14:00 step_finished visit since 02 13:00",
        "02 17:00 handed_over b>a on paper",
        "03 09:00 step_finished sign since 03 08:00",
        "03 09:00 resolved",
        "03 09:00 result_returned online",
    ]
    assert electronic[2:5] == [
        "02 10:00 step_finished check since 02 09:00",
        "02 10:00 handed_over a>b electronically",
        "02 11:00 step_finished visit since 02 10:00",
    ]


def test_the_counters_agency_has_it_first():
    played = play(world(work("check", 60, "agent"), profile={"intake": COUNTER}), ["02 08:00"])
    assert played.stories[0][2] == "02 08:10 handed_over a>b electronically"
    without = play(world(work("check", 60, "agent")), ["02 08:00"])
    assert without.stories[0][2] == "02 08:00 handed_over a>b electronically", "the procedure's agency"


def test_a_round_comes_after_the_messenger():
    route = work("check", 60), work("visit", 60, "agent", round_hours=8)
    played = play(world(*route, profile=PAPER), [{"at": "02 08:00", "chance/hand_over": 0.9}])
    assert played.stories[0][3:5] == [
        "02 12:00 handed_over a>b on paper",
        "03 09:00 step_finished visit since 03 08:00",
    ]


def test_who_was_withdrawn_on_the_way_does_not_arrive():
    scenario = world(
        work("check", 60), work("visit", 60, "agent"), profile=PAPER, withdrawn=1, withdrawn_days=1
    )
    played = play(scenario, [{"at": "02 08:00", "chance/hand_over": 0.9, "chance/withdrawing": 0.1}])
    assert [line.split(" ", 2)[2] for line in played.stories[0][3:]] == [
        "withdrawal_requested",
        "stopped (withdrawn)",
    ]
    assert played.anomalies == {}


# -- centres


def shared(staff: float = 1, **more: object) -> Scenario:
    """Two offices whose heads sit in one centre."""
    own = Office(profile="ward", volume=100, staff={"desk": 1, "counter": 1, "agent": 1}, at={"head": "hub"})
    centres = {"hub": Centre(staff=staff, agency="a", **more)}
    route = work("check", 60), work("sign", 60, "head")
    return world(*route, offices={"A": own, "B": own}, scenario={"centres": centres})


def test_offices_share_a_centre_and_wait_for_each_other():
    rows = [{"at": "02 08:00", "office": name} for name in ("A", "B")]
    played = play(shared(), rows)
    assert [visit[:2] + visit[3:] for visit in played.visits if visit[1] == "hub"] == [
        ("A-260302-0001", "hub", "02 09:00", "02 09:00", "02 10:00"),
        ("B-260302-0001", "hub", "02 09:00", "02 10:00", "02 11:00"),
    ]
    assert played.summary["pools"].keys() >= {"A/desk", "B/desk", "hub"}
    assert not {"A/head", "B/head"} & played.summary["pools"].keys()
    assert [visit[5] for visit in play(shared(2), rows).visits if visit[1] == "hub"] == ["02 10:00"] * 2


def test_a_centre_has_its_own_share_and_hours():
    played = play(shared(1, share=0.5, calendar="always"), [{"at": "02 16:00", "office": "A"}])
    assert [visit[3:] for visit in played.visits if visit[1] == "hub"] == [
        ("02 17:00", "02 17:00", "02 19:00")
    ]
