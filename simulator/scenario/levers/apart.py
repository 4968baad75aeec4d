"""Procedures split off for some offices: their names in mixes, volumes, classes and skills follow."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from msgspec.structs import replace

from simulator.scenario.levers.kinds import Use
from simulator.scenario.levers.scope import base, fork, split, touched_all
from simulator.scenario.model import Centre, Office, Official, Pool, Profile, Scenario

Names = Mapping[str, Mapping[str, str]]
"""Office to the procedures that go on under another name there."""
V = TypeVar("V")
P = TypeVar("P", bound=Pool)


def filed(scenario: Scenario, office: str) -> set[str]:
    """The procedures that are filed at an office."""
    each = scenario.offices[office]
    return {*scenario.profiles[each.profile].mix, *each.volumes}


def apart(
    scenario: Scenario, use: Use, inside: Collection[str], changing: Collection[str]
) -> tuple[Scenario, Names]:
    """The same world, in which only the offices inside file the procedures that change; and their new names.

    The old procedures stay, for dossiers of them may be in hand.
    """
    at = {office: filed(scenario, office) for office in scenario.offices}
    names: dict[str, dict[str, str]] = {office: {} for office in at}
    for kind in sorted({base(name) for name in changing}):
        family = _family(use, kind, at)
        touched = [office for office in inside if office in family]
        if not touched_all(family, touched):
            touched = [office for office in touched if family[office] in changing]
        for office, name in split(family, touched).items():
            if name != family[office]:
                names[office][family[office]] = name
    return (_renamed(scenario, names), names) if any(names.values()) else (scenario, names)


def _family(use: Use, kind: str, at: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Office to the one procedure of this kind that is filed there."""
    family = {}
    for office, names in at.items():
        alike = sorted(name for name in names if base(name) == kind)
        if len(alike) > 1:
            raise use.fails(
                "procedure", f"{' and '.join(alike)} are both filed at {office}: name one of them"
            )
        if alike:
            family[office] = alike[0]
    return family


def _renamed(scenario: Scenario, names: Names) -> Scenario:
    parted = scenario
    for renaming in sorted({tuple(sorted(each.items())) for each in names.values()} - {()}):
        parted = fork(
            parted, [office for office, each in names.items() if tuple(sorted(each.items())) == renaming]
        )
    by_profile = {office.profile: names[name] for name, office in parted.offices.items()}
    renamed = replace(
        parted,
        profiles={name: _profile(each, by_profile.get(name, {})) for name, each in parted.profiles.items()},
        offices={name: _office(each, names[name]) for name, each in parted.offices.items()},
        centres={name: _centre(name, each, parted, names) for name, each in parted.centres.items()},
    )
    split_off = {new: scenario.procedures[old] for each in names.values() for old, new in each.items()}
    return replace(renamed, procedures={**scenario.procedures, **split_off})


def _profile(profile: Profile, renaming: Mapping[str, str]) -> Profile:
    pools = {name: _pool(pool, renaming.items()) for name, pool in profile.pools.items()}
    return replace(profile, mix=_keys(profile.mix, renaming), pools=pools)


def _office(office: Office, renaming: Mapping[str, str]) -> Office:
    staff = {pool: _staff(each, renaming.items()) for pool, each in office.staff.items()}
    return replace(office, volumes=_keys(office.volumes, renaming), staff=staff)


def _centre(name: str, centre: Centre, scenario: Scenario, names: Names) -> Centre:
    shared = [office for office, each in scenario.offices.items() if name in each.at.values()]
    renaming = {pair for office in shared for pair in names[office].items()}
    return replace(_pool(centre, renaming), staff=_staff(centre.staff, renaming))


def _keys(by_name: Mapping[str, V], renaming: Mapping[str, str]) -> dict[str, V]:
    return {renaming.get(name, name): value for name, value in by_name.items()}


def _pool(pool: P, renaming: Iterable[tuple[str, str]]) -> P:
    return replace(pool, classes=_words(pool.classes, renaming)) if pool.classes else pool


def _staff(staff: float | list[Official], renaming: Iterable[tuple[str, str]]) -> float | list[Official]:
    if not isinstance(staff, list):
        return staff
    return [replace(each, skills=_words(each.skills, renaming)) for each in staff]


def _words(words: list[str], renaming: Iterable[tuple[str, str]]) -> list[str]:
    """The words, and after each the names under which it goes on, for dossiers of both are in hand."""
    after = defaultdict(list)
    for old, new in sorted(renaming):
        after[old].append(new)
    return list(dict.fromkeys(each for word in words for each in (word, *after[word])))
