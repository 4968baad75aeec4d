"""One job of ours in a process of its own, measured as the peers' scripts measure themselves.

`python -m benchmarks.ours JOB N SEED` prints one JSON line: what `impl` did, `n` dossiers of it, the seconds
of `wall` and `cpu` around the run alone (the building of its world lies inside, imports and the reading of
the scenario outside), `per_s` and `per_cpu_s` in dossiers, and the peak of memory before (`base_mb`) and
after it (`peak_mb`).
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from simulator.run import Simulation
from simulator.scenario.files import load

Figures = dict[str, Any]
YEAR = date(2026, 1, 1), date(2027, 1, 1)


class Sink:
    """Counts the bytes that it is given, as the sink of the peers' scripts does, and the lines among them."""

    lines = size = 0

    def append(self, text: bytes) -> None:
        """Take some events."""
        self.lines += text.count(b"\n")
        self.size += len(text)


def figures(simulation: Simulation) -> Figures:
    """A run that tells no events."""
    simulation.run()
    return _told(simulation.summary())


def streamed(simulation: Simulation) -> Figures:
    """A run whose every event goes into a sink as the bytes of its JSON."""
    sink = Sink()
    for text in simulation.lines():
        sink.append(text)
    found = _told(simulation.summary())
    return {**found, "events": sink.lines, "mb": round(sink.size / 1e6, 1)}


def _told(summary: Mapping[str, Any]) -> Figures:
    pools = summary["pools"].values()
    begun = sum(pool["begun"] for pool in pools)
    waited = sum(pool["waited"] for pool in pools)
    return {
        "n": summary["dossiers"],
        "events": summary["engine"]["events"],
        "open": summary["open"],
        "mean_wait_s": round(waited / begun, 3),
    }


def five_step(n: int, seed: int) -> Callable[[], Figures]:
    """The five-step process, with no events told."""
    scenario = load("five-step")
    return lambda: figures(Simulation(scenario, seed, dossiers=n))


def five_step_json(n: int, seed: int) -> Callable[[], Figures]:
    """The same, every event told as JSON."""
    scenario = load("five-step")
    return lambda: streamed(Simulation(scenario, seed, dossiers=n))


def mm10(n: int, seed: int) -> Callable[[], Figures]:
    """Ten posts, as many customers."""
    scenario = load("mm10")
    return lambda: figures(Simulation(scenario, seed, dossiers=n))


def province(_: int, seed: int) -> Callable[[], Figures]:
    """A year of a province, with no events told."""
    scenario = load("phu-tho-2026")
    return lambda: figures(Simulation(scenario, seed, *YEAR))


def province_json(_: int, seed: int) -> Callable[[], Figures]:
    """A year of a province, every event told as JSON."""
    scenario = load("phu-tho-2026")
    return lambda: streamed(Simulation(scenario, seed, *YEAR))


JOBS: Mapping[str, Callable[[int, int], Callable[[], Figures]]] = {
    "five-step": five_step,
    "five-step-json": five_step_json,
    "mm10": mm10,
    "province": province,
    "province-json": province_json,
}
"""Name to what makes a job of so many dossiers under a seed ready to run."""


def measure(job: str, n: int, seed: int) -> Figures:
    """Run a job and time it."""
    run = JOBS[job](n, seed)
    base = _peak()
    wall, cpu = time.perf_counter(), time.process_time()
    found = run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    done = found["n"]
    return {
        "impl": f"motcua-{job}",
        "wall": round(wall, 4),
        "cpu": round(cpu, 4),
        "per_s": round(done / wall, 1),
        "per_cpu_s": round(done / cpu, 1),
        "base_mb": round(base, 1),
        "peak_mb": round(_peak(), 1),
        **found,
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    name, n, seed = sys.argv[1:]
    print(json.dumps(measure(name, int(n), int(seed))))
