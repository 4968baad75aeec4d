"""Which offices, procedures and pools a lever touches, and how a part of those that share is split off.

A lever for some offices only may not change the profile (or the procedure) that the others share with them:
the touched ones get one of their own, named for the first of them, as "commune@H44.100".
The names depend on who shares with whom and not on the order in which levers came.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import chain
from typing import TypeVar

from msgspec.structs import replace

from simulator.scenario.levers.kinds import SEVERAL, Use
from simulator.scenario.model import Office, Profile, Scenario

T = TypeVar("T")

AT = "@"
"""Between the name of what was shared and the first office of those that got their own."""

OFFICES = ("level", "office", "profile")
"""The settings that choose offices."""


def base(name: str) -> str:
    """The name without the office for which it was split off."""
    return name.partition(AT)[0]


def at_work(scenario: Scenario) -> dict[str, Office]:
    """The offices that have not been merged into another."""
    return {name: office for name, office in scenario.offices.items() if office.successor is None}


def offices(scenario: Scenario, use: Use) -> list[str]:
    """The offices at work that the settings level, office and profile choose; ScenarioError if none."""
    working = at_work(scenario)
    levels = use.among("level", {profile.level for profile in scenario.profiles.values()})
    codes = use.among("office", scenario.offices)
    for name in codes or ():
        if name not in working:
            raise use.fails("office", f"{name} was merged into {scenario.offices[name].successor}")
    names = use.among("profile", {*scenario.profiles, *map(base, scenario.profiles)})
    found = [
        name
        for name, office in working.items()
        if (codes is None or name in codes)
        and (levels is None or scenario.profiles[office.profile].level in levels)
        and (names is None or not names.isdisjoint({office.profile, base(office.profile)}))
    ]
    if not found:
        raise use.fails(None, "no office at work is of this level, profile and code at once")
    return found


def narrowed(use: Use) -> bool:
    """Whether some offices were chosen."""
    return any(use[setting] is not None for setting in OFFICES)


def procedures(scenario: Scenario, use: Use) -> list[str]:
    """The procedures that the settings procedure and field choose; ScenarioError if none."""
    all_of = scenario.procedures
    fields = use.among("field", {each.field for each in all_of.values()})
    names = use.among("procedure", {*all_of, *map(base, all_of), *(each.code for each in all_of.values())})
    found = [
        name
        for name, each in all_of.items()
        if (fields is None or each.field in fields)
        and (names is None or not names.isdisjoint({name, base(name), each.code}))
    ]
    if not found:
        raise use.fails(None, "no procedure is of this name and field at once")
    return found


def desks(scenario: Scenario, use: Use) -> tuple[list[tuple[str, str]], list[str]]:
    """The pools that the settings choose: (office, pool) where it has its own staff, and centres.

    A centre is chosen by its name, or where all the offices and pools that share it are chosen.
    """
    chosen = offices(scenario, use)
    working = at_work(scenario)
    pools = {pool for name in chosen for pool in scenario.profiles[working[name].profile].pools}
    names = use.among("pool", {*pools, *scenario.centres})
    own = [
        (name, pool)
        for name in chosen
        for pool in scenario.profiles[working[name].profile].pools
        if pool not in working[name].at and (names is None or pool in names)
    ]
    centres = [name for name in scenario.centres if _chosen(name, working, chosen, names, pools)]
    if not own and not centres:
        where = sorted({working[name].at[pool] for name in chosen for pool in working[name].at})
        why = f"its work is done at a centre that others share: write pool={SEVERAL.join(where)}"
        raise use.fails("pool", why)
    return own, centres


def _chosen(
    centre: str,
    working: Mapping[str, Office],
    inside: Collection[str],
    names: Collection[str] | None,
    pools: Collection[str],
) -> bool:
    """Whether a centre is chosen; a name that is also a pool's means the pool."""
    sharing = [(name, pool) for name, each in working.items() for pool, at in each.at.items() if at == centre]
    if names is not None and centre in names and centre not in pools:
        return any(name in inside for name, _ in sharing)
    return bool(sharing) and all(
        name in inside and (names is None or pool in names) for name, pool in sharing
    )


def split(family: Mapping[str, str], touched: Collection[str]) -> dict[str, str]:
    """Office to the name it goes on with; `family` is office to its present name, all of one base.

    Where all are touched nobody is split off; else those never touched keep the base.
    """
    if touched_all(family, touched):
        return dict(family)
    groups: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for office, name in family.items():
        groups[name, office in touched].append(office)
    return {
        office: name if name == base(name) and not leaves else f"{base(name)}{AT}{min(group)}"
        for (name, leaves), group in groups.items()
        for office in group
    }


def touched_all(family: Iterable[str], touched: Collection[str]) -> bool:
    """Whether every one of a family is touched."""
    return all(office in touched for office in family)


def families(names: Mapping[str, str]) -> Iterable[dict[str, str]]:
    """Office to name, parted by the base of the name."""
    parted: dict[str, dict[str, str]] = defaultdict(dict)
    for office, name in names.items():
        parted[base(name)][office] = name
    return parted.values()


def fork(scenario: Scenario, touched: Collection[str]) -> Scenario:
    """The same world, in which no profile is shared between touched offices and others."""
    now = {name: office.profile for name, office in scenario.offices.items()}
    then: dict[str, str] = {}
    for family in families(now):
        inside = [name for name in family if name in touched]
        then |= split(family, inside) if inside else family
    if then == now:
        return scenario
    profiles = {then[name]: scenario.profiles[now[name]] for name in scenario.offices}
    used = set(now.values())
    unused = {name: each for name, each in scenario.profiles.items() if name not in used}
    return replace(
        scenario,
        profiles=ordered({**unused, **profiles}, scenario.profiles),
        offices={name: replace(each, profile=then[name]) for name, each in scenario.offices.items()},
    )


def reprofile(scenario: Scenario, chosen: Collection[str], patch: Callable[[Profile], Profile]) -> Scenario:
    """The profiles of these offices patched; offices whose profile stays as it is are left alone."""
    patched = {
        name: patch(scenario.profiles[name])
        for name in {scenario.offices[office].profile for office in chosen}
    }
    changing = {name for name, profile in patched.items() if profile != scenario.profiles[name]}
    if not changing:
        return scenario
    touched = set(chosen)
    for family in families({name: office.profile for name, office in scenario.offices.items()}):
        if not touched_all(family, touched):
            touched -= {name for name, profile in family.items() if profile not in changing}
    forked = fork(scenario, touched)
    profiles = dict(forked.profiles)
    for office in sorted(touched):
        name = forked.offices[office].profile
        profiles[name] = patched[scenario.offices[office].profile]
    return replace(forked, profiles=profiles)


def ordered(new: Mapping[str, T], old: Iterable[str]) -> dict[str, T]:
    """What was there before in its order, then the rest."""
    return {name: new[name] for name in dict.fromkeys(chain(old, new)) if name in new}
