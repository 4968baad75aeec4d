"""Due dates against a slow day-by-day version, and at every boundary of the law."""

import calendar as months
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dossier.law.calendar import WorkingCalendar, is_holiday, is_makeup, vietnam
from dossier.law.deadline import Limit, due, letter_deadline, onward, parse_limit, plus, within
from dossier.law.rules import PLAIN, RULE_SETS, rules_on

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING, AFTERNOON = (time(7, 30), time(11, 30)), (time(13), time(17))


def open_spans(day: date, saturday: bool) -> list[tuple[datetime, datetime]]:
    """Opening hours of a day, local."""
    if is_makeup(day) or (day.weekday() < 5 and not is_holiday(day)):
        spans = [MORNING, AFTERNOON]
    elif saturday and day.weekday() == 5 and not is_holiday(day):
        spans = [MORNING]
    else:
        spans = []
    return [(datetime.combine(day, a, ZONE), datetime.combine(day, b, ZONE)) for a, b in spans]


def slow_due(received: datetime, limit: Limit, saturday: bool, rules=RULE_SETS[-1]) -> datetime | None:
    """The due date, day by day."""
    start = received.astimezone(ZONE)
    outside = not any(a <= start < b for a, b in open_spans(start.date(), saturday))
    days = limit.unit in {"d", "m"}
    if outside and rules.arrival_outside == "opening" and (rules.days_from_opening or not days):
        start = next(
            a for n in range(20) for a, _ in open_spans(start.date() + timedelta(n), saturday) if a > start
        )
    at = slow_part(start, limit, saturday, rules, first=True)
    more = limit.then
    while more is not None and at is not None:
        at = slow_part(at, more, saturday, rules, first=False)
        more = more.then
    return at


def slow_part(start: datetime, limit: Limit, saturday: bool, rules, first: bool) -> datetime | None:
    """One part of a limit, from where the one before it ended."""
    day = start.date()
    if limit.unit == "none":
        return None
    if limit.unit == "same-day":
        today = first_day(start, saturday) == day
        late = rules.same_day_cutoff is not None and start.time() > rules.same_day_cutoff
        day = forward(day, 1, saturday) if today and late else first_day(start, saturday)
        return open_spans(day, saturday)[-1][1]
    if limit.unit == "wh":
        return worked(start, limit.count * 3600, saturday)
    if limit.unit == "wd":
        return slow_workdays(start, limit.count, saturday, rules, first)
    return slow_end(start, slow_later(start, limit, saturday, rules), saturday, rules)


def slow_end(start: datetime, later: datetime, saturday: bool, rules) -> datetime:
    """Where calendar days or months end: on a working day, if the rules have it so."""
    if not rules.day_off_moves:
        return later
    while not open_spans(later.date(), saturday):
        later += timedelta(1)
    if held(later, saturday) >= start:
        return held(later, saturday)
    return open_spans(first_day(start, saturday), saturday)[0][0]  # part of a day, begun after closing


def first_day(start: datetime, saturday: bool) -> date:
    """The first day on which the office is open at or after an instant."""
    day = start.date()
    while not any(b > start for _, b in open_spans(day, saturday)):
        day += timedelta(1)
    return day


def slow_workdays(start: datetime, count: float, saturday: bool, rules, first: bool) -> datetime:
    """Working days, one by one, and the hours of what is left."""
    whole, rest = int(count), count - int(count)
    at, day = start, start.date()
    if whole and first and rules.first_day == "counted":
        at = open_spans(forward(first_day(start, saturday), whole - 1, saturday), saturday)[-1][1]
    elif whole:
        at = held(datetime.combine(forward(day, whole, saturday), start.time(), ZONE), saturday)
    return worked(at, rest * rules.day_hours * 3600, saturday) if rest else at


def slow_later(start: datetime, limit: Limit, saturday: bool, rules) -> datetime:
    """Calendar days or months later."""
    if limit.unit == "d" and rules.days_skip_holidays:
        later, left = start, int(limit.count)
        while left:
            later += timedelta(1)
            left -= later.weekday() >= 5 or bool(open_spans(later.date(), saturday))
        return later + timedelta(days=limit.count % 1)
    if limit.unit == "d":
        return start + timedelta(days=limit.count)
    month = start.month - 1 + int(limit.count)
    year, month = start.year + month // 12, month % 12 + 1
    return start.replace(year=year, month=month, day=min(start.day, months.monthrange(year, month)[1]))


