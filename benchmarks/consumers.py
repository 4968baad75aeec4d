"""One consumer of the events, as a process of its own; `benchmarks.streaming` starts these side by side.

    python benchmarks/consumers.py NAME ADDRESS GROUP

motcua      our worker: states to their topic, figures, windows, due dates, alerts, dead letters
faust       what Faust's own documentation shows: two tables, counts by office and by office and hour
quixstreams  the same two counts in its state, which goes to a changelog
loop        aiokafka and msgspec, the same two counts in memory, nothing kept

Each reads the topic from its beginning and ends when nothing has come for a while. It prints one line of
JSON: `events`, `first` and `last` (wall clock, of the first message and of the last one done with), and
`cpu` (seconds of processor time between the two). Nothing of motcua is imported but for its own worker, so
that a peer can have an environment of its own.
"""

import asyncio
import json
import os
import sys
import time
from collections import Counter
from typing import Any

TOPIC = "dossier-events"
PARTITIONS = 12
QUIET_SECONDS = 6.0


class Meter:
    """When the first and the last message were done with, and the processor time between."""

    def __init__(self) -> None:
        self.events = 0
        self.first = self.last = 0.0
        self._begun = self._cpu = 0.0

    def count(self, events: int = 1) -> None:
        """So many more are done with, now."""
        self.last, self._cpu = time.time(), time.process_time()
        if not self.first:
            self.first, self._begun = self.last, self._cpu
        self.events += events

    @property
    def quiet(self) -> bool:
        """Something came, and nothing more for a while."""
        return self.events > 0 and time.time() - self.last > QUIET_SECONDS

    def tell(self) -> None:
        """Print what was measured."""
        told = {"events": self.events, "first": self.first, "last": self.last, "cpu": self._cpu - self._begun}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def motcua(address: str, group: str, meter: Meter) -> None:
    """Our worker, as `motcua monitor` runs it, without its page."""
    import uvloop  # noqa: PLC0415

    from motcua.calendars import load  # noqa: PLC0415
    from streams import topics  # noqa: PLC0415
    from streams.app import KafkaDriver  # noqa: PLC0415

    topics.ensure(address, group)

    async def work() -> None:
        driver = KafkaDriver(address, load("vn-2024"), group, f"{group}-{time.time_ns()}")
        task = asyncio.create_task(driver.run())
        done, seen = 0, None
        while not meter.quiet:
            await asyncio.sleep(0.01)
            folded = sum(processor.progress.events for processor in driver.processors.values())
            if folded and not meter.first:
                meter.count(0)
            if driver.view.last_event != seen:  # a flush went through
                seen = driver.view.last_event
                meter.count(folded - done)
                done = folded
            if task.done():
                task.result()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    uvloop.run(work())


def faust(address: str, group: str, meter: Meter) -> None:
    """The counts in Faust's tables."""
    import faust as library  # noqa: PLC0415
    import uvloop  # noqa: PLC0415
    from kafka.admin import KafkaAdminClient, NewTopic  # noqa: PLC0415

    admin = KafkaAdminClient(bootstrap_servers=address)
    compacted = {"cleanup.policy": "compact"}
    admin.create_topics(
        [
            NewTopic(f"{group}-{name}-changelog", PARTITIONS, 1, topic_configs=compacted)
            for name in ("offices", "hours")
        ]
    )
    admin.close()
    app = library.App(
        group, broker=f"kafka://{address}", store="memory://", web_enabled=False, autodiscover=False,
        topic_partitions=PARTITIONS, topic_disable_leader=True,
    )  # fmt: skip
    offices = app.Table("offices", default=int, partitions=PARTITIONS)
    hours = app.Table("hours", default=int, partitions=PARTITIONS)

    @app.agent(app.topic(TOPIC, value_type=bytes, value_serializer="raw", key_type=bytes))
    async def count(stream: Any) -> None:
        async for raw in stream:
            event = json.loads(raw)
            office = event.get("office", "")
            offices[office] += 1
            hours[f"{office} {event['at'][:13]}"] += 1
            meter.count()

    async def work() -> None:
        await app.start()
        while not meter.quiet:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        meter.tell()
        os._exit(0)  # Faust's threads would keep us

    app.finalize()
    uvloop.run(work())


def quixstreams(address: str, group: str, meter: Meter) -> None:
    """The counts in the state of quixstreams."""
    import tempfile  # noqa: PLC0415
    import threading  # noqa: PLC0415

    from quixstreams import Application  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        app = Application(
            broker_address=address, consumer_group=group, auto_offset_reset="earliest", state_dir=folder,
            loglevel="WARNING",
        )  # fmt: skip

        def count(event: dict[str, Any], state: Any) -> None:
            for key in ("all", event["at"][:13]):
                state.set(key, state.get(key, 0) + 1)
            meter.count()

        app.dataframe(app.topic(TOPIC, value_deserializer="json")).update(count, stateful=True)

        def watch() -> None:
            while not meter.quiet:
                time.sleep(0.2)
            app.stop()

        threading.Thread(target=watch, daemon=True).start()
        app.run()


def loop(address: str, group: str, meter: Meter) -> None:
    """The counts in a plain loop."""
    import msgspec  # noqa: PLC0415
    import uvloop  # noqa: PLC0415
    from aiokafka import AIOKafkaConsumer  # noqa: PLC0415

    offices: Counter[str] = Counter()
    hours: Counter[tuple[str, str]] = Counter()
    decode = msgspec.json.Decoder().decode

    async def work() -> None:
        consumer = AIOKafkaConsumer(
            TOPIC, bootstrap_servers=address, group_id=group, auto_offset_reset="earliest"
        )
        await consumer.start()
        while not meter.quiet:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                meter.count(0)
                for record in records:
                    event = decode(record.value)
                    office = event.get("office", "")
                    offices[office] += 1
                    hours[office, event["at"][:13]] += 1
                meter.count(len(records))
        await consumer.stop()

    uvloop.run(work())


def main() -> None:
    """Run the consumer that is named."""
    name, address, group = sys.argv[1:]
    meter = Meter()
    {"motcua": motcua, "faust": faust, "quixstreams": quixstreams, "loop": loop}[name](address, group, meter)
    meter.tell()


if __name__ == "__main__":
    main()
