"""Sensitivity: paths that are checked, indices that are known, and inputs told apart from luck."""

from datetime import date

import numpy as np
import pytest
from msgspec.structs import replace

from simulator.experiments.backends import Here, crew
from simulator.experiments.indices import latin, morris, sobol
from simulator.experiments.measures import Key, key
from simulator.experiments.parameters import KINDS, changed, parameter, parse, usual
from simulator.experiments.sensitivity import Question, sensitivity, widened
from simulator.experiments.worlds import World
from simulator.formulas.queueing import wait
from simulator.scenario.files import load, names
from simulator.scenario.levers import apply
from simulator.scenario.levers import parse as lever
from simulator.scenario.model import Scenario, ScenarioError

PI = float(np.pi)
WAIT = Key("mean_wait_hours")


# -- parameters --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "lever_"),
    [
        ("demand.volume=0.5..1.5", "demand:factor=1.5"),
        ("procedures.birth.work=1..1.5", "simplify:work=1.5,procedure=birth"),
        ("agencies.*.delay=1..1.5", "simplify:external=1.5"),
        ("pools.leader.staff=1..1.5", "staff:pool=leader,factor=1.5"),
        ("hand_over.ward.electronic=0..1", "e-hand-over:electronic=1"),
    ],
)
def test_a_parameter_is_the_lever_that_does_the_same(written: str, lever_: str, quickstart: Scenario) -> None:
    found = parse(quickstart, written)
    assert changed(quickstart, [found], [found.high]) == apply(quickstart, lever(lever_))


def test_every_path_changes_what_it_names_and_nothing_at_its_usual_value() -> None:
    scenario, unchanged = load("an-giang-2021"), []
    for path, kind in KINDS.items():
        low, high = (0.1, 0.9) if kind.unit == "share" else (0.5, 2.0)
        for name in ("*", *sorted(kind.names(scenario))[:3]):
            found_path = path.replace("NAME", name)
            try:
                found = parameter(scenario, found_path, low, high)
            except ScenarioError:
                unchanged.append(found_path)
                continue
            if kind.unit == "factor":
                assert changed(scenario, [found], [1.0]) == scenario, found
            assert changed(scenario, [found], [found.high]) != scenario, found
            assert kind.en
            assert kind.vi
    assert all(path.startswith(("steps", "pools")) for path in unchanged), unchanged


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("demand", "write PATH=LOW..HIGH"),
        ("demand.volume=1.0.0..2", "are numbers"),
        ("demand.volumes=1..2", "perhaps demand.volume"),
        ("procedures.brith.work=1..2", "perhaps birth"),
        ("pools.nobody.staff=1..2", "no 'nobody'"),
        ("pools.*.absence=1..2", "nothing of this kind"),
        ("demand.volume=2..1", "lower value first"),
        ("demand.volume=0..1", "a factor lies within 0.05..20"),
        ("channels.*.online=0.5..1.5", "a share lies within 0..1"),
        ("procedures.certified_copy.refused=1..1", "lower value first"),
    ],
)
def test_a_wrong_parameter_is_told_with_what_is_right(written: str, why: str, quickstart: Scenario) -> None:
    with pytest.raises(ScenarioError, match=why):
        parse(quickstart, written)


@pytest.mark.parametrize("name", names())
def test_each_scenario_has_usual_parameters(name: str) -> None:
    scenario = load(name)
    found = usual(scenario)
    assert len(found) >= 2
    assert all(each.low < each.usual < each.high or each.path.startswith("channels") for each in found)
    assert [parse(scenario, each.text) for each in found] == found


# -- indices -----------------------------------------------------------------------------------------------


def ishigami(x: np.ndarray) -> np.ndarray:
    """With indices that are known: 0.314, 0.442, 0 alone, 0.558, 0.442, 0.244 with the others' help."""
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_sobols_indices_of_ishigamis_function() -> None:
    found = sobol(ishigami, [(-PI, PI)] * 3, 2048)
    assert [each.first for each in found] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)
    assert [each.total for each in found] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.03)
    assert all(each.first_half < 0.08 for each in found)
    assert [each.total for each in sobol(lambda x: np.ones(len(x)), [(0, 1)] * 2, 8)] == [0.0, 0.0]


def test_morris_effects_of_a_plane_are_its_slopes() -> None:
    found = morris(lambda x: 3 * x[:, 0] - 2 * x[:, 1] + 0 * x[:, 2], [(0, 1), (0, 2), (5, 6)], 8)
    assert [each.mu for each in found] == pytest.approx([3.0, -4.0, 0.0])
    assert [each.mu_star for each in found] == pytest.approx([3.0, 4.0, 0.0])
    assert [each.sigma for each in found] == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_morris_finds_what_works_through_others() -> None:
    found = morris(ishigami, [(-PI, PI)] * 3, 60)
    assert abs(found[2].mu) < 0.4 * found[2].mu_star
    assert found[2].sigma > found[2].mu_star


def test_a_latin_hypercube_has_one_row_in_each_slice() -> None:
    rows = latin([(0, 1), (10, 20)], 25)
    for column, (low, high) in zip(rows.T, [(0, 1), (10, 20)], strict=True):
        slices = np.floor((column - low) / (high - low) * 25)
        assert sorted(slices) == list(range(25))


