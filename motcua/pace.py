"""Pace: simulated time held to the wall clock's, and how far it is behind."""

import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import click

IDLE_SECONDS = 0.05
"""A longer wait is used to put in order what was told so far."""
STALE_SECONDS = 1.0
"""So long at most what was told is held back."""
LONGEST_SECONDS = 3600.0
"""One sleep; a longer wait is several."""
SHOWN_SECONDS = 0.5
"""Between two looks at the lag."""


class Pace:
    """Simulated time held to the wall's: `speed` of its seconds in one second, from `since` on.

    What lies before `since` is not waited for; by default it is the first instant asked for.
    `idle` is called before a wait that is worth it, and a second after the last time in any case.
    `behind` is how many seconds of the wall we are late now, `most` how many at most.
    Whoever was late is not waited for: he catches up as fast as he can.
    """

    def __init__(
        self, speed: float, since: datetime | None = None, idle: Callable[[], object] | None = None
    ) -> None:
        self.speed, self.since, self.idle = speed, since, idle
        self.behind = self.most = 0.0
        self._begun: float | None = None
        self._idled = 0.0

    def wait(self, at: datetime) -> None:
        """Return when the instant has come."""
        if self.since is None:
            self.since = at
        if at < self.since:
            return
        if self._begun is None:
            self._begun = self._idled = time.monotonic()
        due = self._begun + (at - self.since).total_seconds() / self.speed
        now = time.monotonic()
        if self.idle is not None and (due - now > IDLE_SECONDS or now - self._idled > STALE_SECONDS):
            self.idle()
            self._idled = now = time.monotonic()
        ahead = due - now
        self.behind = max(-ahead, 0.0)
        self.most = max(self.most, self.behind)
        while ahead > 0:
            time.sleep(min(ahead, LONGEST_SECONDS))
            ahead = due - time.monotonic()


class Lag(AbstractContextManager["Lag"]):
    """A line on a terminal: where a paced run is, how fast it goes, and how far it is behind."""

    def __init__(self, pace: Pace, lang: str = "en") -> None:
        self._pace, self._lang = pace, lang
        self._shown = 0.0

    def to(self, at: datetime) -> None:
        """It has come so far."""
        now = time.monotonic()
        if now - self._shown > SHOWN_SECONDS and sys.stderr.isatty():
            self._shown = now
            pace = self._pace
            words = f"{at:%Y-%m-%d %H:%M}, {pace.speed:g} times as fast, {pace.behind:.1f} s behind"
            if self._lang == "vi":
                words = f"{at:%H:%M %d/%m/%Y}, nhanh gấp {pace.speed:g} lần, trễ {pace.behind:.1f} giây"
            click.echo(f"\r{words:<70}", nl=False, err=True)

    def __exit__(self, *_: object) -> None:
        if self._shown:
            click.echo(err=True)
