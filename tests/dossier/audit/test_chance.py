"""The tails against their sums, and heaps against every window."""

from math import comb, exp, lgamma, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.audit.chance import at_least, heaped, higher, unlikely
from dossier.life.state import Dossier


@given(st.integers(0, 40), st.integers(0, 40), st.sampled_from((0.1, 1 / 7, 0.2, 0.5)))
def test_the_binomial_tail_is_the_sum_of_its_terms(k, n, p):
    exact = sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1))
    assert at_least(k, n, p) == pytest.approx(exact, rel=1e-9, abs=1e-15)


@given(st.floats(0.01, 30), st.sampled_from((1e-3, 1e-6)))
def test_the_unlikely_count_is_the_first_below_the_tail(mean, tail):
    def least(k: int) -> float:
        return sum(exp(i * log(mean) - mean - lgamma(i + 1)) for i in range(k, k + 120))

    k = unlikely(mean, tail)
    assert least(k) < tail * 1.001
    assert k == 1 or least(k - 1) >= tail * 0.999


def test_shares_are_compared_as_in_the_textbook():
    assert higher((20, 100), (20, 100)) == pytest.approx(0.5)
    assert higher((30, 100), (20, 100)) == pytest.approx(0.0512, abs=2e-4)  # z = 1.633
    assert higher((0, 50), (0, 50)) == 1.0


@given(st.lists(st.integers(0, 300), max_size=40), st.integers(1, 100), st.integers(2, 6))
def test_heaps_are_those_of_every_window(times, window, least):
    rows = [
        (float(at), Dossier(scenario="s", dossier_id=f"{n:03d}", office="o")) for n, at in enumerate(times)
    ]
    told = {dossier.dossier_id: size for _, dossier, size in heaped(rows, window, least)}
    slow = {}
    for at, dossier in rows:
        sizes = [
            sum(start <= other <= start + window for other in times)
            for start in times
            if start <= at <= start + window
        ]
        if max(sizes) >= least:
            slow[dossier.dossier_id] = max(sizes)
    assert told == slow