def forward(day: date, count: int, saturday: bool) -> date:
    """So many working days after the day."""
    while count:
        day += timedelta(1)
        count -= bool(open_spans(day, saturday))
    return day


def held(at: datetime, saturday: bool) -> datetime:
    """The instant within the first opening and the last closing of its day."""
    spans = open_spans(at.date(), saturday)
    return min(max(at, spans[0][0]), spans[-1][1])


def worked(at: datetime, seconds: float, saturday: bool) -> datetime:
    """Where so much working time from an instant ends."""
    day = at.date()
    while True:
        for a, b in open_spans(day, saturday):
            here = max(a, at)
            if here < b:
                if (b - here).total_seconds() >= seconds:
                    return here + timedelta(seconds=seconds)
                seconds -= (b - here).total_seconds()
        day += timedelta(1)


counts = st.one_of(
    st.builds(Limit, st.just("wh"), st.sampled_from((0.5, 1.0, 4.0, 8.0, 13.25, 80.0)), st.none()),
    st.builds(
        Limit,
        st.just("wd"),
        st.one_of(st.integers(1, 60).map(float), st.sampled_from((0.5, 1.5, 2.25))),
        st.none(),
    ),
    st.builds(
        Limit,
        st.just("d"),
        st.one_of(st.integers(1, 200).map(float), st.sampled_from((0.125, 2.5))),
        st.none(),
    ),
    st.builds(Limit, st.just("m"), st.integers(1, 30).map(float), st.none()),
)
limits = st.one_of(
    st.sampled_from((Limit("same-day"), Limit("none"))),
    counts,
    st.builds(plus, st.one_of(st.just(Limit("same-day")), counts), counts),
)
rulings = st.builds(
    lambda **values: replace(RULE_SETS[-1], since=date.min, **values),
    same_day_cutoff=st.sampled_from((time(15), time(11), None)),
    arrival_outside=st.sampled_from(("opening", "as-is")),
    first_day=st.sampled_from(("excluded", "counted")),
    day_off_moves=st.booleans(),
    days_from_opening=st.booleans(),
    days_skip_holidays=st.booleans(),
    day_hours=st.sampled_from((8.0, 7.0, 4.0)),
)
edges = st.sampled_from(
    [time(h, m, s) for h, m in ((7, 30), (11, 30), (13, 0), (15, 0), (17, 0)) for s in (0, 1)]
    + [
        time(7, 29, 59),
        time(11, 29, 59),
        time(12),
        time(12, 59, 59),
        time(14, 59, 59),
        time(16, 59, 59),
        time(0),
    ]
)
receptions = st.builds(
    lambda day, at: datetime.combine(day, at, ZONE),
    st.dates(date(2016, 1, 1), date(2032, 12, 31)),
    edges | st.times(),
)


@settings(max_examples=1200)
@given(receptions, limits, st.booleans())
@example(datetime(2026, 2, 13, 16, 0, tzinfo=ZONE), Limit("wd", 3.0), False)
@example(datetime(2025, 12, 31, 17, 0, tzinfo=ZONE), Limit("same-day"), True)
@example(datetime(2024, 1, 31, 10, 0, tzinfo=ZONE), Limit("m", 1.0), False)
def test_due_dates_are_those_of_a_walk_day_by_day(received, limit, saturday):
    received = received.replace(microsecond=0)
    found = due(received.timestamp(), limit, vietnam(saturday))
    expected = slow_due(received, limit, saturday)
    assert (found.at is None) == (expected is None)
    if expected is not None:
        assert vietnam().local(found.at) == expected


@settings(max_examples=1200)
@given(receptions, limits, st.booleans(), rulings)
def test_every_rule_changes_the_walk_and_the_reckoning_alike(received, limit, saturday, rules):
    received = received.replace(microsecond=0)
    found = due(received.timestamp(), limit, vietnam(saturday), [rules])
    expected = slow_due(received, limit, saturday, rules)
    assert (found.at is None) == (expected is None)
    if expected is not None:
        assert vietnam().local(found.at) == expected
        assert found.steps[-1].at == found.at


hourly = st.builds(plus, counts, counts).filter(lambda limit: not {"d", "m"} & set(units(limit)))


def units(limit: Limit | None) -> list[str]:
    """The units of a limit's parts."""
    return [limit.unit, *units(limit.then)] if limit else []


