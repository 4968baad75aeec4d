"""Rolling windows in event time: panes of sums, an hour or a day wide, added up when read.

On-time and letters count at the time of the verdict, online at the time of receipt.
A day is a local day of the calendar's zone; the last day or hour of a window is the one that runs.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from dossier.calendar import HOUR
from dossier.indicators import IN_TIME, LATE, ON_TIME, ONLINE, OVERDUE, SENT, rate

WINDOWS = {"1d": ("hour", 24), "7d": ("day", 7), "30d": ("day", 30)}
"""Name to the panes' width and their number."""

Place = tuple[str, str]
"""(office, field)."""

_NAMES = ("received", "online", "on_time", "late", "letters_sent", "letters_in_time")
Sums = list[int]


@dataclass
class Panes:
    """Sums by place and pane; `index` gives the number of the pane that holds an instant."""

    index: Callable[[float], int]
    sums: dict[Place, dict[int, Sums]] = field(default_factory=dict)

    def add(self, place: Place, received_at: float, verdict_at: float | None, mask: int, sign: int) -> None:
        """Add a dossier's standing to its panes (`sign` 1), or take it away (-1)."""
        self._change(place, received_at, (sign, sign if mask & ONLINE else 0, 0, 0, 0, 0))
        if verdict_at is None:
            return
        if mask & ON_TIME:
            self._change(place, verdict_at, (0, 0, sign, 0, 0, 0))
        elif mask & (LATE | OVERDUE):
            sent, in_time = sign if mask & SENT else 0, sign if mask & IN_TIME else 0
            self._change(place, verdict_at, (0, 0, 0, sign, sent, in_time))

    def _change(self, place: Place, at: float, by: tuple[int, ...]) -> None:
        """Add to one pane; one that has come to nothing goes, as if it had never been."""
        panes = self.sums.setdefault(place, {})
        index = self.index(at)
        row = panes.get(index)
        if row is None:
            panes[index] = list(by)
            return
        for i, n in enumerate(by):
            row[i] += n
        if not any(row):
            del panes[index]
            if not panes:
                del self.sums[place]

    def window(self, before: float, count: int, since: float) -> dict[Place, Sums]:
        """The sums, by place, of the last `count` panes that do not begin before `since`."""
        last = self.index(before)
        first = max(last - count + 1, self.index(since))
        out: dict[Place, Sums] = {}
        for place, panes in self.sums.items():
            rows = [panes[i] for i in range(first, last + 1) if i in panes]
            if rows:
                out[place] = add(rows)
        return out

    def prune(self, before: float, keep: int) -> None:
        """Forget the panes older than the last `keep` ones."""
        oldest = self.index(before) - keep
        for panes in self.sums.values():
            for i in [i for i in panes if i < oldest]:
                del panes[i]


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
