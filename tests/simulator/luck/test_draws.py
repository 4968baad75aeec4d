"""Draws belong to names."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.luck.draws import Luck, Streams, stream
from simulator.scenario.model import Constant, Exponential, Gamma, Lognormal, Uniform
from tests.simulator.luck.worlds import chi_square

BLOCK = "H44.100", "2026-03-02"
VARIANCES = [
    (Lognormal(sigma=0.6), np.exp(0.36) - 1),
    (Gamma(shape=2.5), 0.4),
    (Exponential(), 1.0),
    (Uniform(), 1 / 3),
]
PURPOSES = ["difficulty", "work/check/0", "work/check/1", "letter", "supplement/0"]
VARIATIONS = [variation for variation, _ in VARIANCES] + [Constant(), Lognormal(sigma=0)]
ASKED = st.one_of(
    st.tuples(st.sampled_from(["chance", "normal"]), st.sampled_from(PURPOSES)),
    st.tuples(st.just("factor"), st.sampled_from(PURPOSES), st.sampled_from(VARIATIONS)),
)


def luck(size=8, seed=7, names=BLOCK):
    return Luck(Streams(seed), size, *names)


def ask(block, kind, *words):
    return getattr(block, kind)(*words)


def test_the_same_names_give_the_same_draws_and_others_others():
    for make in (stream, lambda seed, *names: Streams(seed).named(*names)):
        first = make(1, "H44.100", "work").random(4)
        assert (first == make(1, "H44.100", "work").random(4)).all()
        for seed, *names in [
            (2, "H44.100", "work"),
            (1, "H44.101", "work"),
            (1, "H44.100", "letter"),
            (1, "H44.100wo", "rk"),
        ]:
            assert not (first == make(seed, *names).random(4)).any()


def test_names_are_hashed_alike_on_every_machine():
    """The first draws of two streams, fixed: a change would change every run's bytes."""
    assert stream(1, "H44.100", "work").integers(2**32) == 257479931
    assert Streams(1).named("H44.100", "work").integers(2**32) == 3609092909


def test_a_stream_begins_anew_whatever_was_drawn_before():
    streams = Streams(3)
    fresh = streams.named("a").integers(2**32, size=5, dtype=np.uint32).tolist()
    for count in range(1, 5):
        streams.named("b").integers(2**32, size=count, dtype=np.uint32)  # may leave half a word behind
        assert streams.named("a").integers(2**32, size=5, dtype=np.uint32).tolist() == fresh


@given(st.lists(ASKED, min_size=2, max_size=8, unique=True), st.randoms(use_true_random=False))
def test_a_column_does_not_depend_on_what_else_was_asked_or_when(asked, rng):
    shuffled = rng.sample(asked, len(asked))
    together = luck()
    columns = {words: ask(together, *words) for words in shuffled}
    for words in asked:
        assert columns[words] == ask(luck(), *words)
        assert ask(together, *words) is columns[words]


@given(st.lists(ASKED, min_size=2, max_size=8, unique=True))
def test_two_columns_are_never_the_same_but_where_one_stream_is_read_twice(asked):
    block = luck()
    for one, other in combinations(asked, 2):
        if ask(block, *one) == ask(block, *other):
            assert one[:1] == other[:1] == ("factor",)
            assert ask(block, *one) == [1.0] * 8


def test_a_longer_block_begins_with_the_draws_of_a_shorter_one():
    short, long = luck(50), luck(80)
    for words in [("chance", "a"), ("normal", "a"), *(("factor", "a", each) for each in VARIATIONS)]:
        assert ask(long, *words)[:50] == ask(short, *words)


def test_blocks_of_other_offices_weeks_and_seeds_and_those_who_file_again_have_luck_of_their_own():
    own = luck().chance("letter")
    others = [
        luck(seed=8),
        luck(names=("H44.101", "2026-03-02")),
        luck(names=("H44.100", "2026-03-09")),
        luck().again(),
        luck().again().again(),
    ]
    drawn = [own, *(other.chance("letter") for other in others)]
    assert len({chance for column in drawn for chance in column}) == 8 * 6
    assert luck().again().chance("letter") == drawn[4]


@pytest.mark.parametrize(("variation", "variance"), VARIANCES)
def test_factors_have_mean_one_and_the_variance_of_their_law(variation, variance):
    """Inside 99.9 %: the variance of a mean of squares is taken from the draws."""
    values = np.array(luck(200_000).factor("work/check/0", variation))
    assert values.min() >= 0
    assert abs(values.mean() - 1) < 3.29 * np.sqrt(variance / values.size)
    squares = np.square(values - 1)
    assert abs(squares.mean() - variance) < 3.29 * squares.std() / np.sqrt(values.size)


def test_what_does_not_vary_is_one():
    for level in (Constant(), Lognormal(sigma=0)):
        assert luck(3).factor("work/check/0", level) == [1.0, 1.0, 1.0]


def test_a_wider_spread_of_the_same_purpose_only_stretches_the_same_luck():
    narrow, wide = (np.log(luck().factor("work/check/0", Lognormal(sigma=s))) + s * s / 2 for s in (0.2, 0.8))
    assert wide == pytest.approx(4 * narrow)


def test_chances_are_uniform_and_normals_normal():
    block = luck(50_000)
    for purpose in PURPOSES:
        chi_square(np.histogram(block.chance(purpose), bins=50, range=(0, 1))[0], np.full(50, 1000))
    bounds = [
        -np.inf,
        -1.2815515655,
        -0.5244005127,
        0,
        0.5244005127,
        1.2815515655,
        np.inf,
    ]  # 10, 30, 50, 70, 90 %
    counts = [sum(a < z <= b for z in block.normal("difficulty")) for a, b in pairwise(bounds)]
    chi_square(counts, np.array([0.1, 0.2, 0.2, 0.2, 0.2, 0.1]) * 50_000)


def test_purposes_are_independent():
    block = luck(50_000)
    same = [block.normal("letter"), block.factor("letter", Uniform())]
    columns = np.array([block.chance(purpose) for purpose in PURPOSES] + same)
    correlations = np.corrcoef(columns)[np.triu_indices(len(columns), 1)]
    assert np.abs(correlations).max() < 3.9 / np.sqrt(50_000)
