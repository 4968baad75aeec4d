"""What was written for version 1 is read for ever, and what a newer producer sends passes through.

`golden/` holds bytes as version 1 wrote them: they are never changed. What is new in messages or states gets
files of its own beside them (`events-2.jsonl`, `store-2.sql`: the `iterdump` of a store's connection).
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from click.testing import CliRunner
from msgspec import inspect

from dossier.event import Message, Rejected, Tick, decode, encode
from dossier.law.calendar import vietnam
from dossier.life import alerts
from dossier.life.state import Dossier
from motcua.cli import cli
from streams import control
from streams.archive import PREFIX, Archive
from streams.local import LocalDriver, LocalLog, LocalTopic
from streams.partition import PROGRESS
from streams.processor import PartitionProcessor
from streams.records import Entry, Progress
from tests import strategies as our

GOLDEN = Path(__file__).parent / "golden"
DIGESTS = {
    "alerts-1.jsonl": "189ff87579e8a84feb3d9bf5d8b070eeb619a1851dde2e08dfc95115a552e3d7",
    "events-1.jsonl": "28a31c18b14d4408a14f3165f8a7c7754af4d0cfc386bc29bd1531f9a915c42c",
    "figures-1.jsonl": "8e20ef9d05420668842677783e3848e548d33c5d3639f02e715a01a3c8e3e274",
    "orders-1.jsonl": "65c018b80d92ea47b7c34ec8e1f3c98c8e094128de94b8ee751fe556b0e98f2a",
    "store-1.sql": "ec4bccecb19c06a5d785638435aa6346bbb42227d67b5978e0d3e9f51477d30a",
    "store-2.sql": "4d867821f82dafd9af9d00c80b5efa94e58e9bdd0ae677632ed1c7f3a2450225",
    "store-3.sql": "25ca6296fb80813a8ce35c324e081f0936a6b4fc9120c2fb9ee3f1e72e5ea0cf",
}
KINDS = {kind.__struct_config__.tag: kind for kind in get_args(Message)}
FORMS: dict[str, tuple[Callable[[bytes], Any], Callable[[Any], bytes]]] = {
    "events": (decode, encode),
    "alerts": (alerts.decode, alerts.encode),
    "orders": (control.decode, control.encode),
}


def golden(name: str) -> list[bytes]:
    """The messages of a form, of all versions."""
    return [
        line for path in sorted(GOLDEN.glob(f"{name}-*.jsonl")) for line in path.read_bytes().splitlines()
    ]


@pytest.mark.parametrize("name", DIGESTS)
def test_what_was_written_once_is_not_written_anew(name):
    assert hashlib.sha256((GOLDEN / name).read_bytes()).hexdigest() == DIGESTS[name]


@pytest.mark.parametrize("name", FORMS)
def test_old_messages_are_read_and_written_as_they_stand(name):
    read, write = FORMS[name]
    for raw in golden(name):
        found = read(raw)
        assert not isinstance(found, Rejected), raw
        assert json.loads(write(found)) == json.loads(raw)


@pytest.mark.parametrize("tag", KINDS)
def test_each_type_of_message_has_its_golden_one_with_every_field(tag):
    seen = {name for raw in golden("events") if (told := json.loads(raw))["type"] == tag for name in told}
    assert seen == {"type", *(field.encode_name for field in inspect.type_info(KINDS[tag]).fields)}


@pytest.mark.parametrize(("name", "kind"), [("alerts", alerts.Alert), ("orders", control.Order)])
def test_so_have_the_others(name, kind):
    assert {field for raw in golden(name) for field in json.loads(raw)} == set(kind.__struct_fields__)


# States: a store of version 1, stopped while an event waited for the one before it.


def made(path: Path, name: str = "store-1.sql") -> Path:
    """A golden store in a file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((GOLDEN / name).read_text("utf-8"))
    return path


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The store as version 1 left it."""
    return made(tmp_path / "store.sqlite")


@contextmanager
def driven(path: Path) -> Iterator[LocalDriver]:
    with closing(LocalLog(path)) as log:
        driver = LocalDriver(log, vietnam())
        while driver.poll():
            pass
        yield driver


def put(path: Path, *messages: Message | bytes) -> None:
    with closing(LocalLog(path)) as log:
        topic = LocalTopic(log)
        for message in messages:
            if isinstance(message, bytes):
                topic.put(None, message)
            else:
                topic.put(message, encode(message))
        topic.flush()


def forget(path: Path) -> None:
    """Take the states away, as docs/backup.md has it: they are made anew from the events."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for table in ("state", "position", "dead", "alert"):
            connection.execute(f"DELETE FROM {table}")


