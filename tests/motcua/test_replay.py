"""`motcua replay`: what it sends, what it says, and that a paced one is seen while it runs."""

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from motcua.cli import cli
from streams.local import LocalLog

ROWS = (
    "dossier_id,office,received_at,due_at,finished_at\n"
    "a,o,2026-02-09T08:00:00Z,2026-02-12T08:00:00Z,2026-02-10T08:00:00Z\n"
)


@pytest.fixture
def table(tmp_path) -> Path:
    path = tmp_path / "t.csv"
    path.write_text(ROWS, "utf-8")
    return path


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["4 messages sent", "the clock stands at 2026-02-12 10:00:00+00:00"]),
        ("vi", ["đã gửi 4 thông điệp", "đồng hồ dừng ở 10:00:00 12/02/2026"]),
    ],
)
def test_what_was_sent_is_said_in_the_language(table, lang, words):
    store = table.with_name("s.sqlite")
    done = CliRunner().invoke(cli, ["replay", str(table), "--store", str(store), "--lang", lang])
    assert done.exit_code == 0, done.output
    assert all(line.startswith(word) for line, word in zip(done.output.splitlines(), words, strict=True))


def test_a_paced_one_is_seen_while_it_runs(table):
    store = table.with_name("s.sqlite")
    words = ["replay", str(table), "--store", str(store), "--speed", "60"]  # its second fact comes in a day
    process = subprocess.Popen([sys.executable, "-m", "motcua", *words])
    try:
        for _ in range(100):
            time.sleep(0.1)
            if store.exists():
                with closing(LocalLog(store)) as log:
                    if log.end():
                        break
        with closing(LocalLog(store)) as log:
            assert log.end() == 1
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()
