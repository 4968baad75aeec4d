"""What Kafka needs to run: its jars, fetched once into a cache outside the repository, and a Java."""

import fcntl
import os
import re
import shutil
import sys
from pathlib import Path

from streams.process import run, tail

POM = Path(__file__).with_name("broker.pom.xml")


class BrokerError(RuntimeError):
    """Kafka could not be fetched or started; `log` is its log file if it got as far as writing one."""

    def __init__(self, message: str, log: Path | None = None) -> None:
        super().__init__(message)
        self.log = log


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
    quiet = ["-B", "-q", "-ntp", "-C"]  # -C: a jar with a wrong checksum is refused
    goal = ["org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies", f"-DoutputDirectory={part}"]
    status, output = run([maven, *quiet, "-f", str(POM), *goal], folder.parent)
    if status != 0:
        raise BrokerError(f"Kafka could not be fetched, see to the network and try again:\n{tail(output)}")
    part.rename(folder)


def java() -> str:
    """The path of a Java that is new enough."""
    home = os.environ.get("JAVA_HOME")
    path = (home and shutil.which("java", path=f"{home}/bin")) or shutil.which("java")
    if not path:
        raise BrokerError("Java is missing: install Java 17 or newer so that java is on the PATH")
    _, output = run([path, "-version"], Path("/"))
    version = re.search(r'version "(\d+)', output)
    if version is None or int(version[1]) < 17:
        found = version[1] if version else f"unknown ({output.strip()})"
        raise BrokerError(f"Kafka needs Java 17 or newer and {path} is {found}: put a newer one on the PATH")
    return path
