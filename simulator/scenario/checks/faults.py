"""What is wrong with a scenario, told so that it can be mended: where, what is allowed, what is there."""

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches
from itertools import islice
from typing import Any, NamedTuple

from simulator.scenario.model import ScenarioError

MOST = 20
"""Faults that are told at once."""
_LISTED = 12
_LONGEST = 60
_UNITS = ("seconds", "minutes", "hours", "days", "weeks", "months", "years")


class Fault(NamedTuple):
    """One fault: the path of the value and what is to be said of it."""

    path: str
    words: str

    def __str__(self) -> str:
        return f"{self.path or 'the scenario'}: {self.words}"


def refuse(faults: Iterable[Fault]) -> None:
    """ScenarioError if there are any: one a line, the first twenty."""
    told = list(islice(_once(map(str, faults)), MOST + 1))
    if told:
        raise ScenarioError("\n".join([*told[:MOST], *(["and more"] if told[MOST:] else [])]))


def _once(lines: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for line in lines:
        if line not in seen:
            seen.add(line)
            yield line


def at(path: str, key: object) -> str:
    """The path of what stands under `key`; a key that cannot be read in a line stands in quotes."""
    name = str(key)
    if not name.isprintable() or not name or len(name) > _LONGEST:
        name = shown(name)
    return f"{path}.{name}" if path else name


def unknown(path: str, kind: str, name: str, known: Collection[str]) -> Iterator[Fault]:
    """A fault if there is nothing of that name."""
    if name not in known:
        yield Fault(path, f"unknown {kind} {shown(name)}{nearest(name, known)}; {among(known)}")


def twice(path: str, names: Iterable[str]) -> Iterator[Fault]:
    """A fault for each name that a list has had before."""
    seen: set[str] = set()
    for i, name in enumerate(names):
        if name in seen:
            yield Fault(f"{path}.{i}", f"{shown(name)} is there twice")
        seen.add(name)


def among(known: Collection[str]) -> str:
    """The names that would be right, or some of them."""
    names = sorted(set(known))
    if not names:
        return "there is none"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"known are {', '.join(map(_short, names[:_LISTED]))}{more}"


def nearest(name: str, known: Collection[str]) -> str:
    """The known name that was meant, if one looks like it: the same in another unit, else the most alike."""
    stem, _, unit = name.rpartition("_")
    same = [each for each in known if stem and unit in _UNITS and each.rpartition("_")[0] == stem]
    alike = same or get_close_matches(name[:200], sorted(known), 1)
    return f" (did you mean {shown(alike[0])}?)" if alike else ""


def shown(value: Any) -> str:
    """A value as an error shows it, in a few words."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    return _short(repr(value) if isinstance(value, str) else str(value))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
