"""What happens to a dossier in hand: requests for papers and the clock, refusals, second filings,
withdrawal."""

from dataclasses import replace as changed
from datetime import date
from math import exp, log1p

import pytest

from dossier.event import SupplementProvided
from dossier.law.rules import RULE_SETS
from simulator.scenario.model import Outcome, Payment, Supplement
from tests.simulator.engine.plays import DAY, HOUR, at, office, play, said, work, world

ASKED = {"chance/supplement/0": 0.0, "chance/supplement/1": 0.999}
"""Asked for papers once."""
PAPERS = Supplement(online=0.5, in_person=0.3, post=0.1, wait_days=1, again=0.5)


def exponential(mean: float, chance: float) -> float:
    """The duration that a chance stands for."""
    return -mean * log1p(-chance)


# -- requests for papers


def test_papers_are_asked_for_by_channel():
    rows = [
        {"at": "02 08:00", "channel": channel, "chance/supplement/0": chance, "chance/supplement/1": 0.9,
         "wait/answer/0": HOUR}
        for channel in ("online", "in_person", "post") for chance in (0.499, 0.5, 0.299, 0.3, 0.099, 0.1)
    ]  # fmt: skip
    played = play(world(work(minutes=1), supplement=PAPERS), rows)
    asked = [case.supplements for case in played.cases.values()]
    assert sum(asked) == 5 + 3 + 1
    assert played.summary["supplements"] == 9
    by_number = sorted(played.cases.values(), key=lambda case: case.dossier_id)
    assert [case.supplements for case in by_number] == [1, 0, 1, 1, 1, 1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 1, 0]
    assert played.anomalies == {}


def test_a_request_stops_the_clock_until_the_papers_come():
    rows = [{"at": "02 08:00", **ASKED, "chance/answer/0": 0.5}]
    answer = at("02 09:00") + exponential(DAY, 0.5)
    assert said(answer) == "03 01:38:07"
    played = play(world(supplement=PAPERS), rows)
    assert played.stories[0] == [
        "02 08:00 submitted",
        "02 08:00 accepted due 04 08:00",
        "02 09:00 step_finished check since 02 08:00",
        "02 09:00 supplement_requested",
        "03 01:38:07 supplement_provided due 04 16:00",  # seven working hours of Monday were waited
        "03 09:00 step_finished check since 03 08:00",
        "03 09:00 resolved",
        "03 09:00 result_returned online",
    ]
    assert played.anomalies == {}


def test_on_paper_the_papers_come_when_the_office_is_open():
    rows = [{"at": "02 08:00", "channel": "in_person", **ASKED, "chance/answer/0": 0.5}]
    played = play(world(supplement=PAPERS), rows)
    assert played.stories[0][2:4] == [
        "02 09:00 supplement_requested",
        "03 08:00 supplement_provided due 04 16:00",
    ]
    assert played.cases["O-260302-0001"].visits == 3, "to file, to bring papers, to fetch the result"


def test_papers_given_at_once_move_nothing():
    rows = [{"at": "02 16:00", **ASKED, "wait/answer/0": 10 * HOUR}]
    played = play(world(supplement=PAPERS), rows)
    assert played.stories[0][3:5] == [
        "02 17:00 supplement_requested",
        "03 03:00 supplement_provided due 04 16:00",
    ]


def test_papers_come_back_to_the_step_that_decides():
    rows = [{"at": "02 08:00", **ASKED, "wait/answer/0": 4 * HOUR}]
    route = work("check"), work("assess", 120, "head"), work("sign", 30)
    played = play(world(*route, supplement=PAPERS, decides="assess"), rows)
    assert [line for line in played.stories[0] if "step" in line] == [
        "02 09:00 step_finished check since 02 08:00",
        "02 11:00 step_finished assess since 02 09:00",
        "02 17:00 step_finished assess since 02 15:00",
        "03 08:30 step_finished sign since 03 08:00",
    ]


def test_a_second_visit_is_drawn_anew():
    row = {
        "at": "02 08:00",
        **ASKED,
        "wait/answer/0": HOUR,
        "seconds/check/0": 600.0,
        "seconds/check/1": 1200.0,
    }
    played = play(world(supplement=PAPERS), [row])
    assert [line for line in played.stories[0] if "step" in line] == [
        "02 08:10 step_finished check since 02 08:00",
        "02 09:30 step_finished check since 02 09:10",
    ]


@pytest.mark.parametrize(("digitised", "reused", "asked"), [(0.4, 0.9, 0), (0.9, 0.4, 0), (0.9, 0.9, 1)])
def test_fewer_papers_are_asked_for_where_they_are_digitised_or_reused(digitised, reused, asked):
    outcome = Outcome(electronic=1, digitised=0.5, reused=0.5, return_hours=None)
    row = {"at": "02 08:00", "chance/digitised": digitised, "chance/reused": reused, "wait/answer/0": HOUR}
    row |= {"chance/supplement/0": 0.2, "chance/supplement/1": 0.9}
    supplement = Supplement(online=0.3, digitised=0.5)
    played = play(world(supplement=supplement, profile={"outcome": outcome}), [row])
    assert played.cases["O-260302-0001"].supplements == asked


@pytest.mark.parametrize(("most", "expected"), [(1, 1), (2, 2), (3, 3), (9, 4)])
def test_papers_are_asked_for_again_so_often_at_most(most, expected):
    row = {"at": "02 08:00", "chance/supplement/0": 0.1}
    row |= {f"chance/supplement/{n}": 0.39 if n < 4 else 0.4 for n in range(1, 9)}
    row |= {f"wait/answer/{n}": HOUR for n in range(9)}
    supplement = Supplement(online=0.3, again=0.4, most=most)
    played = play(world(work(minutes=10), supplement=supplement), [row])
    assert played.cases["O-260302-0001"].supplements == expected
    assert sum(isinstance(fact, SupplementProvided) for fact in played.facts) == expected
    assert played.anomalies == ({"supplement_repeated": expected - 1} if expected > 1 else {})


