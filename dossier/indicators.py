"""Figures: what a dossier counts for at an instant, and the counts and rates of many.

The words are those of the contract (README, "Words").
A dossier's standing is one int of flags, so that counts of thousands are a `Counter` of few distinct ints,
kept by adding and taking away: the batch, the stream, /metrics, the page and the report all read this one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from dossier.calendar import DAY, WorkingCalendar
from dossier.lifecycle import Dossier, breached_at, due_at, stood, waiting

RECEIVED, ONLINE, WITH_DUE, FINISHED = 1, 2, 4, 8
EARLY, ON_TIME, OVERDUE, LATE = 16, 32, 64, 128
"""By the first due date; the same by the current one lie eight bits higher (`CURRENT`)."""
CURRENT = 8
SENT, IN_TIME = 1 << 16, 1 << 17
IN_TIME_766 = 1 << 18
PAUSED = 1 << 19

DIMENSIONS = ("office", "channel", "field", "procedure", "agency", "level")
NONE = "(none)"

COUNTS: Mapping[str, tuple[int, int]] = {
    "received": (RECEIVED, 0),
    "online": (ONLINE, 0),
    "received_with_due": (WITH_DUE, 0),
    "finished": (FINISHED, 0),
    "finished_with_due": (FINISHED | WITH_DUE, 0),
    "early": (EARLY, 0),
    "on_time": (ON_TIME, 0),
    "late": (LATE, 0),
    "open": (RECEIVED, FINISHED),
    "open_overdue": (OVERDUE, 0),
    "on_time_766": (IN_TIME_766, 0),
}
"""Name to (flags a dossier has, flags it has not)."""

Masks = Counter[int]
Cell = tuple[str, str, str, str, str, str]


def cell(dossier: Dossier, before: float) -> Cell:
    """The dossier's place in every dimension just before an instant, in the order of `DIMENSIONS`."""
    channel = dossier.channel
    for mend in dossier.mends:
        if mend.since < before:
            channel = mend.channel or channel
    return (
        dossier.office,
        channel or NONE,
        dossier.field or NONE,
        dossier.procedure or NONE,
        dossier.agency or NONE,
        dossier.level or NONE,
    )


def standing(dossier: Dossier, before: float, calendar: WorkingCalendar) -> int:
    """What the dossier counts for, seen just before an instant; 0 while it is not received.

    What happened at or after `before` is not seen.
    """
    accepted, retracted = dossier.accepted_at, dossier.retracted_at
    if accepted is None or accepted >= before or (retracted is not None and retracted < before):
        return 0
    mask = RECEIVED | ONLINE if _online(dossier, before) else RECEIVED
    end = dossier.finished_at
    if end is not None and end < before:
        mask |= FINISHED
    else:
        end = None
        if dossier.waits and waiting(dossier, before) is not None:
            mask |= PAUSED
    if not dossier.promises:
        return mask
    mask |= _verdict(dossier, before, end, calendar)
    for letter in dossier.letters:
        if letter.at < before:
            mask |= SENT | IN_TIME if letter.in_time else SENT
    return mask


def verdict_at(dossier: Dossier, mask: int, before: float) -> float | None:
    """When the verdict by the first due date was given: at the end in time, or as the due date passed."""
    if mask & ON_TIME:
        return dossier.finished_at
    if mask & (OVERDUE | LATE):
        return breached_at(dossier, before)
    return None


def figures(masks: Masks, due: str = "first") -> dict[str, int | float | None]:
    """The counts and rates of a bag of standings; a rate is None where its denominator is 0."""
    shift = CURRENT if due == "current" else 0
    verdicts = EARLY | ON_TIME | OVERDUE | LATE
    counts = dict.fromkeys(COUNTS, 0)
    breached = sent = in_time = 0
    for mask, n in masks.items():
        seen = (mask & ~verdicts) | (mask >> shift & verdicts)
        for name, (has, lacks) in COUNTS.items():
            if seen & has == has and not seen & lacks:
                counts[name] += n
        if seen & (OVERDUE | LATE):
            breached += n
            sent += n if mask & SENT else 0
            in_time += n if mask & IN_TIME else 0
    return {
        **counts,
        "breached": breached,
        "letters_due": breached,
        "letters_sent": sent,
        "letters_in_time": in_time,
        "on_time_rate_finished": rate(counts["on_time"], counts["finished_with_due"]),
        "on_time_rate_fell_due": rate(
            counts["on_time"], counts["finished_with_due"] + counts["open_overdue"]
        ),
        "on_time_rate_766": rate(counts["on_time_766"], counts["received_with_due"]),
        "online_rate": rate(counts["online"], counts["received"]),
        "apology_rate": rate(sent, breached),
        "apology_in_time_rate": rate(in_time, breached),
    }


def rate(numerator: int, denominator: int) -> float | None:
    """The ratio, or None for 0/0: nothing to judge is neither 0 % nor 100 %."""
    return numerator / denominator if denominator else None


def measure(dossiers: Iterable[Dossier], before: float, calendar: WorkingCalendar) -> dict[Cell, Masks]:
    """The standings of every dossier just before an instant, in their cells."""
    cells: dict[Cell, Masks] = {}
    for dossier in dossiers:
        mask = standing(dossier, before, calendar)
        if mask:
            cells.setdefault(cell(dossier, before), Counter())[mask] += 1
    return cells


def report(
    cells: Mapping[Cell, Masks], scenario: str, before: float, by: str | None, due: str, zone: tzinfo = UTC
) -> dict[str, Any]:
    """What `motcua measure` prints and /api/indicators answers; `by` is present only when asked."""
    total: Masks = Counter()
    groups: dict[str, Masks] = {}
    place = DIMENSIONS.index(by) if by else 0
    for key, masks in cells.items():
        total.update(masks)
        if by:
            groups.setdefault(key[place], Counter()).update(masks)
    answer = {"as_of": instant(before, zone), "scenario": scenario, "total": figures(total, due)}
    if by:
        answer["by"] = {by: {name: figures(groups[name], due) for name in sorted(groups)}}
    return answer


def instant(at: float, zone: tzinfo = UTC) -> str:
    """RFC 3339 with an offset, to the microsecond."""
    return datetime.fromtimestamp(at, zone).isoformat()


def _online(dossier: Dossier, before: float) -> bool:
    online = dossier.online
    for mend in dossier.mends:
        if mend.since < before and mend.online is not None:
            online = mend.online
    return online


def _verdict(dossier: Dossier, before: float, end: float | None, calendar: WorkingCalendar) -> int:
    """WITH_DUE and the verdicts by the first and the current due date, and by decision 766."""
    first = due_at(dossier.promises, before)
    current = due_at(dossier.appointments, before)
    if first is None or current is None:
        return 0
    judged = stood(dossier, before if end is None else end)
    mask = WITH_DUE | (IN_TIME_766 if _in_time_766(dossier, before, judged, current) else 0)
    breached = breached_at(dossier, before) is not None
    if end is None:
        return mask | (OVERDUE if breached else 0) | (OVERDUE << CURRENT if current < judged else 0)
    by_first = LATE if breached else ON_TIME | _early(end, first, calendar)
    by_current = ON_TIME | _early(end, current, calendar) if judged <= current else LATE
    return mask | by_first | by_current << CURRENT


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
