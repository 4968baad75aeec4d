"""Offices that change: levers on a day and levers pulled live, mergers, pooled staff, other calendars and
rules."""

from datetime import datetime

import pytest
from msgspec.structs import replace

from dossier.event import Accepted, Resolved, StaffChanged, Steered
from dossier.law.calendar import VIETNAM
from simulator.run import Simulation
from simulator.scenario.model import (
    HandOver,
    Outcome,
    Supplement,
)
from tests.simulator.engine.plays import (
    COUNTER,
    HOUR,
    dated,
    ends,
    office,
    play,
    procedure,
    said,
    told,
    work,
    world,
)
from tests.simulator.engine.worlds import full

LONG = {"seconds/check/0": 2 * HOUR}


# -- staff


def test_more_staff_begin_with_what_waits():
    rows = [{"at": "03 14:00", **LONG}] * 4
    played = play(world(), rows, levers=dated("staff:add=1,pool=desk"))
    assert ends(played) == ["03 16:00", "04 09:00", "04 10:00", "04 11:00"]
    assert told(played) == ["04 00:00 staff:add=1,pool=desk,on=2026-03-04", "04 00:00 O desk 2"]
    assert played.summary["pools"]["O/desk"]["posts"] == 2


def test_less_staff_finish_what_they_have_in_hand():
    rows = [{"at": "03 16:00", **LONG}] * 4
    played = play(
        world(offices={"O": office(staff={"desk": 2})}), rows, levers=dated("staff:add=-1,pool=desk")
    )
    assert ends(played) == ["04 09:00", "04 09:00", "04 11:00", "04 14:00"]


def test_levers_of_one_day_join_and_a_second_change_builds_on_the_first():
    rows = [{"at": "03 14:00", **LONG}] * 3
    levers = [
        *dated("staff:add=1,pool=desk", "staff:add=1,pool=desk"),
        *dated("staff:add=-1,pool=desk", on="2026-03-05"),
    ]
    played = play(world(), rows, levers=levers)
    assert [line for line in told(played) if "desk" in line and "staff" not in line] == [
        "04 00:00 O desk 3",
        "05 00:00 O desk 2",
    ]


# -- how work is done


def test_without_rounds_what_is_in_hand_is_signed_as_it_comes():
    route = work("check"), work("sign", 30, "head", round_hours=8)
    rows = [{"at": "03 08:00"}, {"at": "03 16:30"}]
    played = play(world(*route), rows, levers=dated("e-signature"))
    assert ends(played, "sign") == ["04 08:30", "04 09:00"]


def test_less_work_is_felt_at_steps_that_are_yet_to_come():
    route = work("check", 120), work("sign", 60, "head")
    rows = ["03 16:00", "04 10:00"]
    played = play(world(*route), rows, levers=dated("simplify:work=0.5"))
    assert ends(played) == ["04 09:00", "04 11:00"], "what is in hand is finished as it was begun"
    assert ends(played, "sign") == ["04 09:30", "04 11:30"]


def test_the_rule_of_a_queue_is_another_from_that_day_on():
    known = {"slow": procedure(limit="9wd"), "quick": procedure(code="1.2", limit="3wd")}
    rows = [{"at": "03 15:00", "procedure": name, **LONG} for name in ("slow", "slow", "slow", "quick")]
    assert ends(play(world(procedures=known), rows, levers=dated("edd"))) == [
        "03 17:00",
        "04 12:00",
        "04 15:00",
        "04 10:00",
    ]


def test_results_become_electronic_and_hand_overs_too_also_for_what_is_in_hand():
    profile = {
        "outcome": Outcome(electronic=0, return_hours=6),
        "hand_over": HandOver(electronic=0, round_hours=4),
    }
    route = work("check", 600), work("visit", 60, "agent")
    levers = dated("digitise:electronic=1", "e-hand-over:electronic=1")
    (story,) = play(world(*route, profile=profile), ["03 08:00"], levers=levers).stories
    assert story[2:] == [
        "04 10:00 step_finished check since 03 08:00",
        "04 10:00 handed_over a>b electronically",
        "04 11:00 step_finished visit since 04 10:00",
        "04 11:00 resolved",
        "04 11:00 result_returned online",
    ]


def test_letters_are_written_from_that_day_on():
    levers = dated("apology:share=1,lead_hours=8", on="2026-03-03")
    played = play(world(work(minutes=30 * 60)), ["02 08:00", "03 09:00"], levers=levers)
    assert [case.letter_at is not None for case in played.cases.values()] == [False, True], (
        "who is watched at all"
    )


