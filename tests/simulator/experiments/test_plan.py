"""Plans: targets that add up over offices, verdicts that hold, and the cheapest of all plans."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import product
from math import exp
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from simulator.experiments import plan as planning
from simulator.experiments.backends import Crew, Here, crew
from simulator.experiments.judge import Average, Often
from simulator.experiments.measures import Key, read
from simulator.experiments.plan import plan
from simulator.experiments.planned import Question, wilson
from simulator.experiments.runs import replicate
from simulator.experiments.search import GLANCE, Search, choose, verdict
from simulator.experiments.seats import Seat, Wish, groups, last, seats, staffed
from simulator.experiments.targets import Target, parse, parts
from simulator.experiments.trials import Bench, Plan, Trial
from simulator.experiments.worlds import World
from simulator.run import Simulation
from simulator.scenario.files import load
from simulator.scenario.levers import course
from simulator.scenario.levers import parse as lever
from simulator.scenario.model import Scenario, ScenarioError

UNTIL = date(2026, 3, 9)
ON_TIME = parse("on_time=0.97")


@pytest.fixture(scope="module")
def world(quickstart: Scenario) -> World:
    """The ward without its warm-up."""
    return World("ward", replace(quickstart, warmup_days=0))


@pytest.fixture(scope="module")
def province() -> World:
    """Ten offices, of which three share a counter."""
    return World("province", replace(load("an-giang-2021"), warmup_days=0))


def bound(most: int) -> Callable[[str, int], int]:
    return lambda _, posts: most


# -- targets -----------------------------------------------------------------------------------------------


def test_targets_are_written_in_many_ways() -> None:
    assert parse("on_time=0.98") == parse("on_time>=98%") == Target(Key("on_time_rate_finished"), 0.98)
    assert parse("wait@level:commune<=4") == Target(Key("mean_wait_hours", "level:commune"), 4.0)
    assert parse("letters = 100").text == "letters<=100"
    assert parse("utilisation@pool:H44.100/leader<=0.8").key.of == "pool:H44.100/leader"


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("on_time", "write INDICATOR=NUMBER"),
        ("speed=3", "known are on_time"),
        ("on_time<=0.98", "is wanted at least"),
        ("wait>=3", "is wanted at most"),
        ("on_time=98", "write 0.98 or 98%"),
        ("wait=4%", "is in hours, not in %"),
        ("letters=-1", "0 or more"),
        ("utilisation<=0.8", "needs @pool"),
        ("letters@pool:H44.100/leader<=8", "a pool has only"),
        ("on_time=1.2.3", "could not convert"),
    ],
)
def test_a_wrong_target_is_told_with_what_is_right(written: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse(written)


def test_what_offices_add_to_targets_comes_to_the_figures_of_the_whole(province: World) -> None:
    words = ("on_time=0.9", "fell_due=0.9", "wait<=2", "days<=3", "letters<=9", "cycle<=9", "work<=9",
             "online=0.2", "on_time@level:commune=0.9", "wait@pool:desks<=1", "utilisation@pool:desks<=1",
             "waiting@pool:desks<=1", "satisfied=0.5", "late@office:chau-doc<=3")  # fmt: skip
    targets, until = [parse(word) for word in words], date(2021, 2, 1)
    chosen = seats(province.course, Wish(), bound(30))
    whole = Simulation(province.scenario, 3, until=until)
    whole.run()
    sums = np.zeros((len(targets), 2))
    found = groups(province.course, chosen)
    assert len(found) == 8
    assert sorted(office for group in found for office in group.offices) == sorted(province.scenario.offices)
    assert sorted(seat for group in found for seat in group.seats) == list(range(len(chosen)))
    for group in found:
        run = Simulation(province.scenario, 3, until=until, only=group.offices)
        run.run()
        sums += parts(targets, run.outcome())
    figures = read([whole.outcome()])
    for target, (over, under) in zip(targets, sums, strict=True):
        value = float(target.figure(np.array([over]), np.array([under]))[0])
        assert value == pytest.approx(figures[target.key], rel=1e-12), target.text
        reached = value >= target.wanted if target.higher else value <= target.wanted
        assert (target.slack(np.array([over]), np.array([under]))[0] >= 0) == reached


# -- seats -------------------------------------------------------------------------------------------------


def test_staff_is_what_the_seats_say_and_levers_say_the_same(province: World) -> None:
    chosen = seats(province.course, Wish(), bound(30))
    bench = Bench(province, chosen, [ON_TIME], Here())
    now = tuple(seat.now for seat in chosen)
    same = last(staffed(province.course, bench.staff(now)))
    for one, other in zip(seats(course(same), Wish(), bound(30)), chosen, strict=True):
        assert one == other
    more = tuple(posts + i % 3 for i, posts in enumerate(now))
    answer = _answer(province, chosen)
    pulled = course(province.scenario, [lever(text) for text in answer.levers(more)]).first
    for one, other in zip(seats(course(pulled), Wish(), bound(30)), more, strict=True):
        assert one.now == other


def _answer(world: World, chosen: list[Seat]) -> Any:
    blank: Any = None
    return planning.Answer(
        Question(world, (ON_TIME,)), world, tuple(chosen), {}, None, blank, blank, (), (), (), True, 0, 0
    )


def test_a_wish_chooses_pools_by_name_office_level_and_price(province: World) -> None:
    def names(**wish: Any) -> list[str]:
        return [pool for seat in seats(province.course, Wish(**wish), bound(9)) for pool in seat.pools]

    assert names(pools=("land",)) == ["long-xuyen/land", "chau-doc/land", "cho-moi/land"]
    assert names(pools=("land", "desks"), offices=("chau-doc",)) == ["chau-doc/land"]
    assert names(offices=("so-tu-phap",)) == ["so-tu-phap/officer", "so-tu-phap/leader", "desks"]
    assert set(names(levels=("district",), pools=("counter",))) == {
        "long-xuyen/counter", "chau-doc/counter", "cho-moi/counter"
    }  # fmt: skip
    priced = seats(province.course, Wish(pools=("land",), costs={"land": 1.5}), bound(9))
    assert priced[0].cost == pytest.approx(0.12 * 1.5)
    kept = seats(province.course, Wish(pools=("land",), keep=True, most=9), bound(99))
    assert all(seat.low == min(seat.now, 9) and seat.high == 9 for seat in kept)
    alike = seats(province.course, Wish(levels=("commune",), alike=True), bound(9))
    assert len(alike) < len(names(levels=("commune",)))
    for wish, why in (
        ({"pools": ("nobody",)}, "no pool 'nobody'"),
        ({"offices": ("nowhere",)}, "no office"),
        ({"levels": ("ward",)}, "known are commune, department, district"),
        ({"costs": {"land": 0.0}}, "more than 0"),
        ({"pools": ("land",), "levels": ("commune",)}, "nobody to plan"),
    ):
        with pytest.raises(ScenarioError, match=why):
            names(**wish)


# -- verdicts ----------------------------------------------------------------------------------------------


def share(judge: Any, draw: Callable[[np.random.Generator], Any], times: int = 300) -> tuple[float, float]:
    """How often a judge says yes, and its mean number of runs."""
    rng, good, runs = np.random.default_rng(7), 0, 0
    for _ in range(times):
        slack = draw(rng)
        n = 8
        while (found := judge.verdict(slack[:n], np.ones(slack.shape[1]))) is None:
            n = min(judge.most, n + 4)
        good += found
        runs += n
    return good / times, runs / times


def test_how_often_is_judged_rightly_outside_of_the_zone_and_soon() -> None:
    judge = Often(0.9)
    zone = judge.zone
    yes, runs = share(judge, lambda rng: np.where(rng.random((400, 1)) < 0.9 + zone, 1.0, -1.0))
    no, _ = share(judge, lambda rng: np.where(rng.random((400, 1)) < 0.9 - zone, 1.0, -1.0))
    assert yes > 0.93
    assert no < 0.07
    assert runs < 200
    never, soon = share(judge, lambda rng: -np.ones((400, 1)))
    assert (never, soon) == (0.0, 8.0)


def test_the_average_is_judged_rightly_outside_of_the_zone() -> None:
    judge = Average(0.9, zone=0.2)
    for mean, expected in ((0.2, True), (-0.2, False)):
        yes, _ = share(judge, lambda rng, mean=mean: rng.normal(mean, 0.5, (400, 1)))
        assert yes > 0.85 if expected else yes < 0.15
    both, _ = share(judge, lambda rng: np.column_stack([rng.normal(m, 0.5, 400) for m in (3.0, -0.3)]))
    assert both < 0.15


def test_wilsons_interval() -> None:
    assert wilson(97, 100) == pytest.approx((0.9155, 0.9897), abs=2e-4)
    assert wilson(100, 100)[1] == 1.0


# -- the search --------------------------------------------------------------------------------------------


class Oracle(Crew):
    """Says at once what a run would come to: more posts of a seat, less lateness, more or less steeply."""

    def __init__(self, slopes: dict[str, tuple[float, float]]) -> None:
        self._slopes = slopes

    def map(self, work: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        """Without a run."""
        return map(self._told, items)

    def _told(self, trial: Trial) -> list[list[list[float]]]:
        found = []
        for seed in trial.seeds:
            luck = np.random.default_rng(seed).normal(1.0, 0.1)
            late = sum(
                size * luck * exp(-steep * officials)
                for pool, officials in trial.officials
                for size, steep in (self._slopes[pool],)
            )
            found.append([[1000.0 - min(late, 1000.0), 1000.0]])
        return found


def exhaustive(bench: Bench, judge: Any, worth: Callable[[Any], float]) -> tuple[Plan, int]:
    """The cheapest of all good plans, each tried by itself."""
    every = list(product(*(range(seat.low, seat.high + 1) for seat in bench.seats)))
    good = [each for each in every if verdict(bench, judge, each)]
    least = min(map(bench.cost, good))
    return choose(bench, [each for each in good if bench.cost(each) <= least + 1e-9], worth), len(every)


@pytest.mark.parametrize("case", range(12))
def test_the_search_finds_the_cheapest_of_all_plans(world: World, case: int) -> None:
    rng = np.random.default_rng(case)
    chosen = seats(world.course, Wish(), lambda pool, _: 7 if pool.endswith("justice") else 5)
    slopes = {p: (float(rng.uniform(20, 200)), float(rng.uniform(0.5, 6))) for s in chosen for p in s.pools}
    bench = Bench(world, chosen, [parse("on_time=0.93")], Oracle(slopes))
    judge = Often(0.9, most=60)
    search = Search(bench, judge)
    found = search.run()
    if found is None:
        assert not verdict(bench, judge, search.full)
        return
    best, tried = exhaustive(bench, judge, search.worth)
    assert tried == 875
    assert found == best
    assert search.judged < tried / 4


@pytest.mark.parametrize("case", range(2))
def test_parts_that_are_planned_together_come_near_the_cheapest(province: World, case: int) -> None:
    rng = np.random.default_rng(case)
    chosen = seats(province.course, Wish(pools=("land", "officer"), levels=("district",)), bound(4))
    slopes = {p: (float(rng.uniform(20, 200)), float(rng.uniform(2, 12))) for s in chosen for p in s.pools}
    bench = Bench(province, chosen, [parse("on_time=0.985")], Oracle(slopes))
    judge = Often(0.9, most=60)
    search = Search(bench, judge)
    found = search.run()
    if found is None:
        assert not verdict(bench, judge, search.full)
        return
    assert len(bench.groups) == 8
    assert verdict(bench, judge, found)
    assert found not in {search.low, search.full}
    best, tried = exhaustive(bench, judge, search.worth)
    assert tried == 4**6
    assert bench.cost(found) <= bench.cost(best) * 1.03


def test_the_plan_of_the_ward_is_the_cheapest_of_all_plans(world: World) -> None:
    found, best, tried = _ward(world, Wish(pools=("justice", "economy")), Often(0.8, most=24), UNTIL, 8)
    assert found == best
    assert tried == 64


@pytest.mark.full
def test_the_plan_of_quickstart_is_the_cheapest_of_all_plans(quickstart: Scenario) -> None:
    whole = World("whole", quickstart)
    wish = Wish(costs={"leader": 2.0})

    def most(pool: str, _: int) -> int:
        return {"counter": 2, "justice": 12, "economy": 5, "leader": 2}[pool.rpartition("/")[2]]

    found, best, tried = _ward(whole, wish, Often(0.95), None, most)
    assert tried == 240
    assert found == best


def _ward(world: World, wish: Wish, judge: Any, until: date | None, most: Any) -> tuple[Plan, Plan, int]:
    """The plan that the search finds, that of looking at all, and how many these are."""
    chosen = seats(world.course, wish, most if callable(most) else bound(most))
    with crew() as workers:
        bench = Bench(world, chosen, [ON_TIME], workers, until=until)
        search = Search(bench, judge)
        found = search.run()
        assert found is not None
        best, tried = exhaustive(bench, judge, search.worth)
    return found, best, tried


# -- the whole ---------------------------------------------------------------------------------------------


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer runs where only how it goes is looked at."""
    for name in ("CONFIRMED", "SHOWN", "DRAWN"):
        monkeypatch.setattr(planning, name, GLANCE)


