"""The clock: SimPy's own heap, with light events in place of processes.

A process and two requests a step would cost SimPy six events of its own; a light event costs one,
and a dossier is its own next event, so that it costs no object either.
Other SimPy processes can run beside them. Instants are seconds since the run's origin as float.
"""

import gc
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Any

import simpy

SLACK = 1024
"""So many events may wait before those are looked for that nobody waits for any more."""
STOP, LIGHT = -1, 2
"""Our own priorities in SimPy's heap, before and after its URGENT (0) and NORMAL (1)."""


class Event:
    """Something that comes at its instant and calls back once; pending at one instant at a time."""

    __slots__ = ("callbacks",)

    callbacks: "tuple[Callable[[Any], None]]"
    stale = False
    """Whether nothing will come of it any more, so that it may be forgotten."""
    _ok = True
    _value = None
    defused = True


class Hop(Event):
    """An event for what is no event by itself."""

    __slots__ = ("subject",)

    def __init__(self, subject: Any) -> None:
        self.subject = subject


class EventError(Exception):
    """A callback failed; `event` is what it was about."""

    def __init__(self, event: Any) -> None:
        super().__init__(event)
        self.event = event


class World(simpy.Environment):
    """A SimPy environment that takes light events at absolute instants (a delay would round twice)."""

    now = 0.0  # a plain attribute in place of SimPy's property: it is read at every step

    def __init__(self, begin: float = 0.0) -> None:
        super().__init__(begin)
        self._room: int = SLACK

    @property
    def _now(self) -> float:
        """SimPy's own name for it."""
        return self.now

    @_now.setter
    def _now(self, at: float) -> None:
        self.now = at

    def at(self, when: float, callbacks: tuple[Callable[[Any], None]], event: Event) -> None:
        """Call `callbacks[0]` with the event at the instant `when`."""
        event.callbacks = callbacks
        heappush(self._queue, (when, LIGHT, next(self._eid), event))  # type: ignore[misc]

    def advance(self, until: float) -> None:
        """Let everything before `until` happen; EventError if something fails.

        Python's search for cycles rests meanwhile: nothing here makes any, and it would look at every
        dossier.
        """
        if len(self._queue) > self._room:
            self._clear_out()
        searching = gc.isenabled()
        gc.disable()
        try:
            self._advance(until)
        finally:
            if searching:
                gc.enable()

    def _clear_out(self) -> None:
        """Forget stale events, which would keep what they are about; the order of the others stays."""
        queue: list[Any] = self._queue
        queue[:] = [entry for entry in queue if entry[1] != LIGHT or not entry[3].stale]
        heapify(queue)
        self._room = len(queue) + len(queue) // 4 + SLACK

    def _advance(self, until: float) -> None:
        queue: list[Any] = self._queue
        heappush(queue, (until, STOP, 0, None))
        event = None
        try:
            while True:
                when, kind, _, event = entry = heappop(queue)
                if kind == LIGHT:
                    self.now = when
                    event.callbacks[0](event)
                elif kind == STOP:
                    break
                else:
                    heappush(queue, entry)
                    self.now = when
                    self.step()
        except Exception as error:
            raise EventError(event) from error
        self.now = until
