"""Levers on how offices work: channels, hand-over, digitisation, counters, letters, conduct, hours."""

from datetime import date, timedelta
from typing import Any, TypeVar

from msgspec.structs import replace

from simulator.scenario.levers.kinds import Use
from simulator.scenario.levers.routes import reprocedure
from simulator.scenario.levers.scope import AT, offices, reprofile
from simulator.scenario.model import (
    Channel,
    Drift,
    Intake,
    Opening,
    Part,
    Procedure,
    Profile,
    Scenario,
    Weekday,
)

Some = TypeVar("Some", bound=Part)


def online_share(scenario: Scenario, use: Use) -> Scenario:
    """Another share of online filings: at once, or moving evenly over some days."""
    day, target = use.day(scenario), float(use["share"])

    def patch(profile: Profile) -> Profile:
        now = online(profile, day)
        level = all(each.online == target for each in profile.drift if each.on >= day)
        if now == target and level:
            return profile
        if not use["ramp_days"]:
            return replace(profile, channels=with_online(profile.channels, target), drift=[])
        until = day + timedelta(days=use["ramp_days"])
        others = any(share for name, share in profile.channels.items() if name != "online")
        channels = profile.channels if others else with_online(profile.channels, target)
        return replace(profile, channels=channels, drift=[Drift(day, now), Drift(until, target)])

    return reprofile(scenario, offices(scenario, use), patch)


def online(profile: Profile, day: date) -> float:
    """The share of online filings on a day: between two drifts it moves evenly, beyond them it stays."""
    before = [each for each in profile.drift if each.on <= day]
    after = [each for each in profile.drift if each.on > day]
    if not profile.drift:
        return profile.channels.get("online", 0.0)
    if not before or not after:
        return (before[-1] if before else after[0]).online
    last, following = before[-1], after[0]
    passed = (day - last.on) / (following.on - last.on)
    return last.online + passed * (following.online - last.online)


def with_online(channels: dict[Channel, float], target: float) -> dict[Channel, float]:
    """Channels with this share online; the others keep their proportions (if there are none: in person)."""
    others: dict[Channel, float] = {name: value for name, value in channels.items() if name != "online"}
    total = sum(others.values())
    if not total:
        others = {**others, "in_person": 1.0}
        total = 1.0
    shares: dict[Channel, float] = {name: value * (1 - target) / total for name, value in others.items()}
    return {"online": target, **shares}


def digitise(scenario: Scenario, use: Use) -> Scenario:
    """Digitised papers and results, reused data, electronic results; fewer requests through them."""
    shares = use.given("electronic", "digitised", "reused")
    for name in shares:
        for part in ("procedure", "field"):
            if use[part] is not None:
                raise use.fails(part, f"it chooses where requests changes, and {name} is the whole office's")
    if shares:
        scenario = reprofile(
            scenario,
            offices(scenario, use),
            lambda profile: replace(profile, outcome=_given(profile.outcome, **shares)),
        )
    if use["requests"] is None:
        return scenario

    def patch(procedure: Procedure) -> Procedure:
        return replace(procedure, supplement=_given(procedure.supplement, digitised=use["requests"]))

    return reprocedure(scenario, use, patch)


def e_hand_over(scenario: Scenario, use: Use) -> Scenario:
    """Passing dossiers between agencies electronically."""

    def patch(profile: Profile) -> Profile:
        return replace(profile, hand_over=_given(profile.hand_over, **use.given("electronic", "round_hours")))

    return reprofile(scenario, offices(scenario, use), patch)


