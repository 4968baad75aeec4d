"""Draws: one stream of random numbers for each name, so that none disturbs another.

A block, the filings of one office and one week, gets all its luck by purpose when it is filed: whatever the
queues do afterwards, two worlds that are filled alike give the same dossier the same luck
(common random numbers).
"""

from array import array
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Protocol

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence, default_rng
from numpy.typing import NDArray

from simulator.scenario.model import Constant, Exponential, Gamma, Lognormal, Variation

Column = Sequence[float]
"""One number for each dossier of a block, in the order of filing."""


def stream(seed: int, *names: str) -> Generator:
    """The generator that belongs to these names under this seed, on every machine and in every process."""
    digest = blake2b("\0".join(names).encode(), digest_size=16).digest()
    return default_rng(SeedSequence([seed, int.from_bytes(digest)]))


class Streams:
    """All the streams of a seed through one generator: to turn to another costs a quarter of a new `stream`.

    The state of PCG64 is 256 bits, its increment odd. Here they are the hash of seed and names, as good as
    random, and no more is made of them by a `SeedSequence`. The numbers are not those of `stream`.
    """

    def __init__(self, seed: int) -> None:
        self._seed = f"{seed}\0"
        self._bits = PCG64(0)
        self._generator = Generator(self._bits)

    def named(self, *names: str) -> Generator:
        """The generator at the beginning of this name's stream; good until the next name is asked for."""
        digest = blake2b((self._seed + "\0".join(names)).encode()).digest()
        words = {"state": int.from_bytes(digest[:16]), "inc": int.from_bytes(digest[16:32]) | 1}
        state: Any = {"bit_generator": "PCG64", "state": words, "has_uint32": 0, "uinteger": 0}
        self._bits.state = state
        return self._generator


class Draws(Protocol):
    """The luck of a block, whether drawn or given; each column has a place for each dossier.

    A purpose has the same column whenever it is asked for. Columns are shared: nobody may change them.
    """

    @property
    def size(self) -> int:
        """The dossiers of the block."""

    def chance(self, purpose: str) -> Column:
        """Uniform in [0, 1)."""

    def normal(self, purpose: str) -> Column:
        """Standard normal."""

    def factor(self, purpose: str, variation: Variation) -> Column:
        """Factors of mean 1."""

    def seconds(self, step: str, visit: int) -> Column | None:
        """Seconds of work at this visit (the first is 0), in place of mean, difficulty and factor.

        None: not given.
        """

    def waits(self, purpose: str) -> Column | None:
        """Seconds of waiting, in place of what the chance of this purpose would make of them.

        None: not given.
        """

    def again(self) -> "Draws":
        """The luck of as many others: of those of the block who file again."""


class Luck:
    """Draws of our own: a column is drawn when it is first asked for, and costs nothing until then.

    The draws of a longer block begin with those of a shorter one of the same names.
    """

    __slots__ = ("_chances", "_factors", "_names", "_normals", "_streams", "size")

    def __init__(self, streams: Streams, size: int, *names: str) -> None:
        self.size = size
        self._streams, self._names = streams, names
        self._chances: dict[str, Column] = {}
        self._normals: dict[str, Column] = {}
        self._factors: dict[tuple[str, Variation], Column] = {}

    def chance(self, purpose: str) -> Column:
        """Uniform in [0, 1)."""
        column = self._chances.get(purpose)
        if column is None:
            rng = self._streams.named(*self._names, "chance", purpose)
            column = self._chances[purpose] = packed(rng.random(self.size))
        return column

    def normal(self, purpose: str) -> Column:
        """Standard normal."""
        column = self._normals.get(purpose)
        if column is None:
            rng = self._streams.named(*self._names, "normal", purpose)
            column = self._normals[purpose] = packed(rng.standard_normal(self.size))
        return column

    def factor(self, purpose: str, variation: Variation) -> Column:
        """Factors of mean 1; another variation reads the same stream, so that its change is felt alone."""
        key = purpose, variation
        column = self._factors.get(key)
        if column is None:
            column = self._factors[key] = self._factor(purpose, variation)
        return column

    def seconds(self, step: str, visit: int) -> None:
        """Not given."""

    def waits(self, purpose: str) -> None:
        """Not given."""

    def again(self) -> "Luck":
        """The luck of as many others: of those of the block who file again."""
        return Luck(self._streams, self.size, *self._names, "again")

    def _factor(self, purpose: str, variation: Variation) -> Column:
        if level(variation):
            return [1.0] * self.size
        rng = self._streams.named(*self._names, "factor", purpose)
        return packed(factors(variation, rng, self.size))


def packed(numbers: NDArray[np.float64]) -> Column:
    """The numbers in a quarter of a list's room: a block lives as long as the last of its dossiers."""
    return array("d", numbers.tobytes())


def scaled(mean: float, *columns: Column) -> Column:
    """The product of the columns, place by place, times a mean."""
    product = np.asarray(columns[0]) * mean
    for column in columns[1:]:
        product *= np.asarray(column)
    return packed(product)


def level(variation: Variation) -> bool:
    """Whether nothing varies: every factor is 1, and none is drawn."""
    return isinstance(variation, Constant) or (isinstance(variation, Lognormal) and variation.sigma == 0)


def factors(variation: Variation, rng: Generator, size: int) -> NDArray[np.float64]:
    """So many independent factors of mean 1."""
    if isinstance(variation, Lognormal):
        s = variation.sigma
        return np.exp(s * rng.standard_normal(size) - s * s / 2)
    if isinstance(variation, Gamma):
        return rng.standard_gamma(variation.shape, size) / variation.shape
    if isinstance(variation, Exponential):
        return rng.standard_exponential(size)
    if isinstance(variation, Constant):
        return np.ones(size)
    return 2 * rng.random(size)
