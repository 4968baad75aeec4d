"""The token that lets in who is not on this machine: where it comes from, and when there has to be one."""

import os
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path

from motcua.files import BadInput
from streams.security import Secret

LOOPBACK = "127.0.0.1"
TOKEN = "MOTCUA_TOKEN"  # noqa: S105 (the variable's name)
SHORTEST = 16
"""Characters of a token at least: `openssl rand -hex 24` makes one of 48."""


def token(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Secret | None:
    """The token in a file, else in MOTCUA_TOKEN; None where there is neither.

    BadInput says what is wrong with it, and does not show it.
    """
    where = TOKEN if path is None else str(path)
    found = environment.get(TOKEN, "").strip() if path is None else _read(path)
    if path is None and not found:
        return None
    if len(found) < SHORTEST:
        raise BadInput(f"the token in {where} is shorter than {SHORTEST} characters: openssl rand -hex 24")
    if not found.isascii() or not found.isprintable() or " " in found:
        raise BadInput(f"the token in {where} has to be letters, digits and signs of ASCII, without blanks")
    return Secret(found)


def needed(host: str, path: Path | None, environment: Mapping[str, str] = os.environ) -> Secret | None:
    """The token to ask for on an address; BadInput where others could come in without one."""
    found = token(path, environment)
    if found is None and not is_loopback(host):
        raise BadInput(f"--host {host} lets other machines in: set {TOKEN}, or name a --token-file")
    return found


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    return ip_address(host).is_loopback


def _read(path: Path) -> str:
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_mode & 0o077:
            raise BadInput(f"{path} holds the token and others may open it: chmod 600 {path}")
        return file.read(10_000).decode("utf-8", "replace").strip()
