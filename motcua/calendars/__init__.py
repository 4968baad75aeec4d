"""Calendar files: those that are shipped (the YAML files in this folder) and those of users."""

from importlib.resources import files
from pathlib import Path

from dossier.law.rest import TimetableError
from dossier.law.timetable import Calendars, parse
from motcua import mappings
from motcua.files import BadInput

__all__ = ["load", "names"]

_SHIPPED = files("motcua.calendars")


def names() -> list[str]:
    """The shipped calendars."""
    return sorted(entry.name[:-5] for entry in _SHIPPED.iterdir() if entry.name.endswith(".yaml"))


def load(name_or_path: str | Path) -> Calendars:
    """A shipped calendar by its name, or one from a YAML file; `BadInput` names the path of what is wrong."""
    name = str(name_or_path)
    if name in names():
        return _parse(name, (_SHIPPED / f"{name}.yaml").read_bytes())
    path = Path(name)
    if not path.is_file():
        raise BadInput(f"no calendar {name!r}: name a YAML file or one of {', '.join(names())}")
    try:
        return _parse(name, path.read_bytes())
    except OSError as error:
        raise BadInput(f"{name} cannot be read: {error.strerror}") from error


def _parse(name: str, raw: bytes) -> Calendars:
    try:
        return parse(mappings.parse(name, raw))
    except TimetableError as error:
        raise BadInput(f"{name}: {error}") from None
