"""A real Apache Kafka on this machine: no Docker, no root, loopback only, gone when you are done.

    with local_kafka() as address:
        producer = KafkaProducer(bootstrap_servers=address)

It needs Java 17 or newer, and Maven the first time, to fetch Kafka's jars into the cache (`jars`).
From a shell: `python -m streams.broker`.
"""

import argparse
import base64
import fcntl
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from streams.jars import BrokerError, jars, java
from streams.process import end, run, spawn, tail

HOST = "127.0.0.1"

_JVM = (
    "-Djava.net.preferIPv4Stack=true",
    "-Dorg.apache.logging.log4j.level=WARN",  # to stdout, which is the log file: no log4j2.xml needed
    "-XX:-UsePerfData",  # a killed JVM would leave its counters in /tmp
)
_SHORT_JVM = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")  # for a run of a second
_LONG_JVM = ("-Xmx768m", "-XX:+ExitOnOutOfMemoryError")


class Broker:
    """One Kafka process, broker and controller in one, on `port` (or a free one) of 127.0.0.1.

    `folder` holds all it keeps: settings, log and messages.
    Started again on the same folder, here or in a later process, it has its messages back.
    Start it from a thread that lives as long as it shall, best the main one:
    on Linux the broker is killed when that thread ends.
    """

    def __init__(self, folder: Path, port: int | None = None, patience_seconds: float = 60) -> None:
        self.folder = folder.absolute()
        self.log = self.folder / "broker.log"
        self.port = port or _free_port()
        self.address = f"{HOST}:{self.port}"
        self._controller_port = _free_port()
        self._patience_seconds = patience_seconds
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise BrokerError(f"the broker on {self.address} was not started: call start() first")
        return self._process.pid

    def start(self) -> None:
        """Returns once it serves, else raises BrokerError and leaves no process behind."""
        try:
            _claim(self.port)
        except (OSError, OverflowError) as error:
            raise BrokerError(
                f"port {self.port} cannot be had ({error}): name another, or end who has it"
            ) from error
        command = [java(), *_JVM, "-cp", f"{jars()}/*"]
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._own(log)
            self._lay_out([*command, *_SHORT_JVM])
            try:
                command += [*_LONG_JVM, "kafka.Kafka", "server.properties"]
                self._process = spawn(command, self.folder, log.fileno())
                self._await(self._process)
            except BaseException:  # Ctrl-C too
                self.stop()
                raise

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
            raise self._failure(f"ended by itself with exit status {self._process.wait()}")

    def _settings(self) -> dict[str, str]:
        here = f"{HOST}:{self._controller_port}"
        own = ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{here}",
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
            "transaction.state.log.min.isr": "1",
            "share.coordinator.state.topic.min.isr": "1",
            **{f"{topic}.replication.factor": "1" for topic in own},
            **{f"{topic}.num.partitions": "4" for topic in own},
        }

    def _own(self, log: BinaryIO) -> None:
        # The JVM writes to this open file, and so holds the lock for as long as it lives.
        # Kafka's own lock comes too late: a second one spoils the first one's metadata before it sees it.
        try:
            fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BrokerError(f"{self.folder} is another broker's: end that one, or name another") from error

    def _lay_out(self, java: Sequence[str]) -> None:
        settings = "".join(f"{name}={value}\n" for name, value in self._settings().items())
        (self.folder / "server.properties").write_text(settings)
        if (self.folder / "messages" / "meta.properties").exists():
            return
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        tool = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "--config=server.properties"]
        status, output = run([*java, *tool], self.folder)
        if status != 0:
            raise BrokerError(
                f"{self.folder} could not be laid out for Kafka, try an empty folder:\n{tail(output)}"
            )

    def _await(self, process: subprocess.Popen[str]) -> None:
        deadline = time.monotonic() + self._patience_seconds
        while not _serves(self.port):
            if process.poll() is not None:
                raise self._failure(f"ended at its start with exit status {process.returncode}")
            if time.monotonic() > deadline:
                raise self._failure(f"did not serve within {self._patience_seconds:g} seconds")
            time.sleep(0.05)

    def _failure(self, what: str) -> BrokerError:
        last = tail(self.log.read_text(errors="replace"))
        return BrokerError(
            f"Kafka on {self.address} {what}; its log is {self.log} and ends so:\n{last}", self.log
        )


@contextmanager
def local_kafka(folder: Path | None = None, port: int | None = None) -> Iterator[str]:
    """Yields "127.0.0.1:PORT" of a Kafka that serves, and ends it on the way out.

    Without `folder` its messages live in a temporary one, which goes with it;
    after a start that failed that folder stays, for the log in it.
    """
    with _running(folder, port) as broker:
        yield broker.address


@contextmanager
def _running(folder: Path | None, port: int | None) -> Iterator[Broker]:
    broker = Broker(folder or Path(tempfile.mkdtemp(prefix="motcua-kafka-")), port)
    kept = folder is not None
    try:
        broker.start()
        yield broker
    except BrokerError as error:
        kept = kept or error.log is not None
        raise
    finally:
        broker.stop()
        if not kept:
            shutil.rmtree(broker.folder)


def _serves(port: int) -> bool:
    """Whether a broker answers and names one in its metadata, itself: a controller has then let it in.

    Asked by hand, so that a broker can be had without the library of any client:
    Metadata (key 3, version 1) from nobody (-1) about no topics; in the answer the brokers' number
    follows its size and the request's own number.
    """
    try:
        with socket.create_connection((HOST, port), timeout=1) as kafka:
            kafka.sendall(struct.pack(">ihhihi", 14, 3, 1, 0, -1, 0))
            answer = kafka.makefile("rb").read(12)
    except OSError:
        return False
    return len(answer) == 12 and int.from_bytes(answer[8:]) > 0


def _claim(port: int) -> None:
    with socket.socket() as probe:
        # As Kafka does: what is left of the connections of one just killed does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))


def _free_port() -> int:
    """Below 32768: from there on Linux hands ports to clients, and one that keeps calling a broker
    which is down would in the end be given the broker's own."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with suppress(OSError):
            _claim(port)
            return port


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a broker until Ctrl-C, SIGTERM or SIGHUP; its address is the one line on stdout."""
    parser = argparse.ArgumentParser(
        prog="python -m streams.broker",
        description="Run a real Apache Kafka on 127.0.0.1 until Ctrl-C.",
        epilog="Example: python -m streams.broker --port 9092 --folder /tmp/kafka",
    )
    parser.add_argument("--port", type=int, help="port to serve on (default: a free one)")
    parser.add_argument("--folder", type=Path, help="keep the messages here (default: a temporary folder)")
    options = parser.parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)  # all three unwind as Ctrl-C does
    try:
        with _running(options.folder, options.port) as broker:
            sys.stdout.write(f"{broker.address}\n")
            sys.stdout.flush()
            broker.wait()
    except KeyboardInterrupt:
        return 0
    except BrokerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
