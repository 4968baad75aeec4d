"""Faults of single dossiers, each under the name of its detector."""

from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from dossier.event import (
    Accepted,
    ApologyIssued,
    Corrected,
    Fact,
    Refused,
    Resolved,
    ResultReturned,
    Submitted,
    SupplementProvided,
    SupplementRequested,
)
from dossier.law.deadline import parse_limit
from dossier.law.faults import Dossier as Reckoned
from dossier.law.faults import faulty
from tests.dossier.audit.planted import (
    DAY,
    HOUR,
    MINUTE,
    Field,
    asked_before_due,
    begun,
    changed,
    each,
    ended,
    fault,
    like,
    long,
    of_kind,
    online,
    place,
    plain,
    settled,
)
from tests.dossier.audit.tidy import CALENDAR

# The result.


@fault("closed_without_result")
@each(plain)
def no_result(_: Field, row: list[Fact]) -> list[Fact]:
    return changed(row, Resolved, result_number=None)


@fault("result_number_missing")
@each(plain)
def no_number(_: Field, row: list[Fact]) -> list[Fact]:
    return changed(row, Resolved, result_number=msgspec.UNSET)


@fault("returned_unresolved", of="result_number_missing")
@each(plain)
def no_result_at_all(_: Field, row: list[Fact]) -> list[Fact]:
    end = of_kind(row, Resolved)
    return [*row[: place(row, Resolved)], like(end, ResultReturned, end.at, channel="in_person")]


@fault("returned_before_resolved")
@each(plain)
def returned_first(_: Field, row: list[Fact]) -> list[Fact]:
    i = place(row, Resolved)
    return [*row[:i], like(row[i], ResultReturned, row[i].at, channel="in_person"), row[i]]


# The date.


@fault("appointment_overwritten", also="corrected wrong_due_date")
@each(plain)
def overwritten(_: Field, row: list[Fact]) -> list[Fact]:
    promise = of_kind(row, Accepted).due_at
    mend = like(row[0], Corrected, promise + HOUR, due_at=promise + 2 * DAY)
    row = ended(row, promise + 2 * HOUR)
    i = place(row, Resolved)
    return [*row[:i], mend, *row[i:]]


@fault("on_time_by_correction", also="corrected wrong_due_date")
@each(long)
def put_off(_: Field, row: list[Fact]) -> list[Fact]:
    """A later date written an hour before due, and the end after the old one."""
    promise = of_kind(row, Accepted).due_at
    mend = like(row[0], Corrected, promise - HOUR, due_at=promise + 2 * DAY)
    row = ended(row, promise + DAY)
    i = place(row, Resolved)
    head = [fact if fact.at <= mend.at else replace(fact, at=mend.at) for fact in row[:i]]
    return [*head, mend, *row[i:]]


@fault("put_off_bit_by_bit", also="corrected", of="on_time_by_correction")
@each(lambda row: long(row) and of_kind(row, Accepted).at.day < 12)
def put_off_unended(_: Field, row: list[Fact]) -> list[Fact]:
    """A day later every day, of a dossier without a limit that is never done."""
    row = changed(row, Accepted, limit=None)
    promise, i = of_kind(row, Accepted).due_at, settled(row)
    days = [promise + n * DAY for n in range(30)]
    mends = [like(row[0], Corrected, day - HOUR, due_at=day + DAY) for day in days]
    return [*row[:i], *mends]


@fault("retracted_overdue", also="corrected")
def retracted(field: Field, many: int) -> set[str]:
    """Taken out of the figures when overdue, or when it had ended late."""
    chosen = field.pick(many, plain)
    for n, name in enumerate(chosen):
        row = field.rows[name]
        promise, i = of_kind(row, Accepted).due_at, settled(row)
        gone = like(row[0], Corrected, promise + 2 * DAY, retracted=True)
        row = ended(row, promise + DAY)[: place(row, Resolved) + 1] if n % 2 else row[:i]
        field.put(name, [*row, gone])
    return set(chosen)


@fault("appointment_stretched")
@each(lambda row: place(row, SupplementProvided) >= 0 and place(row, Accepted) >= 0)
def stretched(_: Field, row: list[Fact]) -> list[Fact]:
    return changed(row, SupplementProvided, due_at=of_kind(row, SupplementProvided).due_at + 9 * DAY)


@fault("on_time_by_new_date")
@each(long)
def by_new_date(_: Field, row: list[Fact]) -> list[Fact]:
    promise, i = of_kind(row, Accepted).due_at, settled(row)
    letter = like(row[0], ApologyIssued, row[i - 1].at + MINUTE / 2, due_at=promise + 3 * DAY)
    return ended([*row[:i], letter, *row[i:]], promise + DAY)


def _early(row: list[Fact]) -> bool:
    return long(row) and of_kind(row, Resolved).at < of_kind(row, Accepted).due_at - 3 * DAY / 2


