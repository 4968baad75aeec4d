"""Random small worlds: stations in a row or side by side, any rule of the queue, any calendar and channel."""

from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from simulator.scenario.model import (
    Constant,
    Exponential,
    Gamma,
    Intake,
    Lognormal,
    Official,
    Opening,
    Parallel,
    Scenario,
    Supplement,
    Uniform,
)
from tests.simulator.theory.queues import OFFICE, Station, network

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPANS = [["08:00", "12:00"], ["13:00", "17:00"]]
CALENDARS = {
    "bare": Opening(week=dict.fromkeys(DAYS[:5], SPANS), holidays=False),
    "nights": Opening(week={"sat": [["00:00", "03:00"], ["22:00", "24:00"]], "sun": [["00:00", "24:00"]]}),
}
VARIATIONS = Constant(), Uniform(), Exponential(), Gamma(shape=2), Lognormal(sigma=1)
RULES: tuple[dict[str, Any], ...] = (
    {},
    {"queue": "edd"},
    {"queue": "shortest"},
    {"queue": "class", "classes": ["b"]},
    {"lines": "each"},
)
CHANNELS = {"online": 1.0}, {"in_person": 1.0}, {"online": 0.4, "in_person": 0.5, "post": 0.1}

stations = st.builds(
    Station,
    posts=st.integers(1, 3),
    service=st.sampled_from([0.1, 0.5, 1.0]),
    variation=st.sampled_from(VARIATIONS),
    rework=st.sampled_from([0, 0, 0.3]),
    rules=st.sampled_from(RULES),
)
fates = st.fixed_dictionaries(
    {
        "refused": st.sampled_from([0.0, 0.2]),
        "withdrawn": st.sampled_from([0.0, 0.2]),
        "withdrawn_days": st.just(0.1),
        "spread": st.sampled_from([0.0, 0.8]),
        "supplement": st.builds(
            Supplement,
            online=st.sampled_from([0.0, 0.3]),
            in_person=st.sampled_from([0.0, 0.3]),
            wait_days=st.sampled_from([0.01, 2.0]),
            again=st.sampled_from([0.0, 0.5]),
            withdrawn=st.sampled_from([0.0, 0.2]),
            abandoned=st.sampled_from([0.0, 0.2]),
        ),
    }
)


@st.composite
def worlds(draw: st.DrawFn) -> Scenario:
    """A scenario of one office, some of whose pools may be in want of posts."""
    row = draw(st.lists(stations, min_size=1, max_size=3))
    counter = draw(st.booleans())
    scenario = network(
        {"a": 0.4, "b": 0.8},
        *row,
        hours=2080,
        calendars=CALENDARS,
        procedure={"limit": {"a": "1wd", "b": draw(st.sampled_from(["0.5wh", "3d", "none"]))}, **draw(fates)},
        profile={
            "channels": draw(st.sampled_from(CHANNELS)),
            "calendar": draw(st.sampled_from(["always", "office", "saturday-morning", *CALENDARS])),
            "intake": Intake(pool="0", step="intake", not_accepted=0.1) if counter else None,
        },
    )
    return _named(_beside(scenario, draw(st.booleans())), draw(st.booleans()))


def _beside(scenario: Scenario, parallel: bool) -> Scenario:
    """The same steps, those after the first side by side."""
    procedures = dict(scenario.procedures)
    for name, procedure in procedures.items():
        first, *others = (replace(step, rework=None) for step in procedure.route)
        if parallel and len(others) > 1:
            route = [first, Parallel(parts=[[step] for step in others])]
            procedures[name] = replace(procedure, route=route)
    return replace(scenario, procedures=procedures)


def _named(scenario: Scenario, named: bool) -> Scenario:
    """The same posts, those of the first pool by name."""
    office = scenario.offices[OFFICE]
    if not named:
        return scenario
    people = [Official(name=f"official {i}") for i in range(int(office.staff["0"]))]
    return replace(scenario, offices={OFFICE: replace(office, staff={**office.staff, "0": people})})
