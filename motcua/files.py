"""Files: events (`.jsonl`, `.jsonl.gz`) and dossier tables (`.csv`, `.csv.gz`) as messages in order.

A table's row becomes its facts (accepted, resolved), as JSON text.
What is wrong in a row is judged where every message is judged, and becomes a dead letter with its reason.
"""

import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TextIO, cast

import msgspec

from dossier.event import Message, Rejected, decode, encode

COLUMNS = (
    "dossier_id", "office", "received_at", "due_at", "finished_at", "procedure", "channel", "online",
    "level", "field", "agency", "limit", "service", "account", "device",
)  # fmt: skip
NEEDED = ("dossier_id", "received_at", "finished_at")


class BadInput(ValueError):
    """A file that cannot be used, and what to do about it; one sentence."""


class Line(NamedTuple):
    """A message of a file: its bytes and the event in them, None where there is none."""

    event: Message | None
    value: bytes


def is_table(path: Path) -> bool:
    """Whether the file is a dossier table, by its name."""
    return path.name.removesuffix(".gz").endswith(".csv")


def read(path: Path, columns: Mapping[str, str], scenario: str | None) -> Iterator[Line]:
    """The messages of a file: events in the file's order, a table's facts in order of time.

    `columns` maps our names to a table's own; `scenario` renames the world of what is read.
    """
    if is_table(path):
        yield from _facts(path, columns, scenario or "live")
    elif path.name.removesuffix(".gz").endswith((".jsonl", ".ndjson")):
        yield from _events(path, scenario)
    else:
        raise BadInput(f"{path}: neither events (.jsonl, .jsonl.gz) nor a dossier table (.csv, .csv.gz)")


def last_named(event: Message) -> datetime:
    """The last instant that an event names: its own, or the due date it sets."""
    due = getattr(event, "due_at", None)
    return event.at if due is None else max(event.at, due)


def _open(path: Path, errors: str) -> TextIO:
    try:
        file = gzip.GzipFile(path) if path.suffix == ".gz" else path.open("rb")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    return TextIOWrapper(cast("BinaryIO", file), encoding="utf-8-sig", errors=errors, newline="")


def _lines(path: Path, file: TextIO) -> Iterator[str]:
    try:
        yield from file
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"{path} is damaged: {error}; fetch it again") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8 ({error.reason}): save it as UTF-8") from error


def _events(path: Path, scenario: str | None) -> Iterator[Line]:
    with _open(path, "surrogateescape") as file:
        for text in _lines(path, file):
            value = text.strip().encode("utf-8", "surrogateescape")
            if value:
                yield _line(value, scenario)


def _line(value: bytes, scenario: str | None) -> Line:
    event = decode(value)
    if isinstance(event, Rejected):
        return Line(None, value)
    if scenario is not None and event.scenario != scenario:
        event = msgspec.structs.replace(event, scenario=scenario)
        value = encode(event)
    return Line(event, value)


def _facts(path: Path, columns: Mapping[str, str], scenario: str) -> Iterator[Line]:
    """A table's facts; the order of time, but never a dossier's end before its beginning."""
    lines: list[tuple[float, int, Line]] = []
    with _open(path, "strict") as file:
        reader = csv.DictReader(_lines(path, file))
        for row in _rows(path, reader, columns):
            latest = 0.0
            for fact in _row(row, columns, scenario):
                line = _line(msgspec.json.encode(fact), None)
                if line.event is None:  # the dead letter says where it was
                    line = Line(
                        None, msgspec.json.encode({**fact, "file": path.name, "line": reader.line_num})
                    )
                latest = max(latest, line.event.at.timestamp() if line.event else 0.0)
                lines.append((latest, len(lines), line))
    lines.sort(key=lambda line: line[:2])
    yield from (line for _, _, line in lines)


def _rows(path: Path, reader: "csv.DictReader[str]", columns: Mapping[str, str]) -> Iterator[dict[str, str]]:
    try:
        _check_header(path, reader.fieldnames or [], columns)
        yield from reader
    except csv.Error as error:
        raise BadInput(f"{path}, line {reader.line_num}: {error}; is a quote left open?") from error


def _row(row: Mapping[str, str], columns: Mapping[str, str], scenario: str) -> list[dict[str, Any]]:
    get = {name: (row.get(columns.get(name, name)) or "").strip() for name in COLUMNS}
    who = {"scenario": scenario, "dossier_id": get["dossier_id"], "office": get["office"] or "(none)"}
    accepted: dict[str, Any] = {"type": "accepted", **who, "seq": 1, "at": get["received_at"]}
    accepted["procedure"] = get["procedure"] or "(none)"
    accepted["channel"] = get["channel"] or "(none)"
    online = get["online"].lower() or ("1" if get["channel"] == "online" else "0")
    accepted["online"] = {"1": True, "true": True, "0": False, "false": False}.get(online, online)
    for name in ("due_at", "level", "field", "agency", "limit", "service", "account", "device"):
        if get[name]:
            accepted[name] = get[name]
    if not get["finished_at"]:
        return [accepted]
    return [accepted, {"type": "resolved", **who, "seq": 2, "at": get["finished_at"]}]


def _check_header(path: Path, header: list[str] | Any, columns: Mapping[str, str]) -> None:
    for ours in columns:
        if ours not in COLUMNS:
            raise BadInput(
                f"--map {ours}=...: {ours!r} is no column of ours; use one of {', '.join(COLUMNS)}"
            )
    if len(header) == 1 and header[0].count(";") > 1:
        raise BadInput(f"{path} has its columns parted by semicolons: save it with commas, as CSV UTF-8")
    for ours in (*NEEDED, *columns):
        theirs = columns.get(ours, ours)
        if theirs not in header:
            raise BadInput(
                f"{path} has no column {theirs!r}; it has {', '.join(header) or 'none'}: "
                f"say which one it is with --map {ours}=COLUMN"
            )
    twice = [name for name in COLUMNS if list(header).count(columns.get(name, name)) > 1]
    if twice:
        raise BadInput(f"{path} has the column {columns.get(twice[0], twice[0])!r} twice: rename one of them")
