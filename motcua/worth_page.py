"""docs/effects.md: the figures of docs/effects.json as tables."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from math import floor, log10
from typing import Any

from motcua.show import number, percent
from motcua.worth_asks import ASKS
from simulator.experiments.measures import INDICATORS
from simulator.experiments.stats import LEVEL
from simulator.scenario.levers import LEVERS

Row = Mapping[str, Any]

MAIN = ("on_time_rate_finished", "mean_days", "mean_wait_hours", "letters_due")
"""A column each."""
ALSO = ("letters_sent", "supplements", "online_rate", "satisfied_rate", "left")
"""In the last column, where they are beyond chance."""
ON_TIME = MAIN[0]

_HEAD = f"""\
# What each lever is worth in each scenario

This page is made by `make effects`: every figure in it is measured, and so is each "no effect".
[effects.json](effects.json) has all figures, and those of more indicators.

Each lever alone is run beside the scenario as it is, under the same luck ([compare.md](compare.md)).
Differences stand with their intervals of {100 * LEVEL:g} %.
**Bold** is beyond chance with all levers of the scenario in mind (Holm, column by column).
▲ is for the better, ▼ for the worse.
With † a pool could not cope in some runs, as is said below the table: such figures have not settled.

Runs are short, so that all is done in half an hour: how long and how many stands above each table.
A lever is in force from the first day of the warm-up.
Means are of what ended within the run: a lever that lets long dossiers end in it brings them in.
Hours in queues go by the clock, nights and signing rounds included; but whoever comes to a free official, \
if at night, counts as taken up.
Another order than first come makes that somebody else: then the days tell what is gained, not these hours.
An office, a pool, a procedure or a rule set that it has to name is found in the scenario by the program.
`motcua compare` gives the figures of other settings and of longer runs."""


def page(found: Mapping[str, Any]) -> str:
    """The whole of it."""
    parts = [
        _HEAD,
        "## The levers",
        _levers(),
        "## On time, in points, in all scenarios",
        _matrix(found),
    ]
    for name, each in found.items():
        parts += [f"## {name}", _said(each), _scenario(each)]
        notes = list(_troubles(each))
        parts += ["\n".join(notes)] if notes else []
    return "\n\n".join(parts) + "\n"


def _levers() -> str:
    rows = []
    for ask in ASKS:
        does = LEVERS[ask.lever].words.en
        rows.append((_asked(ask.label), f"{does} ({ask.note})" if ask.note else does))
    return _table(("lever", "what it does"), rows)


def _asked(label: str) -> str:
    """What is written as code, and what is told."""
    name, _, rest = label.partition(": ")
    return f"`{name}`: {rest}" if rest else f"`{name}`"


def _matrix(found: Mapping[str, Any]) -> str:
    """The differences of one figure, with half their intervals' widths."""
    by_ask = {(name, row["ask"]): row for name, each in found.items() for row in each["rows"]}
    effects = {(name, row["lever"]): row for (name, _), row in by_ask.items() if "effects" in row}
    rows = []
    for ask in ASKS:
        cells = [_asked(ask.label)]
        for name in found:
            row = by_ask.get((name, ask.label), {})
            row = effects.get((name, row["as"]), row) if "as" in row else row
            cells.append(_near(row.get("effects", {}).get(ON_TIME), "nothing" in row))
        rows.append(cells)
    return (
        _table(("lever", *found), rows)
        + "\n\n·: no effect, and why is said below; –: nothing has a due date."
    )


def _near(cell: Sequence[float] | None, nothing: bool) -> str:
    if cell is None or cell[1] is None:
        return "·" if nothing else "–"
    digits = _digits(ON_TIME, cell, 1.0)
    told, half = _signed(ON_TIME, cell[0], digits), f"{50 * (cell[2] - cell[1]):.{digits}f}"
    return f"{_marked(ON_TIME, cell, told)} ± {half}" if float(told) or float(half) else "0"


