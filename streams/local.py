"""The embedded driver: an append-only partitioned log with its states, in one SQLite file; no broker.

States, progress and dead letters of a batch are written in one transaction with the position,
so a kill at any moment loses nothing and counts nothing twice.
It is for one machine, demos, tests and planners; it is no engine.
"""

import sqlite3
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from dossier.event import Event, Message, key
from dossier.law.calendar import Book
from dossier.life.alerts import encode as encode_alert
from streams.processor import PartitionProcessor
from streams.records import DeadLetter
from streams.view import StreamView

PARTITIONS = 12

_SCHEMA = """
CREATE TABLE IF NOT EXISTS log (id INTEGER PRIMARY KEY AUTOINCREMENT, part INTEGER NOT NULL, value BLOB);
CREATE TABLE IF NOT EXISTS state (
    part INTEGER, key BLOB, value BLOB NOT NULL, PRIMARY KEY (part, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dead (
    id INTEGER, part INTEGER, reason TEXT, detail TEXT, value BLOB, PRIMARY KEY (id, part)
);
CREATE TABLE IF NOT EXISTS alert (id INTEGER PRIMARY KEY AUTOINCREMENT, part INTEGER, value BLOB);
CREATE TABLE IF NOT EXISTS run (scenario TEXT PRIMARY KEY, mark TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS position (one INTEGER PRIMARY KEY CHECK (one = 1), id INTEGER NOT NULL);
"""

_HOLDS = """
SELECT 1 FROM log WHERE instr(value, CAST(? AS BLOB)) OR instr(value, CAST(? AS BLOB)) LIMIT 1
"""

_DAMAGED = "restore its last backup, or name a new file and send the events again"
_ANEW = "let them be made anew from its log (docs/backup.md)"


class StoreError(RuntimeError):
    """The store cannot be written, and what was written before is whole; or it is damaged."""


class LocalLog:
    """The log of one SQLite file: any process may append, one driver folds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.parent.is_dir():
            raise ValueError(
                f"{path} cannot be used as a store: there is no folder {path.parent}: make it first"
            )
        try:
            self.connection = sqlite3.connect(path, isolation_level=None, timeout=30)
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = NORMAL")
            self.connection.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            raise ValueError(f"{path} cannot be used as a store: {error}; name a new file") from error

    def close(self) -> None:
        """Close the file; what was appended is in it."""
        self.connection.close()

    def append(self, rows: Iterable[tuple[int, bytes]]) -> None:
        """Append (partition, message), all or none."""
        with self.transaction():
            self.connection.executemany("INSERT INTO log (part, value) VALUES (?, ?)", rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that happens within is written, or nothing of it; StoreError where it cannot be."""
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            yield
            self.connection.execute("COMMIT")
        except BaseException as error:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                room = isinstance(error, sqlite3.OperationalError)
                advice = "make room and start again" if room else _DAMAGED
                raise StoreError(f"{self.path} cannot be written: {error}; {advice}") from error
            raise

    def rows(self, query: str, *values: object) -> Iterator[Any]:
        """What a query finds; StoreError where the file is damaged."""
        try:
            yield from self.connection.execute(query, values)
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path} cannot be read: {error}; {_DAMAGED}") from error

    def end(self) -> int:
        """The id of the last message."""
        ((last,),) = self.rows("SELECT coalesce(max(id), 0) FROM log")
        return int(last)

    def claim(self, scenario: str, mark: str) -> str | None:
        """The mark of the run whose messages of a scenario the log holds: this one, if it holds none so far.

        None: it holds some that nobody marked.
        """
        with self.transaction():
            execute = self.connection.execute
            row = execute("SELECT mark FROM run WHERE scenario = ?", (scenario,)).fetchone()
            if row is not None and row[0] == mark:
                return mark
            name = msgspec.json.encode(scenario)
            if execute(_HOLDS, (b'"scenario":' + name, b'"scenario": ' + name)).fetchone() is not None:
                return row and str(row[0])
            execute("INSERT OR REPLACE INTO run VALUES (?, ?)", (scenario, mark))
        return mark

    def dead_letters(self) -> list[tuple[int, DeadLetter]]:
        """All dead letters with their partitions, in the order of the log."""
        rows = self.rows("SELECT part, id, reason, detail, value FROM dead ORDER BY id")
        return [(part, DeadLetter(*row)) for part, *row in rows]

    def alerts(self, after: int = 0) -> list[tuple[int, bytes]]:
        """The alerts (JSON) beyond a number, each with its own, in the order in which they were found."""
        query = "SELECT id, value FROM alert WHERE id > ? ORDER BY id"
        return list(self.rows(query, after))


