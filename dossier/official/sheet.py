"""Target sheets: the targets of a reform plan, word for word, and what each is judged by.

A target names one of our indicators, or signs of the integrity audit, and a threshold.
Or it says why events cannot show it; what it would measure and its threshold stand there all the same.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from dossier.figures.indicators import RATES
from dossier.figures.standing import DIMENSIONS

SHARES: Mapping[str, tuple[str, str]] = {
    **RATES,
    "late_rate": ("breached", "fell_due"),
    "digitised_resolved_rate": ("digitised_whole", "resolved"),
    "procedures_with_online_rate": ("procedures_online", "procedures_offered_online"),
}
"""Every share that a target may be about: what is counted, over what."""
NUMBERS = ("late", "breached", "letters_repeated", "letters_false", "post_office", "non_territorial")
"""Plain counts that a target may be about."""
ONCE = ("procedures_with_online_rate",)
"""Shares of procedures: counted once over all groups, they do not add up."""
COMPARISONS = ("at_least", "above", "at_most", "below")
BASE = "base"

Level = Literal["province", "district", "commune"]
"""The tiers that a text names; from July 2025 there are no districts [V:S13]."""
Period = Annotated[str, Meta(pattern=r"^\d{4}-(H[12]|Q[1-4]|0[1-9]|1[0-2])$")]
"""A part of a year, as `dossier.figures.period` names it."""

_PERCENT = re.compile(r"(\d+(?:\.\d+)?) ?%")
_WORD = Annotated[str, Meta(min_length=1)]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a sheet; an unknown field is an error, for it is a slip of the pen."""


class Text(Part, frozen=True):
    """The same in English and in Vietnamese."""

    en: _WORD
    vi: _WORD

    def of(self, lang: str) -> str:
        """In "en" or "vi"."""
        return self.vi if lang == "vi" else self.en


class Target(Part, frozen=True):
    """One target: what the text says, what it measures, and how it is judged or why it cannot be.

    Of `at_least`, `above`, `at_most` and `below` there is one, where the text sets a threshold:
    "98%", a count, or "base" (of an earlier period).
    """

    id: Annotated[str, Meta(pattern=r"^[a-z0-9-]+$")]
    label: Text
    words: _WORD
    """The text, verbatim."""
    measures: Text
    """What is measured or would be: counted, of what."""
    also: list[_WORD] = []
    """Where the text says it again, verbatim."""
    kind: Literal["target", "reported", "discussed"] = "target"
    """Reported: a figure of a report, to compare with; discussed: a meeting spoke of it and asked nothing."""
    since: int | None = None
    """First year it stands for; else the sheet's."""
    until: int | None = None
    """Last year it stands for; else the sheet's."""
    period: Period | None = None
    """The part of a year that it is about, where not the whole of it."""
    levels: list[Level] = []
    """The tiers that the text names; none: all."""
    where: dict[str, Annotated[list[_WORD], Meta(min_length=1)]] = {}
    """A dimension and its values, where it is about the dossiers of these only."""
    indicator: str | None = None
    signs: list[_WORD] = []
    """Detectors of the audit, where it asks that something never happens."""
    at_least: str | int | None = None
    above: str | int | None = None
    at_most: str | int | None = None
    below: str | int | None = None
    unit: Text | None = None
    """What the threshold counts, where it is not measurable here: ranks, days."""
    not_measurable: Text | None = None
    note: Text | None = None
    beside: list[str] = []
    """Shares and counts to show with it, that are not what it asks."""

    @property
    def goal(self) -> tuple[str, str | int] | None:
        """The comparison and its threshold; None where the text sets none."""
        found = ((name, getattr(self, name)) for name in COMPARISONS)
        return next(((name, value) for name, value in found if value is not None), None)

    def stands(self, year: int) -> bool:
        """Whether it is about a year."""
        return (self.since or year) <= year <= (self.until or year)


class Excluded(Part, frozen=True):
    """What in the text is no target, though it has a number or sounds like one, and why."""

    words: _WORD
    why: _WORD


