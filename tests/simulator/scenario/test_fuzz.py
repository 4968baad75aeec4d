"""Whatever is changed in a scenario: it can be run still, or the error leads to the place."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import cache
from math import inf, nan
from typing import Any, NamedTuple

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.scenario.checks import check
from simulator.scenario.checks.faults import MOST, at
from simulator.scenario.files import Scenario, ScenarioError, convert, parse, schema, text
from simulator.scenario.mappings import Written
from simulator.scenario.mappings import parse as mapping
from tests.simulator.scenario.whole import REMOVED, WHOLE, put

Path = tuple[str | int, ...]

FIELDS = {field.name for field in msgspec.structs.fields(Scenario)}
VALIDATOR = jsonschema.Draft202012Validator(schema())


@cache
def base(name: str) -> Any:
    return mapping(name, WHOLE if name == "whole" else text(name), Written)


@cache
def places(name: str) -> list[Path]:
    """The paths of all that stands in a scenario."""
    return list(_places((), base(name)))


def _places(path: Path, value: Any) -> Iterator[Path]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*path, key)
        yield from _places((*path, key), inner)


class Change(NamedTuple):
    """A scenario with one thing changed: where, and the words that the change took out or brought in."""

    raw: Any
    path: Path
    words: set[str]


ODD = (
    None, True, False, "", "x", "nobody", "2026-02-30", "2026-03-01", "1899-01-01", "07:30", "3wd", "a\nb",
    0, -1, 1, 2, 0.5, 1.5, 1e-9, 1e9, 1e12, 1e300, 5e-324, 10**300, -(10**300), nan, inf, -inf,
    [], {}, [None], [[]], {"": None}, {"x": 1}, ["x"], [0] * 7, [0] * 12, [0] * 24, {"kind": "work"},
)  # fmt: skip
odd = st.sampled_from(ODD) | st.integers() | st.floats() | st.text(max_size=30)
DEEP: list[Any] = []
for _ in range(60):
    DEEP = [DEEP]


NAMES = st.sampled_from(["x", "on", "work_hours", "", "q" * 300]) | st.text(max_size=9)


@st.composite
def changes(draw: st.DrawFn, name: str) -> Change:
    """One thing replaced, scaled, removed, renamed, added or doubled."""
    raw, path = deepcopy(base(name)), draw(st.sampled_from(places(name)))
    *above, key = path
    home = raw
    for each in above:
        home = home[each]
    old, new = home[key], draw(odd | st.just(DEEP))
    how = draw(st.sampled_from(["replaced", "replaced", "scaled", "removed", "renamed", "added", "doubled"]))
    if how == "scaled" and isinstance(old, int | float):
        home[key] = old * draw(st.sampled_from([-1, 0, 0.5, 2, 10, 1e3, 1e6, 1e15]))
    elif how == "removed":
        del home[key]
    elif how in {"renamed", "added"} and isinstance(home, dict):
        new = draw(NAMES)
        home[new] = home.pop(key) if how == "renamed" else deepcopy(old)
        path = (*above, new)
    elif how == "doubled" and isinstance(home, list):
        home.insert(int(key), deepcopy(old))
    else:
        home[key] = new
    words = {str(each) for each in (*strings(old), *strings(new), *path, key)}
    return Change(raw, path, words - {""})


def strings(value: Any) -> Iterator[str]:
    """All words in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def leads(line: str, change: Change) -> bool:
    """Whether a line of an error tells the path of the change, a part or the whole of it, or refers to it."""
    path, told, wholes = "", f"{line.partition(': ')[0]}.", []
    for key in change.path:
        path = at(path, key)
        wholes.append(path)
    return (
        f"{path}.".startswith(told)
        or told.startswith(f"{path}.")
        or told == "the scenario."
        or any(whole in line for whole in wholes[2:])
        or any(word in line if len(word) > 1 else f"'{word}'" in line for word in change.words)
    )


def lines_of(error: ScenarioError) -> Sequence[str]:
    """The lines of an error, each one fit to be read."""
    lines = str(error).splitlines()
    assert 0 < len(lines) <= MOST + 1
    for line in lines:
        assert line.isprintable()
        assert len(line) < 1200
        assert ": " in line or line == "and more"
    return lines


def faults(raw: Any) -> Sequence[str]:
    """What is wrong with a mapping; nothing where it is a scenario."""
    try:
        convert(raw)
    except ScenarioError as error:
        return lines_of(error)
    return ()


def above(path: Path, raw: Any) -> Any:
    """What a path leads to in a mapping."""
    for key in path:
        raw = raw[key]
    return raw


def test_every_single_value_of_a_wrong_type_is_told_at_its_own_path_alone():
    raw = base("whole")
    leaves = [path for path in places("whole") if not isinstance(above(path, raw), dict | list)]
    for path in leaves:
        (line,) = faults(put(raw, path, {"x": None}))
        assert line.startswith(f"{'.'.join(map(str, path))}: must be "), line
        assert line.endswith(", is a mapping"), line
    assert len(leaves) > 200


def test_whatever_is_missing_is_told_at_its_path_unless_it_may_be():
    raw, needless = base("whole"), 0
    for path in places("whole"):
        words = {*strings(above(path, raw)), *map(str, path)}
        change = Change(put(raw, path, REMOVED), path, words)
        lines = faults(change.raw)
        assert not lines or any(leads(line, change) for line in lines), (lines, path)
        needless += not lines
    assert 50 < needless < 250


def test_a_field_too_many_is_told_wherever_it_is():
    raw, told = base("whole"), 0
    for path in [(), *places("whole")]:
        if isinstance(above(path, raw), dict):
            lines = faults(put(raw, (*path, "nonsense"), 1))
            where = (
                ".".join(map(str, (*path, "nonsense"))) if path[-1:] != ("settings",) else f"levers.{path[1]}"
            )
            assert any(line.startswith(f"{where}: ") for line in lines), (lines, path)
            told += "unknown field" in lines[0]
    assert told > 50


@pytest.mark.parametrize("name", ["quickstart", "whole"])
@settings(max_examples=300)
@given(data=st.data())
def test_one_change_leaves_a_scenario_or_an_error_that_leads_to_it(name, data):
    change = data.draw(changes(name))
    try:
        scenario = convert(change.raw)
    except ScenarioError as error:
        lines = lines_of(error)
        assert any(leads(line, change) for line in lines), (lines, change.path)
    else:
        check(scenario)
        assert convert(msgspec.to_builtins(scenario)) == scenario
        assert VALIDATOR.is_valid(change.raw)


SIGNS = " :-[]{}#&*!|>'\"%@`,.~?=<\\\t\n0179eabxñ\u2028\ufeff\x85\x07"


@settings(max_examples=200)
@given(data=st.data())
def test_any_slip_of_the_keyboard_leaves_a_scenario_or_an_error_in_lines(data):
    raw = WHOLE
    for _ in range(data.draw(st.integers(1, 3))):
        i, many = data.draw(st.integers(0, len(raw))), data.draw(st.sampled_from([0, 0, 0, 1, 1, 5, 100]))
        raw = raw[:i] + data.draw(st.text(SIGNS, max_size=3)) + raw[i + many :]
    try:
        assert isinstance(parse(raw), Scenario)
    except ScenarioError as error:
        lines_of(error)


@settings(max_examples=200)
@given(raw=st.text(SIGNS + "namelstirc") | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_told_in_lines(raw):
    with pytest.raises(ScenarioError) as error:
        parse(raw)
    lines_of(error.value)
