"""Index 766 (decision 766/QĐ-TTg, 23 June 2022): a hundred points for how an authority serves.

Formulas and score rules are a published description [V:S1] and what reproduces published scores [V:S28].
What events show is *measured*, what only catalogues and other systems know is *given*.
The rest is unknown and stays so: no score is invented, and totals say of how many points they are.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import inf, nextafter
from typing import Any, Literal, NamedTuple

import msgspec

from dossier.law.calendar import DAY
from dossier.life.state import Dossier, waited
from dossier.official.table766 import GROUPS, INDICATORS, SPLIT, Group, Indicator
from dossier.official.words766 import GIVEN

Status = Literal["measured", "given", "unknown"]
Count = int | Fraction
"""A count of dossiers, procedures or people; a sum of days may have a fraction."""


class Inputs(NamedTuple):
    """All counts by their names, and which of them were given."""

    counts: Mapping[str, Count]
    given: frozenset[str]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator: counts, ratio (full precision) and score (points, two decimals); None where unknown."""

    group: str
    code: str
    api: str
    words: str
    formula: str
    """Numerator over denominator, and the score rule, in words."""
    numerator: int | None = None
    denominator: int | None = None
    ratio: float | None = None
    score: float | None = None
    maximum: float | None
    """Points; 0 where it is shown and not scored, None where the source does not say."""
    status: Status
    """Given as soon as one of its counts is."""
    note: str = ""


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """A group, or all under "total": `score` of `known` points; `unknown` more cannot be scored here."""

    group: str
    api: str = ""
    words: str
    score: float
    known: float
    unknown: float
    maximum: float


def read(raw: Mapping[str, Any]) -> tuple[dict[str, int], dict[str, float] | None]:
    """The inputs of a file: counts by the names of `GIVEN`, and under "split" the points of 3.1, 3.2 and 3.3.

    ValueError names what is unknown, negative or impossible.
    """
    given = dict(raw)
    split = given.pop("split", None)
    for name, value in given.items():
        if name not in GIVEN:
            raise ValueError(f"{name}: no input of index 766; it takes {', '.join(GIVEN)} and split")
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ValueError(f"{name}: must be a count from 0 on, is {value!r}")
    return given, None if split is None else _split(split)


def score(
    measured: Mapping[str, float | Fraction | None],
    given: Mapping[str, int] | None = None,
    split: Mapping[str, float] | None = None,
    lang: str = "en",
) -> list[Row]:
    """Every indicator in its order, from counts by the names of `dossier.figures.indicators` and of `GIVEN`.

    A count that is absent or None is unknown; one that is given stands in the place of a measured one.
    ValueError where a part exceeds its whole.
    """
    inputs = Inputs(
        {name: value for name, value in measured.items() if isinstance(value, Count)} | dict(given or {}),
        frozenset(given or ()),
    )
    return [_row(indicator, inputs, (split or {}).get(indicator.code), lang) for indicator in INDICATORS]


def durations(dossiers: Iterable[Dossier], before: float) -> dict[str, Count]:
    """The two counts of 2.2 as states show them, just before an instant.

    A dossier takes from acceptance to state 9, else 10, less the waits that were answered meanwhile.
    """
    seconds = [time for dossier in dossiers if (time := _took(dossier, before)) is not None]
    whole = sum(map(Fraction, seconds), Fraction(0))
    return {"processing_days": whole / int(DAY), "dossiers_completed": len(seconds)}


def _took(dossier: Dossier, before: float) -> float | None:
    """Seconds that a completed dossier took; None for any other."""
    start, end, gone = dossier.accepted_at, dossier.resolved_at, dossier.retracted_at
    end = dossier.returned_at if end is None or end >= before else end
    if start is None or end is None or end >= before or dossier.ended_by not in {"resolved", "returned"}:
        return None
    if gone is not None and gone < before:
        return None
    return max(0.0, end - start - waited(dossier, nextafter(end, inf)))


def totals(rows: Iterable[Row], lang: str = "en") -> list[Total]:
    """The points of each group, then of all."""
    rows = list(rows)
    found = [_total(group, [row for row in rows if row.group == group.id], lang) for group in GROUPS]
    whole = Total(
        group="total",
        words="Tổng" if lang == "vi" else "Total",
        score=_added(total.score for total in found),
        known=sum(total.known for total in found),
        unknown=sum(total.unknown for total in found),
        maximum=sum(total.maximum for total in found),
    )
    return [*found, whole]


def half_up(value: Fraction) -> float:
    """Two decimals, a half upwards; each indicator is rounded by itself and a group adds the rounded ones.

    Of 34 published payment scores of Phú Thọ and its units this gives 33 and misses one by 0.01;
    rounding only the sum gives 27, rounding halves to even 30.
    """
    return int(value * 100 + Fraction(1, 2)) / 100


