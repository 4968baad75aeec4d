"""A checkpoint: the finished runs of an experiment in a file that only grows, one line a replication.

Its first line says what was asked. A process may be killed at any moment: a last line without its end is
dropped, all others count, and what follows has the bytes that it would have had.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from simulator.experiments.measures import Key

Row = dict[str, Any]
VERSION = 1


class CheckpointError(ValueError):
    """A file that is no checkpoint, or another experiment's; what to do."""


class Checkpoint:
    """The file; `rows` are those that were there, by seed."""

    def __init__(self, path: Path, asked: Mapping[str, Any]) -> None:
        self._path, self._asked = path, {"checkpoint": VERSION, **asked}
        self._file: BinaryIO | None = None
        self.rows: dict[int, Row] = {}
        self._keys: list[Any] = []

    def __enter__(self) -> Self:
        """The rows that are there are read; one that was cut short is taken away."""
        whole = self._read() if self._path.exists() else 0
        self._file = self._path.open("r+b" if whole else "wb")
        if whole:
            self._file.truncate(whole)
            self._file.seek(whole)
        else:
            self._write(self._asked)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, seed: int, row: Row) -> None:
        """A replication is done."""
        self._write({"seed": seed, **self._packed(row)})

    def _packed(self, row: Row) -> Row:
        """Keys are written when they are not those of the line before."""
        names = [[world["keys"], world["known"]] for world in row["worlds"]]
        new, self._keys = names != self._keys, names
        skip = () if new else ("keys", "known")
        return {"worlds": [{k: v for k, v in world.items() if k not in skip} for world in row["worlds"]]}

    def _write(self, line: Mapping[str, Any]) -> None:
        assert self._file is not None
        self._file.write(_line(line))
        self._file.flush()

    def _read(self) -> int:
        """How many bytes of the file are whole lines."""
        content = self._path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if not whole:
            self._check_cut(content)
            return 0
        first, *others = content[:whole].splitlines()
        head = _parsed(first)
        if not isinstance(head, dict) or "checkpoint" not in head:
            raise self._none()
        for name, asked in self._asked.items():
            if head.get(name) != asked:
                raise CheckpointError(
                    f"{self._path} is the checkpoint of another experiment ({name}: {head.get(name)!r} "
                    f"there, {asked!r} now): name another file, or delete it"
                )
        for number, line in enumerate(others, 2):
            try:
                self._take(_parsed(line))
            except (IndexError, KeyError, TypeError, ValueError):
                raise CheckpointError(
                    f"{self._path}, line {number}: this is no replication, the file was damaged: "
                    "name another file, or delete it"
                ) from None
        return whole

    def _take(self, line: Any) -> None:
        """A line is a replication."""
        worlds = line["worlds"]
        if "keys" in worlds[0]:
            self._keys = [
                [tuple(Key(*key) for key in world[name]) for name in ("keys", "known")] for world in worlds
            ]
        for world, (keys, known) in zip(worlds, self._keys, strict=True):
            world["keys"], world["known"] = keys, known
        self.rows[line["seed"]] = {"worlds": worlds}

    def _check_cut(self, content: bytes) -> None:
        """What has no whole line is a checkpoint cut in its first, or somebody's file: that stays."""
        if not _line(self._asked).startswith(content):
            raise self._none()

    def _none(self) -> CheckpointError:
        return CheckpointError(f"{self._path} is no checkpoint: name another file, or delete it")


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _parsed(line: bytes) -> Any:
    """What a line says; None where it is no JSON."""
    try:
        return json.loads(line)
    except ValueError:
        return None
