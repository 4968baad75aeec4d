"""A Kafka that asks who you are: each user may do what it must and no more, and no password is shown."""

import asyncio
import os
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

pytest.importorskip("kafka")

import kafka
from aiokafka import AIOKafkaConsumer
from kafka.admin import ACLOperation, NewTopic

from motcua.backup import looked_through
from streams import broker, topics
from streams.admin import TopicError, connected
from streams.outcomes import KafkaOutcomes
from streams.reading import records
from streams.rights import rights
from streams.secured import USERS
from streams.security import Security, given
from streams.shapes import ALERTS, CONTROL, DEAD, EVENTS, SELFTEST, state_topic
from tests.streams.worker import Worker

ROOT = Path(broker.__file__).parents[1]
STATES = state_topic("motcua")
TOPICS = [EVENTS, DEAD, ALERTS, STATES, CONTROL, SELFTEST]


def test_the_docs_list_who_may_do_what():
    docs = (ROOT / "docs" / "kafka.md").read_text("utf-8")
    for right in rights():
        name = f"{right.name}*" if right.prefixed else right.name
        row = f"| {right.user} | {', '.join(right.operations)} | {right.kind} `{name}` | {right.why} |"
        assert row in docs
        assert right.command in docs


class Secured(NamedTuple):
    address: str
    folder: Path
    process: "subprocess.Popen[str]"

    def __getitem__(self, user: str) -> Security:  # type: ignore[override]
        return given(self.config(user))

    def config(self, user: str) -> Path:
        return self.folder / f"{user}.toml"

    @property
    def port(self) -> int:
        return int(self.address.split(":")[1])


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """`python -m streams.broker --secure`, with its topics; at its end its outputs are looked through."""
    folder = tmp_path_factory.mktemp("hồ sơ, một cửa")
    command = [sys.executable, "-m", "streams.broker", "--secure", "--folder", str(folder)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True, **pipes) as process:
        found = Secured(process.stdout.readline().strip(), folder, process)
        if found.address:
            topics.create(found.address, security=found["admin"])
            yield found
        os.killpg(process.pid, signal.SIGINT)
        told = "".join(process.communicate(timeout=60))
    assert process.returncode == 0, told
    assert f"worker: --kafka-config {folder / 'worker.toml'}" in told
    no_secret(told, found)


def no_secret(text: str, secured: Secured) -> None:
    for user in USERS:
        assert secured[user].password not in text


def send(secured: Secured, user: str, *names: str, transaction: str | None = None) -> list[int]:
    """The offsets of a record in each of these topics; in one transaction, where it is named."""
    with closing(
        kafka.KafkaProducer(
            bootstrap_servers=secured.address,
            transactional_id=transaction,
            max_block_ms=10_000,
            **secured[user].kafka_python(),
        )
    ) as producer:
        if transaction:
            producer.init_transactions()
            producer.begin_transaction()
        sent = {name: b"\x80" if name == STATES else b"{}" for name in names}  # a state of nothing; no event
        offsets = [producer.send(name, sent[name], b"key", partition=0).get(10).offset for name in names]
        if transaction:
            producer.commit_transaction()
    return offsets


def read(secured: Secured, user: str, name: str, group: str | None = None, seconds: int = 2) -> list[bytes]:
    with closing(
        kafka.KafkaConsumer(
            name,
            bootstrap_servers=secured.address,
            group_id=group,
            auto_offset_reset="earliest",
            consumer_timeout_ms=seconds * 1000,
            **secured[user].kafka_python(),
        )
    ) as consumer:
        return [next(consumer).value]


@pytest.mark.kafka
def test_only_their_owner_may_open_what_is_secret(secured):
    files = [
        *map(secured.config, USERS),
        *map(secured.folder.joinpath, ("keystore.p12", "keystore.password")),
    ]
    for path in (*files, secured.folder / "server.properties"):
        assert path.stat().st_mode & 0o077 == 0
    assert not (secured.folder / "format.arguments").exists()


