"""What profiles and offices mean: shares that add up, names that lead somewhere, work that can be done."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from simulator.scenario.checks.faults import Fault, among, at, shown, twice, unknown
from simulator.scenario.checks.names import Names
from simulator.scenario.checks.staff import staff_faults
from simulator.scenario.checks.times import calendar_faults
from simulator.scenario.model import Centre, Drift, Office, Pool, Profile


def pool_faults(path: str, pool: Pool, names: Names) -> Iterator[Fault]:
    """What cannot be meant in a pool, wherever it is."""
    yield from unknown(f"{path}.agency", "agency", pool.agency, names.scenario.agencies)
    yield from calendar_faults(f"{path}.calendar", pool.calendar, names)
    for i, name in enumerate(pool.classes):
        yield from unknown(f"{path}.classes.{i}", "procedure, field or channel", name, names.classes)
    yield from twice(f"{path}.classes", pool.classes)
    if pool.queue == "class" and not pool.classes:
        yield Fault(f"{path}.classes", "must name at least one, for queue is class, names none")
    elif pool.queue != "class" and pool.classes:
        words = f"must be left out, for queue is {pool.queue} and only class reads them"
        yield Fault(f"{path}.classes", f"{words}, names {len(pool.classes)}")


def profile_faults(path: str, profile: Profile, names: Names) -> Iterator[Fault]:
    """What cannot be meant in a profile."""
    yield from _whole(f"{path}.channels", profile.channels)
    yield from _drift(path, profile)
    if profile.mix:
        yield from _whole(f"{path}.mix", profile.mix)
    for key in profile.mix:
        yield from _doable(f"{path}.mix.{key}", key, profile, names)
    for name, pool in profile.pools.items():
        yield from pool_faults(at(f"{path}.pools", name), pool, names)
    yield from calendar_faults(f"{path}.calendar", profile.calendar, names)
    if profile.intake is not None:
        yield from unknown(f"{path}.intake.pool", "pool", profile.intake.pool, profile.pools)
        yield from _intake(f"{path}.intake.step", profile.intake.step, profile, names)


def _whole(path: str, shares: Mapping[Any, float]) -> Iterator[Fault]:
    total = sum(shares.values())
    if abs(total - 1) > 1e-6:
        yield Fault(path, f"shares must add up to 1, add up to {total:.6g}")


def _drift(path: str, profile: Profile) -> Iterator[Fault]:
    others = any(share for channel, share in profile.channels.items() if channel != "online")
    before: Drift | None = None
    for i, drift in enumerate(profile.drift):
        where = f"{path}.drift.{i}"
        if before is not None and drift.on <= before.on:
            yield Fault(f"{where}.on", f"must be after the one before ({before.on}), is {drift.on}")
        if not others and drift.online < 1:
            words = "must be 1, for channels gives no share to in_person or post"
            yield Fault(f"{where}.online", f"{words}, is {drift.online:g}")
        before = drift


def _doable(path: str, key: str, profile: Profile, names: Names) -> Iterator[Fault]:
    """Whether a procedure is known, and the profile has the pools that it needs."""
    yield from unknown(path, "procedure", key, names.work)
    for where, step in names.work.get(key, ()):
        if step.pool not in profile.pools:
            words = f"needs pool {shown(step.pool)} ({where}.pool), which the profile has not"
            yield Fault(path, f"{words}; {among(profile.pools)}")


def _intake(path: str, name: str | None, profile: Profile, names: Names) -> Iterator[Fault]:
    for key in profile.mix if name is not None else ():
        for where, step in names.work.get(key, ()):
            if step.step == name:
                yield Fault(path, f"{shown(name)} is the name of {where} already")


def centre_faults(path: str, centre: Centre, names: Names) -> Iterator[Fault]:
    """What cannot be meant in a centre."""
    yield from pool_faults(path, centre, names)
    yield from staff_faults(f"{path}.staff", centre.staff, centre.share or 1, names)


def office_faults(path: str, name: str, names: Names) -> Iterator[Fault]:
    """What cannot be meant in an office."""
    office = names.scenario.offices[name]
    profile = names.scenario.profiles.get(office.profile)
    if profile is None:
        yield from unknown(f"{path}.profile", "profile", office.profile, names.scenario.profiles)
        return
    if office.volume and not profile.mix:
        words = f"must be 0, for {at('profiles', office.profile)}.mix is empty"
        yield Fault(f"{path}.volume", f"{words}, is {office.volume:g}")
    for key in office.volumes:
        yield from _doable(at(f"{path}.volumes", key), key, profile, names)
    yield from _servers(path, office, profile.pools, names.scenario.centres)
    for pool, staff in office.staff.items():
        if pool in profile.pools:
            share = profile.pools[pool].share or office.share
            yield from staff_faults(at(f"{path}.staff", pool), staff, share, names)
    yield from _merged(f"{path}.successor", name, names)


def _servers(path: str, office: Office, pools: Collection[str], centres: Collection[str]) -> Iterator[Fault]:
    """Whether each pool has staff or a centre, and not both."""
    for name in office.staff:
        yield from unknown(at(f"{path}.staff", name), "pool", name, pools)
    for name, centre in office.at.items():
        where = at(f"{path}.at", name)
        yield from unknown(where, "pool", name, pools)
        yield from unknown(where, "centre", centre, centres)
        if name in office.staff:
            words = f"must be left out, for the work is done at {shown(centre)}"
            yield Fault(at(f"{path}.staff", name), words)
    for name in pools:
        if name not in office.staff and name not in office.at and office.successor is None:
            pool = at(f"{at('profiles', office.profile)}.pools", name)
            words = f"is missing: {pool} needs a number of staff above 0, or a centre in at"
            yield Fault(at(f"{path}.staff", name), words)


def _merged(path: str, name: str, names: Names) -> Iterator[Fault]:
    """Whether a merged office's work ends up where it can be done."""
    offices = names.scenario.offices
    successor = offices[name].successor
    if successor is None:
        return
    yield from unknown(path, "office", successor, offices)
    heir = names.heir(name)
    if heir is None and successor in offices:
        yield Fault(
            path, f"must lead to an office that is open, but {shown(successor)} leads round in a circle"
        )
    profile = None if heir is None else names.scenario.profiles.get(offices[heir].profile)
    if profile is not None:
        needed: dict[str, str] = {}
        for where, step in (each for key in names.filed(name) for each in names.work[key]):
            needed.setdefault(step.pool, where)
        for pool in (pool for pool in needed if pool not in profile.pools):
            words = f"{shown(heir)} has no pool {shown(pool)} ({needed[pool]}.pool) for the work in hand here"
            yield Fault(path, f"{words}; {among(profile.pools)}")
