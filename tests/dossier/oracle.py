"""The figures of the contract, straight from the raw facts: plain loops, one dossier at a time.

Written from `design.md` ("What the figures mean"), the contract of names and `domain.md` 1.3-1.7, 2 and 3,
and not from the code.
It knows what was seen before T, and nothing else: it is handed those facts only.
Where these are silent:
only the first filing, acceptance, result, payment, hand-back and rating of a dossier count;
a request for papers counts from acceptance on: before it, it is guidance;
of the ends without a result the first one counts, a result counts whenever it comes;
time waited lengthens a limit only where the wait began after acceptance and was answered.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dossier.event import Fact
from tests.dossier.hours import ZONE, day_before, limit_end, worked

ENDS = {"withdrawal_requested", "refused", "stopped", "resolved", "result_returned"}
ASKS = {"supplement_requested", "payment_requested"}
ANSWERS = {"supplement_provided", "payment_made"}
DIMENSIONS = ("office", "channel", "field", "procedure", "agency", "level", "unit")
ACKNOWLEDGE = 8 * 3600
"""An online filing is acknowledged within eight working hours (Decree 45/2020 [M])."""


def tag(fact: Fact) -> str:
    """The fact's type on the wire."""
    return str(fact.__struct_config__.tag)


@dataclass
class Story:
    """What one dossier came to, as of an instant."""

    office: str = ""
    unit: str = ""
    filed: Fact | None = None
    answered: datetime | None = None
    turned_away: bool = False
    taken_back: bool = False
    """An end before acceptance: nobody waits for acceptance any more."""
    accepted: Fact | None = None
    retracted: bool = False
    channel: str = ""
    online: bool = False
    promise: datetime | None = None
    appointment: datetime | None = None
    limit: datetime | None = None
    """When the limit runs out, where no date was set; answered waits make it later."""
    wait: datetime | None = None
    waits_for: str = ""
    stood: datetime | None = None
    """Since when the clock stood as the dossier ended or T came; the end or T itself if it ran."""
    end: datetime | None = None
    ended_by: str = ""
    breached: bool = False
    mended: bool = False
    """A breach that a correction took away; the strict reading keeps it."""
    breached_at: datetime | None = None
    letters: list[tuple[datetime, datetime | None, bool]] = field(default_factory=list)
    """When a letter left, the promise that stood then, and whether it gave a new date."""
    asked: int = 0
    obliged: bool = False
    first: dict[str, Fact] = field(default_factory=dict)
    """The first fact of each type, ends only after acceptance."""
    hands: list[bool] = field(default_factory=list)
    """Every hand-over: electronic?"""


def story(facts: Iterable[Fact], before: datetime) -> Story:
    """The dossier's life up to just before an instant."""
    told = Story()
    for fact in facts:
        if fact.at < before:
            _breach(told, fact.at)
            _tell(told, fact)
    _breach(told, before)
    if told.end is None:
        told.stood = told.wait or before
    return told


def _breach(told: Story, until: datetime) -> None:
    """The promise passed before `until`, while the dossier was open and its clock ran."""
    running = told.end is None and told.wait is None and told.promise is not None
    if running and not told.breached and told.promise < until:
        told.breached, told.breached_at = True, told.promise


def _tell(told: Story, fact: Fact) -> None:
    kind, at = tag(fact), fact.at
    told.office = fact.office
    told.unit = fact.successor or told.unit or fact.office
    _file(told, fact)
    if kind == "accepted" and told.accepted is None:
        _accept(told, fact)
    elif kind == "apology_issued":
        told.letters.append((at, told.promise, fact.due_at is not None))
        if fact.due_at is not None and told.promise is not None:
            told.appointment = fact.due_at
    elif kind == "corrected":
        _correct(told, fact)
    elif told.end is None and kind in ASKS and told.wait is None:
        told.wait, told.waits_for = at, kind
    elif told.end is None and kind in ANSWERS and told.wait is not None:
        _answer(told, fact)
    elif kind == "handed_over":
        told.hands.append(fact.electronic)
    told.asked += kind == "supplement_requested" and told.accepted is not None
    told.obliged = told.obliged or kind == "payment_requested"
    _end(told, fact)


def _file(told: Story, fact: Fact) -> None:
    """Filing and its first answer."""
    kind = tag(fact)
    if kind == "submitted" and told.filed is None and told.accepted is None:
        told.filed, told.channel, told.online = fact, fact.channel, fact.online
    elif kind in {"accepted", "not_accepted", "supplement_requested"} and told.filed is not None:
        told.answered = told.answered or fact.at
    if kind == "not_accepted" and told.accepted is None:
        told.turned_away = True


