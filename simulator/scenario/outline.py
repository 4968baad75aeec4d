"""What is in a scenario, as plain data: who works where, what is expected, and by which routes."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from math import ceil
from typing import Any, NamedTuple

from msgspec import to_builtins

from simulator.scenario.levers import text
from simulator.scenario.model import Office, Official, Pool, Scenario


def head(scenario: Scenario) -> dict[str, Any]:
    """The scenario in a line: its period (both days are in it) and the dossiers expected in it."""
    return {
        "name": scenario.name,
        "title": scenario.title,
        "offices": len(scenario.offices),
        "procedures": len(scenario.procedures),
        "first": scenario.start.isoformat(),
        "last": (scenario.until - timedelta(days=1)).isoformat(),
        "dossiers": sum(_expected(scenario).values()),
    }


def outline(scenario: Scenario) -> dict[str, Any]:
    """The whole of it, before its levers.

    Staff are full-time officials, posts the places they work at, capacity what these can do, in officials.
    """
    return {
        **head(scenario),
        "warmup_days": scenario.warmup_days,
        "rules": scenario.rules,
        "profiles": _profiles(scenario),
        "pools": [*_pools(scenario), *_centres(scenario)],
        "routes": _routes(scenario),
        "calendars": to_builtins(scenario.calendars),
        "levers": [text(lever) for lever in scenario.levers],
        "successors": {name: each.successor for name, each in scenario.offices.items() if each.successor},
    }


class Places(NamedTuple):
    """Officials, the posts at which they work side by side, and what these can do, in officials.

    Posts are officials over the share of their day that a dossier takes, rounded up to whole ones:
    3.3 officials with a share of 1 have 4 posts, and can do what 4 can.
    """

    staff: float
    posts: int
    capacity: float

    @property
    def rounded(self) -> bool:
        """Whether the posts can do another amount of work than the officials could."""
        return abs(self.capacity - self.staff) > 1e-6 * self.staff


def places(scenario: Scenario) -> Iterator[tuple[str, Places]]:
    """The posts of every pool at work, by "office/pool" or a centre's name."""
    for name, office in scenario.offices.items():
        pools = scenario.profiles[office.profile].pools
        for pool, staff in office.staff.items() if office.successor is None else ():
            if pool in pools:
                yield f"{name}/{pool}", _places(staff, pools[pool].share or office.share)
    for name, centre in scenario.centres.items():
        yield name, _places(centre.staff, centre.share or 1.0)


def _expected(scenario: Scenario, profile: str | None = None) -> dict[str, float]:
    """By procedure the dossiers that open offices expect, all of them or those of a profile."""
    expected = dict.fromkeys(scenario.procedures, 0.0)
    for office in scenario.offices.values():
        if office.successor is None and profile in {None, office.profile}:
            for key, share in scenario.profiles[office.profile].mix.items():
                expected[key] += office.volume * share
            for key, volume in office.volumes.items():
                expected[key] += volume
    return expected


def _of(scenario: Scenario, profile: str) -> list[Office]:
    """The open offices of a profile."""
    offices = scenario.offices.values()
    return [office for office in offices if office.profile == profile and office.successor is None]


def _profiles(scenario: Scenario) -> list[dict[str, Any]]:
    return [
        {
            "profile": name,
            "level": profile.level,
            "offices": len(_of(scenario, name)),
            "procedures": len(profile.mix),
            "dossiers": sum(_expected(scenario, name).values()),
            "online": profile.channels.get("online", 0.0),
            "calendar": profile.calendar,
        }
        for name, profile in scenario.profiles.items()
    ]


def _pools(scenario: Scenario) -> list[dict[str, Any]]:
    rows = []
    for name, profile in scenario.profiles.items():
        for pool, spec in profile.pools.items():
            offices = _of(scenario, name)
            counts = [
                _places(each.staff[pool], spec.share or each.share) for each in offices if pool in each.staff
            ]
            centres = sorted({each.at[pool] for each in offices if pool in each.at})
            rows.append({"profile": name, **_pool(pool, spec, profile.calendar, counts), "at": centres})
    return rows


def _centres(scenario: Scenario) -> list[dict[str, Any]]:
    """The pools that offices share; they have no profile."""
    return [
        {
            "profile": None,
            **_pool(name, centre, "office", [_places(centre.staff, centre.share or 1.0)]),
            "at": [],
        }
        for name, centre in scenario.centres.items()
    ]


def _pool(name: str, pool: Pool, calendar: str, counts: Sequence[Places]) -> dict[str, Any]:
    return {
        "pool": name,
        "agency": pool.agency,
        "staff": sum(each.staff for each in counts),
        "posts": sum(each.posts for each in counts),
        "capacity": round(sum(each.capacity for each in counts), 9),
        "queue": pool.queue,
        "calendar": pool.calendar or calendar,
    }


def _places(staff: float | list[Official], share: float) -> Places:
    """As the engine has them."""
    if isinstance(staff, list):
        each = max(1, round(1 / share))
        return Places(len(staff), len(staff) * each, sum(each.speed for each in staff) * each * share)
    posts = ceil(staff / share - 1e-9)
    return Places(staff, posts, round(posts * share, 9))


def _routes(scenario: Scenario) -> list[dict[str, Any]]:
    expected = _expected(scenario)
    return [
        {
            "procedure": key,
            "code": procedure.code,
            "field": procedure.field,
            "agency": procedure.agency,
            "limit": procedure.limit,
            "dossiers": expected[key],
            "route": to_builtins(procedure.route),
        }
        for key, procedure in scenario.procedures.items()
    ]
