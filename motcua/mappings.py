"""YAML files of users, read strictly: what is wrong is told with its line, and no key is there twice."""

from pathlib import Path
from typing import Any

from motcua.files import BadInput
from simulator.scenario import mappings


def read(path: Path) -> Any:
    """What stands in a YAML file; `BadInput` says what is wrong, and in which line."""
    try:
        return parse(str(path), path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error


def parse(name: str, raw: bytes) -> Any:
    """What stands in the text of a YAML file of that name."""
    try:
        return mappings.parse(name, raw)
    except mappings.MappingError as error:
        raise BadInput(str(error)) from None
