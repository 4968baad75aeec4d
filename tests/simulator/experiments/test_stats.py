"""Intervals, controls, stopping, many comparisons, warm-up: each against what is known of it."""

from math import nan

import numpy as np
import pytest
from scipy import stats as scipy

from simulator.experiments import looks, stats
from simulator.experiments.controls import Pilot, adjusted, independent
from simulator.experiments.looks import Wanted
from simulator.experiments.many import holm
from simulator.experiments.warmup import mser, warm_up
from simulator.experiments.worlds import of
from simulator.scenario.model import Scenario


@pytest.mark.parametrize("freedom", [1, 2, 3, 7, 19, 120, 10_000])
@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
def test_students_t_is_that_of_scipy(freedom: int, level: float) -> None:
    t = scipy.t.ppf((1 + level) / 2, freedom)
    assert stats.quantile(level, freedom) == pytest.approx(t, rel=1e-9)
    assert stats.tail(t, freedom) == pytest.approx(1 - level, rel=1e-9)


def test_an_interval_is_the_textbooks() -> None:
    values = np.array([3.1, 2.7, 4.4, 3.9, 3.3, 2.9])
    found = adjusted(values, np.zeros((6, 0)))
    low, high = scipy.t.interval(0.95, 5, values.mean(), scipy.sem(values))
    assert (found.low, found.mean, found.high) == pytest.approx((low, values.mean(), high))
    assert found.p == pytest.approx(scipy.ttest_1samp(values, 0).pvalue)


def test_controls_give_the_intercept_of_the_regression() -> None:
    rng = np.random.default_rng(3)
    controls = rng.standard_normal((40, 2))
    values = 5 + controls @ [2.0, -1.0] + rng.standard_normal(40)
    found = adjusted(values, controls)
    design = np.c_[np.ones(40), controls]
    beta, rest, *_ = np.linalg.lstsq(design, values, rcond=None)
    error = np.sqrt(rest[0] / 37 * np.linalg.inv(design.T @ design)[0, 0])
    assert found.mean == pytest.approx(beta[0])
    assert found.error == pytest.approx(error)
    assert found.freedom == 37
    assert found.error < 0.6 * adjusted(values, controls[:, :0]).error


def test_controls_that_say_nothing_new_are_left_out_and_so_are_all_of_them_in_few_runs() -> None:
    rng = np.random.default_rng(4)
    one = rng.standard_normal((30, 1))
    doubled = np.c_[one, 3 * one, np.full((30, 1), 2.0), rng.standard_normal((30, 1))]
    assert independent(doubled).shape == (30, 2)
    values = rng.standard_normal(30)
    assert adjusted(values, doubled).freedom == 27
    assert adjusted(values[:11], doubled[:11]).freedom == 10


def test_what_a_replication_has_not_is_left_out() -> None:
    found = adjusted(np.array([1.0, nan, 2.0, 3.0]), np.zeros((4, 0)))
    assert (found.mean, found.runs, found.freedom) == (2.0, 3, 2)
    nothing = adjusted(np.array([nan, nan]), np.zeros((2, 0)))
    assert nothing.runs == 0
    assert np.isnan(nothing.mean)


def test_the_bootstrap_agrees_with_t_where_all_is_normal_and_leans_where_the_figures_do() -> None:
    rng = np.random.default_rng(5)
    controls = rng.standard_normal((60, 2))
    normal = 1 + controls @ [1.0, 1.0] + rng.standard_normal(60)
    t, boot = (adjusted(normal, controls, interval=kind) for kind in ("t", "bootstrap"))
    assert (boot.low, boot.high) == pytest.approx((t.low, t.high), abs=0.12 * t.half * 2)
    leaning = rng.exponential(1, 25)
    found = adjusted(leaning, np.zeros((25, 0)), interval="bootstrap")
    assert found.high - found.mean > found.mean - found.low
    assert found == adjusted(leaning, np.zeros((25, 0)), interval="bootstrap")


def coverage(intervals: list[tuple[float, float]], truth: float) -> float:
    """The share of intervals that hold the truth."""
    return float(np.mean([low <= truth <= high for low, high in intervals]))


def test_an_interval_after_stopping_holds_the_truth_as_often_as_it_says() -> None:
    """Two figures that hang together, with controls, and a rule that looks again and again."""
    rng = np.random.default_rng(6)
    found: list[list[tuple[float, float]]] = [[], []]
    lengths = []
    for _ in range(1500):
        controls = rng.standard_normal((400, 2))
        one = 1 + controls @ [1.0, 0.5] + rng.standard_normal(400)
        two = 2 + 0.7 * one + controls @ [-0.2, 0.5] + rng.standard_normal(400)
        figures = (one, two)

        def look(runs: int, figures=figures, controls=controls) -> list[Wanted]:  # type: ignore[no-untyped-def]
            return [Wanted(each[:runs], controls[:runs], 0.35) for each in figures]

        reached = looks.stop(look, 400)
        assert reached.enough
        assert max(reached.halves) <= 0.35
        lengths.append(reached.runs)
        for each, intervals in zip(figures, found, strict=True):
            first, used = looks.pilot(each, controls)
            estimate = first.estimate(each[: reached.runs], used[: reached.runs])
            intervals.append((estimate.low, estimate.high))
    assert min(lengths) < np.mean(lengths) < max(lengths)
    for intervals, truth in zip(found, (1.0, 2.7), strict=True):
        assert 0.93 < coverage(intervals, truth) < 0.97  # 3.5 standard errors to either side


def test_stopping_gives_up_where_it_is_told_to() -> None:
    values = np.random.default_rng(7).standard_normal(100)
    reached = looks.stop(lambda n: [Wanted(values[:n], np.zeros((n, 0)), 0.01)], 50)
    assert (reached.runs, reached.enough) == (50, False)
    assert reached.halves[0] == pytest.approx(
        stats.quantile(0.95, 19) * Pilot(values[:20], np.zeros((20, 0))).deviation / 50**0.5
    )


def test_holm_is_the_papers() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    found = holm([0.2, nan, 0.9])
    assert found[0] == pytest.approx(0.4)
    assert np.isnan(found[1])
    assert found[2] == pytest.approx(0.9)


def test_mser_cuts_where_the_unrest_ends() -> None:
    rng = np.random.default_rng(8)
    series = np.r_[np.linspace(-20, 0, 50), np.zeros(250)] + rng.standard_normal(300)
    cut, settled = mser(series)
    assert settled
    assert 8 <= cut <= 20
    assert mser(rng.standard_normal(300))[0] < 10
    assert mser(np.arange(300.0))[1] is False
    with pytest.raises(ValueError, match="too short"):
        mser([1.0] * 9)


def test_the_warm_up_of_a_ward_is_some_weeks(quickstart: Scenario) -> None:
    found = warm_up(of(quickstart)[0], 1)
    assert found.settled
    assert 7 <= found.days <= 56


@pytest.mark.parametrize(("runs", "chance"), [(2, 0.5), (6, 0.03125), (12, 2**-11)])
def test_values_that_are_all_alike_are_no_certainty(runs: int, chance: float) -> None:
    assert stats.Estimate(0.1, 0.1, 0.1, 0.0, runs - 1, runs).p == chance
    assert stats.Estimate(0.1, 0.1, 0.1, 1e-17, runs - 1, runs).p == chance
    assert stats.Estimate(0.0, 0.0, 0.0, 0.0, runs - 1, runs).p == 1
