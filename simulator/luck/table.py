"""A table of draws: columns in place of our own random numbers, a row a dossier, in any order of time.

Its columns are named for what they give:

    at                  when it is filed: seconds from the run's origin (the midnight of the Monday at or
                        before its first day), or dates and times (ISO 8601; Vietnam's where no zone is told)
    office, channel     as they are named in the scenario
    procedure           by its name in the scenario, or by its code
    chance/PURPOSE      in place of a uniform draw: 0 always happens, 1 never does
    normal/PURPOSE      in place of a standard normal
    factor/PURPOSE      in place of a factor of mean 1
    seconds/STEP/VISIT  seconds of work, in place of mean, difficulty and factor; the first visit is 0
    wait/PURPOSE        seconds of waiting, in place of what chance/PURPOSE would make of them

A cell that no dossier needs may be empty (None, NaN, ""). Whoever does need it fails at once, or
gets a number of our own, as where a column is not given.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from math import inf, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dossier.law.calendar import VIETNAM
from simulator.luck.draws import Column, Draws, level
from simulator.scenario.model import Variation

WORDS = ("office", "channel", "procedure")
BOUNDS = {
    "chance": (0.0, 1.0),
    "normal": (-inf, inf),
    "factor": (0.0, inf),
    "seconds": (0.0, inf),
    "wait": (0.0, inf),
}
"""Kinds of columns, and what their numbers lie between."""

EMPTY: Any = None
"""Where a number is missing: nothing can be reckoned with it, and NaN would pass unseen."""

Floats = NDArray[np.float64]
Rows = slice | NDArray[np.int64]


LATEST = 1e10
"""Seconds from the origin, some three hundred years, before which all filings lie."""


class TableError(ValueError):
    """A table that cannot be played: its column, its row (the first is 1), and what would be right."""


class Gaps(list[float]):
    """A column with empty cells: TableError where one of them is needed and may not be drawn."""

    def __init__(self, name: str, cells: list[float], rows: list[int], own: bool) -> None:
        super().__init__(cells)
        self._name, self._rows, self._own = name, rows, own

    def __getitem__(self, k: Any) -> Any:
        cell = super().__getitem__(k)
        if cell is EMPTY and not self._own:
            raise self._needed(k)
        return cell

    def filled(self, drawn: Callable[[], Column]) -> Column:
        """With what is drawn in the empty cells, if it may be."""
        if not self._own:
            return self
        return [other if cell is EMPTY else cell for cell, other in zip(self, drawn(), strict=True)]

    def _needed(self, k: int) -> TableError:
        return TableError(
            f"{self._name}, row {self._rows[k]}: is empty, and needed: "
            "give it, or let what is missing be drawn (own)"
        )


def whole(given: Column | None, drawn: Callable[[], Column]) -> Column:
    """A given column with its gaps filled where they may be; or a drawn one."""
    if given is None:
        return drawn()
    return given.filled(drawn) if isinstance(given, Gaps) else given


class Table:
    """Given columns, all of one length; a single value stands for a column of it.

    What is not given is an error when it is asked for, or drawn by ourselves if `own` is set.
    """

    def __init__(self, columns: Mapping[str, Any], own: bool = False) -> None:
        self.own = own
        self.size = _length(columns)
        self.dated = False
        """Whether `at` was given as dates: it is seconds since 1970 then, else since the run's origin."""
        self.at: Floats | None = None
        self.words: dict[str, list[str]] = {}
        self._numbers: dict[str, Floats] = {}
        for name, column in columns.items():
            cells = [column] * self.size if _single(column) else column
            if name == "at":
                self.at, self.dated = _instants(cells)
            elif name in WORDS:
                self.words[name] = _texts(name, cells)
            else:
                self._numbers[name] = _bounded(name, cells)
        visits = [name.removeprefix("seconds/") for name in self._numbers if name.startswith("seconds/")]
        self._steps = {visit.rpartition("/")[0] for visit in visits}

    def __contains__(self, name: str) -> bool:
        return name in self._numbers

    def instants(self, origin: int) -> Floats:
        """When each is filed, in seconds from the run's origin; TableError where that is not given."""
        if self.at is None:
            raise TableError("column 'at' is missing: when each dossier is filed")
        return self.at - origin if self.dated else self.at

    def block(self, rows: Rows = slice(None), rest: Draws | None = None) -> "Block":
        """These rows, by default all, as the luck of a block; `rest` draws what is not given."""
        return Block(self, rows, rest)

    def cells(self, name: str, rows: Rows, own: bool) -> Column:
        """Some rows of a column of numbers; where it is empty, `own` numbers may be drawn."""
        numbers = self._numbers[name][rows]
        column: list[float] = numbers.tolist()
        empty = np.flatnonzero(np.isnan(numbers)).tolist()
        if not empty:
            return column
        for row in empty:
            column[row] = EMPTY
        return Gaps(name, column, np.arange(1, self.size + 1)[rows].tolist(), own)

    def gives(self, step: str) -> bool:
        """Whether the table has seconds of work for any visit of this step."""
        return step in self._steps


