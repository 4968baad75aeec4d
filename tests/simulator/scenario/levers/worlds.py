"""Scenarios for the tests of levers, levers pulled on them, and what their offices have."""

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from simulator.scenario.files import load
from simulator.scenario.levers import LEVERS, Setting, apply, changes, parse
from simulator.scenario.levers.scope import base
from simulator.scenario.model import Lever, Official, Scenario

PROVINCE = "bac-kan-2023"
"""A small one with departments, districts, communes, a centre, named officials and drifting channels."""


@cache
def shipped(name: str) -> Scenario:
    return replace(load(name), levers=[])


def pulled(scenario: Scenario, *levers: str) -> Scenario:
    for lever in levers:
        scenario = apply(scenario, parse(lever))
    return scenario


def paths(before: Scenario, after: Scenario) -> list[str]:
    return [change.path for change in changes(before, after)]


def of(scenario: Scenario, office: str) -> Any:
    """All that an office sees: its own, its profile, its procedures, its centres."""
    each = scenario.offices[office]
    profile = scenario.profiles[each.profile]
    own = replace(each, profile=base(each.profile), volumes={base(k): v for k, v in each.volumes.items()})
    filed = {base(name): scenario.procedures[name] for name in (*profile.mix, *each.volumes)}
    seen = replace(profile, mix={base(name): share for name, share in profile.mix.items()})
    return own, seen, filed, {name: scenario.centres[name] for name in each.at.values()}


def expected(scenario: Scenario) -> dict[str, float]:
    """Dossiers by procedure at the offices at work."""
    found: dict[str, float] = {}
    for office in scenario.offices.values():
        if office.successor is None:
            mix = scenario.profiles[office.profile].mix
            for name in (*mix, *office.volumes):
                found.setdefault(name, 0.0)
            for name, share in mix.items():
                found[name] += share * office.volume
            for name, volume in office.volumes.items():
                found[name] += volume
    return found


def staffed(scenario: Scenario) -> dict[str, float]:
    """Officials by pool at the offices at work, in full-time equivalents."""
    found: dict[str, float] = {}
    for office in scenario.offices.values():
        for pool, staff in office.staff.items() if office.successor is None else ():
            found[pool] = found.get(pool, 0.0) + headcount(staff)
    return found


def places(scenario: Scenario, office: str, pool: str) -> float:
    """Dossiers that a pool of an office can have in hand side by side."""
    each = scenario.offices[office]
    if pool in each.at:
        centre = scenario.centres[each.at[pool]]
        return headcount(centre.staff) / (centre.share or 1)
    return headcount(each.staff[pool]) / (scenario.profiles[each.profile].pools[pool].share or each.share)


def headcount(staff: float | list[Official]) -> float:
    return sum(official.speed for official in staff) if isinstance(staff, list) else staff


def values(setting: Setting, names: Sequence[str] = ()) -> st.SearchStrategy[Any]:
    """What a setting may be; `names` are those to choose from, else any text."""
    if setting.choices:
        return st.sampled_from(setting.choices)
    if setting.type == "limit":
        return st.sampled_from(["3wd", "8wh", "same-day", "8wd+10d"])
    if setting.bounds is None:
        if not names:
            return st.text(min_size=1, max_size=20).filter(str.strip)
        most = 3 if setting.type == "names" else 1
        return st.lists(st.sampled_from(names), min_size=1, max_size=most).map("|".join)
    low, high = setting.bounds
    if setting.type == "whole":
        return st.integers(int(low), int(high))
    return st.floats(low, high) | st.integers(int(low) + 1, int(high))


@st.composite
def levers(draw: st.DrawFn, names: Mapping[str, Sequence[str]] = MappingProxyType({})) -> Lever:
    """Levers as the catalogue allows them; `names` by setting."""
    kind = LEVERS[draw(st.sampled_from(sorted(LEVERS)))]
    must = {name for name, setting in kind.settings.items() if setting.required}
    one = {draw(st.sampled_from(kind.needs))} if kind.needs else set()
    free = [name for name in kind.settings if not (kind.alone and name in kind.needs)]
    more = set(draw(st.lists(st.sampled_from(free), max_size=2))) if free else set()
    settings = {
        name: draw(values(kind.settings[name], names.get(name, ()))) for name in sorted(must | one | more)
    }
    return Lever(kind.name, draw(st.none() | st.dates()), settings)


def names_in(scenario: Scenario) -> dict[str, list[str]]:
    """By setting, names that a scenario knows, and some that are new to it."""
    profiles, procedures = scenario.profiles.values(), scenario.procedures.values()
    return {
        "level": sorted({profile.level for profile in profiles}),
        "closing": sorted({profile.level for profile in profiles}),
        "office": [*scenario.offices],
        "into": [*scenario.offices, "new"],
        "profile": [*scenario.profiles],
        "procedure": [*scenario.procedures],
        "field": sorted({procedure.field for procedure in procedures}),
        "pool": sorted({*scenario.centres, *(pool for profile in profiles for pool in profile.pools)}),
        "centre": ["new"],
        "step": ["signature"],
        "classes": ["online", *scenario.procedures],
    }
