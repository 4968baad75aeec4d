"""Routes: work, other agencies, payment, branches, parallel parts, rework, rounds, hand-over, centres."""

from math import exp, log1p

import pytest

from simulator.scenario.model import (
    Centre,
    Exponential,
    External,
    Gamma,
    HandOver,
    Office,
    Payment,
    Scenario,
)
from tests.simulator.engine.plays import COUNTER, DAY, at, office, play, said, steps, work, world

FEE = Payment(step="fee", wait_days=2)


# -- work


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