@settings(max_examples=400)
@given(receptions, st.timedeltas(timedelta(0), timedelta(30)), st.one_of(counts, hourly), st.booleans())
def test_who_comes_later_is_due_no_earlier(received, later, limit, saturday):
    first, second = (
        vietnam().local(due(at.timestamp(), limit, vietnam(saturday)).at)
        for at in (received, received + later)
    )
    if limit.unit in {
        "d",
        "m",
    }:  # a day that moves keeps its clock time: dates are in order, hours need not be
        first, second = first.date(), second.date()
    assert first <= second


@given(receptions, limits, st.booleans(), rulings)
def test_no_dossier_is_due_before_it_is_received(received, limit, saturday, rules):
    found = due(received.timestamp(), limit, vietnam(saturday), [rules]).at
    assert found is None or found >= received.timestamp()


def at(day: str, clock: str) -> float:
    return datetime.fromisoformat(f"{day}T{clock}+07:00").timestamp()


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("15:00:00", "2026-03-02T17:00:00+07:00"),
        ("15:00:01", "2026-03-03T17:00:00+07:00"),
        ("12:15:00", "2026-03-02T17:00:00+07:00"),
        ("16:59:59", "2026-03-03T17:00:00+07:00"),
        ("17:00:00", "2026-03-03T17:00:00+07:00"),
        ("23:00:00", "2026-03-03T17:00:00+07:00"),
        ("05:00:00", "2026-03-02T17:00:00+07:00"),
    ],
)
def test_same_day_means_received_by_three_in_the_afternoon(received, expected):
    found = due(at("2026-03-02", received), Limit("same-day"), vietnam())
    assert vietnam().local(found.at).isoformat() == expected


# Domain brief 1.4, row by row; instants counted by hand on the calendar's page.
# March 2026 has no holiday; 2 March is a Monday.
ROWS = [
    # The unit belongs to the procedure: hours, working days, calendar days, months [V:S1 item 2.2].
    ("2026-03-02", "10:00:00", "16wh", "2026-03-04T10:00:00"),
    ("2026-03-02", "10:00:00", "2wd", "2026-03-04T10:00:00"),
    ("2026-03-02", "10:00:00", "10d", "2026-03-12T10:00:00"),
    ("2026-03-02", "10:00:00", "1m", "2026-04-02T10:00:00"),
    # Same-day procedures received after 15:00 are due the next working day [V:S8].
    ("2026-03-02", "15:00:00", "same-day", "2026-03-02T17:00:00"),
    ("2026-03-02", "15:00:01", "same-day", "2026-03-03T17:00:00"),
    ("2026-03-06", "15:30:00", "same-day", "2026-03-09T17:00:00"),
    # One working day is eight working hours; days and the hours that remain [V-code:S4].
    ("2026-03-02", "10:00:00", "8wh", "2026-03-03T10:00:00"),
    ("2026-03-02", "10:00:00", "12wh", "2026-03-03T15:30:00"),
    ("2026-03-02", "10:00:00", "1.5wd", "2026-03-03T15:30:00"),
    ("2026-03-02", "16:00:00", "2wh", "2026-03-03T08:30:00"),
    ("2026-03-02", "07:30:00", "8wh", "2026-03-02T17:00:00"),
    # After closing: from the start of the next working day; before opening; in the lunch break [V-code:S4].
    ("2026-03-02", "17:30:00", "1wd", "2026-03-04T07:30:00"),
    ("2026-03-02", "17:00:00", "1wd", "2026-03-04T07:30:00"),
    ("2026-03-02", "06:00:00", "1wd", "2026-03-03T07:30:00"),
    ("2026-03-02", "12:00:00", "1wd", "2026-03-03T13:00:00"),
    ("2026-03-07", "10:00:00", "1wd", "2026-03-10T07:30:00"),
    # From the next day, keeping the clock time: Monday 10:00 + 2 days = Wednesday 10:00 [V-code:S4].
    ("2026-03-06", "10:00:00", "1wd", "2026-03-09T10:00:00"),
    # Calendar days count weekends; what ends on a day off moves to the next working day [V-code:S4].
    ("2026-03-06", "10:00:00", "3d", "2026-03-09T10:00:00"),
    ("2026-03-02", "10:00:00", "5d", "2026-03-09T10:00:00"),
    ("2026-02-06", "10:00:00", "15d", "2026-02-23T10:00:00"),
    ("2026-01-31", "09:00:00", "1m", "2026-03-02T07:30:00"),
    ("2024-01-31", "10:00:00", "1m", "2024-02-29T10:00:00"),
    # Remote areas: 8 working days become 18 [V:S16].
    ("2026-03-02", "10:00:00", "8wd", "2026-03-12T10:00:00"),
    ("2026-03-02", "10:00:00", "8wd+10wd", "2026-03-26T10:00:00"),
    ("2026-03-02", "10:00:00", "8wd+10d", "2026-03-23T10:00:00"),
    ("2026-03-02", "10:00:00", "same-day+2wd", "2026-03-04T17:00:00"),
    # Tết 2025: off from Saturday 25 January to Sunday 2 February.
    ("2025-01-24", "10:00:00", "1wd", "2025-02-03T10:00:00"),
    ("2025-01-24", "15:30:00", "same-day", "2025-02-03T17:00:00"),
    ("2025-01-24", "16:00:00", "2wh", "2025-02-03T08:30:00"),
    ("2025-01-20", "10:00:00", "5d", "2025-02-03T10:00:00"),
    ("2025-01-29", "10:00:00", "same-day", "2025-02-03T17:00:00"),
    # Tết 2026: off from Saturday 14 to Sunday 22 February [V:S37].
    ("2026-02-13", "10:00:00", "1wd", "2026-02-23T10:00:00"),
    ("2026-02-13", "16:00:00", "3wd", "2026-02-25T16:00:00"),
    ("2026-02-17", "10:00:00", "1wd", "2026-02-24T07:30:00"),
    # New Year: 1 January 2025 is a Wednesday; 2026-01-02 off, 2026-01-10 worked [M].
    ("2024-12-31", "10:00:00", "1wd", "2025-01-02T10:00:00"),
    ("2024-12-31", "15:30:00", "same-day", "2025-01-02T17:00:00"),
    ("2025-12-31", "10:00:00", "3wd", "2026-01-07T10:00:00"),
    ("2026-01-09", "10:00:00", "1wd", "2026-01-10T10:00:00"),
    # Make-up Saturdays are worked: 2025-04-26 for 2 May, 2026-08-22 [package `holidays`].
    ("2025-04-25", "10:00:00", "1wd", "2025-04-26T10:00:00"),
    ("2025-04-25", "10:00:00", "4wd", "2025-05-05T10:00:00"),
    ("2026-08-21", "10:00:00", "1wd", "2026-08-22T10:00:00"),
]


