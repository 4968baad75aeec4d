"""The catalogue of procedures that ships with motcua, or one of the user's."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from dossier.law.catalogue import Catalogue, parse
from motcua import mappings
from motcua.files import BadInput


def load(path: Path | None = None) -> Catalogue:
    """The catalogue in a YAML file; without one, ours."""
    return _ours() if path is None else _read(path)


@cache
def _ours() -> Catalogue:
    return parse(mappings.parse("procedures.yaml", files("motcua").joinpath("procedures.yaml").read_bytes()))


def _read(path: Path) -> Catalogue:
    try:
        return parse(mappings.read(path))
    except BadInput:
        raise
    except ValueError as error:
        raise BadInput(f"{path}: {error}") from None
