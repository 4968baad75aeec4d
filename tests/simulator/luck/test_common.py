"""Common random numbers: what is alike in two worlds is drawn alike, to the last bit."""

from collections import Counter
from datetime import timedelta

import pytest
from msgspec.structs import replace

from simulator.luck.demand import Demand
from simulator.luck.draws import Streams
from simulator.scenario.model import Drift, Lognormal, Office
from tests.simulator.luck.worlds import (
    MONDAY,
    ORIGIN,
    Dated,
    calendar,
    chi_square,
    demand,
    profile,
    slots,
    world,
)

BUSY = {"H1": Office(profile="ward", volume=200_000)}
MID_WEEK = MONDAY + timedelta(days=2)


def drawn(scenario, office="H1", seed=1, weeks=(MONDAY,), changes=None):
    """Filings and some of their luck."""
    inflow = demand(scenario, seed, changes).inflow(office)
    found = []
    for monday in weeks:
        filings, luck = inflow.week(monday)
        found.append((filings, luck.chance("letter"), luck.factor("work/check/0", Lognormal(sigma=0.5))))
    return found


def test_the_same_seed_gives_the_same_filings_and_luck_and_another_others():
    assert drawn(world()) == drawn(world())
    assert drawn(world()) != drawn(world(), seed=2)
    (filings, *_), (others, *_) = drawn(world())[0], drawn(world(), "H2")[0]
    assert not {filing.at for filing in filings} & {filing.at for filing in others}


def test_a_week_is_the_same_whenever_and_however_often_it_is_asked_for():
    weeks = [MONDAY + timedelta(weeks=i) for i in (0, 20, 1, 0)]
    forward, backward = drawn(world(), weeks=weeks), drawn(world(), weeks=weeks[::-1])
    assert forward == backward[::-1]
    assert forward[0] == forward[3]


def test_an_office_does_not_feel_what_others_do():
    scenario = world()
    alone = replace(scenario, offices={"H1": scenario.offices["H1"]})
    busier = replace(
        scenario, offices={"H3": Office(profile="ward", volume=9_000), "H1": scenario.offices["H1"]}
    )
    assert drawn(alone) == drawn(busier) == drawn(scenario)
    shared = demand(scenario)
    both = shared.inflow("H2").week(MONDAY), shared.inflow("H1").week(MONDAY)
    assert [both[1][0]] == [filings for filings, *_ in drawn(scenario)]
    assert both[0][0] == drawn(scenario, "H2")[0][0]


def test_work_staff_and_procedures_do_not_change_who_files_when():
    scenario = world()
    slow = {
        name: replace(each, limit="9wd", spread=0.7, refused=0.5)
        for name, each in scenario.procedures.items()
    }
    offices = {name: replace(each, staff={"desk": 3.0}, share=0.5) for name, each in scenario.offices.items()}
    assert drawn(replace(scenario, procedures=slow, offices=offices)) == drawn(scenario)


def test_what_changes_one_week_disturbs_no_other():
    weeks = [MONDAY + timedelta(weeks=i) for i in range(4)]
    base = drawn(world(), weeks=weeks)
    changed = drawn(world(), weeks=weeks, changes={weeks[1]: LOUD, weeks[2]: world()})
    assert len(changed[1][0]) > 2.5 * len(base[1][0])
    assert [changed[i] for i in (0, 2, 3)] == [base[i] for i in (0, 2, 3)]


LOUD = replace(
    world(), offices={name: replace(each, volume=3 * each.volume) for name, each in world().offices.items()}
)
MERGED = replace(
    world(),
    offices={
        "H1": replace(world().offices["H1"], successor="H2"),
        "H2": replace(world().offices["H2"], volume=22_000),
        "H9": Office(profile="ward", volume=30_000),
    },
)


@pytest.mark.parametrize("later", [LOUD, MERGED, world(ward=profile(drift=[Drift(on=MONDAY, online=0.9)]))])
def test_until_the_day_of_a_change_both_worlds_are_one_to_the_last_bit(later):
    weeks = [MONDAY - timedelta(weeks=1), MONDAY]
    base = drawn(world(), "H2", weeks=weeks)
    changed = drawn(world(), "H2", weeks=weeks, changes={MID_WEEK: later})
    assert changed[0] == base[0]
    before = [sum(filing.day < MID_WEEK for filing in filings) for filings, *_ in (base[1], changed[1])]
    assert before[0] == before[1] > 5
    for column, other in zip(base[1], changed[1], strict=True):
        assert column[: before[0]] == other[: before[0]]
    assert base[1][0] != changed[1][0]


def test_demand_follows_the_scenario_of_the_day():
    scenario, loud = world(offices=BUSY), world(offices={"H1": Office(profile="ward", volume=600_000)})
    found = Counter(filing.day for filing in drawn(scenario, changes={MID_WEEK: loud})[0][0])
    usual = Counter()
    for (day, _, _), rate in slots(scenario).items():
        usual[day] += rate
    days = [MONDAY + timedelta(days=i) for i in range(7)]
    chi_square(
        [found[day] for day in days], [usual[day] * (200_000 if day < MID_WEEK else 600_000) for day in days]
    )


def test_a_merged_office_takes_nothing_from_that_day_and_a_new_one_nothing_before():
    changes = {MID_WEEK: MERGED}
    assert max(filing.day for filing in drawn(world(), "H1", changes=changes)[0][0]) == MID_WEEK - timedelta(
        days=1
    )
    assert min(filing.day for filing in drawn(world(), "H9", changes=changes)[0][0]) == MID_WEEK
    assert drawn(MERGED, "H1")[0][0] == []
    whole, half = (len(drawn(first, "H2", changes=changes)[0][0]) for first in (MERGED, world()))
    assert 0.4 * whole < half < 0.75 * whole


def test_an_office_at_which_nothing_is_expected_gets_nothing():
    empty = world(offices={"H1": Office(profile="ward", volume=0)})
    filings, luck = demand(empty).inflow("H1").week(MONDAY)
    assert (filings, luck.size, list(luck.chance("letter"))) == ([], 0, [])


def test_the_luck_of_a_week_belongs_to_office_and_week():
    filings, luck = demand(world()).inflow("H1").week(MONDAY)
    assert luck.size == len(filings)
    expected = Streams(1).named("H1", MONDAY.isoformat(), "chance", "letter").random(len(filings))
    assert list(luck.chance("letter")) == expected.tolist()


def test_the_run_must_begin_its_time_on_a_monday():
    for origin in (ORIGIN + 86400, ORIGIN + 3600):
        with pytest.raises(ValueError, match="must be a Monday's midnight in Vietnam, is 20"):
            Demand(Dated(world()), lambda _, name: calendar(name), origin, 1)
