"""What queueing formulas say of a scenario before any run: loads, waits, the bottleneck, times, who is late.

    stations   the pools, and what flows between them, by the traffic equations
    tide       their queues through the days of the calendar
    lifetimes  the parts of a dossier's time, and the share on time

The answer is plain data: hours, shares between 0 and 1, None where there is nothing to tell.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from math import isfinite
from typing import Any

import numpy as np

from simulator.formulas.lifetimes import PARTS, Life, Lifetimes
from simulator.formulas.network import Network, arriving, network, open_hours
from simulator.formulas.queueing import Floats, short, wait
from simulator.formulas.seen import Seen
from simulator.formulas.tide import tide
from simulator.scenario.levers import course
from simulator.scenario.model import Lever, Scenario

BUSY = 1.0
"""A pool is saturated when the work asked of it is so much of what its posts can do."""


class Explained:
    """One scenario, explained; `answer` is the whole as plain data."""

    def __init__(self, scenario: Scenario, office: str | None = None) -> None:
        """ValueError where there is no such office."""
        if office is not None and office not in scenario.offices:
            some = ", ".join(list(scenario.offices)[:5])
            raise ValueError(f"no office {office!r} in {scenario.name}: name one of its own, as {some}")
        self.scenario, self.office = scenario, office
        self.net: Network = network(scenario)
        self.seen: Seen = tide(self.net)
        lives = Lifetimes(self.net, self.seen)
        offices = [office] if office is not None else scenario.offices
        self.lives = [
            life for name in offices if scenario.offices[name].successor is None for life in lives.of(name)
        ]
        self.stations = self._chosen()

    def _chosen(self) -> list[int]:
        """The stations asked about: all, or those that the office sends work to."""
        if self.office is None:
            return list(range(len(self.net.stations)))
        scenario = self.scenario
        profile = scenario.profiles[scenario.offices[self.office].profile]
        names = {self.net.where(self.office, pool) for pool in (*profile.pools, *scenario.centres)}
        return [
            i for i, station in enumerate(self.net.stations) if station.name in names and self.net.visits[i]
        ]

    def answer(self) -> dict[str, Any]:
        """The whole of it, the busiest pool first."""
        rows = pools(self.net, self.seen, self.stations)
        levels: dict[str, list[Life]] = {}
        procedures: dict[str, list[Life]] = {}
        for life in self.lives:
            level = self.scenario.profiles[self.scenario.offices[life.office].profile].level
            levels.setdefault(level, []).append(life)
            procedures.setdefault(life.procedure, []).append(life)
        return {
            "scenario": self.scenario.name,
            "from": self.scenario.start.isoformat(),
            "until": self.scenario.until.isoformat(),
            "office": self.office,
            "pools": rows,
            "saturated": [
                {name: row[name] for name in ("pool", "posts", "load", "short")}
                for row in rows
                if row["short"]
            ],
            "procedures": [
                {"procedure": key, "limit": self.scenario.procedures[key].limit, **times(lives)}
                for key, lives in procedures.items()
            ],
            "levels": [{"level": level, **times(lives)} for level, lives in levels.items()],
            "total": times(self.lives),
        }


def frozen(scenario: Scenario, levers: Iterable[Lever] = (), on: date | None = None) -> Scenario:
    """The scenario that is in force on a day, by default the last of its period, as if it always had been."""
    return course(scenario, levers).on(on or scenario.until - timedelta(days=1))


def explain(scenario: Scenario, levers: Iterable[Lever] = (), office: str | None = None) -> dict[str, Any]:
    """What the formulas say of a scenario with all levers in force; docs/explain.md says what each is."""
    return Explained(frozen(scenario, levers), office).answer()


# -- pools -------------------------------------------------------------------------------------------------


def pools(net: Network, seen: Seen, chosen: Sequence[int]) -> list[dict[str, Any]]:
    """A row a pool that has work or posts, the busiest first."""
    came = arriving(net)
    rows = [_pool(net, seen, i, float(came[i])) for i in chosen]
    rows.sort(key=lambda row: (-row["utilisation"], -(row["wait_hours"] or 0.0), row["pool"]))
    return [{"rank": rank, **row} for rank, row in enumerate(rows, 1)]


def _pool(net: Network, seen: Seen, i: int, came: float) -> dict[str, Any]:
    station, visits, work = net.stations[i], net.visits[i], net.work[i]
    hours = open_hours(net, station)
    load = work / hours / station.present if hours else 0.0
    asked = float(seen.asked[i])
    steady = 0.0
    if visits:
        varied = max(net.squares[i] * visits / work**2 - 1, 0.0)
        steady = wait(station.posts, visits / hours, work / visits / station.present, came, varied)
    return {
        "pool": station.name,
        "agency": station.agency,
        "posts": station.posts,
        "officials": station.officials,
        "present": station.present,
        "visits": visits,
        "load": load,
        "utilisation": load / station.posts,
        "steady_wait_working_hours": steady if isfinite(steady) else None,
        "wait_working_hours": _over(float(seen.queued_open[i]), asked),
        "wait_hours": _over(float(seen.queued[i]), asked),
        "wait_chance": _over(float(min(seen.stopped[i], asked)), asked),
        "peak": _peak(seen, i, station.posts),
        "busiest": _busiest(seen, i, work / visits / station.present if visits else 0.0),
        "queue_at_end": float(seen.left[i]),
        "short": short(load, station.posts, BUSY) if load >= BUSY * station.posts else 0,
    }


def _peak(seen: Seen, i: int, posts: int) -> dict[str, Any] | None:
    """The hour of the week with the longest queue: Monday is weekday 0."""
    held, duty = seen.hourly[:, 0, i], seen.hourly[:, 3, i]
    known = duty > 0
    if not known.any():
        return None
    queue = np.where(known, held * posts / np.where(known, duty, 1.0), 0.0)
    hour = int(queue.argmax())
    busy = float(seen.hourly[hour, 2, i] / duty[hour]) if duty[hour] else 0.0
    return {"weekday": hour // 24, "hour": hour % 24, "queue": float(queue[hour]), "busy": busy}


def _busiest(seen: Seen, i: int, service: float) -> dict[str, Any] | None:
    """The month with the most work for the time on duty."""
    visits, duty = seen.monthly[:, 1, i], seen.monthly[:, 3, i]
    if not duty.any():
        return None
    load = np.where(duty > 0, visits * service / np.where(duty > 0, duty, 1.0), 0.0)
    month = int(load.argmax())
    return {"month": month + 1, "utilisation": float(load[month])}


# -- times -------------------------------------------------------------------------------------------------


def times(lives: Sequence[Life]) -> dict[str, Any]:
    """Means over dossiers: hours from acceptance to the end, by part, and the share on time."""
    dossiers = sum(life.dossiers for life in lives)
    due = [life for life in lives if life.on_time is not None]
    judged = sum(life.dossiers for life in due)
    parts: Floats = sum((life.parts * life.dossiers for life in lives), np.zeros(len(PARTS))) / (
        dossiers or 1
    )
    return {
        "dossiers": dossiers,
        "hours": float(parts.sum()),
        "days": float(parts.sum()) / 24,
        "parts": dict(zip(PARTS, parts.tolist(), strict=True)),
        "on_time": sum((life.on_time or 0.0) * life.dossiers for life in due) / judged if judged else None,
    }


def waiting(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The pools in the order of all the hours that are waited before them."""
    return sorted(answer["pools"], key=lambda row: -(row["wait_hours"] or 0.0) * row["visits"])


def _over(part: float, whole: float) -> float | None:
    return part / whole if whole > 1e-12 else None
