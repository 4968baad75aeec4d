"""When citizens file: as often as the volume says, at the hours at which they can."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from msgspec.structs import replace

from simulator.luck.demand import Inflow
from simulator.scenario.model import Drift, Exponential, Office, Rhythm, Tet
from tests.simulator.luck.worlds import (
    MONDAY,
    ORIGIN,
    SHAPE,
    SHARES,
    TET,
    WEEK,
    calendar,
    chi_square,
    demand,
    procedure,
    profile,
    quantile,
    slots,
    within,
    world,
    year,
)

BUSY = {"H1": Office(profile="ward", volume=200_000)}


def counts(filings, key, cells):
    found = Counter(map(key, filings))
    return [found[cell] for cell in cells]


def hour(filing):
    return int(filing.at % 86400 // 3600)


# -- the process -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def weeks():
    """Counts of a week's half-hours and channels (2 x 336) in 400 worlds, and what is expected of each."""
    scenario = world()
    rates = slots(scenario)
    channels = ["online", "in_person"]
    found, shared = [], demand(scenario)
    for seed in range(400):
        filings, _ = Inflow(shared, "H1", seed).week(MONDAY)
        begin = (MONDAY - date(2025, 12, 29)).days * 86400.0
        times = {channel: [f.at - begin for f in filings if f.channel == channel] for channel in channels}
        found.append([np.histogram(times[channel], bins=336, range=(0, WEEK))[0] for channel in channels])
    days = [MONDAY + timedelta(days=i) for i in range(7)]
    expected = [
        [20_000 * rates[day, slot, channel] for day in days for slot in range(48)] for channel in channels
    ]
    return np.array(found), np.array(expected)


def test_the_mean_count_of_every_half_hour_is_its_rate(weeks):
    found, expected = weeks
    open_ = expected > 0
    assert not found.sum(axis=0)[~open_].any()
    chi_square(found.sum(axis=0)[open_], 400 * expected[open_])


def test_the_variance_of_every_half_hour_is_its_mean(weeks):
    """The dispersion of Poisson counts: (n - m)²/m has the mean 1 and the variance 2 + 1/m."""
    found, expected = weeks
    for channel in range(2):
        m = expected[channel][expected[channel] > 0.05]
        n = found[:, channel, expected[channel] > 0.05]
        dispersion = np.square(n - m) / m
        spread = np.sqrt((2 + 1 / m).sum() / 400) / len(m)
        assert abs(dispersion.mean() - 1) < 3.29 * spread


def test_half_hours_days_and_channels_are_independent(weeks):
    found, expected = weeks
    centred = found - expected
    morning, next_ = centred[:, :, 16:160], centred[:, :, 17:161]
    for one, other in (
        (morning, next_),
        (centred[:, 0], centred[:, 1]),
        (centred[:, :, :288], centred[:, :, 48:]),
    ):
        total = (one * other).sum(axis=0)
        spread = np.sqrt(np.square(one * other).sum())
        assert abs(total.sum()) < 3.29 * spread


def test_within_an_open_hour_filings_are_even():
    filings = within(world(), year(world(offices=BUSY)))
    nine = [filing.at % 3600 for filing in filings if hour(filing) == 9]
    chi_square(np.histogram(nine, bins=60, range=(0, 3600))[0], np.full(60, len(nine) / 60))


def test_gaps_of_an_even_process_are_exponential():
    even = world(ward=profile(channels={"online": 1}), shape=replace(SHAPE, online=Rhythm()), offices=BUSY)
    at = np.array([filing.at for filing in year(even, weeks=10)])
    gaps = np.diff(at) * len(at) / at[-1]
    bounds = -np.log(1 - np.arange(40) / 40)
    chi_square(np.histogram(gaps, bins=[*bounds, np.inf])[0], np.full(40, len(gaps) / 40))


