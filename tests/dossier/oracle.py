"""The figures of design.md, straight from the raw facts: plain loops, one dossier at a time, no state kept.

Written from `design.md` ("What the figures mean") and `domain.md` 2.2, and not from the code.
It knows what was seen before T, and nothing else: it is handed those facts only.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dossier.calendar import is_holiday, is_makeup
from dossier.event import Fact

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
ENDS = {"withdrawal_requested", "refused", "stopped", "resolved", "result_returned"}
ASKS = {"supplement_requested", "payment_requested"}
ANSWERS = {"supplement_provided", "payment_made"}
DIMENSIONS = ("office", "channel", "field", "procedure", "agency", "level")


def tag(fact: Fact) -> str:
    """The fact's type on the wire."""
    return str(fact.__struct_config__.tag)


@dataclass
class Story:
    """What one dossier came to, as of an instant."""

    accepted: Fact | None = None
    retracted: bool = False
    channel: str = ""
    online: bool = False
    procedure: str = ""
    promise: datetime | None = None
    appointment: datetime | None = None
    wait: datetime | None = None
    stood: datetime | None = None
    """Since when the clock stood as the dossier ended or T came; the end or T itself if it ran."""
    end: datetime | None = None
    breached: bool = False
    breached_at: datetime | None = None
    letters: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    asked: int = 0
    ends: dict[str, datetime] = field(default_factory=dict)


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
    if kind == "accepted" and told.accepted is None:
        told.accepted, told.wait = fact, None
        told.channel, told.online, told.procedure = fact.channel, fact.online, fact.procedure
        told.promise = told.appointment = fact.due_at
    elif kind == "submitted" and told.accepted is None:
        told.channel, told.online, told.procedure = fact.channel, fact.online, fact.procedure
    elif kind == "apology_issued":
        told.letters.append((at, told.promise))
        if fact.due_at is not None and told.promise is not None:
            told.appointment = fact.due_at
    elif kind == "corrected":
        _correct(told, fact)
    elif told.end is None and kind in ASKS:
        told.wait = told.wait or at
    elif told.end is None and kind in ANSWERS and told.wait is not None:
        _answer(told, fact)
    if kind == "supplement_requested":
        told.asked += 1
    if kind in ENDS and told.accepted is not None:
        told.ends.setdefault(kind, at)
        if told.end is None:
            told.end, told.stood, told.wait = at, told.wait or at, None


def _answer(told: Story, fact: Fact) -> None:
    waited, told.wait = fact.at - told.wait, None
    if told.promise is not None:
        told.promise = fact.due_at or told.promise + waited
        told.appointment = fact.due_at or told.appointment + waited


def _correct(told: Story, fact: Fact) -> None:
    told.channel = fact.channel or told.channel
    told.online = told.online if fact.online is None else fact.online
    told.retracted = told.retracted or fact.retracted
    if fact.due_at is not None:
        told.promise = told.appointment = fact.due_at
        told.breached = fact.due_at < (told.stood if told.end else told.wait or fact.at)
        told.breached_at = fact.due_at if told.breached else None


def counts(told: Story, before: datetime, due: str) -> dict[str, int]:
    """What the dossier counts for; the keys of the contract."""
    if told.accepted is None or told.retracted:
        return {}
    has_due, finished = told.promise is not None, told.end is not None
    date_ = told.promise if due == "first" else told.appointment
    wrong = told.breached if due == "first" else has_due and told.stood > date_
    late, overdue = finished and has_due and wrong, not finished and has_due and wrong
    on_time = finished and has_due and not wrong
    early = on_time and told.end.astimezone(ZONE).date() < date_.astimezone(ZONE).date()
    sent = wrong and bool(told.letters)
    return {
        "received": 1,
        "online": int(told.online),
        "received_with_due": int(has_due),
        "finished": int(finished),
        "finished_with_due": int(finished and has_due),
        "early": int(early),
        "on_time": int(on_time),
        "late": int(late),
        "open": int(not finished),
        "open_overdue": int(overdue),
        "on_time_766": int(has_due and in_time_766(told, before)),
        "breached": int(late or overdue),
        "letters_due": int(late or overdue),
        "letters_sent": int(sent),
        "letters_in_time": int(sent and any(in_time(at, due_) for at, due_ in told.letters)),
    }


