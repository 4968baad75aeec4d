"""Where faults are planted: a clean history, its dossiers, and the ways to change one."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import cycle
from random import Random
from typing import Any, NamedTuple

from msgspec.structs import replace

from dossier.event import (
    Accepted,
    Event,
    Fact,
    Resolved,
    ResultReturned,
    Submitted,
    SupplementProvided,
    SupplementRequested,
)
from dossier.law.deadline import due, parse_limit
from dossier.life.state import Dossier
from tests.dossier.audit.tidy import CALENDAR, OFFICES, clean, folded, states

Rows = dict[str, list[Fact]]
"""Dossier to its facts, in order."""

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FIRST, LAST = (datetime(2026, 3, day, tzinfo=CALENDAR.zone) for day in (2, 18))
"""Faults are planted into dossiers accepted between these days, so that the month shows what follows."""


class Fault(NamedTuple):
    """How to plant a fault, and the detectors that it rightly trips besides its own."""

    plant: Callable[["Field", int], set[str]]
    many: int
    """How many dossiers to plant it into."""
    detector: str
    """Whose fault it is."""
    also: frozenset[str] = frozenset()


class Shortage(ValueError):
    """The history has not so many dossiers to plant into."""


FAULTS: dict[str, Fault] = {}
"""By the name of the detector, or a name of its own where that detector has several faults."""


def fault(name: str, many: int = 4, also: str = "", of: str = "") -> Callable[[Any], Any]:
    """Enter a planting function under its name, the detector's unless that is said."""

    def enter(plant: Callable[["Field", int], set[str]]) -> Callable[["Field", int], set[str]]:
        FAULTS[name] = Fault(plant, many, of or name, frozenset(also.split()))
        return plant

    return enter


class Field:
    """A clean history to plant in: its rows, its luck, and the dossiers that are taken already.

    One office stays quiet: nothing is planted there unless it is asked for by name.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rows: Rows = {}
        for fact in clean(seed):
            self.rows.setdefault(fact.dossier_id, []).append(fact)
        self.luck = Random(seed)
        self.taken: set[str] = set()
        self.quiet, *others = self.luck.sample(OFFICES, len(OFFICES))
        self._offices = cycle(others)

    def facts(self) -> list[Fact]:
        """The history as it is now."""
        return [fact for row in self.rows.values() for fact in row]

    def states(self) -> list[Dossier]:
        """What it comes to; only what was planted into is folded anew."""
        anew = folded(fact for name in self.taken for fact in self.rows[name])
        return list((states(self.seed) | {each.dossier_id: each for each in anew}).values())

    def pick(self, many: int, wanted: Callable[[list[Fact]], bool], office: str = "") -> list[str]:
        """So many dossiers that nothing was planted into yet, taken from now on; of one office, if named."""
        free = [
            name
            for name, row in self.rows.items()
            if name not in self.taken
            and (row[0].office == office if office else row[0].office != self.quiet)
            and wanted(row)
        ]
        if len(free) < many:
            raise Shortage(f"{len(free)} dossiers to plant into, {many} asked for")
        chosen = self.luck.sample(free, many)
        self.taken.update(chosen)
        return chosen

    def put(self, name: str, row: list[Fact]) -> None:
        """A dossier's new facts; `seq` is the rank."""
        self.rows[name] = [replace(fact, seq=i) for i, fact in enumerate(row, 1)]

    def office(self) -> str:
        """The next of the wards that are not quiet."""
        return next(self._offices)

    def seconds(self, most: int) -> timedelta:
        """A random time of up to so many seconds."""
        return timedelta(seconds=self.luck.randrange(most))


def place(row: list[Fact], kind: type[Event]) -> int:
    """Where the first fact of this type stands; -1 for nowhere."""
    return next((i for i, fact in enumerate(row) if isinstance(fact, kind)), -1)


def of_kind(row: list[Fact], kind: type[Any]) -> Any:
    """The first fact of this type."""
    return row[place(row, kind)]


def plain(row: list[Fact]) -> bool:
    """Accepted early enough, resolved and returned, and never waited for papers."""
    kinds = {type(fact) for fact in row}
    if not {Accepted, Resolved, ResultReturned} <= kinds or SupplementRequested in kinds:
        return False
    accepted = of_kind(row, Accepted)
    return FIRST <= accepted.at < LAST and accepted.due_at < accepted.at + 6 * DAY


def online(row: list[Fact]) -> bool:
    """Plain, and filed online."""
    return plain(row) and isinstance(row[0], Submitted)


def paper(row: list[Fact]) -> bool:
    """Plain, and not filed online."""
    return plain(row) and not of_kind(row, Accepted).online


def long(row: list[Fact]) -> bool:
    """Plain, with a limit of three working days."""
    return plain(row) and of_kind(row, Accepted).limit == "3wd"


def same_day(row: list[Fact]) -> bool:
    """Plain, with a limit of the same day."""
    return plain(row) and of_kind(row, Accepted).limit == "same-day"


def like(fact: Fact, kind: type[Any], at: datetime, **facts: Any) -> Any:
    """Another fact of the same dossier."""
    return kind(scenario=fact.scenario, dossier_id=fact.dossier_id, seq=1, at=at, office=fact.office, **facts)


def changed(row: list[Fact], kind: type[Event], **facts: Any) -> list[Fact]:
    """The row with other values in its first fact of this type."""
    i = place(row, kind)
    return [*row[:i], replace(row[i], **facts), *row[i + 1 :]]


def ended(row: list[Fact], at: datetime) -> list[Fact]:
    """The row resolved at another instant; what comes after is moved with it, what came before is not."""
    i = place(row, Resolved)
    by = at - row[i].at
    head = [fact if fact.at <= at else replace(fact, at=at) for fact in row[:i]]
    return [*head, *(replace(fact, at=fact.at + by) for fact in row[i:])]


def begun(row: list[Fact], at: datetime) -> list[Fact]:
    """The row accepted at another instant, due by its limit, all else at the old distance from it."""
    old = of_kind(row, Accepted)
    promise = due(at.timestamp(), parse_limit(old.limit), CALENDAR).at
    assert promise is not None
    row = [replace(fact, at=fact.at + (at - old.at)) for fact in row]
    return changed(row, Accepted, due_at=datetime.fromtimestamp(promise // 1, at.tzinfo))


def settled(row: list[Fact]) -> int:
    """Where the next fact after acceptance and what went with it stands."""
    i = place(row, Accepted)
    while i + 1 < len(row) and row[i + 1].at - row[i].at < MINUTE:
        i += 1
    return i + 1


def each(wanted: Callable[[list[Fact]], bool]) -> Callable[[Any], Callable[[Field, int], set[str]]]:
    """A planting of single dossiers from a function of field and row."""

    def over(change: Callable[[Field, list[Fact]], list[Fact]]) -> Callable[[Field, int], set[str]]:
        def plant(field: Field, many: int) -> set[str]:
            chosen = field.pick(many, wanted)
            for name in chosen:
                field.put(name, change(field, field.rows[name]))
            return set(chosen)

        return plant

    return over


def asked_before_due(row: list[Fact]) -> list[Fact]:
    """All work done within minutes of the papers' coming, which were asked for an hour before due."""
    promise, i = of_kind(row, Accepted).due_at, settled(row)
    asked = like(row[0], SupplementRequested, promise - HOUR)
    given = like(row[0], SupplementProvided, promise + DAY, due_at=promise + DAY + HOUR)
    tail = [replace(fact, at=given.at + n * MINUTE) for n, fact in enumerate(row[i:], 1)]
    return [*row[:i], asked, given, *tail]
