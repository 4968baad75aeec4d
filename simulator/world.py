"""The clock and the pools: SimPy's own heap, with light callbacks in place of processes.

A process and two requests a step would cost SimPy six events of its own; a hop costs one.
Instants are seconds since 1970 as float; durations are seconds of working time.
"""

from collections import deque
from collections.abc import Callable
from heapq import heappush
from math import ceil
from typing import Any, Protocol

import simpy
from simpy.events import NORMAL


class Calendar(Protocol):
    """What a pool asks of a calendar."""

    def add(self, at: float, seconds: float) -> float:
        """The instant at which `seconds` of working time, begun at `at`, are done."""
        ...


class Hop:
    """The least that `Environment.step` takes as an event: it comes at its instant and calls back once."""

    __slots__ = ("callbacks", "subject")
    _ok = True
    _value = None

    def __init__(self, callback: "Callable[[Hop], None]", subject: Any) -> None:
        self.callbacks = (callback,)
        self.subject = subject


class HopError(Exception):
    """A callback failed; `subject` is what its hop was about."""

    def __init__(self, subject: Any) -> None:
        super().__init__(subject)
        self.subject = subject


class World(simpy.Environment):
    """A SimPy environment that takes hops at absolute instants (a delay would round twice)."""

    def at(self, when: float, callback: Callable[[Hop], None], subject: Any) -> None:
        """Call back with a hop about `subject` at the instant `when`."""
        heappush(self._queue, (when, NORMAL, next(self._eid), Hop(callback, subject)))  # type: ignore[misc]

    def advance(self, until: float) -> None:
        """Let everything before `until` happen."""
        queue, step, hop = self._queue, self.step, None
        try:
            while queue and queue[0][0] < until:
                hop = queue[0][3]
                step()
        except Exception as error:
            raise HopError(getattr(hop, "subject", None)) from error
        self._now = until


class Pool:
    """Posts that work first in, first out, inside the calendar's hours.

    Work pauses at closing and resumes at the next opening; the post stays taken meanwhile.
    """

    __slots__ = ("agency", "calendar", "free", "posts", "queue", "share", "world")

    def __init__(
        self, world: World, calendar: Calendar, staff: float, share: float = 1.0, agency: str = ""
    ) -> None:
        self.world, self.calendar, self.share, self.agency = world, calendar, share, agency
        self.posts = self.free = ceil(staff / share - 1e-9)
        self.queue: deque[tuple[float, Callable[[Any, float], None], Any]] = deque()

    @property
    def busy(self) -> int:
        """Dossiers at work now."""
        return self.posts - self.free

    def ask(self, seconds: float, then: Callable[[Any, float], None], subject: Any) -> None:
        """Queue for `seconds` of work; `then(subject, began)` is called when they are done."""
        if self.free:
            self.free -= 1
            self._begin(seconds, then, subject)
        else:
            self.queue.append((seconds, then, subject))

    def _begin(self, seconds: float, then: Callable[[Any, float], None], subject: Any) -> None:
        now = self.world.now
        self.world.at(self.calendar.add(now, seconds), self._done, (then, subject, now))

    def _done(self, hop: Hop) -> None:
        if self.queue:
            self._begin(*self.queue.popleft())
        else:
            self.free += 1
        then, subject, began = hop.subject
        then(subject, began)
