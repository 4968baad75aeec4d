"""A broker and two workers, in the places where they are struck."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path

from streams import topics
from streams.cluster import local_cluster
from streams.node import Broker
from tests.streams.places import SideDoor, Wire, small_disk, wire
from tests.streams.proxy import Proxy
from tests.streams.worker import Worker

ANSWER_SECONDS = 0.3
"""So long each answer of a slow broker takes."""
DISK_KILOBYTES = 64


class Bench:
    """Brokers and workers, and what was done to them."""

    def __init__(self, brokers: Sequence[Broker], luck: random.Random) -> None:
        self.brokers, self.luck = brokers, luck
        self.address = ",".join(broker.address for broker in brokers)
        topics.ensure(self.address)
        self.workers: list[Worker] = []
        self.wire: Wire | None = None
        self.proxy: Proxy | None = None
        self.strikes = 0
        self.wrong: list[str] = []
        """What a strike showed that should not be."""

    def add(
        self,
        folder: Path,
        address: str = "",
        within: Sequence[str] = (),
        program: Sequence[str] = ("motcua",),
    ) -> None:
        """One more worker; the first one is asked for the figures."""
        follow = ("--kafka", address or self.address, "--name", f"w{len(self.workers)}")
        self.workers.append(Worker(folder, *follow, within=within, program=program))

    def some(self) -> Worker:
        """A worker, chosen by luck."""
        return self.luck.choice(self.workers)

    def revive(self) -> None:
        """Begin again whoever has ended, as a supervisor does."""
        for worker in self.workers:
            if worker.ended:
                worker.start(wait=False)


Setting = Callable[[Path, random.Random], AbstractContextManager[Bench]]
"""Brokers that serve, with the topics, and workers that are not started yet."""


@contextmanager
def ordinary(
    folder: Path, luck: random.Random, size: int = 1, program: Sequence[str] = ("motcua",)
) -> Iterator[Bench]:
    """All on this machine."""
    with local_cluster(folder / "kafka", size=size) as cluster:
        bench = Bench(cluster.brokers, luck)
        for name in "01":
            bench.add(folder / name, program=program)
        yield bench


three = partial(ordinary, size=3)


@contextmanager
def slow(
    folder: Path,
    luck: random.Random,
    seconds: float = ANSWER_SECONDS,
    names: str = "01",
    program: Sequence[str] = ("motcua",),
) -> Iterator[Bench]:
    """The broker's answers to the workers take so long."""
    with Proxy(seconds) as proxy:
        broker = SideDoor(folder / "kafka", named=f"127.0.0.1:{proxy.port}")
        proxy.target = broker.side
        with _serving(broker):
            bench = Bench([broker], luck)
            bench.proxy = proxy
            for name in names:
                bench.add(folder / name, broker.named, program=program)
            yield bench


quick = partial(slow, seconds=0.0, names="0")
"""One worker, so that nothing is waited for but the broker."""


@contextmanager
def beyond_a_wire(folder: Path, luck: random.Random) -> Iterator[Bench]:
    """The second worker is in a network namespace."""
    with wire() as one:
        broker = SideDoor(folder / "kafka", host=one.here)
        with _serving(broker):
            bench = Bench([broker], luck)
            bench.wire = one
            bench.add(folder / "0")
            bench.add(folder / "1", broker.named, within=one.prefix)
            yield bench


@contextmanager
def on_small_disks(folder: Path, luck: random.Random) -> Iterator[Bench]:
    """Each worker has a tiny disk for its log and all else that it might write."""
    with ExitStack() as stack:
        bench = stack.enter_context(ordinary(folder, luck))
        for worker in bench.workers:
            stack.enter_context(small_disk(worker.folder, DISK_KILOBYTES))
        yield bench


@contextmanager
def _serving(broker: Broker) -> Iterator[None]:
    broker.start()
    try:
        yield
    finally:
        broker.stop()
