"""Alerts: each once, none missed, whatever is restarted, repeated or late; and what they are, by hand."""

from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.event import Accepted, ApologyIssued, Fact, Resolved, Submitted, Tick, encode
from dossier.law.calendar import vietnam
from dossier.life.alerts import FOUND, Alert, decode, holds, identity, moments
from dossier.life.alerts import encode as written
from dossier.life.lifecycle import fold
from dossier.life.state import Dossier
from streams.local import LocalDriver, LocalLog
from streams.processor import PartitionProcessor
from tests import strategies as our
from tests.dossier.hours import BOOK
from tests.streams.test_processor import END, raws, tick

VIETNAM = vietnam()
LOCAL = VIETNAM.zone


def found(messages: list[bytes], cut: int | None = None) -> list[Alert]:
    """The alerts of a partition; with `cut` it is restarted after so many messages."""
    processor, told = PartitionProcessor(BOOK, watch=True), []
    for offset, raw in enumerate(messages):
        if offset == cut:
            stored = [record for record in processor.flush() if record]
            processor = PartitionProcessor(BOOK, watch=True)
            for name, value in stored:
                processor.restore(name, value)
            processor.rebuild()
        processor.apply(offset, raw)
        told += processor.alerts()
    assert "fold_failed" not in processor.dead
    assert processor.progress.alerts == dict(Counter(alert.kind for alert in told))
    return told


def expected(facts: list[Fact], end: datetime) -> set[str]:
    """What should be told, dossier by dossier: no heap, nothing kept but the state between two facts."""
    clock, clocks = 0.0, []
    for fact in facts:
        clock = max(clock, fact.at.timestamp())
        clocks.append(clock)
    ids: set[str] = set()
    for name in {fact.dossier_id for fact in facts}:
        own = [(fact, now) for fact, now in zip(facts, clocks, strict=True) if fact.dossier_id == name]
        ids |= _of_one(own, end.timestamp())
    return ids


def _of_one(facts: list[tuple[Fact, float]], end: float) -> set[str]:
    first, ids = facts[0][0], set()
    dossier = Dossier(scenario=first.scenario, dossier_id=first.dossier_id, office=first.office)
    seen = [now for _, now in facts[1:]] + [end]
    for (fact, known), until in zip(facts, seen, strict=True):
        before = dict(dossier.anomalies)
        fold(dossier, fact, BOOK.of(dossier.office))
        for anomaly, kind in FOUND.items():
            if dossier.anomalies.get(anomaly, 0) > before.get(anomaly, 0):
                ids.add(identity(dossier, kind, fact.at.timestamp()))
        for moment in moments(dossier, BOOK.of(dossier.office)):
            if max(moment[0], known) < until and holds(dossier, moment):
                ids.add(identity(dossier, moment[1], moment[2]))
    return ids


@settings(max_examples=150)
@given(our.histories())
def test_each_alert_is_told_once_and_none_is_missed(facts):
    told = found([*raws(facts), tick(END)])
    assert {alert.id for alert in told} == expected(facts, END)
    assert len({alert.id for alert in told}) == len(told)


