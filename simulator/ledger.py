"""The dossier under way, and the ledger to which its facts go."""

from datetime import date, datetime, tzinfo
from functools import cache
from typing import Any

from dossier.event import Fact
from simulator.demand import Filing
from simulator.draws import Luck
from simulator.route import Plan
from simulator.world import World

Row = tuple[int, str, str, int, Fact]
"""Instant, office, dossier, seq: the order of facts; and the fact."""


@cache
def _stamp(day: date) -> str:
    return f"{day:%y%m%d}"


class Dossier:
    """One dossier and how far it has come."""

    __slots__ = (
        "accepted", "agency", "apologised", "channel", "difficulty", "due", "ended", "id", "late", "luck",
        "office", "page", "paused_since", "plan", "position", "requests", "seq", "tries",
    )  # fmt: skip

    def __init__(self, office: str, plan: Plan, filing: Filing, luck: Luck) -> None:
        self.id = f"{office}-{_stamp(filing.day)}-{filing.number:04d}"
        self.office, self.plan, self.luck, self.channel = office, plan, luck, filing.channel
        self.difficulty = plan.difficulty(luck.difficulty)
        self.agency = ""
        self.seq = self.tries = self.requests = 0
        self.position = -1
        self.accepted = 0
        self.due: int | None = None
        self.paused_since: int | None = None
        self.apologised = self.ended = self.late = False
        self.page: list[Row] = []

    def seconds(self, mean: float) -> float:
        """The working time of the next step, whose mean over all dossiers is `mean`."""
        z = self.luck.work[self.tries % len(self.luck.work)]
        self.tries += 1
        return mean * self.difficulty * self.plan.variation(z)


class Ledger:
    """Facts in the order of `dossier.event.order`.

    While the offices warm up, a dossier keeps its own facts; those of dossiers still open at the run's
    start are carried over with their whole history (form II.06a's "carried over"), the others are dropped.
    """

    def __init__(self, world: World, scenario: str, zone: tzinfo) -> None:
        self._world, self._scenario, self._zone = world, scenario, zone
        self._rows: list[Row] = []
        self._held: dict[str, Dossier] | None = {}
        self._second, self._local = 0, self.clock(0)

    def open(self, dossier: Dossier) -> None:
        """Give a new dossier the page that its facts go to."""
        if self._held is None:
            dossier.page = self._rows
        else:
            self._held[dossier.id] = dossier

    def close(self, dossier: Dossier) -> None:
        """The dossier has ended; if that was in the warm-up, nobody will hear of it."""
        dossier.ended = True
        if self._held is not None:
            self._held.pop(dossier.id, None)

    def start(self) -> None:
        """The warm-up is over: publish what is carried over, and everything from now on."""
        for dossier in (self._held or {}).values():
            self._rows += dossier.page
            dossier.page = self._rows
        self._held = None

    def clock(self, at: int) -> datetime:
        """The local time of an instant."""
        return datetime.fromtimestamp(at, self._zone)

    def tell(self, dossier: Dossier, kind: type[Fact], **facts: Any) -> None:
        """Write down that this happened to the dossier now, to the second."""
        at = int(self._world.now)
        if at != self._second:  # several facts fall in one second
            self._second, self._local = at, self.clock(at)
        dossier.seq = seq = dossier.seq + 1
        id_, office = dossier.id, dossier.office
        fact = kind(scenario=self._scenario, dossier_id=id_, seq=seq, at=self._local, office=office, **facts)
        dossier.page.append((at, office, id_, seq, fact))

    def take(self) -> list[Row]:
        """The facts since the last time, in order."""
        rows = sorted(self._rows)
        self._rows.clear()
        return rows
