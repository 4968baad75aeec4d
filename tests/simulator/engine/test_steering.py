"""The same change said otherwise: from the beginning, of the first day, or pulled live."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

import pytest

from dossier.event import Accepted, Fact, StaffChanged, Steered
from dossier.law.calendar import VIETNAM
from simulator.run import Simulation
from simulator.scenario.levers import parse, text
from simulator.scenario.model import (
    Lever,
    Scenario,
)
from tests.simulator.engine.plays import HOUR, dated, ends, office, play, said, told, work, world
from tests.simulator.engine.worlds import full

LONG = {"seconds/check/0": 2 * HOUR}


# -- the same, said otherwise

EVERY = (
    "staff:add=1", "staff:factor=0.5,pool=head", "edd", "many-queues", "e-signature",
    "e-hand-over:electronic=1",
    "simplify:work=0.5,limit=0.5", "apology:share=1", "digitise:electronic=1", "rules:id=A-2018",
    "pooling:pool=desk", "absence:days_a_year=100", "supplement-once",
    "limits:limit=1wd", "misconduct:entered_late=1",
)  # fmt: skip
OF_DEMAND = (
    "demand:factor=2", "online-share:share=1", "saturday", "post-office:post=0.3",
    "two-tier:into=A,level=commune",
)  # fmt: skip


def of_dossiers(facts: Iterable[object]) -> list[Fact]:
    """Without what is told of no dossier."""
    return [fact for fact in facts if not isinstance(fact, Steered | StaffChanged)]


@pytest.mark.parametrize("lever", [*EVERY, *OF_DEMAND, "two-tier:into=X,level=commune"])
def test_a_lever_of_the_first_day_is_one_from_the_beginning(lever):
    scenario = full()
    at_once = of_dossiers(Simulation(scenario, 2, until=date(2026, 3, 12), levers=[parse(lever)]).facts())
    first = Simulation(scenario, 2, until=date(2026, 3, 12), levers=dated(lever, on="2026-03-02"))
    assert of_dossiers(first.facts()) == at_once


def steering(levers: Iterable[Lever], at: datetime) -> Callable[[datetime], Iterable[Lever]]:
    """Who pulls levers at one instant."""
    return lambda now: levers if now == at else ()


MIDNIGHT = datetime(2026, 3, 11, tzinfo=VIETNAM)


@pytest.mark.parametrize("lever", [*EVERY, *OF_DEMAND])
def test_a_lever_pulled_at_midnight_is_one_of_that_day(lever):
    scenario, until = full(), date(2026, 3, 16)
    planned = Simulation(scenario, 2, until=until, levers=dated(lever, on="2026-03-11"))
    live = Simulation(scenario, 2, until=until, steer=steering([parse(lever)], MIDNIGHT))
    one, other = list(planned.facts()), list(live.facts())
    assert of_dossiers(other) == of_dossiers(one)
    assert [fact for fact in other if isinstance(fact, StaffChanged)] == [
        fact for fact in one if isinstance(fact, StaffChanged)
    ]
    assert [(fact.at, fact.lever) for fact in other if isinstance(fact, Steered)] == [
        (MIDNIGHT, text(parse(lever)))
    ]


def test_a_lever_pulled_at_noon_takes_effect_at_once():
    rows = [{"at": "03 10:00", **LONG}] * 3
    noon = datetime(2026, 3, 3, 11, 30, tzinfo=VIETNAM)
    played = play(world(), rows, steer=steering([parse("staff:add=1,pool=desk")], noon))
    assert ends(played) == ["03 12:00", "03 14:30", "03 15:00"]
    assert told(played) == ["03 11:30 staff:add=1,pool=desk", "03 11:30 O desk 2"]


def accepted(
    scenario: Scenario, steer: Callable[[datetime], Iterable[Lever]] | None = None
) -> list[Accepted]:
    """Who is accepted on the eleventh of March."""
    facts = Simulation(scenario, 2, until=date(2026, 3, 12), steer=steer).facts()
    return [fact for fact in facts if isinstance(fact, Accepted) and fact.at >= MIDNIGHT]


@pytest.mark.parametrize("factor", [0, 0.3, 3])
def test_demand_that_changes_at_noon_changes_nothing_before_and_gives_no_number_twice(factor):
    scenario = world(offices={"O": office(volume=4000, staff={"desk": 30})})
    noon = datetime(2026, 3, 11, 12, tzinfo=VIETNAM)
    steer = steering([parse(f"demand:factor={factor}")], noon)
    plain, live = accepted(scenario), accepted(scenario, steer)
    morning = [fact for fact in plain if fact.at < noon]
    assert live[: len(morning)] == morning
    assert len(morning) > 50
    ratio = (len(live) - len(morning)) / (len(plain) - len(morning))
    assert abs(ratio - factor) <= 0.4 * factor
    assert [fact.dossier_id for fact in live] == [f"O-260311-{i + 1:04d}" for i in range(len(live))]


def test_a_lever_pulled_for_a_later_day_of_the_week_is_one_that_was_known():
    scenario, until = full(), date(2026, 3, 16)
    later = dated("demand:factor=2", on="2026-03-13")
    planned = Simulation(scenario, 2, until=until, levers=later)
    live = Simulation(scenario, 2, until=until, steer=steering(later, MIDNIGHT))
    assert of_dossiers(live.facts()) == of_dossiers(planned.facts())


@pytest.mark.parametrize(
    "lever", ["staff:add=1,pool=desk", "demand:factor=2", "two-tier:into=B,level=commune"]
)
def test_filings_from_outside_come_once_whatever_is_pulled(lever):
    scenario = world(offices={"A": office(), "B": office()})
    rows = [{"at": f"03 {hour}:00", "office": name} for hour in ("08", "11", "14") for name in "AB"]
    rows.append({"at": "05 08:00", "office": "A"})
    played = play(
        scenario, rows, own=True, steer=steering([parse(lever)], datetime(2026, 3, 3, 11, tzinfo=VIETNAM))
    )
    assert sorted(said(life[0].at) for life in played.lives.values()) == sorted(row["at"] for row in rows)
    merged = lever.startswith("two-tier")
    assert sum(name.startswith("A-") for name in played.lives) == (1 if merged else 4)


def test_who_steers_is_asked_every_ten_minutes():
    asked: list[datetime] = []
    simulation = Simulation(world(), 1, until=date(2026, 3, 4), steer=lambda now: asked.append(now) or ())
    list(simulation.facts())
    start = datetime(2026, 3, 2, tzinfo=VIETNAM)
    assert asked == [start + timedelta(minutes=10 * i) for i in range(2 * 144)]


def test_a_lever_may_be_pulled_for_a_later_day():
    rows = [{"at": "03 14:00", **LONG}] * 4
    now = datetime(2026, 3, 2, 10, tzinfo=VIETNAM)
    played = play(world(), rows, steer=steering(dated("staff:add=1,pool=desk"), now))
    assert ends(played) == ["03 16:00", "04 09:00", "04 10:00", "04 11:00"]


def test_what_changed_in_the_warm_up_is_not_told_before_all_else():
    scenario = world(work(minutes=600), scenario={"start": date(2026, 3, 9), "warmup_days": 7})
    played = [fact.at for fact in Simulation(scenario, 1, levers=dated("staff:add=1")).facts()]
    assert played == sorted(played)
