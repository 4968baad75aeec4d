"""A store whose disk is full, or whose file was spoilt, says so; and what it then counts is right."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from dossier.event import Event, Tick, encode
from motcua.measure import figures_of, fold_files
from simulator.run import Simulation
from simulator.scenario.files import load
from streams.local import LocalLog
from tests.streams.places import Lacking, fill, small_disk
from tests.streams.worker import Worker

EVENTS = 3000
SCENARIO = "quickstart"


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of a known history, and at its end the time."""
    path = tmp_path_factory.mktemp("history") / "facts.jsonl"
    events = (one for one in Simulation(load(SCENARIO), 1).facts() if isinstance(one, Event))
    found = sorted(islice(events, EVENTS), key=lambda event: event.at)
    last = Tick(scenario=SCENARIO, at=found[-1].at + timedelta(days=30))
    path.write_bytes(b"".join(encode(one) + b"\n" for one in (*found, last)))
    return path


def motcua(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "motcua", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def measured(facts: Path) -> dict[str, Any]:
    return figures_of(fold_files([facts], {}), None, (None, None), "office")


@contextmanager
def following(store: Path, folder: Path) -> Iterator[Worker]:
    """A monitor of the store, killed at the end."""
    worker = Worker(folder, "--store", str(store))
    try:
        worker.start()
        yield worker
    finally:
        worker.end()


def counted(store: Path, folder: Path, facts: Path) -> None:
    """A monitor of the store counts all of the history, once."""
    wanted = measured(facts)
    with following(store, folder) as worker:
        assert worker.indicators(SCENARIO, wanted["as_of"], by="office") == wanted


def refused(store: Path) -> str:
    """What a monitor says that does not start."""
    done = motcua("monitor", "--store", store, "--port", 0)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_a_full_disk_is_named_and_after_room_is_made_all_is_counted(facts, tmp_path):
    try:
        with small_disk(tmp_path / "disk", 8192) as disk:
            full_disk(facts, disk / "store.sqlite", tmp_path)
    except Lacking as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(reason))


def full_disk(facts: Path, store: Path, folder: Path) -> None:
    with closing(LocalLog(store)):  # so that the monitor below is the one for whom there is no room
        ballast = fill(store.parent)
        done = motcua("replay", facts, "--store", store)
        assert done.returncode == 2
        assert f"{store} cannot be written" in done.stderr
        assert "make room" in done.stderr
        ballast.unlink()
        assert motcua("replay", facts, "--store", store).returncode == 0
        fill(store.parent)
        said = refused(store)
        assert f"{store} cannot be written" in said
        assert "make room and start again" in said
        ballast.unlink()
    counted(store, folder / "worker", facts)


def filled(facts: Path, store: Path, folder: Path) -> None:
    """All of the history is in the store and folded, and the monitor was killed."""
    assert motcua("replay", facts, "--store", store).returncode == 0
    with following(store, folder) as worker:
        worker.until(lambda: (worker.get("/healthz") or {"lag": 1})["lag"] == 0)


def without_states(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TABLE state")


def with_others(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE state SET value = x'c1ff' WHERE part = 3")


@pytest.mark.parametrize(
    ("spoil", "said"), [(without_states, "its states to 0"), (with_others, "holds states that are none")]
)
def test_states_that_are_gone_or_spoilt_are_named_and_made_anew(
    spoil: Callable[[sqlite3.Connection], None], said: str, facts: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store.sqlite"
    filled(facts, store, tmp_path / "first")
    with closing(sqlite3.connect(store)) as connection, connection:
        spoil(connection)
    found = refused(store)
    assert said in found
    assert "docs/backup.md" in found
    with closing(sqlite3.connect(store)) as connection, connection:
        for table in ("state", "position", "dead", "alert"):
            connection.execute(f"DELETE FROM {table}")
    counted(store, tmp_path / "second", facts)


def test_a_lost_journal_takes_the_last_messages_and_sent_again_they_count_once(facts, tmp_path):
    store, lines = tmp_path / "store.sqlite", facts.read_bytes().splitlines(keepends=True)
    first, last = tmp_path / "first.jsonl", tmp_path / "last.jsonl"
    first.write_bytes(b"".join(lines[:-200]))
    last.write_bytes(b"".join(lines[-200:]))
    filled(first, store, tmp_path / "first")
    with closing(LocalLog(store)) as log:  # whoever is the last to close it puts all into the file
        whole = log.end()
    with following(store, tmp_path / "first") as worker:
        assert motcua("replay", last, "--store", store).returncode == 0
        worker.indicators(SCENARIO, measured(facts)["as_of"])
    Path(f"{store}-wal").unlink()
    with closing(LocalLog(store)) as log:
        assert log.end() == whole
    assert motcua("replay", facts, "--store", store).returncode == 0
    counted(store, tmp_path / "second", facts)


@pytest.mark.parametrize("kept", [5000, 100_000])
def test_a_file_that_was_cut_off_is_named(kept, facts, tmp_path):
    store = tmp_path / "store.sqlite"
    filled(facts, store, tmp_path / "first")
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    os.truncate(store, kept)
    said = refused(store)
    assert str(store) in said
    assert "malformed" in said
    assert "new file" in said
