"""Deadlines remembered by stretches are those of the law, second by second; calendars are made once."""

from datetime import date, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dossier.law.calendar import VIETNAM
from dossier.law.deadline import due, parse_limit
from simulator.engine.calendars import MOST_DAYS, Calendars
from simulator.engine.hours import Always, Dated, Weekly
from simulator.scenario.model import Opening
from tests.simulator.engine.plays import world

LIMITS = (
    "none", "same-day", "1wd", "3wd", "22wd", "2.5wd", "0.25wd", "8wh", "1.5wh", "0.1wh", "100wh", "15d",
    "1d",
    "30d", "1m", "2m", "8wd+10d", "8wd+10wd", "same-day+2wh", "4wh+1d", "1m+1wd",
)  # fmt: skip
OPENINGS = {
    "bare": Opening(
        week={"mon": [["08:00", "12:00"], ["13:00", "17:00"]], "thu": [["09:30", "10:15"]]}, holidays=False
    ),
    "nights": Opening(week={"sat": [["00:00", "03:00"], ["22:00", "24:00"]], "sun": [["00:00", "24:00"]]}),
    "nightly": Opening(week={"wed": [["20:00", "24:00"]], "thu": [["00:00", "06:00"]]}, holidays=False),
    "touching": Opening(week={"tue": [["07:00", "15:00"], ["15:01", "15:02"]], "fri": [["14:59", "16:00"]]}),
}
NAMES = ("office", "saturday-morning", "always", *OPENINGS)
YEAR = 366 * 86400


def calendars(monday: date, rules: str | None = None) -> Calendars:
    """All calendars, from a Monday on."""
    origin = int(datetime(monday.year, monday.month, monday.day, tzinfo=VIETNAM).timestamp())
    return Calendars(
        world(scenario={"calendars": {"bare": OPENINGS["bare"], **OPENINGS}, "rules": rules}), origin, YEAR
    )


def assert_equal(made: Calendars, name: str, at: int, limit: str) -> None:
    """What is remembered is what is reckoned."""
    parsed, law = parse_limit(limit), made.law(name)
    lawful = due(made.origin + at, parsed, law)
    expected = None if lawful.at is None else int(lawful.at // 1) - made.origin
    assert made.deadlines(name).due(at, parsed) == (expected, lawful.rules.id), (name, at, limit)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "monday", [date(2018, 6, 18), date(2021, 11, 29), date(2025, 6, 30), date(2025, 12, 29)]
)
def test_deadlines_are_those_of_the_law_at_thousands_of_instants(name, monday):
    made, random = calendars(monday), Random(f"{name} {monday}")
    days = [random.randrange(0, 120) for _ in range(12)]
    for _ in range(1200):
        at = random.choice(days) * 86400 + random.choice(
            (random.randrange(86400), random.randrange(96) * 900)
        )
        assert_equal(made, name, at + random.choice((0, 0, 1, -1)) if at else at, random.choice(LIMITS))


@settings(max_examples=300)
@given(
    st.sampled_from(NAMES),
    st.lists(st.integers(0, YEAR - 1), min_size=2, max_size=6),
    st.sampled_from(LIMITS),
)
def test_what_was_asked_before_changes_nothing(name, instants, limit):
    for at in instants:
        assert_equal(ALL, name, at, limit)


ALL = calendars(date(2025, 6, 23))
"""Asked by all examples, so that what it remembers was asked by others."""


def test_every_second_around_the_breaks_of_a_day_is_right():
    made = calendars(date(2026, 3, 2))
    edges = (0, 7.5, 8, 11.5, 12, 13, 15, 17, 24)
    for limit in ("same-day", "2wd", "3wh", "2d", "1m", "0.5wd"):
        for name in ("office", "bare", "always"):
            for edge in edges:
                for second in range(-3, 4):
                    assert_equal(made, name, int(86400 * 3 + edge * 3600) + second, limit)


def test_decades_of_days_are_not_all_remembered():
    deadlines = calendars(date(2020, 1, 6)).deadlines("bare")
    limit = parse_limit("3d")
    for day in range(MOST_DAYS + 50):
        deadlines.due(day * 86400 + 36000, limit)
    assert len(deadlines._days) <= MOST_DAYS + 1


def test_a_rule_set_may_hold_all_the_time():
    made = calendars(date(2026, 3, 2), rules="A-2018")
    assert made.deadlines("office").due(30000, parse_limit("1wd"))[1] == "A-2018"
    assert made.law("office").law(made.origin).supplement_clock == "restart"


def test_each_calendar_has_the_hours_that_it_needs():
    made = calendars(date(2026, 3, 2))
    kinds = {name: type(made.hours(name)) for name in NAMES}
    assert kinds["always"] is Always
    assert {name for name, kind in kinds.items() if kind is Weekly} == {"bare", "nightly"}
    assert {name for name, kind in kinds.items() if kind is Dated} == {
        "office",
        "saturday-morning",
        "nights",
        "touching",
    }


def test_of_another_scenario_only_what_has_changed_is_made_anew():
    made = calendars(date(2026, 3, 2))
    hours = {name: made.hours(name) for name in NAMES}
    other = Opening(week={"sun": [["08:00", "12:00"]]})
    scenario = world(scenario={"calendars": {**OPENINGS, "nights": other}})
    after = made.of(scenario)
    assert {name for name in NAMES if after.hours(name) is not hours[name]} == {"nights"}
    sunday = 6 * 86400
    assert after.hours("nights").opening(0) == sunday + 8 * 3600
    ruled = made.of(replace(scenario, rules="B-2021"))
    assert ruled.law("office").law(made.origin).id == "B-2021"
    assert made.law("office").law(made.origin).id == "C-2025", "the old ones stay as they were"
