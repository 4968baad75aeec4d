"""`motcua scenarios`: what is listed, what is shown of one, and what is said of a file of one's own."""

import json
import re

import jsonschema
import pytest
from click.testing import CliRunner, Result

from motcua.scenarios import scenarios
from simulator.scenario.files import load, names, text
from simulator.scenario.mappings import Written
from simulator.scenario.mappings import parse as mapping
from simulator.scenario.outline import outline
from tests.simulator.scenario.whole import WHOLE


def ask(*words: object) -> Result:
    return CliRunner().invoke(scenarios, [str(word) for word in words])


def answer(*words: object) -> dict:
    done = ask(*words, "--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(WHOLE, "utf-8")
    return path


def test_all_that_is_shipped_is_listed_with_its_size():
    rows = {row["name"]: row for row in answer()}
    assert list(rows) == names()
    assert rows["quickstart"] == {
        "name": "quickstart", "title": "One ward, March 2026", "offices": 1, "procedures": 11,
        "first": "2026-03-01", "last": "2026-03-31", "dossiers": pytest.approx(917),
    }  # fmt: skip
    assert rows["phu-tho-2026"]["offices"] == 163
    assert rows["phu-tho-2026"]["dossiers"] == pytest.approx(488451 + 109467)
    table = ask().stdout
    assert all(re.search(rf"^{name}  ", table, re.MULTILINE) for name in names())
    assert "917" in table
    assert "597.918" in ask("--lang", "vi").stdout


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("lang", ["en", "vi"])
def test_each_one_is_shown_with_its_pools_and_routes(name, lang):
    world, shown = load(name), ask(name, "--lang", lang)
    assert shown.exit_code == 0
    for profile in world.profiles.values():
        assert all(re.search(rf"\b{pool}\b", shown.stdout) for pool in profile.pools)
    for key, procedure in world.procedures.items():
        assert re.search(rf"^{key} .*{re.escape(procedure.limit)} ", shown.stdout, re.MULTILINE)
        assert f"  {key}: " in shown.stdout


def test_what_is_in_one_adds_up(mine):
    found = answer(mine)
    assert found["dossiers"] == pytest.approx(sum(row["dossiers"] for row in found["profiles"])) == 1050
    assert found["dossiers"] == pytest.approx(sum(row["dossiers"] for row in found["routes"]))
    pools = {(row["profile"], row["pool"]): row for row in found["pools"]}
    assert (pools["ward", "clerks"]["staff"], pools["ward", "clerks"]["posts"]) == (2, 2)
    leader = pools["ward", "leader"]
    assert (leader["staff"], leader["posts"], leader["capacity"]) == (0.5, 1, 0.5)
    assert (pools["ward", "experts"]["staff"], pools["ward", "experts"]["at"]) == (0, ["experts"])
    assert pools[None, "experts"]["staff"] == 2
    assert found["levers"][0] == "staff:pool=leader,add=1,on=2026-04-01"
    assert found["successors"] == {"H44.300": "H44.100"}
    assert found == json.loads(json.dumps(outline(load(mine))))


def test_a_page_says_how_posts_are_rounded_where_they_are():
    (leader,) = (row for row in answer("quickstart")["pools"] if row["pool"] == "leader")
    assert (leader["staff"], leader["posts"], leader["capacity"]) == (0.5, 1, 1)
    assert "rounded up.\nCapacity: what these can do, in officials." in ask("quickstart").stdout
    assert "rounded up" not in ask("mm10").stdout


def test_a_page_shows_branches_centres_calendars_levers_and_mergers(mine):
    page = ask(mine).stdout
    assert (
        "whole: Everything at once; from 2026-03-01 to 2026-05-31, 14 days of warm-up before; rule set C-2025"
        in page
    )
    assert "> [25.00 %: survey (experts, 60 min) > report (experts, 20 min) | 75.00 %: -] >" in page
    assert "> {tax (tax, 8 h) | entry (clerks, 5 min)} > fee (2 d) > signature" in page
    assert "  mornings: mon 07:30-11:30, tue 07:30-11:30 13:00-17:00; week after week" in page
    assert "  staff:pool=leader,add=1,on=2026-04-01" in page
    assert "  H44.300: H44.100" in page
    assert (
        "  mornings: T2 07:30-11:30, T3 07:30-11:30 13:00-17:00; mọi tuần" in ask(mine, "--lang", "vi").stdout
    )


@pytest.mark.parametrize("name", names())
def test_a_file_to_start_from_is_the_shipped_one(name, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(ask(name, "--yaml").stdout, "utf-8")
    assert path.read_text("utf-8") == text(name)
    assert ask("--check", path).exit_code == 0


def test_the_schema_that_is_printed_checks_a_file():
    schema = json.loads(ask("--schema").stdout)
    jsonschema.validate(mapping("quickstart", text("quickstart"), Written), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"name": "x"}, schema)


def test_a_file_that_can_be_run_is_said_to_be(mine):
    done = ask("--check", mine)
    assert (done.exit_code, done.stderr) == (0, "")
    assert (
        f"{mine} can be run: 3 offices, 1,050 expected dossiers, from 2026-03-01 to 2026-05-31" in done.stdout
    )
    assert answer("--check", mine)["faults"] == []
    assert "chạy được: 3 đơn vị, 1.050 hồ sơ dự kiến" in ask("--check", mine, "--lang", "vi").stdout


def test_what_is_wrong_in_a_file_is_listed_with_exit_code_2(mine):
    mine.write_text(
        WHOLE.replace("volume: 900", "volume: -3").replace("limit: same-day", "limit: 3"), "utf-8"
    )
    done = ask("--check", mine)
    assert str(done.exception).splitlines() == [
        f"{mine} cannot be run:",
        "  procedures.copy.limit: must be text, is 3: put it in quotes",
        "  offices.H44.100.volume: must be from 0 to 100000000, is -3",
    ]
    told = ask("--check", mine, "--format", "json")
    assert told.exit_code == 2
    assert len(json.loads(told.stdout)["faults"]) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("volume: 900", "volume: -3"), ": offices.H44.100.volume: must be from 0 to 100000000, is -3"),
        (("pool: leader, add: 1", "pool: leader, add: -9"), ": levers.0: "),
        (("lever: staff", "lever: stuff"), ": levers.0: unknown lever 'stuff'"),
        (("start: 2026", "start: [2026"), ", line 4: not as YAML should be: "),
    ],
)
def test_a_single_fault_is_told_in_one_line_with_the_name_of_the_file(mine, change, words):
    mine.write_text(WHOLE.replace(*change), "utf-8")
    told = str(ask("--check", mine).exception)
    assert told.startswith(f"{mine}{words}")
    assert "\n" not in told


@pytest.mark.parametrize(
    "words", [("a", "--schema"), ("--yaml",), ("--schema", "--check", "x"), ("a", "--check", "x")]
)
def test_two_things_at_once_are_refused(words):
    done = ask(*words)
    assert done.exit_code == 2
    assert "ask for one thing" in done.output


@pytest.mark.parametrize("words", [("utopia",), ("utopia", "--yaml"), ("--check", "utopia")])
def test_a_name_that_is_none_lists_those_that_are(words):
    assert re.search(r"no scenario 'utopia': .* quickstart", str(ask(*words).exception))