def _end(told: Story, fact: Fact) -> None:
    """The first fact of each type; before acceptance an end only says that nobody waits any more."""
    kind, at = tag(fact), fact.at
    if kind in ENDS and told.accepted is None:
        told.taken_back = True
        return
    told.first.setdefault(kind, fact)
    if kind in ENDS and told.end is None:
        told.end, told.ended_by, told.stood, told.wait = at, kind, told.wait or at, None


def _accept(told: Story, fact: Fact) -> None:
    told.accepted, told.wait = fact, None
    told.channel, told.online = fact.channel, fact.online
    told.promise = told.appointment = fact.due_at
    told.obliged = told.obliged or fact.obligation
    if fact.due_at is None:
        told.limit = limit_end(fact.at, fact.limit, fact.office)


def _answer(told: Story, fact: Fact) -> None:
    waited, told.wait = fact.at - told.wait, None
    if told.promise is not None:
        moved = waited if fact.due_at is None else fact.due_at - told.appointment
        told.promise += moved  # as far as the appointment: what a letter granted is not granted twice
        told.appointment += moved
    elif told.limit is not None:
        told.limit += waited


def _correct(told: Story, fact: Fact) -> None:
    told.channel = fact.channel or told.channel
    told.online = told.online if fact.online is None else fact.online
    told.retracted = told.retracted or fact.retracted
    if fact.due_at is not None:
        told.promise = told.appointment = fact.due_at
        told.mended = told.mended or told.breached
        told.breached = fact.due_at < (told.stood if told.end else told.wait or fact.at)
        told.breached_at = fact.due_at if told.breached else None


def counts(told: Story, before: datetime, due: str) -> dict[str, int]:
    """What the dossier counts for; the keys of the contract, those that are 1 only."""
    if told.retracted:
        return {}
    own = _filing(told, before)
    if told.accepted is not None:
        own |= _verdicts(told, due) | _seven66(told, before) | _letters(told) | _ways(told) | _traits(told)
        own |= _acknowledged(told)
    return {name: 1 for name, holds in own.items() if holds}


def _filing(told: Story, before: datetime) -> dict[str, bool]:
    waiting = told.filed and not (told.accepted or told.turned_away or told.taken_back)
    return {
        "submitted": told.filed is not None,
        "waiting_acceptance": bool(waiting),
        "waiting_acceptance_late": bool(waiting) and _answered_late(told, before),
        "not_accepted": told.turned_away,
    }


def _acknowledged(told: Story) -> dict[str, bool]:
    filed = told.filed is not None
    late = filed and _answered_late(told, told.accepted.at)
    return {
        "acknowledged": filed,
        "acknowledged_in_time": filed and not late,
        "acknowledged_late": late,
    }


def _answered_late(told: Story, now: datetime) -> bool:
    """The first answer, or `now` where there is none yet, lies beyond the hours for it."""
    return (told.answered or now) > worked(told.filed.at, ACKNOWLEDGE, told.office)


def _verdicts(told: Story, due: str) -> dict[str, bool]:
    has_due, finished = told.promise is not None, told.end is not None
    wrong = has_due and (told.breached if due == "first" else told.stood > told.appointment)
    on_time = finished and has_due and not wrong
    sent = bool(told.letters)
    in_time = any(stood and at <= day_before(stood, told.office) for at, stood, _ in told.letters)
    date_ = told.promise if due == "first" else told.appointment
    return {
        "received": True,
        "online": told.online,
        "received_with_due": has_due,
        "finished": finished,
        "finished_with_due": finished and has_due,
        "early": on_time and told.end.astimezone(ZONE).date() < date_.astimezone(ZONE).date(),
        "on_time": on_time,
        "late": finished and wrong,
        "open": not finished,
        "open_overdue": not finished and wrong,
        "breached": wrong,
        "letters_due": wrong,
        "letters_sent": wrong and sent,
        "letters_in_time": wrong and in_time,
        "letters_false": on_time and sent,
    }


def _letters(told: Story) -> dict[str, bool]:
    """Letters kept and judged are held against the current date, whichever date the verdicts are by."""
    renewed = told.promise is not None and any(dated for *_, dated in told.letters)
    passed = told.promise is not None and told.stood > told.appointment
    return {
        "lettered": bool(told.letters),
        "letters_repeated": len(told.letters) > 1,
        "letters_kept": renewed and told.end is not None and not passed,
        "letters_judged": renewed and (told.end is not None or passed),
    }


