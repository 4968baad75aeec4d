"""What the workers gave beside the figures, read back: dead letters and alerts, on Kafka or in a store.

A letter's number says where it stands, as "3-128": its partition, and the place of the message there.
"""

from collections.abc import Iterator, Mapping
from typing import Protocol

import msgspec

from streams.local import LocalLog


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter: why it is one, and the whole message as it came."""

    partition: int
    offset: int
    reason: str
    detail: str
    raw: bytes

    @property
    def number(self) -> str:
        """Its name on the command line."""
        return f"{self.partition}-{self.offset}"


class Outcomes(Protocol):
    """Where dead letters and alerts are read."""

    def letters(self) -> Iterator[Letter]:
        """All dead letters, the oldest first in each partition."""
        ...

    def alerts(self) -> Iterator[bytes]:
        """All alerts (JSON), in the order in which they were found in each partition."""
        ...


class StoreOutcomes:
    """Those of an embedded store."""

    def __init__(self, log: LocalLog) -> None:
        self._log = log

    def letters(self) -> Iterator[Letter]:
        """By the order of the log."""
        for part, letter in self._log.dead_letters():
            yield Letter(
                partition=part,
                offset=letter.offset,
                reason=letter.reason,
                detail=letter.detail,
                raw=letter.raw,
            )

    def alerts(self) -> Iterator[bytes]:
        """By the order in which they were found."""
        return (value for _, value in self._log.alerts())


class KafkaOutcomes:
    """Those of a Kafka: what is committed, up to where the topics end now."""

    def __init__(self, address: str, settings: Mapping[str, object]) -> None:
        self._address, self._settings = address, settings

    def letters(self) -> Iterator[Letter]:
        """With the whole message, also where its letter holds only the beginning."""
        from streams.reading import message, records  # noqa: PLC0415  an extra
        from streams.shapes import DEAD, EVENTS  # noqa: PLC0415

        for record in records(self._address, DEAD, self._settings):
            about = {name: value.decode("utf-8", "replace") for name, value in record.headers or ()}
            part, offset = int(about.get("partition", record.partition)), int(about.get("offset", -1))
            raw = record.value or b""
            if int(about.get("bytes", len(raw))) > len(raw):
                raw = message(self._address, EVENTS, part, offset, self._settings) or raw
            yield Letter(
                partition=part,
                offset=offset,
                reason=about.get("reason", ""),
                detail=about.get("detail", ""),
                raw=raw,
            )

    def alerts(self) -> Iterator[bytes]:
        """By partition, in the order in which they were found."""
        from streams.reading import records  # noqa: PLC0415
        from streams.shapes import ALERTS  # noqa: PLC0415

        return (record.value for record in records(self._address, ALERTS, self._settings) if record.value)
