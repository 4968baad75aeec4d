"""Scenarios: YAML in, frozen structs out; a wrong value is named by its path, with what would be right."""

from importlib.resources import files
from pathlib import Path
from typing import Any

from simulator.scenario import mappings
from simulator.scenario.checks import checked
from simulator.scenario.model import Scenario, ScenarioError
from simulator.scenario.schema import schema

__all__ = ["Scenario", "ScenarioError", "convert", "load", "names", "parse", "schema", "text"]

_SHIPPED = files("simulator") / "scenarios"


def names() -> list[str]:
    """The shipped scenarios."""
    return sorted(entry.name[:-5] for entry in _SHIPPED.iterdir() if entry.name.endswith(".yaml"))


def load(name_or_path: str | Path) -> Scenario:
    """A shipped scenario by its name, or one from a YAML file."""
    return _parse(str(name_or_path), text(name_or_path))


def text(name_or_path: str | Path) -> str:
    """The YAML of a shipped scenario by its name, or of a file."""
    name = str(name_or_path)
    if name in names():
        return (_SHIPPED / f"{name}.yaml").read_text("utf-8")
    path = Path(name)
    if name and path.is_dir():
        raise ScenarioError(f"{name} is a folder: name a YAML file in it, or one of {', '.join(names())}")
    if not path.is_file():
        raise ScenarioError(f"no scenario {name!r}: name a YAML file or one of {', '.join(names())}")
    try:
        size = path.stat().st_size
        if size > mappings.LARGEST:
            raise ScenarioError(
                f"{name} is too large: {size:,} bytes, where {mappings.LARGEST:,} are allowed"
            )
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{name} is not UTF-8 ({error.reason}): save it as UTF-8") from None
    except OSError as error:
        raise ScenarioError(f"{name} cannot be read: {error.strerror}") from error


def parse(text: str) -> Scenario:
    """The scenario in a YAML text."""
    return _parse("the scenario", text)


def _parse(name: str, text: str) -> Scenario:
    try:
        return convert(mappings.parse(name, text, mappings.Written))
    except mappings.MappingError as error:
        raise ScenarioError(str(error)) from None


def convert(raw: Any) -> Scenario:
    """The scenario in a mapping, as YAML or JSON give it."""
    scenario = checked(raw)
    if scenario.levers:
        from simulator.scenario.levers import course  # noqa: PLC0415 (many modules, for few scenarios)

        course(scenario)  # each of its levers must leave a scenario that can be run
    return scenario
