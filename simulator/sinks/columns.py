"""The columns of the tables: every field of every type of event, and of a dossier; made from the types.

A type that lacks a field leaves it empty, and so does a fact that does not tell it.
`result_number` may be absent (not told) or null (there is none), which an empty cell cannot say:
`no_result` is true where there is none, false where there is a number, and empty where it is not told.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from operator import itemgetter
from types import UnionType
from typing import Any, Literal, NamedTuple, get_args, get_type_hints

import msgspec
from msgspec import UNSET, inspect

from dossier.event import Message, Resolved
from dossier.law.calendar import VIETNAM
from simulator.engine.ledger import Case

Kind = Literal["word", "text", "integer", "number", "flag", "instant"]
"""A word is one of few, a text may be another in every row."""


class Column(NamedTuple):
    """A column's name, and of what kind its values are."""

    name: str
    kind: Kind


TEXTS = frozenset({"dossier_id", "account", "device", "result_number", "resubmits", "interlinked"})
_KINDS: dict[type[inspect.Type], Kind] = {
    inspect.StrType: "word",
    inspect.LiteralType: "word",
    inspect.IntType: "integer",
    inspect.FloatType: "number",
    inspect.BoolType: "flag",
    inspect.DateTimeType: "instant",
}
_CASES: dict[type, Kind] = {str: "word", int: "integer", float: "number", bool: "flag"}


def _fields(kind: type[Message]) -> tuple[inspect.Field, ...]:
    known = inspect.type_info(kind)
    assert isinstance(known, inspect.StructType)
    return known.fields


def _kind(name: str, told: inspect.Type) -> Kind:
    parts = told.types if isinstance(told, inspect.UnionType) else (told,)
    bare = [part.type if isinstance(part, inspect.Metadata) else part for part in parts]
    (kind,) = {_KINDS[type(part)] for part in bare if type(part) is not inspect.NoneType}
    return "text" if name in TEXTS else kind


def _events() -> Iterator[Column]:
    yield Column("type", "word")
    known = {"type"}
    for kind in TYPES:
        for field in _fields(kind):
            name = field.encode_name
            if name not in known:
                known.add(name)
                yield Column(name, _kind(name, field.type))
                if name == "result_number":
                    yield Column("no_result", "flag")


def _cases() -> Iterator[Column]:
    for name, hint in get_type_hints(Case).items():
        told = next(part for part in get_args(hint) if part is not type(None)) if _is_union(hint) else hint
        kind = "instant" if name.endswith("_at") else "text" if name in TEXTS else _CASES[told]
        yield Column(f"{name}_seconds" if kind == "number" else name, kind)


def _is_union(hint: Any) -> bool:
    return isinstance(hint, UnionType)


TYPES: tuple[type[Message], ...] = get_args(Message)
EVENTS: tuple[Column, ...] = tuple(_events())
"""Of a table of events, a row each."""
CASES: tuple[Column, ...] = tuple(_cases())
"""Of a table of dossiers, a row each; durations are in seconds."""
KINDS: dict[str, Kind] = {column.name: column.kind for column in EVENTS}

DEFAULTS: dict[type[Message], dict[str, Any]] = {
    kind: {
        field.encode_name: field.default
        for field in _fields(kind)
        if field.default not in (inspect.NODEFAULT, None, UNSET)  # type: ignore[attr-defined]
    }
    for kind in TYPES
}


def told(event: Message) -> dict[str, Any]:
    """What an event tells: its fields by name, plain values (instants RFC 3339), none that it leaves open."""
    fields: dict[str, Any] = DEFAULTS[type(event)] | msgspec.to_builtins(event)
    if type(event) is Resolved and "result_number" in fields:
        fields["no_result"] = fields["result_number"] is None
        if fields["no_result"]:
            del fields["result_number"]
    return fields


def _row(kind: type[Message]) -> tuple[tuple[Any, ...], Callable[[tuple[Any, ...]], tuple[Any, ...]]]:
    """What to put after an event's values, and how to pick a row from both."""
    names = [field.encode_name for field in _fields(kind)]
    place = {name: n for n, name in enumerate(names)}
    tail = (None, kind.__struct_config__.tag, UNSET)
    place["type"] = len(names) + 1
    place["no_result"] = place.get("result_number", len(names) + 2)
    return tail, itemgetter(*(place.get(column.name, len(names)) for column in EVENTS))


def local(at: Any) -> datetime:
    """The local time of an instant in Unix seconds."""
    return datetime.fromtimestamp(at, VIETNAM)


def fields_of(kind: type[Message]) -> set[str]:
    """The names of a type's fields, as they are written."""
    return {field.encode_name for field in _fields(kind)}


_ROWS = {kind: _row(kind) for kind in TYPES}
_NUMBER, _NONE = (
    next(n for n, c in enumerate(EVENTS) if c.name == name) for name in ("result_number", "no_result")
)


def values(events: Iterable[Message]) -> list[list[Any]]:
    """The columns of some events, in the order of `EVENTS`; instants as datetimes."""
    rows = []
    astuple = msgspec.structs.astuple
    for event in events:
        tail, pick = _ROWS[type(event)]
        rows.append(pick(astuple(event) + tail))
    columns = [list(column) for column in zip(*rows, strict=True)]
    columns[_NUMBER] = [None if value is UNSET else value for value in columns[_NUMBER]]
    columns[_NONE] = [None if value is UNSET else value is None for value in columns[_NONE]]
    return columns