# -- runs --------------------------------------------------------------------------------------------------


def test_the_waits_of_many_posts_move_as_the_formula_says() -> None:
    """M/M/10 between utilisations of 0.72 and 0.88: the difference is known by Erlang's formula."""
    scenario = load("mm10")
    found = _mm10(scenario, "demand.volume=0.8..0.9778", seeds=5)
    low, high = (wait(10, 9 * f, 1.0) / 60 for f in (0.8, 0.9778))
    bar = found.bars[0]
    assert bar.low == pytest.approx(low, rel=0.1)
    assert bar.high == pytest.approx(high, rel=0.1)
    assert abs(bar.by.mean - (high - low)) < 1.5 * bar.by.half
    known = morris(lambda rows: np.array([wait(10, 9 * f, 1.0) / 60 for (f,) in rows]), [(0.8, 0.9778)], 2)
    assert found.effects[0].mu == pytest.approx(known[0].mu, rel=0.15)


def _mm10(scenario: Scenario, written: str, seeds: int):
    asked = Question(
        World("mm10", scenario), (parse(scenario, written),), WAIT, "morris", 2, seeds, outer=2,
        until=date(2026, 1, 6),
    )  # fmt: skip
    with crew() as workers:
        return sensitivity(asked, workers)


@pytest.mark.full
def test_the_effects_of_simulated_queues_are_those_of_the_formula() -> None:
    """Volume and work of M/M/10, by Morris and by Sobol: the simulated indices beside Erlang's."""
    scenario = load("mm10")
    chosen = (parse(scenario, "demand.volume=0.8..1"), parse(scenario, "procedures.*.work=0.8..1"))
    bounds = [(each.low, each.high) for each in chosen]

    def formula(rows: np.ndarray) -> np.ndarray:
        return np.array([wait(10, 9 * volume, work) / 60 for volume, work in rows])

    for method, size in (("morris", 10), ("sobol", 16)):
        asked = Question(World("mm10", scenario), chosen, WAIT, method, size, 4, outer=4)  # type: ignore[arg-type]
        with crew() as workers:
            found = sensitivity(asked, workers)
        if method == "morris":
            for one, other in zip(found.effects, morris(formula, bounds, size), strict=True):
                assert one.mu_star == pytest.approx(other.mu_star, rel=0.05)
        else:
            for one, other in zip(found.shares, sobol(formula, bounds, size), strict=True):
                assert one.first == pytest.approx(other.first, abs=0.05)
                assert one.total == pytest.approx(other.total, abs=0.05)


def test_inputs_and_luck_are_told_apart() -> None:
    rng = np.random.default_rng(3)
    base = rng.normal(10, 1.0, 200)
    inputs, seeds = rng.normal(0, 2.0, (400, 1)), rng.normal(0, 0.8, (1, 8))
    outer = 10 + inputs + seeds + rng.normal(0, 0.6, (400, 8))
    found = widened(base, outer)
    assert found.luck == pytest.approx(1.0, rel=0.15)
    assert found.inputs == pytest.approx(2.0, rel=0.1)
    assert found.share == pytest.approx(0.8, abs=0.05)
    assert found.high - found.low == pytest.approx(2 * 1.96 * 2.0, rel=0.15)
    assert found.most - found.least == pytest.approx(2 * 1.96 * 5**0.5, rel=0.15)
    assert found.usual.low < 10 < found.usual.high


def test_without_effect_of_the_inputs_only_luck_is_left() -> None:
    rng = np.random.default_rng(4)
    outer = np.repeat(rng.normal(5, 1.0, (1, 6)), 30, axis=0)
    found = widened(rng.normal(5, 1.0, 40), outer)
    assert found.inputs == pytest.approx(0.0, abs=1e-9)
    assert found.share == pytest.approx(0.0, abs=1e-9)


def test_the_answer_does_not_depend_on_the_number_of_processes(quickstart: Scenario) -> None:
    ward = replace(quickstart, warmup_days=0)
    asked = Question(
        World("ward", ward),
        (parse(ward, "demand.volume=0.8..1.2"), parse(ward, "steps.*.round=0.5..1.5")),
        key("on_time"),
        size=2,
        seeds=2,
        outer=3,
        until=date(2026, 3, 4),
    )
    counts: list[tuple[int, int]] = []
    alone = sensitivity(asked, Here(), lambda done, of: counts.append((done, of)))
    with crew("local", 2) as workers:
        assert sensitivity(asked, workers).plain() == alone.plain()
    assert counts[-1] == (asked.runs, asked.runs)
    assert alone.runs == asked.runs


def test_a_figure_that_no_run_has_is_told(quickstart: Scenario) -> None:
    asked = Question(
        World("ward", replace(quickstart, warmup_days=0)),
        (parse(quickstart, "demand.volume=0.8..1.2"),),
        key("on_time@level:moon"),
        until=date(2026, 3, 3),
    )
    with pytest.raises(ValueError, match="no run has it"):
        sensitivity(asked, Here())
