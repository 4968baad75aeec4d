"""The steady states of stations: how many customers are there at each utilisation, and who has to wait."""

from typing import NamedTuple

import numpy as np

from simulator.formulas.network import Network, arriving
from simulator.formulas.queueing import Floats, erlang_c, spread

HALVINGS = 8
GRID = 2**HALVINGS
LEAST_SPARE = 1e-4
"""The steady state is laid out up to this share of spare capacity."""


class Table(NamedTuple):
    """The steady states of every station, along the grid of utilisations."""

    rho: Floats
    number: Floats
    """Customers there, on average."""
    waits: Floats
    """The chance to wait."""

    def settled(self, there: Floats, do: Floats) -> tuple[Floats, Floats]:
        """The utilisation at which so many are there at the end of a step, and the chance to wait.

        `do` is what full posts would get done in the step; the end's utilisation counts for all of it.
        """
        rows = np.arange(len(there))
        low = np.zeros(len(there), dtype=np.int64)
        for k in range(HALVINGS - 1, -1, -1):
            up = low + (1 << k)
            low = np.where(self.number[rows, up] + do * self.rho[up] <= there, up, low)
        high = np.minimum(low + 1, GRID - 1)
        least = self.number[rows, low] + do * self.rho[low]
        width = self.number[rows, high] + do * self.rho[high] - least
        part = np.divide(there - least, width, out=np.zeros_like(there), where=width > 0)
        full = low == GRID - 1
        rho = self.rho[low] + part * (self.rho[high] - self.rho[low])
        waits = self.waits[rows, low] + part * (self.waits[rows, high] - self.waits[rows, low])
        return np.where(full, 1.0, rho), np.where(full, 1.0, waits)


def steady(net: Network, posts: Floats, service: Floats, visits: Floats) -> Table:
    """Numbers in the steady state: M/M/c's queue, times the spread of what comes and of its work."""
    rho = 1 - np.geomspace(1.0, LEAST_SPARE, GRID)
    rho[0] = 0.0
    came = arriving(net)
    by_posts: dict[float, tuple[Floats, Floats]] = {}
    number, waits = np.zeros((len(posts), GRID)), np.zeros((len(posts), GRID))
    for i, station in enumerate(net.stations):
        count = posts[i]
        if count not in by_posts:
            chance = erlang_c(int(count), rho * count)
            by_posts[count] = chance, chance * rho / (1 - rho)
        chance, queue = by_posts[count]
        work = net.squares[i] * visits[i] / net.work[i] ** 2 - 1 if net.work[i] else 1.0
        number[i] = rho * count + queue * spread(rho, float(came[i]), max(work, 0.0))
        if station.spell:
            away = (1 - station.present) ** station.officials
            missed = rho * count / service[i] * station.spell / station.officials
            late = over(missed, np.maximum(count * (1 - rho), 1e-9))
            number[i] += away * late / (1 - rho)
            chance = chance + (1 - chance) * away * np.divide(
                late, missed, out=np.zeros(GRID), where=missed > 0
            )
        waits[i] = chance
    return Table(rho, number, waits)


def over(came: Floats, free: Floats) -> Floats:
    """Of a Poisson number with this mean, how many there are beyond the free posts."""
    few = came - free * -np.expm1(-came / np.maximum(free, 1e-9))
    root = np.sqrt(np.maximum(came, 1e-12))
    z = (came - free) / root
    density = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    below = 0.5 * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))
    many = root * density + (came - free) * below
    return np.asarray(np.where(free <= 1.5, few, np.clip(many, 0.0, came)))
