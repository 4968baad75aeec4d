"""The engine's hours against the law's calendar, which was written apart; and beyond the last day laid
out."""

from datetime import date, datetime
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.law.calendar import VIETNAM, WorkingCalendar, vietnam
from simulator.engine.hours import WEEK, YEARS_AHEAD, Always, Dated, Weekly

DAY, HOUR = 86400.0, 3600.0
MONDAY = date(2025, 12, 29)
ORIGIN = int(datetime(2025, 12, 29, tzinfo=VIETNAM).timestamp())
UNTIL = 90 * DAY
WEEKS = {
    "office": {day: [("08:00", "12:00"), ("13:00", "17:00")] for day in range(5)},
    "mornings": {0: [("07:15", "11:45")], 3: [("06:00", "06:10"), ("22:00", "24:00")]},
    "to the end": {5: [("00:00", "03:00"), ("22:00", "24:00")], 6: [("00:00", "12:00"), ("20:00", "24:00")]},
    "one second": {2: [("10:00:00", "10:00:01")]},
}

quarters = st.integers(0, int(UNTIL) // 900).map(lambda n: n * 900.0)
instants = quarters | st.integers(0, int(UNTIL)).map(float) | st.floats(0, UNTIL)
works = st.sampled_from([0.0, 1.0, 4 * HOUR, 8 * HOUR, 40 * HOUR]) | st.floats(0, 30 * 8 * HOUR)
names = st.sampled_from([*WEEKS, "dated", "saturday"])


def law(name: str) -> WorkingCalendar:
    """The calendar of the law."""
    return CALENDARS[name]


def engine(name: str) -> Weekly | Dated:
    """The same hours as the engine has them."""
    return HOURS[name]


def spans(week: dict[int, list[tuple[str, str]]]) -> list[tuple[float, float]]:
    """Seconds from Monday's midnight; what touches is one."""
    found: list[tuple[float, float]] = []
    for day, hours in week.items():
        for edges in hours:
            start, end = (day * DAY + _second(edge) for edge in edges)
            if found and found[-1][1] == start:
                start = found.pop()[0]
            found.append((start, end))
    return found


def _second(clock: str) -> float:
    hours, minutes, *seconds = map(int, clock.split(":"))
    return hours * HOUR + minutes * 60 + sum(seconds)


CALENDARS = {name: WorkingCalendar(week, VIETNAM) for name, week in WEEKS.items()}
CALENDARS |= {"dated": vietnam(), "saturday": vietnam(saturday_morning=True)}
HOURS: dict[str, Weekly | Dated] = {name: Weekly(spans(week)) for name, week in WEEKS.items()}
HOURS |= {name: Dated(CALENDARS[name], ORIGIN, UNTIL) for name in ("dated", "saturday")}


@given(names, instants, instants)
def test_working_time_is_that_of_the_law(name, first, last):
    mine, whole = engine(name), law(name)
    done = mine.worked(last) - mine.worked(first)
    assert done == pytest.approx(whole.between(ORIGIN + first, ORIGIN + last), abs=1e-4)
    assert mine.worked(0.0) == 0.0


@given(names, instants)
def test_the_office_is_open_when_the_law_has_it_open(name, at):
    at = float(int(at))  # to the second: a fraction is lost beside 1.7 thousand million seconds
    mine, whole = engine(name), law(name)
    assert mine.is_open(at) == whole.is_open(ORIGIN + at)
    assert mine.opening(at) == whole.opening(ORIGIN + at) - ORIGIN
    assert mine.is_open(mine.opening(at))


@given(names, instants, works)
def test_work_ends_when_the_law_says(name, at, seconds):
    at, seconds = float(int(at)), 1.0 + int(seconds)
    mine, whole = engine(name), law(name)
    if name == "one second":
        seconds = 1.0 + seconds % 20  # there are not so many in the years laid out
    expected = whole.clock(whole.worked(ORIGIN + at) + seconds) - ORIGIN
    for end in (mine.add(at, seconds), mine.clock(mine.worked(at) + seconds)):
        assert end == expected or _is_the_weeks_last(mine, expected, end)


def _is_the_weeks_last(hours: Weekly | Dated, closing: float, found: float) -> bool:
    """Of one week repeated, the last closing is the next week's first opening; no working time lies
    between."""
    return isinstance(hours, Weekly) and found == hours.opening(closing) and not hours.is_open(closing)


@given(names, instants, works)
def test_so_much_work_is_done_when_it_is_done(name, at, seconds):
    mine = engine(name)
    if name == "one second":
        seconds %= 10
    end = mine.add(at, seconds)
    assert mine.worked(end) - mine.worked(at) == pytest.approx(seconds, abs=1e-4)
    if seconds >= 1:  # next to no work may end at the closing before
        assert end >= at


@given(names, instants, works, works)
def test_work_can_be_done_in_two_parts(name, at, first, second):
    mine = engine(name)
    if name == "one second":
        first, second = first % 10, second % 10
    halfway = mine.add(at, first)
    parts, whole = mine.worked(mine.add(halfway, second)), mine.worked(mine.add(at, first + second))
    assert parts == pytest.approx(whole, abs=1e-3)


@given(names, st.lists(st.tuples(instants, works), min_size=1, max_size=8))
def test_who_remembers_the_last_opening_serves_as_who_does_not(name, visits):
    mine = engine(name)
    server = mine.server()
    for at, asked in visits:
        seconds = asked % 10 if name == "one second" else asked
        end = mine.add(at, seconds)
        expected = mine.opening(at), end if end > at else mine.opening(at)
        assert server(at, seconds) == mine.serve(at, seconds) == expected


@given(instants, st.floats(0, 1e7))
def test_who_never_closes_needs_no_calendar(at, seconds):
    always, open_ = Always(), Weekly([(0.0, WEEK)])
    assert always.add(at, seconds) == at + seconds
    assert (always.worked(at), always.clock(at), always.opening(at), always.is_open(at)) == (at, at, at, True)
    assert open_.add(at, seconds) == pytest.approx(at + seconds, abs=1e-6)
    assert open_.is_open(at)


@given(st.integers(0, 10**9), st.integers(0, 10**7))
def test_weeks_go_on_for_ever(at, seconds):
    mine, week = engine("office"), 40 * HOUR
    shift = at // int(WEEK)
    local, rest = at - shift * WEEK, seconds % int(week)
    expected = mine.add(local, float(rest)) + (shift + seconds // int(week)) * WEEK
    found = mine.add(float(at), float(seconds))
    assert found == expected or (not rest and found == mine.opening(expected))


def test_a_friday_evening_is_the_next_monday_morning_of_a_bare_week():
    mine, whole = engine("office"), law("office")
    friday = 4 * DAY + 16 * HOUR
    assert whole.add(ORIGIN + friday, HOUR) - ORIGIN == friday + HOUR
    assert mine.add(friday, HOUR) == WEEK + 8 * HOUR
    assert mine.add(friday - DAY, HOUR) == friday - DAY + HOUR, "any other closing is itself"


def test_a_real_calendar_reaches_years_beyond_the_run_and_there_it_ends():
    mine = engine("dated")
    far = UNTIL + YEARS_AHEAD * 365 * DAY
    assert mine.add(far, HOUR) == law("dated").add(ORIGIN + far, HOUR) - ORIGIN
    beyond = UNTIL + (YEARS_AHEAD + 1) * 366 * DAY
    assert mine.add(beyond, HOUR) == inf
    assert mine.opening(beyond) == inf
    assert not mine.is_open(beyond)
    assert mine.clock(mine.worked(beyond)) < beyond, "all that was worked was worked some time"
    assert mine.clock(mine.worked(beyond) + 1) == inf
    assert mine.add(0.0, 1e12) == inf
    assert mine.worked(beyond) == mine.worked(beyond + 1e9)


def test_openings_that_touch_are_one():
    mine = Dated(WorkingCalendar(dict.fromkeys(range(7), [("00:00", "24:00")]), VIETNAM), ORIGIN, UNTIL)  # noqa: RUF024 (nobody changes it)
    assert mine.add(0.5, 1e6) == 1000000.5
    assert mine._starts == [0.0]


def test_holidays_and_days_made_up_for_are_the_countrys():
    mine = engine("dated")
    new_year, swapped, made_up = (days * DAY + 9 * HOUR for days in (3, 4, 12))
    assert not mine.is_open(new_year)
    assert not mine.is_open(swapped), "Friday, 2 January 2026"
    assert mine.is_open(made_up), "Saturday, 10 January 2026"
    tet = (date(2026, 2, 17) - MONDAY).days * DAY
    assert mine.opening(tet) == (date(2026, 2, 23) - MONDAY).days * DAY + 7.5 * HOUR
