"""Pools whose posts are all alike: the line, the queue that equals it, theory, and changes in mid-run."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dossier.law.calendar import vietnam
from simulator.engine.hours import Always, Dated, Hours, Weekly
from simulator.engine.lines import SPARE, Line
from simulator.engine.pools import Pool
from simulator.engine.queues import Queue
from simulator.engine.world import World
from simulator.scenario import model
from tests.simulator.engine.visitors import (
    DAY,
    HOUR,
    MORNINGS,
    OFFICE,
    Done,
    Play,
    agrees,
    pool,
    stream,
    visitor,
)

TET = Dated(vietnam(), 1770570000, 60 * DAY)
"""The weeks around the Tết of 2026, from Monday 9 February on."""
CALENDARS: list[Hours] = [Always(), OFFICE, MORNINGS, TET, Weekly([(0.0, 1.0), (5 * DAY + 0.25, 6 * DAY)])]
OFFICIALS = [model.Official(name=name) for name in ("An", "Bình", "Chi")]


def lone(at: float = 0.0) -> tuple[World, Pool, Play]:
    """One post in office hours."""
    world = World(at)
    mine = pool(world, hours=OFFICE)
    return world, mine, Play(world, mine)


# -- what a pool does


def test_work_pauses_at_noon_and_at_night() -> None:
    _, _, play = lone()
    play.ask(8 * HOUR, 9 * HOUR, visitor("long"))
    play.ask(9 * HOUR, 60.0, visitor("short"))
    done = play.run()
    assert done["long"] == Done("long", 8 * HOUR, 8 * HOUR, DAY + 9 * HOUR)
    assert done["short"] == Done("short", 9 * HOUR, DAY + 9 * HOUR, DAY + 9 * HOUR + 60)


def test_what_comes_at_night_is_granted_at_once_and_worked_on_in_the_morning() -> None:
    _, mine, play = lone()
    play.ask(3 * HOUR, HOUR, visitor("night"))
    assert play.run()["night"] == Done("night", 3 * HOUR, 3 * HOUR, 9 * HOUR)
    assert (mine.waited, mine.worked) == (0.0, HOUR)


def test_a_dossier_is_charged_with_its_wait_and_its_work() -> None:
    _, _, play = lone()
    first, second = visitor("first"), visitor("second")
    play.ask(8 * HOUR, 1800.0, first)
    play.ask(8 * HOUR + 600, 300.0, second)
    play.run()
    assert (first.waited, first.worked) == (0.0, 1800.0)
    assert (second.waited, second.worked) == (1200.0, 300.0)


def test_the_share_of_a_day_makes_posts_side_by_side() -> None:
    world = World()
    assert pool(world, 2.5, 0.25).posts == 10
    assert pool(world, 0.3, 0.1).posts == 3
    assert pool(world, 2.5).posts == 3
    assert pool(world, OFFICIALS, 0.25).posts == 12


@pytest.mark.parametrize(
    ("kind", "staff", "leaves", "spec"),
    [
        (Line, 3, False, {}),
        (Line, OFFICIALS, False, {"absence": model.Absence(days_a_year=0)}),
        (Line, 1, False, {"lines": "each"}),
        (Line, 2, False, {"queue": "class"}),
        (Queue, 3, True, {}),
        (Queue, 3, False, {"queue": "edd"}),
        (Queue, 3, False, {"queue": "class", "classes": ["p"]}),
        (Queue, 3, False, {"lines": "each"}),
        (Queue, 3, False, {"absence": model.Absence(days_a_year=9)}),
        (Queue, [model.Official(name="An", skills=["s"])], False, {}),
        (Queue, [model.Official(name="An", speed=2)], False, {}),
        (Queue, [], False, {}),
    ],
)
def test_a_line_serves_where_it_is_enough(kind: type, staff: Any, leaves: bool, spec: dict[str, Any]) -> None:
    assert type(pool(World(), staff, leaves=leaves, **spec).discipline) is kind


# -- the line and the queue are one

Change = tuple[float, float, float, int | None]
"""When, staff, share, and which calendar from then on; none: what waits is taken, and asks again."""


def played(
    leaves: bool, hours: int, staff: float, visits: list[tuple[float, float]], changes: list[Change]
) -> tuple[list[Done], list[tuple[float, float]], list[float]]:
    """The visits that are over in the order of their ends; each dossier's sums; the pool's counters."""
    world = World()
    calendars: dict[str | None, Hours] = {None: CALENDARS[hours]}
    mine = pool(world, staff, calendars=calendars, leaves=leaves)
    play = Play(world, mine)
    dossiers = [visitor(str(i)) for i in range(len(visits))]
    for (at, seconds), dossier in zip(visits, dossiers, strict=True):
        play.ask(at, seconds, dossier)

    def change(staff: float, share: float, calendar: int | None) -> None:
        if calendar is None:
            for seconds, token, done in mine.take():
                mine.ask(seconds, token, done)
        else:
            calendars[None] = CALENDARS[calendar]
            mine.change(model.Pool(agency="agency"), staff, share)

    for at, *what in changes:
        play.do(at, lambda what=what: change(*what))
    world.advance(40 * DAY)
    assert type(mine.discipline) is (Queue if leaves else Line)
    mine.conclude()
    counters = [
        mine.asked,
        mine.begun,
        mine.waiting,
        mine.busy,
        mine.waited,
        mine.worked,
        mine.demand,
        mine.open,
    ]
    return play.over, [(dossier.waited, dossier.worked) for dossier in dossiers], counters


def instants(days: int) -> st.SearchStrategy[float]:
    """Whole quarters of an hour, so that there are ties, and anything else."""
    return st.integers(0, days * 96).map(lambda quarter: quarter * 900.0) | st.floats(0, days * DAY)


VISITS = st.lists(
    st.tuples(
        instants(10),
        st.sampled_from([0.0, 1e-12, 900.0, 3600.0, 4 * HOUR, 20 * HOUR]) | st.floats(0, 60000),
    ),
    min_size=1,
    max_size=25,
)
STAFF = st.sampled_from([1.0, 2.0, 3.0, 0.6])
CHANGES = st.lists(
    st.tuples(
        instants(12).map(lambda at: at + 0.37),
        STAFF,
        st.sampled_from([1.0, 0.5, 0.3]),
        st.none() | st.integers(0, len(CALENDARS) - 1),
    ),
    max_size=3,
    unique_by=lambda change: change[0],
)


@given(st.integers(0, len(CALENDARS) - 1), STAFF, VISITS, CHANGES)
@example(hours=2, staff=2.0, visits=[(302400.0, 4 * HOUR), (388800.0, 900.0)], changes=[])
@settings(max_examples=250, deadline=None)
def test_the_line_and_the_queue_are_equal_bit_for_bit(
    hours: int, staff: float, visits: list[tuple[float, float]], changes: list[Change]
) -> None:
    line, sums, counters = played(False, hours, staff, visits, changes)
    queue, same_sums, same_counters = played(True, hours, staff, visits, changes)
    assert line == queue
    if not changes and not counters[2]:
        assert (sums, counters) == (same_sums, same_counters)
    for mine, other in zip(sums, same_sums, strict=True):
        assert mine == pytest.approx(other, rel=1e-9, abs=1e-6)
    assert counters == pytest.approx(same_counters, rel=1e-9, abs=1e-6)


# -- theory

REPLICATIONS = 20


def arrivals(seed: int, replication: int, rate: float, count: int) -> tuple[Any, np.random.Generator]:
    """Poisson arrivals, and the generator for what else is drawn."""
    rng = np.random.default_rng([seed, replication])
    return np.cumsum(rng.exponential(1 / rate, count)), rng


def settled(values: Any) -> Any:
    """Without the first tenth, in which the queue is still too short."""
    return values[len(values) // 10 :]


def test_five_posts_keep_to_erlang() -> None:
    waits, delayed = [], []
    for replication in range(REPLICATIONS):
        asked, rng = arrivals(1, replication, 4.0, 10000)
        seen = stream(lambda world: pool(world, 5), asked, rng.exponential(1, len(asked)))
        waits.append(settled(seen.wait).mean())
        delayed.append((settled(seen.wait) > 0).mean())
    agrees(waits, 0.554112554, within=0.12)
    agrees(delayed, 0.554112554, within=0.04)


LAWS: dict[str, tuple[Callable[[np.random.Generator, int], Any], float]] = {
    "constant": (lambda rng, count: np.ones(count), 2.0),
    "uniform": (lambda rng, count: rng.uniform(0, 2, count), 8 / 3),
    "Erlang 2": (lambda rng, count: rng.gamma(2, 0.5, count), 3.0),
    "exponential": (lambda rng, count: rng.exponential(1, count), 4.0),
    "lognormal": (lambda rng, count: rng.lognormal(-np.log(5) / 2, np.sqrt(np.log(5)), count), 10.0),
}


@pytest.mark.parametrize("law", LAWS)
def test_one_post_keeps_to_pollaczek_and_khinchine(law: str) -> None:
    draw, truth = LAWS[law]
    count = 16000 if law == "lognormal" else 8000
    waits = []
    for replication in range(REPLICATIONS):
        asked, rng = arrivals(2, replication, 0.8, count)
        waits.append(settled(stream(pool, asked, draw(rng, count)).wait).mean())
    agrees(waits, truth, within=0.2)


def test_in_working_hours_a_queue_that_pauses_is_the_one_that_never_does() -> None:
    asked, rng = arrivals(3, 0, 4 / HOUR, 5000)
    work = rng.exponential(HOUR, len(asked))
    plain = stream(lambda world: pool(world, 5), asked, work)
    for leaves in (False, True):
        at = np.array([OFFICE.clock(instant) for instant in asked.tolist()])
        pausing = stream(lambda world: pool(world, 5, hours=OFFICE, leaves=leaves), at, work)  # noqa: B023
        for there, here in ((pausing.began, plain.began), (pausing.ended, plain.ended)):
            worked = np.array([OFFICE.worked(instant) for instant in there.tolist()])
            assert np.abs(worked - here).max() < 1e-3


def test_posts_are_used_for_what_they_are_asked() -> None:
    world = World()
    mine = pool(world, 2, hours=OFFICE)
    play = Play(world, mine)
    for i in range(9):
        play.ask(i * DAY, 3 * HOUR, visitor(str(i)))
    play.run(DAY + 10 * HOUR)
    assert (mine.open, mine.worked, mine.utilisation) == (20 * HOUR, 6 * HOUR, 5 / 20)
    play.run(13 * DAY)
    assert (mine.open, mine.worked, mine.utilisation) == (160 * HOUR, 27 * HOUR, 27 / 160)
    assert (mine.asked, mine.begun, mine.waiting, mine.busy) == (9, 9, 0, 0)


def test_before_anybody_was_on_duty_nothing_was_used() -> None:
    assert pool(World(), hours=OFFICE).utilisation is None


# -- changes in mid-run --------------------------------------------------------------------------------------


def three(hours: Hours) -> tuple[World, Pool, Play]:
    """One post; at 8:00 come a, b, c and d, with two hours of work each."""
    world = World()
    mine = pool(world, hours=hours)
    play = Play(world, mine)
    for name in "abcd":
        play.ask(8 * HOUR, 2 * HOUR, visitor(name))
    return world, mine, play


RULES = model.Pool(agency="agency")


def test_more_posts_take_what_waits_at_once() -> None:
    _, mine, play = three(Always())
    play.do(9 * HOUR, lambda: mine.change(RULES, 3, 1.0))
    done = play.run()
    assert [done[name].began / HOUR for name in "abcd"] == [8, 9, 9, 10]
    assert mine.open == 1e15 - 0 + 2 * (1e15 - 9 * HOUR)


@pytest.mark.parametrize("leaves", [False, True])
def test_fewer_posts_finish_what_they_have_in_hand(leaves: bool) -> None:
    world = World()
    mine = pool(world, 3, leaves=leaves)
    play = Play(world, mine)
    for name, hours in (("a", 1), ("b", 4), ("c", 3), ("d", 2), ("e", 1)):
        play.ask(0.0, hours * HOUR, visitor(name))
    play.do(0.5 * HOUR, lambda: mine.change(RULES, 1, 1.0))
    done = play.run()
    assert [done[name].began / HOUR for name in "abcde"] == [0, 0, 0, 4, 6]
    assert mine.posts == 1


@pytest.mark.parametrize("leaves", [False, True])
def test_what_is_taken_is_what_nobody_has_touched(leaves: bool) -> None:
    """In the evening what came since closing; at opening it is in hand, whoever is asked first."""
    world = World()
    calendars: dict[str | None, Hours] = {None: OFFICE}
    mine = pool(world, 2, calendars=calendars, leaves=leaves)
    play = Play(world, mine)
    seen: list[list[str]] = []

    def take() -> None:
        taken = mine.take()
        seen.append([token.dossier.id for _, token, _ in taken])
        for seconds, token, done in taken:
            mine.ask(seconds, token, done)

    def change() -> None:
        calendars[None] = MORNINGS
        mine.change(RULES, 2, 1.0)

    for at in (7 * HOUR, 8 * HOUR, 18 * HOUR, 19 * HOUR, DAY + 8 * HOUR):
        play.do(at, take)
    play.do(18.5 * HOUR, change)
    for name, at in (("night", 3.0), ("afternoon", 16.0), ("evening", 17.5)):
        play.ask(at * HOUR, 3 * HOUR, visitor(name))
    done = play.run()
    assert seen == [["night"], [], ["evening"], ["evening"], []]
    assert {name: visit.ended / HOUR for name, visit in done.items()} == {
        "night": 11, "afternoon": 24 + 10, "evening": 24 + 11,
    }  # fmt: skip


@pytest.mark.parametrize("leaves", [False, True])
def test_a_pool_forgets_what_is_over(leaves: bool) -> None:
    world = World()
    mine = pool(world, 3, leaves=leaves)
    play = Play(world, mine)
    for i in range(2000):
        play.ask(float(i), 2.5, visitor(str(i)))
    play.run()
    assert len(mine.discipline._visits) <= 4 * 4 + SPARE
    assert mine.asked == 2000


def test_other_hours_hold_for_what_is_in_hand() -> None:
    _, mine, play = three(OFFICE)
    calendar = RULES.__class__(agency="agency", calendar="always")
    play.do(11 * HOUR, lambda: mine.change(calendar, 1, 1.0))
    done = play.run()
    assert [done[name].ended / HOUR for name in "abcd"] == [10, 12, 14, 16]
    _, mine, play = three(OFFICE)
    mornings = RULES.__class__(agency="agency", calendar="mornings")
    play.do(11 * HOUR, lambda: mine.change(mornings, 1, 1.0))
    done = play.run()
    assert [done[name].ended / HOUR for name in "abcd"] == [10, 12, 24 + 10, 24 + 12]


def test_a_line_becomes_a_queue_and_a_line_again() -> None:
    _, mine, play = three(Always())
    ask = mine.ask  # a node of a route keeps it
    shortest = model.Pool(agency="agency", queue="shortest")
    play.do(9 * HOUR, lambda: mine.change(shortest, 1, 1.0))
    play.do(9.5 * HOUR, lambda: ask(HOUR, visitor("short"), play._callbacks))
    play.do(10.5 * HOUR, lambda: mine.change(RULES, 1, 1.0))
    play.do(10.6 * HOUR, lambda: ask(HOUR, visitor("late"), play._callbacks))
    done = play.run()
    assert {name: visit.began / HOUR for name, visit in done.items()} == {
        "a": 8, "short": 10, "b": 11, "c": 13, "d": 15, "late": 17,
    }  # fmt: skip
    assert isinstance(mine.discipline, Line)
    assert (mine.asked, mine.begun, mine.waited / HOUR) == (6, 6, 0.5 + 3 + 5 + 7 + 6.4)


@pytest.mark.parametrize("leaves", [False, True])
def test_what_waits_can_be_taken_elsewhere(leaves: bool) -> None:
    world = World()
    mine, other = pool(world, leaves=leaves), pool(world, 2)
    play = Play(world, mine)
    dossiers = {name: visitor(name) for name in "abcd"}
    for dossier in dossiers.values():
        play.ask(8 * HOUR, 2 * HOUR, dossier)

    def move() -> None:
        for seconds, token, done in mine.take():
            other.ask(seconds, token, done)

    play.do(9 * HOUR, move)
    done = play.run()
    assert [done[name].began / HOUR for name in "abcd"] == [8, 9, 9, 11]
    assert (mine.asked, mine.begun, mine.waiting) == (4, 1, 0)
    assert (mine.waited, other.waited) == (3 * HOUR, 2 * HOUR)
    assert [dossier.waited / HOUR for dossier in dossiers.values()] == [0, 1, 1, 3]


def test_at_the_end_a_dossier_is_charged_with_the_wait_so_far() -> None:
    for leaves in (False, True):
        world = World()
        mine = pool(world, leaves=leaves)
        play = Play(world, mine)
        first, second = visitor("first"), visitor("second")
        play.ask(0.0, 10 * HOUR, first)
        play.ask(0.0, HOUR, second)
        play.run(4 * HOUR)
        mine.conclude()
        assert (second.waited, second.worked) == (4 * HOUR, 0.0)
        assert (first.waited, first.worked) == (0.0, 10 * HOUR)
