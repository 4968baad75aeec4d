"""Where late dossiers lose their time: it adds up, and a second reckoning of another kind finds the same."""

import gzip
import json
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from dossier.event import (
    Accepted,
    Corrected,
    Event,
    HandedOver,
    PaymentMade,
    PaymentRequested,
    Resolved,
    StepFinished,
    Stopped,
    SupplementProvided,
    SupplementRequested,
    WithdrawalRequested,
    encode,
)
from dossier.law.calendar import VIETNAM, vietnam
from motcua.cli import cli
from simulator.engine.calendars import Calendars
from simulator.formulas.lateness import Cause, Told, lateness, report, shared
from simulator.run import Simulation, run
from simulator.scenario.files import load
from tests.simulator.theory.queues import MONDAY, OFFICE, Station, network

MINUTE = 60.0


@pytest.fixture(scope="module")
def facts():
    """Two months of a ward in want of an official, so that some are late for many reasons."""
    scenario = load("quickstart")
    office = scenario.offices["H44.100"]
    scenario = replace(
        scenario, offices={"H44.100": replace(office, staff={**office.staff, "justice": 1.25})}
    )
    return [each for each in run(scenario, 5) if isinstance(each, Event)]


@pytest.fixture(scope="module")
def found(facts):
    return lateness(facts, vietnam())


# -- it adds up --------------------------------------------------------------------------------------------


def test_the_parts_of_a_dossier_are_its_time_to_the_second(facts, found):
    spans = dict(_spans(facts))
    told = sorted(sum(each.causes.values()) for each in found.late)
    late = sorted(end - start for _, (start, end, late) in spans.items() if late > 0)
    assert len(told) > 30
    assert told == pytest.approx(late, abs=1e-6)


def test_the_lateness_of_all_parts_is_the_lateness_of_the_dossier(found):
    for told, causes in found.shares():
        assert sum(causes.values()) == pytest.approx(told.late, abs=1e-6)
        assert min(causes.values()) >= 0
        assert set(causes) <= set(told.causes)


def test_every_table_has_all_of_the_lateness(found):
    answer = report(found)
    for table in ("by_part", "by_step", "by_agency", "causes"):
        assert sum(row["share"] for row in answer[table]) == pytest.approx(1)
        assert sum(row["share_of_time"] for row in answer[table]) == pytest.approx(1)
        assert sum(row["days_late"] for row in answer[table]) == pytest.approx(answer["days_late"])


def test_as_many_are_late_as_the_run_says():
    scenario = load("quickstart")
    simulation = Simulation(scenario, 1)
    found = lateness((each for each in simulation.facts() if isinstance(each, Event)), vietnam())
    summary = simulation.summary()
    assert len(found.late) == summary["late"] + summary["open_overdue"]
    assert sum(found.on_time.values()) == summary["on_time"]


def test_waits_and_work_are_those_of_the_engine():
    scenario = network(4.0, Station(5), procedure={"limit": "0.2wh"}, unit=360)
    scenario = replace(scenario, until=MONDAY + timedelta(days=14))
    office = scenario.offices[OFFICE]
    scenario = replace(scenario, offices={OFFICE: replace(office, volume=office.volume / 26)})
    cases = []
    simulation = Simulation(scenario, 3, cases=cases.append)
    always = simulation_calendar(scenario)
    found = lateness((each for each in simulation.facts() if isinstance(each, Event)), always)
    late = [case for case in cases if case.late and case.finished_at is not None]
    sums = defaultdict(float)
    for told in found.late:
        for cause, seconds in told.causes.items():
            sums[cause.part] += seconds
    assert len(late) > 1000
    assert sums["wait"] == pytest.approx(sum(case.waited for case in late), rel=0.01)
    assert sums["work"] == pytest.approx(sum(case.worked for case in late), rel=0.01)
    assert sums["closed"] == 0


