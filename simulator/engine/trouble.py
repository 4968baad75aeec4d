"""What is wrong with a world, running or at its end: what stands still for good, and what cannot cope."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from math import floor, inf
from typing import Literal, NamedTuple, Protocol

from simulator.engine.dossier import Dossier, Token

QUARTERS = 4
BUSY = 0.9
"""The load from which on a growing queue is more than chance; of hundreds of pools some grow for a while."""
LOOKS = 8
"""Looks at a queue from which on growth can be told."""

Kind = Literal["deadlock", "starved", "saturated"]


class Trouble(NamedTuple):
    """What is wrong, where, and in one sentence what to do."""

    kind: Kind
    office: str
    """Or the centre."""
    pool: str
    """Empty where no pool is to blame."""
    words: str


class Watched(Protocol):
    """What there is to see of a pool."""

    @property
    def name(self) -> str:
        """Its own name."""

    @property
    def office(self) -> str:
        """Where it stands."""

    @property
    def posts(self) -> int:
        """Places at which work is done side by side."""

    @property
    def waiting(self) -> int:
        """Visits that wait now."""

    @property
    def demand(self) -> float:
        """Seconds of work asked for so far."""

    @property
    def open(self) -> float:
        """Seconds that the posts have been on duty so far, added up."""

    @property
    def lengths(self) -> Sequence[int]:
        """How many waited, at equal distances in time."""

    def starved(self) -> Sequence[Token]:
        """What waits for nobody."""


class Clock(Protocol):
    """What there is to see of a world."""

    def peek(self) -> float:
        """The instant of the next event; infinite if there is none."""


class Province(Protocol):
    """What there is to see of the offices."""

    @property
    def world(self) -> Clock:
        """Their clock."""

    @property
    def open(self) -> Collection[Dossier]:
        """The dossiers under way."""

    @property
    def pools(self) -> Mapping[str, Watched]:
        """Their pools and centres."""


def find(province: Province, before: Iterable[Trouble] = ()) -> list[Trouble]:
    """All that is wrong, in words and by kind, office and pool; and what was `before`, in other pools."""
    pools = province.pools.values()
    found = [trouble for pool in pools for trouble in _of(pool)]
    now = {trouble[1:3] for trouble in found}
    found += [trouble for trouble in before if trouble[1:3] not in now]
    if province.world.peek() == inf:
        offices = Counter(dossier.plan.office for dossier in province.open)
        found += [_deadlock(office, count, pools) for office, count in offices.items()]
    return sorted(found)


def strained(pools: Iterable[Watched]) -> list[Trouble]:
    """The pools that could not cope as long as dossiers were filed; for a run that waits for the last one."""
    then = " So it was while dossiers were filed."
    return [
        Trouble("saturated", pool.office, pool.name, _saturated(pool, load) + then)
        for pool, load in ((pool, _load(pool)) for pool in pools)
        if _overloaded(pool, load)
    ]


def _deadlock(office: str, count: int, pools: Iterable[Watched]) -> Trouble:
    full = [pool for pool in pools if pool.office == office and pool.waiting]
    words = f"{_dossiers(count)} of {office} will never end, for nothing is going to happen any more: "
    if not full:
        return Trouble(
            "deadlock", office, "", words + "no pool has them; look for a step that waits for nothing."
        )
    most = max(full, key=lambda pool: pool.waiting)
    words += f"give pool {most.name!r}, before which {most.waiting} wait, somebody who will be there to work."
    return Trouble("deadlock", office, most.name, words)


def _of(pool: Watched) -> Iterable[Trouble]:
    starved = Counter(_wanted(token) for token in pool.starved())
    load = _load(pool)
    if starved:
        yield Trouble("starved", pool.office, pool.name, _starved(pool, starved))
    elif _overloaded(pool, load):
        yield Trouble("saturated", pool.office, pool.name, _saturated(pool, load))


def _load(pool: Watched) -> float:
    """The work asked for so far, of what the posts could do."""
    return pool.demand / pool.open if pool.open else 0.0


def _overloaded(pool: Watched, load: float) -> bool:
    return pool.waiting > 0 and (load >= 1 or (load >= BUSY and _grew(pool.lengths)))


def _starved(pool: Watched, starved: Counter[str]) -> str:
    (wanted, _), *others = starved.most_common()
    more = ", and for more" if others else ""
    return (
        f"{_dossiers(starved.total())} wait in pool {pool.name!r} of {pool.office} for nobody: "
        f"give an official who is there the skill for {wanted}{more}, or no skills, which means all of them."
    )


def _saturated(pool: Watched, load: float) -> str:
    where = f"pool {pool.name!r} of {pool.office}"
    if load < 1:
        return (
            f"The queue of {where} grew all the time, to {pool.waiting} before {pool.posts} posts: "
            "add posts or send it less work, for its figures have not settled."
        )
    return (
        f"The work asked of {where} is {load:.2f} times what its {pool.posts} posts can do, and "
        f"{pool.waiting} wait: have at least {floor(pool.posts * load) + 1} posts, or send it less work."
    )


def _grew(lengths: Sequence[int]) -> bool:
    """Whether each quarter's mean lies above the one before, at the end as much as at the beginning."""
    if len(lengths) < LOOKS:
        return False
    size = len(lengths) / QUARTERS
    parts = [lengths[round(i * size) : round((i + 1) * size)] for i in range(QUARTERS)]
    means = [sum(part) / len(part) for part in parts]
    steps = [after - before for before, after in pairwise(means)]
    return min(steps) >= 1 and steps[-1] >= steps[0] / 2


def _wanted(token: Token) -> str:
    plan = token.dossier.plan
    return f"step {token.node.name!r}, procedure {plan.key!r} or field {plan.procedure.field!r}"


def _dossiers(count: int) -> str:
    return "1 dossier" if count == 1 else f"{count} dossiers"
