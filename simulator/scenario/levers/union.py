"""One office of several: what is filed, who works there, and what is in hand, all together."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from simulator.scenario.levers.kinds import Use, first_day
from simulator.scenario.levers.pools import Staff, common_share, number, together
from simulator.scenario.model import Backlog, Office, Pool, Profile, Scenario


class Part(NamedTuple):
    """What goes into an office: an old one, whole, or the share that falls to heir `turn` of `heirs`."""

    office: str
    share: float = 1.0
    turn: int = 0
    heirs: int = 1


class Union:
    """The office that the parts become; the ways of the first one hold.

    Parts at which the same is filed add to its volume, others bring volumes of their own procedures.
    The officials have as many places as before (staff over share).
    """

    def __init__(self, scenario: Scenario, use: Use, name: str, parts: Sequence[Part]) -> None:
        self._scenario, self._use, self._name, self._parts = scenario, use, name, parts
        mix = self._profile(parts[0]).mix
        self._alike = {part for part in parts if self._profile(part).mix == mix}
        self._staff = {part: self._brought(part) for part in parts}

    def office(self) -> Office:
        """The office itself."""
        first = self._office(self._parts[0])
        return Office(
            profile=first.profile,
            volume=sum(self._office(part).volume * part.share for part in self._parts if part in self._alike),
            volumes=self._volumes(),
            share=self._share(),
            staff=self._together(),
            at=self._at(),
            letters=self._letters(),
            backlog=self._backlog(),
        )

    def pools(self) -> dict[str, Pool]:
        """The pools of all; where officials of another kind of office join, with a share of its own."""
        pools: dict[str, Pool] = {}
        for part in self._parts:
            pools = {**pools, **{k: v for k, v in self._profile(part).pools.items() if k not in pools}}
        usual = self._share()
        return {name: self._shared(name, pool, usual) for name, pool in pools.items()}

    def _office(self, part: Part) -> Office:
        return self._scenario.offices[part.office]

    def _profile(self, part: Part) -> Profile:
        return self._scenario.profiles[self._office(part).profile]

    def _brought(self, part: Part) -> dict[str, Staff]:
        """The officials that a part brings, by pool."""
        staffs: dict[str, Staff] = {}
        for pool, staff in self._office(part).staff.items():
            portion = staff[part.turn :: part.heirs] if isinstance(staff, list) else staff * part.share
            if not portion:
                why = (
                    f"{pool} of {part.office} has {number(staff):g} named officials for {part.heirs} offices"
                )
                raise self._use.fails("closing", f"{why}: give their number instead, or add some")
            staffs[pool] = portion
        return staffs

    def _places(self, pool: str) -> list[tuple[float, float]]:
        """Officials and their share, for each part that brings some."""
        return [
            (number(brought[pool]), self._profile(part).pools[pool].share or self._office(part).share)
            for part, brought in self._staff.items()
            if pool in brought
        ]

    def _shared(self, name: str, pool: Pool, usual: float) -> Pool:
        places = self._places(name)
        if not places or all(part in self._alike for part, brought in self._staff.items() if name in brought):
            return pool
        share = round(common_share(places), 9)
        return pool if share == (pool.share or usual) else replace(pool, share=share)

    def _share(self) -> float:
        """The share of those that file as the first does."""
        counts = []
        for part in self._parts:
            pools = self._profile(part).pools
            own = [number(staff) for pool, staff in self._staff[part].items() if pools[pool].share is None]
            if part in self._alike and own:
                counts.append((sum(own), self._office(part).share))
        return common_share(counts) if counts else self._office(self._parts[0]).share

    def _volumes(self) -> dict[str, float]:
        volumes: dict[str, float] = defaultdict(float)
        for part in self._parts:
            office = self._office(part)
            for name, value in office.volumes.items():
                volumes[name] += value * part.share
            if part not in self._alike:
                for name, share in self._profile(part).mix.items():
                    volumes[name] += office.volume * share * part.share
        return dict(volumes)

    def _together(self) -> dict[str, Staff]:
        staffs: dict[str, list[tuple[str, Staff]]] = defaultdict(list)
        for part, brought in self._staff.items():
            for pool, staff in brought.items():
                staffs[pool].append((part.office, staff))
        return {pool: together(each) for pool, each in staffs.items()}

    def _at(self) -> dict[str, str]:
        """The pools whose work is done at a centre; ScenarioError if it is so for some of the parts only."""
        centres: dict[str, set[str]] = defaultdict(set)
        for part in self._parts:
            for pool, centre in self._office(part).at.items():
                centres[pool].add(centre)
        for pool, names in centres.items():
            own = any(pool in brought for brought in self._staff.values())
            if len(names) > 1 or own:
                where = " and ".join([*sorted(names), *(["at the offices"] if own else [])])
                why = f"the work of {pool} is done at {where}: make that alike first (pooling)"
                raise self._use.fails(None, why)
        return {pool: next(iter(names)) for pool, names in centres.items()}

    def _letters(self) -> float | None:
        """The mean share of letters, weighed by dossiers, where any office has one of its own."""
        shares = []
        for part in self._parts:
            own = self._office(part).letters
            shares.append(self._profile(part).apology.share if own is None else own)
        if all(self._office(part).letters is None for part in self._parts):
            return None
        weights = [filings(self._scenario, part.office) * part.share for part in self._parts]
        if not any(weights):
            return sum(shares) / len(shares)
        mean = sum(share * weight for share, weight in zip(shares, weights, strict=True)) / sum(weights)
        return min(1.0, mean)

    def _backlog(self) -> Backlog | None:
        if not begins(self._scenario, self._use):
            return self._office(self._parts[0]).backlog if self._name == self._parts[0].office else None
        each = [(backlog, part.share) for part in self._parts if (backlog := self._office(part).backlog)]
        if not each:
            return None
        dossiers = round(sum(backlog.dossiers * share for backlog, share in each))
        return Backlog(dossiers, max(backlog.days for backlog, _ in each))


def filings(scenario: Scenario, office: str) -> float:
    """The dossiers expected at an office over the scenario's period."""
    each = scenario.offices[office]
    return each.volume + sum(each.volumes.values())


def begins(scenario: Scenario, use: Use) -> bool:
    """Whether the offices begin to work with the lever."""
    return use.day(scenario) <= first_day(scenario)
