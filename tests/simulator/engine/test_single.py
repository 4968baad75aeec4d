"""An office that is one queue, run without events: the counts of the run with them, sums to a float's last
bits."""

from datetime import date

import pytest
from msgspec.structs import replace

from simulator import run
from simulator.engine.single import suits
from simulator.run import Simulation
from simulator.scenario.files import load
from simulator.scenario.model import Gamma, Scenario

RUNS = (
    {"dossiers": 20_000},
    {"until": date(2026, 1, 7)},
    {"start": date(2026, 1, 9), "until": date(2026, 1, 13)},
)


def worlds() -> list[Scenario]:
    """One procedure; two, with due dates, difficulty and both channels."""
    queue = load("mm10")
    service = queue.procedures["service"]
    hard = replace(service, code="9.000011", limit="0.05wh", spread=0.5, variation=Gamma(shape=2))
    profile = queue.profiles["queue"]
    profile = replace(
        profile,
        mix={"service": 0.7, "hard": 0.3},
        channels={"online": 0.6, "post": 0.4},
        outcome=replace(profile.outcome, return_hours=None),
    )
    return [queue, replace(queue, procedures={"service": service, "hard": hard}, profiles={"queue": profile})]


def figures(scenario: Scenario, asked: dict[str, object]) -> dict[str, object]:
    simulation = Simulation(scenario, 5, **asked)
    simulation.run()
    summary = simulation.summary()
    return {**summary, "engine": summary["engine"]["events"]}


@pytest.mark.parametrize("asked", RUNS)
@pytest.mark.parametrize("scenario", worlds())
def test_the_short_cut_counts_what_the_events_count(scenario, asked, monkeypatch):
    taken = []
    monkeypatch.setattr(run, "suits", lambda office: taken.append(suits(office)) or taken[-1])
    short = figures(scenario, asked)
    assert taken == [True]
    monkeypatch.setattr(run, "suits", lambda _: False)
    assert_alike(short, figures(scenario, asked))


def assert_alike(short, long, path=""):
    assert short.keys() == long.keys()
    for name, value in long.items():
        if isinstance(value, dict):
            assert_alike(short[name], value, f"{path}.{name}")
        elif isinstance(value, float):
            assert short[name] == pytest.approx(value, rel=1e-9), f"{path}.{name}"
        else:
            assert short[name] == value, f"{path}.{name}"


@pytest.mark.parametrize("name", ["quickstart", "five-step", "an-giang-2021"])
def test_offices_with_a_longer_way_are_not_cut_short(name, monkeypatch):
    taken = []
    monkeypatch.setattr(run, "suits", lambda office: taken.append(suits(office)) or taken[-1])
    scenario = load(name)
    Simulation(replace(scenario, warmup_days=0), 1, scenario.start, scenario.start.replace(day=28)).run()
    assert taken
    assert not any(taken)
