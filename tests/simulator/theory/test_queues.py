"""One station: the wait, and the share on time, of queues whose truth is known in closed form.

Sources: Erlang; Pollaczek and Khinchine; for M/M/10+M Palm's Erlang A. In units of time.
"""

from heapq import heapreplace
from math import exp, log, sqrt

import numpy as np
import pytest
from msgspec.structs import replace

from simulator.scenario.files import load
from simulator.scenario.model import Constant, Exponential, Gamma, Intake, Lognormal, Uniform
from tests.simulator.theory.interval import BATCHES, assert_agrees, batches
from tests.simulator.theory.queues import OFFICE, UNIT, Played, Station, network, play


@pytest.fixture(scope="module")
def five() -> Played:
    """M/M/5 at four fifths of what it can do."""
    return play(network(4.0, Station(5)), 5, 150_000, rows=False)


def test_five_posts_keep_people_waiting_as_erlang_says(five):
    assert_agrees(0.554112554, batches(five.waits() / UNIT), 0.25)


def test_they_wait_as_long_as_kiefer_and_wolfowitz_reckon_bit_for_bit(five):
    free = [0.0] * 5  # the instants at which the posts come free, the first one in front
    for visit in five.at():
        began = max(visit.asked, free[0])
        assert visit.began == began
        heapreplace(free, visit.ended)


def test_they_come_at_random_and_bring_random_work(five):
    asked = np.array([visit.asked for visit in five.at()]) / UNIT
    work = np.array([visit.ended - visit.began for visit in five.at()]) / UNIT
    for times, mean in ((np.diff(asked), 0.25), (work, 1.0)):
        assert_agrees(mean, batches(times), 0.02)
        for factor in (0.1, 0.5, 1, 3):  # exponential: so many last longer
            assert_agrees(exp(-factor), batches(times > factor * mean), 0.08)


def test_as_many_have_to_wait_as_erlang_says(five):
    assert_agrees(0.554112554, batches(five.waits() > 0), 0.08)


def test_ten_posts_keep_people_waiting_as_erlang_says():
    waits = play(load("mm10"), 10, 150_000, rows=False).waits("posts") / 60  # minutes
    assert_agrees(0.668731524, batches(waits), 0.45)


def test_the_share_on_time_of_ten_posts_is_that_of_the_closed_form():
    scenario = network(9.0, Station(10), procedure={"limit": "0.3wh"})  # three units
    on_time = [case.finished_at <= case.first_due_at for case in play(scenario, 6, 100_000).cases]
    assert_agrees(0.850330385, batches(on_time), 0.08)


def test_twenty_posts_keep_people_waiting_as_erlang_says():
    waits = play(network(17.0, Station(20)), 20, 150_000, rows=False).waits() / UNIT
    assert_agrees(0.128352077, batches(waits), 0.35)


@pytest.mark.parametrize(
    ("variation", "truth", "within"),
    [
        (Constant(), 2.0, 0.12),
        (Uniform(), 2.666666667, 0.16),
        (Gamma(shape=2), 3.0, 0.18),
        (Exponential(), 4.0, 0.2),
    ],
)
def test_one_post_keeps_people_waiting_by_the_spread_of_its_work(variation, truth, within):
    waits = play(network(0.8, Station(1, variation=variation)), 7, 120_000, rows=False).waits() / UNIT
    assert_agrees(truth, batches(waits), within)


def test_rare_long_work_makes_many_wait():
    scenario = network(0.8, Station(1, variation=Lognormal(sigma=sqrt(log(5)))))  # squared, 5 on average
    played = play(scenario, 8, 200_000, rows=False)
    squares = np.array([((visit.ended - visit.began) / UNIT) ** 2 for visit in played.at()])
    # Waits grow by twice the mean square of the work; without what that happened to be, they spread less.
    means = batches(played.waits() / UNIT) - 2 * (batches(squares) - 5)
    assert_agrees(10, means, 0.25)


def test_as_many_leave_the_ticket_queue_as_impatience_says():
    minutes = UNIT / 60
    counter = Intake(
        pool="0", in_person_minutes=minutes, variation=Exponential(), patience_minutes=2 * minutes
    )
    profile = {"channels": {"in_person": 1.0}, "intake": counter}
    scenario = network(9.0, Station(10), Station(90, 0.01), profile=profile)
    work = scenario.procedures["all"]
    scenario = replace(scenario, procedures={"all": replace(work, route=work.route[1:])})
    left = []
    for seed in range(BATCHES):
        summary = play(scenario, seed, 3_000, rows=False).summary
        left.append(summary["left"] / summary["visitors"])
    assert_agrees(0.0670117155, left, 0.15)


def test_posts_are_busy_for_the_offered_load_over_their_number(five):
    began = np.array([visit.began for visit in five.at()])
    worked = np.array([visit.ended - visit.began for visit in five.at()])
    assert five.summary["pools"][f"{OFFICE}/0"]["worked"] == pytest.approx(worked.sum())
    stretches = zip(np.array_split(began, BATCHES), np.array_split(worked, BATCHES), strict=True)
    loads = [work.sum() / (5 * (begins[-1] - begins[0])) for begins, work in stretches]
    assert_agrees(0.8, loads, 0.025)
