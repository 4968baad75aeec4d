"""The demo with levers: two worlds on one topic with the same luck, seen live, and what lies between them."""

import asyncio
import json
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from threading import Event

import pytest

from dossier.event import Event as Fact
from motcua.scoreboard import differences
from motcua.stage import Demo
from simulator.run import Simulation
from simulator.scenario.files import load
from simulator.scenario.levers import parse
from tests.monitoring.eyes import gap, opened

LEVERS = ("e-signature", "staff:factor=0.6,on=2026-03-09")
PULLED = tuple(word for lever in LEVERS for word in ("--lever", lever))
BASELINE, REFORM = "quickstart", "quickstart-with-e-signature-staff"
SAME = (
    *("finished", "on_time", "late", "open", "open_overdue", "letters_due", "letters_sent", "online_rate"),
    *("on_time_rate_finished", "on_time_rate_fell_due", "apology_rate"),
)
"""Figures that the simulator and the stream have in common."""


def command(folder: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "motcua", "demo", "quickstart", "--out", str(folder), *arguments]


def ended(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        command(folder, *arguments), capture_output=True, text=True, check=False, timeout=180
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def saved(folder: Path) -> dict:
    return json.loads((folder / "indicators.json").read_text("utf-8"))


def compared(printed: str) -> list[dict]:
    """The differences of `motcua compare` in two runs, by the command that the demo prints."""
    command = next(line for line in printed.splitlines() if "motcua compare" in line)
    more = "--replications 2 --no-controls --by level --processes 1 --format json"
    asked = [sys.executable, "-m", *shlex.split(command), *more.split()]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=180)
    return [each for each in json.loads(done.stdout)["effects"] if each["indicator"] in SAME]


def placed(compared: dict, of: str) -> dict:
    """Baseline, reform and difference of all, or of a level."""
    return compared["by"]["level"][of.partition(":")[2]] if of else compared["total"]


def simulated(seed: int, levers: Sequence[str]) -> list[dict]:
    """The figures that the simulator itself keeps, without the levers and with them."""
    runs = [Simulation(load("quickstart"), seed, levers=map(parse, pulled)) for pulled in ((), levers)]
    for run in runs:
        run.run()
    return [run.summary() for run in runs]


def demo(*levers: str, **changes: object) -> Demo:
    asked = {
        "named": "quickstart", "scenario": load("quickstart"), "levers": tuple(map(parse, levers)), "seed": 1,
        "start": date(2026, 3, 1), "until": date(2026, 4, 1),
        "serve": False, "out": Path(), "port": 0, "lang": "en", "stopped": Event(),
    }  # fmt: skip
    return Demo(**{**asked, **changes})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    (folder / "printed.txt").write_text(ended(folder, "--seed", "4", *PULLED), "utf-8")
    return folder


def test_the_difference_is_that_of_two_runs_with_the_same_seed(folder):
    baseline, reform = simulated(4, LEVERS)
    told = saved(folder)["comparison"]
    for seen, one, other in (
        (told["total"], baseline, reform),
        (told["by"]["level"]["commune"], baseline["levels"]["commune"], reform["levels"]["commune"]),
    ):
        for name in SAME:
            assert (one[name], other[name]) == (seen["baseline"][name], seen["reform"][name]), name
            assert other[name] - one[name] == seen["difference"][name], name
    assert told["total"]["difference"]["letters_due"] > 10


def test_the_difference_is_that_of_motcua_compare_with_the_same_seeds(folder, tmp_path):
    """Of two runs it tells the mean of the differences of two demos."""
    ended(tmp_path, "--seed", "5", *PULLED)
    demos = [saved(each)["comparison"] for each in (folder, tmp_path)]
    effects = compared((folder / "printed.txt").read_text("utf-8"))
    assert {"", "level:commune"} == {each["of"] for each in effects}
    for effect in effects:
        differences = [placed(each, effect["of"])["difference"][effect["indicator"]] for each in demos]
        assert effect["difference"] == pytest.approx(sum(differences) / 2, rel=1e-9, abs=1e-12), effect


def test_the_baseline_is_the_world_without_levers(folder, tmp_path):
    ended(tmp_path, "--seed", "4")
    assert saved(tmp_path) == saved(folder)[BASELINE]
    alone = (tmp_path / "scoreboard.txt").read_text("utf-8")
    assert (folder / "scoreboard.txt").read_text("utf-8").endswith(f"\n\n{alone}")


