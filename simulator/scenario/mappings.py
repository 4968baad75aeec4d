"""YAML of users, read strictly: no key twice, no tags, no loops; what is wrong is told with its line."""

import re
from collections.abc import Hashable
from typing import Any

import yaml

DEEPEST = 40
"""Levels of nesting; a parser in C would fall over its stack before it told us."""
LARGEST = 10_000_000
"""Bytes of a text: a scenario of all communes of the country would have a tenth of them."""
MOST = 1_000_000
"""Values of a text once its anchors are written out, lest a few lines become billions."""

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class MappingError(ValueError):
    """A text that is not as YAML should be: its name, the line and what is wrong, in one sentence."""


class Written(LOADER):  # type: ignore[misc]
    """The safe loader with values as YAML 1.2 and editors have them, and every key as it is written.

    So `on: 2026-01-01` has the key "on" and not True, 13:00 is text and not 780, and a date is text too.
    """

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 (PyYAML's way)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        self.flatten_mapping(node)
        return {key.value: self.construct_object(value, deep=deep) for key, value in node.value}

    def number(self, node: yaml.ScalarNode) -> float:
        """The number; .inf and .nan are for whoever reads on to refuse, with their place."""
        return float(re.sub(r"\.(?=[in])", "", node.value.lower()))

    def whole(self, node: yaml.ScalarNode) -> int:
        """The whole number, in tens whatever it begins with."""
        return int(node.value)


for _kind, _form, _first in (
    ("null", r"(~|null|Null|NULL|)", ["~", "n", "N", ""]),
    ("bool", r"(true|True|TRUE|false|False|FALSE)", list("tTfF")),
    ("int", r"[-+]?[0-9]{1,400}", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ("float", r"([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))", list("-+.")),
    ("merge", r"<<", ["<"]),
):
    Written.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(rf"^{_form}\Z"), _first)
Written.add_constructor("tag:yaml.org,2002:int", Written.whole)
Written.add_constructor("tag:yaml.org,2002:float", Written.number)


def parse(name: str, raw: bytes | str, loader: Any = LOADER) -> Any:
    """What stands in a YAML text of that name; `MappingError` says what is wrong, and in which line."""
    if len(raw) > LARGEST:
        raise MappingError(f"{name} is too large: {len(raw):,} bytes, where {LARGEST:,} are allowed")
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8-sig")
        _Reading(text).check()
        return yaml.load(text, loader)  # noqa: S506 (a safe loader)
    except UnicodeError as error:
        reason = getattr(error, "reason", error)
        raise MappingError(f"{name} is not UTF-8 ({reason}): save it as UTF-8") from None
    except yaml.MarkedYAMLError as error:
        raise MappingError(_told(name, text, error)) from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that is none, as 2026-02-30
        raise MappingError(f"{name}: not as YAML should be: {' '.join(str(error).split())}") from None


def _told(name: str, text: str, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark
    if mark is None:
        return f"{name}: not as YAML should be: {error.problem}"
    line = [*text.splitlines(), ""][mark.line]
    tab = "; indent with spaces and not with tabs" if "\t" in line else ""
    return f"{name}, line {mark.line + 1}: not as YAML should be: {error.problem}{tab}"


class _Level:
    """A collection that is being read: its anchor, its values so far, and the keys of a mapping."""

    __slots__ = ("anchor", "at_key", "keys", "size")

    def __init__(self, event: yaml.CollectionStartEvent) -> None:
        self.anchor, self.size = event.anchor, 1
        self.keys: set[str] | None = set() if isinstance(event, yaml.MappingStartEvent) else None
        self.at_key = self.keys is not None


class _Reading:
    """A first look at a text, event by event, before anything is made of it."""

    def __init__(self, text: str) -> None:
        self._events = yaml.parse(text, LOADER)
        self._levels: list[_Level] = []
        self._sizes: dict[str, int] = {}

    def check(self) -> None:
        """An error where a key is there twice, a value has a tag, or it is too deep, too much or a loop."""
        for event in self._events:
            if isinstance(event, yaml.CollectionEndEvent):
                level = self._levels.pop()
                self._count(event, level.anchor, level.size)
            elif isinstance(event, yaml.NodeEvent):
                self._begin(event)

    def _begin(self, event: yaml.NodeEvent) -> None:
        if (tag := getattr(event, "tag", None)) is not None:
            raise _error(event, f"the tag {tag} is not read: leave it out")
        if self._levels and self._levels[-1].keys is not None:
            self._turn(event, self._levels[-1], self._levels[-1].keys)
        if isinstance(event, yaml.CollectionStartEvent):
            if len(self._levels) == DEEPEST:
                raise _error(event, f"more than {DEEPEST} levels deep")
            self._levels.append(_Level(event))
        elif isinstance(event, yaml.AliasEvent):
            if any(level.anchor == event.anchor for level in self._levels):
                raise _error(event, f"*{event.anchor} stands within what it names, which has no end")
            self._count(event, None, self._sizes.get(event.anchor or "", 0))
        else:
            self._count(event, event.anchor, 1)

    @staticmethod
    def _turn(event: yaml.NodeEvent, level: _Level, keys: set[str]) -> None:
        """From a mapping's key to its value, or back."""
        if level.at_key:
            if not isinstance(event, yaml.ScalarEvent):
                raise _error(event, "a key must be text, and no list or mapping")
            if event.value in keys:
                raise _error(event, f"{event.value!r} is there twice")
            keys.add(event.value)
        level.at_key = not level.at_key

    def _count(self, event: yaml.Event, anchor: str | None, size: int) -> None:
        if anchor is not None:
            self._sizes[anchor] = size
        if self._levels:
            self._levels[-1].size += size
        if size > MOST:
            raise _error(event, f"more than {MOST:,} values")


def _error(event: yaml.Event, said: str) -> yaml.MarkedYAMLError:
    mark: Any = event.start_mark
    return yaml.constructor.ConstructorError(None, None, said, mark)
