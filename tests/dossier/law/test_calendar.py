"""Working time against a slow version: plain datetime arithmetic, day by day, span by span."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.law.calendar import VIETNAM, WorkingCalendar, is_holiday, is_makeup, vietnam

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


# Days off as announced (domain.md 4.2): New Year, Wednesday 1 Jan 2025; Tết 25 Jan - 2 Feb 2025;
# 30 Apr - 4 May 2025, Saturday 26 Apr worked for it; New Year 1-4 Jan 2026, Saturday 10 Jan worked for it;
# Tết 14-22 Feb 2026; 29 Aug - 2 Sep 2026, Saturday 22 Aug worked for it.
# Of 261 weekdays 12 were off in 2025 and 14 are in 2026; one and two Saturdays are worked.
@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2024-12-31 15:00", "2025-01-02 09:30", 4),
        ("2025-01-24 16:00", "2025-02-03 08:30", 2),
        ("2025-01-24 17:00", "2025-02-03 07:30", 0),
        ("2025-01-20 07:30", "2025-02-08 00:00", 80),
        ("2025-04-25 16:00", "2025-04-28 08:30", 10),
        ("2025-04-29 16:30", "2025-05-05 09:00", 2),
        ("2025-12-31 15:00", "2026-01-05 09:30", 4),
        ("2026-01-09 17:00", "2026-01-12 07:30", 8),
        ("2026-02-13 16:00", "2026-02-23 09:30", 3),
        ("2026-02-09 07:30", "2026-02-28 00:00", 80),
        ("2026-08-21 17:00", "2026-08-24 07:30", 8),
        ("2026-08-28 16:30", "2026-09-03 11:30", 4.5),
        ("2025-01-01 00:00", "2026-01-01 00:00", 8 * (261 - 12 + 1)),
        ("2026-01-01 00:00", "2027-01-01 00:00", 8 * (261 - 14 + 2)),
    ],
)
def test_spans_over_tet_and_new_year_hold_the_hours_that_were_worked(start, end, hours):
    calendar = vietnam()
    first, last = (datetime.fromisoformat(text).replace(tzinfo=VIETNAM).timestamp() for text in (start, end))
    assert calendar.between(first, last) == hours * 3600
    if hours:
        done = calendar.add(first, hours * 3600)
        assert done <= last
        assert calendar.between(first, done) == hours * 3600
        assert calendar.opening(done) == calendar.opening(last)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2025-01-24", 1, "2025-02-03"),
        ("2025-02-03", -1, "2025-01-24"),
        ("2025-01-22", 5, "2025-02-05"),
        ("2025-04-25", 1, "2025-04-26"),
        ("2025-04-26", 3, "2025-05-05"),
        ("2024-12-31", 1, "2025-01-02"),
        ("2025-12-31", 1, "2026-01-05"),
        ("2026-01-09", 2, "2026-01-12"),
        ("2026-02-13", 1, "2026-02-23"),
        ("2026-02-11", 5, "2026-02-25"),
        ("2026-08-21", 1, "2026-08-22"),
        ("2026-08-28", 1, "2026-09-03"),
    ],
)
def test_working_days_over_tet_and_new_year(day, count, expected):
    assert vietnam().workday(date.fromisoformat(day), count) == date.fromisoformat(expected)


def test_a_calendar_is_the_book_of_all_its_offices():
    calendar = vietnam()
    assert calendar.of("An Hòa") is calendar.of("Bình Đa") is calendar


@pytest.mark.parametrize("year", [1970, 1989, 2060, 2100, 2150, 2199])
def test_whole_seconds_convert_without_error_in_far_years(year):
    calendar, slow = vietnam(), Slow(OFFICE, VIETNAM, is_holiday, is_makeup, WARD)
    draw, begin = random.Random(year), int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
    for _ in range(50):
        at = begin + draw.randrange(360 * 86400)
        assert calendar.between(at, at + 10**6) == slow.between(aware(at), aware(at + 10**6))
        if calendar.is_open(at) and calendar.is_open(at - 1):
            assert calendar.clock(calendar.worked(at)) == at
            assert calendar.clock(calendar.worked(at + 0.3)) == pytest.approx(at + 0.3, abs=2e-6)


def test_beyond_the_known_years_only_weekends_are_off():
    calendar = vietnam()
    assert (calendar.known[0], calendar.known[-1]) == (1901, 2100)
    for year in (1900, 2101, 2150):
        days = [date(year, 1, 1) + timedelta(n) for n in range(365)]
        assert all(calendar.is_workday(day) == (day.weekday() < 5) for day in days)
    assert not calendar.is_workday(date(2100, 2, 9)), "the last Tết that is known"


def test_a_span_may_end_at_midnight_and_go_on_after_it():
    calendar = WorkingCalendar({4: [("22:00", "24:00")], 5: [("00:00", "02:00")]}, VIETNAM)
    friday = datetime(2026, 3, 6, 22, tzinfo=VIETNAM).timestamp()
    assert calendar.add(friday, 3 * 3600) == friday + 3 * 3600
    assert [calendar.is_open(friday + h * 3600) for h in (-1, 0, 1.99, 2, 3.99, 4)] == [
        False, True, True, True, True, False,
    ]  # fmt: skip
    assert calendar.closing(date(2026, 3, 6)) == friday + 2 * 3600


# New York, 2026: 02:00-03:00 is skipped on 8 March, 01:00-02:00 comes twice on 1 November.
@pytest.mark.parametrize(
    ("day", "start", "end", "utc", "seconds"),
    [
        (date(2026, 3, 8), "01:30", "02:30", "06:30", 1800),
        (date(2026, 3, 8), "02:30", "04:00", "07:00", 3600),
        (date(2026, 3, 8), "02:10", "02:50", None, 0),
        (date(2026, 3, 8), "00:00", "24:00", "05:00", 23 * 3600),
        (date(2026, 11, 1), "00:30", "01:30", "04:30", 3600),
        (date(2026, 11, 1), "01:30", "02:30", "05:30", 7200),
        (date(2026, 11, 1), "01:10", "01:50", "05:10", 2400),
        (date(2026, 11, 1), "00:00", "24:00", "04:00", 25 * 3600),
    ],
)
def test_spans_that_meet_a_clock_change(day, start, end, utc, seconds):
    calendar = WorkingCalendar({6: [(start, end)]}, ZoneInfo("America/New_York"))
    spans = calendar.spans(day)
    assert [b - a for a, b in spans] == ([seconds] if seconds else [])
    assert calendar.is_workday(day) == bool(seconds)
    assert [f"{datetime.fromtimestamp(a, UTC):%H:%M}" for a, _ in spans] == ([utc] if utc else [])


def test_a_day_that_a_country_left_out_is_no_working_day():
    calendar = WorkingCalendar(text(OFFICE), ZoneInfo("Pacific/Apia"))
    assert not calendar.is_workday(date(2011, 12, 30)), "a Friday that Samoa did not have"
    assert calendar.workday(date(2011, 12, 29), 1) == date(2012, 1, 2)


@pytest.mark.parametrize(
    ("zone", "day"),
    [("America/St_Johns", (2010, 11, 7)), ("Africa/Monrovia", (1971, 6, 1)), ("Asia/Gaza", (2015, 10, 24))],
)
def test_the_local_date_is_right_to_the_second_where_midnight_is_odd(zone, day):
    calendar = WorkingCalendar(zone=ZoneInfo(zone))
    begin = datetime(*day, tzinfo=ZoneInfo(zone)).timestamp() - 1800
    for second in range(0, 5400, 7):
        at = begin + second
        assert calendar.day(at) == datetime.fromtimestamp(at, ZoneInfo(zone)).toordinal()


def test_a_dated_day_stands_above_holidays_and_make_up_days():
    tet, saturday = date(2026, 2, 17), date(2026, 8, 22)
    calendar = WorkingCalendar(
        text(OFFICE), VIETNAM, is_holiday, is_makeup, dated={tet: [("08:00", "09:00")], saturday: []}
    )
    assert [b - a for a, b in calendar.spans(tet)] == [3600]
    assert not calendar.is_workday(saturday)
    assert calendar.is_workday(date(2026, 1, 10))


def test_a_changed_calendar_has_other_days_and_leaves_the_first_alone():
    first = vietnam()
    never = first.changed(is_makeup=lambda _: False)
    always = first.changed(is_off=lambda _: False)
    saturday, tet = date(2026, 8, 22), date(2026, 2, 17)
    assert [c.is_workday(saturday) for c in (first, never, always)] == [True, False, True]
    assert [c.is_workday(tet) for c in (first, never, always)] == [False, False, True]
    assert never.known == first.known


def test_a_calendar_that_never_opens_again_says_so_and_does_not_search_for_ever():
    calendar = WorkingCalendar(text(OFFICE), VIETNAM, is_off=lambda day: day.year > 2030)
    last = calendar.closing(date(2030, 12, 31))
    assert calendar.between(last - 3600, last + 10**9) == 3600
    assert calendar.clock(calendar.worked(last + 10**9)) == last
    assert not calendar.is_open(last + 10**8)
    for ask in (
        lambda: calendar.add(last, 60.0),
        lambda: calendar.opening(last),
        lambda: calendar.workday(date(2030, 12, 31), 1),
    ):
        with pytest.raises(ValueError, match="no such opening"):
            ask()
