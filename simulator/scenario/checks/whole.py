"""The whole of a scenario: first its shape, then what types cannot say."""

from collections.abc import Iterator
from typing import Any

import msgspec

from dossier.law.rules import PLAIN, RULE_SETS
from simulator.scenario.checks import shape
from simulator.scenario.checks.faults import Fault, at, refuse, unknown
from simulator.scenario.checks.names import Names
from simulator.scenario.checks.offices import centre_faults, office_faults, profile_faults
from simulator.scenario.checks.routes import procedure_faults
from simulator.scenario.checks.times import barren, demand_faults, opening_faults
from simulator.scenario.model import Scenario

RULES = tuple(rules.id for rules in (*RULE_SETS, *PLAIN))


def check(scenario: Scenario) -> None:
    """ScenarioError if a scenario that was made or changed in Python cannot be run; levers are not tried."""
    refuse(shape.faults(msgspec.to_builtins(scenario)))
    refuse(_meaning(scenario))


def checked(raw: Any) -> Scenario:
    """The scenario in a mapping; ScenarioError with all that is wrong in it, but for its levers."""
    refuse(shape.faults(raw))
    scenario = msgspec.convert(raw, Scenario)
    refuse(_meaning(scenario))
    return scenario


def _meaning(scenario: Scenario) -> Iterator[Fault]:
    """What types cannot say of a scenario, in the order of its fields."""
    names = Names(scenario)
    if scenario.until <= scenario.start:
        yield Fault("until", f"must be after start ({scenario.start}), is {scenario.until}")
    for name, opening in scenario.calendars.items():
        yield from opening_faults(at("calendars", name), name, opening)
    if scenario.rules is not None:
        yield from unknown("rules", "rule set", scenario.rules, RULES)
    yield from demand_faults("demand", scenario.demand)
    for name, procedure in scenario.procedures.items():
        yield from procedure_faults(at("procedures", name), procedure, names)
    for name, profile in scenario.profiles.items():
        yield from profile_faults(at("profiles", name), profile, names)
    for name, centre in scenario.centres.items():
        yield from centre_faults(at("centres", name), centre, names)
    for name in scenario.offices:
        yield from office_faults(at("offices", name), name, names)
    yield from _published(scenario)
    yield from barren(names)


def _published(scenario: Scenario) -> Iterator[Fault]:
    levels = {profile.level for profile in scenario.profiles.values()}
    for name, figures in scenario.published.items():
        where = at("published", name)
        yield from unknown(where, "level", name, {*levels, "total"})
        if figures.on_time > figures.received:
            words = f"must be at most received ({figures.received}), is {figures.on_time}"
            yield Fault(f"{where}.on_time", words)
