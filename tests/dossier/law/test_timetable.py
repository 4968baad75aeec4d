"""Calendar files against two slow readings of the same description: day by day, and minute by minute.

Both read the mapping itself, with holidays of their own reading; they share no code with `dossier`.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays
import jsonschema
import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.law.calendar import vietnam
from dossier.law.rest import TimetableError
from dossier.law.rules import PLAIN, RULE_SETS
from dossier.law.timetable import parse, schema

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ONE = timedelta(days=1)
MENDED = {
    date(2026, 1, 2): "off", date(2026, 2, 14): "off", date(2026, 2, 21): "off", date(2026, 1, 10): "worked",
}  # fmt: skip
"""What domain.md 4.2 says of 2026 and the package does not have."""


@cache
def public(country, part):
    """All years at once, where the calendar asks year by year."""
    return holidays.country_holidays(country, subdiv=part, years=range(1985, 2066))


def clock(text):
    hour, _, minute = text.partition(":")
    return timedelta(hours=int(hour), minutes=int(minute))


class Slow:
    """A calendar read day by day from the description, in whole seconds."""

    def __init__(self, mapping, office=None):
        self.mapping, self.zone = mapping, ZoneInfo(mapping["zone"])
        self.own = mapping.get("offices", {}).get(office, {})
        self.week = {**mapping["hours"], **self.own.get("hours", {})}
        self.days, self.totals = {}, {}

    def texts(self, day):
        """The hours of a date as the description has them: the office's word, the file's, then the rest."""
        for part in (self.own, self.mapping):
            for closure in part.get("closed", ()):
                if closure["from"] <= day <= closure.get("until", closure["from"]):
                    return []
            for entry in part.get("days", ()):
                if entry["day"] == day:
                    if entry["is"] == "closed":
                        return []
                    if "hours" in entry:
                        return entry["hours"]
                    return self.makeup() if entry["is"] == "makeup" else self.usual(day)
        kind = self.kind(day)
        if kind == "worked":
            return self.makeup()
        return [] if kind == "off" else self.usual(day)

    def usual(self, day):
        return self.week.get(WEEK[day.weekday()], [])

    def makeup(self):
        name = self.mapping.get("makeup", {}).get("hours_of")
        if name is None:
            name = "fri" if self.week.get("fri") else next(n for n in WEEK if self.week.get(n))
        return self.week[name]

    def kind(self, day):
        rest = self.mapping.get("holidays")
        if not rest or not rest.get("since", day) <= day <= rest.get("until", day):
            return ""
        known = public(rest["country"], rest.get("subdivision"))
        mended = MENDED.get(day) if rest["country"] == "VN" else None
        worked = mended == "worked" if mended else day in known.weekend_workdays
        if worked and self.mapping.get("makeup", {}).get("package", True):
            return "worked"
        off = mended == "off" if mended else day in known
        return "off" if off else ""

    def spans(self, day):
        found = self.days.get(day)
        if found is None:
            edges = [[clock(edge) for edge in text.split("-")] for text in self.texts(day)]
            found = self.days[day] = [(self.shows(day, a), self.shows(day, b)) for a, b in edges]
        return found

    def shows(self, day, after):
        """The first second of the wall clock's day on which it shows so much or more."""
        local = datetime(day.year, day.month, day.day) + after  # noqa: DTZ001
        at = local.replace(tzinfo=UTC)
        offsets = {self.offset(at + n * ONE) for n in (-1, 1)}
        if len(offsets) == 1:
            return int((at - offsets.pop()).timestamp())
        at -= max(offsets)
        while (at + self.offset(at)).replace(tzinfo=None) < local:
            at += timedelta(minutes=1)
        return int(at.timestamp())

    def offset(self, at):
        return at.astimezone(self.zone).utcoffset()

    def date(self, at):
        return datetime.fromtimestamp(at, self.zone).date()

    def walk(self, start, end=None):
        """The spans from a little before an instant to a little after another, or for ever."""
        day = self.date(start) - ONE
        while end is None or day <= self.date(end) + ONE:
            yield from self.spans(day)
            day += ONE

    def total(self, day):
        found = self.totals.get(day)
        if found is None:
            found = self.totals[day] = sum(b - a for a, b in self.spans(day))
        return found

    def between(self, start, end):
        """Whole days in the middle, and the spans at both ends cut to what lies between."""
        first, last = self.date(start) + 2 * ONE, self.date(end) - 2 * ONE
        if first > last:
            return sum(max(0, min(b, end) - max(a, start)) for a, b in self.walk(start, end))
        middle = sum(self.total(first + n * ONE) for n in range((last - first).days + 1))
        ends = [date.fromordinal(first.toordinal() - n) for n in (3, 2, 1)]
        ends += [date.fromordinal(last.toordinal() + n) for n in (1, 2, 3)]
        cut = (span for day in ends for span in self.spans(day))
        return middle + sum(max(0, min(b, end) - max(a, start)) for a, b in cut)

    def add(self, start, seconds):
        for a, b in self.walk(start):
            here = max(a, start)
            if here < b:
                if b - here >= seconds:
                    return here + seconds
                seconds -= b - here
        raise AssertionError

    def is_open(self, at):
        return any(a <= at < b for a, b in self.walk(at, at))

    def opening(self, at):
        return at if self.is_open(at) else next(a for a, b in self.walk(at) if a >= at and a < b)


