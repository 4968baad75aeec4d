"""JSON Schema of a scenario, for editors: what the types say, with the model's own words and bounds.

`# yaml-language-server: $schema=scenario.schema.json` as the first line of a file makes an editor check it.
"""

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import msgspec
from msgspec import inspect as types

from simulator.scenario import model
from simulator.scenario.checks.bounds import ANY, Bound, bound

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """JSON Schema of a scenario; what it accepts may still refer to nothing, which `checks` finds."""
    found = msgspec.json.schema(model.Scenario)
    words = dict(_words())
    for name, struct in found["$defs"].items():
        if "description" in struct:
            struct["description"] = inspect.cleandoc(struct["description"])
        kind = getattr(model, name)
        info = types.type_info(kind)
        for field in info.fields if isinstance(info, types.StructType) else ():
            said = struct["properties"][field.encode_name]
            if isinstance(field.type, types.DictType):
                said["propertyNames"] = _keys(field.type)
            _narrow(said, bound(f"{name}.{field.name}"))
            told = [
                words[home.__name__, field.name]
                for home in kind.__mro__
                if (home.__name__, field.name) in words
            ]
            said.update({"description": told[0]} if told else {})
    return {"$schema": DRAFT, "title": "A scenario of motcua", **found}


def _words() -> Iterator[tuple[tuple[str, str], str]]:
    """Struct and field, and the docstring that stands under the field."""
    for struct in ast.walk(ast.parse(inspect.getsource(model))):
        body = struct.body if isinstance(struct, ast.ClassDef) else []
        for field, said in pairwise(body):
            match field, said:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    yield (getattr(struct, "name", ""), name), inspect.cleandoc(text)


def _keys(kind: types.DictType) -> dict[str, Any]:
    """What the keys of a mapping may be; msgspec leaves it out."""
    if isinstance(kind.key_type, types.LiteralType):
        return {"enum": list(kind.key_type.values)}
    return {"minLength": 1, "maxLength": 200}


def _narrow(said: dict[str, Any], limits: Bound) -> None:
    """Narrow a field's numbers, also those in its lists and mappings, to what is believed of them."""
    if limits is ANY:
        return
    if said.get("type") in {"number", "integer"}:
        said["maximum"] = min(limits.high, said.get("maximum", limits.high))
        if limits.low > ANY.low:
            said.pop("exclusiveMinimum", None)
            said["minimum"] = limits.low
    for inner in (said.get("items"), said.get("additionalProperties"), *said.get("anyOf", ())):
        if isinstance(inner, dict):
            _narrow(inner, limits)
