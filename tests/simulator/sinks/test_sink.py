"""What goes wrong while writing is one clear error, and nothing is left; several sinks are one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dossier.event import Tick
from simulator.sinks.formats import FORMATS, opened
from simulator.sinks.lines import Lines
from simulator.sinks.sink import SinkError, Sinks, pour
from tests.strategies import at

FULL = """
import resource, signal, sys
from simulator.sinks.formats import opened
from simulator.sinks.sink import SinkError
from dossier.event import StepFinished
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
import pyarrow.parquet
from datetime import UTC, datetime
def event(n, k):
    who = f"{n}-{k}-{n * k * 7919}"
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return StepFinished(scenario="s", dossier_id=who, seq=1, at=at, office="o", step="sign", agency="a")
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
for path in sys.argv[1:]:
    try:
        with opened([path]) as sink:
            for n in range(40):
                sink.write([event(n, k) for k in range(500)])
    except SinkError as error:
        print(error)
    else:
        print(path, "was written")
"""
"""A disk that takes no more: 20,000 bytes a file."""


def test_a_full_disk_is_one_clear_error_in_every_format_and_leaves_nothing(tmp_path):
    names = [str(tmp_path / f"a{ending}") for ending in FORMATS if "dossiers" not in ending]
    run = subprocess.run(
        [sys.executable, "-c", FULL, *names], capture_output=True, text=True, cwd=Path.cwd(), check=True
    )
    told = run.stdout.splitlines()
    assert len(told) == len(names), run.stdout
    for name, line in zip(names, told, strict=True):
        assert line.startswith(f"{name} cannot be written: "), line
        assert any(word in line for word in ("File too large", "full", "disk I/O error")), line
    assert run.stderr == ""
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", FORMATS)
def test_a_folder_in_the_way_is_one_clear_error(ending, tmp_path):
    path = tmp_path / f"a{ending}"
    path.mkdir()
    with pytest.raises(SinkError, match=r"a\..* is a folder: name a file in it, as .*/run\.jsonl"):
        opened([path])
    assert not list(path.iterdir())


@pytest.mark.parametrize("ending", FORMATS)
def test_a_part_is_no_place_to_go_on_at(ending, tmp_path):
    with pytest.raises(SinkError, match="cannot be resumed"):
        opened([tmp_path / f"a{ending}.77.part"])
    with pytest.raises(SinkError, match="cannot be resumed: name the file itself"):
        opened([tmp_path / f"a{ending}.part"])


def test_a_name_that_ends_as_a_folders_is_refused(tmp_path):
    with pytest.raises(SinkError, match="is a folder: name a file in it"):
        opened([f"{tmp_path}/run.jsonl/"])
    assert not list(tmp_path.iterdir())


def test_a_folder_that_may_not_be_written_to_is_one_clear_error():
    with pytest.raises(
        SinkError, match=r"/sys/a\.jsonl cannot be written: Permission denied"
    ):  # not even by root
        opened(["/sys/a.jsonl"])


def test_a_device_that_is_full_is_one_clear_error():
    with (
        pytest.raises(SinkError, match="/dev/full cannot be written: No space left on device"),
        opened(["/dev/full"]) as sink,
    ):
        sink.write([Tick(scenario="s", at=at(0))] * 1000)


@pytest.mark.parametrize("ending", [".parquet", ".ocel.sqlite"])
def test_a_format_that_needs_a_file_says_so(ending, tmp_path):
    os.mkfifo(tmp_path / f"a{ending}")
    with pytest.raises(SinkError, match="needs a file, not a device or a pipe"):
        opened([tmp_path / f"a{ending}"])


def test_parts_that_earlier_runs_left_are_told_of_all(tmp_path):
    stale = [tmp_path / f"{name}.{2**22 + 1}.part" for name in ("a.jsonl", "b.csv")]
    for part in stale:
        part.write_text("half")
    with opened([tmp_path / "a.jsonl", tmp_path / "b.csv"]) as sink:
        assert sink.left == tuple(stale)


def test_no_output_is_placed_before_all_are_finished(tmp_path):
    class Broken(Lines):
        def _end(self) -> None:
            raise OSError(28, "No space left on device")

    with (
        pytest.raises(SinkError, match=r"b\.jsonl cannot be written: No space"),
        Sinks([Lines(tmp_path / "a.jsonl"), Broken(tmp_path / "b.jsonl")]),
    ):
        pass
    assert not list(tmp_path.iterdir())


def test_pour_tells_all_in_batches_and_the_last_cases_too(case, tmp_path):
    told: list[tuple[int, int]] = []

    class Heard(Lines):
        def _write(self, events):
            told.append((len(events), 0))

        def _cases(self, cases):
            told.append((0, len(cases)))

    ended = []

    def run():
        for n in range(7):
            ended.append(case())
            yield Tick(scenario="s", at=at(n))
        ended.append(case())

    with Heard(tmp_path / "a.jsonl") as sink:
        assert pour(run(), sink, ended, size=3) == 7
    assert told == [(3, 0), (0, 3), (3, 0), (0, 3), (1, 0), (0, 2)]
    assert ended == []


@pytest.mark.parametrize(("module", "ending", "extra"), [("pyarrow", ".parquet", "tables")])
def test_a_missing_extra_is_named(module, ending, extra, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SinkError, match=rf"pip install 'motcua\[{extra}\]'"):
        opened([tmp_path / f"a{ending}"])
    assert not list(tmp_path.iterdir())


def test_the_sinks_are_imported_without_any_extra():
    program = (
        "import sys\n"
        "for name in ('pyarrow', 'matplotlib', 'pm4py', 'polars', 'kafka'): sys.modules[name] = None\n"
        "import simulator.sinks.formats, simulator.sinks.plot"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path.cwd())
