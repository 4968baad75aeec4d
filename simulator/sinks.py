"""Sinks: where a run's facts go; JSON lines, to a file that is whole or not there, or to a stream."""

import gzip
import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from dossier.event import Message, encode


def write(events: Iterable[Message], target: str | Path | BinaryIO) -> int:
    """Write events as JSON lines to a path (compressed if it ends in .gz) or a binary stream; how many.

    A path appears when all is written: an interrupted run leaves no half file that could be taken for whole.
    The same events give the same bytes, compressed ones too.
    """
    if not isinstance(target, str | Path):
        return _lines(events, target)
    path = Path(target)
    if path.exists() and not path.is_file():  # a device or a pipe is written to, never put aside
        with path.open("wb") as raw:
            return _lines(events, raw)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as raw:
            count = _compressed(events, raw) if path.suffix == ".gz" else _lines(events, raw)
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count


def _compressed(events: Iterable[Message], raw: BinaryIO) -> int:
    # Neither time nor name in the header: they would differ from run to run.
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0) as packed:
        return _lines(events, packed)


def _lines(events: Iterable[Message], out: BinaryIO | gzip.GzipFile) -> int:
    count = 0
    for event in events:
        out.write(encode(event) + b"\n")
        count += 1
    return count
