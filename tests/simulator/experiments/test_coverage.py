"""Intervals hold the truth as often as they say, and shared luck and controls gain what they should.

The long forms (`make full`) print what docs/compare.md says.
"""

import pytest

from simulator.experiments.backends import crew
from simulator.experiments.looks import FIRST
from tests.simulator.experiments.coverage import coverage, erlang, mmc, tandem
from tests.simulator.experiments.gains import gains


def test_the_closed_forms_are_those_of_the_textbooks() -> None:
    mean, share = erlang(10, 9.000001, 3.0)
    assert mean == pytest.approx(1.668731524, rel=1e-5)
    assert share == pytest.approx(0.850330385, rel=1e-5)


def test_intervals_hold_the_truth_in_a_few_experiments() -> None:
    with crew("local", 1) as workers:
        found = coverage(mmc(), 12, workers)
    assert len(found) == 12
    for (way, _), each in found.items():
        assert each.covered >= 0.6, way  # of 12 at .95, one in 5,000 lies below
        assert each.runs > FIRST if way.startswith("stopped") else each.runs == FIRST


def test_luck_that_is_shared_gains_in_a_few_runs() -> None:
    shared, controlled = gains(150, 1)
    assert shared.ratio > 1.2
    assert controlled.ratio > 1.5 * shared.ratio


@pytest.mark.full
@pytest.mark.parametrize("case", [mmc(), tandem()], ids=lambda case: case.name)
def test_nominal_95_percent_intervals_cover_in_93_to_97_percent_of_1000_experiments(case) -> None:
    with crew() as workers:
        found = coverage(case, 1000, workers)
    missed = {place: each for place, each in found.items() if not 0.93 <= each.covered <= 0.97}
    assert not missed


@pytest.mark.full
def test_variance_is_that_much_less_than_that_of_independent_runs() -> None:
    shared, controlled = gains(2000)
    assert shared.low >= 1.5
    assert controlled.low >= 2.5
