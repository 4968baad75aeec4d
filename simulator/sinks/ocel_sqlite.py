"""OCEL 2.0 as an SQLite database: the tables of the standard, and one for each type of event and object."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, TypeVar

from dossier.event import Message
from simulator.engine.ledger import Case
from simulator.sinks.columns import Column
from simulator.sinks.ocel import EPOCH, EVENT_TYPES, OBJECT_TYPES, Log, Thing, Told, kind_of
from simulator.sinks.sink import FileSink

Row = TypeVar("Row", Told, Thing)

_STORED = {"string": "TEXT", "integer": "INTEGER", "float": "REAL", "boolean": "BOOLEAN", "time": "TIMESTAMP"}
_CHUNK = 2048
"""Rows put in at a time, however they came: where they lie in the file must not depend on that."""
_PRAGMAS = (
    "page_size = 4096",
    "journal_mode = OFF",  # the file has no name yet: it is whole, or dropped
    "synchronous = OFF",
    "locking_mode = EXCLUSIVE",
    "cache_size = -4000",
    "encoding = 'UTF-8'",
)
_TABLES = """
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE event (
    ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES event_map_type (ocel_type)) WITHOUT ROWID;
CREATE TABLE object (
    ocel_id TEXT PRIMARY KEY, ocel_type TEXT REFERENCES object_map_type (ocel_type)) WITHOUT ROWID;
CREATE TABLE event_object (
    ocel_event_id TEXT REFERENCES event (ocel_id), ocel_object_id TEXT REFERENCES object (ocel_id),
    ocel_qualifier TEXT, PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier)) WITHOUT ROWID;
CREATE TABLE object_object (
    ocel_source_id TEXT REFERENCES object (ocel_id), ocel_target_id TEXT REFERENCES object (ocel_id),
    ocel_qualifier TEXT, PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier)) WITHOUT ROWID;
"""


class OcelSqlite(FileSink):
    """A database of events and objects."""

    direct = False
    troubles: ClassVar[tuple[type[Exception], ...]] = (OSError, sqlite3.Error)

    def _begin(self) -> None:
        self._log = Log(self.file.path.parent)
        self._base: sqlite3.Connection | None = None
        self.file.part.unlink(missing_ok=True)  # of an earlier process that had our number
        self._base = base = sqlite3.connect(self.file.part, isolation_level=None)
        for pragma in _PRAGMAS:
            base.execute(f"PRAGMA {pragma}")
        base.executescript(_TABLES)
        base.execute("BEGIN")
        for family, types in (("event", EVENT_TYPES), ("object", OBJECT_TYPES)):
            for kind, columns in types.items():
                base.execute(f"INSERT INTO {family}_map_type VALUES (?, ?)", (kind, kind))  # noqa: S608
                base.execute(_table(family, kind, columns))
        self._held: list[Message] = []

    def _write(self, events: Sequence[Message]) -> None:
        self._held += events
        while len(self._held) >= _CHUNK:
            self._events(self._held[:_CHUNK])
            del self._held[:_CHUNK]

    def _cases(self, cases: Sequence[Case]) -> None:
        for case in cases:
            self._log.case(case)

    def _end(self) -> None:
        self._events(self._held)
        things: list[Thing] = []
        for thing in self._log.things():
            things.append(thing)
            if len(things) == _CHUNK:
                self._things(things)
                things = []
        self._things(things)
        assert self._base is not None
        self._base.execute("COMMIT")
        self._base.close()

    def drop(self) -> None:
        if self._base is not None:
            self._base.close()
        self._log.drop()
        super().drop()

    def _events(self, messages: Iterable[Message]) -> None:
        events = [self._log.event(message) for message in messages]
        self._many("event", ((event.id, event.kind) for event in events), 2)
        self._many("event_object", ((e.id, other, name) for e in events for name, other in e.relations), 3)
        for kind, told in _by_kind(events).items():
            columns = EVENT_TYPES[kind]
            self._many(f"event_{kind}", (_row(event, columns) for event in told), 2 + len(columns))

    def _things(self, things: Sequence[Thing]) -> None:
        self._many("object", ((thing.id, thing.kind) for thing in things), 2)
        self._many(
            "object_object",
            ((thing.id, other, name) for thing in things for name, other in thing.relations),
            3,
        )
        for kind, known in _by_kind(things).items():
            columns = OBJECT_TYPES[kind]
            rows = (row for thing in known for row in _values(thing, columns))
            self._many(f"object_{kind}", rows, 3 + len(columns))

    def _many(self, table: str, rows: Iterable[tuple[Any, ...]], width: int) -> None:
        assert self._base is not None
        self._base.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", rows)  # noqa: S608


def _by_kind(rows: Iterable[Row]) -> dict[str, list[Row]]:
    kinds: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        kinds[row.kind].append(row)
    return kinds


def _table(family: str, kind: str, columns: Sequence[Column]) -> str:
    changed = ', "ocel_changed_field" TEXT' if family == "object" else ""
    own = "".join(f', "{column.name}" {_STORED[kind_of(column)]}' for column in columns)
    key = "TEXT PRIMARY KEY" if family == "event" else "TEXT"
    return (
        f'CREATE TABLE "{family}_{kind}" ("ocel_id" {key} REFERENCES {family} (ocel_id), '
        f'"ocel_time" TIMESTAMP{changed}{own}){" WITHOUT ROWID" if family == "event" else ""}'
    )


def _row(event: Told, columns: Sequence[Column]) -> tuple[Any, ...]:
    get = event.attributes.get
    return (event.id, event.time, *[get(column.name) for column in columns])


def _values(thing: Thing, columns: Sequence[Column]) -> Iterable[tuple[Any, ...]]:
    """A row of first values, and one for each change."""
    first = {name: value for name, time, value in thing.values if time == EPOCH}
    yield (thing.id, EPOCH, None, *(first.get(column.name) for column in columns))
    for name, time, value in thing.values:
        if time != EPOCH:
            yield (thing.id, time, name, *(value if column.name == name else None for column in columns))
