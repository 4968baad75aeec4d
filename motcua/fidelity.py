"""`motcua fidelity`: simulated figures beside real ones, their differences, and what was tuned for them."""

import csv
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from motcua.compared import shown
from motcua.files import BadInput
from motcua.options import FILE, FORMATS, Day, lang_option

if TYPE_CHECKING:
    from simulator.calibration.count import Count, Key
    from simulator.calibration.fidelity import Row
    from simulator.scenario.model import Scenario

COLUMNS: Mapping[str, type] = {
    "department_code": str,
    "received": int,
    "on_time": int,
    "avg_processing_days": float,
}
"""Of --units, and what they hold."""


@click.command()
@click.argument("scenario", default="phu-tho-2026")
@click.option(
    "--seed",
    "seeds",
    multiple=True,
    type=click.IntRange(0),
    default=(2,),
    show_default=True,
    help="Seed of a run; given several times, figures are means, with the least and the most.",
)
@click.option("--units", type=FILE, help="The portal's table of units (.csv): compare each office as well.")
@click.option("--from", "start", type=Day(), help="First day, in place of the scenario's.")
@click.option("--until", type=Day(), help="The day after the last one.")
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes at work."
)
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
@lang_option
def fidelity(**options: Any) -> None:
    """Simulated figures beside the published ones of the real offices, and what was tuned for them.

    Exit code 1: an on-time rate of a level or of the land department is further off than 1.5 points.
    A run takes minutes; docs/fidelity.md tells of the figures.

    \b
    Examples:
      motcua fidelity phu-tho-2026
      motcua fidelity phu-tho-2026 --seed 2 --seed 3 --processes 2 --format json
      motcua fidelity phu-tho-2026 --units units.csv --lang vi
    """
    if not run(**options):
        raise SystemExit(1)


def run(
    *,
    scenario: str,
    seeds: Sequence[int],
    units: Path | None,
    start: date | None,
    until: date | None,
    processes: int,
    form: str,
    lang: str,
) -> bool:
    """Run the command; whether the on-time rates are as near as they are meant to be."""
    from simulator.calibration import fidelity as real
    from simulator.scenario.files import load

    world = load(scenario)
    figures = real.published(world.name)
    period = start or world.start, until or world.until
    if period != (world.start, world.until):
        figures = [each for each in figures if not each.figure.startswith("received")]
    rows_of_units = _read(units) if units is not None else []
    begun = time.process_time()
    runs = _runs(world, seeds, period, processes)
    seconds = (time.process_time() - begun) / len(seeds) if processes == 1 else None
    rows = real.compared(world, figures, runs)
    own = real.units(world, rows_of_units, runs)
    answer = {
        "scenario": world.name,
        "from": period[0].isoformat(),
        "until": period[1].isoformat(),
        "seeds": list(seeds),
        "calibrated_on": real.CALIBRATED_ON,
        "aim": real.NEAR,
        "far": [row.real.of for row in rows if row.aimed and not row.near],
        "rows": [_row(row) for row in rows],
        "units": [asdict(unit) for unit in own],
        "apart": real.apart(own) if own else None,
        "seconds_a_run": seconds,
    }
    click.echo(json.dumps(answer, ensure_ascii=False) if form == "json" else shown(answer, lang))
    return not answer["far"]


def _row(row: "Row") -> dict[str, Any]:
    """A row as JSON tells it."""
    real = row.real
    return {
        "figure": real.figure,
        "of": real.of,
        "simulated": row.simulated,
        "real": real.value,
        "difference": row.difference,
        "low": row.low,
        "high": row.high,
        "clock_days": row.days_of_clock,
        "standing": real.standing,
        "source": real.source,
    }


def _runs(
    world: "Scenario", seeds: Sequence[int], period: tuple[date, date], processes: int
) -> "list[dict[Key, Count]]":
    from motcua.progress import Bar
    from simulator.calibration.count import counts

    first = period[0] - timedelta(days=world.warmup_days)
    found = []
    for seed in seeds:
        with Bar(f"seed {seed}", (period[1] - first).days) as bar:

            def progress(at: datetime, bar: Bar = bar) -> None:
                bar.to((at.date() - first).days)

            found.append(counts(world, seed, *period, processes=processes, progress=progress))
    return found


def _read(path: Path) -> list[dict[str, str]]:
    """The rows of a table of units; `BadInput` names the column or the cell that is wrong."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    missing = [name for name in COLUMNS if not rows or name not in rows[0]]
    if missing:
        raise BadInput(f"{path} has no column {missing[0]}: the table of units needs {', '.join(COLUMNS)}")
    for number, row in enumerate(rows, 2):
        for name, kind in COLUMNS.items():
            try:
                kind(row[name])
            except (TypeError, ValueError):
                words = "a whole number" if kind is int else "a number"
                raise BadInput(f"{path}, line {number}: {name} must be {words}, is {row[name]!r}") from None
    return rows
