"""`python -m motcua.docs`: the files under docs/ that are made from the code; `--check` only compares."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from dossier.law.timetable import schema as calendar_schema
from dossier.official.sheet import Sheet
from dossier.schema import asyncapi, events_schema
from simulator.scenario.files import schema as scenario_schema

DOCS = Path(__file__).parents[1] / "docs"

FILES: Mapping[str, Callable[[], dict[str, Any]]] = {
    "events.schema.json": events_schema,
    "asyncapi.json": asyncapi,
    "calendar.schema.json": calendar_schema,
    "scenario.schema.json": scenario_schema,
    "sheet.schema.json": lambda: msgspec.json.schema(Sheet),
}


def stale(folder: Path = DOCS) -> list[Path]:
    """The files that are not as the code has them."""
    paths = [folder / name for name in FILES]
    return [path for path in paths if not path.exists() or path.read_text("utf-8") != text(path.name)]


def text(name: str) -> str:
    """What a file should hold."""
    return json.dumps(FILES[name](), ensure_ascii=False, indent=2) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write the files that are stale, or with --check name them; 1 if a check found any."""
    check = list(arguments) == ["--check"]
    if arguments and not check:
        print("python -m motcua.docs [--check]", file=sys.stderr)
        return 2
    old = stale()
    for path in old:
        if check:
            print(f"{path} is not as the code has it: run make docs", file=sys.stderr)
        else:
            path.write_text(text(path.name), "utf-8")
            print(path)
    return int(check and bool(old))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
