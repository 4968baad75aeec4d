"""The bugs of real systems: each gives the date that it gave, and each is named from its date alone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.law.appointment import Wait
from dossier.law.calendar import vietnam
from dossier.law.deadline import parse_limit
from dossier.law.faults import FAULTS, Dossier, explain_wrong, faulty, right

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(text: str) -> float:
    return datetime.fromisoformat(f"{text}+07:00").timestamp()


def told(instant: float | None) -> str:
    return "none" if instant is None else vietnam().local(instant).isoformat()[:16]


NO_WAIT = None
WAIT = Wait(at("2026-03-04T16:00"), at("2026-03-05T09:00"))

# Domain brief 1.4 [V-code:S4]; both dates counted by hand.
CASES = [
    # 1 and 2 January 2026 are off, and a list of 2025 does not know it.
    ("current_year_holidays", "2025-12-31T10:00", "1wd", NO_WAIT, "2026-01-05T10:00", "2026-01-01T10:00"),
    # A list of 2025 knows neither New Year and Tết 2026 nor the Saturday worked on 10 January.
    ("current_year_holidays", "2025-12-29T10:00", "40wd", NO_WAIT, "2026-03-03T10:00", "2026-02-23T10:00"),
    # 26 April 2025 is a Saturday that is worked.
    ("makeup_off", "2025-04-25T10:00", "1wd", NO_WAIT, "2025-04-26T10:00", "2025-04-28T10:00"),
    ("makeup_off", "2026-08-21T16:00", "2wh", NO_WAIT, "2026-08-22T08:30", "2026-08-24T08:30"),
    # 12 hours are a day and four hours; 1.5 days are more than one.
    ("whole_days", "2026-03-02T10:00", "12wh", NO_WAIT, "2026-03-03T15:30", "2026-03-03T10:00"),
    ("whole_days", "2026-03-02T10:00", "1.5wd", NO_WAIT, "2026-03-03T15:30", "2026-03-03T10:00"),
    ("whole_days", "2026-03-02T10:00", "4wh", NO_WAIT, "2026-03-02T15:30", "2026-03-02T10:00"),
    # Papers asked on the 4th and given on the 5th, 17 hours later: a whole calendar day.
    ("calendar_shift", "2026-03-02T10:00", "5wd", WAIT, "2026-03-10T03:00", "2026-03-10T10:00"),
]


@pytest.mark.parametrize(("name", "received", "limit", "wait", "correct", "wrong"), CASES)
def test_each_bug_writes_the_date_that_it_wrote(name, received, limit, wait, correct, wrong):
    dossier = Dossier(at(received), parse_limit(limit), wait)
    assert told(right(dossier, vietnam())) == correct
    assert told(faulty(name, dossier, vietnam())) == wrong


@pytest.mark.parametrize(("name", "received", "limit", "wait", "correct", "wrong"), CASES)
def test_a_wrong_date_names_its_bug_and_a_right_one_none(name, received, limit, wait, correct, wrong):
    given_ = (at(received), parse_limit(limit), vietnam())
    assert explain_wrong(*given_, at(wrong), wait) == name
    assert (
        explain_wrong(*given_, at(wrong) + 0.9, wait) == name
    )  # a fraction of a second is cut off somewhere
    assert explain_wrong(*given_, at(correct), wait) is None
    assert explain_wrong(*given_, at(wrong) + 1, wait) is None
    assert explain_wrong(*given_, at(wrong) + 86400 * 300, wait) is None


limits = st.sampled_from(("1wd", "3wd", "8wd", "1.5wd", "12wh", "20wd", "15d", "same-day", "1m", "8wd+10d"))
receptions = st.builds(
    lambda hours: datetime(2024, 1, 1, tzinfo=ZONE) + timedelta(hours=hours), st.integers(0, 24 * 1000)
)
waits = st.none() | st.builds(
    lambda after, long: (after * 3600.0, (after + long) * 3600.0), st.integers(1, 48), st.integers(1, 200)
)


@settings(max_examples=300)
@given(st.sampled_from(sorted(FAULTS)), receptions, limits, waits)
def test_a_planted_bug_is_found_or_is_no_bug_there(name, received, limit, wait):
    start = received.timestamp()
    pair = None if wait is None else Wait(start + wait[0], start + wait[1])
    dossier = Dossier(start, parse_limit(limit), pair)
    wrong, correct = faulty(name, dossier, vietnam()), right(dossier, vietnam())
    named = explain_wrong(start, dossier.limit, vietnam(), wrong, pair)
    if abs(wrong - correct) < 1:
        assert named is None
    else:
        assert named is not None
        assert abs(faulty(named, dossier, vietnam()) - wrong) < 1
        assert explain_wrong(start, dossier.limit, vietnam(), correct, pair) is None


def test_a_dossier_within_one_year_of_plain_days_shows_no_bug():
    dossier = Dossier(at("2026-03-02T10:00"), parse_limit("5wd"))
    assert {told(faulty(name, dossier, vietnam())) for name in FAULTS} == {"2026-03-09T10:00"}


def test_without_a_due_date_there_is_nothing_to_explain():
    none = parse_limit("none")
    assert {faulty(name, Dossier(at("2026-03-02T10:00"), none), vietnam()) for name in FAULTS} == {None}
    assert explain_wrong(at("2026-03-02T10:00"), none, vietnam(), at("2026-03-09T10:00")) is None


def test_a_bug_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="known are current_year_holidays"):
        faulty("gremlin", Dossier(at("2026-03-02T10:00"), parse_limit("1wd")), vietnam())
