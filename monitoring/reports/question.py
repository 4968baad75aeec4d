"""What a report is asked: which dossiers, of which period, split and judged how; and how an answer begins."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from dossier.figures.indicators import figures, instant, told
from dossier.figures.period import Course, Period, Span, Waiting, courses
from dossier.figures.standing import DIMENSIONS, cell, standing
from dossier.law.calendar import Book
from dossier.life.state import Dossier
from monitoring.reports.clean import clean

Row = dict[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """One report's question; `now` is how far the data go (seconds since 1970), and `begun` since when."""

    dossiers: Collection[Dossier]
    book: Book
    period: Period
    scenario: str
    now: float
    begun: float = 0.0
    by: str = "office"
    due: str = "first"
    waiting: Waiting = "resolved"
    office: str = ""
    """Only the dossiers of this one; of this unit where the rows are units."""

    @cached_property
    def end(self) -> float:
        """The instant just before which all is seen: the period's end, or the data's if they end before."""
        return min(self.period.until, self.now)

    @cached_property
    def span(self) -> Span:
        """The period as instants, with the due date that judges."""
        return Span(self.period.start, self.end, self.due, self.waiting)

    @cached_property
    def courses(self) -> list[Course]:
        """What each dossier did in the period."""
        return list(courses(self.dossiers, self.span, self.book))

    def within(self, at: float | None) -> bool:
        """Whether an instant lies in the period, as far as the data go."""
        return at is not None and self.period.start <= at < self.end

    def told(self, at: float | None) -> str | None:
        """An instant as RFC 3339 in the calendar's zone."""
        return None if at is None else instant(at, self.book.zone)


def head(form: str, asked: Question) -> Answer:
    """What every answer begins with."""
    period = asked.period
    return {
        "form": form,
        "scenario": asked.scenario,
        "as_of": asked.told(asked.end),
        "period": {
            "kind": period.kind,
            "name": period.name,
            "first": period.first.isoformat(),
            "last": period.last.isoformat(),
            "cutoff": period.cutoff,
            "start": asked.told(period.start),
            "until": asked.told(period.until),
        },
        "by": asked.by,
        "due": asked.due,
        "waiting": asked.waiting,
    }


def notes(asked: Question) -> list[list[Any]]:
    """What must be said of the data themselves: [key of the words, what fills them in]."""
    out: list[list[Any]] = []
    if asked.now < asked.period.until:
        out.append(["data_end", {"at": asked.told(asked.now)}])
    if asked.begun > asked.period.start:
        out.append(["data_begin", {"at": asked.told(asked.begun)}])
    out.append(["judged_by", {"due": asked.due}])
    return out


def check(name: str, rows: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    """A check and where it fails: row to the two sides that ought to be equal."""
    fails = [{"row": row, "left": a, "right": b} for row, (a, b) in rows.items() if a != b]
    return {"check": name, "holds": not fails, "fails": fails}


def only(asked: Question) -> Question:
    """The same of the one office (or unit) asked for alone; ValueError where no dossier is of it."""
    place = DIMENSIONS.index("unit" if asked.by == "unit" else "office")
    found: dict[str, list[Dossier]] = {}
    for dossier in asked.dossiers:
        found.setdefault(cell(dossier, asked.end)[place], []).append(dossier)
    if asked.office not in found:
        raise ValueError(unknown(asked.office, found))
    return replace(asked, dossiers=found[asked.office])


def tells(asked: Question) -> bool:
    """Whether the source tells more than acceptances and ends, so that a letter not told was not sent.

    That is asked of the whole source, not of one office.
    """
    seen = {0}
    for dossier in asked.dossiers:
        mask = standing(dossier, asked.end, asked.book.of(dossier.office))
        if mask not in seen and told("apology_rate", figures(Counter((mask,)))):
            return True
        seen.add(mask)
    return seen == {0}


def silent(found: Answer) -> bool:
    """Whether an answer says that its source tells of no letter."""
    return any(key == "no_letters" for key, _ in found["notes"])


def unknown(office: str, known: Iterable[str]) -> str:
    """What is said of an office that the data do not know."""
    names = sorted(known)
    shown = ", ".join(map(clean, names[:5])) or "none"
    return f"no dossier is of the office {clean(office)} (offices are {shown}{' ...' * (len(names) > 5)})"
