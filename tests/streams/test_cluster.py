"""Three brokers on this machine: each can be lost and come back, and nothing acknowledged goes with it."""

import asyncio
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("kafka")

import kafka
from aiokafka import AIOKafkaProducer

from streams.admin import connected, seen
from streams.broker import BrokerError, Cluster, local_cluster
from streams.topics import EVENTS, create

pytestmark = pytest.mark.kafka
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with local_cluster() as cluster:
        create(cluster.address)
        yield cluster


def in_sync(cluster: Cluster) -> int:
    """How many brokers have all of every partition of the events."""
    with connected(cluster.address) as admin:
        (topic,) = admin.describe_topics([EVENTS])
    return min(len(part["isr_nodes"]) for part in topic["partitions"])


def whole(cluster: Cluster) -> None:
    end = time.monotonic() + 60
    while in_sync(cluster) < 3 and time.monotonic() < end:
        time.sleep(0.1)
    assert in_sync(cluster) == 3


def kept(cluster: Cluster) -> list[bytes]:
    parts = [kafka.TopicPartition(EVENTS, part) for part in range(12)]
    with closing(
        kafka.KafkaConsumer(bootstrap_servers=cluster.address, auto_offset_reset="earliest")
    ) as consumer:
        consumer.assign(parts)
        ends = consumer.end_offsets(parts)
        values: list[bytes] = []
        while any(consumer.position(part) < ends[part] for part in parts):
            values += [record.value for records in consumer.poll(500).values() for record in records]
    return values


async def sent(address: str, values: Sequence[bytes], lose: Callable[[], None]) -> None:
    """Send these, and lose a broker in the midst of them; all are acknowledged then."""
    producer = AIOKafkaProducer(bootstrap_servers=address, enable_idempotence=True)
    await producer.start()
    try:
        waiting = [await producer.send(EVENTS, value) for value in values[:100]]
        lose()
        waiting += [await producer.send(EVENTS, value) for value in values[100:]]
        await asyncio.wait_for(asyncio.gather(*waiting), 60)
    finally:
        await producer.stop()


def test_topics_lie_on_all_three_and_two_must_have_what_is_acknowledged(cluster):
    with connected(cluster.address) as admin:
        found = seen(admin, [EVENTS])[EVENTS]
    assert (found.replicas, found.settings["min.insync.replicas"]) == (3, "2")
    assert cluster.address == ",".join(broker.address for broker in cluster.brokers)
    assert len({broker.pid for broker in cluster.brokers}) == 3


def test_what_was_acknowledged_outlives_the_loss_of_one_broker_after_another(cluster):
    before, expected = kept(cluster), []
    one, other, _ = cluster.brokers
    for broker, lose in ((one, one.kill), (other, other.stop)):
        first = broker.pid
        values = [b"%d %d" % (broker.number, n) for n in range(200)]
        asyncio.run(sent(cluster.address, values, lose))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", broker.port), 1)
        broker.start()
        assert broker.pid != first
        whole(cluster)
        expected += values
    assert sorted(kept(cluster)) == sorted(before + expected)


@linux
def test_where_one_cannot_start_none_is_left(tmp_path):
    cluster = Cluster(tmp_path)
    port = cluster.brokers[2].port
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(BrokerError, match=f"port {port} cannot be had"),
    ):
        cluster.start()
    for process in Path("/proc").glob("[0-9]*/cwd"):
        try:
            assert tmp_path not in process.readlink().parents
        except (OSError, PermissionError):
            continue