class LocalTopic:
    """The log as a sink: messages go in by thousands, each to the partition of its key."""

    def __init__(self, log: LocalLog, batch: int = 2000) -> None:
        self._log = log
        self._batch = batch
        self._rows: list[tuple[int, bytes]] = []

    def put(self, event: Message | None, value: bytes) -> None:
        """Append a message to its office's partition, a control event to every one; None: it is no event."""
        if event is None or isinstance(event, Event):
            self._rows.append((0 if event is None else partition(key(event)), value))
        else:
            self._rows.extend((part, value) for part in range(PARTITIONS))
        if len(self._rows) >= self._batch:
            self.flush()

    def flush(self) -> None:
        """Write what was put so far; it is durable when this returns."""
        if self._rows:
            self._log.append(self._rows)
            self._rows = []


class LocalDriver:
    """Folds the log with one processor a partition; `view` is what monitoring reads."""

    def __init__(self, log: LocalLog, book: Book, keep: float | None = None) -> None:
        """`keep`: seconds of stream time after which what is done with is put away; None: never."""
        self.log = log
        self.processors = {
            part: PartitionProcessor(book, watch=True, keep=keep) for part in range(PARTITIONS)
        }
        self.view = StreamView(self.processors, PARTITIONS, self._lag, self._unread)
        self.position = max((row[0] for row in log.rows("SELECT id FROM position")), default=0)
        self._waiting: Counter[int] = Counter()
        self._counted = self.position
        self._restore()

    def _restore(self) -> None:
        """Take back the states; StoreError where they are none, or not those of the position."""
        try:
            for part, name, value in self.log.rows("SELECT part, key, value FROM state"):
                self.processors[part].restore(name, value)
        except (msgspec.DecodeError, UnicodeDecodeError, KeyError) as error:
            raise StoreError(f"{self.log.path} holds states that are none ({error}): {_ANEW}") from error
        reached = max(0, *(processor.progress.offset for processor in self.processors.values()))
        if reached != self.position:
            raise StoreError(
                f"{self.log.path} is folded up to message {self.position}, its states to {reached}: {_ANEW}"
            )
        for processor in self.processors.values():
            processor.rebuild()

    def _lag(self) -> int:
        return self.log.end() - self.position

    def _unread(self, part: int) -> int:
        """How many messages of a partition wait; each is counted once, when it is first seen to wait."""
        query = "SELECT part, count(*), max(id) FROM log WHERE id > ? GROUP BY part"
        for one, many, last in list(self.log.rows(query, self._counted)):
            self._waiting[one] += many
            self._counted = max(self._counted, last)
        return self._waiting[part]

    def poll(self, limit: int = 1000) -> int:
        """Fold up to `limit` messages and write what came of them in one transaction; gives their number."""
        query = "SELECT id, part, value FROM log WHERE id > ? ORDER BY id LIMIT ?"
        rows = list(self.log.rows(query, self.position, limit))
        if not rows:
            return 0
        letters = [
            (part, letter)
            for offset, part, value in rows
            for letter in self.processors[part].apply(offset, value)
        ]
        self._write({row[1] for row in rows}, letters, rows[-1][0])
        self._waiting.subtract(part for offset, part, _ in rows if offset <= self._counted)
        self._counted = max(self._counted, self.position)
        self.view.last_event = time.time()
        return len(rows)

    def tick(self, scenario: str, at: float) -> None:
        """Move a scenario's clock in every partition, without a message, if there is such a scenario."""
        if scenario not in self.view.scenarios():
            return
        letters = [
            (part, letter)
            for part, processor in self.processors.items()
            for letter in processor.advance(scenario, at)
        ]
        changed = [part for part, processor in self.processors.items() if processor.changed]
        self._write({*changed, *(part for part, _ in letters)}, letters, self.position)

    def _write(self, parts: Iterable[int], letters: list[tuple[int, DeadLetter]], position: int) -> None:
        """Make durable, at once, what was folded and found up to a position of the log."""
        parts = sorted(parts)
        records = [(part, *record) for part in parts for record in self.processors[part].flush()]
        states = [record for record in records if record[2] is not None]
        gone = [record[:2] for record in records if record[2] is None]
        alerts = [(part, encode_alert(found)) for part in parts for found in self.processors[part].alerts()]
        dead = [(letter.offset, part, letter.reason, letter.detail, letter.raw) for part, letter in letters]
        with self.log.transaction():
            execute = self.log.connection.executemany
            execute("INSERT OR REPLACE INTO state VALUES (?, ?, ?)", states)
            execute("DELETE FROM state WHERE part = ? AND key = ?", gone)
            execute("INSERT OR REPLACE INTO dead VALUES (?, ?, ?, ?, ?)", dead)
            execute("INSERT INTO alert (part, value) VALUES (?, ?)", alerts)
            execute("INSERT OR REPLACE INTO position VALUES (1, ?)", [(position,)])
        self.position = position


def partition(name: bytes) -> int:
    """The partition of a key: the same in every process, whatever its hash seed."""
    return zlib.crc32(name) % PARTITIONS
