"""Seats: the posts that a plan may choose, what they cost, and the scenario with so many of them.

A post is a place at which one dossier after the other is worked on. It takes the share of an official's day
that the scenario gives to one dossier, and costs so much of an official; a pool of n posts has n x share.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import ceil, inf, log
from typing import NamedTuple

from msgspec.structs import replace

from simulator.engine.route import flat
from simulator.parallel import parts
from simulator.scenario.levers import Change, Course
from simulator.scenario.model import Office, Scenario, ScenarioError, Work

LIKE = 1.25
"""Offices are alike whose volumes differ by this factor at most."""


class Seat(NamedTuple):
    """Posts of a pool, or of pools of like offices, which get the same number each."""

    pools: tuple[str, ...]
    """By "office/pool", or a centre's name."""
    share: float
    """Of an official, for a post of one of the pools."""
    cost: float
    """Of one more post in each of the pools, in officials or what a pool's official was said to cost."""
    now: int
    """Posts of the scenario as it is; of like offices the mean, rounded up."""
    low: int
    high: int

    @property
    def name(self) -> str:
        """The pool, or the first of them and how many more."""
        more = len(self.pools) - 1
        return f"{self.pools[0]} (+{more})" if more else self.pools[0]


class Wish(NamedTuple):
    """What may be planned."""

    pools: tuple[str, ...] = ()
    """Pools by their name, as "leader", "H44.100/leader" or a centre's; none: all."""
    offices: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    costs: Mapping[str, float] = {}
    """An official's cost by pool, as `pools` are named; 1 where none is given."""
    most: int | None = None
    """Posts of a pool at most."""
    keep: bool = False
    """Whether no pool gets fewer posts than it has."""
    alike: bool = False
    """Whether like offices get the same."""


class Pool(NamedTuple):
    """A pool as it stands in the scenario."""

    name: str
    office: str
    """Empty for a centre."""
    pool: str
    share: float
    posts: int


def seats(course: Course, wish: Wish, bound: Callable[[str, int], int]) -> list[Seat]:
    """What may be planned, in the order of the file; `bound` gives a pool's posts beyond which none helps.

    ScenarioError where a name is not there, or nobody is left whose number may be chosen.
    """
    scenario = last(course)
    known = list(_pools(scenario))
    _check(scenario, known, wish)
    groups: dict[tuple[object, ...], list[Pool]] = defaultdict(list)
    for pool in known:
        if _wanted(scenario, pool, wish):
            groups[_kind(scenario, pool) if wish.alike else (pool.name,)].append(pool)
    if not groups:
        raise ScenarioError("there is nobody to plan: the pools named have officials by name, or no work")
    return [_seat(group, wish, bound) for group in groups.values()]


def _seat(group: Sequence[Pool], wish: Wish, bound: Callable[[str, int], int]) -> Seat:
    now = ceil(sum(pool.posts for pool in group) / len(group))
    high = max(bound(pool.name, pool.posts) for pool in group)
    if wish.most is not None:
        high = min(high, wish.most)
    low = min(now, high) if wish.keep else 1
    share = group[0].share
    cost = sum(share * _price(pool, wish.costs) for pool in group)
    return Seat(tuple(pool.name for pool in group), share, cost, now, low, max(high, low))


def last(course: Course) -> Scenario:
    """The scenario when all its levers are in force."""
    return course.changes[-1].scenario if course.changes else course.first


def _pools(scenario: Scenario) -> Iterator[Pool]:
    """The pools whose officials are a number."""
    for name, office in scenario.offices.items():
        pools = scenario.profiles[office.profile].pools
        for pool, staff in office.staff.items() if office.successor is None else ():
            if pool in pools and pool not in office.at and isinstance(staff, int | float):
                share = pools[pool].share or office.share
                yield Pool(f"{name}/{pool}", name, pool, share, ceil(staff / share - 1e-9))
    for name, centre in scenario.centres.items():
        if isinstance(centre.staff, int | float):
            share = centre.share or 1.0
            yield Pool(name, "", name, share, ceil(centre.staff / share - 1e-9))


