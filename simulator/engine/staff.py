"""Who works in a pool: officials or posts that are all alike, and when they are there.

A day of the engine is 86,400 seconds from one local midnight to the next.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import NamedTuple

from numpy.random import Generator

from dossier.law.calendar import DAY, VIETNAM
from simulator.engine.hours import Hours
from simulator.engine.posts import ALIKE, Post
from simulator.engine.world import World
from simulator.luck.draws import stream
from simulator.scenario.model import Absence, Official, Pool

WORKDAYS = 250
"""Working days of a year, against which days of absence are reckoned."""

Stretch = tuple[float, float]
"""From, to (not included): engine seconds."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a pool is told once: where it stands, whose luck it has, and from when to when."""

    world: World
    hours_of: Callable[[str | None], Hours]
    """The hours of a calendar by name; None: the office's own."""
    office: str
    name: str
    seed: int
    until: float
    """Engine seconds; nobody is drawn absent after it."""
    origin: int | None
    """Unix seconds of the engine's 0; needed where somebody takes leave."""


class Attendance(Hours):
    """The hours of a calendar without the stretches in which an official is away.

    `away` are stretches in rising order that do not overlap.
    """

    def __init__(self, base: Hours, away: Sequence[Stretch]) -> None:
        self.base, self.away = base, tuple(away)
        self._starts, self._ends = [start for start, _ in away], [end for _, end in away]
        self._done: list[float] = []  # own work done when a stretch begins
        self._lost = [0.0]  # the calendar's work in the stretches before
        for start, end in away:
            before = base.worked(start)
            self._done.append(before - self._lost[-1])
            self._lost.append(self._lost[-1] + base.worked(end) - before)

    def is_away(self, at: float) -> bool:
        """Whether the instant lies in one of the stretches."""
        i = bisect_right(self._starts, at)
        return i > 0 and at < self._ends[i - 1]

    def worked(self, at: float) -> float:
        """Working seconds from the origin up to `at`."""
        i = bisect_right(self._starts, at)
        if i and at < self._ends[i - 1]:
            return self._done[i - 1]
        return self.base.worked(at) - self._lost[i]

    def clock(self, worked: float) -> float:
        """The first instant at which so many working seconds are done."""
        return self.base.clock(worked + self._lost[bisect_left(self._done, worked)])

    def add(self, at: float, seconds: float) -> float:
        """The instant at which `seconds` of work, begun at `at`, are done; never before `at`."""
        end = self.clock(self.worked(at) + seconds)
        return end if end >= at else self.opening(at)

    def opening(self, at: float) -> float:
        """`at` itself when the official is there, else when he comes next."""
        while True:
            at = self.base.opening(at)
            if not self.is_away(at):
                return at
            at = self._ends[bisect_right(self._starts, at) - 1]

    def is_open(self, at: float) -> bool:
        """Whether the official is there."""
        return not self.is_away(at) and self.base.is_open(at)


def is_away(hours: Hours, at: float) -> bool:
    """Whether who keeps these hours is away, not merely off duty."""
    return isinstance(hours, Attendance) and hours.is_away(at)


def same(one: Hours, other: Hours) -> bool:
    """Whether two officials keep the same hours."""
    if isinstance(one, Attendance) and isinstance(other, Attendance):
        return one.base is other.base and one.away == other.away
    return one is other


# -- from the scenario ---------------------------------------------------------------------------------------


class Staff(NamedTuple):
    """A pool's people, as a scenario has them."""

    spec: Pool
    people: float | Sequence[Official]
    """In full-time equivalents, or by name."""
    share: float

    @property
    def alike(self) -> bool:
        """Whether nobody needs to be told apart."""
        spec, people = self.spec, self.people
        if spec.absence is not None and spec.absence.days_a_year > 0:
            return False
        if isinstance(people, float | int):
            return spec.lines == "one" or people <= 1
        plain = all(
            not (official.skills or official.calendar or official.leave) and official.speed == 1
            for official in people
        )
        return plain and (spec.lines == "one" or len(people) <= 1)


def posts(staff: Staff, setting: Setting) -> list[Post]:
    """The posts of a pool in the order of the file; one for all where they are alike."""
    spec, people, share = staff
    hours = setting.hours_of(spec.calendar)
    places = max(1, round(1 / share))
    if isinstance(people, float | int):
        total = ceil(people / share - 1e-9)
        count = max(1, ceil(people - 1e-9))
        if staff.alike:
            return [Post(ALIKE, hours, total)]
        deal = [total // count + (i < total % count) for i in range(count)]
        return [
            Post(str(i + 1), _attendance(str(i + 1), hours, spec.absence, (), setting), deal[i], order=i)
            for i in range(count)
        ]
    if staff.alike:
        return [Post(ALIKE, hours, places * len(people))]
    return [_official(official, i, places, spec, setting) for i, official in enumerate(people)]


def _official(official: Official, order: int, places: int, spec: Pool, setting: Setting) -> Post:
    hours = setting.hours_of(official.calendar or spec.calendar)
    leave = [(_second(leave.since, setting), _second(leave.until, setting)) for leave in official.leave]
    hours = _attendance(official.name, hours, spec.absence, leave, setting)
    return Post(official.name, hours, places, official.speed, official.skills, order)


def _attendance(
    name: str, hours: Hours, absence: Absence | None, leave: Iterable[Stretch], setting: Setting
) -> Hours:
    away = list(leave)
    if absence is not None and absence.days_a_year > 0:
        rng = stream(setting.seed, setting.office, setting.name, name, "absence")
        away += absences(hours, absence, rng, setting.until)
    away = [(a, b) for a, b in _merged(away) if hours.worked(b) > hours.worked(a)]
    return Attendance(hours, away) if away else hours


def absences(hours: Hours, absence: Absence, rng: Generator, until: float) -> list[Stretch]:
    """The working days off of one official, as stretches from midnight to midnight.

    From one working day to the next he falls ill or comes back by chance, so that spells are geometric with
    the mean asked for, and `days_a_year` of 250 days are lost on average from the first day on. Where so many
    are lost that one day between two spells would be too long, spells are longer. Each day has a
    chance of its own, worked or not: other hours or another end change no other day's.
    """
    lost = absence.days_a_year / WORKDAYS
    spell = max(1.0, absence.spell_days, lost / (1 - lost))
    falls = lost / (spell * (1 - lost))
    away, found = None, list[Stretch]()
    for day, chance in enumerate(rng.random(ceil(until / DAY)).tolist()):
        start, end = day * DAY, (day + 1) * DAY
        if hours.worked(end) <= hours.worked(start):
            continue
        away = chance < (lost if away is None else 1 - 1 / spell if away else falls)
        if away:
            found.append((start, end))
    return found


def _merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    out: list[Stretch] = []
    for start, end in sorted(stretches):
        if out and start <= out[-1][1]:
            out[-1] = out[-1][0], max(end, out[-1][1])
        else:
            out.append((start, end))
    return out


def _second(day: date, setting: Setting) -> float:
    """The engine second at which a local day begins."""
    if setting.origin is None:
        raise ValueError(f"pool {setting.name!r} of {setting.office!r}: leave needs the run's origin")
    first = datetime.fromtimestamp(setting.origin, VIETNAM).date()
    return (day - first).days * DAY
