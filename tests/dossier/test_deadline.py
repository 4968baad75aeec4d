"""Due dates against a slow day-by-day version, and at every boundary of the law."""

import calendar as months
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dossier.calendar import is_holiday, is_makeup, vietnam
from dossier.deadline import Limit, due, letter_deadline, parse_limit
from dossier.rules import RULE_SETS, rules_on

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


def slow_due(received: datetime, limit: Limit, saturday: bool) -> datetime | None:
    """The due date, day by day."""
    start = received.astimezone(ZONE)
    while not any(a <= start < b for a, b in open_spans(start.date(), saturday)):
        later = [
            a for n in range(20) for a, _ in open_spans(start.date() + timedelta(n), saturday) if a > start
        ]
        start = later[0]
    day = start.date()
    if limit.unit == "none":
        return None
    if limit.unit == "same-day":
        if start.time() > time(15):
            day = forward(day, 1, saturday)
        return open_spans(day, saturday)[-1][1]
    if limit.unit == "wh":
        return worked(start, limit.count * 3600, saturday)
    if limit.unit == "wd":
        day = forward(day, int(limit.count), saturday)
        at = held(datetime.combine(day, start.time(), ZONE), saturday)
        rest = limit.count - int(limit.count)
        return worked(at, rest * 8 * 3600, saturday) if rest else at
    if limit.unit == "d":
        later = start + timedelta(days=limit.count)
    else:
        month = start.month - 1 + int(limit.count)
        year, month = start.year + month // 12, month % 12 + 1
        day = min(start.day, months.monthrange(year, month)[1])
        later = start.replace(year=year, month=month, day=day)
    while not open_spans(later.date(), saturday):
        later += timedelta(1)
    return held(later, saturday)


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


limits = st.one_of(
    st.sampled_from((Limit("same-day"), Limit("none"))),
    st.builds(Limit, st.just("wh"), st.sampled_from((0.5, 1.0, 4.0, 8.0, 13.25, 80.0))),
    st.builds(
        Limit, st.just("wd"), st.one_of(st.integers(1, 60).map(float), st.sampled_from((0.5, 1.5, 2.25)))
    ),
    st.builds(Limit, st.just("d"), st.integers(1, 200).map(float)),
    st.builds(Limit, st.just("m"), st.integers(1, 30).map(float)),
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


@settings(max_examples=600)
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


@pytest.mark.parametrize(
    ("day", "clock", "limit", "expected"),
    [
        ("2026-03-02", "10:00:00", "2wd", "2026-03-04T10:00:00+07:00"),  # Monday to Wednesday
        ("2026-03-06", "10:00:00", "1wd", "2026-03-09T10:00:00+07:00"),  # over a weekend
        ("2026-02-13", "10:00:00", "1wd", "2026-02-23T10:00:00+07:00"),  # over Tết
        ("2026-02-17", "10:00:00", "1wd", "2026-02-24T07:30:00+07:00"),  # received in Tết: from its end
        ("2025-12-31", "10:00:00", "3wd", "2026-01-07T10:00:00+07:00"),  # over New Year, 2 January off
        ("2026-08-21", "10:00:00", "1wd", "2026-08-22T10:00:00+07:00"),  # a make-up Saturday
        ("2026-03-02", "12:00:00", "1wd", "2026-03-03T13:00:00+07:00"),  # at lunch: from the afternoon
        ("2026-03-02", "17:00:00", "1wd", "2026-03-04T07:30:00+07:00"),  # the closing second is closed
        ("2026-03-02", "16:00:00", "2wh", "2026-03-03T08:30:00+07:00"),
        ("2026-03-02", "07:30:00", "8wh", "2026-03-02T17:00:00+07:00"),
        ("2026-02-06", "10:00:00", "15d", "2026-02-23T10:00:00+07:00"),  # ends within Tết: moves behind it
        ("2026-01-31", "09:00:00", "1m", "2026-03-02T07:30:00+07:00"),  # Saturday, so 2 February and 2 March
    ],
)
def test_due_dates_known_by_hand(day, clock, limit, expected):
    found = due(at(day, clock), parse_limit(limit), vietnam())
    assert vietnam().local(found.at).isoformat() == expected


def test_a_saturday_morning_closes_early():
    found = due(at("2026-03-06", "16:00:00"), Limit("wd", 1), vietnam(saturday_morning=True))
    assert vietnam().local(found.at).isoformat() == "2026-03-07T11:30:00+07:00"


def test_every_step_is_told_and_the_last_one_is_the_due_date():
    for text in ("same-day", "3wd", "8wh", "15d", "1m"):
        found = due(at("2026-03-01", "10:00:00"), parse_limit(text), vietnam())
        assert found.steps[-1][1] == found.at
        assert any("closed" in line for line in found.explain(vietnam()))


@pytest.mark.parametrize("text", ["3 wd", "", "wd", "-1wd", "0wd", "1.5m", "1w", "3wd ", "1e3wd", "same day"])
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


def test_rule_sets_change_on_their_day():
    for before, after in pairwise(RULE_SETS):
        assert rules_on(after.since) is after
        assert rules_on(after.since - timedelta(1)) is before
    assert rules_on(date(1990, 1, 1)) is RULE_SETS[0]
