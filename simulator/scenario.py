"""Scenarios: YAML in, frozen structs out; a wrong value is named by its path, with what would be right."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import yaml

from simulator.checks import check
from simulator.model import Scenario, ScenarioError

__all__ = ["Scenario", "ScenarioError", "load", "names", "parse", "schema"]

_SHIPPED = files("simulator") / "scenarios"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TOKEN = re.compile(r"\.(\w+)|\[(\d+)\]|(\[\.\.\.\])")


def names() -> list[str]:
    """The shipped scenarios."""
    return sorted(entry.name[:-5] for entry in _SHIPPED.iterdir() if entry.name.endswith(".yaml"))


def load(name_or_path: str | Path) -> Scenario:
    """A shipped scenario by its name, or one from a YAML file."""
    name = str(name_or_path)
    if name in names():
        return parse((_SHIPPED / f"{name}.yaml").read_text("utf-8"))
    path = Path(name)
    if not path.is_file():
        raise ScenarioError(f"no scenario {name!r}: name a YAML file or one of {', '.join(names())}")
    try:
        return parse(path.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{name} is not UTF-8: {error}") from None


def parse(text: str) -> Scenario:
    """The scenario in a YAML text."""
    try:
        raw = yaml.load(text, _LOADER)  # noqa: S506 (both loaders are the safe ones)
    except (yaml.YAMLError, ValueError) as error:
        raise ScenarioError(f"not YAML: {' '.join(str(error).split())}") from None
    try:
        scenario = msgspec.convert(raw, Scenario)
    except msgspec.ValidationError as error:
        what, path = _parted(error)
        raise ScenarioError(f"{_named(raw, path)}: {what}") from None
    check(scenario)
    return scenario


def schema() -> dict[str, Any]:
    """JSON Schema of a scenario, for editors."""
    return msgspec.json.schema(Scenario)


def _parted(error: msgspec.ValidationError) -> tuple[str, str]:
    what, _, where = str(error).partition(" - at ")
    return what, where.rpartition("`$")[2].rstrip("`")


def _named(raw: Any, path: str) -> str:
    """The path with `[...]`, msgspec's word for whichever key of a mapping, replaced by the keys."""
    keys: list[str | int] = []
    for name, index, any_key in _TOKEN.findall(path):
        if any_key:
            keys.append(_culprit(raw, keys, path))
        else:
            keys.append(name or int(index))
    return ".".join(map(str, keys)) or "the scenario"


def _culprit(raw: Any, keys: list[str | int], path: str) -> str:
    """The key of the mapping at `keys` that fails by itself, at the same path."""
    for key in _at(raw, keys):
        try:
            msgspec.convert(_only(raw, keys, key), Scenario)
        except msgspec.ValidationError as error:
            if _parted(error)[1] == path:
                return str(key)
    return "?"


def _at(raw: Any, keys: list[str | int]) -> Any:
    for key in keys:
        raw = raw[key]
    return raw


def _only(raw: Any, keys: list[str | int], key: Any) -> Any:
    """A copy of `raw` whose mapping at `keys` holds nothing but `key`."""
    if not keys:
        return {key: raw[key]}
    copy: Any = raw.copy()
    copy[keys[0]] = _only(raw[keys[0]], keys[1:], key)
    return copy
