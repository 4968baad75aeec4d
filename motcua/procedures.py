"""The catalogue of procedures that ships with motcua, or one of the user's."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from dossier.law.catalogue import Catalogue, parse
from motcua.files import BadInput


def load(path: Path | None = None) -> Catalogue:
    """The catalogue in a YAML file; without one, ours."""
    return _ours() if path is None else _read(path)


@cache
def _ours() -> Catalogue:
    with files("motcua").joinpath("procedures.yaml").open(encoding="utf-8") as file:
        import yaml

        return parse(yaml.safe_load(file))


def _read(path: Path) -> Catalogue:
    try:
        return parse(mapping(path))
    except BadInput:
        raise
    except ValueError as error:
        raise BadInput(f"{path}: {error}") from None


def mapping(path: Path) -> Any:
    """What stands in a YAML file; BadInput where it cannot be read."""
    import yaml

    try:
        return yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8: save it as UTF-8") from error
    except yaml.YAMLError as error:
        raise BadInput(f"{path} is no YAML: {' '.join(str(error).split())}") from error
