"""Boston's 311 log: the city's own due times, 2013-2017, reckoned again by calendar and limit."""

import csv
import gzip
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
import pytest
import yaml
from click.testing import CliRunner

from dossier.law.deadline import Limit
from dossier.law.deadline import due as reckon
from dossier.law.timetable import parse
from motcua import calendars
from motcua.calendars import load
from motcua.due import due

pytestmark = pytest.mark.shared

NEW_YORK = ZoneInfo("America/New_York")
ANIMAL = "Pick up Dead Animal"
DAYS_120 = ("Bed Bugs", "Pest Infestation - Residential")
FILE = Path(calendars.__file__).parent / "boston-311.yaml"


def instant(text):
    return datetime.fromisoformat(text).timestamp()


def wall(at):
    return datetime.fromtimestamp(at, NEW_YORK).replace(tzinfo=None)


@pytest.fixture(scope="module")
def table(shared):
    return shared / "data" / "logs" / "boston311_2013_2017_dossiers.csv.gz"


@pytest.fixture(scope="module")
def rows(table):
    with gzip.open(table, "rt", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["due_at"]]


@pytest.fixture(scope="module")
def animals(rows):
    pairs = [
        (instant(row["received_at"]), instant(row["due_at"])) for row in rows if row["procedure"] == ANIMAL
    ]
    assert len(pairs) == 13_397
    return pairs


@pytest.fixture(scope="module")
def pests(rows):
    pairs = [(instant(r["received_at"]), instant(r["due_at"])) for r in rows if r["procedure"] in DAYS_120]
    assert len(pairs) == 4_102
    return pairs


def variant(**changes):
    return parse(yaml.safe_load(FILE.read_text("utf-8")) | changes).default


def one_day(received, calendar):
    return reckon(received, Limit("wd", 1), calendar).at


def share(pairs, calendar):
    """The share of due times that one working day reproduces within 61 seconds."""
    return sum(abs(one_day(a, calendar) - b) <= 61 for a, b in pairs) / len(pairs)


def test_the_exceptions_are_at_most_ten_and_each_has_its_reason():
    raw = yaml.safe_load(FILE.read_text("utf-8"))
    rest = raw["holidays"]
    assert (rest["country"], rest["subdivision"]) == ("US", "MA")
    assert {name: raw["hours"].get(name) for name in ("mon", "fri", "sat")} == {
        "mon": ["08:30-17:00"], "fri": ["08:30-17:00"], "sat": None,
    }  # fmt: skip
    reasons = [rest["why"], *(entry["why"] for entry in [*raw["days"], *raw.get("closed", [])])]
    assert len(reasons) == 3
    assert all(len(reason) > 40 for reason in reasons)


def test_one_working_day_of_ours_is_the_citys(animals):
    assert share(animals, load("boston-311").default) >= 0.996
    whole = {"country": "US", "subdivision": "MA"}
    assert share(animals, variant(holidays=whole, days=[])) < 0.99, "without exceptions it is not"


def test_ten_single_days_of_2013_would_do_as_well_as_the_one_rule_about_2013(animals):
    kept = sorted(holidays.country_holidays("US", subdiv="MA", years=2013))
    assert len(kept) == 11
    days = [{"day": day, "is": "open", "why": "worked in the city's reckoning"} for day in kept[1:]]
    assert share(animals, variant(holidays={"country": "US", "subdivision": "MA"}, days=days)) >= 0.99


def told(animals, one, other):
    """How many of the requests that two calendars reckon differently bear out the one, and the other."""
    found = Counter()
    for received, written in animals:
        first, second = one_day(received, one), one_day(received, other)
        if first != second:
            near = [abs(at - written) <= 61 for at in (first, second)]
            found["one" if near[0] else "other" if near[1] else "neither"] += 1
    return dict(found)


def test_in_2013_the_city_kept_no_holiday(animals):
    kept = variant(holidays={"country": "US", "subdivision": "MA"})
    assert told(animals, load("boston-311").default, kept) == {"one": 170, "neither": 1}


@pytest.mark.parametrize(("day", "count"), [(date(2017, 11, 10), 11), (date(2018, 1, 1), 6)])
def test_each_single_exception_is_borne_out_by_every_request_that_can_tell(animals, day, count):
    days = [d for d in yaml.safe_load(FILE.read_text("utf-8"))["days"] if d["day"] != day]
    assert told(animals, load("boston-311").default, variant(days=days)) == {"one": count}


def test_a_hundred_and_twenty_days_keep_the_clock_on_the_wall_and_stay_where_they_end(pests):
    calendar = load("boston-311").default
    ours = [reckon(received, Limit("d", 120), calendar).at for received, _ in pests]
    for at, (received, _) in zip(ours, pests, strict=True):
        assert wall(at) == wall(received) + timedelta(120)
    near = sum(abs(at - written) <= 61 for at, (_, written) in zip(ours, pests, strict=True))
    assert near / len(pests) >= 0.995
    assert sum(not calendar.is_workday(wall(at).date()) for at in ours) > 900


def test_to_the_second_as_far_as_the_log_has_seconds(pests):
    """From May 2015 the city cut the second from most times of receipt, and not from the due times.

    So seconds can be compared where the receipt has some, and minutes where it has none.
    """
    calendar, same = load("boston-311").default, 0
    for received, written in pests:
        late = written - reckon(received, Limit("d", 120), calendar).at
        cut = received % 60 == 0
        same += -1 <= late < 60 if cut else abs(late) <= 1
    assert same / len(pests) >= 0.99
    seconds = [received % 60 != 0 for received, _ in pests]
    assert sum(seconds) == 1_426


def run(table, out, *arguments):
    call = ["--table", str(table), "--calendar", "boston-311", "--out", str(out), *arguments]
    result = CliRunner().invoke(due, call)
    assert not result.exception, result.output
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_command_writes_the_citys_due_times(table, rows, tmp_path):
    found = run(table, tmp_path / "due.csv", "--limit", "1wd")
    assert len(found) == 29_835
    pairs = [
        (instant(row["due_at"]), instant(row["due_at_written"]))
        for row in found
        if row["procedure"] == ANIMAL and row["due_at_written"]
    ]
    assert len(pairs) == 13_397
    assert sum(abs(ours - written) <= 61 for ours, written in pairs) / len(pairs) >= 0.996


def test_the_command_writes_a_hundred_and_twenty_days(table, rows, tmp_path):
    found = [
        row for row in run(table, tmp_path / "due.csv", "--limit", "120d") if row["procedure"] in DAYS_120
    ]
    assert len(found) == 4_102
    for row in found:
        assert wall(instant(row["due_at"])) == wall(instant(row["received_at"])) + timedelta(120)
        assert datetime.fromisoformat(row["due_at"]).utcoffset() == UTC.utcoffset(None)
    near = sum(abs(instant(row["due_at"]) - instant(row["due_at_written"])) <= 61 for row in found)
    assert near / len(found) >= 0.995
