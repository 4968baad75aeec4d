"""Scenarios and runs that several tests read."""

from collections import defaultdict

import pytest

from dossier.event import Fact
from simulator.run import run
from simulator.scenario.files import load
from simulator.scenario.model import Scenario


@pytest.fixture(scope="session")
def quickstart() -> Scenario:
    """The shipped small scenario."""
    return load("quickstart")


@pytest.fixture(scope="session")
def facts(quickstart: Scenario) -> list[Fact]:
    """Its run under seed 1."""
    return list(run(quickstart, seed=1))


@pytest.fixture(scope="session")
def dossiers(facts: list[Fact]) -> dict[str, list[Fact]]:
    """The facts of each dossier, in the order of the run."""
    lives: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        lives[fact.dossier_id].append(fact)
    return dict(lives)
