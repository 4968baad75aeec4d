"""What the topics are: their names, and what each must be set to so that nothing in it is lost."""

from collections.abc import Mapping
from typing import NamedTuple

EVENTS = "dossier-events"
DEAD = "dossier-events-dead"
ALERTS = "dossier-alerts"
CONTROL = "simulator-control"
"""Levers for running simulations: one partition, so they come in the order in which they were sent."""
SELFTEST = "motcua-selftest"
"""Where a worker tries at its start whether the broker does as Kafka does."""
PARTITIONS = 12
"""For ever: a key's partition, and with it an office's order, hangs on it."""
RECORD_BYTES = 2 * 2**20
"""The longest record of states and dead letters."""
REPLICAS = 3
"""Of each partition, where there are as many brokers."""

_LOG = {"message.timestamp.type": "LogAppendTime"}
"""An event's instant is in its payload; what is old by it must not be deleted for that."""
_FOR_EVER = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1", **_LOG}
_LONG = {"max.message.bytes": str(RECORD_BYTES)}
_HOUR = {"cleanup.policy": "delete", "retention.ms": "3600000", "segment.ms": "3600000"}


class Shape(NamedTuple):
    """What a topic is."""

    settings: Mapping[str, str]
    partitions: int | None
    """None for as many as the events have."""
    why: str
    """What would be lost were it otherwise."""


_KEPT = Shape(_FOR_EVER, None, "figures are counted anew from all of it")
_LETTERS = Shape({**_FOR_EVER, **_LONG}, None, "they can be replayed for as long as they are kept")
_STATES = Shape(
    {"cleanup.policy": "compact", **_LOG, **_LONG}, None, "it holds the last state of every dossier"
)
ORDERS = Shape({}, 1, "")
TRIAL = Shape(_HOUR, 1, "")


def state_topic(group: str) -> str:
    """Where a group of workers keeps its states; another group reads the same events for itself."""
    return f"dossier-state-{group}"


def shapes(group: str) -> Mapping[str, Shape]:
    """The topics that a group of workers needs."""
    return {EVENTS: _KEPT, DEAD: _LETTERS, ALERTS: _KEPT, state_topic(group): _STATES}


def everything(group: str) -> Mapping[str, Shape]:
    """Those and the simulator's orders, and the one for trials."""
    return {**shapes(group), CONTROL: ORDERS, SELFTEST: TRIAL}
