"""Which motcua this is."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def release() -> str:
    """The version of the installed distribution, or "unknown" in a bare checkout."""
    try:
        return version("motcua")
    except PackageNotFoundError:
        return "unknown"
