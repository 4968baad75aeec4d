"""The demo: it ends by itself with a scoreboard, the same through Kafka, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest


def demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "motcua", "demo", "quickstart", "--out", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)


def test_it_ends_by_itself_with_a_scoreboard_and_a_page_that_needs_nothing_else(tmp_path):
    done = demo(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Scoreboard: quickstart" in done.stdout
    assert "The page, live: http://127.0.0.1:" in done.stderr
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "quickstart" in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_its_figures_are_those_of_measure_on_the_same_run(tmp_path):
    assert demo(tmp_path, "--seed", "5").returncode == 0
    shown = json.loads((tmp_path / "indicators.json").read_text("utf-8"))["level"]
    events = str(tmp_path / "events.jsonl.gz")
    run = [sys.executable, "-m", "motcua"]
    subprocess.run([*run, "simulate", "quickstart", "--seed", "5", "--out", events], check=True)
    asked = ["--as-of", shown["as_of"], "--by", "level", "--format", "json"]
    measured = subprocess.run([*run, "measure", events, *asked], check=True, capture_output=True, text=True)
    assert json.loads(measured.stdout) == shown


def test_vietnamese_is_vietnamese(tmp_path):
    done = demo(tmp_path, "--lang", "vi")
    assert "Bảng điểm: quickstart" in done.stdout
    assert 'lang="vi"' in (tmp_path / "page.html").read_text("utf-8")


@pytest.mark.kafka
def test_through_kafka_and_faust_the_figures_are_the_same(tmp_path):
    for folder, arguments in ((tmp_path / "embedded", ()), (tmp_path / "kafka", ("--kafka", "local"))):
        done = demo(folder, *arguments)
        assert done.returncode == 0, done.stderr
    for name in ("scoreboard.txt", "indicators.json"):
        embedded, kafka = ((tmp_path / kind / name).read_bytes() for kind in ("embedded", "kafka"))
        assert embedded == kafka


def test_ctrl_c_ends_it_in_the_middle_of_the_simulation(tmp_path):
    command = [sys.executable, "-m", "motcua", "demo", "--out", str(tmp_path)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stderr is not None
    with process.stderr as lines:
        next(line for line in lines if "The page, live" in line)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        rest = lines.read()
    assert process.wait(30) == 130
    assert rest.strip() == "stopped"
    assert not (tmp_path / "scoreboard.txt").exists()


@pytest.mark.kafka
@pytest.mark.parametrize("moment", ["starting Apache Kafka", "The page, live"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_ended_at_any_moment_it_leaves_no_process(tmp_path, moment, number):
    mark = uuid.uuid4().hex
    command = [sys.executable, "-m", "motcua", "demo", "quickstart", "--serve", "--kafka", "local"]
    process = subprocess.Popen(
        [*command, "--out", str(tmp_path)],
        env={**os.environ, "MOTCUA_MARK": mark},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    with process.stderr as lines:
        next(line for line in lines if moment in line)
        time.sleep(1)
        assert marked(mark)
        os.killpg(process.pid, number)
        process.wait(30)
    end = time.monotonic() + 15
    while marked(mark) and time.monotonic() < end:
        time.sleep(0.1)
    assert marked(mark) == []


def marked(mark: str) -> list[str]:
    """The command lines of all processes that descend from the one that was given the mark."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue  # it ended meanwhile
    return [line for line in found if line]