def post_office(scenario: Scenario, use: Use) -> Scenario:
    """Post staff at the counter; filings by post in place of visits."""
    day = use.day(scenario)
    if use["share"] is not None:
        scenario = _intake(scenario, use, post_office=use["share"])
    if use["post"] is None:
        return scenario

    def patch(profile: Profile) -> Profile:
        rest = 1 - online(profile, day)
        if use["post"] > rest + 1e-9:
            raise use.fails("post", f"{use['post']:g} is more than the {rest:g} that are not filed online")
        if not rest or rest * _by_post(profile) == use["post"]:
            return profile
        offline = sum(value for name, value in profile.channels.items() if name != "online")
        post = offline * min(use["post"] / rest, 1)
        return replace(profile, channels={**profile.channels, "post": post, "in_person": offline - post})

    return reprofile(scenario, offices(scenario, use), patch)


def _by_post(profile: Profile) -> float:
    """The share of post among what is not filed online."""
    post = profile.channels.get("post", 0.0)
    offline = post + profile.channels.get("in_person", 0.0)
    return post / offline if offline else 0.0


def payment_online(scenario: Scenario, use: Use) -> Scenario:
    """Fees paid online."""
    return _intake(scenario, use, paid_online=use["share"])


def _intake(scenario: Scenario, use: Use, **changes: Any) -> Scenario:
    inside = offices(scenario, use)
    counters = [
        name for name in inside if scenario.profiles[scenario.offices[name].profile].intake is not None
    ]
    if not counters:
        raise use.fails(None, "none of the chosen offices has an intake")

    def patch(profile: Profile) -> Profile:
        assert isinstance(profile.intake, Intake)
        return replace(profile, intake=_given(profile.intake, **changes))

    return reprofile(scenario, counters, patch)


def apology(scenario: Scenario, use: Use) -> Scenario:
    """Discipline in letters; an office with a share of its own gets this one in its place."""
    inside = offices(scenario, use)
    manners = use.given("lead_hours", "tardy", "margin")

    def patch(profile: Profile) -> Profile:
        return replace(profile, apology=_given(profile.apology, **manners))

    scenario = reprofile(scenario, inside, patch)
    if use["share"] is None:
        return scenario
    own = {name for name in inside if scenario.offices[name].letters is not None}
    new = {name: replace(scenario.offices[name], letters=float(use["share"])) for name in own}
    scenario = replace(scenario, offices={**scenario.offices, **new}) if new else scenario

    def shared(profile: Profile) -> Profile:
        return replace(profile, apology=_given(profile.apology, share=use["share"]))

    return reprofile(scenario, [name for name in inside if name not in own], shared)


def misconduct(scenario: Scenario, use: Use) -> Scenario:
    """What an office does and should not, for the audit to find."""
    shares = use.given("closed_early", "overwritten", "entered_late")

    def patch(profile: Profile) -> Profile:
        return replace(profile, conduct=_given(profile.conduct, **shares))

    return reprofile(scenario, offices(scenario, use), patch)


def saturday(scenario: Scenario, use: Use) -> Scenario:
    """Open on Saturday mornings: the country's hours, or those of the scenario's own calendar."""
    calendars = dict(scenario.calendars)

    def patch(profile: Profile) -> Profile:
        name = profile.calendar
        if name == "office":
            return replace(profile, calendar="saturday-morning")
        opening = scenario.calendars.get(name)
        if opening is None or opening.week.get("sat"):
            return profile
        calendars[f"{name}{AT}saturday"] = with_saturday(opening)
        return replace(profile, calendar=f"{name}{AT}saturday")

    patched = reprofile(scenario, offices(scenario, use), patch)
    return replace(patched, calendars=calendars) if len(calendars) > len(scenario.calendars) else patched


def with_saturday(opening: Opening) -> Opening:
    """The hours with a Saturday: the first span of the last day of the week that has one."""
    days: list[Weekday] = ["fri", "thu", "wed", "tue", "mon", "sun"]
    spans = next(opening.week[day] for day in days if opening.week.get(day))
    return replace(opening, week={**opening.week, "sat": spans[:1]})


def _given(part: Some, **changes: Any) -> Some:
    """The part with these values; an int from the command line is as good as a float."""
    return replace(part, **{name: float(value) for name, value in changes.items()})
