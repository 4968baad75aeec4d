"""What is seen of the queues of a network, added up step by step."""

from datetime import datetime
from typing import NamedTuple

import numpy as np

from dossier.law.calendar import VIETNAM
from simulator.formulas.network import Network
from simulator.formulas.queueing import Floats
from simulator.formulas.timeline import Timeline


class Seen(NamedTuple):
    """What a tide left at each station, over the period: hours in all, by waiting and by work."""

    asked: Floats
    queued: Floats
    """Clock hours of all in the queue."""
    queued_open: Floats
    """The same in the station's working hours."""
    stopped: Floats
    """Visits that had to wait."""
    busy: Floats
    """Post-hours of work."""
    open: Floats
    """Post-hours on duty."""
    utilised: Floats
    """The share of the time on duty that is worked, the warm-up's included."""
    left: Floats
    """In the queue at the end."""
    hourly: Floats
    """By hour of the week and station: hours in the queue (0), visits (1), busy (2), on duty (3)."""
    monthly: Floats
    """The same by month."""
    accepted: dict[str, Floats]
    """By profile, dossiers accepted in each step."""
    starts: Floats
    """When the steps begin."""


class Count:
    """Adds up what happens from the period's beginning on."""

    def __init__(self, net: Network, time: Timeline) -> None:
        self._starts, size = time.start, len(net.stations)
        self._sums = {
            name: np.zeros(size) for name in ("asked", "queued", "inside", "stopped", "busy", "open")
        }
        self._hourly, self._monthly = np.zeros((168, 4, size)), np.zeros((12, 4, size))
        steps = len(time.start)
        self.accepted = {profile: np.zeros(steps) for profile in net.doors}
        for profile, found in net.outside.items():
            share = np.zeros(len(time.curves))
            for curve, count in found.items():
                share[time.curves[curve]] += count
            self.accepted[profile] = (time.filed + time.late) @ share
        self._counts = time.start >= time.begun - 1e-6
        origin = net.calendars.origin
        local = [datetime.fromtimestamp(origin + at, VIETNAM) for at in time.start.tolist()]
        self._hour = [at.weekday() * 24 + at.hour for at in local]
        self._month = [at.month - 1 for at in local]
        self._k = 0
        self._worked, self._duty = np.zeros(size), np.zeros(size)

    def step(self, k: int) -> None:
        """The step that is under way."""
        self._k = k

    def add(
        self, length: float, held: Floats, came: Floats, waits: Floats, busy: Floats, duty: Floats
    ) -> None:
        """What happened in it: hours in the queue, visits, those that wait, work, posts on duty."""
        self._worked += busy
        self._duty += duty * length
        if not self._counts[self._k]:
            return
        sums = self._sums
        sums["asked"] += came
        sums["queued"] += held
        sums["inside"] += held * (duty > 0)
        sums["stopped"] += waits
        sums["busy"] += busy
        sums["open"] += duty * length
        for row in (self._hourly[self._hour[self._k]], self._monthly[self._month[self._k]]):
            row[0] += held
            row[1] += came
            row[2] += busy
            row[3] += duty * length

    def land(self, came: Floats, waits: Floats) -> None:
        """So many came at once."""
        if self._counts[self._k]:
            self._sums["asked"] += came
            self._sums["stopped"] += waits
            self._hourly[self._hour[self._k]][1] += came
            self._monthly[self._month[self._k]][1] += came

    def rest(self, held: Floats, came: Floats, waits: Floats) -> None:
        """All were closed."""
        self.land(came, waits)
        if self._counts[self._k]:
            self._sums["queued"] += held
            self._monthly[self._month[self._k]][0] += held

    def seen(self, left: Floats) -> Seen:
        """The whole of it."""
        sums = self._sums
        accepted = {name: np.where(self._counts, found, 0.0) for name, found in self.accepted.items()}
        return Seen(
            sums["asked"], sums["queued"], sums["inside"], sums["stopped"], sums["busy"], sums["open"],
            self._worked / np.maximum(self._duty, 1e-12), left,
            self._hourly, self._monthly, accepted, self._starts,
        )  # fmt: skip