ZONES = (
    "Asia/Ho_Chi_Minh", "Asia/Ho_Chi_Minh", "America/New_York", "Europe/Amsterdam", "Australia/Lord_Howe",
    "America/Santiago", "Asia/Kathmandu", "Africa/Cairo", "America/St_Johns", "UTC",
)  # fmt: skip
"""Whole and half hours of clock change, at two o'clock and at midnight, and none."""
CHANGES = {
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Europe/Amsterdam": (date(2026, 3, 29), date(2026, 10, 25)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "America/Santiago": (date(2026, 4, 4), date(2026, 9, 6)),
    "Africa/Cairo": (date(2026, 4, 24), date(2026, 10, 29)),
}
"""Days on which a clock changes."""
FIRST, LAST = date(2025, 1, 1), date(2026, 12, 1)
DAYS = (
    *(date(2025, 1, n) for n in (1, 24, 25, 31)), date(2025, 4, 26), date(2025, 5, 2), date(2026, 1, 2),
    date(2026, 1, 10), *(date(2026, 2, n) for n in (13, 14, 18, 21, 23)), date(2026, 8, 22),
    date(2026, 8, 31), date(2025, 7, 4), date(2025, 12, 25), date(2025, 12, 31), date(2026, 4, 27),
    *(day for days in CHANGES.values() for day in days),
)  # fmt: skip
"""Days on which something happens somewhere."""
dates = st.sampled_from(DAYS) | st.dates(FIRST, LAST)


def said(minute):
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def spans(draw, least=0):
    edges = st.sampled_from((0, 60, 90, 120, 150, 180, 450, 690, 780, 1020, 1380, 1439)) | st.integers(
        0, 1439
    )
    found = sorted(draw(st.sets(edges, min_size=2 * least, max_size=6)))
    if len(found) % 2:
        found.append(1440)
    return [f"{said(a)}-{said(b)}" for a, b in pairwise(found)][::2]


@st.composite
def weeks(draw):
    usual = draw(spans(least=1))
    week = {name: draw(st.just(usual) | spans()) for name in WEEK[:5]}
    week |= draw(st.dictionaries(st.sampled_from(WEEK[5:]), spans()))
    week[draw(st.sampled_from(WEEK))] = usual
    return week


