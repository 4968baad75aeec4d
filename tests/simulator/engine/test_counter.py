"""The counter: filings by every channel, the ticket queue, acceptance and its due date."""

from msgspec.structs import replace

from dossier.event import Accepted
from simulator.scenario.model import Conduct, Constant, Official, Uniform
from tests.simulator.engine.plays import COUNTER, Played, office, play, procedure, world

VISITORS = replace(COUNTER, in_person_minutes=60, patience_minutes=30)


def accepted(played: Played) -> list[Accepted]:
    """The receipts, in their order."""
    return [fact for fact in played.facts if isinstance(fact, Accepted)]


# -- the work of the counter


def test_where_there_is_no_counter_a_dossier_is_accepted_as_it_is_filed():
    played = play(world(), ["02 08:00", {"at": "02 09:30", "channel": "post"}])
    assert played.stories == [
        [
            "02 08:00 submitted",
            "02 08:00 accepted due 04 08:00",
            "02 09:00 step_finished check since 02 08:00",
            "02 09:00 resolved",
            "02 09:00 result_returned online",
        ],
        [
            "02 09:30 accepted due 04 09:30",
            "02 10:30 step_finished check since 02 09:30",
            "02 10:30 resolved",
            "02 10:30 result_returned post",
        ],
    ]
    assert played.anomalies == {}


def test_each_channel_takes_its_own_time_at_the_counter():
    rows = ["02 08:00", {"at": "02 08:05", "channel": "in_person"}, {"at": "02 08:07", "channel": "post"}]
    played = play(world(profile={"intake": COUNTER}), rows)
    assert [visit[3:] for visit in played.visits if visit[1] == "counter"] == [
        ("02 08:00", "02 08:00", "02 08:10"),
        ("02 08:05", "02 08:10", "02 08:30"),
        ("02 08:07", "02 08:30", "02 09:00"),
    ]
    assert [fact.at.strftime("%H:%M") for fact in accepted(played)] == ["08:10", "08:30", "09:00"]
    assert [(fact.channel, fact.online) for fact in accepted(played)] == [
        ("online", True),
        ("in_person", False),
        ("post", False),
    ]
    assert played.anomalies == {}


def test_what_is_filed_at_night_is_taken_up_in_the_morning_and_counted_from_then():
    (story,) = play(world(profile={"intake": COUNTER}), ["02 21:00"]).stories
    assert story[:3] == [
        "02 21:00 submitted",
        "03 08:10 accepted due 05 08:10",
        "03 09:10 step_finished check since 03 08:10",
    ]


def test_an_official_with_half_a_day_for_each_takes_twice_as_long_for_two_at_a_time():
    rows = [{"at": "02 08:00", "channel": "post"}] * 3
    scenario = world(profile={"intake": COUNTER}, offices={"O": office(share=0.5)})
    assert [visit[4:] for visit in play(scenario, rows).visits if visit[1] == "counter"] == [
        ("02 08:00", "02 09:00"),
        ("02 08:00", "02 09:00"),
        ("02 09:00", "02 10:00"),
    ]


def test_a_named_step_at_the_counter_is_told_after_acceptance():
    played = play(world(profile={"intake": replace(COUNTER, step="intake")}), ["02 11:55"])
    assert played.stories[0][:3] == [
        "02 11:55 submitted",
        "02 13:05 accepted due 04 13:05",
        "02 13:05 step_finished intake since 02 11:55",
    ]
    assert played.visits[0][:3] == ("O-260302-0001", "counter", "intake")


def test_the_counter_is_as_quick_as_the_procedure_or_the_counter_itself_varies():
    known = {"p": procedure(variation=Constant()), "q": procedure(code="1.2", variation=Uniform())}
    rows = [{"at": "02 08:00", "procedure": "p"}, {"at": "02 10:00", "procedure": "q"}]
    only_volume = {"mix": {"p": 1.0}, "intake": COUNTER}
    for profile in (only_volume, {"intake": COUNTER}):
        scenario = world(procedures=known, profile=profile, offices={"O": office(volumes={"q": 10})})
        plain, varied = (
            visit[4:] for visit in play(scenario, rows, own=True).visits if visit[1] == "counter"
        )
        assert plain == ("02 08:00", "02 08:10")
        assert varied != ("02 10:00", "02 10:10")
    own = replace(COUNTER, variation=Uniform())
    scenario = world(procedures=known, profile={"intake": own})
    given = [{**row, "factor/work/intake/0": factor} for row, factor in zip(rows, (0.5, 2.0), strict=True)]
    ends = [visit[5] for visit in play(scenario, given, own=True).visits if visit[1] == "counter"]
    assert ends == ["02 08:05", "02 10:20"]


# -- who never gets to the counter


def test_the_staff_of_the_post_office_receive_visitors_at_no_work_of_the_counter():
    rows = [
        {"at": "02 08:00", "channel": "in_person", "chance/post_office": 0.39},
        {"at": "02 08:00", "channel": "in_person", "chance/post_office": 0.4},
        {"at": "02 08:00", "channel": "post"},
    ]
    intake = replace(COUNTER, step="intake", post_office=0.4)
    played = play(world(profile={"intake": intake}), rows)
    assert [fact.post_office for fact in accepted(played)] == [True, False, False]
    assert [visit[0][-1] for visit in played.visits if visit[1] == "counter"] == ["2", "3"]
    first, second, _ = played.stories
    assert first[:2] == ["02 08:00 accepted due 04 08:00", "02 09:00 step_finished check since 02 08:00"]
    assert second[1] == "02 08:20 step_finished intake since 02 08:00"


