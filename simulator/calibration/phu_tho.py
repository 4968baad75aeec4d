"""The scenario phu-tho-2026, made from the national portal's figures of Phú Thọ's 163 units.

    python -m simulator.calibration.phu_tho UNITS.csv > simulator/scenarios/phu-tho-2026.yaml
    python -m simulator.calibration.phu_tho UNITS.csv --calibrate > simulator/calibration/phu_tho_shares.csv

UNITS.csv has the columns department_code, level, received, on_time. What is not about single units stands in
`phu_tho_head.yaml`; the certified copies of each commune in `phu_tho_copies.csv` [V:S3]; the calibrated
shares in `phu_tho_shares.csv`, so that the first command needs no run.
"""

import csv
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from math import ceil
from pathlib import Path

import msgspec
import yaml

from dossier.law.calendar import HOUR, vietnam
from simulator.calibration.calibrate import calibrate
from simulator.luck.draws import stream
from simulator.run import midnight
from simulator.scenario.files import parse
from simulator.scenario.model import Procedure, Profile, Work

UTILISATION = 0.65
"""Of the staff, on average over the period; assumed: Mondays and the week after Tết leave little to spare."""
LEAST_STAFF = 1.0
"""Full-time equivalents of any pool; assumed: a desk is manned, however few the dossiers."""
FIRST_SHARE = 0.12
"""Where calibration begins, and what offices without dossiers have; assumed."""

COPY = "certified_copy"

LETTERS = (0.05, 0.25), (0.2, 0.9)
"""Bounds of the share of late dossiers that get a letter, in departments and communes; each unit has its own.

Assumed: no count of letters by unit is published; an office that is often late is taken to write seldom.
"""

PROFILES = {
    "H44.45": "land",
    "H44.42": "home_affairs",
    "H44.22": "health",
    "H44.07": "industry_trade",
    "H44.44": "construction",
    "H44.08": "education",
}
"""The departments that `domain` 5.1 names by their figures; the others are "other"."""


@dataclass(frozen=True)
class Unit:
    """A row of the portal's figures."""

    code: str
    level: str
    received: int
    on_time: int
    copies: int = 0
    """Certified copies among the received."""

    @property
    def profile(self) -> str:
        """The kind of office that it is."""
        return "commune" if self.level == "commune" else PROFILES.get(self.code, "other")


def units(path: Path) -> list[Unit]:
    """The units of a table, in its order."""
    copies = _column("phu_tho_copies.csv", "received")
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            Unit(
                row["department_code"],
                row["level"],
                int(row["received"]),
                int(row["on_time"]),
                int(copies.get(row["department_code"], 0)),
            )
            for row in csv.DictReader(lines)
        ]


def text(rows: list[Unit], shares: Mapping[str, float]) -> str:
    """The scenario's YAML: the head, and a line for each unit."""
    return _file("phu_tho_head.yaml") + "".join(
        _line(unit, shares.get(unit.code, FIRST_SHARE)) for unit in rows
    )


def known_shares() -> dict[str, float]:
    """The calibrated shares as stored."""
    return _column("phu_tho_shares.csv", "share")


def recalibrated(rows: list[Unit]) -> dict[str, float]:
    """Shares calibrated anew, beginning with those stored; minutes of two processors, told on stderr."""
    return calibrate(
        lambda shares: parse(text(rows, shares)),
        {unit.code: unit.on_time / unit.received for unit in rows if unit.received},
        {unit.code: FIRST_SHARE for unit in rows} | known_shares(),
        tell=lambda words: print(words, file=sys.stderr),  # noqa: T201 (a command of its own)
    )


def _line(unit: Unit, share: float) -> str:
    least, most = LETTERS[unit.level == "commune"]
    letters = least + (most - least) * stream(0, unit.code, "letters of apology").random()
    staff = ", ".join(f"{pool}: {n:g}" for pool, n in _staff(unit).items())
    own = f"volumes: {{{COPY}: {unit.copies}}}, " if unit.copies else ""
    source = "[V:S2,S3]" if unit.copies else "[V:S2]"
    return (
        f"  {unit.code}: {{profile: {unit.profile}, volume: {unit.received - unit.copies}, {own}"
        f"share: {share:g}, letters: {letters:.2f}, staff: {{{staff}}}}}"
        f"  # {source}; calibrated; assumed; assumed\n"
    )


def _staff(unit: Unit) -> dict[str, float]:
    """Officials a pool: the work that comes over the working hours there are, at UTILISATION."""
    hours = _working_hours() * UTILISATION
    profile = _profile(unit.profile)
    minutes = dict.fromkeys(profile.pools, 0.0)
    for key, share in profile.mix.items():
        _add(minutes, profile, key, share * (unit.received - unit.copies))
    _add(minutes, profile, COPY, unit.copies)
    return {pool: max(LEAST_STAFF, ceil(10 * work / 60 / hours) / 10) for pool, work in minutes.items()}


def _add(minutes: dict[str, float], profile: Profile, key: str, dossiers: float) -> None:
    """Add the work on so many dossiers, by pool; an appraisal is done again after a supplement."""
    intake = profile.intake
    if intake is not None:
        minutes[intake.pool] += dossiers * sum(
            share * getattr(intake, f"{channel}_minutes") for channel, share in profile.channels.items()
        )
    procedure = _procedures()[key]
    for i, step in enumerate(procedure.route):
        if isinstance(step, Work) and dossiers:
            again = 0.0 if i else procedure.supplement.online
            minutes[step.pool] += dossiers * step.work_minutes * (1 + again)


@cache
def _profile(name: str) -> Profile:
    return msgspec.convert(_raw()["profiles"][name], Profile)


@cache
def _procedures() -> dict[str, Procedure]:
    return msgspec.convert(_raw()["procedures"], dict[str, Procedure])


@cache
def _raw() -> dict[str, dict[str, object]]:
    return dict(yaml.safe_load(_file("phu_tho_head.yaml")))


@cache
def _working_hours() -> float:
    raw = msgspec.convert(_raw(), _Period)
    return vietnam().between(midnight(raw.start), midnight(raw.until)) / HOUR


class _Period(msgspec.Struct):
    start: date
    until: date


def _column(name: str, column: str) -> dict[str, float]:
    """A column of a file beside this one, by office."""
    return {row["office"]: float(row[column]) for row in csv.DictReader(_file(name).splitlines())}


def _file(name: str) -> str:
    return (files("simulator") / "calibration" / name).read_text("utf-8")


def main(arguments: list[str]) -> None:
    """Print the scenario, or the shares calibrated anew."""
    paths = [argument for argument in arguments if argument != "--calibrate"]
    if len(paths) != 1:
        raise SystemExit("usage: python -m simulator.calibration.phu_tho UNITS.csv [--calibrate]")
    rows = units(Path(paths[0]))
    if paths == arguments:
        sys.stdout.write(text(rows, known_shares()))
        return
    shares = recalibrated(rows)
    sys.stdout.write("office,share\n" + "".join(f"{code},{share:g}\n" for code, share in shares.items()))


if __name__ == "__main__":
    main(sys.argv[1:])
