"""The shipped five-step process is the one that others wrote down, bit for bit on the same draws."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.engine.hours import Weekly
from simulator.luck.table import Table
from simulator.scenario.files import load
from tests.simulator.theory.oracle import PROGRAMS
from tests.simulator.theory.queues import play

DOSSIERS = 2_000
STEPS = "intake", "check", "assess", "decide", "deliver"
NEVER = None
HOUR, DAY = 3600.0, 86400.0
OPEN = [(day * DAY + a * HOUR, day * DAY + b * HOUR) for day in range(5) for a, b in ((8, 12), (13, 17))]

Told = dict[str, Any]
Log = list[tuple[int, int, float, float, float]]


@pytest.fixture(scope="module", params=[1, 2, 3])
def told(request: pytest.FixtureRequest, shared: Path) -> Told:
    """The draws of a seed, and the log of each program."""
    program = Path(__file__).with_name("oracle.py")
    words = [sys.executable, program, shared / "peers", str(DOSSIERS), str(request.param)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120)
    found: Told = json.loads(done.stdout)
    return found


def table(draws: Told) -> Table:
    """Their draws as a table: a row a dossier, a column a purpose."""
    loops, first = draws["loops"], draws["first"]
    columns = {"at": draws["came"]}
    for step, seconds in zip(STEPS, draws["work"], strict=True):
        columns[f"seconds/{step}/0"] = seconds
    for n in range(max(loops) + 1):
        columns[f"chance/supplement/{n}"] = [0.0 if n < many else 0.999 for many in loops]
    for n in range(max(loops)):
        has = [(start + n, n < many) for start, many in zip(first, loops, strict=False)]
        columns[f"wait/answer/{n}"] = [draws["waits"][i] if some else NEVER for i, some in has]
        columns[f"seconds/check/{n + 1}"] = [draws["again"][i] if some else NEVER for i, some in has]
    return Table(columns)


def ours(draws: Told) -> Log:
    """The log of our run, as theirs."""
    played = play(load("five-step"), 1, DOSSIERS, table=table(draws))
    number = {case.dossier_id: i for i, case in enumerate(played.cases)}
    opening = Weekly(OPEN).opening
    return sorted(
        (number[visit.dossier], STEPS.index(visit.step), visit.asked, opening(visit.began), visit.ended)
        for visit in played.visits
    )


@pytest.mark.shared
def test_five_steps_are_those_of_every_other_program_bit_for_bit(told: Told):
    log = [list(row) for row in ours(told["draws"])]
    assert len(log) == sum(map(len, told["draws"]["work"])) + sum(told["draws"]["loops"])
    for program in PROGRAMS:
        assert log == told["logs"][program], program
