"""Laws that hold on every run, whatever the world: conservation, causality, capacity, no idleness, Little."""

from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.event import Accepted, Fact, NotAccepted, Refused, Resolved, StepFinished, Stopped
from simulator.run import Simulation
from simulator.scenario.model import Parallel, Scenario
from tests.simulator.theory.queues import OFFICE, UNIT, Played, Station, Visit, network, play
from tests.simulator.theory.worlds import worlds

DOSSIERS = 80
EXAMPLES = settings(max_examples=15, deadline=None)

worlds_and_seeds = given(worlds(), st.integers(0, 2**32))


def pools(played: Played) -> dict[str, list[Visit]]:
    """The visits of each pool."""
    found: dict[str, list[Visit]] = defaultdict(list)
    for visit in played.visits:
        found[visit.pool].append(visit)
    return found


@EXAMPLES
@worlds_and_seeds
def test_every_filing_comes_to_one_end(scenario: Scenario, seed: int):
    played = play(scenario, seed, DOSSIERS)
    summary = played.summary
    assert len({case.dossier_id for case in played.cases}) == len(played.cases) == DOSSIERS
    assert summary["dossiers"] == DOSSIERS
    ends = Counter(case.outcome for case in played.cases)
    assert ends == {outcome: many for outcome, many in summary["outcomes"].items() if many}
    assert ends["open"] == summary["open"] == 0
    for pool in summary["pools"].values():
        assert pool["waiting"] == 0
        assert pool["asked"] >= pool["begun"], "who has left the queue asked, and was not begun"
    for name, visits in pools(played).items():
        assert len(visits) <= summary["pools"][f"{OFFICE}/{name}"]["begun"]


@EXAMPLES
@worlds_and_seeds
def test_nothing_happens_before_its_cause(scenario: Scenario, seed: int):
    played = play(scenario, seed, DOSSIERS)
    lives: dict[str, list[Visit]] = defaultdict(list)
    for visit in played.visits:
        assert visit.asked <= visit.began <= visit.ended
        lives[visit.dossier].append(visit)
    steps = [step for procedure in scenario.procedures.values() for step in procedure.route]
    side_by_side = any(isinstance(step, Parallel) for step in steps)
    for case in played.cases:
        visits = lives[case.dossier_id]
        if not side_by_side:
            assert all(before.ended <= after.asked for before, after in pairwise(visits))
        instants = [case.submitted_at, case.accepted_at, case.finished_at, case.returned_at]
        known = [instant for instant in instants if instant is not None]
        assert known == sorted(known)
        if case.outcome == "resolved":
            assert case.waited == pytest.approx(sum(visit.began - visit.asked for visit in visits))


@EXAMPLES
@worlds_and_seeds
def test_no_pool_does_more_at_once_than_it_has_posts(scenario: Scenario, seed: int):
    for name, visits in pools(play(scenario, seed, DOSSIERS)).items():
        staff = scenario.offices[OFFICE].staff[name]
        posts = len(staff) if isinstance(staff, list) else staff
        moves = sorted(
            [(visit.began, 1) for visit in visits if visit.began < visit.ended]
            + [(visit.ended, -1) for visit in visits if visit.began < visit.ended]
        )
        busy = 0
        for _, move in moves:  # at one instant who goes makes room for who comes
            busy += move
            assert busy <= posts


@EXAMPLES
@worlds_and_seeds
def test_who_waits_is_taken_the_moment_that_a_post_comes_free(scenario: Scenario, seed: int):
    for visits in pools(play(scenario, seed, DOSSIERS)).values():
        ends = {visit.ended for visit in visits}
        assert all(visit.began in ends for visit in visits if visit.began > visit.asked)


@EXAMPLES
@worlds_and_seeds
def test_what_is_told_is_what_is_counted(scenario: Scenario, seed: int):
    played = play(scenario, seed, DOSSIERS)
    lives: dict[str, list[Fact]] = defaultdict(list)
    simulation = Simulation(scenario, seed, dossiers=DOSSIERS)
    for fact in simulation.facts():
        lives[fact.dossier_id].append(fact)
    assert simulation.summary()["engine"]["events"] == sum(map(len, lives.values()))
    assert lives.keys() == {case.dossier_id for case in played.cases}
    steps = Counter(visit.dossier for visit in played.visits)
    for case in played.cases:
        facts = lives[case.dossier_id]
        assert [fact.seq for fact in facts] == list(range(1, len(facts) + 1))
        accepted = [int(fact.at.timestamp()) for fact in facts if isinstance(fact, Accepted)]
        assert accepted == ([] if case.accepted_at is None else [case.accepted_at])
        ended = [fact for fact in facts if isinstance(fact, Resolved | Refused | Stopped | NotAccepted)]
        assert [int(fact.at.timestamp()) for fact in ended] == [case.finished_at]
        if case.outcome == "resolved":
            assert sum(isinstance(fact, StepFinished) for fact in facts) == steps[case.dossier_id]


def test_littles_law_binds_what_is_told_to_what_is_counted():
    scenario = network(1.6, Station(2), Station(1, 0.5))
    inside, last, area = 0, 0.0, 0.0
    for fact in Simulation(scenario, 1, dossiers=4_000).facts():
        if isinstance(fact, Accepted | Resolved):
            at = fact.at.timestamp()
            area, last = area + inside * (at - last), at
            inside += 1 if isinstance(fact, Accepted) else -1
    spent = sum(case.waited + case.worked for case in play(scenario, 1, 4_000).cases)
    assert area == pytest.approx(spent, abs=4_000), "a second for each, for its facts are told in whole ones"
    assert spent > 4_000 * UNIT


def test_littles_law_holds_in_each_queue():
    played = play(network(1.6, Station(2), Station(1, 0.5)), 2, 4_000)
    for name, visits in pools(played).items():
        moves = sorted([(v.asked, 1) for v in visits] + [(v.began, -1) for v in visits])
        inside, last, area = 0, 0.0, 0.0
        for at, move in moves:
            area, last, inside = area + inside * (at - last), at, inside + move
        assert played.summary["pools"][f"{OFFICE}/{name}"]["waited"] == pytest.approx(area)
