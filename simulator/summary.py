"""What a run came to: the figures of its parts, added up and put into words."""

import resource
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from simulator.engine.pools import Pool
from simulator.engine.province import Province
from simulator.engine.tally import Tally
from simulator.engine.trouble import Trouble, find


@dataclass(frozen=True)
class Outcome:
    """What became of some offices of a run."""

    tallies: Mapping[str, Tally]
    """By office."""
    pools: Mapping[str, Mapping[str, Any]]
    """By "office/pool", or the centre's name."""
    trouble: Sequence[Trouble]
    events: int
    seconds: float
    """Processor time."""
    peak_mb: float


def outcome(province: Province, seconds: float, before: Iterable[Trouble] = ()) -> Outcome:
    """What became of a province's offices in so many seconds of processor time; `before`: earlier trouble."""
    for name, office in province.offices.items():
        tally = province.tallies[name]
        tally.visitors, tally.left = office.visitors, office.left
    pools = {name: _pool(pool) for name, pool in sorted(province.pools.items())}
    return Outcome(province.tallies, pools, find(province, before), province.ledger.told, seconds, peak_mb())


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The figures of a run in its parts: counts, rates, means; by level and pool; and how fast the engine
    was."""
    whole = Tally()
    levels: dict[str, Tally] = {}
    for _, tally in sorted(_all(part.tallies for part in outcomes), key=itemgetter(0)):
        whole += tally
        levels.setdefault(tally.level, Tally(tally.level)).__iadd__(tally)
    events, seconds = sum(part.events for part in outcomes), sum(part.seconds for part in outcomes)
    return {
        **whole.figures(),
        "levels": {level: tally.figures() for level, tally in sorted(levels.items())},
        "pools": dict(sorted(_all(part.pools for part in outcomes), key=itemgetter(0))),
        "trouble": [trouble.words for trouble in sorted(_every(part.trouble for part in outcomes))],
        "engine": {
            "events": events,
            "cpu_seconds": seconds,
            "dossiers_per_cpu_second": whole.dossiers / max(seconds, 1e-9),
            "events_per_cpu_second": events / max(seconds, 1e-9),
            "peak_mb": max(part.peak_mb for part in outcomes),
        },
    }


def _all(parts: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, Any]]:
    return (item for part in parts for item in part.items())


def _every(parts: Iterable[Sequence[Trouble]]) -> Iterable[Trouble]:
    return (trouble for part in parts for trouble in part)


def _pool(pool: Pool) -> dict[str, Any]:
    return {
        "posts": pool.posts,
        "asked": pool.asked,
        "begun": pool.begun,
        "waiting": pool.waiting,
        "gone": pool.asked - pool.begun - pool.waiting,
        "waited": pool.waited,
        "worked": pool.worked,
        "utilisation": pool.utilisation,
    }


def peak_mb() -> float:
    """The most memory that this process has had, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform != "darwin" else peak / 1024 / 1024
