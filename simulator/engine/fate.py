"""The luck of a block of dossiers, as the engine uses it."""

from math import log1p
from typing import Any

import numpy as np

from simulator.luck.draws import Column, Draws, packed, scaled


class Fate(dict[Any, Column]):
    """The draws of a block: chances by purpose, and from others the seconds of its dossiers at each node."""

    def __init__(self, luck: Draws) -> None:
        super().__init__()
        self.luck = luck
        self._again: Fate | None = None

    def __missing__(self, purpose: str) -> Column:
        column = self[purpose] = self.luck.chance(purpose)
        return column

    def seconds(self, mean: float, factors: Column, spread: float) -> Column:
        """Working times: a mean, each visit's own factor, and each dossier's difficulty."""
        return scaled(mean, factors, self.difficulty(spread)) if spread else scaled(mean, factors)

    def difficulty(self, spread: float) -> Column:
        """Lognormal with mean 1, the logarithm of this standard deviation."""
        column = self.get(spread)
        if column is None:
            z = np.asarray(self.luck.normal("difficulty"))
            column = self[spread] = packed(np.exp(spread * z - spread * spread / 2))
        return column

    def again(self) -> "Fate":
        """The draws of who files again: as many, and none of them the same."""
        if self._again is None:
            self._again = Fate(self.luck.again())
        return self._again


def exponential(mean: float, chance: float) -> float:
    """The exponential duration of this mean at a chance in [0, 1)."""
    return -mean * log1p(-chance)
