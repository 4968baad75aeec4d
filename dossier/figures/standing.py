"""Standing: what a dossier counts for at an instant, as one int of flags, and its place in every dimension.

Counts of thousands are then a `Counter` of few distinct ints, kept by adding and taking away.
"""

from dossier.law.calendar import DAY, WorkingCalendar
from dossier.life import state as traits
from dossier.life.state import Dossier, Filing, breached_at, due_at, ran_until, stood, waited, waiting

RECEIVED, ONLINE, WITH_DUE, FINISHED = 1, 2, 4, 8
EARLY, ON_TIME, OVERDUE, LATE = 16, 32, 64, 128
"""By the first due date; the same by the current one lie eight bits higher (`CURRENT`)."""
CURRENT = 8
SENT, IN_TIME, IN_TIME_766, JUDGED_766, STRICT = (1 << n for n in range(16, 21))
SENT_AGAIN, RENEWED = (1 << n for n in range(21, 23))
PAUSED, PAPERS, ASKED, ASKED_AGAIN, OBLIGED, PAID, PAID_ONLINE = (1 << n for n in range(23, 30))
RESOLVED, RETURNED, REFUSED, STOPPED, WITHDRAWN = (1 << n for n in range(30, 35))
SUBMITTED, UNANSWERED, ANSWERED_LATE, NOT_ACCEPTED = (1 << n for n in range(35, 39))
HANDED, ON_PAPER, RATED, SATISFIED = (1 << n for n in range(39, 43))
TRAITS = 43
"""So many bits higher lie the traits of the state."""
FULL, PARTIAL, AUTHENTICATED, DIGITISED, REUSED, NON_TERRITORIAL, INTERLINKED, RESUBMITTED, POST_OFFICE = (
    flag << TRAITS
    for flag in (
        traits.FULL, traits.PARTIAL, traits.AUTHENTICATED, traits.DIGITISED, traits.REUSED,
        traits.NON_TERRITORIAL, traits.INTERLINKED, traits.RESUBMITTED, traits.POST_OFFICE,
    )
)  # fmt: skip
ELECTRONIC, RESULT_DIGITISED, NO_RESULT = (
    flag << TRAITS for flag in (traits.ELECTRONIC, traits.RESULT_DIGITISED, traits.NO_RESULT)
)
SATISFIED_FROM = 4
"""Of five points: satisfied or very satisfied."""

DIMENSIONS = ("office", "channel", "field", "procedure", "agency", "level", "unit")
NONE = "(none)"

Cell = tuple[str, str, str, str, str, str, str]

_ENDED = {"refused": REFUSED, "stopped": STOPPED, "withdrawn": WITHDRAWN}


def cell(dossier: Dossier, before: float) -> Cell:
    """The dossier's place in every dimension just before an instant, in the order of `DIMENSIONS`."""
    told: Dossier | Filing = dossier
    if dossier.filed is not None and (dossier.accepted_at or 0.0) >= before:
        told = dossier.filed
    channel = told.channel
    for mend in told.mends:
        if mend.since < before:
            channel = mend.channel or channel
    unit = dossier.office
    for heir in dossier.heirs:
        if heir.since < before:
            unit = heir.office
    return (
        dossier.office,
        channel or NONE,
        told.field or NONE,
        told.procedure or NONE,
        told.agency or NONE,
        told.level or NONE,
        unit,
    )


def standing(dossier: Dossier, before: float, calendar: WorkingCalendar) -> int:
    """What the dossier counts for, seen just before an instant; 0 while nobody knows of it.

    What happened at or after `before` is not seen.
    """
    retracted = dossier.retracted_at
    if retracted is not None and retracted < before:
        return 0
    mask = _filed(dossier, before)
    refused = dossier.not_accepted_at
    if refused is not None and refused < before:
        mask |= NOT_ACCEPTED
    accepted = dossier.accepted_at
    if accepted is None or accepted >= before:
        return mask
    mask |= RECEIVED | dossier.traits << TRAITS
    if _online(dossier, before):
        mask |= ONLINE
    end = dossier.finished_at
    if end is not None and end < before:
        mask |= FINISHED | _result(dossier, before)
    else:
        end = None
        wait = waiting(dossier, before) if dossier.waits else None
        if wait is not None:
            mask |= PAUSED | PAPERS if wait.kind == "supplement" else PAUSED
    mask |= _course(dossier, before)
    verdict = _verdict(dossier, before, end, calendar) if dossier.promises else 0
    if verdict:
        mask |= verdict
    elif dossier.limit_due is not None:
        mask |= _by_limit(dossier, before, end)
    return mask


def verdict_at(dossier: Dossier, mask: int, before: float) -> float | None:
    """When the verdict by the first due date was given: at the end in time, or as the due date passed."""
    if mask & ON_TIME:
        return dossier.finished_at
    if mask & (OVERDUE | LATE):
        return breached_at(dossier, before)
    return None


