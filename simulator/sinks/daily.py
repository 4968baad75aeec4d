"""Figures of a run by day and by office, from its dossiers one by one; no larger with more of these."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate

from dossier.law.calendar import VIETNAM
from simulator.engine.ledger import Case

_DAY = 86400
"""Seconds; Vietnam has no daylight saving, so each day has as many."""


@dataclass
class Lateness:
    """Of an office: dossiers that have their verdict, and those of them that were late.

    They ended, or were overdue and open at the end of the run; `on_time_rate_fell_due` is the other share.
    """

    late: int = 0
    decided: int = 0

    @property
    def share(self) -> float:
        """Late ones of all that fell due; 0 where none did."""
        return self.late / self.decided if self.decided else 0.0


@dataclass
class Daily:
    """The days from `start` to the day before `until`, and what happened on each, in local time.

    A dossier counts once it is accepted; every dossier of the run is to be added once, the open ones too.
    """

    start: date
    until: date
    received: list[int] = field(init=False)
    """Accepted, by day."""
    finished: list[int] = field(init=False)
    """Resolved, refused, stopped or withdrawn, by day."""
    carried: int = 0
    """Accepted before the first day and not finished before it."""
    offices: dict[str, Lateness] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.until <= self.start:
            raise ValueError(f"until must be after start ({self.start}), is {self.until}")
        count = (self.until - self.start).days
        self.received, self.finished = [0] * count, [0] * count
        first = datetime(self.start.year, self.start.month, self.start.day, tzinfo=VIETNAM)
        self._first = int(first.timestamp())
        self._last = self._first + count * _DAY

    @property
    def days(self) -> list[date]:
        """The days, in order."""
        return [self.start + timedelta(days=n) for n in range(len(self.received))]

    @property
    def backlog(self) -> list[int]:
        """Open at the end of each day."""
        changes = (came - went for came, went in zip(self.received, self.finished, strict=True))
        return list(accumulate(changes, initial=self.carried))[1:]

    def add(self, cases: Iterable[Case]) -> None:
        """Count these dossiers."""
        for case in cases:
            at, end = case.accepted_at, case.finished_at
            if at is None or at >= self._last or (end is not None and end < self._first):
                continue
            if at < self._first:
                self.carried += 1
            else:
                self.received[(at - self._first) // _DAY] += 1
            if end is not None and end < self._last:
                self.finished[(end - self._first) // _DAY] += 1
            self._judge(case)

    def _judge(self, case: Case) -> None:
        if case.first_due_at is None:
            return
        late = case.late
        if late is None:
            return  # nothing fell due, or it may still be in time
        office = self.offices.setdefault(case.office, Lateness())
        office.decided += 1
        office.late += late

    def worst(self, most: int, least: int = 0) -> list[tuple[str, Lateness]]:
        """The offices with the largest share of late ones, `most` of those where `least` or more fell due."""
        told = [(name, office) for name, office in self.offices.items() if office.decided >= max(least, 1)]
        return sorted(told, key=lambda row: (-row[1].share, -row[1].late, row[0]))[:most]