@pytest.mark.parametrize(("day", "clock", "limit", "expected"), ROWS)
def test_due_dates_known_by_hand(day, clock, limit, expected):
    found = due(at(day, clock), parse_limit(limit), vietnam())
    assert vietnam().local(found.at).isoformat() == f"{expected}+07:00"


# 30 April to 2 May 2025 are off, 3 May is a Saturday; an option of S4 [V-code].
def test_calendar_days_may_leave_out_public_holidays():
    skipping = [replace(RULE_SETS[-1], days_skip_holidays=True)]
    found = due(at("2025-04-28", "10:00:00"), parse_limit("5d"), vietnam(), skipping)
    assert vietnam().local(found.at).isoformat() == "2025-05-06T10:00:00+07:00"


def test_no_law_means_days_to_the_instant_and_over_a_change_of_the_clocks_by_the_wall():
    zone = ZoneInfo("America/New_York")
    city = WorkingCalendar({day: [("08:30", "17:00")] for day in range(5)}, zone)
    received = datetime(2026, 3, 6, 22, 15, 7, tzinfo=zone)  # a Friday night; the clocks change on 8 March
    for days, expected in (("1d", "2026-03-07T22:15:07-05:00"), ("120d", "2026-07-04T22:15:07-04:00")):
        found = due(received.timestamp(), parse_limit(days), city, PLAIN)
        assert city.local(found.at).isoformat() == expected
    city.sets = PLAIN  # the same said by the calendar
    assert due(received.timestamp(), parse_limit("120d"), city).at == found.at


def test_without_a_due_date_the_longest_limit_is_tested_less_the_time_waited():
    start, limit = at("2026-03-02", "10:00:00"), parse_limit("2wd")
    longest = at("2026-03-04", "10:00:00")
    assert within((start, longest), limit, vietnam())  # equal counts as kept [V:S1]
    assert not within((start, longest + 1), limit, vietnam())
    assert within((start, longest + 3600), limit, vietnam(), waited=3600)
    assert within((start, longest + 9e9), Limit("none"), vietnam())


