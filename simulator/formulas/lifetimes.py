"""How long dossiers of an office take after acceptance, by part, and how many are on time; without a run.

The waits are those that a tide left at the stations; that they are independent of one another and of the
hour is assumed. Then the time to the end is a sum of known durations, mixed over who hands in what, and its
chance to lie within the law's limit is reckoned on a lattice, at the instants at which dossiers are accepted.
"""

from math import log
from typing import NamedTuple

import numpy as np

from dossier.law.deadline import parse_limit
from simulator.formulas.lattice import Lattice
from simulator.formulas.network import HOUR, Network, open_hours
from simulator.formulas.queueing import Floats
from simulator.formulas.route import CITIZEN, CLOSED, HANDED, PARTS, ROUND, Away, Lives, Route
from simulator.formulas.seen import Seen
from simulator.formulas.steady import over

__all__ = ["PARTS", "Life", "Lifetimes"]

INSTANTS = 128
"""Of acceptance, each standing for as many dossiers."""
QUINTILES = tuple(-log(1 - part) for part in (0.1, 0.3, 0.5, 0.7, 0.9))
"""Of an exponential duration of mean 1."""
CELLS = 1024


class Life(NamedTuple):
    """What is expected of the dossiers of a procedure at an office."""

    office: str
    procedure: str
    dossiers: float
    parts: Floats
    """Mean hours by part, in the order of PARTS; together they are clock hours from acceptance to the end."""
    on_time: float | None
    """Share of those finished; None where the law sets no date."""


class Lifetimes(Lives):
    """The lifetimes of all dossiers of a network, in whose queues so much was seen."""

    def __init__(self, net: Network, seen: Seen) -> None:
        self.net, self.seen = net, seen
        asked = np.maximum(seen.asked, 1e-12)
        self.waits = seen.queued_open / asked
        self.chances = np.clip(seen.stopped / asked, 0.0, 1.0)
        self._moments: dict[str, tuple[Floats, Floats]] = {}
        self._allowed: dict[tuple[str, str, bool], Floats | None] = {}
        self._lattices: dict[float, Lattice] = {}
        self._closed: dict[tuple[str, float], float] = {}
        self._nights: dict[tuple[str, float], float] = {}
        self.away = [_away(net, i) for i in range(len(net.stations))]

    def of(self, office: str) -> list[Life]:
        """One for each procedure of an office."""
        return [self._life(office, key, volume) for key, volume in self.net.volumes(office).items()]

    def _life(self, office: str, key: str, volume: float) -> Life:
        profile = self.net.scenario.offices[office].profile
        procedure = self.net.scenario.procedures[key]
        allowed = self.allowed(profile, procedure.limit, False)
        most = 8.0 if allowed is None else max(float(allowed.max()) * 1.01, 0.5)
        lattice = self._lattices.setdefault(round(most, 3), Lattice(most, CELLS))
        route = Route(self, office, procedure, lattice)
        parts = route.parts
        working = float(parts[:CITIZEN].sum() - parts[ROUND] - parts[HANDED])
        parts[CLOSED] += self.closed(profile, working)
        on_time = None if allowed is None else route.on_time(allowed)
        return Life(office, key, volume, parts, on_time)

    # -- instants ------------------------------------------------------------------------------------------

    def instants(self, profile: str) -> tuple[Floats, Floats]:
        """Instants at which dossiers of a profile are accepted; and some of any hour."""
        if profile not in self._moments:
            weights = self.seen.accepted.get(profile, np.zeros(0))
            starts = self.seen.starts
            if not weights.sum():
                weights = np.ones_like(starts)
            wanted = (np.arange(INSTANTS) + 0.5) / INSTANTS
            mass = np.cumsum(weights) / weights.sum()
            at = np.floor(starts[np.searchsorted(mass, wanted)])
            first = starts[np.flatnonzero(weights)[0]]
            anytime = np.floor(first + wanted * (starts[-1] - first))
            self._moments[profile] = at, anytime
        return self._moments[profile]

    def allowed(self, profile: str, limit: str, anytime: bool) -> Floats | None:
        """Working hours from these instants until a dossier is due; None where it never is."""
        key = profile, limit, anytime
        if key not in self._allowed:
            name = self.net.scenario.profiles[profile].calendar
            deadlines, hours = self.net.calendars.deadlines(name), self.net.calendars.hours(name)
            found, parsed = [], parse_limit(limit)
            for at in self.instants(profile)[anytime].tolist():
                due, _ = deadlines.due(int(at), parsed)
                if due is not None:
                    found.append((hours.worked(due) - hours.worked(at)) / HOUR)
            self._allowed[key] = np.array(found) if found else None
        return self._allowed[key]

    def restarts(self, profile: str) -> bool:
        """Whether the limit begins anew when papers come, by the law of the middle of the period."""
        deadlines = self.net.calendars.deadlines(self.net.scenario.profiles[profile].calendar)
        at = self.instants(profile)[0]
        return deadlines.rules(int(at[len(at) // 2])).supplement_clock == "restart"

    def closed(self, profile: str, working: float) -> float:
        """Clock hours in which the office is closed, while so many working hours go by (exponential)."""
        key = profile, round(working, 2)
        if key not in self._closed:
            hours = self.net.calendars.hours(self.net.scenario.profiles[profile].calendar)
            gone = [
                hours.add(at, working * part * HOUR) - at - working * part * HOUR
                for at in self.instants(profile)[0][::4].tolist() for part in QUINTILES
            ]  # fmt: skip
            self._closed[key] = max(float(np.mean(gone)) / HOUR, 0.0)
        return self._closed[key]

    def night(self, profile: str, every: float) -> float:
        """Mean clock hours in which the office is closed before the work that follows a round.

        Rounds fall at fixed hours, many of them at closing. `every` 0: from any hour to the next opening.
        """
        key = profile, every
        if key not in self._nights:
            hours = self.net.calendars.hours(self.net.scenario.profiles[profile].calendar)
            anytime = self.instants(profile)[1].tolist()
            if every:
                first, last = hours.worked(anytime[0]), hours.worked(anytime[-1])
                done = [first + (last - first) * k / (4 * INSTANTS) for k in range(4 * INSTANTS)]
                rounds = [(each // (every * HOUR) + 1) * every * HOUR for each in done]
                gone = [
                    hours.opening(hours.clock(to)) - hours.opening(hours.clock(each)) - (to - each)
                    for each, to in zip(done, rounds, strict=True)
                ]
            else:
                gone = [hours.opening(at) - at for at in anytime]
            self._nights[key] = max(float(np.mean(gone)) / HOUR, 0.0)
        return self._nights[key]


def _away(net: Network, at: int) -> Away:
    """Of a station: who finds a free post, but nobody there, and who is left alone in the middle."""
    station = net.stations[at]
    lost = 1 - station.present
    if not station.spell or not net.visits[at]:
        return Away(0.0, 0.0, 0.0, 0.0)
    hours, each = open_hours(net, station), station.spell / station.officials
    missed = net.visits[at] / hours * each
    free = station.posts - net.work[at] / hours / station.present
    queued = float(over(np.array(missed), np.array(max(free, 1e-9)))) / missed
    spell = station.spell + 4
    return Away(lost**station.officials * (1 - queued), each, lost / station.present / spell, spell)
