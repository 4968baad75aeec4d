"""Procedures made ready for one office: each step knows its pool and its mean time there."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp

from dossier.law.deadline import Limit, parse_limit
from simulator.model import External, Payment, Procedure, Work
from simulator.world import Pool

MINUTE = 60.0
HOUR = 3600.0
DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Desk:
    """A step at a pool; `seconds` is the mean elapsed working time, work/share."""

    name: str
    agency: str
    pool: Pool
    seconds: float
    round_seconds: float


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A step at another agency: `seconds` of working time on average."""

    name: str
    agency: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Money:
    """The wait for a payment: `wait` seconds on the clock on average; none of the limit's time."""

    name: str
    agency: str
    wait: float
    seconds: float = 0.0


Step = Desk | Elsewhere | Money


@dataclass(frozen=True, slots=True)
class Plan:
    """A procedure as this office does it."""

    key: str
    procedure: Procedure
    steps: tuple[Step, ...]
    limit: Limit
    left: tuple[float, ...]
    """By position: mean working seconds from the middle of that step to the end."""
    pays_first: bool
    """The fee is due at acceptance, not in a step of its own."""

    def difficulty(self, z: float) -> float:
        """A dossier's difficulty: lognormal with mean 1, from a standard normal."""
        s = self.procedure.spread
        return exp(s * z - s * s / 2)

    def variation(self, z: float) -> float:
        """A step's own part: lognormal with mean 1, from a standard normal."""
        s = self.procedure.step_spread
        return exp(s * z - s * s / 2)


def plan(key: str, procedure: Procedure, pools: Mapping[str, Pool]) -> Plan:
    """The procedure's route over the pools of one office."""
    steps = tuple(_step(step, procedure, pools) for step in procedure.route)
    seconds = [step.seconds for step in steps]
    left = tuple(sum(seconds[i:]) - seconds[i] / 2 for i in range(len(seconds)))
    pays_first = procedure.fee > 0 and not any(isinstance(step, Money) for step in steps)
    return Plan(key, procedure, steps, parse_limit(procedure.limit), left, pays_first)


def _step(step: Work | External | Payment, procedure: Procedure, pools: Mapping[str, Pool]) -> Step:
    if isinstance(step, Work):
        pool = pools[step.pool]
        seconds = step.work_minutes * MINUTE / pool.share
        return Desk(step.step, pool.agency, pool, seconds, step.round_hours * HOUR)
    if isinstance(step, External):
        return Elsewhere(step.step, step.agency, step.delay_hours * HOUR)
    return Money(step.step, procedure.agency, step.wait_days * DAY)
