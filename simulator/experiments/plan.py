"""Planning: the least-cost staff that reaches targets, with a stated probability; or why none does.

It begins with offered loads (`stations`), searches by simulation (`search`), and tries what it found again
under seeds that the search has not seen; a plan that fails there is ruled out, and the search goes on.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from simulator.experiments.backends import Crew
from simulator.experiments.judge import reached
from simulator.experiments.planned import Answer, Point, Question, Tried, measured
from simulator.experiments.search import GLANCE, Search, free, verdict
from simulator.experiments.seats import Seat, last, seats
from simulator.experiments.trials import Bench, Plan
from simulator.experiments.worlds import World
from simulator.formulas.network import network, open_hours
from simulator.scenario.levers import Course, parse
from simulator.scenario.model import Lever, ScenarioError

Floats = NDArray[np.float64]
FRESH = 1_000_000
"""Seeds of the confirmation are so far from those of the search."""
SEARCHED = 120
"""Runs after which the search decides about a plan at most; what it finds is tried anew."""
CONFIRMED = 100
"""Fresh runs of the plan that was found, at least."""
SHOWN = 20
"""Runs of today's staff, and of posts for everybody."""
DRAWN = 12
"""Runs of a point of the curve."""
POINTS = 10
"""Points of the curve between today's staff and posts for everybody, at most."""
PEAK = 2.0
"""The load of the busiest hours, in means of all."""
ROUNDS = 20
"""Plans that fresh luck may rule out, before none is found."""
ROOM = (1.05, 1.25, 1.5, 2.0)
"""Posts in loads, where no search gives the points of a curve."""
HELPS = 0.05
"""Hundredths of a target that a lever brings at least, to be named."""

REFORMS: tuple[str, ...] = (
    "simplify:external=0.7", "simplify:work=0.8", "e-signature", "e-hand-over:electronic=1",
    "supplement-once", "digitise:digitised=1,reused=1,requests=0.5", "online-share:share=0.8",
    "post-office:share=0.5", "payment-online:share=0.95", "apology:share=1,tardy=0", "saturday",
    "edd", "queue:rule=shortest", "one-queue", "many-queues", "absence:days_a_year=0",
)  # fmt: skip
"""Each shipped lever that a province may pull, with settings as in its example or stronger.

Not `staff`, which is what is planned; not what changes offices or their staff (`pooling`, `two-tier`), the
promise (`limits`, `rules`), the demand, or what should not be done (`misconduct`).
"""

Progress = Callable[[str, int, int], object]
"""What is being done ("search", "confirm", "curve", "levers"); runs of a group done so far, and about how
many in all."""


def plan(question: Question, crew: Crew, progress: Progress | None = None) -> Answer:
    """The cheapest staff; ScenarioError where nobody can be planned."""
    work = _Work(question, crew, progress)
    loads = _loads(question.world.course)
    chosen = _seats(question, loads)
    search = work.search(work.bench(question.world, chosen))
    best = work.settled(search)
    tried: tuple[Tried, ...] = ()
    together: tuple[str, ...] = ()
    if best is None:
        tried = work.tries(search.bench)
        found = work.together(search.bench, tried)
        if found is not None:
            together = tuple(found.world.words[len(question.world.levers) :])
        if found is not None and question.reforms:
            search = work.search(found)
            best = work.settled(search)
    fresh, curve = work.fresh(search.bench), work.curve(search, best, loads)
    looked = search.bench if best is None else fresh  # why there is none, the runs show that ruled it out
    return Answer(
        question, search.bench.world, tuple(chosen), loads, best,
        measured(fresh, _now(chosen), SHOWN), measured(looked, search.full, SHOWN),
        curve, tried, together,
        sum(bool(group.seats) for group in search.bench.groups) == 1, search.judged, work.runs,
    )  # fmt: skip


