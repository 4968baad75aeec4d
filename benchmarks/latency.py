"""How long an event takes to be in the worker's figures: `python -m benchmarks.latency`; see `--help`.

Events of a province go to a real Kafka at a steady rate, whether the worker keeps up or not; `motcua monitor`
follows it in a process of its own. An event is in the figures when /healthz, which is read every few
milliseconds, counts it in its partition: all figures are views of the same states. It is durable when a
reader of what is committed finds it in the topic of states. Both are counted from just before it was sent.
Beside that the worker answers Prometheus, as in its work.
"""

import gc
import json
import os
import subprocess
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from itertools import islice
from math import ceil
from operator import itemgetter
from pathlib import Path
from threading import Event as Flag
from typing import NamedTuple

import click
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from msgspec import msgpack

from dossier.event import Event, encode, key
from motcua.show import table
from simulator.run import Simulation
from simulator.scenario.files import load
from streams import topics
from streams.cluster import local_cluster
from streams.node import free_port
from streams.partition import PROGRESS
from streams.records import Progress

ROOT = Path(__file__).parents[1]
SCENARIO = "phu-tho-2026"
GROUP = "motcua"
LINGER_MS = 2
LOOK_SECONDS = 0.005
SCRAPE_SECONDS = 15.0
PATIENCE_SECONDS = 90.0
SHARES = (0.5, 0.9, 0.99, 1.0)

Plan = Iterable[tuple[float, Event]]
"""What is sent, and how many seconds after the beginning."""
Reached = dict[int, list[tuple[int, float]]]
"""Of each partition: how many of its events, and when that was seen first (monotonic seconds)."""


class Sent(NamedTuple):
    """An event: when it should go, when it went, when the broker had it, and where in the topic it lies.

    In monotonic seconds; the broker's time is whole milliseconds.
    """

    due: float
    at: float
    stored: float
    part: int
    offset: int


class Measured(NamedTuple):
    """What went, what was seen of it in the figures and in the topic of states, and the worker's work."""

    sent: list[Sent]
    figures: Reached
    durable: Reached
    busy: float
    """Processor seconds of the worker a second, while events were sent."""
    load: float
    """The machine's, in the last minute of that."""


def province(seed: int) -> Iterator[Event]:
    """The events of a province, in order."""
    return (fact for fact in Simulation(load(SCENARIO), seed).facts() if isinstance(fact, Event))


def steady(events: Iterable[Event], rate: float) -> Plan:
    """So many a second."""
    return ((n / rate, event) for n, event in enumerate(events))


def measure(plan: Plan) -> Measured:
    """Send it to a Kafka and a worker of its own; RuntimeError where not all of it arrives."""
    messages = [(due, key(event), encode(event)) for due, event in plan]
    gc.freeze()  # or looking through so many messages would hold up the sender
    over = Flag()
    figures: Reached = {part: [] for part in range(topics.PARTITIONS)}
    durable: Reached = {part: [] for part in range(topics.PARTITIONS)}
    with local_cluster(size=1) as cluster:
        topics.ensure(cluster.address, GROUP)
        with worker(cluster.address) as (port, busy), ThreadPoolExecutor(3) as pool:
            watchers = [
                pool.submit(look, port, figures, over),
                pool.submit(follow, cluster.address, durable, over),
                pool.submit(scrape, port, over),
            ]
            try:
                begun = time.monotonic(), busy()
                sent = send(cluster.address, messages)
                share = (busy() - begun[1]) / (time.monotonic() - begun[0])
                machine = os.getloadavg()[0]
                for reached in (figures, durable):
                    arrive(sent, reached)
            finally:
                over.set()
            for watcher in watchers:
                watcher.result()
    return Measured(sent, figures, durable, share, machine)


