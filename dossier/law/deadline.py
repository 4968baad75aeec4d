"""Due dates: from the instant of reception and a limit, by the office's calendar and the rules of the day.

Every step of the reckoning is told, and every rule that it used with its article and mark,
so that `motcua due --explain` can print them.
Instants are seconds since 1970-01-01T00:00Z.
"""

import calendar as months
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from dossier.law.calendar import HOUR, WorkingCalendar
from dossier.law.rules import Rule, Rules

_MOST = {"wh": 20_000, "wd": 2_500, "d": 3_650, "m": 120}
_FORM = re.compile(r"(\d+(?:\.\d+)?)(wh|wd|d|m)|same-day|none")
_HELP = '"3wd", "8wh", "15d", "1m", "same-day", "none", or a sum as "8wd+10d"'

WORDS: Mapping[str, str] = {
    "rule-set": "rule set {id}: {law}",
    "unknown": "public holidays of {year} are not known: only weekends and dated days are left out",
    "received": "received",
    "opening": "the office is closed then, so counted from its next opening",
    "none": "no due date is set for this procedure; its clock would start",
    "same-day": "the same day, received by {cutoff}",
    "same-day-late": "after {cutoff}: the next working day's closing",
    "same-day-any": "the same day, whenever received",
    "letter": "a letter of apology asks for {limit} more, counted from that date",
    "wh": "plus {count:g} working hour{s}",
    "wd": "plus {count:g} working day{s} from the next day",
    "wd-fraction": "plus {count:g} of a working day, {hours:g} working hours",
    "wd-first": "plus {count:g} working day{s}, the first one counted",
    "wd-then": "plus {count:g} working day{s} more",
    "d": "plus {count:g} calendar day{s}",
    "d-skip": "plus {count:g} calendar day{s}, days off from Monday to Friday not counted",
    "m": "plus {count:g} month{s}",
    "moved": "{off} is off, so the next working day",
    "hours": "held within that day's opening hours",
}
"""What a reckoning and each of its steps say, by name; other languages bring their own table."""


class Limit(NamedTuple):
    """A processing limit: so many working hours (wh), working days (wd), calendar days (d) or months (m).

    "same-day": by closing, or after the cut-off by the next working day's; "none": the law sets no date.
    `then`: what is counted on from there, as the extra days of a remote area.
    """

    unit: str
    count: float = 0  # type: ignore[assignment]  # nobody counts in it as in a tuple
    then: "Limit | None" = None

    def __str__(self) -> str:
        own = f"{self.count:g}{self.unit}" if self.count else self.unit
        return f"{own}+{self.then}" if self.then else own


class Step(NamedTuple):
    """One step of a reckoning: its name in `WORDS`, the instant it led to, and what its words tell."""

    name: str
    at: float
    values: Mapping[str, Any] = MappingProxyType({})

    @property
    def words(self) -> str:
        """The step in English."""
        return self.told(WORDS)

    def told(self, words: Mapping[str, str]) -> str:
        """The same by another table of words; "{s}" is the plural's."""
        return words[self.name].format(**self.values, s="" if self.values.get("count") == 1 else "s")


@dataclass(frozen=True, slots=True)
class Due:
    """A due instant (None where there is none) and how it was reached."""

    at: float | None
    rules: Rules
    steps: tuple[Step, ...]
    used: tuple[str, ...] = ()
    """The names of the rules that the reckoning asked."""

    def explain(self, calendar: WorkingCalendar, words: Mapping[str, str] = WORDS) -> list[str]:
        """The rule set and the reckoning, in the calendar's local time."""
        years = {calendar.local(step.at).year for step in self.steps}
        unknown = sorted(year for year in years if year not in calendar.known)
        return [
            words["rule-set"].format(id=self.rules.id, law=self.rules.law),
            *(f"{step.told(words)}: {say(calendar, step.at)}" for step in self.steps),
            *(words["unknown"].format(year=year) for year in unknown),
        ]

    def asked(self) -> list[Rule]:
        """The rules that the reckoning used, each with its article and mark."""
        return [self.rules.rule(name) for name in self.used]


def parse_limit(text: str) -> Limit:
    """The limit written as "3wd", "8wh", "15d", "1m", "same-day", "none", "8wd+10d"; ValueError otherwise."""
    first, *more = [_one(part, text) for part in text.split("+")]
    for extra in more:
        if first.unit == "none" or extra.unit in {"none", "same-day"}:
            raise ValueError(f'{text!r} is no limit: "same-day" comes first, and "none" stands alone')
        first = plus(first, extra)
    return first


