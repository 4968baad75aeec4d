"""Formula against run: the same scenario played with some seeds, and how far the formulas were off.

Visits count that were asked for in the scenario's period, as the formulas have them; utilisation is of the
whole run, its warm-up included, on both sides.
"""

from collections.abc import Callable, Mapping, Sequence
from math import isnan, nan, sqrt
from typing import Any

import numpy as np

from simulator.engine.calendars import Calendars
from simulator.engine.hours import Hours
from simulator.experiments.stats import LEVEL, quantile
from simulator.formulas.explain import Explained
from simulator.formulas.network import HOUR
from simulator.run import Simulation, midnight
from simulator.summary import Outcome

Columns = dict[str, list[float]]
"""Figure to its values, one a run."""


class Watch:
    """Adds up the visits of a run by station."""

    def __init__(self, explained: Explained) -> None:
        self._explained = explained
        self.sums: dict[str, list[float]] = {station.name: [0.0] * 4 for station in explained.net.stations}
        """Visits; those that waited; hours waited, by the clock and in the station's working hours."""
        self._hours: dict[str, Hours] = {}
        self._since = 0.0

    def begin(self, run: Simulation) -> None:
        """The run that is to be watched."""
        net = self._explained.net
        until = midnight(run.until) - run.origin
        calendars = Calendars(net.scenario, run.origin, until)
        self._since = midnight(run.start) - run.origin
        for station in net.stations:
            name = max(station.calendars, key=lambda each: station.calendars[each])
            self._hours[station.name] = calendars.hours(name)

    def see(self, visit: tuple[str, str, str, float, float, float]) -> None:
        """A visit that is over."""
        dossier, pool, _, asked, began, _ = visit
        if asked < self._since:
            return
        name = f"{dossier.removesuffix('-r').rsplit('-', 2)[0]}/{pool}"
        name = name if name in self.sums else pool
        sums = self.sums.get(name)
        if sums is None:  # of a successor, whose dossiers keep the old office's name
            return
        sums[0] += 1
        if began > asked:
            hours = self._hours[name]
            sums[1] += 1
            sums[2] += (began - asked) / HOUR
            sums[3] += (hours.worked(began) - hours.worked(asked)) / HOUR


def verify(
    explained: Explained,
    replications: int = 5,
    seed: int = 1,
    progress: Callable[[int], object] = lambda _: None,
) -> dict[str, Any]:
    """Runs with the seeds from `seed` on: by pool, by level and in all, formula, mean of runs, difference.

    `half` is the half-width of the 95 % interval of the mean of the runs; None of one run.
    """
    pools: dict[str, Columns] = {}
    totals: dict[str, Columns] = {}
    for r in range(replications):
        watch = Watch(explained)
        run = Simulation(explained.scenario, seed + r, visits=watch.see)
        watch.begin(run)
        run.run()
        _pools(pools, watch, run.outcome(), explained)
        _totals(totals, run, explained)
        progress(r + 1)
    answer = explained.answer()
    levels = [{**row, "name": row["level"]} for row in answer["levels"]]
    whole = [{**answer["total"], "name": ""}]
    return {
        "replications": replications,
        "seed": seed,
        "pools": [
            {"pool": row["pool"], **_compared(_formulas(explained, row), pools.get(row["pool"], {}))}
            for row in answer["pools"]
        ],
        "levels": [
            {"level": row["name"], **_compared(row, totals.get(row["name"], {}))} for row in (*levels, *whole)
        ],
    }


def _formulas(explained: Explained, row: Mapping[str, Any]) -> dict[str, Any]:
    at = explained.net.places[row["pool"]]
    return {**row, "utilisation": float(explained.seen.utilised[at])}


def _pools(found: dict[str, Columns], watch: Watch, outcome: Outcome, explained: Explained) -> None:
    for i in explained.stations:
        name = explained.net.stations[i].name
        count, stopped, clock, working = watch.sums[name]
        row = {
            "visits": count,
            "utilisation": outcome.pools[name]["utilisation"] if name in outcome.pools else nan,
            "wait_hours": clock / count if count else nan,
            "wait_working_hours": working / count if count else nan,
            "wait_chance": stopped / count if count else nan,
        }
        _append(found.setdefault(name, {}), row)


def _totals(found: dict[str, Columns], run: Simulation, explained: Explained) -> None:
    """By level, and of all; of one office, its own."""
    from simulator.engine.tally import Tally  # noqa: PLC0415 (here alone)

    whole, levels = Tally(), dict[str, Tally]()
    for office, tally in run.outcome().tallies.items():
        if explained.office in {None, office}:
            whole += tally
            levels.setdefault(tally.level, Tally(tally.level)).__iadd__(tally)
    for name, tally in (*levels.items(), ("", whole)):
        figures = tally.figures()
        row = {"on_time": figures["on_time_rate_finished"], "days": figures["mean_days"]}
        _append(found.setdefault(name, {}), row)


def _append(columns: Columns, row: Mapping[str, float | None]) -> None:
    for name, value in row.items():
        columns.setdefault(name, []).append(nan if value is None else value)


def _compared(formulas: Mapping[str, Any], runs: Columns) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, values in runs.items():
        known = np.array([value for value in values if not isnan(value)])
        mean = float(known.mean()) if len(known) else None
        formula = formulas[name]
        found[name] = {
            "formula": formula,
            "run": mean,
            "half": half(known.tolist()),
            "difference": formula - mean if mean is not None and formula is not None else None,
        }
    return found


def half(values: Sequence[float]) -> float | None:
    """The half-width of the 95 % interval of a mean, by Student's t; None of fewer than two values."""
    n = len(values)
    return quantile(LEVEL, n - 1) * float(np.std(values, ddof=1)) / sqrt(n) if n > 1 else None