def in_time_766(told: Story, before: datetime) -> bool:
    """domain.md 2.2, line by line."""
    if told.asked > 1:
        return False
    if "resolved" in told.ends:
        end = told.ends["resolved"]
    elif "result_returned" in told.ends:
        end = told.ends["result_returned"]
    elif told.ends:
        end = told.stood  # refused, stopped or withdrawn; where papers were waited for, as of that request
    elif told.wait is not None:
        end = told.wait
    else:
        end = before
    return end <= told.appointment


def in_time(letter: datetime, due: datetime | None) -> bool:
    """The letter left one working day before the due date, at the same time of day."""
    if due is None:
        return False
    local = due.astimezone(ZONE)
    day = local.date() - timedelta(1)
    while not is_workday(day):
        day -= timedelta(1)
    return letter <= datetime.combine(day, local.time(), ZONE)


def is_workday(day: date) -> bool:
    """Monday to Friday but holidays, and make-up Saturdays."""
    return is_makeup(day) or (day.weekday() < 5 and not is_holiday(day))


def place(told: Story, dimension: str) -> str:
    """The dossier's value in a dimension."""
    value = getattr(told, dimension) if hasattr(told, dimension) else getattr(told.accepted, dimension)
    return value or "(none)"


def by_dossier(facts: Iterable[Fact]) -> dict[tuple[str, str], list[Fact]]:
    """Facts of each dossier of each scenario, in order of `seq`."""
    groups: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        groups.setdefault((fact.scenario, fact.dossier_id), []).append(fact)
    return {name: sorted(group, key=lambda fact: fact.seq) for name, group in groups.items()}


def report(facts: Iterable[Fact], before: datetime, due: str = "first", by: str | None = None) -> dict:
    """{"total": figures, "by": {value: figures}} of one scenario's facts."""
    total: dict[str, int] = {}
    groups: dict[str, dict[str, int]] = {}
    for row in by_dossier(facts).values():
        told = story(row, before)
        own = counts(told, before, due)
        for sums in [total, *([groups.setdefault(place(told, by), {})] if by and own else [])]:
            for name, n in own.items():
                sums[name] = sums.get(name, 0) + n
    return {"total": rates(total), "by": {name: rates(sums) for name, sums in sorted(groups.items())}}


NAMES = (
    "received", "online", "received_with_due", "finished", "finished_with_due", "early", "on_time", "late",
    "open", "open_overdue", "on_time_766", "breached", "letters_due", "letters_sent", "letters_in_time",
)  # fmt: skip


def rates(sums: dict[str, int]) -> dict[str, float | None]:
    """The counts with the rates; None for 0/0."""
    n = {name: sums.get(name, 0) for name in NAMES}
    pairs = {
        "on_time_rate_finished": (n["on_time"], n["finished_with_due"]),
        "on_time_rate_fell_due": (n["on_time"], n["finished_with_due"] + n["open_overdue"]),
        "on_time_rate_766": (n["on_time_766"], n["received_with_due"]),
        "online_rate": (n["online"], n["received"]),
        "apology_rate": (n["letters_sent"], n["letters_due"]),
        "apology_in_time_rate": (n["letters_in_time"], n["letters_due"]),
    }
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
        if not own:
            continue
        sums = out.setdefault((told.accepted.office, place(told, "field")), [0] * 6)
        if first <= told.accepted.at < last:
            sums[0] += 1
            sums[1] += own["online"]
        verdict = told.breached_at if own["breached"] else told.end if own["on_time"] else None
        if verdict is not None and first <= verdict < last:
            for i, name in enumerate(("on_time", "breached", "letters_sent", "letters_in_time"), 2):
                sums[i] += own[name]
    return {place_: sums for place_, sums in sorted(out.items()) if any(sums)}


def window(now: datetime, name: str) -> tuple[datetime, datetime]:
    """[first, last) of the rolling window: 24 hours, or 7 or 30 local days; the running one is the last."""
    if name == "1d":
        last = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return last - timedelta(hours=24), last
    day = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=int(name[:-1]) - 1), day + timedelta(days=1)
