"""Faults in the order of facts, each under the name of its detector."""

from msgspec.structs import replace

from dossier.event import (
    Accepted,
    Corrected,
    Fact,
    HandedOver,
    Resolved,
    StepFinished,
    SupplementProvided,
)
from tests.dossier.audit.planted import (
    HOUR,
    MINUTE,
    Field,
    changed,
    each,
    fault,
    like,
    of_kind,
    online,
    place,
    plain,
    settled,
)


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
