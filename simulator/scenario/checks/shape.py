"""The shape of a scenario: every value of the right type and size, by the types of the model.

msgspec stops at its first error and does not name a mapping's key; this tells them all with their paths.
It also refuses what is no number, what no machine could run, and names that no line could show.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from math import inf, isfinite
from typing import Any

from msgspec import inspect as types

from simulator.scenario.checks.bounds import ANY, YEARS, Bound, bound
from simulator.scenario.checks.faults import Fault, among, at, nearest, shown
from simulator.scenario.model import Scenario

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NAME = types.StrType(min_length=1, max_length=200)


def faults(raw: Any) -> Iterator[Fault]:
    """What is wrong with the shape of a scenario's mapping, in the order of its fields."""
    return _walk("", raw, _root(), "")


@cache
def _root() -> types.Type:
    return types.type_info(Scenario)


def _walk(path: str, value: Any, kind: types.Type, field: str) -> Iterator[Fault]:
    """The faults of a value that should be of a kind; `field` is the struct's field in which it stands."""
    bare, hint = _bare(kind)
    if isinstance(bare, types.UnionType):
        yield from _union(path, value, bare, field)
    elif _fits(value, bare):
        yield from _LOOKS[type(bare)](path, value, bare, field, hint)
    else:
        yield Fault(path, f"must be {_kind(bare, hint)}, is {_other(value, bare)}")


def _bare(kind: types.Type) -> tuple[types.Type, str]:
    """A type without its metadata, and the description that these held."""
    hint = ""
    while isinstance(kind, types.Metadata):
        hint = (kind.extra_json_schema or {}).get("description", hint)
        kind = kind.type
    return kind, hint


def _fits(value: Any, kind: types.Type) -> bool:
    """Whether a value is of a kind, whatever its size."""
    if isinstance(value, bool):
        return isinstance(kind, types.BoolType)
    return isinstance(value, _PYTHON[type(kind)])


def _other(value: Any, kind: types.Type) -> str:
    quotes = isinstance(kind, types.StrType | types.LiteralType) and isinstance(value, bool | int | float)
    return f"{shown(value)}: put it in quotes" if quotes else shown(value)


def _union(path: str, value: Any, kind: types.UnionType, field: str) -> Iterator[Fault]:
    kinds = [_bare(each)[0] for each in kind.types]
    if value is None and any(isinstance(each, types.NoneType) for each in kinds):
        return
    kinds = [each for each in kinds if not isinstance(each, types.NoneType)]
    tagged = [each for each in kinds if isinstance(each, types.StructType)]
    if len(tagged) > 1:
        yield from _tagged(path, value, tagged, field)
        return
    fitting = [each for each in kinds if _fits(value, each)]
    if fitting or len(kinds) == 1:
        yield from _walk(path, value, (fitting or kinds)[0], field)
    else:
        words = dict.fromkeys(_kind(each, "") for each in kinds)
        yield Fault(path, f"must be {' or '.join(words)}, is {shown(value)}")


def _tagged(path: str, value: Any, kinds: list[types.StructType], field: str) -> Iterator[Fault]:
    """A struct that says which of several it is."""
    key, known = str(kinds[0].tag_field), {str(each.tag): each for each in kinds}
    tag = value.get(key) if isinstance(value, dict) else None
    if not isinstance(value, dict):
        yield Fault(path, f"must be a mapping whose {key} is one of {', '.join(known)}, is {shown(value)}")
    elif key not in value:
        yield Fault(at(path, key), f"is missing: it says which of {', '.join(known)} this is")
    elif not isinstance(tag, str) or tag not in known:
        near = nearest(tag, known) if isinstance(tag, str) else ""
        yield Fault(at(path, key), f"must be one of {', '.join(known)}, is {shown(tag)}{near}")
    else:
        yield from _struct(path, value, known[tag], field, "")


def _struct(
    path: str, value: Mapping[str, Any], kind: types.StructType, _field: str, _hint: str
) -> Iterator[Fault]:
    fields = {field.encode_name: field for field in kind.fields}
    for key in value:
        if key not in fields and key != kind.tag_field:
            missing = [name for name, field in fields.items() if field.required and name not in value]
            near = nearest(str(key), missing) or nearest(str(key), fields)
            yield Fault(at(path, key), f"unknown field{near}; {among(fields)}")
    for name, field in fields.items():
        if name in value:
            yield from _walk(at(path, name), value[name], field.type, f"{kind.cls.__name__}.{name}")
        elif field.required:
            yield Fault(at(path, name), f"is missing: it must be {_kind(*_bare(field.type))}")


def _dict(
    path: str, value: Mapping[Any, Any], kind: types.DictType, field: str, _hint: str
) -> Iterator[Fault]:
    if kind.min_length and len(value) < kind.min_length:
        yield Fault(path, f"must have at least {kind.min_length} in it, has none")
    names = _bare(kind.key_type)[0]
    for key, item in value.items():
        if isinstance(names, types.LiteralType) or not isinstance(key, str):
            yield from _walk(at(path, key), key, names, "")
        else:
            yield from _text(at(path, key), key, _NAME, "", "")
        yield from _walk(at(path, key), item, kind.value_type, field)


def _list(path: str, value: list[Any], kind: types.ListType, field: str, hint: str) -> Iterator[Fault]:
    low, high = kind.min_length or 0, kind.max_length
    if len(value) < low or (high is not None and len(value) > high):
        yield Fault(path, f"must be {_kind(kind, hint)}, is {shown(value)}")
        return
    for i, item in enumerate(value):
        yield from _walk(at(path, i), item, kind.item_type, field)


