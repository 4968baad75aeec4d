"""Child processes that never outlive us: their own session, and killed when we are."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

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


def spawn(command: Sequence[str], folder: Path, output: int) -> subprocess.Popen[str]:
    """A program in a folder, both its outputs to a file descriptor; start it from the main thread."""
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


def run(command: Sequence[str], folder: Path) -> tuple[int, str]:
    """Runs a program to its end: its exit status and all that it said."""
    with spawn(command, folder, subprocess.PIPE) as process:
        try:
            output, _ = process.communicate()
        finally:
            end(process)
    return process.returncode, output


def end(*processes: subprocess.Popen[str], patience_seconds: float = 10) -> None:
    """Ends programs and their children in order, side by side, else by force; harmless if they have ended."""
    living = [process for process in processes if process.poll() is None]
    deadline = time.monotonic() + patience_seconds
    try:
        for process in living:
            os.killpg(process.pid, signal.SIGTERM)
        for process in living:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0, deadline - time.monotonic()))
    finally:
        for process in living:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def tail(text: str) -> str:
    """The last lines of what a program said, without colours."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)  # Maven colours even what it is told not to
    return "\n".join(plain.strip().splitlines()[-12:])
