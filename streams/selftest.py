"""Whether a broker does as Apache Kafka does in what our exactness rests on: some only speak like it."""

import time
import uuid
from collections.abc import Mapping
from contextlib import closing
from typing import NamedTuple

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from streams.security import Security
from streams.shapes import SELFTEST

PATIENCE_SECONDS = 20.0
_PART = TopicPartition(SELFTEST, 0)
_TAKEN_BACK, _KEPT = b"taken back", b"kept"


class Trial(NamedTuple):
    """What was seen of two records, one of a transaction that was taken back and one of one that holds."""

    taken_back: int
    """Its offset, as all are that follow but the last."""
    end: int
    """Where the topic was said to end just after it was sent."""
    kept: int
    read: Mapping[int, bytes]
    """What a reader of what is committed got, from the first record on; offset to value."""


def fault(trial: Trial) -> str:
    """What is wrong, in words that follow on "the broker"; "" for nothing."""
    if trial.end <= trial.taken_back:
        return f"says that a topic ends at {trial.end} after it has taken record {trial.taken_back}"
    if trial.taken_back in trial.read:
        return "shows a record of a transaction that was taken back to a reader of what is committed"
    if trial.kept not in trial.read:
        return "does not show a committed record to a reader of what is committed"
    return ""


def tried(address: str, security: Security, group: str) -> Trial:
    """Send the two records to the topic for trials, which must be there, and read them."""
    settings = {"bootstrap_servers": address, "client_id": "motcua-selftest", **security.kafka_python()}
    producer = KafkaProducer(
        **settings,
        acks="all",
        transactional_id=f"{group}-selftest-{uuid.uuid4()}",  # its own: two workers may begin at once
        transaction_timeout_ms=int(PATIENCE_SECONDS * 1000),
        max_block_ms=int(PATIENCE_SECONDS * 1000),
    )
    reader = KafkaConsumer(
        **settings, isolation_level="read_committed", enable_auto_commit=False, auto_offset_reset="earliest"
    )
    with closing(producer), closing(reader):
        reader.assign([_PART])
        producer.init_transactions()
        taken_back = _sent(producer, _TAKEN_BACK)
        end = _end(settings)
        producer.abort_transaction()
        kept = _sent(producer, _KEPT)
        producer.commit_transaction()
        reader.seek(_PART, taken_back)
        return Trial(taken_back, end, kept, _read(reader, kept))


def _sent(producer: KafkaProducer, value: bytes) -> int:
    """The offset of a record in a new transaction, which stays open."""
    producer.begin_transaction()
    return int(producer.send(SELFTEST, value, partition=0).get(PATIENCE_SECONDS).offset)


def _end(settings: Mapping[str, object]) -> int:
    with closing(KafkaConsumer(**settings, enable_auto_commit=False)) as looker:
        return int(looker.end_offsets([_PART])[_PART])


def _read(reader: KafkaConsumer, until: int) -> dict[int, bytes]:
    read: dict[int, bytes] = {}
    end = time.monotonic() + PATIENCE_SECONDS
    while until not in read and time.monotonic() < end:
        for record in reader.poll(timeout_ms=500).get(_PART, ()):
            read[record.offset] = record.value
    return read
