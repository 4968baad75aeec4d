"""The traffic equations of a procedure: how often a dossier comes to each step, and from where.

A procedure at an office of some profile becomes a graph of places. Supplements, branches, parallel parts,
rework and refusals are its shares; what flows through each place follows from them alone, so it is exact
in the mean. Times are working hours of officials, before their share of a day is reckoned in.
"""

from collections.abc import Mapping, Sequence
from math import exp
from typing import Literal, NamedTuple

import numpy as np

from simulator.formulas.queueing import Floats, traffic
from simulator.scenario.model import (
    Branch,
    Constant,
    Exponential,
    External,
    Gamma,
    Lognormal,
    Parallel,
    Payment,
    Procedure,
    Profile,
    Scenario,
    Step,
    Variation,
    Work,
)

LEAST = 1e-9
"""A share of the dossiers that is smaller is taken for none."""
INTAKE = "intake"

Kind = Literal["work", "external", "citizen"]


class Place(NamedTuple):
    """Where a dossier is: a visit of a pool, another agency, or the citizen's hands."""

    kind: Kind
    step: str
    agency: str
    hours: float
    """Mean: of work, of working time elsewhere, of clock time with the citizen."""
    square: float = 0.0
    """Mean square of the work, over the square of its mean."""
    pool: str = ""
    round: float = 0.0
    """It is taken up only every so many working hours."""


class Edge(NamedTuple):
    """From place to place go so many dossiers, of each that is filed; on paper every `messenger` hours."""

    source: int
    target: int
    share: float
    messenger: float = 0.0


class Graph(NamedTuple):
    """A procedure as one dossier of it goes, on average over the channels."""

    places: Sequence[Place]
    flows: Sequence[Edge]
    """Dossiers on each edge, for one that is filed; those from outside have the source -1."""
    visits: Floats
    """To each place, of one that is filed."""
    channels: Mapping[str, int]
    """The place at which the filings of a channel come in."""
    accepted: float
    refused: float


def square(variation: Variation, spread: float) -> float:
    """The mean square of a factor of mean 1, times that of a dossier's difficulty."""
    if isinstance(variation, Constant):
        own = 1.0
    elif isinstance(variation, Exponential):
        own = 2.0
    elif isinstance(variation, Gamma):
        own = 1 + 1 / variation.shape
    elif isinstance(variation, Lognormal):
        own = exp(variation.sigma**2)
    else:
        own = 4 / 3
    return own * exp(spread**2)


def requested(profile: Profile, procedure: Procedure, channel: str) -> float:
    """The share of dossiers of a channel of which papers are asked for, of those that are not refused."""
    supplement, outcome = procedure.supplement, profile.outcome
    known = 1 - (1 - outcome.digitised) * (1 - outcome.reused)
    share: float = getattr(supplement, channel)
    return share * (1 - known + known * supplement.digitised)


