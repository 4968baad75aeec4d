"""Progress on standard error, for work that takes longer than a second."""

import sys
import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self

import click

PATIENCE_SECONDS = 1.0


class Bar(AbstractContextManager["Bar"]):
    """A bar that fills to `length`; it shows itself after a second, and only on a terminal."""

    def __init__(self, label: str, length: int) -> None:
        self._label, self._length = label, length
        self._begun = time.monotonic()
        self._done = 0
        self._bar: Any = None

    def to(self, done: int) -> None:
        """So much is done."""
        done = min(done, self._length)
        if self._bar is None and sys.stderr.isatty() and time.monotonic() - self._begun > PATIENCE_SECONDS:
            self._bar = click.progressbar(length=self._length, label=self._label, file=sys.stderr)
            self._bar.__enter__()
            self._bar.update(self._done)
        if self._bar is not None and done > self._done:
            self._bar.update(done - self._done)
        self._done = max(done, self._done)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.__exit__(kind, error, trace)


class Count(AbstractContextManager["Count"]):
    """A running count, for work whose length is not known."""

    def __init__(self, words: str) -> None:
        self._words = words
        self._begun = self._shown = time.monotonic()
        self._count = 0

    def add(self, n: int) -> None:
        """So many more."""
        self._count += n
        now = time.monotonic()
        if sys.stderr.isatty() and now - self._begun > PATIENCE_SECONDS and now - self._shown > 0.2:
            self._shown = now
            rate = self._count / (now - self._begun)
            click.echo(f"\r{self._words} {self._count:,} ({rate:,.0f}/s)", nl=False, err=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown != self._begun:
            click.echo(err=True)