def _check(scenario: Scenario, known: Sequence[Pool], wish: Wish) -> None:
    """Every name that was given is there."""
    words = {word for pool in known for word in (pool.name, pool.pool)}
    levels = {profile.level for profile in scenario.profiles.values()}
    for what, given, there in (
        ("pool", (*wish.pools, *wish.costs), words),
        ("office", wish.offices, set(scenario.offices)),
        ("level", wish.levels, levels),
    ):
        for name in given:
            if name not in there:
                some = ", ".join(sorted(there)[:12])
                raise ScenarioError(f"there is no {what} {name!r} to plan: known are {some}")
    for name, cost in wish.costs.items():
        if not 0 < cost < inf:
            raise ScenarioError(f"--cost {name}={cost:g}: an official costs more than 0, and not without end")


def _wanted(scenario: Scenario, pool: Pool, wish: Wish) -> bool:
    if wish.pools and not {pool.name, pool.pool} & set(wish.pools):
        return False
    users = [pool.office] if pool.office else list(_served(scenario, pool.name))
    if wish.offices and not set(users) & set(wish.offices):
        return False
    levels = {scenario.profiles[scenario.offices[name].profile].level for name in users}
    return not wish.levels or bool(levels & set(wish.levels))


def _served(scenario: Scenario, centre: str) -> Iterator[str]:
    """The offices whose work a centre does."""
    for name, office in scenario.offices.items():
        profile = scenario.profiles[office.profile]
        steps = (step for key in profile.mix for step in flat(scenario.procedures[key].route))
        asked = {step.pool for step in steps if isinstance(step, Work)}
        asked |= {profile.intake.pool} if profile.intake else set()
        if centre in office.at.values() or (centre in asked and centre not in office.staff):
            yield name


def _kind(scenario: Scenario, pool: Pool) -> tuple[object, ...]:
    """What is the same for the pools of like offices."""
    if not pool.office:
        return (pool.name,)
    office = scenario.offices[pool.office]
    size = office.volume + sum(office.volumes.values())
    return office.profile, pool.pool, pool.share, round(log(max(size, 1.0)) / log(LIKE) / 2), *office.at


def _price(pool: Pool, costs: Mapping[str, float]) -> float:
    return costs.get(pool.name, costs.get(pool.pool, 1.0))


def staffed(course: Course, posts: Mapping[str, float]) -> Course:
    """The course with so many officials in these pools and centres, from the first day on."""
    changes = (Change(each.on, _staffed(each.scenario, posts), each.levers) for each in course.changes)
    return Course(_staffed(course.first, posts), tuple(changes), course.levers)


def _staffed(scenario: Scenario, officials: Mapping[str, float]) -> Scenario:
    offices = {name: _office(name, office, officials) for name, office in scenario.offices.items()}
    centres = {
        name: replace(centre, staff=officials.get(name, centre.staff))
        for name, centre in scenario.centres.items()
    }
    return replace(scenario, offices=offices, centres=centres)


def _office(name: str, office: Office, officials: Mapping[str, float]) -> Office:
    staff = {pool: officials.get(f"{name}/{pool}", old) for pool, old in office.staff.items()}
    return replace(office, staff=staff)


class Group(NamedTuple):
    """Offices that share staff, or seats, with one another and with no others."""

    offices: tuple[str, ...]
    seats: tuple[int, ...]
    """Their places in the list of seats."""


def groups(course: Course, chosen: Sequence[Seat]) -> list[Group]:
    """The parts of a province that can be run, and planned, one without the other."""
    alone = [tuple(sorted(part)) for part in parts(course, len(last(course).offices) + 1)]
    at = {office: i for i, part in enumerate(alone) for office in part}
    leader = list(range(len(alone)))

    def found(i: int) -> int:
        while leader[i] != i:
            i = leader[i]
        return i

    of_seat: list[set[int]] = []
    for seat in chosen:
        near = {i for pool in seat.pools for i in _users(course, pool, at)}
        of_seat.append(near)
        for i in near:
            leader[found(i)] = found(min(near))
    made: dict[int, list[str]] = {}
    for i, part in enumerate(alone):
        made.setdefault(found(i), []).extend(part)
    return [
        Group(
            tuple(sorted(offices)),
            tuple(s for s, near in enumerate(of_seat) if near and found(min(near)) == head),
        )
        for head, offices in sorted(made.items(), key=lambda item: sorted(item[1]))
    ]


def _users(course: Course, pool: str, at: Mapping[str, int]) -> Iterable[int]:
    office, slash, _ = pool.rpartition("/")
    if slash and office in at:
        return [at[office]]
    return [at[name] for name in _served(last(course), pool)]
