"""Patches: a scenario with another value of something, and the names of what can be changed so."""

from collections.abc import Callable, Collection
from typing import Any, Literal

from msgspec.structs import replace

from simulator.scenario.levers.routes import along, works
from simulator.scenario.model import (
    External,
    Intake,
    Official,
    Procedure,
    Profile,
    Scenario,
    Step,
    Supplement,
    Work,
)

ALL = "*"
"""The name of all together."""
Patch = Callable[[Scenario, str, float], Scenario]
Names = Callable[[Scenario], Collection[str]]


def volume(scenario: Scenario, _: str, value: float) -> Scenario:
    """Filings of all offices."""
    offices = {
        name: replace(
            office,
            volume=office.volume * value,
            volumes={key: volume * value for key, volume in office.volumes.items()},
        )
        for name, office in scenario.offices.items()
    }
    return replace(scenario, offices=offices)


def _reprocedured(scenario: Scenario, name: str, patch: Callable[[Procedure], Procedure]) -> Scenario:
    found = {key: patch(each) if name in {ALL, key} else each for key, each in scenario.procedures.items()}
    return replace(scenario, procedures=found)


def _steps(patch: Callable[[str, Step], Step]) -> Callable[[Scenario], Scenario]:
    """A change of every step, told its procedure."""

    def apply(scenario: Scenario) -> Scenario:
        found = {
            key: replace(each, route=along(each.route, lambda step, key=key: patch(key, step)))  # type: ignore[misc]
            for key, each in scenario.procedures.items()
        }
        return replace(scenario, procedures=found)

    return apply


def _worked(scenario: Scenario, value: float, chosen: Callable[[str, Work], bool]) -> Scenario:
    def patch(key: str, step: Step) -> Step:
        if isinstance(step, Work) and chosen(key, step):
            return replace(step, work_minutes=step.work_minutes * value)
        return step

    return _steps(patch)(scenario)


def procedure_work(scenario: Scenario, name: str, value: float) -> Scenario:
    """Work at all steps of a procedure."""
    return _worked(scenario, value, lambda key, _: name in {ALL, key})


def step_work(scenario: Scenario, name: str, value: float) -> Scenario:
    """Work at a step."""
    return _worked(scenario, value, _step_named(name))


def pool_work(scenario: Scenario, name: str, value: float) -> Scenario:
    """Work at a pool."""
    return _worked(scenario, value, lambda _, step: name in {ALL, step.pool})


def _step_named(name: str) -> Callable[[str, Work], bool]:
    return lambda key, step: name in {ALL, step.step, f"{key}/{step.step}"}


def rounds(scenario: Scenario, name: str, value: float) -> Scenario:
    """Hours between signing rounds."""
    chosen = _step_named(name)

    def patch(key: str, step: Step) -> Step:
        if isinstance(step, Work) and step.round_hours and chosen(key, step):
            return replace(step, round_hours=step.round_hours * value)
        return step

    return _steps(patch)(scenario)


def delay(scenario: Scenario, name: str, value: float) -> Scenario:
    """Time at other agencies."""

    def patch(_: str, step: Step) -> Step:
        if isinstance(step, External) and name in {ALL, step.agency}:
            return replace(step, delay_hours=step.delay_hours * value)
        return step

    return _steps(patch)(scenario)


def requests(scenario: Scenario, name: str, value: float) -> Scenario:
    """How often papers are asked for."""

    def more(asked: Supplement) -> Supplement:
        shares = {by: min(1.0, getattr(asked, by) * value) for by in ("online", "in_person", "post")}
        return replace(asked, **shares)

    return _reprocedured(scenario, name, lambda each: replace(each, supplement=more(each.supplement)))


def answer(scenario: Scenario, name: str, value: float) -> Scenario:
    """Days until papers come."""

    def longer(asked: Supplement) -> Supplement:
        return replace(asked, wait_days=asked.wait_days * value)

    return _reprocedured(scenario, name, lambda each: replace(each, supplement=longer(each.supplement)))


def field(field: str, most: float | None = None) -> Patch:
    """A factor on a procedure's own field, up to `most`."""

    def apply(scenario: Scenario, name: str, value: float) -> Scenario:
        def patch(each: Procedure) -> Procedure:
            new = getattr(each, field) * value
            return replace(each, **{field: new if most is None else min(new, most)})

        return _reprocedured(scenario, name, patch)

    return apply


