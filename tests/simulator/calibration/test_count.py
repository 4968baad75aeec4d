"""The counts agree with the figures that are folded from facts, and days count as the portal counts them."""

from collections import defaultdict
from datetime import date

import pytest
from msgspec.structs import replace

from dossier.event import Accepted, Resolved, SupplementProvided, SupplementRequested
from dossier.figures.indicators import measure, report
from dossier.law.calendar import vietnam
from dossier.life.lifecycle import fold
from dossier.life.state import Dossier
from simulator.calibration.count import Count, by_office, counted, counts
from simulator.run import Simulation, midnight
from simulator.scenario.files import load

MARCH = date(2026, 3, 1), date(2026, 3, 20)
OFFICES = {"H44.45": 3000, "H44.42": 4000, "H44.22": 4000, "H44.44": 3000, "H44.100": 3000, "H44.170": 3000}
"""Land with its payments, limits in working and in calendar days, letters, and two communes."""


@pytest.fixture(scope="module")
def province():
    """A small one, of six real offices."""
    whole = load("phu-tho-2026")
    offices = {name: replace(whole.offices[name], volume=float(n)) for name, n in OFFICES.items()}
    return replace(whole, offices=offices)


@pytest.fixture(scope="module")
def found(province):
    return counts(province, 3, *MARCH)


@pytest.fixture(scope="module")
def lives(province):
    """The facts of each dossier, told in full."""
    lives = defaultdict(list)
    for fact in Simulation(province, 3, *MARCH).facts():
        lives[fact.dossier_id].append(fact)
    return lives


@pytest.fixture(scope="module")
def figures(lives):
    """The figures that serve the monitor, folded from facts."""
    calendar, states, until = vietnam(), [], midnight(MARCH[1])
    for name, facts in lives.items():
        state = Dossier(scenario="phu-tho-2026", dossier_id=name, office=facts[0].office)
        for fact in facts:
            fold(state, fact, calendar)
        states.append(state)
    return report(measure(states, until, calendar), "phu-tho-2026", until, "office", "first")["by"]["office"]


@pytest.mark.parametrize("office", OFFICES)
def test_they_are_what_the_figures_are(office, found, figures):
    """On time by decision 766, waits, letters, second requests, withdrawals and the open ones with it."""
    count, folded = by_office(found)[office], figures[office]
    assert (count.judged, count.on_time) == (folded["judged_766"], folded["on_time_766"])
    assert count.rate == folded["on_time_rate_766"]
    assert 0 < count.on_time < count.judged


def test_they_are_of_those_received_in_the_period(found, lives):
    start = midnight(MARCH[0])
    received, online, completed, days = (defaultdict(float) for _ in range(4))
    for facts in lives.values():
        accepted = next((fact for fact in facts if isinstance(fact, Accepted)), None)
        if accepted is None or accepted.at.timestamp() < start:
            continue
        received[accepted.office] += 1
        online[accepted.office] += accepted.online
        waited, asked = 0.0, 0.0
        for fact in facts:
            if isinstance(fact, SupplementRequested):
                asked = fact.at.timestamp()
            elif isinstance(fact, SupplementProvided):
                waited += fact.at.timestamp() - asked
            elif isinstance(fact, Resolved):
                completed[fact.office] += 1
                days[fact.office] += (fact.at - accepted.at).total_seconds() / 86400 - waited / 86400
    for office, count in by_office(found).items():
        assert (count.received, count.online, count.completed) == (
            received[office], online[office], completed[office],
        )  # fmt: skip
        assert count.elapsed == pytest.approx(days[office], abs=2 * len(lives) / 86400)
        assert count.received < count.judged
        assert count.days >= count.completed


@pytest.mark.parametrize(
    ("unit", "worked_hours", "clock_days", "days"),
    [
        ("same-day", 0.2, 0.01, 1), ("same-day", 8, 1.2, 1), ("same-day", 8.1, 1.3, 2),
        ("wd", 24, 5, 3), ("wd", 24.5, 3.1, 4), ("wh", 9, 1.1, 2),
        ("d", 24, 5, 5), ("d", 24, 5.01, 6), ("m", 8, 0.4, 1),
    ],
)  # fmt: skip
def test_days_are_those_begun_in_the_unit_of_the_limit(unit, worked_hours, clock_days, days):
    assert counted(unit, worked_hours * 3600, clock_days * 86400) == days


def test_two_processes_count_as_one(province, found):
    assert counts(province, 3, *MARCH, processes=2) == found


def test_offices_can_be_counted_alone(province, found):
    alone = counts(province, 3, *MARCH, only=["H44.42"])
    assert alone == {key: count for key, count in found.items() if key[0] == "H44.42"}


def test_nothing_has_no_rate():
    assert (Count().rate, Count().mean_days, Count().mean_elapsed) == (None, None, None)