def test_saturday_mornings_are_worked_by_all_pools():
    levers = dated("saturday", on="2026-03-06")
    rows = [{"at": "06 16:00", **LONG}, {"at": "06 16:00", "seconds/check/0": HOUR}]
    played = play(world(work(), work("sign", 60, "head")), rows, levers=levers)
    assert ends(played) == ["07 09:00", "07 10:00"]
    assert ends(played, "sign") == ["07 10:00", "07 11:00"]
    assert ends(play(world(), rows)) == ["09 09:00", "09 10:00"]
    in_hand = play(world(), [{"at": "05 16:00", "seconds/check/0": 12 * HOUR}], levers=levers)
    assert ends(in_hand) == ["07 11:00"], "also what was begun before"


def test_the_law_is_another_from_that_day_on():
    supplement = Supplement(online=1, wait_days=1)
    asked = {"chance/supplement/1": 0.9, "wait/answer/0": 36 * HOUR}
    rows = [{"at": "02 08:00", **asked}, {"at": "03 08:00", **asked}]
    played = play(world(supplement=supplement), rows, levers=dated("rules:id=A-2018"))
    assert [story[4] for story in played.stories] == [
        "03 21:00 supplement_provided due 05 16:00",  # the clock stood
        "04 21:00 supplement_provided due 09 08:00",  # and here it began anew
    ]
    assert [fact.rules for fact in played.facts if hasattr(fact, "rules")] == ["C-2025", "C-2025"]


def test_another_limit_is_for_who_is_accepted_from_then_on():
    played = play(world(), ["03 16:30", "04 10:00"], levers=dated("limits:limit=1wd"))
    assert [story[1] for story in played.stories] == [
        "03 16:30 accepted due 05 16:30",
        "04 10:00 accepted due 05 10:00",
    ]


def test_what_was_promised_stands_in_the_receipt_and_in_the_row():
    rows = [{"at": "03 16:00"}, {"at": "03 16:55"}, {"at": "04 10:00"}]
    played = play(world(profile={"intake": COUNTER}), rows, levers=dated("limits:limit=1wd"))
    receipts = [fact for fact in played.facts if isinstance(fact, Accepted)]
    assert [(said(fact.at), said(fact.due_at), fact.limit) for fact in receipts] == [
        ("03 16:10", "05 16:10", "2wd"),
        ("04 08:05", "06 08:05", "2wd"),  # it was filed before
        ("04 10:10", "05 10:10", "1wd"),
    ]
    assert [case.limit for case in played.cases.values()] == ["2wd", "2wd", "1wd"]


# -- pooling and mergers

ROUTE = work("check", 60), work("sign", 600, "head")
TWO = {"O": office(), "N": office()}
NEW = [{"at": f"03 {clock}", "office": "N"} for clock in ("15:00", "15:10", "15:20", "16:55")] + [
    {"at": "04 08:00", "office": "N"}
]


def test_pooled_officials_take_what_waited_before_any_of_them():
    played = play(world(*ROUTE, offices=TWO), NEW, levers=dated("pooling:pool=head,centre=hub"))
    assert ends(played, "sign") == ["05 09:00", "05 10:00", "05 11:00", "06 12:00", "06 14:00"]
    assert told(played)[1:] == ["04 00:00 hub hub 2", "04 00:00 N head 0", "04 00:00 O head 0"]
    assert played.summary["pools"]["hub"]["posts"] == 2
    assert played.summary["outcomes"] == {"resolved": 5}
    assert played.anomalies == {}


def test_dossiers_in_hand_go_on_at_the_new_office_and_say_so():
    scenario = world(*ROUTE, profile={"intake": COUNTER}, offices=TWO)
    played = play(scenario, NEW, levers=dated("two-tier:level=commune,into=O"))
    assert list(played.lives) == [
        "N-260303-0001",
        "N-260303-0002",
        "N-260303-0003",
        "N-260303-0004",
        "O-260304-0001",
    ]
    assert played.stories[2] == [
        "03 15:20 submitted",
        "03 15:30 accepted due 05 15:30",
        "04 09:00 step_finished check since 04 08:00 for O",  # taken from N's queue at midnight
        "05 11:00 step_finished sign since 04 09:00 for O",
        "05 11:00 resolved for O",
        "05 11:00 result_returned online for O",
    ]
    assert played.stories[3][:3] == [
        "03 16:55 submitted",
        "04 08:05 accepted due 06 08:05 for O",  # in hand at N's counter
        "04 09:05 step_finished check since 04 08:05 for O",
    ]
    assert played.stories[4][1] == "04 08:10 accepted due 06 08:10", "it was filed at O"
    assert [case.successor for case in played.cases.values()] == ["O", "O", "O", "O", None]
    assert [case.office for case in played.cases.values()] == ["N", "N", "N", "N", "O"]
    assert told(played)[1:] == [
        *(f"04 00:00 N {pool} 0" for pool in ("agent", "counter", "desk", "head")),
        *(f"04 00:00 O {pool} 2" for pool in ("agent", "counter", "desk", "head")),
    ]
    assert played.anomalies == {}


