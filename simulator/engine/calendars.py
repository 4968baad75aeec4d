"""The calendars of a scenario by name: as the law counts in them, and as the engine works in them."""

from bisect import bisect_right
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from datetime import date, timedelta
from math import floor
from typing import NamedTuple

from dossier.law import deadline
from dossier.law.calendar import DAY, KNOWN, VIETNAM, WorkingCalendar, is_holiday, is_makeup, vietnam
from dossier.law.deadline import Limit
from dossier.law.rules import PLAIN, RULE_SETS, Rules
from simulator.engine.hours import WEEK, Always, Dated, Hours, Weekly
from simulator.scenario.model import Opening, Scenario

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ALL_DAY = [["00:00", "24:00"]]
ROUND_THE_CLOCK = Opening(week=dict.fromkeys(DAYS, _ALL_DAY), holidays=False)  # type: ignore[arg-type]


class Calendars:
    """Both kinds, made when first asked for; instants are seconds from `origin`, a local Monday's
    midnight."""

    def __init__(self, scenario: Scenario, origin: int, until: float) -> None:
        self.origin = origin
        self._openings = {"always": ROUND_THE_CLOCK, **scenario.calendars}
        self._until = until
        self._sets = rule_sets(scenario.rules)
        self._laws: dict[str, WorkingCalendar] = {}
        self._workings: dict[str, WorkingCalendar] = {}
        self._deadlines: dict[str, Deadlines] = {}
        self._hours: dict[str, Hours] = {}

    def of(self, scenario: Scenario) -> "Calendars":
        """The calendars of another scenario in the same time; what has not changed is the same object."""
        other = Calendars(scenario, self.origin, self._until)
        for name, hours in self._hours.items():
            if self._openings.get(name) == other._openings.get(name):
                other._hours[name] = hours
        return other

    def law(self, name: str) -> WorkingCalendar:
        """The calendar in which due dates are counted."""
        if name not in self._laws:
            calendar = copy(self._working(name))  # the country's own is shared by all
            calendar.sets, calendar.known = self._sets, KNOWN
            self._laws[name] = calendar
        return self._laws[name]

    def deadlines(self, name: str) -> "Deadlines":
        """Due instants by a calendar."""
        if name not in self._deadlines:
            opening = self._openings.get(name)
            bare = opening is not None and not opening.holidays
            self._deadlines[name] = Deadlines(self.law(name), self.origin, bare)
        return self._deadlines[name]

    def hours(self, name: str) -> Hours:
        """The hours in which work is done."""
        if name not in self._hours:
            opening = self._openings.get(name)
            bare = opening is not None and not opening.holidays
            self._hours[name] = (
                _weekly(opening) if bare and opening else Dated(self._working(name), self.origin, self._until)
            )
        return self._hours[name]

    def _working(self, name: str) -> WorkingCalendar:
        if name == "office":
            return vietnam()
        if name == "saturday-morning":
            return vietnam(saturday_morning=True)
        if name not in self._workings:
            opening = self._openings[name]
            week = {DAYS.index(day): [(a, b) for a, b in spans] for day, spans in opening.week.items()}
            self._workings[name] = (
                WorkingCalendar(week, VIETNAM, is_off=is_holiday, is_makeup=is_makeup)
                if opening.holidays
                else WorkingCalendar(week, VIETNAM)
            )
        return self._workings[name]


def rule_sets(name: str | None) -> Sequence[Rules]:
    """The country's rule sets, each in its time; or the one of this id, all the time."""
    if name is None:
        return RULE_SETS
    return (replace(next(rules for rules in (*RULE_SETS, *PLAIN) if rules.id == name), since=date.min),)


def _weekly(opening: Opening) -> Hours:
    spans: list[tuple[float, float]] = []
    for i, day in enumerate(DAYS):
        for start, end in opening.week.get(day, []):  # type: ignore[call-overload]
            begin = i * DAY + _seconds(start)
            if spans and spans[-1][1] == begin:
                begin = spans.pop()[0]
            spans.append((begin, i * DAY + _seconds(end)))
    return Always() if spans == [(0.0, WEEK)] else Weekly(spans)


def _seconds(clock: str) -> float:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 3600.0 + int(minutes) * 60.0


MOST_DAYS = 2000
"""Days whose pieces are kept; a run of decades does not grow."""


