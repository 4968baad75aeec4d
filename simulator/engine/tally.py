"""Figures of a run, kept as it goes: by office, in memory that does not grow."""

from dataclasses import dataclass, field, fields
from typing import Any

from simulator.engine.dossier import Dossier

SATISFIED = 3
"""Marks above it."""


@dataclass
class Tally:
    """What became of one office's dossiers; times are sums of seconds."""

    level: str = ""
    carried: int = 0
    """In hand when the run began."""
    online: int = 0
    finished: int = 0
    on_time: int = 0
    late: int = 0
    open: int = 0
    open_overdue: int = 0
    letters: int = 0
    letters_due: int = 0
    """Late, or open and overdue."""
    letters_sent: int = 0
    """To these."""
    supplements: int = 0
    rated: int = 0
    satisfied: int = 0
    cycle: float = 0.0
    """From filing to the end, clock time."""
    taken: float = 0.0
    """From acceptance to the end, clock time."""
    waited: float = 0.0
    worked: float = 0.0
    outcomes: dict[str, int] = field(default_factory=dict)
    visitors: int = 0
    left: int = 0

    def add(self, dossier: Dossier, now: float) -> None:
        """Count a dossier whose story is over, or that is open at the end of the run, at `now`."""
        outcome, accepted, finished = dossier.outcome, dossier.accepted, dossier.finished
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        self.waited += dossier.waited
        self.worked += dossier.worked
        if accepted is None:
            return
        if dossier.channel == "online":
            self.online += 1
        if dossier.supplements:
            self.supplements += dossier.supplements
        if dossier.rating is not None:
            self.rated += 1
            self.satisfied += dossier.rating > SATISFIED
        breached = dossier.breaks(now) if finished is None else dossier.late
        if breached:
            self.letters_due += 1
            self.letters_sent += dossier.letter is not None
        if dossier.letter is not None:
            self.letters += 1
        if finished is None:
            self.open += 1
            self.open_overdue += breached
            return
        self.finished += 1
        self.cycle += finished - dossier.filed
        self.taken += finished - accepted
        if dossier.first_due is not None:
            if breached:
                self.late += 1
            else:
                self.on_time += 1

    @property
    def dossiers(self) -> int:
        """Over, or open at the end of the run; carried over from the warm-up or filed in the run."""
        return sum(self.outcomes.values())

    @property
    def accepted(self) -> int:
        """In hand at any time."""
        return self.finished + self.open

    def __iadd__(self, other: "Tally") -> "Tally":
        for each in fields(self):
            mine, more = getattr(self, each.name), getattr(other, each.name)
            if isinstance(mine, dict):
                for key, count in more.items():
                    mine[key] = mine.get(key, 0) + count
            elif not isinstance(mine, str):
                setattr(self, each.name, mine + more)
        return self

    def figures(self) -> dict[str, Any]:
        """The figures in plain words: counts, rates between 0 and 1 (None for 0/0), hours and days of clock
        time."""
        with_due = self.on_time + self.late
        return {
            "dossiers": self.dossiers,
            "carried": self.carried,
            "accepted": self.accepted,
            "finished": self.finished,
            "open": self.open,
            "open_overdue": self.open_overdue,
            "on_time": self.on_time,
            "late": self.late,
            "on_time_rate_finished": _rate(self.on_time, with_due),
            "on_time_rate_fell_due": _rate(self.on_time, with_due + self.open_overdue),
            "online_rate": _rate(self.online, self.accepted),
            "letters": self.letters,
            "letters_due": self.letters_due,
            "letters_sent": self.letters_sent,
            "apology_rate": _rate(self.letters_sent, self.letters_due),
            "supplements": self.supplements,
            "satisfied_rate": _rate(self.satisfied, self.rated),
            "mean_cycle_hours": _rate(self.cycle / 3600, self.finished),
            "mean_days": _rate(self.taken / 86400, self.finished),
            "mean_wait_hours": _rate(self.waited / 3600, self.dossiers),
            "mean_work_hours": _rate(self.worked / 3600, self.dossiers),
            "outcomes": dict(sorted(self.outcomes.items())),
            "visitors": self.visitors,
            "left": self.left,
        }


def _rate(part: float, whole: float) -> float | None:
    return part / whole if whole else None
