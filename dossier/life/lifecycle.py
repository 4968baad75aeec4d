"""The life of a dossier: the fold (state, event) -> state, and what is odd in it.

Nothing here raises on what an office did: an illegal transition is folded all the same and counted by name.
"""

from collections.abc import Callable

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
    Resolved,
    ResultReturned,
    StepFinished,
    Submitted,
    SupplementProvided,
    SupplementRequested,
)
from dossier.law.calendar import WorkingCalendar
from dossier.life.dates import apologised, ask_money, ask_papers, corrected, paid, resume
from dossier.life.intake import accepted, not_accepted, submitted
from dossier.life.state import (
    ELECTRONIC,
    NO_RESULT,
    NUMBERED,
    RESULT_DIGITISED,
    REUSED,
    Dossier,
    Heir,
    State,
    Step,
    note,
)
from dossier.life.transitions import ENDS, RESULTS, move

INSTANT_SECONDS = 60
"""A dossier that is done within a minute of its acceptance was entered after the fact."""


def fold(dossier: Dossier, event: Fact, calendar: WorkingCalendar) -> bool:
    """Take one more fact into the state, in place; the caller gives the facts in order of `seq`.

    Says whether a figure may have changed by it; what the clock changes, the clock shows.
    """
    at, kind = event.at.timestamp(), type(event)
    if at < dossier.last_at:
        note(dossier, "time_backwards")
    misstep, state = move(dossier.state, kind)
    if misstep:
        note(dossier, misstep)
    # What may not be done leads nowhere, but an end ends all the same, and a first acceptance accepts.
    moves = not misstep or (kind is Accepted and dossier.accepted_at is None)
    moves = moves or (kind in ENDS and dossier.finished_at is None)
    taken = _TAKE.get(kind)
    changed = taken is None or taken(dossier, event, at, calendar) is not False
    if state and moves:
        dossier.state = state
    if kind in ENDS and state:
        _end(dossier, at, state)
    if event.successor is not None and (not dossier.heirs or dossier.heirs[-1].office != event.successor):
        dossier.heirs.append(Heir(at, event.successor))
        changed = True
    dossier.seq = max(event.seq, dossier.seq)
    dossier.last_at = max(at, dossier.last_at)
    return changed


def _end(dossier: Dossier, at: float, state: State) -> None:
    """The first end counts; before acceptance it only says that nobody waits for acceptance any more."""
    if dossier.accepted_at is None:
        dossier.declined_at = dossier.declined_at or at
        return
    if dossier.finished_at is not None:
        return
    dossier.finished_at, dossier.ended_by = at, state
    if dossier.waits and dossier.waits[-1].end is None:
        dossier.waits[-1].end = at
    if at < dossier.accepted_at:
        note(dossier, "end_before_start")
    elif state in RESULTS and at - dossier.accepted_at < INSTANT_SECONDS:
        note(dossier, "zero_duration")


def _handed_over(dossier: Dossier, event: HandedOver, at: float, _: WorkingCalendar) -> bool:
    first = dossier.handed_at is None
    if first:
        dossier.handed_at = at
    if event.electronic or dossier.paper_at is not None:
        return first
    dossier.paper_at = at
    return True


def _stepped(dossier: Dossier, event: StepFinished, at: float, _: WorkingCalendar) -> bool:
    if event.due_at is not None:
        late = at > event.due_at.timestamp()
        dossier.steps.append(Step(at, event.step, event.agency, late))
    return False


def _resolved(dossier: Dossier, event: Resolved, at: float, __: WorkingCalendar) -> None:
    if event.result_number is None:
        note(dossier, "closed_without_result")
    if dossier.resolved_at is not None or dossier.accepted_at is None:
        return
    dossier.resolved_at = at
    dossier.outcome = (
        (ELECTRONIC if event.electronic else 0)
        | (RESULT_DIGITISED if event.digitised else 0)
        | (REUSED if event.reused else 0)
        | (NO_RESULT if event.result_number is None else 0)
        | (NUMBERED if isinstance(event.result_number, str) else 0)
    )


def _returned(dossier: Dossier, _: ResultReturned, at: float, __: WorkingCalendar) -> None:
    if dossier.returned_at is None and dossier.accepted_at is not None:
        dossier.returned_at = at


def _rated(dossier: Dossier, event: Rated, at: float, _: WorkingCalendar) -> bool:
    if dossier.rated_at is not None:
        return False
    dossier.rated_at, dossier.score = at, event.score
    return True


_TAKE: dict[type[Event], Callable[..., bool | None]] = {
    Submitted: submitted,
    Accepted: accepted,
    NotAccepted: not_accepted,
    HandedOver: _handed_over,
    StepFinished: _stepped,
    SupplementRequested: ask_papers,
    SupplementProvided: resume,
    PaymentRequested: ask_money,
    PaymentMade: paid,
    ApologyIssued: apologised,
    Resolved: _resolved,
    ResultReturned: _returned,
    Rated: _rated,
    Corrected: corrected,
}
"""How each fact is taken into the state; False where no figure changes by it."""
