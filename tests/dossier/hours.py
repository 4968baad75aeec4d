"""Working time the slow way: day by day, span by span, for offices with and without a Saturday morning."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dossier.law.calendar import WorkingCalendar, is_holiday, is_makeup, vietnam

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING, AFTERNOON = ((7, 30), (11, 30)), ((13, 0), (17, 0))
SATURDAYS = frozenset({"Bình Đa"})
"""The offices that open on Saturday mornings."""

Span = tuple[datetime, datetime]


class Offices:
    """The same offices as a book of calendars: what the product is given."""

    zone = ZONE

    def of(self, office: str) -> WorkingCalendar:
        """The office's calendar."""
        return vietnam(saturday_morning=office in SATURDAYS)


BOOK = Offices()


def spans(day: date, office: str) -> list[Span]:
    """When an office is open on a day: Monday to Friday but holidays; make-up and some morning Saturdays."""
    if is_makeup(day):
        hours = [MORNING, AFTERNOON]
    elif is_holiday(day) or day.weekday() == 6:
        hours = []
    elif day.weekday() == 5:
        hours = [MORNING] if office in SATURDAYS else []
    else:
        hours = [MORNING, AFTERNOON]
    return [(_clock(day, *opening), _clock(day, *closing)) for opening, closing in hours]


def _clock(day: date, hour: int, minute: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def worked(start: datetime, seconds: float, office: str) -> datetime:
    """The instant at which so much working time, begun at `start`, is done."""
    left, day = timedelta(seconds=seconds), start.astimezone(ZONE).date()
    while True:
        for opening, closing in spans(day, office):
            begun = max(opening, start)
            if begun < closing:
                if begun + left <= closing:
                    return begun + left
                left -= closing - begun
        day += timedelta(1)


def between(start: datetime, end: datetime, office: str) -> timedelta:
    """The working time from one instant to a later one."""
    total, day = timedelta(0), start.astimezone(ZONE).date()
    while day <= end.astimezone(ZONE).date():
        for opening, closing in spans(day, office):
            total += max(timedelta(0), min(closing, end) - max(opening, start))
        day += timedelta(1)
    return total


def day_before(due: datetime, office: str) -> datetime:
    """The same time of day on the last working day before a due date: until then a letter is in time."""
    local = due.astimezone(ZONE)
    day = local.date() - timedelta(1)
    while not spans(day, office):
        day -= timedelta(1)
    return datetime.combine(day, local.time(), ZONE)


def limit_end(received: datetime, limit: str | None, office: str) -> datetime | None:
    """When a limit of working hours or days runs out; None for no limit and for a source's own words."""
    form = re.fullmatch(r"(\d+)(wh|wd)", limit or "")
    if form is None:
        return None
    count = int(form[1])
    if form[2] == "wh":
        return worked(received, count * 3600, office)
    start = _opening(received, office).astimezone(ZONE)
    day = start.date()
    while count:
        day += timedelta(1)
        count -= bool(spans(day, office))
    wanted = datetime.combine(day, start.time(), ZONE)
    return min(max(wanted, spans(day, office)[0][0]), spans(day, office)[-1][1])


def _opening(at: datetime, office: str) -> datetime:
    """The instant itself when the office is open, else its next opening."""
    day = at.astimezone(ZONE).date()
    while True:
        for opening, closing in spans(day, office):
            if at < closing:
                return max(at, opening)
        day += timedelta(1)
