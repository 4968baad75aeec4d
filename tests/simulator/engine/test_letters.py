"""Letters of apology, and what an office should not do; the audit finds all of it and nothing else."""

import pytest

from dossier.event import ApologyIssued
from simulator.engine.letters import Watch
from simulator.run import Simulation
from simulator.scenario.model import (
    Apology,
    Branch,
    Conduct,
    Parallel,
    Supplement,
    Way,
)
from tests.simulator.engine.plays import HOUR, Played, office, play, said, work, world

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


# -- looks that nobody waits for


def hastened(slack: int, monkeypatch: pytest.MonkeyPatch) -> tuple[bytes, int]:
    """What is told of a world with limits of months, and how many looks wait at its end."""
    monkeypatch.setattr("simulator.engine.world.SLACK", slack)
    offices = {"O": office(volume=6000, staff={"desk": 14})}
    profile = {"apology": Apology(share=1), "conduct": Conduct(overwritten=0.2)}
    scenario = world(work(minutes=30), withdrawn=0.1, limit="60wd", profile=profile, offices=offices)
    simulation = Simulation(scenario, 1)
    lines = b"".join(simulation.lines())
    queue = simulation._province.world._queue
    return lines, sum(isinstance(entry[3], Watch) for entry in queue)


def test_who_has_ended_is_not_kept_until_his_due_date(monkeypatch):
    kept, all_looks = hastened(10**9, monkeypatch)
    told, looks = hastened(64, monkeypatch)
    assert told == kept, "and nothing else changes"
    assert all_looks > 5000
    assert looks < all_looks / 4
