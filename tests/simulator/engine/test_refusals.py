"""Dossiers that are refused and filed again, and those that are taken back."""

from math import exp, log1p

from dossier.event import Accepted
from simulator.scenario.model import Payment, Refiling, Supplement
from tests.simulator.engine.plays import COUNTER, DAY, HOUR, at, office, play, procedure, said, work, world

ASKED = {"chance/supplement/0": 0.0, "chance/supplement/1": 0.999}
"""Asked for papers once."""
PAPERS = Supplement(online=0.5, in_person=0.3, post=0.1, wait_days=1, again=0.5)


# -- refusals and second filings


def test_a_refusal_is_spoken_after_the_step_that_decides():
    rows = [{"at": "02 08:00", "chance/refused": chance} for chance in (0.29, 0.3)]
    played = play(world(work("check"), work("assess", 60, "head"), refused=0.3, decides="assess"), rows)
    assert played.stories[0][2:] == [
        "02 09:00 step_finished check since 02 08:00",
        "02 10:00 step_finished assess since 02 09:00",
        "02 10:00 refused (conditions not met)",
    ]
    assert played.stories[1][-1] == "02 11:00 result_returned online"
    assert played.summary["outcomes"] == {"refused": 1, "resolved": 1}
    assert played.anomalies == {}


def test_who_is_refused_files_again_once_with_a_dossier_that_names_the_first():
    rows = [
        {"at": "02 08:00", "chance/refiled": 0.4, "chance/refiling": 0.5},
        {"at": "02 08:00", "chance/refiled": 0.5},
        {"at": "02 08:00", "channel": "in_person", "chance/refiled": 0.0, "chance/refiling": 0.5},
    ]
    refiled = Refiling(share=0.5, after_days=3)
    played = play(world(refused=1, refiled=refiled), rows, own=True)
    assert list(played.lives) == [f"O-260302-{name}" for name in ("0001", "0002", "0003", "0001-r", "0003-r")]
    after = 3 * DAY * -log1p(-0.5)
    assert said(at("02 09:00") + after) == "04 10:54:23"
    assert played.stories[3] == [
        "04 10:54:23 submitted",
        "04 10:54:23 accepted due 06 10:54:23",
        "04 11:54:23 step_finished check since 04 10:54:23",
        "04 11:54:23 refused (conditions not met)",
    ]
    assert said(at("02 11:00") + after) == "04 12:54:23"
    assert played.stories[4][0].startswith("04 13:00 accepted"), "on paper only when the office is open"
    again = [fact.resubmits for fact in played.facts if isinstance(fact, Accepted)]
    assert again == [None, None, None, "O-260302-0001", "O-260302-0003"]
    assert played.summary["outcomes"] == {"refused": 5}
    assert played.anomalies == {}


def test_who_files_again_has_luck_of_his_own():
    scenario = world(
        refused=0.5, refiled=Refiling(share=1, after_days=0.001), offices={"O": office(staff={"desk": 50})},
        profile={"calendar": "always"},
    )  # fmt: skip
    rows = [{"at": "02 08:00", "chance/refused": 0.0}] * 400
    played = play(scenario, rows, own=True)
    second = [case.outcome for name, case in played.cases.items() if name.endswith("-r")]
    assert len(second) == 400
    assert 150 < second.count("refused") < 250
    assert not any(name.endswith("-r-r") for name in played.cases)


def test_after_papers_nobody_is_refused():
    row = {"at": "02 08:00", "chance/refused": 0.3, **ASKED, "wait/answer/0": HOUR}
    played = play(world(refused=0.3, supplement=PAPERS), [row])
    assert played.cases["O-260302-0001"].outcome == "resolved"


# -- withdrawal


def taken_back(hours: float) -> float:
    """The chance that stands for so many hours, of a mean of one day."""
    return 1 - exp(-hours / 24)


TAKEN = {"withdrawn": 0.5, "withdrawn_days": 1}
STAYS = {"chance/withdraw": 0.5}


def test_who_takes_the_dossier_back_leaves_the_queue():
    rows = [
        {"at": "02 08:00", **STAYS},
        {"at": "02 08:00", "chance/withdraw": 0.49, "chance/withdrawing": taken_back(0.5)},
        {"at": "02 08:00", **STAYS},
    ]
    played = play(world(**TAKEN), rows)
    assert played.stories[1][2:] == ["02 08:30 withdrawal_requested", "02 08:30 stopped (withdrawn)"]
    assert played.stories[2][2] == "02 10:00 step_finished check since 02 09:00"
    pool = played.summary["pools"]["O/desk"]
    assert (pool["asked"], pool["begun"], pool["gone"], pool["waiting"]) == (3, 2, 1, 0)
    assert played.summary["outcomes"] == {"resolved": 2, "withdrawn": 1}
    assert played.anomalies == {}


def test_work_in_hand_is_finished_though_nobody_wants_it_and_is_not_told():
    rows = [
        {"at": "02 08:00", "chance/withdraw": 0.49, "chance/withdrawing": taken_back(0.5)},
        {"at": "02 08:00", **STAYS},
    ]
    played = play(world(**TAKEN), rows)
    assert [line.split(" ", 2)[2] for line in played.stories[0][2:]] == [
        "withdrawal_requested",
        "stopped (withdrawn)",
    ]
    assert played.stories[1][2] == "02 10:00 step_finished check since 02 09:00"


def test_who_has_the_result_keeps_it():
    row = {"at": "02 08:00", "chance/withdraw": 0.49, "chance/withdrawing": taken_back(1.5)}
    played = play(world(**TAKEN), [row])
    assert played.cases["O-260302-0001"].outcome == "resolved"


def test_a_dossier_may_be_taken_back_while_papers_or_money_are_waited_for():
    gone = {"chance/withdraw": 0.0, "chance/withdrawing": taken_back(8)}
    row = {"at": "02 08:00", **ASKED, **gone, "wait/answer/0": 20 * HOUR}
    story = play(world(supplement=PAPERS, **TAKEN), [row]).stories[0]
    assert story[3:] == [
        "02 09:00 supplement_requested", "02 16:00 withdrawal_requested", "02 16:00 stopped (withdrawn)",
    ]  # fmt: skip
    row = {"at": "02 08:00", **gone, "chance/paying": 0.9}
    played = play(world(work(), Payment(step="fee", wait_days=2), **TAKEN), [row])
    assert played.stories[0][4] == "02 16:00 withdrawal_requested"
    assert played.anomalies == {}


def test_only_what_was_accepted_can_be_taken_back():
    row = {"at": "02 08:00", "chance/withdraw": 0.0, "chance/withdrawing": taken_back(0.01)}
    story = play(world(profile={"intake": COUNTER}, **TAKEN), [row]).stories[0]
    assert story[:3] == [
        "02 08:00 submitted",
        "02 08:10 accepted due 04 08:10",
        "02 08:10:36 withdrawal_requested",
    ]


def test_procedures_differ_in_all_of_this():
    known = {
        "p": procedure(refused=1),
        "q": procedure(code="1.2", supplement=Supplement(online=1, abandoned=1)),
    }
    rows = [{"at": "02 08:00", "procedure": name} for name in ("1.1", "q")]
    assert play(world(procedures=known), rows).summary["outcomes"] == {"open": 1, "refused": 1}
