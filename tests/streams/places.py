"""Where a worker may run when it is struck: beyond a wire that can be cut, or where the disk is full."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import SystemRandom

from streams.node import HOST, Broker, free_port


class Lacking(RuntimeError):
    """This machine does not let us make such a place; says why."""


class SideDoor(Broker):
    """A broker that workers reach another way than we do: by the port `side` of `host`, called `named`."""

    def __init__(self, folder: Path, host: str = HOST, named: str = "") -> None:
        super().__init__(folder)
        self.side = free_port()
        self._side = f"{host}:{self.side}"
        self.named = named or self._side

    def _settings(self) -> dict[str, str]:
        usual = super()._settings()
        return {
            **usual,
            "listeners": f"{usual['listeners']},SIDE://{self._side}",
            "advertised.listeners": f"PLAINTEXT://{self.address},SIDE://{self.named}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SIDE:PLAINTEXT",
        }


class Wire:
    """A network namespace and the one wire that joins it to us."""

    def __init__(self) -> None:
        number = SystemRandom().randrange(2**14)
        near = 4 * number
        # 198.18.0.0/15 is for trials of networks (RFC 2544); four addresses of it are ours.
        self.here, self.there = (f"198.18.{(near + n) // 256}.{(near + n) % 256}" for n in (1, 2))
        self.name = f"motcua-{number}"
        self._end = f"mc{number}"
        self.prefix = ("ip", "netns", "exec", self.name)
        """What a command begins with that is to run in it."""

    def lay(self) -> None:
        """Make both; Lacking where we may not."""
        other = f"{self._end}w"
        _do("ip", "netns", "add", self.name)
        _do("ip", "link", "add", self._end, "type", "veth", "peer", "name", other, "netns", self.name)
        _do("ip", "address", "add", f"{self.here}/30", "dev", self._end)
        _do(*self.prefix, "ip", "address", "add", f"{self.there}/30", "dev", other)
        _do(*self.prefix, "ip", "link", "set", other, "up")
        _do(*self.prefix, "ip", "link", "set", "lo", "up")
        self.mend()

    def cut(self) -> None:
        """From now on nothing comes through, and nobody is told so."""
        _do("ip", "link", "set", self._end, "down")

    def mend(self) -> None:
        """It comes through again."""
        _do("ip", "link", "set", self._end, "up")


@contextmanager
def wire() -> Iterator[Wire]:
    """A wire, gone at the end with its namespace."""
    one = Wire()
    try:
        one.lay()
        yield one
    finally:
        _try("ip", "netns", "delete", one.name)  # its end of the wire goes with it, and so does ours


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A disk of so many kilobytes at a folder."""
    folder.mkdir(parents=True)
    _do("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "motcua", f"{folder}")
    try:
        yield folder
    finally:
        _do("umount", "--lazy", f"{folder}")


def fill(folder: Path) -> Path:
    """Fill the disk of a folder; the file that takes all the room."""
    ballast = folder / "ballast"
    with ballast.open("ab", buffering=0) as file:
        for size in (65536, 1024, 1):
            while _written(file.fileno(), bytes(size)):
                pass
    return ballast


def _written(file: int, what: bytes) -> bool:
    try:
        return os.write(file, what) > 0
    except OSError:
        return False


def _do(*command: str) -> None:
    if said := _try(*command):
        raise Lacking(f"{' '.join(command)}: {said}")


def _try(*command: str) -> str:
    """What a command says when it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        return str(error)
    return done.stderr.strip() or f"exit status {done.returncode}" if done.returncode else ""