class Block:
    """Rows of a table as the luck of a block (`Draws`)."""

    def __init__(self, table: Table, rows: Rows, rest: Draws | None) -> None:
        self._table, self._rows, self._rest = table, rows, rest
        self.size = np.arange(table.size)[rows].size
        self._columns: dict[str, Column] = {}

    def chance(self, purpose: str) -> Column:
        """The column chance/PURPOSE."""
        name = f"chance/{purpose}"
        return whole(self._given(name), lambda: self._own(name).chance(purpose))

    def normal(self, purpose: str) -> Column:
        """The column normal/PURPOSE."""
        name = f"normal/{purpose}"
        return whole(self._given(name), lambda: self._own(name).normal(purpose))

    def factor(self, purpose: str, variation: Variation) -> Column:
        """The column factor/PURPOSE, whatever the variation; it need not be given where nothing varies."""
        name = f"factor/{purpose}"
        if level(variation):
            return whole(self._given(name), lambda: [1.0] * self.size)
        return whole(self._given(name), lambda: self._own(name).factor(purpose, variation))

    def seconds(self, step: str, visit: int) -> Column | None:
        """The column seconds/STEP/VISIT; None where the table tells of no visit of this step."""
        name = f"seconds/{step}/{visit}"
        given = self._given(name)
        if given is None and self._table.gives(step):
            self._own(name)
        return given

    def waits(self, purpose: str) -> Column | None:
        """The column wait/PURPOSE; None if it is not given."""
        return self._given(f"wait/{purpose}")

    def again(self) -> Draws:
        """Luck of its own for whoever files again; TableError where none may be drawn."""
        if self._rest is None:
            raise TableError("who files again has no row in the table: let what is missing be drawn (own)")
        return self._rest.again()

    def _given(self, name: str) -> Column | None:
        column = self._columns.get(name)
        if column is None and name in self._table:
            column = self._columns[name] = self._table.cells(name, self._rows, self._rest is not None)
        return column

    def _own(self, name: str) -> Draws:
        if self._rest is None:
            raise TableError(f"column {name!r} is missing: give it, or let what is missing be drawn (own)")
        return self._rest


def read(rows: Iterable[Mapping[str, Any]], own: bool = False) -> Table:
    """A table from rows, as of a CSV or JSON-lines file; a cell that a row lacks is empty."""
    columns: dict[str, list[Any]] = {}
    count = 0
    for row in rows:
        if None in row:  # so a `csv.DictReader` gives what is left over
            raise TableError(f"row {count + 1} has more cells than there are columns")
        for name, cell in row.items():
            column = columns.setdefault(name, [])
            column.extend([None] * (count - len(column)))
            column.append(cell)
        count += 1
    for column in columns.values():
        column.extend([None] * (count - len(column)))
    return Table(columns, own)


def _single(column: Any) -> bool:
    return column is None or isinstance(column, str | int | float | datetime)


def _length(columns: Mapping[str, Any]) -> int:
    lengths = {name: len(column) for name, column in columns.items() if not _single(column)}
    if not lengths:
        raise TableError("a table needs a column with a value for each dossier")
    first, size = next(iter(lengths.items()))
    for name, length in lengths.items():
        if length != size:
            raise TableError(
                f"columns must be of one length: {first!r} has {size} rows, {name!r} has {length}"
            )
    return size


def _instants(cells: Any) -> tuple[Floats, bool]:
    """Seconds from the run's origin, or since 1970 where the cells are dates (True)."""
    listed = cells.tolist() if isinstance(cells, np.ndarray) else list(cells)
    if not (listed and _date(listed[0])):
        at = _numbers("at", cells)
        for row in np.flatnonzero(~((at >= 0) & (at < LATEST))).tolist():
            raise TableError(
                f"at, row {row + 1}: must be 0 or more seconds from the origin, and less than {LATEST:g}, "
                f"is {listed[row]!r}"
            )
        return at, False
    dates = [_date(cell) for cell in listed]
    if None in dates:
        row = dates.index(None)
        raise TableError(f"at, row {row + 1}: must be a date and time like the first, is {listed[row]!r}")
    return np.array([at.timestamp() for at in dates if at]), True


def _date(cell: Any) -> datetime | None:
    if isinstance(cell, str) and not cell.strip().isdecimal():  # 20260302 would be taken for a date
        try:
            cell = datetime.fromisoformat(cell)
        except ValueError:
            return None
    if not isinstance(cell, datetime):
        return None
    return cell if cell.tzinfo else cell.replace(tzinfo=VIETNAM)


def _texts(name: str, cells: Any) -> list[str]:
    listed = cells.tolist() if isinstance(cells, np.ndarray) else list(cells)
    for row, cell in enumerate(listed, 1):
        if not isinstance(cell, str) or not cell:
            raise TableError(f"{name}, row {row}: must be a name, is {cell!r}")
    return listed


def _numbers(name: str, cells: Any) -> Floats:
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "fiu":
        return np.asarray(cells, dtype=np.float64)
    numbers = np.empty(len(cells))
    for i, cell in enumerate(cells):
        try:
            numbers[i] = nan if cell is None or cell == "" else float(cell)
        except (TypeError, ValueError):
            raise TableError(f"{name}, row {i + 1}: must be a number, is {cell!r}") from None
    return numbers


def _bounded(name: str, cells: Any) -> Floats:
    """A column of draws; TableError where its name asks for nothing, or a number is out of bounds."""
    kind, _, rest = name.partition("/")
    step, _, visit = rest.rpartition("/")
    if kind not in BOUNDS or not rest or (kind == "seconds" and not (step and visit.isdecimal())):
        forms = "at, office, channel, procedure, chance/PURPOSE, normal/PURPOSE, factor/PURPOSE, "
        raise TableError(f"column {name!r} is none of {forms}seconds/STEP/VISIT, wait/PURPOSE")
    low, high = BOUNDS[kind]
    numbers = _numbers(name, cells)
    for row in np.flatnonzero((numbers < low) | (numbers > high) | np.isinf(numbers)).tolist():
        raise TableError(f"{name}, row {row + 1}: must be from {low:g} to {high:g}, is {numbers[row]:g}")
    return numbers
