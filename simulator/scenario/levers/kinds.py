"""What a lever is: what it does, its settings, where it comes from; and a lever about to be pulled."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any

from msgspec import field

from simulator.scenario.levers.settings import Setting, Words
from simulator.scenario.model import Lever, Part, Scenario, ScenarioError

SEVERAL = "|"
"""Between the names of a setting that takes several."""


class Kind(Part, frozen=True, kw_only=True):
    """A kind of lever, as the catalogue tells it."""

    name: str
    words: Words
    settings: dict[str, Setting] = field(default_factory=dict)
    scope: tuple[str, ...] = ()
    """Those of the settings that many levers have: which offices, procedures, pools."""
    example: str
    """As it is written on the command line."""
    source: Words
    """The plan, article or report that it comes from."""
    needs: tuple[str, ...] = ()
    """At least one of these settings must be given."""
    alone: bool = False
    """And only one of them."""

    def setting(self, name: str) -> Setting:
        """A setting; ScenarioError tells what there is."""
        if name not in self.settings:
            what = f"unknown setting {name!r}{nearest(name, self.settings)}"
            raise ScenarioError(f"lever {self.name}: {what}; it has {', '.join(self.settings)}")
        return self.settings[name]


@dataclass(frozen=True)
class Use:
    """A lever about to be pulled: its kind and its values, defaults filled in, all of them checked."""

    kind: Kind
    lever: Lever
    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    def given(self, *names: str) -> dict[str, Any]:
        """Those of these settings that have a value."""
        return {name: self.values[name] for name in names if name in self.values}

    def among(self, setting: str, known: Collection[str]) -> frozenset[str] | None:
        """The names that a setting names, all of them known; None where it is not set."""
        return None if self[setting] is None else frozenset(self.listed(setting, known))

    def listed(self, setting: str, known: Collection[str]) -> list[str]:
        """The same in their order; none where it is not set."""
        value = self[setting] or ""
        names = [value] if value in known else [name.strip() for name in value.split(SEVERAL)]
        names = list(dict.fromkeys(names)) if value else []
        for name in names:
            if name not in known:
                there = ", ".join(sorted(known)[:8]) + (" ..." if len(known) > 8 else "")
                what = f"unknown {name!r}{nearest(name, known)}"
                raise self.fails(setting, f"{what}; known are {there or 'none'}")
        return names

    def fails(self, setting: str | None, why: str) -> ScenarioError:
        """The error that names the lever and, if one is to blame, the setting."""
        place = f", setting {setting}" if setting else ""
        return ScenarioError(f"lever {self.kind.name}{place}: {why}")

    def day(self, scenario: Scenario) -> date:
        """The first day with it."""
        return self.lever.on or first_day(scenario)


def first_day(scenario: Scenario) -> date:
    """The day on which the offices begin to work: that of the warm-up."""
    return scenario.start - timedelta(days=scenario.warmup_days)


def nearest(name: str, known: Collection[str]) -> str:
    """`(perhaps x or y?)`, or nothing where no known name is like it."""
    near = get_close_matches(name, list(known), n=3, cutoff=0.6)
    return f" (perhaps {' or '.join(near)}?)" if near else ""
