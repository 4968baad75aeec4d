"""Letters of apology, and what an office should not do; the audit finds all of it and nothing else."""

import json
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from dossier.audit.findings import Finding
from dossier.audit.review import audit
from dossier.event import ApologyIssued, Corrected, Resolved
from dossier.law.calendar import vietnam
from dossier.life.lifecycle import fold
from dossier.life.state import Dossier
from motcua.audit import audit as command
from simulator.run import Simulation, midnight
from simulator.scenario.model import (
    Apology,
    Branch,
    Conduct,
    Lognormal,
    Outcome,
    Parallel,
    Payment,
    Scenario,
    Supplement,
    Way,
)
from tests.simulator.engine.plays import COUNTER, HOUR, Played, office, play, said, work, world

LONG = work("check", 60), work("sign", 20 * 60, "head")
"""21 hours of work, of which 16 can be done within the limit."""


def letters(played: Played) -> list[str]:
    """When letters left, and their new dates."""
    told = [fact for fact in played.facts if isinstance(fact, ApologyIssued)]
    return [f"{said(fact.at)} until {said(fact.due_at)}" for fact in told]


def written(*route, rows=("02 08:00",), supplement=None, **apology) -> Played:
    """A world in which everybody gets a letter who needs one."""
    profile = {"apology": Apology(**{"share": 1, "lead_hours": 4, **apology})}
    more = {} if supplement is None else {"supplement": supplement}
    return play(world(*(route or LONG), profile=profile, **more), rows)


# -- letters


def test_who_will_be_late_gets_a_letter_before_the_due_date():
    # Due on Wednesday at 8:00. Four working hours before, ten of work are left: two days more.
    played = written()
    assert letters(played) == ["03 12:00 until 05 17:00"]
    case = played.cases["O-260302-0001"]
    assert said(case.letter_at - played.simulation.origin) == "03 12:00"
    assert (played.summary["letters"], played.summary["letters_due"], played.summary["letters_sent"]) == (
        1,
        1,
        1,
    )
    assert played.anomalies == {"letter_late": 1}, "the law wants a whole working day"
    assert written(lead_hours=8).anomalies == {}


@pytest.mark.parametrize(
    ("margin", "until"), [(0.5, "04 17:00"), (0.8, "04 17:00"), (1.5, "05 17:00"), (1.7, "06 17:00")]
)
def test_a_letter_grants_a_multiple_of_the_work_left_in_whole_days(margin, until):
    if until == "06 17:00":  # of one week repeated, Friday's closing is Monday's opening
        until = "09 08:00"
    assert letters(written(margin=margin)) == [f"03 12:00 until {until}"]


def test_who_may_be_in_time_is_looked_at_again_after_the_due_date():
    # The second waits behind the first's fifteen hours; half an hour of its own work is left.
    route = work("check", 30), work("sign", 60, "head")
    rows = [{"at": "02 08:00", "seconds/sign/0": 15 * HOUR}, {"at": "02 08:00", "seconds/sign/0": 5 * HOUR}]
    played = written(*route, rows=[{**row, "seconds/check/0": 1800.0} for row in rows])
    assert letters(played) == ["04 12:00 until 05 12:00"]
    assert played.cases["O-260302-0002"].letter_at is not None
    assert played.anomalies == {"letter_late": 1}


def test_who_is_done_gets_no_letter():
    assert letters(written(work("check", 60))) == []


def test_tardy_officials_look_only_after_the_due_date():
    assert letters(written(tardy=1)) == ["04 12:00 until 06 12:00"]
    rows = [{"at": "02 08:00", "chance/tardy": 0.3}, {"at": "02 08:00", "chance/tardy": 0.29}]
    assert [letter[:8] for letter in letters(written(rows=rows, tardy=0.3))] == ["03 12:00", "04 12:00"]


def test_a_short_limit_leaves_half_of_itself_as_the_lead():
    profile = {"apology": Apology(share=1, lead_hours=10)}
    played = play(world(work(minutes=600), limit="8wh", profile=profile), ["02 08:00"])
    assert letters(played) == ["02 12:00 until 03 17:00"]


def test_letters_go_to_a_share_of_the_dossiers():
    rows = [{"at": "02 08:00", "chance/letter": chance} for chance in (0.59, 0.6)]
    assert len(letters(written(rows=rows, share=0.6))) == 1
    scenario = world(*LONG, profile={"apology": Apology(share=0.6)}, offices={"O": office(letters=0.0)})
    assert letters(play(scenario, ["02 08:00"])) == [], "the office's own share is in place of its profile's"


def test_a_dossier_gets_one_letter_at_most():
    route = work("check", 60), work("sign", 100 * 60, "head")
    assert len(letters(written(*route))) == 1
    asked = Supplement(online=1, wait_days=1)
    rows = [{"at": "02 08:00", "wait/answer/0": 5 * HOUR, "chance/supplement/1": 0.9}]
    played = written(work("check", 20 * 60), *route[1:], rows=rows, supplement=asked)
    assert letters(played) == ["03 12:00 until 23 17:00"], "110 hours are left, 14 days"
    assert played.stories[0][5] == "04 17:00 supplement_provided due 24 12:00"