def test_the_scoreboard_has_baseline_reform_and_difference(folder):
    total = saved(folder)["comparison"]["total"]
    printed = (folder / "printed.txt").read_text("utf-8")
    assert f"Levers: {', '.join(LEVERS)}" in printed
    line = next(line for line in printed.splitlines() if line.startswith("Letters of apology due"))
    numbers = [total[which]["letters_due"] for which in ("baseline", "reform", "difference")]
    assert [str(numbers[0]), str(numbers[1]), f"{numbers[2]:+d}"] == line.split()[-3:]
    assert re.search(r"On time, of fallen due +\d\d\.\d\d % +\d\d\.\d\d % +[-+]\d+\.\d\d\n", printed)


def test_vietnamese_is_vietnamese(folder):
    told = differences(saved(folder)["comparison"], "motcua compare", "vi")
    assert re.search(r"Chỉ số +Hiện trạng +Cải cách +Chênh lệch", told)
    assert re.search(r"Đúng hạn, trên số đến hạn +\d\d,\d\d % +\d\d,\d\d % +[-+]\d+,\d\d\n", told)


def test_the_worlds_are_told_side_by_side_in_simulated_time():
    now = {BASELINE: 0.0, REFORM: 0.0}
    begun = demo().start
    apart = []
    for line in demo(*LEVERS).messages():
        event = line.event
        now[event.scenario] = max(now[event.scenario], event.at.timestamp())
        if isinstance(event, Fact) and event.at.date() > begun:
            apart.append(abs(now[BASELINE] - now[REFORM]))
    assert max(apart) < 86400
    assert sum(apart) / len(apart) < 3600


def test_each_world_is_told_as_if_it_were_alone():
    both = list(demo(*LEVERS).messages())
    mine = [line.value for line in both if line.event.scenario == BASELINE]
    assert [line.value for line in demo().messages()] == mine


@pytest.mark.parametrize("lever", ["edd", "staff:factor=2", "staff:factor=3"])
def test_names_of_reforms_are_names_of_scenarios(lever):
    many = demo(lever, *LEVERS, "supplement-once", "saturday", "demand:factor=2")
    made = [demo(lever), demo(lever).lasting(), many, many.lasting()]
    made += [demo(lever, scenario=load("phu-tho-2026"), seed=10**30).lasting()]
    for each in made:
        baseline, reform = each.names
        assert baseline != reform
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", reform)


def test_on_a_broker_that_lasts_other_settings_have_another_name():
    names = {demo(f"staff:factor={factor}").lasting().names[1] for factor in (2, 3)}
    assert len(names) == 2


@pytest.mark.kafka
def test_through_kafka_and_faust_the_figures_are_the_same(folder, tmp_path):
    ended(tmp_path, "--seed", "4", *PULLED, "--kafka", "local")
    for name in ("scoreboard.txt", "indicators.json"):
        assert (folder / name).read_bytes() == (tmp_path / name).read_bytes()
    assert 'data-key="difference.letters_due"' in (tmp_path / "page.html").read_text("utf-8")


@pytest.mark.browser
def test_people_see_the_lines_part_where_the_reform_begins(tmp_path):
    process = subprocess.Popen(
        command(tmp_path, "--serve", *PULLED[2:]),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    try:
        with process.stderr as said:
            address = next(re.search(r"http://\S+", line)[0] for line in said if "http://" in line)
            baseline, reform = (run["on_time_rate_fell_due"] for run in simulated(1, LEVERS[1:]))
            asyncio.run(parted(address, reform - baseline))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


async def parted(address: str, told: float) -> None:
    """Watch the page until it tells the difference; look at the lines as they are painted."""
    async with opened(f"{address}&lang=en") as (page, complaints, asked):
        await page.locator("#state.live").wait_for()
        await page.locator(f'[data-key="difference.on_time_rate_fell_due"][value="{told}"]').wait_for(
            timeout=60_000
        )
        assert complaints == []
        assert [url for url in asked if not url.startswith(address.partition("?")[0])] == []
        for chart in ("#shares", "#owed"):
            before, after = await gap(page, chart, 0.15), await gap(page, chart, 0.85)
            assert before < 4, chart
            assert after > 40, chart
