"""Patterns over many dossiers: heaps of ends, and one filer behind many."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.audit.review import audit
from dossier.event import Accepted, Resolved
from tests.dossier.audit.monday import DAY, HOUR, LATER, MONDAY, names
from tests.dossier.audit.precision import hits
from tests.dossier.audit.tidy import CALENDAR, folded


@pytest.mark.parametrize(
    ("last", "many", "found"),
    [
        ("2026-03-31T16:58", 12, True),  # the last working day of the month
        ("2026-02-27T16:58", 12, True),  # a Friday before a Saturday the 28th
        ("2026-02-28T10:00", 12, True),
        ("2026-03-31T09:00", 12, False),  # a working day is left
        ("2026-03-30T16:58", 12, False),
        ("2026-03-17T10:00", 19, False),
        ("2026-03-17T10:00", 20, True),
        ("2026-03-31T16:58", 9, False),
        ("2026-02-28T00:00", 40, False),  # dates without a time
    ],
)
def test_heaps_of_ends_are_found_at_a_months_end_or_if_large(last, many, found):
    at = datetime.fromisoformat(last).replace(tzinfo=CALENDAR.zone) - MONDAY
    start = at - 2 * DAY
    dossiers = []
    for n in range(many):
        who = {"scenario": "s", "dossier_id": f"d{n}", "office": "o"}
        begun = MONDAY + start + n * timedelta(minutes=7)
        values = {"procedure": "p", "channel": "post", "online": False, "due_at": MONDAY + at + 9 * DAY}
        dossiers += folded(
            [Accepted(**who, seq=1, at=begun, **values), Resolved(**who, seq=2, at=MONDAY + at)]
        )
    assert ("batch_closing" in names(*dossiers, before=LATER)) == found


def test_a_busy_office_may_close_more_in_a_minute():
    """Two a minute all week, and thirty in one minute of it: much for a ward, not for the centre."""
    dossiers = []
    opening = CALENDAR.opening(MONDAY.timestamp() - 86400)
    for n in range(4800 + 30):
        who = {"scenario": "s", "dossier_id": f"d{n}", "office": "o"}
        end = CALENDAR.add(opening, n * 30 if n < 4800 else 144_000 - 7260 + n % 30)
        at = datetime.fromtimestamp(end, CALENDAR.zone)
        values = {"procedure": "p", "channel": "post", "online": False, "due_at": at + 9 * DAY}
        dossiers += folded([Accepted(**who, seq=1, at=at - 2 * DAY, **values), Resolved(**who, seq=2, at=at)])
    few = [each for n, each in enumerate(dossiers) if n % 50 == 0 or n >= 4800]
    assert "batch_closing" not in names(*dossiers)
    assert "batch_closing" in names(*few)


@pytest.mark.parametrize(
    ("a_day", "days", "found"), [(9, 12, True), (9, 5, False), (1, 50, False), (3, 17, True)]
)
@pytest.mark.parametrize("name", ["account", "device"])
def test_one_filer_may_not_file_fifty_in_thirty_days(a_day, days, found, name):
    dossiers = []
    for n in range(a_day * days):
        who = {"scenario": "s", "dossier_id": f"d{n}", "office": "o"}
        at = MONDAY + n // a_day * DAY + n % a_day * HOUR / 2
        values = {"procedure": "p", "channel": "online", "online": True, name: "same"}
        dossiers += folded([Accepted(**who, seq=1, at=at, **values)])
    told = names(*dossiers, before=LATER)
    assert told == ({"filed_for_citizens" if name == "account" else "one_device"} if found else set())


@given(st.lists(st.integers(0, 8 * 3600 - 1), min_size=10, max_size=30))
def test_ends_at_the_due_instant_are_all_found_whatever_the_hour(seconds):
    """Due at any second of a working day, after the opening and after lunch too."""
    opening = CALENDAR.opening(MONDAY.timestamp() + 86400)
    dossiers = []
    for n, second in enumerate(seconds):
        due_at = datetime.fromtimestamp(CALENDAR.add(opening, second), CALENDAR.zone) + n % 5 * 7 * DAY
        who = {"scenario": "s", "dossier_id": f"d{n}", "office": "o"}
        values = {"procedure": "p", "channel": "post", "online": False, "due_at": due_at}
        dossiers += folded(
            [Accepted(**who, seq=1, at=MONDAY - 9 * DAY, **values), Resolved(**who, seq=2, at=due_at)]
        )
    found = hits(audit(dossiers, LATER.timestamp(), CALENDAR, 1000))
    assert found["mass_at_due"] == {each.dossier_id for each in dossiers}