@fault("wrong_due_date")
def wrong(field: Field, many: int) -> set[str]:
    """By a bug that drops half a day, and by nothing that is known."""
    chosen = field.pick(many, _early)
    for i, name in enumerate(chosen):
        row = field.rows[name]
        accepted = of_kind(row, Accepted)
        if i % 2:
            field.put(name, changed(row, Accepted, due_at=accepted.due_at + 7 * DAY))
            continue
        reckoned = Reckoned(accepted.at.timestamp(), parse_limit("3.5wd"))
        at = faulty("whole_days", reckoned, CALENDAR)
        assert at is not None
        promise = datetime.fromtimestamp(at // 1, accepted.at.tzinfo)
        field.put(name, changed(row, Accepted, limit="3.5wd", due_at=promise))
    return set(chosen)


@fault("due_before_start", also="corrected wrong_due_date letter_missing")
@each(plain)
def due_first(_: Field, row: list[Fact]) -> list[Fact]:
    accepted, i = of_kind(row, Accepted), settled(row)
    mend = like(accepted, Corrected, row[i - 1].at + MINUTE / 2, due_at=accepted.at - DAY)
    return [*row[:i], mend, *row[i:]]


# Letters.


@fault("letter_missing")
@each(plain)
def no_letter(_: Field, row: list[Fact]) -> list[Fact]:
    return ended(row, of_kind(row, Accepted).due_at + DAY)


@fault("letter_late", also="on_time_by_new_date")
@each(plain)
def letter_after(_: Field, row: list[Fact]) -> list[Fact]:
    promise = of_kind(row, Accepted).due_at
    row = ended(row, promise + DAY)
    i = place(row, Resolved)
    letter = like(row[0], ApologyIssued, promise + HOUR, due_at=promise + 2 * DAY)
    head = [fact if fact.at <= letter.at else replace(fact, at=letter.at) for fact in row[:i]]
    return [*head, letter, *row[i:]]


@fault("letter_repeated", also="on_time_by_new_date")
@each(long)
def letter_again(field: Field, row: list[Fact]) -> list[Fact]:
    promise, i = of_kind(row, Accepted).due_at, settled(row)
    letters = [
        like(row[0], ApologyIssued, row[i - 1].at + n * timedelta(seconds=9), due_at=promise + n * DAY)
        for n in (1, 2)
    ]
    return ended([*row[:i], *letters, *row[i:]], promise + HOUR)


@fault("letter_without_date")
def undated(field: Field, many: int) -> set[str]:
    """A letter that gives no new date, or the old one again."""
    chosen = field.pick(many, long)
    for n, name in enumerate(chosen):
        row = field.rows[name]
        promise, i = of_kind(row, Accepted).due_at, settled(row)
        letter = like(row[0], ApologyIssued, row[i - 1].at + MINUTE / 2, due_at=promise if n % 2 else None)
        field.put(name, ended([*row[:i], letter, *row[i:]], promise + DAY))
    return set(chosen)


@fault("letter_false")
@each(long)
def letter_in_vain(_: Field, row: list[Fact]) -> list[Fact]:
    promise, i = of_kind(row, Accepted).due_at, settled(row)
    letter = like(row[0], ApologyIssued, row[i - 1].at + MINUTE / 2, due_at=promise + 3 * DAY)
    return [*row[:i], letter, *row[i:]]


# Papers.


@fault("supplement_repeated")
@each(long)
def asked_again(_: Field, row: list[Fact]) -> list[Fact]:
    i = settled(row)
    kinds = (SupplementRequested, SupplementProvided) * 2
    asked = [like(row[0], kind, row[i - 1].at + n * timedelta(seconds=5)) for n, kind in enumerate(kinds, 1)]
    return [*row[:i], *asked, *row[i:]]


@fault("supplement_near_due")
@each(long)
def asked_near_due(_: Field, row: list[Fact]) -> list[Fact]:
    return asked_before_due(row)


@fault("refiled_again")
def refiled(field: Field, many: int) -> set[str]:
    """Twice refused before: seen by the account and the procedure, or by the dossiers' own word."""
    chosen = field.pick(many, lambda row: online(row) and row[0].at.day > 8)
    for n, name in enumerate(chosen):
        row = field.rows[name]
        accepted = of_kind(row, Accepted)
        ids = [f"{name}-{i}" for i in (2, 1)] + [name]
        for i in (0, 1):
            at = row[0].at - (2 - i) * 2 * DAY
            before = begun([replace(accepted, dossier_id=ids[i])], at)
            before.append(like(before[0], Refused, at + HOUR))
            field.put(ids[i], before if n % 2 else _named(before, ids[i - 1] if i else ""))
            field.taken.add(ids[i])
        if n % 2 == 0:
            field.put(name, _named(row, ids[1]))
    return set(chosen)


def _named(row: list[Fact], before: str) -> list[Fact]:
    """The row with its own account, naming the dossier that came back."""
    name = f"a-{row[0].dossier_id}"
    return changed(row, Accepted, resubmits=before or None, account=name)


# Entry and closing.


@fault("zero_duration")
@each(plain)
def at_once(_: Field, row: list[Fact]) -> list[Fact]:
    i, j = settled(row), place(row, Resolved)
    at = row[i - 1].at
    begins = of_kind(row, Accepted).at
    assert at - begins < MINUTE / 2
    return [
        *row[:i],
        *(replace(fact, at=at + timedelta(seconds=9)) for fact in row[i : j + 1]),
        *row[j + 1 :],
    ]


# Filing.


@fault("acknowledged_late")
@each(online)
def answered_late(_: Field, row: list[Fact]) -> list[Fact]:
    return changed(row, Submitted, at=row[0].at - 4 * DAY)


@fault("unacknowledged")
@each(online)
def unanswered(_: Field, row: list[Fact]) -> list[Fact]:
    return row[:1]