@contextmanager
def worker(address: str) -> Iterator[tuple[int, Callable[[], float]]]:
    """A worker at work, as its user runs it: its port, and the processor seconds that it has used."""
    port = free_port()
    command = [sys.executable, "-m", "motcua", "monitor", "--kafka", address, "--group", GROUP]
    process = subprocess.Popen(
        [*command, "--port", f"{port}"],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": f"{ROOT}"},
    )

    def busy() -> float:
        ticks = Path(f"/proc/{process.pid}/stat").read_text("ascii").rpartition(")")[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    try:
        until(lambda: ready(port), "the worker does not begin")
        yield port, busy
    finally:
        process.terminate()
        process.wait(15)


def ready(port: int) -> bool:
    """Whether the worker has its partitions."""
    with suppress(ConnectionError):
        return get(HTTPConnection("127.0.0.1", port, timeout=30), "/readyz")[0] == 200
    return False


def get(connection: HTTPConnection, path: str) -> tuple[int, bytes]:
    """The status and the text of an answer."""
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


def until(there: Callable[[], bool], otherwise: str) -> None:
    """Returns once it is so; RuntimeError where it never is."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not there():
        if time.monotonic() > end:
            raise RuntimeError(otherwise)
        time.sleep(0.05)


def send(address: str, messages: Iterable[tuple[float, bytes, bytes]]) -> list[Sent]:
    """Send each when it is due, or at once where that has passed, and wait for none."""
    producer = KafkaProducer(bootstrap_servers=address, acks="all", linger_ms=LINGER_MS)
    producer.partitions_for(topics.EVENTS)
    begun, going = time.monotonic(), []
    for after, name, value in messages:
        due = begun + after
        time.sleep(max(0.0, due - time.monotonic()))
        going.append((due, time.monotonic(), producer.send(topics.EVENTS, value, name)))
    producer.close()
    told = [(due, at, future.get()) for due, at, future in going]
    wall = time.time() - time.monotonic()
    return [
        Sent(due, at, lies.timestamp / 1000 - wall, lies.partition, lies.offset) for due, at, lies in told
    ]


def look(port: int, figures: Reached, over: Flag) -> None:
    """See how many events of each partition the worker counts."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    while not over.wait(LOOK_SECONDS):
        parts = json.loads(get(connection, "/healthz")[1])["parts"]
        now = time.monotonic()
        for part, counts in parts.items():
            note(figures[int(part)], counts["events"], now)


def follow(address: str, durable: Reached, over: Flag) -> None:
    """See how many events of each partition the committed states know."""
    known = msgpack.Decoder(Progress).decode
    consumer = KafkaConsumer(
        bootstrap_servers=address, auto_offset_reset="earliest", isolation_level="read_committed"
    )
    consumer.assign([TopicPartition(topics.state_topic(GROUP), part) for part in durable])
    while not over.is_set():
        for source, records in consumer.poll(timeout_ms=200).items():
            now = time.monotonic()
            for record in records:
                if record.key == PROGRESS:
                    note(durable[source.partition], known(record.value).offset + 1, now)
    consumer.close()


def scrape(port: int, over: Flag) -> None:
    """Ask for the metrics as Prometheus does."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    while not over.wait(SCRAPE_SECONDS):
        get(connection, "/metrics")


def note(rows: list[tuple[int, float]], count: int, now: float) -> None:
    """That a partition has come so far, if that is new."""
    if count > (rows[-1][0] if rows else 0):
        rows.append((count, now))


def arrive(sent: Sequence[Sent], reached: Reached) -> None:
    """Wait until all of it is there."""
    ends = {part: offset + 1 for *_, part, offset in sent}  # the last of a partition is the highest
    until(
        lambda: all(
            rows[-1:] and rows[-1][0] >= ends[part] for part, rows in reached.items() if part in ends
        ),
        "not all events arrived",
    )


def delays(sent: Iterable[Sent], reached: Reached) -> list[float]:
    """Seconds from just before each was sent until it was reached, in order of length."""
    first = itemgetter(0)
    seen = ((one, reached[one.part]) for one in sent)
    return sorted(row[bisect_right(row, one.offset, key=first)][1] - one.at for one, row in seen)


def shares(seconds: Sequence[float]) -> list[str]:
    """The delay that so large a share of the events did not exceed, in ms."""
    return [f"{seconds[ceil(share * len(seconds)) - 1] * 1000:,.0f} ms" for share in SHARES]


def rows(sent: Sequence[Sent], measured: Measured) -> Iterator[tuple[str, ...]]:
    """A line for each place that an event comes to: the delays of those that were sent."""
    yield "on the topic", *shares(sorted(max(0.0, one.stored - one.at) for one in sent))
    yield "in the figures", *shares(delays(sent, measured.figures))
    yield "durable", *shares(delays(sent, measured.durable))


def after(measured: Measured, seconds: float) -> list[Sent]:
    """What was due so long after the first or later."""
    return [one for one in measured.sent if one.due >= measured.sent[0].due + seconds]


def state(measured: Measured) -> str:
    """How busy the machine was, and what that did to the sender."""
    late = max(one.at - one.due for one in measured.sent)
    return (
        f"load {measured.load:.1f} on {os.cpu_count()} processors, of which the worker took "
        f"{measured.busy:.2f}; sent at most {late * 1000:,.0f} ms late"
    )


@click.command(help=__doc__)
@click.option("--rate", default=200, show_default=True, help="Events a second.")
@click.option("--seconds", default=60, show_default=True, help="How long it is measured.")
@click.option("--warm", default=15, show_default=True, help="Seconds before that; these events do not count.")
def main(rate: int, seconds: int, warm: int) -> None:
    """Send, see, print the table."""
    events = list(islice(province(seed=1), rate * (warm + seconds)))
    measured = measure(steady(events, rate))
    sent = after(measured, warm)
    click.echo(f"{len(sent):,} events of {SCENARIO} at {rate}/s; {state(measured)}\n")
    click.echo(table(("", "p50", "p90", "p99", "max"), list(rows(sent, measured))))


if __name__ == "__main__":
    main()