def test_nobody_apologises_while_the_clock_stands_and_after_it_moved_all_is_watched_anew():
    asked = Supplement(online=0.5, again=0.1)
    row = {
        "at": "02 08:00",
        "chance/supplement/0": 0.1,
        "wait/answer/0": 36 * HOUR,
        "chance/supplement/1": 0.9,
    }
    played = written(rows=[row], supplement=asked)
    # Papers are asked for on Monday at 9:00 and come on Tuesday at 21:00: due on Thursday at 16:00, the first
    # look of Tuesday noon finds nothing; four hours before the new date ten hours of work are left.
    assert letters(played) == ["05 11:00 until 09 16:00"]


def test_what_has_no_due_date_needs_no_letter():
    played = play(world(*LONG, limit="none", profile={"apology": Apology(share=1)}), ["02 08:00"])
    assert letters(played) == []
    assert played.summary["apology_rate"] is None


def test_the_work_left_counts_branches_by_their_share_parts_by_the_longest_and_the_dossiers_difficulty():
    # Left from the middle of the first step of 10 h: 5 h, 0.5 x 12 h, and 8 h: 19 h, three days.
    ways = Branch(ways=[Way(share=0.5, route=[work("a", 12 * 60)]), Way(share=0.5, route=[])])
    parts = Parallel(parts=[[work("x", 120, "head")], [work("y", 240, "head"), work("z", 240, "head")]])
    row = {"at": "02 08:00", "chance/branch/1": 0.9}
    played = written(work("s", 10 * 60), ways, parts, rows=[row], lead_hours=8)
    assert letters(played) == ["02 17:00 until 09 08:00"]
    hard = play(
        world(work("s", 60), spread=1.0, profile={"apology": Apology(share=1, lead_hours=8)}, limit="1wd"),
        [{"at": "02 08:00", "normal/difficulty": 3.6}],  # e to the 3.1: 22 times as long
    )
    assert letters(hard) == ["02 12:00 until 04 17:00"]


# -- conduct at the due date


def test_closed_early_the_record_ends_before_the_due_date_and_the_result_comes_later():
    rows = [{"at": "02 08:00", "chance/closed_early": 0.29}, {"at": "02 08:00", "chance/closed_early": 0.3}]
    scenario = world(
        *LONG, profile={"conduct": Conduct(closed_early=0.3)}, offices={"O": office(staff={"head": 2})}
    )
    played = play(scenario, rows)
    assert played.stories[0] == [
        "02 08:00 submitted",
        "02 08:00 accepted due 04 08:00",
        "02 09:00 step_finished check since 02 08:00",
        "03 16:55 resolved without result",
        "04 14:00 result_returned online",
    ]
    assert played.stories[1][-2] == "04 15:00 resolved"
    assert played.anomalies == {"closed_without_result": 1}
    case = played.cases["O-260302-0001"]
    assert (case.outcome, said(case.finished_at - played.simulation.origin)) == ("resolved", "03 16:55")
    assert (played.summary["on_time"], played.summary["late"]) == (1, 1), "so it reads in the record"
    assert [fact.seq for fact in played.lives["O-260302-0001"]] == [1, 2, 3, 4, 5]


def test_closed_early_a_dossier_is_not_worked_on_in_the_record_whatever_its_route_has_left():
    route = (
        work("check", 60),
        work("long", 20 * 60),
        Payment(step="fee", wait_days=1),
        work("sign", 60, "agent"),
    )
    profile = {"conduct": Conduct(closed_early=1), "apology": Apology(share=1, tardy=1)}
    scenario = world(*route, profile=profile, withdrawn=1, withdrawn_days=30)
    played = play(scenario, [{"at": "02 08:00", "chance/paying": 0.5, "chance/withdrawing": 0.065}])
    assert played.stories[0][3:] == ["03 16:55 resolved without result", played.stories[0][-1]]
    assert played.stories[0][-1].endswith("result_returned online")
    assert played.anomalies == {"closed_without_result": 1}
    unpaid = world(*route[:2], Payment(step="fee", wait_days=1, unpaid=1, patience_days=3), profile=profile)
    ended = play(unpaid, ["02 08:00"])
    assert ended.stories[0][3:] == ["03 16:55 resolved without result"], "no result ever comes"
    assert ended.summary["outcomes"] == {"resolved": 1}
    silent = Simulation(unpaid, 1, table=None)
    silent.run()
    assert silent.summary()["engine"]["events"] == sum(1 for _ in Simulation(unpaid, 1).facts())


def test_a_date_that_a_wait_has_not_moved_is_met_once():
    route = work("check", 60), Payment(step="fee", wait_days=1), work("sign", 20 * 60, "head")
    row = {"at": "02 16:00", "chance/paying": 0.1}  # asked to pay at closing, paid in the evening
    played = play(world(*route, profile={"conduct": Conduct(closed_early=1)}), [row])
    assert [line.split(" ", 2)[2] for line in played.stories[0][5:]] == [
        "resolved without result",
        "result_returned online",
    ]


