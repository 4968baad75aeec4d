"""What a procedure means: its limit, its agencies, and a route on which every dossier finds its way."""

from collections.abc import Iterator, Sequence

from dossier.law.deadline import parse_limit
from simulator.scenario.checks.faults import Fault, among, nearest, shown, unknown
from simulator.scenario.checks.names import Names, steps
from simulator.scenario.checks.times import months_faults
from simulator.scenario.model import Branch, External, Parallel, Procedure, Rework, Step, Work

ENDLESS = 100
"""What surely happens again must end after so many times."""
_LONGEST = 40
"""Characters of a limit: an event has no room for more."""


def procedure_faults(path: str, procedure: Procedure, names: Names) -> Iterator[Fault]:
    """What cannot be meant in a procedure."""
    yield from _limit(path, procedure)
    yield from unknown(f"{path}.agency", "agency", procedure.agency, names.scenario.agencies)
    supplement = procedure.supplement
    if supplement.withdrawn + supplement.abandoned > 1 + 1e-9:
        total = f"{supplement.withdrawn:g} + {supplement.abandoned:g}"
        yield Fault(f"{path}.supplement.abandoned", f"must be at most 1 together with withdrawn, is {total}")
    if supplement.again == 1 and supplement.most > ENDLESS:
        most = f"every dossier is asked {supplement.most} times"
        yield Fault(f"{path}.supplement.again", f"must be below 1 (or most at most {ENDLESS}), is 1: {most}")
    yield from months_faults(f"{path}.months", procedure.months)
    yield from _route(f"{path}.route", procedure, names)


def _limit(path: str, procedure: Procedure) -> Iterator[Fault]:
    if len(procedure.limit) > _LONGEST:
        words = f'must be a limit as "3wd" of at most {_LONGEST} characters'
        yield Fault(f"{path}.limit", f"{words}, is {shown(procedure.limit)}")
        return
    try:
        parse_limit(procedure.limit)
    except ValueError as error:
        yield Fault(f"{path}.limit", str(error))


def _route(path: str, procedure: Procedure, names: Names) -> Iterator[Fault]:
    yield from _decides(path, procedure)
    seen: dict[str, str] = {}
    for where, step in steps(path, procedure.route):
        if step.step in seen:
            yield Fault(f"{where}.step", f"{shown(step.step)} is the name of {seen[step.step]} already")
        seen.setdefault(step.step, where)
        if isinstance(step, External):
            yield from unknown(f"{where}.agency", "agency", step.agency, names.scenario.agencies)
        elif isinstance(step, Work):
            yield from unknown(f"{where}.pool", "pool", step.pool, names.pools)
    yield from _ways(path, procedure.route, (), seen)


def _decides(path: str, procedure: Procedure) -> Iterator[Fault]:
    """Whether the step that decides is one that every dossier comes to, and work of the office's own."""
    first, name = procedure.route[0], procedure.decides
    able = [step.step for step in procedure.route if isinstance(step, Work)]
    if name is None and not isinstance(first, Work):
        words = "must be work, for the first step decides on papers and refusals; or name another in decides"
        yield Fault(f"{path}.0.kind", f"{words} ({among(able)})")
    elif name is not None and name not in able:
        where = f"{path.removesuffix('.route')}.decides"
        words = "must be a work step of the route itself, not of a branch or a parallel part"
        yield Fault(where, f"{words}, is {shown(name)}{nearest(name, able)}; {among(able)}")


def _ways(
    path: str, route: Sequence[Step], before: Sequence[str], everywhere: dict[str, str]
) -> Iterator[Fault]:
    """The shares of branches and the ways back; `before` are the steps that have been passed for certain."""
    passed = list(before)
    for i, step in enumerate(route):
        where = f"{path}.{i}"
        if isinstance(step, Branch):
            yield from _branch(where, step, passed, everywhere)
        elif isinstance(step, Parallel):
            for j, part in enumerate(step.parts):
                yield from _ways(f"{where}.parts.{j}", part, (), everywhere)
        else:
            passed.append(step.step)
            if isinstance(step, Work) and step.rework is not None:
                yield from _rework(f"{where}.rework", step.rework, passed, everywhere)


def _branch(path: str, branch: Branch, before: Sequence[str], everywhere: dict[str, str]) -> Iterator[Fault]:
    total = sum(way.share for way in branch.ways)
    if abs(total - 1) > 1e-6:
        yield Fault(f"{path}.ways", f"shares must add up to 1, add up to {total:.6g}")
    for j, way in enumerate(branch.ways):
        where = f"{path}.ways.{j}"
        if way.share == 0:
            yield Fault(f"{where}.share", "must be above 0, is 0: its steps would never be reached")
        yield from _ways(f"{where}.route", way.route, before, everywhere)


def _rework(path: str, rework: Rework, passed: Sequence[str], everywhere: dict[str, str]) -> Iterator[Fault]:
    if rework.to not in everywhere:
        yield from unknown(f"{path}.to", "step", rework.to, everywhere)
    elif rework.to not in passed:
        words = "must be this step or an earlier one, on every way that leads here and in no parallel part"
        yield Fault(f"{path}.to", f"{words}, is {shown(rework.to)}; {among(passed)}")
    if rework.share == 1 and rework.most > ENDLESS:
        most = f"every dossier goes back {rework.most} times"
        yield Fault(f"{path}.share", f"must be below 1 (or most at most {ENDLESS}), is 1: {most}")
