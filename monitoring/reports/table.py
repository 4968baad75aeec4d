"""How an answer is laid out: columns under headings of several rows, sections, notes; in one language."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from monitoring import numerals

Kind = Literal["text", "nth", "count", "share", "instant", "day", "yes", "own"]
"""How a value is written; "nth" is a running number, "own": as its row says under "kind"."""
YES = {"en": ("yes", "no"), "vi": ("có", "không")}


class Column(NamedTuple):
    """A column: the key of its values, its heading from the top row down, and how they are written."""

    key: str
    heading: tuple[str, ...]
    kind: Kind = "count"
    number: str = ""
    """What stands under the heading of an official form: "3 = 4 + 5 + 6"."""
    aside: bool = False
    """A note outside the official columns."""


def kind_of(column: Column, row: Mapping[str, Any]) -> Kind:
    """How the column's value in a row is written."""
    kind: Kind = row["kind"] if column.kind == "own" else column.kind
    return kind


class Section(NamedTuple):
    """A table with what is said above it."""

    columns: Sequence[Column]
    rows: Sequence[dict[str, Any]]
    total: dict[str, Any] | None = None
    heading: str = ""
    sentences: Sequence[str] = ()


class Layout(NamedTuple):
    """A whole report, ready to be written in any format."""

    lang: str
    number: str
    """The form's own number: "II.06a/VPCP/KSTT"."""
    title: str
    period: str
    unit: str
    """What is counted: "Unit: dossiers"."""
    sections: Sequence[Section]
    notes: Sequence[str]
    checks: Sequence[tuple[str, bool, str]] = ()
    """What was checked, whether it holds, and where it fails."""
    reporter: str = ""
    receiver: str = ""
    motto: bool = False


class Heading(NamedTuple):
    """A cell of the heading: its place from 0, and how far it reaches."""

    row: int
    column: int
    rows: int
    columns: int
    text: str


def headings(columns: Sequence[Column]) -> list[Heading]:
    """The cells of the heading, with what is alike and adjacent merged."""
    depth = max((len(column.heading) for column in columns), default=0)
    out: list[Heading] = []
    for row in range(depth):
        start = 0
        while start < len(columns):
            path = columns[start].heading
            if row >= len(path):
                start += 1
                continue
            last = row == len(path) - 1
            end = start + 1
            while end < len(columns) and _alike(columns[end].heading, path, row):
                end += 1
            out.append(Heading(row, start, depth - row if last else 1, end - start, path[row]))
            start = end
    return out


def _alike(one: tuple[str, ...], other: tuple[str, ...], row: int) -> bool:
    """The two share their heading down to a row, and both end there or neither."""
    return one[: row + 1] == other[: row + 1] and (len(one) == row + 1) is (len(other) == row + 1)


def depth(columns: Sequence[Column]) -> int:
    """How many rows the heading has."""
    return max((len(column.heading) for column in columns), default=0)


def written(value: Any, kind: Kind, lang: str) -> str:
    """A value as people read it."""
    return numerals.MISSING if value is None else _WRITTEN[kind](value, lang)


def day(iso: str, lang: str) -> str:
    """A day, or an instant's day in its own offset, as people read it."""
    return numerals.day(date.fromisoformat(iso[:10]).isoformat(), lang)


def moment(iso: str, lang: str) -> str:
    """An instant to the minute, in its own offset."""
    at = datetime.fromisoformat(iso)
    return f"{numerals.day(at.date().isoformat(), lang)} {at:%H:%M}"


_WRITTEN: dict[Kind, Callable[[Any, str], str]] = {
    "text": lambda value, _: str(value),
    "nth": lambda value, _: str(value),
    "count": numerals.count,
    "share": numerals.percent,
    "instant": moment,
    "day": day,
    "yes": lambda value, lang: YES[lang][0 if value else 1],
}


def numbered(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with their running number, from 1."""
    return [{"no": n, **row} for n, row in enumerate(rows, 1)]
