"""Rates: the volume, spread as the scenario says, and reckoned twice."""

from collections import defaultdict
from datetime import date, timedelta

import numpy as np
import pytest
from msgspec.structs import replace

from simulator.luck.rates import CHANNELS, Rates, tet
from simulator.scenario.model import Drift, Rhythm, ScenarioError, Season, Tet
from tests.simulator.luck.worlds import SHAPE, TET, calendar, profile, slots, world

LEVEL = tuple([1.0] * 12)
FULL = replace(
    SHAPE,
    months=[1, 0.6, 1.1, 1, 1, 1.2, 1.3, 1.2, 1, 1, 1, 0.8],
    seasons=[Season(since=date(2026, 6, 10), until=date(2026, 6, 17), factor=1.5)],
    tet=[
        Tet(since=-7, until=0, factor=0.7),
        Tet(since=6, until=13, factor=1.2),
        Tet(since=-40, until=-36, factor=1.3),  # of 2027: the last days of December
    ],
)
DRIFT = [Drift(on=date(2026, 8, 1), online=0.9), Drift(on=date(2026, 4, 1), online=0.1)]
WORLDS = {
    "level": world(),
    "seasons": world(FULL),
    "saturday mornings": world(FULL, profile(calendar="saturday-morning")),
    "odd quarters of an hour": world(SHAPE, profile(calendar="quarters")),
    "always open": world(SHAPE, profile(calendar="always")),
    "drift": world(FULL, profile(drift=DRIFT)),
    "a winter": world(FULL, start=date(2025, 12, 10), until=date(2026, 2, 19)),
}


def rates(scenario):
    return Rates(scenario, calendar(scenario.profiles["ward"].calendar))


def daily(scenario, months=None, weeks=53, first=date(2025, 12, 29)):
    """Expected filings per dossier of volume by day and channel, inside the scenario's period."""
    spread, found = rates(scenario), {}
    for monday in (first + timedelta(weeks=i) for i in range(weeks)):
        expected = spread.expected("ward", (tuple(months or scenario.demand.months),), monday)
        for channel in CHANNELS:
            for i, value in enumerate(expected[channel][0].tolist()):
                if scenario.start <= monday + timedelta(days=i) < scenario.until:
                    found[monday + timedelta(days=i), channel] = value
    return found


@pytest.mark.parametrize("name", WORLDS)
def test_each_day_and_channel_has_what_its_definition_says(name):
    scenario = WORLDS[name]
    definition = defaultdict(float)
    for (day, _, channel), expected in slots(scenario).items():
        definition[day, channel] += expected
    assert daily(scenario, first=date(2025, 12, 8), weeks=56) == pytest.approx(dict(definition), abs=1e-15)


@pytest.mark.parametrize("name", WORLDS)
def test_each_half_hour_has_what_its_definition_says(name):
    scenario = WORLDS[name]
    definition, spread = slots(scenario), rates(scenario)
    for monday in (date(2026, 2, 9), date(2026, 1, 26)):
        expected = spread.expected("ward", (tuple(scenario.demand.months),), monday)
        for channel in CHANNELS:
            week = spread.week(monday, channel)
            up_to = np.interp(np.arange(7 * 48 + 1) * 1800.0, week.edges, week.mass)
            for i in range(7):
                within = np.diff(up_to[i * 48 : i * 48 + 49]) / (week.daily[i] or 1)
                day = monday + timedelta(days=i)
                if day < scenario.until:
                    wanted = [definition[day, slot, channel] for slot in range(48)]
                    assert expected[channel][0, i] * within == pytest.approx(wanted, abs=1e-15)


@pytest.mark.parametrize(
    "scenario",
    [
        *WORLDS.values(),
        world(replace(FULL, deliveries=["09:00", "14:30"])),
        world(replace(SHAPE, post=Rhythm(hour=[0] * 24))),
        world(FULL, start=date(2026, 2, 12), until=date(2026, 2, 25)),
    ],
)
def test_the_whole_period_brings_the_volume_whatever_the_seasons(scenario):
    assert sum(daily(scenario, first=date(2025, 12, 8), weeks=56).values()) == pytest.approx(1)