def _seven66(told: Story, before: datetime) -> dict[str, bool]:
    """Decision 766 (domain.md 2.2), and the strict reading (2.3)."""
    due = told.limit if told.promise is None else told.appointment
    result = told.first.get("resolved")
    handed = "result_returned" in told.first
    in_time = told.end is not None and told.promise is not None and not told.breached
    closed_empty = result is not None and result.result_number is None
    return {
        "judged_766": due is not None,
        "on_time_766": due is not None and told.asked <= 1 and _end_766(told, before) <= due,
        "on_time_strict": in_time
        and not told.mended
        and told.asked <= 1
        and (handed or result is None)
        and not closed_empty,
    }


def _end_766(told: Story, before: datetime) -> datetime:
    for kind in ("resolved", "result_returned"):
        if kind in told.first:
            return told.first[kind].at
    if told.end is not None:
        return told.stood  # refused, stopped or withdrawn; where papers were waited for, as of that request
    return told.wait or before


def _ways(told: Story) -> dict[str, bool]:
    """What happened on the way: ends, waits, money, hand-overs, rating."""
    payment, rating = told.first.get("payment_made"), told.first.get("rated")
    waits_for = told.waits_for if told.wait else ""
    return {
        "resolved": "resolved" in told.first,
        "returned": "result_returned" in told.first,
        "refused": told.ended_by == "refused",
        "stopped": told.ended_by == "stopped",
        "withdrawn": told.ended_by == "withdrawal_requested",
        "awaiting_supplement": waits_for == "supplement_requested",
        "awaiting_payment": waits_for == "payment_requested",
        "supplemented": told.asked > 0,
        "supplemented_again": told.asked > 1,
        "obligation": told.obliged,
        "paid": told.obliged and payment is not None,
        "paid_online": told.obliged and payment is not None and payment.online,
        "handed_over": bool(told.hands),
        "handed_over_electronic": bool(told.hands) and all(told.hands),
        "rated": rating is not None,
        "satisfied": rating is not None and rating.score >= 4,
    }


def _traits(told: Story) -> dict[str, bool]:
    """What acceptance and the result told."""
    fact, result = told.accepted, told.first.get("resolved")
    electronic = result is not None and result.electronic
    return {
        "full": fact.service == "full",
        "partial": fact.service == "partial",
        "online_full": told.online and fact.service == "full",
        "online_partial": told.online and fact.service == "partial",
        "authenticated": told.online and fact.authenticated,
        "digitised": fact.digitised,
        "digitised_whole": fact.digitised and result is not None and result.digitised,
        "reused": fact.reused or (result is not None and result.reused),
        "electronic_results": electronic,
        "online_electronic": told.online and electronic,
        "non_territorial": fact.non_territorial,
        "interlinked": fact.interlinked is not None,
        "resubmitted": fact.resubmits is not None,
        "post_office": fact.post_office,
    }


def place(told: Story, dimension: str) -> str:
    """The dossier's value in a dimension."""
    if dimension in {"office", "unit", "channel"}:
        return getattr(told, dimension) or "(none)"
    return getattr(told.accepted or told.filed, dimension, None) or "(none)"


def by_dossier(facts: Iterable[Fact]) -> dict[tuple[str, str], list[Fact]]:
    """Facts of each dossier of each scenario, in order of `seq`."""
    groups: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        groups.setdefault((fact.scenario, fact.dossier_id), []).append(fact)
    return {name: sorted(group, key=lambda fact: fact.seq) for name, group in groups.items()}


def report(facts: Iterable[Fact], before: datetime, due: str = "first", by: str | None = None) -> dict:
    """{"total": figures, "by": {value: figures}} of one scenario's facts."""
    total: list[tuple[Story, dict[str, int]]] = []
    groups: dict[str, list[tuple[Story, dict[str, int]]]] = {}
    for row in by_dossier(facts).values():
        told = story(row, before)
        own = counts(told, before, due)
        if own:
            total.append((told, own))
            if by:
                groups.setdefault(place(told, by), []).append((told, own))
    by_value = {name: figures(rows, total) for name, rows in sorted(groups.items())}
    return {"total": figures(total, total), "by": by_value}


