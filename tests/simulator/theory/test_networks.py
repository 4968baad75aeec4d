"""Several stations: Jackson's network with rework, the tandem's share on time, a tide before many posts.

Sources: Jackson; Reich and Burke; Eick, Massey and Whitt. In units of time.
"""

from math import cos, pi, sin

import numpy as np
import pytest

from simulator.scenario.model import Demand, Rhythm, Supplement
from tests.simulator.theory.interval import BATCHES, assert_agrees, batches
from tests.simulator.theory.queues import UNIT, Played, Station, network, play

JACKSON = Station(2, 1 / 0.7), Station(3, 1 / 0.55), Station(1, 1 / 1.25)


def sojourns(played: Played) -> list[float]:
    """Units from filing to result."""
    return [(case.finished_at - case.accepted_at) / UNIT for case in played.cases]


def test_a_network_with_rework_takes_as_long_as_jackson_says():
    intake, check, decide = JACKSON
    scenario = network(1.0, intake, Station(3, check.service, rework=0.2), decide)
    assert_agrees(11.000458996, batches(sojourns(play(scenario, 11, 60_000))), 0.1)


def test_a_delay_for_supplements_adds_itself_and_nothing_more():
    asked = Supplement(online=0.2, again=0.2, wait_days=3 * UNIT / 86400, most=1000)
    scenario = network(1.0, *JACKSON, procedure={"supplement": asked, "decides": "1"})
    played = play(scenario, 12, 60_000)
    assert_agrees(11.750458996, batches(sojourns(played)), 0.1)
    assert_agrees(0.25, batches([case.supplements for case in played.cases]), 0.08)
    served = [(case.waited + case.worked) / UNIT for case in played.cases]
    assert_agrees(0.75, batches(np.subtract(sojourns(played), served)), 0.12)


def test_the_share_on_time_of_three_steps_in_a_row_is_that_of_the_closed_form():
    steps = [Station(1, 1 / rate) for rate in (2, 1.5, 1.25)]
    cases = play(network(1.0, *steps, procedure={"limit": "1wh"}), 13, 100_000).cases  # ten units
    assert_agrees(0.794567431, batches([case.finished_at <= case.first_due_at for case in cases]), 0.08)


class Tide:
    """Filings that swell and ebb with the day, before more posts than are ever needed.

    The rate is 10 (1 + 0.5 sin wt) an hour, but in steps of an hour, as a scenario has it: of the waves that
    make up these steps, the one of the day is exactly that, and each wave makes its own and no other.
    """

    HOURS, MEAN, AMPLITUDE, LAG = 24, 40, 13.812422451, 0.808448793
    W = 2 * pi / HOURS

    def __init__(self) -> None:
        blunted = sin(pi / self.HOURS) / (pi / self.HOURS)
        wave = [1 + 0.5 / blunted * sin(self.W * (hour + 0.5)) for hour in range(self.HOURS)]
        demand = Demand(online=Rhythm(hour=wave))
        played = play(network(10.0, Station(150, 4.0), unit=3600, demand=demand), 14, 100_000)
        visits = played.at()
        assert all(visit.began == visit.asked for visit in visits), "somebody waited"
        self.came = np.array([visit.began for visit in visits])
        self.went = np.array([visit.ended for visit in visits])

    def waves(self) -> tuple[list[float], list[complex]]:
        """For stretches of whole days: the mean number in service, and its daily wave as A exp(-i lag).

        Exact integrals over the stays, with no grid: that of N(t) is the sum of those of the stays.
        """
        day, w = 86400.0, self.W / 3600
        days = int(self.came[-1] // day) // (BATCHES + 1)
        means, waves = [], []
        for i in range(BATCHES):
            start, end = (2 + i * days) * day, (2 + (i + 1) * days) * day
            a, b = np.clip(self.came, start, end), np.clip(self.went, start, end)
            means.append(float((b - a).sum() / (end - start)))
            turned = (np.exp(-1j * w * b) - np.exp(-1j * w * a)).sum() / (-1j * w)
            waves.append(complex(2j * turned / (end - start)))
        return means, waves


@pytest.fixture(scope="module")
def tide() -> tuple[list[float], list[complex]]:
    """The waves of one long run."""
    return Tide().waves()


def test_the_mean_number_in_hand_is_rate_times_time(tide):
    assert_agrees(Tide.MEAN, tide[0], 0.035)


def test_the_number_in_hand_swells_with_the_demand(tide):
    assert_agrees(Tide.AMPLITUDE * cos(Tide.LAG), [wave.real for wave in tide[1]], 0.13)


def test_the_number_in_hand_lags_behind_the_demand(tide):
    assert_agrees(-Tide.AMPLITUDE * sin(Tide.LAG), [wave.imag for wave in tide[1]], 0.13)
