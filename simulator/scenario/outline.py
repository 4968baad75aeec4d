"""What is in a scenario, as plain data: who works where, what is expected, and by which routes."""

from collections.abc import Sequence
from datetime import timedelta
from math import ceil
from typing import Any

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
    """The whole of it, before its levers; staff are full-time officials, posts the places they work at."""
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
                _staff(each.staff[pool], spec.share or each.share) for each in offices if pool in each.staff
            ]
            centres = sorted({each.at[pool] for each in offices if pool in each.at})
            rows.append({"profile": name, **_pool(pool, spec, profile.calendar, counts), "at": centres})
    return rows


def _centres(scenario: Scenario) -> list[dict[str, Any]]:
    """The pools that offices share; they have no profile."""
    return [
        {
            "profile": None,
            **_pool(name, centre, "office", [_staff(centre.staff, centre.share or 1.0)]),
            "at": [],
        }
        for name, centre in scenario.centres.items()
    ]


def _pool(name: str, pool: Pool, calendar: str, counts: Sequence[tuple[float, int]]) -> dict[str, Any]:
    return {
        "pool": name,
        "agency": pool.agency,
        "staff": sum(officials for officials, _ in counts),
        "posts": sum(posts for _, posts in counts),
        "queue": pool.queue,
        "calendar": pool.calendar or calendar,
    }


def _staff(staff: float | list[Official], share: float) -> tuple[float, int]:
    """Officials, and the places at which they work side by side."""
    if isinstance(staff, list):
        return len(staff), len(staff) * round(1 / share)
    return staff, ceil(staff / share - 1e-9)


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
