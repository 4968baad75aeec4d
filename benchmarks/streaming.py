"""Our worker beside others on one topic of a real Kafka: `python -m benchmarks.streaming`; see `--help`.

The topic is loaded first with the events of a province. Each run has a group of its own and reads all of it.
Rounds interleave the runs, each a process of its own, and the median counts. Two workers share the
partitions of one group; how much more they do than one is taken by the processor time that the busier of
them spent, for the broker has the same processors.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from typing import NamedTuple
from zlib import crc32

import click
from msgspec.structs import replace

from dossier.event import Event, encode
from motcua.show import table
from simulator.run import Simulation
from simulator.scenario.files import load
from simulator.sinks.kafka import KafkaTopic
from streams import topics
from streams.cluster import local_cluster

CONSUMERS = Path(__file__).with_name("consumers.py")
ROOT = CONSUMERS.parents[1]
PATIENCE_SECONDS = 900
SPREAD = 60
SCENARIO = "phu-tho-2026"


class Job(NamedTuple):
    """A consumer, how many of it share the work, and how many events of the topic it is given."""

    name: str
    consumer: str
    workers: int = 1


JOBS = (
    Job("motcua", "motcua"),
    Job("motcua, two workers", "motcua", 2),
    Job("Faust Table", "faust"),
    Job("quixstreams", "quixstreams"),
    Job("plain loop", "loop"),
)


class Run(NamedTuple):
    """Events a second of the clock, of processor time of all its workers, and of the busiest of them."""

    clock: float
    cpu: float
    busiest: float


def preload(address: str, events: int, spread: bool = False) -> None:
    """Send so many events of a province; `spread`: each office as many, so that no partition is hot."""
    topics.ensure(address)
    facts = (fact for fact in Simulation(load(SCENARIO), 1).facts() if isinstance(fact, Event))
    with KafkaTopic(address) as topic:
        for fact in islice(facts, events):
            event = replace(fact, office=_part_of(fact)) if spread else fact
            topic.put(event, encode(event))


def _part_of(event: Event) -> str:
    return f"{event.office}/{crc32(event.dossier_id.encode()) % SPREAD}"


def measure(job: Job, address: str, events: int, python: str) -> Run:
    """One run of a job; RuntimeError where it did not do all of it."""
    group = f"bench-{time.time_ns()}"
    command = [python, str(CONSUMERS), job.consumer, address, group]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
                         env={"PYTHONPATH": str(ROOT), "PATH": ""})
        for _ in range(job.workers)
    ]  # fmt: skip
    told = []
    for process in running:
        out, said = process.communicate(timeout=PATIENCE_SECONDS)
        if process.returncode or not out:
            raise RuntimeError(f"{job.name} ended with {process.returncode}:\n{said[-2000:]}")
        told.append(json.loads(out.splitlines()[-1]))
    done = sum(one["events"] for one in told)
    if done < events:
        raise RuntimeError(f"{job.name} did {done:,} of {events:,} events")
    seconds = max(one["last"] for one in told) - min(one["first"] for one in told)
    cpu = [one["cpu"] for one in told]
    return Run(events / seconds, events / sum(cpu), events / max(cpu))


def pythons(peers: Path | None) -> Iterator[tuple[str, str]]:
    """A consumer and the Python that has its packages; one that is not there is left out."""
    ours = sys.executable
    yield from ((name, ours) for name in ("motcua", "faust", "loop"))
    if peers is not None:
        yield "quixstreams", str((peers / "v_quix" / "bin" / "python").absolute())


@click.command(help=__doc__)
@click.option("--events", default=200_000, show_default=True, help="On the topic.")
@click.option("--rounds", default=3, show_default=True)
@click.option(
    "--peers", type=click.Path(path_type=Path), help="Folder with v_quix, an environment with quixstreams."
)
@click.option("--spread", is_flag=True, help="Offices split up, so that every partition has its share.")
@click.option("--only", multiple=True, help="Jobs, by name.")
def main(events: int, rounds: int, peers: Path | None, spread: bool, only: Sequence[str]) -> None:
    """Load the topic, run the rounds, print the table."""
    having = dict(pythons(peers))
    jobs = [job for job in JOBS if job.consumer in having and (not only or job.name in only)]
    found: dict[str, list[Run]] = {job.name: [] for job in jobs}
    with local_cluster(size=1) as cluster:
        preload(cluster.address, events, spread)
        for _ in range(rounds):
            for job in jobs:
                run = measure(job, cluster.address, events, having[job.consumer])
                found[job.name].append(run)
                click.echo(f"{job.name}: {run.clock:,.0f} events/s", err=True)
    click.echo(f"{events:,} events of {SCENARIO}, median of {rounds} rounds\n")
    click.echo(table(("", "events/s", "per CPU second", "per CPU second of one worker"), list(rows(found))))


def rows(found: dict[str, list[Run]]) -> Iterator[tuple[str, ...]]:
    """A line a job."""
    for name, runs in found.items():
        yield name, *(f"{median(figures):,.0f}" for figures in zip(*runs, strict=True))


if __name__ == "__main__":
    main()