@settings(max_examples=80)
@given(our.histories(), st.integers(0, 60), st.integers(1, 30))
def test_neither_restarts_nor_repeats_nor_ticks_change_what_is_told(facts, cut, hours):
    told = found([*raws(facts), tick(END)])
    messages = []
    for i, fact in enumerate(facts):
        messages += [encode(fact), encode(facts[i // 2])]
    start = max((fact.at for fact in facts), default=our.BASE)
    ticks = [
        tick(start + timedelta(hours=n)) for n in range(0, int((END - start) / timedelta(hours=1)), hours)
    ]
    again = found([*messages, *ticks, tick(END)], cut)
    assert sorted(alert.id for alert in again) == sorted(alert.id for alert in told)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


COMMON = {"scenario": "live", "dossier_id": "d1", "office": "An Hòa"}
WORDS = {"procedure": "birth", "channel": "online", "online": True}


def _accepted(due: str, seq: int = 1, received: str = "2026-03-02T08:00") -> Accepted:
    return Accepted(seq=seq, at=at(received), due_at=at(due), **COMMON, **WORDS)


def told(facts: list[Fact], until: str) -> list[tuple[str, str]]:
    processor = PartitionProcessor(VIETNAM, watch=True)
    for offset, fact in enumerate([*facts, Tick(scenario="live", at=at(until))]):
        processor.apply(offset, encode(fact))
    alerts = [decode(raw) for raw in map(_wire, processor.alerts())]
    return [(alert.kind, alert.at.astimezone(LOCAL).isoformat()[:16]) for alert in alerts]


def _wire(alert: Alert) -> bytes:
    raw = written(alert)
    assert b"account" not in raw
    return raw


def test_nothing_happens_and_that_is_told():
    """Due on Thursday at 10:00: 8 working hours before is Wednesday 10:00, 4 are Wednesday 15:30."""
    assert told([_accepted("2026-03-05T10:00")], "2026-03-06T09:00") == [
        ("due_in_8h", "2026-03-04T10:00"),
        ("due_in_4h", "2026-03-04T15:30"),
        ("letter_owed", "2026-03-05T10:00"),
        ("overdue", "2026-03-05T10:00"),
    ]


def test_the_moment_itself_is_not_yet_passed():
    due = "2026-03-05T10:00"
    done = Resolved(seq=2, at=at(due), result_number="1", **COMMON)
    assert [kind for kind, _ in told([_accepted(due)], due)] == ["due_in_8h", "due_in_4h"]
    assert [kind for kind, _ in told([_accepted(due), done], "2026-03-09T09:00")] == [
        "due_in_8h",
        "due_in_4h",
    ]


def test_who_has_less_time_than_a_warning_gives_is_not_warned():
    kinds = [kind for kind, _ in told([_accepted("2026-03-02T15:00")], "2026-03-02T14:00")]
    assert kinds == ["due_in_4h"]


def test_a_letter_that_was_sent_is_not_owed_and_its_new_date_is_watched():
    letter = ApologyIssued(seq=2, at=at("2026-03-03T10:00"), due_at=at("2026-03-10T10:00"), **COMMON)
    assert told([_accepted("2026-03-05T10:00"), letter], "2026-03-11T09:00")[2:] == [
        ("overdue", "2026-03-05T10:00"),
        ("overdue_again", "2026-03-10T10:00"),
    ]


def test_an_online_filing_that_nobody_answers():
    filed = Submitted(seq=1, at=at("2026-03-02T08:00"), **COMMON, **WORDS)
    assert [kind for kind, _ in told([filed], "2026-03-06T09:00")] == ["unacknowledged"]
    assert told([filed, _accepted("2026-03-20T10:00", 2, "2026-03-02T09:00")], "2026-03-06T09:00") == []


def test_what_came_early_may_say_that_it_was_done():
    """The result is there before its predecessor: the alert waits for what is missing."""
    due = "2026-03-05T10:00"
    paper = ApologyIssued(seq=2, at=at("2026-03-05T09:00"), **COMMON)
    done = Resolved(seq=3, at=at("2026-03-05T09:30"), result_number="1", **COMMON)
    clock = Tick(scenario="live", at=at("2026-03-05T10:30"))
    kinds = [kind for kind, _ in told([_accepted(due), done, clock, paper], "2026-03-06T09:00")]
    assert kinds == ["due_in_8h", "due_in_4h"]
    gone = [kind for kind, _ in told([_accepted(due), clock, paper, done], "2026-03-06T09:00")]
    assert gone == ["due_in_8h", "due_in_4h", "letter_owed", "overdue"]


def week(dossiers: int) -> list[Fact]:
    """So many dossiers of one office that fall due within a week of March 2026, a third in time."""
    facts: list[Fact] = []
    span = timedelta(days=5) / dossiers
    for i in range(dossiers):
        own = {"scenario": "live", "dossier_id": f"d{i}", "office": f"o{i % 40}"}
        due = at("2026-03-09T07:30") + i * span
        facts.append(Accepted(seq=1, at=at("2026-03-02T08:00"), due_at=due, **own, **WORDS))
        if i % 3 == 0:
            facts.append(Resolved(seq=2, at=due - timedelta(minutes=5), result_number="1", **own))
    return sorted(facts, key=lambda fact: fact.at)


def test_ten_thousand_due_dates_in_a_week_are_each_told_once_within_a_second():
    facts = week(10_000)
    dues = sorted(fact.due_at for fact in facts if isinstance(fact, Accepted))
    clocks = [Tick(scenario="live", at=due + timedelta(seconds=1)) for due in dues]
    processor, alerts = PartitionProcessor(VIETNAM, watch=True), []
    for offset, message in enumerate(sorted([*facts, *clocks], key=lambda message: message.at)):
        processor.apply(offset, encode(message))
        alerts += processor.alerts()
    kinds = Counter(alert.kind for alert in alerts)
    assert kinds["overdue"] == kinds["letter_owed"] == 6_666
    assert len({alert.id for alert in alerts}) == len(alerts)
    late = [(alert.found_at - alert.at).total_seconds() for alert in alerts if alert.kind == "overdue"]
    assert 0 < min(late) <= max(late) <= 1
    watch = processor.worlds["live"].watch
    assert watch is not None
    assert sum(watch.delays.values()) == len(alerts)


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_the_store_keeps_each_alert_once_whatever_is_restarted(tmp_path: Path, limit: int):
    facts = week(60)
    with closing(LocalLog(tmp_path / "store")) as log:
        rows = [(int(fact.office[1:]) % 3, encode(fact)) for fact in facts]
        end = encode(Tick(scenario="live", at=datetime(2026, 4, 1, tzinfo=UTC)))
        log.append([*rows, *((part, end) for part in range(3))])
        while LocalDriver(log, VIETNAM).poll(limit):
            pass
        kinds = Counter(decode(raw).kind for _, raw in log.alerts())
        assert kinds["overdue"] == 40
        assert kinds["due_in_8h"] == kinds["due_in_4h"] == 60
        ids = [decode(raw).id for _, raw in log.alerts()]
        assert len(set(ids)) == len(ids)
        assert log.alerts(after=len(ids)) == []
