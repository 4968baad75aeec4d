"""What an office should not do at due dates; the audit finds all of it and nothing else."""

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
from dossier.event import Corrected, Resolved
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
    Payment,
    Scenario,
    Way,
)
from tests.simulator.engine.plays import COUNTER, office, play, said, work, world

LONG = work("check", 60), work("sign", 20 * 60, "head")
"""21 hours of work, of which 16 can be done within the limit."""


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