def _said(each: Row) -> str:
    """How it was run."""
    start, until = (date.fromisoformat(each[name]) for name in ("from", "until"))
    last, days = until - timedelta(days=1), (until - start).days
    return (
        f"{start} to {last} ({days} day{'s' * (days > 1)}) after {each['warmup_days']} days of warm-up; "
        f"{each['runs']} runs of each lever, seeds {each['seed']} to {each['seed'] + each['runs'] - 1}."
    )


def _scenario(each: Row) -> str:
    heads = ("lever", "on time, points", "mean days", "hours in queues", "letters owed", "also")
    base = each["baseline"]
    rows = [("as it is", *(_level(name, base.get(name)) for name in MAIN), "")]
    for row in each["rows"]:
        label = f"`{row['lever']}`" if row["lever"] else _asked(row["ask"])
        if "effects" in row:
            cells = [_cell(name, row["effects"].get(name), base.get(name)) for name in MAIN]
            rows.append((label + " †" * ("trouble" in row), *cells, _also(row["effects"], base)))
        elif "as" in row:
            rows.append((label, f"the same as `{row['as']}`", *[""] * len(MAIN)))
        else:
            rows.append((label, f"no effect: {_why(row)}", *[""] * len(MAIN)))
    return _table(heads, rows)


def _why(row: Row) -> str:
    sets = f" (it sets {row['sets']})" if "sets" in row else ""
    return f"{row['nothing']}{sets}"


def _cell(name: str, cell: Sequence[float] | None, base: float | None, mark: bool = True) -> str:
    """A difference with its interval; a sign beyond chance is marked."""
    if cell is None or cell[1] is None:
        return "–"
    digits = _digits(name, cell, base)
    told, low, high = (_signed(name, each, digits) for each in cell[:3])
    if not any(map(float, (told, low, high))):
        return "0"
    return f"{_marked(name, cell, told) if mark else told} ({low.lstrip('+')} to {high.lstrip('+')})"


def _also(effects: Mapping[str, Sequence[float]], base: Mapping[str, float]) -> str:
    there = [name for name in ALSO if name in effects and _sure(effects[name])]
    told = [(INDICATORS[name].en, _cell(name, effects[name], base.get(name), mark=False)) for name in there]
    return "; ".join(f"{name} {cell}" for name, cell in told if cell != "0")


def _marked(name: str, cell: Sequence[float], told: str) -> str:
    if not _sure(cell):
        return told
    better = (cell[0] > 0) == (INDICATORS[name].better == "higher")
    return f"**{told}** {'▲' if better else '▼'}"


def _sure(cell: Sequence[float]) -> bool:
    return cell[3] is not None and cell[3] < 1 - LEVEL


def _level(name: str, value: float | None) -> str:
    """A figure without any lever."""
    if value is None:
        return "–"
    unit = INDICATORS[name].unit
    if unit == "share":
        return percent(value)
    return number(value) if unit == "count" and value >= 100 else f"{value:.3g}"


def _signed(name: str, value: float, digits: int) -> str:
    text = f"{_times(name) * value:+.{digits}f}"
    return text if float(text) else text.lstrip("+-")


def _times(name: str) -> int:
    """Shares are told in points."""
    return 100 if INDICATORS[name].unit == "share" else 1


def _digits(name: str, cell: Sequence[float], base: float | None) -> int:
    """Decimals that show two digits of half the interval, and no more than four of the figure itself."""
    half = _times(name) * (cell[2] - cell[1]) / 2
    most = max(2, 3 - floor(log10(_times(name) * base))) if base else 2
    return min(most, max(0, 1 - floor(log10(half)))) if half > 0 else 2


def _troubles(each: Row) -> Iterator[str]:
    for row in each["rows"]:
        if "trouble" in row:
            runs, words = row["trouble"]
            yield f"- † `{row['lever']}`, {runs} of {each['runs']} runs: {words}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
