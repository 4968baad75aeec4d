"""`motcua fidelity`: the comparison as text and JSON, in two languages, and its verdict."""

import json
import re

import pytest
from click.testing import CliRunner, Result

from motcua.fidelity import fidelity
from simulator.scenario.files import text

OFFICES = {"H44.100": 300, "H44.104": 300, "H44.105": 300, "H44.108": 300, "H44.170": 300, "H44.45": 1000}
"""Five communes and the land department, a month; too few to be near."""
UNITS = """department_code,level,received,on_time,overdue,avg_processing_days
H44.45,province_department,83675,58496,25179,12.7
H44.100,commune,8253,7368,885,3.63
H44.104,commune,3443,2775,668,5.23
H44.105,commune,3859,3717,142,1.75
H44.108,commune,6064,5940,124,1.54
H44.170,commune,6000,5900,100,1.4
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A small province with the name and the mould of the real one."""
    head, _, _ = text("phu-tho-2026").partition("\noffices:\n")
    head = re.sub(r"warmup_days: \d+", "warmup_days: 10", head)
    head = re.sub(r"until: 2026-09-27", "until: 2026-02-01", head)
    commune = "volumes: {certified_copy: 150}, staff: {counter: 2, justice: 3, economy: 3, leader: 2}"
    land = "staff: {counter: 2, officer: 9, leader: 2}"
    kinds = {name: ("land", land) if name == "H44.45" else ("commune", commune) for name in OFFICES}
    offices = "".join(
        f"  {name}: {{profile: {kind}, volume: {OFFICES[name]}, share: 0.1, {rest}}}\n"
        for name, (kind, rest) in kinds.items()
    )
    path = tmp_path_factory.mktemp("world") / "phu-tho-2026.yaml"
    path.write_text(f"{head}\noffices:\n{offices}", "utf-8")
    return path


def ask(*words: object) -> Result:
    return CliRunner().invoke(fidelity, [str(word) for word in words])


@pytest.fixture(scope="module")
def answer(world):
    done = ask(world, "--seed", 2, "--seed", 3, "--format", "json")
    assert done.exit_code == 1, done.output
    return json.loads(done.stdout)


def row(answer, of, figure):
    (found,) = [each for each in answer["rows"] if (each["of"], each["figure"]) == (of, figure)]
    return found


def test_figures_stand_beside_the_real_ones(answer):
    assert (answer["scenario"], answer["seeds"], answer["calibrated_on"]) == ("phu-tho-2026", [2, 3], 1)
    communes = row(answer, "commune", "on_time_rate_766")
    assert communes["real"] == pytest.approx(0.9272)
    assert communes["difference"] == pytest.approx(communes["simulated"] - communes["real"])
    assert communes["low"] <= communes["simulated"] <= communes["high"]
    assert communes["standing"] == "tuned"
    assert row(answer, "total", "received")["simulated"] == pytest.approx(3250, rel=0.15)
    assert row(answer, "certified_copy", "mean_days")["simulated"] >= 1
    assert row(answer, "commune", "mean_days_p50")["standing"] == "held_back"
    assert row(answer, "health", "mean_days")["simulated"] is None
    assert answer["seconds_a_run"] > 0


def test_rates_that_are_further_off_than_the_aim_are_named(answer):
    """And make the exit code 1."""
    for of in ("total", "commune", "department", "land"):
        away = abs(row(answer, of, "on_time_rate_766")["difference"])
        assert (of in answer["far"]) == (away > 0.015)


def test_the_text_says_what_was_tuned(world):
    shown = ask(world).stdout
    assert "phu-tho-2026, 2026-01-01 to 2026-01-31: simulated (seeds 2; calibrated on 1)" in shown
    assert re.search(
        r"^on time \(766\) +communes +[\d.]+ % +92.72 % +[-+][\d.]+ +tuned$", shown, re.MULTILINE
    )
    assert re.search(r"^mean days +land .* +12\.70 +[-+][\d.]+ +[\d.]+ +tuned$", shown, re.MULTILINE)
    assert re.search(r"^mean days, P50 of offices +communes .* held back$", shown, re.MULTILINE)
    assert re.search(r"^mean days +health +- +13\.21 +- +held back$", shown, re.MULTILINE)
    assert "held back: no number was chosen for it." in shown


def test_it_speaks_vietnamese(world):
    shown = ask(world, "--lang", "vi").stdout
    assert re.search(
        r"^đúng hạn \(766\) +xã, phường +[\d,]+ % +92,72 % +[-+][\d,]+ +đã hiệu chỉnh$", shown, re.MULTILINE
    )
    assert "597.918" in shown


def test_each_office_is_compared_with_a_table_of_units(world, tmp_path):
    table = tmp_path / "units.csv"
    table.write_text(UNITS, "utf-8")
    found = json.loads(ask(world, "--units", table, "--format", "json").stdout)
    assert {unit["office"] for unit in found["units"]} == set(OFFICES)
    assert found["apart"]["communes"] == 5
    assert found["apart"]["unfitted"] == 3
    shown = ask(world, "--units", table).stdout
    assert re.search(r"^H44\.45 +[\d,]+ +83,675 +[\d.]+ % +69\.90 % +[\d.]+ +12\.70$", shown, re.MULTILINE)
    assert "On-time shares of 5 communes: " in shown
    assert "Mean days of the 3 communes not fitted to: " in shown


def test_another_period_has_no_real_volumes(world):
    found = json.loads(ask(world, "--until", "2026-01-10", "--format", "json").stdout)
    assert found["until"] == "2026-01-10"
    assert not any(each["figure"].startswith("received") for each in found["rows"])
    assert row(found, "land", "on_time_rate_766")["simulated"] is not None


def test_what_cannot_be_compared_is_said(tmp_path):
    with pytest.raises(ValueError, match="no real figures are known for quickstart: only for phu-tho-2026"):
        CliRunner().invoke(fidelity, ["quickstart"], catch_exceptions=False)
    table = tmp_path / "units.csv"
    table.write_text("department_code,received\nH44.45,3\n", "utf-8")
    with pytest.raises(ValueError, match="has no column on_time: the table of units needs department_code"):
        CliRunner().invoke(fidelity, ["--units", str(table)], catch_exceptions=False)
    table.write_text(UNITS.replace("8253,7368", "8253,many"), "utf-8")
    with pytest.raises(ValueError, match="line 3: on_time must be a whole number, is 'many'"):
        CliRunner().invoke(fidelity, ["--units", str(table)], catch_exceptions=False)