def simulation_calendar(scenario):
    return Calendars(scenario, int(datetime(2026, 1, 5, tzinfo=VIETNAM).timestamp()), 0.0).law("always")


# -- a second reckoning ------------------------------------------------------------------------------------


def _spans(facts):
    """By dossier: accepted, ended (or the end of the record), and how late, by hand from the facts."""
    last = max(each.at.timestamp() for each in facts)
    for key, own in _by_dossier(facts).items():
        accepted = next((each for each in own if isinstance(each, Accepted)), None)
        if accepted is None or accepted.due_at is None:
            continue
        ends = (Resolved, Stopped, WithdrawalRequested)
        kinds = {"refused"}
        end = next(
            (
                each.at.timestamp()
                for each in own
                if isinstance(each, ends) or each.__struct_config__.tag in kinds
            ),
            None,
        )
        due, passed, stands = accepted.due_at.timestamp(), None, False
        for each in own:
            at = each.at.timestamp()
            if end is not None and at > end:
                break
            if not stands and passed is None and at > due:
                passed = due
            stands = isinstance(each, SupplementRequested | PaymentRequested) or (
                stands and not isinstance(each, SupplementProvided | PaymentMade)
            )
            if isinstance(each, SupplementProvided | PaymentMade) and each.due_at is not None:
                due = each.due_at.timestamp()
        if end is None and not stands and passed is None and last > due:
            passed = due
        until = last if end is None else end
        yield key, (accepted.at.timestamp(), until, until - passed if passed is not None else 0.0)


def _by_dossier(facts):
    own = defaultdict(list)
    for each in facts:
        own[each.dossier_id].append(each)
    return {key: sorted(some, key=lambda each: each.seq) for key, some in own.items()}


def _minutes(own, start, end):
    """Every moment between two breaks of the day or of the facts, labelled by looking ahead from it."""
    calendar = vietnam()
    marks = {start, end}
    for each in own:
        marks |= {each.at.timestamp()} | (
            {each.started_at.timestamp()} if getattr(each, "started_at", None) else set()
        )
    day = calendar.local(start).date()
    while day <= calendar.local(end).date():
        marks |= {edge for span in calendar.spans(day) for edge in span}
        day += timedelta(days=1)
    edges = sorted(mark for mark in marks if start <= mark <= end)
    for a, b in pairwise(edges):
        yield (a + b) / 2, b - a, calendar.is_open((a + b) / 2)


def _label(own, at, is_open, agency, step):
    """Which part a moment belongs to: the next fact that ends a stretch says it."""
    moving = (StepFinished, HandedOver, SupplementRequested, PaymentRequested, SupplementProvided,
              PaymentMade, Resolved, Stopped, WithdrawalRequested)  # fmt: skip
    before = [e for e in own if e.at.timestamp() < at and isinstance(e, StepFinished | HandedOver)]
    for each in before:
        agency = each.agency if isinstance(each, StepFinished) else each.target
        step = each.step if isinstance(each, StepFinished) else step
    coming = next(
        (
            e
            for e in own
            if e.at.timestamp() > at and (isinstance(e, moving) or e.__struct_config__.tag == "refused")
        ),
        None,
    )
    past = [e for e in own if e.at.timestamp() < at]
    asks = sum(isinstance(e, SupplementRequested) for e in past) + sum(
        isinstance(e, PaymentRequested) and e.amount == 0 for e in past
    )
    answers = sum(isinstance(e, SupplementProvided) for e in past)
    if asks > answers:
        return Cause(step, agency, "citizen")
    if isinstance(coming, StepFinished):
        step, agency = coming.step, coming.agency
        part = "work" if coming.started_at is not None and at > coming.started_at.timestamp() else "wait"
    else:
        part = "hand_over" if isinstance(coming, HandedOver) else "untold"
    return Cause(step, agency, part if is_open else "closed")


