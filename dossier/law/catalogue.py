"""The catalogue of procedures: what limit the law sets, on which day, for which channel and case.

Read from a parsed mapping (`motcua/procedures.yaml` is ours: domain brief 4.3).
Every limit is dated and bears its source and mark; a dossier keeps the limit of the day of its acceptance.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import msgspec

from dossier.law.calendar import WorkingCalendar
from dossier.law.chain import Chain, Part, chained
from dossier.law.deadline import Limit, parse_limit, plus
from dossier.law.rules import RULE_SETS, Mark, Rules, rules_on


class _Spec(msgspec.Struct, forbid_unknown_fields=True):
    """What is written in a catalogue; an unknown word is refused."""


class PartSpec(_Spec):
    """One part of an interlinked procedure; without a limit it has until the cap."""

    name: str
    agency: str
    limit: str = ""
    after: list[str] = []


class Entry(_Spec):
    """One dated limit of a procedure: `since` the first day, `until` the day after the last."""

    limit: str
    source: str
    mark: Mark
    since: date = date.min
    until: date = date.max
    case: str = ""
    channel: str = ""
    remote: str = ""
    """What a remote area gets on top: "rule" for the rule set's, or a limit; "" for nothing."""
    note: str = ""
    parts: list[PartSpec] = []


class Level(_Spec):
    """Where a procedure is handled, from a day on."""

    level: str
    since: date = date.min


class Procedure(_Spec):
    """A procedure with its dated limits."""

    row: int
    name: str
    vi: str
    field: str
    flow: str
    levels: list[Level]
    limits: list[Entry]
    code: str = ""
    fee: str = ""
    online: str = ""
    evidence: str = ""

    def level(self, day: date) -> str:
        """Where it is handled on a day."""
        return next((each.level for each in reversed(self.levels) if each.since <= day), self.levels[0].level)


class StepSpec(_Spec):
    """One step's budget in days of working time."""

    name: str
    agency: str
    days: float
    online: float | None = None
    """The budget where the dossier was filed online; none: the same [V-code:S4 keeps two]."""

    def days_of(self, channel: str) -> float:
        """The budget for a channel."""
        return self.days if self.online is None or channel != "online" else self.online


class Budget(_Spec):
    """A real route's budgets; they need not add up to the limit."""

    name: str
    limit: str
    steps: list[StepSpec]
    source: str
    mark: Mark
    procedure: str = ""

    def parts(self, channel: str = "") -> list[Part]:
        """The steps one after another, for a channel; a step without days has none of its own."""
        some = [(step, days) for step in self.steps if (days := step.days_of(channel))]
        return [
            Part(step.name, step.agency, Limit("wd", days), (some[i - 1][0].name,) if i else ())
            for i, (step, days) in enumerate(some)
        ]


class Way(NamedTuple):
    """How a dossier comes: its channel, its case ("" is the usual one), and whether from a remote area."""

    channel: str = ""
    case: str = ""
    remote: bool = False


USUAL = Way()


class Found(NamedTuple):
    """The limit of a procedure on a day, with the entry that says so and the remote area's rule."""

    procedure: Procedure
    entry: Entry
    limit: Limit
    remote: str = ""

    @property
    def source(self) -> str:
        """Where the limit stands, with its mark."""
        told = f"{self.entry.source} [{self.entry.mark}]"
        return f"{told}; remote area: {self.remote}" if self.remote else told

    def chain(
        self, received: float, calendar: WorkingCalendar, sets: Sequence[Rules] | None = None
    ) -> Chain | None:
        """The spans of an interlinked procedure's parts under its limit; None for any other."""
        if not self.entry.parts:
            return None
        return chained(received, _parts(self.entry), self.limit, calendar, sets)