def figures_are_golden(driver: LocalDriver) -> None:
    for line in (GOLDEN / "figures-1.jsonl").read_bytes().splitlines():
        wanted = json.loads(line)
        at = datetime.fromisoformat(wanted["as_of"]).timestamp()
        found = driver.view.indicators("live", at, "office", wanted["due"])
        for office, figures in wanted["by"]["office"].items():
            has = found["by"]["office"][office]
            assert {name: has[name] for name in figures} == figures
        assert {name: found["total"][name] for name in wanted["total"]} == wanted["total"]


def outcome(driver: LocalDriver) -> tuple[Any, ...]:
    """All that came of a store: figures by every office, what is odd, alerts and dead letters."""
    letters = [(part, one.reason, one.raw) for part, one in driver.log.dead_letters()]
    told = {alerts.decode(raw).id for _, raw in driver.log.alerts()}
    health = driver.view.health()
    view = driver.view
    return view.indicators("live", None, "office"), health.anomalies, health.duplicates, told, letters


def test_a_store_of_version_1_has_its_figures_and_goes_on(store, tmp_path):
    """The event that waited when it was stopped is taken in when its predecessor comes."""
    again = tmp_path / "again.sqlite"
    again.write_bytes(store.read_bytes())
    forget(again)
    at = datetime(2026, 3, 6, 9, tzinfo=UTC)
    who = {"scenario": "live", "office": "Xã An Hòa"}
    more = [
        our.TYPES["handed_over"](**who, dossier_id="e", seq=2, at=at, source="a", target="b"),
        our.TYPES["stopped"](**who, dossier_id="e", seq=3, at=at),
        Tick(scenario="live", at=at + timedelta(days=9)),
    ]
    outcomes = []
    for path in (store, again):
        with driven(path) as driver:
            figures_are_golden(driver)
        put(path, *more)
        with driven(path) as driver:
            outcomes.append(outcome(driver))
            assert any(each.seq == 4 and each.dossier_id == "e" for each in driver.view.dossiers("live"))
    assert outcomes[0] == outcomes[1]


def records(store: Path) -> list[tuple[int, bytes, bytes]]:
    with closing(sqlite3.connect(store)) as connection:
        return connection.execute("SELECT part, key, value FROM state").fetchall()


@pytest.mark.parametrize("name", sorted(path.name for path in GOLDEN.glob("store-*.sql")))
def test_golden_states_give_what_those_made_anew_give(name, tmp_path):
    stored, anew = made(tmp_path / "stored.sqlite", name), made(tmp_path / "anew.sqlite", name)
    forget(anew)
    with driven(stored) as driver:
        kept = outcome(driver)
    with driven(anew) as driver:
        assert outcome(driver) == kept
    assert kept[0]["total"]["received"]


def test_the_golden_states_have_every_field(tmp_path):
    seen: dict[type, set[str]] = {kind: set() for kind in (Entry, Dossier, Progress, Archive)}
    for golden_store in GOLDEN.glob("store-*.sql"):
        for _, key, value in records(made(tmp_path / golden_store.stem, golden_store.name)):
            told = msgspec.msgpack.decode(value, type=dict[str, Any], strict=False)
            kind = Archive if key.startswith(PREFIX) else Progress if key == PROGRESS else Entry
            seen[kind] |= told.keys()
            seen[Dossier] |= told.get("dossier", {}).keys()
    for kind, names in seen.items():
        assert names == set(kind.__struct_fields__)


def test_states_of_a_newer_version_are_read_without_what_is_new_in_them(store):
    """As in a rolling upgrade: a worker of today takes over from one of tomorrow."""

    def newer(told: Any) -> Any:
        """Every record with one thing more."""
        if isinstance(told, dict):
            return {**told, "later": ["?"]}
        return told

    processors = {part: PartitionProcessor(vietnam()) for part, _, _ in records(store)}
    for part, key, value in records(store):
        told = newer(msgspec.msgpack.decode(value))
        if told.get("dossier"):
            dossier = told["dossier"] = newer(told["dossier"])
            for name in ("promises", "appointments", "waits", "letters", "mends", "heirs", "steps"):
                dossier[name] = [[*each, "later"] for each in dossier.get(name, [])]
        processors[part].restore(key, msgspec.msgpack.encode(told))
    for processor in processors.values():
        processor.rebuild()
    with driven(store) as driver:
        assert processors.keys() == driver.processors.keys()
        for part, processor in processors.items():
            assert processor.entries == driver.processors[part].entries
            assert processor.progress == driver.processors[part].progress


