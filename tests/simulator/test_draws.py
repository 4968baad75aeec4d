"""Draws belong to names."""

import numpy as np

from simulator.draws import STEPS, Fortune, Luck, stream


def test_the_same_names_give_the_same_draws_and_others_others():
    first = stream(1, "H44.100", "work").random(4)
    assert (first == stream(1, "H44.100", "work").random(4)).all()
    for seed, *names in [
        (2, "H44.100", "work"),
        (1, "H44.101", "work"),
        (1, "H44.100", "letter"),
        (1, "H44.100wo", "rk"),
    ]:
        assert not (first == stream(seed, *names).random(4)).any()


def test_names_are_hashed_alike_on_every_machine():
    """The first draw of a stream, fixed: a change would change every run's bytes."""
    assert stream(1, "H44.100", "work").integers(2**32) == 257479931


def test_luck_does_not_depend_on_how_many_are_dealt_at_once():
    one, all_ = Fortune(7, "H44.100"), Fortune(7, "H44.100")
    together = list(all_.deal(6))
    assert [*one.deal(2), *one.deal(4)] == together
    assert all(len(luck.work) == STEPS for luck in together)


def test_chances_are_uniform_and_difficulty_is_normal():
    luck = list(Fortune(3, "H44.100").deal(20_000))
    for purpose in Luck._fields:
        values = np.array([getattr(one, purpose) for one in luck])
        normal = purpose in {"difficulty", "work"}
        assert abs(values.mean() - (0.0 if normal else 0.5)) < 4 * values.std() / np.sqrt(values.size)
        assert abs(values.std() - (1.0 if normal else 12**-0.5)) < 0.03
