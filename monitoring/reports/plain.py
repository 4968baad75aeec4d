"""Reports as CSV for a spreadsheet, and as plain text for a terminal."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from monitoring.reports.table import Column, Kind, Layout, Section, kind_of, written

BOM = "\ufeff"
"""Without it Excel takes UTF-8 for something else."""
UPRIGHT, FEW = 12, 6
"""More columns than this with so few rows are written one below the other."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


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


def _table(section: Section, lang: str) -> str:
    """One line a row; one line a column where few rows are too wide for a terminal."""
    columns = section.columns
    rows = [*section.rows, *([section.total] if section.total else [])]
    cells = [[_cell(row, column, lang) for column in columns] for row in rows]
    if len(columns) > UPRIGHT and len(rows) <= FEW:
        names = [_long(column) for column in columns]
        lines = [list(line) for line in zip(names, *cells, strict=True)]
        sides = [Column("", (), "text"), *[Column("", ())] * len(rows)]
        return "\n".join(_line(line, _widths(lines), sides) for line in lines)
    names = [_short(column) for column in columns]
    widths = _widths([names, *cells])
    lines = [names, ["-" * width for width in widths], *cells]
    legend = [_long(column) for column in columns if column.number and column.kind == "count"]
    return "\n".join([*(_line(row, widths, columns) for row in lines), *legend])


def _cell(row: Mapping[str, Any], column: Column, lang: str) -> str:
    value = row.get(column.key)
    return "" if value is None else written(value, kind_of(column, row), lang)


def _widths(lines: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*lines, strict=True)]


def _long(column: Column) -> str:
    """The whole heading, with its number."""
    words = ", ".join(column.heading)
    return f"({column.number.split(' ')[0]}) {words}" if column.number else words


def _short(column: Column) -> str:
    """The number of an official column, told below; else the last of its heading, cut."""
    if column.number and column.kind == "count":
        return f"({column.number.split(' ')[0]})"
    last = column.heading[-1]
    return last if len(last) <= 18 else last[:17] + "…"


def _line(row: Sequence[str], widths: Sequence[int], columns: Sequence[Column]) -> str:
    fitted = [
        cell.ljust(width) if column.kind in {"text", "instant", "day"} else cell.rjust(width)
        for cell, width, column in zip(row, widths, columns, strict=True)
    ]
    return "  ".join(fitted).rstrip()
