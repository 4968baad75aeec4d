"""The places on a route: each asks the office for what is not its own, and knows what comes after it.

Every method of a node is a moment in the life of the dossiers that pass it.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from dossier.event import StepFinished
from simulator.engine.dossier import Dossier
from simulator.engine.fate import Fate
from simulator.engine.pools import Pool
from simulator.luck.draws import Column
from simulator.luck.table import whole
from simulator.scenario.model import External, Payment, Work

if TYPE_CHECKING:
    from simulator.engine.office import Office
    from simulator.engine.route import Plan

MINUTE = 60.0
HOUR = 3600.0
DAY = 86400.0

Done = tuple[Callable[[Any], None]]
Moment = Callable[[Dossier], None]
"""Something that happens to a dossier."""


class Node:
    """A place on the route; `onward` sends a dossier on to the next, or to the end."""

    next: "Node | None" = None
    onward: Moment
    own = 0.0
    """Mean working seconds of the node itself."""

    plan: "Plan"

    def __init__(self, office: "Office", plan: "Plan | None", name: str = "") -> None:
        self.office, self.name = office, name
        if plan is not None:  # the counter comes before any plan
            self.plan = plan

    def before(self, after: "Node | None") -> None:
        """This node comes before another, or before the end."""
        self.next = after
        self.onward = self.office.outcomes.resolve if after is None else after.enter
        if after is None:
            self.plan.ends.append(self)

    @property
    def left(self) -> float:
        """Mean working seconds from the middle of this node to the end, at difficulty 1."""
        return self.own / 2 + self.after

    @property
    def after(self) -> float:
        """Mean working seconds after it."""
        return self.next.own + self.next.after if self.next else 0.0

    def enter(self, dossier: Dossier) -> None:
        """The dossier comes here."""
        raise NotImplementedError


class Worked(Node):
    """A step that takes working time, drawn anew at each visit."""

    def __init__(
        self, office: "Office", plan: "Plan", step: Work | External, agency: str, mean: float
    ) -> None:
        super().__init__(office, plan, step.step)
        self.agency, self.own = agency, mean
        self.variation = step.variation or plan.procedure.variation
        self.tells = office.ledger.tells
        self.slot = object()
        """Under which the draws of the first visit are kept."""
        self.told()

    def told(self) -> None:
        """Choose the words, anew when the office has changed."""
        self.telling = self.office.telling(StepFinished, step=self.name, agency=self.agency)
        self.hours = self.office.hours
        self.say = self.office.ledger.tell

    def take(self, other: "Worked") -> None:
        """Work as `other` does from now on; what has been drawn so far is drawn anew."""
        self.own, self.variation, self.agency = other.own, other.variation, other.agency
        self.slot = object()
        self.told()

    def seconds(self, dossier: Dossier) -> float:
        """The working time of this visit."""
        fate = dossier.fate
        visit = dossier.trips.get(self.name, 0) if dossier.trips else 0
        key = (self.slot, visit) if visit else self.slot
        column = fate.get(key)
        if column is None:
            column = fate[key] = self._column(fate, visit)
        return column[dossier.k]

    def draw(self, fate: Fate) -> Column:
        """The working times of all first visits of a block."""
        column = fate.get(self.slot)
        if column is None:
            column = fate[self.slot] = self._column(fate, 0)
        return column

    def tell(self, dossier: Dossier, opened: float) -> None:
        """The step is done that was begun at the instant `opened`."""
        if self.tells:
            self.say(dossier, self.telling, opened)
        else:
            dossier.seq += 1

    def _column(self, fate: Fate, visit: int) -> Column:
        return whole(fate.luck.seconds(self.name, visit), lambda: self._drawn(fate, visit))

    def _drawn(self, fate: Fate, visit: int) -> Column:
        factors = fate.luck.factor(f"work/{self.name}/{visit}", self.variation)
        return fate.seconds(self.own, factors, self.plan.procedure.spread)


class Desk(Worked):
    """A step at a pool of the office, or of a centre."""

    def __init__(self, office: "Office", plan: "Plan", step: Work, pool: Pool) -> None:
        super().__init__(office, plan, step, pool.agency, step.work_minutes * MINUTE / pool.share)
        self.round = step.round_hours * HOUR
        self.rework = step.rework
        self.back: Node | None = None
        """Where rework begins; the names of the steps from there to here, and one for the rework itself."""
        self.between: tuple[str, ...] = ()
        self.to(pool)

    def to(self, pool: Pool) -> None:
        """From now on this pool does the step."""
        self.pool, self.ask = pool, pool.ask
        self.done: Done = self.watched((self.finished,))

    def take(self, other: "Worked") -> None:
        """Work as `other` does from now on."""
        super().take(other)
        if isinstance(other, Desk):
            self.round, self.rework = other.round, other.rework
            self.to(other.pool)

    def watched(self, done: Done) -> Done:
        """`done`, after whoever watches the visits has been told."""
        return self.office.watched(self.name, self.pool, done)

    def enter(self, dossier: Dossier) -> None:
        """Hand over if need be, wait for the round if there is one, and queue."""
        dossier.node = self
        if self.agency != dossier.agency and self.office.hands_over(dossier, self.agency, self._queue):
            return
        if self.round or dossier.trips:
            self._queue(dossier)
            return
        fate = dossier.fate  # as `seconds`, for a first visit: this is the hot path
        column = fate.get(self.slot)
        if column is None:
            column = fate[self.slot] = self._column(fate, 0)
        self.ask(column[dossier.k], dossier, self.done)

    def _queue(self, dossier: Dossier) -> None:
        if self.round:
            self.office.world.at(self.office.next_round(self.round), (self._ask,), dossier)
        else:
            self._ask(dossier)

    def _ask(self, dossier: Dossier) -> None:
        if not dossier.ended:  # withdrawn before the round
            self.ask(self.seconds(dossier), dossier, self.done)

    def finished(self, dossier: Dossier) -> None:
        """The work is done."""
        if dossier.ended:
            return  # withdrawn or stopped meanwhile
        if self.tells:
            self.say(dossier, self.telling, dossier.opened)
        else:
            dossier.seq += 1
        if self.rework is None or not self._again(dossier):
            self.onward(dossier)

    def _again(self, dossier: Dossier) -> bool:
        back = self.back
        assert back is not None
        if not self.returns(dossier):
            return False
        back.enter(dossier)
        return True

    def returns(self, dossier: Dossier) -> bool:
        """Whether the work is to be done again, from `back` on."""
        rework, trips = self.rework, dossier.trips or {}
        if rework is None or trips.get(self.between[-1], 0) >= rework.most:
            return False
        visit = trips.get(self.name, 0)
        if not self.office.happens(rework.share, f"rework/{self.name}/{visit}", dossier):
            return False
        revisit(dossier, self.between)
        return True


class Decision(Desk):
    """The desk after whose work papers are asked for, refusals are spoken, and to which papers come back."""

    def finished(self, dossier: Dossier) -> None:
        """The work is done: what now?"""
        if dossier.ended:
            return
        if self.tells:
            self.say(dossier, self.telling, dossier.opened)
        else:
            dossier.seq += 1
        if self.plan.judges and self.office.judge(dossier):
            return
        if self.rework is None or not self._again(dossier):
            self.onward(dossier)


class Elsewhere(Worked):
    """A step at another agency, of which only the time is known."""

    def __init__(self, office: "Office", plan: "Plan", step: External) -> None:
        super().__init__(office, plan, step, step.agency, step.delay_hours * HOUR)
        self.done: Done = (self.finished,)

    def enter(self, dossier: Dossier) -> None:
        """Hand over, and wait for the result."""
        dossier.node = self
        if self.agency != dossier.agency and self.office.hands_over(dossier, self.agency, self._wait):
            return
        self._wait(dossier)

    def _wait(self, dossier: Dossier) -> None:
        office = self.office
        dossier.began = office.world.now
        dossier.opened = office.hours.opening(dossier.began)
        office.world.at(office.later(self.seconds(dossier)), self.done, dossier)

    def finished(self, dossier: Dossier) -> None:
        """The result came back."""
        if not dossier.ended:
            self.tell(dossier, dossier.opened)
            self.onward(dossier)


class Money(Node):
    """The wait for a payment, outside the limit."""

    def __init__(self, office: "Office", plan: "Plan", step: Payment) -> None:
        super().__init__(office, plan, step.step)
        self.step = step

    def enter(self, dossier: Dossier) -> None:
        """The citizen is asked to pay."""
        dossier.node = self
        self.office.charge(dossier, self)


def revisit(dossier: Dossier, steps: Iterable[str]) -> None:
    """The dossier comes to these steps once more."""
    trips = dossier.trips = dossier.trips or {}
    for step in steps:
        trips[step] = trips.get(step, 0) + 1
