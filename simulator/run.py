"""A run: a scenario and a seed in; the facts in their order out, or figures alone; in flat memory."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta, timezone
from itertools import count
from math import inf
from operator import itemgetter
from typing import Any, NamedTuple

from dossier.event import Fact, StaffChanged, Steered, encode
from dossier.law.calendar import VIETNAM, WorkingCalendar
from simulator.engine import dossier as dossiers
from simulator.engine.ledger import Case, Facts, Ledger, Lines
from simulator.engine.province import Over, Province, Visit
from simulator.engine.single import Single, suits
from simulator.engine.source import Block, Source, in_hand
from simulator.engine.trouble import Trouble, strained
from simulator.engine.world import EventError, World
from simulator.ground import Ground, Weeks
from simulator.luck.demand import Arrivals, Demand, Filing, Inflow, wanted
from simulator.luck.draws import Draws
from simulator.luck.rates import Floats
from simulator.luck.replay import Replay
from simulator.luck.table import Table, TableError
from simulator.scenario.levers import course, text
from simulator.scenario.model import Lever, Scenario
from simulator.summary import Outcome, figures, outcome

DAY = 86400.0
BATCH = DAY
"""Facts are put in order a day at a time; a fact lies within the day in which it happens."""
STEERED = 600.0
"""The same, and how often is asked for levers, where a run is steered."""
WEEK = 7 * DAY
BEYOND = 30 * 366 * DAY
"""Where a run ends with its last dossier, holidays and absences are laid out so far beyond its `until`."""

Progress = Callable[[datetime], None]
Steer = Callable[[datetime], Iterable[Lever]]
Told = Fact | Steered | StaffChanged


class Drawn(NamedTuple):
    """The filings of an office and a week, as they are drawn."""

    office: str
    monday: date
    begins: float
    """The week's first instant, in engine seconds."""
    since: float
    """Filings are taken from this instant on."""
    expected: Floats
    """How many were to be expected on each of its days."""
    filings: list[Filing]
    luck: Draws


class ModelError(RuntimeError):
    """The model failed: in which scenario, with which dossier, at which step."""

    def __init__(self, scenario: str, event: Any, cause: BaseException) -> None:
        dossier = dossiers.of(event)
        self.scenario, self.dossier_id, self.step = scenario, "(none)", "(none)"
        if dossier is not None:
            self.dossier_id = dossier.id or "(no id)"
            node = getattr(event if isinstance(event, dossiers.Token) else dossier, "node", None)
            self.step = node.name if node is not None else "intake"
        where = f"scenario {scenario}, dossier {self.dossier_id}, step {self.step}"
        super().__init__(f"{where}: {type(cause).__name__}: {cause}")


def run(
    scenario: Scenario,
    seed: int,
    start: date | None = None,
    until: date | None = None,
    progress: Progress | None = None,
    levers: Iterable[Lever] = (),
) -> Iterator[Told]:
    """The facts of a scenario from midnight of `start` to that of `until` (by default the scenario's own).

    The offices are at work for `warmup_days` before `start`; what is still open then is carried over: its
    facts come first, with their own earlier instants. Dossiers that ended before `start` are not told.
    The same scenario and seed give the same facts; `progress` is called with the simulated time, once a day.
    """
    return Simulation(scenario, seed, start, until, levers=levers, progress=progress).facts()


