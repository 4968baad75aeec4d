"""Signs in a single dossier: dates put off, dossiers retracted, letters and results that lack something."""

import pytest

from dossier.audit.findings import sentence
from dossier.audit.review import audit
from dossier.event import (
    ApologyIssued,
    Corrected,
    Refused,
    Resolved,
    ResultReturned,
    SupplementProvided,
    SupplementRequested,
)
from tests.dossier.audit.monday import DAY, HOUR, MONDAY, lived, names
from tests.dossier.audit.precision import hits
from tests.dossier.audit.tidy import CALENDAR, END, audited


@pytest.mark.parametrize(
    ("limit", "written", "mended", "end", "found"),
    [
        ("3wd", 3, 7, 4, {"on_time_by_correction", "wrong_due_date"}),
        (None, 3, 7, 4, {"on_time_by_correction"}),
        (None, 3, 7, None, {"on_time_by_correction"}),
        (None, 3, 7, 2.9, set()),  # in time by either date
        (None, 3, 3.5, 4, {"letter_missing"}),  # late by either date
        ("3wd", 1, 3, 2, set()),  # the limit says so: a wrong date put right
        (None, 3, 2.5, 2.4, set()),  # an earlier date
    ],
)
def test_a_date_put_off_before_it_passed_is_found_where_it_made_late_into_on_time(
    limit, written, mended, end, found
):
    facts = [(Corrected, 0.9 * written * DAY, {"due_at": MONDAY + mended * DAY})]
    if end is not None:
        facts = sorted([*facts, (Resolved, end * DAY)], key=lambda row: row[1])
    dossier = lived(*facts, limit=limit, due_at=MONDAY + written * DAY)
    # The one letter of another dossier tells that the source tells of letters.
    other = lived((ApologyIssued, HOUR, {"due_at": MONDAY + 9 * DAY}), (Resolved, 4 * DAY), name="e")
    before = MONDAY + (6 if end is None else 30) * DAY
    assert names(dossier, other, before=before) - {"on_time_by_new_date"} == {"corrected"} | found
    early = MONDAY + 2.8 * DAY
    assert "on_time_by_correction" not in names(dossier, before=early)


def test_a_date_put_off_twice_is_judged_by_the_first_and_by_what_was_waited_since():
    mends = [(Corrected, n * DAY, {"due_at": MONDAY + (4 + n) * DAY}) for n in (1, 2)]
    wait = [(SupplementRequested, 2.5 * DAY), (SupplementProvided, 4.5 * DAY)]  # the first date is then 5
    for end, found in ((4.9, False), (5.1, True)):
        told = names(lived(*mends, *wait, (Resolved, end * DAY), limit=None))
        assert ("on_time_by_correction" in told) == found


@pytest.mark.parametrize(
    ("after", "facts", "found"),
    [
        (2.9, [], False),
        (3.1, [], True),
        (20, [(Resolved, 2 * DAY)], False),
        (20, [(Resolved, 4 * DAY)], True),
        (5, [(SupplementRequested, 2 * DAY)], False),
    ],
)
def test_a_retracted_dossier_is_found_if_it_had_broken_its_promise(after, facts, found):
    dossier = lived(*facts, (Corrected, after * DAY, {"retracted": True}))
    assert names(dossier) == {"corrected"} | ({"retracted_overdue"} if found else set())
    just = MONDAY + after * DAY
    assert "retracted_overdue" not in names(dossier, before=just)


@pytest.mark.parametrize(("new", "found"), [(None, True), (3, True), (2, True), (3.5, False)])
def test_a_letter_has_a_date_later_than_the_one_before(new, found):
    due_at = None if new is None else MONDAY + new * DAY
    told = names(lived((ApologyIssued, DAY, {"due_at": due_at}), (Resolved, 3.2 * DAY)))
    assert ("letter_without_date" in told) == found


def test_a_late_letter_is_told_by_the_first_one_and_its_date():
    late = lived((ApologyIssued, 2.5 * DAY, {"due_at": MONDAY + 9 * DAY}), (Resolved, 4 * DAY))
    second = lived(
        (ApologyIssued, DAY, {"due_at": MONDAY + 9 * DAY}),
        (ApologyIssued, 2.5 * DAY, {"due_at": MONDAY + 10 * DAY}),
        name="e",
    )
    rows = {row.detector: row for row in audit([late, second], END, CALENDAR)}
    (example,) = rows["letter_late"].examples
    words = sentence("letter_late", example, "en", CALENDAR.zone)
    assert words == "first letter 2026-03-04 20:00:00+07:00, due 2026-03-05 08:00:00+07:00"


def test_what_comes_back_unresolved_has_no_number_unless_it_is_no_result():
    numbered = [lived((Resolved, DAY, {"result_number": str(n)}), name=f"n{n}") for n in range(5)]
    back = (ResultReturned, DAY, {"channel": "post"})
    bare, refused = lived(back, name="bare"), lived((Refused, HOUR), back, name="refused")
    for dossiers, found in (([bare, refused], {"bare"}), ([refused], set())):
        row = hits(audited([*numbered, *dossiers])).get("result_number_missing", set())
        assert row == found
    alone = {row.detector: row for row in audited([bare])}["result_number_missing"]
    assert (alone.found, alone.looked, alone.lacks) == (0, 1, "numbered")
