"""Faults on a real Kafka, each with a known history through two workers: `make faults`, or

    python -m tests.streams.faults [--events 200000] [NAME ...]

    kill        a worker, chosen by luck, is killed (-9) twenty times while events come
    rolling     the workers are ended (SIGTERM) and begun again, one after the other
    all         all workers are killed at once, and begun again
    broker      the broker is ended for a while, and later killed (-9)
    one_of_three  a broker of three is killed while events come
    twice       every event comes twice
    shuffled    events come shuffled within an hour
    garbage     one message in a hundred is none
    clock       a source's clock runs a day behind for a while

Each ends with every figure of `motcua measure`, each alert once and each dead letter once, or says what
differs. What should be is reckoned from the topic itself, by the same fold without a broker, and the figures
of the history in order as well, as `motcua measure` has them.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from msgspec.structs import replace

from dossier.event import Event, Message, Tick, encode
from dossier.figures.indicators import report
from dossier.life.alerts import decode as read_alert
from motcua.calendars import load as calendar
from simulator.run import Simulation
from simulator.scenario.files import load
from simulator.sinks.kafka import KafkaTopic
from streams import topics
from streams.cluster import Cluster, local_cluster
from streams.outcomes import KafkaOutcomes
from streams.processor import PartitionProcessor
from streams.reading import records
from streams.view import StreamView
from tests.streams.worker import Worker

CHUNKS = 40
"""Parts in which a history is sent; a fault may come between two of them."""
PATIENCE = 300.0
NAME = "faults"
CALENDAR = "vn-2024"


class Bench:
    """A broker, two workers and a history on its way."""

    def __init__(self, cluster: Cluster, folder: Path, workers: int, luck: random.Random) -> None:
        self.cluster, self.luck = cluster, luck
        topics.ensure(cluster.address)
        self.workers = [
            Worker(folder / f"{n}", "--kafka", cluster.address, "--name", f"w{n}") for n in range(workers)
        ]
        self.count = 0

    def some(self) -> Worker:
        """A worker, chosen by luck."""
        return self.luck.choice(self.workers)

    def revive(self) -> None:
        """Begin again whoever has ended, as a supervisor does."""
        for worker in self.workers:
            if worker.ended:
                worker.start(wait=False)


class Fault(NamedTuple):
    """What is done to the messages before they are sent, and to the bench between two chunks of them."""

    messages: Callable[[list[Message], random.Random], list[Message | bytes]]
    strike: Callable[[Bench, int], None]
    brokers: int = 1


def plain(messages: list[Message], _: random.Random) -> list[Message | bytes]:
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


def nothing(_: Bench, __: int) -> None:
    """No strike."""


def kill(bench: Bench, chunk: int) -> None:
    if chunk % 2:
        worker = bench.some()
        worker.kill()
        worker.start(wait=False)
        bench.count += 1


def rolling(bench: Bench, chunk: int) -> None:
    if chunk % 8 == 4:
        for worker in bench.workers:
            worker.stop()
            worker.start()
            bench.count += 1


def everyone(bench: Bench, chunk: int) -> None:
    if chunk % 10 == 5:
        for worker in bench.workers:
            worker.kill()
        for worker in bench.workers:
            worker.start(wait=False)
        bench.count += 1


def broker(bench: Bench, chunk: int) -> None:
    (one,) = bench.cluster.brokers
    if chunk == CHUNKS // 3:
        one.stop()
        time.sleep(AWAY)
        one.start()
    elif chunk == 2 * CHUNKS // 3:
        one.kill()
        one.start()
    else:
        return
    bench.count += 1


def one_of_three(bench: Bench, chunk: int) -> None:
    if chunk == CHUNKS // 3:
        bench.cluster.brokers[1].kill()
        bench.count += 1
    elif chunk == 2 * CHUNKS // 3:
        bench.cluster.brokers[1].start()


AWAY = 60.0
"""Seconds for which the broker is away."""

FAULTS: dict[str, Fault] = {
    "kill": Fault(plain, kill),
    "rolling": Fault(plain, rolling),
    "all": Fault(plain, everyone),
    "broker": Fault(plain, broker),
    "one_of_three": Fault(plain, one_of_three, brokers=3),
    "twice": Fault(twice, kill),
    "shuffled": Fault(shuffled, kill),
    "garbage": Fault(garbage, kill),
    "clock": Fault(behind, nothing),
}


def history(events: int, scenario: str = "an-giang-2021", seed: int = 1) -> list[Message]:
    """So many facts of a province, in order, as one world."""
    found: list[Message] = []
    while len(found) < events:
        for fact in Simulation(load(scenario), seed).facts():
            if isinstance(fact, Event):
                found.append(replace(fact, scenario=NAME, dossier_id=f"{seed}-{fact.dossier_id}"))
                if len(found) == events:
                    break
        seed += 1
    return sorted(found, key=lambda message: message.at)


class Outcome(NamedTuple):
    """What came of a history: figures, alerts and dead letters, each with how often it came."""

    figures: dict[str, Any]
    alerts: Counter[str]
    letters: Counter[tuple[int, int, str]]


def truth(address: str, end: str) -> Outcome:
    """What should be, from the topic as it stands: one plain processor a partition."""
    book = calendar(CALENDAR)
    processors = {part: PartitionProcessor(book, watch=True) for part in range(topics.PARTITIONS)}
    alerts: Counter[str] = Counter()
    letters: Counter[tuple[int, int, str]] = Counter()
    for record in records(address, topics.EVENTS, {}):
        processor = processors[record.partition]
        for letter in processor.apply(record.offset, record.value):
            letters[record.partition, letter.offset, letter.reason] += 1
        alerts.update(alert.id for alert in processor.alerts())
    view = StreamView(processors, topics.PARTITIONS, lambda: 0, lambda _: False)
    return Outcome(view.indicators(NAME, _instant(end), "office"), alerts, letters)


def batch(messages: list[Message], end: str) -> dict[str, Any]:
    """The figures of a history in order, as `motcua measure` reckons them."""
    book = calendar(CALENDAR)
    processor = PartitionProcessor(book)
    for offset, message in enumerate(messages):
        processor.apply(offset, encode(message))
    at = _instant(end)
    return report(processor.world(NAME).tally(at), NAME, at, "office", "first", book.zone)


def _instant(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def outcome(bench: Bench, end: str) -> Outcome:
    """What came, once all is read; asked of one worker that has taken over from the others."""
    first, *others = bench.workers
    for worker in others:
        if not worker.ended:
            worker.stop()
    if first.ended:
        first.start()
    found = first.indicators(NAME, end, seconds=PATIENCE, by="office")
    first.until(lambda: (first.get("/healthz") or {"lag": 1})["lag"] == 0, PATIENCE)
    time.sleep(2)  # the last flush
    told = KafkaOutcomes(bench.cluster.address, {})
    return Outcome(
        found,
        Counter(read_alert(raw).id for raw in told.alerts()),
        Counter((letter.partition, letter.offset, letter.reason) for letter in told.letters()),
    )


def differences(found: Outcome, wanted: Outcome) -> Iterator[str]:
    """What is not as it should be, a sentence each."""
    if found.figures != wanted.figures:
        total, right = found.figures["total"], wanted.figures["total"]
        wrong = {name: (value, right[name]) for name, value in total.items() if value != right[name]}
        yield f"figures, found and as they should be: {wrong}"
    for name in ("alerts", "letters"):
        came, due = getattr(found, name), getattr(wanted, name)
        missed, more = sum((due - came).values()), sum((came - due).values())
        if missed or more:
            yield f"{name}: {missed} missed, {more} too many"


class Result(NamedTuple):
    """How a fault ended."""

    name: str
    messages: int
    strikes: int
    seconds: float
    outcome: Outcome
    differences: tuple[str, ...]


def run(name: str, events: int, folder: Path, seed: int = 1) -> Result:
    """One fault, from empty topics to the comparison."""
    fault, luck, begun = FAULTS[name], random.Random(seed), time.monotonic()
    facts = history(events)
    sent = fault.messages(facts, luck)
    last = max(message.at for message in sent if not isinstance(message, bytes)) + timedelta(days=40)
    with ExitStack() as stack:
        cluster = stack.enter_context(local_cluster(folder / "kafka", size=fault.brokers))
        bench = Bench(cluster, folder, 2, luck)
        for worker in bench.workers:
            stack.callback(worker.end)
            worker.start(wait=False)
        with KafkaTopic(cluster.address, patience=PATIENCE) as topic:
            size = -(-len(sent) // CHUNKS)
            for chunk in range(CHUNKS):
                for message in sent[chunk * size : (chunk + 1) * size]:
                    _put(topic, message)
                topic.flush()
                fault.strike(bench, chunk)
                bench.revive()
            _put(topic, Tick(scenario=NAME, at=last))
        bench.revive()
        found = outcome(bench, last.isoformat())
        wanted = truth(cluster.address, last.isoformat())
    wrong = list(differences(found, wanted))
    if name != "clock" and found.figures != batch(facts, last.isoformat()):
        wrong.append("figures: not those of the history in order")
    return Result(name, len(sent), bench.count, time.monotonic() - begun, found, tuple(wrong))


def _put(topic: KafkaTopic, message: Message | bytes) -> None:
    if isinstance(message, bytes):
        topic.put(None, message)
    else:
        topic.put(message, encode(message))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run faults, print a line for each; 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*FAULTS, []], help="which (default: all)")
    parser.add_argument("--events", type=int, default=200_000, help="of the history (default: 200,000)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    wrong = 0
    for name in options.names or FAULTS:
        with TemporaryDirectory(prefix="motcua-faults-") as folder:
            result = run(name, options.events, Path(folder))
        wrong += bool(result.differences)
        about = {
            "fault": name, "messages": result.messages, "strikes": result.strikes,
            "seconds": round(result.seconds), "alerts": result.outcome.alerts.total(),
            "dead_letters": result.outcome.letters.total(), "differences": list(result.differences),
        }  # fmt: skip
        line = json.dumps(about) if options.json else "  ".join(f"{k} {v}" for k, v in about.items())
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
