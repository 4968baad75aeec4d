"""Procedures made ready for one office: a graph of nodes, some of which part the ways or join them."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dossier.law.deadline import Limit, parse_limit
from simulator.engine.dossier import Dossier, Part
from simulator.engine.nodes import Decision, Desk, Elsewhere, Money, Node, Worked
from simulator.scenario.model import Branch, External, Parallel, Payment, Procedure, Step, Work

if TYPE_CHECKING:
    from simulator.engine.office import Office


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
