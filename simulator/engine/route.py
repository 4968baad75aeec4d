"""Procedures made ready for one office: a graph of nodes, each of which knows what comes after it.

Every method of a node is a moment in the life of the dossiers that pass it. A node asks the office for what
is not its own: hand-overs, supplements, payments, the end.
"""

from collections.abc import Callable, Iterable, Iterator
from math import log1p
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace

from dossier.event import StepFinished
from dossier.law.deadline import Limit, parse_limit
from simulator.engine.dossier import Dossier, Part
from simulator.engine.pools import Pool
from simulator.luck.draws import Column, Draws, packed, scaled
from simulator.scenario.model import Branch, External, Parallel, Payment, Procedure, Step, Work

if TYPE_CHECKING:
    from simulator.engine.office import Office

MINUTE = 60.0
HOUR = 3600.0
DAY = 86400.0

Done = tuple[Callable[[Any], None]]
Moment = Callable[[Dossier], None]
"""Something that happens to a dossier."""


class Fate(dict[Any, Column]):
    """The draws of a block: chances by purpose, and from others the seconds of its dossiers at each node."""

    def __init__(self, luck: Draws) -> None:
        super().__init__()
        self.luck = luck
        self._again: Fate | None = None

    def __missing__(self, purpose: str) -> Column:
        column = self[purpose] = self.luck.chance(purpose)
        return column

    def seconds(self, mean: float, factors: Column, spread: float) -> Column:
        """Working times: a mean, each visit's own factor, and each dossier's difficulty."""
        return scaled(mean, factors, self.difficulty(spread)) if spread else scaled(mean, factors)

    def difficulty(self, spread: float) -> Column:
        """Lognormal with mean 1, the logarithm of this standard deviation."""
        column = self.get(spread)
        if column is None:
            z = np.asarray(self.luck.normal("difficulty"))
            column = self[spread] = packed(np.exp(spread * z - spread * spread / 2))
        return column

    def again(self) -> "Fate":
        """The draws of who files again: as many, and none of them the same."""
        if self._again is None:
            self._again = Fate(self.luck.again())
        return self._again


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
        given = fate.luck.seconds(self.name, visit)
        if given is not None:
            return given
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


class Fork(Node):
    """Ways of which each dossier goes one."""

    def __init__(
        self, office: "Office", plan: "Plan", purpose: str, ways: list[tuple[float, Node | None]]
    ) -> None:
        super().__init__(office, plan)
        self.name = self._purpose = purpose
        self._ways = ways

    @property
    def after(self) -> float:
        """Mean working seconds over all ways."""
        return sum(share * (node.own + node.after if node else 0.0) for share, node in self._ways)

    @property
    def left(self) -> float:
        """The same: a fork takes no time."""
        return self.after

    def enter(self, dossier: Dossier) -> None:
        """Choose a way."""
        dossier.node = self
        chance = dossier.fate[self._purpose][dossier.k]
        for share, node in self._ways:  # noqa: B007 (the last way, where roundings leave a crack)
            chance -= share
            if chance < 0:
                break
        if node is None:
            self.office.outcomes.resolve(dossier)
        else:
            node.enter(dossier)


class Abreast(Node):
    """Parts that begin together; the dossier goes on when all are done."""

    def __init__(self, office: "Office", plan: "Plan", parts: list[list[Worked]]) -> None:
        super().__init__(office, plan)
        self._parts = parts
        self.own = max(sum(node.own for node in part) for part in parts)

    def enter(self, dossier: Dossier) -> None:
        """All parts begin."""
        dossier.node = self
        dossier.parts = len(self._parts)
        dossier.abreast = [Part(dossier) for _ in self._parts]
        for part, nodes in zip(dossier.abreast, self._parts, strict=True):
            Walk(self, part, nodes).step()

    def joined(self, dossier: Dossier) -> None:
        """One part is done."""
        dossier.parts -= 1
        if not dossier.parts and not dossier.ended:
            dossier.abreast = ()
            self.onward(dossier)


class Walk:
    """One part on its way through its nodes."""

    def __init__(self, whole: Abreast, part: Part, nodes: list[Worked]) -> None:
        self._whole, self._part, self._nodes = whole, part, nodes
        self._next = 0

    def step(self) -> None:
        """On to the next node, or to the others' side."""
        part = self._part
        if self._next == len(self._nodes):
            self._whole.joined(part.dossier)
            return
        part.node = node = self._nodes[self._next]
        self._next += 1
        office = node.office
        if node.agency != part.agency:
            office.hand_over_part(part, node.agency)
        if isinstance(node, Desk) and node.round:
            office.world.at(office.next_round(node.round), (self._ask,), part)
        elif isinstance(node, Desk):
            self._ask(part)
        else:
            part.began = office.world.now
            part.opened = office.hours.opening(part.began)
            office.world.at(office.later(node.seconds(part.dossier)), (self._done,), part)

    def _ask(self, part: Part) -> None:
        node = part.node
        assert isinstance(node, Desk)
        if not part.dossier.ended:
            node.ask(node.seconds(part.dossier), part, node.watched((self._done,)))

    def _done(self, part: Part) -> None:
        node = part.node
        assert isinstance(node, Worked)
        if part.dossier.ended:
            return
        node.tell(part.dossier, part.opened)
        if isinstance(node, Desk) and node.returns(part.dossier):
            self._next = next(i for i, each in enumerate(self._nodes) if each is node.back)
        self.step()


