"""Where late dossiers lose their time: by step, agency and part, from the facts of any source.

The time of a dossier runs from its acceptance to its end, or to the last instant of the record while it is
open. Its facts cut it into stretches, and each stretch belongs to the fact that ends it:

    step_finished      until `started_at` the step waited, then it was worked on; without it: `untold`
    handed_over        it was under way between agencies
    supplement, payment   from the request to the answer it was with the citizen
    an end             nobody says who had it since the last fact: `untold`

While the office is closed, nobody works: those parts of a stretch are `closed`, but for the citizen's, who
knows no hours. So the parts of a dossier add up to its time, to the second and without a rest. Steps that are
done side by side: the one that is finished first has its time, the next has what is left of its own.

The lateness of a dossier, from its due date to its end, is shared out by excess: by how much longer each part
took than the median of its procedure's dossiers on time. Parts that took no longer bear none of it. The time
with the citizen bears none where the due date was moved for it. Where nothing took longer than the median,
or nobody was on time, the parts bear lateness in proportion to their time.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from statistics import median
from typing import Any, Literal, NamedTuple

from dossier.event import (
    Accepted,
    Event,
    Fact,
    HandedOver,
    PaymentMade,
    PaymentRequested,
    StepFinished,
    SupplementProvided,
    SupplementRequested,
)
from dossier.law.calendar import Book, WorkingCalendar
from dossier.life.lifecycle import fold
from dossier.life.state import Dossier, breached_at

Kind = Literal["wait", "work", "hand_over", "citizen", "untold", "closed"]
PARTS: tuple[Kind, ...] = ("wait", "work", "hand_over", "citizen", "untold", "closed")
NOWHERE = "(none)"

_ASKS = (SupplementRequested, PaymentRequested)
_ANSWERS = (SupplementProvided, PaymentMade)


class Cause(NamedTuple):
    """What time is charged to."""

    step: str
    agency: str
    part: Kind


Causes = dict[Cause, float]
"""Seconds by cause."""


class Told(NamedTuple):
    """A late dossier: its lateness in seconds, and its time by cause."""

    office: str
    procedure: str
    late: float
    causes: Causes
    moved: bool
    """Its due date was moved while it waited for the citizen."""


class Trip:
    """One dossier under way: its state by the fold of all figures, and its time so far by cause."""

    __slots__ = ("agency", "asked", "causes", "first", "open", "since", "state", "step")

    def __init__(self, first: Fact) -> None:
        self.state = Dossier(scenario=first.scenario, dossier_id=first.dossier_id, office=first.office)
        self.causes: Causes = {}
        self.agency = self.step = NOWHERE
        self.since = self.first = 0.0
        """Up to where its time is charged, and from where."""
        self.asked = False
        """It is with the citizen."""
        self.open = False

    def take(self, fact: Fact, calendar: WorkingCalendar) -> None:
        """The next fact, in the order of `seq`."""
        at = fact.at.timestamp()
        fold(self.state, fact, calendar)
        if isinstance(fact, Accepted) and not self.first:
            self.first = self.since = at
            self.agency, self.open = fact.agency or NOWHERE, True
        elif self.open:
            self._charge(fact, max(at, self.since), calendar)

    def _charge(self, fact: Fact, at: float, calendar: WorkingCalendar) -> None:
        if isinstance(fact, StepFinished):
            self._step(fact, at, calendar)
        elif isinstance(fact, HandedOver):
            self.spend("hand_over", at, calendar)
            self.agency = fact.target
        elif isinstance(fact, _ASKS):
            self.spend("untold", at, calendar)
            self.asked = True
        elif isinstance(fact, _ANSWERS):
            self.spend("citizen", at, calendar)
            self.asked = False
        elif self.state.finished_at is not None:
            self.spend("untold", at, calendar)
        if self.state.finished_at is not None or self.state.retracted_at is not None:
            self.open = False

    def _step(self, fact: StepFinished, at: float, calendar: WorkingCalendar) -> None:
        self.step, self.agency = fact.step, fact.agency
        if fact.started_at is None:
            self.spend("untold", at, calendar)
            return
        self.spend("wait", min(fact.started_at.timestamp(), at), calendar)
        self.spend("work", at, calendar)

    def spend(self, part: Kind, until: float, calendar: WorkingCalendar) -> None:
        """Charge the time up to an instant to a part, and what of it lies in closed hours to these."""
        gone = until - self.since
        if gone <= 0:
            return
        if self.asked:
            part = "citizen"
        worked = gone if part == "citizen" else min(calendar.between(self.since, until), gone)
        for kind, seconds in ((part, worked), ("closed", gone - worked)):
            if seconds > 0:
                cause = Cause(self.step, self.agency, kind)
                self.causes[cause] = self.causes.get(cause, 0.0) + seconds
        self.since = until


class Lateness:
    """Folds facts, and keeps of a dossier that is over some numbers only."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._open: dict[tuple[str, str, str], Trip] = {}
        self._done: set[int] = set()
        """Hashes of the dossiers that are over: what is told of them afterwards is of no use here."""
        self._medians: dict[str, dict[Cause, array[float]]] = {}
        """By procedure, the time by cause of the dossiers on time; who has none of it is not in the list."""
        self.on_time: dict[str, int] = {}
        self.late: list[Told] = []
        self.skipped = 0
        """Facts told again, or out of order."""
        self.now = 0.0

    def take(self, fact: Fact) -> None:
        """The next fact: of each dossier in the order of `seq`; others between them."""
        self.now = max(self.now, fact.at.timestamp())
        key = fact.scenario, fact.office, fact.dossier_id
        trip = self._open.get(key)
        if trip is None:
            if hash(key) in self._done:
                return
            trip = self._open[key] = Trip(fact)
        if fact.seq <= trip.state.seq:
            self.skipped += 1
            return
        was = trip.open
        trip.take(fact, self._book.of(fact.office))
        if was and not trip.open:
            del self._open[key]
            self._done.add(hash(key))
            if trip.state.retracted_at is None:
                self._over(trip, trip.since)

    def close(self) -> None:
        """The record ends: who is open and overdue is late so far."""
        for trip in self._open.values():
            if trip.open:
                trip.spend("untold", self.now, self._book.of(trip.state.office))
                trip.open = False
                if breached_at(trip.state, self.now) is not None:
                    self._over(trip, self.now)

    def _over(self, trip: Trip, end: float) -> None:
        """It ended, or the record did."""
        state = trip.state
        breach = breached_at(state, end + 1e-6)
        if breach is not None:
            moved = len(state.promises) > 1
            self.late.append(Told(state.office, state.procedure, end - breach, trip.causes, moved))
        elif state.promises:
            self.on_time[state.procedure] = self.on_time.get(state.procedure, 0) + 1
            seen = self._medians.setdefault(state.procedure, {})
            for cause, seconds in trip.causes.items():
                seen.setdefault(cause, array("d")).append(seconds)

    def usual(self, procedure: str) -> dict[Cause, float]:
        """The median time by cause of a procedure's dossiers on time; what is left out is 0."""
        count = self.on_time.get(procedure, 0)
        found = {}
        for cause, seconds in self._medians.get(procedure, {}).items():
            if 2 * len(seconds) >= count:
                found[cause] = median([*seconds, *[0.0] * (count - len(seconds))])
        return found

    def shares(self) -> Iterator[tuple[Told, Causes]]:
        """Each late dossier, and its lateness by cause."""
        usual: dict[str, dict[Cause, float]] = {}
        for told in self.late:
            if told.procedure not in usual:
                usual[told.procedure] = self.usual(told.procedure)
            yield told, shared(told, usual[told.procedure])


