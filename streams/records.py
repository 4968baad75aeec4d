"""What a partition keeps and stores: its own record, that of each dossier, and the dead letters it gives."""

import msgspec

from dossier.life.state import Dossier

STEERED_MAX = 200
"""Levers remembered of one scenario."""


class Held(msgspec.Struct, array_like=True, gc=False):
    """A message that waits for its predecessor, until stream time has passed `until`."""

    offset: int
    until: float
    raw: bytes


class Entry(msgspec.Struct, omit_defaults=True, gc=False):
    """What is stored of a dossier: its state, the last offset seen, and what waits."""

    offset: int = -1
    dossier: Dossier | None = None
    held: dict[int, Held] = {}
    missing: list[int] = []
    """Places in the row that were passed over; what comes for them later is late."""
    duplicates: int = 0
    dead: dict[str, int] = {}
    told: list[tuple[str, float]] = []
    """Alerts that were told: their kinds and the instants that they are about."""


class Progress(msgspec.Struct, omit_defaults=True):
    """What is stored of the partition itself."""

    offset: int = -1
    events: int = 0
    duplicates: int = 0
    """Those of the dossiers that were put away; the others' stand with them."""
    dead: dict[str, int] = {}
    clocks: dict[str, float] = {}
    doubts: dict[str, list[float]] = {}
    """Instants far ahead of the clock, in a row, that nothing has confirmed so far."""
    ahead: dict[str, int] = {}
    """Messages whose time was not believed."""
    ticked: list[str] = []
    """Scenarios whose source ticks."""
    begun: dict[str, float] = {}
    alerts: dict[str, int] = {}
    """Alerts told so far, by kind."""
    steered: dict[str, list[tuple[float, str]]] = {}
    """By scenario the instants (seconds since 1970) and levers that took effect: the newest `STEERED_MAX`."""


class DeadLetter(msgspec.Struct, frozen=True):
    """A message that is no event, came too late or belongs to no known dossier; nothing of it is lost."""

    offset: int
    reason: str
    detail: str
    raw: bytes
