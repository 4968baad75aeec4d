"""Levers on staff: more or fewer, shared, absent, and in which order and in how many lines they serve."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from msgspec.structs import replace

from simulator.scenario.checks.names import CHANNELS
from simulator.scenario.levers.kinds import Use
from simulator.scenario.levers.scope import desks, offices, reprofile
from simulator.scenario.model import Absence, Centre, Official, Pool, Profile, Scenario

Staff = float | list[Official]


def staff(scenario: Scenario, use: Use) -> Scenario:
    """Add officials, set their number, or multiply it; by pool and office."""
    own, centres = desks(scenario, use)
    staffs: dict[str, dict[str, Any]] = {}
    for name, pool in own:
        at = staffs.setdefault(name, dict(scenario.offices[name].staff))
        if pool in at:
            at[pool] = _staffed(at[pool], use, f"{pool} of {name}")
    return replace(
        scenario,
        offices=scenario.offices
        | {name: replace(scenario.offices[name], staff=each) for name, each in staffs.items()},
        centres=scenario.centres
        | {
            name: replace(scenario.centres[name], staff=_staffed(scenario.centres[name].staff, use, name))
            for name in centres
        },
    )


def _staffed(now: Staff, use: Use, where: str) -> Staff:
    was = number(now)
    then = float(use["set"] if use["set"] is not None else was * (use["factor"] or 1) + (use["add"] or 0))
    if then <= 0:
        raise use.fails(None, f"{where} has {was:g} officials, and would have {then:g}")
    if not isinstance(now, list):
        return round(then, 9)
    if then % 1:
        raise use.fails(None, f"{where} has named officials, a whole number: {then:g} of them cannot be")
    names = {official.name for official in now}
    free = (name for k in count(1) if (name := f"new {k}") not in names)
    return [*now[: int(then)], *(Official(name=next(free)) for _ in range(int(then) - len(now)))]


def queue(scenario: Scenario, use: Use) -> Scenario:
    """The order in which a pool serves: first come, first due, by class, shortest."""
    rule, classes = use["rule"], use["classes"]
    if rule != "class":
        if classes is not None:
            raise use.fails("classes", f"only rule=class reads them, and rule is {rule}")
        return _pools(scenario, use, queue=rule, classes=[])
    if classes is None:
        raise use.fails("classes", "rule=class needs them: write classes=birth|online, the most urgent first")
    known = {*CHANNELS, *scenario.procedures, *(each.field for each in scenario.procedures.values())}
    return _pools(scenario, use, queue=rule, classes=use.listed("classes", known))


def edd(scenario: Scenario, use: Use) -> Scenario:
    """Due first, ranked anew at each grant."""
    return _pools(scenario, use, queue="edd", classes=[])


def one_queue(scenario: Scenario, use: Use) -> Scenario:
    """One line for all officials of a pool."""
    return _pools(scenario, use, lines="one")


def many_queues(scenario: Scenario, use: Use) -> Scenario:
    """A line before each official."""
    return _pools(scenario, use, lines="each")


def absence(scenario: Scenario, use: Use) -> Scenario:
    """Days off without notice."""
    days, spell = use["days_a_year"], use["spell_days"]

    def absent(pool: Pool) -> Absence | None:
        now = pool.absence
        usual = now.spell_days if now else 2.0
        return Absence(float(days), float(spell or usual)) if days else None

    return _pools(scenario, use, absence=absent)


def _pools(scenario: Scenario, use: Use, **changes: Any) -> Scenario:
    """Pools changed in the profiles of the chosen offices, and centres; a callable gives the value."""
    own, centres = desks(scenario, use)
    names = {pool for _, pool in own}

    def patch(profile: Profile) -> Profile:
        pools = {
            name: _pool(pool, changes) if name in names else pool for name, pool in profile.pools.items()
        }
        return replace(profile, pools=pools)

    patched = reprofile(scenario, list(dict.fromkeys(name for name, _ in own)), patch)
    new = {name: _pool(scenario.centres[name], changes) for name in centres}
    return replace(patched, centres={**patched.centres, **new}) if new else patched


def _pool(pool: Any, changes: Mapping[str, Any]) -> Any:
    return replace(
        pool, **{name: value(pool) if callable(value) else value for name, value in changes.items()}
    )


def pooling(scenario: Scenario, use: Use) -> Scenario:
    """One centre does the work of a pool of several offices, with the staff of them all."""
    pool = use["pool"]
    inside = [
        name
        for name in offices(scenario, use)
        if pool in scenario.profiles[scenario.offices[name].profile].pools
    ]
    if len(inside) < 2:
        raise use.fails("pool", f"{len(inside)} of the chosen offices have a pool {pool!r}, and it takes two")
    for name in inside:
        if pool in scenario.offices[name].at:
            raise use.fails(
                "pool", f"{pool} of {name} is at the centre {scenario.offices[name].at[pool]} already"
            )
    centre = use["centre"] or f"{pool}@{min(inside)}"
    if centre in scenario.centres:
        raise use.fails("centre", f"there is a centre {centre!r} already: choose another name")
    joined = {
        name: replace(
            each,
            staff={key: value for key, value in each.staff.items() if key != pool},
            at={**each.at, pool: centre},
        )
        for name, each in scenario.offices.items()
        if name in inside
    }
    return replace(
        scenario,
        centres={**scenario.centres, centre: _centre(scenario, use, inside)},
        offices={**scenario.offices, **joined},
    )


def _centre(scenario: Scenario, use: Use, inside: Sequence[str]) -> Centre:
    pool = use["pool"]
    specs = {name: _spec(scenario, name, pool) for name in inside}
    alike = specs[inside[0]]
    for name, spec in specs.items():
        for field in ("agency", "calendar", "queue", "classes", "absence", "lines"):
            ours, theirs = getattr(alike, field), getattr(spec, field)
            if ours != theirs:
                differ = f"{field} of {pool} is {ours!r} at {inside[0]}, {theirs!r} at {name}"
                raise use.fails("pool", f"{differ}: make them alike first")
    parts = [(name, scenario.offices[name].staff[pool]) for name in inside]
    share = common_share([(number(each), specs[name].share or 1.0) for name, each in parts])
    fields = ("agency", "calendar", "queue", "classes", "absence", "lines")
    return Centre(staff=together(parts), share=share, **{name: getattr(alike, name) for name in fields})


def _spec(scenario: Scenario, office: str, pool: str) -> Pool:
    """A pool with what it has from its office: hours and share."""
    each = scenario.offices[office]
    profile = scenario.profiles[each.profile]
    spec = profile.pools[pool]
    return replace(spec, share=spec.share or each.share, calendar=spec.calendar or profile.calendar)


def number(staff: Staff) -> float:
    """So many officials."""
    return float(len(staff)) if isinstance(staff, list) else staff


def common_share(parts: Sequence[tuple[float, float]]) -> float:
    """The share at which the officials of all parts (number, share) have as many places as before."""
    shares = {share for _, share in parts}
    if len(shares) == 1:
        return shares.pop()
    return sum(each for each, _ in parts) / sum(each / share for each, share in parts)


def together(parts: Sequence[tuple[str, Staff]]) -> Staff:
    """The staff of several offices as one; a name that two of them have gets its office's code."""
    if not any(isinstance(each, list) for _, each in parts):
        return round(sum(number(each) for _, each in parts), 9)
    all_of = [(office, official) for office, each in parts for official in _named(each)]
    names = [official.name for _, official in all_of]
    return [
        replace(official, name=f"{official.name} ({office})") if names.count(official.name) > 1 else official
        for office, official in all_of
    ]


def _named(staff: Staff) -> list[Official]:
    """Officials with names; a part of one works at that speed."""
    if isinstance(staff, list):
        return staff
    whole, part = divmod(round(staff, 9), 1)
    speeds = [1.0] * int(whole) + ([part] if part >= 0.01 else [])
    return [Official(name=f"official {k}", speed=speed) for k, speed in enumerate(speeds, 1)]
