"""`motcua due --table`: a due date for every row of a table, by its own office's calendar."""

import csv
import gzip
import os
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, TextIO, cast

from dossier.event import YEARS
from dossier.law.calendar import WorkingCalendar
from dossier.law.catalogue import Way
from dossier.law.deadline import Limit, due, parse_limit
from motcua.files import BadInput
from motcua.progress import Count
from motcua.reckon import Question

COLUMNS = ("received_at", "limit", "office", "procedure", "channel", "case")
DUE, WRITTEN = "due_at", "due_at_written"
_SHOW_EVERY = 1000


@dataclass
class Stamped:
    """What a table came to: its rows, how many could not be read, and the first of these."""

    rows: int = 0
    wrong: int = 0
    first: str = ""

    def told(self) -> str:
        """How many rows could not be read, and where the first one stands."""
        return (
            f"{self.wrong:,} of {self.rows:,} rows have no due_at because they cannot be read; {self.first}"
        )


def stamp(question: Question, path: Path, out: str, columns: Mapping[str, str]) -> Stamped:
    """Write the table with its due dates; BadInput for a table that cannot be used."""
    with _reading(path) as file:
        reader = csv.reader(file, strict=True)
        try:
            header = next(reader, [])
            places = _places(path, header, columns)
            row_due = _Rows(question, places)
            with _writing(out) as sink:
                return _copy(path, reader, header, row_due, csv.writer(sink, lineterminator="\n"))
        except csv.Error as error:
            raise BadInput(f"{path}, line {reader.line_num}: {error}; is a quote left open?") from error
        except UnicodeDecodeError as error:
            raise BadInput(f"{path} is not UTF-8 ({error.reason}): save it as UTF-8") from error
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BadInput(f"{path} is damaged: {error}; fetch it again") from error


class _Rows:
    """The due date of a row, as text; ValueError that says what is wrong with the row."""

    def __init__(self, question: Question, places: Mapping[str, int]) -> None:
        self._question, self._places = question, places
        self._limit = _limits(question, places)
        self._office = places.get("office")

    def due(self, row: Sequence[str]) -> str:
        text = row[self._places["received_at"]].strip()
        at = _instant(text)
        question = self._question
        office = question.office if self._office is None else row[self._office].strip()
        calendar = question.book.of(office)
        found = due(at, self._limit(row, calendar, at), calendar, question.sets).at
        if found is None:
            return ""
        if text.endswith("Z"):
            return datetime.fromtimestamp(found, UTC).isoformat()[:-6] + "Z"
        return calendar.local(found).isoformat()


_Limits = Callable[[Sequence[str], WorkingCalendar, float], Limit]


def _limits(question: Question, places: Mapping[str, int]) -> _Limits:
    """How a row finds its limit: the same for all, its own column, or its procedure's."""
    if question.limit is not None:
        every = question.limit
        return lambda _, __, ___: every
    if "limit" in places and not question.procedure:
        place, parsed = places["limit"], lru_cache(4096)(parse_limit)
        return lambda row, _, __: parsed(row[place].strip())
    cached = lru_cache(65_536)(question.found)
    way = question.way

    def of_procedure(row: Sequence[str], calendar: WorkingCalendar, at: float) -> Limit:
        def cell(name: str, usual: str) -> str:
            return usual or (row[places[name]].strip() if name in places else "")

        own = Way(cell("channel", way.channel), cell("case", way.case), way.remote)
        return cached(calendar.local(at).date(), cell("procedure", question.procedure), own).limit

    if not question.procedure and "procedure" not in places:
        raise BadInput(
            "no limit: give --limit or --procedure, or say with --map limit=COLUMN where each row has its own"
        )
    return of_procedure


def _instant(text: str) -> float:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no instant: write 2026-03-31T17:00:00+07:00") from None
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no offset: write {text}+07:00, or Z for UTC")
    if at.year not in YEARS:
        raise ValueError(f"{text!r} is too far off: a year from {YEARS[0]} to {YEARS[-1]}")
    return at.timestamp()


def _places(path: Path, header: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Where our columns stand in the table."""
    for ours in columns:
        if ours not in COLUMNS:
            raise BadInput(f"--map {ours}=...: {ours!r} is not read here; use one of {', '.join(COLUMNS)}")
    places = {}
    for ours in COLUMNS:
        theirs = columns.get(ours, ours)
        if list(header).count(theirs) > 1:
            raise BadInput(f"{path} has the column {theirs!r} twice: rename one of them")
        if theirs in header:
            places[ours] = list(header).index(theirs)
        elif ours in columns or ours == "received_at":
            raise BadInput(
                f"{path} has no column {theirs!r}; it has {', '.join(header) or 'none'}: "
                f"say which one it is with --map {ours}=COLUMN"
            )
    return places


def _copy(path: Path, reader: Any, header: list[str], rows: _Rows, sink: Any) -> Stamped:
    """Every row with its due date; the old one moves to `due_at_written` unless there is one already."""
    stamped, width = Stamped(), len(header)
    place = header.index(DUE) if DUE in header else None
    keeps = place is not None and WRITTEN not in header
    head = header if place is not None else [*header, DUE]
    sink.writerow([*head, WRITTEN] if keeps else head)
    with Count("rows") as count:
        for row in reader:
            if not row:
                continue
            if len(row) != width:
                raise BadInput(
                    f"{path}, line {reader.line_num}: {len(row)} cells where the header has {width}; "
                    "is a quote or a comma missing?"
                )
            old = "" if place is None else row[place]
            found = _due(rows, row, stamped, reader.line_num)
            if place is None:
                row.append(found)
            else:
                row[place] = found
            if keeps:
                row.append(old)
            sink.writerow(row)
            stamped.rows += 1
            if stamped.rows % _SHOW_EVERY == 0:
                count.add(_SHOW_EVERY)
    return stamped


def _due(rows: _Rows, row: Sequence[str], stamped: Stamped, line: int) -> str:
    try:
        return rows.due(row)
    except ValueError as error:
        stamped.wrong += 1
        stamped.first = stamped.first or f"the first is line {line}: {error}"
        return ""


@contextmanager
def _reading(path: Path) -> Iterator[TextIO]:
    try:
        raw = cast("IO[bytes]", gzip.GzipFile(path) if path.suffix == ".gz" else path.open("rb"))
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    with TextIOWrapper(raw, encoding="utf-8-sig", newline="") as file:
        yield file


@contextmanager
def _writing(out: str) -> Iterator[TextIO]:
    """The sink as UTF-8: standard output, a device, or a file that stands only once it is whole."""
    if out == "-":
        text = TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=True)
        try:
            yield text
            text.flush()
        finally:
            text.detach()
        return
    path = Path(out)
    if not path.name.removesuffix(".gz").endswith(".csv") and not (path.exists() and not path.is_file()):
        raise BadInput(f"--out {out}: name a .csv or .csv.gz file")
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with _fresh(part, path.suffix == ".gz") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _fresh(part: Path, packed: bool) -> Iterator[TextIO]:
    try:
        raw = part.open("wb")
    except OSError as error:
        raise BadInput(f"{part.parent} cannot be written to: {error.strerror}") from error
    sink = cast("IO[bytes]", gzip.GzipFile("", "wb", fileobj=raw, mtime=0) if packed else raw)
    with raw, sink, TextIOWrapper(sink, encoding="utf-8", newline="") as file:
        yield file
