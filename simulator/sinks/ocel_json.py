"""OCEL 2.0 as JSON: the events as they come, the objects behind them, dossiers in the order of their ids.

Every value is a string, as the published JSON Schema asks; its type stands with its attribute's declaration.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from dossier.event import Message
from simulator.engine.ledger import Case
from simulator.sinks.columns import KINDS, Column
from simulator.sinks.ocel import EVENT_TYPES, OBJECT_TYPES, Log, Thing, Told, kind_of
from simulator.sinks.sink import FileSink

_json = msgspec.json.Encoder().encode
_VARIED = frozenset(name for name, kind in KINDS.items() if kind in ("instant", "text"))
"""Another in every event, so not worth remembering."""
_FLAGS = {True: "true", False: "false"}


class OcelJson(FileSink):
    """A file of events and objects, compressed if its name ends in .gz."""

    def _begin(self) -> None:
        self._log = Log(self.file.path.parent)
        self._out = self.file.stream(packed=self.path.suffix == ".gz")
        self._comma = b"\n"
        types = _json(_types(EVENT_TYPES)), _json(_types(OBJECT_TYPES))
        self._out.write(b'{"eventTypes":%b,\n"objectTypes":%b,\n"events":[' % types)

    def _write(self, events: Sequence[Message]) -> None:
        self._put(_event(self._log.event(event)) for event in events)

    def _cases(self, cases: Sequence[Case]) -> None:
        for case in cases:
            self._log.case(case)

    def _end(self) -> None:
        self._out.write(b'],\n"objects":[')
        self._comma = b"\n"
        self._put(_thing(thing) for thing in self._log.things())
        self._out.write(b"]}\n")

    def drop(self) -> None:
        self._log.drop()
        super().drop()

    def _put(self, parts: Iterable[bytes]) -> None:
        for part in parts:
            self._out.write(self._comma + part)
            self._comma = b",\n"


def _types(types: dict[str, tuple[Column, ...]]) -> list[dict[str, Any]]:
    return [
        {"name": name, "attributes": [{"name": column.name, "type": kind_of(column)} for column in columns]}
        for name, columns in types.items()
    ]


def _event(event: Told) -> bytes:
    attributes = ",".join(
        _known(name, value) if name not in _VARIED else _attribute(name, value)
        for name, value in event.attributes.items()
    )
    relations = ",".join(
        _known_relation(name, other) if name != "dossier" else _relation(name, other)
        for name, other in event.relations
    )
    return (
        f'{{"id":"{event.id}","type":"{event.kind}","time":"{event.time}",'
        f'"attributes":[{attributes}],"relationships":[{relations}]}}'
    ).encode()


def _attribute(name: str, value: Any) -> str:
    return _json({"name": name, "value": _text(value)}).decode()


def _relation(qualifier: str, other: str) -> str:
    return _json({"objectId": other, "qualifier": qualifier}).decode()


_known = lru_cache(4096)(_attribute)
_known_relation = lru_cache(4096)(_relation)
"""The same few come again and again."""


def _thing(thing: Thing) -> bytes:
    values = [{"name": name, "time": time, "value": _text(value)} for name, time, value in thing.values]
    related = [{"objectId": other, "qualifier": qualifier} for qualifier, other in thing.relations]
    return _json({"id": thing.id, "type": thing.kind, "attributes": values, "relationships": related})


def _text(value: Any) -> str:
    return _FLAGS[value] if isinstance(value, bool) else str(value)
