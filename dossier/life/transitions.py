"""The states of a dossier, and what may happen in each of them (`domain` 1.3); what may not has a name."""

from dossier.event import (
    Accepted,
    ApologyIssued,
    Corrected,
    Event,
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
from dossier.life.state import State

BEFORE = frozenset({"new", "submitted", "guided", "not_accepted"})
_FILED = frozenset({"submitted", "guided"})
OPEN = frozenset({"accepted", "processing"})
WAITING = frozenset({"awaiting_supplement", "awaiting_payment"})
RESULTS = frozenset({"resolved", "returned"})
DONE = frozenset({"withdrawn", "refused", "stopped"}) | RESULTS
ANY = OPEN | WAITING | DONE | _FILED | {"not_accepted"}

MOVES: dict[type[Event], tuple[frozenset[str], State | None]] = {
    Submitted: (frozenset({"new"}), "submitted"),
    Accepted: (_FILED | {"new"}, "accepted"),
    NotAccepted: (_FILED | {"new"}, "not_accepted"),
    HandedOver: (OPEN | {"awaiting_payment"}, "processing"),
    StepFinished: (OPEN | {"awaiting_payment"}, "processing"),
    SupplementRequested: (OPEN | _FILED, "awaiting_supplement"),
    SupplementProvided: (frozenset({"awaiting_supplement", "guided"}), "processing"),
    PaymentRequested: (OPEN, "awaiting_payment"),
    PaymentMade: (OPEN | RESULTS | {"awaiting_payment"}, "processing"),
    WithdrawalRequested: (OPEN | WAITING | _FILED, "withdrawn"),
    Refused: (OPEN | WAITING, "refused"),
    Stopped: (OPEN | WAITING | {"withdrawn"}, "stopped"),
    ApologyIssued: (OPEN | WAITING, None),
    Resolved: (OPEN, "resolved"),
    ResultReturned: (OPEN | {"resolved", "refused", "stopped", "withdrawn"}, "returned"),
    Rated: (DONE, None),
    Corrected: (ANY, None),
}
"""The states in which each fact is legal, and the state it leads to."""

_WORK = frozenset({HandedOver, StepFinished})
ENDS = frozenset({WithdrawalRequested, Refused, Stopped, Resolved, ResultReturned})


def move(state: State, kind: type[Event]) -> tuple[str, State | None]:
    """The name of what may not be done in this state ("" if it may), and the state that it leads to.

    Papers asked for before acceptance are guidance: the filing is then as it was.
    Others work on while the citizen is to pay, and he may pay when he fetches the result.
    """
    allowed, led = MOVES[kind]
    if (kind in _WORK and state == "awaiting_payment") or (kind is PaymentMade and state in RESULTS):
        led = None
    elif state in BEFORE and kind is SupplementRequested:
        led = "guided"
    elif state == "guided" and kind is SupplementProvided:
        led = "submitted"
    return "" if state in allowed else _misstep(state, kind), led


def _misstep(state: State, kind: type[Event]) -> str:
    if kind in {Submitted, Accepted} and state not in {"new", "not_accepted"}:
        return "submitted_again" if kind is Submitted else "accepted_again"
    if (state, kind) == ("returned", Resolved):
        return "returned_before_resolved"
    if state in DONE:
        return "after_end"
    if state in WAITING:
        return "while_waiting"
    if state in BEFORE and kind not in {Submitted, Accepted, NotAccepted}:
        return "before_acceptance"
    return "illegal_transition"