def test_nothing_is_closed_early_that_is_done_or_waits():
    conduct = {"conduct": Conduct(closed_early=1)}
    assert play(world(profile=conduct), ["02 08:00"]).anomalies == {}
    waiting = play(
        world(work(), Payment(step="fee", wait_days=9), profile=conduct),
        [{"at": "02 08:00", "chance/paying": 0.5}],
    )
    assert waiting.anomalies == {}


def test_what_was_closed_in_the_warm_up_is_carried_over_as_it_was_told():
    scenario = world(
        work("check", 60), work("sign", 60 * 60, "head"), profile={"conduct": Conduct(closed_early=1)},
        scenario={"start": date(2026, 3, 9), "warmup_days": 7},
    )  # fmt: skip
    played = play(scenario, ["02 08:00"])
    assert played.stories[0][1:] == [
        "02 08:00 accepted due 04 08:00",
        "02 09:00 step_finished check since 02 08:00",
        "03 16:55 resolved without result",
        "11 14:00 result_returned online",
    ]


def test_overwritten_the_date_is_put_off_by_a_correction_and_nobody_is_told():
    rows = [{"at": "02 08:00", "chance/overwritten": 0.29}, {"at": "02 08:00", "chance/overwritten": 0.3}]
    scenario = world(
        *LONG, profile={"conduct": Conduct(overwritten=0.3)}, offices={"O": office(staff={"head": 2})}
    )
    played = play(scenario, rows)
    assert played.stories[0][3:6] == [
        "03 16:55 corrected due 05 17:00",
        "04 14:00 step_finished sign since 02 09:00",
        "04 14:00 resolved",
    ]
    assert played.anomalies == {"corrected": 1}
    assert (played.summary["on_time"], played.summary["late"]) == (1, 1), "so it reads in the record"


# -- the audit

TIDY = {
    "apology": Apology(share=1, lead_hours=8),
    "outcome": Outcome(electronic=1, return_hours=None),
    "intake": replace(COUNTER, online_minutes=5, in_person_minutes=10, post_minutes=5),
    "calendar": "office",
}
UNTIL = date(2026, 3, 30)


def ward(**conduct: float) -> Scenario:
    """An office that does all by the book but for its conduct; one dossier in five needs more than its
    limit."""
    route = (
        work("check", 20),
        Branch(ways=[Way(share=0.8, route=[]), Way(share=0.2, route=[work("sign", 20 * 60, "head")])]),
    )
    staff = {"counter": 6, "desk": 20, "head": 120}
    profile = {**TIDY, "conduct": Conduct(**conduct)}
    return world(
        *route,
        variation=Lognormal(sigma=0.2),
        profile=profile,
        offices={"O": office(volume=1000, staff=staff)},
    )


@cache
def found(**conduct: float) -> dict[str, Finding]:
    """What the audit finds at the end of the month, by name."""
    states: dict[str, Dossier] = {}
    for fact in Simulation(ward(**conduct), 2).facts():
        key = fact.dossier_id
        state = states.setdefault(key, Dossier(scenario="small", dossier_id=key, office="O"))
        fold(state, fact, vietnam())
    signs = audit(states.values(), midnight(UNTIL), vietnam())  # of the one office there is
    return {each.detector: each for each in signs if each.found}


HONEST = {"letter_false", "on_time_by_new_date"}
"""What a careful office cannot help: letters that were not needed, and dates that they moved."""


def test_the_audit_finds_nothing_in_a_clean_office():
    assert found().keys() <= HONEST


@pytest.mark.parametrize(
    ("conduct", "signs"),
    [
        ({"closed_early": 0.5}, {"closed_without_result", "mass_at_due"}),
        ({"overwritten": 0.5}, {"on_time_by_correction", "wrong_due_date", "corrected"}),
        ({"entered_late": 0.9}, {"batch_entry"}),
    ],
)
def test_the_audit_finds_each_switch(conduct, signs):
    assert found(**conduct).keys() - HONEST == signs


def test_the_audit_counts_as_many_as_there_were():
    told = Counter(
        "closed" if isinstance(fact, Resolved) else "mended"
        for conduct in ({"closed_early": 0.5}, {"overwritten": 0.5})
        for fact in Simulation(ward(**conduct), 2).facts()
        if (isinstance(fact, Resolved) and fact.result_number is None) or isinstance(fact, Corrected)
    )
    assert told["closed"] == found(closed_early=0.5)["closed_without_result"].found > 5
    assert told["mended"] == found(overwritten=0.5)["corrected"].found > 5


def test_the_command_finds_it_in_a_file(tmp_path: Path):
    path = tmp_path / "month.jsonl"
    path.write_bytes(b"".join(Simulation(ward(closed_early=0.5), 2).lines()))
    done = CliRunner().invoke(command, [str(path), "--as-of", f"{UNTIL}T00:00:00+07:00", "--format", "json"])
    assert done.exit_code == 0, done.output
    assert "closed_without_result" in done.output
    assert json.loads(done.output)
