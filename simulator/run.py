"""A run: a scenario and a seed in, the facts in their order out, in flat memory."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone
from functools import cache

from dossier.event import Fact
from dossier.law.calendar import VIETNAM, WorkingCalendar, vietnam
from simulator.demand import Demand, Inflow
from simulator.draws import Fortune
from simulator.ledger import Dossier, Ledger
from simulator.model import Scenario
from simulator.office import Office
from simulator.world import HopError, World

BATCH = 600.0
"""Facts are put in order ten minutes at a time; a fact lies within the ten minutes in which it happens."""

Progress = Callable[[datetime], None]


class ModelError(RuntimeError):
    """The model failed: in which scenario, with which dossier, at which step."""

    def __init__(self, scenario: str, dossier: Dossier | None, cause: BaseException) -> None:
        self.scenario, self.dossier_id, self.step = scenario, "(none)", "(none)"
        if dossier is not None:
            steps, i = dossier.plan.steps, dossier.position
            self.dossier_id = dossier.id
            self.step = "intake" if i < 0 else "return" if i >= len(steps) else steps[i].name
        where = f"scenario {scenario}, dossier {self.dossier_id}, step {self.step}"
        super().__init__(f"{where}: {type(cause).__name__}: {cause}")


def run(
    scenario: Scenario,
    seed: int,
    start: date | None = None,
    until: date | None = None,
    progress: Progress | None = None,
) -> Iterator[Fact]:
    """The facts of a scenario from midnight of `start` to that of `until` (by default the scenario's own).

    The offices are at work for `warmup_days` before `start`; what is still open then is carried over: its
    facts come first, with their own earlier instants. Dossiers that ended before `start` are not told.
    The same scenario and seed give the same facts; `progress` is called with the simulated time, once a day.
    """
    start, until = start or scenario.start, until or scenario.until
    if until <= start:
        raise ValueError(f"until must be after start ({start}), is {until}")
    if seed < 0:
        raise ValueError(f"seed must be 0 or more, is {seed}")
    return _Run(scenario, seed, start, until).facts(progress)


class _Run:
    def __init__(self, scenario: Scenario, seed: int, start: date, until: date) -> None:
        self._scenario, self._seed = scenario, seed
        self._calendar = vietnam()
        first = start - timedelta(days=scenario.warmup_days)
        self._begin, self._start, self._end = (midnight(day) for day in (first, start, until))
        offset = self._calendar.local(self._start).utcoffset()
        assert offset is not None
        self._world = World(self._begin)
        self._ledger = Ledger(self._world, scenario.name, timezone(offset))
        demand = cache(lambda calendar: Demand(scenario, calendar))
        for name in scenario.offices:
            self._office(name, demand).work(first, until)

    def facts(self, progress: Progress | None) -> Iterator[Fact]:
        """The run itself."""
        at = self._begin
        while at < self._end:
            if at == self._start:
                self._ledger.start()
            if progress and (at - self._begin) % 86400 == 0:
                progress(self._ledger.clock(int(at)))
            at += BATCH
            self._advance(at)
            for row in self._ledger.take():
                yield row[4]

    def _office(self, name: str, demand: Callable[[WorkingCalendar], Demand]) -> Office:
        profile = self._scenario.profiles[self._scenario.offices[name].profile]
        calendar = vietnam(profile.saturday_morning)
        inflow = Inflow(self._scenario, name, self._seed, demand(calendar))
        fortune = Fortune(self._seed, name)
        return Office(name, self._scenario, calendar, self._world, self._ledger, inflow, fortune)

    def _advance(self, until: float) -> None:
        try:
            self._world.advance(until)
        except HopError as error:
            subject = error.subject
            parts = subject if isinstance(subject, tuple) else (subject,)
            dossier = next((part for part in parts if isinstance(part, Dossier)), None)
            cause = error.__cause__ or error
            raise ModelError(self._scenario.name, dossier, cause) from cause


def midnight(day: date) -> float:
    """The instant at which a day begins in Vietnam."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM).timestamp()