def test_servers_without_end_hold_what_the_theory_of_a_daily_wave_says():
    """Mt/M/infinity: counts present are Poisson around the solution of m' = rate - m/4 h, hour by hour."""
    wave = [
        10 * (1 + 0.5 * 12 / np.pi * (np.cos(np.pi * h / 12) - np.cos(np.pi * (h + 1) / 12)))
        for h in range(24)
    ]
    waves = world(
        ward=profile(channels={"online": 1}),
        shape=replace(SHAPE, online=Rhythm(hour=wave)),
        offices={"H1": Office(profile="ward", volume=10 * 24 * 365)},
    )
    inflow = demand(waves, 5).inflow("H1")
    came, left = [], []
    for i in range(52):
        filings, luck = inflow.week(date(2025, 12, 29) + timedelta(weeks=i))
        came += [filing.at for filing in filings]
        stays = luck.factor("stay", Exponential())
        left += [filing.at + 4 * 3600 * stay for filing, stay in zip(filings, stays, strict=True)]
    keep = np.exp(-0.25)
    mean = [0.0]
    for rate in wave * 6:  # five days to forget the empty beginning
        mean.append(mean[-1] * keep + rate * 4 * (1 - keep))
    expected = np.array(mean[-25:-1])
    closed = 40 + 13.812422451 * np.sin(np.pi / 12 * np.arange(24) - 0.808448793)
    assert expected == pytest.approx(closed, abs=0.2)  # a wave against its hourly steps
    present = np.searchsorted(np.sort(came), np.arange(7 * 24, 52 * 7 * 24) * 3600.0) - np.searchsorted(
        np.sort(left), np.arange(7 * 24, 52 * 7 * 24) * 3600.0
    )
    by_day = present.reshape(-1, 24)
    for h in range(0, 24, 6):  # one hour's counts on successive days are all but independent
        m, n = expected[h], by_day[:, h]
        assert abs(n.mean() - m) < 3.29 * np.sqrt(m / len(n))
        assert quantile(len(n), -3.0902) < (np.square(n - m) / m).sum() < quantile(len(n))


# -- the profile -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def filed():
    """A year of a busy office."""
    scenario = world(offices=BUSY)
    return within(scenario, year(scenario))


def test_the_year_brings_its_volume_and_each_channel_and_procedure_its_share(filed):
    assert abs(len(filed) - 200_000) < 3.29 * 200_000**0.5
    cells = [(channel, name) for channel in SHARES for name in ("birth", "land")]
    expected = [200_000 * SHARES[channel] * {"birth": 0.75, "land": 0.25}[name] for channel, name in cells]
    chi_square(counts(filed, lambda filing: (filing.channel, filing.procedure), cells), expected)


