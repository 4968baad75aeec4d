"""Calendar files: a parsed mapping in, the working calendar of every office out.

What is wrong is a `TimetableError`: one sentence that begins with the path of the wrong value, as
`offices.An Hòa.hours.sat[0]`, and says what would be right.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta, tzinfo
from typing import Annotated, Any, Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from dossier.law import decision
from dossier.law.calendar import WorkingCalendar
from dossier.law.rest import Holidays, TimetableError, rest
from dossier.law.rules import RULE_SETS, Rules

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Weekday, ...] = get_args(Weekday)

_SPAN = r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$"
Span = Annotated[
    str,
    Meta(
        description='Opening hours, local: "07:30-11:30". A break lies between two; "24:00" is midnight.',
        extra_json_schema={"pattern": _SPAN},
    ),
]
Day = Annotated[list[Span], Meta(description="The spans of a day, in their order; none: closed.")]
Why = Annotated[str, Meta(min_length=1, description="The reason and its source.")]

LONGEST = 3660
"""Days that one closure may last."""


class Week(Struct, forbid_unknown_fields=True):
    """Opening hours by weekday; in an office's own hours a weekday that is not named keeps the file's."""

    mon: Day | UnsetType = UNSET
    tue: Day | UnsetType = UNSET
    wed: Day | UnsetType = UNSET
    thu: Day | UnsetType = UNSET
    fri: Day | UnsetType = UNSET
    sat: Day | UnsetType = UNSET
    sun: Day | UnsetType = UNSET


class Makeup(Struct, forbid_unknown_fields=True):
    """Working days that make up for a day off elsewhere."""

    hours_of: Annotated[
        Weekday | None,
        Meta(description="Their hours are this weekday's; none: Friday's, or the first open weekday's."),
    ] = None
    package: Annotated[
        bool, Meta(description="Whether those of the package and of our corrections are worked.")
    ] = True


class Dated(Struct, forbid_unknown_fields=True):
    """One day that is not as the week and the holidays have it; it stands above all else."""

    day: date
    rule: Annotated[
        Literal["open", "closed", "makeup"],
        Meta(description="open: as on any such weekday, or with `hours`; makeup: as `makeup` says."),
    ] = field(name="is")
    why: Why
    hours: Day | UnsetType = UNSET


class Closure(Struct, forbid_unknown_fields=True):
    """Days on which the whole place is closed, both ends included; one day where `until` is left out."""

    since: date = field(name="from")
    why: Why
    until: date | None = None


class Office(Struct, forbid_unknown_fields=True):
    """What one office has otherwise than the rest."""

    hours: Week = field(default_factory=Week)
    days: list[Dated] = []
    closed: list[Closure] = []


class Timetable(Struct, forbid_unknown_fields=True):
    """A calendar: weekly hours with breaks, holidays, dated days, and each office's own."""

    name: Annotated[str, Meta(min_length=1)]
    zone: Annotated[str, Meta(description='An IANA time zone, as "Asia/Ho_Chi_Minh".')]
    hours: Week
    about: Annotated[str, Meta(description="Where its hours come from.")] = ""
    holidays: Holidays | None = None
    makeup: Makeup = field(default_factory=Makeup)
    days: list[Dated] = []
    closed: list[Closure] = []
    offices: dict[str, Office] = {}
    rules: Annotated[
        dict[str, Any] | None,
        Meta(description="The place's own decisions, laid over its base's rules, as for due --rules."),
    ] = None


class Calendars:
    """A book of calendars: an office's own, or the default; offices with the same rules share one."""

    def __init__(
        self, name: str, default: WorkingCalendar, offices: Mapping[str, WorkingCalendar] | None = None
    ) -> None:
        self.name, self.default = name, default
        self._offices = dict(offices or {})

    @property
    def zone(self) -> tzinfo:
        """The time zone of every office."""
        return self.default.zone

    def of(self, office: str) -> WorkingCalendar:
        """The calendar of an office."""
        return self._offices.get(office, self.default)


def schema() -> dict[str, Any]:
    """JSON Schema of a calendar file, for editors."""
    return msgspec.json.schema(Timetable)


def parse(mapping: Any) -> Calendars:
    """The calendars of a file's content; `TimetableError` names the path of what is wrong."""
    table = _convert(mapping)
    zone, off = _zone(table.zone), rest(table.holidays, table.makeup.package)
    made: dict[Any, WorkingCalendar] = {}
    sets = RULE_SETS if table.rules is None else _sets(table.rules)

    def calendar(path: str, office: Office) -> WorkingCalendar:
        week = _week(path, table, office)
        dated = _dated("", table, week, strict=not path) | _dated(path, office, week)
        key = msgspec.json.encode([sorted(week.hours.items()), sorted(dated.items())])
        if key not in made:
            made[key] = WorkingCalendar(week.hours, zone, off.is_off, off.is_makeup, week.makeup, dated)
            made[key].known, made[key].sets = off.known, sets
        return made[key]

    default = calendar("", Office())
    offices = {name: calendar(f"offices.{name}.", office) for name, office in table.offices.items()}
    return Calendars(table.name, default, offices)


def _sets(raw: Mapping[str, Any]) -> tuple[Rules, ...]:
    try:
        return decision.parse(raw)
    except ValueError as error:
        raise TimetableError(f"rules.{error}") from None


_Spans = list[tuple[str, str]]


