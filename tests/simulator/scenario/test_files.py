"""Scenarios are read strictly; what can be none is told with its line; the shipped ones load quickly."""

import json
import re
import time
from datetime import date
from itertools import pairwise

import jsonschema
import pytest

from simulator.scenario.files import ScenarioError, load, names, parse, schema, text
from simulator.scenario.mappings import LARGEST, MOST, MappingError, Written
from simulator.scenario.mappings import parse as mapping
from simulator.scenario.model import Drift
from tests.simulator.scenario.test_checks import SHAPE
from tests.simulator.scenario.whole import REMOVED, WHOLE, keys, put, whole

LINES = WHOLE.splitlines(keepends=True)

NONE = [
    ("", "the scenario: must be a mapping with name, title, start, until"),
    ("[1, 2]", "the scenario: must be a mapping with name"),
    ("3", "the scenario: must be a mapping with name"),
    ("title: a\nname: [", "line 3: not as YAML should be: did not find expected node content"),
    ("title: a\n\tname: b", "line 2: not as YAML should be: found a tab character that violates indentation"),
    ("title: a\nname: b\ntitle: c", "the scenario, line 3: not as YAML should be: 'title' is there twice"),
    ("title: a\n'title': c", "line 2: not as YAML should be: 'title' is there twice"),
    ("agencies: {tax: a, tax: b}", "line 1: not as YAML should be: 'tax' is there twice"),
    ("offices: &a\n  one: *a", "line 2: not as YAML should be: *a stands within what it names, which"),
    ("offices: &a\n  <<: *a", "line 2: not as YAML should be: *a stands within what it names"),
    ("offices: *nowhere", "line 1: not as YAML should be: found undefined alias"),
    ("title: !!python/name:os.system x", "the tag tag:yaml.org,2002:python/name:os.system is not read"),
    ("start: !!int ''", "the tag tag:yaml.org,2002:int is not read: leave it out"),
    ("title: !ours x", "line 1: not as YAML should be: the tag !ours is not read"),
    ("? [a, b]\n: 3", "line 1: not as YAML should be: a key must be text, and no list or mapping"),
    ("a: 1\n---\nb: 2", "line 2: not as YAML should be: but found another document"),
    ("[" * 100_000, "line 1: not as YAML should be: more than 40 levels deep"),
    ("{a: " * 50, "more than 40 levels deep"),
    ("title: \x00", "control characters are not allowed"),
    ("title: \ud800", "the scenario is not UTF-8 (surrogates not allowed): save it as UTF-8"),
    ("<<: 3", "line 1: not as YAML should be: expected a mapping or list of mappings for merging"),
    ("%YAML 9.9\n---\na: 1", "found incompatible YAML document"),
]  # fmt: skip
"""Texts that are no scenario, and what is said of them."""


@pytest.mark.parametrize(("raw", "words"), NONE, ids=[repr(raw[:20]) for raw, _ in NONE])
def test_what_is_no_scenario_is_told_in_a_line(raw, words):
    with pytest.raises(ScenarioError, match=re.escape(words)) as error:
        parse(raw)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 400


def test_a_few_lines_that_would_be_billions_are_refused_at_once():
    names = [f"a{i}" for i in range(20)]
    bomb = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]\n" for a, b in pairwise(names))
    began = time.process_time()
    with pytest.raises(ScenarioError, match=f"more than {MOST:,} values"):
        parse(bomb)
    assert time.process_time() - began < 1


def test_a_text_of_a_hundred_megabytes_is_refused_unread(tmp_path):
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    began = time.process_time()
    with pytest.raises(
        ScenarioError, match=r"large.yaml is too large: 100,000,000 bytes, where 10,000,000 are"
    ):
        load(path)
    with pytest.raises(ScenarioError, match="too large"):
        parse("#" * (LARGEST + 1))
    assert time.process_time() - began < 1


def test_values_are_those_of_yaml_as_editors_read_it():
    read = mapping(
        "x", "on: 2026-03-01\n1: 07:30\n1.10: 10:30\nno: [no, yes, 012, 1e3, 1_000, .5, ~, true]", Written
    )
    assert read == {
        "on": "2026-03-01",
        "1": "07:30",
        "1.10": "10:30",
        "no": ["no", "yes", 12, 1000.0, "1_000", 0.5, None, True],
    }


def test_the_key_on_is_no_truth():
    raw = WHOLE.replace("{on: 2026-05-01, online: 0.8}", "{on: 2026-05-02, online: 0.9}")
    assert parse(raw).profiles["ward"].drift[1] == Drift(on=date(2026, 5, 2), online=0.9)


def test_what_is_merged_may_be_changed_and_is_not_there_twice():
    read = mapping("x", "a: &a {x: 1, y: 2}\nb: &b {<<: *a, y: 3}\nc: {<<: *b, z: 4}", Written)
    assert read == {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}, "c": {"x": 1, "y": 3, "z": 4}}


