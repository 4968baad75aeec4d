"""The receipt: what it tells, and the due date that the law of the day gives."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random

import pytest
from msgspec.structs import replace

from dossier.event import Accepted, PaymentMade
from dossier.law.calendar import VIETNAM, WorkingCalendar, vietnam
from dossier.law.deadline import due, parse_limit
from dossier.law.rules import PLAIN, RULE_SETS, Rules
from simulator.luck.table import Table
from simulator.run import Simulation
from simulator.scenario.model import Opening, Outcome, Payment
from tests.simulator.engine.plays import BARE, COUNTER, Played, play, procedure, work, world


def accepted(played: Played) -> list[Accepted]:
    """The receipts, in their order."""
    return [fact for fact in played.facts if isinstance(fact, Accepted)]


# -- the receipt


def test_a_fee_is_paid_at_acceptance_where_the_route_has_no_payment():
    rows = [{"at": "02 08:00", "chance/paid_online": 0.7}, {"at": "02 09:00", "chance/paid_online": 0.8}]
    played = play(world(fee=5000, profile={"intake": replace(COUNTER, paid_online=0.75)}), rows)
    assert [story[2:4] for story in played.stories] == [
        ["02 08:10 payment_requested 5000", "02 08:10 payment_made online"],
        ["02 09:10 payment_requested 5000", "02 09:10 payment_made"],
    ]
    assert all(fact.obligation and fact.fee == 5000 for fact in accepted(played))
    assert played.anomalies == {}


def test_a_fee_is_not_paid_twice():
    route = work(), Payment(step="fee", wait_days=1)
    row = {"at": "02 08:00", "chance/paying": 0.1, "chance/paid_online": 0.1}
    played = play(world(*route, fee=5000, profile={"intake": replace(COUNTER, paid_online=0.5)}), [row])
    assert sum(isinstance(fact, PaymentMade) for fact in played.facts) == 1
    assert played.stories[0][2] == "02 09:10 step_finished check since 02 08:10"
    free = play(world(profile={"intake": COUNTER}), ["02 08:00"])
    assert not any(isinstance(fact, PaymentMade) for fact in free.facts)
    assert not accepted(free)[0].obligation


def test_the_receipt_tells_what_there_is_to_tell():
    row = {
        "at": "02 08:00", "chance/authenticated": 0.4, "chance/digitised": 0.6, "chance/reused": 0.1,
    }  # fmt: skip
    outcome = Outcome(electronic=1, digitised=0.5, reused=0.5, return_hours=None)
    profile = {"intake": replace(COUNTER, authenticated=0.5), "outcome": outcome}
    (receipt,) = accepted(play(world(profile=profile, service="partial"), [row]))
    assert (receipt.authenticated, receipt.digitised, receipt.reused) == (True, False, True)
    assert (receipt.procedure, receipt.field, receipt.agency, receipt.level) == ("1.1", "f", "a", "commune")
    assert (receipt.limit, receipt.rules, receipt.service) == ("2wd", "C-2025", "partial")
    assert (receipt.resubmits, receipt.post_office, receipt.fee) == (None, False, 0)


# -- the due date

LIMITS = (
    "none", "same-day", "1wd", "3wd", "2.5wd", "0.5wd", "8wh", "1.5wh", "15d", "1d", "1m", "2m", "8wd+10d",
    "same-day+2wh",
)  # fmt: skip
MORNINGS = Opening(week={"sat": [["07:15", "11:45"]], "tue": [["06:00", "09:30"], ["22:00", "24:00"]]})
LAWS = {
    "office": vietnam,
    "saturday-morning": lambda: vietnam(saturday_morning=True),
    "always": lambda: WorkingCalendar(dict.fromkeys(range(7), [("00:00", "24:00")]), VIETNAM),  # noqa: RUF024 (nobody changes it)
    "bare": lambda: WorkingCalendar(dict.fromkeys(range(5), BARE.week["mon"]), VIETNAM),
    "mornings": lambda: vietnam_like({5: [("07:15", "11:45")], 1: [("06:00", "09:30"), ("22:00", "24:00")]}),
}


def vietnam_like(hours: dict[int, list[tuple[str, str]]]) -> WorkingCalendar:
    """Other hours on the country's working days."""
    whole = vietnam()
    return WorkingCalendar(hours, VIETNAM, is_off=whole.is_off, is_makeup=whole.is_makeup)


def dated(calendar: str, first: date, days: int, rules: str | None, seed: int) -> Iterator[object]:
    """All limits, at random instants of some days."""
    random = Random(seed)
    start = datetime(first.year, first.month, first.day, tzinfo=VIETNAM)
    rows = [start + timedelta(seconds=random.random() * days * 86400) for _ in range(150)]
    edges = ("07:30", "11:30", "13:00", "15:00:00", "15:00:01", "17:00", "00:00", "23:59:59")
    rows += [datetime.fromisoformat(f"{first + timedelta(days=1)}T{edge}+07:00") for edge in edges]
    known = {f"p{i}": procedure(code=f"1.{i}", limit=limit) for i, limit in enumerate(LIMITS)}
    scenario = world(
        procedures=known,
        profile={"calendar": calendar},
        scenario={
            "start": first,
            "until": first + timedelta(days=days),
            "rules": rules,
            "calendars": {"bare": BARE, "mornings": MORNINGS},
        },
    )
    table = Table(
        {
            "at": [row for row in rows for _ in known],
            "channel": "online",
            "procedure": [name for _ in rows for name in known],
        }
    )
    return Simulation(scenario, 1, table=table).facts()


def assert_lawful(facts: Sequence[object], calendar: WorkingCalendar, sets: Sequence[Rules]) -> None:
    """Every receipt bears the date that the law gives for its second."""
    receipts = [fact for fact in facts if isinstance(fact, Accepted)]
    assert len(receipts) > 2000
    for fact in receipts:
        lawful = due(fact.at.timestamp(), parse_limit(fact.limit), calendar, sets)
        given = None if fact.due_at is None else fact.due_at.timestamp()
        assert given == (None if lawful.at is None else lawful.at // 1), fact
        assert fact.rules == lawful.rules.id


@pytest.mark.parametrize("calendar", LAWS)
@pytest.mark.parametrize(
    ("first", "ids"),
    [
        (date(2018, 6, 19), {"0-before", "A-2018"}),
        (date(2021, 12, 3), {"A-2018", "B-2021"}),
        (date(2025, 6, 28), {"B-2021", "C-2025"}),
        (date(2026, 2, 9), {"C-2025"}),
    ],
)
def test_the_due_date_is_that_of_the_law_of_the_day(calendar, first, ids):
    facts = list(dated(calendar, first, 8, None, seed=first.year))
    assert_lawful(facts, LAWS[calendar](), RULE_SETS)
    assert {fact.rules for fact in facts if isinstance(fact, Accepted)} == ids


@pytest.mark.parametrize("rules", [each.id for each in (*RULE_SETS, *PLAIN)])
def test_one_rule_set_may_hold_all_the_time(rules):
    (only,) = [each for each in (*RULE_SETS, *PLAIN) if each.id == rules]
    facts = list(dated("office", date(2025, 12, 29), 8, rules, seed=3))
    assert_lawful(facts, vietnam(), [only])
    assert {fact.rules for fact in facts if isinstance(fact, Accepted)} == {rules}
