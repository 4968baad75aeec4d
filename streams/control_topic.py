"""The control topic of a Kafka: what `streams.control` is in the embedded store."""

from collections.abc import Iterator
from contextlib import contextmanager

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from streams.control import ControlError
from streams.security import PLAIN, Security
from streams.topics import CONTROL

PATIENCE_MS = 5_000
"""So long a broker may take to say where the topic ends, and what stands in it."""


class KafkaControl:
    """The orders in the topic, which must be there (`topics.ensure_control`)."""

    def __init__(self, address: str, security: Security = PLAIN) -> None:
        self._part = TopicPartition(CONTROL, 0)
        self._address = address
        with self._told():
            self._consumer = KafkaConsumer(
                bootstrap_servers=address,
                client_id="motcua-control",
                bootstrap_timeout_ms=PATIENCE_MS,
                enable_auto_commit=False,
                **security.kafka_python(),
            )
            self._consumer.assign([self._part])
            self._next = self._end()
            self._consumer.seek(self._part, self._next)

    def orders(self) -> list[bytes]:
        """What was sent since the last time; ControlError where the broker does not answer."""
        found: list[bytes] = []
        with self._told():
            end = self._end()
            while self._next < end:
                records = self._consumer.poll(PATIENCE_MS).get(self._part)
                if not records:
                    break
                found += [record.value or b"" for record in records]
                self._next = records[-1].offset + 1
        return found

    def close(self) -> None:
        """Leave the broker."""
        self._consumer.close()

    def _end(self) -> int:
        return int(self._consumer.end_offsets([self._part], PATIENCE_MS)[self._part])

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except KafkaError as error:
            raise ControlError(
                f"the broker at {self._address} does not say what {CONTROL} holds ({type(error).__name__})"
            ) from error