class Deadlines:
    """Due instants by the law, remembered by stretches of reception in which they are alike.

    Between two breaks of a day (its openings, closings, the cut-off, midnight) the due instant either stands
    still or moves with the reception second for second: if it does so at both ends of the stretch, and ends
    in
    one and the same opening, it does throughout, since no rule knows another break. Elsewhere each is
    reckoned.
    """

    def __init__(self, calendar: WorkingCalendar, origin: int, bare: bool = False) -> None:
        self._calendar, self._origin, self._bare = calendar, origin, bare
        offset = calendar.local(origin).utcoffset()
        assert offset is not None
        self._shift = offset.total_seconds() + origin
        self._days: dict[int, Day] = {}
        self._weekdays: dict[tuple[str, int], tuple[list[int], dict[Limit, Pieces]]] = {}
        """The days of a bare week, which are always alike: their breaks, and what is known of them."""

    def rules(self, at: int) -> Rules:
        """The rule set that is in force at this engine second."""
        return self._on(at).rules

    def due(self, at: int, limit: Limit) -> tuple[int | None, str]:
        """The due instant of a dossier received at `at` (both engine seconds), and the rule set's id."""
        day = self._on(at)
        if limit.unit == "none":
            return None, day.rules.id
        pieces = day.pieces.get(limit) or self._begin(day, limit)
        i = bisect_right(day.breaks, at - day.midnight)
        piece = pieces[i]
        if piece is None:
            piece = pieces[i] = self._piece(limit, day, i)
        fixed, moving = piece
        if moving is not None:
            return at + moving, day.rules.id
        if fixed is not None:
            return day.midnight + fixed, day.rules.id
        return self._reckoned(at, limit), day.rules.id

    def _on(self, at: int) -> "Day":
        number = int((at + self._shift) // DAY)
        day = self._days.get(number)
        if day is None:
            day = self._days[number] = self._day(number)
        return day

    def _begin(self, day: "Day", limit: Limit) -> "Pieces":
        """Room for the pieces of a limit: a bare week's are good for ever, if they do not know the month."""
        alike = day.pieces if day.alike is None or limit.unit not in _WEEKLY or limit.then else day.alike
        pieces = day.pieces[limit] = alike.setdefault(limit, [None] * (len(day.breaks) + 1))
        return pieces

    def _reckoned(self, at: int, limit: Limit) -> int | None:
        due = deadline.due(self._origin + at, limit, self._calendar).at
        return None if due is None else floor(due) - self._origin

    def _piece(self, limit: Limit, day: "Day", i: int) -> "Piece":
        first, last = day.midnight + day.breaks[i - 1], day.midnight + day.breaks[i] - 1
        early, late = self._reckoned(first, limit), self._reckoned(last, limit)
        if early is None or late is None:
            return Piece(None, None)
        if early == late:
            return Piece(early - day.midnight, None)
        if late - early == last - first and self._together(early, late):
            return Piece(None, early - first)
        return Piece(None, None)

    def _together(self, early: int, late: int) -> bool:
        """Whether two instants lie in one opening, or in one stretch between openings."""
        calendar, origin = self._calendar, self._origin
        return calendar.between(origin + early, origin + late) in {0, late - early}

    def _day(self, number: int) -> "Day":
        if len(self._days) > MOST_DAYS:
            self._days.clear()
        midnight = floor(number * DAY - self._shift)
        rules = self._calendar.law(self._origin + midnight)
        if not self._bare:
            return Day(midnight, self._breaks(number, midnight, rules), rules, {}, None)
        key = rules.id, number % 7
        if key not in self._weekdays:
            self._weekdays[key] = self._breaks(number, midnight, rules), {}
        breaks, alike = self._weekdays[key]
        return Day(midnight, breaks, rules, {}, alike)

    def _breaks(self, number: int, midnight: int, rules: Rules) -> list[int]:
        breaks = {0, 86400}
        for span in self._calendar.spans(date(1970, 1, 1) + timedelta(days=number)):
            for edge in span:
                second = floor(edge) - self._origin - midnight
                breaks |= {second, second + 1}
        cutoff = rules.same_day_cutoff
        if cutoff is not None:
            second = cutoff.hour * 3600 + cutoff.minute * 60 + cutoff.second
            breaks |= {second, second + 1}
        return sorted(edge for edge in breaks if 0 <= edge <= 86400)


class Day(NamedTuple):
    """A local day: its midnight in engine seconds, its breaks in seconds after it, its rule set."""

    midnight: int
    breaks: list[int]
    rules: Rules
    pieces: "dict[Limit, Pieces]"
    """By limit, what is known of the stretches between the breaks."""
    alike: "dict[Limit, Pieces] | None"
    """In a bare week, the same for all days of this weekday."""


class Piece(NamedTuple):
    """Due so many seconds after the day's midnight, or so many after reception; or each by itself."""

    fixed: int | None
    moving: int | None


Pieces = list[Piece | None]
"""One for each stretch of a day; None: not asked for yet."""

_WEEKLY = frozenset({"wd", "wh", "same-day"})
"""Units that know the week, and nothing of the month."""