def test_a_limit_counted_on_from_a_closing_is_no_arrival_after_hours():
    closing = at("2026-03-02", "17:00:00")
    assert onward(closing, parse_limit("1wd"), vietnam()).at == at("2026-03-03", "17:00:00")
    assert due(closing, parse_limit("1wd"), vietnam()).at == at("2026-03-04", "07:30:00")


def test_a_saturday_morning_closes_early():
    found = due(at("2026-03-06", "16:00:00"), Limit("wd", 1), vietnam(saturday_morning=True))
    assert vietnam().local(found.at).isoformat() == "2026-03-07T11:30:00+07:00"


def test_every_step_is_told_and_the_last_one_is_the_due_date():
    for text in ("same-day", "3wd", "8wh", "15d", "1m", "1.5wd", "8wd+10d"):
        found = due(at("2026-03-01", "10:00:00"), parse_limit(text), vietnam())
        told = found.explain(vietnam())
        assert found.steps[-1].at == found.at
        assert told[0].startswith("rule set C-2025: Decree 118/2025")
        assert told[-1].endswith(f"{vietnam().local(found.at):%Y-%m-%d %H:%M:%S} +0700")
        assert any("closed" in line for line in told)


def test_only_the_rules_that_were_asked_are_told_as_used():
    def used(clock: str, limit: str) -> set[str]:
        return {rule.name for rule in due(at("2026-03-02", clock), parse_limit(limit), vietnam()).asked()}

    assert used("10:00:00", "same-day") == {"same_day_cutoff"}
    assert used("12:00:00", "1.5wd") == {"arrival_outside", "first_day", "day_hours"}
    assert used("10:00:00", "15d") == {"days_from_opening", "days_skip_holidays", "day_off_moves"}


def test_a_year_without_known_holidays_is_told():
    strange = vietnam().changed()
    strange.known = range(2000, 2026)
    told = due(at("2026-03-02", "10:00:00"), parse_limit("1wd"), strange).explain(strange)
    assert "public holidays of 2026 are not known" in told[-1]


@pytest.mark.parametrize(
    "text",
    [
        "3 wd", "", "wd", "-1wd", "0wd", "1.5m", "1w", "3wd ", "1e3wd", "same day", "99999wd",
        "none+1wd", "1wd+none", "1wd+same-day", "same-day+same-day", "1wd+", "+1wd",
    ],
)  # fmt: skip
def test_what_is_no_limit_is_refused(text):
    with pytest.raises(ValueError, match="no limit"):
        parse_limit(text)


@given(st.one_of(st.integers(1, 999), st.sampled_from((0.5, 1.5, 2.25))), st.sampled_from(("wh", "wd", "d")))
def test_a_limit_is_written_as_it_is_read(count, unit):
    assert parse_limit(str(Limit(unit, count))) == Limit(unit, count)


def test_a_letter_is_due_the_rule_sets_lead_before():
    due_at = datetime.fromisoformat("2026-02-23T10:00:00+07:00").timestamp()
    found = letter_deadline(due_at, vietnam(), rules_on(date(2026, 2, 1)))
    assert vietnam().local(found).isoformat() == "2026-02-13T10:00:00+07:00"


def test_a_lead_of_nothing_is_at_the_latest_on_the_due_date():
    rules = replace(RULE_SETS[-1], letter_lead_days=0)  # HCMC 2016 [V:S19]
    due_at = at("2026-03-03", "10:00:00")
    assert letter_deadline(due_at, vietnam(), rules) == at("2026-03-03", "17:00:00")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8wd+10wd", "18wd"),
        ("8wd+10d+2d", "8wd+12d"),
        ("same-day+2wd", "same-day+2wd"),
        ("8wd+1wh", "8wd+1wh"),
    ],
)
def test_equal_units_are_one_count(text, expected):
    assert str(parse_limit(text)) == expected
    assert parse_limit(expected) == parse_limit(text)


@pytest.mark.parametrize(("limit", "words"), [("1wd", "1 working day from"), ("3wd", "3 working days from")])
def test_one_day_is_told_as_one(limit, words):
    found = due(at("2026-03-02", "10:00:00"), parse_limit(limit), vietnam())
    assert f"plus {words} the next day" in [step.words for step in found.steps]
