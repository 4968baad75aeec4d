"""The command line in this process."""

import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from motcua.cli import main

Done = tuple[object, bytes, bytes]


@pytest.fixture
def simulate(monkeypatch, capfdbinary) -> Callable[..., Done]:
    """`motcua simulate`: its exit code, and what it wrote to either stream."""

    def run(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["motcua", "simulate", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        return (ended.value.code or 0, *capfdbinary.readouterr())

    return run


class Said(NamedTuple):
    """What a command came to."""

    code: object
    out: str
    err: str


@pytest.fixture
def motcua(monkeypatch, capfd) -> Callable[..., Said]:
    """Any command."""

    def run(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["motcua", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        return Said(ended.value.code or 0, *capfd.readouterr())

    return run
