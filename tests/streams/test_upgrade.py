"""A running group is upgraded, its states are made anew, and its events are backed up and restored."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
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


def letters(address: str) -> list[str]:
    return [letter.reason for letter in KafkaOutcomes(address, {}).letters()]


def figures(worker: Worker) -> dict[str, Any]:
    return worker.indicators(NAME, END.isoformat(), by="office")


@pytest.fixture(scope="module")
def kafka() -> Iterator[str]:
    """A broker of their own, with the history, a message of nonsense, and one of a version after ours."""
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


def test_a_group_is_upgraded_while_events_of_a_new_type_come_and_its_states_are_made_anew(kafka, tmp_path):
    """The new type is dead until the upgrade, then taken; made anew, nothing shows that it ever was.

    The states' topic is gone and the group's offsets are not: the worker begins again by itself.
    """
    of_group = ("--kafka", kafka, "--name", "w1")
    old = Worker(tmp_path / "old", *of_group, program=("tests.streams.older", NEWEST))
    new = Worker(tmp_path / "new", *of_group)
    unknown = sum(fact.__struct_config__.tag == NEWEST for fact in FACTS)
    right, ids = wanted()
    try:
        old.start()
        dead = {"unknown_type": unknown, "not_json": 1}
        old.until(lambda: Counter(letters(kafka)) == dead)
        assert old.stop() == 0
        new.start()
        again = motcua("dead-letters", "replay", "--reason", "unknown_type", "--kafka", kafka)
        assert again == f"sent again: {unknown} (unknown_type {unknown})\n"
        assert figures(new) == right
        assert Counter(letters(kafka)) == dead
        assert new.get("/healthz")["anomalies"][NAME]["gap"] > 0
        assert Counter(told(kafka)) == dict.fromkeys(ids, 1)
        assert new.stop() == 0
        with connected(kafka) as admin:
            admin.delete_topics([topics.state_topic("motcua")])
        new.start()
        assert figures(new) == right
        assert "gap" not in new.get("/healthz")["anomalies"][NAME]
        new.until(lambda: Counter(told(kafka)) == dict.fromkeys(ids, 2))
        assert len(motcua("alerts", "--format", "json", "--kafka", kafka).splitlines()) == len(ids)
        assert Counter(letters(kafka)) == {**dead, "not_json": 2}
        listed = motcua("dead-letters", "list", "--reason", "not_json", "--format", "json", "--kafka", kafka)
        assert len(listed.splitlines()) == 1
    finally:
        old.end()
        new.end()


def test_events_are_backed_up_and_restored_into_a_new_kafka(kafka, tmp_path):
    file = tmp_path / "events.jsonl.gz"
    said = motcua("topics", "backup", file, "--kafka", kafka)
    before = {
        (record.partition, record.offset): plain(record) for record in records(kafka, topics.EVENTS, {})
    }
    assert said == f"{len(before):,} records are in {file}\n"
    with local_kafka() as other:
        assert (
            motcua("topics", "restore", file, "--kafka", other) == f"{len(before):,} records are restored\n"
        )
        after = {
            (record.partition, record.offset): plain(record) for record in records(other, topics.EVENTS, {})
        }
        assert after == before
        worker = Worker(tmp_path / "worker", "--kafka", other)
        try:
            worker.start()
            right, ids = wanted()
            assert figures(worker) == right
            worker.until(lambda: Counter(told(other)) == dict.fromkeys(ids, 1))
            assert letters(other) == ["not_json"]
        finally:
            worker.end()
        with pytest.raises(AssertionError, match="is not empty: restore into a Kafka without events"):
            motcua("topics", "restore", file, "--kafka", other)


def plain(record: Any) -> tuple[Any, ...]:
    return record.key, record.value, record.headers
