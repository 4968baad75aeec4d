"""How a dossier ends: the result and its way to the citizen, and what he thinks of it."""

from math import log1p

import pytest

from dossier.event import Rated, Resolved, ResultReturned
from simulator.scenario.model import Outcome
from tests.simulator.engine.plays import HOUR, Played, at, play, said, world


def ended(rows: list[dict], **outcome: object) -> Played:
    """An hour's work, and then the outcome."""
    return play(world(profile={"outcome": Outcome(**outcome)}), rows)


def returned(played: Played) -> list[str]:
    """When and how each result was returned, by dossier."""
    told = sorted((f.dossier_id, f) for f in played.facts if isinstance(f, ResultReturned))
    return [f"{said(fact.at)} {fact.channel}" for _, fact in told]


def test_an_electronic_result_is_returned_as_it_is_there_to_who_filed_online():
    rows = [
        {"at": "02 08:00", "chance/electronic": 0.69},
        {"at": "02 08:00", "chance/electronic": 0.7, "chance/returning": 0.5},
        {"at": "02 10:00", "channel": "in_person", "chance/electronic": 0.0, "chance/returning": 0.5},
    ]
    played = ended(rows, electronic=0.7, return_hours=6)
    wait = -6 * HOUR * log1p(-0.5)
    assert said(at("02 10:00") + wait + HOUR) == "02 15:09:31", "with the noon break"
    assert returned(played) == ["02 09:00 online", "02 15:09:31 in_person", "02 16:09:31 in_person"]
    assert [f.electronic for f in played.facts if isinstance(f, Resolved)] == [True, False, True]
    assert played.anomalies == {}


def test_a_result_on_paper_is_fetched_in_working_time():
    played = ended([{"at": "02 15:00", "chance/returning": 0.9}], return_hours=6)
    wait = (
        -6 * HOUR * log1p(-0.9)
    )  # 13.8 hours: one on Monday, eight on Tuesday, the rest over Wednesday's noon
    assert returned(played) == [f"{said(at('04 09:00') + wait - 9 * HOUR)} in_person"]


def test_or_at_once():
    assert returned(ended([{"at": "02 15:00"}], return_hours=None)) == ["02 16:00 in_person"]


def test_no_wait_at_all_is_over_when_the_office_opens():
    played = play(
        world(pools={"desk": {"calendar": "always"}}, profile={"outcome": Outcome(return_hours=6)}),
        [{"at": "02 20:00", "chance/returning": 0.0}],
    )
    assert returned(played) == ["03 08:00 in_person"]


def test_the_post_brings_some_results_on_paper_and_all_of_what_was_posted():
    rows = [
        {"at": "02 08:00", "chance/return_channel": 0.19},
        {"at": "02 08:00", "chance/return_channel": 0.2},
        {"at": "02 08:00", "channel": "post"},
        {"at": "02 08:00", "channel": "in_person", "chance/return_channel": 0.1},
    ]
    played = ended(rows, by_post=0.2, return_hours=None)
    assert [words.split()[-1] for words in returned(played)] == ["post", "in_person", "post", "post"]
    assert [case.visits for _, case in sorted(played.cases.items())] == [0, 1, 0, 1]


def test_what_the_result_tells():
    row = {"at": "02 08:00", "chance/electronic": 0.4, "chance/digitised": 0.9, "chance/reused": 0.4}
    played = ended([row], electronic=0.5, digitised=0.5, reused=0.5, return_hours=None)
    (result,) = [fact for fact in played.facts if isinstance(fact, Resolved)]
    assert (result.electronic, result.digitised, result.reused) == (True, False, True)
    assert result.result_number == "KQ-O-260302-0001"


LATE = {"at": "02 08:00", "seconds/check/0": 17 * HOUR}
ON_TIME = {"at": "02 08:00", "seconds/check/0": HOUR}


@pytest.mark.parametrize(
    ("row", "chance", "score"),
    [(ON_TIME, 0.89, 5), (ON_TIME, 0.9, 2), (LATE, 0.59, 5), (LATE, 0.6, 2)],
)
def test_ratings_depend_on_lateness(row, chance, score):
    rows = [{**row, "chance/rated": 0.29, "chance/satisfied": chance}]
    played = ended(rows, electronic=1, rated=0.3, satisfied=0.9, satisfied_late=0.6)
    (rating,) = [fact for fact in played.facts if isinstance(fact, Rated)]
    assert rating.score == played.cases["O-260302-0001"].rating == score
    assert played.summary["satisfied_rate"] == (score == 5)
    assert played.anomalies == {}


def test_ratings_depend_on_the_visits_beyond_the_first():
    row = {**ON_TIME, "channel": "in_person", "chance/rated": 0.0, "chance/satisfied": 0.5}
    for factor, score in ((1, 5), (0.6, 5), (0.5, 2)):
        played = ended([row], rated=0.3, satisfied=0.9, visit=factor, return_hours=None)
        assert played.cases["O-260302-0001"].visits == 2, "to file, and to fetch the result"
        assert played.cases["O-260302-0001"].rating == score


def test_not_everybody_rates():
    played = ended([{**ON_TIME, "chance/rated": 0.3}], electronic=1, rated=0.3)
    assert played.cases["O-260302-0001"].rating is None
    assert played.summary["satisfied_rate"] is None


def test_who_is_refused_has_nothing_to_fetch_or_to_rate():
    played = play(world(refused=1, profile={"outcome": Outcome(rated=1)}), ["02 08:00"])
    assert played.stories[0][-1] == "02 09:00 refused (conditions not met)"
    assert played.cases["O-260302-0001"].returned_at is None


def test_what_was_resolved_before_the_run_ends_may_be_returned_after_it():
    played = ended([{"at": "27 15:00", "chance/returning": 0.9}], return_hours=6)
    assert played.stories[0][-1] == "27 16:00 resolved"
    case = played.cases["O-260327-0001"]
    assert (case.outcome, case.returned_at) == ("resolved", None)
