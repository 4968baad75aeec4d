"""A worker as its user runs it: `motcua monitor` in a process of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]


class Worker:
    """Start, kill -9 and ask a worker that follows a broker or a store.

    It works in `folder`, its home and place for what is passing too; its log lies there.
    `within` is what its command begins with, `program` a module that runs, and what it is told first.
    """

    def __init__(
        self, folder: Path, *follow: str, within: Sequence[str] = (), program: Sequence[str] = ("motcua",)
    ) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        self.log = folder / "worker.log"
        self._command = [*within, sys.executable, "-m", *program, "monitor", "--keep-days", "0", *follow]
        self._command += ["--port", f"{self.port}"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, wait: bool = True) -> None:
        self.folder.mkdir(exist_ok=True)
        own = {"PYTHONPATH": f"{ROOT}", "HOME": f"{self.folder}", "TMPDIR": f"{self.folder}"}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, cwd=self.folder, env={**os.environ, **own}
            )
        if wait:
            self.until(lambda: self.get("/healthz"))

    @property
    def ended(self) -> bool:
        """Whether it does not run, by itself or because it was told to end."""
        return self._process is None or self._process.poll() is not None

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGTERM)
        return self._process.wait(15)

    def at_work(self, seconds: float) -> bool:
        """Whether it has its partitions, or has them in so many seconds."""
        end = time.monotonic() + seconds
        while not (self.get("/healthz") or {"ready": False})["ready"]:
            if self.ended or time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def get(self, path: str, **asked: str) -> Any:
        """The JSON of an address; None while there is no answer, or none yet (409, 503)."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}?{urlencode(asked)}", timeout=30) as answer:
                return json.loads(answer.read())
        except HTTPError as error:
            if error.code in {409, 503, 404}:
                return None
            raise
        except (URLError, ConnectionError):
            return None

    def until(self, found: Any, seconds: float = 90) -> Any:
        """What `found` gives once it gives something; the worker's log where it never does."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = found()
            if value:
                return value
            if self._process is not None and self._process.poll() is not None:
                break
            time.sleep(0.05)
        log = self.log.read_text(errors="replace")
        raise AssertionError(f"the worker gave no answer; its log: {log[-2000:]}")

    def indicators(self, scenario: str, as_of: str, seconds: float = 90, **asked: str) -> Any:
        """The figures as of an instant, once stream time has come there."""
        return self.until(
            lambda: self.get("/api/indicators", scenario=scenario, as_of=as_of, **asked), seconds
        )