def test_some_never_answer_and_some_withdraw():
    """Both are shares of all requests: 0.4 withdraw, of the 0.8 that answer at all."""
    supplement = Supplement(online=1, withdrawn=0.4, abandoned=0.2, patience_days=20)
    rows = [
        {
            "at": "02 08:00",
            "chance/abandoned/0": abandoned,
            "chance/withdrawn/0": withdrawn,
            "wait/answer/0": 5 * HOUR,
        }
        for abandoned, withdrawn in ((0.19, 0.0), (0.2, 0.499), (0.2, 0.5))
    ]
    played = play(
        world(work(minutes=60), supplement=supplement), [{**row, "chance/supplement/1": 0.9} for row in rows]
    )
    assert played.stories[0][3:] == [
        "02 09:00 supplement_requested",
        "22 09:00 stopped (not supplemented in time)",
    ]
    assert played.stories[1][3:] == [
        "02 10:00 supplement_requested", "02 15:00 withdrawal_requested", "02 15:00 stopped (withdrawn)",
    ]  # fmt: skip
    assert played.stories[2][-2] == "02 17:00 resolved"
    assert played.summary["outcomes"] == {"resolved": 1, "stopped": 1, "withdrawn": 1}
    assert (played.summary["late"], played.summary["on_time"]) == (0, 3), "the clock stood"
    assert played.anomalies == {}


# -- the clock, by the law

A_DAY_AND_A_HALF = {"at": "02 08:00", **ASKED, "wait/answer/0": 36 * HOUR}


@pytest.mark.parametrize(
    ("rules", "due"),
    [
        ("0-before", "06 08:00"),  # anew: two working days from Wednesday's opening
        ("A-2018", "06 08:00"),
        ("B-2021", "05 16:00"),  # Monday's seven working hours and Tuesday's eight
        ("C-2025", "05 16:00"),
        (None, "05 16:00"),
    ],
)
def test_after_papers_the_due_date_moves_as_the_law_of_the_day_says(rules, due):
    played = play(world(supplement=PAPERS, scenario={"rules": rules}), [A_DAY_AND_A_HALF])
    assert played.stories[0][4] == f"03 21:00 supplement_provided due {due}"
    assert played.anomalies == {}


def test_a_vendors_clock_shifts_the_date_into_working_hours(monkeypatch):
    shifting = changed(RULE_SETS[-1], supplement_clock="shift", since=date.min)
    monkeypatch.setattr("simulator.engine.calendars.RULE_SETS", (shifting,))
    played = play(world(supplement=PAPERS), [A_DAY_AND_A_HALF])
    # 36 hours after Wednesday 8:00 is Thursday 20:00, held at closing.
    assert played.stories[0][4] == "03 21:00 supplement_provided due 05 17:00"


def test_money_is_waited_for_with_the_clock_standing_whatever_papers_do():
    row = {"at": "02 08:00", "chance/paying": 1 - exp(-0.75)}
    fee = Payment(step="fee", wait_days=2)
    played = play(world(work(), fee, scenario={"rules": "A-2018"}), [row])
    assert played.stories[0][4] == "03 21:00 payment_made due 05 16:00"


def test_where_there_is_no_date_none_moves():
    played = play(world(limit="none", supplement=PAPERS), [A_DAY_AND_A_HALF])
    assert played.stories[0][1] == "02 08:00 accepted"
    assert played.stories[0][4] == "03 21:00 supplement_provided"
    assert (played.summary["on_time"], played.summary["late"], played.summary["finished"]) == (0, 0, 1)


def test_late_is_who_broke_the_promise_and_waits_for_papers_put_it_off():
    rows = [
        {"at": "02 08:00", **ASKED, "wait/answer/0": 36 * HOUR, "seconds/sign/0": 14 * HOUR},
        {"at": "02 08:00", "chance/supplement/0": 0.9, "seconds/sign/0": 16 * HOUR},
    ]
    scenario = world(
        work(), work("sign", 1, "head"), supplement=PAPERS, offices={"O": office(staff={"head": 2})}
    )
    played = play(scenario, [{**row, "seconds/check/0": HOUR, "seconds/check/1": HOUR} for row in rows])
    origin, cases = played.simulation.origin, [played.cases[f"O-260302-000{n}"] for n in (1, 2)]
    assert [said(case.first_due_at - origin) for case in cases] == ["04 08:00", "04 08:00"]
    assert [said(case.due_at - origin) for case in cases] == ["05 16:00", "04 08:00"]
    assert [said(case.finished_at - origin) for case in cases] == ["05 16:00", "04 10:00"]
    assert (played.summary["on_time"], played.summary["late"]) == (1, 1)


def test_a_broken_promise_is_not_mended_by_a_wait():
    """Under the rules of 2018 the limit starts anew after papers; who was late before stays so."""
    row = {"at": "02 08:00", **ASKED, "wait/answer/0": HOUR}
    route = work("check", 17 * 60), work("sign", 60, "head")
    played = play(world(*route, supplement=PAPERS, scenario={"rules": "A-2018"}), [row])
    assert played.stories[0][3:5] == [
        "04 09:00 supplement_requested",
        "04 10:00 supplement_provided due 06 10:00",
    ]
    assert (played.summary["on_time"], played.summary["late"]) == (0, 1)
