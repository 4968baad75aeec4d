"""Working time against a slow version: plain datetime arithmetic, day by day, span by span."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.calendar import VIETNAM, WorkingCalendar, is_holiday, is_makeup, vietnam

WARD = [(time(7, 30), time(11, 30)), (time(13), time(17))]
ODD = {
    0: [(time(6), time(6, 1)), (time(9), time(22, 30))],
    3: [(time(1, 30), time(3, 30))],
    6: [(time(0), time(23, 59, 59))],
}


class Slow:
    """Opening spans of every day from local rules, found by walking the days; in UTC datetimes."""

    def __init__(self, hours, zone, is_off=lambda _: False, is_extra=lambda _: False, extra=()):
        self.hours, self.zone, self.is_off, self.is_extra, self.extra = hours, zone, is_off, is_extra, extra

    def spans(self, day):
        if self.is_extra(day):
            found = self.hours.get(day.weekday()) or self.extra
        else:
            found = () if self.is_off(day) else self.hours.get(day.weekday(), ())
        for start, end in found:
            yield tuple(datetime.combine(day, at, self.zone).astimezone(UTC) for at in (start, end))

    def between(self, start, end):
        """Working seconds, the spans of each day cut to what lies between."""
        total, day = 0.0, start.date() - timedelta(2)
        while day <= end.date() + timedelta(2):
            for a, b in self.spans(day):
                total += max(0.0, (min(b, end) - max(a, start)).total_seconds())
            day += timedelta(1)
        return total

    def add(self, start, seconds):
        """Walk the spans until the work is done."""
        day, left = start.date() - timedelta(2), seconds
        while True:
            for a, b in self.spans(day):
                here = max(a, start)
                if here < b:
                    if (b - here).total_seconds() >= left:
                        return here + timedelta(seconds=left)
                    left -= (b - here).total_seconds()
            day += timedelta(1)

    def is_open(self, at):
        day = at.date()
        return any(a <= at < b for n in (-1, 0, 1) for a, b in self.spans(day + timedelta(n)))


def text(hours):
    return {day: [(a.isoformat(), b.isoformat()) for a, b in spans] for day, spans in hours.items()}


def weekly(zone):
    """A calendar of a zone with daylight saving, and its slow twin; odd spans that the clock change meets."""
    return WorkingCalendar(text(ODD), ZoneInfo(zone)), Slow(ODD, ZoneInfo(zone))


OFFICE = dict.fromkeys(range(5), WARD)
PAIRS = {
    "Hà Nội": (vietnam(), Slow(OFFICE, VIETNAM, is_holiday, is_makeup, WARD)),
    "Boston": weekly("America/New_York"),
    "Amsterdam": weekly("Europe/Amsterdam"),
}
pairs = pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
FIRST = int(datetime(1995, 1, 1, tzinfo=UTC).timestamp())
LAST = int(datetime(2050, 1, 1, tzinfo=UTC).timestamp())
instants = st.integers(FIRST, LAST).map(float)
lengths = st.integers(0, 120 * 86400).map(float)


def aware(at):
    return datetime.fromtimestamp(at, UTC)


@pairs
@settings(max_examples=60)
@given(start=instants, length=lengths)
def test_time_between_is_what_the_days_add_up_to(pair, start, length):
    calendar, slow = pair
    expected = slow.between(aware(start), aware(start + length))
    assert calendar.between(start, start + length) == pytest.approx(expected, abs=1e-3)
    assert calendar.between(start + length, start) == pytest.approx(-expected, abs=1e-3)


@pairs
@settings(max_examples=60)
@given(start=instants, seconds=st.integers(1, 30 * 8 * 3600))
def test_work_ends_where_walking_the_spans_ends_it(pair, start, seconds):
    calendar, slow = pair
    assert calendar.add(start, float(seconds)) == pytest.approx(slow.add(aware(start), seconds).timestamp())


@pairs
@settings(max_examples=100)
@given(at=instants)
def test_an_office_is_open_in_its_spans_and_its_next_opening_is_the_first(pair, at):
    calendar, slow = pair
    assert calendar.is_open(at) == slow.is_open(aware(at))
    opening = calendar.opening(at)
    assert slow.is_open(aware(opening))
    assert opening == at if slow.is_open(aware(at)) else slow.between(aware(at), aware(opening)) == 0


@pairs
def test_arrays_are_converted_as_their_numbers_are(pair):
    calendar, _ = pair
    draw = random.Random(7)
    at = np.array([draw.uniform(FIRST, LAST) for _ in range(3000)])
    worked = calendar.worked(at)
    assert worked.tolist() == [calendar.worked(x) for x in at.tolist()]
    assert calendar.clock(worked).tolist() == [calendar.clock(x) for x in worked.tolist()]
    assert calendar.worked(np.array([])).tolist() == []


@pairs
def test_a_new_calendar_converts_arrays_of_far_years_at_once(pair):
    calendar, _ = pair
    fresh = WorkingCalendar(text(OFFICE), calendar.zone)
    at = np.array([FIRST, LAST, 1.0], dtype=float)
    assert fresh.clock(fresh.worked(at) + 60.0).shape == (3,)
    assert fresh.worked(at)[1] - fresh.worked(at)[0] == pytest.approx(fresh.between(FIRST, LAST))


@pairs
@settings(max_examples=100)
@given(at=instants, seconds=st.integers(1, 10**7))
def test_worked_and_clock_are_inverse(pair, at, seconds):
    calendar, _ = pair
    worked = calendar.worked(at)
    assert calendar.worked(calendar.clock(worked)) == worked
    assert calendar.clock(worked) <= at
    if calendar.is_open(at) and calendar.clock(worked) != at:
        assert at == calendar.opening(at - 1), "only an opening has an earlier instant with as much work done"
    assert calendar.between(at, calendar.add(at, seconds)) == pytest.approx(seconds, abs=1e-3)


def test_work_is_conserved_when_it_is_cut_in_two():
    calendar, draw = vietnam(), random.Random(3)
    for _ in range(200):
        a, b, c = sorted(draw.uniform(FIRST, LAST) for _ in range(3))
        whole = calendar.between(a, b) + calendar.between(b, c)
        assert calendar.between(a, c) == pytest.approx(whole, abs=1e-3)


@settings(max_examples=150)
@given(st.dates(date(1995, 1, 1), date(2049, 12, 31)), st.integers(-300, 300))
def test_working_days_are_those_that_a_walk_counts(day, count):
    calendar = vietnam()

    def is_workday(day):
        return is_makeup(day) or (day.weekday() < 5 and not is_holiday(day))

    step = timedelta(1 if count >= 0 else -1)
    found, left = day, abs(count)
    if count == 0:
        while not is_workday(found):
            found += step
    while left:
        found += step
        left -= is_workday(found)
    assert calendar.workday(day, count) == found
    assert calendar.is_workday(found)


def test_tet_2026_is_nine_days_and_new_year_is_bridged():
    calendar = vietnam()
    off = [date(2026, 2, 14) + timedelta(n) for n in range(9)]
    assert not any(calendar.is_workday(day) for day in off)
    assert calendar.workday(date(2026, 2, 13), 1) == date(2026, 2, 23)
    assert calendar.is_workday(date(2025, 12, 31))
    assert [calendar.is_workday(date(2026, 1, n)) for n in (1, 2, 3, 5, 10)] == [
        False,
        False,
        False,
        True,
        True,
    ]
    assert calendar.workday(date(2025, 12, 31), 1) == date(2026, 1, 5)
    assert sum(calendar.is_workday(date(2026, 1, 1) + timedelta(n)) for n in range(268)) == 181


@pytest.mark.parametrize("day", [date(2019, 1, 5), date(2024, 5, 4), date(2025, 4, 26), date(2026, 8, 22)])
def test_a_make_up_saturday_is_a_whole_day(day):
    calendar = vietnam()
    assert day.weekday() == 5
    assert sum(b - a for a, b in calendar.spans(day)) == 8 * 3600


def test_a_make_up_saturday_is_a_whole_day_where_saturday_mornings_are_worked_too():
    assert vietnam(saturday_morning=True).spans(date(2026, 8, 22)) == vietnam().spans(date(2026, 8, 22))


def test_saturday_mornings_are_worked_where_the_office_says_so():
    calendar = vietnam(saturday_morning=True)
    spans = calendar.spans(date(2026, 3, 7))
    assert [calendar.local(x).strftime("%H:%M") for span in spans for x in span] == ["07:30", "11:30"]
    assert vietnam().spans(date(2026, 3, 7)) == []


# Tết 2026 is off from Saturday the 14th to Sunday the 22nd (domain 4.2).
def test_saturdays_within_tet_are_off_where_saturday_mornings_are_worked():
    calendar = vietnam(saturday_morning=True)
    assert not any(calendar.is_workday(date(2026, 2, day)) for day in (14, 21))


@pytest.mark.parametrize("count", [-5, -1, 0, 1, 5, 300])
def test_a_new_calendar_counts_the_days_of_far_years(count):
    fresh, laid = (WorkingCalendar({d: [("08:00", "17:00")] for d in range(5)}, VIETNAM) for _ in range(2))
    for year in range(1995, 2045):
        laid.worked(datetime(year, 6, 1, tzinfo=UTC).timestamp())
    for day in (date(2030, 12, 28), date(2005, 1, 3), date(2026, 12, 31), date(2025, 1, 1)):
        assert fresh.workday(day, count) == laid.workday(day, count)
        fresh = WorkingCalendar({d: [("08:00", "17:00")] for d in range(5)}, VIETNAM)


@pytest.mark.parametrize("count", [100, 157, 199, -100, -157, -199, 1000])
def test_an_office_that_opens_once_a_week_counts_its_weeks(count):
    calendar = WorkingCalendar({5: [("08:00", "12:00")]}, VIETNAM)
    saturday = date(2030, 12, 28)
    assert calendar.workday(saturday, count) == saturday + timedelta(weeks=count)


def test_an_hour_that_the_clock_change_takes_is_not_worked():
    calendar = WorkingCalendar({6: [("00:00", "06:00")]}, ZoneInfo("America/New_York"))
    lengths = [b - a for day in (date(2026, 3, 8), date(2026, 11, 1)) for a, b in calendar.spans(day)]
    assert lengths == [5 * 3600, 7 * 3600]


@pytest.mark.parametrize(
    "hours", [{}, {0: []}, {0: [("09:00", "08:00")]}, {0: [("08:00", "09:00"), ("09:00", "10:00")]}]
)
def test_hours_that_make_no_sense_are_refused(hours):
    with pytest.raises(ValueError, match=r"hours|span"):
        WorkingCalendar(hours)


@pytest.mark.parametrize("years", [(2026, 2040), (2040, 2026), (1999, 2025), (2025, 1999)])
def test_years_laid_later_move_no_origin(years):
    first, last = (datetime(year, 6, 4, 3, tzinfo=UTC).timestamp() for year in years)
    fresh = WorkingCalendar(text(OFFICE), VIETNAM)
    begin = datetime(2025, 1, 1, tzinfo=VIETNAM).timestamp()
    assert fresh.worked(begin) == 0
    assert fresh.worked(begin + 86400) == 8 * 3600
    slow = Slow(OFFICE, VIETNAM)
    assert fresh.between(first, last) == (
        slow.between(aware(first), aware(last)) - slow.between(aware(last), aware(first))
    )
    assert fresh.worked(begin) == 0