NAMES = (
    "received", "online", "received_with_due", "finished", "finished_with_due", "early", "on_time", "late",
    "open", "open_overdue", "on_time_766", "judged_766", "on_time_strict", "breached", "letters_due",
    "letters_sent", "letters_in_time", "lettered", "letters_repeated", "letters_false", "letters_judged",
    "letters_kept", "resolved", "returned", "refused", "stopped", "withdrawn", "awaiting_supplement",
    "awaiting_payment", "supplemented", "supplemented_again", "submitted", "waiting_acceptance",
    "waiting_acceptance_late", "not_accepted", "acknowledged", "acknowledged_in_time", "acknowledged_late",
    "full", "partial", "online_full", "online_partial", "authenticated", "obligation", "paid", "paid_online",
    "digitised", "digitised_whole", "reused", "electronic_results", "online_electronic", "handed_over",
    "handed_over_electronic", "rated", "satisfied", "non_territorial", "interlinked", "resubmitted",
    "post_office",
)  # fmt: skip
"""Every count of dossiers; those of procedures do not add up over groups."""

PAIRS = {
    "on_time_rate_finished": ("on_time", "finished_with_due"),
    "on_time_rate_766": ("on_time_766", "judged_766"),
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
    "procedures_with_online_rate": ("procedures_online", "procedures_offered_online"),
}
"""The rates that are one count by another."""


UNTOLD = {
    "on_time_rate_strict": "returned",
    "authenticated_rate": "authenticated",
    "paid_online_rate": "paid",
    "digitised_rate": "digitised",
    "digitised_whole_rate": "digitised",
    "reuse_rate": "reused",
    "electronic_result_rate": "electronic_results",
    "online_electronic_rate": "electronic_results",
}
"""The rates that say nothing where the whole source has none of this: it may not tell of it."""


def figures(
    rows: list[tuple[Story, dict[str, int]]], source: list[tuple[Story, dict[str, int]]]
) -> dict[str, float | None]:
    """The counts and rates of some dossiers of a source; None for 0/0."""
    n = {name: sum(own.get(name, 0) for _, own in rows) for name in NAMES}
    received = [told for told, own in rows if "received" in own]
    offered = {told.accepted.procedure for told in received if told.accepted.service in {"full", "partial"}}
    online = {told.accepted.procedure for told in received if told.online}
    n["procedures"] = len({told.accepted.procedure for told in received})
    n["procedures_offered_online"] = len(offered)
    n["procedures_online"] = len(offered & online)
    fell_due = n["finished_with_due"] + n["open_overdue"]
    pairs = {name: (n[a], n[b]) for name, (a, b) in PAIRS.items()}
    pairs["on_time_rate_fell_due"] = (n["on_time"], fell_due)
    pairs["on_time_rate_strict"] = (n["on_time_strict"], fell_due)
    for name, need in UNTOLD.items():
        if not any(own.get(need) for _, own in source):
            pairs[name] = (0, 0)
    return {**n, **{name: a / b if b else None for name, (a, b) in pairs.items()}}


ROLLING = ("received", "online", "on_time", "late", "letters_sent", "letters_in_time")


def rolling(
    facts: Iterable[Fact], now: datetime, first: datetime, last: datetime
) -> dict[tuple[str, str], list]:
    """Sums by (office, field) of what falls into [first, last), as seen just after `now`."""
    seen = now + timedelta(microseconds=1)
    out: dict[tuple[str, str], list[int]] = {}
    for row in by_dossier(facts).values():
        told = story(row, seen)
        own = counts(told, seen, "first")
        if "received" not in own:
            continue
        sums = out.setdefault((told.office, place(told, "field")), [0] * 6)
        if first <= told.accepted.at < last:
            sums[0] += 1
            sums[1] += own.get("online", 0)
        verdict = told.breached_at if "breached" in own else told.end if "on_time" in own else None
        if verdict is not None and first <= verdict < last:
            for i, name in enumerate(("on_time", "breached", "letters_sent", "letters_in_time"), 2):
                sums[i] += own.get(name, 0)
    return {place_: sums for place_, sums in sorted(out.items()) if any(sums)}


def window(now: datetime, name: str) -> tuple[datetime, datetime]:
    """[first, last) of the rolling window: 24 hours, or 7 or 30 local days; the running one is the last."""
    if name == "1d":
        last = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return last - timedelta(hours=24), last
    day = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=int(name[:-1]) - 1), day + timedelta(days=1)