@pytest.mark.kafka
def test_each_user_has_the_rights_of_the_list_on_topics_and_no_other(secured):
    implied = {"READ", "WRITE"}  # Describe comes with them
    for user in ("producer", "worker", "reader"):
        with connected(secured.address, secured[user]) as admin:
            found = {
                topic["name"]: {
                    ACLOperation[name].name for name in map(_name, topic["authorized_operations"] or ())
                }
                for topic in admin.describe_topics(TOPICS)
            }
        for name in TOPICS:
            listed = {
                re.sub(r"(?<=[a-z])(?=[A-Z])", "_", operation).upper()
                for right in rights()
                if (right.user, right.kind, right.name) == (user, "topic", name)
                for operation in right.operations
            }
            assert found[name] == listed | ({"DESCRIBE"} if listed & implied else set()), (user, name)


def _name(operation: ACLOperation | str) -> str:
    return operation if isinstance(operation, str) else operation.name


@pytest.mark.kafka
def test_a_worker_does_its_work(secured):
    topics.ensure(secured.address, security=secured["worker"])
    topics.selftest(secured.address, secured["worker"])
    assert send(secured, "producer", EVENTS)
    # A worker that has just left holds its place in the group for ten seconds.
    assert read(secured, "worker", EVENTS, "motcua", seconds=20)
    assert send(secured, "worker", STATES, DEAD, ALERTS, transaction="motcua-0")
    assert read(secured, "reader", ALERTS, "reader-desk")

    async def ends() -> int:
        consumer = AIOKafkaConsumer(bootstrap_servers=secured.address, **secured["worker"].aiokafka())
        await consumer.start()
        try:
            part = kafka.TopicPartition(STATES, 0)
            return (await consumer.end_offsets([part]))[part]
        finally:
            await consumer.stop()

    assert asyncio.run(ends()) > 0


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("user", "name", "transaction"),
    [
        ("producer", STATES, None),
        ("producer", ALERTS, None),
        ("producer", EVENTS, "motcua-0"),
        ("worker", EVENTS, None),
        ("worker", ALERTS, "another-0"),
        ("reader", ALERTS, None),
        ("reader", EVENTS, None),
    ],
)
def test_nobody_writes_what_it_must_not(secured, user, name, transaction):
    with pytest.raises(kafka.errors.KafkaError, match="AuthorizationFailed"):
        send(secured, user, name, transaction=transaction)


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("user", "name", "group"),
    [
        ("producer", STATES, None),
        ("producer", EVENTS, None),
        ("producer", DEAD, None),
        ("worker", DEAD, None),
        ("reader", DEAD, "reader-desk"),
        ("reader", EVENTS, "reader-desk"),
        ("reader", ALERTS, "motcua"),
        ("worker", EVENTS, "another"),
    ],
)
def test_nobody_reads_what_it_must_not(secured, user, name, group):
    send(secured, "admin", name)
    with pytest.raises((kafka.errors.AuthorizationError, StopIteration)):
        read(secured, user, name, group)


@pytest.mark.kafka
def test_nobody_but_the_admin_makes_or_removes_topics(secured):
    for user in ("producer", "worker", "reader"):
        refused = pytest.raises(TopicError, match=f"does not allow {user} what is needed")
        with refused, connected(secured.address, secured[user]) as admin:
            admin.create_topics([NewTopic("mine", 1, 1)])
        with refused, connected(secured.address, secured[user]) as admin:
            admin.delete_topics([ALERTS])
    with pytest.raises(
        TopicError, match=r"not to be seen and made by reader: let an admin run motcua topics"
    ):
        topics.ensure(secured.address, security=secured["reader"])


@pytest.mark.kafka
def test_who_has_no_name_is_not_answered_on_any_port(secured):
    listeners = re.findall(
        r":(\d+)", (secured.folder / "server.properties").read_text().split("listeners=")[1]
    )
    context = ssl.create_default_context(cafile=secured.folder / "ca.pem")
    assert len(listeners[:3]) == 3
    for port in map(int, listeners[:3]):
        assert asked(port) == b""
        assert asked(port, context) == b""


def asked(port: int, context: ssl.SSLContext | None = None) -> bytes:
    """The beginning of the answer to whoever asks about the cluster without a name."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
            speaking = context.wrap_socket(line, server_hostname="127.0.0.1") if context else line
            with speaking:
                speaking.sendall(struct.pack(">ihhihi", 14, 3, 1, 0, -1, 0))
                answer = speaking.recv(4)
    except (ConnectionError, ssl.SSLError):
        return b""
    return b"" if answer[:1] == b"\x15" else answer  # an alert of TLS: nothing but a refusal


KNOCK = """
import sys
from pathlib import Path
from streams.admin import TopicError, connected
from streams.security import given
try:
    with connected(sys.argv[1], given(Path(sys.argv[2])), 1000):
        print("let in")
