"""Levers on how offices work: channels, letters, Saturday mornings."""

from datetime import date, timedelta

import pytest

from simulator.scenario.levers.service import online
from simulator.scenario.model import (
    Drift,
    ScenarioError,
)
from tests.simulator.scenario.levers.worlds import pulled, shipped


def test_the_online_share_moves_evenly_and_the_other_channels_keep_their_proportions(quickstart):
    profile = pulled(quickstart, "online-share:share=0.95,ramp_days=40,on=2026-03-01").profiles["ward"]
    shares = [online(profile, date(2026, 3, 1) + timedelta(days)) for days in (-5, 0, 10, 20, 40, 90)]
    assert shares == pytest.approx([0.75, 0.75, 0.8, 0.85, 0.95, 0.95])
    assert profile.channels == quickstart.profiles["ward"].channels
    at_once = pulled(quickstart, "online-share:share=0.5").profiles["ward"]
    assert at_once.channels == pytest.approx({"online": 0.5, "in_person": 0.44, "post": 0.06})
    assert at_once.drift == []
    again = pulled(
        quickstart,
        "online-share:share=0.95,ramp_days=40",
        "online-share:share=0.2,ramp_days=10,on=2026-02-21",
    )
    assert again.profiles["ward"].drift == [
        Drift(date(2026, 2, 21), pytest.approx(0.75 + 0.2 * 20 / 40)),
        Drift(date(2026, 3, 3), 0.2),
    ]


@pytest.mark.parametrize("ramp", [0, 30])
def test_where_all_was_online_the_others_come_in_person(ramp):
    after = pulled(shipped("five-step"), f"online-share:share=0.6,ramp_days={ramp}").profiles["office"]
    assert after.channels == pytest.approx({"online": 0.6, "in_person": 0.4})


def test_the_post_takes_from_the_visits_alone(quickstart):
    channels = pulled(quickstart, "post-office:post=0.1").profiles["ward"].channels
    assert channels == pytest.approx({"online": 0.75, "in_person": 0.15, "post": 0.1})
    with pytest.raises(
        ScenarioError, match=r"setting post: 0\.3 is more than the 0\.25 that are not filed online"
    ):
        pulled(quickstart, "post-office:post=0.3")


def test_letters_of_an_office_of_its_own_give_way_to_the_lever():
    after = pulled(shipped("phu-tho-2026"), "apology:share=0.9,level=commune")
    for office in after.offices.values():
        profile = after.profiles[office.profile]
        share = profile.apology.share if office.letters is None else office.letters
        assert (share == 0.9) == (profile.level == "commune")


def test_saturday_mornings_come_to_a_calendar_of_ones_own():
    after = pulled(shipped("five-step"), "saturday")
    assert after.profiles["office"].calendar == "benchmark@saturday"
    week = after.calendars["benchmark@saturday"].week
    assert week == {**shipped("five-step").calendars["benchmark"].week, "sat": [["08:00", "12:00"]]}
    assert pulled(after, "saturday") == after
    assert pulled(shipped("mm10"), "saturday") == shipped("mm10")