class Builder:
    """Makes the graph of a procedure, step by step."""

    def __init__(
        self,
        scenario: Scenario,
        profile: Profile,
        key: str,
        channels: Mapping[str, float],
        lost: float = 0.0,
    ) -> None:
        """`channels`: shares of the filings; `lost`: of visitors, who leave the ticket queue for good."""
        self._scenario, self._profile = scenario, profile
        self._procedure = procedure = scenario.procedures[key]
        self._channels, self._lost = channels, lost
        self._places: list[Place] = []
        self._edges: list[Edge] = []
        self._named: dict[str, int] = {}
        self._entering: list[tuple[int, float]] = []
        first = next((step.step for step in _flat(procedure.route) if isinstance(step, Work)), "")
        self._decides = procedure.decides or first
        self._again = {
            step.rework.to for step in _flat(procedure.route) if isinstance(step, Work) and step.rework
        }
        self._judged: list[int] = []

    def build(self) -> Graph:
        """The whole of it."""
        ends = self._intake()
        self._reworks: list[tuple[int, float, str, str]] = []
        self._sequence(self._procedure.route, ends)
        for source, share, to, agency in self._reworks:
            self._edge((source, share, agency), self._named[to])
        size = len(self._places)
        onward, entering = np.zeros((size, size)), np.zeros(size)
        for edge in self._edges:
            onward[edge.source, edge.target] += edge.share
        for place, share in self._entering:
            entering[place] += share
        visits = traffic(entering, onward)
        flows = [edge._replace(share=edge.share * float(visits[edge.source])) for edge in self._edges]
        flows += [Edge(-1, place, share) for place, share in self._entering]
        refused = sum(float(visits[i]) for i in self._judged) * self._procedure.refused
        return Graph(self._places, flows, visits, self._doors, self._accepted, refused)

    # -- places --------------------------------------------------------------------------------------------

    def _add(self, place: Place) -> int:
        self._places.append(place)
        return len(self._places) - 1

    def _edge(self, end: "End", target: int, beside: bool = False) -> None:
        """Hand-overs between agencies go at once, or a share of them with the messenger."""
        source, share, agency = end
        if share < LEAST:
            return
        if source < 0:
            self._entering.append((target, share))
            return
        policy = self._profile.hand_over
        paper = 0.0 if beside or agency == self._places[target].agency else 1 - policy.electronic
        if paper > 0:
            self._edges.append(Edge(source, target, share * paper, policy.round_hours))
        if paper < 1:
            self._edges.append(Edge(source, target, share * (1 - paper)))

    def _intake(self) -> "Ends":
        """The counter, by channel."""
        intake, procedure = self._profile.intake, self._procedure
        self._doors: dict[str, int] = {}
        self._accepted = 1.0
        if intake is None:
            return [(-1, 1.0, procedure.agency)]
        agency = self._profile.pools[intake.pool].agency if intake.pool in self._profile.pools else ""
        agency = agency or self._scenario.centres[intake.pool].agency
        factor = square(intake.variation or procedure.variation, procedure.spread)
        ends: Ends = []
        self._accepted = 0.0
        for channel, share in self._channels.items():
            hours = getattr(intake, f"{channel}_minutes") / 60
            place = self._add(Place("work", intake.step or INTAKE, agency, hours, factor, intake.pool, 0.0))
            self._doors[channel] = place
            aside = intake.post_office if channel == "in_person" else 0.0
            taken = share * (1 - aside) * (1 - self._lost if channel == "in_person" else 1)
            self._entering.append((place, taken))
            passed = 1 - intake.not_accepted if channel == "online" else 1.0
            ends.append((place, passed, agency))
            self._accepted += taken * passed + share * aside
            if aside:
                ends.append((-1, share * aside, agency))
        return ends

    def _sequence(self, steps: Sequence[Step], ends: "Ends", beside: bool = False) -> "Ends":
        for step in steps:
            ends = self._step(step, ends, beside)
        return ends

    def _step(self, step: Step, ends: "Ends", beside: bool) -> "Ends":
        if isinstance(step, Branch):
            ways = [
                self._sequence(way.route, [(i, share * way.share, a) for i, share, a in ends], beside)
                for way in step.ways
            ]
            return [end for way in ways for end in way]
        if isinstance(step, Parallel):
            agency = ends[0][2]
            done = [self._sequence(part, ends, True) for part in step.parts]
            return [(i, share, agency) for i, share, _ in done[0]]  # the others' dossiers wait for it here
        if isinstance(step, Payment):
            place = self._add(Place("citizen", step.step, ends[0][2], _waited(step)))
            self._enter(ends, place)
            return [(place, 1 - step.unpaid, ends[0][2])]
        if isinstance(step, External):
            factor = square(step.variation or self._procedure.variation, self._procedure.spread)
            place = self._add(Place("external", step.step, step.agency, step.delay_hours, factor))
            self._enter(ends, place, beside)
            self._named[step.step] = place
            return [(place, 1.0, step.agency)]
        return self._work(step, ends, beside)

    def _enter(self, ends: "Ends", place: int, beside: bool = False) -> None:
        for end in ends:
            self._edge(end, place, beside)

    def _work(self, step: Work, ends: "Ends", beside: bool) -> "Ends":
        pools, procedure = self._profile.pools, self._procedure
        pool = pools.get(step.pool) or self._scenario.centres[step.pool]
        factor = square(step.variation or procedure.variation, procedure.spread)
        visit = Place(
            "work", step.step, pool.agency, step.work_minutes / 60, factor, step.pool, step.round_hours
        )
        place = self._add(visit)
        self._enter(ends, place, beside)
        judges = step.step == self._decides and not beside
        leaving = self._judge(visit, place) if judges else [(place, 1.0, pool.agency)]
        self._named[step.step] = place
        if judges and step.step in self._again:  # who comes back to it is not judged again
            self._named[step.step] = again = self._add(visit)
            leaving.append((again, 1.0, pool.agency))
        if step.rework is None:
            return leaving
        back = returning(step.rework.share, step.rework.most)
        self._reworks += [(i, share * back, step.rework.to, a) for i, share, a in leaving]
        return [(i, share * (1 - back), a) for i, share, a in leaving]

    def _judge(self, visit: Place, place: int) -> "Ends":
        """Refusals, and papers asked for, as often as may be."""
        procedure, supplement = self._procedure, self._procedure.supplement
        self._judged.append(place)
        shares = self._channels
        asked = sum(
            share * requested(self._profile, procedure, channel) for channel, share in shares.items()
        ) * (1 - procedure.refused)
        ends: Ends = [(place, 1 - procedure.refused - asked, visit.agency)]
        answered = 1 - supplement.abandoned - supplement.withdrawn * (supplement.abandoned < 1)
        reach = 1.0
        for n in range(1, supplement.most + 1):
            if asked * reach < LEAST:
                break
            hours = _papers(procedure)
            papers = self._add(Place("citizen", visit.step, visit.agency, hours))
            self._edges.append(Edge(place, papers, asked))
            place = self._add(visit)
            self._edges.append(Edge(papers, place, max(answered, 0.0)))
            reach *= asked
            asked = supplement.again if n < supplement.most else 0.0
            ends.append((place, 1 - asked, visit.agency))
        return ends


End = tuple[int, float, str]
"""A place (-1: outside), the share of its dossiers that leaves this way, and the agency that has them."""
Ends = list[End]


def returning(share: float, most: int) -> float:
    """The chance to be sent back that makes as many visits as a share that ends after `most` of them."""
    visits = share * (1 - share**most) / (1 - share) if share < 1 else float(most)
    return visits / (1 + visits)


def _waited(step: Payment) -> float:
    """Mean clock hours with the citizen."""
    return 24 * (step.wait_days * (1 - step.unpaid) + step.patience_days * step.unpaid)


def _papers(procedure: Procedure) -> float:
    supplement = procedure.supplement
    gone = supplement.abandoned
    return 24 * (supplement.wait_days * (1 - gone) + supplement.patience_days * gone)


def _flat(steps: Sequence[Step]) -> list[Work | External | Payment]:
    found: list[Work | External | Payment] = []
    for step in steps:
        if isinstance(step, Branch):
            for way in step.ways:
                found += _flat(way.route)
        elif isinstance(step, Parallel):
            found += [each for part in step.parts for each in part]
        else:
            found.append(step)
    return found
