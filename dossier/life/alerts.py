"""Alerts: what an office should hear of a dossier, most of it because nothing happened.

    due_in_8h, due_in_4h   so many working hours are left until the promised date
    overdue                the promised date passed, and it is not done
    letter_owed            the same, and no letter of apology has been sent
    overdue_again          the new date that a letter of apology named passed
    unacknowledged         an online filing has had no answer by the time the rules give
    closed_before_result   it was closed, and has no result
    second_request         papers were asked for more often than the rules of the day allow

`moments` says when the clock alone will tell something, `holds` whether it was so at that moment.
Instants are seconds since 1970.
"""

import hashlib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from dossier.event import Instant, Word
from dossier.law.calendar import HOUR, WorkingCalendar
from dossier.life.state import Date, Dossier

Kind = Literal[
    "due_in_8h", "due_in_4h", "overdue", "letter_owed", "overdue_again", "unacknowledged",
    "closed_before_result", "second_request",
]  # fmt: skip
SOON: dict[Kind, float] = {"due_in_8h": 8 * HOUR, "due_in_4h": 4 * HOUR}

FOUND: dict[str, Kind] = {
    "closed_without_result": "closed_before_result", "supplement_repeated": "second_request",
}  # fmt: skip
"""An anomaly that is an alert as well."""

Moment = tuple[float, Kind, float]
"""When it becomes so, of what kind, and the due date (or the event's instant) that it is about."""


class Alert(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One alert, as it stands on the topic; it names the dossier, and nothing of the citizen."""

    id: Annotated[str, Meta(description="the same whenever and wherever it is found")]
    kind: Kind
    scenario: Word
    office: Word
    dossier_id: Word
    at: Annotated[Instant, Meta(description="when it became so")]
    found_at: Annotated[Instant, Meta(description="stream time at which it was found")]
    due_at: Instant | None = None
    successor: Word | None = None
    procedure: str = ""
    field: str = ""
    agency: str = ""


encode = msgspec.json.Encoder().encode
"""The alert as JSON bytes."""
decode = msgspec.json.Decoder(Alert).decode


def identity(dossier: Dossier, kind: str, about: float) -> str:
    """An alert's id: of the dossier, the kind and the date that it is about."""
    words = (dossier.scenario, dossier.office, dossier.dossier_id, kind, f"{about:.6f}")
    return hashlib.blake2b("\0".join(words).encode(), digest_size=12).hexdigest()


def watched(dossier: Dossier) -> int:
    """Changes just where `moments` may."""
    if dossier.accepted_at is None:
        return hash((dossier.acknowledge_by, dossier.acknowledged_at, dossier.declined_at))
    dates = (dossier.promises[-1:], dossier.appointments[-1:])
    dues = tuple(date.due for last in dates for date in last)
    wait = dossier.waits[-1] if dossier.waits else None
    over = dossier.finished_at is not None or dossier.retracted_at is not None
    return hash((dues, wait and wait.start, wait and wait.end, over))


def moments(dossier: Dossier, calendar: WorkingCalendar) -> list[Moment]:
    """What the clock will tell of an open dossier if nothing happens; nothing while it waits for a citizen.

    A date that was set with fewer working hours left than a warning would give is not warned of.
    """
    if dossier.retracted_at is not None or dossier.finished_at is not None:
        return []
    if dossier.accepted_at is None:
        by = dossier.acknowledge_by
        answered = dossier.acknowledged_at is not None or dossier.declined_at is not None
        return [] if by is None or answered else [(by, "unacknowledged", by)]
    if not dossier.promises:
        return []
    last = dossier.waits[-1] if dossier.waits else None
    if last is not None and last.end is None:
        return []
    resumed = 0.0 if last is None or last.end is None else last.end
    found = list(_promised(dossier.promises[-1], resumed, calendar))
    new = dossier.appointments[-1]
    if new.due > dossier.promises[-1].due:
        found.append((max(new.due, resumed), "overdue_again", new.due))
    return sorted(found)


def _promised(promise: Date, resumed: float, calendar: WorkingCalendar) -> list[Moment]:
    due = promise.due
    worked = calendar.worked(due)
    soon: list[Moment] = [(calendar.clock(worked - left), kind, due) for kind, left in SOON.items()]
    kept = [moment for moment in soon if moment[0] > max(promise.since, resumed)]
    passed = max(due, resumed)
    return [*kept, (passed, "overdue", due), (passed, "letter_owed", due)]


def holds(dossier: Dossier, moment: Moment) -> bool:
    """Whether the alert was due at its moment, by all that is known of the dossier now."""
    at, kind, _ = moment
    if dossier.retracted_at is not None:
        return False
    if kind == "unacknowledged":
        ends = (dossier.acknowledged_at, dossier.declined_at, dossier.accepted_at)
    else:
        ends = (dossier.finished_at, None, None)
    if any(end is not None and end <= at for end in ends):
        return False
    if any(wait.start <= at and (wait.end is None or wait.end > at) for wait in dossier.waits):
        return kind == "unacknowledged"
    return kind != "letter_owed" or not any(letter.at <= at for letter in dossier.letters)
