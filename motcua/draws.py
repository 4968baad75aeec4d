"""Draws from outside: a table (CSV, JSON lines, Parquet) in place of the random numbers of a run."""

import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec

from motcua.files import BadInput
from simulator.luck import table
from simulator.luck.table import WORDS, Table, TableError

ENDINGS = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".parquet")
OF_ARRIVALS = frozenset({"at", *WORDS})
"""The columns of a list of arrivals, which has no draws."""

FORMS = (
    "; write seconds from the run's origin, as 28800, or dates and times, as 2026-03-02T08:00 (Vietnam's), "
    "2026-03-02T08:00:00+07:00, or 2026-03-02 for its midnight"
)
"""What `at` may be."""

_decode = msgspec.json.Decoder(dict[str, Any]).decode


def read(path: Path, missing: bool = False) -> Table:
    """The table in a file; `named` says more."""
    return named(path, missing)[0]


def named(path: Path, missing: bool = False) -> tuple[Table, set[str]]:
    """The table in a file, and the names of its columns.

    `missing`: what it lacks is drawn, as it is for a list of arrivals in any case.

    BadInput names the column and the row (the first is 1) of what cannot be played.
    """
    if not path.name.endswith(ENDINGS):
        raise BadInput(f"{path}: draws are one of NAME{', NAME'.join(ENDINGS)}")
    try:
        if path.suffix == ".parquet":
            columns = _parquet(path)
            return Table(columns, missing or columns.keys() <= OF_ARRIVALS), set(columns)
        rows = _Rows(_csv(path) if ".csv" in path.suffixes[-2:] else _json(path))
        found = table.read(rows, True)
        found.own = missing or rows.names <= OF_ARRIVALS
    except TableError as error:
        raise refused(path, error) from error
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}") from error
    except (EOFError, zlib.error) as error:
        raise BadInput(f"{path} is damaged: {error}; fetch it again") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8 ({error.reason}): save it as UTF-8") from error
    return found, rows.names


def refused(path: Path, error: TableError) -> BadInput:
    """What is wrong in a table, with the file's name, and what is allowed."""
    words = str(error).replace("let what is missing be drawn (own)", "use --draw-missing")
    if words.startswith(("at,", "column 'at'")):
        words += FORMS
    return BadInput(f"{path}: {words}")


def _once(path: Path, header: Sequence[str]) -> None:
    """BadInput where two columns have one name."""
    for name in header:
        if header.count(name) > 1:
            raise BadInput(f"{path} has the column {name!r} {header.count(name)} times: keep one of them")


class _Rows(Iterator[Mapping[str, Any]]):
    """Rows, and the names in them."""

    def __init__(self, rows: Iterator[Mapping[str, Any]]) -> None:
        self._rows = rows
        self.names: set[str] = set()

    def __next__(self) -> Mapping[str, Any]:
        row = next(self._rows)
        self.names.update(row)
        return row


def _open(path: Path) -> TextIOWrapper:
    file = gzip.GzipFile(path) if path.suffix == ".gz" else path.open("rb")
    return TextIOWrapper(cast("BinaryIO", file), encoding="utf-8-sig", newline="")


def _csv(path: Path) -> Iterator[Mapping[str, Any]]:
    with _open(path) as file:
        reader = csv.DictReader(file)
        try:
            _once(path, reader.fieldnames or ())
            yield from reader
        except csv.Error as error:
            raise BadInput(f"{path}, line {reader.line_num}: {error}; is a quote left open?") from error


def _json(path: Path) -> Iterator[Mapping[str, Any]]:
    with _open(path) as file:
        for number, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                yield _decode(text)
            except (msgspec.DecodeError, RecursionError) as error:
                raise BadInput(f"{path}, line {number}: {error}; write one JSON object a line") from error


def _parquet(path: Path) -> dict[str, Any]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as files
    except ImportError as error:
        raise BadInput(f"{path}: Parquet needs pyarrow: pip install 'motcua[tables]'") from error
    try:
        _once(path, files.read_schema(path).names)
        found = files.read_table(path)
    except pa.ArrowException as error:
        raise BadInput(f"{path} is no Parquet file: {error}") from error
    columns = {}
    for name, column in zip(found.column_names, found.columns, strict=True):
        number = pa.types.is_floating(column.type) or pa.types.is_integer(column.type)
        columns[name] = column.to_numpy() if number else column.to_pylist()
    return columns