def test_a_visitor_out_of_patience_leaves_and_no_dossier_comes_of_it():
    rows = [
        {"at": "02 08:00", "channel": "in_person", "chance/patience": 0.0},
        {"at": "02 08:10", "channel": "in_person", "chance/patience": 0.5},
        {"at": "02 08:20", "channel": "in_person", "chance/patience": 0.9},
    ]
    played = play(world(profile={"intake": VISITORS}), rows)
    # Patience is exponential of mean 30 min: none (but he is served at once), 20.8 and 69.1 min.
    assert [name[-1] for name in played.lives] == ["1", "3"]
    assert played.stories[1][0] == "02 10:00 accepted due 04 10:00", "who left has left no gap"
    assert played.cases.keys() == played.lives.keys()
    assert (played.summary["visitors"], played.summary["left"]) == (3, 1)
    counter = played.summary["pools"]["O/counter"]
    assert (counter["asked"], counter["begun"], counter["gone"]) == (3, 2, 1)


def test_some_come_again_the_next_working_day_but_only_once():
    rows = [
        {"at": "06 15:00", "channel": "in_person", "chance/patience": 0.99, "chance/returns": 0.9},
        {"at": "06 15:10", "channel": "in_person", "chance/patience": 0.5, "chance/returns": 0.49},
        {"at": "06 15:20", "channel": "in_person", "chance/patience": 0.5, "chance/returns": 0.5},
        {"at": "06 15:30", "channel": "in_person", "chance/patience": 0.1, "chance/returns": 0.0},
    ]
    played = play(world(profile={"intake": replace(VISITORS, returns=0.5)}), rows)
    # On Monday the second is served from 8:00 on, and the fourth, of 3.2 min of patience, leaves for good.
    assert [story[0] for story in played.stories] == [
        "06 16:00 accepted due 10 16:00",
        "09 09:00 accepted due 11 09:00",
    ]
    assert [name[-1] for name in played.lives] == ["1", "2"]
    assert [case.visits for case in played.cases.values()] == [2, 3], "with the one to fetch the result"
    assert (played.summary["visitors"], played.summary["left"]) == (6, 4)
    assert played.summary["dossiers"] == 2


def test_a_run_to_the_end_waits_for_who_will_come_again():
    rows = [
        {"at": "02 08:00", "channel": "in_person", "chance/patience": 0.99},
        {"at": "02 08:10", "channel": "in_person", "chance/patience": 0.5},
    ]
    played = play(world(profile={"intake": replace(VISITORS, returns=1)}), rows, dossiers=2)
    assert played.summary["outcomes"] == {"resolved": 2}


def test_only_those_online_are_turned_away_before_acceptance():
    rows = [
        {"at": "02 08:00", "chance/turned_away": 0.09},
        {"at": "02 08:30", "chance/turned_away": 0.1},
        {"at": "02 09:00", "channel": "in_person"},
    ]
    played = play(world(profile={"intake": replace(COUNTER, not_accepted=0.1)}), rows)
    assert played.stories[0] == ["02 08:00 submitted", "02 08:10 not_accepted (not eligible)"]
    assert [story[1].split()[2] for story in played.stories[1:]] == ["accepted", "step_finished"]
    assert played.summary["outcomes"] == {"not_accepted": 1, "resolved": 2}
    assert played.anomalies == {}


def test_what_comes_on_paper_may_be_entered_only_at_the_end_of_the_day():
    late = {"chance/entered_late": 0.2, "chance/entered_late/when": 0.5}
    rows = [
        {"at": "02 09:00", "channel": "post", **late},
        {"at": "02 10:00", "channel": "in_person", "chance/entered_late": 0.3},
        {"at": "02 11:00", **late},
    ]
    profile = {"intake": replace(COUNTER, step="intake"), "conduct": Conduct(entered_late=0.25)}
    stories = play(world(profile=profile), rows).stories
    assert [story[:2] for story in stories] == [
        ["02 10:20 accepted due 04 10:20", "02 10:20 step_finished intake since 02 10:00"],
        ["02 11:00 submitted", "02 11:10 accepted due 04 11:10"],
        ["02 16:45 accepted due 04 16:45", "02 16:45 step_finished intake since 02 09:00"],
    ]


def test_a_counter_with_hours_of_its_own_begins_before_it_ends():
    people = [Official(name="an", calendar="always")]
    intake = replace(COUNTER, step="intake")
    scenario = world(profile={"intake": intake}, offices={"O": office(staff={"counter": people})})
    (story,) = play(scenario, ["02 20:00"]).stories
    assert story[1] == "02 20:10 accepted due 05 08:00"
    assert story[2] in {
        "02 20:10 step_finished intake since 02 20:00",
        "02 20:10 step_finished intake since 02 20:10",  # whose hours an official has, only his pool knows
    }
