"""The dossier under way: its own next event, and a token in the pools that it goes through."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from simulator.engine.world import Event

if TYPE_CHECKING:
    from simulator.engine.fate import Fate
    from simulator.engine.ledger import Row
    from simulator.engine.nodes import Node
    from simulator.engine.route import Plan
    from simulator.scenario.model import Channel


class Token(Event):
    """Something that goes through pools: a dossier, or one of its parallel parts."""

    __slots__ = ("asked", "began", "node", "opened", "seconds", "waited", "worked")

    node: "Node"
    """Where it is."""
    asked: float
    """The instant at which it queued for the work it has, or had last."""
    began: float
    """The instant at which that work was granted."""
    opened: float
    """The instant at which somebody began with it: off duty, the next opening."""
    seconds: float
    """Of that work, asked for."""
    waited: float
    """Seconds in queues, of the whole dossier."""
    worked: float
    """Seconds of work, of the whole dossier."""

    @property
    def dossier(self) -> "Dossier":
        """Whose token it is."""
        raise NotImplementedError


class Dossier(Token):
    """One dossier and how far it has come; instants are seconds since the run's origin.

    It has slots, since a class of more than thirty names loses CPython's quick way to its attributes.
    """

    __slots__ = (
        "abreast", "accepted", "agency", "aside", "by_post_office", "channel", "closed_early", "due", "ended",
        "fate", "filed", "finished", "first_due", "id", "k", "late", "letter", "moved", "outcome", "page",
        "parts", "paused_since", "plan", "rating", "resubmits", "returned", "returned_once", "seq",
        "submitted", "supplements", "trips", "visits",
    )  # fmt: skip

    plan: "Plan"
    fate: "Fate"
    """The draws of its block; `k` is its place there."""
    k: int
    channel: "Channel"
    page: "list[Row]"
    """Where its facts go."""

    def __init__(self) -> None:
        self.id = self.agency = ""
        """Name; who has it."""
        self.seq = self.supplements = self.visits = 0
        self.filed = self.waited = self.worked = 0.0
        self.submitted: int | None = None
        self.accepted: int | None = None
        self.first_due: int | None = None
        self.due: float | None = None
        """The appointment as it stands."""
        self.paused_since: int | None = None
        self.moved = 0
        """Seconds by which waits, and corrections, have put off the first date; letters do not count."""
        self.finished: int | None = None
        self.outcome = "open"
        self.returned: int | None = None
        self.letter: int | None = None
        self.rating: int | None = None
        self.late = False
        """It broke its promise: that passed while it was open and its clock ran."""
        self.ended = False
        """Its processing is over: whoever holds it lays it aside."""
        self.closed_early = False
        self.aside: tuple[list[Row], int] | None = None
        """While nothing is told of it: where its facts went, and how many there were."""
        self.trips: dict[str, int] | None = None
        """Visits so far to the steps that it comes to again."""
        self.resubmits: str | None = None
        """The dossier of the same citizen that was refused before."""
        self.by_post_office = False
        self.returned_once = False
        """The visitor had left the ticket queue, and has come again."""
        self.parts = 0
        """Parallel parts still under way."""
        self.abreast: Sequence[Part] = ()
        """All parts of the last parallel steps."""

    @property
    def dossier(self) -> "Dossier":
        """Itself."""
        return self

    @property
    def difficulty(self) -> float:
        """How much more work it is than the mean."""
        spread = self.plan.procedure.spread
        return self.fate.difficulty(spread)[self.k] if spread else 1.0

    def breaks(self, now: float) -> bool:
        """Whether it has broken its promise by now: the first date, and what waits have added to it."""
        if self.first_due is None or self.late:
            return self.late
        return (now if self.paused_since is None else self.paused_since) > self.first_due + self.moved


class Part(Token):
    """One of the parts of a dossier that are done side by side."""

    __slots__ = ("_whole", "agency")

    def __init__(self, whole: Dossier) -> None:
        self._whole = whole
        self.agency = whole.agency

    @property
    def dossier(self) -> Dossier:
        """The dossier that it is a part of."""
        return self._whole

    @property
    def waited(self) -> float:
        """The whole dossier's, as is `worked`."""
        return self._whole.waited

    @waited.setter
    def waited(self, seconds: float) -> None:
        self._whole.waited = seconds

    @property
    def worked(self) -> float:
        """The whole dossier's."""
        return self._whole.worked

    @worked.setter
    def worked(self, seconds: float) -> None:
        self._whole.worked = seconds


def of(event: Any) -> Dossier | None:
    """The dossier that an event is about, if it is about one."""
    if isinstance(event, Token):
        return event.dossier
    subject = getattr(event, "subject", None)
    parts = subject if isinstance(subject, tuple) else (subject,)
    return next((part.dossier for part in parts if isinstance(part, Token)), None)