# Messages of a newer producer, in a worker of today.


def test_an_unknown_field_is_passed_over(store):
    """The log's events, each with a field more, give the figures that they gave without."""
    forget(store)
    with closing(sqlite3.connect(store)) as connection, connection:
        rows = connection.execute("SELECT id, value FROM log").fetchall()
        newer = [
            (value[:-1] + b',"later":[{}]}', n) for n, value in rows if not value.startswith(b'{"type":"d')
        ]
        connection.executemany("UPDATE log SET value = ? WHERE id = ?", newer)
    with driven(store) as driver:
        figures_are_golden(driver)


def old(unknown: str) -> Callable[[bytes], Message | Rejected]:
    """How a worker reads that does not know a type yet."""

    def read(raw: bytes) -> Message | Rejected:
        found = decode(raw)
        if isinstance(found, Rejected) or found.__struct_config__.tag != unknown:
            return found
        return decode(raw.replace(b'"type":"', b'"type":"not_yet_', 1))

    return read


def history(newest: str) -> list[Message]:
    """Two dossiers and the clock; the second event of the first one is of the newest type."""
    who = {"scenario": "live", "office": "An Hòa"}
    desk = {"procedure": "p", "channel": "Desk", "online": False}
    fields = {"apology_issued": {"due_at": our.at(80)}, "rated": {"score": 5}}.get(newest, {})
    a, b = ({**who, "dossier_id": name} for name in "ab")
    return [
        our.TYPES["accepted"](**a, seq=1, at=our.at(0), due_at=our.at(50), **desk),
        our.TYPES[newest](**a, seq=2, at=our.at(1), **fields),
        our.TYPES["accepted"](**b, seq=1, at=our.at(1), due_at=our.at(50), **desk),
        our.TYPES["resolved"](**a, seq=3, at=our.at(1.5), result_number="1"),
        our.TYPES["resolved"](**b, seq=2, at=our.at(60), result_number="2"),
        our.TYPES["result_returned"](**a, seq=4, at=our.at(61)),
    ]


@pytest.mark.parametrize(
    ("newest", "same"),
    [("rated", True), ("apology_issued", True), ("supplement_requested", True), ("stopped", False)],
)
@pytest.mark.parametrize("upgraded", ["in_time", "after_the_gap"])
def test_an_unknown_type_waits_among_the_dead_letters_for_the_upgrade(
    newest, same, upgraded, tmp_path, monkeypatch
):
    """It stops nothing, is kept whole, and is taken when it is sent again: at once, in its place.

    After the two hours for which the next event waits, it is taken after what came later: where that rests on
    it (it was the first end), figures differ. Made anew, they are those of a worker that knew it all along.
    """
    events = history(newest)
    first = 4 if upgraded == "in_time" else len(events)
    known, store = tmp_path / "known.sqlite", tmp_path / "store.sqlite"
    put(known, *events, Tick(scenario="live", at=our.at(99)))
    with driven(known) as driver:
        wanted = outcome(driver)
    put(store, *events[:first])
    monkeypatch.setattr("streams.processor.decode", old(newest))
    with driven(store) as driver:
        assert driver.position == first
        ((_, letter),) = driver.log.dead_letters()
        assert (letter.reason, letter.raw) == ("unknown_type", encode(events[1]))
        assert driver.view.indicators("live")["total"]["received"] == 2
    monkeypatch.undo()
    said = CliRunner().invoke(
        cli, ["dead-letters", "replay", "--reason", "unknown_type", "--store", str(store)]
    )
    assert (said.exit_code, said.stdout) == (0, "sent again: 1 (unknown_type 1)\n")
    put(store, *events[first:], Tick(scenario="live", at=our.at(99)))
    with driven(store) as driver:
        figures, odd, repeats, told, letters = outcome(driver)
        assert [letter[1:] for letter in letters] == [("unknown_type", encode(events[1]))]
        assert all(each.seq == 4 for each in driver.view.dossiers("live") if each.dossier_id == "a")
        if upgraded == "in_time":
            assert (figures, odd, repeats, told) == wanted[:4]
        else:
            assert odd["live"]["gap"] == 1
            assert (figures == wanted[0]) == same
    forget(store)
    with driven(store) as driver:
        assert outcome(driver)[0:2] == wanted[0:2]
        assert outcome(driver)[3:] == wanted[3:]
