"""The clock: light events in their order beside SimPy's own, and what fails is told."""

import gc
from heapq import heappush
from math import inf

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.world import LIGHT, Event, EventError, Hop, World


def heard(world: World) -> list[tuple[str, float]]:
    """What happens from now on, with its instant."""
    return world.__dict__.setdefault("heard", [])


def say(world: World, at: float, word: str) -> None:
    """An event that only tells of itself."""
    world.at(at, (lambda hop: heard(world).append((hop.subject, world.now)),), Hop(word))


@given(st.lists(st.integers(0, 20), max_size=30))
def test_events_come_in_the_order_of_time_and_those_of_one_instant_in_that_of_asking(instants):
    world = World()
    for i, at in enumerate(instants):
        say(world, float(at), str(i))
    world.advance(inf)
    expected = sorted((at, i) for i, at in enumerate(instants))
    assert heard(world) == [(str(i), float(at)) for at, i in expected]


def test_what_happens_at_the_end_is_left_for_the_next_time():
    world = World(5.0)
    for at in (6.0, 7.0, 8.0):
        say(world, at, "event")
    assert world.now == 5.0
    assert world.peek() == 6.0
    world.advance(7.0)
    assert (world.now, [at for _, at in heard(world)]) == (7.0, [6.0])
    world.advance(7.5)
    assert (world.now, [at for _, at in heard(world)]) == (7.5, [6.0, 7.0])
    world.advance(9.0)
    assert world.peek() == inf


def test_an_event_may_make_others_also_at_its_own_instant():
    world = World()

    def first(event: Event) -> None:
        say(world, world.now, "at once")
        say(world, 2.0, "later")
        world.at(3.0, (second,), event)  # it is its own next event

    def second(_: Event) -> None:
        say(world, 3.0, "last")

    world.at(1.0, (first,), Event())
    world.advance(10.0)
    assert heard(world) == [("at once", 1.0), ("later", 2.0), ("last", 3.0)]


def test_processes_of_simpy_run_beside():
    world = World()

    def process():
        yield world.timeout(5)
        heard(world).append(("process", world.now))
        yield world.timeout(0)
        heard(world).append(("process again", world.now))

    world.process(process())
    say(world, 3.0, "hop")
    say(world, 5.0, "same instant")
    world.advance(10)
    assert isinstance(world, simpy.Environment)
    assert heard(world) == [("hop", 3.0), ("process", 5.0), ("process again", 5.0), ("same instant", 5.0)]
    assert world.now == 10


def test_a_light_event_can_be_put_on_the_heap_by_hand():
    world, event = World(), Hop("by hand")
    event.callbacks = (lambda hop: heard(world).append((hop.subject, world.now)),)
    heappush(world._queue, (2.0, LIGHT, next(world._eid), event))
    world.advance(3.0)
    assert heard(world) == [("by hand", 2.0)]


class Mayfly(Hop):
    """An event of which nothing comes any more once its word is "dead"."""

    @property
    def stale(self):
        return self.subject == "dead"


def test_stale_events_are_forgotten_when_there_are_many_and_the_others_keep_their_order(monkeypatch):
    monkeypatch.setattr("simulator.engine.world.SLACK", 8)
    world = World()
    for i in range(20):
        hop = Mayfly(str(i))
        world.at(5.0 - i % 3, (lambda hop: heard(world).append((hop.subject, world.now)),), hop)
        if i % 4 == 0:
            hop.subject = "dead"
    process = world.timeout(4.0)
    world.advance(1.0)
    assert len(world._queue) == 16
    world.advance(6.0)
    assert process.processed
    expected = sorted((5.0 - i % 3, i) for i in range(20) if i % 4)
    assert heard(world) == [(str(i), at) for at, i in expected]


def test_a_failing_callback_tells_what_it_was_about():
    world, hop = World(), Hop("dossier 7")
    world.at(1.0, (lambda _: 1 / 0,), hop)
    say(world, 0.5, "before")
    with pytest.raises(EventError) as caught:
        world.advance(2.0)
    assert caught.value.event is hop
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert heard(world) == [("before", 0.5)]


def test_a_failing_process_is_told_too():
    world = World()

    def process():
        yield world.timeout(1)
        raise KeyError("lost")

    world.process(process())
    with pytest.raises(EventError) as caught:
        world.advance(2.0)
    assert isinstance(caught.value.__cause__, KeyError)


@pytest.mark.parametrize("fails", [False, True])
def test_pythons_search_for_cycles_rests_only_meanwhile(fails):
    world, resting = World(), []
    world.at(1.0, (lambda _: resting.append(not gc.isenabled()) or 1 / (not fails),), Hop(None))
    try:
        world.advance(2.0)
    except EventError:
        assert fails
    assert resting == [True]
    assert gc.isenabled()
