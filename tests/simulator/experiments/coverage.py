"""How often nominal 95 % intervals hold the truth: `python -m tests.simulator.experiments.coverage [N]`.

Steady queues with known answers:

    M/M/5, load 0.7       mean time in the system, and the share within two mean services (Erlang C)
    tandem 2, 1.5, 1.25   mean time 1 + 2 + 4; the share within 10 is 0.794567431 (Reich)

Each experiment has 20 runs with seeds of its own, and goes on to a wanted half-width of two figures at once.
"""

import sys
from collections.abc import Iterator, Sequence
from math import exp, factorial
from typing import Any, NamedTuple

import numpy as np
from msgspec import convert, to_builtins

from benchmarks.whatif import model
from simulator.experiments import looks
from simulator.experiments.backends import Crew, crew
from simulator.experiments.controls import adjusted
from simulator.experiments.looks import FIRST, Wanted
from simulator.experiments.measures import Key, key
from simulator.experiments.runs import Experiment
from simulator.experiments.stats import Estimate
from simulator.experiments.worlds import World, warmed
from simulator.scenario.model import Scenario

MINUTES = 7 * 24 * 60
MOST = 1000
SEEDS = 1000
"""Between the first seeds of two experiments."""


class Case(NamedTuple):
    """A world whose figures are known, and how well they shall be."""

    name: str
    world: World
    truths: dict[Key, float]
    halves: dict[Key, float]
    narrower: float
    """So many times that with controls, for these to be made to go on too."""


def erlang(posts: int, load: float, within: float = 0.0) -> tuple[float, float]:
    """The mean time in an M/M/posts queue, in mean services, and the share that take no longer than `within`.

    `load`: arrivals in a mean service.
    """
    rho = load / posts
    last = load**posts / factorial(posts) / (1 - rho)
    waits = last / (sum(load**k / factorial(k) for k in range(posts)) + last)
    rest = posts - load - 1
    longer = exp(-within) * (1 + waits * (1 - exp(-within * rest)) / rest)
    return 1 + waits / (posts - load), 1 - longer


def mmc(customers: int = 2500) -> Case:
    """M/M/5."""
    unit = MINUTES * 3.5 / customers / 60
    plain: Any = to_builtins(model(5, 3.5, customers))
    plain["procedures"]["service"]["limit"] = f"{2 * unit:.10f}wh"
    world = warmed(World("mm5", convert(plain, Scenario, strict=False)), 1)
    cycle, on_time = key("cycle"), key("on_time")
    truths = {cycle: erlang(5, 3.5)[0] * unit, on_time: erlang(5, 3.5, 2.0)[1]}
    return Case("M/M/5", world, truths, {cycle: 0.024 * truths[cycle], on_time: 0.0092}, 0.68)


def tandem(customers: int = 2500) -> Case:
    """Three stations in a row, one post each."""
    plain: Any = to_builtins(model(1, 1.0, customers))
    unit = MINUTES / customers
    rates = {"a": 2.0, "b": 1.5, "c": 1.25}
    plain["procedures"]["service"] |= {
        "limit": f"{10 * unit / 60:.10f}wh",
        "route": [
            {"kind": "work", "step": name, "pool": name, "work_minutes": unit / rate}
            for name, rate in rates.items()
        ],
    }
    plain["profiles"]["queue"]["pools"] = {name: {"agency": "office"} for name in rates}
    plain["offices"]["H00.010"]["staff"] = dict.fromkeys(rates, 1)
    world = warmed(World("tandem", convert(plain, Scenario, strict=False)), 1)
    on_time, cycle = key("on_time"), key("cycle")
    truths = {on_time: 0.794567431, cycle: 7 * unit / 60}
    return Case("tandem", world, truths, {on_time: 0.0225, cycle: 0.044 * truths[cycle]}, 0.8)


def experiment(case: Case, number: int, workers: Crew) -> Iterator[tuple[str, Key, Estimate]]:
    """By each way of making an interval, what one experiment says of each figure."""
    with Experiment([case.world], 1 + SEEDS * number, backend=workers) as runs:
        sample = runs.to(FIRST)
        controls = sample.control(0, "")
        for each in case.truths:
            values = sample.of(0, each)
            yield "t", each, adjusted(values, controls[:, :0])
            yield "bootstrap", each, adjusted(values, controls[:, :0], interval="bootstrap")
            yield "t, controls", each, adjusted(values, controls)
            yield "bootstrap, controls", each, adjusted(values, controls, interval="bootstrap")
        for name, kept, times in (("stopped", 0, 1.0), ("stopped, controls", 2, case.narrower)):

            def look(count: int, kept: int = kept, times: float = times) -> Sequence[Wanted]:
                now = runs.to(count)
                own = now.control(0, "")[:, :kept]
                return [Wanted(now.of(0, each), own, half * times) for each, half in case.halves.items()]

            reached = looks.stop(look, MOST)
            assert reached.enough, (case.name, number, reached)
            for (each, _), wanted in zip(case.halves.items(), look(reached.runs), strict=True):
                first, used = looks.pilot(wanted.values, wanted.controls)
                yield name, each, first.estimate(wanted.values, used)


class Found(NamedTuple):
    """What became of many experiments, for one figure and one way."""

    covered: float
    half: float
    runs: float


def coverage(case: Case, experiments: int, workers: Crew) -> dict[tuple[str, Key], Found]:
    """By way and figure: the share of intervals that hold the truth, their mean half-width and runs."""
    found: dict[tuple[str, Key], list[tuple[bool, float, int]]] = {}
    for number in range(experiments):
        for way, each, estimate in experiment(case, number, workers):
            truth = case.truths[each]
            held = estimate.low <= truth <= estimate.high
            found.setdefault((way, each), []).append((held, estimate.half / truth, estimate.runs))
    return {place: Found(*np.mean(rows, axis=0).tolist()) for place, rows in found.items()}


def main(experiments: int) -> None:
    """Print a table."""
    with crew() as workers:
        for case in (mmc(), tandem()):
            for (way, each), found in coverage(case, experiments, workers).items():
                of = f"{case.name:8} {each.indicator:24} {way:20}"
                sys.stdout.write(f"{of} {found.covered:7.1%} ± {found.half:6.2%}, {found.runs:5.1f} runs\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1000)
