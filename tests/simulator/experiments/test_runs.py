"""Replications: shared luck, the figures of a run alone, whoever does them and however often they are cut."""

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from simulator.experiments.backends import BackendError, crew
from simulator.experiments.checkpoint import CheckpointError
from simulator.experiments.measures import Key, key, read
from simulator.experiments.runs import Experiment, Sample, replicate
from simulator.experiments.worlds import named, of
from simulator.run import Simulation
from simulator.scenario.levers import parse
from simulator.scenario.model import Scenario, ScenarioError

ON_TIME = Key("on_time_rate_finished")
UNTIL = date(2026, 3, 9)


def same(one: Sample, other: Sample) -> bool:
    """Whether two samples are the same to the last bit."""
    return (
        one.keys == other.keys
        and one.seeds == other.seeds
        and one.troubles == other.troubles
        and all(np.array_equal(a, b, equal_nan=True) for a, b in zip(one.values, other.values, strict=True))
        and all(np.array_equal(a, b) for a, b in zip(one.controls, other.controls, strict=True))
    )


def test_a_replication_is_the_run_of_its_seed(quickstart: Scenario) -> None:
    pulled = ["staff:pool=leader,add=1", "demand:factor=1.5,on=2026-03-04", "online-share:share=0.9", "edd"]
    sample = replicate(of(quickstart, pulled), range(7, 10), until=UNTIL, processes=1)
    for world, levers in enumerate(([], *([parse(lever)] for lever in pulled))):
        for row, seed in enumerate((7, 8, 9)):
            alone = Simulation(quickstart, seed, until=UNTIL, levers=levers)
            alone.run()
            figures = read([alone.outcome()])
            assert tuple(figures) == sample.keys
            assert np.array_equal(sample.values[world][row], list(figures.values()), equal_nan=True)


def test_an_experiment_grows_and_keeps_what_it_has(quickstart: Scenario) -> None:
    with Experiment(of(quickstart), 3, until=UNTIL, processes=1) as experiment:
        few, many = experiment.to(2), experiment.to(4)
    assert few.seeds == (3, 4)
    assert same(many, replicate(of(quickstart), range(3, 7), until=UNTIL, processes=1))
    assert np.array_equal(many.of(0, ON_TIME)[:2], few.of(0, ON_TIME))


@pytest.mark.parametrize("backend", ["local", "ray", "dask"])
def test_who_does_the_runs_does_not_matter(backend: str, quickstart: Scenario) -> None:
    if backend != "local":
        pytest.importorskip({"ray": "ray", "dask": "distributed"}[backend])
    worlds, seeds = of(quickstart, ["edd"]), range(1, 6)
    alone = replicate(worlds, seeds, until=UNTIL, processes=1)
    assert same(alone, replicate(worlds, seeds, until=UNTIL, backend=backend, processes=2))  # type: ignore[arg-type]


def test_a_checkpoint_that_was_cut_anywhere_resumes_to_the_same_bytes(
    quickstart: Scenario, tmp_path: Path
) -> None:
    worlds, seeds, path = of(quickstart, ["edd"]), range(1, 5), tmp_path / "runs.jsonl"
    whole = replicate(worlds, seeds, until=UNTIL, processes=1, checkpoint=path)
    content = path.read_bytes()
    ends = [i + 1 for i, byte in enumerate(content) if byte == ord("\n")]
    for cut in (0, 5, ends[0], ends[1] + 7, ends[2], ends[3] - 1, len(content)):
        path.write_bytes(content[:cut])
        assert same(whole, replicate(worlds, seeds, until=UNTIL, processes=1, checkpoint=path)), cut
        assert path.read_bytes() == content, cut


