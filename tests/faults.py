"""Faults of single dossiers, each under the name of its detector."""

from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from dossier.event import (
    Accepted,
    ApologyIssued,
    Corrected,
    Fact,
    HandedOver,
    Refused,
    Resolved,
    ResultReturned,
    StepFinished,
    Submitted,
    SupplementProvided,
    SupplementRequested,
)
from dossier.law.deadline import parse_limit
from dossier.law.faults import Dossier as Reckoned
from dossier.law.faults import faulty
from tests.planted import (
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
from tests.tidy import CALENDAR

# The result.


@fault("closed_without_result")
@each(plain)
def no_result(_: Field, row: list[Fact]) -> list[Fact]:
    return changed(row, Resolved, result_number=None)


@fault("result_number_missing")
@each(plain)
def no_number(_: Field, row: list[Fact]) -> list[Fact]:
    return changed(row, Resolved, result_number=msgspec.UNSET)


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


# The order of facts.


@fault("end_before_start", also="time_backwards")
@each(plain)
def end_first(_: Field, row: list[Fact]) -> list[Fact]:
    return changed(row, Resolved, at=of_kind(row, Accepted).at - HOUR)


@fault("time_backwards")
@each(plain)
def backwards(_: Field, row: list[Fact]) -> list[Fact]:
    return changed(row, StepFinished, at=of_kind(row, Accepted).at - HOUR)


@fault("submitted_again")
@each(online)
def filed_again(_: Field, row: list[Fact]) -> list[Fact]:
    return [row[0], *row]


@fault("accepted_again")
@each(plain)
def again(_: Field, row: list[Fact]) -> list[Fact]:
    i = settled(row)
    return [*row[:i], replace(of_kind(row, Accepted), at=row[i - 1].at + MINUTE / 2), *row[i:]]


@fault("after_end")
@each(plain)
def afterwards(_: Field, row: list[Fact]) -> list[Fact]:
    last = max(fact.at for fact in row)
    return [*row, like(row[0], HandedOver, last + HOUR, source="committee", target="police")]


@fault("while_waiting", also="illegal_transition")
@each(lambda row: place(row, SupplementProvided) >= 0)
def meanwhile(_: Field, row: list[Fact]) -> list[Fact]:
    i = place(row, SupplementProvided)
    return [*row[:i], like(row[i], StepFinished, row[i].at, step="appraisal", agency="committee"), *row[i:]]


@fault("before_acceptance", also="accepted_again")
@each(online)
def too_early(_: Field, row: list[Fact]) -> list[Fact]:
    early = like(row[0], HandedOver, row[0].at, source="committee", target="police")
    return [row[0], early, *row[1:]]


@fault("illegal_transition")
@each(plain)
def not_asked(_: Field, row: list[Fact]) -> list[Fact]:
    i = settled(row)
    return [*row[:i], like(row[0], SupplementProvided, row[i - 1].at + MINUTE / 2), *row[i:]]


@fault("level_abolished")
@each(plain)
def district(_: Field, row: list[Fact]) -> list[Fact]:
    return changed(row, Accepted, level="district")


@fault("gap")
def lost(field: Field, many: int) -> set[str]:
    """A fact that did not come: the others keep their `seq`."""
    chosen = field.pick(many, plain)
    for name in chosen:
        row = field.rows[name]
        i = place(row, StepFinished)
        field.rows[name] = [*row[:i], *row[i + 1 :]]
    return set(chosen)


@fault("corrected")
@each(plain)
def mended(_: Field, row: list[Fact]) -> list[Fact]:
    i = settled(row)
    return [*row[:i], like(row[0], Corrected, row[i - 1].at + MINUTE / 2, channel="post"), *row[i:]]
