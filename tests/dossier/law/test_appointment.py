"""How appointments move, by hand from the domain brief 1.5, 1.6 and 1.7."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.law.appointment import (
    Letter,
    Wait,
    acknowledgement,
    extended,
    handed_over,
    letter_faults,
    paid,
    resumed,
    rounded,
)
from dossier.law.calendar import vietnam
from dossier.law.deadline import Limit, due, parse_limit
from dossier.law.rules import RULE_SETS, rules_on


def at(text: str) -> float:
    return datetime.fromisoformat(f"{text}+07:00").timestamp()


def told(instant: float | None) -> str:
    return "none" if instant is None else vietnam().local(instant).isoformat()[:16]


RULES = RULE_SETS[-1]
# Received Monday 2 March 2026 10:00, 5 working days: due Monday 9 March 10:00.
# Papers asked Wednesday 4 March 16:00, given Friday 6 March 09:00: 41 hours.
DUE = at("2026-03-09T10:00")
WAIT = Wait(at("2026-03-04T16:00"), at("2026-03-06T09:00"))
FIVE = parse_limit("5wd")


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("pause", "2026-03-11T03:00"),  # 41 hours on; "end - (completed - requested)" [V:S1 item 2.1]
        ("restart", "2026-03-13T09:00"),  # five working days from Friday 6 March 09:00 [M]
        ("shift", "2026-03-11T07:30"),  # 41 hours on, then within a working day's hours [V-code:S4]
    ],
)
def test_the_three_policies_of_the_supplement_clock(policy, expected):
    assert told(resumed(policy, DUE, WAIT, vietnam(), FIVE)) == expected


def test_a_shift_that_ends_on_a_day_off_goes_to_the_next_working_day():
    wait = Wait(at("2026-03-04T16:00"), at("2026-03-09T16:00"))
    assert told(resumed("shift", DUE, wait, vietnam())) == "2026-03-16T10:00"  # Saturday 14 to Monday


def test_a_clock_that_starts_anew_needs_its_limit():
    with pytest.raises(ValueError, match="give the limit"):
        resumed("restart", DUE, WAIT, vietnam())
    assert resumed("restart", DUE, WAIT, vietnam(), Limit("none")) is None


def test_an_answer_before_its_request_has_waited_nothing():
    assert resumed("pause", DUE, Wait(WAIT.given, WAIT.asked), vietnam()) == DUE


instants = st.integers(1_700_000_000, 1_800_000_000).map(float)


@given(instants, instants, st.integers(0, 40 * 86400))
def test_no_policy_moves_a_date_back_but_a_new_count_of_a_shorter_wait(due_at, asked, seconds):
    wait = Wait(asked, asked + seconds)
    assert resumed("pause", due_at, wait, vietnam()) == due_at + seconds
    shifted = resumed("shift", due_at, wait, vietnam())
    assert vietnam().is_workday(vietnam().local(shifted).date())
    assert shifted == rounded(shifted, vietnam())
    assert resumed("restart", due_at, wait, vietnam(), FIVE) == due(wait.given, FIVE, vietnam()).at


def test_the_time_until_payment_is_outside_the_limit_where_the_rules_say_so():
    assert paid(DUE, WAIT, RULES) == DUE + 41 * 3600  # 1.6 [M]
    assert paid(DUE, WAIT, replace(RULES, payment_outside=False)) == DUE


def test_an_extension_counts_from_the_old_due_date_and_not_from_the_letter():
    assert told(extended(DUE, parse_limit("3wd"), vietnam())) == "2026-03-12T10:00"
    assert told(extended(at("2026-03-09T17:00"), parse_limit("1wd"), vietnam())) == "2026-03-10T17:00"
    assert extended(DUE, Limit("none"), vietnam()) is None


# 1.7: one working day before expiry [V:S18]; HCMC until 2018 on the due date [V:S19]; at most once [M].
@pytest.mark.parametrize(
    ("letter", "faults"),
    [
        (Letter(at("2026-03-06T10:00"), at("2026-03-12T10:00")), ()),
        (Letter(at("2026-03-06T10:01"), at("2026-03-12T10:00")), ("letter_late",)),
        (Letter(at("2026-03-05T10:00"), at("2026-03-12T10:00"), before=1), ("letter_repeated",)),
        (Letter(at("2026-03-05T10:00"), None), ("date_missing",)),
        (Letter(at("2026-03-05T10:00"), DUE), ("date_not_later",)),
        (Letter(at("2026-03-10T10:00"), DUE - 1, 2), ("letter_late", "letter_repeated", "date_not_later")),
    ],
)
def test_what_is_wrong_with_a_letter_is_told_by_name(letter, faults):
    assert letter_faults(letter, DUE, vietnam(), RULES) == faults


def test_before_2018_a_letter_could_leave_on_the_due_date():
    letter = Letter(at("2017-03-08T16:00"), at("2017-03-20T10:00"))
    due_at = at("2017-03-08T10:00")
    assert letter_faults(letter, due_at, vietnam(), rules_on(date(2017, 3, 8))) == ()
    assert letter_faults(letter, due_at, vietnam(), RULES) == ("letter_late",)


def test_an_online_dossier_is_acknowledged_within_eight_working_hours():
    assert told(acknowledgement(at("2026-03-06T16:00"), vietnam(), RULES)) == "2026-03-09T16:00"
    assert told(acknowledgement(at("2026-02-14T22:00"), vietnam(), RULES)) == "2026-02-23T17:00"  # in Tết


@pytest.mark.parametrize(
    ("ready", "expected"),
    [
        ("2026-03-02T15:00", "2026-03-02T15:00"),
        ("2026-03-02T15:01", "2026-03-03T07:30"),  # after 15:00: the next working day (art. 18) [M]
        ("2026-03-02T12:00", "2026-03-02T13:00"),
        ("2026-03-06T17:00", "2026-03-09T07:30"),
        ("2026-02-13T15:30", "2026-02-23T07:30"),
    ],
)
def test_what_is_ready_after_three_is_handed_over_the_next_working_day(ready, expected):
    assert told(handed_over(at(ready), vietnam(), RULES)) == expected


def test_before_decree_61_it_was_handed_over_at_once():
    ready = at("2017-03-08T16:00")
    assert handed_over(ready, vietnam(), rules_on(date(2017, 3, 8))) == ready
