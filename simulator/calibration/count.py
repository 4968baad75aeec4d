"""What a run came to, office by office and procedure by procedure, as the national portal counts.

Counted while the offices work, without a fact being made: a province's nine months take a third of the time
of telling and folding them. A test shows that both give one figure.
"""

from collections.abc import Collection, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from datetime import date, timezone
from functools import partial
from math import ceil
from multiprocessing import get_context

from dossier.event import SupplementProvided, SupplementRequested
from simulator.engine.dossier import Dossier
from simulator.engine.hours import Hours
from simulator.engine.ledger import Ledger, Telling
from simulator.engine.world import World
from simulator.parallel import parts
from simulator.run import Progress, Simulation
from simulator.scenario.levers import course
from simulator.scenario.model import Scenario

DAY = 86400.0
WORKDAY = 8 * 3600.0
PARTS = 8
"""Parts of a province that two processes share; each holds one part's dossiers at a time."""

Key = tuple[str, str]
"""Office and procedure's code."""


@dataclass(slots=True)
class Count:
    """Dossiers of one office and procedure."""

    judged: int = 0
    """Received in the period or in hand at its beginning: whom decision 766 judges."""
    on_time: int = 0
    """Of these, by its rule."""
    received: int = 0
    """Received in the period."""
    online: int = 0
    """Of these."""
    completed: int = 0
    """Of these, with a result."""
    days: float = 0.0
    """Of these, as the portal counts them (`counted`)."""
    elapsed: float = 0.0
    """Of these, exact days of clock time; both less the waits for papers."""

    def __iadd__(self, other: "Count") -> "Count":
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))
        return self

    @property
    def rate(self) -> float | None:
        """On time by decision 766; None where there is nobody to judge."""
        return _ratio(self.on_time, self.judged)

    @property
    def mean_days(self) -> float | None:
        """Counted days a dossier completed."""
        return _ratio(self.days, self.completed)

    @property
    def mean_elapsed(self) -> float | None:
        """Exact days a dossier completed."""
        return _ratio(self.elapsed, self.completed)


def counted(unit: str, worked: float, elapsed: float) -> int:
    """Days that count for the portal's mean: every one begun, in the unit of the limit, at least one.

    The unit: decision 766's working document, 2.2 [V:S1]. Begun ones: inferred [I], for the means of copies
    in 148 communes are 0.98 at the least, and 1.00 or 1.01 in thirty of them [V:S3].
    `worked`, `elapsed`: seconds of the office's hours, and of the clock.
    """
    days = elapsed / DAY if unit in {"d", "m"} else worked / WORKDAY
    return max(1, ceil(days - 1e-6))


class Counter(Ledger):
    """Hears of everything and keeps the counts."""

    tells = True

    def __init__(self, world: World, scenario: str, origin: int, zone: timezone) -> None:
        super().__init__(world, scenario, origin, zone)
        self.counts: dict[Key, Count] = {}
        self._open: dict[Dossier, None] = {}
        self._asked: dict[Dossier, float] = {}
        self._waits: dict[Dossier, tuple[float, float]] = {}
        """Seconds of the clock and of the office's hours that papers were waited for."""
        self._since = 0.0

    def open(self, dossier: Dossier) -> None:
        """Remember a new dossier."""
        super().open(dossier)
        self._open[dossier] = None

    def start(self) -> None:
        """The warm-up is over."""
        super().start()
        self._since = self._world.now

    def tell(
        self,
        dossier: Dossier,
        telling: Telling,
        instant: float | None = None,  # noqa: ARG002
        at: float | None = None,  # noqa: ARG002
    ) -> None:
        """Note when papers are asked for, and when they come."""
        dossier.seq += 1
        if telling.kind is SupplementRequested:
            self._asked[dossier] = self._world.now
        elif telling.kind is SupplementProvided:
            since, now, hours = self._asked.pop(dossier), self._world.now, _hours(dossier)
            elapsed, worked = self._waits.get(dossier, (0.0, 0.0))
            self._waits[dossier] = elapsed + now - since, worked + hours.worked(now) - hours.worked(since)

    def close(self, dossier: Dossier) -> bool:
        """Count a dossier that has ended."""
        heard = super().close(dossier)
        if heard:
            self._count(dossier)
        for known in (self._open, self._asked, self._waits):
            known.pop(dossier, None)
        return heard

    def conclude(self) -> dict[Key, Count]:
        """Count what is open at the end of the run as well."""
        for dossier in self._open:
            self._count(dossier)
        return self.counts

    def _count(self, dossier: Dossier) -> None:
        accepted, plan = dossier.accepted, dossier.plan
        if accepted is None:
            return
        count = self.counts.setdefault((plan.office, plan.procedure.code), Count())
        count.judged += 1
        count.on_time += _on_time(dossier, self._world.now)
        if accepted < self._since:
            return
        count.received += 1
        count.online += dossier.channel == "online"
        if dossier.outcome == "resolved":
            self._measure(dossier, count)

    def _measure(self, dossier: Dossier, count: Count) -> None:
        """How long the result took."""
        accepted, finished, hours = dossier.accepted, dossier.finished, _hours(dossier)
        assert accepted is not None
        assert finished is not None
        waited, at_work = self._waits.get(dossier, (0.0, 0.0))
        elapsed = finished - accepted - waited
        count.completed += 1
        count.elapsed += elapsed / DAY
        worked = hours.worked(finished) - hours.worked(accepted) - at_work
        count.days += counted(dossier.plan.limit.unit, worked, elapsed)


def _hours(dossier: Dossier) -> Hours:
    return dossier.plan.entry.office.hours


def _on_time(dossier: Dossier, now: float) -> bool:
    """Decision 766's rule (`domain` 2.2): by the date that stands, with one request for papers at most.

    Who waits for the citizen is judged as of the request.
    """
    if dossier.due is None or dossier.supplements > 1:
        return False
    end = dossier.paused_since if dossier.paused_since is not None else dossier.finished
    return (now if end is None else end) <= dossier.due


class Counting(Simulation):
    """A run that is counted, and of which nothing is told."""

    def counts(self) -> dict[Key, Count]:
        """Run it; an office has no entry for a procedure of which it had no dossier."""
        for _ in self.batches(Counter):
            pass
        ledger = self._province.ledger
        assert isinstance(ledger, Counter)
        return ledger.conclude()


def counts(
    scenario: Scenario,
    seed: int = 1,
    start: date | None = None,
    until: date | None = None,
    *,
    only: Collection[str] | None = None,
    processes: int = 1,
    progress: Progress | None = None,
) -> dict[Key, Count]:
    """The counts of a period, by default the scenario's; several processes share the offices."""
    if processes == 1:
        return Counting(scenario, seed, start, until, only=only, progress=progress).counts()
    run = partial(_part, scenario, seed, start, until)
    found: dict[Key, Count] = {}
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for part in pool.map(run, parts(course(scenario), PARTS)):
            found |= part
    return found


def _part(
    scenario: Scenario, seed: int, start: date | None, until: date | None, only: Collection[str]
) -> dict[Key, Count]:
    return Counting(scenario, seed, start, until, only=only).counts()


def by_office(counts: Mapping[Key, Count]) -> dict[str, Count]:
    """The counts of each office."""
    offices: dict[str, Count] = {}
    for (office, _), count in counts.items():
        offices.setdefault(office, Count()).__iadd__(count)
    return offices


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
