"""What OCEL 2.0 makes of a run: events, and the objects that they are about.

Objects are dossiers, offices, procedures and agencies. A field that names one is a relation, whose qualifier
is the field's name; all other fields are attributes. A dossier's channel, due date and so on have their
values over time: the first counts from 1970, as the standard says, each other from the fact that told it.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from dossier.event import Event, Message
from simulator.engine.ledger import Case
from simulator.sinks.columns import CASES, EVENTS, TYPES, Column, Kind, fields_of, local, told
from simulator.sinks.names import Names
from simulator.sinks.spool import Row, Spool

EPOCH = "1970-01-01T00:00:00Z"
RELATED = {
    "office": "office",
    "successor": "office",
    "procedure": "procedure",
    "agency": "agency",
    "from": "agency",
    "to": "agency",
}
"""A field that names an object, to the object's type."""
TIMED = ("channel", "online", "level", "field", "limit", "due_at")
"""What a fact may set anew for a dossier; a step's own due date is the step's."""
_TYPES: dict[Kind, str] = {
    "word": "string",
    "text": "string",
    "integer": "integer",
    "number": "float",
    "flag": "boolean",
    "instant": "time",
}
_LAST = 2**40
"""After every `seq`: a dossier's own row."""

_KINDS = {column.name: column.kind for column in EVENTS}
_LEFT = {*RELATED, *TIMED, "dossier_id"}
_OWN = tuple(column for column in CASES if column.name not in _LEFT)
_LASTING = {"submitted": ("office", "procedure", "agency"), "accepted": ("office", "procedure", "agency")}
"""The relations of an event that are its dossier's too; of any other event only that to the office."""
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(tuple[str, dict[str, Any], list[tuple[str, str]]]).decode


class Told(NamedTuple):
    """An event: id, type, RFC 3339 time, attributes, and pairs of a qualifier and an object's id."""

    id: str
    kind: str
    time: str
    attributes: dict[str, Any]
    relations: list[tuple[str, str]]


class Thing(NamedTuple):
    """An object: id, type, values as (name, time, value), and pairs of a qualifier and an object's id."""

    id: str
    kind: str
    values: list[tuple[str, str, Any]]
    relations: list[tuple[str, str]]


def _event_types() -> dict[str, tuple[Column, ...]]:
    types = {}
    for kind in TYPES:
        has = fields_of(kind) | ({"no_result"} if "result_number" in fields_of(kind) else set())
        leave = {"type", "at", *RELATED} | ({"scenario", "dossier_id"} if issubclass(kind, Event) else set())
        tag = str(kind.__struct_config__.tag)
        types[tag] = tuple(column for column in EVENTS if column.name in has - leave)
    return types


EVENT_TYPES = _event_types()
"""Every type of event, and its attributes."""
OBJECT_TYPES: dict[str, tuple[Column, ...]] = {
    "dossier": (
        Column("scenario", "word"),
        Column("dossier_id", "text"),
        *(Column(name, _KINDS[name]) for name in TIMED),
        *_OWN,
    ),
    **{kind: (Column("name", "word"),) for kind in ("office", "procedure", "agency")},
}
"""Every type of object, and its attributes."""


def kind_of(column: Column) -> str:
    """OCEL's word for the type of an attribute."""
    return _TYPES[column.kind]


class Log:
    """The events one by one, and at the end the objects, in the order of their ids; in flat memory."""

    def __init__(self, folder: Path) -> None:
        self._spool = Spool(folder)
        self._names = Names()
        self._count = 0
        self._named: dict[str, tuple[str, str]] = {}

    def event(self, message: Message) -> Told:
        """An event of OCEL; what it says of its dossier is kept for `things`."""
        fields = told(message)
        self._count += 1
        kind, time = fields.pop("type"), fields.pop("at")
        relations = [
            (name, self._thing(of, fields.pop(name))) for name, of in RELATED.items() if name in fields
        ]
        if isinstance(message, Event):
            relations.insert(0, ("dossier", self._dossier(message, kind, time, fields, relations)))
        return Told(f"e{self._count:09d}", kind, time, fields, relations)

    def case(self, case: Case) -> None:
        """Keep what is known of a dossier once its story is over."""
        own = {
            column.name: local(value).isoformat() if column.kind == "instant" else value
            for column, value in zip(CASES, case, strict=True)
            if column.name not in _LEFT and value is not None
        }
        name = self._names.of(None, case.office, case.dossier_id)
        fields = {"dossier_id": case.dossier_id, **own}
        related = [("office", self._thing("office", case.office))]
        self._spool.put(name, _LAST, _pack((EPOCH, fields, related)))

    def things(self) -> Iterator[Thing]:
        """Every object; the dossiers first."""
        for name, rows in groupby(self._spool.rows(), key=itemgetter(0)):
            yield _dossier(name, rows)
        for identity, (kind, name) in sorted(self._named.items()):
            yield Thing(identity, kind, [("name", EPOCH, name)], [])

    def drop(self) -> None:
        """Forget everything."""
        self._spool.drop()

    def _thing(self, kind: str, name: str) -> str:
        identity = f"{kind}:{name}"
        self._named.setdefault(identity, (kind, name))
        return identity

    def _dossier(
        self, event: Event, kind: str, time: str, fields: dict[str, Any], relations: list[tuple[str, str]]
    ) -> str:
        said = {"scenario": fields.pop("scenario"), "dossier_id": fields.pop("dossier_id")}
        if kind != "step_finished":
            said |= {name: fields[name] for name in TIMED if name in fields}
        lasting = _LASTING.get(kind, ("office",))
        related = [pair for pair in relations if pair[0] in lasting]
        name = self._names.of(event.scenario, event.office, event.dossier_id)
        self._spool.put(name, event.seq, _pack((time, said, related)))
        return name


def _dossier(name: str, rows: Iterator[Row]) -> Thing:
    values: list[tuple[str, str, Any]] = []
    latest: dict[str, Any] = {}
    related: dict[tuple[str, str], None] = {}
    for _, _, kept in rows:
        at, said, lasting = _unpack(kept)
        for field, value in said.items():
            if field not in latest:
                values.append((field, EPOCH, value))
            elif latest[field] != value:
                values.append((field, at, value))
            latest[field] = value
        related |= dict.fromkeys(lasting)
    return Thing(name, "dossier", values, list(related))
