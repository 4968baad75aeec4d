"""The README's commands run as they are written."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_motcua_command_of_the_readme_runs(tmp_path):
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    asked = [part for block in blocks for part in block.split("$ ")[1:] if part.startswith("motcua ")]
    assert len(asked) >= 5
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    for command, *lines in map(str.splitlines, asked):
        where = {"cwd": tmp_path, "env": {**os.environ, "PATH": path}}
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, **where)
        assert done.returncode == 0, (command, done.stderr)
        assert done.stdout
        assert not set(lines) - set(done.stdout.splitlines())


def test_the_files_of_the_guide_are_taken_as_they_stand(tmp_path):
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "files.md").read_text("utf-8"), re.DOTALL)
    calendar, sheet, given = (tmp_path / name for name in ("calendar.yaml", "sheet.yaml", "given.yaml"))
    for path, text in zip((calendar, sheet, given), blocks, strict=True):
        path.write_text(text, "utf-8")
    events = tmp_path / "march.jsonl"
    due = ("due", "--received", "2026-10-17T08:00:00+07:00", "--limit", "same-day")
    for words, told in (
        (("simulate", "quickstart", "--until", "2026-03-10", "--out", events), "events"),
        ((*due, "--calendar", calendar), "2026-10-17T17:00:00+07:00"),
        (("measure", events, "--calendar", calendar), "letters_in_time"),
        (("targets", events, "--sheet", sheet), "On time"),
        (("index766", events, "--given", given), "3.5a"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "motcua", *map(str, words)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert told in done.stdout
