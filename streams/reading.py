"""A topic read from its beginning to where it ends now: what is committed, partition by partition."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from streams.admin import TopicError

PATIENCE_MS = 10_000
_ADVICE = "docs/kafka.md says who makes topics, and who may read them"


def records(address: str, topic: str, settings: Mapping[str, Any]) -> Iterator[Any]:
    """The records of a topic; TopicError where the broker does not give them, or has none to show us."""
    try:
        with closing(_consumer(address, settings)) as consumer:
            parts = sorted(consumer.partitions_for_topic(topic) or ())
            if not parts:
                raise TopicError(f"the broker at {address} has no {topic}, or you may not see it: {_ADVICE}")
            for part in parts:
                yield from _of(consumer, TopicPartition(topic, part))
    except KafkaError as error:
        what = type(error).__name__
        raise TopicError(f"the broker at {address} does not give {topic} ({what}): {_ADVICE}") from error


def message(address: str, topic: str, part: int, offset: int, settings: Mapping[str, Any]) -> bytes | None:
    """The value of one record; None where it is not there any more."""
    with closing(_consumer(address, settings)) as consumer:
        place = TopicPartition(topic, part)
        consumer.assign([place])
        consumer.seek(place, offset)
        for found in consumer.poll(PATIENCE_MS, max_records=1).get(place, []):
            return found.value if found.offset == offset else None
    return None


def size(address: str, topic: str, settings: Mapping[str, Any]) -> int:
    """How many records a topic ever had; TopicError where the broker does not say."""
    try:
        with closing(_consumer(address, settings)) as consumer:
            parts = [TopicPartition(topic, part) for part in consumer.partitions_for_topic(topic) or ()]
            return sum(consumer.end_offsets(parts, PATIENCE_MS).values())
    except KafkaError as error:
        what = type(error).__name__
        raise TopicError(f"the broker at {address} does not give {topic} ({what}): {_ADVICE}") from error


def _of(consumer: Any, place: TopicPartition) -> Iterator[Any]:
    consumer.assign([place])
    consumer.seek_to_beginning(place)
    end = consumer.end_offsets([place], PATIENCE_MS)[place]
    while consumer.position(place, PATIENCE_MS) < end:
        found = consumer.poll(PATIENCE_MS).get(place, [])
        yield from found
        if not found and consumer.position(place, PATIENCE_MS) >= end:
            return


def _consumer(address: str, settings: Mapping[str, Any]) -> Any:
    return KafkaConsumer(
        bootstrap_servers=address,
        client_id="motcua-reading",
        bootstrap_timeout_ms=PATIENCE_MS,
        enable_auto_commit=False,
        isolation_level="read_committed",
        max_partition_fetch_bytes=4 * 2**20,
        **settings,
    )