class _Week(NamedTuple):
    hours: dict[int, _Spans]
    makeup: int
    """The weekday whose hours a make-up day has."""


def _week(path: str, table: Timetable, office: Office) -> _Week:
    """The week of an office: the file's, and its own where it names a weekday."""
    hours: dict[int, _Spans] = {}
    for place, week in (("", table.hours), (path, office.hours)):
        for number, name in enumerate(WEEK):
            day = getattr(week, name)
            if day is not UNSET:
                hours[number] = _day(f"{place}hours.{name}", day)
    first = next((number for number, spans in sorted(hours.items()) if spans), None)
    if first is None:
        raise TimetableError(f'{path}hours: no weekday is open; write mon: ["07:30-11:30"]')
    chosen = table.makeup.hours_of
    if chosen is None:
        return _Week(hours, 4 if hours.get(4) else first)
    if not hours.get(WEEK.index(chosen)):
        whose = f" in {path.rstrip('.')}" if path else ""
        raise TimetableError(f"makeup.hours_of: {chosen} has no hours{whose}; name a weekday that has")
    return _Week(hours, WEEK.index(chosen))


def _day(path: str, spans: list[str]) -> _Spans:
    """The spans of a day, which rise and do not touch."""
    last = ""
    for i, span in enumerate(spans):
        if not re.match(_SPAN, span):
            raise TimetableError(f'{path}[{i}]: {span!r} is no span of opening; write it as "07:30-11:30"')
        start, _, end = span.partition("-")
        if not last < start < end:
            raise TimetableError(
                f"{path}[{i}]: {span!r} must end after it begins, and begin after the span before it ends"
            )
        last = end
    return [(span[:5], span[6:]) for span in spans]


def _dated(path: str, of: Timetable | Office, week: _Week, strict: bool = True) -> dict[date, _Spans]:
    """The hours of single days, none where the day is closed; `strict` where the week is the entries' own."""
    found: dict[date, _Spans] = {}
    for i, entry in enumerate(of.days):
        _put(found, f"{path}days[{i}]", entry.day, _own(f"{path}days[{i}]", entry, week, strict))
    for i, closure in enumerate(of.closed):
        for day in _span_of(f"{path}closed[{i}]", closure):
            _put(found, f"{path}closed[{i}]", day, [])
    return found


def _put(found: dict[date, _Spans], path: str, day: date, spans: _Spans) -> None:
    if day in found:
        raise TimetableError(f"{path}: {day} is listed twice; say it once")
    found[day] = spans


def _own(path: str, entry: Dated, week: _Week, strict: bool) -> _Spans:
    if not isinstance(entry.hours, UnsetType):
        if entry.rule != "open":
            raise TimetableError(f"{path}.hours: only a day that is open has hours; leave them out")
        return _day(f"{path}.hours", entry.hours)
    if entry.rule == "closed":
        return []
    weekday = week.makeup if entry.rule == "makeup" else entry.day.weekday()
    if strict and not week.hours.get(weekday):
        raise TimetableError(f"{path}: no hours on a {entry.day:%A}; give its hours, or write is: makeup")
    return week.hours.get(weekday, [])


def _span_of(path: str, closure: Closure) -> list[date]:
    until = closure.until or closure.since
    count = (until - closure.since).days + 1
    if not 1 <= count <= LONGEST:
        raise TimetableError(
            f"{path}.until: {until} must be {closure.since} or at most {LONGEST - 1} days after it"
        )
    return [closure.since + timedelta(n) for n in range(count)]


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise TimetableError(f'zone: {name!r} is no IANA time zone; write it as "Asia/Ho_Chi_Minh"') from None


_FIELDS: dict[str, type[Struct]] = {
    "": Timetable, "hours": Week, "holidays": Holidays, "makeup": Makeup, "days": Dated, "closed": Closure,
    "offices": Office,
}  # fmt: skip


_DATE = "write it as 2026-01-31"
_RIGHT = {
    "is": "write open, closed or makeup", "hours_of": f"write one of {', '.join(WEEK)}",
    "why": "write the reason", "country": 'write it as "VN", in quotes',
    "day": _DATE, "from": _DATE, "until": _DATE, "since": _DATE,
}  # fmt: skip


def _convert(mapping: Any) -> Timetable:
    try:
        return msgspec.convert(mapping, Timetable)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at ")
        path = where.replace("`key` in ", "the keys of ").replace("`", "").replace("$.", "").replace("$", "")
        last = (re.findall(r"[a-z_]+", path) or [""])[-1]
        if "unknown field" in what:
            names = (one.encode_name for one in msgspec.structs.fields(_FIELDS[last]))
            what += f"; it has {', '.join(names)}"
        elif last in _RIGHT:
            what += f"; {_RIGHT[last]}"
        elif not path:
            what = "must be a mapping with at least name, zone and hours"
        elif "keys of" in path:
            what += '; put a name that is a number in quotes: "1"'
        if "[...]" in path:
            path = path.replace("[...]", f".{_culprit(mapping)}")
        raise TimetableError(f"{path or 'the calendar'}: {what}") from None


def _culprit(mapping: Any) -> str:
    """The office whose rules are wrong, which msgspec does not name."""
    for name, office in mapping["offices"].items():
        try:
            msgspec.convert({name: office}, dict[str, Office])
        except msgspec.ValidationError:
            return str(name)
    return "?"
