"""The shipped calendars, and what is told of a file that cannot be used."""

from datetime import date, timedelta
from pathlib import Path

import jsonschema
import msgspec
import pytest
import yaml

from dossier.law.calendar import vietnam
from dossier.law.rules import PLAIN
from dossier.law.timetable import schema
from motcua import calendars
from motcua.calendars import load, names
from motcua.files import BadInput

FOLDER = Path(calendars.__file__).parent
SHIPPED = ["24-7", "boston-311", "thanh-hoa", "vn-2024", "vn-2024-saturday"]


def days(first, last):
    return (date(first, 1, 1) + timedelta(n) for n in range((date(last + 1, 1, 1) - date(first, 1, 1)).days))


def hours(calendar, day):
    return " ".join(f"{calendar.local(a):%H:%M}-{calendar.local(b):%H:%M}" for a, b in calendar.spans(day))


def test_these_calendars_are_shipped():
    assert names() == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_calendar_fits_the_schema_and_bears_its_name(name):
    mapping = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    assert mapping["name"] == load(name).name == name
    assert mapping["about"]
    jsonschema.validate(msgspec.to_builtins(mapping), schema())


@pytest.mark.parametrize(("name", "saturday"), [("vn-2024", False), ("vn-2024-saturday", True)])
def test_the_file_is_the_calendar_of_the_code_span_for_span(name, saturday):
    ours, code = load(name).default, vietnam(saturday)
    assert all(ours.spans(day) == code.spans(day) for day in days(1990, 2060))
    assert (ours.zone, ours.sets, ours.known) == (code.zone, code.sets, code.known)


# domain.md 4.2: the default hours of Thanh Hóa's system, 8 hours too.
def test_thanh_hoa_opens_and_closes_earlier_at_noon_later():
    ours, ward = load("thanh-hoa").default, vietnam()
    assert hours(ours, date(2026, 3, 2)) == "07:00-11:30 13:30-17:00"
    assert all(ours.is_workday(day) == ward.is_workday(day) for day in days(2010, 2030))
    assert hours(ours, date(2026, 8, 22)) == "07:00-11:30 13:30-17:00"


def test_always_open_is_open_at_any_second():
    ours = load("24-7").default
    first, last = 1_000_000_000.0, 1_900_000_001.0
    assert ours.between(first, last) == last - first
    assert ours.opening(first) == first
    assert ours.add(first, 86_400 * 400) == first + 86_400 * 400
    assert ours.workday(date(2026, 2, 16), 3) == date(2026, 2, 19)


def test_boston_keeps_its_holidays_since_2014_and_its_own_clock():
    ours = load("boston-311").of("any")
    assert hours(ours, date(2016, 7, 5)) == "08:30-17:00"
    assert [ours.is_workday(date(year, 7, 4)) for year in (2013, 2014, 2016)] == [True, False, False]
    assert not ours.is_workday(date(2015, 4, 20)), "Patriots' Day of Massachusetts"
    assert not ours.is_workday(date(2017, 11, 10))
    assert ours.sets == PLAIN


def write(folder, text):
    path = folder / "ours.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_file_of_ones_own_is_read_with_its_offices(tmp_path):
    text = (FOLDER / "vn-2024.yaml").read_text("utf-8").replace("name: vn-2024", "name: ours")
    text += 'offices:\n  Bình Đa:\n    hours: {sat: ["07:30-11:30"]}\n'
    text += "    closed:\n      - {from: 2026-03-02, until: 2026-03-03, why: moving}\n"
    book = load(write(tmp_path, text))
    assert book.name == "ours"
    assert hours(book.of("Bình Đa"), date(2026, 3, 7)) == "07:30-11:30"
    assert not book.of("Bình Đa").is_workday(date(2026, 3, 3))
    assert book.of("An Hòa").is_workday(date(2026, 3, 3))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the calendar: must be a mapping"),
        ("name: [", "not as YAML should be"),
        ("[" * 5000, "more than 40 levels deep"),
        (b"name: \xff", "is not UTF-8"),
        ("name: a\nzone: UTC\nhours: {mon: [08:00-12:00]}\ndays: [{day: 2026-02-30}]", "should be: day"),
        ("name: a\nzone: UTC\nhours: {mon: [13:00]}", "hours.mon[0]: Expected `str`"),
        ("name: a\nzone: UTC\nhours: {mon: [08:00-12:00]}\nhollidays: null", "it has name, zone"),
        ("name: a\nzone: UTC\nhours: {mon: [08:00-12:00]}\nholidays: {country: NO}", "in quotes"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_told_in_one_sentence(tmp_path, text, told):
    path = write(tmp_path, text)
    with pytest.raises(BadInput) as error:
        load(path)
    assert str(error.value).startswith(str(path))
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_a_name_that_is_none_lists_those_that_are(tmp_path):
    for name in ("vn-2023", tmp_path, ""):
        with pytest.raises(BadInput, match=r"no calendar .* or one of 24-7, boston-311"):
            load(name)
