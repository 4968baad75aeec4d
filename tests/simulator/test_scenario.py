"""A wrong scenario is told by the path of the wrong value; the shipped ones say their sources."""

import json
import re
import time
from importlib.resources import files

import jsonschema
import pytest
import yaml

from simulator.scenario import ScenarioError, load, names, parse, schema

TEXT = (files("simulator") / "scenarios" / "quickstart.yaml").read_text("utf-8")
REMOVED = object()

WRONG = [
    ("start", "soon", "start: "),
    ("until", "2026-02-01", r"until: must be after start \(2026-03-01\), is 2026-02-01"),
    ("warmup_days", -1, "warmup_days: Expected `int` >= 0"),
    ("title", REMOVED, "missing required field `title`"),
    ("colour", "red", "unknown field `colour`"),
    ("demand.months", [1, 2], "demand.months: Expected `array` of length >= 12"),
    ("demand.online.hour.3", "x", r"demand.online.hour.3: Expected `float`, got `str`"),
    ("demand.online.weekday", [0] * 7, "demand.online.weekday: at least one weight must be above 0"),
    ("demand.seasons.0.until", "2026-02-01", "demand.seasons.0.until: must be after since"),
    ("procedures.birth.limit", "3 days", r"procedures.birth.limit: '3 days' is no limit: write \"3wd\""),
    ("procedures.birth.fee", -5, "procedures.birth.fee: Expected `int` >= 0"),
    ("procedures.birth.service", "fast", "procedures.birth.service: Invalid enum value 'fast'"),
    ("procedures.birth.agency", "nobody", "birth.agency: unknown agency 'nobody'; known are committee"),
    ("procedures.birth.route", [], "procedures.birth.route: Expected `array` of length >= 1"),
    ("procedures.birth.route.0.kind", "magic", "procedures.birth.route.0.kind: Invalid value 'magic'"),
    ("procedures.birth.route.0.work_minutes", 0, "birth.route.0.work_minutes: Expected `float` > 0"),
    ("procedures.birth.route.0.pool", "ghosts", "procedures.birth.route.0.pool.: unknown pool 'ghosts'"),
    ("procedures.birth_interlinked.route.2.agency", "x", "route.2.agency: unknown agency 'x'"),
    ("procedures.birth.supplement.online", 1.5, "procedures.birth.supplement.online: Expected `float` <= 1"),
    ("profiles.ward.channels.online", 0.5, "profiles.ward.channels: shares must add up to 1, add up to 0.75"),
    ("profiles.ward.mix.birth", 0.5, "profiles.ward.mix: shares must add up to 1"),
    ("profiles.ward.mix.weather", 0, "profiles.ward.mix: unknown procedure 'weather'"),
    ("profiles.ward.intake.pool", "door", "profiles.ward.intake.pool: unknown pool 'door'"),
    ("profiles.ward.pools.leader.agency", "x", "profiles.ward.pools.leader.agency: unknown agency 'x'"),
    ("offices", {}, "offices: Expected `object` of length >= 1"),
    ("offices.H44.profile", "village", "offices.H44.100.profile: unknown profile 'village'; known are ward"),
    ("offices.H44.share", 0, "offices.H44.100.share: Expected `float` > 0"),
    ("offices.H44.volume", "many", "offices.H44.100.volume: Expected `float`, got `str`"),
    ("offices.H44.staff.counter", -2, "offices.H44.100.staff.counter: Expected `float` > 0"),
    ("offices.H44.staff.leader", REMOVED, "offices.H44.100.staff: pool 'leader' has no staff"),
    ("offices.H44.staff.cook", 1, "offices.H44.100.staff: unknown pool 'cook'"),
]  # fmt: skip


def changed(path: str, value: object) -> str:
    """Quickstart with one value put in, or taken out."""
    raw = yaml.safe_load(TEXT)
    keys = ["H44.100" if key == "H44" else int(key) if key.isdigit() else key for key in path.split(".")]
    place = raw
    for key in keys[:-1]:
        place = place[key]
    if value is REMOVED:
        del place[keys[-1]]
    else:
        place[keys[-1]] = value
    return yaml.safe_dump(raw)


@pytest.mark.parametrize(("path", "value", "words"), WRONG, ids=[path for path, _, _ in WRONG])
def test_a_wrong_value_is_told_by_its_path_and_what_would_be_right(path, value, words):
    with pytest.raises(ScenarioError, match=words):
        parse(changed(path, value))


@pytest.mark.parametrize("text", ["", "[1, 2]", "a: [", "3", "start: 2026-99-99"])
def test_what_is_no_scenario_is_told_without_a_traceback(text):
    with pytest.raises(ScenarioError):
        parse(text)


def test_the_first_step_must_be_work():
    route = [{"kind": "external", "step": "x", "agency": "police", "delay_hours": 1}]
    with pytest.raises(ScenarioError, match=r"procedures\.birth\.route\.0: the first step must be work"):
        parse(changed("procedures.birth.route", route))


def test_an_unknown_name_lists_the_shipped_ones():
    with pytest.raises(ScenarioError, match=r"no scenario 'utopia': name a YAML file or one of .*quickstart"):
        load("utopia")


def test_a_file_is_loaded_by_its_path(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(TEXT, "utf-8")
    assert load(path) == load("quickstart")


def test_a_file_that_is_not_text_is_told(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match="is not UTF-8"):
        load(path)


def test_the_schema_accepts_the_shipped_scenarios_and_refuses_a_slip():
    validator = jsonschema.Draft202012Validator(schema())
    for name in names():
        raw = yaml.safe_load((files("simulator") / "scenarios" / f"{name}.yaml").read_text("utf-8"))
        assert not list(validator.iter_errors(json.loads(json.dumps(raw, default=str))))
        raw["warmup_days"] = -1
        assert list(validator.iter_errors(json.loads(json.dumps(raw, default=str))))


@pytest.mark.parametrize("name", names())
def test_every_number_has_its_source_beside_it(name):
    text = (files("simulator") / "scenarios" / f"{name}.yaml").read_text("utf-8")
    for line in text.splitlines():
        value, _, comment = line.partition("  # ")
        bare = re.sub(r'"[^"]*"', "", value.partition(": ")[2])
        if line.lstrip().startswith("- {") or re.match(r"  H44", line):
            bare = value
        if not line.startswith("#") and re.search(r"(?<![\w-])\d", bare) and not value.startswith("title"):
            assert re.search(r"assumed|domain|\[V:", comment), f"no source: {line}"


@pytest.mark.parametrize("name", names())
def test_loading_is_quick(name):
    began = time.process_time()
    assert load(name).name == name
    assert time.process_time() - began < 0.6