def _row(indicator: Indicator, inputs: Inputs, points: float | None, lang: str) -> Row:
    maximum = indicator.maximum if points is None else points
    row = Row(
        group=indicator.group,
        code=indicator.code,
        api=indicator.api,
        words=indicator.words.of(lang),
        formula=indicator.formula.of(lang),
        maximum=maximum,
        status="unknown",
    )
    missing = [name for name in indicator.inputs if name not in inputs.counts]
    if missing:
        return msgspec.structs.replace(row, note=_why(indicator, missing, inputs.counts, lang))
    numerator, denominator = indicator.counts(inputs.counts)
    ratio = _ratio(indicator, inputs.counts)
    row = msgspec.structs.replace(
        row,
        numerator=round(numerator),
        denominator=round(denominator),
        ratio=None if ratio is None else float(ratio),
        score=_score(indicator, ratio, maximum),
        status="measured" if inputs.given.isdisjoint(indicator.inputs) else "given",
    )
    return msgspec.structs.replace(row, note=_note(indicator, row, lang))


def _ratio(indicator: Indicator, inputs: Mapping[str, Count]) -> Fraction | None:
    numerator, denominator = indicator.counts(inputs)
    if numerator < 0 or (numerator > denominator and not indicator.mean):
        names = ", ".join(indicator.inputs)
        raise ValueError(f"{indicator.code}: {numerator} of {denominator} is no share: check {names}")
    if not denominator:
        return None
    ratio = Fraction(numerator, denominator)
    if indicator.factor is None:
        return ratio
    part, whole = (inputs[name] for name in indicator.factor)
    return ratio * min(Fraction(1), Fraction(part, whole)) if whole else Fraction(0)


def _score(indicator: Indicator, ratio: Fraction | None, maximum: float | None) -> float | None:
    """Points in proportion up to the full ones; what the source grants for 0/0; None where none are given."""
    if not maximum:
        return None
    if ratio is None:
        return float(indicator.empty)
    full = Fraction(str(maximum))
    return half_up(min(full, full * ratio / indicator.full_at))


def _why(indicator: Indicator, missing: list[str], inputs: Mapping[str, Count], lang: str) -> str:
    """Why there is no figure: what is missing, and the most points that there can be where that is known."""
    names = ", ".join(missing)
    if lang == "vi":
        words = f"sự kiện của hồ sơ không cho biết {names}"
    else:
        words = f"not shown by a dossier's events: {names}"
    if missing == ["dossiers_disliked"] and (ratio := _ratio(indicator, {**inputs, "dossiers_disliked": 0})):
        most = _score(indicator, ratio, indicator.maximum)
        words += f"; nhiều nhất {most} điểm" if lang == "vi" else f"; at most {most} points"
    return "; ".join(filter(None, (words, indicator.caveat.of(lang))))


def _note(indicator: Indicator, row: Row, lang: str) -> str:
    vi = lang == "vi"
    notes = [indicator.caveat.of(lang)]
    if row.maximum is None:
        unsplit = "the source does not say how this group's 12 points split"
        notes.append("nguồn không nêu cách chia 12 điểm của nhóm này" if vi else unsplit)
    if not row.denominator:
        notes.append("không có gì để đánh giá (0/0)" if vi else "nothing to judge (0/0)")
    elif not row.numerator and row.status == "measured" and not indicator.mean:
        notes.append(
            "không có hồ sơ nào: nguồn có ghi điều này không?" if vi else "none: does the source tell of it?"
        )
    return "; ".join(filter(None, notes))


def _total(group: Group, rows: list[Row], lang: str) -> Total:
    scored = [row for row in rows if row.score is not None]
    known = sum(row.maximum or 0 for row in scored)
    return Total(
        group=group.id,
        api=group.api,
        words=group.words.of(lang),
        score=_added(row.score or 0.0 for row in scored),
        known=known,
        unknown=group.maximum - known,
        maximum=group.maximum,
    )


def _added(scores: Iterable[float]) -> float:
    """The sum of points with two decimals, without the errors of binary fractions."""
    return sum(round(points * 100) for points in scores) / 100


def _split(raw: Any) -> dict[str, float]:
    if not isinstance(raw, Mapping) or {str(code) for code in raw} != set(SPLIT):
        raise ValueError(f"split: needs the points of {', '.join(SPLIT)}, as {{3.1: 2, 3.2: 4, 3.3: 6}}")
    points = list(raw.values())
    if (
        any(isinstance(x, bool) or not isinstance(x, int | float) or x < 0 for x in points)
        or sum(points) != 12
    ):
        raise ValueError(f"split: the points must be from 0 on and add up to 12, are {points}")
    return {str(code): float(points) for code, points in raw.items()}
