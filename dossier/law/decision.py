"""A place's own decisions: dated rule sets of a province or a city, laid over the country's.

A province may decide otherwise than the decree says, as HCMC did in 2016:
a letter at the latest on the due date.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any, NamedTuple, get_args, get_type_hints

import msgspec

from dossier.law.rules import BASES, NAMES, Mark, Rules, Source, rules_on


def parse(mapping: Any) -> tuple[Rules, ...]:
    """A place's own dated sets laid over the country's; ValueError with the path of what is wrong.

    {"base": "vietnam" or "plain", "sets": [{"id", "since", "law", "rules": {name: value or
    {"value", "source", "mark"}}}]}; a rule that no own set names is the base's of the day.
    """
    _keys("rules", mapping, {"base", "sets"})
    base = mapping.get("base", "vietnam")
    if not isinstance(base, str) or base not in BASES:
        raise ValueError(f'base: {base!r} is no base: write "vietnam" or "plain"')
    raw = mapping.get("sets", [])
    if raw == [] and "base" in mapping:
        return BASES[base]
    if not isinstance(raw, list) or not raw:
        raise ValueError("sets: must be a list of at least one set of rules")
    own = [_set(f"sets[{i}]", each) for i, each in enumerate(raw)]
    days = [each.since for each in own]
    for i in range(1, len(days)):
        if days[i] <= days[i - 1]:
            raise ValueError(f"sets[{i}].since: must be after {days[i - 1]}, the set before it, is {days[i]}")
    return over(own, BASES[base])


class Own(NamedTuple):
    """A set as a place wrote it: only the rules that it names."""

    id: str
    since: date
    law: str
    values: Mapping[str, Any]
    sources: Mapping[str, Source]


def over(own: Sequence[Own], base: Sequence[Rules]) -> tuple[Rules, ...]:
    """Own sets over a base: a new set wherever the one or the other changes."""
    out = []
    for day in sorted({*(each.since for each in own), *(each.since for each in base)}):
        below = rules_on(day, base)
        mine = [each for each in own if each.since <= day]
        if not mine:
            out.append(below)
            continue
        top = mine[-1]
        out.append(
            replace(
                below,
                id=f"{top.id}/{below.id}",
                since=day,
                law=f"{top.law}; else {below.law}",
                sources={**below.sources, **top.sources},
                **top.values,
            )
        )
    return tuple(out)


def named(name: str, text: str) -> Any:
    """The value of a rule as written on a command line ("no", "15:00", "10wd"); ValueError otherwise."""
    words = {"yes": True, "true": True, "no": False, "false": False, "none": None}
    plain: Any = words.get(text.lower(), text)
    if isinstance(plain, str) and re.fullmatch(r"-?\d+(\.\d+)?", plain):
        plain = float(plain) if "." in plain else int(plain)
    return _value(name, name, plain)


def _set(path: str, raw: Any) -> Own:
    _keys(path, raw, {"id", "since", "law", "rules"})
    law, since = raw.get("law"), raw.get("since", date.min)
    if not isinstance(law, str) or not law.strip():
        raise ValueError(f"{path}.law: name the decision, as 'Decision 5157/QĐ-UBND'")
    try:
        since = msgspec.convert(since, date)
    except msgspec.ValidationError:
        raise ValueError(f"{path}.since: {since!r} is no date: write 2016-10-10") from None
    rules = raw.get("rules")
    if not isinstance(rules, Mapping) or not rules:
        raise ValueError(f"{path}.rules: must name at least one rule")
    values, sources = {}, {}
    for name, given in rules.items():
        values[name], sources[name] = _sourced(f"{path}.rules.{name}", name, given, law)
    return Own(str(raw.get("id", "own")), since, law, values, sources)


def _sourced(path: str, name: str, given: Any, law: str) -> tuple[Any, Source]:
    if not isinstance(given, Mapping):
        return _value(path, name, given), Source(law, "M")
    _keys(path, given, {"value", "source", "mark"})
    if "value" not in given:
        raise ValueError(f"{path}.value: is missing")
    mark = given.get("mark", "M")
    if mark not in get_args(Mark):
        raise ValueError(f"{path}.mark: {mark!r} is no mark: write one of {', '.join(get_args(Mark))}")
    return _value(f"{path}.value", name, given["value"]), Source(str(given.get("source", law)), mark)


def _value(path: str, name: str, raw: Any) -> Any:
    """A rule's value, checked against its type and its bounds."""
    if name not in NAMES:
        raise ValueError(f"{path}: {name!r} is no rule: known are {', '.join(NAMES)}")
    if name.endswith("_cutoff"):
        return _time(path, raw)
    try:
        value = msgspec.convert(raw, _TYPES[name])
    except msgspec.ValidationError as error:
        raise ValueError(f"{path}: {raw!r} will not do: {_plain(error)}") from None
    least, most = _BOUNDS.get(name, (None, None))
    if least is not None and most is not None and not least <= value <= most:
        raise ValueError(f"{path}: must be from {least:g} to {most:g}, is {raw!r}")
    if name == "remote_extra" and not re.fullmatch(r"[1-9]\d{0,2}(wd|d)", value):
        raise ValueError(f'{path}: {raw!r} will not do: write "10wd" (working days) or "10d"')
    return value


def _time(path: str, raw: Any) -> time | None:
    if raw is None or isinstance(raw, time):
        return raw
    try:
        return time.fromisoformat(raw)
    except (TypeError, ValueError):
        raise ValueError(f'{path}: {raw!r} is no time of day: write "15:00", in quotes, or null') from None


def _plain(error: msgspec.ValidationError) -> str:
    said = str(error).partition(" - at ")[0].replace("`", "").lower()
    return said.replace("expected bool", "write yes or no (in a file: true or false)")


def _keys(path: str, raw: Any, known: set[str]) -> None:
    if not isinstance(raw, Mapping):  # a file's fault, and no programmer's: told as ValueError like the rest
        raise ValueError(f"{path}: must be a mapping, is {raw!r}")  # noqa: TRY004
    for key in raw:
        if key not in known:
            raise ValueError(f"{path}: {key!r} is not known here: use {', '.join(sorted(known))}")


_TYPES = get_type_hints(Rules)
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "day_hours": (0.5, 24),
    "supplement_requests": (0, 100),
    "letter_lead_days": (0, 60),
    "reappointments": (0, 100),
    "acknowledge_hours": (1, 240),
    "tiers": (2, 3),
}
