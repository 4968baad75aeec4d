"""What types cannot say of a scenario: references that lead somewhere, shares that add up, dates in order."""

from collections.abc import Collection, Mapping

from dossier.law.deadline import parse_limit
from simulator.model import (
    Channel,
    Demand,
    Office,
    Payment,
    Procedure,
    Profile,
    Scenario,
    ScenarioError,
    Work,
)


def check(scenario: Scenario) -> None:
    """ScenarioError at the first thing that cannot be meant."""
    if scenario.until <= scenario.start:
        raise ScenarioError(f"until: must be after start ({scenario.start}), is {scenario.until}")
    _shape("demand", scenario.demand)
    for name, procedure in scenario.procedures.items():
        _procedure(f"procedures.{name}", procedure, scenario)
    for name, profile in scenario.profiles.items():
        _profile(f"profiles.{name}", profile, scenario)
    for name, office in scenario.offices.items():
        _office(f"offices.{name}", office, scenario)


def _shape(path: str, demand: Demand) -> None:
    for i, season in enumerate(demand.seasons):
        if season.until <= season.since:
            where = f"{path}.seasons.{i}.until"
            raise ScenarioError(f"{where}: must be after since ({season.since}), is {season.until}")
    _some(f"{path}.months", demand.months)
    for channel in ("online", "in_person", "post"):
        rhythm = getattr(demand, channel)
        _some(f"{path}.{channel}.weekday", rhythm.weekday)
        _some(f"{path}.{channel}.hour", rhythm.hour)


def _procedure(path: str, procedure: Procedure, scenario: Scenario) -> None:
    try:
        parse_limit(procedure.limit)
    except ValueError as error:
        raise ScenarioError(f"{path}.limit: {error}") from None
    _known(f"{path}.agency", "agency", procedure.agency, scenario.agencies)
    for i, step in enumerate(procedure.route):
        if not isinstance(step, Work | Payment):
            _known(f"{path}.route.{i}.agency", "agency", step.agency, scenario.agencies)
    if not isinstance(procedure.route[0], Work):
        raise ScenarioError(f"{path}.route.0: the first step must be work, for it decides on supplements")


def _profile(path: str, profile: Profile, scenario: Scenario) -> None:
    _one(f"{path}.channels", profile.channels)
    _one(f"{path}.mix", profile.mix)
    for name, pool in profile.pools.items():
        _known(f"{path}.pools.{name}.agency", "agency", pool.agency, scenario.agencies)
    _known(f"{path}.intake.pool", "pool", profile.intake.pool, profile.pools)
    for name in profile.mix:
        _known(f"{path}.mix", "procedure", name, scenario.procedures)
        for i, step in enumerate(scenario.procedures[name].route):
            if isinstance(step, Work):
                where = f"{path}.pools (for procedures.{name}.route.{i}.pool)"
                _known(where, "pool", step.pool, profile.pools)


def _office(path: str, office: Office, scenario: Scenario) -> None:
    _known(f"{path}.profile", "profile", office.profile, scenario.profiles)
    pools = scenario.profiles[office.profile].pools
    for name in office.staff:
        _known(f"{path}.staff", "pool", name, pools)
    for name in pools:
        if name not in office.staff:
            raise ScenarioError(f"{path}.staff: pool {name!r} has no staff; give it a number above 0")


def _known(path: str, kind: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        raise ScenarioError(f"{path}: unknown {kind} {name!r}; known are {', '.join(sorted(known))}")


def _one(path: str, shares: Mapping[Channel, float] | Mapping[str, float]) -> None:
    total = sum(shares.values())
    if abs(total - 1) > 1e-6:
        raise ScenarioError(f"{path}: shares must add up to 1, add up to {total:.6g}")


def _some(path: str, weights: list[float]) -> None:
    if not any(weights):
        raise ScenarioError(f"{path}: at least one weight must be above 0")
