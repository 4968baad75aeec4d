"""Queues in closed form, and the approximations that are exact where these hold; no scenario, no run.

Rates and times are in any one unit: of working time, where a queue pauses at closing, for then it is the
queue without a calendar. `load` is offered load, rate x service time; `posts` work side by side.
What has no steady state waits for ever: its figures are infinite.

Sources: Erlang; Pollaczek and Khinchine; Palm (1957) for impatience; Cobham (1954) for priorities; Jackson;
Allen and Cunneen (1978); Whitt, "The queueing network analyzer" (1983); Kraemer and Langenbach-Belz (1976).
"""

from collections.abc import Sequence
from math import exp, inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

LEAST = 1e-15
"""Terms of a series that are smaller are left out."""


def erlang_b(posts: int, load: ArrayLike) -> Floats:
    """The chance that all posts are busy where nobody waits; of any number of loads at once."""
    offered = np.asarray(load, np.float64)
    blocked = np.ones_like(offered)
    for post in range(1, posts + 1):
        blocked = offered * blocked / (post + offered * blocked)
    return blocked


def erlang_c(posts: int, load: ArrayLike) -> Floats:
    """The chance to wait in M/M/c; 1 where the load is more than the posts can do."""
    offered = np.asarray(load, np.float64)
    blocked = erlang_b(posts, offered)
    busy = np.minimum(offered / posts, 1.0)
    return np.asarray(blocked / (1 - busy * (1 - blocked)))


def wait(posts: int, rate: float, service: float, arrivals: float = 1.0, work: float = 1.0) -> float:
    """The mean wait in a queue of several posts, from two moments of what comes and of what it takes.

    `arrivals` and `work` are squared coefficients of variation. Exact for M/M/c and M/G/1; else that of
    Allen and Cunneen, with Kraemer's and Langenbach-Belz's factor for arrivals more even than Poisson's.
    """
    load = rate * service
    if load >= posts:
        return inf
    if load <= 0:
        return 0.0
    wide = float(spread(load / posts, arrivals, work))
    return float(erlang_c(posts, load)) * service / (posts - load) * wide


def spread(utilisation: ArrayLike, arrivals: float, work: float) -> Floats:
    """How many times as long one waits as in M/M/c, at a utilisation: 1 where both variations are 1."""
    busy, both = np.asarray(utilisation, np.float64), arrivals + work
    if arrivals >= 1 or both <= 0:
        return np.full_like(busy, both / 2)
    evenness = 2 * (1 - arrivals) ** 2 / (3 * both)
    with np.errstate(divide="ignore"):
        return np.asarray(both / 2 * np.exp(-evenness * (1 - busy) / busy))


def within(posts: int, rate: float, service: float, time: float) -> float:
    """The share of M/M/c's customers whose wait and service together take so long at most."""
    load = rate * service
    if load >= posts:
        return 0.0
    waits, drain, work = float(erlang_c(posts, load)), (posts - load) / service, 1 / service
    alone = 1 - exp(-work * time)
    if abs(drain - work) < 1e-9 * work:
        both = 1 - exp(-work * time) * (1 + work * time)
    else:
        both = 1 - (drain * exp(-work * time) - work * exp(-drain * time)) / (drain - work)
    return (1 - waits) * alone + waits * both


def tandem(rates: Sequence[float], time: float) -> float:
    """The share of sums of exponential times, of these different rates, that are so long at most.

    That is the time in a row of M/M/1 queues (Reich): each rate is service rate less arrival rate.
    """
    share = 1.0
    for i, rate in enumerate(rates):
        others = [other / (other - rate) for j, other in enumerate(rates) if j != i]
        share -= float(np.prod(others)) * exp(-rate * time)
    return share


