"""The two-tier reform: offices merge on a day, and those of a level that is closed are dealt out to the rest.

What merged goes on as `successor`; the engine moves the dossiers in hand.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from simulator.scenario.levers.kinds import Use
from simulator.scenario.levers.scope import at_work, narrowed, offices, reprofile
from simulator.scenario.levers.union import Part, Union, begins, filings
from simulator.scenario.model import Office, Pool, Profile, Scenario

Merged = Mapping[str, list[str]]
"""Office to those that become it; one that takes over others is the first of them."""


def two_tier(scenario: Scenario, use: Use) -> Scenario:
    """Offices merge, and those of a level that is closed go over to the ones that remain."""
    if not narrowed(use):
        raise use.fails(None, "say which offices merge or take over: level=commune, profile or office")
    closing = _closing(scenario, use)
    inside = [name for name in offices(scenario, use) if name not in closing]
    merged = _merged(use, scenario, inside)
    successors = {old: new for new, olds in merged.items() for old in olds}
    remaining = list(dict.fromkeys(successors.get(name, name) for name in inside))
    parts = {new: [Part(old) for old in olds] for new, olds in merged.items()}
    for old, heirs in _heirs(scenario, use, closing, remaining, merged).items():
        successors[old] = next(iter(heirs))
        for turn, (new, share) in enumerate(heirs.items()):
            parts.setdefault(new, [Part(new)]).append(Part(old, share, turn, len(heirs)))
    unions = {new: Union(scenario, use, new, each) for new, each in parts.items()}
    joined = {new: union.office() for new, union in unions.items()}
    closed = {old: _closed(scenario, use, old, new) for old, new in successors.items() if old != new}
    return _with_pools(replace(scenario, offices={**scenario.offices, **closed, **joined}), unions)


def _closed(scenario: Scenario, use: Use, old: str, new: str) -> Office:
    """The old office; what is in hand at the beginning is the new one's then."""
    office = scenario.offices[old]
    return replace(office, successor=new, backlog=None if begins(scenario, use) else office.backlog)


def _closing(scenario: Scenario, use: Use) -> list[str]:
    """The offices of the level that is closed."""
    levels = use.among("closing", {profile.level for profile in scenario.profiles.values()}) or ()
    return [
        name
        for name, office in at_work(scenario).items()
        if scenario.profiles[office.profile].level in levels
    ]


def _merged(use: Use, scenario: Scenario, inside: Sequence[str]) -> dict[str, list[str]]:
    """New office to those that become it; one that takes over others is the first of them."""
    size, into = use["every"], use["into"]
    if size is None and into is None:
        if use["closing"] is None:
            raise use.fails("into", "say into which office they merge, or every=3, or closing=district")
        return {}
    if size is None:
        if list(inside) == [into]:
            raise use.fails("into", f"{into} cannot take over itself alone: choose others as well")
        return {into: _takes_over(scenario, use, into, inside)}
    blocks = [inside[i : i + size] for i in range(0, len(inside), size)]
    merged = {}
    for k, block in enumerate(blocks, 1):
        if len(block) > 1:
            new = block[0] if into is None else f"{into}{k}"
            merged[new] = _takes_over(scenario, use, new, block)
    if not merged:
        raise use.fails("every", f"{len(inside)} of the chosen offices is at work: nothing merges")
    return merged


def _takes_over(scenario: Scenario, use: Use, new: str, olds: Sequence[str]) -> list[str]:
    there = scenario.offices.get(new)
    if there is None:
        return list(olds)
    if there.successor is not None:
        raise use.fails("into", f"{new} itself was merged into {there.successor}")
    return [new, *(old for old in olds if old != new)]


def _heirs(
    scenario: Scenario, use: Use, closing: Sequence[str], remaining: Sequence[str], merged: Merged
) -> dict[str, dict[str, float]]:
    """Closed office to those that go on with its work, and to what share each does, by its own volume."""
    if closing and not remaining:
        raise use.fails("closing", "no office remains to go on with the work")
    shares = {}
    for old, heirs in _dealt(closing, remaining, merged).items():
        volumes = [sum(filings(scenario, each) for each in merged.get(name, [name])) for name in heirs]
        total = sum(volumes)
        each_of = [own / total if total else 1 / len(heirs) for own in volumes]
        shares[old] = dict(zip(heirs, each_of, strict=True))
    return shares


def _dealt(closing: Sequence[str], remaining: Sequence[str], merged: Merged) -> dict[str, Sequence[str]]:
    """By code, as H03.30 has H03.30.21; where any closed office has none so, all by their order."""
    by_code: dict[str, Sequence[str]] = {
        old: [
            name
            for name in remaining
            if any(code.startswith(f"{old}.") for code in (name, *merged.get(name, ())))
        ]
        for old in closing
    }
    if all(by_code.values()):
        return by_code
    starts = [k * len(remaining) // len(closing) for k in range(len(closing) + 1)]
    return {old: remaining[starts[k] : max(starts[k] + 1, starts[k + 1])] for k, old in enumerate(closing)}


def _with_pools(scenario: Scenario, unions: Mapping[str, Union]) -> Scenario:
    """Offices that took over others of another profile have its pools as well."""
    groups: list[tuple[dict[str, Pool], list[str]]] = []
    for new, union in unions.items():
        pools = union.pools()
        alike = next((names for there, names in groups if there == pools), None)
        if alike is None:
            groups.append((pools, alike := []))
        alike.append(new)
    for pools, names in groups:
        scenario = reprofile(scenario, names, partial(_pooled, pools))
    return scenario


def _pooled(pools: dict[str, Pool], profile: Profile) -> Profile:
    return replace(profile, pools=pools)
