"""The Kafka driver: Faust brings messages of the partitions it owns; the state goes to a compacted topic.

Faust is used for membership, assignment and the agent, not for tables or windows (`docs/decisions.md`).
What makes it exact: states, dead letters and alerts are committed first (`outbox`), source events
acknowledged after.
"""

import asyncio
import logging
import time
from collections import ChainMap
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import faust
import msgspec
from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as Partition
from aiokafka.errors import KafkaError, ProducerFenced
from faust.types import TP

from dossier.law.calendar import Book
from streams.batches import Batches
from streams.outbox import Outbox
from streams.processor import PartitionProcessor
from streams.records import DeadLetter
from streams.security import PLAIN, Security
from streams.standby import CHUNK, Standby
from streams.topics import EVENTS, PARTITIONS, state_topic
from streams.view import StreamView

FLUSH_EVENTS = 2000
FLUSH_SECONDS = 0.5
AHEAD = 4
"""So many flushes' events are folded while one is on its way, at most."""
BUFFER = 256
"""Batches that wait for the fold; beyond, nothing more is fetched."""
LOOK_SECONDS = 0.5
STILL_LOOKS = 20
"""After so many looks without any message, though some wait, they are read again from the states."""
STOP_SECONDS = 3
FAREWELL_SECONDS = 1

FENCED = "another worker has taken over its partitions (it was away for too long, or shares its --name)"

_log = logging.getLogger("motcua.streams")


class WorkerError(RuntimeError):
    """The worker cannot go on; what it had not acknowledged, the next one gets."""


