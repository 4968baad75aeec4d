"""One run of a scenario: what was asked for, where it goes, at which pace; and its summary."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any

import click
from msgspec.json import encode as encoded

from dossier.event import Begun, Message, Rejected, decode, encode
from dossier.law.calendar import VIETNAM
from motcua import draws
from motcua.feed import NEVER, TICK_HOURS, lines, ticked
from motcua.files import BadInput, Line
from motcua.kept import claim
from motcua.notices import mixed, notices, outside, unasked
from motcua.orders import following
from motcua.outlets import Outlets, Places
from motcua.pace import Lag, Pace
from motcua.progress import Bar, Count
from motcua.purposes import strange
from motcua.show import clean
from motcua.steering import Steering
from motcua.topics import opened
from simulator.engine.ledger import Case
from simulator.engine.trouble import Trouble
from simulator.luck.table import Table, TableError
from simulator.parallel import Parallel
from simulator.run import ModelError, Progress, Simulation
from simulator.scenario.files import load
from simulator.scenario.levers import parse, text

_WORDS: Mapping[str, tuple[str, str]] = {
    "left": (
        "an interrupted run left it, it cannot be resumed: delete it",
        "do một lần chạy bị ngắt để lại, không thể chạy tiếp: hãy xóa",
    ),
    "simulating": ("simulating", "mô phỏng"),
    "days": ("days", "số ngày"),
}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What was asked for; `motcua simulate --help` says what each is."""

    scenario: str
    levers: tuple[str, ...] = ()
    seed: int = 1
    start: date | None = None
    until: date | None = None
    dossiers: int | None = None
    out: tuple[str, ...] = ()
    cases: Path | None = None
    plot: Path | None = None
    kafka: str | None = None
    store: Path | None = None
    draws: Path | None = None
    draw_missing: bool = False
    speed: float | None = None
    backfill: int | date | None = None
    processes: int = 1
    lang: str = "en"


@dataclass(frozen=True)
class Done:
    """A run that is over."""

    summary: dict[str, Any]
    """`Simulation.summary`; and `pace`, where it had one."""
    trouble: list[Trouble]


