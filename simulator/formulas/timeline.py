"""The time of a network: steps within its openings, what is filed in each and between them, rounds.

Instants are seconds from the network's origin.
"""

from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dossier.law.calendar import VIETNAM
from simulator.engine.hours import Hours
from simulator.formulas.network import HOUR, Filed, Network
from simulator.formulas.queueing import Floats
from simulator.run import midnight

STEP = 1 / 12
"""Hours; a year has steps three times as long."""
MOST_STEPS = 12_000
QUARTER = 900.0


class Timeline:
    """Steps from the beginning of the warm-up to the end.

    `start`, `end`: of the steps; `gap`: seconds to the next one, in which all is closed. `kinds` are the
    shares of each station's posts that are on duty, `kind` says which of them holds in a step. By step and
    curve, `filed` are the filings in it, `late` those in the gap after it, and `ahead` the hours that these
    have until it ends; `entry` the dossiers of a curve at each station.
    """

    def __init__(self, net: Network) -> None:
        self._net = net
        first = net.scenario.start - timedelta(days=net.scenario.warmup_days)
        origin = net.calendars.origin
        self._span = midnight(first) - origin, midnight(net.scenario.until) - origin
        self.begun = midnight(net.scenario.start) - origin
        """When the period begins, after the warm-up."""
        self._steps()
        self._arrivals()

    def _steps(self) -> None:
        """Steps that lie within the openings of all calendars together, and who is on duty in them."""
        names = sorted({name for each in self._net.stations for name in each.calendars})
        start, until = self._span
        edges = {start, until}
        for name in names:
            edges |= _edges(self._net.calendars.hours(name), start, until)
        marks = sorted(edges)
        hours = {name: self._net.calendars.hours(name) for name in names}
        spans = [
            (a, b) for a, b in pairwise(marks) if any(each.is_open((a + b) / 2) for each in hours.values())
        ]
        total = sum(b - a for a, b in spans) / HOUR
        length = HOUR * STEP * (1 if total / STEP <= MOST_STEPS else 3)
        cuts = [np.linspace(a, b, max(1, round((b - a) / length)) + 1) for a, b in spans]
        self.start = np.concatenate([cut[:-1] for cut in cuts])
        self.end = np.concatenate([cut[1:] for cut in cuts])
        self.gap = np.append(self.start[1:], until) - self.end
        shares = np.array([[each.calendars.get(name, 0.0) for name in names] for each in self._net.stations])
        self.kinds: list[Floats] = []
        known: dict[tuple[bool, ...], int] = {}
        self.kind = np.zeros(len(self.start), dtype=np.int64)
        middle = (self.start + self.end) / 2
        on = np.array([[each.is_open(at) for each in hours.values()] for at in middle.tolist()])
        for i, row in enumerate(map(tuple, on.tolist())):
            if row not in known:
                known[row] = len(self.kinds)
                self.kinds.append(shares @ np.array(row, dtype=np.float64))
            self.kind[i] = known[row]

    def _arrivals(self) -> None:
        """Filings by step and curve; those of the gap after it, and the hours until that ends."""
        curves = list(dict.fromkeys(curve for curve, _ in self._net.filed))
        curves += [c for found in self._net.outside.values() for c in found if c not in curves]
        self.curves = {curve: i for i, curve in enumerate(curves)}
        start, until = self._span
        fine = np.arange(start, until + QUARTER, QUARTER)
        self.filed, self.late, self.ahead = (np.zeros((len(self.start), len(curves))) for _ in range(3))
        opening = self.end + self.gap
        for curve, i in self.curves.items():
            mass = _mass(self._net, curve, fine)
            area = np.append(0.0, np.cumsum((mass[1:] + mass[:-1]) / 2 * QUARTER))
            at = [np.interp(times, fine, mass) for times in (self.start, self.end, opening)]
            under = [np.interp(times, fine, area) for times in (self.end, opening)]
            self.filed[:, i], self.late[:, i] = at[1] - at[0], at[2] - at[1]
            self.ahead[:, i] = np.maximum(under[1] - under[0] - at[1] * self.gap, 0.0) / HOUR
        self.entry = np.zeros((len(self._net.stations), len(curves)))
        for (curve, station), count in self._net.filed.items():
            self.entry[station, self.curves[curve]] += count

    def rounds(self, hours: Hours, every: float) -> NDArray[np.bool_]:
        """The steps in which a round falls, its end included."""
        done = np.array([hours.worked(at) for at in (*self.start.tolist(), float(self.end[-1]))])
        ends = np.array([hours.worked(at) for at in self.end.tolist()])
        period = every * HOUR
        return np.asarray(np.floor((ends + 1e-3) / period) > np.floor((done[:-1] + 1e-3) / period))


def _mass(net: Network, curve: Filed, times: Floats) -> Floats:
    """Filings of a curve up to each instant, for one dossier of its volume in the whole period.

    That is of all channels: a channel's own filings, over its share of them, grow from 0 to 1.
    """
    profile, months, channel = curve
    scenario = net.scenario
    rates = net.demand.rates(scenario, scenario.profiles[profile].calendar)
    first = datetime.fromtimestamp(net.calendars.origin, VIETNAM).date()
    found, total = np.zeros_like(times), 0.0
    week = 7 * 24 * HOUR
    start = midnight(scenario.start) - net.calendars.origin
    within = 0.0
    for number in range(int(times[-1] // week) + 1):
        monday = first + timedelta(weeks=number)
        laid = rates.week(monday, channel)  # type: ignore[arg-type]
        daily = rates.expected(profile, (months,), monday)[channel][0]  # type: ignore[index]
        some = (times >= number * week) & (times < (number + 1) * week)
        inside = times[some] - number * week
        day = np.minimum((inside // (24 * HOUR)).astype(np.int64), 6)
        mass = np.interp(inside, laid.edges, laid.mass) - laid.before[day]
        share = np.divide(mass, laid.daily[day], out=np.zeros_like(mass), where=laid.daily[day] > 0)
        found[some] = total + np.append(0.0, np.cumsum(daily))[day] + share * daily[day]
        for i in range(7):
            at = number * week + i * 24 * HOUR
            if start <= at < midnight(scenario.until) - net.calendars.origin:
                within += daily[i]
        total += float(daily.sum())
    found[times >= (int(times[-1] // week) + 1) * week] = total
    return found / within if within else found


def _edges(hours: Hours, start: float, until: float) -> set[float]:
    """Openings and closings within a span of time."""
    found, at = set[float](), start
    while at < until:
        opened = hours.opening(at)
        if opened >= until:
            break
        closed = _closing(hours, opened)
        found |= {opened, min(closed, until)}
        at = closed
    return found


def _closing(hours: Hours, opened: float) -> float:
    """The end of the opening in which an instant lies; after a day at most, where it has none."""
    low, high = opened, opened + 24 * HOUR
    if hours.worked(high) - hours.worked(opened) >= 24 * HOUR - 1e-6:
        return high
    while high - low > 0.5:
        middle = (low + high) / 2
        if hours.worked(middle) - hours.worked(opened) >= middle - opened - 1e-6:
            low = middle
        else:
            high = middle
    return round(low)
