"""The formulas against the anchors, and against the same chains solved another way."""

from math import exp, inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.formulas.queueing import (
    erlang_b,
    erlang_c,
    impatience,
    priorities,
    short,
    spread,
    tandem,
    traffic,
    variations,
    wait,
    within,
)

ROOM = 2000
"""Customers beyond which a chain is cut off."""


def chain(posts: int, load: float, leaving: float = 0.0) -> np.ndarray:
    """The chances of a birth-death chain, by its balance, one state after the other: births `load`, and
    deaths of rate 1 at each busy post, of rate `leaving` for each who waits."""
    down = np.arange(1, ROOM)
    rates = np.minimum(down, posts) + leaving * np.maximum(down - posts, 0)
    logs = np.append(0.0, np.cumsum(np.log(load) - np.log(rates)))
    found = np.exp(logs - logs.max())
    return found / found.sum()


@pytest.mark.parametrize(
    ("posts", "rate", "truth"), [(5, 4, 0.554112554), (10, 9, 0.668731524), (20, 17, 0.128352077)]
)
def test_mean_waits_are_erlangs(posts, rate, truth):
    assert wait(posts, rate, 1) == pytest.approx(truth, rel=1e-8)


def test_the_chance_to_wait_is_erlangs():
    assert float(erlang_c(5, 4)) == pytest.approx(0.554112554, rel=1e-8)


@pytest.mark.parametrize(("work", "truth"), [(0, 2), (1 / 3, 8 / 3), (0.5, 3), (1, 4), (4, 10)])
def test_one_post_waits_by_the_spread_of_its_work(work, truth):
    assert wait(1, 0.8, 1, work=work) == pytest.approx(truth)


def test_the_share_of_ten_posts_in_time_is_that_of_the_anchor():
    assert within(10, 9, 1, 3) == pytest.approx(0.850330385, rel=1e-8)


def test_where_both_rates_are_one_the_share_in_time_is_continuous():
    assert within(1, 1e-10, 1, 2) == pytest.approx(1 - exp(-2), rel=1e-6)
    assert within(2, 1.0, 1, 2) == pytest.approx(within(2, 1.0 + 1e-7, 1, 2), rel=1e-5)


def test_three_steps_in_a_row_are_in_time_as_often_as_the_anchor_says():
    assert tandem([1.0, 0.5, 0.25], 10) == pytest.approx(0.794567431, rel=1e-8)


def test_as_many_leave_as_erlang_a_says():
    assert impatience(10, 9, 1, 2) == pytest.approx(0.0670117155, rel=1e-8)


@given(st.integers(1, 12), st.floats(0.1, 20), st.floats(0.1, 4))
def test_who_leaves_is_found_by_solving_the_chain_as_well(posts, load, patience):
    chances = chain(posts, load, 1 / patience)
    waiting = np.maximum(np.arange(ROOM) - posts, 0)
    lost = float((chances * waiting).sum()) / patience / load
    assert impatience(posts, load, 1.0, patience) == pytest.approx(lost, rel=1e-6, abs=1e-12)


@given(st.integers(1, 30), st.floats(0.01, 0.95))
def test_waits_are_found_by_solving_the_chain_as_well(posts, busy):
    load = posts * busy
    chances, queue = chain(posts, load), np.maximum(np.arange(ROOM) - posts, 0)
    assert wait(posts, load, 1.0) == pytest.approx(float((chances * queue).sum()) / load, rel=1e-6, abs=1e-9)
    assert float(erlang_c(posts, load)) == pytest.approx(float(chances[posts:].sum()), rel=1e-6)
    full = chances[: posts + 1] / chances[: posts + 1].sum()
    assert float(erlang_b(posts, load)) == pytest.approx(float(full[-1]), rel=1e-6)


def test_more_work_than_posts_waits_for_ever():
    assert wait(3, 3, 1) == inf
    assert within(3, 3, 1, 100) == 0
    assert wait(3, 0, 1) == 0


def test_classes_wait_as_cobham_says():
    assert priorities(1, [0.3, 0.5], [1, 1], [2, 2]) == pytest.approx([1.142857143, 5.714285714], rel=1e-9)


@given(st.lists(st.tuples(st.floats(0.01, 0.2), st.floats(0.1, 1)), min_size=2, max_size=4), st.randoms())
def test_no_order_of_classes_changes_the_work_that_waits(classes, order):
    shuffled = list(classes)
    order.shuffle(shuffled)
    sums = []
    for some in (classes, shuffled):
        rates, services = [rate for rate, _ in some], [service for _, service in some]
        waits = priorities(1, rates, services, [2 * service**2 for service in services])
        sums.append(sum(r * s * w for r, s, w in zip(rates, services, waits, strict=True)))
    assert sums[0] == pytest.approx(sums[1])


def test_a_network_with_rework_takes_as_long_as_jackson_says():
    posts, service = (2, 3, 1), (1 / 0.7, 1 / 0.55, 1 / 1.25)
    visits = traffic([1, 0, 0], [[0, 1, 0], [0, 0.2, 0.8], [0, 0, 0]])
    whole = sum(v * (wait(c, v, s) + s) for v, c, s in zip(visits.tolist(), posts, service, strict=True))
    assert whole == pytest.approx(11.000458996, rel=1e-9)


def test_a_loop_without_end_is_an_error():
    with pytest.raises(ValueError, match="nobody ever leaves"):
        traffic([1], [[1.0]])


def test_in_a_network_of_jacksons_everything_comes_at_random():
    flows = np.array([[0, 1.0, 0], [0, 0.25, 1.0], [0, 0, 0]])
    found = variations(
        np.array([2.0, 3, 1]), np.array([0.7, 0.75, 0.8]), np.ones(3), np.array([1.0, 0, 0]), flows
    )
    assert found == pytest.approx(np.ones(3))


def test_even_work_makes_even_arrivals_for_the_next():
    flows = np.array([[0, 1.0], [0, 0]])
    even, uneven = (
        variations(np.ones(2), np.array([0.8, 0.8]), np.array([work, 1.0]), np.array([1.0, 0]), flows)[1]
        for work in (0.2, 4.0)
    )
    assert even == pytest.approx(1 - 0.8**2 * 0.8)
    assert uneven == pytest.approx(1 + 0.8**2 * 3)


def test_even_arrivals_wait_less():
    assert float(spread(0.8, 0.5, 1.0)) < 0.75
    assert float(spread(0.8, 1.0, 1.0)) == 1


@pytest.mark.parametrize(("load", "posts", "missing"), [(3.0, 3, 1), (5.76, 4, 2), (3.99, 3, 1), (0.5, 1, 0)])
def test_missing_posts_are_as_many_as_the_load_needs(load, posts, missing):
    assert short(load, posts) == missing
    assert wait(posts + missing, load, 1) < inf
