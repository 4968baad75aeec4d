"""On a real Kafka: a running group is upgraded, and its events are backed up, lost and restored."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("kafka", reason="the extra kafka is not installed")

from dossier.event import Tick, encode
from dossier.figures.indicators import report
from dossier.law.calendar import vietnam
from dossier.life import alerts
from simulator.run import run
from simulator.scenario.files import load
from simulator.sinks.kafka import KafkaTopic
from streams import topics
from streams.admin import connected
from streams.broker import local_kafka
from streams.outcomes import KafkaOutcomes
from streams.processor import PartitionProcessor
from streams.reading import records
from tests.streams.worker import Worker

pytestmark = pytest.mark.kafka

NEWEST = "step_finished"
NAME = "quickstart"
WORLD = load(NAME)
FACTS = list(run(WORLD, 7, until=WORLD.start + timedelta(days=4)))
UNKNOWN = sum(fact.__struct_config__.tag == NEWEST for fact in FACTS)
DEAD = {"unknown_type": UNKNOWN, "not_json": 1}
END = max(fact.at for fact in FACTS) + timedelta(days=20)


def motcua(*words: object) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "motcua", *map(str, words)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def wanted() -> tuple[dict[str, Any], set[str]]:
    """Figures and alerts of who knew every type from the start."""
    book = vietnam()
    processor = PartitionProcessor(book, watch=True)
    for offset, message in enumerate([*FACTS, Tick(scenario=NAME, at=END)]):
        processor.apply(offset, encode(message))
    cells = processor.world(NAME).tally(END.timestamp())
    figures = report(cells, NAME, END.timestamp(), "office", "first", book.zone)
    return figures, {found.id for found in processor.alerts()}


def told(address: str) -> list[str]:
    """The ids of all alerts on the topic."""
    return [alerts.decode(raw).id for raw in KafkaOutcomes(address, {}).alerts()]


Events = dict[tuple[int, int], tuple[Any, ...]]


def events(address: str) -> Events:
    """Partition and offset to all that a record is."""
    found = records(address, topics.EVENTS, {})
    return {(one.partition, one.offset): (one.key, one.value, one.headers) for one in found}


def letters(address: str) -> list[str]:
    return [letter.reason for letter in KafkaOutcomes(address, {}).letters()]


def figures(worker: Worker) -> dict[str, Any]:
    return worker.indicators(NAME, END.isoformat(), by="office")


@pytest.fixture
def kafka() -> Iterator[str]:
    """A broker of its own, with the history, a message of nonsense, and one of a version after ours."""
    with local_kafka() as address:
        topics.ensure(address)
        with KafkaTopic(address) as topic:
            with pytest.MonkeyPatch.context() as later:
                later.setattr("simulator.sinks.kafka.VERSION", 2)
                topic.put(FACTS[0], encode(FACTS[0])[:-1] + b',"later":{}}')
            for fact in FACTS[1:]:
                topic.put(fact, encode(fact))
            topic.put(None, b"\xff{")
            tick = Tick(scenario=NAME, at=END)
            topic.put(tick, encode(tick))
        yield address


def test_a_group_is_upgraded_then_all_is_lost_and_restored_from_a_backup(kafka, tmp_path):
    """A type that the old worker does not know is dead until the upgrade, and taken then.

    Of a backup of the events all comes again, as if the type had always been known. The group's offsets were
    not lost and stand at the end: a worker without states begins again by itself.
    """
    of_group = ("--kafka", kafka, "--name", "w1")
    old = Worker(tmp_path / "old", *of_group, within=(sys.executable, "-m", "tests.streams.older", NEWEST))
    new = Worker(tmp_path / "new", *of_group)
    file = tmp_path / "events.jsonl.gz"
    try:
        old.start()
        upgraded(kafka, old, new)
        before = backed_up(kafka, file)
        assert new.stop() == 0
        lose(kafka, topics.EVENTS, topics.state_topic("motcua"))
        restored(kafka, file, before)
        made_anew(kafka, new)
        with pytest.raises(AssertionError, match="is not empty: restore into a Kafka without events"):
            motcua("topics", "restore", file, "--kafka", kafka)
    finally:
        old.end()
        new.end()


def upgraded(kafka: str, old: Worker, new: Worker) -> None:
    old.until(lambda: Counter(letters(kafka)) == DEAD)
    assert old.stop() == 0
    new.start()
    again = motcua("dead-letters", "replay", "--reason", "unknown_type", "--kafka", kafka)
    assert again == f"sent again: {UNKNOWN} (unknown_type {UNKNOWN})\n"
    right, ids = wanted()
    assert figures(new) == right
    assert new.get("/healthz")["anomalies"][NAME]["gap"] > 0
    assert Counter(letters(kafka)) == DEAD
    assert Counter(told(kafka)) == dict.fromkeys(ids, 1)


def backed_up(kafka: str, file: Path) -> Events:
    said = motcua("topics", "backup", file, "--kafka", kafka)
    before = events(kafka)
    assert said == f"{len(before):,} records are in {file}\n"
    return before


def lose(kafka: str, *names: str) -> None:
    with connected(kafka) as admin:
        admin.delete_topics(list(names))
    while topics.found(kafka).keys() & set(names):  # it takes a moment
        continue


def restored(kafka: str, file: Path, before: Events) -> None:
    said = motcua("topics", "restore", file, "--kafka", kafka)
    assert said == f"{len(before):,} records are restored\n"
    assert events(kafka) == before


def made_anew(kafka: str, worker: Worker) -> None:
    """Alerts and dead letters come once more, and are listed once."""
    worker.start()
    right, ids = wanted()
    assert figures(worker) == right
    assert "gap" not in worker.get("/healthz")["anomalies"][NAME]
    worker.until(lambda: Counter(told(kafka)) == dict.fromkeys(ids, 2))
    assert Counter(letters(kafka)) == {**DEAD, "not_json": 2}
    assert len(motcua("alerts", "--format", "json", "--kafka", kafka).splitlines()) == len(ids)
    listed = motcua("dead-letters", "list", "--reason", "not_json", "--format", "json", "--kafka", kafka)
    assert len(listed.splitlines()) == 1