@st.composite
def exceptions(draw, week):
    """Dated days and closures, no day twice."""
    days = draw(st.lists(dates, max_size=4, unique=True))
    entries = []
    for day in days:
        entry = {"day": day, "is": draw(st.sampled_from(("open", "closed", "makeup"))), "why": "drawn"}
        if entry["is"] == "open" and (not week.get(WEEK[day.weekday()]) or draw(st.booleans())):
            entry["hours"] = draw(spans())
        entries.append(entry)
    closed = []
    for day in draw(st.lists(dates, max_size=2, unique=True)):
        until = day + draw(st.sampled_from((0, 1, 30))) * ONE
        taken = [*days, *(d for c in closed for d in (c["from"], c["until"]))]
        if not any(day - 31 * ONE <= other <= until for other in taken):
            closed.append({"from": day, "until": until, "why": "drawn"})
    return {"days": entries, "closed": closed}


RESTS = (
    None, {"country": "VN"}, {"country": "VN"}, {"country": "US", "subdivision": "MA"}, {"country": "NL"},
    {"country": "VN", "since": date(2025, 1, 27), "why": "drawn"},
    {"country": "US", "since": date(2025, 1, 1), "until": date(2025, 12, 24), "why": "drawn"},
)  # fmt: skip


@st.composite
def timetables(draw):
    week = draw(weeks())
    makeup = {"package": draw(st.booleans() | st.just(True))}
    if draw(st.booleans()):
        makeup["hours_of"] = draw(st.sampled_from([name for name in WEEK if week.get(name)]))
    mapping = {
        "name": "drawn",
        "zone": draw(st.sampled_from(ZONES)),
        "hours": week,
        "holidays": draw(st.sampled_from(RESTS)),
        "makeup": makeup,
        **draw(exceptions(week)),
    }
    if draw(st.booleans()):
        own = {"sat": ["07:30-11:30"]} if draw(st.booleans()) else {}
        mapping["offices"] = {"An Hòa": {"hours": own, **draw(exceptions({**week, **own}))}}
    return mapping


def instants(around):
    """Instants of two years, half of them near a day on which something happens."""
    first, last = (int(datetime(d.year, d.month, d.day, tzinfo=UTC).timestamp()) for d in (FIRST, LAST))
    near = st.tuples(st.sampled_from(around), st.integers(-86400, 2 * 86400))
    return st.integers(first, last) | near.map(lambda pair: noon(pair[0]) + pair[1])


def noon(day):
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


LENGTHS = st.integers(1, 3 * 86400) | st.integers(1, 60) | st.integers(1, 60 * 86400)


def agree(calendar, slow, start, length):
    """One case: every conversion, exactly."""
    assert calendar.between(start, start + length) == slow.between(start, start + length)
    assert calendar.between(start + length, start) == -slow.between(start, start + length)
    is_open = slow.is_open(start)
    assert calendar.is_open(start) == is_open
    opening = slow.opening(start)
    assert calendar.opening(start) == opening
    seconds = length // 3 + 1
    end = slow.add(start, seconds)
    assert calendar.add(start, seconds) == end
    assert calendar.between(start, end) == seconds
    back = calendar.clock(calendar.worked(start))
    if is_open and back != start:  # at an opening the same work was done at the closing before it
        assert not slow.is_open(start - 1)
        assert slow.between(back, start) == 0
    elif not is_open:
        assert back <= start
        assert slow.between(back, start) == 0
    assert calendar.is_workday(slow.date(start)) == bool(slow.total(slow.date(start)))


@settings(max_examples=250)
@given(st.data())
def test_any_calendar_agrees_with_its_description_read_day_by_day(data):
    mapping = data.draw(timetables())
    office = data.draw(st.sampled_from(("An Hòa", "another")))
    calendar, slow = parse(mapping).of(office), Slow(mapping, office)
    around = CHANGES.get(mapping["zone"], DAYS)
    cases = data.draw(st.lists(st.tuples(instants(around), LENGTHS), min_size=40, max_size=40))
    for start, length in cases:
        agree(calendar, slow, start, length)
    at = np.array([start for start, _ in cases], dtype=float)
    worked = calendar.worked(at)
    assert worked.tolist() == [calendar.worked(x) for x in at.tolist()]
    assert calendar.clock(worked).tolist() == [calendar.clock(x) for x in worked.tolist()]


