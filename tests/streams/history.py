"""A known history, what should come of it, and what came."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from kafka import TopicPartition
from kafka.admin import OffsetSpec
from msgspec.structs import replace

from dossier.event import Event, Message, encode
from dossier.life.alerts import decode as read_alert
from motcua.calendars import load as calendar
from motcua.measure import figures_of, fold_files
from simulator.run import Simulation
from simulator.scenario.files import load
from streams import topics
from streams.admin import TopicError, connected
from streams.outcomes import KafkaOutcomes
from streams.processor import PartitionProcessor
from streams.reading import records
from streams.view import StreamView
from tests.streams.bench import Bench

PATIENCE = 300.0
NAME = "faults"
GROUP = "motcua"
BOOK = calendar("vn-2024")


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
    processors = {part: PartitionProcessor(BOOK, watch=True) for part in range(topics.PARTITIONS)}
    alerts: Counter[str] = Counter()
    letters: Counter[tuple[int, int, str]] = Counter()
    for record in records(address, topics.EVENTS, {}):
        processor = processors[record.partition]
        for letter in processor.apply(record.offset, record.value):
            letters[record.partition, letter.offset, letter.reason] += 1
        alerts.update(alert.id for alert in processor.alerts())
    view = StreamView(processors, topics.PARTITIONS, lambda: 0, lambda _: False)
    return Outcome(view.indicators(NAME, datetime.fromisoformat(end).timestamp(), "office"), alerts, letters)


def measured(messages: Iterable[Message], folder: Path, end: str) -> dict[str, Any]:
    """The figures that `motcua measure` has of messages in a file."""
    path = folder / "history.jsonl"
    path.write_bytes(b"".join(encode(message) + b"\n" for message in messages))
    return figures_of(fold_files([path], {}, book=BOOK), NAME, (None, datetime.fromisoformat(end)), "office")


def outcome(bench: Bench, end: str) -> Outcome:
    """What came, once all is read; asked of one worker that has taken over from the others."""
    first, *others = bench.workers
    for worker in others:
        if not worker.ended:
            worker.stop()
    if first.ended:
        first.start()
    found = first.indicators(NAME, end, seconds=PATIENCE, by="office")
    first.until(lambda: unacknowledged(bench.address) == 0, PATIENCE)
    if status := first.stop():
        bench.wrong.append(f"SIGTERM in the end: status {status}")
    told = KafkaOutcomes(bench.address, {})
    return Outcome(
        found,
        Counter(read_alert(raw).id for raw in told.alerts()),
        Counter((letter.partition, letter.offset, letter.reason) for letter in told.letters()),
    )


def unacknowledged(address: str, group: str = GROUP) -> int:
    """How many events a group has not acknowledged; -1 while there is no group."""
    parts = [TopicPartition(topics.EVENTS, part) for part in range(topics.PARTITIONS)]
    try:
        with connected(address) as admin:
            ends = admin.list_partition_offsets(dict.fromkeys(parts, OffsetSpec.LATEST))
            reached = admin.list_group_offsets({group: parts})[group]
    except TopicError:
        return -1
    return sum(ends[part].offset - max(0, reached[part].offset) for part in parts)


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