def impatience(posts: int, rate: float, service: float, patience: float) -> float:
    """The share that leaves M/M/c+M unserved; patience is exponential with this mean (Erlang A)."""
    load, leaving = rate * service, service / patience
    if load <= 0:
        return 0.0
    terms, place = [1.0], 0
    total = lost = 0.0
    # Chances of k customers up to a factor, from the full house on: k = posts + place.
    while terms[-1] > LEAST * (total + 1):
        total += terms[-1]
        lost += terms[-1] * place
        place += 1
        terms.append(terms[-1] * load / (posts + place * leaving))
    below, term = 0.0, 1.0
    for k in range(posts, 0, -1):
        term *= k / load
        below += term
    return lost * leaving / (total + below) / load


def priorities(posts: int, rates: Sequence[float], services: Sequence[float], squares: Sequence[float]
               ) -> list[float]:  # fmt: skip
    """Mean waits by class, the most urgent first; who has begun is not interrupted.

    `squares`: mean squares of the work. Exact with one post (Cobham), and with several where all classes'
    work is exponential and alike.
    """
    total = sum(rates)
    loads = [rate * service for rate, service in zip(rates, services, strict=True)]
    if total <= 0:
        return [0.0] * len(loads)
    mean = sum(loads) / total
    square = sum(rate * each for rate, each in zip(rates, squares, strict=True)) / total
    load = min(sum(loads), posts * (1 - LEAST))
    left = float(erlang_c(posts, load)) * square / (2 * mean) / posts
    found, before = [], 0.0
    for each in loads:
        after = before + each / posts
        found.append(left / ((1 - before) * (1 - after)) if after < 1 else inf)
        before = after
    return found


def traffic(entering: ArrayLike, onward: ArrayLike) -> Floats:
    """What flows through each station: what enters it from outside, and what the others send it.

    `onward[i, j]` is the share (more than 1 where parts are done side by side) of `i` that goes on to `j`.
    ValueError where somebody would go round for ever.
    """
    came, shares = np.asarray(entering, np.float64), np.asarray(onward, np.float64)
    try:
        found = np.linalg.solve(np.eye(len(came)) - shares.T, came)
    except np.linalg.LinAlgError:
        raise ValueError("the routes have a loop that nobody ever leaves") from None
    if (found < -1e-9).any():
        raise ValueError("the routes have a loop that nobody ever leaves")
    return np.asarray(found, np.float64)


def variations(posts: Floats, busy: Floats, work: Floats, outside: Floats, flows: Floats) -> Floats:
    """The squared variation of what comes to each station, by the queueing network analyzer.

    `busy` are utilisations, `work` squared variations of service, `outside` Poisson flows from without, and
    `flows[i, j]` those from station `i` to `j`. In a network of Jackson's all are 1.
    """
    came = outside + flows.sum(axis=0)
    safe = np.where(came > 0, came, 1.0)
    left = np.where(flows.sum(axis=1) > 0, np.maximum(came, flows.sum(axis=1)), 1.0)
    split = flows / left[:, None]
    parts = np.vstack([outside, flows]) / safe
    even = 1 / np.maximum((parts**2).sum(axis=0), 1e-12)
    busy = np.minimum(busy, 1.0)
    weight = 1 / (1 + 4 * (1 - busy) ** 2 * np.maximum(even - 1, 0))
    serving = busy**2 * (np.maximum(work, 0.2) - 1) / np.sqrt(posts)
    found: Floats = np.ones_like(came)
    for _ in range(100):
        leaving = 1 + (1 - busy**2) * (found - 1) + serving
        merged = parts[0] + (parts[1:] * (split * leaving[:, None] + 1 - split)).sum(axis=0)
        new = np.where(came > 0, weight * merged + 1 - weight, 1.0)
        if float(np.abs(new - found).max(initial=0)) < 1e-9:
            break
        found = np.asarray(new, np.float64)
    return np.asarray(np.maximum(new, 0.0)) if len(came) else found


def short(load: float, posts: int, most: float = 1.0) -> int:
    """How many posts are missing for a load to be less than the share `most` of what they can do."""
    needed = int(load / most) + 1
    return max(0, needed - posts)