WARD = {name: ["07:30-11:30", "13:00-17:00"] for name in WEEK[:5]}
DECADES = {
    "a ward": {"name": "a", "zone": "Asia/Ho_Chi_Minh", "hours": WARD, "holidays": {"country": "VN"}},
    "Saturdays": {
        "name": "a", "zone": "Asia/Ho_Chi_Minh", "holidays": {"country": "VN"},
        "hours": WARD | {"sat": ["07:30-11:30"]},
    },
    "Boston": {
        "name": "a", "zone": "America/New_York", "holidays": {"country": "US", "subdivision": "MA"},
        "hours": {name: ["08:30-17:00"] for name in WEEK[:5]},
    },
    "always, where clocks change": {
        "name": "a", "zone": "Europe/Amsterdam", "hours": {name: ["00:00-24:00"] for name in WEEK},
    },
}  # fmt: skip


@cache
def pair(name):
    return parse(DECADES[name]).default, Slow(DECADES[name])


@pytest.mark.parametrize("name", DECADES)
@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(
            st.integers(noon(date(1990, 1, 1)), noon(date(2060, 1, 1))),
            LENGTHS | st.integers(1, 3650 * 86400),
        ),
        min_size=20,
        max_size=20,
    )
)
def test_seventy_years_agree_with_their_description(name, cases):
    calendar, slow = pair(name)
    for start, length in cases:
        agree(calendar, slow, start, min(length, noon(date(2063, 1, 1)) - start))