@pytest.mark.parametrize("channel", SHARES)
def test_weekdays_and_hours_are_those_of_the_channel(filed, channel):
    rates = {key: 200_000 * rate for key, rate in slots(world()).items() if key[2] == channel}
    own = [filing for filing in filed if filing.channel == channel]
    for kind, of_slot in (
        (lambda filing: filing.day.weekday(), lambda day, slot: day.weekday()),
        (hour, lambda day, slot: slot // 2),
        (lambda filing: filing.day.month, lambda day, slot: day.month),
    ):
        expected = Counter()
        for (day, slot, _), rate in rates.items():
            expected[of_slot(day, slot)] += rate
        cells = [cell for cell, value in expected.items() if value]
        found = counts(own, kind, cells)
        assert sum(found) == len(own)
        chi_square(found, [expected[cell] for cell in cells])


def test_the_hour_says_nothing_about_the_procedure(filed):
    land = Counter(hour(filing) for filing in filed if filing.procedure == "land")
    all_ = Counter(map(hour, filed))
    chi_square([land[h] for h in range(24)], [all_[h] / 4 for h in range(24)])


def test_counters_take_filings_only_while_open_and_the_portal_always():
    for name in ("office", "saturday-morning", "quarters"):
        filings = year(world(ward=profile(calendar=name)), weeks=12)
        hours = calendar(name)
        for filing in filings:
            assert filing.channel == "online" or hours.is_open(ORIGIN + filing.at)
        closed = [not hours.is_open(ORIGIN + f.at) for f in filings if f.channel == "online"]
        assert np.mean(closed) > 0.4
    saturdays = {filing.day for filing in year(world(ward=profile(calendar="saturday-morning")), weeks=12)
                 if filing.channel == "in_person" and filing.day.weekday() == 5}  # fmt: skip
    assert len(saturdays) > 8


def test_the_weeks_around_tet_are_as_the_scenario_says():
    shape = replace(SHAPE, tet=[Tet(since=-7, until=0, factor=0.5), Tet(since=6, until=13, factor=1.5)])
    scenario = world(shape, offices=BUSY)
    filings, rates = within(scenario, year(scenario, weeks=12)), slots(scenario)
    days = [TET[2026] + timedelta(days=i) for i in range(-14, 20)]
    expected = Counter()
    for (day, _, _), rate in rates.items():
        expected[day] += 200_000 * rate
    found = counts(filings, lambda filing: filing.day, days)
    chi_square(found, [expected[day] for day in days])
    workdays = [i for i, day in enumerate(days) if calendar("office").is_workday(day) and day.weekday() == 3]
    before, quiet, busy = (found[i] for i in workdays[:3])
    assert quiet < 0.6 * before
    assert busy > 1.3 * before


def test_five_years_of_drift_from_19_to_95_per_cent_are_found_again():
    drift = [Drift(on=date(2021, 7, 1), online=0.19), Drift(on=date(2025, 7, 1), online=0.95)]
    years = world(
        replace(
            SHAPE, online=Rhythm(weekday=[1, 1, 1, 1, 1, 0, 0]), in_person=Rhythm(weekday=[1] * 5 + [0, 0])
        ),
        profile(drift=drift, channels={"online": 0.4, "in_person": 0.6}),
        start=date(2021, 1, 1),
        until=date(2026, 1, 1),
        offices={"H1": Office(profile="ward", volume=100_000)},
    )
    inflow = demand(years).inflow("H1")
    mondays = [date(2020, 12, 28) + timedelta(weeks=i) for i in range(262)]
    filings = within(years, [filing for monday in mondays for filing in inflow.week(monday)[0]])
    assert abs(len(filings) - 100_000) < 3.29 * 100_000**0.5
    slope = 0.76 / 4
    for y in range(2021, 2026):
        own = [filing.channel == "online" for filing in filings if filing.day.year == y]
        middle = 0.19 + slope * (y - 2021)  # of July 1st, the middle of the year
        expected = middle + slope / 8 if y == 2021 else middle - slope / 8 if y == 2025 else middle
        # Holidays rest the counters only: the online share of a year is some tenths of a point off the line.
        assert abs(np.mean(own) - expected) < 0.006 + 3.29 * np.sqrt(expected * (1 - expected) / len(own))


def test_the_post_comes_in_batches_on_working_days():
    shape = replace(SHAPE, deliveries=["09:00", "15:00"])
    scenario = world(shape, profile(channels={"post": 1}))
    filings = within(scenario, year(scenario))
    assert abs(len(filings) - 20_000) < 3.29 * 20_000**0.5
    assert {filing.at % 86400 / 3600 for filing in filings} == {9.0, 15.0}
    assert all(calendar("office").is_workday(filing.day) for filing in filings)
    ordinary = [f for f in filings if f.day.month in (6, 7, 10, 11)]
    by_batch = counts(
        ordinary, lambda f: (f.day.weekday(), hour(f)), [(d, h) for d in range(5) for h in (9, 15)]
    )
    days = Counter(date(2026, m, d).weekday() for m in (6, 7, 10, 11) for d in range(1, 31))
    posted = np.array([9, 6] + [4, 6] * 4) * np.repeat([days[d] for d in range(5)], 2)
    # The 31st of July and of October are a Friday and a Saturday; the 24th of November, a Tuesday, is off.
    assert np.array(by_batch) / sum(by_batch) == pytest.approx(posted / posted.sum(), abs=0.02)


def test_volumes_are_filed_beside_the_mix_by_the_channels_and_hours_of_the_office():
    offices = {"H1": Office(profile="ward", volume=8_000, volumes={"rare": 3_000, "birth": 1_000})}
    scenario = world(offices=offices)
    filings = within(scenario, year(scenario))
    names = ["birth", "land", "rare"]
    chi_square(counts(filings, lambda filing: filing.procedure, names), [7_000, 2_000, 3_000])
    rare = [filing for filing in filings if filing.procedure == "rare"]
    chi_square(counts(rare, lambda f: f.channel, list(SHARES)), [3_000 * share for share in SHARES.values()])


def test_a_procedure_has_months_of_its_own():
    school = [0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0]
    procedures = {"birth": procedure("1.1"), "land": procedure("1.2", months=school)}
    scenario = world(procedures=procedures)
    filings = within(scenario, year(scenario))
    land = Counter(filing.day.month for filing in filings if filing.procedure == "land")
    assert set(land) == {6, 7}
    assert abs(land.total() - 5_000) < 3.29 * 5_000**0.5
    assert land[6] / land[7] == pytest.approx(2 * 30 / 31, rel=0.12)
    birth, expected = (
        Counter(filing.day.month for filing in filings if filing.procedure == "birth"),
        Counter(),
    )
    for (day, _, _), rate in slots(scenario).items():
        expected[day.month] += 15_000 * rate
    chi_square([birth[month] for month in expected], list(expected.values()))


def test_filings_are_in_order_and_numbered_day_by_day(filed):
    assert all(one.at <= other.at for one, other in pairwise(filed))
    last = Counter()
    for filing in filed:
        last[filing.day] += 1
        assert filing.number == last[filing.day]
        assert filing.day == date(2025, 12, 29) + timedelta(days=int(filing.at // 86400))
