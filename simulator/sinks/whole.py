"""A file that is whole or not there: written beside its place, and given its name when all is in it.

`NAME.PID.part` in the same folder is what is being written; an interrupted process may leave one behind.
"""

import errno
import gzip
import os
import re
from pathlib import Path
from typing import BinaryIO, cast

PART = ".part"
"""The end of the name of what is not whole."""
_PART = re.compile(rf"\.(\d+){re.escape(PART)}$")
_AT_ONCE = 2.0
"""Seconds by which the clocks of a file and of a process may differ."""


class Whole:
    """The file under way; `left` are the parts of dead processes that stand beside it.

    A device or a pipe is written to directly. OSError if the place cannot be taken: a folder, the `.part` of
    another run (nothing is resumed), or a file that a living process is writing.
    """

    def __init__(self, path: Path) -> None:
        if path.name.endswith(PART):
            raise OSError(
                errno.EINVAL,
                "a .part is what an interrupted run left, and cannot be resumed: "
                "name the file itself, and the run begins anew",
            )
        if path.is_symlink() and path.is_file():
            path = path.resolve()  # what a link points to is replaced, and not the link
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder: name a file in it")
        if not path.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, f"there is no folder {path.parent}: make it first")
        self.path = path
        self.direct = path.exists() and not path.is_file()
        self.left = () if self.direct else _left(path)
        self.part = path if self.direct else path.with_name(f"{path.name}.{os.getpid()}{PART}")
        self._streams: list[BinaryIO] = []

    def stream(self, packed: bool = False) -> BinaryIO:
        """What to write to; `packed`: compressed, without time and name, which differ from run to run."""
        raw = self.part.open("wb")
        self._streams.append(raw)
        if packed:
            zipped = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0)
            self._streams.append(cast("BinaryIO", zipped))
        return self._streams[-1]

    def seal(self) -> None:
        """All is written: have it on the disk."""
        while len(self._streams) > 1:
            self._streams.pop().close()
        if self.direct:
            self._shut()
            return
        with self.part.open("rb+") as raw:
            self._shut()
            os.fsync(raw.fileno())

    def place(self) -> None:
        """Give the sealed file its name, in place of what bore it."""
        if not self.direct:
            self.part.replace(self.path)

    def drop(self) -> None:
        """Take away what is not whole; what bore the name before stays."""
        for stream in reversed(self._streams):
            try:
                stream.close()
            except OSError:  # what could not be written is dropped anyway
                continue
        self._streams.clear()
        if not self.direct:
            self.part.unlink(missing_ok=True)

    def _shut(self) -> None:
        while self._streams:
            self._streams[-1].close()
            self._streams.pop()


def _left(path: Path) -> tuple[Path, ...]:
    """The parts of dead processes; OSError if a living one is writing this file."""
    left = []
    for part in sorted(path.parent.iterdir()):
        found = _PART.search(part.name)
        if found is None or part.name != f"{path.name}{found[0]}":
            continue
        pid = int(found[1])
        if pid != os.getpid() and _lives(pid) and not _is_younger(pid, part):
            raise FileExistsError(
                errno.EEXIST,
                f"process {pid} is writing it: wait for it, or name another file "
                f"(if {pid} is something else, delete {part.name})",
            )
        if pid != os.getpid():
            left.append(part)
    return tuple(left)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError) as error:
        return isinstance(error, PermissionError)
    return True


def _is_younger(pid: int, part: Path) -> bool:
    """Whether a process began after the part was written last: it has the number of one that is gone.

    Where there is no /proc nobody knows.
    """
    try:
        ticks = int(Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[19])
        booted = re.search(r"^btime (\d+)$", Path("/proc/stat").read_text("utf-8"), re.MULTILINE)
        written = part.stat().st_mtime
    except (OSError, IndexError, ValueError):
        return False
    if booted is None:
        return False
    return int(booted[1]) + ticks / os.sysconf("SC_CLK_TCK") > written + _AT_ONCE
