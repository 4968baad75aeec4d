"""Tables as CSV: a row an event, or a row a dossier; every column always there, empty where nothing is told.

UTF-8 with a byte order mark, without which Excel takes it for something else; CRLF, as RFC 4180 says.
Instants are RFC 3339, flags `true` and `false`, durations seconds.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

import msgspec

from dossier.event import Message
from simulator.engine.ledger import Case
from simulator.sinks.columns import CASES, EVENTS, Column, Kind, local, values
from simulator.sinks.sink import FileSink

BOM = "\ufeff"
_FLAGS = {True: "true", False: "false", None: None}


class _Table(FileSink):
    columns: tuple[Column, ...]

    def _begin(self) -> None:
        self._out = self.file.stream(packed=self.path.suffix == ".gz")
        head = StringIO()
        csv.writer(head).writerow(column.name for column in self.columns)
        self._out.write((BOM + head.getvalue()).encode())

    def _rows(self, columns: Iterable[Iterable[Any]]) -> None:
        text = StringIO()
        csv.writer(text).writerows(zip(*columns, strict=True))
        self._out.write(text.getvalue().encode())


class EventTable(_Table):
    """A file of events as CSV, compressed if its name ends in .gz."""

    columns = EVENTS

    def _write(self, events: Sequence[Message]) -> None:
        if events:
            self._rows(map(_cells, self.columns, values(events)))


class CaseTable(_Table):
    """A file of dossiers as CSV, compressed if its name ends in .gz; each as its story ends."""

    columns = CASES

    def _cases(self, cases: Sequence[Case]) -> None:
        if cases:
            columns = (
                [None if at is None else local(at) for at in cells] if column.kind == "instant" else cells
                for column, cells in zip(CASES, zip(*cases, strict=True), strict=True)
            )
            self._rows(map(_cells, self.columns, columns))


def _cells(column: Column, cells: Iterable[Any]) -> Iterable[Any]:
    return _as_text(column.kind, cells)


def _as_text(kind: Kind, cells: Iterable[Any]) -> Iterable[Any]:
    if kind == "instant":
        return msgspec.to_builtins(list(cells))  # type: ignore[no-any-return]
    if kind == "flag":
        return [_FLAGS[cell] for cell in cells]
    return cells
