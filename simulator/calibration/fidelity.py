"""Fidelity: the figures of a run beside the real ones, each with how it came to be near.

A figure is `given` (it went in), `tuned` (numbers of the scenario were chosen for it) or `held_back`
(none was). What is real stands in a table beside this file, with the source of each figure.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

import numpy as np

from simulator.calibration.count import Count, Key, by_office
from simulator.scenario.model import Scenario

Standing = Literal["given", "tuned", "held_back"]

PUBLISHED: Mapping[str, str] = {"phu-tho-2026": "phu_tho_published.csv"}
"""Scenario to the table of its real figures."""
CALIBRATED_ON = 1
"""The seed of calibration."""
NEAR = 0.015
"""Points by which on-time rates of the levels and of the land department may differ [the project's aim]."""
AIMED = ("total", "commune", "department", "land")
FITTED = 4
"""Every fourth commune, in the order of codes: those whose mean days the tuned numbers were chosen by."""

_OVER = {"p10": 10, "p50": 50, "p90": 90}


class FidelityError(ValueError):
    """What cannot be compared, and what can."""


@dataclass(frozen=True)
class Real:
    """A real figure."""

    of: str
    """A level, a profile, a procedure of the scenario, or "total"."""
    figure: str
    value: float
    standing: Standing
    source: str


@dataclass(frozen=True)
class Row:
    """A figure of the runs beside the real one."""

    real: Real
    simulated: float | None
    """Mean over the runs."""
    low: float | None
    high: float | None
    """Least and most of the runs."""
    days_of_clock: float | None = None
    """For mean days: the exact days of clock time, another reading of the word."""

    @property
    def difference(self) -> float | None:
        """Simulated less real."""
        return None if self.simulated is None else self.simulated - self.real.value

    @property
    def aimed(self) -> bool:
        """Whether the project's aim is about it."""
        return self.real.figure == "on_time_rate_766" and self.real.of in AIMED

    @property
    def near(self) -> bool:
        """Whether it is within the aim."""
        return self.difference is not None and abs(self.difference) <= NEAR


@dataclass(frozen=True)
class Unit:
    """One office beside its real figures."""

    office: str
    group: str
    received: float
    real_received: int
    rate: float | None
    real_rate: float | None
    days: float | None
    real_days: float


def published(scenario: str) -> list[Real]:
    """The real figures of a scenario; `FidelityError` where none are known."""
    if scenario not in PUBLISHED:
        raise FidelityError(f"no real figures are known for {scenario}: only for {', '.join(PUBLISHED)}")
    lines = (files("simulator") / "calibration" / PUBLISHED[scenario]).read_text("utf-8").splitlines()
    return [
        Real(row["of"], row["figure"], float(row["value"]), _standing(row["standing"]), row["source"])
        for row in csv.DictReader(lines)
    ]


def compared(scenario: Scenario, real: Iterable[Real], runs: list[dict[Key, Count]]) -> list[Row]:
    """Each real figure beside that of the runs, in their order; the simulated one is their mean."""
    return [
        _row(each, [_figure(scenario, each.of, each.figure, run) for run in runs], scenario, runs)
        for each in real
    ]


def units(scenario: Scenario, table: Iterable[Mapping[str, str]], runs: list[dict[Key, Count]]) -> list[Unit]:
    """Each office of the portal's table, whose rows these are, beside the mean of the runs."""
    offices = [by_office(run) for run in runs]
    found = []
    for row in table:
        office, received = row["department_code"], int(row["received"])
        if office not in scenario.offices:
            raise FidelityError(f"{office} is no office of {scenario.name}: give the table of its units")
        own = [run.get(office, Count()) for run in offices]
        found.append(
            Unit(
                office,
                scenario.offices[office].profile,
                float(np.mean([count.received for count in own])),
                received,
                _mean([count.rate for count in own]),
                int(row["on_time"]) / received if received else None,
                _mean([count.mean_days for count in own]),
                float(row["avg_processing_days"]),
            )
        )
    return found


def apart(found: Iterable[Unit]) -> dict[str, float | None] | None:
    """How far the communes are from their real figures; their days, where nothing was fitted to them.

    None where there are too few communes to tell.
    """
    communes = sorted((unit for unit in found if unit.group == "commune"), key=lambda unit: unit.office)
    rates = [(u.rate, u.real_rate) for u in communes if u.rate is not None and u.real_rate is not None]
    means = [(u.days, u.real_days) for i, u in enumerate(communes) if i % FITTED and u.days is not None]
    if not rates or not means:
        return None
    away = np.abs(np.subtract(*np.transpose(rates)))
    days, real = np.transpose(means)
    return {
        "communes": len(rates),
        "rate_away_mean": float(away.mean()),
        "rate_away_most": float(away.max()),
        "rate_near": float((away <= NEAR).mean()),
        "unfitted": len(means),
        "unfitted_days": float(days.mean()),
        "unfitted_real_days": float(real.mean()),
        "unfitted_days_away": float(np.abs(days - real).mean()),
        "unfitted_days_correlation": _together(means),
    }


def _row(real: Real, values: list[float | None], scenario: Scenario, runs: list[dict[Key, Count]]) -> Row:
    known = [value for value in values if value is not None]
    clock = None
    if real.figure == "mean_days":
        clock = _mean([_figure(scenario, real.of, "mean_elapsed", run) for run in runs])
    return Row(real, _mean(values), min(known, default=None), max(known, default=None), clock)


def _figure(scenario: Scenario, of: str, figure: str, run: Mapping[Key, Count]) -> float | None:
    """A figure of a group in one run."""
    own = {key: count for key, count in run.items() if _belongs(scenario, of, key)}
    if figure == "days_late_correlation":
        return _correlation(by_office(own))
    name, _, over = figure.rpartition("_")
    if over in _OVER:
        values = [_value(name, count) for count in by_office(own).values()]
        return _percentile([value for value in values if value is not None], _OVER[over])
    whole = Count()
    for count in own.values():
        whole += count
    return _value(figure, whole)


def _belongs(scenario: Scenario, of: str, key: Key) -> bool:
    office, code = key
    profile = scenario.offices[office].profile
    procedure = scenario.procedures.get(of)
    if procedure is not None:
        return procedure.code == code
    return of in {"total", profile, scenario.profiles[profile].level}


def _value(figure: str, count: Count) -> float | None:
    return {
        "received": float(count.received),
        "on_time_rate_766": count.rate,
        "mean_days": count.mean_days,
        "mean_elapsed": count.mean_elapsed,
        "completed_rate": count.completed / count.received if count.received else None,
        "online_rate": count.online / count.received if count.received else None,
    }[figure]


def _correlation(offices: Mapping[str, Count]) -> float | None:
    """Of mean days and the share of late dossiers."""
    return _together(
        [
            (count.mean_days, 1 - count.rate)
            for count in offices.values()
            if count.rate is not None and count.mean_days is not None
        ]
    )


def _together(pairs: list[tuple[float, float]]) -> float | None:
    """The correlation; None where one of the two never differs."""
    if any(len(set(column)) < 2 for column in zip(*pairs, strict=True)) or not pairs:
        return None
    return float(np.corrcoef(np.transpose(pairs))[0, 1])


def _percentile(values: list[float], at: int) -> float | None:
    return float(np.percentile(values, at)) if values else None


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _standing(word: str) -> Standing:
    standings: dict[str, Standing] = {"given": "given", "tuned": "tuned", "held_back": "held_back"}
    return standings[word]
