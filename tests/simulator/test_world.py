"""The pool against queueing theory, and its hours against the calendar."""

from itertools import pairwise

import numpy as np
import pytest
import simpy

from dossier.law.calendar import HOUR, vietnam
from simulator.run import midnight, run
from simulator.world import Hop, HopError, Pool, World


class AlwaysOpen:
    """A calendar without nights."""

    def add(self, at: float, seconds: float) -> float:
        return at + seconds


class Customers:
    """Customers with drawn arrivals and work, through one pool."""

    def __init__(self, pool: Pool, arrivals: list[float], work: list[float]) -> None:
        self.began = [0.0] * len(work)
        self.ended = [0.0] * len(work)
        self._pool, self._arrivals, self._work = pool, arrivals, work
        pool.world.at(arrivals[0], self._arrive, 0)
        pool.world.advance(float("inf"))

    def _arrive(self, hop: Hop) -> None:
        i = hop.subject
        if i + 1 < len(self._arrivals):
            self._pool.world.at(self._arrivals[i + 1], self._arrive, i + 1)
        self._pool.ask(self._work[i], self._done, i)

    def _done(self, i: int, began: float) -> None:
        self.began[i], self.ended[i] = began, self._pool.world.now


def draws(rate: float, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.exponential(1 / rate, count)), rng.exponential(1.0, count)


@pytest.mark.parametrize(
    ("posts", "rate", "expected"), [(5, 4.0, 0.554112554), (1, 0.5, 1.0), (2, 1.6, 1.777777778)]
)
def test_the_mean_wait_is_that_of_erlang(posts, rate, expected):
    """M/M/c with unit service: the mean wait lies inside the 99.9 % interval of 40 batch means."""
    arrivals, work = draws(rate, 200_000, seed=20)
    customers = Customers(Pool(World(), AlwaysOpen(), posts), arrivals.tolist(), work.tolist())
    waits = np.array(customers.began) - arrivals
    batches = waits[4_000:].reshape(40, -1).mean(axis=1)
    half_width = 3.558 * batches.std(ddof=1) / np.sqrt(40)
    assert half_width < 0.2 * expected
    assert abs(batches.mean() - expected) < half_width


def test_a_pool_that_pauses_at_closing_is_the_same_queue_in_working_time():
    """Waits in working hours equal those of the pool that never closes, on the same draws."""
    calendar = vietnam()
    origin = calendar.worked(midnight(vietnam().local(1_772_000_000).date()))
    arrivals, work = (draws_ * HOUR for draws_ in draws(1.6, 3_000, seed=5))
    always = Customers(Pool(World(), AlwaysOpen(), 2), arrivals.tolist(), work.tolist())
    at = calendar.clock(origin + arrivals)
    paused = Customers(Pool(World(), calendar, 2), at.tolist(), work.tolist())
    waited = calendar.worked(np.array(paused.began)) - calendar.worked(at)
    assert np.allclose(waited, np.array(always.began) - arrivals, atol=1e-3)
    assert all(calendar.is_open(t - 1e-3) for t in paused.ended)


def test_first_come_is_first_served():
    arrivals, work = draws(3.0, 5_000, seed=8)
    customers = Customers(Pool(World(), AlwaysOpen(), 4), arrivals.tolist(), work.tolist())
    assert all(a <= b for a, b in pairwise(customers.began))


@pytest.mark.parametrize(("staff", "share", "posts"), [(1, 1, 1), (1.5, 1, 2), (1, 0.25, 4), (0.75, 0.2, 4)])
def test_an_official_has_one_over_share_dossiers_in_hand(staff, share, posts):
    assert Pool(World(), AlwaysOpen(), staff, share).posts == posts


def test_a_pool_never_has_more_at_work_than_posts(quickstart, monkeypatch):
    begin, peaks, queued = Pool._begin, {}, 0

    def watched(self, *job):
        nonlocal queued
        begin(self, *job)
        peaks[self] = max(peaks.get(self, 0), self.busy)
        queued += bool(self.queue)
        assert 0 < self.busy <= self.posts

    monkeypatch.setattr(Pool, "_begin", watched)
    assert any(run(quickstart, seed=1))
    for _ in run(quickstart, seed=1):
        pass
    assert queued
    assert any(peak == pool.posts for pool, peak in peaks.items())


def test_processes_of_simpy_can_run_beside_hops():
    world, heard = World(), []

    def process():
        yield world.timeout(5)
        heard.append(("process", world.now))

    world.process(process())
    world.at(3.0, lambda hop: heard.append((hop.subject, world.now)), "hop")
    world.advance(10)
    assert heard == [("hop", 3.0), ("process", 5)]
    assert isinstance(world, simpy.Environment)
    assert world.now == 10


def test_a_failing_callback_tells_what_it_was_about():
    world = World()
    world.at(1.0, lambda hop: 1 / 0, "dossier 7")
    with pytest.raises(HopError) as caught:
        world.advance(2.0)
    assert caught.value.subject == "dossier 7"
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