def staff(scenario: Scenario, name: str, value: float) -> Scenario:
    """Officials, whose posts are rounded up."""
    offices = {}
    for key, office in scenario.offices.items():
        numbers = {
            pool: count * value
            if isinstance(count, int | float) and name in {ALL, pool, f"{key}/{pool}"}
            else count
            for pool, count in office.staff.items()
        }
        offices[key] = replace(office, staff=numbers)
    centres = {
        key: replace(each, staff=each.staff * value)
        if isinstance(each.staff, int | float) and name in {ALL, key}
        else each
        for key, each in scenario.centres.items()
    }
    return replace(scenario, offices=offices, centres=centres)


def _numbered(staff: "float | list[Official]") -> bool:
    return isinstance(staff, int | float)


def absence(scenario: Scenario, name: str, value: float) -> Scenario:
    """Days of absence."""

    def patch(key: str, pool: Any) -> Any:
        if pool.absence is None or name not in {ALL, key}:
            return pool
        days = min(200.0, pool.absence.days_a_year * value)
        return replace(pool, absence=replace(pool.absence, days_a_year=days))

    profiles = {
        key: replace(each, pools={pool: patch(pool, spec) for pool, spec in each.pools.items()})
        for key, each in scenario.profiles.items()
    }
    centres = {key: patch(key, centre) for key, centre in scenario.centres.items()}
    return replace(scenario, profiles=profiles, centres=centres)


def _reprofiled(patch: Callable[[Profile, float], Profile]) -> Patch:
    """A change of profiles."""

    def apply(scenario: Scenario, name: str, value: float) -> Scenario:
        found = {
            key: patch(each, value) if name in {ALL, key} else each for key, each in scenario.profiles.items()
        }
        return replace(scenario, profiles=found)

    return apply


def _counter(profile: Profile, value: float) -> Profile:
    if profile.intake is None:
        return profile
    minutes = {name: getattr(profile.intake, name) * value for name in _MINUTES}
    return replace(profile, intake=replace(profile.intake, **minutes))


_MINUTES = "online_minutes", "in_person_minutes", "post_minutes"


def _electronic(profile: Profile, value: float) -> Profile:
    return replace(profile, hand_over=replace(profile.hand_over, electronic=value))


def _messenger(profile: Profile, value: float) -> Profile:
    hours = profile.hand_over.round_hours * value
    return replace(profile, hand_over=replace(profile.hand_over, round_hours=hours))


def _online(profile: Profile, value: float) -> Profile:
    """The other channels keep their proportions; a drift is moved by as much."""
    others = {name: share for name, share in profile.channels.items() if name != "online"}
    whole = sum(others.values())
    if not whole:
        return profile
    before = profile.channels.get("online", 0.0)
    channels = {name: share / whole * (1 - value) for name, share in others.items()}
    drift = [replace(each, online=min(1.0, max(0.0, each.online + value - before))) for each in profile.drift]
    return replace(profile, channels={"online": value, **channels}, drift=drift)


counter, electronic, messenger, online = map(_reprofiled, (_counter, _electronic, _messenger, _online))


def nothing(_: Scenario) -> Collection[str]:
    """What has no names."""
    return [ALL]


def step_names(scenario: Scenario) -> Collection[str]:
    """Steps, alone and with their procedure."""
    found = [(key, step.step) for key, each in scenario.procedures.items() for step in works(each.route)]
    return {word for key, step in found for word in (step, f"{key}/{step}")}


def pool_names(scenario: Scenario) -> Collection[str]:
    """Pools that work is done at."""
    return {step.pool for each in scenario.procedures.values() for step in works(each.route)}


def staff_names(scenario: Scenario) -> Collection[str]:
    """Pools and centres whose officials are a number."""
    staffed = [
        (key, pool)
        for key, office in scenario.offices.items()
        for pool, staff in office.staff.items()
        if _numbered(staff)
    ]
    centres = {key for key, centre in scenario.centres.items() if _numbered(centre.staff)}
    return {word for key, pool in staffed for word in (pool, f"{key}/{pool}")} | centres


def absent_names(scenario: Scenario) -> Collection[str]:
    """Pools and centres with absence."""
    pools = {name: pool for each in scenario.profiles.values() for name, pool in each.pools.items()}
    return {name for name, pool in {**pools, **scenario.centres}.items() if pool.absence is not None}


def agencies(scenario: Scenario) -> Collection[str]:
    """Other agencies."""
    found: set[str] = set()

    def look(step: Step) -> Step:
        if isinstance(step, External):
            found.add(step.agency)
        return step

    for each in scenario.procedures.values():
        along(each.route, look)
    return found


def part(part: Literal["procedures", "profiles"]) -> Names:
    """The names of procedures, or of profiles."""
    return lambda scenario: getattr(scenario, part)


def intakes(scenario: Scenario) -> Collection[str]:
    """Profiles with a counter."""
    return {key for key, each in scenario.profiles.items() if isinstance(each.intake, Intake)}
