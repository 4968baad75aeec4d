"""The search for the cheapest plan that a judge calls good.

More posts never hurt (under the same luck, and but for the odd dossier), so a plan with no more posts than a
bad one is bad. From posts for everybody the search takes away, post by post, where least is lost for what is
saved; that path gives a plan to begin with, and the curve of what is reached for how much. Then:

    one group    all plans that might be cheaper are ruled out, or tried: the answer is exact
    more         posts are dropped, or exchanged for cheaper ones, until none of these is good
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from simulator.experiments.judge import Judge
from simulator.experiments.trials import BLOCK, Bench, Plan, changed

Floats = NDArray[np.float64]
GLANCE = 2 * BLOCK
"""Runs by which posts are compared with one another."""
GROWTH = 1.5
"""More runs are made for a verdict, by this factor."""
SHARED = 0.2
"""Of what the targets leave free, so much may be lost where posts are thought to help no more."""
BELOW = 3.0
"""The path goes on so many hundredths below the targets, for the curve."""
MANY = 200_000
"""Plans of one group that are looked through at most."""
NEAR = 12
"""Seats that take part in exchanges: those that lose least, and those that win most, for their cost."""
SWAPS = 40
"""Exchanges that are tried at most, before the last plan is taken."""
DOUBT = 1.0
"""An exchange is tried although it seems to miss a target, by so many standard deviations of a run."""


class Search:
    """A search on a bench; verdicts are kept."""

    def __init__(self, bench: Bench, judge: Judge) -> None:
        self.bench, self.judge = bench, judge
        self.full: Plan = tuple(seat.high for seat in bench.seats)
        self.low: Plan = tuple(seat.low for seat in bench.seats)
        self.path: list[Plan] = []
        """From posts for everybody down to too few."""
        self.judged = 0
        """Plans that were tried; the others were known by them."""
        self._good: list[Plan] = []
        self._bad: list[Plan] = []
        self._weights: Floats | None = None

    def run(self) -> Plan | None:
        """The cheapest good plan; None where posts for everybody are not enough."""
        if not self.good(self.full):
            return None
        if not self.path:
            self.path = [self.full, *self._descent(self._knees())]
        plan = self._last()
        cheap = prod(high - low + 1 for low, high in zip(self.low, self.full, strict=True))
        if len(self._planned()) == 1 and (cheap <= MANY or self._few(plan)):
            return self._exact(plan)
        return self._exchanged(plan)

    def reject(self, plan: Plan) -> None:
        """The plan is bad after all, as other luck has shown."""
        self._bad.append(plan)
        self._good = [good for good in self._good if not below(good, plan)]

    # -- verdicts ------------------------------------------------------------------------------------------

    def good(self, plan: Plan) -> bool:
        """Whether the plan reaches the targets: known of another plan, or tried."""
        if any(below(good, plan) for good in self._good):
            return True
        if any(below(plan, bad) for bad in self._bad):
            return False
        found = self.tried(plan)
        (self._good if found else self._bad).append(plan)
        return found

    def tried(self, plan: Plan) -> bool:
        """The judge's verdict on the plan."""
        self.judged += 1
        return verdict(self.bench, self.judge, plan)

    # -- what posts are worth ------------------------------------------------------------------------------

    def worth(self, sums: Floats) -> float:
        """What a plan, or its part, leaves free of the targets: 1 a target where all have posts enough."""
        return float(self._slack(sums) @ self.weights)

    @property
    def weights(self) -> Floats:
        """What a dossier, an hour or a day of slack is worth."""
        if self._weights is None:
            sums = self.bench.sums(self.full, GLANCE)
            free = self._slack(sums)
            floor = [0.2 * each for each in sizes(self.bench, sums)]
            self._weights = 1 / np.maximum(np.maximum(free, floor), 1e-12)
        return self._weights

    def _slack(self, sums: Floats) -> Floats:
        return np.asarray(self.bench.slack(sums).mean(axis=0))

    def _shifts(self, plan: Plan, seats: Sequence[int], by: int) -> dict[int, Floats]:
        """What so many posts more or fewer in each of these seats, alone, add to the sums."""
        own = [(self.bench.of[seat], plan) for seat in seats]
        new = [(self.bench.of[seat], changed(plan, {seat: by})) for seat in seats]
        found = self.bench.parts([*own, *new], GLANCE)
        both = zip(seats, found[: len(seats)], found[len(seats) :], strict=True)
        return {seat: after - before for seat, before, after in both}

    def _losses(self, plan: Plan, seats: Sequence[int]) -> list[float]:
        """What each of these seats is worth less by one post fewer, alone."""
        return [-self.worth(shift) for shift in self._shifts(plan, seats, -1).values()]

    def _planned(self) -> list[int]:
        return [g for g, group in enumerate(self.bench.groups) if group.seats]

    # -- the way down --------------------------------------------------------------------------------------

    def _knees(self) -> Plan:
        """Posts of each seat beyond which next to nothing is won, while all others have enough."""
        most = SHARED / len(self.full)
        whole = self.bench.parts([(self.bench.of[s], self.full) for s in range(len(self.full))], BLOCK)
        worth = [self.worth(sums) for sums in whole]
        low, high = list(self.low), list(self.full)
        while open_ := [s for s in range(len(high)) if low[s] < high[s]]:
            middle = {s: (low[s] + high[s]) // 2 for s in open_}
            plans = [(*self.full[:s], middle[s], *self.full[s + 1 :]) for s in open_]
            found = self.bench.parts(
                [(self.bench.of[s], p) for s, p in zip(open_, plans, strict=True)], BLOCK
            )
            for s, sums in zip(open_, found, strict=True):
                if worth[s] - self.worth(sums) <= most:
                    high[s] = middle[s]
                else:
                    low[s] = middle[s] + 1
        plan = tuple(high)
        while not self.good(plan):
            plan = tuple(min(posts + 1, most) for posts, most in zip(plan, self.full, strict=True))
        return plan

    def _descent(self, plan: Plan) -> Iterator[Plan]:
        """Post by post away, where least is lost for what is saved; until the targets are far missed."""
        yield plan
        bench, turn = self.bench, [0] * len(self.bench.groups)
        seats = [s for s in range(len(plan)) if plan[s] > self.low[s]]
        heap = [
            (loss / bench.seats[s].cost, s, 0)
            for s, loss in zip(seats, self._losses(plan, seats), strict=True)
        ]
        heapify(heap)
        while heap:
            _, seat, seen = heappop(heap)
            group = bench.of[seat]
            if seen < turn[group]:
                loss = self._losses(plan, [seat])[0]
                heappush(heap, (loss / bench.seats[seat].cost, seat, turn[group]))
                continue
            plan = changed(plan, {seat: -1})
            turn[group] += 1
            yield plan
            sums = bench.sums(plan, GLANCE)
            if (self._slack(sums) < [-BELOW * each for each in sizes(bench, sums)]).any():
                return
            if plan[seat] > self.low[seat]:
                heappush(heap, (-1.0, seat, -1))

    def _last(self) -> Plan:
        """The last good plan of the path: sought from where it seems to lie, in longer and longer strides.

        Plans that are near one another have most of their runs in common.
        """
        seem = (self._free(self.bench.sums(plan, GLANCE)) >= 0 for plan in self.path)
        at = max((i for i, good in enumerate(seem) if good), default=0)
        low, high, stride = 0, len(self.path) - 1, 1
        while low < high:
            if self.good(self.path[at]):
                low, at = at, at + stride
            else:
                high, at = at - 1, at - stride
            stride *= 2
            if not low < at <= high:
                at = (low + high + 1) // 2
        return self.path[low]

    def _free(self, sums: Floats, room: float = 0.0) -> float:
        """What is left free of the target that is nearest, in its hundredths."""
        return float(free(self.bench, self.judge, sums, room).min())

    # -- one group -----------------------------------------------------------------------------------------

    def _few(self, plan: Plan) -> bool:
        """Whether the plans that might be cheaper than this one can be looked through."""
        room = self.bench.cost(plan) - self.bench.cost(self._least())
        steps = (room / seat.cost + 1 for seat in self.bench.seats)
        return prod(steps) <= MANY

    def _least(self) -> Plan:
        """Posts of each seat without which no plan is good."""
        return tuple(self._fewest(seat) for seat in range(len(self.full)))

    def _fewest(self, seat: int) -> int:
        low, high = self.low[seat], self.full[seat]
        while low < high:
            middle = (low + high) // 2
            if self.good((*self.full[:seat], middle, *self.full[seat + 1 :])):
                high = middle
            else:
                low = middle + 1
        return low

    def _exact(self, plan: Plan) -> Plan:
        """The cheapest of all plans: from dear to cheap, so that each bad one rules out many."""
        cost, least = self.bench.cost, self._least()
        best = cost(plan)
        found = [plan]
        for each in sorted(self._within(least, best), key=lambda p: (-cost(p), p)):
            if cost(each) <= best + 1e-9 and self.good(each):
                best = cost(each)
                found.append(each)
        return self._chosen([each for each in found if cost(each) <= best + 1e-9])

    def _within(self, least: Plan, cost: float) -> Iterator[Plan]:
        """Plans with these posts at least that cost so much at most."""
        room = cost - self.bench.cost(least) + 1e-9
        ranges = [
            range(low, min(high, low + int(room / seat.cost + 1e-9)) + 1)
            for low, high, seat in zip(least, self.full, self.bench.seats, strict=True)
        ]
        return (plan for plan in product(*ranges) if self.bench.cost(plan) <= cost + 1e-9)

    def _chosen(self, plans: Sequence[Plan]) -> Plan:
        """Of plans that cost the same, the one that leaves most free in the runs at which one glances."""
        return choose(self.bench, plans, self.worth)

    # -- several groups ------------------------------------------------------------------------------------

    def _exchanged(self, plan: Plan) -> Plan:
        """Cheaper and cheaper, by dropping posts and exchanging them."""
        tries = 0
        while tries < SWAPS:
            for each in self._moves(plan):
                if below(each, plan) and any(below(each, bad) for bad in self._bad):
                    continue
                tries += 1
                if self.good(each):
                    plan = each
                    break
                if tries >= SWAPS:
                    return plan
            else:
                return plan
        return plan

    def _moves(self, plan: Plan) -> list[Plan]:
        """Cheaper plans near this one that seem to be as good, or might be.

        First those that seem good, the cheapest of them first; then the others, the best first.
        """
        now = self.bench.sums(plan, GLANCE)
        found = []
        for by, shift in self._exchanges(plan):
            saved = -sum(self.bench.seats[s].cost * n for s, n in by.items())
            if saved > 1e-9 and self._free(now + shift, -DOUBT) >= 0:
                left = self._free(now + shift)
                rank = (0, -saved, -left) if left >= 0 else (1, -left, -saved)
                found.append((rank, changed(plan, by)))
        return [each for _, each in sorted(found)[:SWAPS]]

    def _exchanges(self, plan: Plan) -> Iterator[tuple[Mapping[int, int], Floats]]:
        """Posts dropped, or exchanged one for one and two for one, and what that does to the sums."""
        bench, full = self.bench, range(len(plan))
        fewer = self._shifts(plan, [s for s in full if plan[s] > self.low[s]], -1)
        more = self._shifts(plan, [s for s in full if plan[s] < self.full[s]], +1)
        yield from (({s: -1}, shift) for s, shift in fewer.items())

        def rank(shifts: Mapping[int, Floats]) -> list[int]:
            return sorted(shifts, key=lambda s: -self.worth(shifts[s]) / bench.seats[s].cost)[:NEAR]

        less, extra = rank(fewer), rank(more)
        pairs = [(a, b) for a in less for b in less if a < b or (a == b and plan[a] > self.low[a] + 1)]
        for add in extra:
            yield from (({s: -1, add: 1}, fewer[s] + more[add]) for s in fewer if s != add)
            for a, b in pairs:
                if add not in {a, b}:
                    by = {a: -1, b: -1, add: 1} if a != b else {a: -2, add: 1}
                    yield by, fewer[a] + fewer[b] + more[add]


def below(one: Plan, other: Plan) -> bool:
    """Whether one has nowhere more posts than the other."""
    return all(a <= b for a, b in zip(one, other, strict=True))


def verdict(bench: Bench, judge: Judge, plan: Plan) -> bool:
    """The judge's verdict on a plan, after as many runs as it takes."""
    runs = GLANCE
    while True:
        sums = bench.sums(plan, runs)
        found = judge.verdict(bench.slack(sums), sizes(bench, sums))
        if found is not None:
            return found
        runs = min(judge.most, -(-int(runs * GROWTH) // BLOCK) * BLOCK)


def free(bench: Bench, judge: Judge, sums: Floats, room: float = 0.0) -> Floats:
    """What these runs leave free of each target, in its hundredths; negative where it is missed.

    By the mean, or by the run that shall still reach it, as if runs were normal; and by `room` more, in
    standard deviations of a run.
    """
    slack = bench.slack(sums)
    left = slack.mean(axis=0) - (judge.unlucky + room) * slack.std(axis=0, ddof=1)
    return np.asarray(left / np.maximum(sizes(bench, sums), 1e-12))


def sizes(bench: Bench, sums: Floats) -> Floats:
    """The slack that is one hundredth of each target."""
    under = sums[:, :, 1].mean(axis=0)
    return np.array([t.size(float(under[i])) for i, t in enumerate(bench.targets)])


def choose(bench: Bench, plans: Sequence[Plan], worth: Callable[[Floats], float]) -> Plan:
    """The plan worth most; of the same worth, the first in order."""
    found = bench.several(plans, GLANCE)
    order = [(-worth(sums), plan) for plan, sums in zip(plans, found, strict=True)]
    return min(order)[1]
