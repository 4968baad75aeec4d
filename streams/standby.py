"""The partitions that other workers work on, followed by the states that they write.

So any worker answers for all of them, and whoever takes a partition over has its states already. What comes
is kept as it came, the newest of each key; the views are made of it once somebody asks, and then kept up.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as Partition

from streams.processor import PartitionProcessor

STILL_SECONDS = 15.0
"""A partition in which messages wait for so long without any progress is worked on by nobody."""
CHUNK = 200
"""Records that are taken over at once, before others have their turn."""
FETCH_MS = 300


class Follower:
    """One partition: its processor as far as it was asked for, and what was written since."""

    def __init__(self, processor: PartitionProcessor) -> None:
        self.processor = processor
        self.position = 0
        self.end: int | None = None
        """How far the states went when it was seen first."""
        self._stored: dict[bytes, bytes | None] = {}
        self._moved = (-1, time.monotonic())

    def keep(self, records: Sequence[Any]) -> None:
        """What was written, in the order in which each key had its last record."""
        for record in records:
            self._stored.pop(record.key, None)
            self._stored[record.key] = record.value

    def fold(self) -> bool:
        """Take over a chunk of it; whether anything is left."""
        for key in list(islice(self._stored, CHUNK)):
            self.processor.follow(key, self._stored.pop(key))
        return bool(self._stored)

    @property
    def whole(self) -> bool:
        """Whether all is known that was there in the beginning."""
        return self.end is not None and self.position >= self.end and not self._stored

    def look(self, unread: int) -> None:
        """See whether somebody works on what waits."""
        if not unread or self.processor.progress.offset != self._moved[0]:
            self._moved = self.processor.progress.offset, time.monotonic()

    @property
    def stands(self) -> bool:
        """Whether messages wait, and nobody has worked on them for a while."""
        return time.monotonic() - self._moved[1] > STILL_SECONDS


class Standby:
    """Followers of the partitions that this worker does not own; `processors` shows those that are whole."""

    def __init__(self, states: str, make: Callable[[], PartitionProcessor]) -> None:
        """`states`: the topic; `make`: a processor without any state."""
        self.processors: dict[int, PartitionProcessor] = {}
        self._states, self._make = states, make
        self._followers: dict[int, Follower] = {}
        self._asked = asyncio.Event()
        self._consumer: AIOKafkaConsumer | None = None

    async def run(self, consumer: AIOKafkaConsumer) -> None:
        """Follow until cancelled; the consumer is started, and reads what is committed from the beginning."""
        self._consumer = consumer
        self._assign()
        await asyncio.gather(self._read(consumer), self._fold())

    def ask(self) -> None:
        """From now on the views are wanted."""
        self._asked.set()

    def follow(self, parts: Iterable[int]) -> None:
        """Follow these partitions too."""
        for part in set(parts) - self._followers.keys():
            self._followers[part] = Follower(self._make())
        self._assign()

    def take(self, part: int) -> Follower | None:
        """The follower of a partition, for who takes that over; it is followed no more."""
        self.processors.pop(part, None)
        follower = self._followers.pop(part, None)
        self._assign()
        return follower

    def look(self, unread: Callable[[int], int]) -> None:
        """See how the others' work goes on, every now and then; `unread` messages wait in a partition."""
        for part, follower in self._followers.items():
            follower.look(unread(part))

    def standing(self) -> list[int]:
        """The partitions that nobody seems to work on."""
        return [part for part, one in sorted(self._followers.items()) if one.stands]

    def _assign(self) -> None:
        if self._consumer is None:
            return
        self._consumer.assign([Partition(self._states, part) for part in self._followers])
        for part, follower in self._followers.items():
            self._consumer.seek(Partition(self._states, part), follower.position)

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            if not self._followers:
                await asyncio.sleep(FETCH_MS / 1000)
                continue
            unseen = [(part, one) for part, one in self._followers.items() if one.end is None]
            new = {Partition(self._states, part): one for part, one in unseen}
            for place, end in (await consumer.end_offsets(list(new)) if new else {}).items():
                new[place].end = end
            for place, records in (await consumer.getmany(timeout_ms=FETCH_MS)).items():
                follower = self._followers.get(place.partition)
                if follower is not None and records[0].offset >= follower.position:
                    follower.keep(records)
                    follower.position = records[-1].offset + 1
            for place in consumer.assignment():  # what ends a transaction takes an offset too
                follower = self._followers.get(place.partition)
                if follower is not None:
                    follower.position = max(follower.position, await consumer.position(place))

    async def _fold(self) -> None:
        await self._asked.wait()
        while True:
            left = False
            for part, follower in list(self._followers.items()):
                left = follower.fold() or left
                await asyncio.sleep(0)
                if follower.whole and self._followers.get(part) is follower:
                    self.processors[part] = follower.processor
            if not left:
                await asyncio.sleep(FETCH_MS / 1000)