def _second(facts):
    """Time by cause of every dossier with a due date, by labelling moments."""
    times = {}
    own = _by_dossier(facts)
    for key, (start, end, late) in _spans(facts):
        sums = defaultdict(float)
        accepted = next(each for each in own[key] if isinstance(each, Accepted))
        after = [each for each in own[key] if each.seq > accepted.seq]
        for at, length, is_open in _minutes(after, start, end):
            sums[_label(after, at, is_open, accepted.agency, "(none)")] += length
        ended = any(each.at.timestamp() >= end for each in after)
        times[key] = accepted.procedure, dict(sums), late, ended
    return times


def test_a_second_reckoning_finds_the_same_shares(facts, found):
    times = _second(facts)
    usual = {}
    for procedure in {procedure for procedure, *_ in times.values()}:
        timely = [sums for p, sums, late, ended in times.values() if p == procedure and not late and ended]
        causes = {cause for sums in timely for cause in sums}
        usual[procedure] = {c: float(np.median([sums.get(c, 0.0) for sums in timely])) for c in causes}
    total = defaultdict(float)
    for procedure, sums, late, _ in times.values():
        if not late:
            continue
        bears = {c: s for c, s in sums.items() if c.part != "citizen"}
        over = {c: max(s - usual[procedure].get(c, 0.0), 0.0) for c, s in bears.items()}
        over = over if sum(over.values()) else bears
        for cause, seconds in over.items():
            total[cause] += late * seconds / sum(over.values())
    answer = {
        Cause(row["step"], row["agency"], row["part"]): row["days_late"] for row in report(found)["causes"]
    }
    assert {c: d for c, d in answer.items() if d} == pytest.approx(
        {c: seconds / 86400 for c, seconds in total.items() if seconds}, rel=1e-6
    )


# -- single dossiers ---------------------------------------------------------------------------------------


def at(text):
    return datetime.fromisoformat(f"2026-03-{text}:00+07:00")


def story(*facts, due="02T17:00", dossier="d", procedure="p"):
    """A dossier accepted on Monday the 2nd at 8:00, and what came after."""
    who = {"scenario": "live", "dossier_id": dossier, "office": "H1"}
    first = Accepted(**who, seq=1, at=at("02T08:00"), procedure=procedure, channel="post", online=False,
                     due_at=at(due), agency="hall")  # fmt: skip
    made = [kind(**who, seq=i, at=at(when), **more) for i, (kind, when, more) in enumerate(facts, 2)]
    return [first, *made]


def causes(*facts, **options):
    (told,) = lateness(story(*facts, **options), vietnam()).late
    return {(c.step, c.agency, c.part): seconds / 3600 for c, seconds in told.causes.items()}


def step(name, started, when, agency="hall"):
    return StepFinished, when, {"step": name, "agency": agency, "started_at": at(started)}


def test_nights_and_noon_belong_to_nobody():
    assert causes(step("check", "02T10:00", "03T08:30"), (Resolved, "03T08:30", {})) == {
        ("check", "hall", "wait"): 2.0,
        ("check", "hall", "work"): 1.5 + 4 + 1,
        ("check", "hall", "closed"): 1.5 + 14.5,
    }


def test_steps_side_by_side_share_their_time():
    found = causes(
        step("tax", "02T08:00", "02T10:00", "tax"),
        step("police", "02T08:00", "03T07:30", "police"),
        (Resolved, "03T07:30", {}),
    )
    assert found["tax", "tax", "work"] == 2
    assert found["police", "police", "work"] == 1.5 + 4
    assert sum(found.values()) == 23.5


def test_what_nobody_tells_is_said_to_be_untold():
    assert causes((Resolved, "03T07:30", {}))["(none)", "hall", "untold"] == 7.5


def test_an_agency_that_has_it_next_has_its_time():
    found = causes((HandedOver, "02T11:00", {"source": "hall", "target": "tax"}), (Resolved, "03T08:30", {}))
    assert found["(none)", "hall", "hand_over"] == 3
    assert found["(none)", "tax", "untold"] == 0.5 + 4 + 1


