"""Replay: the filings of a table in place of drawn ones."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from dossier.law.calendar import DAY
from simulator.luck.demand import Course, Filing, filings, first_day
from simulator.luck.draws import Draws, Luck, Streams
from simulator.luck.rates import CHANNELS, WEEKS
from simulator.luck.table import WORDS, Table, TableError
from simulator.scenario.model import Channel, Scenario

WEEK = 7 * DAY


class Place(NamedTuple):
    """Where and as what a dossier is filed under the scenario of its day."""

    office: str
    channel: Channel
    procedure: str


Rows = dict[str, list[tuple[int, Place]]]
"""Office to the rows of a week, in order of time."""


class Replay:
    """The filings of a table under a course of scenarios; TableError where they do not fit it.

    A column office, channel or procedure may be left out where there is only one. What is filed at an office
    that was merged into another comes to its successor. A procedure that goes by another name there, as after
    a lever, is found by its code. Rows of one instant keep their order.
    """

    def __init__(self, table: Table, course: Course, origin: int, seed: int) -> None:
        at = table.instants(origin)
        self._table, self._course, self._streams = table, course, Streams(seed)
        self._first = first_day(origin)
        self._order = np.argsort(at, kind="stable")
        self._at = at[self._order]
        self._words = [table.words.get(name) or [""] * table.size for name in WORDS]
        self._weeks: dict[date, tuple[list[Scenario], Rows]] = {}
        self._places: dict[tuple[int, str, str, str], tuple[Scenario, Place]] = {}
        for week in np.unique(self._at // WEEK).tolist():
            self._week(self._first + timedelta(weeks=int(week)))

    def inflow(self, office: str) -> "Replayed":
        """The filings of one office."""
        return Replayed(self, office)

    def week(self, office: str, monday: date) -> tuple[list[Filing], Draws]:
        """The filings of an office in a week, in order of time, and their luck."""
        midnight = (monday - self._first).days * DAY
        found = self._week(monday).get(office, [])
        ranks = np.array([rank for rank, _ in found], dtype=np.int64)
        places = [place for _, place in found]
        filed = filings(
            monday,
            midnight,
            self._at[ranks] - midnight,
            [place.channel for place in places],
            [place.procedure for place in places],
        )
        rest = Luck(self._streams, len(filed), office, monday.isoformat()) if self._table.own else None
        return filed, self._table.block(self._order[ranks], rest)

    def _week(self, monday: date) -> Rows:
        scenarios = [self._course.on(monday + timedelta(days=i)) for i in range(7)]
        known = self._weeks.get(monday)
        if known and all(old is new for old, new in zip(known[0], scenarios, strict=True)):
            return known[1]
        start = (monday - self._first).days * DAY
        first, last = np.searchsorted(self._at, [start, start + WEEK]).tolist()
        days = ((self._at[first:last] - start) // DAY).astype(np.int64).tolist()
        rows: Rows = defaultdict(list)
        for rank, day in zip(range(first, last), days, strict=True):
            place = self._place(scenarios[day], int(self._order[rank]))
            rows[place.office].append((rank, place))
        if len(self._weeks) >= WEEKS:
            del self._weeks[min(self._weeks)]
        self._weeks[monday] = scenarios, rows
        return rows

    def _place(self, scenario: Scenario, row: int) -> Place:
        office, channel, procedure = (words[row] for words in self._words)
        key = id(scenario), office, channel, procedure
        if key not in self._places:
            try:
                place = self._found(scenario, office, channel, procedure)
            except TableError as error:
                raise TableError(f"row {row + 1}: {error}") from None
            self._places[key] = scenario, place  # the scenario too, so that its id stays its own
        return self._places[key][1]

    def _found(self, scenario: Scenario, office: str, channel: str, procedure: str) -> Place:
        name = _only("office", office, scenario.offices)
        while (successor := scenario.offices[name].successor) is not None:
            name = successor
        spec = scenario.offices[name]
        profile = scenario.profiles[spec.profile]
        used = CHANNELS if channel else [each for each in CHANNELS if profile.channels.get(each)]
        by = next(each for each in CHANNELS if each == _only("channel", channel, used))
        filed = dict.fromkeys((*profile.mix, *spec.volumes))
        return Place(name, by, _only("procedure", self._procedure(scenario, procedure, filed), filed))

    def _procedure(self, scenario: Scenario, procedure: str, filed: Iterable[str]) -> str:
        """The name of a procedure among those filed at an office, if that is how it is called or coded."""
        if not procedure or procedure in filed:
            return procedure
        known = self._course.on(self._first).procedures
        code = known[procedure].code if procedure in known else procedure
        alike = [name for name in filed if scenario.procedures[name].code == code]
        return alike[0] if len(alike) == 1 else procedure


class Replayed:
    """The filings of one office in a replay (`Arrivals`)."""

    def __init__(self, replay: Replay, office: str) -> None:
        self._replay, self._office = replay, office

    def week(self, monday: date) -> tuple[list[Filing], Draws]:
        """The filings of the seven days from `monday`, in order of time, and their luck."""
        return self._replay.week(self._office, monday)


def _only(kind: str, word: str, known: Iterable[str]) -> str:
    """The word, if it is known; for no word the only one that is."""
    names = list(known)
    if word in names:
        return word
    if word:
        raise TableError(f"{kind} {word!r} is not there; known are {', '.join(names[:8])}")
    if len(names) != 1:
        raise TableError(f"column {kind!r} is missing, and there are several: {', '.join(names[:8])}")
    return names[0]