def shared(told: Told, usual: Mapping[Cause, float]) -> Causes:
    """The lateness of a dossier by cause, in proportion to the excess over the usual time."""
    bears = {
        cause: seconds
        for cause, seconds in told.causes.items()
        if not (told.moved and cause.part == "citizen")
    } or told.causes
    excess = {cause: max(seconds - usual.get(cause, 0.0), 0.0) for cause, seconds in bears.items()}
    whole = sum(excess.values())
    if whole <= 0:
        excess, whole = dict(bears), sum(bears.values())
    if whole <= 0:
        return {Cause(NOWHERE, NOWHERE, "untold"): told.late}
    return {cause: told.late * seconds / whole for cause, seconds in excess.items() if seconds > 0}


def lateness(facts: Iterable[Event], book: Book) -> Lateness:
    """The lateness of a record's dossiers; its facts in the order of time, or of each dossier's `seq`."""
    found = Lateness(book)
    for fact in facts:
        found.take(fact)  # type: ignore[arg-type]
    found.close()
    return found


def report(found: Lateness, office: str | None = None) -> dict[str, Any]:
    """Shares of all lateness by part, step and agency, and of all three; days of lateness and of time."""
    late: Causes = {}
    time: Causes = {}
    count, total = 0, 0.0
    for told, causes in found.shares():
        if office is not None and told.office != office:
            continue
        count, total = count + 1, total + told.late
        _add(late, causes)
        _add(time, told.causes)
    return {
        "late": count,
        "on_time": sum(found.on_time.values()) if office is None else None,
        "days_late": total / 86400,
        "mean_days_late": total / 86400 / count if count else None,
        "by_part": _by(late, time, "part"),
        "by_step": _by(late, time, "step"),
        "by_agency": _by(late, time, "agency"),
        "causes": _rows(late, time),
    }


def _add(sums: Causes, more: Causes) -> None:
    for cause, seconds in more.items():
        sums[cause] = sums.get(cause, 0.0) + seconds


def _by(late: Causes, time: Causes, name: str) -> list[dict[str, Any]]:
    """One dimension, the largest share of lateness first."""
    sums: dict[str, list[float]] = {}
    for i, causes in enumerate((late, time)):
        for cause, seconds in causes.items():
            sums.setdefault(getattr(cause, name), [0.0, 0.0])[i] += seconds
    wholes = [sum(causes.values()) for causes in (late, time)]
    rows = [
        {
            name: key,
            "share": _part(found[0], wholes[0]),
            "days_late": found[0] / 86400,
            "share_of_time": _part(found[1], wholes[1]),
        }
        for key, found in sums.items()
    ]
    return sorted(rows, key=lambda row: (-row["days_late"], str(row[name])))


def _rows(late: Causes, time: Causes) -> list[dict[str, Any]]:
    whole, spent = sum(late.values()), sum(time.values())
    rows = [
        {
            **cause._asdict(),
            "share": _part(late.get(cause, 0.0), whole),
            "days_late": late.get(cause, 0.0) / 86400,
            "share_of_time": _part(seconds, spent),
        }
        for cause, seconds in time.items()
    ]
    return sorted(rows, key=lambda row: (-row["days_late"], row["step"], row["agency"], row["part"]))


def _part(part: float, whole: float) -> float | None:
    return part / whole if whole else None
