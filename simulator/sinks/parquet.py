"""Tables as Parquet: a row an event, a row a dossier, or others; typed columns, for polars, pandas, DuckDB.

Instants carry the zone Asia/Ho_Chi_Minh; words are dictionaries; zstd; a row group has 32,768 rows, however
they came. Needs the extra `tables` (pyarrow).
"""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Generic, TypeVar

from dossier.event import Message
from simulator.engine.ledger import Case
from simulator.sinks.columns import CASES, EVENTS, Column, values
from simulator.sinks.sink import FileSink, SinkError

GROUP = 32_768
"""Rows of a row group."""
CHUNK = 4096
"""Rows made columns at a time: a row is far smaller as columns."""
ZONE = "Asia/Ho_Chi_Minh"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


Row = TypeVar("Row")


class _Parquet(FileSink, Generic[Row]):
    columns: tuple[Column, ...]
    direct = False

    def _begin(self) -> None:
        self._writer: Any = None
        self._arrow, files = _pyarrow()
        self._types = [_type(self._arrow, column) for column in self.columns]
        names = [column.name for column in self.columns]
        schema = self._arrow.schema(list(zip(names, self._types, strict=True)))
        self._writer = files.ParquetWriter(self.file.stream(), schema, compression="zstd")
        self._schema = schema
        self._held: list[Row] = []
        self._chunks: list[list[Any]] = []

    def _take(self, rows: Sequence[Row]) -> None:
        self._held += rows
        while len(self._held) >= CHUNK:
            self._chunk(self._held[:CHUNK])
            del self._held[:CHUNK]

    def _end(self) -> None:
        if self._held:
            self._chunk(self._held)
        if self._chunks:
            self._group()
        self._writer.close()

    def drop(self) -> None:
        if self._writer is not None:
            try:
                self._writer.close()
            except OSError:  # it is dropped anyway, but must not try again later
                self._writer.is_open = False
        super().drop()

    @abstractmethod
    def _values(self, rows: Sequence[Row]) -> Sequence[Sequence[Any]]:
        """The columns of some rows, instants as microseconds since 1970."""

    def _chunk(self, rows: Sequence[Row]) -> None:
        self._chunks.append(
            [
                self._arrow.array(cells, _plain(self._arrow, column))
                for column, cells in zip(self.columns, self._values(rows), strict=True)
            ]
        )
        if len(self._chunks) * CHUNK >= GROUP:
            self._group()

    def _group(self) -> None:
        columns = []
        for chunks, kind in zip(zip(*self._chunks, strict=True), self._types, strict=True):
            joined = self._arrow.chunked_array(chunks).combine_chunks()
            is_word = self._arrow.types.is_dictionary(kind)
            columns.append(joined.dictionary_encode() if is_word else joined.cast(kind))
        self._writer.write_table(self._arrow.Table.from_arrays(columns, schema=self._schema))
        self._chunks = []


class EventParquet(_Parquet[Message]):
    """A file of events."""

    columns = EVENTS

    def _write(self, events: Sequence[Message]) -> None:
        self._take(events)

    def _values(self, rows: Sequence[Message]) -> Sequence[Sequence[Any]]:
        columns = values(rows)
        for n, column in enumerate(self.columns):
            if column.kind == "instant":
                columns[n] = [None if at is None else (at - _EPOCH) // _MICROSECOND for at in columns[n]]
        return columns


class CaseParquet(_Parquet[Case]):
    """A file of dossiers, each as its story ends."""

    columns = CASES

    def _cases(self, cases: Sequence[Case]) -> None:
        self._take(cases)

    def _values(self, rows: Sequence[Case]) -> Sequence[Sequence[Any]]:
        return [
            [None if at is None else at * 1_000_000 for at in cells] if column.kind == "instant" else cells
            for column, cells in zip(self.columns, zip(*rows, strict=True), strict=True)
        ]


class RowParquet(_Parquet[Sequence[Any]]):
    """A file of rows with columns of their own; none of them instants."""

    def __init__(self, path: str | Path, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)
        super().__init__(path)

    def put(self, rows: Sequence[Sequence[Any]]) -> None:
        """Have these rows in it."""
        with self._told():
            self._take(rows)

    def _values(self, rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        return list(zip(*rows, strict=True))


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError as error:
        raise SinkError("Parquet needs pyarrow: pip install 'motcua[tables]'") from error
    return pa, pq


def _plain(arrow: Any, column: Column) -> Any:
    kinds = {
        "integer": arrow.int64(),
        "number": arrow.float64(),
        "flag": arrow.bool_(),
        "instant": arrow.int64(),
    }
    return kinds.get(column.kind, arrow.string())


def _type(arrow: Any, column: Column) -> Any:
    if column.kind == "word":
        return arrow.dictionary(arrow.int32(), arrow.string())
    return arrow.timestamp("us", tz=ZONE) if column.kind == "instant" else _plain(arrow, column)