class Run:
    """The run of a plan, once; BadInput, ScenarioError or ValueError where it asks for what cannot be."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.world = plan, load(plan.scenario)
        self.start, self.until = plan.start or self.world.start, plan.until or self.world.until
        check_days(self.start, self.until)
        self.pace = self._paced()
        self.places = Places(plan.out, plan.cases, plan.plot, plan.store, plan.draws)
        self.steering = self._steered()
        self._ended: list[Case] = []
        self._day: Progress = _unseen
        self._pulled = [parse(lever) for lever in plan.levers]
        self._table: Table | None = None
        self._columns: set[str] = set()
        if plan.draws:
            self._table, self._columns = draws.named(plan.draws, plan.draw_missing)
        self.engine = self._engine()

    def go(self) -> Done:
        """Run it; then its files are whole, and what went to a topic is durable."""
        plan = self.plan
        for sentence in self._notices():
            click.echo(f"motcua: {clean(sentence)}", err=True)
        if plan.store is not None and not claim(plan.store, self.world.name, self._mark()):
            click.echo(f"motcua: {clean(mixed(str(plan.store), self.world.name, plan.lang))}", err=True)
        with ExitStack() as stack:
            topic = None
            if plan.kafka is not None or plan.store is not None:
                topic = stack.enter_context(opened(plan.kafka, plan.store))
            if self.steering is not None and topic is not None and isinstance(self.engine, Simulation):
                control = stack.enter_context(following(plan.kafka, plan.store))
                self.steering.begin(self.engine, control, topic)
            sinks = self.places.open(self.start, self.until, plan.lang, self.world.title)
            out = stack.enter_context(Outlets(sinks, topic, self._ended))
            for part in out.left:
                click.echo(f"{part}: {_word('left', plan.lang)}", err=True)
            with self._named():
                self._tell(out)
        summary = self.engine.summary()
        if self.pace is not None:
            summary["pace"] = {
                "speed": self.pace.speed,
                "behind_seconds": self.pace.behind,
                "most_behind_seconds": self.pace.most,
            }
        return Done(summary, self.engine.trouble())

    def _notices(self) -> Iterator[str]:
        """What should be known of the run before it begins."""
        plan, engine = self.plan, self.engine
        until = self.until if plan.dossiers is None else None
        yield from notices(self.world, self._pulled, until, plan.lang)
        if self._table is None or not isinstance(engine, Simulation):
            return
        if engine.outside:
            first = self.start - timedelta(days=self.world.warmup_days)
            yield outside(str(plan.draws), (engine.outside, self._table.size), (first, until), plan.lang)
        scenarios = [engine.course.first, *(change.scenario for change in engine.course.changes)]
        if columns := strange(self._columns, scenarios):
            yield unasked(str(plan.draws), columns, self.world.name, plan.lang)

    def _mark(self) -> dict[str, str]:
        """All that makes the events what they are; `until` does not, for a longer run begins alike."""
        plan = self.plan
        drawn = _digest(plan.draws.read_bytes() + bytes([plan.draw_missing])) if plan.draws else ""
        return {
            "seed": str(plan.seed),
            "levers": ";".join(map(text, self._pulled)),
            "from": str(self.start),
            "dossiers": str(plan.dossiers or ""),
            "draws": drawn,
            "scenario file": _digest(encoded(self.world)),
        }

    def _daily(self, at: datetime) -> None:
        """A day of the simulation is over."""
        self._day(at)

    # -- telling -------------------------------------------------------------------------------------------

    def _tell(self, out: Outlets) -> None:
        """All of it, by the cheapest way that tells as much as is wanted."""
        begun = Begun(scenario=self.world.name, at=midnight(self.start))
        with ExitStack() as stack:
            meter = self._meter(stack)

            def day(at: datetime) -> None:
                out.settle()
                meter(at)

            self._day = day
            if self.pace is not None:
                self._follow(begun, out, stack.enter_context(Lag(self.pace, self.plan.lang)))
            elif not out.told:
                self.engine.run()
            elif out.fast:
                out.lines(encode(begun) + b"\n")
                for batch in self.engine.lines():
                    out.lines(batch)
            else:
                for line in self._lines(begun, out):
                    out.put(line)

    def _lines(self, begun: Begun, out: Outlets) -> Iterator[Line]:
        """What is told; with its bytes, and with ticks, where there is a topic."""
        told: Iterable[Message] = chain([begun], self._facts())
        if out.topic is None:
            return (Line(event, b"") for event in told)
        every = TICK_HOURS if self.steering is None else NEVER
        return ticked(lines(told), every, None if self.plan.dossiers else midnight(self.until))

    def _facts(self) -> Iterable[Message]:
        if isinstance(self.engine, Simulation):
            return self.engine.facts()
        read = (decode(line) for batch in self.engine.lines() for line in batch.splitlines())
        return (event for event in read if not isinstance(event, Rejected))

    def _follow(self, begun: Begun, out: Outlets, lag: Lag) -> None:
        """The same, each when its instant comes."""
        assert self.pace is not None
        self.pace.idle = out.flush
        for line in self._lines(begun, out):
            if line.event is not None and line.event is not begun:  # the warm-up is still to come then
                lag.to(line.event.at)
                self.pace.wait(line.event.at)
            out.put(line)

    def _meter(self, stack: ExitStack) -> Progress:
        if self.pace is not None:
            return _unseen
        lang = self.plan.lang
        words = f"{_word('simulating', lang)} {self.world.name}"
        first = self.start - timedelta(days=self.world.warmup_days)
        if self.plan.dossiers is not None:
            count = stack.enter_context(Count(f"{words}, {_word('days', lang)}:"))
            return lambda _: count.add(1)
        bar = stack.enter_context(Bar(words, (self.until - first).days))
        return lambda at: bar.to((at.date() - first).days)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """What is wrong in a table of draws is told with the file's name."""
        try:
            yield
        except (TableError, ModelError) as error:
            cause = error.__cause__ if isinstance(error, ModelError) else error
            if not isinstance(cause, TableError):
                raise
            raise draws.refused(self.plan.draws or Path("-"), cause) from error

    # -- what was asked for --------------------------------------------------------------------------------

    def _engine(self) -> Simulation | Parallel:
        plan = self.plan
        levers = self._pulled
        cases = self._ended.append if self.places.cases else None
        days = (self.world, plan.seed, self.start, self.until)
        if plan.processes == 1:
            return Simulation(
                *days,
                levers=levers,
                dossiers=plan.dossiers,
                table=self._table,
                cases=cases,
                steer=self.steering,
                progress=self._daily,
            )
        if plan.dossiers or plan.draws or self.pace:
            raise BadInput("--dossiers, --draws, --speed and --backfill are for one process: no --processes")
        return Parallel(*days, processes=plan.processes, levers=levers, cases=cases, progress=self._daily)

    def _paced(self) -> Pace | None:
        plan = self.plan
        if plan.kafka is not None and plan.store is not None:
            raise BadInput("the events go to one stream: --kafka or --store")
        if plan.speed is None and plan.backfill is None:
            return None
        if not plan.out and plan.kafka is None and plan.store is None:
            raise BadInput("a pace is for events: say where they go, as --out - or --store FILE")
        live = self.start
        if isinstance(plan.backfill, date):
            live = plan.backfill
        elif plan.backfill is not None:
            live += timedelta(days=plan.backfill)
        if not self.start <= live <= self.until:
            raise BadInput(f"--backfill {plan.backfill}: {_span(self.start, self.until)}")
        return Pace(plan.speed or 1.0, midnight(live))

    def _steered(self) -> Steering | None:
        streams = self.plan.kafka is not None or self.plan.store is not None
        if self.pace is None or not streams:
            return None
        return Steering(self.pace, self.world.name, midnight(self.start), self.plan.lang)


def check_days(start: date, until: date) -> None:
    """BadInput where a run would have no day."""
    if until <= start:
        raise BadInput(f"--until {until} is not after --from {start}: it is the day after the last one")


def _span(start: date, until: date) -> str:
    """What --backfill may be."""
    return f"a day from {start} to {until}, or 0 to {(until - start).days} days"


def midnight(day: date) -> datetime:
    """The local midnight at which a day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM)


def _digest(raw: bytes) -> str:
    return blake2b(raw, digest_size=4).hexdigest()


def _word(name: str, lang: str) -> str:
    return _WORDS[name][lang == "vi"]


def _unseen(_: datetime) -> None:
    """Nobody looks."""
