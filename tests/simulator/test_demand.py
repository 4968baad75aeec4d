"""When citizens file: as often as the volume says, at the hours at which they can."""

from datetime import date, timedelta

import numpy as np
import pytest
from msgspec.structs import replace

from dossier.law.calendar import vietnam
from simulator.demand import CHANNELS, SLOT, Demand, Inflow
from simulator.run import midnight


@pytest.fixture(scope="module")
def busy(quickstart):
    """Quickstart with twenty thousand dossiers in the month."""
    return replace(quickstart, offices={"H44.100": replace(quickstart.offices["H44.100"], volume=20_000.0)})


def filings(scenario, seed=1, first=date(2026, 2, 23), weeks=6):
    inflow = Inflow(scenario, "H44.100", seed, Demand(scenario, vietnam()))
    return [filing for i in range(weeks) for filing in inflow.week(first + timedelta(weeks=i))]


def test_the_period_gets_its_volume_and_each_channel_and_procedure_its_share(busy):
    inside = [filing for filing in filings(busy) if busy.start <= filing.day < busy.until]
    assert abs(len(inside) - 20_000) < 3.3 * 20_000**0.5
    profile = busy.profiles["ward"]
    for channel, share in profile.channels.items():
        count = sum(filing.channel == channel for filing in inside)
        assert abs(count - 20_000 * share) < 3.5 * (20_000 * share) ** 0.5
    for place, share in enumerate(profile.mix.values()):
        count = sum(filing.procedure == place for filing in inside)
        assert abs(count - 20_000 * share) < 3.5 * (20_000 * share) ** 0.5


def test_counters_take_filings_only_while_open_and_the_portal_always(busy):
    calendar = vietnam()
    times = {channel: [f.at for f in filings(busy) if f.channel == channel] for channel in CHANNELS}
    assert all(calendar.is_open(at) for channel in ("in_person", "post") for at in times[channel])
    assert 0.2 < np.mean([not calendar.is_open(at) for at in times["online"]]) < 0.6


def test_mondays_are_busier_and_the_week_before_tet_is_not(busy):
    day_counts = dict.fromkeys((date(2026, 3, d) for d in range(2, 7)), 0)
    for filing in filings(busy, first=date(2026, 3, 2), weeks=1):
        if filing.day in day_counts:
            day_counts[filing.day] += 1
    counts = list(day_counts.values())
    assert counts[0] > 1.1 * counts[1]
    before = len(filings(busy, first=date(2026, 2, 9), weeks=1))
    assert before < 0.8 * len(filings(busy, first=date(2026, 3, 9), weeks=1))


def test_filings_are_in_order_and_numbered_day_by_day(busy):
    drawn = filings(busy, weeks=2)
    assert drawn == sorted(drawn, key=lambda filing: filing.at)
    last: dict[date, int] = {}
    for filing in drawn:
        assert filing.number == last.get(filing.day, 0) + 1
        assert midnight(filing.day) <= filing.at < midnight(filing.day + timedelta(days=1))
        last[filing.day] = filing.number


def test_counts_of_a_slot_are_poisson(busy):
    """Over many seeds, the variance of a slot's count is its mean."""
    demand = Demand(busy, vietnam())
    monday = date(2026, 3, 9)
    counts = []
    for seed in range(300):
        at = [f.at for f in Inflow(busy, "H44.100", seed, demand).week(monday) if f.channel == "online"]
        counts.append(
            np.histogram(at, bins=np.append(demand.starts(monday), demand.starts(monday)[-1] + SLOT))[0][
                16:22
            ]
        )
    table = np.array(counts)
    expected = 20_000 * 0.75 * demand.rates(monday, "online")[16:22]
    assert np.abs(table.mean(axis=0) - expected).max() < 4 * np.sqrt(expected.max() / 300)
    assert 0.8 < (table.var(axis=0, ddof=1) / expected).mean() < 1.2


def test_an_office_may_open_on_saturday_mornings(busy):
    calendar = vietnam(saturday_morning=True)
    inflow = Inflow(busy, "H44.100", 1, Demand(busy, calendar))
    saturday = [f for f in inflow.week(date(2026, 3, 9)) if f.channel == "in_person" and f.day.weekday() == 5]
    assert saturday
    assert all(calendar.is_open(filing.at) for filing in saturday)
