"""Sorting what does not fit into memory: rows in any order in, rows by key out, through a temporary file.

The file has no name, so nothing is left of it, however the process ends.
"""

import heapq
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

Row = tuple[str, int, bytes]
"""Key, rank within the key, and what is kept: rows come back in this order."""

CHUNK = 6 * 2**20
"""Bytes of rows held before they are sorted and put on the disk."""
BLOCK = 64
"""Rows read at a time from each sorted run."""
RUNS = 48
"""Sorted runs; more are merged into one."""
_OVERHEAD = 180
"""Bytes that a row costs in memory beside its own."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Row]).decode


class Spool:
    """Rows to be sorted; the temporary file is made in `folder` once it is needed."""

    def __init__(self, folder: Path, chunk: int = CHUNK) -> None:
        self._folder, self._chunk = folder, chunk
        self._rows: list[Row] = []
        self._held = 0
        self._file: BinaryIO | None = None
        self._runs: list[tuple[int, int]] = []

    def put(self, key: str, rank: int, kept: bytes) -> None:
        """Take a row. OSError if the disk does not."""
        self._rows.append((key, rank, kept))
        self._held += len(kept) + _OVERHEAD
        if self._held >= self._chunk:
            self._spill()

    def rows(self) -> Iterator[Row]:
        """All of them in order; the spool is empty afterwards."""
        self._rows.sort()
        try:
            yield from heapq.merge(*self._read(), self._rows)
        finally:
            self.drop()

    def drop(self) -> None:
        """Forget everything."""
        self._rows, self._held, self._runs = [], 0, []
        if self._file is not None:
            file, self._file = self._file, None
            with suppress(OSError):  # it flushes once more: what a full disk did not take is not wanted
                file.close()

    def _spill(self) -> None:
        self._rows.sort()
        if len(self._runs) >= RUNS:
            rows, old = heapq.merge(*self._read()), self._file
            self._file, self._runs = None, []
            self._run(rows)
            if old is not None:
                old.close()
        self._run(self._rows)
        self._rows, self._held = [], 0

    def _run(self, rows: Iterable[Row]) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - it lives as long as the spool
        begin = self._file.seek(0, 2)
        block: list[Row] = []
        for row in rows:
            block.append(row)
            if len(block) == BLOCK:
                self._put(self._file, block)
                block = []
        if block:
            self._put(self._file, block)
        self._runs.append((begin, self._file.tell()))

    def _put(self, file: BinaryIO, block: list[Row]) -> None:
        raw = _encode(block)
        file.write(len(raw).to_bytes(4, "little") + raw)

    def _read(self) -> list[Iterator[Row]]:
        return [_run(self._file, begin, end) for begin, end in self._runs if self._file is not None]


def _run(file: BinaryIO, at: int, end: int) -> Iterator[Row]:
    while at < end:
        file.seek(at)
        size = int.from_bytes(file.read(4), "little")
        yield from _decode(file.read(size))
        at += 4 + size
