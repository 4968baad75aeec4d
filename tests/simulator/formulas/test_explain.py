"""What the formulas say of scenarios: exact where a closed form is, near the runs where it is not."""

import json
from datetime import timedelta
from math import log, pi, sin, sqrt

import numpy as np
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from dossier.law.calendar import vietnam
from motcua.cli import cli
from simulator.experiments.verify import verify
from simulator.formulas.explain import Explained, explain, frozen
from simulator.formulas.network import network as network_of
from simulator.formulas.tide import tide
from simulator.scenario.files import load
from simulator.scenario.levers import parse
from simulator.scenario.model import (
    Absence,
    Centre,
    Constant,
    Demand,
    Exponential,
    External,
    Gamma,
    HandOver,
    Lognormal,
    Official,
    Opening,
    Parallel,
    Refiling,
    Rhythm,
    Supplement,
    Uniform,
)
from tests.simulator.formulas import beside
from tests.simulator.theory.queues import MONDAY, OFFICE, UNIT, Station
from tests.simulator.theory.queues import WEEKS as YEAR
from tests.simulator.theory.queues import network as year

SPANS = [["08:00", "12:00"], ["13:00", "17:00"]]
BARE = Opening(week={"mon": SPANS, "tue": SPANS, "wed": SPANS, "thu": SPANS, "fri": SPANS}, holidays=False)
WEEKS = 1
JACKSON = Station(2, 1 / 0.7), Station(3, 1 / 0.55), Station(1, 1 / 1.25)


def network(*arguments, weeks=WEEKS, **options):
    """Some weeks of the year that a queue of the theory has, when it has come to rest."""
    scenario = year(*arguments, **options)
    office = scenario.offices[OFFICE]
    brief = replace(office, volume=office.volume * weeks / YEAR)
    until = MONDAY + timedelta(weeks=weeks)
    return replace(scenario, until=until, offices={OFFICE: brief}, warmup_days=10)


def pool(scenario, name="0"):
    return next(row for row in explain(scenario)["pools"] if row["pool"] in {f"{OFFICE}/{name}", name})


def units(hours):
    return hours * 3600 / UNIT


# -- closed forms ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("posts", "rate", "truth"), [(5, 4.0, 0.554112554), (10, 9.0, 0.668731524), (20, 17.0, 0.128352077)]
)
def test_posts_that_are_always_there_are_erlangs(posts, rate, truth):
    row = pool(network(rate, Station(posts)))
    assert units(row["steady_wait_working_hours"]) == pytest.approx(truth, rel=1e-6)
    assert units(row["wait_hours"]) == pytest.approx(truth, rel=2e-3)
    assert row["utilisation"] == pytest.approx(rate / posts)


@pytest.mark.parametrize("name", ["bare", "office"])
def test_in_working_hours_a_queue_that_pauses_at_closing_is_erlangs(name):
    hours = 2080.0
    if name == "office":
        days = [MONDAY + timedelta(days=i) for i in range(7 * YEAR)]
        hours = 8.0 * sum(map(vietnam().is_workday, days))
    scenario = year(
        4.0,
        Station(5),
        unit=3600,
        hours=hours,
        calendars={"bare": BARE},
        profile={"channels": {"in_person": 1.0}, "calendar": name},
    )
    row = pool(scenario)
    assert row["wait_working_hours"] == pytest.approx(0.554112554, rel=0.01)
    assert row["steady_wait_working_hours"] == pytest.approx(0.554112554, rel=1e-6)
    assert row["wait_hours"] == pytest.approx(0.554112554 * 364 * 24 / hours, rel=0.05)
    assert row["wait_chance"] == pytest.approx(0.554112554, rel=0.01)


