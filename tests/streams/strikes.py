"""The faults: what is done to a history before it is sent, and to the bench between two chunks of it."""

import random
import shutil
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from dossier.event import Event, Message
from tests.streams.bench import Bench, Setting, beyond_a_wire, on_small_disks, ordinary, quick, slow, three
from tests.streams.history import unacknowledged
from tests.streams.places import fill

CHUNKS = 40
"""Parts in which a history is sent; a strike may come between two of them."""
FIRST, SECOND = CHUNKS // 3, 2 * CHUNKS // 3
AWAY_SECONDS = 60.0
"""So long the broker is away."""
CUT_SECONDS = (2.0, 20.0)
"""So long the network is cut: of the first the group sees nothing, in the second it shares out the work."""
AT_WORK_SECONDS = 15.0
"""So long a worker that is to be killed is given to come to its work."""
STUCK_SECONDS = 2.0
"""So long each answer takes while a chunk is stuck."""
SIGTERM_SECONDS = 10.0
"""In this time a worker that is told to end has ended in order."""


def plain(messages: list[Message], _: random.Random) -> list[Message | bytes]:
    """In order, once."""
    return list(messages)


def twice(messages: list[Message], _: random.Random) -> list[Message | bytes]:
    return [message for message in messages for _ in range(2)]


def shuffled(messages: list[Message], luck: random.Random) -> list[Message | bytes]:
    return sorted(messages, key=lambda message: message.at + timedelta(seconds=luck.uniform(0, 3600)))


def garbage(messages: list[Message], luck: random.Random) -> list[Message | bytes]:
    bad = (b"{", b"\xff\x00", b'{"type":"danced"}', b"[]", b'{"type":"accepted"}')
    return [
        m
        for message in messages
        for m in ([luck.choice(bad), message] if luck.random() < 0.01 else [message])
    ]


def behind(messages: list[Message], luck: random.Random) -> list[Message | bytes]:
    """The clock of one office in five shows the day before in the second third of the history."""
    third = len(messages) // 3
    offices = sorted({m.office for m in messages if isinstance(m, Event)})
    slow = set(luck.sample(offices, max(1, len(offices) // 5)))
    return [
        replace(m, at=m.at - timedelta(days=1))
        if third < i < 2 * third and isinstance(m, Event) and m.office in slow and not hasattr(m, "due_at")
        else m
        for i, m in enumerate(messages)
    ]


def kill(bench: Bench, chunk: int) -> None:
    """Now and then surely while it is at work, else wherever it is: in its start, or waiting for its turn."""
    if chunk % 2:
        worker = bench.some()
        if chunk % 8 == 1:
            worker.at_work(AT_WORK_SECONDS)
        worker.kill()
        worker.start(wait=False)
        bench.strikes += 1


def rolling(bench: Bench, chunk: int) -> None:
    if chunk % 8 == 4:
        for worker in bench.workers:
            worker.at_work(AT_WORK_SECONDS)
            begun = time.monotonic()
            status = worker.stop()
            if status or time.monotonic() - begun > SIGTERM_SECONDS:
                bench.wrong.append(f"SIGTERM: status {status} after {time.monotonic() - begun:.1f} s")
            worker.start()
            bench.strikes += 1


def everyone(bench: Bench, chunk: int) -> None:
    if chunk % 10 == 5:
        for worker in bench.workers:
            worker.kill()
        for worker in bench.workers:
            worker.start(wait=False)
        bench.strikes += 1


def broker(bench: Bench, chunk: int) -> None:
    (one,) = bench.brokers
    if chunk == FIRST:
        one.stop()
        time.sleep(AWAY_SECONDS)
        one.start()
    elif chunk == SECOND:
        one.kill()
        one.start()
    else:
        return
    bench.strikes += 1


def one_of_three(bench: Bench, chunk: int) -> None:
    if chunk == FIRST:
        bench.brokers[1].kill()
        bench.strikes += 1
    elif chunk == SECOND:
        bench.brokers[1].start()


def network(bench: Bench, chunk: int) -> None:
    assert bench.wire is not None
    if chunk % 13 == 5:
        for seconds in CUT_SECONDS:
            bench.wire.cut()
            time.sleep(seconds)
            bench.wire.mend()
            bench.revive()
            bench.strikes += 1


def disk(bench: Bench, chunk: int) -> None:
    """From the first third to the second the disks are full, and workers are killed and begun on them."""
    if chunk == FIRST:
        for worker in bench.workers:
            fill(worker.folder)
    elif chunk == SECOND:
        for worker in bench.workers:
            (worker.folder / "ballast").unlink()
    kill(bench, chunk)


def files(bench: Bench, chunk: int) -> None:
    """What a worker has left on its disk is gone, or spoilt, when it comes back."""
    if chunk % 4 == 1:
        worker = bench.some()
        worker.kill()
        if chunk % 8 == 1:
            shutil.rmtree(worker.folder)
        else:
            for file in filter(Path.is_file, worker.folder.rglob("*")):
                file.write_bytes(bench.luck.randbytes(1000))
        worker.start(wait=False)
        bench.strikes += 1


def back(bench: Bench, chunk: int) -> None:
    """The workers' own clocks go an hour back; some of them are killed as well."""
    if chunk % 10 == 5:
        for worker in bench.workers:
            if not worker.ended:
                worker.signal(signal.SIGUSR1)
    kill(bench, chunk)


def stuck(bench: Bench, chunk: int) -> None:
    """A chunk comes while answers take long, and the worker is killed once it has acknowledged it.

    Ours has not when its time is up: its transaction has two answers to wait for. What is acknowledged is
    looked at without the proxy.
    """
    assert bench.proxy is not None
    if chunk == FIRST:
        _wait(bench, 60)
        bench.proxy.seconds = STUCK_SECONDS
    elif chunk == FIRST + 1:
        _wait(bench, 2.5 * STUCK_SECONDS)
        bench.proxy.seconds = 0.0
        everyone(bench, 5)


def _wait(bench: Bench, seconds: float) -> None:
    """Until all is acknowledged, or so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and unacknowledged(bench.address):
        time.sleep(0.1)


class Fault(NamedTuple):
    """What is done to the messages before they are sent, to the bench between two chunks, and where."""

    messages: Callable[[list[Message], random.Random], list[Message | bytes]]
    strike: Callable[[Bench, int], None]
    setting: Setting = ordinary


FAULTS: dict[str, Fault] = {
    "kill": Fault(plain, kill),
    "rolling": Fault(plain, rolling),
    "all": Fault(plain, everyone),
    "files": Fault(plain, files),
    "broker": Fault(plain, broker),
    "one_of_three": Fault(plain, one_of_three, three),
    "network": Fault(plain, network, beyond_a_wire),
    "twice": Fault(twice, kill),
    "shuffled": Fault(shuffled, kill),
    "garbage": Fault(garbage, kill),
    "disk": Fault(plain, disk, on_small_disks),
    "clock": Fault(behind, back, partial(ordinary, program=("tests.streams.drifting",))),
    "slow": Fault(plain, kill, slow),
    "stuck": Fault(plain, stuck, quick),
}

WEAKER: dict[str, Fault] = {
    ways: Fault(plain, stuck, partial(quick, program=("tests.streams.weaker", ways)))
    for ways in ("trusting", "hasty", "hasty+trusting")
}
"""The last fault with workers that lack what keeps ours exact; those that lack both lose events."""
