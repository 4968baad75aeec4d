"""`python -m motcua.worth [SCENARIO ...]`: what each shipped lever is worth in each shipped scenario.

It measures all scenarios, or those named, and writes docs/effects.json and from it docs/effects.md.
Killed, it goes on from the finished runs in build/effects, as long as the code that made them is the same.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from hashlib import blake2b
from math import nan
from pathlib import Path
from typing import Any, NamedTuple

from motcua.worth_asks import ASKS, Ask, Fitted, fit, unfelt
from motcua.worth_page import page
from simulator.experiments.backends import Crew, crew
from simulator.experiments.compare import Comparison, Question, compare
from simulator.experiments.many import holm
from simulator.experiments.measures import INDICATORS
from simulator.experiments.runs import KEPT, Progress
from simulator.experiments.worlds import BASELINE, World, warmed
from simulator.scenario.files import load, names
from simulator.scenario.levers import changes, course, text

HOUSE = Path(__file__).parents[1]
DOCS, KEEP = HOUSE / "docs", HOUSE / "build" / "effects"
SEED = 1
FIGURES = tuple(name for name in INDICATORS if name not in {"utilisation", "waiting"})
"""Of all offices; pools have the two others."""
TINY = 1e-9
"""Of a figure: sums in another order differ by less."""

_RUN_BY = ("dossier", "simulator")
_BESIDE = ("simulator.experiments", "simulator.formulas")
"""What questions are asked with; runs do not depend on it, but for three modules."""
_AND = ("simulator.experiments.known", "simulator.experiments.measures", "simulator.experiments.runs")

Row = dict[str, Any]


class Span(NamedTuple):
    """How long runs are, from the scenario's first day on, and how many."""

    days: int = 91
    """At most."""
    runs: int = 12
    warmup: int | None = None
    """In place of the scenario's days."""


SPANS: Mapping[str, Span] = {
    "five-step": Span(runs=24),
    "mm10": Span(days=1, runs=24),  # 12,960 customers
    "phu-tho-2026": Span(days=14, runs=8, warmup=14),  # 2,200 dossiers a day
    "quickstart": Span(runs=24),
}
"""Of scenarios not as most: more runs where they take no time, and less of a whole province."""


class Worth:
    """A scenario, and levers to be measured in it: each as its ask has it there."""

    def __init__(self, name: str, asks: Sequence[Ask] = ASKS) -> None:
        self.span, scenario = SPANS.get(name, Span()), load(name)
        if self.span.warmup is not None:
            scenario = warmed(World(BASELINE, scenario), self.span.warmup).scenario
        self.scenario = scenario
        self.until = min(scenario.until, scenario.start + timedelta(days=self.span.days))
        self.fitted = [fit(ask, scenario) for ask in asks]

    def measured(self, workers: Crew, keep: Path | None = None) -> Row:
        """The effects on all figures; finished runs are kept in a folder, and taken from it."""
        found = [self._compared(some, workers, keep) for some in self._groups()]
        baseline = {each.indicator: _short(each.mean) for each in found[0].figures}
        effects = {world: row for each in found for world, row in _by_world(each)}
        rows = [self._row(each, baseline, effects) for each in self.fitted]
        _correct(rows)
        return {
            "from": self.scenario.start.isoformat(),
            "until": self.until.isoformat(),
            "warmup_days": self.scenario.warmup_days,
            "runs": self.span.runs,
            "seed": SEED,
            "baseline": {name: value for name, value in baseline.items() if value is not None},
            "rows": rows,
        }

    def _first(self, fitted: Fitted) -> Fitted:
        """The first one that makes the same of the scenario."""
        return next(each for each in self.fitted if each.lever and each.after == fitted.after)

    def _groups(self) -> Iterator[list[World]]:
        """The worlds to run, so many at a time as a process keeps; each group begins with the baseline."""
        levers = [each.lever for each in self.fitted if each.lever and self._first(each) is each]
        worlds = [World(text(lever), self.scenario, (lever,)) for lever in levers]
        for i in range(0, len(worlds), KEPT - 1):
            yield [World(BASELINE, self.scenario), *worlds[i : i + KEPT - 1]]

    def _compared(self, worlds: Sequence[World], workers: Crew, keep: Path | None) -> Comparison:
        question = Question(seed=SEED, replications=self.span.runs, until=self.until)
        file = None
        if keep is not None:
            whole = " ".join([self.until.isoformat(), *(world.digest for world in worlds)])
            file = keep / f"{self.scenario.name}-{_digest([whole.encode()])}.jsonl"
        tell = _teller(f"{self.scenario.name}, {worlds[1].name} and {len(worlds) - 2} more")
        return compare(worlds, question, backend=workers, checkpoint=file, progress=tell)

    def _row(self, fitted: Fitted, baseline: Mapping[str, float | None], effects: Mapping[str, Row]) -> Row:
        row: Row = {"ask": fitted.ask.label, "lever": None}
        if fitted.lever is None or fitted.after is None:
            return row | {"nothing": fitted.nothing}
        row["lever"], first = text(fitted.lever), self._first(fitted)
        if first is not fitted and first.lever is not None:
            return row | {"as": text(first.lever)}
        found = effects[row["lever"]]
        if any(cell[0] for cell in found["effects"].values()):
            return row | found
        change = changes(course(self.scenario).first, fitted.after)[0]
        known = {name: value for name, value in baseline.items() if value is not None}
        return row | {
            "sets": f"{change.path}: {change.before} to {change.after}",
            "nothing": unfelt(fitted.ask, self.scenario, known),
        }


