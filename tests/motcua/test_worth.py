"""docs/effects.md and .json: every shipped lever in every shipped scenario, as the program measures it."""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import pytest

from motcua import worth
from motcua.worth import DOCS, Worth, main, written
from motcua.worth_asks import ASKS, Ask, busiest, fit, unfelt
from motcua.worth_page import page
from simulator.experiments.backends import Crew, Here, crew
from simulator.scenario.files import load, names
from simulator.scenario.levers import LEVERS, text

STALE = "docs/effects.json is not as the program has it: run make effects"


@cache
def committed() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DOCS / "effects.json").read_text("utf-8"))
    return found


def asked(*levers: str) -> list[Ask]:
    return [ask for ask in ASKS if ask.lever in levers]


def differences(rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Lever to what does not depend on which others were measured: all but the corrected chance."""
    return {
        row["lever"]: {name: cell[:3] for name, cell in row["effects"].items()}
        for row in rows
        if "effects" in row
    }


class Idle(Crew):
    """Who does nothing, and may not be asked to."""

    def map(self, work: Any, items: Iterable[Any]) -> Iterator[Any]:
        raise AssertionError("a run was done again")


def test_each_shipped_lever_is_asked_for():
    assert [name for name in LEVERS if not asked(name)] == []
    assert len({ask.label for ask in ASKS}) == len(ASKS)


def test_the_table_has_each_shipped_lever_in_each_shipped_scenario():
    assert list(committed()) == names(), STALE
    for name, each in committed().items():
        assert [row["ask"] for row in each["rows"]] == [ask.label for ask in ASKS], f"{name}: {STALE}"


def test_each_lever_has_an_effect_or_a_reason_why_it_has_none():
    for each in committed().values():
        measured = {row["lever"] for row in each["rows"] if "effects" in row}
        for row in each["rows"]:
            assert row.get("nothing") or "effects" in row or row["as"] in measured
        assert all(
            any(cell[0] for cell in row["effects"].values()) for row in each["rows"] if "effects" in row
        )


@pytest.mark.parametrize("name", names())
def test_settings_and_reasons_are_those_that_the_program_finds(name):
    found, there = Worth(name), committed()[name]
    assert there["until"] == found.until.isoformat(), STALE
    for each, row in zip(found.fitted, there["rows"], strict=True):
        assert (each.lever and text(each.lever)) == row["lever"], STALE
        felt = each.nothing if each.lever is None else unfelt(each.ask, found.scenario, there["baseline"])
        assert row.get("nothing") in {felt, None}, STALE


def test_the_page_is_made_of_the_figures():
    assert (DOCS / "effects.md").read_text("utf-8") == page(committed())
    assert (DOCS / "effects.json").read_text("utf-8") == written(committed())


@pytest.mark.parametrize(("name", "lever"), [("quickstart", "edd"), ("five-step", "staff")])
def test_cells_are_what_a_run_of_today_gives(name, lever, tmp_path):
    found = Worth(name, asked(lever))
    fresh = found.measured(Here(), tmp_path)
    assert differences(fresh["rows"]).items() <= differences(committed()[name]["rows"]).items(), STALE
    assert fresh["baseline"] == committed()[name]["baseline"], STALE
    assert found.measured(Idle(), tmp_path) == fresh


def test_the_busiest_pool_is_found_by_its_load():
    assert busiest(load("quickstart"))[0] == ("H44.100", "justice")
    assert busiest(load("five-step"))[0] == ("H00.001", "assessor")


@pytest.mark.parametrize(
    ("lever", "scenario", "why"),
    [
        ("two-tier", "quickstart", "1 of the chosen offices is at work: nothing merges"),
        ("limits", "mm10", "no procedure has a limit that could be halved"),
        ("post-office", "mm10", "none of the chosen offices has an intake"),
        ("e-hand-over", "five-step", "no hand-over waits for a messenger"),
    ],
)
def test_a_lever_that_finds_nothing_to_change_says_why(lever, scenario, why):
    [ask] = asked(lever)
    assert fit(ask, load(scenario))[1:] == (None, None, why)


def test_the_law_that_is_asked_for_reckons_dates_otherwise():
    [ask] = asked("rules")
    found = {name: fit(ask, load(name)).lever for name in ("an-giang-2021", "quickstart")}
    assert {name: lever and text(lever) for name, lever in found.items()} == {
        "an-giang-2021": "rules:id=B-2021",
        "quickstart": "rules:id=A-2018",
    }


ROW = {"ask": "edd", "lever": "edd"}
BASELINE = {"on_time_rate_finished": 0.9}


def cells(**row: Any) -> list[str]:
    """The lines of a lever in a scenario's table, and what is told below it."""
    each = {
        "from": "2026-03-01", "until": "2026-03-02", "warmup_days": 7, "runs": 12, "seed": 1,
        "baseline": BASELINE, "rows": [ROW | row],
    }  # fmt: skip
    return page({"one": each}).partition("as it is | 90.00 % | – | – | – |  |\n")[2].splitlines()


def test_a_difference_beyond_chance_is_bold_and_says_for_whom_it_is_good():
    effects = {"on_time_rate_finished": [0.0212, 0.02, 0.0224, 0.01], "letters_due": [3.0, 1.0, 5.0, 0.02],
               "mean_days": [-0.5, -1.6, 0.6, 0.4], "mean_wait_hours": [0.0, 0.0, 0.0, 1.0],
               "left": [-2.0, -3.0, -1.0, 0.001]}  # fmt: skip
    [line, *_] = cells(effects=effects)
    assert line == (
        "| `edd` | **+2.12** ▲ (2.00 to 2.24) | -0.5 (-1.6 to 0.6) | 0 | **+3.0** ▼ (1.0 to 5.0) "
        "| left the ticket queue -2.0 (-3.0 to -1.0) |"
    )


def test_a_pool_that_cannot_cope_is_told_below():
    effects = {"on_time_rate_finished": [-0.0000001, -0.1, 0.1, 1.0]}
    line, _, note = cells(effects=effects, trouble=[3, "The queue grew."])
    assert line == "| `edd` † | 0 (-10 to 10) | – | – | – |  |"
    assert note == "- † `edd`, 3 of 12 runs: The queue grew."


def test_no_effect_says_what_it_would_set():
    [line] = cells(nothing="no dossier has a due date", sets="queue: fifo to edd")
    assert line == "| `edd` | no effect: no dossier has a due date (it sets queue: fifo to edd) |  |  |  |  |"


def test_scenarios_that_are_named_are_measured_anew_and_others_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(worth, "DOCS", tmp_path)
    monkeypatch.setattr(worth, "kept", lambda: tmp_path)
    monkeypatch.setattr(Worth, "measured", lambda self, workers, keep: committed()["mm10"])
    (tmp_path / "effects.json").write_text(written({"quickstart": committed()["quickstart"]}), "utf-8")
    assert main(["mm10"]) == 0
    found = json.loads((tmp_path / "effects.json").read_text("utf-8"))
    assert found == {name: committed()[name] for name in ("mm10", "quickstart")}
    assert (tmp_path / "effects.md").read_text("utf-8") == page(found)


def test_a_scenario_that_is_not_shipped_is_refused(capsys):
    assert main(["nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.full
@pytest.mark.parametrize("name", names())
def test_the_whole_table_is_what_runs_of_today_give(name):
    with crew() as workers:
        assert Worth(name).measured(workers) == committed()[name], STALE