def revisit(dossier: Dossier, steps: Iterable[str]) -> None:
    """The dossier comes to these steps once more."""
    trips = dossier.trips = dossier.trips or {}
    for step in steps:
        trips[step] = trips.get(step, 0) + 1


class Plan:
    """A procedure as one office does it."""

    def __init__(self, office: "Office", key: str, procedure: Procedure) -> None:
        self.key, self.procedure = key, procedure
        self.office, self.successor = office.name, office.successor
        self.written = procedure.limit
        """The limit that dossiers begun by this plan were accepted under, whatever the procedure says
        later."""
        self.limit: Limit = parse_limit(procedure.limit)
        self.nodes: dict[str, Node] = {}
        self.ends: list[Node] = []
        """Nodes with nothing after them."""
        self._forks = 0
        first = next(step.step for step in procedure.route if isinstance(step, Work))
        self._decides = procedure.decides or first
        entry = self._chain(office, procedure.route, None)
        assert entry is not None
        self.entry: Node = entry
        self._aim()
        self.judges = procedure.refused > 0 or any(
            (procedure.supplement.online, procedure.supplement.in_person, procedure.supplement.post)
        )
        """Whether anything can come of the deciding step but going on."""
        self.pays_first = procedure.fee > 0 and not any(
            isinstance(node, Money) for node in self.nodes.values()
        )
        """The fee is due at acceptance, not in a step of its own."""

    def take(self, other: "Plan") -> None:
        """What is in hand by this plan goes on as `other` has it, step by step, as far as the names are the
        same."""
        for name, node in self.nodes.items():
            twin = other.nodes.get(name)
            if isinstance(node, Worked) and isinstance(twin, Worked):
                node.take(twin)
        for node in self.ends:
            node.onward = node.office.outcomes.resolve
        self.procedure = replace(other.procedure, limit=self.procedure.limit)  # what was promised stands
        self.successor, self.judges = other.successor, other.judges

    def _chain(self, office: "Office", steps: list[Step], after: Node | None) -> Node | None:
        for step in reversed(steps):
            after = self._node(office, step, after)
        return after

    def _node(self, office: "Office", step: Step, after: Node | None) -> Node:
        node: Node
        if isinstance(step, Work):
            node = (Decision if step.step == self._decides else Desk)(
                office, self, step, office.pool(step.pool)
            )
        elif isinstance(step, External):
            node = Elsewhere(office, self, step)
        elif isinstance(step, Payment):
            node = Money(office, self, step)
        elif isinstance(step, Parallel):
            node = Abreast(office, self, [[self._part(office, each) for each in part] for part in step.parts])
        else:
            self._forks += 1
            purpose = f"branch/{self._forks}"
            ways = [(way.share, self._chain(office, way.route, after)) for way in step.ways]
            node = Fork(office, self, purpose, ways)
        node.before(after)
        if node.name:
            self.nodes[node.name] = node
        return node

    def _part(self, office: "Office", step: Work | External) -> Worked:
        node = (
            Desk(office, self, step, office.pool(step.pool))
            if isinstance(step, Work)
            else Elsewhere(office, self, step)
        )
        self.nodes[node.name] = node
        return node

    def _aim(self) -> None:
        """Rework knows where it begins, and which steps come again."""
        order = [step.step for step in flat(self.procedure.route)]
        for node in self.nodes.values():
            if isinstance(node, Desk) and node.rework is not None:
                node.back = self.nodes[node.rework.to]
                steps = order[order.index(node.rework.to) : order.index(node.name) + 1]
                node.between = (*steps, f"rework/{node.name}")


def flat(steps: Iterable[Step]) -> Iterator[Work | External | Payment]:
    """The named steps of a route, in the order of its text."""
    for step in steps:
        if isinstance(step, Branch):
            for way in step.ways:
                yield from flat(way.route)
        elif isinstance(step, Parallel):
            for part in step.parts:
                yield from part
        else:
            yield step


def exponential(mean: float, chance: float) -> float:
    """The exponential duration of this mean at a chance in [0, 1)."""
    return -mean * log1p(-chance)
