"""Reports as CSV for a spreadsheet, and as plain text for a terminal."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from itertools import zip_longest
from string import ascii_lowercase
from textwrap import wrap
from typing import Any, NamedTuple

from monitoring.reports.table import Column, Kind, Layout, Section, kind_of, written

BOM = "\ufeff"
"""Without it Excel takes UTF-8 for something else."""
UPRIGHT, FEW = 12, 6
"""More columns than this with so few rows are written one below the other."""
WIDE = 100
"""Characters of a line."""
ROOM = ((40, 40), (24, 40), (12, 40), (0, 40), (0, 24))
"""Characters of a heading, and of a column of words, before they are wrapped.

The roomiest are taken with which a row stays on one line.
"""
INDENT = 4
"""Of what of a row does not fit in its first line."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_LEFT = frozenset({"text", "instant", "day", "yes"})
_LETTERS = (*ascii_lowercase, *(f"a{letter}" for letter in ascii_lowercase))


def csv_text(report: Layout) -> str:
    """Every section as a table, an empty line between; with a byte order mark, and CRLF.

    Counts and shares are plain numbers (0.8842), instants RFC 3339.
    A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    out = StringIO()
    write = csv.writer(out, lineterminator="\r\n").writerow
    for n, section in enumerate(report.sections):
        if n:
            write([])
        if section.heading:
            write([safe(section.heading)])
        write([safe(" / ".join(column.heading)) for column in section.columns])
        for row in [*section.rows, *([section.total] if section.total else [])]:
            write([_raw(row.get(column.key), kind_of(column, row)) for column in section.columns])
    return BOM + out.getvalue()


def safe(text: str) -> str:
    """A text that no spreadsheet runs."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) or text[:1].isspace() else text


def _raw(value: Any, kind: Kind) -> Any:
    if value is None:
        return ""
    if kind == "yes":
        return int(value)
    return value if isinstance(value, int | float) else safe(str(value))


def terminal(report: Layout) -> str:
    """The report in columns, with its checks and notes."""
    head = [report.title, report.period]
    parts = [" ".join(filter(None, (report.number, head[0]))), head[1], ""]
    for section in report.sections:
        if section.heading:
            parts.append(section.heading)
        parts += section.sentences
        parts += [_table(section, report.lang), ""]
    for name, fine, where in report.checks:
        parts.append(f"{'ok  ' if fine else 'FAIL'}  {name}{': ' + where if where else ''}")
    return "\n".join([*parts, "", *(f"* {note}" for note in report.notes)])


class _Place(NamedTuple):
    """Where a column stands on the terminal: in which line of its row, after how many characters."""

    line: int
    start: int
    width: int
    left: bool


def _table(section: Section, lang: str) -> str:
    """A line a row, or as many as it needs; a line a column where few rows would need several."""
    columns = section.columns
    rows = [*section.rows, *([section.total] if section.total else [])]
    cells = [[_cell(row, column, lang, row is section.total) for column in columns] for row in rows]
    if len(columns) > UPRIGHT and len(rows) <= FEW:
        upright = _upright(columns, cells)
        if upright is not None:
            return "\n".join(upright)
    marks = list(_marks(columns))
    names = [f"({mark})" if mark else column.heading[-1] for mark, column in zip(marks, columns, strict=True)]
    places = _fitted(names, cells, columns)
    rules = ["-" * place.width for place in places]
    lines = _row(names, places, low=True)
    lines += ["-" * WIDE] if places[-1].line else _row(rules, places)
    lines += (line for row in cells for line in _row(row, places))
    return "\n".join([*lines, *_legend(columns, marks)])


def _upright(columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> list[str] | None:
    """Headings down the side; None where that is too wide."""
    names = [_long(column) for column in columns]
    widths = [max(map(len, row)) for row in cells]
    room = WIDE - sum(widths) - 2 * len(widths)
    if room < WIDE // 2:
        return None
    places = _places([min(max(map(len, names)), room), *widths], [True, *[False] * len(cells)])
    lines = zip(names, *cells, strict=True)
    return [line for row in lines for line in _row(row, places, low=True)]


def _marks(columns: Sequence[Column]) -> Iterator[str]:
    """What stands for a column of counts that is told below: its official number, or a letter."""
    many = sum(column.kind == "count" for column in columns) > UPRIGHT
    letters = iter(_LETTERS)
    for column in columns:
        number = column.number.split(" ")[0]
        yield "" if column.kind != "count" else number or (next(letters) if many else "")


def _legend(columns: Sequence[Column], marks: Sequence[str]) -> list[str]:
    return [
        f"({mark}) {', '.join(column.heading)}" for mark, column in zip(marks, columns, strict=True) if mark
    ]


def _cell(row: Mapping[str, Any], column: Column, lang: str, total: bool) -> str:
    value = row.get(column.key)
    return "" if total and value is None else written(value, kind_of(column, row), lang)


def _fitted(names: Sequence[str], cells: Sequence[Sequence[str]], columns: Sequence[Column]) -> list[_Place]:
    """The columns' places with the roomiest headings that keep a row on one line, or with the narrowest."""
    left = [column.kind in _LEFT for column in columns]
    bodies = [max((len(row[n]) for row in cells), default=0) for n in range(len(columns))]
    places: list[_Place] = []
    for head, words in ROOM:
        widths = [_width(name, body, head, words) for name, body in zip(names, bodies, strict=True)]
        places = _places(widths, left)
        if places[-1].line == 0:
            break
    return places


def _width(name: str, body: int, head: int, words: int) -> int:
    """As wide as its cells, as the longest word of its heading, and as `head` lets it be."""
    word = max(map(len, name.split()), default=1)
    return max(min(body, words), min(word, words), min(len(name), head))


def _places(widths: Sequence[int], left: Sequence[bool]) -> list[_Place]:
    """Side by side, and in a next line, indented, where the terminal ends."""
    out: list[_Place] = []
    line = start = 0
    for width, is_left in zip(widths, left, strict=True):
        if start + width > WIDE:
            line, start = line + 1, INDENT
        out.append(_Place(line, start, width, is_left))
        start += width + 2
    return out


def _row(cells: Sequence[str], places: Sequence[_Place], low: bool = False) -> list[str]:
    """The lines of one row, each text wrapped in its own column; headings stand `low`, on their column."""
    out: list[str] = []
    for n in range(places[-1].line + 1):
        pairs = [(text, place) for text, place in zip(cells, places, strict=True) if place.line == n]
        here = [(wrap(text, place.width) or [""], place) for text, place in pairs]
        high = max(len(lines) for lines, _ in here)
        blocks = [[""] * (high - len(lines)) + lines if low else lines for lines, _ in here]
        for parts in zip_longest(*blocks, fillvalue=""):
            text = ""
            for part, (_, place) in zip(parts, here, strict=True):
                fitted = part if place.left else part.rjust(place.width)
                text = text.ljust(place.start) + fitted
            out.append(text.rstrip())
    return out


def _long(column: Column) -> str:
    """The whole heading, with its number."""
    words = ", ".join(column.heading)
    return f"({column.number.split(' ')[0]}) {words}" if column.number else words