@pytest.mark.usefixtures("small")
def test_the_answer_does_not_depend_on_the_number_of_processes(world: World) -> None:
    question = Question(world, (ON_TIME,), 0.8, wish=Wish(pools=("justice",), most=9), until=UNTIL, most=40)
    told = []
    for processes in (1, 2):
        with crew("local", processes) as workers:
            told.append(plan(question, workers).plain())
    assert told[0] == told[1]
    assert told[0]["reached"]
    assert told[0]["exact"]
    assert [point["cost"] for point in told[0]["curve"]] == sorted(p["cost"] for p in told[0]["curve"])


@pytest.mark.usefixtures("small")
def test_what_staff_cannot_reach_is_said_and_levers_are_tried(world: World) -> None:
    stages: list[str] = []
    question = Question(world, (parse("on_time=0.995"),), 0.9, wish=Wish(most=12), until=UNTIL, most=40)
    answer = plan(question, Here(), lambda stage, done, about: stages.append(stage))
    assert answer.best is None
    assert answer.full.often < 0.9
    assert {"e-signature", "simplify:external=0.7"} & {each.lever for each in answer.tried}
    gains = [each.gain for each in answer.tried]
    assert gains == sorted(gains, reverse=True)
    assert set(stages) == {"search", "levers", "curve"}
    assert not any(each.lever.startswith(("misconduct", "staff")) for each in answer.tried)


@pytest.mark.full
def test_the_plan_of_an_giang_holds_under_fresh_luck() -> None:
    world = World("an-giang", load("an-giang-2021"))
    question = Question(world, (parse("on_time=0.98"),), reforms=True)
    with crew() as workers:
        answer = plan(question, workers)
        assert answer.together
        assert answer.best is not None
        levers = [*answer.together, *answer.levers(answer.best.plan)]
        planned = World("planned", world.scenario, tuple(map(lever, levers)))
        fresh = replicate([planned], range(7_000_001, 7_000_101), backend=workers)
    on_time = fresh.of(0, Key("on_time_rate_finished"))
    assert (on_time >= 0.98).mean() >= 0.9
    assert on_time.mean() >= 0.98
