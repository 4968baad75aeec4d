"""Due dates: from the instant of reception and a limit, by the office's calendar and the rules of the day.

Every step of the reckoning is told with its source, so that `motcua due --explain` can print it.
"""

import calendar as months
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dossier.calendar import HOUR, WorkingCalendar
from dossier.rules import Rules, rules_on

_MOST = {"wh": 20_000, "wd": 2_500, "d": 3_650, "m": 120}
_FORM = re.compile(r"(\d+(?:\.\d+)?)(wh|wd|d|m)|same-day|none")


@dataclass(frozen=True)
class Limit:
    """A processing limit: so many working hours (wh), working days (wd), calendar days (d) or months (m).

    "same-day": by closing, or after the cut-off by the next working day's; "none": the law sets no date.
    """

    unit: str
    count: float = 0

    def __str__(self) -> str:
        return f"{self.count:g}{self.unit}" if self.count else self.unit


@dataclass(frozen=True)
class Due:
    """A due instant (seconds since 1970; None where there is none) and how it was reached."""

    at: float | None
    rules: Rules
    steps: tuple[tuple[str, float], ...]
    """Each step of the reckoning: its words and the instant it led to."""

    def explain(self, calendar: WorkingCalendar) -> list[str]:
        """The reckoning, a line a step, in the calendar's local time."""
        law = f"rule set {self.rules.id}: {self.rules.law}"
        return [law, *(f"{words}: {_say(calendar, at)}" for words, at in self.steps)]


def parse_limit(text: str) -> Limit:
    """The limit written as "3wd", "8wh", "15d", "1m", "same-day" or "none"; ValueError otherwise."""
    match = _FORM.fullmatch(text)
    if not match:
        raise ValueError(f'{text!r} is no limit: write "3wd", "8wh", "15d", "1m", "same-day" or "none"')
    if match[1] is None:
        return Limit(text)
    count = float(match[1])
    if count <= 0 or (match[2] == "m" and count % 1):
        raise ValueError(f"{text!r} is no limit: the number must be above 0, and whole for months")
    if count > _MOST[match[2]]:
        raise ValueError(f"{text!r} is no limit: ten years is the most, {_MOST[match[2]]}{match[2]}")
    return Limit(match[2], count)


def due(received: float, limit: Limit, calendar: WorkingCalendar) -> Due:
    """When a dossier received at `received` falls due.

    A reception outside opening hours counts from the next opening [V-code:S4].
    Days are added from the next day and keep the clock time of reception [V-code:S4; first day excluded, M].
    """
    start = calendar.opening(received)
    rules = rules_on(calendar.local(received).date())
    steps = [("received", received)]
    if start != received:
        steps.append(("the office is closed then, so counted from its next opening [V-code:S4]", start))
    at, words = _RECKON[limit.unit](start, limit.count, calendar, rules)
    steps.append((words, start if at is None else at))
    return Due(at, rules, tuple(steps))


def letter_deadline(due_at: float, calendar: WorkingCalendar, rules: Rules) -> float:
    """The last instant of a letter in time: the due date less the rule set's lead in working days."""
    local = calendar.local(due_at)
    day = calendar.workday(local.date(), -rules.letter_lead_days)
    return datetime.combine(day, local.timetz()).timestamp()


def _none(_: float, __: float, ___: WorkingCalendar, ____: Rules) -> tuple[float | None, str]:
    return None, "no due date is set for this procedure; its clock would start"


def _same_day(start: float, _: float, calendar: WorkingCalendar, rules: Rules) -> tuple[float, str]:
    local = calendar.local(start)
    if local.time() <= rules.same_day_cutoff:
        at = calendar.closing(local.date())
        return at, f"the same day, received by {rules.same_day_cutoff:%H:%M} [V:S8]"
    at = calendar.closing(calendar.workday(local.date(), 1))
    return at, f"after {rules.same_day_cutoff:%H:%M}: the next working day's closing [V:S8]"


def _hours(start: float, count: float, calendar: WorkingCalendar, _: Rules) -> tuple[float, str]:
    at = calendar.add(start, count * HOUR)
    return at, f"plus {count:g} working hours"


def _workdays(start: float, count: float, calendar: WorkingCalendar, _: Rules) -> tuple[float, str]:
    local = calendar.local(start)
    whole = int(count)
    day = calendar.workday(local.date(), whole)
    at = _within(datetime.combine(day, local.timetz()).timestamp(), day, calendar)
    if count % 1:
        at = calendar.add(at, (count % 1) * 8 * HOUR)
    return at, f"plus {count:g} working days from the next day [V-code:S4]"


def _days(start: float, count: float, calendar: WorkingCalendar, _: Rules) -> tuple[float, str]:
    local = calendar.local(start) + timedelta(days=count)
    return _on_workday(local, f"plus {count:g} calendar days", calendar)


def _months(start: float, count: float, calendar: WorkingCalendar, _: Rules) -> tuple[float, str]:
    local = calendar.local(start)
    years, month = divmod(local.month - 1 + int(count), 12)
    year, month = local.year + years, month + 1
    day = min(local.day, months.monthrange(year, month)[1])
    return _on_workday(local.replace(year=year, month=month, day=day), f"plus {count:g} months", calendar)


def _on_workday(local: datetime, words: str, calendar: WorkingCalendar) -> tuple[float, str]:
    """A date on a day off moves to the next working day [V-code:S4; Civil Code 2015 art. 148, M]."""
    day = calendar.workday(local.date())
    at = _within(datetime.combine(day, local.timetz()).timestamp(), day, calendar)
    moved = "" if day == local.date() else f", {local.date()} is off, so the next working day"
    return at, f"{words}{moved} [V-code:S4]"


def _within(at: float, day: date, calendar: WorkingCalendar) -> float:
    """The instant held inside the day's opening hours (a Saturday morning closes early)."""
    spans = calendar.spans(day)
    return min(max(at, spans[0][0]), spans[-1][1])


def _say(calendar: WorkingCalendar, at: float) -> str:
    return f"{calendar.local(at):%a %Y-%m-%d %H:%M:%S %z}"


_RECKON = {"none": _none, "same-day": _same_day, "wh": _hours, "wd": _workdays, "d": _days, "m": _months}