class Simulation:
    """One run of a scenario, once: `facts`, `lines`, or `run` for the figures alone.

    `dossiers`: take so many filings, from `start` on, and go on until all are over, whatever `until` says.
    `table`: draws (and filings) given from outside, in place of the seed's.
    `visits` is called after each visit of a pool, `cases` with each dossier whose story is over, and at the
    end
    with those still open. `steer` is asked every ten simulated minutes for levers that take effect at once.
    `only`: these offices alone, as if the others did not exist. `over` is filled with the same as `cases` is
    told. `ground`: that of the scenario with its levers, which are not read then. `drawn` is called with the
    filings of each office and week, where no `table` gives them; they are kept in `weeks` and taken from
    there, for other worlds that are run with the same seed.
    """

    def __init__(  # noqa: PLR0913 (what a run may be given)
        self,
        scenario: Scenario,
        seed: int,
        start: date | None = None,
        until: date | None = None,
        *,
        levers: Iterable[Lever] = (),
        dossiers: int | None = None,
        table: Table | None = None,
        visits: Callable[[Visit], object] | None = None,
        cases: Callable[[Case], object] | None = None,
        steer: Steer | None = None,
        progress: Progress | None = None,
        only: Collection[str] | None = None,
        over: list[Over] | None = None,
        ground: Ground | None = None,
        drawn: Callable[[Drawn], object] | None = None,
        weeks: Weeks | None = None,
    ) -> None:
        self._ground = ground or Ground(course(scenario, levers))
        self.course = self._ground.course
        self.scenario, self.seed = scenario, seed
        self.start, self.until = start or scenario.start, until or scenario.until
        if self.until <= self.start:
            raise ValueError(f"until must be after start ({self.start}), is {self.until}")
        if seed < 0:
            raise ValueError(f"seed must be 0 or more, is {seed}")
        if dossiers is not None and dossiers < 1:
            raise ValueError(f"dossiers must be 1 or more, is {dossiers}")
        self._most, self._table, self._visits, self._cases = dossiers, table, visits, cases
        self._steer, self._progress, self._only, self._drawn = steer, progress, only, drawn
        self._filed = weeks
        self._over = over if over is not None else [] if cases is not None else None
        self._lay()
        self.outside = 0
        """Rows of the table that are not filed, since they lie before the run's time or after it."""
        if table is not None and table.at is not None:
            self._count(table.instants(self.origin))
        self._sources: dict[str, Source] = {}
        self._strained: list[Trouble] = []
        """The pools that could not cope, at the last look while a run of so many dossiers took filings."""
        self.now = self._begin
        """How far the run is, in engine seconds; the batch that was told last began at `before`."""
        self.before = self._begin
        self.seconds = 0.0
        """Processor time of the run, with what was done with its facts meanwhile."""

    def _lay(self) -> None:
        """The time axis: engine seconds from a Monday's midnight before everything else."""
        first = self.start - timedelta(days=self.scenario.warmup_days)
        self.course = self.course.since(first)
        scenario = self.course.first
        backlog = max((o.backlog.days for o in scenario.offices.values() if o.backlog), default=0.0)
        before = first - timedelta(days=int(backlog) + 1 if backlog else 0)
        self._monday = before - timedelta(days=before.weekday())
        self.origin = int(midnight(self._monday))
        self._first = first
        self._begin, self._begun, self._end = (
            midnight(day) - self.origin for day in (first, self.start, self.until)
        )
        changes = (midnight(change.on) - self.origin for change in self.course.changes)
        ends = () if self._most is not None else (self._end,)
        self._turns = sorted({self._begun, *ends, *(at for at in changes if at > self._begin)})
        """Instants at which something happens of itself."""
        offset = datetime.fromtimestamp(self.origin, VIETNAM).utcoffset()
        assert offset is not None
        self._zone = timezone(offset)

    def _count(self, at: Floats) -> None:
        """How many rows of a table are outside, and how many there are to take at most."""
        end = self._end if self._most is None else inf
        self.outside = int(((at < self._begin) | (at >= end)).sum())
        if self._most is not None:
            self._most = min(self._most, int((at >= self._begun).sum()))

    # -- the three ways to run -----------------------------------------------------------------------------

    def facts(self) -> Iterator[Told]:
        """The run, told as facts in the order of `dossier.event.order`."""
        for told, facts in self.batches(Facts):
            yield from told
            yield from facts

    def lines(self) -> Iterator[bytes]:
        """The run, told as JSON lines, many at a time: byte for byte the facts' encoding."""
        for told, lines in self.batches(Lines):
            yield b"".join([*(encode(each) + b"\n" for each in told), *lines])

    def run(self) -> None:
        """The run, told to nobody: for `summary` and `cases`."""
        for _ in self.batches(Ledger):
            pass

    def batches(self, kind: type[Ledger]) -> Iterator[tuple[list[Told], list[Any]]]:
        """The run as a ledger tells it, batch by batch: control events, and what it took; `now` is how far it
        is."""
        self._found(kind)
        province, ledger = self._province, self._province.ledger
        step = STEERED if self._steer else BATCH
        at, begun = self._begin, time.process_time()
        while self._goes_on(at):
            self.before = at
            told = self._turn(at)
            if at == self._begun and (carried := ledger.take()):
                yield [], carried
            at = self._pause(at, step)
            self._advance(at)
            self.now = at
            facts = ledger.take()
            if self._cases is not None:
                self._file()
            if facts or told:
                yield told, facts
        province.conclude()
        if self._cases is not None:
            self._file()
        self.seconds = time.process_time() - begun

    def _goes_on(self, at: float) -> bool:
        """Whether there is time left; in a run of so many dossiers, whether any is left that may end."""
        if self._most is None:
            return at < self._end
        province = self._province
        return province.busy and (province.world.peek() < inf or at <= self._turns[-1])

    def _file(self) -> None:
        """Hand over the dossiers whose stories are over, in the order of their ends, offices and ids."""
        assert self._cases is not None
        assert self._over is not None
        for _, _, _, case in sorted(self._over, key=itemgetter(0, 1, 2)):
            self._cases(case)
        self._over.clear()

    def _pause(self, at: float, step: float) -> float:
        """The end of the next stretch in which anything happens, or the next instant with a turn of its
        own."""
        if self._steer is not None:
            return at + step
        turn = next((turn for turn in self._turns if turn > at), inf)
        turn = min(turn, (at // WEEK + 1) * WEEK)
        if self._progress is not None:
            turn = min(turn, (at // DAY + 1) * DAY)
        return min(turn, (max(at, self._province.world.peek()) // step + 1) * step)

    def _turn(self, at: float) -> list[Told]:
        """What happens at this instant of itself: the run's start, dated levers, steering."""
        told: list[Told] = []
        if at % WEEK == 0:
            self._look(at)
        if self._progress is not None and at % DAY == 0:
            self._progress(self._province.ledger.clock(at))
        if at == self._begun:
            self._province.start()
        if at in self._turns or (self._steer is not None and at % DAY == 0):
            for change in self.course.changes:
                if midnight(change.on) - self.origin == at:
                    told += self._adopt(change.scenario, change.levers)
        if self._steer is not None:
            told += self._steered()
        return told if self._province.ledger.started else []  # of the warm-up nobody hears

    def _look(self, at: float) -> None:
        """How long the queues are; and who cannot cope, while a run of so many dossiers takes filings."""
        province = self._province
        for pool in province.pools.values():
            pool.look()
        if self._most is not None and not province.full and at - self._begin >= WEEK:
            self._strained = strained(province.pools.values())

    def _found(self, kind: type[Ledger]) -> None:
        scenario, name = self.course.first, self.scenario.name
        until = self._end if self._most is None else self._end + BEYOND
        world = World(self._begin)
        self._calendars = self._ground.calendars(scenario, self.origin, until)
        province = self._province = Province(
            scenario,
            world,
            kind(world, name, self.origin, self._zone),
            self._calendars,
            self.seed,
            until,
            self._only,
        )
        province.visits, province.most = self._visits, self._most
        province.over_at = self._over
        province.named = province.ledger.tells or self._visits is not None or self._over is not None
        self._demand = (
            Demand(self, self._calendar, self.origin, self.seed, self._ground.rates)
            if self._table is None
            else Replay(self._table, self, self.origin, self.seed)
        )
        if self._table is not None and self._table.size == self.outside > 0:
            raise TableError(self._missed(self._table))
        self._open(province.found(), self._begin)

    def _missed(self, table: Table) -> str:
        """What is wrong with a table of which nothing is filed."""
        at = table.instants(self.origin)
        first, last = (
            f"{datetime.fromtimestamp(self.origin + float(each), self._zone):%Y-%m-%d %H:%M}"
            for each in (at.min(), at.max())
        )
        until = f"to {self.until}" if self._most is None else "on"
        return (
            f"at: nothing is filed within the run, from {self._first} {until}; "
            f"the first row is of {first}, the last of {last}"
        )

    def _open(self, offices: Iterable[str], since: float) -> None:
        """The offices take filings from an instant on."""
        province = self._province
        for name in offices:
            office = province.offices[name]
            if since == self._begin and province.scenario.offices[name].backlog is not None:
                in_hand(office, province.scenario, self.seed, since)
            plain = not self.course.changes and self._steer is None and self._begin == self._begun
            alone = plain and suits(office)
            if alone:
                Single(office, self._weeks(name, since), since, self._closes)
            else:
                self._sources[name] = self._source(name, since)

    def _source(self, office: str, since: float) -> Source:
        return Source(self._province.offices[office], self._weeks(office, since), since, self._closes)

    @property
    def _closes(self) -> float:
        """When no more filings are taken, however few there were."""
        return self._end if self._most is None else inf

    def _renew(self) -> None:
        """The offices take the filings of the course as it is by now, which was steered."""
        for name, old in self._sources.items():
            old.end()
            new = self._sources[name] = self._source(name, self._province.world.now)
            new.follow(old)

    def _weeks(self, office: str, since: float) -> Iterator[Block]:
        """The filings of an office, week after week, and their luck; as long as there may be any."""
        arrivals: Arrivals = self._demand.inflow(office)
        for week in count(int(since // WEEK)):
            monday = self._monday + timedelta(weeks=week)
            if week * WEEK >= self._end and not self._comes(office, week * WEEK, monday):
                return
            filings, luck = self._week(arrivals, office, monday)
            begins = week * WEEK
            if self._drawn is not None and isinstance(arrivals, Inflow):
                expected = arrivals.expected(monday)
                self._drawn(Drawn(office, monday, begins, since, expected, filings, luck))
            yield begins, filings, luck

    def _comes(self, office: str, begins: float, monday: date) -> bool:
        """Whether anything may be filed at an office from a Monday on that lies after `until`."""
        if self._most is None:
            return False
        if self._table is not None:
            return bool((self._table.instants(self.origin) >= begins).any())
        changes = (change.scenario for change in self.course.changes if change.on > monday)
        return any(wanted(scenario, office) for scenario in (self.course.on(monday), *changes))

    def _week(self, arrivals: Arrivals, office: str, monday: date) -> tuple[list[Filing], Draws]:
        """The filings of a week and their luck, drawn once for all worlds that want the same."""
        if self._filed is None or not isinstance(self._demand, Demand):
            return arrivals.week(monday)
        parts = self._demand.scenarios(monday)
        wanted = tuple(
            (self._ground.wanted(scenario, office), since, till) for scenario, since, till in parts
        )
        key = office, monday, wanted
        found = self._filed.get(key)
        if found is None:
            found = self._filed[key] = arrivals.week(monday)
        return found

    @property
    def end(self) -> float:
        """The midnight of `until`, in engine seconds."""
        return self._end

    def day(self, number: int) -> datetime:
        """The local midnight after so many days of the run, its warm-up among them."""
        return datetime.fromtimestamp(self.origin + self._begin + number * DAY, self._zone)

    def on(self, day: date) -> Scenario:
        """The scenario in force on a day."""
        return self.course.on(day)

    def _calendar(self, scenario: Scenario, name: str) -> WorkingCalendar:
        return self._calendars.of(scenario).law(name)

    def _adopt(self, scenario: Scenario, levers: Iterable[Lever]) -> list[Told]:
        """The offices change to another scenario."""
        province, name = self._province, self.scenario.name
        at = province.ledger.clock(province.world.now)
        told: list[Told] = [Steered(scenario=name, at=at, lever=text(lever)) for lever in levers]
        told += province.adopt(scenario)
        self._open(province.found(), province.world.now)
        return told

    def _steered(self) -> list[Told]:
        """Levers that were pulled just now."""
        assert self._steer is not None
        now = self._province.ledger.clock(self._province.world.now)
        told: list[Told] = []
        before = self.course
        for lever in self._steer(now):
            self.course = self.course.steered(now.date(), [lever])
            if lever.on is None or lever.on <= now.date():
                told += self._adopt(self.course.on(now.date()), [lever])
        if self.course is not before:
            self._renew()
        return told

    def _advance(self, until: float) -> None:
        try:
            self._province.world.advance(until)
        except EventError as error:
            cause = error.__cause__ or error
            raise ModelError(self.scenario.name, error.event, cause) from cause

    # -- afterwards ----------------------------------------------------------------------------------------

    def outcome(self) -> Outcome:
        """What became of the offices, for whoever adds up the parts of a run."""
        return outcome(self._province, self.seconds, self._strained)

    def trouble(self) -> list[Trouble]:
        """What is wrong with the model as it ran: who waits for ever, and where work outgrew the posts."""
        return list(self.outcome().trouble)

    def summary(self, parts: Sequence[Outcome] | None = None) -> dict[str, Any]:
        """The figures of the run, or of the `parts` that it was run in."""
        dated = (lever for change in self.course.changes for lever in change.levers)
        return {
            "scenario": self.scenario.name,
            "seed": self.seed,
            "from": self.start.isoformat(),
            "until": self.until.isoformat(),
            "levers": [text(lever) for lever in (*self.course.levers, *dated)],
            **figures(parts or [self.outcome()]),
        }


def midnight(day: date) -> float:
    """The instant at which a day begins in Vietnam."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM).timestamp()
