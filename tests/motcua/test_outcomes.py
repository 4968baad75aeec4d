"""Dead letters and alerts on the command line: listed, shown, sent once more."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dossier.event import Accepted, Resolved, StepFinished, Tick, encode
from dossier.law.calendar import vietnam
from streams.local import PARTITIONS, LocalDriver, LocalLog

MONDAY = datetime(2026, 3, 2, 2, tzinfo=UTC)
WHO = {"scenario": "live", "dossier_id": "d1", "office": "An Hòa"}


def fold(store: Path, *messages: bytes, until: datetime | None = None) -> LocalDriver:
    """Messages put into the store, all in one partition, and folded; the clock goes on in all of them."""
    with closing(LocalLog(store)) as log:
        log.append((3, message) for message in messages)
        if until is not None:
            clock = encode(Tick(scenario="live", at=until))
            log.append((part, clock) for part in range(PARTITIONS))
        driver = LocalDriver(log, vietnam())
        while driver.poll():
            pass
        return driver


@pytest.fixture
def store(tmp_path) -> Path:
    """One good dossier whose result came after a step that came too late, and two messages of nonsense."""
    path = tmp_path / "store.sqlite"
    due = MONDAY + timedelta(days=2)
    accepted = Accepted(seq=1, at=MONDAY, procedure="p", channel="c", online=True, due_at=due, **WHO)
    step = StepFinished(seq=2, at=MONDAY + timedelta(hours=1), step="s", agency="a", started_at=MONDAY, **WHO)
    done = Resolved(seq=3, at=MONDAY + timedelta(hours=2), result_number="1", **WHO)
    fold(path, b"{", encode(accepted), encode(done), b'{"type":"danced"}', until=MONDAY + timedelta(days=1))
    fold(path, encode(step), until=MONDAY + timedelta(days=3))
    return path


def test_dead_letters_are_listed_and_shown(motcua, store):
    said = motcua("dead-letters", "list", "--store", store)
    assert (said.code, said.err) == (0, "")
    assert [line.split()[1] for line in said.out.splitlines()[2:]] == ["not_json", "unknown_type", "late"]
    only = motcua("dead-letters", "list", "--store", store, "--reason", "late", "--format", "json")
    (letter,) = map(json.loads, only.out.splitlines())
    assert letter["reason"] == "late"
    shown = motcua("dead-letters", "show", letter["number"], "--store", store, "--lang", "vi")
    assert "lý do: late" in shown.out
    assert '"type":"step_finished"' in shown.out
    raw = motcua("dead-letters", "show", letter["number"], "--store", store, "--raw").out
    assert raw == letter["message"]


def test_a_late_event_that_is_sent_again_is_taken(motcua, store):
    said = motcua("dead-letters", "replay", "--reason", "late", "--store", store)
    assert (said.code, said.out) == (0, "sent again: 1 (late 1)\n")
    with closing(LocalLog(store)) as log:
        driver = LocalDriver(log, vietnam())
        while driver.poll():
            pass
        assert len(log.dead_letters()) == 3
        (dossier,) = driver.view.dossiers("live")
        assert dossier.seq == 3
        total = driver.view.indicators("live")["total"]
        assert (total["received"], total["on_time"]) == (1, 1)
        assert driver.view.health().anomalies["live"]["gap"] == 1


def test_nonsense_that_is_sent_again_is_dead_again(motcua, store):
    number = motcua("dead-letters", "list", "--store", store).out.splitlines()[2].split()[0]
    assert motcua("dead-letters", "replay", number, "--store", store).code == 0
    with closing(LocalLog(store)) as log:
        driver = LocalDriver(log, vietnam())
        while driver.poll():
            pass
        assert [letter.raw for _, letter in log.dead_letters()].count(b"{") == 2


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("list",), "say where they are"),
        (("list", "--store", "nowhere.sqlite"), "is not there"),
        (("replay",), "say which"),
        (("replay", "9-9"), "there is no dead letter 9-9"),
        (("show", "9-9"), "there is no dead letter 9-9"),
    ],
)
def test_what_cannot_be_done_is_said(motcua, store, words, why):
    where = () if (len(words) > 1 and words[1] == "--store") or words == ("list",) else ("--store", store)
    said = motcua("dead-letters", *words, *where)
    assert said.code == 2
    assert why in said.err


def test_alerts_are_told_by_kind_office_and_world(motcua, tmp_path):
    path = tmp_path / "store.sqlite"
    due = MONDAY + timedelta(days=2)
    accepted = Accepted(seq=1, at=MONDAY, procedure="p", channel="c", online=True, due_at=due, **WHO)
    fold(path, encode(accepted), until=MONDAY + timedelta(days=3))
    said = motcua("alerts", "--store", path, "--kind", "overdue", "--lang", "vi")
    assert said.out.splitlines()[2].split("  ")[1].strip() == "quá hạn"
    raw = motcua("alerts", "--store", path, "--format", "json", "--office", "An Hòa").out.splitlines()
    assert [json.loads(line)["kind"] for line in raw] == ["due_in_8h", "due_in_4h", "letter_owed", "overdue"]
    assert motcua("alerts", "--store", path, "--scenario", "else").out == "no alerts\n"
