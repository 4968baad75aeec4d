"""`motcua simulate` and `motcua due`: the same seed the same bytes, and one sentence for what is wrong."""

import gzip
import os
import subprocess
import sys

import pytest

from dossier.event import Event, decode


def motcua(*words: str, seed: str = "0") -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "motcua", *words],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )


def test_a_seed_gives_the_same_bytes_in_every_process_and_another_seed_others(tmp_path):
    first = motcua("simulate", "quickstart", "--seed", "7", "--out", "-", seed="1")
    again = motcua("simulate", "quickstart", "--seed", "7", "--out", str(tmp_path / "again.jsonl"), seed="2")
    zipped = motcua(
        "simulate", "quickstart", "--seed", "7", "--out", str(tmp_path / "again.jsonl.gz"), seed="3"
    )
    other = motcua("simulate", "quickstart", "--seed", "8", "--out", "-")
    assert [done.returncode for done in (first, again, zipped, other)] == [0, 0, 0, 0]
    assert first.stdout == (tmp_path / "again.jsonl").read_bytes()
    assert first.stdout == gzip.decompress((tmp_path / "again.jsonl.gz").read_bytes())
    assert first.stdout != other.stdout
    assert b"quickstart" in first.stderr
    events = [decode(row) for row in first.stdout.splitlines()]
    assert len(events) > 1000
    facts = [event for event in events if isinstance(event, Event)]
    assert [f.at for f in facts] == sorted(f.at for f in facts)
    seen: dict[tuple[str, str], int] = {}
    for fact in facts:
        assert fact.seq == seen.get((fact.office, fact.dossier_id), 0) + 1
        seen[fact.office, fact.dossier_id] = fact.seq


def test_two_runs_leave_two_identical_gz_files(tmp_path):
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        assert motcua("simulate", "quickstart", "--out", str(tmp_path / name)).returncode == 0
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()


@pytest.mark.parametrize(
    "words",
    [
        ("simulate", "quickstart"),
        ("simulate", "quickstart", "--out", "-", "--store", "x.sqlite"),
        ("simulate", "no-such-scenario", "--out", "-"),
        ("simulate", "quickstart", "--from", "yesterday", "--out", "-"),
        ("due", "--received", "2026-03-02T10:00:00", "--limit", "3wd"),
        ("due", "--received", "2026-03-02T10:00:00+07:00", "--limit", "soon"),
        ("replay", "missing.jsonl"),
        ("monitor",),
        ("fly",),
    ],
)
def test_a_wrong_command_is_refused_in_a_sentence(words, tmp_path):
    done = motcua(*words)
    assert done.returncode == 2
    assert done.stdout == b""
    assert b"Traceback" not in done.stderr
    assert done.stderr.strip()


def test_due_tells_the_date_and_how_it_was_reached():
    words = ("due", "--received", "2026-02-13T16:00:00+07:00", "--limit", "3wd")
    assert motcua(*words).stdout.decode().strip() == "2026-02-25T16:00:00+07:00"
    explained = motcua(*words, "--explain").stdout.decode()
    assert "2026-02-25 16:00:00 +0700" in explained
    assert "working days" in explained
