"""Where dossiers come from: an office's filings in their time, and what it had in hand when it began."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.engine.dossier import Dossier
from simulator.engine.fate import Fate
from simulator.engine.nodes import DAY
from simulator.engine.world import Event
from simulator.luck.demand import Filing
from simulator.luck.draws import Draws, Luck, Streams
from simulator.scenario.model import Scenario

if TYPE_CHECKING:
    from simulator.engine.office import Office

Block = tuple[float, Sequence[Filing], Draws]
"""The instant at which it begins, the filings in their order, and their luck."""


class Source(Event):
    """The filings of one office, block after block without end: its own next event."""

    subject: Dossier | None = None
    """The dossier whose filing failed."""

    def __init__(self, office: "Office", blocks: Iterator[Block], since: float, until: float) -> None:
        self._office, self._blocks, self._since, self._until = office, blocks, since, until
        self._filings: Sequence[Filing] = ()
        self._fate: Fate
        self._k = -1
        self._day: date | None = None
        self._prefix = ""
        self._number = self._ahead = 0
        """The last number given, and by how much the day's numbers are ahead of the filings' own."""
        self._done, self._empty = (self._filed,), (self._await,)
        self._await()

    def _await(self, _source: Event | None = None) -> None:
        """Wait for the next filing of the time, or for a week that has any."""
        k = self._k + 1
        while True:
            if k >= len(self._filings):
                if not self._turn():
                    return
                k = 0
            at = self._filings[k][0]
            if at >= self._since:
                break
            k += 1
        self._k = k
        if at < self._until:
            self._office.world.at(at, self._done, self)

    def _turn(self) -> bool:
        """Turn to the next week; false if there is none, or if it is waited for because it brings nothing."""
        self._k, self._filings = -1, ()
        block = next(self._blocks, None)
        if block is None:
            return False
        begins, self._filings, luck = block
        self._fate = Fate(luck)
        if not self._filings:
            self._office.world.at(max(begins, self._office.world.now), self._empty, self)
        return bool(self._filings)

    def end(self) -> None:
        """Nothing is filed from now on."""
        self.callbacks = (_nothing,)

    def follow(self, other: "Source") -> None:
        """Go on where another has ended: no number of a day is given twice."""
        if self._k < 0:
            return
        _, day, number, *_ = self._filings[self._k]
        if day == other._day:
            self._day, self._prefix, self._number = day, other._prefix, other._number
            self._ahead = other._number - (number - 1)

    def _filed(self, _source: Event) -> None:
        office = self._office
        province = office.province
        most = province.most
        if most is not None and province.full:
            return
        province.filed += 1
        k, fate = self._k, self._fate
        _, day, number, channel, procedure, _ = self._filings[k]
        if most is None or not province.full:
            self._await()
        if office.successor is not None:
            return
        dossier = office.dossier(office.plan(procedure), fate, k, channel)
        if province.named:
            if day != self._day:
                self._day, self._prefix, self._ahead = day, f"{office.name}-{day:%y%m%d}-", 0
            self._number = number = number + self._ahead
            dossier.id = f"{self._prefix}{number:04d}"
        province.open[dossier] = None
        try:
            office.counter.file(dossier)
        except Exception:
            self.subject = dossier  # for whoever tells of the failure
            raise


def _nothing(_source: Event) -> None:
    """The filing that was waited for does not come."""


def in_hand(office: "Office", scenario: Scenario, seed: int, begin: float) -> None:
    """Dossiers accepted evenly over the working hours of the days before, that wait at their first step."""
    spec = scenario.offices[office.name]
    backlog = spec.backlog
    assert backlog is not None
    count = backlog.dossiers
    fate = Fate(Luck(Streams(seed), count, office.name, "backlog"))
    volumes = {key: spec.volume * share for key, share in office.profile.mix.items()}
    for key, volume in spec.volumes.items():
        volumes[key] = volumes.get(key, 0.0) + volume
    if not any(volumes.values()):  # nothing more is filed there
        volumes = dict(office.profile.mix)
    procedures = _chosen(volumes, fate.luck.chance("procedure"))
    channels = _chosen(office.profile.channels, fate.luck.chance("channel"))
    hours = office.hours
    first, last = hours.worked(begin - backlog.days * DAY), hours.worked(begin)
    for k in range(count):
        at = hours.clock(first + (last - first) * (k + 0.5) / count) if last > first else begin
        dossier = office.dossier(office.plan(procedures[k]), fate, k, channels[k])
        dossier.id = f"{office.name}-b{k + 1:04d}"
        dossier.filed = at
        office.province.open[dossier] = None
        office.counter.accept_before(dossier, at)


def _chosen(weights: Mapping[Any, float], chances: Sequence[float]) -> list[Any]:
    names = list(weights)
    bounds = np.cumsum(list(weights.values()))
    places = np.searchsorted(bounds / bounds[-1], chances, side="right")
    return [names[min(place, len(names) - 1)] for place in places.tolist()]
