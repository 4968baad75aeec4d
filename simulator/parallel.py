"""A run in several processes: the province in parts that share no staff, and the same bytes as in one.

Draws belong to offices by name, so a part run alone is the part as it is in the whole. Each process tells its
facts with their places in the order of facts, a day at a time; here they are put together. A pipe holds
little,
so nobody runs far ahead and memory stays flat.
"""

import marshal
import multiprocessing
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import chain
from math import inf
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, NamedTuple

from dossier.event import StaffChanged, Steered, encode
from dossier.law.calendar import DAY
from simulator.engine.ledger import Case, Keyed, Ledger
from simulator.engine.province import Over
from simulator.engine.route import flat
from simulator.engine.trouble import Trouble
from simulator.run import Progress, Simulation
from simulator.scenario.levers import Course, course
from simulator.scenario.model import Lever, Scenario, Work
from simulator.summary import Outcome

_CONTEXT = multiprocessing.get_context("spawn")  # a fork would copy the caller's threads and sockets half
PATIENCE = 5.0
"""Seconds that a process gets to end when it is told to."""


class ParallelError(RuntimeError):
    """A part of the run failed, or its process died."""


class Day(NamedTuple):
    """What one process has to tell of a day."""

    told: list[bytes]
    """Control events, as JSON."""
    rows: list[tuple[int, str, str, int, str]]
    cases: list[Over]


@dataclass(frozen=True)
class Job:
    """What a process needs to know."""

    scenario: Scenario
    seed: int
    start: date | None
    until: date | None
    levers: tuple[Lever, ...]
    only: tuple[str, ...]
    tells: bool
    files: bool
    """Whether each dossier is wanted."""