def test_what_waits_at_a_closed_counter_waits_on_at_the_new_one_and_is_charged_once():
    rows = [{"at": "03 16:40", "office": "N", "channel": "post"}] * 4
    scenario = world(profile={"intake": COUNTER}, offices=TWO)
    played = play(scenario, rows, levers=dated("two-tier:level=commune,into=O"))
    # The first is done at N by 8:10; O's two officials begin with two of the others.
    assert [story[0] for story in played.stories] == [
        "04 08:10 accepted due 06 08:10 for O", "04 08:30 accepted due 06 08:30 for O",
        "04 08:30 accepted due 06 08:30 for O", "04 09:00 accepted due 06 09:00 for O",
    ]  # fmt: skip
    second = played.cases["N-260303-0002"]
    assert second.waited == (7 * 60 + 20) * 60, "from 16:40 to midnight, when it is handed to O"


def test_a_new_office_may_take_over_and_change_again():
    levers = [*dated("two-tier:level=commune,into=X"), *dated("staff:add=1", "edd", on="2026-03-05")]
    played = play(world(*ROUTE, offices=TWO), NEW, levers=levers)
    assert [case.successor for case in played.cases.values()] == ["X", "X", "X", "X", None]
    assert list(played.lives)[-1] == "X-260304-0001"
    assert played.summary["outcomes"] == {"resolved": 5}
    assert "05 00:00 X desk 3" in told(played)


def test_pooled_first_and_merged_then():
    levers = [
        *dated("pooling:pool=head,centre=hub"),
        *dated("two-tier:level=commune,into=O", on="2026-03-05"),
    ]
    played = play(world(*ROUTE, offices=TWO), NEW, levers=levers)
    assert ends(played, "sign") == ["05 09:00", "05 10:00", "05 11:00", "06 12:00", "06 14:00"]
    assert played.stories[0][-1] == "05 09:00 result_returned online for O"
    assert played.summary["outcomes"] == {"resolved": 5}


def test_a_visitor_who_comes_again_finds_the_new_office():
    intake = replace(COUNTER, in_person_minutes=60, patience_minutes=30, returns=1)
    rows = [
        {"at": "03 16:00", "office": "N", "channel": "in_person", "chance/patience": 0.99},
        {"at": "03 16:10", "office": "N", "channel": "in_person", "chance/patience": 0.5},
    ]
    scenario = world(profile={"intake": intake}, offices=TWO)
    played = play(scenario, rows, levers=dated("two-tier:level=commune,into=O"))
    assert played.stories[1][0] == "04 09:00 accepted due 06 09:00 for O"
    assert played.summary["pools"]["O/counter"]["asked"] == 1


@pytest.mark.parametrize("into", ["A", "X"])
def test_every_fact_of_a_closed_office_names_its_heir_from_the_day_on(into):
    levers = dated(f"two-tier:level=commune,into={into}", on="2026-03-12")
    day, kinds = datetime(2026, 3, 12, tzinfo=VIETNAM), set()
    facts = [
        fact
        for fact in Simulation(full(), 1, levers=levers).facts()
        if not isinstance(fact, Steered | StaffChanged)
    ]
    for fact in facts:
        heir = into if fact.office != into and fact.at >= day else None
        assert fact.successor == heir, fact
        kinds.add((type(fact).__name__, heir is not None))
    assert {name for name, after in kinds if after} >= {
        "Accepted", "StepFinished", "HandedOver", "PaymentMade", "SupplementProvided", "Resolved",
        "ResultReturned",
        "Rated",
    }  # fmt: skip
    filed = {fact.office for fact in facts if fact.dossier_id.split("-")[1] >= "260312"}
    assert filed == {into}


def test_a_merger_loses_nobody_and_nothing_is_stuck():
    levers = dated("two-tier:level=commune,into=X", on="2026-03-12")
    simulation = Simulation(full(), 1, levers=levers, dossiers=400)
    ended = {fact.dossier_id for fact in simulation.facts() if isinstance(fact, Resolved)}
    summary = simulation.summary()
    assert summary["open"] == 0
    assert len(ended) == summary["outcomes"]["resolved"] > 250
