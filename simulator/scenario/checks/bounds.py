"""The sizes that are believed: beyond them a number is a slip of the pen, or no machine could run it."""

from collections.abc import Mapping
from typing import NamedTuple


class Bound(NamedTuple):
    """The least and the most of a field, beside what its type says, and why."""

    low: float
    high: float
    why: str


_OPEN = -1e15
_FACTOR = Bound(_OPEN, 1000, "a factor, 1 is as usual")
_WEIGHT = Bound(_OPEN, 1e6, "a weight relative to the others")
_DOSSIERS = Bound(_OPEN, 1e8, "dossiers of one office; no run ends that has more")
_SPREAD = Bound(_OPEN, 5, "of the logarithm: at 5 one in a hundred takes 100,000 times as long as most")
_SHARE = Bound(0.001, 1, "an official with 1,000 dossiers side by side")
_TET = Bound(-180, 180, "days from the first day of the lunar year")
_LOOPS = Bound(_OPEN, 10_000, "times to one dossier")

BOUNDS: Mapping[str, Bound] = {
    "Demand.months": _WEIGHT,
    "Procedure.months": _WEIGHT,
    "Rhythm.weekday": _WEIGHT,
    "Rhythm.hour": _WEIGHT,
    "Season.factor": _FACTOR,
    "Tet.factor": _FACTOR,
    "Tet.since": _TET,
    "Tet.until": _TET,
    "Lognormal.sigma": _SPREAD,
    "Procedure.spread": _SPREAD,
    "Gamma.shape": Bound(0.01, 1e6, "0.01 is wilder than any work, 1,000,000 as good as constant"),
    "Procedure.fee": Bound(_OPEN, 1_000_000_000_000, "đồng"),
    "Supplement.most": _LOOPS,
    "Rework.most": _LOOPS,
    "Apology.margin": _FACTOR,
    "Official.speed": Bound(0.01, 100, "work done in a working hour, 1 is as usual"),
    "Office.volume": _DOSSIERS,
    "Office.volumes": _DOSSIERS,
    "Office.share": _SHARE,
    "Pool.share": _SHARE,
    "Centre.share": _SHARE,
    "Office.staff": Bound(0.01, 10_000, "officials of one pool"),
    "Centre.staff": Bound(0.01, 10_000, "officials of one pool"),
    "Backlog.dossiers": Bound(_OPEN, 10_000_000, "dossiers in hand of one office"),
    "Backlog.days": Bound(0.01, 3650, "ten years"),
    "Published.received": Bound(_OPEN, 1_000_000_000, "dossiers"),
    "Published.on_time": Bound(_OPEN, 1_000_000_000, "dossiers"),
}
"""By struct and field; lists and mappings bound what is in them."""

UNITS: Mapping[str, Bound] = {
    "minutes": Bound(_OPEN, 1_200_000, "ten years of work, in minutes"),
    "hours": Bound(_OPEN, 20_000, "ten years of work, in hours"),
    "days": Bound(_OPEN, 3650, "ten years, in days"),
}
"""By the unit at the end of a field's name."""

POSTS = 100_000
"""Posts of a pool at most: officials over their share; each costs memory."""

ANY = Bound(_OPEN, 1e15, "the largest number that is read")

YEARS = (1900, 2100)
"""Years of a scenario's dates: those whose lunar holidays are known."""


def bound(field: str) -> Bound:
    """The bound of a field, as "Office.volume"; `ANY` where there is no closer one."""
    return BOUNDS.get(field) or UNITS.get(field.rpartition("_")[2]) or ANY
