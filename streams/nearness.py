"""The open dossiers of one world by the nearness of their due date, counted without a walk over them all."""

from collections.abc import Iterator, Mapping

from dossier.figures.standing import FINISHED, OVERDUE, PAUSED, RECEIVED, Cell
from dossier.figures.window import Mark
from dossier.law.calendar import DAY, HOUR

CLASSES = ("overdue", "within_4h", "within_8h", "within_24h", "later", "paused", "none")
"""Each open dossier is in one; the hours are those of the clock."""

Spot = tuple[str, str, str]
"""(office, level, field)."""
Standing = tuple[Cell | None, int, float | None, Mark | None, Mark | None]
"""A dossier's cell, mask, promised due date, and marks of its receipt and verdict, as the sums have them."""

_OVERDUE, _LATER, _PAUSED, _NONE = map(CLASSES.index, ("overdue", "later", "paused", "none"))
_NEAR = tuple((hours, CLASSES.index(f"within_{hours}h")) for hours in (4, 8, 24))


class Nearness:
    """Dossiers whose clock runs are counted as "later", and listed by the hour of their date.

    A reading looks at those of the next 24 hours alone, and counts them where they are by then.
    """

    def __init__(self) -> None:
        self._counts: dict[Spot, list[int]] = {}
        self._hours: dict[int, set[str]] = {}

    def put(self, name: str, seen: Standing) -> None:
        """Count a dossier, if it is open."""
        where, mask, due, _, _ = seen
        if where is None or not mask & RECEIVED or mask & FINISHED:
            return
        row = self._counts.setdefault(_spot(where), [0] * len(CLASSES))
        kind = _kind(mask, due)
        row[kind] += 1
        if due is not None and kind == _LATER:
            self._hours.setdefault(int(due // HOUR), set()).add(name)

    def take(self, name: str, seen: Standing) -> None:
        """Take away what `put` counted of it."""
        where, mask, due, _, _ = seen
        if where is None or not mask & RECEIVED or mask & FINISHED:
            return
        row = self._counts[_spot(where)]
        kind = _kind(mask, due)
        row[kind] -= 1
        if not any(row):
            del self._counts[_spot(where)]
        if due is not None and kind == _LATER:
            names = self._hours[int(due // HOUR)]
            names.remove(name)
            if not names:
                del self._hours[int(due // HOUR)]

    def counts(self, now: float, standings: Mapping[str, Standing]) -> dict[Spot, list[int]]:
        """How many there are of each of `CLASSES`, seen just before `now`."""
        rows = {spot: row.copy() for spot, row in self._counts.items()}
        for name in self._near(now):
            where, _, due, _, _ = standings[name]
            assert where is not None
            assert due is not None
            left = (due - now) / HOUR
            for hours, kind in _NEAR:
                if left <= hours:
                    row = rows[_spot(where)]
                    row[_LATER] -= 1
                    row[kind] += 1
                    break
        return rows

    def _near(self, now: float) -> Iterator[str]:
        """Those due within a day, and a few that are due an hour or two after it."""
        last = int((now + DAY) // HOUR) + 1
        for hour, names in self._hours.items():
            if hour <= last:
                yield from names


def _spot(where: Cell) -> Spot:
    return where[0], where[5], where[2]


def _kind(mask: int, due: float | None) -> int:
    """The class, as far as the clock does not change it."""
    if mask & OVERDUE:
        return _OVERDUE
    if mask & PAUSED:
        return _PAUSED
    return _NONE if due is None else _LATER
