"""Showing figures on a terminal: tables, numbers and rates in English or Vietnamese."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

LANGUAGES = ("en", "vi")
WIDE = 100
"""A table that would be wider has its headings broken."""

_NUMBER = re.compile(r"[-+]?[\d.,]+(\s?%)?|-|–|")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def number(value: float | None, lang: str = "en") -> str:
    """1,234,567 in English, 1.234.567 in Vietnamese; a dash for nothing."""
    if value is None:
        return "-"
    text = f"{value:,.0f}"
    return text.replace(",", ".") if lang == "vi" else text


def decimal(value: float, lang: str = "en") -> str:
    """A number with as many decimals as it needs, two at most."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text


def percent(value: float | None, lang: str = "en") -> str:
    """A rate with two decimals, rounded down, so that 97.996 % never shows as a target of 98 % reached."""
    if value is None:
        return "-"
    text = f"{int(value * 10_000 + 1e-9) / 100:.2f} %"
    return text.replace(".", ",") if lang == "vi" else text


def counted(count: int, noun: str) -> str:
    """1 message, 2,000 messages; in Vietnamese a noun does not change."""
    return f"{number(count)} {noun if count == 1 else f'{noun}s'}"


def day(on: date | str, lang: str) -> str:
    """A date, as official papers write it in Vietnamese."""
    on = on if isinstance(on, date) else date.fromisoformat(on)
    return f"{on:%d/%m/%Y}" if lang == "vi" else on.isoformat()


def moment(text: str, lang: str = "en") -> str:
    """An instant to the second; figures at stream time are those a microsecond after it."""
    at = datetime.fromisoformat(text)
    return (
        f"{at:%H:%M:%S} {day(at.date(), lang)}" if lang == "vi" else at.isoformat(sep=" ", timespec="seconds")
    )


def clean(text: object) -> str:
    """Text for a terminal: what a file holds must not move the cursor, change colours or turn the line."""
    return _UNSEEN.sub("\ufffd", " ".join(str(text).splitlines()) if text != "" else "")


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Columns aligned: words to the left, numbers to the right; long headings are broken if need be."""
    cells = [[clean(cell) for cell in row] for row in rows]
    columns = [list(column) for column in zip(*cells, strict=True)] or [[] for _ in head]
    heads = [[clean(name)] for name in head]
    if sum(max(map(len, (*h, *c))) + 2 for h, c in zip(heads, columns, strict=True)) > WIDE:
        heads = [_broken(h[0], max(map(len, c), default=0)) for h, c in zip(heads, columns, strict=True)]
    height = max(map(len, heads))
    heads = [[""] * (height - len(h)) + h for h in heads]
    widths = [max(map(len, (*h, *c))) for h, c in zip(heads, columns, strict=True)]
    left = _left(columns)
    lines = [_line(row, widths, left) for row in (*zip(*heads, strict=True), *cells)]
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    return "\n".join([*lines[:height], rule, *lines[height:]])


class Grid(NamedTuple):
    """A table with what stands above and below it, for a terminal or a page."""

    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    title: str = ""
    below: str = ""

    @property
    def text(self) -> str:
        """For a terminal."""
        shown = table(self.heads, self.rows) if self.rows else ""
        return "\n".join(filter(None, (self.title, shown, self.below)))

    @property
    def left(self) -> Sequence[bool]:
        """Which columns are words."""
        return _left([[clean(cell) for cell in column] for column in zip(*self.rows, strict=True)])


def _left(columns: Sequence[Sequence[str]]) -> list[bool]:
    """Which columns are words, and stand to the left."""
    return [i == 0 or not all(map(_NUMBER.fullmatch, column)) for i, column in enumerate(columns)]


def _line(row: Sequence[str], widths: Sequence[int], left: Sequence[bool]) -> str:
    parts = zip(row, widths, left, strict=True)
    return "  ".join(text.ljust(w) if is_left else text.rjust(w) for text, w, is_left in parts).rstrip()


def _broken(head: str, width: int) -> list[str]:
    """A heading over several lines, no wider than its column or its longest word."""
    words = re.findall(r"[^ _]+_?", head)
    width = max(width, *map(len, words), 0) if words else width
    lines = [""]
    for word in words:
        gap = "" if not lines[-1] or lines[-1].endswith("_") else " "
        if lines[-1] and len(lines[-1]) + len(gap) + len(word) > width:
            lines.append(word)
        else:
            lines[-1] += gap + word
    return lines