def _by_world(found: Comparison) -> Iterator[tuple[str, Row]]:
    """World by world the differences, with low, high and p, and what is wrong with the lever alone.

    Who waits for people that are away when a run ends tells of that day, and is left out.
    """
    usual = {trouble[:3] for trouble, _ in found.worlds[0].trouble}
    for side in found.worlds[1:]:
        effects = {
            each.indicator: _cell(each.difference, each.low, each.high, each.p, TINY * abs(each.baseline))
            for each in found.effects
            if each.world == side.name and each.indicator in FIGURES
        }
        new = [
            (runs, trouble.words)
            for trouble, runs in side.trouble
            if trouble[:3] not in usual and (trouble.kind == "saturated" or 2 * runs > found.runs)
        ]
        yield side.name, {"effects": effects} | ({"trouble": list(max(new))} if new else {})


def _cell(
    difference: float, low: float | None, high: float | None, p: float | None, tiny: float
) -> list[float | None]:
    if abs(difference) <= tiny:
        return [0.0, 0.0, 0.0, 1.0]
    return [_short(each) for each in (difference, low, high, p)]


def _correct(rows: Sequence[Row]) -> None:
    """The p of each figure, as it counts among all levers of the scenario."""
    for name in FIGURES:
        cells = [row["effects"][name] for row in rows if name in row.get("effects", {})]
        chances = holm([nan if cell[3] is None else cell[3] for cell in cells])
        for cell, chance in zip(cells, chances, strict=True):
            cell[3] = _short(chance)


def _short(value: float | None) -> float | None:
    """Six digits: no more are meant."""
    return None if value is None or value != value else float(f"{value:.6g}")  # noqa: PLR0124 (nan)


# -- files -------------------------------------------------------------------------------------------------


def written(found: Mapping[str, Any]) -> str:
    """The file of figures: a line a lever."""
    parts = []
    for name, each in found.items():
        head = _compact({key: value for key, value in each.items() if key != "rows"})
        rows = ",\n".join(map(_compact, each["rows"]))
        parts.append(f'"{name}":{head[:-1]},"rows":[\n{rows}\n]}}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def kept() -> Path:
    """A folder for the runs of this code; those of other code may have come to something else."""
    used = {
        name: module.__file__ for name, module in sys.modules.items() if name.partition(".")[0] in _RUN_BY
    }
    parts = [
        Path(file).read_bytes()
        for name, file in sorted(used.items())
        if file is not None and (name in _AND or not name.startswith(_BESIDE))
    ]
    parts.append((HOUSE / "simulator/scenario/levers/levers.yaml").read_bytes())
    folder = KEEP / _digest(parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _digest(parts: Sequence[bytes]) -> str:
    digest = blake2b(digest_size=6)
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _teller(what: str) -> Progress:
    def tell(done: int, count: int) -> None:
        print(
            f"{what}: {done} of {count} runs",
            end="\n" if done == count else "\r",
            file=sys.stderr,
            flush=True,
        )

    return tell


def main(chosen: Sequence[str]) -> int:
    """Measure all scenarios or those chosen, and write both files."""
    for name in chosen:
        if name not in names():
            print(f"no shipped scenario {name!r}; there are {', '.join(names())}", file=sys.stderr)
            return 2
    file = DOCS / "effects.json"
    found = json.loads(file.read_text("utf-8")) if chosen and file.exists() else {}
    keep = kept()
    with crew() as workers:
        found |= {name: Worth(name).measured(workers, keep) for name in chosen or names()}
    ordered = {name: found[name] for name in names() if name in found}
    file.write_text(written(ordered), "utf-8")
    (DOCS / "effects.md").write_text(page(ordered), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
