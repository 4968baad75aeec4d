"""The life of a dossier: the fold (state, event) -> state, and what is odd in it.

Instants in the state are seconds since 1970 (float).
Nothing here raises on what an office did: an illegal transition is folded all the same and counted by name.

Two dates are kept side by side, each with its whole history:
the *promise* is the date on the receipt, moved only by waits that the law leaves out of the limit
(supplement, payment); the *appointment* is also moved by letters of apology.
"""

from collections.abc import Callable
from typing import Literal

import msgspec

from dossier.calendar import WorkingCalendar
from dossier.deadline import letter_deadline
from dossier.event import (
    Accepted,
    ApologyIssued,
    Corrected,
    Event,
    Fact,
    HandedOver,
    NotAccepted,
    PaymentMade,
    PaymentRequested,
    Rated,
    Refused,
    Resolved,
    ResultReturned,
    StepFinished,
    Stopped,
    Submitted,
    SupplementProvided,
    SupplementRequested,
    WithdrawalRequested,
)
from dossier.rules import rules_on

State = Literal[
    "new", "submitted", "accepted", "not_accepted", "processing", "awaiting_supplement", "awaiting_payment",
    "withdrawn", "refused", "stopped", "resolved", "returned",
]  # fmt: skip


class Wait(msgspec.Struct, array_like=True, gc=False):
    """A time outside the limit: for papers ("supplement") or money ("payment"); `end` None while it lasts."""

    kind: Literal["supplement", "payment"]
    start: float
    end: float | None = None


class Letter(msgspec.Struct, array_like=True, gc=False):
    """A letter of apology, and whether it left before the promise less the rule set's lead."""

    at: float
    in_time: bool


class Date(msgspec.Struct, array_like=True, gc=False):
    """A due date and the instant since which it stands; `mends`: the dates before it were a mistake."""

    since: float
    due: float
    mends: bool = False


class Mend(msgspec.Struct, array_like=True, gc=False):
    """A correction of the channel; None stays as it was."""

    since: float
    channel: str | None
    online: bool | None


