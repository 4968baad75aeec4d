"""Targets: what the figures of a run shall be; as sums over offices, so that parts of a province add up.

A rate `over / under` is at least `wanted` just if `over - wanted * under` is not negative; and that is a sum
over the offices. A count has no `under`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.engine.tally import Tally
from simulator.experiments.measures import ALIASES, INDICATORS, Key, key
from simulator.summary import Outcome

Floats = NDArray[np.float64]
HOUR, DAY = 3600.0, 86400.0
SLACK = 1e-9
"""What rounding may take from a target."""

_Read = Callable[[Tally], float]
_RATES: Mapping[str, tuple[_Read, _Read]] = {
    "on_time_rate_finished": (attrgetter("on_time"), lambda t: t.on_time + t.late),
    "on_time_rate_fell_due": (attrgetter("on_time"), lambda t: t.on_time + t.late + t.open_overdue),
    "online_rate": (attrgetter("online"), attrgetter("accepted")),
    "satisfied_rate": (attrgetter("satisfied"), attrgetter("rated")),
    "mean_days": (lambda t: t.taken / DAY, attrgetter("finished")),
    "mean_cycle_hours": (lambda t: t.cycle / HOUR, attrgetter("finished")),
    "mean_wait_hours": (lambda t: t.waited / HOUR, attrgetter("dossiers")),
    "mean_work_hours": (lambda t: t.worked / HOUR, attrgetter("dossiers")),
}
_POOLED = {"mean_wait_hours", "utilisation", "waiting"}
_WRITTEN = re.compile(r"\s*(?P<key>[^<>=\s]+)\s*(?P<sign><=|>=|=)\s*(?P<value>[-+.\d]+)\s*(?P<percent>%?)\s*")


class Target(NamedTuple):
    """A figure that shall be `wanted` at least, or at most where less is better."""

    key: Key
    wanted: float

    @property
    def higher(self) -> bool:
        """Whether more is better."""
        return INDICATORS[self.key.indicator].better == "higher"

    @property
    def counts(self) -> bool:
        """Whether the figure is a count, and no rate or mean."""
        return INDICATORS[self.key.indicator].unit == "count"

    @property
    def text(self) -> str:
        """As it is written on a command line."""
        short = {name: word for word, name in ALIASES.items()}.get(self.key.indicator, self.key.indicator)
        of = f"@{self.key.of}" if self.key.of else ""
        return f"{short}{of}{'>=' if self.higher else '<='}{self.wanted:g}"

    def slack(self, over: Floats, under: Floats) -> Floats:
        """By how much it is reached, in dossiers, hours or days of all; negative where it is missed."""
        rest = over - self.wanted * (1.0 if self.counts else under)
        return rest if self.higher else -rest

    def size(self, under: float) -> float:
        """The slack that is one point in a hundred of a share, or of what was wanted of another figure."""
        if INDICATORS[self.key.indicator].unit == "share":
            return 0.01 * under
        return 0.01 * self.wanted * (1.0 if self.counts else under)

    def figure(self, over: Floats, under: Floats) -> Floats:
        """The figure itself; nan for 0/0."""
        if self.counts:
            return over
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(over / under)


def parse(text: str) -> Target:
    """The target written as on_time=0.98, on_time@level:district>=97%, wait<=4 or letters<=100.

    `=` is at least, or at most where less is better. ValueError says what is wrong.
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError(f"target {text!r}: write INDICATOR=NUMBER, as on_time=0.98, wait<=4 or letters<=100")
    try:
        value = float(found["value"]) / (100 if found["percent"] else 1)
        which = key(found["key"])
    except ValueError as error:
        raise ValueError(f"target {text!r}: {error}") from None
    target = Target(which, value)
    _check(target, text, found["sign"])
    return target


def _check(target: Target, text: str, sign: str) -> None:
    name, unit = target.key.indicator, INDICATORS[target.key.indicator].unit
    if sign != "=" and (sign == ">=") != target.higher:
        right = "at least" if target.higher else "at most"
        raise ValueError(f"target {text!r}: {name} is wanted {right}, write {target.text}")
    if target.wanted < 0:
        raise ValueError(f"target {text!r}: a figure is 0 or more")
    if unit == "share" and target.wanted > 1:
        right = f"write {target.wanted / 100:g} or {target.wanted:g}%"
        raise ValueError(f"target {text!r}: a share is 1 at most, {right}")
    if unit != "share" and "%" in text:
        raise ValueError(f"target {text!r}: {name} is in {unit}, not in %")
    pooled = target.key.of.startswith("pool:")
    if pooled != (name in {"utilisation", "waiting"}) and not (pooled and name in _POOLED):
        where = "needs @pool:OFFICE/NAME" if not pooled else f"a pool has only {', '.join(sorted(_POOLED))}"
        raise ValueError(f"target {text!r}: {where}")


def parts(targets: Sequence[Target], outcome: Outcome) -> Floats:
    """Of each target what these offices add to it: (targets, 2), `over` and `under`."""
    found = np.zeros((len(targets), 2))
    for i, target in enumerate(targets):
        kind, _, name = target.key.of.partition(":")
        if kind == "pool":
            found[i] = _pool(target.key.indicator, outcome.pools.get(name))
            continue
        for office, tally in outcome.tallies.items():
            if not kind or name == (tally.level if kind == "level" else office):
                found[i] += _tally(target.key.indicator, tally)
    return found


def _tally(indicator: str, tally: Tally) -> tuple[float, float]:
    if indicator in _RATES:
        over, under = _RATES[indicator]
        return float(over(tally)), float(under(tally))
    return float(getattr(tally, indicator)), 0.0


def _pool(indicator: str, pool: Mapping[str, Any] | None) -> tuple[float, float]:
    if pool is None:
        return 0.0, 0.0
    if indicator == "mean_wait_hours":
        return pool["waited"] / HOUR, float(pool["begun"])
    if indicator == "waiting":
        return float(pool["waiting"]), 0.0
    return pool["utilisation"] or 0.0, 1.0