except TopicError as error:
    print(error)
"""
"""In a program of its own: a client that is not let in leaves its connections open."""


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('password = ".*"', "it does not let worker in; are user, password and mechanism right?"),
        ('ca = ".*"\n', "its certificate is not to be trusted"),
        (None, "let in"),
    ],
)
def test_who_is_not_let_in_is_told_why(secured, line, said):
    text = secured.config("worker").read_text()
    knocking = secured.folder / "knocking.toml"
    knocking.touch(0o600)
    knocking.write_text(
        re.sub(line, 'password = "wrong"' if "password" in line else "", text) if line else text
    )
    command = [sys.executable, "-c", KNOCK, secured.address, str(knocking)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert said in done.stdout
    no_secret(done.stdout + done.stderr, secured)


@pytest.mark.kafka
def test_commands_speak_to_it_and_show_no_password_though_all_is_logged(secured, tmp_path):
    program = "import logging; logging.basicConfig(level=0); from motcua.cli import main; main()"

    def motcua(user: str, *words: str) -> str:
        command = [sys.executable, "-c", program, *words, "--kafka", secured.address]
        where = {**os.environ, "MOTCUA_KAFKA_CONFIG": str(secured.config(user))}
        done = subprocess.run(command, capture_output=True, text=True, env=where, cwd=tmp_path, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        no_secret(done.stdout + done.stderr, secured)
        assert secured[user].user in done.stderr  # the settings are logged
        return done.stdout

    assert "for ever" in motcua("admin", "topics", "list")
    (before,) = send(secured, "admin", EVENTS)
    motcua("producer", "simulate", "quickstart", "--until", "2026-03-03")
    assert send(secured, "admin", EVENTS)[0] > before + 1
    motcua("producer", "steer", "quickstart", "edd")
    motcua("admin", "topics", "backup", "events.jsonl.gz")
    assert looked_through(tmp_path / "events.jsonl.gz")[1] == len(events(secured))


@pytest.mark.kafka
def test_dead_letters_are_read_and_sent_again_by_the_admin_alone(secured):
    def dead_letters(user: str, *words: str) -> "subprocess.CompletedProcess[str]":
        where = ["--kafka", secured.address, "--kafka-config", str(secured.config(user))]
        command = [sys.executable, "-m", "motcua", "dead-letters", *words, *where]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert send(secured, "worker", DEAD)
    for user in ("producer", "worker", "reader"):
        with pytest.raises(
            TopicError, match=f"{DEAD}.*: docs/kafka.md says who makes topics, and who may read"
        ):
            list(KafkaOutcomes(secured.address, secured[user].kafka_python()).letters())
    refused = dead_letters("reader", "replay", "--all")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert f"has no {DEAD}, or you may not see it" in refused.stderr
    before = len(events(secured))
    listed = dead_letters("admin", "list", "--format", "json").stdout.splitlines()
    assert listed
    assert dead_letters("admin", "replay", "--all").stdout.startswith(f"sent again: {len(listed)} (")
    assert len(events(secured)) == before + len(listed)


def events(secured: Secured) -> list[bytes]:
    return [record.value for record in records(secured.address, EVENTS, secured["admin"].kafka_python())]


@pytest.mark.kafka
def test_a_monitor_needs_no_more_than_the_rights_of_a_worker(secured, tmp_path):
    config = ["--kafka", secured.address, "--kafka-config"]
    events = ["-m", "motcua", "simulate", "quickstart", "--until", "2026-03-04"]
    subprocess.run(
        [sys.executable, *events, *config, secured.config("producer")], check=True, capture_output=True
    )
    worker = Worker(tmp_path, *config, str(secured.config("worker")))
    try:
        worker.start()
        assert worker.indicators("quickstart", "2026-03-04T00:00:00+07:00")
        assert worker.stop() == 0
    finally:
        worker.end()
    told = worker.log.read_text()
    assert "Authorization" not in told
    no_secret(told, secured)


@pytest.mark.kafka
def test_its_log_shows_no_password(secured):
    no_secret((secured.folder / "broker.log").read_text(), secured)
