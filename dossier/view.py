"""The view: what streams publish and monitoring reads; neither knows the other's insides."""

from collections.abc import Iterable
from typing import Any, Protocol

import msgspec

from dossier.law.calendar import Book
from dossier.life.state import Dossier

REASONS = (
    "not_json", "no_type", "missing_field", "unknown_type", "wrong_type", "due_before_acceptance",
    "instant_out_of_range", "too_large", "fold_failed", "late", "unknown_dossier",
)  # fmt: skip
"""Why a message is a dead letter."""

DELAYS = (0.001, 0.01, 0.1, 1.0, 10.0, 60.0, 600.0, 3600.0)
"""Bounds of the histogram of alerts' delays, in seconds of stream time."""

KEEP_DAYS, LEAST_DAYS = 550, 400
"""For so long a state is kept unless told: a year's report can be asked for until July; and so long it has to
be, for the windows and the trend of a year to be whole."""
PUT_AWAY = "dossiers that were done by then have been put away; their events are on the topic still"
"""Why an instant before the horizon is refused."""

Figures = dict[str, Any]
"""The counts and rates of `dossier.figures.indicators.figures`: names to int, float or None."""


class Refusal(ValueError):
    """A question the view cannot answer; `status` is the HTTP status that says so."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A partition that the worker owns; counts since the topic's beginning, unless it is said otherwise."""

    events: int
    folded: int
    """Events folded since the worker took the partition over."""
    duplicates: int
    held: int
    lag: int | None
    """None where nobody has looked yet."""
    states: int
    open: int
    """Dossiers that are open, or filed and not yet accepted."""
    dead: dict[str, int]
    alerts: dict[str, int]
    """Alerts told by kind."""
    delays: list[int]
    """Alerts by how long after their moment they were found: one count for each of `DELAYS`, one beyond.

    Since the worker took the partition over, in seconds of stream time; `delayed` is their sum.
    """
    delayed: float


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How the stream itself is doing; counts since the topic's beginning, instants in seconds since 1970."""

    ready: bool
    events: int
    duplicates: int
    held: int
    """Events that wait for a predecessor."""
    lag: int
    """Messages published and not yet folded."""
    dead: dict[str, int]
    """Dead letters by reason."""
    anomalies: dict[str, dict[str, int]]
    """Scenario to anomalies by kind."""
    partitions: int
    parts: dict[int, Part]
    """The partitions owned, by number."""
    last_event: float | None
    """When (wall clock) the last message was folded."""
    clocks: dict[str, float]
    """Stream time by scenario."""


class OpenDossiers(msgspec.Struct, frozen=True, kw_only=True):
    """Open dossiers of one office and field by the nearness of their due date, in clock hours."""

    office: str
    level: str
    field: str
    overdue: int
    within_4h: int
    within_8h: int
    within_24h: int
    later: int
    paused: int
    none: int


class View(Protocol):
    """The figures of every scenario on the topic, at its stream time or as of an earlier instant."""

    @property
    def own(self) -> "View":
        """The same for what this worker has itself: the others tell Prometheus of theirs."""
        ...

    @property
    def book(self) -> Book:
        """The calendars that the figures go by."""
        ...

    async def look(self) -> None:
        """Learn how far the log goes now; asked before an answer as of an instant."""
        ...

    def whole(self) -> None:
        """Raises `Refusal` 503 where this worker does not hold every partition, and has a part only."""
        ...

    def dossiers(self, scenario: str) -> Iterable[Dossier]:
        """The states of all dossiers of a scenario, for what needs each of them: to be read, not changed."""
        ...

    def begun(self, scenario: str) -> float:
        """Since when the record of a scenario is whole (seconds since 1970); 0 where it always was."""
        ...

    def horizon(self, scenario: str) -> float:
        """Before this instant (seconds since 1970) no figure can be told; 0 where any can."""
        ...

    def steered(self, scenario: str) -> list[tuple[float, str]]:
        """The levers that took effect (seconds since 1970, and the lever as it is written), oldest first."""
        ...

    def scenarios(self) -> list[str]:
        """The names of the worlds seen, sorted."""
        ...

    def stream_time(self, scenario: str) -> float:
        """How far every partition has come in this scenario (seconds since 1970)."""
        ...

    def indicators(
        self, scenario: str | None, as_of: float | None = None, by: str | None = None, due: str = "first"
    ) -> Figures:
        """What `motcua measure` prints: {"as_of", "scenario", "total", "by"}; raises `Refusal`."""
        ...

    def rolling(self, scenario: str) -> dict[str, dict[tuple[str, str], Figures]]:
        """Window ("1d", "7d", "30d") to (office, field) to counts and rates; ("", "") is the total."""
        ...

    def windows(self, scenario: str) -> dict[str, Figures]:
        """The total of each window, without its places: cheap however many there are."""
        ...

    def trend(self, scenario: str, days: int = 60) -> list[Figures]:
        """One row a local day, oldest first: {"day": "2026-03-02", ...the counts and rates of that day}."""
        ...

    def open_by_due(self, scenario: str) -> list[OpenDossiers]:
        """The open dossiers of each office and field that has any, by due."""
        ...

    def cells(self, scenario: str) -> dict[tuple[str, str, str], Figures]:
        """(office, level, field) to the counts and rates at stream time."""
        ...

    def health(self) -> Health:
        """The stream's own state."""
        ...
