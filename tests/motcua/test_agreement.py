"""The law of one figure: a simulated year has the same figures in every command and at every address."""

import json
import subprocess
import sys

import pytest

from tests.streams.worker import Worker

YEAR = ("--from", "2025-01-01", "--until", "2026-01-01")
UNTIL = "2026-01-01T00:00:00+07:00"


def motcua(*words: object) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "motcua", *map(str, words)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """A year of one ward, as a file and as a log that a monitor may follow."""
    folder = tmp_path_factory.mktemp("year")
    events, store = folder / "year.jsonl", folder / "monitor.sqlite"
    motcua("simulate", "quickstart", *YEAR, "--out", events)
    with events.open("a") as file:
        file.write(json.dumps({"type": "tick", "scenario": "quickstart", "at": UNTIL}))
    motcua("replay", events, "--store", store, "--until", UNTIL)
    return events, store


@pytest.fixture(scope="module")
def monitor(year, tmp_path_factory):
    """A monitor that has folded the whole year."""
    worker = Worker(tmp_path_factory.mktemp("worker"), "--store", str(year[1]))
    worker.start()
    worker.indicators("quickstart", UNTIL)
    yield worker
    worker.end()


@pytest.mark.parametrize("due", ["first", "current"])
@pytest.mark.parametrize("by", ["field", "channel", "unit"])
def test_the_command_and_the_monitor_measure_the_same(year, monitor, by, due):
    told = json.loads(
        motcua("measure", year[0], "--as-of", UNTIL, "--by", by, "--due", due, "--format", "json")
    )
    assert told == monitor.indicators("quickstart", UNTIL, by=by, due=due)


@pytest.mark.parametrize("form", ["II.06a", "consolidated", "II.07a", "steps", "digest"])
def test_the_command_and_the_monitor_report_the_same(year, monitor, form):
    told = json.loads(motcua("report", year[0], "--form", form, "--year", "2025", "--format", "json"))
    assert told == monitor.get("/api/report", form=form, period="2025", scenario="quickstart")
    assert any(isinstance(part, list) and part for part in told.values()), "the report is empty"


def test_the_official_form_and_the_measure_count_the_same(year, monitor):
    form = monitor.get("/api/report", period="2025", scenario="quickstart")["total"]
    seen = monitor.indicators("quickstart", UNTIL)["total"]
    assert form["received_total"] == seen["received"] > 10_000
    assert form["resolved_total"] - form["on_time_waiting"] == seen["finished"]
    assert form["resolved_early"] + form["early_no_result"] == seen["early"]
    assert form["resolved_late"] == seen["late"] > 0
    assert form["pending_overdue"] == seen["open_overdue"]
    assert form["pending_total"] + form["on_time_waiting"] == seen["open"]


def test_the_command_and_the_monitor_find_the_same_signs(year, monitor):
    told = json.loads(motcua("audit", year[0], "--format", "json"))["findings"]
    found = monitor.get("/api/audit", scenario="quickstart")["findings"]
    same = ("detector", "severity", "found", "looked", "times", "share", "causes")
    assert [[row[name] for name in same] for row in told] == [[row[name] for name in same] for row in found]
    assert sum(row["found"] for row in found) > 0
    assert not any("H44.100-" in json.dumps(row) for row in found), "no dossier is named without a login"
