"""Orders of the queue: whom they favour, and what none of them can change.

Sources: Cobham; Phipps; Kleinrock's conservation law: any order that does not look at the work to come only
shifts the waiting, so that the sum of load times wait stays the same.
"""

from collections.abc import Callable

import numpy as np
import pytest

from simulator.engine.ledger import Case
from tests.simulator.theory.interval import assert_agrees, batches
from tests.simulator.theory.queues import UNIT, Station, Visit, network, play

TWO = {"urgent": 0.3, "usual": 0.5}
CLASS = {"queue": "class", "classes": ["urgent"]}
LIMITS = {"urgent": "0.5wh", "usual": "2wh"}


@pytest.fixture(scope="module")
def ranked():
    """Two classes before one post, the urgent ones first."""
    return play(network(TWO, Station(1, rules=CLASS)), 21, 120_000)


@pytest.mark.parametrize(
    ("name", "truth", "within"), [("urgent", 1.142857143, 0.09), ("usual", 5.714285714, 0.25)]
)
def test_each_class_waits_as_cobham_says(ranked, name, truth, within):
    assert_agrees(truth, batches(ranked.waits("0", name) / UNIT), within)


ORDERS = {"fifo": {}, "class": CLASS, "edd": {"queue": "edd"}}
IGNORANT = pytest.mark.parametrize("rules", ORDERS.values(), ids=ORDERS)
"""The orders that do not look at the work to come."""


@IGNORANT
def test_no_order_makes_waiting_go_away(rules):
    scenario = network(TWO, Station(1, rules=rules), procedure={"limit": LIMITS})
    played = play(scenario, 22, 80_000)
    shares = [rate * batches(played.waits("0", name) / UNIT) for name, rate in TWO.items()]
    assert_agrees(3.2, sum(shares), 0.25)


@IGNORANT
def test_that_holds_for_short_and_long_work_alike(rules):
    rates, means = {"urgent": 0.6, "usual": 0.25}, {"urgent": 0.5, "usual": 2.0}
    scenario = network(rates, Station(1, means, rules=rules), procedure={"limit": LIMITS})
    played = play(scenario, 23, 80_000)
    shares = [rates[name] * means[name] * batches(played.waits("0", name) / UNIT) for name in rates]
    assert_agrees(4.6, sum(shares), 0.3)


def test_on_the_same_draws_every_order_leaves_the_same_work_waiting():
    means = {"urgent": 0.5, "usual": 2.0}
    waiting = []
    for rules in (*ORDERS.values(), {"queue": "shortest"}):
        scenario = network(
            {"urgent": 0.6, "usual": 0.25}, Station(1, means, rules=rules), procedure={"limit": LIMITS}
        )
        visits = play(scenario, 25, 5_000).visits
        # The post is never idle while there is work, so the work at hand is the same at every instant.
        waiting.append(sum((visit.began - visit.asked) * (visit.ended - visit.began) for visit in visits))
        assert len(visits) == 5_000
    assert waiting == pytest.approx(waiting[:1] * len(waiting), rel=1e-9)


RANKS: dict[str, Callable[[Case, Visit], float]] = {
    "fifo": lambda case, visit: visit.asked,
    "class": lambda case, visit: case.procedure != "urgent",
    "edd": lambda case, visit: case.first_due_at,
    "shortest": lambda case, visit: visit.ended - visit.began,
}


@pytest.mark.parametrize("rule", RANKS)
def test_whoever_is_first_by_the_rule_is_taken_next(rule):
    rules = {"queue": rule, "classes": ["urgent"] if rule == "class" else []}
    scenario = network(TWO, Station(1, rules=rules), procedure={"limit": LIMITS})
    played = play(scenario, 26, 2_000)
    cases = {case.dossier_id: case for case in played.cases}
    queue = [(visit.asked, RANKS[rule](cases[visit.dossier], visit), visit) for visit in played.visits]
    overtaken = 0
    for asked, rank, visit in queue:
        waiting = [row for row in queue if row[2].asked <= visit.began < row[2].began]
        for later, other, _ in waiting:
            assert asked < later if abs(rank - other) < 1e-6 else rank < other
        overtaken += any(later < asked for later, _, _ in waiting)
    assert (overtaken > 100) == (rule != "fifo"), "an order that changes nothing would be none"


def test_the_shortest_first_waits_as_little_as_phipps_says():
    work = np.linspace(0, 40, 400_001)
    before = 0.8 * (1 - (1 + work) * np.exp(-work))  # the load of all work that is shorter
    waits = np.exp(-work) * 0.8 / (1 - before) ** 2
    truth = float(((waits[1:] + waits[:-1]) / 2 * np.diff(work)).sum())
    played = play(network(0.8, Station(1, rules={"queue": "shortest"})), 24, 80_000, rows=False)
    assert truth < 3, "it looks at the work to come, so the law does not bind it"
    assert_agrees(truth, batches(played.waits() / UNIT), 0.14)


def test_due_first_is_first_come_where_all_have_the_same_time():
    first = network(1.8, Station(2), procedure={"limit": "2wh"})
    due = network(1.8, Station(2, rules={"queue": "edd"}), procedure={"limit": "2wh"})
    assert play(due, 5, 5_000) == play(first, 5, 5_000)