@pytest.mark.parametrize(
    ("variation", "truth"),
    [
        (Constant(), 2.0),
        (Uniform(), 8 / 3),
        (Gamma(shape=2), 3.0),
        (Exponential(), 4.0),
        (Lognormal(sigma=sqrt(log(5))), 10.0),
    ],
)
def test_one_post_waits_by_the_spread_of_its_work(variation, truth):
    row = pool(network(0.8, Station(1, variation=variation)))
    assert units(row["steady_wait_working_hours"]) == pytest.approx(truth, rel=1e-6)
    assert units(row["wait_working_hours"]) == pytest.approx(truth, rel=0.01)


def test_how_much_work_dossiers_are_spreads_it_too():
    scenario = network(0.8, Station(1, variation=Constant()), procedure={"spread": sqrt(log(5))})
    assert units(pool(scenario)["steady_wait_working_hours"]) == pytest.approx(10, rel=1e-6)


def test_a_network_with_rework_takes_as_long_as_jackson_says():
    intake, check, decide = JACKSON
    scenario = network(1.0, intake, Station(3, check.service, rework=0.2), decide)
    total = explain(scenario)["total"]
    assert units(total["hours"]) == pytest.approx(11.000458996, rel=2e-3)
    assert pool(scenario, "1")["visits"] == pytest.approx(1.25 * pool(scenario, "0")["visits"])


def test_a_delay_for_supplements_adds_itself_and_nothing_more():
    asked = Supplement(online=0.2, again=0.2, wait_days=3 * UNIT / 86400, most=1000)
    scenario = network(1.0, *JACKSON, procedure={"supplement": asked, "decides": "1"})
    total = explain(scenario)["total"]
    assert units(total["hours"]) == pytest.approx(11.750458996, rel=2e-3)
    assert units(total["parts"]["citizen"]) == pytest.approx(0.75)


def test_the_share_on_time_of_three_steps_in_a_row_is_that_of_the_closed_form():
    steps = [Station(1, 1 / rate) for rate in (2, 1.5, 1.25)]
    scenario = network(1.0, *steps, procedure={"limit": "1wh"})  # ten units
    assert explain(scenario)["total"]["on_time"] == pytest.approx(0.794567431, abs=2e-3)


def test_the_share_on_time_of_ten_posts_is_that_of_the_closed_form():
    scenario = network(9.0, Station(10), procedure={"limit": "0.3wh"})  # three units
    assert explain(scenario)["total"]["on_time"] == pytest.approx(0.850330385, abs=2e-3)


def test_work_in_hand_swells_with_the_demand_and_lags_behind_it():
    blunted = sin(pi / 24) / (pi / 24)
    wave = [1 + 0.5 / blunted * sin(2 * pi / 24 * (hour + 0.5)) for hour in range(24)]
    demand = Demand(online=Rhythm(hour=wave))
    seen = tide(network_of(network(10.0, Station(150, 4.0), unit=3600, demand=demand)))
    busy = seen.hourly[:, 2, 0] / seen.hourly[:, 3, 0] * 150
    days = busy.reshape(7, 24)[2:].mean(axis=0)  # the first two fill up
    hours = np.arange(24) + 0.5
    truth = 40 + 13.812422451 * np.sin(2 * pi / 24 * hours - 0.808448793)
    assert days == pytest.approx(truth, rel=0.02)


# -- what there is in scenarios ----------------------------------------------------------------------------


def test_saturated_pools_say_how_many_posts_they_are_short():
    scenario = network(4.5, Station(3))
    (saturated,) = explain(scenario)["saturated"]
    assert saturated["short"] == 2
    assert explain(network(4.5, Station(5)))["saturated"] == []
    assert explain(network(4.5, Station(4)))["saturated"][0]["short"] == 1


def test_absence_and_speed_are_part_of_the_load():
    plain = pool(network(1.0, Station(4)))["utilisation"]
    away = pool(network(1.0, Station(4, rules={"absence": Absence(days_a_year=50)})))["utilisation"]
    assert away == pytest.approx(plain / 0.8)
    scenario = network(1.0, Station(4))
    office = scenario.offices[OFFICE]
    people = [Official(name=str(i), speed=2.0) for i in range(4)]
    fast = replace(scenario, offices={OFFICE: replace(office, staff={"0": people})})
    assert pool(fast)["utilisation"] == pytest.approx(plain / 2)


