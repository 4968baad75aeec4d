"""The command line in this process."""

import sys
from collections.abc import Callable

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
