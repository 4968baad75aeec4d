"""A store is backed up while it works; a backup of a Kafka that is not whole is refused."""

import gzip
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from dossier.event import Event, Tick, encode
from dossier.law.calendar import vietnam
from dossier.life import alerts
from motcua.backup import Head, Record, Tail, looked_through
from motcua.files import BadInput
from simulator.run import run
from simulator.scenario.files import load
from streams.local import LocalDriver, LocalLog, LocalTopic

DOCS = Path(__file__).parents[2] / "docs" / "backup.md"
FACTS = list(run(load("quickstart"), 7))[:3000]
END = Tick(scenario="quickstart", at=max(fact.at for fact in FACTS))


def put(log: LocalLog, facts: list[Event], end: Tick | None = None) -> None:
    topic = LocalTopic(log)
    for message in [*facts, *([end] if end else [])]:
        topic.put(message, encode(message))
    topic.flush()


def outcome(log: LocalLog, driver: LocalDriver) -> tuple[dict, set[str]]:
    """Figures by office, and the ids of the alerts, each told once."""
    while driver.poll():
        pass
    told = [alerts.decode(raw).id for _, raw in log.alerts()]
    assert len(told) == len(set(told))
    return driver.view.indicators("quickstart", None, "office"), set(told)


def test_a_store_is_backed_up_while_it_works_and_goes_on_from_there(tmp_path):
    """As the docs' `.backup` does it. What came after it is sent again, and with it what came before."""
    store, copy = tmp_path / "store.sqlite", tmp_path / "copy.sqlite"
    with closing(LocalLog(store)) as log, closing(LocalLog(store)) as producer:
        driver = LocalDriver(log, vietnam())
        put(producer, FACTS[:1500])
        driver.poll(500)
        left = iter(range(3))

        def meanwhile(*_: object) -> None:
            """Between two steps of the backup, three times: more comes, and more is folded."""
            if (n := next(left, None)) is not None:
                put(producer, FACTS[1500 + 100 * n : 1600 + 100 * n])
                driver.poll(300)

        with closing(sqlite3.connect(store)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target, pages=20, progress=meanwhile)
        assert next(left, None) is None
        at_backup = driver.position
        put(producer, FACTS[1800:], END)
        right = outcome(log, driver)
    with closing(LocalLog(copy)) as log:
        driver = LocalDriver(log, vietnam())
        assert (driver.position, log.end()) == (at_backup, 1800)
        put(log, FACTS, END)
        assert outcome(log, driver) == right
        assert driver.view.health().duplicates == 1800


def test_states_of_a_store_are_made_anew_as_the_docs_say(tmp_path):
    store = tmp_path / "store.sqlite"
    with closing(LocalLog(store)) as log:
        put(log, FACTS, END)
        right = outcome(log, LocalDriver(log, vietnam()))
    script = "DELETE" + DOCS.read_text("utf-8").split('sqlite3 monitor.sqlite "DELETE')[1].split('"')[0]
    with closing(sqlite3.connect(store)) as connection:
        connection.executescript(script)
    with closing(LocalLog(store)) as log:
        driver = LocalDriver(log, vietnam())
        assert (driver.position, log.alerts()) == (0, [])
        assert outcome(log, driver) == right


Lines = list[bytes]
_line = msgspec.json.Encoder().encode
WHOLE = [
    _line(Head(topic="dossier-events", partitions=12)),
    _line(Record(partition=3, offset=0, key=b"k", headers=[("version", b"1")], value='{"type":"tick"}')),
    _line(Record(partition=4, offset=7, raw=b"\xff{")),
    _line(Tail(2)),
]


def packed(path: Path, lines: Lines) -> Path:
    path.write_bytes(gzip.compress(b"".join(line + b"\n" for line in lines), mtime=0))
    return path


def test_a_whole_backup_says_what_it_is_and_keeps_every_byte(tmp_path):
    file = packed(tmp_path / "events.jsonl.gz", WHOLE)
    assert looked_through(file) == (Head(topic="dossier-events", partitions=12), 2)
    text, bytes_ = (msgspec.json.decode(line, type=Record) for line in WHOLE[1:3])
    assert (text.message, bytes_.message) == (b'{"type":"tick"}', b"\xff{")
    assert json.loads(WHOLE[1])["value"] == '{"type":"tick"}'


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: lines[:-1],
        lambda lines: lines[1:],
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: [lines[0], lines[1][:-5], *lines[2:]],
        lambda lines: [lines[0].replace(b"events", b"alerts"), *lines[1:]],
        lambda lines: [lines[0].replace(b'"form":1', b'"form":2'), *lines[1:]],
        lambda _: [],
        lambda _: [b'{"type":"tick","scenario":"s","at":"2026-03-02T08:00:00Z"}'],
    ],
    ids=["no end", "no beginning", "one less", "cut line", "other topic", "later form", "empty", "events"],
)
def test_what_is_no_whole_backup_is_refused(spoil: Callable[[Lines], Lines], tmp_path):
    assert spoil(WHOLE) != WHOLE
    with pytest.raises(BadInput, match=r"events\.jsonl\.gz"):
        looked_through(packed(tmp_path / "events.jsonl.gz", spoil(WHOLE)))


@pytest.mark.parametrize("keep", [0, 10, -1, -9])
def test_a_damaged_file_is_refused(keep, tmp_path):
    file = packed(tmp_path / "events.jsonl.gz", WHOLE)
    file.write_bytes(file.read_bytes()[:keep] if keep else b"Dear citizen")
    with pytest.raises(BadInput, match="is no backup, or is damaged"):
        looked_through(file)