def plus(limit: Limit, extra: Limit) -> Limit:
    """A limit and what comes on top; equal units are one count (first day and closing are asked once)."""
    if limit.unit == "none":
        return limit
    if limit.then is not None:
        return Limit(limit.unit, limit.count, plus(limit.then, extra))
    if limit.unit == extra.unit and limit.count:
        return Limit(limit.unit, limit.count + extra.count, extra.then)
    return Limit(limit.unit, limit.count, extra)


def due(received: float, limit: Limit, calendar: WorkingCalendar, sets: Sequence[Rules] | None = None) -> Due:
    """When a dossier received at `received` falls due, by the rule set of that day.

    By the country's rules a reception outside opening hours counts from the next opening,
    and days are added from the next day and keep the clock time of reception.
    """
    count = _Count(received, calendar, calendar.law(received, sets))
    _RECKON[limit.unit](count, limit.count, True)
    return _finish(count, limit)


def onward(at: float, limit: Limit, calendar: WorkingCalendar, sets: Sequence[Rules] | None = None) -> Due:
    """A limit counted on from an instant that is no arrival, as an old due date: a closing is not outside."""
    count = _Count(at, calendar, calendar.law(at, sets))
    _RECKON[limit.unit](count, limit.count, False)
    return _finish(count, limit)


def _finish(count: "_Count", limit: Limit) -> Due:
    part = limit.then
    while part is not None:
        _RECKON[part.unit](count, part.count, False)
        part = part.then
    at = None if limit.unit == "none" else count.at
    return Due(at, count.rules, tuple(count.steps), tuple(dict.fromkeys(count.used)))


def within(
    span: tuple[float, float], limit: Limit, calendar: WorkingCalendar, waited: float = 0.0,
    sets: Sequence[Rules] | None = None,
) -> bool:  # fmt: skip
    """Whether a dossier without a due date kept its longest limit: decision 766 item 2.1 [V:S1].

    `span` is its start and end, `waited` the seconds it waited for papers; equal counts as kept.
    """
    start, end = span
    longest = due(start, limit, calendar, sets).at
    return longest is None or end - waited <= longest


def letter_deadline(due_at: float, calendar: WorkingCalendar, rules: Rules) -> float:
    """The last instant of a letter in time: the due date less the rule set's lead in working days.

    A lead of 0 is "at the latest on the due date": that day's closing, or the due instant if it is later.
    """
    local = calendar.local(due_at)
    if rules.letter_lead_days == 0:
        spans = calendar.spans(local.date())
        return max(due_at, spans[-1][1]) if spans else due_at
    day = calendar.workday(local.date(), -rules.letter_lead_days)
    return _combine(day, local, calendar)


def say(calendar: WorkingCalendar, at: float) -> str:
    """An instant for people, in the calendar's local time."""
    return f"{calendar.local(at):%a %Y-%m-%d %H:%M:%S %z}"


class _Count:
    """A reckoning under way: the instant it stands at, what it has told, and the rules it has asked."""

    __slots__ = ("at", "calendar", "rules", "steps", "used")

    def __init__(self, received: float, calendar: WorkingCalendar, rules: Rules) -> None:
        self.at, self.calendar, self.rules = received, calendar, rules
        self.steps = [Step("received", received)]
        self.used: list[str] = []

    def ask(self, name: str) -> Any:
        """The value of a rule, which the reckoning then has used."""
        self.used.append(name)
        return getattr(self.rules, name)

    def to(self, at: float, name: str, **values: Any) -> None:
        """One step further."""
        self.at = at
        self.steps.append(Step(name, at, values))

    def open(self) -> None:
        """From a closed office to its next opening, if the rules say so."""
        at = self.calendar.opening(self.at)
        if at != self.at and self.ask("arrival_outside") == "opening":
            self.to(at, "opening")

    def hold(self, local: datetime, day: date, name: str, **values: Any) -> None:
        """To the clock time on a day, held within that day's opening hours (a Saturday closes early)."""
        start, wanted = self.at, _combine(day, local, self.calendar)
        spans = self.calendar.spans(day)
        at = min(max(wanted, spans[0][0]), spans[-1][1])
        self.to(wanted, name, **values)
        if at < start:  # a part of a day, begun after closing
            at = self.calendar.opening(start)
        if at != wanted:
            self.to(at, "hours")


def _none(count: _Count, _: float, __: bool) -> None:
    count.open()
    count.to(count.at, "none")


