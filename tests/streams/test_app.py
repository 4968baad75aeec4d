"""The Faust worker on a real Apache Kafka: exact, whatever happens to it."""

import asyncio
import json
import random
import signal
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from dossier.event import Accepted, Event, Message, Resolved, Tick, encode
from dossier.figures.indicators import report
from dossier.law.calendar import vietnam
from simulator.run import run
from simulator.scenario.files import load
from streams.processor import PartitionProcessor

kafka_python = pytest.importorskip("kafka", reason="the extra kafka is not installed")
from simulator.sinks.kafka import KafkaTopic  # noqa: E402
from streams import topics  # noqa: E402
from streams.app import KafkaDriver  # noqa: E402

pytestmark = pytest.mark.kafka

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


def motcua(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "motcua", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def send(kafka: str, messages: list[Message | bytes]) -> None:
    topics.ensure(kafka)
    with KafkaTopic(kafka) as topic:
        for message in messages:
            if isinstance(message, bytes):
                topic.put(None, message)
            else:
                topic.put(message, encode(message))


def simulated() -> list[Event]:
    return list(run(load("quickstart"), seed=7))


def renamed(events: list[Event], scenario: str) -> list[Event]:
    return [msgspec.structs.replace(event, scenario=scenario) for event in events]


def batch(events: list[Event], scenario: str, as_of: datetime, calendar) -> dict:
    processor = PartitionProcessor(calendar)
    for offset, event in enumerate(events):
        processor.apply(offset, encode(event))
    cells = processor.world(scenario).tally(as_of.timestamp())
    return report(cells, scenario, as_of.timestamp(), "office", "first", calendar.zone)


def unacknowledged(kafka: str) -> int:
    """How many messages of the topic the worker's group has not committed."""
    consumer = kafka_python.KafkaConsumer(bootstrap_servers=kafka, group_id="motcua")
    try:
        parts = [kafka_python.TopicPartition(topics.EVENTS, part) for part in range(topics.PARTITIONS)]
        ends = consumer.end_offsets(parts)
        return sum(ends[part] - (consumer.committed(part) or 0) for part in parts)
    finally:
        consumer.close()


@pytest.fixture
def calendar():
    return vietnam()


@pytest.mark.shared
def test_real_logs_replayed_through_kafka_give_their_published_figures(kafka, worker, shared):
    logs = shared / "data" / "logs"
    reference = json.loads((logs / "reference.json").read_text())
    for name in ("receipt", "boston311_2013_2017"):
        motcua("replay", str(logs / f"{name}_dossiers.csv.gz"), "--kafka", kafka, "--scenario", name)
    worker.start()
    groups = {
        "receipt_by_channel": ("receipt", "channel"),
        "boston311_by_office": ("boston311_2013_2017", "office"),
    }
    for name in ("receipt", "boston311_2013_2017"):
        found = worker.indicators(name, reference[name]["as_of"])
        assert_figures(found["total"], reference[name])
    for key, (name, by) in groups.items():
        found = worker.indicators(name, reference[name]["as_of"], by=by)["by"][by]
        for group, figures in reference[key].items():
            assert_figures(found[group], figures)


def assert_figures(found: dict, wanted: dict) -> None:
    names = wanted.keys() - {"as_of"}
    assert {name: round(found[name], 6) for name in names} == {name: wanted[name] for name in names}


def test_killed_three_times_in_mid_stream_it_ends_in_the_batch_figures(kafka, worker, calendar):
    name = f"kill-{uuid.uuid4().hex[:8]}"
    events = renamed(simulated(), name)
    end = max(event.at for event in events) + timedelta(seconds=1)
    worker.start()
    for third in (events[:2500], events[2500:5000], events[5000:]):
        send(kafka, third)
        before = worker.get("/healthz")["events"]
        worker.until(lambda before=before: (worker.get("/healthz") or {"events": 0})["events"] > before)
        worker.kill()
        worker.start()
    send(kafka, [Tick(scenario=name, at=end)])
    found = worker.indicators(name, end.isoformat(), by="office")
    assert found == batch(events, name, end, calendar)


def test_every_event_twice_and_shuffled_within_an_hour_changes_no_figure(kafka, worker, calendar):
    name = f"twice-{uuid.uuid4().hex[:8]}"
    events = renamed(simulated(), name)
    luck = random.Random(3)
    moved = sorted(events * 2, key=lambda event: event.at + timedelta(seconds=luck.uniform(0, 3600)))
    end = max(event.at for event in events) + timedelta(seconds=1)
    send(kafka, [*moved, Tick(scenario=name, at=end)])
    worker.start()
    assert worker.indicators(name, end.isoformat(), by="office") == batch(events, name, end, calendar)
    assert worker.get("/healthz")["duplicates"] >= len(events)


def test_bad_messages_land_in_the_dead_letter_topic_with_their_reason(kafka, worker):
    name = f"dead-{uuid.uuid4().hex[:8]}"
    who = {"scenario": name, "dossier_id": "d1", "office": "o1"}
    good = Accepted(**who, seq=1, at=MONDAY, procedure="p", channel="c", online=True, due_at=MONDAY)
    unknown = Resolved(scenario=name, dossier_id="nobody", office="o1", seq=2, at=MONDAY)
    backwards = encode(good).replace(b'"due_at":"2026-03-02', b'"due_at":"2026-03-01')
    bad = {
        f"{name} is not JSON".encode(): "not_json",
        json.dumps({"marker": name}).encode(): "no_type",
        json.dumps({"type": "danced", "marker": name}).encode(): "unknown_type",
        backwards: "due_before_acceptance",
        encode(unknown): "unknown_dossier",
        name.encode() + b"x" * 1_000_100: "too_large",
    }
    after = Resolved(**who, seq=2, at=MONDAY + timedelta(hours=4))
    worker.start()
    before = worker.get("/healthz")["dead"]
    send(
        kafka,
        [
            good,
            *list(bad)[:4],
            unknown,
            list(bad)[5],
            after,
            Tick(scenario=name, at=MONDAY + timedelta(days=1)),
        ],
    )
    found = worker.indicators(name, (MONDAY + timedelta(hours=20)).isoformat())
    assert found["total"]["finished"] == 1
    worker.until(lambda: read_dead(kafka, name.encode()) == bad)
    dead = worker.get("/healthz")["dead"]
    assert {reason: dead[reason] - before.get(reason, 0) for reason in bad.values()} == dict.fromkeys(
        bad.values(), 1
    )


def read_dead(kafka: str, word: bytes) -> dict[bytes, str]:
    """Value to reason of the dead letters that hold a word, to the topic's end."""
    consumer = kafka_python.KafkaConsumer(
        bootstrap_servers=kafka, auto_offset_reset="earliest", enable_auto_commit=False
    )
    try:
        parts = [kafka_python.TopicPartition("dossier-events-dead", part) for part in range(12)]
        consumer.assign(parts)
        ends = consumer.end_offsets(parts)
        found = {}
        while any(consumer.position(part) < ends[part] for part in parts):
            for records in consumer.poll(timeout_ms=500).values():
                for record in records:
                    if word in record.value:
                        found[record.value] = dict(record.headers)["reason"].decode()
        return found
    finally:
        consumer.close()


def test_sigterm_ends_it_in_order_and_nothing_is_folded_twice_after(kafka, worker):
    name = f"term-{uuid.uuid4().hex[:8]}"
    what = {"scenario": name, "seq": 1, "procedure": "p", "channel": "c", "online": False}
    events = [
        Accepted(**what, dossier_id=f"d{i}", office=f"o{i % 7}", at=MONDAY + timedelta(seconds=i))
        for i in range(5000)
    ]
    send(kafka, [*events, Tick(scenario=name, at=MONDAY + timedelta(hours=2))])
    worker.start()
    as_of = (MONDAY + timedelta(minutes=90)).isoformat()
    assert worker.indicators(name, as_of)["total"]["received"] == 5000
    worker.until(lambda: unacknowledged(kafka) == 0)
    assert worker.stop() == 0
    worker.start()
    assert worker.indicators(name, as_of)["total"]["received"] == 5000


def test_a_worker_that_wakes_up_after_it_was_replaced_loses_nothing(kafka, worker, tmp_path, calendar):
    name = f"zombie-{uuid.uuid4().hex[:8]}"
    events = renamed(simulated(), name)
    end = max(event.at for event in events) + timedelta(seconds=1)
    names = ("first", "second", "third")
    workers = [type(worker)(tmp_path / who, "--kafka", kafka, "--name", who) for who in names]
    first, second, third = workers
    try:
        first.start()
        first.until(lambda: first.get("/readyz"))
        send(kafka, events[:4000])
        first.until(lambda: name in first.get("/healthz")["clocks"])
        first.signal(signal.SIGSTOP)
        second.start()
        send(kafka, [*events[4000:], Tick(scenario=name, at=end)])
        assert second.indicators(name, end.isoformat(), by="office") == batch(events, name, end, calendar)
        first.signal(signal.SIGCONT)
        time.sleep(3)
        first.kill()
        second.kill()
        assert "never retrieved" not in first.log.read_text("utf-8")
        third.start()
        assert third.indicators(name, end.isoformat(), by="office") == batch(events, name, end, calendar)
    finally:
        for one in workers:
            one.end()


def test_after_a_flush_that_was_cut_off_no_later_state_goes_out(calendar):
    """Else the partition's record would say that it has seen what no state holds."""
    written = []

    class CutOff:
        async def write(self, *records):
            written.append(records)
            raise asyncio.CancelledError

    async def flushes() -> None:
        driver = KafkaDriver("127.0.0.1:1", calendar)
        processor = driver.processors[0] = PartitionProcessor(calendar)
        driver._outboxes[0] = CutOff()
        for offset, event in enumerate(simulated()[:2]):
            processor.apply(offset, encode(event))
            with suppress(asyncio.CancelledError):
                await driver._flush()

    asyncio.run(flushes())
    assert len(written) == 1