def test_half_of_a_day_makes_twice_the_posts_and_twice_the_time():
    scenario = network(1.0, Station(2))
    half = replace(scenario, offices={OFFICE: replace(scenario.offices[OFFICE], share=0.5)})
    before, after = pool(scenario), pool(half)
    assert after["posts"] == 2 * before["posts"]
    assert after["load"] == pytest.approx(2 * before["load"])


def test_offices_share_a_centre():
    scenario = network(1.0, Station(2))
    office = replace(scenario.offices[OFFICE], staff={}, at={"0": "hall"})
    shared = replace(
        scenario,
        offices={OFFICE: office, "H00.001": office},
        centres={"hall": Centre(agency="office", staff=4)},
    )
    row = pool(shared, "hall")
    assert row["load"] == pytest.approx(2 * pool(scenario)["load"])


def test_parts_side_by_side_all_bring_work_and_the_longest_counts():
    scenario = network(1.0, Station(2), Station(2), Station(2))
    procedure = scenario.procedures["all"]
    first, second, third = procedure.route
    beside = replace(procedure, route=[first, Parallel(parts=[[second], [third]])])
    parallel = replace(scenario, procedures={"all": beside})
    assert [pool(parallel, name)["load"] for name in "012"] == pytest.approx([1.0, 1.0, 1.0])
    assert explain(parallel)["total"]["hours"] < explain(scenario)["total"]["hours"]


def test_who_is_refused_files_again():
    refused = {"refused": 0.2, "refiled": Refiling(share=0.5, after_days=1)}
    scenario = network(1.0, Station(2), Station(2), procedure=refused)
    assert pool(scenario, "0")["load"] == pytest.approx(1.1)
    assert pool(scenario, "1")["load"] == pytest.approx(1.1 * 0.8)


def test_papers_that_never_come_bring_no_more_work():
    asked = Supplement(online=0.5, abandoned=0.2, withdrawn=0.2, again=0.5, most=2)
    scenario = network(1.0, Station(3), Station(3), procedure={"supplement": asked})
    answered = 0.5 * 0.6
    again = answered * 0.5 * 0.6
    assert pool(scenario, "0")["load"] == pytest.approx(1 + answered + again)
    assert pool(scenario, "1")["load"] == pytest.approx(0.5 + answered * 0.5 + again)


def test_other_agencies_and_messengers_take_their_time():
    scenario = network(0.1, Station(1), unit=3600, hours=2080, calendars={"bare": BARE},
                       profile={"channels": {"in_person": 1.0}, "calendar": "bare",
                                "hand_over": HandOver(electronic=0.25, round_hours=4)})  # fmt: skip
    procedure = scenario.procedures["all"]
    route = [*procedure.route, External(step="tax", agency="tax", delay_hours=10)]
    parts = explain(replace(scenario, procedures={"all": replace(procedure, route=route)}))["total"]["parts"]
    assert parts["elsewhere"] == pytest.approx(10)
    assert parts["hand_over"] == pytest.approx(0.75 * 2)
    assert parts["closed"] > 2 * parts["elsewhere"]


def test_nights_make_the_morning_the_peak():
    counter = next(row for row in explain(load("quickstart"))["pools"] if row["pool"].endswith("counter"))
    assert (counter["peak"]["weekday"], counter["peak"]["hour"]) == (0, 7)
    assert counter["peak"]["queue"] > 10
    assert counter["wait_hours"] > 5 * counter["wait_working_hours"]


def test_levers_are_in_force_throughout():
    scenario = load("quickstart")
    before = explain(scenario)
    after = explain(scenario, [parse("staff:pool=justice,add=2,on=2026-03-16")])
    busy = [
        next(row["utilisation"] for row in answer["pools"] if row["pool"] == "H44.100/justice")
        for answer in (before, after)
    ]
    assert busy[1] == pytest.approx(busy[0] / 2)
    assert after["total"]["on_time"] > before["total"]["on_time"]