def test_a_checkpoint_of_another_experiment_is_refused(quickstart: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    replicate(of(quickstart), 1, until=UNTIL, processes=1, checkpoint=path)
    with pytest.raises(CheckpointError, match="another experiment"):
        replicate(of(quickstart, ["edd"]), 1, until=UNTIL, processes=1, checkpoint=path)
    for other in ('{"type":"begun"}\n', "notes, a line\n", "notes without an end"):
        path.write_text(other)
        with pytest.raises(CheckpointError, match="is no checkpoint"):
            replicate(of(quickstart), 1, until=UNTIL, processes=1, checkpoint=path)
        assert path.read_text() == other


def test_a_checkpoint_that_was_damaged_is_refused_with_its_line(quickstart: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    replicate(of(quickstart), range(1, 4), until=UNTIL, processes=1, checkpoint=path)
    lines = path.read_bytes().splitlines(keepends=True)
    for damaged in (b"\n", b"\0\0\0\n", lines[2][:100] + b"\n", b'{"seed":2}\n', b"[1,2]\n"):
        path.write_bytes(b"".join([*lines[:2], damaged, *lines[3:]]))
        with pytest.raises(CheckpointError, match=r"runs\.jsonl, line 3: .* damaged"):
            replicate(of(quickstart), range(1, 4), until=UNTIL, processes=1, checkpoint=path)


PROGRAM = """
import sys
from datetime import date
from pathlib import Path
from simulator.experiments.runs import replicate
from simulator.experiments.worlds import of
from simulator.scenario.files import load
if __name__ == "__main__":
    worlds = of(load("quickstart"), ["edd"])
    replicate(worlds, range(1, 13), until=date(2026, 3, 9), processes=2, checkpoint=Path(sys.argv[1]))
"""


def test_a_process_that_is_killed_resumes_to_the_same_bytes(quickstart: Scenario, tmp_path: Path) -> None:
    path, program = tmp_path / "runs.jsonl", tmp_path / "program.py"
    program.write_text(PROGRAM)
    process = subprocess.Popen([sys.executable, str(program), str(path)])
    until = time.monotonic() + 60
    while not path.exists() or path.read_bytes().count(b"\n") < 3:
        assert time.monotonic() < until, "nothing was written"
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert path.read_bytes().count(b"\n") < 13, "it was too quick to be killed"
    worlds, seeds = of(quickstart, ["edd"]), range(1, 13)
    resumed = replicate(worlds, seeds, until=UNTIL, processes=1, checkpoint=path)
    fresh = tmp_path / "fresh.jsonl"
    assert same(resumed, replicate(worlds, seeds, until=UNTIL, processes=2, checkpoint=fresh))
    assert path.read_bytes() == fresh.read_bytes()


def fail(item: int) -> int:
    """Work that fails."""
    if item == 3:
        raise ValueError("three is too much")
    if item == 4:
        os._exit(9)
    return item


def test_an_error_in_another_process_is_raised_here() -> None:
    with crew("local", 2) as workers:
        with pytest.raises(ValueError, match="three is too much"):
            list(workers.map(fail, [1, 2, 3]))
        assert list(workers.map(fail, [5, 6, 7])) == [5, 6, 7]
        with pytest.raises(BackendError, match="died"):
            list(workers.map(fail, [1, 4]))


def test_worlds_are_named_and_checked(quickstart: Scenario) -> None:
    worlds = of(quickstart, ["edd"], ["both=edd; e-signature"])
    assert [world.name for world in worlds] == ["baseline", "edd", "both"]
    assert worlds[2].words == ("edd", "e-signature")
    assert worlds[0].officials == worlds[1].officials == 4.5
    assert named(quickstart, "more=staff:pool=leader,add=1").officials == 5.5
    with pytest.raises(ScenarioError, match="two worlds are called 'edd'"):
        of(quickstart, ["edd", "edd"])
    with pytest.raises(ScenarioError, match='write "NAME=LEVER;LEVER"'):
        of(quickstart, [], ["edd"])
    with pytest.raises(ScenarioError, match="nobody"):
        of(quickstart, ["staff:pool=nobody,add=1"])


def test_keys_are_written_with_short_words() -> None:
    assert key("on_time@level:commune") == Key("on_time_rate_finished", "level:commune")
    assert key("wait") == Key("mean_wait_hours")
    with pytest.raises(ValueError, match="'speed' is not there; known are on_time"):
        key("speed")
    with pytest.raises(ValueError, match="after @ write"):
        key("wait@commune")


def test_controls_have_mean_zero_and_are_of_all_levels_and_offices(quickstart: Scenario) -> None:
    sample = replicate(of(quickstart), range(1, 61), until=UNTIL, processes=1)
    controls = sample.control(0, "")
    assert controls.shape == (60, 2)
    assert np.all(np.abs(controls.mean(0)) < 4 * controls.std(0) / 60**0.5)
    assert np.array_equal(controls, sample.control(0, "office:H44.100"))
    assert np.array_equal(controls, sample.control(0, "pool:H44.100/leader"))
