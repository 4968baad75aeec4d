"""Targets judged: a sheet against the figures of `motcua measure` and the signs of the audit.

Thresholds are compared with counts in whole numbers, so that 98 % of 50 is 49 and never 48.999.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor
from typing import Any, Literal, NamedTuple

import msgspec

from dossier.figures.indicators import added, told
from dossier.official.sheet import BASE, ONCE, SHARES, Level, Sheet, Target, Text, percent

Status = Literal["reached", "missed", "no_data", "not_measurable"]
Counts = Mapping[str, Any]
"""Counts by the names of `dossier.figures.indicators`."""
Answer = Mapping[str, Any]
"""{"total": counts, "by": {dimension: {value: counts}}}."""

SIGNS = {"at_least": "≥", "above": ">", "at_most": "≤", "below": "<"}
UP = ("at_most", "below")
"""Shares are shown rounded down, but up where less is better: a missed goal never reads as reached."""


class Sign(NamedTuple):
    """A detector of the audit: the dossiers that it found (office, id), or what evidence it lacks."""

    title: Text
    dossiers: frozenset[tuple[str, str]] = frozenset()
    lacks: Text | None = None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A target and what came of it."""

    id: str
    label: str
    words: str
    kind: str
    measures: str
    """What is measured, or would be."""
    indicator: str | None
    signs: list[str]
    levels: list[Level]
    """None: all."""
    where: dict[str, list[str]]
    since: int
    until: int
    period: str | None
    """A part of the year, as "2023-H1"."""
    comparison: str | None
    threshold: str | int | None
    """As the sheet has it: "98%", a count, or "base"."""
    goal: str
    """As "≥ 98%"; "" where the text sets none."""
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
    """Shares and counts that are not what the target asks, to show with it."""


def evaluate(
    sheet: Sheet,
    answer: Answer,
    year: int,
    base: Answer | None = None,
    lang: str = "en",
    signs: Mapping[str, Sign] | None = None,
) -> list[Result]:
    """Every target that stands for a year.

    `base` is the answer for an earlier period, to compare with; `signs` has those that the sheet names.
    """
    found = []
    for target in sheet.targets:
        if target.stands(year):
            row = _row(target, sheet, lang)
            if target.signs:
                row = msgspec.structs.replace(row, beside=_beside(target, answer["total"]))
                found.append(_signed(row, target, signs or {}, lang))
            else:
                found.append(_judge(row, target, answer, base, lang))
    return found


def counted(name: str, counts: Counts) -> tuple[int, int] | None:
    """Numerator and denominator of a share; None where the source does not tell of it."""
    over, under = SHARES[name]
    known = {"fell_due": counts.get("finished_with_due", 0) + counts.get("open_overdue", 0), **counts}
    if known.get(over) is None or known.get(under) is None:
        return None
    silent = known[under] and name in counts and counts[name] is None
    return None if silent else (known[over], known[under])


def bound(comparison: str, threshold: Fraction, whole: int) -> int:
    """The whole number that must be reached (at_least, above) or must not be exceeded (at_most, below)."""
    exact = threshold * whole
    if comparison in {"at_least", "below"}:
        return ceil(exact) if comparison == "at_least" else ceil(exact) - 1
    return floor(exact) if comparison == "at_most" else floor(exact) + 1


def shown(row: Result) -> float | None:
    """The value as it is to be shown: a share in whole hundredths of a percent, rounded against the goal."""
    if row.denominator is None or row.numerator is None:
        return row.value
    share = Fraction(row.numerator * 10_000, row.denominator)
    return (ceil(share) if row.comparison in UP else floor(share)) / 10_000


def _row(target: Target, sheet: Sheet, lang: str) -> Result:
    comparison, threshold = target.goal or (None, None)
    return Result(
        id=target.id,
        label=target.label.of(lang),
        words=target.words,
        kind=target.kind,
        measures=target.measures.of(lang),
        indicator=target.indicator,
        signs=target.signs,
        levels=target.levels,
        where=target.where,
        since=target.since or sheet.since,
        until=target.until or sheet.until,
        period=target.period,
        comparison=comparison,
        threshold=threshold,
        goal=_goal(target, lang),
        status="no_data" if target.not_measurable is None else "not_measurable",
        unit="procedures" if target.indicator in ONCE else "dossiers",
        why=target.note.of(lang) if target.note else "",
    )


def _goal(target: Target, lang: str) -> str:
    """The threshold in words; "" where the text sets none."""
    if target.goal is None:
        return ""
    comparison, threshold = target.goal
    earlier = "kỳ trước" if lang == "vi" else "the earlier period"
    words = [SIGNS[comparison], earlier if threshold == BASE else str(threshold)]
    if target.unit is not None:
        words.append(target.unit.of(lang))
    elif target.signs:
        words.append("hồ sơ có dấu hiệu" if lang == "vi" else "dossiers with a sign")
    return " ".join(words)


