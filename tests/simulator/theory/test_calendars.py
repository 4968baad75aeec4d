"""Opening hours: a queue that pauses at closing is, in working hours, the queue without a calendar.

That is exact, and so an oracle: arrivals are Poisson in working time, and work goes on where it stopped.
"""

from datetime import datetime, timedelta

import numpy as np
import pytest

from dossier.law.calendar import VIETNAM, WorkingCalendar, vietnam
from simulator.scenario.model import Opening
from tests.simulator.theory.interval import assert_agrees, batches
from tests.simulator.theory.queues import MONDAY, WEEKS, Station, network, play

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPANS = [["08:00", "12:00"], ["13:00", "17:00"]]
BARE = Opening(week=dict.fromkeys(DAYS[:5], SPANS), holidays=False)
OPEN = Opening(week={day: [["00:00", "24:00"]] for day in DAYS}, holidays=False)
MIDNIGHT = datetime(MONDAY.year, MONDAY.month, MONDAY.day, tzinfo=VIETNAM).timestamp()

CALENDARS = {"bare": WorkingCalendar(dict.fromkeys(range(5), SPANS)), "office": vietnam()}


@pytest.mark.parametrize("name", CALENDARS)
def test_in_working_hours_a_queue_that_pauses_at_closing_is_the_queue_without_a_calendar(name):
    calendar = CALENDARS[name]
    year = [MIDNIGHT, MIDNIGHT + timedelta(weeks=WEEKS).total_seconds()]
    scenario = network(
        4.0,
        Station(5),
        unit=3600,
        hours=calendar.between(*year) / 3600,
        calendars={"bare": BARE},
        profile={"channels": {"in_person": 1.0}, "calendar": name},
    )
    visits = play(scenario, 31, 120_000, rows=False).at()
    asked, began = (
        calendar.worked(MIDNIGHT + np.array([getattr(visit, instant) for visit in visits]))
        for instant in ("asked", "began")
    )
    assert_agrees(0.554112554, batches((began - asked) / 3600), 0.3)


def test_a_calendar_that_is_always_open_is_none_bit_for_bit():
    stations = Station(2), Station(1, 0.4)
    always = play(network(1.6, *stations), 2, 5_000)
    week = play(network(1.6, *stations, calendars={"open": OPEN}, profile={"calendar": "open"}), 2, 5_000)
    assert week == always


def test_work_pauses_at_closing_and_goes_on_at_the_next_opening():
    profile = {"channels": {"in_person": 1.0}, "calendar": "bare"}
    scenario = network(1.0, Station(1), unit=3600, hours=2080, calendars={"bare": BARE}, profile=profile)
    calendar, nights = CALENDARS["bare"], 0
    for visit in play(scenario, 3, 300).at():
        began, ended = MIDNIGHT + visit.began, MIDNIGHT + visit.ended
        assert calendar.is_open(began)
        assert calendar.opening(ended - 1) - ended < 1, "work never ends while the office is closed"
        nights += calendar.local(began).date() != calendar.local(ended).date()
    assert nights > 10, "some of it went over night"
