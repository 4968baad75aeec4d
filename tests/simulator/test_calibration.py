"""The score is decision 766's rule, and the search finds the share that meets a goal."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from dossier import event as events
from dossier.figures.indicators import measure, report
from dossier.law.calendar import vietnam
from dossier.life.lifecycle import fold
from dossier.life.state import Dossier
from simulator.calibration import calibrate, scores
from simulator.run import midnight

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def at(day: float) -> datetime:
    return START + timedelta(days=day)


def life(*facts):
    """A dossier accepted on day 0 and due on day 3, and what else happens to it."""
    accepted = (0, events.Accepted, {"procedure": "p", "channel": "online", "online": True, "due_at": at(3)})
    return [
        kind(scenario="s", dossier_id="d", seq=i + 1, at=at(day), office="o", **more)
        for i, (day, kind, more) in enumerate([accepted, *facts])
    ]


ASKED = (1, events.SupplementRequested, {})
ANSWERED = (2, events.SupplementProvided, {"due_at": at(4)})

LIVES = {
    "resolved by its due date": (life((3, events.Resolved, {})), 1),
    "resolved late": (life((3.1, events.Resolved, {})), 0),
    "open and not yet due": (life(), 1),
    "resolved by the date of a letter": (
        life((2, events.ApologyIssued, {"due_at": at(5)}), (5, events.Resolved, {})),
        1,
    ),
    "waiting since before its due date": (life(ASKED), 1),
    "in time after a wait": (life(ASKED, ANSWERED, (4, events.Resolved, {})), 1),
    "asked twice": (life(ASKED, ANSWERED, (2, events.SupplementRequested, {})), 0),
    "refused in time": (life((1, events.Refused, {})), 1),
    "withdrawn late": (life((3.5, events.WithdrawalRequested, {})), 0),
}


@pytest.mark.parametrize(("facts", "on_time"), LIVES.values(), ids=LIVES)
def test_a_dossier_is_on_time_by_decision_766(facts, on_time):
    until = at(2.5 if len(facts) == 1 else 10).timestamp()
    score = scores(facts, until)["o"]
    assert (score.accepted, score.on_time) == (1, on_time)


def test_days_leave_out_the_wait_for_the_citizen():
    score = scores(life(ASKED, ANSWERED, (4, events.Resolved, {})), at(10).timestamp())["o"]
    assert (score.resolved, score.days) == (1, pytest.approx(3))


def test_the_score_agrees_with_the_indicators(quickstart, dossiers, facts):
    """The small count here and the fold that serves the monitor, written apart, give one figure."""
    until, calendar, states = midnight(quickstart.until), vietnam(), []
    for name, its in dossiers.items():
        state = Dossier(scenario="quickstart", dossier_id=name, office=its[0].office)
        for fact in its:
            fold(state, fact, calendar)
        states.append(state)
    total = report(measure(states, until, calendar), "quickstart", until, None, "first")["total"]
    score = scores(facts, until)["H44.100"]
    assert score.accepted == total["received"]
    assert score.on_time == total["on_time_766"]


def test_an_unknown_share_is_found_again(quickstart):
    """From a rate that one share gave, the search comes back to that rate from another share."""
    office = replace(quickstart.offices["H44.100"], volume=1500.0)

    def build(shares):
        return replace(
            quickstart, offices={name: replace(office, share=share) for name, share in shares.items()}
        )

    shares = calibrate(build, {"H44.100": 0.9}, {"H44.100": 0.5}, trials=5)
    told: list[str] = []
    again = calibrate(build, {"H44.100": 0.9}, shares, trials=1, tell=told.append)
    assert again == shares
    (words,) = told
    assert words.startswith("trial 1 of 1: offices miss their rate by ")
    assert float(words.split()[-4]) < 1.5