class Sheet(Part, frozen=True):
    """The targets of one plan, for the years `since` to `until`."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9-]+$")]
    title: Text
    source: _WORD
    since: int
    until: int
    targets: Annotated[list[Target], Meta(min_length=1)]
    excluded: list[Excluded] = []

    @property
    def dimensions(self) -> list[str]:
        """The dimensions by which the figures are needed."""
        return sorted({name for target in self.targets for name in target.where})

    @property
    def signs(self) -> list[str]:
        """The detectors of the audit that are needed."""
        return sorted({name for target in self.targets for name in target.signs})


def parse(raw: Any) -> Sheet:
    """The sheet in a parsed mapping; ValueError names the path of what is wrong and what would be right."""
    try:
        sheet = msgspec.convert(raw, Sheet)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at ")
        path = re.sub(r"\[(\w+)\]", r".\1", where.strip("`").lstrip("$")).lstrip(".")
        raise ValueError(f"{path or 'the sheet'}: {what}") from None
    if sheet.until < sheet.since:
        raise ValueError(f"until: must not be before since ({sheet.since}), is {sheet.until}")
    for i, target in enumerate(sheet.targets):
        wrong = _wrong(target, sheet)
        if wrong:
            raise ValueError(f"targets.{i}.{wrong}")
        if target.id in [other.id for other in sheet.targets[:i]]:
            raise ValueError(f"targets.{i}.id: {target.id!r} is there twice")
    return sheet


def percent(text: str) -> Fraction:
    """The share in "98%" or "99.83 %", exactly."""
    found = _PERCENT.fullmatch(text)
    if not found or Fraction(found[1]) > 100:
        raise ValueError(f'must be a share as "98%" or "base", is {text!r}')
    return Fraction(found[1]) / 100


def _wrong(target: Target, sheet: Sheet) -> str | None:
    """The field that is wrong in itself or does not fit the others, and why."""
    goals = [name for name in COMPARISONS if getattr(target, name) is not None]
    if len(goals) > 1:
        return f"{goals[1]}: needs exactly one of {', '.join(COMPARISONS)}"
    wrong = _wrong_unmeasured if target.not_measurable is not None else _wrong_measured
    return _wrong_time(target, sheet) or _wrong_beside(target) or wrong(target)


def _wrong_time(target: Target, sheet: Sheet) -> str | None:
    first, last = target.since or sheet.since, target.until or sheet.until
    if not sheet.since <= first <= last <= sheet.until:
        return f"since: the years must lie within {sheet.since}-{sheet.until}, in order"
    if target.period is not None and not first == last == int(target.period[:4]):
        return f"period: {target.period} must lie in the one year that it stands for, not {first}-{last}"
    return None


def _wrong_beside(target: Target) -> str | None:
    names = (*SHARES, *NUMBERS)
    wrong = [name for name in target.beside if name not in names]
    return f"beside: {wrong[0]!r} is no figure; use one of {', '.join(names)}" if wrong else None


def _wrong_measured(target: Target) -> str | None:
    if not target.signs and target.indicator not in (*SHARES, *NUMBERS):
        names = ", ".join((*SHARES, *NUMBERS))
        return f"indicator: {target.indicator!r} is none of {names}; or say why in not_measurable"
    if target.goal is None:
        return f"at_least: needs exactly one of {', '.join(COMPARISONS)}"
    if target.unit is not None:
        return "unit: what is measured here has its own"
    return _wrong_signs(target) if target.signs else _wrong_figure(target)


def _wrong_unmeasured(target: Target) -> str | None:
    """What is not measurable here has no figure of ours; its threshold is any share or count."""
    given = [name for name in ("indicator", "signs", "where") if getattr(target, name)]
    if given:
        return f"{given[0]}: what is not measurable here has none"
    if target.goal is None:
        return "unit: there is no threshold that it could belong to" if target.unit else None
    name, value = target.goal
    return _wrong_count(name, value) if isinstance(value, int) else _wrong_share(name, value)


def _wrong_signs(target: Target) -> str | None:
    """Signs are counted over all dossiers, against a count."""
    for name in ("indicator", "where"):
        if getattr(target, name):
            return f"{name}: signs are counted over all dossiers and have none"
    name, value = target.goal or ("at_most", 0)
    return f"{name}: must be a count, is {value!r}" if value == BASE else _wrong_count(name, value)


def _wrong_figure(target: Target) -> str | None:
    name, value = target.goal or ("at_least", BASE)
    wrong = _wrong_count if target.indicator in NUMBERS else _wrong_share
    return _wrong_place(target) or wrong(name, value)


def _wrong_place(target: Target) -> str | None:
    for name in target.where:
        if name not in DIMENSIONS:
            return f"where.{name}: no dimension; use one of {', '.join(DIMENSIONS)}"
    if len(target.where) > 1:
        return "where: takes one dimension"
    if target.indicator in ONCE and any(len(values) > 1 for values in target.where.values()):
        return "where: a procedure counts once over all, so this takes one value only"
    return None


def _wrong_count(name: str, value: str | int) -> str | None:
    whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return None if whole or value == BASE else f"{name}: must be a count or {BASE!r}, is {value!r}"


def _wrong_share(name: str, value: str | int) -> str | None:
    if value == BASE:
        return None
    try:
        share = percent(value) if isinstance(value, str) else None
    except ValueError as error:
        return f"{name}: {error}"
    if share is None:
        return f"{name}: must be a share as '98%' or {BASE!r}, is {value!r}"
    impossible = (name == "above" and share == 1) or (name == "below" and share == 0)
    return f"{name}: nothing is {name} {value}" if impossible else None
