"""Whatever the world: every life is legal, nothing is lost, causes come first, and all that is told
agrees."""

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from simulator.scenario.levers import course
from simulator.scenario.model import Lever, Scenario, ScenarioError
from tests.simulator.engine.laws import (
    LATE_ONLY,
    assert_causal,
    assert_conserved,
    assert_figures_agree,
    assert_rows_agree,
    assert_told_alike,
    assert_within_posts,
)
from tests.simulator.engine.plays import play
from tests.simulator.engine.worlds import courses, worlds

MISCONDUCT = {"closed_without_result", "corrected", "appointment_overwritten"}
EXAMPLES = settings(
    max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
seeds = st.integers(0, 2**32)


@EXAMPLES
@given(worlds(), seeds)
def test_in_any_honest_world(scenario: Scenario, seed: int):
    played = play(scenario, seed=seed)
    assert played.anomalies.keys() <= LATE_ONLY
    assert_conserved(played)
    assert_causal(played, scenario)
    assert_within_posts(played)
    assert_rows_agree(played)
    assert_figures_agree(played)
    assert_told_alike(played, scenario, seed)


@EXAMPLES
@given(worlds(honest=False), seeds)
def test_in_any_world_with_misconduct(scenario: Scenario, seed: int):
    played = play(scenario, seed=seed)
    assert played.anomalies.keys() <= LATE_ONLY | MISCONDUCT
    assert_conserved(played)
    assert_rows_agree(played)
    assert_figures_agree(played)
    assert_told_alike(played, scenario, seed)


@EXAMPLES
@given(worlds(), courses(), seeds)
def test_in_any_world_that_changes(scenario: Scenario, levers: list[Lever], seed: int):
    try:
        course(scenario, levers)
    except ScenarioError:
        assume(False)
    played = play(scenario, seed=seed, levers=levers)
    assert played.anomalies.keys() <= LATE_ONLY
    assert_conserved(played)
    assert_causal(played, scenario)
    assert_rows_agree(played)
    assert_figures_agree(played)
    assert_told_alike(played, scenario, seed, levers=levers)


@EXAMPLES
@given(worlds(honest=False), courses(), seeds)
def test_run_to_the_end_nobody_is_stuck(scenario: Scenario, levers: list[Lever], seed: int):
    try:
        course(scenario, levers)
    except ScenarioError:
        assume(False)
    played = play(scenario, seed=seed, levers=levers, dossiers=30)
    outcomes = played.summary["outcomes"]
    assert outcomes.get("open", 0) == played.summary["open"] == 0
    assert not [trouble for trouble in played.simulation.trouble() if trouble.kind != "saturated"]
    for pool in played.summary["pools"].values():
        assert pool["waiting"] == 0
        assert pool["asked"] == pool["begun"] + pool["gone"]
    assert_conserved(played)
