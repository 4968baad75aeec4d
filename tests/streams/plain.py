"""What Faust does by itself: counts in a Table while its workers are struck. By hand, and no test:

    python -m tests.streams.plain [kill] [exactly_once] [rolling]

    kill          one worker is killed (-9) three times while events come
    exactly_once  the same with processing_guarantee="exactly_once"
    rolling       two workers are ended (SIGTERM) and begun again, one after the other, twice

The worker is the one of Faust's own documentation; the count is read where the next worker would read it,
from the changelog: the last value of each key. Each prints how many events there were, and its count.
"""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import faust
from kafka.admin import KafkaAdminClient, NewTopic

from dossier.event import Event, encode
from simulator.sinks.kafka import KafkaTopic
from streams import topics
from streams.cluster import local_cluster
from streams.reading import records
from tests.streams.history import history, unacknowledged

EVENTS = 8000
CHUNKS = 40
CHUNK_SECONDS = 0.3
PATIENCE_SECONDS = 180
GROUP = "plain"
CHANGELOG = f"{GROUP}-offices-changelog"
ROOT = Path(__file__).parents[2]


def work(address: str, name: str, guarantee: str, folder: str) -> None:
    """A worker, until it is told to end."""
    app = faust.App(
        GROUP, broker=f"kafka://{address}", store="memory://", datadir=folder, web_enabled=False,
        autodiscover=False, topic_partitions=topics.PARTITIONS, topic_disable_leader=True,
        topic_allow_declare=False, processing_guarantee=guarantee, consumer_group_instance_id=name,
        broker_session_timeout=10, broker_heartbeat_interval=3, consumer_auto_offset_reset="earliest",
    )  # fmt: skip
    offices = app.Table("offices", default=int, partitions=topics.PARTITIONS)

    @app.agent(app.topic(topics.EVENTS, value_type=bytes, value_serializer="raw", key_type=bytes))
    async def count(stream: Any) -> None:
        async for raw in stream:
            offices[json.loads(raw)["office"]] += 1

    faust.Worker(app, loglevel="warning").execute_from_commandline()


class Plain:
    """A plain worker in a process of its own."""

    def __init__(self, address: str, name: str, guarantee: str, folder: Path) -> None:
        own = folder / name
        own.mkdir()
        self._log = own / "log"
        self._command = [
            sys.executable,
            "-m",
            "tests.streams.plain",
            "work",
            address,
            name,
            guarantee,
            f"{own}",
        ]
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, cwd=ROOT)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """In order; by force where it does not end in 30 seconds."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(30)
        self.kill()


def strike(name: str, chunk: int, workers: Sequence[Plain]) -> None:
    if name == "rolling" and chunk in {10, 25}:
        for worker in workers:
            worker.stop()
            worker.start()
            time.sleep(3)
    elif name != "rolling" and chunk in {10, 20, 30}:
        workers[0].kill()
        workers[0].start()


def counted(address: str) -> int:
    """What the changelog says, of what is committed."""
    last = {record.key: json.loads(record.value) for record in records(address, CHANGELOG, {})}
    return sum(last.values())


def run(name: str) -> dict[str, Any]:
    """One trial, on a Kafka of its own."""
    guarantee = "exactly_once" if name == "exactly_once" else "at_least_once"
    with TemporaryDirectory(prefix="motcua-plain-") as text, local_cluster(size=1) as cluster:
        topics.ensure(cluster.address)
        admin = KafkaAdminClient(bootstrap_servers=cluster.address)
        settings = {"cleanup.policy": "compact"}
        admin.create_topics([NewTopic(CHANGELOG, topics.PARTITIONS, 1, topic_configs=settings)])
        admin.close()
        count = 2 if name == "rolling" else 1
        workers = [Plain(cluster.address, f"p{n}", guarantee, Path(text)) for n in range(count)]
        try:
            _send(name, cluster.address, workers)
            begun = time.monotonic()
            while (
                left := unacknowledged(cluster.address, GROUP)
            ) and time.monotonic() < begun + PATIENCE_SECONDS:
                time.sleep(1)
            time.sleep(3)
        finally:
            for worker in workers:
                worker.stop()
        return {"trial": name, "events": EVENTS, "counted": counted(cluster.address), "unread": left}


def _send(name: str, address: str, workers: Sequence[Plain]) -> None:
    facts = [fact for fact in history(EVENTS) if isinstance(fact, Event)]
    size = EVENTS // CHUNKS
    with KafkaTopic(address) as topic:
        for chunk in range(CHUNKS):
            for fact in facts[chunk * size : (chunk + 1) * size]:
                topic.put(fact, encode(fact))
            topic.flush()
            time.sleep(CHUNK_SECONDS)
            strike(name, chunk, workers)


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        sys.argv, arguments = [sys.argv[0], "worker"], sys.argv[2:]
        work(*arguments)
    for trial in sys.argv[1:] or ("kill", "exactly_once", "rolling"):
        sys.stdout.write(json.dumps(run(trial)) + "\n")
        sys.stdout.flush()
