"""A real Apache Kafka on this machine: no Docker, no root, loopback only, gone when you are done.

    with local_kafka() as address:
        producer = KafkaProducer(bootstrap_servers=address)

It needs Java 17 or newer, and Maven the first time, to fetch Kafka's jars into the cache (`jars`).
From a shell: `python -m streams.broker`.
"""

import argparse
import base64
import fcntl
import os
import re
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

HOST = "127.0.0.1"
POM = Path(__file__).with_name("broker.pom.xml")

_JVM = (
    "-Djava.net.preferIPv4Stack=true",
    "-Dorg.apache.logging.log4j.level=WARN",  # to stdout, which is the log file: no log4j2.xml needed
    "-XX:-UsePerfData",  # a killed JVM would leave its counters in /tmp
)
_SHORT_JVM = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")  # for a run of a second
_LONG_JVM = ("-Xmx768m", "-XX:+ExitOnOutOfMemoryError")

# Ties a program to us, then becomes it. Linux sends it SIGKILL (9) when the thread that started it ends;
# the second look finds a parent that had died before the tie was made. Elsewhere there is no such tie.
_TIED = """
import ctypes, os, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 9)  # PR_SET_PDEATHSIG
    if os.getppid() != int(sys.argv[1]):
        sys.exit(1)
os.execv(sys.argv[2], sys.argv[2:])
"""


class BrokerError(RuntimeError):
    """Kafka could not be fetched or started; `log` is its log file if it got as far as writing one."""

    def __init__(self, message: str, log: Path | None = None) -> None:
        super().__init__(message)
        self.log = log


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
        java, classpath = _java(), f"{jars()}/*"
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = "".join(f"{name}={value}\n" for name, value in self._settings().items())
        (self.folder / "server.properties").write_text(settings)
        self._format([java, *_JVM, *_SHORT_JVM, "-cp", classpath])
        try:
            with self.log.open("ab") as log:
                command = [java, *_JVM, *_LONG_JVM, "-cp", classpath, "kafka.Kafka", "server.properties"]
                self._process = _spawn(command, self.folder, log.fileno())
            self._await(self._process)
        except BaseException:  # Ctrl-C too
            self.stop()
            raise

    def stop(self) -> None:
        """Ends it in order; harmless if it has ended already."""
        if self._process is not None:
            _end(self._process)

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

    def _format(self, java: Sequence[str]) -> None:
        if (self.folder / "messages" / "meta.properties").exists():
            return
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        tool = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "--config=server.properties"]
        status, output = _run([*java, *tool], self.folder)
        if status != 0:
            raise BrokerError(
                f"{self.folder} could not be laid out for Kafka, try an empty folder:\n{_tail(output)}"
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
        last = _tail(self.log.read_text(errors="replace"))
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


def jars() -> Path:
    """The folder of Kafka's jars in the cache ($MOTCUA_CACHE, else motcua in the user's cache folder).

    The first call fetches them, under a lock: other processes wait for it.
    """
    version = re.findall(r"<kafka.version>(.+)</", POM.read_text())[0]
    folder = _cache() / f"kafka-{version}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with folder.with_name(f"{folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.is_dir():
                _fetch(folder)
    return folder


def _cache() -> Path:
    ours, users = os.environ.get("MOTCUA_CACHE"), os.environ.get("XDG_CACHE_HOME")
    return Path(ours).absolute() if ours else (Path(users) if users else Path.home() / ".cache") / "motcua"


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise BrokerError("Maven is needed once, to fetch Kafka: install it so that mvn is on the PATH")
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)  # of a fetch cut short: whoever holds the lock is alone
    sys.stderr.write(f"Fetching Apache Kafka's jars (44 MB, once) into {folder}\n")
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={part}"]
    status, output = _run([maven, "-B", "-q", "-ntp", "-C", "-f", str(POM), *goal], folder.parent)
    if status != 0:
        raise BrokerError(f"Kafka could not be fetched, see to the network and try again:\n{_tail(output)}")
    part.rename(folder)


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    java = (home and shutil.which("java", path=f"{home}/bin")) or shutil.which("java")
    if not java:
        raise BrokerError("Java is missing: install Java 17 or newer so that java is on the PATH")
    _, output = _run([java, "-version"], Path("/"))
    version = re.search(r'version "(\d+)', output)
    if version is None or int(version[1]) < 17:
        found = version[1] if version else f"unknown ({output.strip()})"
        raise BrokerError(f"Kafka needs Java 17 or newer and {java} is {found}: put a newer one on the PATH")
    return java


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


def _spawn(command: Sequence[str], folder: Path, output: int) -> subprocess.Popen[str]:
    program = Path(command[0])  # the PATH may name it from here, and we start it there
    return subprocess.Popen(  # noqa: S603  the programs are our own choice
        [sys.executable, "-I", "-S", "-c", _TIED, str(os.getpid()), str(program.absolute()), *command[1:]],
        cwd=folder,
        env={**os.environ, "LC_ALL": "C.UTF-8"},  # else Java cannot open a folder with Vietnamese letters
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,  # Ctrl-C reaches us alone, and we end it in order
    )


def _run(command: Sequence[str], folder: Path) -> tuple[int, str]:
    process = _spawn(command, folder, subprocess.PIPE)
    try:
        output, _ = process.communicate()
    finally:
        _end(process)
    return process.returncode, output


def _end(process: subprocess.Popen[str], patience_seconds: float = 10) -> None:
    if process.poll() is not None:
        return
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(patience_seconds)
    except subprocess.TimeoutExpired:
        pass
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-12:])


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
