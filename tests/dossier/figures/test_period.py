"""Reporting periods: their days, cut-offs, midnights and parts."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.figures import period
from dossier.figures.period import days, months, parse, previous

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
BOSTON = ZoneInfo("America/New_York")


def span(found: period.Period) -> tuple[str, str]:
    return found.first.isoformat(), found.last.isoformat()


@pytest.mark.parametrize(
    ("name", "cutoff", "first", "last"),
    [
        ("2026-03", 31, "2026-03-01", "2026-03-31"),
        ("2024-02", 31, "2024-02-01", "2024-02-29"),
        ("2026-03", 20, "2026-02-21", "2026-03-20"),  # the 21st to the 20th (Vĩnh Phúc)
        ("2026-01", 20, "2025-12-21", "2026-01-20"),
        ("2026-02", 30, "2026-01-31", "2026-02-28"),
        ("2026-03", 30, "2026-03-01", "2026-03-30"),
        ("2026-Q1", 31, "2026-01-01", "2026-03-31"),
        ("2026-Q2", 14, "2026-03-15", "2026-06-14"),  # closes on the 14th of its last month
        ("2026-H2", 31, "2026-07-01", "2026-12-31"),
        ("2026-9M", 20, "2025-12-21", "2026-09-20"),
        ("2026", 20, "2025-12-21", "2026-12-20"),
        ("2026", 31, "2026-01-01", "2026-12-31"),
    ],
)
def test_a_period_has_the_days_that_its_name_and_cut_off_say(name, cutoff, first, last):
    assert span(parse(name, ZONE, cutoff)) == (first, last)


@pytest.mark.parametrize(
    "name", ["2026-13", "2026-00", "2026-Q5", "2026-Q0", "2026-H3", "26-03", "March", "2026-3", "9999-01", ""]
)
def test_what_is_no_period_is_refused_with_what_to_write(name):
    with pytest.raises(ValueError, match=r"is no period|too far off"):
        parse(name, ZONE)


@pytest.mark.parametrize("cutoff", [0, 32])
def test_a_cut_off_is_a_day_of_the_month(cutoff):
    with pytest.raises(ValueError, match="from 1 to 31"):
        parse("2026-03", ZONE, cutoff)


def test_it_begins_and_ends_at_local_midnight():
    found = parse("2026-03", ZONE)
    assert datetime.fromtimestamp(found.start, ZONE).isoformat() == "2026-03-01T00:00:00+07:00"
    assert datetime.fromtimestamp(found.until, ZONE).isoformat() == "2026-04-01T00:00:00+07:00"


def test_a_month_in_which_the_clock_changes_has_its_true_length():
    found = parse("2026-03", BOSTON)
    assert found.until - found.start == 31 * 86400 - 3600


PARTS = ("-01", "-07", "-12", "-Q1", "-Q4", "-H1", "-H2", "-9M", "")
names = st.builds("{}{}".format, st.integers(2000, 2100), st.sampled_from(PARTS))


@given(names, st.integers(1, 31))
def test_the_months_of_a_period_follow_each_other_and_fill_it(name, cutoff):
    whole = parse(name, ZONE, cutoff)
    parts = months(whole, ZONE)
    assert (parts[0].start, parts[-1].until) == (whole.start, whole.until)
    for before, after in pairwise(parts):
        assert after.start == before.until
    assert sum((part.last - part.first).days + 1 for part in parts) == (whole.last - whole.first).days + 1


@given(names, st.integers(1, 31))
def test_the_period_before_ends_where_it_begins_or_a_year_earlier(name, cutoff):
    found = parse(name, ZONE, cutoff)
    before = previous(found, ZONE)
    assert before.kind == found.kind
    if found.kind == "nine":
        assert before.name == f"{int(name[:4]) - 1}-9M"
    else:
        assert before.until == found.start


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 400))
def test_free_days_have_as_many_days_before_them(first, count):
    found = days(first, first + timedelta(count), ZONE)
    before = previous(found, ZONE)
    assert before.last == first - timedelta(1)
    assert (before.last - before.first).days + 1 == count
    with pytest.raises(ValueError, match="not made of months"):
        months(found, ZONE)


def test_days_that_run_backwards_are_refused():
    with pytest.raises(ValueError, match="ends before it begins"):
        days(date(2026, 3, 2), date(2026, 3, 2), ZONE)