class _Work:
    """The runs of a question, and how far they are."""

    def __init__(self, question: Question, crew: Crew, progress: Progress | None) -> None:
        self.question, self._crew, self._progress = question, crew, progress
        self.runs = 0
        self._about = 0
        self._stage = "search"
        self._fresh: dict[int, Bench] = {}

    def search(self, bench: Bench) -> Search:
        """A search on a bench."""
        self._begin("search", _about(bench))
        judge = self.question.judge
        return Search(bench, replace(judge, most=min(judge.most, SEARCHED)))

    def fresh(self, bench: Bench) -> Bench:
        """The bench with luck that its search does not see."""
        return self._fresh.setdefault(id(bench), bench.fresh(self.question.seed + FRESH))

    def bench(self, world: World, chosen: Sequence[Seat]) -> Bench:
        """A bench for plans of these seats."""
        asked = self.question
        return Bench(
            world, chosen, asked.targets, self._crew,
            seed=asked.seed, start=asked.start, until=asked.until, progress=self._done,
        )  # fmt: skip

    def settled(self, search: Search) -> Point | None:
        """The cheapest plan that fresh luck confirms."""
        fresh = self.fresh(search.bench)
        for _ in range(ROUNDS):
            found = search.run()
            if found is None:
                return None
            self._begin("confirm", CONFIRMED * len(fresh.groups))
            if verdict(fresh, self.question.judge, found):
                return measured(fresh, found, CONFIRMED)
            search.reject(found)
            self._begin("search", _about(search.bench) // 4)
        return None

    def curve(self, search: Search, best: Point | None, loads: Mapping[str, float]) -> tuple[Point, ...]:
        """What is reached for how much: along the way down, with today's staff and the plan."""
        path = search.path or [search.full, *_spread(search.bench.seats, loads)]
        step = max(1, ceil((len(path) - 1) / POINTS))
        plans = {*path[:1], *path[1::step], path[-1], _now(search.bench.seats)}
        plans |= {best.plan} if best else set()
        self._begin("curve", len(plans) * DRAWN * len(search.bench.groups) // 2)
        order = sorted(plans, key=lambda each: (search.bench.cost(each), each))
        search.bench.several(order, DRAWN)
        return tuple(measured(search.bench, each, DRAWN) for each in order)

    # -- what staff cannot ---------------------------------------------------------------------------------

    def tries(self, bench: Bench) -> tuple[Tried, ...]:
        """Each lever once, where everybody has posts enough: the best first."""
        self._begin("levers", len(REFORMS) * GLANCE * len(bench.groups))
        full = tuple(seat.high for seat in bench.seats)
        before = self._free(bench, full)
        missed = before < 0 if (before < 0).any() else before == before.min()
        found = []
        for word in REFORMS:
            other = self._with(bench, [word])
            if other is not None:
                sums = other.sums(full, GLANCE)
                figures = tuple(float(each) for each in other.figures(sums).mean(axis=0))
                gain = float((self._free(other, full) - before)[missed].sum())
                found.append(Tried(word, figures, gain, float(reached(other.slack(sums)).mean())))
        return tuple(sorted((each for each in found if each.gain > HELPS), key=lambda t: (-t.gain, t.lever)))

    def together(self, bench: Bench, tried: Sequence[Tried]) -> Bench | None:
        """With the best levers, as many as give staff room to reach the targets; None: not with all of them.

        Without room all plans would be as good as they are bad: none could be told from another.
        """
        full = tuple(seat.high for seat in bench.seats)
        words = self._fitting(bench, [each.lever for each in tried])
        few, many = 1, len(words)
        while few < many:
            middle = (few + many) // 2
            other = self._with(bench, words[:middle])
            roomy = other is not None and (self._free(other, full, 1.0, 2 * GLANCE) >= 0).all()
            few, many = (few, middle) if roomy else (middle + 1, many)
        found = self._with(bench, words[:many]) if words else None
        return found if found is not None and verdict(found, self.question.judge, full) else None

    def _fitting(self, bench: Bench, words: Sequence[str]) -> list[str]:
        """The levers that can be pulled together, each with those before it."""
        found: list[str] = []
        for word in words:
            if self._with(bench, [*found, word]) is not None:
                found.append(word)
        return found

    def _with(self, bench: Bench, words: Sequence[str]) -> Bench | None:
        """The same seats with these levers pulled as well; None where they change nothing, or do not fit."""
        levers: list[Lever] = [parse(word) for word in words]
        world = World("reform", bench.world.scenario, (*bench.world.levers, *levers))
        try:
            if last(world.course) == last(bench.world.course):
                return None
        except ScenarioError:
            return None
        return self.bench(world, bench.seats)

    def _free(self, bench: Bench, full: Plan, room: float = 0.0, runs: int = GLANCE) -> Floats:
        """What a plan leaves free of each target."""
        return free(bench, self.question.judge, bench.sums(full, runs), room)

    # -- progress ------------------------------------------------------------------------------------------

    def _begin(self, stage: str, about: int) -> None:
        self._stage = stage
        self._about = self.runs + about
        self._done(0)

    def _done(self, more: int) -> None:
        self.runs += more
        if self._progress is not None:
            self._progress(self._stage, self.runs, max(self._about, self.runs + 1))


def _about(bench: Bench) -> int:
    """Runs that a search will take, by and large."""
    halvings = sum(int(seat.high - seat.low).bit_length() for seat in bench.seats)
    return GLANCE * (halvings + 8 * len(bench.seats)) + 5 * CONFIRMED * len(bench.groups)


def _now(chosen: Iterable[Seat]) -> Plan:
    return tuple(seat.now for seat in chosen)


def _spread(chosen: Iterable[Seat], loads: Mapping[str, float]) -> list[Plan]:
    """Plans with more and more room above the load, the same share of it for all."""
    found = []
    for room in ROOM:
        needs = ((seat, max(loads.get(pool, seat.now) for pool in seat.pools)) for seat in chosen)
        found.append(tuple(min(seat.high, max(seat.low, ceil(load * room))) for seat, load in needs))
    return found


def _seats(question: Question, loads: Mapping[str, float]) -> list[Seat]:
    """The seats, with posts beyond which none helps: square-root staffing of the busiest hours' load."""

    def bound(pool: str, posts: int) -> int:
        load = PEAK * loads.get(pool, 2.0 * posts)
        return max(posts, ceil(load + 4 * sqrt(load))) + 1

    return seats(question.world.course, question.wish, bound)


def _loads(course: Course) -> dict[str, float]:
    """Posts that the work of each pool keeps busy, while they are on duty."""
    net = network(last(course))
    return {
        station.name: net.work[i] / max(open_hours(net, station), 1e-9) / station.present
        for i, station in enumerate(net.stations)
    }