def _filed(dossier: Dossier, before: float) -> int:
    """How an online filing stands: answered or not, and whether within the hours for that."""
    submitted, answered = dossier.submitted_at, dossier.acknowledged_at
    if submitted is None or submitted >= before:
        return 0
    if answered is not None and answered >= before:
        answered = None
    declined, accepted = dossier.declined_at, dossier.accepted_at
    gone = declined is not None and declined < before
    mask = SUBMITTED
    if not gone and (accepted is None or accepted >= before):
        mask |= UNANSWERED
    elif answered is None:
        return mask  # taken back before any answer
    by, first = dossier.acknowledge_by, before if answered is None else answered
    return mask | ANSWERED_LATE if by is not None and first > by else mask


def _result(dossier: Dossier, before: float) -> int:
    """How the dossier ended, and what its result is."""
    mask = _ENDED.get(dossier.ended_by, 0)
    if dossier.resolved_at is not None and dossier.resolved_at < before:
        mask |= RESOLVED | dossier.outcome << TRAITS
    if dossier.returned_at is not None and dossier.returned_at < before:
        mask |= RETURNED
    return mask


def _course(dossier: Dossier, before: float) -> int:
    """What happened on the way: papers, money, hand-overs, letters."""
    mask = 0
    if dossier.requests:
        asked = sum(at < before for at in dossier.requests)
        mask = ASKED_AGAIN | ASKED if asked > 1 else ASKED if asked else 0
    if dossier.rated_at is not None and dossier.rated_at < before:
        mask |= RATED | SATISFIED if dossier.score >= SATISFIED_FROM else RATED
    if dossier.obliged_at is not None and dossier.obliged_at < before:
        mask |= OBLIGED
        if dossier.paid_at is not None and dossier.paid_at < before:
            mask |= PAID | PAID_ONLINE if dossier.paid_online else PAID
    if dossier.handed_at is not None and dossier.handed_at < before:
        mask |= HANDED | ON_PAPER if dossier.paper_at is not None and dossier.paper_at < before else HANDED
    for letter in dossier.letters:
        if letter.at < before:
            mask |= SENT_AGAIN if mask & SENT else SENT
            mask |= IN_TIME if letter.in_time else 0
            mask |= RENEWED if letter.due is not None else 0
    return mask


def _online(dossier: Dossier, before: float) -> bool:
    online = dossier.online
    for mend in dossier.mends:
        if mend.since < before and mend.online is not None:
            online = mend.online
    return online


def _verdict(dossier: Dossier, before: float, end: float | None, calendar: WorkingCalendar) -> int:
    """WITH_DUE and the verdicts: by the first and the current due date, by decision 766, and strict."""
    first = due_at(dossier.promises, before)
    current = due_at(dossier.appointments, before)
    if first is None or current is None:
        return 0
    judged = stood(dossier, before) if end is None else ran_until(dossier, end)
    mask = WITH_DUE | JUDGED_766 | (IN_TIME_766 if _in_time_766(dossier, before, judged, current) else 0)
    breached = breached_at(dossier, before) is not None
    if end is None:
        return mask | (OVERDUE if breached else 0) | (OVERDUE << CURRENT if current < judged else 0)
    by_first = LATE if breached else ON_TIME | _early(end, first, calendar)
    by_current = ON_TIME | _early(end, current, calendar) if judged <= current else LATE
    strict = STRICT if not breached and _strict(dossier, before) else 0
    return mask | strict | by_first | by_current << CURRENT


def _early(end: float, due: float, calendar: WorkingCalendar) -> int:
    """Before the due day, not merely before the due instant (form II.06a parts the two)."""
    if due - end >= DAY:
        return EARLY
    return EARLY if end < due and calendar.day(end) < calendar.day(due) else 0


def _in_time_766(dossier: Dossier, before: float, judged: float, due: float) -> bool:
    """Decision 766's rule (`domain` 2.2), with an equal end in time and a second request for papers late.

    The end is the result, else its return, else any other end, else the request that is waited for, else now.
    """
    if sum(at < before for at in dossier.requests) > 1:
        return False
    for end in (dossier.resolved_at, dossier.returned_at):
        if end is not None and end < before:
            return end <= due
    return judged <= due


def _by_limit(dossier: Dossier, before: float, end: float | None) -> int:
    """Decision 766 where no date was set: the time without the waits is held against the limit."""
    due = (dossier.limit_due or 0.0) + waited(dossier, before)
    judged = stood(dossier, before) if end is None else ran_until(dossier, end)
    return JUDGED_766 | IN_TIME_766 if _in_time_766(dossier, before, judged, due) else JUDGED_766


def _strict(dossier: Dossier, before: float) -> bool:
    """Besides in time: by a date that nobody mended, with a result that exists and was really handed over.

    Papers may have been asked for once.
    """
    mended = len(dossier.promises) > 1 and any(date.mends for date in dossier.promises)
    if mended and breached_at(dossier, before, mended=False) is not None:
        return False
    if sum(at < before for at in dossier.requests) > 1:
        return False
    returned, resolved = dossier.returned_at, dossier.resolved_at
    if resolved is None or resolved >= before:
        return True
    return returned is not None and returned < before and not dossier.outcome & traits.NO_RESULT