def minutes(mapping, first, count):
    """Open minutes of so many minutes of UTC from `first`: the clock on the wall is looked at every minute.

    A span is opened for good when the wall shows its start or more, and closed when it shows its end or more.
    """
    slow, zone, found = Slow(mapping), ZoneInfo(mapping["zone"]), 0
    begin = datetime.fromtimestamp(first, zone).date() - ONE
    state = [
        [datetime(d.year, d.month, d.day) + clock(edge) for edge in text.split("-")]  # noqa: DTZ001
        for d in (begin + n * ONE for n in range(count // 1440 + 4))
        for text in slow.texts(d)
    ]
    opened, closed = set(), set()
    for n in range(-2880, count):
        wall = datetime.fromtimestamp(first + 60 * n, zone).replace(tzinfo=None)
        closed |= {i for i, (_, end) in enumerate(state) if wall >= end}
        opened |= {i for i, (start, _) in enumerate(state) if wall >= start}
        found += n >= 0 and opened > closed
    return found


@settings(max_examples=100)
@given(timetables(), st.data())
def test_a_wall_clock_watched_every_minute_counts_the_same(mapping, data):
    day = data.draw(st.sampled_from(CHANGES.get(mapping["zone"], DAYS)))
    first = noon(day) - 86400 + 60 * data.draw(st.integers(0, 1440))
    count = data.draw(st.integers(1, 2 * 1440))
    mapping = {**mapping, "offices": {}}
    assert parse(mapping).default.between(first, first + 60 * count) == 60 * minutes(mapping, first, count)


def test_offices_with_the_same_rules_share_one_calendar():
    saturday = {"hours": {"sat": ["07:30-11:30"]}}
    offices = {
        "a": saturday, "b": saturday, "c": {}, "d": {"hours": {"mon": WARD["mon"]}},
        "e": {"closed": [{"from": date(2026, 3, 3), "why": "moving"}]},
        "f": {"days": [{"day": date(2026, 3, 3), "is": "closed", "why": "the same, for another reason"}]},
    }  # fmt: skip
    book = parse(DECADES["a ward"] | {"offices": offices})
    assert book.of("a") is book.of("b")
    assert book.of("c") is book.of("d") is book.of("anywhere") is book.default
    assert book.of("e") is book.of("f") is not book.default
    assert book.of("a") is not book.default
    assert book.zone == book.of("a").zone == ZoneInfo("Asia/Ho_Chi_Minh")
    assert book.name == "a"


def test_one_office_is_closed_and_the_others_work():
    closed = [{"from": date(2026, 3, 3), "until": date(2026, 3, 6), "why": "moving"}]
    book = parse(DECADES["a ward"] | {"offices": {"Bình Đa": {"closed": closed}}})
    assert [book.of("Bình Đa").is_workday(date(2026, 3, n)) for n in range(2, 10)] == [
        True, False, False, False, False, False, False, True,
    ]  # fmt: skip
    assert book.of("An Hòa").is_workday(date(2026, 3, 3))


def test_an_office_takes_the_dated_days_of_the_file_with_its_own_hours():
    days = [{"day": date(2026, 3, 7), "is": "makeup", "why": "a swap"}]
    offices = {"a": {"hours": {"fri": ["09:00-10:00"]}}, "b": {"days": [{**days[0], "is": "closed"}]}}
    book = parse(DECADES["a ward"] | {"days": days, "offices": offices})
    lengths = [sum(y - x for x, y in book.of(office).spans(date(2026, 3, 7))) for office in ("", "a", "b")]
    assert lengths == [8 * 3600, 3600, 0]


def test_the_corrections_of_vietnam_hold_in_every_file_about_vietnam():
    calendar = parse({**DECADES["a ward"], "hours": WARD | {"sat": ["07:30-11:30"]}}).default
    assert not calendar.is_workday(date(2026, 1, 2))
    assert sum(b - a for a, b in calendar.spans(date(2026, 1, 10))) == 8 * 3600
    other = parse(DECADES["a ward"] | {"holidays": {"country": "NL"}}).default
    assert other.is_workday(date(2026, 1, 2))
    assert not other.is_workday(date(2026, 1, 10))


def test_a_file_says_whose_rules_hold_and_which_years_are_known():
    calendar = parse(DECADES["a ward"] | {"rules": {"base": "plain"}}).default
    assert (calendar.sets, vietnam().sets) == (PLAIN, RULE_SETS)
    assert calendar.known == vietnam().known == range(1901, 2101)
    assert 2150 in parse(DECADES["always, where clocks change"]).default.known


GOOD = DECADES["a ward"]


def office(**rules):
    return GOOD | {"offices": {"An Hòa": {}, "Bình Đa": rules}}


@pytest.mark.parametrize(
    ("mapping", "path", "right"),
    [
        (None, "the calendar", "mapping"),
        ([], "the calendar", "mapping"),
        ({}, "the calendar", "name"),
        (GOOD | {"hour": {}}, "the calendar", "hours, about"),
        (GOOD | {"hours": {"monday": []}}, "hours", "mon, tue"),
        (GOOD | {"hours": {"mon": "07:30-11:30"}}, "hours.mon", "array"),
        (GOOD | {"hours": {"mon": ["7:30-11:30"]}}, "hours.mon[0]", '"07:30-11:30"'),
        (GOOD | {"hours": {"mon": ["07:30-11:30", "11:30-12:00"]}}, "hours.mon[1]", "begin after"),
        (GOOD | {"hours": {"mon": ["17:00-07:00"]}}, "hours.mon[0]", "end after"),
        (GOOD | {"hours": {"mon": []}}, "hours", "no weekday is open"),
        (GOOD | {"zone": "Asia/Hanoi"}, "zone", "Asia/Ho_Chi_Minh"),
        (GOOD | {"zone": "../etc/passwd"}, "zone", "Asia/Ho_Chi_Minh"),
        (GOOD | {"zone": "America"}, "zone", "Asia/Ho_Chi_Minh"),
        (GOOD | {"zone": ""}, "zone", "Asia/Ho_Chi_Minh"),
        (GOOD | {"holidays": {"country": "Vietnam"}}, "holidays.country", "VN"),
        (GOOD | {"holidays": {"country": False}}, "holidays.country", "str"),
        (GOOD | {"holidays": {"country": "US", "subdivision": "XX"}}, "holidays.subdivision", "MA"),
        (GOOD | {"holidays": {"country": "US", "categories": ["bank"]}}, "holidays.categories", "public"),
        (GOOD | {"holidays": {"country": "US", "since": date(2014, 1, 1)}}, "holidays.why", "source"),
        (GOOD | {"holidays": {"country": "US", "region": "MA"}}, "holidays", "subdivision"),
        (GOOD | {"makeup": {"hours_of": "sun"}}, "makeup.hours_of", "weekday that has"),
        (GOOD | {"makeup": {"hours_of": "friday"}}, "makeup.hours_of", "mon, tue"),
        (GOOD | {"days": [{"day": "2026-02-30", "is": "open", "why": "x"}]}, "days[0].day", "2026-01-31"),
        (GOOD | {"days": [{"day": date(2026, 3, 3), "is": "off", "why": "x"}]}, "days[0].is", "open, closed"),
        (GOOD | {"days": [{"day": date(2026, 3, 3), "is": "closed"}]}, "days[0]", "why"),
        (GOOD | {"days": [{"day": date(2026, 3, 3), "is": "closed", "why": ""}]}, "days[0].why", "reason"),
        (GOOD | {"days": [{"day": date(2026, 3, 7), "is": "open", "why": "x"}]}, "days[0]", "makeup"),
        (
            GOOD | {"days": [{"day": date(2026, 3, 7), "is": "makeup", "why": "x", "hours": []}]},
            "days[0].hours",
            "leave them out",
        ),
        (
            GOOD | {"days": [{"day": date(2026, 3, 7), "is": "open", "why": "x", "hours": ["8-9"]}]},
            "days[0].hours[0]",
            '"07:30-11:30"',
        ),
        (GOOD | {"days": [{"day": date(2026, 3, 3), "is": "closed", "why": "x"}] * 2}, "days[1]", "twice"),
        (GOOD | {"closed": [{"from": date(2026, 3, 3), "why": "x"}] * 2}, "closed[1]", "twice"),
        (
            GOOD | {"closed": [{"from": date(2026, 3, 3), "until": date(2026, 3, 2), "why": "x"}]},
            "closed[0].until",
            "2026-03-03",
        ),
        (
            GOOD | {"closed": [{"from": date(2026, 3, 3), "until": date(2099, 3, 2), "why": "x"}]},
            "closed[0].until",
            "at most",
        ),
        (office(hour={}), "offices.Bình Đa", "hours, days, closed"),
        (office(hours={"sat": ["7-8"]}), "offices.Bình Đa.hours.sat[0]", '"07:30-11:30"'),
        (office(hours={name: [] for name in WEEK}), "offices.Bình Đa.hours", "no weekday"),
        (office(closed=[{"from": "tomorrow", "why": "x"}]), "offices.Bình Đa.closed[0].from", "2026-01-31"),
        (
            office(days=[{"day": date(2026, 3, 8), "is": "open", "why": "x"}]),
            "offices.Bình Đa.days[0]",
            "no hours on a Sunday",
        ),
        (
            office(hours={"fri": []}) | {"makeup": {"hours_of": "fri"}},
            "makeup.hours_of",
            "in offices.Bình Đa",
        ),
        (GOOD | {"offices": {7: {}}}, "the keys of offices", "str"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_path_with_what_would_be_right(mapping, path, right):
    with pytest.raises(TimetableError) as error:
        parse(mapping)
    found, _, words = str(error.value).partition(": ")
    assert found == path
    assert right in words
    assert "\n" not in str(error.value)


@settings(max_examples=40)
@given(timetables())
def test_what_can_be_read_fits_the_published_schema(mapping):
    parse(mapping)
    jsonschema.validate(msgspec.to_builtins(mapping), schema())


def test_the_schema_refuses_what_is_no_span_and_what_is_not_known():
    for wrong in ({"hours": {"mon": ["7-8"]}}, {"colour": "red"}, {"offices": {"a": {"hour": {}}}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(GOOD | wrong, schema())
