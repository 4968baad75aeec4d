"""The queues of a network through the days of its calendar, without a draw: nights, mornings, Mondays, Tết.

Between opening and closing each station follows the pointwise stationary fluid flow approximation (Wang,
Tipper and Banerjee, 1996): work leaves as fast as it would in the steady state in which so many are there.
So it is exact where it is steady (M/M/c, M/G/1, networks of Jackson's), and with posts for all
(Mt/M/inf; Eick, Massey and Whitt). While a station is closed, and where many come at once (a signing round,
a messenger), what finds no free post waits. Instants are seconds from the network's origin, times hours.
"""

import numpy as np
from numpy.typing import NDArray

from simulator.formulas.network import CITIZEN, ELSEWHERE, HOUR, Network, open_hours
from simulator.formulas.queueing import Floats
from simulator.formulas.seen import Count, Seen
from simulator.formulas.steady import over, steady
from simulator.formulas.timeline import Timeline


def tide(net: Network) -> Seen:
    """What a network's queues come to from the beginning of its warm-up to its end."""
    return _Tide(net).run()


class _Tide:
    """One reckoning; arrays have a place for each station."""

    def __init__(self, net: Network) -> None:
        self._net, size = net, len(net.stations)
        self._posts = np.array([float(each.posts) for each in net.stations])
        self._hours = np.array([open_hours(net, each) for each in net.stations])
        work, visits = (np.array([counts[i] for i in range(size)]) for counts in (net.work, net.visits))
        present = np.array([each.present for each in net.stations])
        self._visits = visits
        self._service = np.where(visits > 0, work / np.maximum(visits, 1e-12), 1.0) / present
        self._table = steady(net, self._posts, self._service, visits)
        self._time = Timeline(net)
        self._routes()

    def _routes(self) -> None:
        net, size = self._net, len(self._net.stations)
        through = np.maximum(self._visits, 1e-12)
        days = (net.scenario.until - net.scenario.start).days
        self._smooth, self._clock = np.zeros(size), np.zeros(size)
        edges = []
        for (source, target), count in net.direct.items():
            if source == ELSEWHERE:
                self._smooth[target] += count / self._hours[target]
            elif source == CITIZEN:
                self._clock[target] += count / (24 * days)
            else:
                edges.append((source, target, count / through[source]))
        self._from, self._to, self._share = _columns(edges)
        gates = list(dict.fromkeys(gate for _, gate in net.gated))
        places = {gate: i for i, gate in enumerate(gates)}
        self._gate_rate = np.zeros(len(gates))
        edges = []
        for (source, gate), count in net.gated.items():
            if source >= 0:
                edges.append((source, places[gate], count / through[source]))
            else:
                self._gate_rate[places[gate]] += count / self._hours[gate.station]
        self._gate_from, self._gate_to, self._gate_share = _columns(edges)
        self._gate_station = np.array([gate.station for gate in gates], dtype=np.int64)
        kinds = list(dict.fromkeys((gate.calendar, gate.hours) for gate in gates))
        self._gate_kind = np.array([kinds.index((g.calendar, g.hours)) for g in gates], dtype=np.int64)
        self._lets = np.zeros((len(self._time.start), len(kinds)), dtype=bool)
        for i, (calendar, hours) in enumerate(kinds):
            self._lets[:, i] = self._time.rounds(net.calendars.hours(calendar), hours)

    # -- the reckoning -------------------------------------------------------------------------------------

    def run(self) -> Seen:
        """All steps, one after the other."""
        size, time = len(self._posts), self._time
        self._busy, self._queue, self._inflow = np.zeros(size), np.zeros(size), np.zeros(size)
        self._gates = np.zeros(len(self._gate_station))
        self._count = count = Count(self._net, time)
        doors = [
            (count.accepted[profile], np.array(list(found)), np.array(list(found.values())))
            for profile, found in self._net.doors.items()
        ]
        visits = np.maximum(self._visits, 1e-12)
        lengths, gaps = ((time.end - time.start) / HOUR).tolist(), (time.gap / HOUR).tolist()
        for k, (length, gap) in enumerate(zip(lengths, gaps, strict=True)):
            count.step(k)
            gone = self._step(k, length)
            for accepted, at, dossiers in doors:
                accepted[k] = float((gone[at] / visits[at]) @ dossiers)
            self._onward(k, gone, length)
            if gap > 0:
                self._rest(k, gap)
        return count.seen(self._queue)

    def _step(self, k: int, length: float) -> Floats:
        """Some minutes in which somebody is on duty; who is done."""
        time = self._time
        duty = time.kinds[time.kind[k]]
        on = duty > 0
        came = time.entry @ time.filed[k] + self._inflow + (self._clock + self._smooth * on) * length
        do = self._posts / self._service * duty * length
        waits = self._land(np.where(on, 0.0, came))
        before, there = self._queue, self._busy + self._queue + np.where(on, came, 0.0)
        rho, chance = self._table.settled(there, do)
        after = np.maximum(there - do * rho, 0.0)
        gone = np.where(on, there - after, 0.0)
        self._busy = np.where(on, np.minimum(self._posts * rho, after), self._busy)
        self._queue = np.where(on, after - self._busy, self._queue)
        waits = waits + np.where(on, came * chance, 0.0)
        held = (before + self._queue) / 2 * length
        self._count.add(length, held, came, waits, gone * self._service, duty * self._posts)
        return gone

    def _onward(self, k: int, gone: Floats, length: float) -> None:
        """To the next station at once; or at the next round, all together."""
        size, gates = len(gone), len(self._gates)
        self._inflow = np.bincount(self._to, gone[self._from] * self._share, size).astype(np.float64)
        if not gates:
            return
        self._gates += np.bincount(self._gate_to, gone[self._gate_from] * self._gate_share, gates)
        self._gates += self._gate_rate * length
        lets = self._lets[k][self._gate_kind]
        if lets.any():
            batch = np.bincount(self._gate_station[lets], self._gates[lets], size).astype(np.float64)
            self._gates[lets] = 0.0
            self._count.land(batch, self._land(batch))

    def _rest(self, k: int, gap: float) -> None:
        """All are closed, and still some file."""
        time = self._time
        late = time.entry @ time.late[k] + self._clock * gap
        ahead = time.entry @ time.ahead[k] + self._clock * gap * gap / 2
        held = self._queue * gap
        waits = self._land(late)
        held += waits * np.divide(ahead, late, out=np.zeros_like(late), where=late > 0)
        self._count.rest(held, late, waits)

    def _land(self, came: Floats) -> Floats:
        """So many come at once, or while nobody works; those who find no free post wait."""
        if not came.any():
            return np.zeros_like(came)
        idle = self._posts - self._busy
        taken = np.clip(self._busy / self._posts, 0.0, 1.0)
        full = taken ** (np.sqrt(2 * (self._posts + 1)) - 1)  # Sakasegawa's; exact for one post
        free = np.divide(idle, 1 - full, out=np.zeros_like(idle), where=full < 1)
        waits = full * came + (1 - full) * over(came, np.maximum(free, 0.0))
        waits = np.maximum(waits, came - idle)
        self._busy = self._busy + came - waits
        self._queue = self._queue + waits
        return np.asarray(waits)


def _columns(edges: list[tuple[int, int, float]]) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    sources, targets, shares = zip(*edges, strict=True) if edges else ((), (), ())
    whole = np.int64
    return np.array(sources, dtype=whole), np.array(targets, dtype=whole), np.array(shares, dtype=np.float64)
