"""A world: the figures of one scenario in one partition, kept as views of the dossiers' states.

Nothing here is a truth of its own: all of it is rebuilt from the states after a restart.
Its time is the stream time of the scenario: the latest instant of any event or tick (seconds since 1970).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from heapq import heappop, heappush

from dossier.figures.indicators import Masks, just_after, measure
from dossier.figures.standing import FINISHED, PAUSED, RECEIVED, UNANSWERED, Cell, cell, standing, verdict_at
from dossier.figures.window import Panes, hour, receipt, verdict
from dossier.law.calendar import DAY, Book
from dossier.life.state import Dossier, instants, waited
from dossier.view import LEAST_DAYS
from streams.alerts import Watch
from streams.archive import Archive
from streams.nearness import Nearness, Spot, Standing

PRUNE = 30 * DAY
"""How far the horizon moves on before the sums of long gone days go."""
_NOTHING: Standing = (None, 0, None, None, None)


class World:
    """Cells, panes, open dossiers and the heap of due dates of one scenario in one partition."""

    def __init__(self, book: Book, watch: Watch | None = None, *, archiving: bool = False) -> None:
        """`archiving`: `done` and `put_away` will be asked for."""
        self.book = book
        self.watch = watch
        self.archive = Archive()
        self._archiving = archiving
        self.clock = 0.0
        self.begun = 0.0
        """Since when the record is whole."""
        self.steered: list[tuple[float, str]] = []
        """The levers that took effect, with their instants; the partition's own record keeps them."""
        self.cells: dict[Cell, Masks] = {}
        self.hours = Panes(hour)
        self.days = Panes(book.of("").day)
        self.anomalies: Counter[str] = Counter()
        self.dossiers: dict[str, Dossier] = {}
        self.open: set[str] = set()
        self._standings: dict[str, Standing] = {}
        self._nearness = Nearness()
        self._early: set[str] = set()
        self._due: list[tuple[float, str]] = []
        self._done: list[tuple[float, str]] = []
        self._prune_at = 0.0

    @property
    def now(self) -> float:
        """The instant just before which the figures are seen."""
        return just_after(self.clock)

    def advance(self, at: float) -> None:
        """Move the clock; dossiers whose due date passed meanwhile get their verdict, without an event."""
        self.clock = at
        if at >= self._prune_at:
            self._prune_at = at + DAY
            self.hours.prune(at, 48)
        due = self._due
        while due and due[0][0] <= at:
            _, name = heappop(due)
            if name in self.open or name in self._early:
                self.update(name, self.dossiers[name])

    def update(self, name: str, dossier: Dossier) -> None:
        """Put the dossier's standing at stream time in the place of the one counted before."""
        now = self.now
        if self.watch is not None:
            self.watch.see(name, dossier, self.clock)
        mask = standing(dossier, now, self.book.of(dossier.office))
        new = self._standing(dossier, mask, now) if mask else _NOTHING
        old = self._standings.get(name, _NOTHING)
        if new != old:
            self._replace(name, old, new)
            self._standings[name] = new
        if mask & (RECEIVED | UNANSWERED) and not mask & FINISHED:
            self.open.add(name)
            if not mask & PAUSED:
                self._expect(name, dossier, now)
        else:
            self.open.discard(name)
            if self._archiving and new != old:
                heappush(self._done, (dossier.last_at, name))
        if dossier.last_at > now or name in self._early:
            self._foresee(name, dossier, now)

    def tally(self, before: float | None) -> dict[Cell, Masks]:
        """The cells at stream time, or recomputed from the states as of an earlier instant."""
        if before is None or before == self.now:
            return self.cells
        return self.archive.add_to(measure(self.dossiers.values(), before, self.book))

    def done(self, before: float) -> Iterator[str]:
        """The dossiers that were done before an instant, and of which nothing was heard since; each once."""
        while self._done and self._done[0][0] < before:
            _, name = heappop(self._done)
            dossier = self.dossiers.get(name)
            if dossier is not None and dossier.last_at < before and name not in self.open:
                yield name

    def put_away(self, name: str, horizon: float) -> None:
        """Let go of a dossier's state; what it counts for stays in the cells, and in the archive."""
        where, mask, *_ = self._standings.pop(name, _NOTHING)
        self.archive.take(where, mask, self.dossiers.pop(name))
        if horizon - self.archive.horizon >= PRUNE:
            self.days.prune(self.clock, LEAST_DAYS)
        self.archive.horizon = horizon

    def unpack(self, archive: Archive) -> None:
        """Count what an archive holds, in the place of what the one known held."""
        for one, sign in ((self.archive, -1), (archive, 1)):
            self.note(one.anomalies, sign)
            for where, masks in one.cells.items():
                for mask, many in masks.items():
                    self._add(where, mask, sign * many)
        self.archive = archive

    def forget(self, name: str) -> None:
        """Count a dossier no more; another worker has put it away."""
        del self.dossiers[name]
        self._replace(name, self._standings.pop(name, _NOTHING), _NOTHING)
        self.open.discard(name)
        self._early.discard(name)

    def note(self, anomalies: Mapping[str, int], sign: int) -> None:
        """Add the anomalies of a dossier, or take them away (-1)."""
        for kind, times in anomalies.items():
            self.anomalies[kind] += sign * times

    def open_by_due(self) -> dict[Spot, list[int]]:
        """The open dossiers of each office, level and field that has any, in the order of `CLASSES`."""
        return self._nearness.counts(self.now, self._standings)

    def _expect(self, name: str, dossier: Dossier, now: float) -> None:
        """The next instants at which the clock alone changes this dossier's standing."""
        dues = {dates[-1].due for dates in (dossier.promises, dossier.appointments) if dates}
        if dossier.accepted_at is None:
            dues.add(dossier.acknowledge_by or 0.0)
        elif dossier.limit_due is not None:
            dues.add(dossier.limit_due + waited(dossier, now))
        for due in dues:
            if due >= now:
                heappush(self._due, (due, name))

    def _foresee(self, name: str, dossier: Dossier, now: float) -> None:
        """Facts lie ahead of the clock, which did not believe them: each counts when its time has come."""
        self._early.discard(name)
        ahead = [at for at in instants(dossier) if at >= now]
        if ahead:
            self._early.add(name)
            heappush(self._due, (min(ahead), name))

    def _standing(self, dossier: Dossier, mask: int, now: float) -> Standing:
        where = cell(dossier, now)
        if not mask & RECEIVED:
            return where, mask, None, None, None
        place = (where[0], where[2])
        decided = verdict_at(dossier, mask, now)
        received = receipt(place, dossier.accepted_at or 0.0, mask)
        due = dossier.promises[-1].due if dossier.promises else None
        return where, mask, due, received, None if decided is None else verdict(place, decided, mask)

    def _replace(self, name: str, old: Standing, new: Standing) -> None:
        """Put the new standing in the old one's place, in the sums that it changes."""
        if old[:3] != new[:3]:
            self._nearness.take(name, old)
            self._nearness.put(name, new)
        if old[:2] != new[:2]:
            self._count(old, -1)
            self._count(new, 1)
        for was, now in ((old[3], new[3]), (old[4], new[4])):
            if was != now:
                for panes in (self.hours, self.days):
                    if was is not None:
                        panes.add(was, -1)
                    if now is not None:
                        panes.add(now, 1)

    def _count(self, counted: Standing, sign: int) -> None:
        where, mask, *_ = counted
        if where is not None:
            self._add(where, mask, sign)

    def _add(self, where: Cell, mask: int, many: int) -> None:
        masks = self.cells.get(where)
        if masks is None:
            masks = self.cells[where] = Counter()
        masks[mask] += many
        if not masks[mask]:
            del masks[mask]
            if not masks:
                del self.cells[where]
