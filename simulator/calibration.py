"""Calibration: the share of an official's day that one dossier gets, from each office's real on-time rate.

Offices share nobody, so all are calibrated at once: a run of the whole province is one trial of every office.
The same seed in every trial (common random numbers) makes the rate a smooth function of the share.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from math import exp, log
from multiprocessing import get_context
from typing import NamedTuple

from msgspec.structs import replace

from dossier.event import (
    Accepted,
    ApologyIssued,
    Fact,
    PaymentMade,
    PaymentRequested,
    Refused,
    Resolved,
    Stopped,
    SupplementProvided,
    SupplementRequested,
    WithdrawalRequested,
)
from simulator.model import Scenario
from simulator.run import midnight, run

LEAST, MOST = 0.002, 1.0
"""Bounds of a share: an official with 500 dossiers in hand, and one who does nothing else."""


class Score(NamedTuple):
    """What one office achieved: dossiers accepted, on time by decision 766, and the
    days from acceptance to result less those of waiting for the citizen."""

    accepted: int
    on_time: int
    resolved: int
    days: float

    @property
    def rate(self) -> float | None:
        """The on-time rate; None where nothing was accepted."""
        return self.on_time / self.accepted if self.accepted else None


@dataclass(slots=True)
class _Case:
    office: str
    accepted: float
    due: float
    end: float | None = None
    requests: int = 0
    waits_since: float | None = None
    waited: float = 0.0
    resolved: float | None = None


def scores(events: Iterable[Fact], until: float) -> dict[str, Score]:
    """Each office's score at the instant `until`, by the rules of decision 766 (`domain` 2.2)."""
    open_: dict[str, _Case] = {}
    tally: dict[str, list[float]] = {}
    for event in events:
        if type(event) is Accepted:
            assert event.due_at is not None
            open_[event.dossier_id] = _Case(event.office, event.at.timestamp(), event.due_at.timestamp())
        elif event.dossier_id in open_:
            case = open_[event.dossier_id]
            _take(case, event)
            if case.end is not None:
                _count(tally, open_.pop(event.dossier_id), until)
    for case in open_.values():
        _count(tally, case, until)
    return {office: Score(int(n), int(k), int(m), days) for office, (n, k, m, days) in tally.items()}


def _take(case: _Case, event: Fact) -> None:
    if isinstance(event, SupplementProvided | PaymentMade | ApologyIssued) and event.due_at is not None:
        case.due = event.due_at.timestamp()
    if isinstance(event, SupplementRequested | PaymentRequested):
        case.requests += isinstance(event, SupplementRequested)
        case.waits_since = event.at.timestamp()
    elif isinstance(event, SupplementProvided | PaymentMade) and case.waits_since is not None:
        case.waited += event.at.timestamp() - case.waits_since
        case.waits_since = None
    elif isinstance(event, Resolved):
        case.end = case.resolved = event.at.timestamp()
    elif isinstance(event, Refused | Stopped | WithdrawalRequested):
        case.end = event.at.timestamp()


def _count(tally: dict[str, list[float]], case: _Case, until: float) -> None:
    row = tally.setdefault(case.office, [0, 0, 0, 0.0])
    row[0] += 1
    row[1] += case.requests <= 1 and (case.end or case.waits_since or until) <= case.due
    if case.resolved is not None:
        row[2] += 1
        row[3] += (case.resolved - case.accepted - case.waited) / 86400


@dataclass(slots=True)
class _Search:
    """One office's search for the logarithm of its share; the rate rises with it."""

    goal: float
    x: float
    low: float = log(LEAST)
    high: float = log(MOST)
    tried: list[tuple[float, float]] = field(default_factory=list)

    def learn(self, rate: float) -> None:
        """Take the rate at `x`, and move `x` by the secant of the last two trials, inside what is known."""
        y = _logit(rate) - _logit(self.goal)
        self.low, self.high = (self.x, self.high) if y < 0 else (self.low, self.x)
        slope = 2.0
        if self.tried:
            x0, y0 = self.tried[-1]
            slope = min(max((y - y0) / (self.x - x0) if self.x != x0 else slope, 0.5), 8.0)
        self.tried.append((self.x, y))
        x = self.x - y / slope
        self.x = x if self.low < x < self.high else (self.low + self.high) / 2

    @property
    def best(self) -> float:
        """The share that came nearest."""
        return exp(min(self.tried, key=lambda trial: abs(trial[1]))[0])


def calibrate(
    build: Callable[[Mapping[str, float]], Scenario],
    goals: Mapping[str, float],
    shares: Mapping[str, float],
    trials: int = 6,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, float]:
    """Shares under which each office comes near its goal (on-time rate by decision 766).

    `build` makes the scenario of given shares (its staff may follow from them); `shares` is where to begin.
    """
    searches = {office: _Search(goal, log(shares[office])) for office, goal in goals.items()}
    for trial in range(trials):
        found = measured(build({**shares, **{office: exp(s.x) for office, s in searches.items()}}))
        missed = 0.0
        for office, search in searches.items():
            rate = found[office].rate
            if rate is not None:
                missed += abs(rate - search.goal) / len(searches)
                search.learn(rate)
        tell(
            f"trial {trial + 1} of {trials}: offices miss their rate by {100 * missed:.2f} points on average"
        )
    return {**shares, **{office: round(s.best, 4) for office, s in searches.items() if s.tried}}


def measured(
    scenario: Scenario, seed: int = 1, start: date | None = None, until: date | None = None
) -> dict[str, Score]:
    """Each office's score over a period (by default the scenario's); two processes share the offices."""
    by_volume = sorted(scenario.offices, key=lambda office: -scenario.offices[office].volume)
    parts = [_only(scenario, by_volume[i::8]) for i in range(min(8, len(by_volume)))]
    measure = partial(_measure, seed=seed, start=start, until=until or scenario.until)
    found: dict[str, Score] = {}
    if len(parts) == 1:
        return measure(scenario)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for part in pool.map(measure, parts):
            found |= part
    return found


def _measure(scenario: Scenario, seed: int, start: date | None, until: date) -> dict[str, Score]:
    found = scores(run(scenario, seed, start, until), midnight(until))
    return {office: found.get(office, Score(0, 0, 0, 0.0)) for office in scenario.offices}


def _only(scenario: Scenario, offices: Iterable[str]) -> Scenario:
    return replace(scenario, offices={office: scenario.offices[office] for office in offices})


def _logit(rate: float) -> float:
    rate = min(max(rate, 0.001), 0.999)
    return log(rate / (1 - rate))
