"""The view of all partitions that one driver owns: what monitoring reads (`dossier.view.View`)."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import date, tzinfo
from math import inf
from time import monotonic

from dossier.figures.indicators import Masks, figures, instant, just_after, report
from dossier.figures.standing import DIMENSIONS, Cell
from dossier.figures.window import EVERYWHERE, WINDOWS, Place, Sums, add, rolling_figures
from dossier.law.calendar import Book
from dossier.life.state import Dossier
from dossier.view import DELAYS, PUT_AWAY, Figures, Health, OpenDossiers, Part, Refusal
from streams.nearness import CLASSES, Spot
from streams.processor import PartitionProcessor
from streams.world import World

IDLE_SECONDS = 60.0


class StreamView:
    """Figures added up over the partitions; each partition stands at its own stream time."""

    def __init__(
        self,
        processors: Mapping[int, PartitionProcessor],
        partitions: int,
        lag: Callable[[], int],
        unread: Callable[[int], int | None],
        ready: Callable[[], bool] = lambda: True,
        look: Callable[[], Awaitable[None]] | None = None,
        others: Callable[[], list[int]] | None = None,
        own: "StreamView | None" = None,
    ) -> None:
        """`lag`: how many messages wait; `unread`: of a partition, None before the first `look`.

        `others`: which partitions nobody works on; once called, those of other workers are made known here.
        `own`: the same view of what this worker has itself.
        """
        self._processors = processors
        self._partitions = partitions
        self._lag = lag
        self._unread = unread
        self._ready = ready
        self._look = look
        self._others = others
        self.own = own or self
        self._quiet: dict[int, tuple[int, float]] = {}
        """Which offset each partition stood at, and since when (by the clock on the wall)."""
        self.last_event: float | None = None
        """When the driver last folded a message, by the wall clock; the driver sets it."""

    @property
    def book(self) -> Book:
        """The calendars that the figures go by."""
        return next(iter(self._processors.values())).book

    def dossiers(self, scenario: str) -> Iterator[Dossier]:
        """The states of all dossiers of a scenario; to be read before the next message is folded."""
        for world in self._worlds(scenario):
            yield from world.dossiers.values()

    def begun(self, scenario: str) -> float:
        """Since when the record of a scenario is whole; 0 where it always was."""
        return max((world.begun for world in self._worlds(scenario)), default=0.0)

    def horizon(self, scenario: str) -> float:
        """Before this instant figures cannot be told any more: dossiers were put away; 0 where none was."""
        return max((world.archive.horizon for world in self._worlds(scenario)), default=0.0)

    def steered(self, scenario: str) -> list[tuple[float, str]]:
        """The levers that took effect, with their instants, in the order of time."""
        return sorted({pulled for world in self._worlds(scenario) for pulled in world.steered})

    async def look(self) -> None:
        """Learn how far the log goes now; an answer as of an instant needs it."""
        if self._look is not None:
            await self._look()

    def whole(self) -> None:
        """Raises Refusal 503 where not every partition is known here, and names those."""
        if not self._ready():
            raise Refusal(503, "partitions are being taken over or restored: ask again in a moment")
        standing = self._others() if self._others is not None else []
        if standing:
            raise Refusal(503, f"no worker works on {_listed(standing)}: start one")
        elsewhere = sorted(set(range(self._partitions)) - self._processors.keys())
        if elsewhere and self._others is not None:
            raise Refusal(503, f"the states of {_listed(elsewhere)} are being read: ask again in a moment")
        if elsewhere:
            raise Refusal(503, f"{_listed(elsewhere)} are not owned by this worker")

    def scenarios(self) -> list[str]:
        """The names of the worlds seen, sorted."""
        return sorted({name for p in self._processors.values() for name in p.worlds})

    def stream_time(self, scenario: str) -> float:
        """How far every partition that has seen this scenario has come (seconds since 1970).

        A partition that has been read to its end and was quiet for `IDLE_SECONDS` holds no other one back.
        Figures other than `indicators` are those of each partition at its own time; a tick makes them one.
        """
        owned = {
            part: p.worlds[scenario].clock for part, p in self._processors.items() if scenario in p.worlds
        }
        busy = [clock for part, clock in owned.items() if not self._idle(part)]
        return min(busy) if busy else max(owned.values(), default=0.0)

    def indicators(
        self, scenario: str | None, as_of: float | None = None, by: str | None = None, due: str = "first"
    ) -> Figures:
        """What `motcua measure` prints; Refusal 400 for a wrong question, 404, or 409 for the future."""
        self.whole()
        name = self._named(scenario)
        if by is not None and by not in DIMENSIONS:
            raise Refusal(400, f"by={by!r} is no dimension: use one of {', '.join(DIMENSIONS)}")
        if due not in {"first", "current"}:
            raise Refusal(400, f"due={due!r}: use first or current")
        now = just_after(self.stream_time(name))
        if as_of is not None and (as_of > now or self._catching_up(name)):
            raise Refusal(
                409, f"as_of lies ahead of stream time {instant(now)}: ask again when it has come there"
            )
        before = now if as_of is None else as_of
        horizon = self.horizon(name)
        if before < horizon:
            raise Refusal(400, f"as_of lies before {instant(horizon, self._zone(name))}: {PUT_AWAY}")
        cells: dict[Cell, Masks] = {}
        for world in self._worlds(name):
            for place, masks in world.tally(before).items():
                cells.setdefault(place, Counter()).update(masks)
        return report(cells, name, before, by, due, self._zone(name))

    def rolling(self, scenario: str) -> dict[str, dict[tuple[str, str], Figures]]:
        """Window to (office, field) to counts and rates; ("", "") is the total."""
        now, whole = self.stream_time(scenario), self.windows(scenario)
        out: dict[str, dict[tuple[str, str], Figures]] = {}
        for window, (width, count) in WINDOWS.items():
            sums: dict[Place, Sums] = {}
            for world in self._worlds(scenario):
                panes = world.hours if width == "hour" else world.days
                for place, row in panes.window(now, count, world.begun).items():
                    sums[place] = add([sums[place], row]) if place in sums else row
            out[window] = {EVERYWHERE: whole[window]}
            out[window] |= {place: rolling_figures(row) for place, row in sorted(sums.items())}
        return out

    def windows(self, scenario: str) -> dict[str, Figures]:
        """The total of each window, without its places."""
        now = self.stream_time(scenario)
        out: dict[str, Figures] = {}
        for window, (width, count) in WINDOWS.items():
            totals = [
                (world.hours if width == "hour" else world.days).total(now, count, world.begun)
                for world in self._worlds(scenario)
            ]
            out[window] = rolling_figures(add(totals))
        return out

    def trend(self, scenario: str, days: int = 60) -> list[Figures]:
        """One row a local day, oldest first, up to the day of stream time."""
        sums: dict[int, list[Sums]] = {}
        for world in self._worlds(scenario):
            begun = world.days.index(world.begun)
            for day, row in world.days.whole.items():
                if day >= begun:
                    sums.setdefault(day, []).append(row)
        today = max((world.days.index(world.clock) for world in self._worlds(scenario)), default=0)
        rows = [(day, add(sums[day])) for day in sorted(sums) if today - days < day <= today]
        return [{"day": _date(day), **rolling_figures(row)} for day, row in rows]

    def open_by_due(self, scenario: str) -> list[OpenDossiers]:
        """The open dossiers of each office and field that has any, by the nearness of their due date."""
        counts: dict[Spot, list[int]] = {}
        for world in self._worlds(scenario):
            for spot, row in world.open_by_due().items():
                known = counts.get(spot)
                counts[spot] = row if known is None else [a + b for a, b in zip(known, row, strict=True)]
        return [
            OpenDossiers(office=office, level=level, field=field, **dict(zip(CLASSES, row, strict=True)))
            for (office, level, field), row in sorted(counts.items())
        ]

    def cells(self, scenario: str) -> dict[tuple[str, str, str], Figures]:
        """(office, level, field) to the counts and rates at stream time."""
        cells: dict[tuple[str, str, str], Masks] = {}
        for world in self._worlds(scenario):
            for place, masks in world.cells.items():
                spot = place[0], place[5], place[2]
                known = cells.get(spot)
                if known is None:
                    cells[spot] = Counter(masks)
                else:
                    known.update(masks)
        return {place: figures(masks) for place, masks in sorted(cells.items())}

    def health(self) -> Health:
        """The stream's own state."""
        owned = self._processors.values()
        anomalies: dict[str, Counter[str]] = {}
        for p in owned:
            for scenario, world in p.worlds.items():
                anomalies.setdefault(scenario, Counter()).update(world.anomalies)
            for scenario, mistaken in p.progress.ahead.items():
                anomalies.setdefault(scenario, Counter())["clock_ahead"] += mistaken
        return Health(
            ready=self._ready(),
            events=sum(p.progress.events for p in owned),
            duplicates=sum(p.duplicates for p in owned),
            held=sum(p.held for p in owned),
            lag=self._lag(),
            dead=dict(sum((p.dead for p in owned), Counter())),
            anomalies={scenario: dict(+kinds) for scenario, kinds in sorted(anomalies.items())},
            partitions=len(self._processors),
            parts={part: _part(p, self._unread(part)) for part, p in sorted(self._processors.items())},
            last_event=self.last_event,
            clocks={scenario: self.stream_time(scenario) for scenario in self.scenarios()},
        )

    def _idle(self, part: int) -> bool:
        """Whether nothing waits in a partition, and nothing has come for a while."""
        offset, now = self._processors[part].progress.offset, monotonic()
        seen, since = self._quiet.get(part, (None, now))
        if seen != offset:
            self._quiet[part] = offset, now
            return False
        return now - since > IDLE_SECONDS and self._unread(part) == 0

    def _catching_up(self, scenario: str) -> bool:
        """Some partition has unread messages and knows nothing of this scenario yet."""
        return any(
            scenario not in p.worlds and self._unread(part) != 0 for part, p in self._processors.items()
        )

    def _worlds(self, scenario: str) -> list[World]:
        return [p.worlds[scenario] for p in self._processors.values() if scenario in p.worlds]

    def _zone(self, scenario: str) -> tzinfo:
        return self._worlds(scenario)[0].book.zone

    def _named(self, scenario: str | None) -> str:
        names = self.scenarios()
        if scenario is None and len(names) == 1:
            return names[0]
        if scenario is None:
            listed = ", ".join(names) or "none yet"
            raise Refusal(400 if names else 503, f"say which scenario: {listed}")
        if scenario not in names:
            raise Refusal(404, f"no scenario {scenario!r} here; there are: {', '.join(names) or 'none yet'}")
        return scenario


def _part(p: PartitionProcessor, lag: int | None) -> Part:
    watches = [world.watch for world in p.worlds.values() if world.watch is not None]
    return Part(
        events=p.progress.events,
        folded=p.folded,
        duplicates=p.duplicates,
        held=p.held,
        lag=lag,
        states=len(p.entries),
        open=sum(len(world.open) for world in p.worlds.values()),
        dead=dict(p.dead),
        alerts=dict(p.progress.alerts),
        delays=[sum(watch.delays[bound] for watch in watches) for bound in (*DELAYS, inf)],
        delayed=sum(watch.delayed for watch in watches),
    )


def _listed(parts: list[int]) -> str:
    return f"partitions {', '.join(map(str, parts))}"


def _date(day: int) -> str:
    return date.fromordinal(day).isoformat()
