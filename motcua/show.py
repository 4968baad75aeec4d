"""Showing figures on a terminal: tables, numbers and rates in English or Vietnamese."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

LANGUAGES = ("en", "vi")


def number(value: float | None, lang: str = "en") -> str:
    """1,234,567 in English, 1.234.567 in Vietnamese; a dash for nothing."""
    if value is None:
        return "-"
    text = f"{value:,.0f}"
    return text.replace(",", ".") if lang == "vi" else text


def percent(value: float | None, lang: str = "en") -> str:
    """A rate with two decimals, rounded down, so that 97.996 % never shows as a target of 98 % reached."""
    if value is None:
        return "-"
    text = f"{int(value * 10_000 + 1e-9) / 100:.2f} %"
    return text.replace(".", ",") if lang == "vi" else text


def moment(text: str) -> str:
    """An instant to the second; figures at stream time are those a microsecond after it."""
    return datetime.fromisoformat(text).isoformat(sep=" ", timespec="seconds")


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Columns aligned: the first to the left, the others to the right."""
    cells = [list(map(str, row)) for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