class Dossier(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    """All that its figures need, folded from its events up to `seq`."""

    scenario: str
    dossier_id: str
    office: str
    seq: int = 0
    state: State = "new"
    procedure: str = ""
    level: str = ""
    field: str = ""
    agency: str = ""
    channel: str = ""
    online: bool = False
    last_at: float = 0.0
    submitted_at: float | None = None
    accepted_at: float | None = None
    promises: list[Date] = []
    appointments: list[Date] = []
    waits: list[Wait] = []
    requests: list[float] = []
    """When papers were asked for, each time."""
    letters: list[Letter] = []
    mends: list[Mend] = []
    resolved_at: float | None = None
    returned_at: float | None = None
    finished_at: float | None = None
    """The first end in the order of facts: resolved, returned, refused, stopped or withdrawn."""
    retracted_at: float | None = None
    anomalies: dict[str, int] = {}


def due_at(dates: list[Date], before: float) -> float | None:
    """The due date that stood just before an instant; None where there was none."""
    i = len(dates)
    while i and dates[i - 1].since >= before:
        i -= 1
    return dates[i - 1].due if i else None


def waiting(dossier: Dossier, before: float) -> Wait | None:
    """The wait that was on just before an instant."""
    for wait in reversed(dossier.waits):
        if wait.start < before and (wait.end is None or wait.end >= before):
            return wait
    return None


def breached_at(dossier: Dossier, before: float) -> float | None:
    """When a promise passed while the dossier was open and its clock ran, seen just before an instant.

    A later date does not take a breach back; a correction does, and judges anew.
    """
    end = dossier.finished_at
    until = before if end is None or end >= before else end
    breach: float | None = None
    promises = dossier.promises
    for i, date in enumerate(promises):
        if date.since >= before:
            break
        if date.mends:
            breach = None
        later = promises[i + 1].since if i + 1 < len(promises) else until
        if breach is None and date.due < stood(dossier, min(later, until)):
            breach = date.due
    return breach


def stood(dossier: Dossier, at: float) -> float:
    """When the clock last ran before an instant: the start of the wait that was on then, or the instant."""
    wait = waiting(dossier, at) if dossier.waits else None
    return at if wait is None else wait.start


def note(dossier: Dossier, kind: str) -> None:
    """Count an anomaly by its name."""
    dossier.anomalies[kind] = dossier.anomalies.get(kind, 0) + 1


def fold(dossier: Dossier, event: Fact, calendar: WorkingCalendar) -> None:
    """Take one more fact into the state, in place; the caller gives the facts in order of `seq`."""
    at = event.at.timestamp()
    if at < dossier.last_at:
        note(dossier, "time_backwards")
    allowed, state = _MOVES[type(event)]
    if dossier.state not in allowed:
        note(dossier, "illegal_transition")
    taken = _TAKE.get(type(event))
    if taken:
        taken(dossier, event, at, calendar)
    if state and (dossier.finished_at is None or (dossier.state, state) == ("resolved", "returned")):
        dossier.state = state
    if dossier.finished_at is None and type(event) in _ENDS and dossier.accepted_at is not None:
        _finish(dossier, at)
    dossier.seq = event.seq
    dossier.last_at = max(at, dossier.last_at)


def _finish(dossier: Dossier, at: float) -> None:
    dossier.finished_at = at
    if dossier.waits and dossier.waits[-1].end is None:
        dossier.waits[-1].end = at
    if dossier.accepted_at is not None and at < dossier.accepted_at:
        note(dossier, "end_before_start")


def _submitted(dossier: Dossier, event: Submitted, at: float, _: WorkingCalendar) -> None:
    if dossier.accepted_at is not None:
        return
    dossier.submitted_at = at
    dossier.procedure, dossier.channel, dossier.online = event.procedure, event.channel, event.online


def _accepted(dossier: Dossier, event: Accepted, at: float, _: WorkingCalendar) -> None:
    if dossier.accepted_at is not None:
        return
    dossier.accepted_at = at
    dossier.procedure, dossier.channel, dossier.online = event.procedure, event.channel, event.online
    dossier.level, dossier.field, dossier.agency = event.level or "", event.field or "", event.agency or ""
    if dossier.waits and dossier.waits[-1].end is None:
        dossier.waits[-1].end = at
    # What was corrected before acceptance, acceptance has told anew.
    dossier.mends = []
    due = None if event.due_at is None else event.due_at.timestamp()
    dossier.promises = [] if due is None else [Date(at, due)]
    dossier.appointments = [] if due is None else [Date(at, due)]


def _ask_papers(dossier: Dossier, _: SupplementRequested, at: float, __: WorkingCalendar) -> None:
    if dossier.requests:
        note(dossier, "supplement_repeated")
    dossier.requests.append(at)
    _wait(dossier, "supplement", at)


def _ask_money(dossier: Dossier, _: PaymentRequested, at: float, __: WorkingCalendar) -> None:
    _wait(dossier, "payment", at)


def _wait(dossier: Dossier, kind: Literal["supplement", "payment"], at: float) -> None:
    """The clock stands from now on; a wait that is on already goes on."""
    on = dossier.waits and dossier.waits[-1].end is None
    if not on and dossier.finished_at is None:
        dossier.waits.append(Wait(kind, at))


def _resume(dossier: Dossier, event: SupplementProvided | PaymentMade, at: float, _: WorkingCalendar) -> None:
    """Close the wait; the dates move to the source's new one, or by the time that was waited (766's rule)."""
    if not dossier.waits or dossier.waits[-1].end is not None:
        return
    wait = dossier.waits[-1]
    wait.end = at
    if not dossier.appointments or not dossier.promises:
        return
    appointment = dossier.appointments[-1].due
    moved = max(0.0, at - wait.start) if event.due_at is None else event.due_at.timestamp() - appointment
    # The promise moves as far as the appointment: what a letter granted before is not granted twice.
    for dates in (dossier.promises, dossier.appointments):
        dates.append(Date(at, dates[-1].due + moved))


def _apologised(dossier: Dossier, event: ApologyIssued, at: float, calendar: WorkingCalendar) -> None:
    if dossier.letters:
        note(dossier, "letter_repeated")
    in_time = False
    if dossier.promises:
        rules = rules_on(calendar.local(at).date())
        in_time = at <= letter_deadline(dossier.promises[-1].due, calendar, rules)
    dossier.letters.append(Letter(at, in_time))
    if event.due_at is not None:
        dossier.appointments.append(Date(at, event.due_at.timestamp()))


def _resolved(dossier: Dossier, _: Resolved, at: float, __: WorkingCalendar) -> None:
    if dossier.resolved_at is None and dossier.accepted_at is not None:
        dossier.resolved_at = at


def _returned(dossier: Dossier, _: ResultReturned, at: float, __: WorkingCalendar) -> None:
    if dossier.returned_at is None and dossier.accepted_at is not None:
        dossier.returned_at = at


def _corrected(dossier: Dossier, event: Corrected, at: float, _: WorkingCalendar) -> None:
    note(dossier, "corrected")
    if event.channel is not None or event.online is not None:
        dossier.mends.append(Mend(at, event.channel, event.online))
    if event.retracted and dossier.retracted_at is None:
        dossier.retracted_at = at
    if event.due_at is not None:
        due = event.due_at.timestamp()
        dossier.promises.append(Date(at, due, mends=True))
        dossier.appointments.append(Date(at, due, mends=True))


_OPEN = frozenset({"accepted", "processing"})
_WAITING = frozenset({"awaiting_supplement", "awaiting_payment"})
_DONE = frozenset({"withdrawn", "refused", "stopped", "resolved", "returned"})
_ANY = _OPEN | _WAITING | _DONE | {"submitted", "not_accepted"}

_MOVES: dict[type[Event], tuple[frozenset[str], State | None]] = {
    Submitted: (frozenset({"new"}), "submitted"),
    Accepted: (frozenset({"new", "submitted", "awaiting_supplement"}), "accepted"),
    NotAccepted: (frozenset({"new", "submitted", "awaiting_supplement"}), "not_accepted"),
    HandedOver: (_OPEN, "processing"),
    StepFinished: (_OPEN, "processing"),
    SupplementRequested: (_OPEN | {"submitted"}, "awaiting_supplement"),
    SupplementProvided: (frozenset({"awaiting_supplement"}), "processing"),
    PaymentRequested: (_OPEN, "awaiting_payment"),
    PaymentMade: (frozenset({"awaiting_payment"}), "processing"),
    WithdrawalRequested: (_OPEN | _WAITING | {"submitted"}, "withdrawn"),
    Refused: (_OPEN | _WAITING, "refused"),
    Stopped: (_OPEN | _WAITING | {"withdrawn"}, "stopped"),
    ApologyIssued: (_OPEN | _WAITING, None),
    Resolved: (_OPEN, "resolved"),
    ResultReturned: (_OPEN | {"resolved", "refused", "stopped", "withdrawn"}, "returned"),
    Rated: (_DONE, None),
    Corrected: (_ANY, None),
}
"""The states in which each fact is legal, and the state it leads to."""

_TAKE: dict[type[Event], Callable[..., None]] = {
    Submitted: _submitted,
    Accepted: _accepted,
    SupplementRequested: _ask_papers,
    SupplementProvided: _resume,
    PaymentRequested: _ask_money,
    PaymentMade: _resume,
    ApologyIssued: _apologised,
    Resolved: _resolved,
    ResultReturned: _returned,
    Corrected: _corrected,
}

QUIET = frozenset({HandedOver, StepFinished, Rated})
"""Facts that change no figure; what the clock changes, the clock shows."""

_ENDS = frozenset({WithdrawalRequested, Refused, Stopped, Resolved, ResultReturned})
