"""Rolling windows in event time: panes of sums, an hour or a day wide, added up when read.

On-time and letters count at the time of the verdict, online at the time of receipt.
A day is a local day of the calendar's zone; the last day or hour of a window is the one that runs.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from dossier.figures.indicators import rate
from dossier.figures.standing import IN_TIME, ON_TIME, ONLINE, SENT
from dossier.law.calendar import HOUR

WINDOWS = {"1d": ("hour", 24), "7d": ("day", 7), "30d": ("day", 30)}
"""Name to the panes' width and their number."""

Place = tuple[str, str]
"""(office, field)."""
EVERYWHERE: Place = ("", "")

_NAMES = ("received", "online", "on_time", "late", "letters_sent", "letters_in_time")
Sums = list[int]
Mark = tuple[Place, float, tuple[int, int, int, int, int, int]]
"""What a dossier adds to a pane: where, the instant, and the amounts in the order of the names."""


def receipt(place: Place, at: float, mask: int) -> Mark:
    """The mark of a dossier's acceptance."""
    return place, at, (1, 1 if mask & ONLINE else 0, 0, 0, 0, 0)


def verdict(place: Place, at: float, mask: int) -> Mark:
    """The mark of a dossier's verdict, given in time or as its due date passed."""
    if mask & ON_TIME:
        return place, at, (0, 0, 1, 0, 0, 0)
    return place, at, (0, 0, 0, 1, 1 if mask & SENT else 0, 1 if mask & IN_TIME else 0)


@dataclass
class Panes:
    """Sums by place and pane; `index` gives the number of the pane that holds an instant."""

    index: Callable[[float], int]
    sums: dict[Place, dict[int, Sums]] = field(default_factory=dict)
    whole: dict[int, Sums] = field(default_factory=dict)
    """The sums of all places together."""

    def add(self, mark: Mark, sign: int) -> None:
        """Add a mark (`sign` 1) or take it away (-1); a pane that has come to nothing goes."""
        place, at, amounts = mark
        index = self.index(at)
        panes = self.sums.get(place)
        if panes is None:
            panes = self.sums[place] = {}
        _into(panes, index, amounts, sign)
        if not panes:
            del self.sums[place]
        _into(self.whole, index, amounts, sign)

    def window(self, before: float, count: int, since: float) -> dict[Place, Sums]:
        """The sums, by place, of the last `count` panes that do not begin before `since`."""
        out: dict[Place, Sums] = {}
        span = self._span(before, count, since)
        for place, panes in self.sums.items():
            rows = [panes[i] for i in span if i in panes]
            if rows:
                out[place] = add(rows)
        return out

    def total(self, before: float, count: int, since: float) -> Sums:
        """The sums of the same panes for all places together."""
        return add(self.whole[i] for i in self._span(before, count, since) if i in self.whole)

    def _span(self, before: float, count: int, since: float) -> range:
        last = self.index(before)
        return range(max(last - count + 1, self.index(since)), last + 1)

    def prune(self, before: float, keep: int) -> None:
        """Forget the panes older than the last `keep` ones."""
        oldest = self.index(before) - keep
        for panes in (*self.sums.values(), self.whole):
            for i in [i for i in panes if i < oldest]:
                del panes[i]


def _into(panes: dict[int, Sums], index: int, amounts: Sequence[int], sign: int) -> None:
    row = panes.get(index)
    if row is None:
        row = panes[index] = [0] * 6
    for i, n in enumerate(amounts):
        if n:
            row[i] += sign * n
    if not any(row):
        del panes[index]


def hour(at: float) -> int:
    """The number of the hour that holds the instant, since 1970."""
    return int(at // HOUR)


def add(rows: Iterable[Sums]) -> Sums:
    """The sums of several panes."""
    return [sum(column) for column in zip(*rows, strict=True)] or [0] * 6


def rolling_figures(sums: Sums) -> dict[str, int | float | None]:
    """The counts and rates of a window; `decided` = on time + late, `letters_due` = late."""
    counts = dict(zip(_NAMES, sums, strict=True))
    decided = counts["on_time"] + counts["late"]
    return {
        **counts,
        "decided": decided,
        "letters_due": counts["late"],
        "on_time_rate": rate(counts["on_time"], decided),
        "online_rate": rate(counts["online"], counts["received"]),
        "apology_rate": rate(counts["letters_sent"], counts["late"]),
        "apology_in_time_rate": rate(counts["letters_in_time"], counts["late"]),
    }
