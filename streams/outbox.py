"""The one writer of a partition: its states, dead letters and alerts go out together, or not at all.

Each flush is one Kafka transaction, under an id that is the partition's. Whoever takes a partition over
begins with that id, and so ends what the one before left half done and fences him off: should he wake up,
Kafka refuses what he writes. Readers read what is committed.
"""

from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaProducer

from dossier.event import VERSION, key
from dossier.life.alerts import Alert, encode
from streams.records import DeadLetter
from streams.security import PLAIN, Security
from streams.topics import ALERTS, DEAD, RECORD_BYTES, state_topic

CUT = 2**20
"""Of a longer message so much stands in its dead letter."""
TRANSACTION_MS = 60_000
BATCH_BYTES = 2**19
"""So much goes to the broker in one request; the next one waits for its answer."""

State = tuple[bytes, bytes | None]
"""A key and its value; None where the state goes."""


class Outbox:
    """The transactional producer of one partition."""

    def __init__(self, address: str, group: str, part: int, security: Security = PLAIN) -> None:
        self._states, self._part = state_topic(group), part
        self._producer = AIOKafkaProducer(
            bootstrap_servers=address,
            client_id=f"motcua-{group}-{part}",
            transactional_id=f"{group}-{part}",
            transaction_timeout_ms=TRANSACTION_MS,
            max_batch_size=BATCH_BYTES,
            max_request_size=RECORD_BYTES,
            **security.aiokafka(),
        )

    async def start(self) -> None:
        """Fence off whoever wrote before; what he had not committed is gone."""
        await self._producer.start()

    async def write(
        self, states: Iterable[State], letters: Iterable[DeadLetter], alerts: Iterable[Alert]
    ) -> None:
        """Make all of it durable; KafkaError where it is not, and then none of it is."""
        part = self._part
        async with self._producer.transaction():
            sent = [
                await self._send(DEAD, b"%d" % one.offset, one.raw[:CUT], _reason(part, one))
                for one in letters
            ]
            sent += [await self._send(ALERTS, key(one), encode(one)) for one in alerts]
            sent += [await self._send(self._states, name, value) for name, value in states]
            for each in sent:
                await each

    async def stop(self) -> None:
        """Leave the broker; a transaction that is under way is not waited for."""
        await self._producer.stop()

    async def _send(
        self, topic: str, key: bytes, value: bytes | None, headers: list[tuple[str, bytes]] | None = None
    ) -> Any:
        return await self._producer.send(topic, value, key, self._part, headers=headers)


def _reason(part: int, letter: DeadLetter) -> list[tuple[str, bytes]]:
    """Why, and where the whole message lies; `bytes` is its length, of which the letter has CUT at most."""
    about = {"reason": letter.reason, "detail": letter.detail, "partition": part, "offset": letter.offset}
    about |= {"bytes": len(letter.raw), "version": VERSION}
    return [(name, str(value).encode()) for name, value in about.items()]