def test_a_procedure_with_months_of_its_own_brings_its_volume_in_them():
    months = [0, 0, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    found = daily(WORLDS["seasons"], months)
    assert sum(found.values()) == pytest.approx(1)
    by_month = defaultdict(float)
    for (day, _), expected in found.items():
        by_month[day.month] += expected
    assert {month for month, expected in by_month.items() if expected} == {3, 4}
    assert by_month[3] > 2.5 * by_month[4]


def test_the_same_years_go_on_before_and_after_the_period():
    scenario = world(start=date(2026, 3, 2), until=date(2026, 3, 30))
    spread = rates(scenario)
    inside, after = (
        spread.expected("ward", (LEVEL,), monday)["online"][0]
        for monday in (date(2026, 3, 16), date(2026, 6, 15))
    )
    assert after == pytest.approx(inside)


def test_the_lunar_new_year_is_that_of_vietnam():
    known = {
        2018: (2, 16),
        2019: (2, 5),
        2020: (1, 25),
        2021: (2, 12),
        2022: (2, 1),
        2023: (1, 22),
        2024: (2, 10),
    }
    for year, day in known.items():
        assert tet(year) == date(year, *day)
    assert {year: tet(year) for year in TET} == TET
    assert tet(2007) == date(2007, 2, 17)  # in China it was the 18th
    assert tet(1900) is tet(2101) is None


def test_the_week_before_tet_is_quiet_in_every_year():
    scenario = replace(WORLDS["seasons"], start=date(2025, 1, 1), until=date(2028, 1, 1))
    quiet, level = (rates(world) for world in (scenario, replace(scenario, demand=replace(FULL, tet=[]))))
    for new_year in TET.values():
        for offset, factor in ((-8, 1), (-7, 0.7), (-1, 0.7), (0, 1), (5, 1), (6, 1.2), (12, 1.2), (13, 1)):
            day = new_year + timedelta(days=offset)
            monday = day - timedelta(days=day.weekday())
            with_, without = (each.week(monday, "online").daily[day.weekday()] for each in (quiet, level))
            assert with_ == pytest.approx(factor * without)


def test_a_public_holiday_counts_as_a_sunday_online_and_closes_the_counter():
    week = date(2026, 4, 27)  # Monday in lieu of the Hung Kings' day, Thursday and Friday of the end of April
    online = rates(world()).week(week, "online").daily
    assert online / online[6] == pytest.approx([1, 5, 5, 1, 1, 1.5, 1])
    assert rates(world()).week(week, "in_person").daily.astype(bool).tolist() == [
        False, True, True, False, False, False, False,
    ]  # fmt: skip


def test_a_make_up_saturday_is_a_saturday_with_open_counters():
    saturday = rates(world()).week(date(2026, 1, 5), "in_person").daily
    assert saturday[5] == pytest.approx(saturday[1] * 0.8)


def test_drift_is_straight_between_its_points_and_level_outside():
    spread = rates(WORLDS["drift"])
    for monday, online in (
        (date(2026, 1, 12), 0.1),
        (date(2026, 3, 23), 0.1),
        (date(2026, 6, 1), 0.5),
        (date(2026, 8, 3), 0.9),
        (date(2026, 12, 7), 0.9),
    ):
        level = rates(WORLDS["seasons"]).expected("ward", (LEVEL,), monday)
        drifted = spread.expected("ward", (LEVEL,), monday)
        ratio = {name: drifted[name][0, 0] / level[name][0, 0] for name in CHANNELS}
        assert ratio["online"] / ratio["post"] == pytest.approx(online / 0.5 / ((1 - online) / 0.5))
        assert ratio["in_person"] == pytest.approx(ratio["post"])


def test_what_the_post_brings_was_posted_since_the_last_delivery():
    """Posted from 8 to 18, half as much on Saturdays; delivered at nine and three on working days."""
    spread = rates(world(replace(SHAPE, deliveries=["15:00", "09:00"])))
    hours = np.array([1.0] * 10) * 3600
    usual = spread.week(date(2026, 3, 9), "post")
    nine, three = np.arange(7) * 86400.0 + 9 * 3600, np.arange(7) * 86400.0 + 15 * 3600
    assert sorted(set(usual.edges.tolist())) == sorted([*nine[:5].tolist(), *three[:5].tolist()])
    batches = np.diff(np.append(0, usual.mass[1::2]))
    assert batches / 3600 == pytest.approx([3 + 5 + 1, 6] + [3 + 1, 6] * 4)
    assert usual.daily == pytest.approx(np.array([15, 10, 10, 10, 10, 0, 0]) * hours[0])
    before, tet_week, after = (
        spread.week(monday, "post") for monday in (date(2026, 2, 9), date(2026, 2, 16), date(2026, 2, 23))
    )
    assert not tet_week.daily.any()
    assert tet_week.edges.size == 0
    # From Friday at three over Tết: the rest of Friday, nothing on days off, and Monday's first hour.
    assert after.mass[1] == pytest.approx((3 + 1) * hours[0])
    assert before.daily[4] == pytest.approx(10 * hours[0])


def test_a_delivery_at_midnight_belongs_to_the_day_that_begins():
    spread = rates(world(replace(SHAPE, deliveries=["24:00"])))
    week = spread.week(date(2026, 3, 9), "post")
    assert week.edges[::2].tolist() == [86400.0 * day for day in range(1, 6)]
    assert week.daily / 3600 == pytest.approx([0, 15, 10, 10, 10, 10, 0])
    spread = rates(world(replace(SHAPE, deliveries=["00:00"])))
    assert spread.week(date(2026, 3, 9), "post").daily / 3600 == pytest.approx([15, 10, 10, 10, 10, 0, 0])


def test_a_world_at_which_nothing_can_be_filed_says_so():
    shut = world(ward=profile(channels={"in_person": 1}), start=date(2026, 3, 7), until=date(2026, 3, 9))
    with pytest.raises(
        ScenarioError, match=r"profiles\.ward: from start \(2026-03-07\).*nothing can be filed"
    ):
        daily(shut)


def test_a_drift_needs_a_channel_for_what_is_not_online():
    alone = world(ward=profile(channels={"online": 1}, drift=DRIFT))
    with pytest.raises(ScenarioError, match=r"profiles\.ward\.drift: no other channel"):
        daily(alone)