def _number(
    path: str, value: float, kind: types.IntType | types.FloatType, field: str, _hint: str
) -> Iterator[Fault]:
    if isinstance(value, float) and not isfinite(value):
        yield Fault(path, f"must be {_kind(kind, '')}, is {value}: no finite number")
        return
    limits = bound(field)
    edges = _Edges(kind, limits)
    if not edges.hold(value):
        believed = _Edges(kind, Bound(-inf, inf, ""))
        why = f" ({limits.why})" if believed.hold(value) else ""
        yield Fault(path, f"must be {edges}{why}, is {shown(value)}")


class _Edges:
    """The least and the most that a number may be: by its type, and by what is believed of its field."""

    def __init__(self, kind: types.IntType | types.FloatType, limits: Bound) -> None:
        self.above = kind.gt is not None
        low = kind.gt if self.above else kind.ge
        self.low: float = ANY.low if low is None else low
        self.high = limits.high if kind.le is None else min(kind.le, limits.high)
        if limits.low > self.low:
            self.low, self.above = limits.low, False

    def hold(self, value: float) -> bool:
        """Whether it lies between them."""
        return (value > self.low if self.above else value >= self.low) and value <= self.high

    def __str__(self) -> str:
        if self.high >= ANY.high:
            return f"above {self.low:g}" if self.above else f"at least {self.low:g}"
        high = f"{self.high:.15g}"
        return f"above {self.low:g} and at most {high}" if self.above else f"from {self.low:g} to {high}"


def _text(path: str, value: str, kind: types.StrType, _field: str, hint: str) -> Iterator[Fault]:
    low, high = kind.min_length or 0, kind.max_length
    if len(value) < low or (high is not None and len(value) > high):
        yield Fault(path, f"must be {_kind(kind, hint)}, has {len(value)}")
    elif kind.pattern and not re.search(kind.pattern, value):
        yield Fault(path, f"must be {_kind(kind, hint)}, is {shown(value)}")
    elif not value.isprintable():
        yield Fault(path, f"must be text in one line of signs that can be seen, is {shown(value)}")


def _date(path: str, value: str | date, _kind: types.DateType, _field: str, _hint: str) -> Iterator[Fault]:
    try:
        day = value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError:
        day = None
    if day is None or isinstance(value, datetime) or not _DATE.fullmatch(str(value)):
        yield Fault(path, f"must be a date as 2026-03-01, is {shown(value)}")
    elif not YEARS[0] <= day.year <= YEARS[1]:
        yield Fault(path, f"must be a date of the years {YEARS[0]} to {YEARS[1]}, is {value}")


def _choice(path: str, value: Any, kind: types.LiteralType, _field: str, hint: str) -> Iterator[Fault]:
    if value not in kind.values:
        near = nearest(value, [str(each) for each in kind.values])
        yield Fault(path, f"must be {_kind(kind, hint)}, is {shown(value)}{near}")


def _nothing(*_: Any) -> Iterator[Fault]:
    return iter(())


def _kind(kind: types.Type, hint: str) -> str:
    """What is allowed, in a few words."""
    said = f": {hint}" if hint else ""
    match kind:
        case types.UnionType():
            words = " or ".join(dict.fromkeys(_kind(*_bare(each)) for each in kind.types))
        case types.ListType():
            words = f"a list{_length(kind.min_length, kind.max_length)}{said}"
        case types.StrType():
            form = f" of the form {kind.pattern}" if kind.pattern else ""
            length = _length(kind.min_length, kind.max_length, " characters")
            words = f"text as {hint}" if form and hint else f"text{length}{form}{said}"
        case types.LiteralType():
            words = f"one of {', '.join(map(str, kind.values))}"
        case types.IntType() | types.FloatType():
            edges = _Edges(kind, ANY)
            whole = "a whole number" if isinstance(kind, types.IntType) else "a number"
            words = whole if edges.low == ANY.low else f"{whole} {edges}"
        case types.StructType():
            words = f"a mapping with {', '.join(field.encode_name for field in kind.fields)}"
        case _:
            words = _WORDS[type(kind)]
    return words


def _length(low: int | None, high: int | None, unit: str = "") -> str:
    if high is None:
        return f" of at least {low}{unit}" if low else ""
    return f" of {high}{unit}" if low == high else f" of {low or 0} to {high}{unit}"


_WORDS: Mapping[type[types.Type], str] = {
    types.NoneType: "empty",
    types.BoolType: "true or false",
    types.DateType: "a date as 2026-03-01",
    types.DictType: "a mapping",
}
_PYTHON: Mapping[type[types.Type], type | tuple[type, ...]] = {
    types.NoneType: type(None),
    types.BoolType: bool,
    types.IntType: int,
    types.FloatType: (int, float),
    types.StrType: str,
    types.LiteralType: str,
    types.DateType: (str, date),
    types.ListType: list,
    types.DictType: dict,
    types.StructType: dict,
}
_LOOKS: Mapping[type[types.Type], Callable[..., Iterator[Fault]]] = {
    types.NoneType: _nothing,
    types.BoolType: _nothing,
    types.IntType: _number,
    types.FloatType: _number,
    types.StrType: _text,
    types.LiteralType: _choice,
    types.DateType: _date,
    types.ListType: _list,
    types.DictType: _dict,
    types.StructType: _struct,
}
