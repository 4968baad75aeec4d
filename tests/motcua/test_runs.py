"""A run of `motcua simulate`: its pace, its processes, and what is left where it is broken off."""

import json
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dossier.event import decode
from motcua.runs import Plan, Run
from streams.local import LocalLog

QUICKSTART = Path(__file__).parents[2] / "simulator" / "scenarios" / "quickstart.yaml"
SHORT = ("--until", "2026-03-08")
"""A week in place of a month."""


# -- pace -----------------------------------------------------------------------------------------------


def test_a_pace_is_kept_and_the_lag_is_told(simulate, tmp_path):
    begun = time.monotonic()
    week = 7 * 86400
    code, out, _ = simulate(
        "quickstart", *SHORT, "--out", tmp_path / "e.jsonl", "--speed", week * 2, "--format", "json"
    )
    assert code == 0
    assert time.monotonic() - begun > 0.4  # half a second, less what comes after the last event
    told = json.loads(out)["pace"]
    assert told["speed"] == week * 2
    assert 0 <= told["behind_seconds"] <= told["most_behind_seconds"] < 60


def test_history_is_written_at_once_and_then_it_goes_live(tmp_path):
    words = [
        sys.executable,
        "-m",
        "motcua",
        "simulate",
        "quickstart",
        "--out",
        "-",
        "--backfill",
        "2026-03-03",
    ]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    try:
        history = []
        while not history or decode(history[-1]).at.isoformat() < "2026-03-02T17:00":
            line = process.stdout.readline()
            assert line
            history.append(line)
        assert len(history) > 50
        time.sleep(0.5)
        assert process.poll() is None  # a second a second
    finally:
        process.kill()
        process.communicate()


