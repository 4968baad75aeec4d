"""A real Kafka comes up, serves on loopback alone, keeps what it was given, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from streams import broker as module
from streams.broker import Broker, BrokerError, jars, local_kafka

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # kafka-python reads its own schemas the old way
    kafka = pytest.importorskip("kafka")

ROOT = Path(module.__file__).parents[1]
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    # A folder that Java's property files, Kafka's lists of folders and a plain locale would each spoil.
    broker = Broker(tmp_path_factory.mktemp("hồ sơ, một cửa"))
    broker.start()
    yield broker
    broker.stop()


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"  # ended, and not yet asked for by whoever is process 1 here


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def eventually(holds: Callable[[], object], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def answers(address: str) -> bool:
    host, port = address.split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def module_process(tmp_path: Path, *arguments: str) -> subprocess.Popen[str]:
    """`python -m streams.broker`, its temporary folders in tmp_path."""
    return subprocess.Popen(
        [sys.executable, "-m", "streams.broker", *arguments],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a foreground group of its own, to send it a Ctrl-C
    )


def create(address: str, topic: str) -> None:
    admin = kafka.KafkaAdminClient(bootstrap_servers=address)
    admin.create_topics([kafka.admin.NewTopic(topic, num_partitions=1, replication_factor=1)])
    admin.close()


def produce(address: str, topic: str, *values: bytes) -> None:
    producer = kafka.KafkaProducer(bootstrap_servers=address, acks="all")
    for sent in [producer.send(topic, value) for value in values]:
        sent.get(timeout=10)
    producer.close()


def consume(address: str, topic: str, group: str | None = None) -> list[bytes]:
    consumer = kafka.KafkaConsumer(
        topic,
        bootstrap_servers=address,
        group_id=group,
        auto_offset_reset="earliest",
        consumer_timeout_ms=1000,
    )
    values = [record.value for record in consumer]
    consumer.close()
    return values


@pytest.mark.kafka
def test_what_is_produced_is_consumed_by_a_group(broker: Broker) -> None:
    create(broker.address, "served")
    produce(broker.address, "served", b"one", b"two")

    assert consume(broker.address, "served", group="readers") == [b"one", b"two"]


@pytest.mark.kafka
def test_topics_are_never_created_by_a_typing_error(broker: Broker) -> None:
    admin = kafka.KafkaAdminClient(bootstrap_servers=broker.address)
    producer = kafka.KafkaProducer(bootstrap_servers=broker.address, max_block_ms=500)
    with pytest.raises(kafka.errors.KafkaError):
        producer.send("tpyo", b"lost").get(timeout=2)

    assert "tpyo" not in admin.list_topics()
    producer.close()
    admin.close()


@linux
@pytest.mark.kafka
def test_it_listens_on_loopback_only(broker: Broker) -> None:
    sockets = set()
    for fd in Path(f"/proc/{broker.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since it was listed
            sockets.add(str(fd.readlink()))
    lines = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/{broker.pid}/net/{table}").read_text().splitlines()[1:]
    ]
    listening = [
        line[1].split(":")[0] for line in lines if line[3] == "0A" and f"socket:[{line[9]}]" in sockets
    ]

    assert listening == ["0100007F", "0100007F"]  # 127.0.0.1, for clients and for the controller


@pytest.mark.kafka
def test_messages_outlive_a_kill_9_of_the_broker(broker: Broker) -> None:
    create(broker.address, "kept")
    produce(broker.address, "kept", b"before")
    first = broker.pid
    broker.kill()
    assert not answers(broker.address)

    broker.start()
    produce(broker.address, "kept", b"after")

    assert broker.pid != first
    assert consume(broker.address, "kept") == [b"before", b"after"]
    assert (broker.folder / "messages" / "kept-0").is_dir()


@pytest.mark.kafka
def test_a_second_broker_is_kept_off_the_folder_of_one_that_lives(broker: Broker) -> None:
    settings = (broker.folder / "server.properties").read_text()
    with pytest.raises(BrokerError, match="is another broker's: end that one"):
        Broker(broker.folder).start()

    assert (broker.folder / "server.properties").read_text() == settings


@pytest.mark.kafka
def test_one_that_ends_at_its_start_says_what_kafka_said(tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "meta.properties").write_text("version=1\nnode.id=7\ncluster.id=x\n")
    broker = Broker(tmp_path)
    with pytest.raises(
        BrokerError, match=r"(?s)ended at its start with exit status 1; its log.*node id"
    ) as caught:
        broker.start()

    assert caught.value.log == broker.log


@pytest.mark.kafka
def test_it_ends_with_the_context_and_takes_its_folder_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with local_kafka() as address:
        assert answers(address)
        assert list(tmp_path.iterdir())

    assert not answers(address)
    assert not list(tmp_path.iterdir())


@linux
@pytest.mark.kafka
def test_kill_9_of_the_parent_leaves_no_jvm(tmp_path: Path) -> None:
    with module_process(tmp_path) as parent:
        assert parent.stdout is not None
        address = parent.stdout.readline().strip()
        (jvm,) = children(parent.pid)
        assert answers(address)
        parent.kill()

    assert eventually(lambda: not lives(jvm))
    assert eventually(lambda: not answers(address))


@linux
@pytest.mark.kafka
def test_ctrl_c_ends_the_broker_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    with module_process(tmp_path, "--folder", str(folder)) as parent:
        assert parent.stdout is not None
        assert answers(parent.stdout.readline().strip())
        (jvm,) = children(parent.pid)
        os.killpg(parent.pid, signal.SIGINT)

    assert parent.returncode == 0
    assert not lives(jvm)
    assert (folder / "messages" / ".kafka_cleanshutdown").exists()


@linux
@pytest.mark.kafka
def test_sigterm_in_the_midst_of_a_start_leaves_nothing(tmp_path: Path) -> None:
    with module_process(tmp_path) as parent:
        assert eventually(lambda: list(tmp_path.glob("*/broker.log")))
        assert eventually(lambda: children(parent.pid))
        (jvm,) = children(parent.pid)
        parent.terminate()

    assert parent.returncode == 0
    assert not lives(jvm)
    assert not list(tmp_path.iterdir())


@linux
@pytest.mark.kafka
def test_one_that_is_too_slow_is_ended_and_its_log_named(tmp_path: Path) -> None:
    broker = Broker(tmp_path, patience_seconds=0.1)
    with pytest.raises(BrokerError, match=r"did not serve within 0\.1 seconds; its log is .*broker\.log"):
        broker.start()

    assert not lives(broker.pid)


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(BrokerError, match=rf"port {port} cannot be had .*in use.*name another"):
            Broker(tmp_path, port).start()


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole PATH, with an empty cache beside it."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("MOTCUA_CACHE", str(tmp_path / "cache"))
    return folder


def script(path: Path, *lines: str) -> None:
    path.write_text("\n".join(["#!/bin/sh", "PATH=/usr/bin:/bin", *lines]))
    path.chmod(0o755)


# A Maven that takes a moment, and leaves a folder as the real one does; its $8 is -DoutputDirectory=...
FETCH = 'echo >> "$0.calls"; mkdir "${8#*=}"; sleep 0.3; touch "${8#*=}/kafka.jar"'


def test_a_missing_java_is_a_clear_sentence(tmp_path: Path, programs: Path) -> None:
    with pytest.raises(BrokerError, match="install Java 17 or newer"):
        Broker(tmp_path / "data").start()


def test_an_old_java_is_named_with_its_version(tmp_path: Path, programs: Path) -> None:
    script(programs / "java", """echo 'openjdk version "11.0.2" 2019-01-15' >&2""")
    with pytest.raises(BrokerError, match=r"needs Java 17 or newer and .*/java is 11"):
        Broker(tmp_path / "data").start()


def test_a_missing_maven_is_a_clear_sentence(programs: Path) -> None:
    with pytest.raises(BrokerError, match="install it so that mvn is on the PATH"):
        jars()


def test_a_fetch_that_failed_shows_mavens_last_lines_and_is_tried_anew(programs: Path) -> None:
    script(programs / "mvn", "echo '[ERROR] Unknown host'; exit 1")
    with pytest.raises(BrokerError, match=r"(?s)see to the network.*Unknown host"):
        jars()

    script(programs / "mvn", FETCH)
    assert [jar.name for jar in jars().iterdir()] == ["kafka.jar"]


def test_two_that_need_the_jars_at_once_fetch_them_once(programs: Path) -> None:
    script(programs / "mvn", FETCH)
    found: list[bool] = []
    threads = [
        threading.Thread(target=lambda: found.append((jars() / "kafka.jar").exists())) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [True] * 3
    assert (programs / "mvn.calls").read_text() == "\n"


@linux
def test_a_fetch_cut_short_by_kill_9_leaves_no_maven_and_is_not_taken_for_whole(
    tmp_path: Path, programs: Path
) -> None:
    script(programs / "mvn", 'mkdir "${8#*=}"; echo $$ > "$0.pid"; exec sleep 60')
    with subprocess.Popen([sys.executable, "-c", "import streams.broker as b; b.jars()"], cwd=ROOT) as parent:
        pid = programs / "mvn.pid"
        assert eventually(lambda: pid.exists() and pid.read_text())
        parent.kill()

    assert eventually(lambda: not lives(int(pid.read_text())))
    script(programs / "mvn", FETCH)
    assert [jar.name for jar in jars().iterdir()] == ["kafka.jar"]
