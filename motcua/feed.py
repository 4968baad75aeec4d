"""Feeding a topic: messages in order, at a pace, with the clock's ticks between them."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Protocol

from dossier.event import Control, Message, Tick, encode
from dossier.law.calendar import DAY, HOUR
from motcua.files import Line, last_named
from motcua.pace import Pace
from streams.clock import YEAR, far, moved
from streams.processor import LATENESS
from streams.records import Progress

TICK_HOURS = timedelta(seconds=HOUR)
TICK_DAYS = timedelta(seconds=DAY)
NEVER = timedelta.max
"""Between the ticks of who gives them himself; the last one is given all the same."""


class Topic(Protocol):
    """Where messages go: Kafka or the embedded log."""

    def put(self, event: Message | None, value: bytes) -> None:
        """Send one message; a control event goes to every partition, None is no event."""
        ...

    def flush(self) -> None:
        """Return when all that was put is durable."""
        ...


def lines(events: Iterable[Message]) -> Iterator[Line]:
    """Events with their bytes."""
    return (Line(event, encode(event)) for event in events)


def ticked(messages: Iterable[Line], every: timedelta, until: datetime | None = None) -> Iterator[Line]:
    """The messages, with a tick for each stretch of event time in which something happened, and a last one.

    The last tick of each scenario moves its clock to `until`, by default past the last instant that its
    events name, by the allowed lateness: every due date in the input then has its verdict, and nothing waits.
    A due date more than a year after its event moves no clock: somebody mistyped the year.
    """
    ticks: dict[str, datetime] = {}
    last: dict[str, datetime] = {}
    clock, doubted = Progress(), list[Message]()
    for line in messages:
        yield line
        event = line.event
        if event is None:
            continue
        doubted.append(event)
        if not _believed(clock, event):
            continue
        for one in doubted:
            if one.scenario == event.scenario and not far(clock, one.scenario, one.at.timestamp()):
                last[one.scenario] = max(last.get(one.scenario, one.at), _names(one))
        doubted = [one for one in doubted if one.scenario != event.scenario]
        name, at = event.scenario, event.at
        if at - ticks.setdefault(name, at) >= every and not isinstance(event, Control):
            ticks[name] = at
            yield from lines([Tick(scenario=name, at=at)])
    for one in doubted:  # nothing came that denies them
        if one.at.timestamp() <= clock.clocks[one.scenario] + YEAR:
            last[one.scenario] = max(last[one.scenario], _names(one))
    patience = timedelta(seconds=LATENESS)
    yield from lines(Tick(scenario=name, at=until or at + patience) for name, at in sorted(last.items()))


def _names(event: Message) -> datetime:
    named = last_named(event)
    return named if (named - event.at).total_seconds() <= YEAR else event.at


def _believed(clock: Progress, event: Message) -> bool:
    """Whether the scenario's clock stands so that the event is not far ahead of it."""
    name, at = event.scenario, event.at.timestamp()
    now = moved(clock, name, at)
    if now is not None:
        clock.clocks[name] = now
    return not far(clock, name, at)


def paced(
    messages: Iterable[Line], speed: float | None, idle: Callable[[], object] | None = None
) -> Iterator[Line]:
    """The messages, each when its instant comes, `speed` times as fast as it happened; None: at once.

    `idle` is called in the pauses: to send what is held.
    """
    if speed is None:
        yield from messages
        return
    pace = Pace(speed, idle=idle)
    for line in messages:
        if line.event is not None:
            pace.wait(line.event.at)
        yield line
