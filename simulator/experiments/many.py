"""Many comparisons at once: with twenty of them, one in twenty is far from 0 by chance alone."""

from collections.abc import Sequence
from math import isnan


def holm(chances: Sequence[float]) -> list[float]:
    """Each p-value as it counts among all of them (Holm, Scandinavian Journal of Statistics 6, 1979).

    Who calls those below .05 real is wrong about any of them with a probability of .05 at most, however they
    hang together. One that is nan stays so, and is not counted.
    """
    order = sorted((i for i, p in enumerate(chances) if not isnan(p)), key=lambda i: chances[i])
    found = list(chances)
    least = 0.0
    for rank, i in enumerate(order):
        least = max(least, min(1.0, (len(order) - rank) * chances[i]))
        found[i] = least
    return found