def test_anchors_and_merges_make_the_same_scenario():
    raw = "H44.200:\n    profile: county\n    volume: 100\n    staff: {clerks: 1, experts: 0.5, leader: 1}\n"
    more = raw + "  H44.201: {<<: *one, volume: 50}\n"
    assert raw in WHOLE
    offices = parse(WHOLE.replace(raw, more.replace("H44.200:", "H44.200: &one"))).offices
    assert (offices["H44.201"].staff, offices["H44.201"].volume) == (offices["H44.200"].staff, 50)


@pytest.mark.parametrize("i", [i for i, line in enumerate(LINES) if re.match(r" {0,6}\w+: [^&|]", line)])
def test_a_line_that_is_there_twice_is_told_by_its_number(i):
    raw = "".join([*LINES[: i + 1], LINES[i], *LINES[i + 1 :]])
    key = LINES[i].split(":")[0].strip()
    with pytest.raises(
        ScenarioError, match=re.escape(f"line {i + 2}: not as YAML should be: '{key}' is there")
    ):
        parse(raw)


def test_an_unknown_name_lists_the_shipped_ones():
    for name in ("utopia", "", "/dev/null"):
        with pytest.raises(ScenarioError, match=r"no scenario '.*': name a YAML file or one of .*quickstart"):
            load(name)
    with pytest.raises(
        ScenarioError, match=r"\. is a folder: name a YAML file in it, or one of .*quickstart"
    ):
        load(".")


def test_a_file_is_loaded_by_its_path_with_or_without_a_byte_order_mark(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(text("quickstart"), "utf-8")
    assert load(path) == load("quickstart")
    path.write_text(text("quickstart").replace("\n", "\r\n"), "utf-8-sig")
    assert load(path) == load("quickstart")


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", "name: Phú".encode("utf-16"), b"title: \xe9"])
def test_a_file_that_is_not_text_is_told_with_its_name(tmp_path, raw):
    path = tmp_path / "mine.yaml"
    path.write_bytes(raw)
    with pytest.raises(ScenarioError, match=r"mine.yaml is not UTF-8 \(.*\): save it as UTF-8"):
        load(path)


def test_what_is_no_yaml_in_a_file_is_told_with_its_name(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("name: [")
    with pytest.raises(ScenarioError, match=r"mine.yaml, line 2: not as YAML should be"):
        load(path)


def test_the_reader_of_yaml_keeps_to_the_safe_loader_of_others():
    assert mapping("x", b"at: 2026-03-01\nyes: 1") == {"at": date(2026, 3, 1), True: 1}
    with pytest.raises(MappingError, match="x: not as YAML should be: day is out of range"):
        mapping("x", b"at: 2026-02-30")


def read(name: str) -> dict:
    return mapping(name, text(name), Written)


VALIDATOR = jsonschema.Draft202012Validator(
    schema(), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)
"""An editor's view of a scenario."""


def test_the_published_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("name", names())
def test_the_schema_accepts_the_shipped_scenarios(name):
    assert not list(VALIDATOR.iter_errors(read(name)))


def test_the_schema_accepts_the_scenario_in_which_every_part_is_used():
    assert not list(VALIDATOR.iter_errors(whole()))


FREE = ("1899", "2101", "two\nlines", "nan", "inf", "20260301")
"""What no type of a schema can refuse: years, line breaks, numbers that JSON does not have."""


@pytest.mark.parametrize("case", SHAPE, ids=lambda case: f"{case[0]}={str(case[1])[:20]!r}")
def test_the_schema_refuses_what_types_and_sizes_can(case):
    path, value, _ = case
    if not any(word in str(value) for word in FREE):
        assert list(VALIDATOR.iter_errors(put(whole(), keys(path), value)))


def test_the_schema_explains_its_parts_and_fields():
    found = schema()["$defs"]
    assert all(part["title"] and part["description"] for part in found.values())
    assert found["Office"]["description"].endswith("a pool has staff/share posts (rounded up).")
    assert "\n  " not in json.dumps(found)
    assert found["Office"]["properties"]["successor"]["description"].startswith("The office into which")
    assert found["Centre"]["properties"]["queue"]["description"].startswith("fifo; edd: due first")


def test_an_empty_field_that_may_be_left_out_is_as_if_it_were():
    raw = put(whole(), keys("procedures/copy/refiled"), None)
    assert parse(json.dumps(raw)) == parse(WHOLE)
    with pytest.raises(ScenarioError, match=r"^procedures\.land\.code: is missing: it must be text"):
        parse(json.dumps(put(whole(), keys("procedures/land/code"), REMOVED)))


@pytest.mark.parametrize("name", ["phu-tho-2026", "quickstart"])
def test_every_number_has_its_source_beside_it(name):
    for line in text(name).splitlines():
        value, _, comment = line.partition("  # ")
        bare = re.sub(r'"[^"]*"', "", value.partition(": ")[2])
        if line.lstrip().startswith("- {") or re.match(r"  H44", line):
            bare = value
        if not line.startswith("#") and re.search(r"(?<![\w-])\d", bare) and not value.startswith("title"):
            assert re.search(r"assumed|domain|\[V:", comment), f"no source: {line}"


@pytest.mark.parametrize("name", names())
def test_loading_is_quick(name):
    def seconds() -> float:
        began = time.process_time()
        assert load(name).name == name
        return time.process_time() - began

    assert min(seconds() for _ in range(3)) < 0.3