def _judge(row: Result, target: Target, answer: Answer, base: Answer | None, lang: str) -> Result:
    """By a share or count of the figures, where it has one."""
    counts = _place(target, answer)
    if target.not_measurable is not None or target.indicator is None:
        why = _joined(target.not_measurable.of(lang) if target.not_measurable else "", row.why)
        return msgspec.structs.replace(row, why=why, beside=_beside(target, counts))
    if counts is None:
        values = ", ".join(value for values in target.where.values() for value in values)
        return _because(row, f"không có hồ sơ của {values}" if lang == "vi" else f"no dossier of {values}")
    found = _figure(target.indicator, counts)
    if found is None or not told(target.indicator, answer["total"]):
        return _because(row, "nguồn không cho biết" if lang == "vi" else "the source does not tell of it")
    if found[1] == 0:
        return _because(row, "không có gì để đánh giá (0/0)" if lang == "vi" else "nothing to judge (0/0)")
    row = _measured(row, target, found, counts)
    threshold = _threshold(target, base)
    if threshold is None:
        words = "an earlier period is needed: give it with --base"
        return _because(row, "cần số liệu kỳ trước: thêm --base" if lang == "vi" else words)
    return _verdict(row, target, found, threshold)


def _signed(row: Result, target: Target, signs: Mapping[str, Sign], lang: str) -> Result:
    """By the audit: what it found is missed; no sign is reached only where it could look for all of them."""
    seen = [signs[name] for name in target.signs]
    many = len(frozenset[tuple[str, str]]().union(*(sign.dossiers for sign in seen)))
    row = msgspec.structs.replace(row, numerator=many, value=many)
    verdict = _verdict(row, target, (many, 1), _threshold(target, None) or Fraction(0))
    lacks = [f"{sign.title.of(lang)}: {sign.lacks.of(lang)}" for sign in seen if sign.lacks is not None]
    if verdict.status == "reached" and lacks:
        without = msgspec.structs.replace(row, numerator=None, value=None, status="not_measurable")
        return _because(without, "; ".join(lacks))
    many_each = [f"{sign.title.of(lang)}: {len(sign.dossiers)}" for sign in seen if sign.dossiers]
    return _because(verdict, "; ".join(many_each))


def _because(row: Result, why: str) -> Result:
    """With one more reason."""
    return msgspec.structs.replace(row, why=_joined(why, row.why))


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))


def _place(target: Target, answer: Answer) -> Counts | None:
    """The counts that the target is about, added over its values; None where there are none."""
    if not target.where:
        return answer.get("total")
    ((dimension, values),) = target.where.items()
    groups = answer.get("by", {}).get(dimension, {})
    found = [groups[value] for value in values if value in groups]
    if not found:
        return None
    return found[0] if len(found) == 1 else added(found, answer["total"])


def _figure(indicator: str, counts: Counts) -> tuple[int, int] | None:
    """Numerator and denominator; a plain count is over 1."""
    if indicator in SHARES:
        return counted(indicator, counts)
    count = counts.get(indicator)
    return None if count is None else (count, 1)


def _threshold(target: Target, base: Answer | None) -> Fraction | None:
    value = target.goal[1] if target.goal else BASE
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


def _share(part: Fraction, comparison: str) -> str:
    """A threshold in hundredths of a percent, so that beside a share as `shown` it reads as it was judged."""
    hundredths = ceil(part * 10_000) if comparison in {"at_least", "below"} else floor(part * 10_000)
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def _verdict(row: Result, target: Target, found: tuple[int, int], threshold: Fraction) -> Result:
    part, whole = found
    comparison, value = target.goal or ("at_most", 0)
    share = target.indicator in SHARES
    needed = bound(comparison, threshold, whole)
    short = needed - part if comparison in {"at_least", "above"} else part - needed
    possible = needed >= 0 and (needed <= whole or not share)
    goal = _share(threshold, comparison) if share else str(threshold)
    return msgspec.structs.replace(
        row,
        goal=f"{SIGNS[comparison]} {goal}" if value == BASE else row.goal,
        status="missed" if short > 0 else "reached",
        missed_by=short if short > 0 and possible else None,
        to_spare=None if short > 0 else -short,
    )


def _beside(target: Target, counts: Counts | None) -> dict[str, float | None]:
    pairs = {name: _figure(name, counts) if counts else None for name in target.beside}
    return {name: pair[0] / pair[1] if pair and pair[1] else None for name, pair in pairs.items()}