class KafkaDriver:
    """One worker of the group; `view` shows all partitions, and `view.own` those that it owns."""

    def __init__(
        self,
        address: str,
        book: Book,
        group: str = "motcua",
        name: str = "worker",
        security: Security = PLAIN,
        keep: float | None = None,
        *,
        standby: bool = True,
    ) -> None:
        """`keep`: seconds of stream time after which what is done with is put away; None: never.

        `standby`: follow the partitions of others too, and answer for all.
        """
        self._address, self._group, self._security = address, group, security
        self._book, self._keep = book, keep
        self._states = state_topic(group)
        self.processors: dict[int, PartitionProcessor] = {}
        self._standby = Standby(self._states, self._processor) if standby else None
        self._known: Mapping[int, PartitionProcessor] = self.processors
        if self._standby is not None:
            self._known = ChainMap(self.processors, self._standby.processors)
        own = StreamView(self.processors, PARTITIONS, self._lag, self._waiting, self._ready, self._look)
        self.view = StreamView(
            self._known, PARTITIONS, self._lag, self._waiting, self._ready, self._look, self._others, own
        )
        self.failed: asyncio.Future[None] | None = None
        self._outboxes: dict[int, Outbox] = {}
        self._restoring: dict[int, asyncio.Task[PartitionProcessor]] = {}
        self._owned: set[int] = set()
        self._gaps: dict[int, tuple[int, int]] = {}
        self._still = (0, 0)
        self._ends: dict[int, int] = {}
        self._pending: list[Any] = []
        self._folded = 0
        self._letters: list[tuple[int, DeadLetter]] = []
        self._flushing = asyncio.Lock()
        self._torn = False
        """A flush did not go through: what it held is in no state, so no later one may go out."""
        self.app = _app(address, group, name, security)
        self.app.agent(
            self.app.topic(
                EVENTS, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
            ),
            name="fold",
        )(self._fold)
        self.app.on_partitions_assigned.connect(self._assigned)
        self.app.on_partitions_revoked.connect(self._revoked)

    async def run(self) -> None:
        """Work until cancelled; an error of the fold or of the broker ends it with that error."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_told_once)
        self.failed = loop.create_future()
        self.app.finalize()
        self.app.conf.web_enabled = False
        self._ends_consumer = self._consumer()
        await self._ends_consumer.start()
        watchers = [asyncio.create_task(self._flush_often()), asyncio.create_task(self._watch_lag())]
        if self._standby is not None:
            following = asyncio.create_task(self._follow(self._standby))
            following.add_done_callback(self._check)
            watchers.append(following)
        try:
            await self.app.start()
            await self.failed
        finally:
            for watcher in watchers:
                watcher.cancel()
            outboxes = self._leave(list(self._outboxes))
            for last in (self._flush(), self.app.stop(), outboxes, self._ends_consumer.stop()):
                with suppress(TimeoutError, KafkaError):  # a broker that is away must not keep us
                    await asyncio.wait_for(last, STOP_SECONDS)

    def tick(self, scenario: str, at: float) -> None:
        """Move a scenario's clock in every partition owned, without a message; an unknown one has none."""
        if scenario not in self.view.scenarios():
            return
        for part, processor in self.processors.items():
            self._letters += [(part, letter) for letter in processor.advance(scenario, at)]

    async def _fold(self, stream: Any) -> None:
        """The agent: the messages of a batch to their partition's processor, in order."""
        async for event in stream.noack().events():
            try:
                part, records = event.message.partition, event.message.value
                if part not in self.processors:
                    await self._restored(part)
                if part not in self.processors:
                    continue  # taken away meanwhile; not acknowledged, so its new owner gets it
                if not await self._follows(part, records[0].offset):
                    continue
                apply = self.processors[part].apply
                for record in records:
                    self._letters += [(part, letter) for letter in apply(record.offset, record.value)]
                self._pending.append(event)
                self._folded += len(records)
                if self._folded >= AHEAD * FLUSH_EVENTS:
                    await self._flush()
                elif self._folded >= FLUSH_EVENTS and not self._flushing.locked():
                    asyncio.create_task(self._flush()).add_done_callback(self._check)
            except Exception as error:
                self._fail(error)
                raise

    async def _follows(self, part: int, offset: int) -> bool:
        """Whether the message is the next one of its partition, or one that was seen before.

        Where messages are missing, the state is behind what was acknowledged: read again from the state.
        The same message coming after that once more means that the log has none between.
        """
        expected = self.processors[part].progress.offset + 1
        gap = self._gaps.get(part)
        if offset <= expected or gap == (expected, offset):
            self._gaps.pop(part, None)
            return True
        if gap is None or gap[0] != expected:
            self._gaps[part] = (expected, offset)
            await self._seek(part)
        return False

    async def _seek(self, part: int) -> None:
        offset = self.processors[part].progress.offset + 1
        _log.warning("partition %s is read again from %s, where its state stands", part, offset)
        await self.app.consumer.seek(TP(EVENTS, part), offset)

    async def _wake(self) -> None:
        """Read again what waits when nothing at all has come for a while (a commit beyond the state, say).

        Only then: a partition may wait for its turn behind the others' messages, and is not to be disturbed.
        """
        folded = sum(processor.progress.events for processor in self.processors.values())
        still = folded == self._still[0] and self._lag() > 0 and not self._flushing.locked()
        self._still = folded, self._still[1] + 1 if still else 0
        if self._still[1] >= STILL_LOOKS:
            self._still = folded, 0
            for part in self.processors:
                if self._unread(part):
                    await self._seek(part)

    async def _flush(self) -> None:
        """Make durable what was folded, then acknowledge the events that it came from.

        After one that failed, or was cancelled in its midst, none is made: the next worker folds it all anew.
        """
        async with self._flushing:
            if self._torn:
                return
            pending, self._pending, self._folded = self._pending, [], 0
            letters, self._letters = self._letters, []
            # All of it before the first await: no state goes out that knows of what is not going with it.
            writes = [
                self._outboxes[part].write(
                    processor.flush(), [one for at, one in letters if at == part], processor.alerts()
                )
                for part, processor in self.processors.items()
                if processor.changed
            ]
            self._torn = True
            await asyncio.gather(*writes)
            self._torn = False
            for event in pending:
                self._fill_gap(event.message)
                event.ack()
            if pending:
                self.view.last_event = self.view.own.last_event = time.time()

    def _fill_gap(self, message: Any) -> None:
        """Take the message out of the gap that Faust sees before it: a batch stands for all, as its last one.

        Faust would count it twice, and commit no further than there each time: one batch a second.
        """
        self.app.consumer._gap[message.tp].chop(message.offset, message.offset + 1)

    async def _restored(self, part: int) -> None:
        """Have the partition's processor in place, unless it is taken away while it is restored."""
        task = self._restoring.get(part)
        if task is None:
            task = self._restoring[part] = asyncio.create_task(self._restore(part))
        processor = await task
        if self._restoring.get(part) is task:
            self.processors[part] = processor

    async def _restore(self, part: int) -> PartitionProcessor:
        """The partition's state as the topic holds it, read to its end, which nobody else moves any more."""
        known = self._standby.take(part) if self._standby is not None else None
        processor = self._processor() if known is None else known.processor
        await self._leave([part])
        outbox = self._outboxes[part] = Outbox(self._address, self._group, part, self._security)
        await outbox.start()
        consumer = self._consumer(auto_offset_reset="earliest", isolation_level="read_committed")
        await consumer.start()
        try:
            source = Partition(self._states, part)
            consumer.assign([source])
            if known is not None:
                consumer.seek(source, known.position)
            end = (await consumer.end_offsets([source]))[source]
            while await consumer.position(source) < end:
                for records in (await consumer.getmany(timeout_ms=1000)).values():
                    if known is not None:
                        known.keep(records)
                        continue
                    for record in records:
                        _restore(processor, record)
        finally:
            await _farewell(consumer)
        if known is None:
            for count, _ in enumerate(processor.rebuilt()):
                if not count % CHUNK:
                    await asyncio.sleep(0)
        while known is not None and known.fold():  # noqa: ASYNC110 (there is no event: others have their turn)
            await asyncio.sleep(0)
        return processor

    def _processor(self) -> PartitionProcessor:
        return PartitionProcessor(self._book, watch=True, keep=self._keep)

    async def _follow(self, standby: Standby) -> None:
        consumer = self._consumer(auto_offset_reset="earliest", isolation_level="read_committed")
        try:
            await consumer.start()
            await standby.run(consumer)
        finally:
            await _farewell(consumer)

    def _others(self) -> list[int]:
        """The partitions of others that nobody works on; from now on the others' states are wanted."""
        if self._standby is None:
            return []
        self._standby.ask()
        return self._standby.standing()

    def _consumer(self, **settings: Any) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(bootstrap_servers=self._address, **self._security.aiokafka(), **settings)

    async def _leave(self, parts: Iterable[int]) -> None:
        """Write no more to these partitions."""
        mine = [outbox for part in parts if (outbox := self._outboxes.pop(part, None)) is not None]
        await asyncio.gather(*map(_farewell, mine))

    async def _assigned(self, _: Any, assigned: Iterable[Any], **__: Any) -> None:
        self._owned = {tp.partition for tp in assigned if tp.topic == EVENTS}
        for part in self._owned - self.processors.keys():
            asyncio.create_task(self._restored(part)).add_done_callback(self._check)
        if self._standby is not None:
            self._standby.follow(set(range(PARTITIONS)) - self._owned)

    async def _revoked(self, _: Any, revoked: Iterable[Any], **__: Any) -> None:
        await self._flush()
        self._owned = set()
        gone = {tp.partition for tp in revoked if tp.topic == EVENTS}
        for part in gone:
            self.processors.pop(part, None)
            self._restoring.pop(part, None)
        await self._leave(gone)

    async def _flush_often(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await self._flush()
            except Exception as error:
                self._fail(error)
                raise

    async def _watch_lag(self) -> None:
        while True:
            await self._look()
            if self._ready():
                await self._wake()
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        """See where each partition ends now."""
        parts = [Partition(EVENTS, part) for part in self._known]
        try:
            ends = await self._ends_consumer.end_offsets(parts) if parts else {}
        except KafkaError as error:
            _log.warning("the broker does not say where the partitions end: %s", error)
            ends = {}
        self._ends = {tp.partition: end for tp, end in ends.items()}
        if self._standby is not None:
            self._standby.look(self._unread)

    def _lag(self) -> int:
        return sum(map(self._unread, self.processors))

    def _waiting(self, part: int) -> int | None:
        """How many messages of a partition wait; None where nobody has looked yet."""
        return self._unread(part) if part in self._ends else None

    def _unread(self, part: int) -> int:
        known = self._known.get(part)
        return 0 if known is None else max(0, self._ends.get(part, 0) - known.progress.offset - 1)

    def _ready(self) -> bool:
        """All that the group assigned to this worker is restored."""
        return bool(self._owned) and self._owned <= self.processors.keys()

    def _check(self, task: "asyncio.Task[Any]") -> None:
        if not task.cancelled() and task.exception() is not None:
            self._fail(task.exception())

    def _fail(self, error: BaseException | None) -> None:
        if self.failed is not None and not self.failed.done():
            why = FENCED if isinstance(error, ProducerFenced) else str(error)
            self.failed.set_exception(WorkerError(f"the worker stops: {why}; start it again"))


def _told_once(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """The first write that fails ends the worker and says why; asyncio would tell of the others, too."""
    if not isinstance(context.get("exception"), KafkaError):
        loop.default_exception_handler(context)


def _restore(processor: PartitionProcessor, record: Any) -> None:
    try:
        processor.restore(record.key, record.value)
    except msgspec.DecodeError as error:  # ValidationError is one
        raise WorkerError(
            f"{record.topic}, partition {record.partition}, offset {record.offset} holds no state of ours "
            f"({error}): remove the topic, and the states are made anew from the events"
        ) from error


async def _farewell(client: AIOKafkaConsumer | Outbox) -> None:
    """Close a client; over TLS uvloop would wait half a minute for the broker to say goodbye as well."""
    with suppress(TimeoutError):
        await asyncio.wait_for(client.stop(), FAREWELL_SECONDS)


def _app(address: str, group: str, name: str, security: Security) -> faust.App:
    """The settings that `docs/decisions.md` gives the reasons of."""
    return faust.App(
        group,
        broker=f"kafka://{address}",
        broker_credentials=security.faust(),
        store="memory://",
        autodiscover=False,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=PARTITIONS,
        table_standby_replicas=0,
        broker_session_timeout=10,
        broker_heartbeat_interval=3,
        broker_rebalance_timeout=20,
        broker_commit_interval=1,
        broker_max_poll_records=5000,
        stream_buffer_maxsize=BUFFER,
        ConsumerScheduler=Batches,
        stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=name,
    )
