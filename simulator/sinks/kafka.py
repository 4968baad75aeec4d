"""Kafka as a sink: events in, acknowledged by all replicas, once each, in order within an office.

The one module that knows the producer; `motcua replay` uses it too.
Each record carries the CloudEvents attributes as headers (binary content mode).
"""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from dossier.event import VERSION, Event, Message, key

TOPIC = "dossier-events"


class SinkError(RuntimeError):
    """Events could not be delivered; says how many and what to do."""


class KafkaTopic:
    """The events topic; `put` blocks while the broker is away, and nothing is dropped in silence.

    `secured` is what the producer needs beside the address, where the broker asks who we are.
    """

    def __init__(
        self,
        address: str,
        topic: str = TOPIC,
        patience: float = 60.0,
        secured: Mapping[str, Any] | None = None,
    ) -> None:
        self._topic = topic
        self._address = address
        self._failed: list[Exception] = []
        self.sent = 0
        try:
            self._producer = KafkaProducer(
                bootstrap_servers=address,
                client_id="motcua",
                bootstrap_timeout_ms=5_000,
                acks="all",
                enable_idempotence=True,
                linger_ms=50,
                batch_size=256 * 1024,
                compression_type="gzip",
                max_block_ms=int(patience * 1000),
                delivery_timeout_ms=int(patience * 1000),
                request_timeout_ms=min(30_000, int(patience * 1000) - 1000),
                **(secured or {}),
            )
            self._partitions = sorted(self._producer.partitions_for(topic) or ())
        except KafkaError as error:
            raise SinkError(f"no Kafka answers at {address}: is it started, is the address right?") from error
        if not self._partitions:
            raise SinkError(f"the broker at {address} has no topic {topic}: motcua topics create makes it")

    def put(self, event: Message | None, value: bytes) -> None:
        """Send a message to its office's partition, a control event to every one; None: it is no event.

        SinkError if it, or an earlier one, could not be delivered.
        """
        if event is None:
            self._send(value, None, [("content-type", b"application/octet-stream")])
        elif isinstance(event, Event):
            self._send(value, key(event), headers(event))
        else:
            for partition in self._partitions:
                self._send(value, None, headers(event), partition)

    def copy(
        self, partition: int, name: bytes | None, about: list[tuple[str, bytes]], value: bytes | None
    ) -> None:
        """Send a record of another broker's topic as it was there; SinkError as with `put`."""
        self._send(value, name, about, partition)

    def flush(self) -> None:
        """Wait until all that was put is acknowledged."""
        try:
            self._producer.flush()
        except KafkaTimeoutError as error:
            raise SinkError(
                f"the broker at {self._address} did not acknowledge in time; run again"
            ) from error
        self._check()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.flush()
        finally:
            self._close()

    def _close(self) -> None:
        try:
            self._producer.close(timeout=5)
        except KafkaError:  # the broker is away: what waits for it is given up, and has been told
            self._producer._sender.force_close()
            self._producer.close(timeout=5)

    def _send(
        self,
        value: bytes | None,
        name: bytes | None,
        about: list[tuple[str, bytes]],
        partition: int | None = None,
    ) -> None:
        self._check()
        try:
            future = self._producer.send(self._topic, value, name, about, partition)
        except KafkaError as error:
            raise SinkError(f"the broker at {self._address} takes no more ({error}); run again") from error
        future.add_errback(self._failed.append)
        self.sent += 1

    def _check(self) -> None:
        if self._failed:
            first = self._failed[0]
            raise SinkError(f"{len(self._failed)} events were not acknowledged, the first because: {first}")


def headers(event: Message) -> list[tuple[str, bytes]]:
    """The CloudEvents 1.0 attributes of an event, as Kafka headers."""
    if isinstance(event, Event):
        source, subject = f"/{quote(event.scenario)}/{quote(event.office)}", f"{event.dossier_id}/{event.seq}"
    else:
        source, subject = f"/{quote(event.scenario)}", event.at.isoformat()
    tag = event.__struct_config__.tag
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", f"{event.scenario}/{subject}".encode()),
        ("ce_source", source.encode()),
        ("ce_type", f"vn.motcua.{tag}".encode()),
        ("ce_time", event.at.isoformat().encode()),
        ("content-type", b"application/json"),
        ("version", b"%d" % VERSION),
    ]
