"""Figures: the counts and rates of many dossiers, from their standings.

The words are those of the contract (README, "Words").
The batch, the stream, /metrics, the page and the report all read this one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from functools import reduce
from operator import or_
from typing import Any

import numpy as np

from dossier.figures.standing import (
    ANSWERED_LATE,
    ASKED,
    ASKED_AGAIN,
    AUTHENTICATED,
    CURRENT,
    DIGITISED,
    DIMENSIONS,
    EARLY,
    ELECTRONIC,
    FINISHED,
    FULL,
    HANDED,
    IN_TIME,
    IN_TIME_766,
    INTERLINKED,
    JUDGED_766,
    LATE,
    NON_TERRITORIAL,
    NOT_ACCEPTED,
    OBLIGED,
    ON_PAPER,
    ON_TIME,
    ONLINE,
    OVERDUE,
    PAID,
    PAID_ONLINE,
    PAPERS,
    PARTIAL,
    PAUSED,
    POST_OFFICE,
    RATED,
    RECEIVED,
    REFUSED,
    RENEWED,
    RESOLVED,
    RESUBMITTED,
    RESULT_DIGITISED,
    RETURNED,
    REUSED,
    SATISFIED,
    SENT,
    SENT_AGAIN,
    STOPPED,
    STRICT,
    SUBMITTED,
    UNANSWERED,
    WITH_DUE,
    WITHDRAWN,
    Cell,
    cell,
    standing,
)
from dossier.law.calendar import Book
from dossier.life.state import Dossier

COUNTS: Mapping[str, tuple[int, int]] = {
    "received": (RECEIVED, 0),
    "online": (RECEIVED | ONLINE, 0),
    "received_with_due": (WITH_DUE, 0),
    "finished": (FINISHED, 0),
    "finished_with_due": (FINISHED | WITH_DUE, 0),
    "early": (EARLY, 0),
    "on_time": (ON_TIME, 0),
    "late": (LATE, 0),
    "open": (RECEIVED, FINISHED),
    "open_overdue": (OVERDUE, 0),
    "on_time_766": (IN_TIME_766, 0),
    "judged_766": (JUDGED_766, 0),
    "on_time_strict": (STRICT, 0),
    "lettered": (RECEIVED | SENT, 0),
    "letters_repeated": (RECEIVED | SENT_AGAIN, 0),
    "letters_false": (ON_TIME | SENT, 0),
    "letters_kept": (RENEWED | ON_TIME << CURRENT, 0),
    "resolved": (RESOLVED, 0),
    "returned": (RETURNED, 0),
    "refused": (REFUSED, 0),
    "stopped": (STOPPED, 0),
    "withdrawn": (WITHDRAWN, 0),
    "awaiting_supplement": (PAPERS, 0),
    "awaiting_payment": (PAUSED, PAPERS),
    "supplemented": (RECEIVED | ASKED, 0),
    "supplemented_again": (RECEIVED | ASKED_AGAIN, 0),
    "submitted": (SUBMITTED, 0),
    "waiting_acceptance": (UNANSWERED, 0),
    "waiting_acceptance_late": (UNANSWERED | ANSWERED_LATE, 0),
    "not_accepted": (NOT_ACCEPTED, 0),
    "acknowledged": (SUBMITTED | RECEIVED, 0),
    "acknowledged_in_time": (SUBMITTED | RECEIVED, ANSWERED_LATE),
    "acknowledged_late": (SUBMITTED | RECEIVED | ANSWERED_LATE, 0),
    "full": (FULL, 0),
    "partial": (PARTIAL, 0),
    "online_full": (FULL | ONLINE, 0),
    "online_partial": (PARTIAL | ONLINE, 0),
    "authenticated": (ONLINE | AUTHENTICATED, 0),
    "obligation": (OBLIGED, 0),
    "paid": (OBLIGED | PAID, 0),
    "paid_online": (OBLIGED | PAID_ONLINE, 0),
    "digitised": (DIGITISED, 0),
    "digitised_whole": (DIGITISED | RESULT_DIGITISED, 0),
    "reused": (REUSED, 0),
    "electronic_results": (RESOLVED | ELECTRONIC, 0),
    "online_electronic": (ONLINE | ELECTRONIC, 0),
    "handed_over": (HANDED, 0),
    "handed_over_electronic": (HANDED, ON_PAPER),
    "rated": (RATED, 0),
    "satisfied": (SATISFIED, 0),
    "non_territorial": (NON_TERRITORIAL, 0),
    "interlinked": (INTERLINKED, 0),
    "resubmitted": (RESUBMITTED, 0),
    "post_office": (POST_OFFICE, 0),
    # Parts of the counts below.
    "_late_sent": (LATE | SENT, 0),
    "_overdue_sent": (OVERDUE | SENT, 0),
    "_late_in_time": (LATE | IN_TIME, 0),
    "_overdue_in_time": (OVERDUE | IN_TIME, 0),
    "_broken_late": (RENEWED | LATE << CURRENT, 0),
    "_broken_overdue": (RENEWED | OVERDUE << CURRENT, 0),
}
"""Name to (flags a dossier has, flags it has not)."""

RATES: Mapping[str, tuple[str, str]] = {
    "on_time_rate_finished": ("on_time", "finished_with_due"),
    "on_time_rate_fell_due": ("on_time", "fell_due"),
    "on_time_rate_766": ("on_time_766", "judged_766"),
    "on_time_rate_strict": ("on_time_strict", "fell_due"),
    "early_rate": ("early", "finished_with_due"),
    "online_rate": ("online", "received"),
    "full_rate": ("online_full", "full"),
    "partial_rate": ("online_partial", "partial"),
    "authenticated_rate": ("authenticated", "online"),
    "paid_online_rate": ("paid_online", "obligation"),
    "digitised_rate": ("digitised", "received"),
    "digitised_whole_rate": ("digitised_whole", "received"),
    "reuse_rate": ("reused", "received"),
    "electronic_result_rate": ("electronic_results", "resolved"),
    "online_electronic_rate": ("online_electronic", "received"),
    "electronic_handover_rate": ("handed_over_electronic", "handed_over"),
    "satisfied_rate": ("satisfied", "rated"),
    "acknowledged_in_time_rate": ("acknowledged_in_time", "acknowledged"),
    "apology_rate": ("letters_sent", "letters_due"),
    "apology_in_time_rate": ("letters_in_time", "letters_due"),
    "apology_kept_rate": ("letters_kept", "letters_judged"),
}
"""Name to numerator and denominator."""

_LIVELY = ("lettered", "supplemented", "submitted", "returned", "handed_over", "paid", "rated")

NEEDS: Mapping[str, tuple[str, ...]] = {
    "on_time_rate_strict": ("returned",),
    "authenticated_rate": ("authenticated",),
    "paid_online_rate": ("paid",),
    "digitised_rate": ("digitised",),
    "digitised_whole_rate": ("digitised",),
    "reuse_rate": ("reused",),
    "electronic_result_rate": ("electronic_results",),
    "online_electronic_rate": ("electronic_results",),
    "apology_rate": _LIVELY,
    "apology_in_time_rate": _LIVELY,
}
"""Counts of which one at least is above 0 where a source tells of the matter at all: see `told`."""

Masks = Counter[int]

_HAS = np.array([has for has, _ in COUNTS.values()])
_LACKS = np.array([lacks for _, lacks in COUNTS.values()])
_VERDICTS = EARLY | ON_TIME | OVERDUE | LATE


def figures(masks: Masks, due: str = "first") -> dict[str, int | float | None]:
    """The counts and rates of a bag of standings; a rate is None where its denominator is 0."""
    seen = np.fromiter(masks.keys(), np.int64, len(masks))
    many = np.fromiter(masks.values(), np.int64, len(masks))
    if due == "current":
        seen = (seen & ~_VERDICTS) | (seen >> CURRENT & _VERDICTS)
    fits = (seen[:, None] & _HAS == _HAS) & (seen[:, None] & _LACKS == 0)
    found = dict(zip(COUNTS, (many @ fits).tolist(), strict=True))
    counts = {name: n for name, n in found.items() if name[0] != "_"}
    breached = counts["late"] + counts["open_overdue"]
    counts |= {
        "breached": breached,
        "letters_due": breached,
        "letters_sent": found["_late_sent"] + found["_overdue_sent"],
        "letters_in_time": found["_late_in_time"] + found["_overdue_in_time"],
        "letters_judged": counts["letters_kept"] + found["_broken_late"] + found["_broken_overdue"],
    }
    return {**counts, **_rates(counts)}


def told(name: str, counts: Mapping[str, Any]) -> bool:
    """Whether a source tells of a rate's matter at all; a table of acceptances and ends tells of few.

    `counts` are the whole source's: an office without a letter, beside others that write some, has none.
    """
    return any(counts[need] for need in NEEDS[name]) if name in NEEDS else True


def added(rows: Iterable[Mapping[str, Any]], whole: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The figures of several disjoint groups together: counts are added, rates are divided anew.

    `whole`: the counts of the whole source, where these groups are a part of it.
    """
    counts = Counter(dict.fromkeys(figures(Counter()), 0))
    for row in rows:
        counts.update({name: n for name, n in row.items() if name not in RATES})
    sums = {name: n for name, n in counts.items() if name not in RATES}
    return {**sums, **_rates(sums, whole)}


