"""What the page shows, read from the view once; numbers only, no words."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter

from dossier.figures.indicators import added
from dossier.view import Figures, Health, OpenDossiers, View

TARGET = 0.98
"""The share of dossiers on time that the reform plans ask for (An Giang 2021 and others)."""
FEW = 20
"""An office with fewer decided dossiers is not ranked: its rate is luck."""
DUE = ("overdue", "within_4h", "within_8h", "within_24h", "later", "paused", "none")
"""The classes of open dossiers by the nearness of their due date; each open dossier is in one."""

_classes = attrgetter(*DUE)

Due = dict[str, int]
"""Class of `DUE` to open dossiers."""
Cell = tuple[str, str, str]
"""(office, level, field)."""


@dataclass(frozen=True, slots=True)
class Row:
    """An office, level or field with its figures; `level` is given for offices only."""

    name: str
    level: str
    figures: Figures
    due: Due
    few: bool

    @property
    def owed(self) -> int:
        """Letters of apology due and not sent."""
        return int(self.figures["letters_due"] - self.figures["letters_sent"])


@dataclass(frozen=True, slots=True)
class Overview:
    """One scenario at its stream time `at` (seconds since 1970); `offices` are worst first."""

    scenario: str
    at: float
    total: Row
    windows: dict[str, Figures]
    offices: list[Row]
    levels: list[Row]
    fields: list[Row]
    trend: list[Figures]
    anomalies: dict[str, int]
    health: Health

    @property
    def short(self) -> int:
        """Dossiers of the last 30 days missing to the target; negative if there are some to spare."""
        month = self.windows.get("30d", {})
        return missing(month.get("on_time", 0), month.get("decided", 0))


def overview(view: View, scenario: str) -> Overview:
    """Everything the page shows about one scenario, all read at one moment."""
    cells, due = view.cells(scenario), view.open_by_due(scenario)
    health = view.health()
    whole = added(cells.values())
    return Overview(
        scenario=scenario,
        at=view.stream_time(scenario),
        total=Row("", "", whole, _dues(due, lambda _: "").get("", dict.fromkeys(DUE, 0)), False),
        windows=view.windows(scenario),
        offices=_rows(cells, due, 0, whole),
        levels=_rows(cells, due, 1, whole),
        fields=_rows(cells, due, 2, whole),
        trend=view.trend(scenario),
        anomalies=health.anomalies.get(scenario, {}),
        health=health,
    )


def missing(on_time: int, decided: int) -> int:
    """How many of `decided` are short of the target; negative if there are some to spare."""
    return math.ceil(round(TARGET * decided, 6)) - on_time


def _rows(cells: Mapping[Cell, Figures], due: list[OpenDossiers], place: int, whole: Figures) -> list[Row]:
    groups: dict[str, list[Figures]] = {}
    levels: dict[str, str] = {}
    for cell, figures in cells.items():
        groups.setdefault(cell[place], []).append(figures)
        levels[cell[place]] = cell[1] if place == 0 else ""
    dues = _dues(due, lambda row: (row.office, row.level, row.field)[place])
    rows = [
        _row(name, levels[name], added(group, whole), dues.get(name, dict.fromkeys(DUE, 0)))
        for name, group in groups.items()
        if any(figures["received"] for figures in group)
    ]
    return sorted(rows, key=_worst)


def _row(name: str, level: str, figures: Figures, due: Due) -> Row:
    return Row(name, level, figures, due, figures["on_time"] + figures["breached"] < FEW)


def _worst(row: Row) -> tuple[bool, float, int, str]:
    """Ranked offices first, the lowest rate first, the most late ones first."""
    on_time = row.figures["on_time_rate_fell_due"]
    return row.few, 2.0 if on_time is None else on_time, -row.figures["breached"], row.name


def _dues(rows: list[OpenDossiers], name: Callable[[OpenDossiers], str]) -> dict[str, Due]:
    groups: dict[str, list[OpenDossiers]] = {}
    for row in rows:
        groups.setdefault(name(row), []).append(row)
    return {
        key: dict(zip(DUE, map(sum, zip(*map(_classes, group), strict=True)), strict=True))
        for key, group in groups.items()
    }