def _same_day(count: _Count, _: float, __: bool) -> None:
    count.open()
    local, calendar = count.calendar.local(count.at), count.calendar
    cutoff = count.ask("same_day_cutoff")
    day = _first_day(count)
    if cutoff is None:
        count.to(calendar.closing(day), "same-day-any")
    elif day != local.date() or local.time() <= cutoff:
        count.to(calendar.closing(day), "same-day", cutoff=f"{cutoff:%H:%M}")
    else:
        day = calendar.workday(day, 1)
        count.to(calendar.closing(day), "same-day-late", cutoff=f"{cutoff:%H:%M}")


def _first_day(count: _Count) -> date:
    """The day itself, or the next working day where the office is off or has closed for the day."""
    calendar = count.calendar
    today = calendar.local(count.at).date()
    day = calendar.workday(today)
    return day if day != today or count.at < calendar.closing(day) else calendar.workday(day, 1)


def _hours(count: _Count, hours: float, first: bool) -> None:
    if first:
        count.open()
    count.to(count.calendar.add(count.at, hours * HOUR), "wh", count=hours)


def _workdays(count: _Count, days: float, first: bool) -> None:
    if first:
        count.open()
    calendar, whole = count.calendar, int(days)
    local = calendar.local(count.at)
    if whole and first and count.ask("first_day") == "counted":
        day = calendar.workday(_first_day(count), whole - 1)
        count.to(calendar.closing(day), "wd-first", count=whole)
    elif whole:
        day = calendar.workday(local.date(), whole)
        count.hold(local, day, "wd" if first else "wd-then", count=whole)
    if days % 1:
        hours = days % 1 * count.ask("day_hours")
        count.to(calendar.add(count.at, hours * HOUR), "wd-fraction", count=days % 1, hours=hours)


def _days(count: _Count, days: float, first: bool) -> None:
    local = _start(count, first)
    if count.ask("days_skip_holidays"):
        later, name = _skipping(local, days, count.calendar), "d-skip"
    else:
        later, name = local + timedelta(days=days), "d"
    _end(count, later, name, days)


def _months(count: _Count, many: float, first: bool) -> None:
    local = _start(count, first)
    years, month = divmod(local.month - 1 + int(many), 12)
    year, month = local.year + years, month + 1
    day = min(local.day, months.monthrange(year, month)[1])
    _end(count, local.replace(year=year, month=month, day=day, fold=0), "m", many)


def _start(count: _Count, first: bool) -> datetime:
    """Where calendar days and months begin: the next opening, or the reception itself."""
    if first and count.ask("days_from_opening"):
        count.open()
    return count.calendar.local(count.at)


def _end(count: _Count, later: datetime, name: str, many: float) -> None:
    """An end on a day off moves to the next working day, if the rules have it so."""
    calendar = count.calendar
    if not count.ask("day_off_moves"):
        count.to(later.timestamp(), name, count=many)
        return
    day = calendar.workday(later.date())
    if day == later.date():
        count.hold(later, day, name, count=many)
        return
    count.to(later.timestamp(), name, count=many)
    count.hold(later, day, "moved", off=later.date())


def _skipping(local: datetime, days: float, calendar: WorkingCalendar) -> datetime:
    """So many calendar days later, leaving out days off from Monday to Friday; weekends count."""
    later = local
    for _ in range(int(days)):
        later += timedelta(1)
        while later.weekday() < 5 and not calendar.is_workday(later.date()):
            later += timedelta(1)
    return later + timedelta(days=days % 1)


def _combine(day: date, local: datetime, calendar: WorkingCalendar) -> float:
    """The clock time of `local` on another day, as an instant; kept over a change of the clocks."""
    return datetime.combine(day, local.time(), calendar.zone).timestamp()


def _one(part: str, text: str) -> Limit:
    match = _FORM.fullmatch(part)
    if not match:
        raise ValueError(f"{text!r} is no limit: write {_HELP}")
    if match[1] is None:
        return Limit(part)
    count = float(match[1])
    if count <= 0 or (match[2] == "m" and count % 1):
        raise ValueError(f"{text!r} is no limit: the number must be above 0, and whole for months")
    if count > _MOST[match[2]]:
        raise ValueError(f"{text!r} is no limit: ten years is the most, {_MOST[match[2]]}{match[2]}")
    return Limit(match[2], count)


_RECKON = {"none": _none, "same-day": _same_day, "wh": _hours, "wd": _workdays, "d": _days, "m": _months}