def test_the_citizens_time_bears_nothing_where_the_date_was_moved():
    facts = story(
        step("check", "02T08:00", "02T09:00"),
        (SupplementRequested, "02T09:00", {}),
        (SupplementProvided, "04T09:00", {}),
        step("check", "04T09:00", "10T09:00"),
        (Resolved, "10T09:00", {}),
    )
    ((told, shares),) = lateness(facts, vietnam()).shares()
    assert told.moved
    assert told.causes[Cause("check", "hall", "citizen")] == 48 * 3600
    assert not any(cause.part == "citizen" for cause in shares)
    assert sum(shares.values()) == pytest.approx(told.late)


def test_excess_over_the_usual_bears_the_lateness():
    told = Told("H1", "p", 60.0, {Cause("a", "x", "work"): 100.0, Cause("b", "x", "wait"): 50.0}, False)
    usual = {Cause("a", "x", "work"): 90.0}
    assert shared(told, usual) == {
        Cause("a", "x", "work"): pytest.approx(10.0),
        Cause("b", "x", "wait"): pytest.approx(50.0),
    }
    slow = {Cause("a", "x", "work"): 200.0, Cause("b", "x", "wait"): 60.0}
    assert shared(told, slow) == {
        Cause("a", "x", "work"): pytest.approx(40.0),
        Cause("b", "x", "wait"): pytest.approx(20.0),
    }


def test_what_is_told_twice_or_taken_back_counts_once_or_not():
    facts = story(step("check", "02T10:00", "03T08:30"), (Resolved, "03T08:30", {}))
    assert report(lateness([*facts, *facts], vietnam())) == report(lateness(facts, vietnam()))
    assert len(lateness([facts[0], facts[0], *facts[1:]], vietnam()).late) == 1
    gone = story((Corrected, "05T08:30", {"retracted": True}))
    assert lateness(gone, vietnam()).late == []


def test_who_is_open_and_overdue_is_late_so_far():
    other = story((Resolved, "02T08:30", {}), (Corrected, "05T08:00", {}), dossier="e")
    found = lateness([*story(step("check", "02T10:00", "02T11:00")), *other], vietnam())
    ((told, _),) = found.shares()
    assert sum(told.causes.values()) == told.late + 9 * 3600


# -- the command -------------------------------------------------------------------------------------------


def test_a_file_and_a_run_have_the_same_answer(tmp_path):
    facts = [each for each in run(load("quickstart"), 2) if isinstance(each, Event)]
    file = tmp_path / "march.jsonl.gz"
    file.write_bytes(gzip.compress(b"".join(encode(each) + b"\n" for each in facts)))
    answers = []
    for arguments in (["--late", str(file)], ["quickstart", "--late", "run", "--seed", "2"]):
        done = CliRunner().invoke(cli, ["explain", *arguments, "--format", "json"])
        assert done.exit_code == 0, done.output
        told = json.loads(done.stdout)
        answers.append({key: value for key, value in told.items() if key not in {"source", "command"}})
    assert answers[0] == answers[1]
    words = CliRunner().invoke(cli, ["explain", "--late", str(file), "--lang", "vi"]).stdout
    assert "hồ sơ trễ hạn" in words


def test_several_worlds_in_a_file_need_a_name(tmp_path):
    file = tmp_path / "two.jsonl"
    one = story((Resolved, "03T08:30", {}))
    two = [replace(each, scenario="other") for each in one]
    file.write_bytes(b"".join(encode(each) + b"\n" for each in [*one, *two]))
    refused = CliRunner().invoke(cli, ["explain", "--late", str(file)])
    assert refused.exit_code != 0
    assert "several worlds" in str(refused.exception)
    assert CliRunner().invoke(cli, ["explain", "other", "--late", str(file)]).exit_code == 0