# -- when it goes wrong ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("quickstart", "--speed", "60"),
        ("quickstart", "--backfill", "3"),
        ("quickstart", "--store", "x.sqlite", "--kafka", "127.0.0.1:1"),
        ("quickstart", "--out", "-", "--out", "-"),
        ("quickstart", "--out", "a.csv", "--cases", "a.csv"),
        ("quickstart", "--out", "a.txt"),
        ("quickstart", "--out", "a.part"),
        ("quickstart", "--out", "/"),
        ("quickstart", "--cases", "/"),
        ("/",),
        ("quickstart", "--cases", "a.txt"),
        ("quickstart", "--plot", "a.txt"),
        ("quickstart", "--out", "none/a.jsonl"),
        ("quickstart", "--draws", "none.csv"),
        ("quickstart", "--draws", "none.txt"),
        ("quickstart", "--lever", "fly"),
        ("quickstart", "--lever", "staff:pool=nobody,add=1"),
        ("quickstart", "--backfill", "soon", "--out", "-"),
        ("quickstart", "--backfill", "2025-01-01", "--out", "-"),
        ("quickstart", "--dossiers", "0"),
        ("quickstart", "--processes", "2", "--dossiers", "5"),
        ("quickstart", "--processes", "2", "--speed", "5", "--out", "-"),
        ("quickstart", "--processes", "0"),
        ("no-such-scenario", "--out", "-"),
        ("quickstart", "--from", "yesterday", "--out", "-"),
    ],
)
def test_a_wrong_command_is_refused_in_a_sentence_and_writes_nothing(words, simulate, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, error = simulate(*words)
    assert (code, out) == (2, b"")
    assert b"Traceback" not in error
    assert error.strip()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--out", "--cases", "--store"])
def test_the_file_of_the_draws_is_not_written_over(option, simulate, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    draws = tmp_path / "draws.csv"
    draws.write_text("at\n40000\n")
    (tmp_path / "link.csv").symlink_to(draws)
    code, _, error = simulate("quickstart", *SHORT, "--draws", draws, option, "link.csv")
    assert code == 2
    assert b"link.csv is the file of --draws" in error
    assert draws.read_text() == "at\n40000\n"


@pytest.mark.parametrize(
    ("option", "name"), [("--out", "x.ocel.sqlite"), ("--cases", "x.csv"), ("--plot", "x.svg")]
)
def test_a_store_is_a_file_of_its_own(option, name, simulate, tmp_path):
    path = tmp_path / name
    code, _, error = simulate("quickstart", *SHORT, "--store", path, option, path)
    assert code == 2
    assert b"is named twice" in error
    assert list(tmp_path.iterdir()) == []


def test_a_backfill_beyond_the_run_is_told_as_it_was_typed(simulate):
    code, _, error = simulate("quickstart", "--backfill", "9999", "--out", "-")
    assert code == 2
    assert b"--backfill 9999: a day from 2026-03-0" in error


def test_a_store_is_for_one_run_of_a_scenario(simulate, tmp_path):
    store = tmp_path / "x.sqlite"
    for longer in ("2026-03-04", "2026-03-05"):
        assert simulate("quickstart", "--until", longer, "--store", store)[::2] == (0, b"")
    held = LocalLog(store).end()
    other = ("--until", "2026-03-04", "--store", store)
    for words, why in [
        (("--seed", "2"), "seed 1, not 2"),
        (("--lever", "edd"), "levers none, not edd"),
        (("--from", "2026-03-03"), "from 2026-03-01, not 2026-03-03"),
    ]:
        code, _, error = simulate("quickstart", *words, *other)
        assert code == 2
        assert f"holds another run of quickstart ({why}), and the figures would be of both" in error.decode()
    assert LocalLog(store).end() == held
    assert simulate("five-step", "--dossiers", "5", "--store", store)[0] == 0


def test_a_store_with_a_scenario_from_elsewhere_is_told_of(simulate, tmp_path):
    log = LocalLog(tmp_path / "x.sqlite")
    log.append([(0, b'{"type": "tick", "scenario": "quickstart", "at": "2026-03-02T00:00:00+07:00"}')])
    code, _, error = simulate("quickstart", "--until", "2026-03-04", "--store", log.path)
    assert code == 0
    assert b"holds events of quickstart from elsewhere" in error


def test_a_store_in_no_folder_says_so(simulate, tmp_path):
    code, _, error = simulate("quickstart", *SHORT, "--store", tmp_path / "none" / "x.sqlite")
    assert code == 2
    assert f"there is no folder {tmp_path / 'none'}: make it first" in error.decode()


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_it_runs_with_a_stream_that_is_closed(closed, tmp_path):
    out = tmp_path / "e.jsonl"
    command = shlex.join(
        [sys.executable, "-m", "motcua", "simulate", "quickstart", *SHORT, "--out", str(out)]
    )
    done = subprocess.run(["sh", "-c", f"{command} {closed}"], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert bool(done.stdout) == (closed == "2>&-")
    assert len(out.read_bytes().splitlines()) > 1000


@pytest.mark.parametrize("words", [("--out", "-"), ("--out", "-", "--speed", "1e9"), ()])
def test_a_reader_that_goes_away_ends_it_quietly(words):
    command = [sys.executable, "-m", "motcua", "simulate", "quickstart", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    if words:
        process.stdout.readline()
    process.stdout.close()
    assert process.wait(30) == 128 + signal.SIGPIPE
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()


def test_a_full_disk_is_named_and_nothing_half_is_left(simulate, tmp_path):
    kept = tmp_path / "kept.jsonl"
    kept.write_text("before")
    outs = ("--out", kept, "--out", "/dev/full", "--cases", tmp_path / "c.csv")
    code, _, error = simulate("quickstart", *SHORT, *outs)
    assert code == 2
    assert "/dev/full cannot be written: No space left on device" in error.decode()
    assert kept.read_text() == "before"
    assert list(tmp_path.iterdir()) == [kept]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_what_is_interrupted_leaves_no_file_that_looks_whole(number, code, simulate, tmp_path):
    out = tmp_path / "e.jsonl"
    words = ["simulate", "quickstart", "--out", str(out), "--speed", "3600"]
    process = subprocess.Popen([sys.executable, "-m", "motcua", *words], stderr=subprocess.PIPE)
    while not list(tmp_path.iterdir()):
        assert process.poll() is None
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(number)
    _, error = process.communicate(timeout=30)
    assert process.returncode == code
    assert not out.exists()
    left = list(tmp_path.iterdir())
    if number == signal.SIGINT:
        assert (error.strip(), left) == (b"stopped", [])
        return
    assert [part.suffix for part in left] == [".part"]
    done, _, error = simulate("quickstart", *SHORT, "--out", out)
    assert done == 0
    assert left[0].name in error.decode()
    assert out.exists()


def test_several_processes_tell_the_same_to_every_output(simulate, tmp_path):
    scenario = tmp_path / "two.yaml"
    text = QUICKSTART.read_text("utf-8")
    office = text[text.index("  H44.100:") :]
    scenario.write_text(f"{text.rstrip()}\n{office.replace('H44.100', 'H44.200').rstrip()}\n", "utf-8")
    for processes in (1, 2):
        names = [tmp_path / f"{processes}.{ending}" for ending in ("jsonl", "csv", "dossiers.csv")]
        outs = [word for name in names for word in ("--out", name)]
        assert simulate(scenario, *SHORT, *outs, "--processes", processes)[0] == 0
        fast = ("--out", tmp_path / f"{processes}.jsonl.gz")
        assert simulate(scenario, *SHORT, *fast, "--processes", processes, "--lang", "vi")[0] == 0
    for ending in ("jsonl.gz", "csv", "dossiers.csv", "jsonl"):
        one, two = ((tmp_path / f"{processes}.{ending}").read_bytes() for processes in (1, 2))
        assert one == two
    assert b"H44.200" in one


def test_several_processes_name_the_pools_that_cannot_cope(simulate):
    code, _, error = simulate("quickstart", "--lever", "demand:factor=9", "--processes", 2, "--lang", "vi")
    assert code == 1
    assert "Nhóm counter của H44.100 quá tải" in error.decode()


def test_a_run_can_be_asked_for_from_python():
    done = Run(Plan(scenario="five-step", levers=("edd",), dossiers=20)).go()
    assert done.summary["dossiers"] == 20
    assert done.trouble == []
