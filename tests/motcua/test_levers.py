"""`motcua levers`: the catalogue, one lever, and what it would change, in both languages."""

import json
from importlib.resources import files

import pytest
from click.testing import CliRunner, Result

from motcua.levers import SHOWN, levers
from simulator.scenario.files import load
from simulator.scenario.levers import LEVERS, apply, changes, parse
from simulator.scenario.model import ScenarioError


def told(*words: str) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


def run(*words: str) -> Result:
    return CliRunner().invoke(levers, words)


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("  ") if cell.strip()]


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_the_catalogue_has_a_line_for_each_lever_with_its_settings(lang):
    lines = told("--lang", lang).splitlines()[2:]
    for line, kind in zip(lines, LEVERS.values(), strict=False):
        own = ", ".join(name for name in kind.settings if name not in kind.scope) or "-"
        assert cells(line) == [kind.name, kind.words.of(lang), own, ", ".join(kind.scope) or "-"]
    assert "on=2026-07-01" in lines[-2]


@pytest.mark.parametrize("lang", ["en", "vi"])
@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_is_told_with_all_its_settings_an_example_and_its_source(name, lang):
    page, kind = told(name, "--lang", lang), LEVERS[name]
    assert page.startswith(f"{name}: {kind.words.of(lang)}\n")
    for key, setting in kind.settings.items():
        line = next(line for line in page.splitlines() if cells(line)[:1] == [key])
        assert setting.words.of(lang) in line
        assert setting.unit is None or setting.unit.of(lang) in line
    assert kind.example in page
    assert page.rstrip().endswith(kind.source.of(lang))


def test_a_setting_is_told_with_its_default_and_its_bounds():
    lines = {cells(line)[0]: cells(line) for line in told("online-share").splitlines() if cells(line)}
    assert lines["share"][2:] == ["of filings", "0.5", "0 .. 1"]
    assert lines["ramp_days"][2:] == ["days", "0", "whole 0 .. 36500"]
    assert lines["level"][2:] == ["-", "all", "name or a|b"]
    queue = {cells(line)[0]: cells(line) for line in told("queue").splitlines() if cells(line)}
    assert queue["rule"][3:] == ["required", "fifo, edd, class, shortest"]
    assert "give one of: add, set, factor." in told("staff")
    assert "nêu ít nhất một trong: limit, work, external." in told("simplify", "--lang", "vi")


def test_json_tells_the_same():
    all_of = json.loads(told("--format", "json"))
    assert [each["name"] for each in all_of] == list(LEVERS)
    staff = json.loads(told("staff", "--format", "json", "--lang", "vi"))
    assert staff == next(
        each for each in json.loads(told("--format", "json", "--lang", "vi")) if each["name"] == "staff"
    )
    assert staff["settings"]["add"] == {
        "what": "số cán bộ thêm; số âm: bớt",
        "type": "number",
        "unit": "cán bộ, quy đổi toàn thời gian",
        "default": None,
        "bounds": [-1000, 1000],
        "choices": None,
        "required": False,
    }
    assert (staff["needs"], staff["only_one"], staff["example"]) == (
        ["add", "set", "factor"],
        True,
        "staff:add=1",
    )


def test_what_a_lever_changes_is_shown_before_and_after(quickstart_leader):
    lines = told("staff:pool=leader,add=1", "--scenario", "quickstart").splitlines()
    assert lines[0] == "staff:pool=leader,add=1, quickstart; values that change: 1"
    before, after = f"{quickstart_leader:g}", f"{quickstart_leader + 1:g}"
    assert cells(lines[4]) == ["offices.H44.100.staff.leader", before, after]


def test_posts_rounded_up_are_told_with_what_they_can_do():
    page = told("staff:factor=1.1,pool=justice", "--scenario", "quickstart")
    assert cells(page.splitlines()[-1]) == ["H44.100/justice", "2.2", "9", "2.25"]
    assert "rounded up" in page
    assert "làm tròn lên" in told("staff:factor=1.1", "--scenario", "quickstart", "--lang", "vi")
    assert "rounded up" not in told("staff:add=1,pool=justice", "--scenario", "quickstart")
    assert "rounded up to whole ones" in told("staff")


@pytest.fixture
def quickstart_leader() -> float:
    staff = load("quickstart").offices["H44.100"].staff["leader"]
    assert isinstance(staff, float)
    return staff


def test_a_long_list_of_changes_is_cut_and_json_has_them_all():
    found = changes(load("phu-tho-2026"), apply(load("phu-tho-2026"), parse("staff:add=1")))
    page = told("staff", "--scenario", "phu-tho-2026").split("\n\nPosts are")[0].splitlines()
    assert page[-1] == f"{len(found) - SHOWN} more: --format json shows all"
    assert sum(line.startswith("offices.") for line in page) == SHOWN
    whole = json.loads(told("staff", "--scenario", "phu-tho-2026", "--format", "json"))
    assert (whole["lever"], whole["scenario"]) == ("staff:add=1", "phu-tho-2026")
    assert whole["changes"] == [each._asdict() for each in found]


def test_a_lever_that_changes_nothing_says_so():
    assert told("one-queue", "--scenario", "quickstart") == "one-queue, quickstart: changes nothing there\n"
    vietnamese = told("one-queue", "--scenario", "quickstart", "--lang", "vi")
    assert vietnamese == "one-queue, quickstart: không thay đổi gì ở đó\n"


def test_a_lever_acts_on_what_is_in_force_on_its_day(tmp_path):
    text = (
        "levers:\n"
        "  - {lever: staff, settings: {set: 5, pool: leader}}\n"
        '  - {lever: staff, "on": 2026-03-10, settings: {set: 7, pool: leader}}\n'
    )
    path = tmp_path / "own.yaml"
    path.write_text(quickstart_yaml() + text, "utf-8")
    for day, before in (("2026-03-09", "5"), ("2026-03-10", "7")):
        page = told(f"staff:add=1,pool=leader,on={day}", "--scenario", str(path))
        assert cells(page.splitlines()[4])[1:] == [before, f"{int(before) + 1}"]


def quickstart_yaml() -> str:
    return (files("simulator") / "scenarios" / "quickstart.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["staf"], r"unknown lever 'staf' \(perhaps staff"),
        (["staff:add=many"], "setting add: 'many' is no number"),
        (
            ["staff:add=1,pool=cook", "--scenario", "quickstart"],
            "setting pool: unknown 'cook'; known are counter",
        ),
        (["staff", "--scenario", "nowhere"], "no scenario 'nowhere': name a YAML file or one of"),
    ],
)
def test_what_cannot_be_shown_is_an_error_of_one_sentence(words, why):
    result = run(*words)
    assert isinstance(result.exception, ScenarioError)
    with pytest.raises(ScenarioError, match=why):
        raise result.exception


def test_a_scenario_without_a_lever_is_a_slip():
    result = run("--scenario", "quickstart")
    assert result.exit_code == 2
    assert "name the lever whose changes are to be shown" in result.output


def test_settings_without_a_scenario_are_a_slip():
    result = run("staff:pool=zzz,add=1")
    assert result.exit_code == 2
    assert "name a --scenario to see what it would change there, or staff alone" in result.output