@dataclass(frozen=True)
class Catalogue:
    """Procedures by their short name, and budgets of real routes."""

    procedures: Mapping[str, Procedure]
    budgets: Sequence[Budget] = ()

    def __iter__(self) -> Iterator[str]:
        return iter(self.procedures)

    def procedure(self, name: str) -> Procedure:
        """A procedure by its short name or its code; ValueError where there is none."""
        found = self.procedures.get(name)
        if found is None:
            found = next((each for each in self.procedures.values() if each.code == name != ""), None)
        if found is None:
            raise ValueError(
                f"{name!r} is no procedure of the catalogue: motcua due --list shows them, "
                "or give the limit itself with --limit"
            )
        return found

    def limit_of(self, name: str, day: date, way: Way = USUAL, sets: Sequence[Rules] | None = None) -> Found:
        """The limit on a day; ValueError that says which cases there are, where none fits."""
        procedure = self.procedure(name)
        held = [entry for entry in procedure.limits if entry.since <= day < entry.until]
        fits = [entry for entry in held if entry.case == way.case and entry.channel in {"", way.channel}]
        if not fits:
            cases = sorted({entry.case or "(the usual one)" for entry in held})
            told = f"cases: {', '.join(cases)}" if cases else "no limit is known for that day"
            raise ValueError(f"{name}: no limit for case {way.case!r} on {day}; {told}")
        entry = max(fits, key=lambda each: each.channel != "")
        limit = parse_limit(entry.limit)
        if not way.remote:
            return Found(procedure, entry, limit)
        if not entry.remote:
            raise ValueError(f"{name}: remote areas get nothing on top that is known")
        rule = rules_on(day, sets or RULE_SETS).rule("remote_extra")
        by_rule = entry.remote == "rule"
        extra, told = (rule.value, str(rule)) if by_rule else (entry.remote, f"+{entry.remote}, as above")
        return Found(procedure, entry, plus(limit, parse_limit(extra)), told)

    def budgets_of(self, name: str) -> list[Budget]:
        """The budgets of real routes of a procedure."""
        mine = self.procedure(name)
        return [each for each in self.budgets if each.procedure and self.procedure(each.procedure) is mine]


def parse(mapping: Any) -> Catalogue:
    """A catalogue from {"procedures": {name: ...}, "budgets": [...]}; ValueError with the path."""
    whole = mapping if isinstance(mapping, Mapping) else {}
    if not isinstance(whole.get("procedures"), Mapping):
        raise ValueError("procedures: must be a mapping from names to procedures")  # noqa: TRY004
    for key in mapping:
        if key not in {"procedures", "budgets"}:
            raise ValueError(f"{key}: is not known here: use procedures, budgets")
    procedures = {
        str(name): _convert(f"procedures.{name}", raw, Procedure)
        for name, raw in mapping["procedures"].items()
    }
    for name, procedure in procedures.items():
        _check(f"procedures.{name}", procedure)
    budgets = _convert("budgets", mapping.get("budgets", []), list[Budget])
    for i, budget in enumerate(budgets):
        if budget.procedure and budget.procedure not in procedures:
            raise ValueError(f"budgets[{i}].procedure: {budget.procedure!r} is no procedure here")
    return Catalogue(procedures, tuple(budgets))


def _convert(path: str, raw: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        words, _, where = str(error).partition(" - at `$")
        raise ValueError(f"{path}{where.rstrip('`')}: {words.replace('`', '')}") from None


def _check(path: str, procedure: Procedure) -> None:
    if not procedure.levels or not procedure.limits:
        raise ValueError(f"{path}: needs at least one of levels and of limits")
    for i, entry in enumerate(procedure.limits):
        where = f"{path}.limits[{i}]"
        _limit(f"{where}.limit", entry.limit)
        if entry.remote not in {"", "rule"}:
            _limit(f"{where}.remote", entry.remote)
        if entry.until <= entry.since:
            raise ValueError(f"{where}.until: must be after since ({entry.since}), is {entry.until}")
        for j, other in enumerate(procedure.limits[:i]):
            same = (entry.case, entry.channel) == (other.case, other.channel)
            if same and entry.since < other.until and other.since < entry.until:
                raise ValueError(f"{where}: holds on the same days as limits[{j}]")
        for k, part in enumerate(entry.parts):
            if part.limit:
                _limit(f"{where}.parts[{k}].limit", part.limit)


def _limit(path: str, text: str) -> None:
    try:
        parse_limit(text)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _parts(entry: Entry) -> list[Part]:
    return [
        Part(part.name, part.agency, parse_limit(part.limit) if part.limit else None, tuple(part.after))
        for part in entry.parts
    ]
