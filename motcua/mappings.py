"""YAML files of users, read strictly: what is wrong is told with its line, and no key is there twice."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from motcua.files import BadInput

DEEPEST = 40
"""Levels of nesting; a parser in C would fall over its stack before it told us."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Strict(_LOADER):  # type: ignore[misc]
    """The safe loader, but a key that stands twice in one mapping is an error and not the later one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name is not None and name in seen:
                said = f"{name!r} is there twice"
                raise yaml.constructor.ConstructorError(None, None, said, key.start_mark)
            seen.add(name)
        found: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return found


def read(path: Path) -> Any:
    """What stands in a YAML file; `BadInput` says what is wrong, and in which line."""
    try:
        return parse(str(path), path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error


def parse(name: str, raw: bytes) -> Any:
    """What stands in the text of a YAML file of that name."""
    try:
        text = raw.decode("utf-8-sig")
        _check_depth(text)
        return yaml.load(text, _Strict)  # noqa: S506 (a safe loader)
    except UnicodeDecodeError as error:
        raise BadInput(f"{name} is not UTF-8 ({error.reason}): save it as UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = "" if error.problem_mark is None else f", line {error.problem_mark.line + 1}"
        raise BadInput(f"{name}{line}: not as YAML should be: {error.problem}") from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that is none, as 2026-02-30
        raise BadInput(f"{name}: not as YAML should be: {' '.join(str(error).split())}") from None


def _check_depth(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, _LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise ValueError(f"more than {DEEPEST} levels deep")
