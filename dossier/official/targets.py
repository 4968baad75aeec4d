"""Targets judged: a sheet against the figures of `motcua measure`.

Thresholds are compared with counts in whole numbers, so that 98 % of 50 is 49 and never 48.999.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor
from typing import Any, Literal

import msgspec

from dossier.figures.indicators import added
from dossier.official.sheet import BASE, ONCE, SHARES, Sheet, Target, percent

Status = Literal["reached", "missed", "no_data", "not_measurable"]
Counts = Mapping[str, Any]
"""Counts by the names of `dossier.figures.indicators`."""
Answer = Mapping[str, Any]
"""{"total": counts, "by": {dimension: {value: counts}}}."""

SIGNS = {"at_least": "≥", "above": ">", "at_most": "≤", "below": "<"}


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A target and what came of it."""

    id: str
    label: str
    words: str
    kind: str
    indicator: str | None
    where: dict[str, list[str]]
    goal: str
    """As "≥ 98%"; "" where it cannot be measured."""
    status: Status
    numerator: int | None = None
    denominator: int | None = None
    value: float | None = None
    """A share (0 to 1) or a count."""
    missed_by: int | None = None
    """The least number of dossiers, or procedures, that would have to be otherwise; None unless missed."""
    to_spare: int | None = None
    """How many of them could yet fail; None unless reached."""
    unit: Literal["dossiers", "procedures"] = "dossiers"
    why: str = ""
    beside: dict[str, float | None] = {}
    """Shares that are not what the target asks, to show with it."""


def evaluate(
    sheet: Sheet, answer: Answer, year: int, base: Answer | None = None, lang: str = "en"
) -> list[Result]:
    """Every target that stands for a year; `base` is the answer for an earlier period, to compare with."""
    return [_judge(target, answer, base, lang) for target in sheet.targets if target.stands(year)]


def counted(name: str, counts: Counts) -> tuple[int, int] | None:
    """Numerator and denominator of a share; None where the source does not tell of it."""
    over, under = SHARES[name]
    known = {"fell_due": counts.get("finished_with_due", 0) + counts.get("open_overdue", 0), **counts}
    if known.get(over) is None or known.get(under) is None or (name in counts and counts[name] is None):
        return None
    return known[over], known[under]


def bound(comparison: str, threshold: Fraction, whole: int) -> int:
    """The whole number that must be reached (at_least, above) or must not be exceeded (at_most, below)."""
    exact = threshold * whole
    if comparison in {"at_least", "below"}:
        return ceil(exact) if comparison == "at_least" else ceil(exact) - 1
    return floor(exact) if comparison == "at_most" else floor(exact) + 1


def _judge(target: Target, answer: Answer, base: Answer | None, lang: str) -> Result:
    row = _row(target, lang)
    counts = _place(target, answer)
    if target.not_measurable is not None or target.indicator is None:
        why = target.not_measurable.of(lang) if target.not_measurable else ""
        return msgspec.structs.replace(row, why=why, beside=_beside(target, counts))
    if counts is None:
        values = ", ".join(value for values in target.where.values() for value in values)
        return _none(row, f"không có hồ sơ của {values}" if lang == "vi" else f"no dossier of {values}")
    found = _figure(target.indicator, counts)
    if found is None or found[1] == 0:
        return _none(row, "không có gì để đánh giá (0/0)" if lang == "vi" else "nothing to judge (0/0)")
    row = _measured(row, target, found, counts)
    threshold = _threshold(target, base)
    if threshold is None:
        words = "an earlier period is needed: give it with --base"
        return _none(row, "cần số liệu kỳ trước: thêm --base" if lang == "vi" else words)
    return _verdict(row, target, found, threshold)


def _row(target: Target, lang: str) -> Result:
    measurable = target.not_measurable is None
    return Result(
        id=target.id,
        label=target.label.of(lang),
        words=target.words,
        kind=target.kind,
        indicator=target.indicator,
        where=target.where,
        goal=f"{SIGNS[target.goal[0]]} {target.goal[1]}" if measurable else "",
        status="no_data" if measurable else "not_measurable",
        unit="procedures" if target.indicator in ONCE else "dossiers",
        why=target.note.of(lang) if target.note else "",
    )


def _none(row: Result, why: str) -> Result:
    return msgspec.structs.replace(row, why="; ".join(filter(None, (why, row.why))))


def _place(target: Target, answer: Answer) -> Counts | None:
    """The counts that the target is about, added over its values; None where there are none."""
    if not target.where:
        return answer.get("total")
    ((dimension, values),) = target.where.items()
    groups = answer.get("by", {}).get(dimension, {})
    found = [groups[value] for value in values if value in groups]
    if not found:
        return None
    return found[0] if len(found) == 1 else added(found)


def _figure(indicator: str, counts: Counts) -> tuple[int, int] | None:
    """Numerator and denominator; a plain count is over 1."""
    if indicator in SHARES:
        return counted(indicator, counts)
    count = counts.get(indicator)
    return None if count is None else (count, 1)


def _threshold(target: Target, base: Answer | None) -> Fraction | None:
    value = target.goal[1]
    if value != BASE:
        return percent(value) if isinstance(value, str) else Fraction(value)
    counts = _place(target, base) if base else None
    found = _figure(target.indicator or "", counts) if counts is not None else None
    return Fraction(*found) if found and found[1] else None


def _measured(row: Result, target: Target, found: tuple[int, int], counts: Counts) -> Result:
    part, whole = found
    return msgspec.structs.replace(
        row,
        numerator=part,
        denominator=whole if target.indicator in SHARES else None,
        value=part / whole,
        beside=_beside(target, counts),
    )


def _share(part: Fraction) -> str:
    """As measured shares are told: rounded down, so that the same share reads the same."""
    hundredths = part * 10_000 // 1
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def _verdict(row: Result, target: Target, found: tuple[int, int], threshold: Fraction) -> Result:
    part, whole = found
    comparison = target.goal[0]
    share = target.indicator in SHARES
    needed = bound(comparison, threshold, whole)
    short = needed - part if comparison in {"at_least", "above"} else part - needed
    possible = needed >= 0 and (needed <= whole or not share)
    return msgspec.structs.replace(
        row,
        goal=row.goal.replace(BASE, _share(threshold) if share else str(threshold)),
        status="missed" if short > 0 else "reached",
        missed_by=short if short > 0 and possible else None,
        to_spare=None if short > 0 else -short,
    )


def _beside(target: Target, counts: Counts | None) -> dict[str, float | None]:
    pairs = {name: counted(name, counts) if counts else None for name in target.beside}
    return {name: pair[0] / pair[1] if pair and pair[1] else None for name, pair in pairs.items()}
