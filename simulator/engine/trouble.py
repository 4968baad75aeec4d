"""What is wrong with a world, running or at its end: what stands still for good, and what cannot cope."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from math import floor, inf
from typing import Any, Literal, NamedTuple, Protocol

from simulator.engine.dossier import Dossier, Token

QUARTERS = 4
BUSY = 0.9
"""The load from which on a growing queue is more than chance; of hundreds of pools some grow for a while."""
LOOKS = 8
"""Looks at a queue from which on growth can be told."""

Kind = Literal["deadlock", "starved", "saturated"]
SENTENCES: Mapping[str, str] = {
    "overloaded": (
        "The work asked of pool {pool!r} of {office} is {load:.2f} times what its {places} can "
        "do, and {waiting} wait: have at least {need} posts, or send it less work."
    ),
    "growing": (
        "The queue of pool {pool!r} of {office} grew all the time, to {waiting} before {places}:"
        " add posts or send it less work, for its figures have not settled."
    ),
    "unskilled": (
        "{dossiers} wait in pool {pool!r} of {office} for nobody: give an official who is there the "
        "skill for step {step!r}, procedure {procedure!r} or field {field!r}{more}, or no skills, "
        "which means all of them."
    ),
    "away": (
        "{dossiers} wait in pool {pool!r} of {office} for officials who are away to the end of the run: "
        "look at their leave and absence, have somebody stand in for them, or run on until they are back."
    ),
    "unmanned": (
        "{dossiers} of {office} will never end, for nothing is going to happen any more: give pool "
        "{pool!r}, before which {waiting} wait, somebody who will be there to work."
    ),
    "nowhere": (
        "{dossiers} of {office} will never end, for nothing is going to happen any more: no pool has "
        "them; look for a step that waits for nothing."
    ),
}
Wanted = tuple[str, str, str]
"""Step, procedure and field of what waits for a skill."""
DRAINED = " So it was while dossiers were filed."
"""After a sentence on a run that went on until its last dossier was over."""


class Trouble(NamedTuple):
    """What is wrong, and where."""

    kind: Kind
    office: str
    """Or the centre."""
    pool: str
    """Empty where no pool is to blame."""
    cause: str
    """Its sentence, one of `SENTENCES`."""
    values: tuple[tuple[str, int | float | str], ...] = ()
    """What the sentence tells, by name."""
    drained: bool = False
    """It was so while dossiers were filed, and is over."""

    @property
    def words(self) -> str:
        """In one sentence, with what to do."""
        values: dict[str, Any] = dict(self.values)
        if "count" in values:
            values["dossiers"] = _count(values["count"], "dossier")
        if "posts" in values:
            values["places"] = _count(values["posts"], "post")
        if "others" in values:
            values["more"] = ", and for more" if values["others"] else ""
        told = SENTENCES[self.cause].format(office=self.office, pool=self.pool, **values)
        return told + DRAINED if self.drained else told


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

    def able(self, token: Token) -> bool:
        """Whether somebody has the skill for what is starved, and is away."""


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
    """All that is wrong, by kind, office and pool; and what was `before`, in other pools."""
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
    return [
        _saturated(pool, load)._replace(drained=True)
        for pool, load in ((pool, _load(pool)) for pool in pools)
        if _overloaded(pool, load)
    ]


def _deadlock(office: str, count: int, pools: Iterable[Watched]) -> Trouble:
    full = [pool for pool in pools if pool.office == office and pool.waiting]
    if not full:
        return Trouble("deadlock", office, "", "nowhere", (("count", count),))
    most = max(full, key=lambda pool: pool.waiting)
    values = ("count", count), ("waiting", most.waiting)
    return Trouble("deadlock", office, most.name, "unmanned", values)


def _of(pool: Watched) -> Iterable[Trouble]:
    starved = pool.starved()
    unskilled = Counter(_wanted(token) for token in starved if not pool.able(token))
    load = _load(pool)
    if unskilled:
        yield _starved(pool, unskilled)
    elif starved:
        yield Trouble("starved", pool.office, pool.name, "away", (("count", len(starved)),))
    elif _overloaded(pool, load):
        yield _saturated(pool, load)


def _load(pool: Watched) -> float:
    """The work asked for so far, of what the posts could do."""
    return pool.demand / pool.open if pool.open else 0.0


def _overloaded(pool: Watched, load: float) -> bool:
    return pool.waiting > 0 and (load >= 1 or (load >= BUSY and _grew(pool.lengths)))


def _starved(pool: Watched, starved: Counter[Wanted]) -> Trouble:
    ((step, procedure, field), _), *others = starved.most_common()
    skill = ("step", step), ("procedure", procedure), ("field", field)
    values = ("count", starved.total()), *skill, ("others", len(others))
    return Trouble("starved", pool.office, pool.name, "unskilled", values)


def _saturated(pool: Watched, load: float) -> Trouble:
    values = ("posts", pool.posts), ("waiting", pool.waiting)
    if load < 1:
        return Trouble("saturated", pool.office, pool.name, "growing", values)
    need = floor(pool.posts * load) + 1
    return Trouble(
        "saturated", pool.office, pool.name, "overloaded", (*values, ("load", load), ("need", need))
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


def _wanted(token: Token) -> Wanted:
    plan = token.dossier.plan
    return token.node.name, plan.key, plan.procedure.field


def _count(count: int, word: str) -> str:
    return f"1 {word}" if count == 1 else f"{count} {word}s"
