"""Progress of a search whose length is not known: what is done, of about how much, and the time left."""

import sys
import time
from contextlib import AbstractContextManager

import click

from motcua.progress import PATIENCE_SECONDS
from motcua.show import number

_WORDS = (
    "{what}: {done} of about {about} runs, about {left} left",
    "{what}: {done}/{about} lượt, còn khoảng {left}",
)
EVERY_SECONDS = 0.5


class Meter(AbstractContextManager["Meter"]):
    """One line on standard error, on a terminal, for work that takes longer than a second."""

    def __init__(self, lang: str) -> None:
        self._words, self._lang = _WORDS[lang == "vi"], lang
        self._begun = self._shown = time.monotonic()
        self._wide = 0

    def to(self, what: str, done: int, about: int) -> None:
        """So many runs are done, of about so many."""
        now = time.monotonic()
        if (
            not sys.stderr.isatty()
            or now - self._begun < PATIENCE_SECONDS
            or now - self._shown < EVERY_SECONDS
        ):
            return
        self._shown = now
        left = (about - done) * (now - self._begun) / max(done, 1)
        line = self._words.format(
            what=what, done=number(done, self._lang), about=number(about, self._lang), left=_clock(left)
        )
        self._wide = max(self._wide, len(line))
        click.echo(f"\r{line:<{self._wide}}", nl=False, err=True)

    def __exit__(self, *_: object) -> None:
        if self._wide:
            click.echo(f"\r{'':<{self._wide}}\r", nl=False, err=True)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
