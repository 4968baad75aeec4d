"""Levers on the whole: how much is filed, and which rules of the law hold."""

from msgspec.structs import replace

from simulator.scenario.levers.kinds import Use
from simulator.scenario.levers.scope import offices, procedures, reprofile
from simulator.scenario.model import Profile, Scenario

BY_DATE = "by-date"
"""In place of a rule set: each in its time."""


def rules(scenario: Scenario, use: Use) -> Scenario:
    """Another rule set of the law, or again each in its time."""
    return replace(scenario, rules=None if use["id"] == BY_DATE else use["id"])


def demand(scenario: Scenario, use: Use) -> Scenario:
    """More or fewer filings: of all procedures, or of some, while the others stay as many."""
    factor, inside = use["factor"], offices(scenario, use)
    chosen = set(procedures(scenario, use))
    grown = {}
    for name in inside:
        office = scenario.offices[name]
        mix = scenario.profiles[office.profile].mix
        if chosen.isdisjoint(mix) and chosen.isdisjoint(office.volumes):
            continue
        whole = _whole(mix, chosen, factor)
        volumes = {key: value * factor if key in chosen else value for key, value in office.volumes.items()}
        grown[name] = replace(office, volume=office.volume * whole, volumes=volumes)
    if not grown:
        raise use.fails(None, "none of these procedures is filed at the chosen offices")
    scenario = replace(scenario, offices={**scenario.offices, **grown})

    def patch(profile: Profile) -> Profile:
        whole = _whole(profile.mix, chosen, factor)
        if whole in {0, 1, factor}:
            return profile
        mix = {key: share * (factor if key in chosen else 1) / whole for key, share in profile.mix.items()}
        return replace(profile, mix=mix)

    return reprofile(scenario, list(grown), patch)


def _whole(mix: dict[str, float], chosen: set[str], factor: float) -> float:
    """So much larger is what is filed by the mix."""
    if chosen >= {key for key, share in mix.items() if share}:
        return factor
    return 1 + sum(share for key, share in mix.items() if key in chosen) * (factor - 1)