def test_one_office_is_explained_with_the_centres_that_work_for_it():
    answer = explain(load("an-giang-2021"), office="so-tu-phap")
    assert {row["pool"] for row in answer["pools"]} == {"so-tu-phap/officer", "so-tu-phap/leader", "desks"}
    with pytest.raises(ValueError, match="no office 'nowhere'"):
        explain(load("quickstart"), office="nowhere")


def test_parts_add_up_to_the_whole():
    answer = explain(load("an-giang-2021"))
    for row in (*answer["levels"], *answer["procedures"], answer["total"]):
        assert sum(row["parts"].values()) == pytest.approx(row["hours"])
        assert 0 <= row["on_time"] <= 1
    assert sum(row["dossiers"] for row in answer["levels"]) == pytest.approx(answer["total"]["dossiers"])


def test_it_is_the_same_every_time():
    assert explain(load("quickstart")) == explain(load("quickstart"))


# -- against runs ------------------------------------------------------------------------------------------


def test_verified_formulas_are_near_the_runs():
    found = verify(Explained(frozen(network(1.6, Station(2), weeks=12))), replications=3)
    (row,) = found["pools"]
    for name, within in (("utilisation", 0.02), ("wait_working_hours", 0.15), ("wait_chance", 0.04)):
        assert row[name]["formula"] == pytest.approx(row[name]["run"], rel=within)
        assert row[name]["difference"] == pytest.approx(row[name]["formula"] - row[name]["run"])
        assert row[name]["half"] > 0


def test_a_ward_is_explained_as_it_runs():
    found = verify(Explained(frozen(load("quickstart"))), replications=8, seed=11)
    whole = found["levels"][-1]
    assert whole["on_time"]["difference"] == pytest.approx(0, abs=0.015)
    assert whole["days"]["formula"] == pytest.approx(whole["days"]["run"], rel=0.12)
    for row in found["pools"]:
        for name, more in (("utilisation", 0.01), ("wait_chance", 0.04)):
            assert abs(row[name]["difference"]) < 1.5 * row[name]["half"] + more


# -- the command -------------------------------------------------------------------------------------------


def told(*arguments):
    return CliRunner().invoke(cli, ["explain", *arguments])


def test_the_command_tells_the_bottleneck_in_both_languages():
    for lang, words in (("en", "The bottleneck is H44.100/justice"), ("vi", "Nút thắt là H44.100/justice")):
        done = told("quickstart", "--lang", lang)
        assert done.exit_code == 0
        assert words in done.stdout


def test_saturated_pools_are_an_exit_code_of_one():
    done = told("quickstart", "--lever", "staff:pool=justice,factor=0.5", "--verify", "--replications", "1",
                "--format", "json")  # fmt: skip
    assert done.exit_code == 1
    answer = json.loads(done.stdout)
    assert [row["pool"] for row in answer["saturated"]] == ["H44.100/justice"]
    assert answer["levers"] == ["staff:pool=justice,factor=0.5"]
    assert answer["verify"]["pools"][0]["utilisation"]["half"] is None
    assert "saturated" in told("quickstart", "--lever", "staff:pool=justice,factor=0.5").stdout


def test_what_cannot_be_explained_is_refused_with_what_to_do():
    assert "name a SCENARIO" in told().output
    assert "name the SCENARIO" in told("--late", "run").output
    assert "--verify is of the formulas" in told("quickstart", "--late", "run", "--verify").output
    assert "a record is as it is" in told("--late", "march.jsonl", "--lever", "edd").output
    assert "no office 'x'" in str(told("quickstart", "--office", "x").exception)


@pytest.mark.full
def test_the_page_shows_formulas_beside_runs_as_they_are():
    assert beside.main(["--check"]) == 0


def test_the_page_has_the_formulas_of_today():
    explained = Explained(frozen(load("quickstart")))
    assert next(iter(beside.row(explained))) in beside.PAGE.read_text("utf-8")
