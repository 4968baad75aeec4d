"""What a sink holds does not grow with what it is told, but for a few megabytes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.sinks.formats import FORMATS

PROGRAM = """
import sys
from datetime import datetime, timedelta, timezone
from itertools import islice
from dossier.event import Accepted, HandedOver, Resolved, StepFinished
from tests.simulator.sinks.conftest import a_case
from simulator.sinks.formats import opened
import pyarrow.parquet

FIRST, LAST = 36_000, 216_000
ZONE = timezone(timedelta(hours=7))
BASE = datetime(2026, 3, 2, 8, tzinfo=ZONE)

def events(count):
    # Dossiers of six events, 500 of them open at a time, in 100 offices.
    for n in range(count):
        k, seq = n // 3000 * 500 + n % 500, n % 3000 // 500 + 1
        office = f"Ph\\u01b0\\u1eddng {k % 100}"
        at = BASE + timedelta(seconds=n * 7)
        who = dict(scenario="s", dossier_id=f"{office}-260302-{k:07d}", seq=seq, at=at, office=office)
        if seq == 1:
            told = dict(procedure=f"2.{k % 30}", channel="online", online=True, agency="a")
            yield Accepted(**who, **told, due_at=at + timedelta(3))
        elif seq == 6:
            yield Resolved(**who, result_number=f"KQ-{k}")
        elif seq == 3:
            yield HandedOver(**who, source="a", target="b")
        else:
            yield StepFinished(**who, step=f"step {seq}", agency="a")

def rows(count):
    at = int(BASE.timestamp())
    for n in range(count):
        office = f"Ph\\u01b0\\u1eddng {n % 100}"
        when = dict(accepted_at=at + n, due_at=at + n, finished_at=at + n)
        who = dict(dossier_id=f"{office}-{n}", office=office, procedure=f"2.{n % 30}")
        yield a_case(**who, **when, waited=n / 7, worked=n / 9)

def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))

def grown(path):
    open("/proc/self/clear_refs", "w").write("5")
    dossiers = "dossiers" in path
    with opened([path]) as sink:
        stream = rows(LAST) if dossiers else events(LAST)
        for n in range(0, LAST, 1000):
            if n == FIRST:
                before = peak()
            batch = list(islice(stream, 1000))
            if dossiers:
                sink.cases(batch)
            else:
                sink.write(batch)
                sink.cases(list(rows(150)))  # of the same few dossiers: what is told of them is spooled too
    return (peak() - before) / 1024

for path in sys.argv[1:]:
    print(path, grown(path), flush=True)
"""
"""By how many megabytes the peak rises after the first sixth of 216,000 rows, the closing included."""
MOST = 16.0
"""Megabytes; what is held of whole groups of rows differs by 8 at most, rows never let go are 70 and more."""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
def test_memory_does_not_grow_with_the_events(tmp_path: Path):
    # gzip adds a buffer of its own and nothing else, so the packed twins of a format are left out.
    endings = [ending for ending in FORMATS if not ending.endswith(".gz") or ending == ".jsonl.gz"]
    halves = [endings[::2], endings[1::2]]
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *(str(tmp_path / f"a{ending}") for ending in half)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path.cwd(),
            # Which allocator Arrow takes differs by machine, and some keep what they were given back.
            env={**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system"},
        )
        for half in halves
    ]
    told = [line.rsplit(" ", 1) for run in runs for line in run.communicate()[0].splitlines()]
    assert [run.returncode for run in runs] == [0, 0]
    assert len(told) == len(endings)
    grown = {path.removeprefix(str(tmp_path / "a")): float(more) for path, more in told}
    assert {ending: more for ending, more in grown.items() if more > MOST} == {}, grown
