"""One Kafka process on this machine, alone or one of several; `streams.cluster` has several of them."""

import base64
import fcntl
import re
import secrets
import socket
import struct
import subprocess
import time
import uuid
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO, NamedTuple

from streams.jars import BrokerError, jars, java
from streams.process import end, spawn, tail
from streams.secured import Secured

HOST = "127.0.0.1"

_JVM = (
    "-Djava.net.preferIPv4Stack=true",
    "-Dorg.apache.logging.log4j.level=WARN",  # to stdout, which is the log file: no log4j2.xml needed
    "-XX:-UsePerfData",  # a killed JVM would leave its counters in /tmp
)
_SHORT_JVM = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")  # for a run of a second
_LONG_JVM = ("-Xmx768m", "-XX:+ExitOnOutOfMemoryError")
# Where several share the machine: little memory, and a third less work at the start, for slower code later.
_SMALL_JVM = ("-Xmx400m", *_SHORT_JVM, "-XX:+ExitOnOutOfMemoryError")


class Quorum(NamedTuple):
    """What all processes of one cluster know of each other."""

    cluster: str
    controllers: tuple[int, ...]
    """The port on which each speaks to the others as a controller, the first one's first."""


class Broker:
    """One Kafka process, broker and controller in one, on `port` (or a free one) of 127.0.0.1.

    `folder` holds all it keeps: settings, log and messages.
    Started again on the same folder, here or in a later process, it has its messages back.
    Start it from a thread that lives as long as it shall, best the main one:
    on Linux the broker is killed when that thread ends.
    """

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        patience_seconds: float = 60,
        *,
        number: int = 1,
        quorum: Quorum | None = None,
        secured: Secured | None = None,
    ) -> None:
        self.folder = folder.absolute()
        self.log = self.folder / "broker.log"
        self.port = port or free_port()
        self.address = f"{HOST}:{self.port}"
        self.number = number
        self._quorum = quorum or Quorum(cluster_of([self.folder]), (free_port(),))
        self._secured = secured
        self._among_port = free_port() if secured else None
        self._patience_seconds = patience_seconds
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise BrokerError(f"the broker on {self.address} was not started: call start() first")
        return self._process.pid

    @property
    def process(self) -> subprocess.Popen[str] | None:
        """The JVM; None before the first start."""
        return self._process

    def start(self) -> None:
        """Returns once it serves, else raises BrokerError and leaves no process behind."""
        start_together([self])

    def stop(self) -> None:
        """Ends it in order; harmless if it has ended already."""
        if self._process is not None:
            end(self._process)

    def kill(self) -> None:
        """Ends it as a power cut would (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def wait(self) -> None:
        """Stays until the broker ends by itself, which is always an error."""
        if self._process is not None:
            raise self.failure(f"ended by itself with exit status {self._process.wait()}")

    def steps(self, expected: frozenset[int]) -> Generator[None, None, None]:
        """Its start in steps, between which others take theirs; in the end it names the `expected` ports.

        Closed before its end, it leaves no process behind.
        """
        self._claim_ports()
        command = [java(), *_JVM, "-cp", f"{jars()}/*"]
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._own(log)
            yield from self._lay_out([*command, *_SHORT_JVM])
            memory = _SMALL_JVM if len(self._quorum.controllers) > 1 else _LONG_JVM
            command += [*memory, "kafka.Kafka", "server.properties"]
            self._process = spawn(command, self.folder, log.fileno())
        try:
            yield
            self._await(self._process, expected)
            yield
        except BaseException:  # Ctrl-C too, and another one that cannot start
            self.stop()
            raise

    def failure(self, what: str) -> BrokerError:
        """An error that tells the last lines of its log."""
        last = tail(self.log.read_text(errors="replace"))
        return BrokerError(
            f"Kafka on {self.address} {what}; its log is {self.log} and ends so:\n{last}", self.log
        )

    def _claim_ports(self) -> None:
        try:
            claim(self.port)
        except (OSError, OverflowError) as error:
            raise BrokerError(
                f"port {self.port} cannot be had ({error}): name another, or end who has it"
            ) from error

    def _settings(self) -> dict[str, str]:
        ports = self._quorum.controllers
        here = f"{HOST}:{ports[self.number - 1]}"
        copies, needed = len(ports), min(2, len(ports))
        own = ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")
        return {
            "process.roles": "broker,controller",
            "node.id": f"{self.number}",
            "controller.quorum.voters": ",".join(f"{n}@{HOST}:{port}" for n, port in enumerate(ports, 1)),
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://{here}",
            # Relative to the JVM's folder: Kafka reads this file as Latin-1 and splits this value at commas.
            "log.dirs": "messages",
            "log.retention.ms": "-1",
            "log.cleaner.dedupe.buffer.size": str(32 * 2**20),  # a quarter of the usual: saves 100 MB
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": "0",
            # One that was killed may come back only when its old session is over: 3 seconds, not 9.
            "broker.session.timeout.ms": "3000",
            "broker.heartbeat.interval.ms": "500",
            "default.replication.factor": f"{copies}",
            "min.insync.replicas": f"{needed}",
            "transaction.state.log.min.isr": f"{needed}",
            "share.coordinator.state.topic.min.isr": f"{needed}",
            **{f"{topic}.replication.factor": f"{copies}" for topic in own},
            **{f"{topic}.num.partitions": "4" for topic in own},
            **self._secured_settings(here),
        }

    def _secured_settings(self, here: str) -> dict[str, str]:
        if self._secured is None:
            return {}
        listeners = f"CLIENTS://{self.address},BROKERS://{HOST}:{self._among_port},CONTROLLER://{here}"
        return {"listeners": listeners, **self._secured.settings(self.folder)}

    def _own(self, log: BinaryIO) -> None:
        # The JVM writes to this open file, and so holds the lock for as long as it lives.
        # Kafka's own lock comes too late: a second one spoils the first one's metadata before it sees it.
        try:
            fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BrokerError(f"{self.folder} is another broker's: end that one, or name another") from error

    def _lay_out(self, java: Sequence[str]) -> Generator[None, None, None]:
        path = self.folder / "server.properties"
        path.touch(0o600)
        path.write_text("".join(f"{name}={value}\n" for name, value in self._settings().items()))
        if (self.folder / "messages" / "meta.properties").exists():
            return
        tool = ["kafka.tools.StorageTool", "format", "--config=server.properties"]
        tool += [f"--cluster-id={self._quorum.cluster}", *(self._secured.users() if self._secured else ())]
        # From a file, which the JVM reads: on its command line everybody could read the passwords.
        arguments = self.folder / "format.arguments"
        arguments.touch(0o600)
        arguments.write_text("\n".join(tool))
        with spawn([*java, f"@{arguments.name}"], self.folder, subprocess.PIPE) as process:
            try:
                yield
                output, _ = process.communicate()
            finally:
                end(process)
                arguments.unlink()
        if process.returncode != 0:
            raise BrokerError(
                f"{self.folder} could not be laid out for Kafka, try an empty folder:\n{tail(output)}"
            )

    def _await(self, process: subprocess.Popen[str], expected: frozenset[int]) -> None:
        deadline = time.monotonic() + self._patience_seconds
        named = self._secured.named if self._secured else ports_named
        while not expected <= named(self.port):
            if process.poll() is not None:
                raise self.failure(f"ended at its start with exit status {process.returncode}")
            if time.monotonic() > deadline:
                raise self.failure(f"did not serve within {self._patience_seconds:g} seconds")
            time.sleep(0.05)


def start_together(brokers: Sequence[Broker]) -> None:
    """Starts them side by side; returns once each serves and names all of them, else ends them all."""
    expected = frozenset(broker.port for broker in brokers)
    starts = [broker.steps(expected) for broker in brokers]
    try:
        for _ in zip_longest(*starts):
            pass
    finally:
        for start in starts:
            start.close()


def cluster_of(folders: Sequence[Path]) -> str:
    """The cluster whose messages lie in one of the folders; a new one where none do."""
    for folder in folders:
        with suppress(OSError):
            found = re.search(r"(?m)^cluster\.id=(.+)$", (folder / "messages/meta.properties").read_text())
            if found:
                return found[1]
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


def ports_named(port: int) -> set[int]:
    """The ports of the brokers that this one names in its metadata: a controller has let them in.

    Asked by hand, so that a broker can be had without the library of any client:
    Metadata (key 3, version 1) from nobody (-1) about no topics.
    """
    try:
        with socket.create_connection((HOST, port), timeout=1) as kafka:
            kafka.sendall(struct.pack(">ihhihi", 14, 3, 1, 0, -1, 0))
            answer = kafka.makefile("rb")
            return set(_ports(answer.read(int.from_bytes(answer.read(4)))))
    except (OSError, struct.error):  # it is not there, or it is gone in the midst of its answer
        return set()


def _ports(answer: bytes) -> Iterator[int]:
    """After the request's own number the brokers: how many, then each one's number, host, port and rack."""
    (count,), at = struct.unpack_from(">i", answer, 4), 8
    for _ in range(count):
        at += 6 + int.from_bytes(answer[at + 4 : at + 6])
        port, rack = struct.unpack_from(">ih", answer, at)
        at += 6 + max(0, rack)
        yield port


def claim(port: int) -> None:
    """OSError where the port is taken."""
    with socket.socket() as probe:
        # As Kafka does: what is left of the connections of one just killed does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))


def free_port() -> int:
    """Below 32768: from there on Linux hands ports to clients, and one that keeps calling a broker
    which is down would in the end be given the broker's own."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with suppress(OSError):
            claim(port)
            return port