class Parallel:
    """A run in so many processes, once: `lines`, or `run` for the figures alone; then `summary`.

    The scenario's offices fall into groups that share staff or merge; there are never more processes than
    groups.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        start: date | None = None,
        until: date | None = None,
        *,
        processes: int,
        levers: Iterable[Lever] = (),
        cases: Callable[[Case], object] | None = None,
        progress: Progress | None = None,
    ) -> None:
        if processes < 1:
            raise ValueError(f"processes must be 1 or more, is {processes}")
        self._levers = tuple(levers)
        self._whole = Simulation(scenario, seed, start, until, levers=self._levers)
        self._scenario, self._seed, self._start, self._until = scenario, seed, start, until
        self.parts = parts(course(scenario, self._levers), processes)
        """The offices of each process."""
        self._cases, self._progress = cases, progress
        self._outcomes: list[Outcome] = []

    def lines(self) -> Iterator[bytes]:
        """The run, told as JSON lines, a day at a time: the bytes of `Simulation.lines`."""
        for number, days in enumerate(self._days(tells=True)):
            told = b"".join(line + b"\n" for line in _control([day.told for day in days]))
            rows = sorted(chain.from_iterable(day.rows for day in days))
            midnight = self._whole.now + number * DAY
            first = next((i for i, row in enumerate(rows) if row[0] >= midnight), len(rows))
            if told or rows:  # what is carried over comes before all else
                yield _text(rows[:first]) + told + _text(rows[first:])

    def run(self) -> None:
        """The run, told to nobody: for `summary` and `cases`."""
        for _ in self._days(tells=False):
            pass

    def summary(self) -> dict[str, Any]:
        """The figures of the run."""
        return self._whole.summary(self._outcomes)

    def trouble(self) -> list[Trouble]:
        """What is wrong with the model as it ran."""
        return sorted(chain.from_iterable(part.trouble for part in self._outcomes))

    def _days(self, tells: bool) -> Iterator[list[Day]]:
        with _working([self._job(part, tells) for part in self.parts]) as pipes:
            days = [_messages(pipe) for pipe in pipes]
            for number, today in enumerate(zip(*days, strict=True)):
                if self._progress is not None:
                    self._progress(self._whole.day(number))
                if self._cases is not None:
                    for over in sorted(chain.from_iterable(day.cases for day in today), key=_place):
                        self._cases(over[3])
                yield list(today)
            self._outcomes = [pickle.loads(_received(pipe)) for pipe in pipes]  # noqa: S301 (our own process)

    def _job(self, only: Sequence[str], tells: bool) -> Job:
        return Job(
            self._scenario, self._seed, self._start, self._until, self._levers,
            tuple(only), tells, self._cases is not None,
        )  # fmt: skip


def parts(whole: Course, count: int) -> list[list[str]]:
    """The offices in at most `count` parts of about equal volume; who shares staff, or ever merges, is
    together."""
    scenarios = [whole.first, *(change.scenario for change in whole.changes)]
    leader: dict[str, str] = {}

    def found(name: str) -> str:
        while leader.setdefault(name, name) != name:
            name = leader[name]
        return name

    volumes: dict[str, float] = {}
    for scenario in scenarios:
        for name, office in scenario.offices.items():
            found(name)
            volumes[name] = max(volumes.get(name, 0.0), office.volume + sum(office.volumes.values()))
            near = [f"centre {centre}" for centre in _centres(scenario, name)]
            for other in (*near, *([office.successor] if office.successor else [])):
                leader[found(other)] = found(name)
    groups: dict[str, list[str]] = {}
    for name in volumes:
        groups.setdefault(found(name), []).append(name)
    sizes = sorted(groups.values(), key=lambda group: (-sum(volumes[name] for name in group), group))
    made: list[list[str]] = [[] for _ in range(min(count, len(sizes)))]
    load = [0.0] * len(made)
    for group in sizes:
        least = load.index(min(load))
        made[least] += group
        load[least] += sum(volumes[name] for name in group)
    return made


def _centres(scenario: Scenario, name: str) -> set[str]:
    """The centres that may work for an office."""
    office = scenario.offices[name]
    keys = (*scenario.profiles[office.profile].mix, *office.volumes)
    steps = (step for key in keys for step in flat(scenario.procedures[key].route) if isinstance(step, Work))
    named = {step.pool for step in steps if step.pool not in office.staff and step.pool in scenario.centres}
    return named | set(office.at.values())


def _text(rows: list[Any]) -> bytes:
    return "".join([row[4] for row in rows]).encode()


def _place(over: Over) -> tuple[float, str, str]:
    return over[:3]


def _control(told: list[list[bytes]]) -> list[bytes]:
    """The control events of all parts: levers once, and whose staff changed in the order of one process."""
    steered = [line for line in told[0] if b'"type":"steered"' in line]
    changed = [line for line in chain.from_iterable(told) if b'"type":"steered"' not in line]
    return steered + sorted(changed) if len(told) > 1 else told[0]


# -- the processes -----------------------------------------------------------------------------------------


@contextmanager
def _working(jobs: list[Job]) -> Iterator[list[Connection]]:
    """The jobs at work, each at the other end of a pipe; nothing of them is left afterwards."""
    workers: list[tuple[SpawnProcess, Connection]] = []
    try:
        for job in jobs:
            here, there = _CONTEXT.Pipe(duplex=False)
            process = _CONTEXT.Process(target=_work, args=(there, job), daemon=True)
            process.start()
            there.close()
            workers.append((process, here))
        yield [pipe for _, pipe in workers]
    finally:
        for process, pipe in workers:
            pipe.close()
            process.join(0.2)
            if process.is_alive():
                process.terminate()
                process.join(PATIENCE)


def _received(pipe: Connection) -> bytes:
    try:
        message = pipe.recv_bytes()
    except (EOFError, OSError):
        raise ParallelError("a process of the run died; run again, or with --processes 1") from None
    if message[:1] == b"!":
        raise ParallelError(message[1:].decode())
    return message[1:]


def _messages(pipe: Connection) -> Iterator[Day]:
    while message := _received(pipe):
        told, rows, cases = marshal.loads(message)  # noqa: S302 (our own process)
        yield Day(told, rows, [(at, office, name, Case(*case)) for at, office, name, case in cases])


def _work(pipe: Connection, job: Job) -> None:
    """One part of the run: a message for each day, an empty one, and what became of it."""
    try:
        _tell(pipe, job)
    except (BrokenPipeError, KeyboardInterrupt):
        pass  # nobody listens any more
    except Exception as error:  # noqa: BLE001 (told to the parent, which raises it)
        pipe.send_bytes(b"!" + str(error).encode())
    finally:
        pipe.close()


def _tell(pipe: Connection, job: Job) -> None:
    cases: list[Over] = []
    simulation = Simulation(
        job.scenario,
        job.seed,
        job.start,
        job.until,
        levers=job.levers,
        only=job.only,
        over=cases if job.files else None,
    )
    today = int(simulation.now // DAY)
    told: list[bytes] = []
    rows: list[Any] = []

    def send(last: float) -> None:
        """What happened before the day `last`."""
        nonlocal told, rows
        now = [case for case in cases if case[0] < last * DAY]
        mine = [row for row in rows if row[0] < last * DAY]
        pipe.send_bytes(b"." + marshal.dumps((told, mine, [(*case[:3], tuple(case[3])) for case in now])))
        told, rows = [], rows[len(mine) :]
        del cases[: len(now)]

    def send_days(until: float) -> None:
        """The days that are over at an instant."""
        nonlocal today
        while (today + 1) * DAY <= until:
            today += 1
            send(today)

    for control, facts in simulation.batches(Keyed if job.tells else Ledger):
        send_days(simulation.before)
        told += [encode(each) for each in control if isinstance(each, Steered | StaffChanged)]
        rows += facts
    send_days(simulation.now)
    send(inf)
    pipe.send_bytes(b".")
    pipe.send_bytes(b"." + pickle.dumps(simulation.outcome()))
