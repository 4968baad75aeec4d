"""Levers on procedures: limits, work, signing rounds, requests for papers.

A procedure that other offices share is split off for the chosen ones, as "birth@H44.100"; its code stays.
"""

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any

from msgspec.structs import replace

from dossier.law.deadline import Limit, parse_limit
from simulator.scenario.levers.apart import apart, filed
from simulator.scenario.levers.kinds import Use
from simulator.scenario.levers.scope import narrowed, offices, procedures
from simulator.scenario.model import (
    Branch,
    External,
    Parallel,
    Procedure,
    Scenario,
    Step,
    Work,
)

Patch = Callable[[Procedure], Procedure]


def simplify(scenario: Scenario, use: Use) -> Scenario:
    """Cut limits, the officials' work and the work of other agencies."""
    factors = {"limit": 1.0, "work": 1.0, "external": 1.0, **use.given("limit", "work", "external")}

    def shorter(step: Step) -> Step:
        if isinstance(step, Work):
            return replace(step, work_minutes=step.work_minutes * factors["work"])
        if isinstance(step, External):
            return replace(step, delay_hours=step.delay_hours * factors["external"])
        return step

    def patch(procedure: Procedure) -> Procedure:
        route = along(procedure.route, shorter)
        return replace(procedure, limit=cut(procedure.limit, factors["limit"]), route=route)

    return reprocedure(scenario, use, patch)


def limits(scenario: Scenario, use: Use) -> Scenario:
    """Set a limit."""
    return reprocedure(scenario, use, lambda procedure: replace(procedure, limit=use["limit"]))


def e_signature(scenario: Scenario, use: Use) -> Scenario:
    """Sign at once, or in other rounds."""
    steps = [step for each in scenario.procedures.values() for step in works(each.route)]
    chosen_steps = use.among("step", {step.step for step in steps})
    pools = use.among("pool", {step.pool for step in steps})

    def sign(step: Step) -> Step:
        if not isinstance(step, Work) or not step.round_hours:
            return step
        chosen = (chosen_steps is None or step.step in chosen_steps) and (pools is None or step.pool in pools)
        return replace(step, round_hours=float(use["round_hours"])) if chosen else step

    return reprocedure(scenario, use, lambda each: replace(each, route=along(each.route, sign)))


def supplement(scenario: Scenario, use: Use) -> Scenario:
    """Ask for papers at most so often."""

    def patch(procedure: Procedure) -> Procedure:
        asked = procedure.supplement
        return replace(procedure, supplement=replace(asked, most=min(asked.most, use["most"])))

    return reprocedure(scenario, use, patch)


def cut(text: str, factor: float) -> str:
    """A limit times a factor: rounded up to half a working day, a whole hour, day or month.

    "same-day" and "none" stay.
    """
    if factor == 1:
        return text
    return "+".join(_cut(part, factor) for part in text.split("+"))


def _cut(part: str, factor: float) -> str:
    was = parse_limit(part)
    if not was.count:
        return part
    step = 0.5 if was.unit == "wd" else 1.0
    now = ceil(was.count * factor / step - 1e-9) * step
    return str(Limit(was.unit, min(now, was.count) if factor < 1 else now))


def along(route: Sequence[Step], change: Callable[[Step], Step]) -> list[Any]:
    """A route with every step changed, in branches and parallel parts as well."""
    return [_changed(step, change) for step in route]


def _changed(step: Step, change: Callable[[Step], Step]) -> Step:
    if isinstance(step, Branch):
        return replace(step, ways=[replace(way, route=along(way.route, change)) for way in step.ways])
    if isinstance(step, Parallel):
        return replace(step, parts=[along(part, change) for part in step.parts])
    return change(step)


def works(route: Sequence[Step]) -> list[Work]:
    """All steps at pools on a route, in branches and parallel parts as well."""
    found: list[Work] = []

    def see(step: Step) -> Step:
        if isinstance(step, Work):
            found.append(step)
        return step

    along(route, see)
    return found


def reprocedure(scenario: Scenario, use: Use, patch: Patch) -> Scenario:
    """The chosen procedures patched: everywhere, or split off for the chosen offices."""
    chosen = procedures(scenario, use)
    if not narrowed(use):
        return _with(scenario, {name: patch(scenario.procedures[name]) for name in chosen})
    there = {office: filed(scenario, office) for office in offices(scenario, use)}
    patched = {
        name: patch(scenario.procedures[name])
        for name in chosen
        if any(name in names for names in there.values())
    }
    if not patched:
        raise use.fails(None, "none of these procedures is filed at the chosen offices")
    changed = {name: each for name, each in patched.items() if each != scenario.procedures[name]}
    parted, renamed = apart(scenario, use, list(there), changed)
    return _with(
        parted,
        {
            renamed[office].get(name, name): changed[name]
            for office in there
            for name in changed.keys() & there[office]
        },
    )


def _with(scenario: Scenario, new: Mapping[str, Procedure]) -> Scenario:
    return replace(scenario, procedures={**scenario.procedures, **new})
