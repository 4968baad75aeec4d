"""JSON lines: one event a line, to a file that is whole or not there, or to a stream."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from dossier.event import Message, encode
from simulator.sinks.sink import FileSink
from simulator.sinks.whole import Whole

_lines = msgspec.json.Encoder().encode_lines


class Lines(FileSink):
    """A file of JSON lines, compressed if its name ends in .gz."""

    def _begin(self) -> None:
        self._out = self.file.stream(packed=self.path.suffix == ".gz")

    def _write(self, events: Sequence[Message]) -> None:
        self._out.write(_lines(events))

    def lines(self, batch: Iterable[bytes]) -> None:
        """Take events that are JSON lines already, each with its line feed."""
        with self._told():
            self._out.write(b"".join(batch))


def write(events: Iterable[Message], target: str | Path | BinaryIO) -> int:
    """Write events as JSON lines to a path (compressed if it ends in .gz) or a binary stream; how many.

    A path appears when all is written: an interrupted run leaves no half file that could be taken for whole.
    The same events give the same bytes, compressed ones too. OSError if it cannot be written.
    """
    if not isinstance(target, str | Path):
        return _each(events, target)
    whole = Whole(Path(target))
    try:
        count = _each(events, whole.stream(packed=Path(target).suffix == ".gz"))
        whole.seal()
        whole.place()
    finally:
        whole.drop()
    return count


def _each(events: Iterable[Message], out: BinaryIO) -> int:
    """One by one, for a reader at the other end waits for none but the next."""
    count = 0
    for event in events:
        out.write(encode(event) + b"\n")
        count += 1
    return count
