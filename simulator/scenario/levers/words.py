"""Levers as they are written: on a command line, and back."""

import json
import re
from collections.abc import Iterator
from datetime import date

from simulator.scenario.levers.catalogue import LEVERS
from simulator.scenario.levers.kinds import Kind, Use, nearest
from simulator.scenario.levers.settings import Value
from simulator.scenario.model import Lever, ScenarioError

_PLAIN = re.compile(r'[^\s,"\\][^,"\\\n\r]*(?<!\s)|[^\s,"\\]')
_PART = re.compile(r'\s*([^=,"]*?)\s*=\s*("(?:[^"\\]|\\.)*"|[^,"]*?)\s*(,|$)')


def parse(text: str) -> Lever:
    """The lever written as "staff:pool=leader,add=1,on=2026-07-01"; ScenarioError says what would be right.

    A value with a comma or a quote in it stands in double quotes, as in JSON.
    """
    name, _, rest = text.partition(":")
    kind = kind_of(name.strip())
    settings: dict[str, Value] = {}
    on = None
    for key, value in _parts(kind, rest):
        if key in settings or (key == "on" and on is not None):
            raise ScenarioError(f"lever {kind.name}, setting {key}: it is there twice")
        if key == "on":
            on = _date(kind, value)
        else:
            settings[key] = _read(kind, key, value)
    lever = Lever(kind.name, on, settings)
    use_of(lever)
    return lever


def text(lever: Lever) -> str:
    """The lever as `parse` reads it."""
    parts = [f"{name}={_written(value)}" for name, value in lever.settings.items()]
    if lever.on is not None:
        parts.append(f"on={lever.on}")
    return f"{lever.lever}:{','.join(parts)}" if parts else lever.lever


def use_of(lever: Lever) -> Use:
    """The lever with its kind, settings checked, defaults filled in; ScenarioError says what is wrong."""
    kind = kind_of(lever.lever)
    values: dict[str, Value] = {
        name: setting.default for name, setting in kind.settings.items() if setting.default is not None
    }
    for name, value in lever.settings.items():
        setting = kind.setting(name)
        try:
            values[name] = setting.checked(value)
        except ValueError as error:
            raise ScenarioError(f"lever {kind.name}, setting {name}: {error}") from None
    use = Use(kind, lever, values)
    for name, setting in kind.settings.items():
        if setting.required and name not in values:
            raise use.fails(name, f"it is missing: write {setting.allowed}")
    given = use.given(*kind.needs)
    if kind.needs and (not given or (kind.alone and len(given) > 1)):
        how = "one" if kind.alone else "at least one"
        raise use.fails(None, f"give {how} of {', '.join(kind.needs)}, as {kind.example}")
    return use


def kind_of(name: str) -> Kind:
    """The kind of lever of this name; ScenarioError names those that are like it, or all."""
    if name not in LEVERS:
        near = nearest(name, LEVERS)
        raise ScenarioError(f"unknown lever {name!r}{near or '; known are ' + ', '.join(LEVERS)}")
    return LEVERS[name]


def _parts(kind: Kind, rest: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(rest) or (at and rest[at - 1] == ","):
        match = _PART.match(rest, at)
        if match is None:
            what = f"lever {kind.name}: {rest[at:]!r} cannot be read"
            raise ScenarioError(f"{what}: write NAME=VALUE, with commas between, as {kind.example}")
        yield match[1], match[2]
        at = match.end()


def _read(kind: Kind, name: str, value: str) -> Value:
    setting = kind.setting(name)
    try:
        return setting.read(json.loads(value) if value.startswith('"') else value)
    except ValueError as error:
        raise ScenarioError(f"lever {kind.name}, setting {name}: {error}") from None


def _date(kind: Kind, value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ScenarioError(f"lever {kind.name}, on: {value!r} is no date: write 2026-07-01") from None


def _written(value: Value) -> str:
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    plain = str(value)
    return plain if _PLAIN.fullmatch(plain) else json.dumps(plain, ensure_ascii=False)
