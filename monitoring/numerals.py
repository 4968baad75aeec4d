"""Numbers, rates and instants as people read: 1.234.567 and 88,42 % in Vietnamese, 88.42 % in English."""

import math
from datetime import UTC, date, datetime, tzinfo

MISSING = "–"
"""Shown for 0/0: nothing to judge is neither 0 % nor 100 %."""
MINUS = "\N{MINUS SIGN}"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_VIETNAMESE = str.maketrans(",.", ".,")


def count(value: int, lang: str) -> str:
    """A count with its thousands parted."""
    return _local(f"{value:,d}", lang)


def percent(value: float | None, lang: str, digits: int = 2) -> str:
    """A share as a percentage, rounded *down*, so that what is below a target never reads as the target."""
    if value is None:
        return MISSING
    scale = 10**digits
    # The inner rounding takes away the noise of binary fractions: 0.57 * 100 is 56.99999999999999.
    down = math.floor(round(value * 100 * scale, 6)) / scale
    return f"{_local(f'{down:,.{digits}f}', lang)}\u00a0%"


def signed(value: float | None, lang: str, *, points: bool = False) -> str:
    """A difference with its sign: of counts, or of shares in percentage `points`, rounded to the nearest."""
    if value is None:
        return MISSING
    text = f"{value * 100:+,.2f}" if points else f"{value:+,d}"
    return "0" if float(text.replace(",", "")) == 0 else _local(text.replace("-", MINUS), lang)


def moment(at: float | None, lang: str, zone: tzinfo = UTC) -> str:
    """An instant (seconds since 1970) to the minute, in the zone."""
    if at is None:
        return MISSING
    local = datetime.fromtimestamp(at, zone)
    return f"{day(local.date().isoformat(), lang)} {local:%H:%M}"


def day(iso: str, lang: str) -> str:
    """A day "2026-03-02" as 02/03/2026 or 2 Mar 2026."""
    on = date.fromisoformat(iso)
    return f"{on:%d/%m/%Y}" if lang == "vi" else f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def _local(text: str, lang: str) -> str:
    return text.translate(_VIETNAMESE) if lang == "vi" else text
