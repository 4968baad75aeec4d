"""A case: a dossier as it is seen just before an instant, and what may be asked of it."""

from functools import lru_cache
from typing import NamedTuple

from dossier.audit.thresholds import of
from dossier.figures.standing import FINISHED, RESOLVED, RETURNED, WITH_DUE, standing
from dossier.law.calendar import WorkingCalendar
from dossier.law.deadline import Limit, due, parse_limit
from dossier.life.state import Dossier, due_at

_SLACK = of("date_slack")


class Case(NamedTuple):
    """A dossier as it is seen just before an instant."""

    dossier: Dossier
    mask: int
    """Its standing."""
    end: float | None
    """When it finished, if it had."""
    first: float | None
    """The promise that stood then, or at the end."""
    current: float | None
    """The appointment likewise."""
    limit: Limit | None
    right: float | None
    """The due date that the limit gives from acceptance."""


def case_of(dossier: Dossier, before: float, calendar: WorkingCalendar) -> Case:
    """The dossier's case; its mask is 0 where nobody knows of it, or it was retracted."""
    mask = standing(dossier, before, calendar)
    end = dossier.finished_at if mask & FINISHED else None
    seen = before if end is None else end
    first = current = right = limit = None
    if mask & WITH_DUE:
        first = due_at(dossier.promises, seen) or dossier.promises[0].due
        current = due_at(dossier.appointments, seen) or dossier.appointments[0].due
        limit = limit_of(dossier.limit)
        if limit is not None and dossier.accepted_at is not None:
            right = due(dossier.accepted_at, limit, calendar).at
    return Case(dossier, mask, end, first, current, limit, right)


@lru_cache(1024)
def limit_of(text: str) -> Limit | None:
    """The limit in the source's words; None where there is none to be read."""
    try:
        return parse_limit(text) if text else None
    except ValueError:
        return None


def unresolved(case: Case) -> bool:
    """Whether a result was handed over of which no resolving tells; papers that came back are no result."""
    returned = case.mask & RETURNED and not case.mask & RESOLVED
    return bool(returned and case.dossier.ended_by == "returned")


def retracted(case: Case, before: float) -> bool:
    """Whether it was taken out of the figures; its mask is then 0."""
    at = case.dossier.retracted_at
    return at is not None and at < before


def differs(written: float, right: float, limit: Limit, calendar: WorkingCalendar) -> bool:
    """Whether a due date is wrong: of limits in whole days or months the day counts, of others the minute."""
    if abs(written - right) <= _SLACK:
        return False
    part: Limit | None = limit
    while part is not None:
        if part.unit == "wh" or part.count % 1:
            return True
        part = part.then
    return calendar.day(written) != calendar.day(right)
