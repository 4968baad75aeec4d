"""Text that cannot play with who reads it: a browser, a spreadsheet, a terminal."""

import re
from typing import Any

_BREAK = re.compile("\r\n|[\t-\r\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""C0, C1, DEL, what turns the direction of writing, and what no XML or UTF-8 file may hold."""


def clean(text: str) -> str:
    """The text on one line, with a sign that something was there for what is not to be seen."""
    return _UNSEEN.sub("\ufffd", _BREAK.sub(" ", text))


def cleaned(told: Any) -> Any:
    """The same with every text in it clean, however deep: named tuples, lists and rows."""
    if isinstance(told, str):
        return clean(told)
    if isinstance(told, dict):
        return {key: cleaned(value) for key, value in told.items()}
    if isinstance(told, tuple):
        parts = map(cleaned, told)
        return told._make(parts) if hasattr(told, "_make") else tuple(parts)
    return [cleaned(value) for value in told] if isinstance(told, list) else told
