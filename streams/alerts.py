"""The watch over one partition's open dossiers: what the clock alone will tell of them, and when.

It is derived from the states, each of which keeps what was told of it: so each alert is found once, also
after a restart or when another worker takes the partition over.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import heappop, heappush

from dossier.law.calendar import Book
from dossier.life.alerts import FOUND, Alert, Kind, Moment, holds, identity, moments, watched
from dossier.life.state import Dossier
from dossier.view import DELAYS
from streams.records import Entry


class Watch:
    """One heap entry for each open dossier: the next moment at which its clock will tell something.

    What has passed already when it becomes known (a fact that came late, a history sent at the beginning)
    waits until the clock moves on: the next fact may say that it was done.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._next: dict[str, tuple[int, float]] = {}
        self._heap: list[tuple[float, str]] = []
        self.delays: Counter[float] = Counter()
        """How many alerts were found so late after their moment at most (`DELAYS`, then inf)."""
        self.delayed = 0.0
        """The sum of the delays, in seconds of stream time."""

    def see(self, name: str, dossier: Dossier, clock: float) -> None:
        """Take note of a dossier's dates as they are now, by stream time."""
        if dossier.finished_at is not None:
            self._next.pop(name, None)
            return
        mark = watched(dossier)
        known = self._next.get(name)
        if known is None or known[0] != mark:
            found = moments(dossier, self._book.of(dossier.office))
            self._await(name, mark, (moment[0] for moment in found), clock)

    def passed(self, clock: float, entries: dict[str, Entry]) -> Iterator[tuple[str, Moment]]:
        """What the clock has told by now, in the order of its moments; what was told before is left out."""
        heap = self._heap
        while heap and heap[0][0] < clock:
            at, name = heappop(heap)
            known = self._next.get(name)
            entry = entries.get(name)
            if known is None or known[1] != at or entry is None or entry.dossier is None:
                continue  # its dates have changed since
            if entry.held:
                del self._next[name]  # what came early may say that it was done: seen again with that
                continue
            all_ = moments(entry.dossier, self._book.of(entry.dossier.office))
            for moment in all_:
                if moment[0] <= at and _new(entry, moment) and holds(entry.dossier, moment):
                    yield name, moment
            self._await(name, known[0], (moment[0] for moment in all_ if moment[0] > at), 0.0)

    def found(self, dossier: Dossier, moment: Moment, clock: datetime) -> Alert:
        """The alert, found at stream time `clock`; its delay is counted."""
        at, kind, about = moment
        zone = clock.tzinfo
        delay = max(0.0, clock.timestamp() - at)
        self.delays[next((bound for bound in DELAYS if delay <= bound), float("inf"))] += 1
        self.delayed += delay
        return Alert(
            id=identity(dossier, kind, about),
            kind=kind,
            scenario=dossier.scenario,
            office=dossier.office,
            dossier_id=dossier.dossier_id,
            at=datetime.fromtimestamp(at, zone),
            found_at=clock,
            due_at=datetime.fromtimestamp(about, zone) if kind not in FOUND.values() else None,
            successor=dossier.heirs[-1].office if dossier.heirs else None,
            procedure=dossier.procedure,
            field=dossier.field,
            agency=dossier.agency,
        )

    def _await(self, name: str, mark: int, ahead: Iterable[float], clock: float) -> None:
        """Wait for the first of a dossier's moments, or for the clock to move on; for nothing without any."""
        first = min(ahead, default=None)
        if first is None:
            self._next.pop(name, None)
            return
        wake = max(first, clock)
        self._next[name] = mark, wake
        heappush(self._heap, (wake, name))


def tell(entry: Entry, moment: Moment) -> bool:
    """Note in the state that an alert is told; False where it was already."""
    if not _new(entry, moment):
        return False
    entry.told.append((moment[1], moment[2]))
    return True


def sudden(dossier: Dossier, before: dict[str, int], at: float) -> list[Moment]:
    """Alerts of what an event did, by the anomalies counted before it."""
    kinds: list[Kind] = [
        kind for name, kind in FOUND.items() if dossier.anomalies.get(name, 0) > before.get(name, 0)
    ]
    return [(at, kind, at) for kind in kinds]


def _new(entry: Entry, moment: Moment) -> bool:
    return (moment[1], moment[2]) not in entry.told
