"""The README's commands run as they are written."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_motcua_command_of_the_readme_runs(tmp_path):
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    commands = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ motcua ")]
    assert len(commands) >= 5
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    for command in commands:
        where = {"cwd": tmp_path, "env": {**os.environ, "PATH": path}}
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, **where)
        assert done.returncode == 0, (command, done.stderr)
        assert done.stdout