def _rates(counts: Mapping[str, Any], whole: Mapping[str, Any] | None = None) -> dict[str, float | None]:
    """The rates; null for 0/0, and where the whole source does not tell of the matter.

    The share of letters is 0 also where no source tells of letters: each breach owes one.
    """
    known = {**counts, "fell_due": counts["finished_with_due"] + counts["open_overdue"]}
    rates = {name: rate(known[n], known[m]) for name, (n, m) in RATES.items()}
    silent = [name for name in NEEDS if not name.startswith("apology") and not told(name, whole or counts)]
    return {**rates, **dict.fromkeys(silent)}


def rate(numerator: int, denominator: int) -> float | None:
    """The ratio, or None for 0/0: nothing to judge is neither 0 % nor 100 %."""
    return numerator / denominator if denominator else None


def measure(dossiers: Iterable[Dossier], before: float, book: Book) -> dict[Cell, Masks]:
    """The standings of every dossier just before an instant, in their cells."""
    cells: dict[Cell, Masks] = {}
    for dossier in dossiers:
        mask = standing(dossier, before, book.of(dossier.office))
        if mask:
            cells.setdefault(cell(dossier, before), Counter())[mask] += 1
    return cells


def report(
    cells: Mapping[Cell, Masks], scenario: str, before: float, by: str | None, due: str, zone: tzinfo = UTC
) -> dict[str, Any]:
    """What `motcua measure` prints and /api/indicators answers; `by` is present only when asked."""
    place = DIMENSIONS.index(by) if by else 0
    groups: dict[str, dict[Cell, Masks]] = {}
    for key, masks in cells.items():
        groups.setdefault(key[place] if by else "", {})[key] = masks
    total = _figures(cells, due)
    answer = {"as_of": instant(before, zone), "scenario": scenario, "total": total}
    if by:
        answer["by"] = {by: {name: _figures(groups[name], due, total) for name in sorted(groups)}}
    return answer


def just_after(at: float) -> float:
    """The next microsecond: figures just before it have seen what happened at `at`."""
    return round(at * 1e6 + 1) / 1e6


def instant(at: float, zone: tzinfo = UTC) -> str:
    """RFC 3339 with an offset, to the microsecond."""
    return datetime.fromtimestamp(at, zone).isoformat()


def _figures(
    cells: Mapping[Cell, Masks], due: str, whole: Mapping[str, Any] | None = None
) -> dict[str, int | float | None]:
    """The figures of some cells, with how many procedures they hold: dealt with, offered and used online."""
    total: Masks = Counter()
    known: dict[str, int] = {}
    for key, masks in cells.items():
        total.update(masks)
        known[key[3]] = known.get(key[3], 0) | reduce(or_, masks, 0)
    offered = [flags for flags in known.values() if flags & (FULL | PARTIAL)]
    used = sum(1 for flags in offered if flags & ONLINE)
    counted = figures(total, due)
    return {
        **counted,
        **(_rates(counted, whole) if whole else {}),
        "procedures": sum(1 for flags in known.values() if flags & RECEIVED),
        "procedures_offered_online": len(offered),
        "procedures_online": used,
        "procedures_with_online_rate": rate(used, len(offered)),
    }
