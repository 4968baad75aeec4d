"""Draws: one stream of random numbers for each office and purpose, named, so that none disturbs another.

A dossier gets all its luck when it is filed: whatever the queues do afterwards, two worlds that are filled
alike give the same dossier the same luck (common random numbers).
"""

from collections.abc import Iterator
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng

STEPS = 12
"""Normals for the steps of one dossier; a route that repeats steps takes them round and round."""


class Luck(NamedTuple):
    """A dossier's draws: `difficulty` and `work` are standard normals, the others uniform in [0, 1)."""

    difficulty: float
    work: list[float]
    supplement: float
    again: float
    withdrawn: float
    answer: float
    refused: float
    turned_away: float
    letter: float
    tardy: float
    hand_over: float
    paying: float
    paid_online: float
    authenticated: float
    electronic: float
    digitised: float
    reused: float
    returning: float
    rated: float
    satisfied: float


def stream(seed: int, *names: str) -> Generator:
    """The generator that belongs to these names under this seed, on every machine and in every process."""
    digest = blake2b("\0".join(names).encode(), digest_size=16).digest()
    return default_rng(SeedSequence([seed, int.from_bytes(digest)]))


class Fortune:
    """The streams of one office that deal the luck of its dossiers, in the order in which they are filed."""

    def __init__(self, seed: int, office: str) -> None:
        self._streams = [(purpose, stream(seed, office, purpose)) for purpose in Luck._fields]

    def deal(self, count: int) -> Iterator[Luck]:
        """The luck of the next `count` dossiers."""
        columns = (_column(purpose, rng, count) for purpose, rng in self._streams)
        return map(Luck._make, zip(*columns, strict=True))


def _column(purpose: str, rng: Generator, count: int) -> list[float]:
    if purpose == "work":
        return list(rng.standard_normal((count, STEPS), dtype=np.float64).tolist())
    return list((rng.standard_normal(count) if purpose == "difficulty" else rng.random(count)).tolist())
