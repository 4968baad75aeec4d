"""The state of a dossier: what its events came to, with the instant of everything that a figure may ask of.

Instants are seconds since 1970 (float).
Two dates are kept side by side, each with its whole history:
the *promise* is the date on the receipt, moved only by waits that the law leaves out of the limit
(supplement, payment); the *appointment* is also moved by letters of apology.
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

State = Literal[
    "new", "submitted", "guided", "accepted", "not_accepted", "processing", "awaiting_supplement",
    "awaiting_payment", "withdrawn", "refused", "stopped", "resolved", "returned",
]  # fmt: skip
"""guided: papers were asked for before acceptance."""

FULL, PARTIAL, AUTHENTICATED, DIGITISED, REUSED = 1, 2, 4, 8, 16
NON_TERRITORIAL, INTERLINKED, RESUBMITTED, POST_OFFICE = 32, 64, 128, 256
ELECTRONIC, RESULT_DIGITISED, NO_RESULT, NUMBERED = 512, 1024, 2048, 4096
"""Traits, as they are stored: a bit keeps its meaning for ever."""


class Wait(msgspec.Struct, array_like=True, gc=False):
    """A time outside the limit: for papers ("supplement") or money ("payment"); `end` None while it lasts."""

    kind: Literal["supplement", "payment"]
    start: float
    end: float | None = None
    answered: bool = False
    """After acceptance; a wait that the end broke off was not."""


class Letter(msgspec.Struct, array_like=True, gc=False):
    """A letter of apology: whether it left before the promise less the rule set's lead, and what it says."""

    at: float
    in_time: bool
    due: float | None = None
    reason: str | None = None


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


class Filing(msgspec.Struct, array_like=True, gc=False):
    """The words by which a dossier is counted until it is accepted."""

    channel: str
    field: str
    procedure: str
    agency: str
    level: str
    mends: list[Mend]


class Heir(msgspec.Struct, array_like=True, gc=False):
    """The office that answers for the dossier since a merger of offices."""

    since: float
    office: str


class Step(msgspec.Struct, array_like=True, gc=False):
    """A step of the route that had a due date of its own, finished at `at` by an agency."""

    at: float
    step: str
    agency: str
    late: bool


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
    account: str = ""
    device: str = ""
    limit: str = ""
    interlinked: str = ""
    resubmits: str = ""
    last_at: float = 0.0
    submitted_at: float | None = None
    acknowledge_by: float | None = None
    """By when an online filing is to be acknowledged."""
    acknowledged_at: float | None = None
    """When it first was: accepted, turned away, or papers asked for."""
    declined_at: float | None = None
    """When it was turned away, or taken back, before acceptance."""
    not_accepted_at: float | None = None
    accepted_at: float | None = None
    filed: Filing | None = None
    """What an online filing told, where acceptance told otherwise."""
    traits: int = 0
    """What acceptance told, as flags."""
    promises: list[Date] = []
    appointments: list[Date] = []
    limit_due: float | None = None
    """Where no date was set: when the limit runs out, which decision 766 judges by."""
    waits: list[Wait] = []
    requests: list[float] = []
    """When papers were asked for, each time."""
    letters: list[Letter] = []
    mends: list[Mend] = []
    heirs: list[Heir] = []
    steps: list[Step] = []
    handed_at: float | None = None
    paper_at: float | None = None
    """The first hand-over between agencies, and the first on paper."""
    obliged_at: float | None = None
    """Since when it has a financial obligation."""
    paid_at: float | None = None
    paid_online: bool = False
    resolved_at: float | None = None
    outcome: int = 0
    """What the result told, as flags."""
    returned_at: float | None = None
    finished_at: float | None = None
    """The first end in the order of facts: resolved, returned, refused, stopped or withdrawn."""
    ended_by: State = "new"
    """The state that this end led to."""
    rated_at: float | None = None
    score: int = 0
    retracted_at: float | None = None
    anomalies: dict[str, int] = {}


def instants(dossier: Dossier) -> Iterator[float]:
    """When something became so that a standing may tell of; due dates are not among them."""
    single = (
        dossier.submitted_at, dossier.acknowledged_at, dossier.declined_at, dossier.not_accepted_at,
        dossier.accepted_at, dossier.handed_at, dossier.paper_at, dossier.obliged_at, dossier.paid_at,
        dossier.resolved_at, dossier.returned_at, dossier.finished_at, dossier.rated_at, dossier.retracted_at,
    )  # fmt: skip
    yield from (at for at in single if at is not None)
    yield from dossier.requests
    for dates in (dossier.promises, dossier.appointments, dossier.mends, dossier.heirs):
        yield from (one.since for one in dates)
    for wait in dossier.waits:
        yield wait.start
        if wait.end is not None:
            yield wait.end
    yield from (letter.at for letter in dossier.letters)


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


def waited(dossier: Dossier, before: float) -> float:
    """Seconds of the answered waits after acceptance that were over before an instant."""
    return sum(
        w.end - w.start
        for w in dossier.waits
        if w.answered and w.end is not None and w.end < before and w.start >= (dossier.accepted_at or 0.0)
    )


def breached_at(dossier: Dossier, before: float, mended: bool = True) -> float | None:
    """When a promise passed while the dossier was open and its clock ran, seen just before an instant.

    A later date does not take a breach back; a correction does, and judges anew, unless not even that counts.
    """
    end = dossier.finished_at
    until = before if end is None or end >= before else end
    breach: float | None = None
    promises = dossier.promises
    for i, date in enumerate(promises):
        if date.since >= before:
            break
        if date.mends and mended:
            breach = None
        later = promises[i + 1].since if i + 1 < len(promises) else until
        if breach is None and date.due < stood(dossier, min(later, until)):
            breach = date.due
    return breach


def stood(dossier: Dossier, at: float) -> float:
    """When the clock last ran before an instant: the start of the wait that was on then, or the instant."""
    wait = waiting(dossier, at) if dossier.waits else None
    return at if wait is None else wait.start


def ran_until(dossier: Dossier, end: float) -> float:
    """When the clock last ran before the dossier's end; one answered in that second was over."""
    wait = waiting(dossier, end) if dossier.waits else None
    return end if wait is None or (wait.answered and wait.end == end) else wait.start


def note(dossier: Dossier, kind: str) -> None:
    """Count an anomaly by its name."""
    dossier.anomalies[kind] = dossier.anomalies.get(kind, 0) + 1
