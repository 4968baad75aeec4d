"""The figures of an answer as a tidy table: a row a figure, with its interval where it has one.

`part` is where the figure stands in the JSON (plan, today, pools, parameters.morris ...), `name` whose it is
there (a world, a pool, a parameter), `figure` what it is called there, `of` whom of the offices it is about.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from simulator.sinks.columns import Column

Told = Mapping[str, Any]


class Row(NamedTuple):
    """One figure."""

    scenario: str
    part: str
    name: str
    figure: str
    of: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    holm: float | None = None
    """Of a difference: how likely chance alone makes it, corrected for all that are compared."""
    runs: int | None = None


COLUMNS = (
    *(Column(name, "word") for name in ("scenario", "part", "name", "figure", "of")),
    *(Column(name, "number") for name in ("value", "low", "high", "holm")),
    Column("runs", "integer"),
)
"""Those of a row."""
POINTS = "plan", "today", "enough_for_all"
LATE = {
    "by_part": ("part",),
    "by_step": ("step",),
    "by_agency": ("agency",),
    "causes": ("step", "agency", "part"),
}


def compared(told: Told) -> Iterator[Row]:
    """Those of a comparison: of the baseline, of each world, and what lies between."""
    name = told["scenario"]
    for side in told["worlds"]:
        yield Row(name, "worlds", side["name"], "officials", value=side["officials"])
    for each in told["figures"]:
        bounds = _bounded(each)
        yield Row(name, "figures", "baseline", each["indicator"], each["of"], runs=told["runs"], **bounds)
    for each in told["effects"]:
        whose = {"name": each["world"], "figure": each["indicator"], "of": each["of"], "runs": each["runs"]}
        for part in ("baseline", "value"):
            yield Row(name, f"effects.{part}", value=each[part], **whose)
        bounds = {"low": each["low"], "high": each["high"], "holm": each["holm"]}
        yield Row(name, "effects.difference", value=each["difference"], **bounds, **whose)


def planned(told: Told) -> Iterator[Row]:
    """Those of a plan: each point with what it reaches, the pools, the levers that were tried."""
    name = told["scenario"]
    points = [(part, part, told[part]) for part in POINTS if told[part] is not None]
    points += [("curve", str(i), point) for i, point in enumerate(told["curve"], 1)]
    for part, whose, point in points:
        for each in (
            *point["figures"],
            {"target": "often", "mean": point["often"]["share"], **point["often"]},
        ):
            bounds = {"value": each["mean"], "low": each["low"], "high": each["high"], "runs": point["runs"]}
            yield Row(name, part, whose, each["target"], **bounds)
        for figure in ("cost", "officials", "posts"):
            yield Row(name, part, whose, figure, value=point[figure])
    for pool in told["pools"]:
        yield from _numbers(name, "pools", pool["pool"], pool)
    for lever in told["tried_levers"]:
        yield from _numbers(name, "tried_levers", lever["lever"], lever)
        for target, value in zip(told["targets"], lever["figures"], strict=True):
            yield Row(name, "tried_levers", lever["lever"], target, value=value)


def explained(told: Told) -> Iterator[Row]:
    """Those of the formulas; with runs beside them, the runs' means and intervals."""
    name = told["scenario"]
    for part, key in (("pools", "pool"), ("levels", "level"), ("procedures", "procedure")):
        for each in told[part]:
            yield from _numbers(name, part, each[key], each)
    yield from _numbers(name, "total", "total", told["total"])
    found = told.get("verify", {"pools": [], "levels": []})
    for part, key in (("pools", "pool"), ("levels", "level")):
        for each in found[part]:
            yield from _runs(name, f"verify.{part}", each[key] or "total", each, found["replications"])


def late(told: Told) -> Iterator[Row]:
    """Those of lateness by part, step, agency, and all three."""
    name = told["source"]
    yield from _numbers(name, "total", "total", told)
    for part, keys in LATE.items():
        for each in told[part]:
            yield from _numbers(name, part, "/".join(each[key] for key in keys), each)


def moved(told: Told) -> Iterator[Row]:
    """Those of a sensitivity: each parameter at its ends, its indices, and the intervals."""
    name, of = told["scenario"], told["of"]
    for each in told["parameters"]:
        whose, bounds = each["parameter"], _bounded(each["difference"])
        yield Row(name, "parameters", whose, "difference", of, runs=told["seeds"], **bounds)
        inner = {f"parameters.{part}": each[part] for part in ("morris", "sobol") if part in each}
        parts = {"parameters": each, **inner}
        for part, found in parts.items():
            for row in _numbers(name, part, whose, found):
                yield row._replace(of=of)
    found = told["interval"]
    yield Row(name, "interval", "usual", told["indicator"], of, **_bounded(found["usual"]))
    yield Row(name, "interval", "inputs", told["indicator"], of, **_bounded(found))
    for figure in ("inputs_share", "luck", "inputs", "least", "most"):
        yield Row(name, "interval", "inputs", figure, of, found[figure])


def _bounded(found: Told) -> dict[str, Any]:
    return {"value": found["mean"], "low": found["low"], "high": found["high"]}


def _numbers(scenario: str, part: str, name: str, found: Told) -> Iterator[Row]:
    """The numbers of a record, those of records within it as well (parts.wait)."""
    for key, value in found.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield Row(scenario, part, name, key, value=value)
        elif isinstance(value, Mapping) and key in {"parts", "peak", "busiest"}:
            for row in _numbers(scenario, part, name, value):
                yield row._replace(figure=f"{key}.{row.figure}")


def _runs(scenario: str, part: str, name: str, found: Told, runs: int) -> Iterator[Row]:
    for figure, each in found.items():
        if isinstance(each, Mapping) and each["run"] is not None:
            mean, half = each["run"], each["half"]
            low, high = (None, None) if half is None else (mean - half, mean + half)
            yield Row(scenario, part, name, figure, "", mean, low, high, None, runs)
