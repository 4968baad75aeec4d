"""The way of one procedure at one office: what each step takes, and the sums of them."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np

from simulator.formulas.lattice import Lattice, Wave, difficulties
from simulator.formulas.network import Network
from simulator.formulas.queueing import Floats
from simulator.formulas.traffic import requested
from simulator.scenario.model import Branch, External, Parallel, Payment, Procedure, Step, Work

PARTS = ("wait", "round", "away", "work", "elsewhere", "hand_over", "citizen", "closed")
"""In queues; until a signing round; with officials who are away; in officials' hands; at other agencies; with
messengers: working hours. With the citizen, and while the office is closed: clock hours."""
WAIT, ROUND, AWAY, WORK, ELSEWHERE, HANDED, CITIZEN, CLOSED = range(len(PARTS))


Having = Mapping[str, float]
"""Who has the dossiers: their shares by agency."""


class Away(NamedTuple):
    """Officials of a station who are away; working hours."""

    chance: float
    """Of a dossier that finds a free post, and nobody there."""
    back: float
    """Until somebody is there again."""
    leaves: float
    """How often an official goes in an hour of his work."""
    spell: float
    """For how long."""


class Lives(Protocol):
    """What a route asks about the offices."""

    net: Network
    waits: Floats
    """Mean working hours in each station's queue."""
    chances: Floats
    """To wait there at all."""
    away: list[Away]

    def allowed(self, profile: str, limit: str, anytime: bool) -> Floats | None:
        """Working hours until dossiers are due that are accepted now and then, or handed in at any hour."""

    def restarts(self, profile: str) -> bool:
        """Whether the limit begins anew when papers come."""

    def night(self, profile: str, every: float) -> float:
        """Mean clock hours in which the office is closed before the work that follows a round."""


class Part(NamedTuple):
    """A step on the route: its mean by part, and its duration by case."""

    step: str
    mean: Floats
    wave: Wave


class Route:
    """The way of one procedure at one office, up to the deciding step and from there on."""

    def __init__(self, lives: Lives, office: str, procedure: Procedure, lattice: Lattice) -> None:
        self._lives, self._office, self._procedure, self._lattice = lives, office, procedure, lattice
        net = lives.net
        self._name = net.scenario.offices[office].profile
        self._profile = profile = net.scenario.profiles[self._name]
        self._hard, shares = difficulties(procedure.spread)
        wired = profile.hand_over.electronic
        self._cases = np.outer([wired, 1 - wired], shares)
        agency = procedure.agency
        if profile.intake is not None:
            intake = profile.intake.pool
            agency = (profile.pools.get(intake) or net.scenario.centres[intake]).agency
        steps, _ = self._sequence(procedure.route, {agency: 1.0})
        decides = procedure.decides or next((each.step for each in steps if each.step), "")
        place = next((i for i, each in enumerate(steps) if each.step == decides), len(steps) - 1)
        self._before, self._after = self._sum(steps[: place + 1]), self._sum(steps[place + 1 :])
        self._again = self._revisit(decides) or self._nothing

    @cached_property
    def _nothing(self) -> Part:
        return Part("", np.zeros(len(PARTS)), np.ones((1, 1, len(self._lattice.zero)), dtype=np.complex128))

    # -- means ---------------------------------------------------------------------------------------------

    @property
    def parts(self) -> Floats:
        """Mean hours by part from acceptance to the end, whatever that is."""
        procedure = self._procedure
        shares = self._lives.net.shares[self._name]
        asked = sum(share * self._requested(channel) for channel, share in shares.items())
        rest = (1 - asked) * self._after.mean + asked * self._asked(1)
        return np.asarray(self._before.mean + (1 - procedure.refused) * rest)

    def _asked(self, n: int) -> Floats:
        """From the n-th request for papers on."""
        supplement = self._procedure.supplement
        waited = np.zeros(len(PARTS))
        gone = supplement.abandoned
        waited[CITIZEN] = 24 * (supplement.wait_days * (1 - gone) + supplement.patience_days * gone)
        waited[CLOSED] = self._lives.night(self._name, 0.0) * self._answered
        if n > 30:
            return waited
        again = supplement.again if n < supplement.most else 0.0
        rest = (1 - again) * self._after.mean + (again * self._asked(n + 1) if again else 0)
        return np.asarray(waited + self._answered * (self._again.mean + rest))

    @property
    def _answered(self) -> float:
        supplement = self._procedure.supplement
        return max(1 - supplement.abandoned - supplement.withdrawn * (supplement.abandoned < 1), 0.0)

    def _requested(self, channel: str) -> float:
        return requested(self._profile, self._procedure, channel)

    # -- on time -------------------------------------------------------------------------------------------

    def on_time(self, allowed: Floats) -> float:
        """The share of those finished that are in time, mixed over the channels."""
        shares = self._lives.net.shares[self._name]
        total = sum(share * self._in_time(channel, allowed) for channel, share in shares.items())
        found = total / sum(shares.values())
        conduct = self._profile.conduct
        saved = conduct.closed_early + (1 - conduct.closed_early) * conduct.overwritten
        return float(found + (1 - found) * saved)

    def _in_time(self, channel: str, allowed: Floats) -> float:
        refused, asked = self._procedure.refused, self._requested(channel)
        before = self._by(self._before.wave, allowed)
        whole = self._by(self._before.wave * self._after.wave, allowed)
        if not asked:
            return refused * before + (1 - refused) * whole
        if self._lives.restarts(self._name):
            anew = self._lives.allowed(self._name, self._procedure.limit, channel == "online")
            later = before * self._restarted(1, allowed if anew is None else anew)
        else:
            later = self._paused(1, self._before.wave, allowed)
        return refused * before + (1 - refused) * ((1 - asked) * whole + asked * later)

    def _restarted(self, n: int, allowed: Floats) -> float:
        """In time from the n-th request on, where each answer begins the limit anew."""
        supplement = self._procedure.supplement
        again = supplement.again if n < min(supplement.most, 30) else 0.0
        done = self._by(self._again.wave * self._after.wave, allowed)
        if again:
            done = (1 - again) * done
            done += again * self._by(self._again.wave, allowed) * self._restarted(n + 1, allowed)
        return 1 - self._answered + self._answered * done

    def _paused(self, n: int, wave: Wave, allowed: Floats) -> float:
        """The same where the clock only stood; `wave` is what went by until the request."""
        supplement = self._procedure.supplement
        again = supplement.again if n < min(supplement.most, 8) else 0.0
        before = self._by(wave, allowed)
        decided = wave * self._again.wave
        done = (1 - again) * self._by(decided * self._after.wave, allowed)
        if again:
            done += again * self._paused(n + 1, decided, allowed)
        return (1 - self._answered) * before + self._answered * done

    def _by(self, wave: Wave, allowed: Floats) -> float:
        """The chance to take no longer than allowed, over all cases and instants."""
        mixed = (wave * self._cases[:, :, None]).sum(axis=(0, 1))
        return float(self._lattice.by(mixed, allowed).mean())

    # -- steps ---------------------------------------------------------------------------------------------

    def _sequence(
        self, steps: Sequence[Step], having: Having, beside: bool = False
    ) -> tuple[list[Part], Having]:
        found: list[Part] = []
        for step in steps:
            part, having = self._step(step, having, beside)
            found.append(part)
            rework = step.rework if isinstance(step, Work) else None
            if rework is not None:
                since = next((i for i, each in enumerate(found) if each.step == rework.to), len(found) - 1)
                found.append(self._loop(self._sum(found[since:]), rework.share, rework.most))
        return found, having

    def _step(self, step: Step, having: Having, beside: bool) -> tuple[Part, Having]:
        if isinstance(step, Work):
            pool = self._profile.pools.get(step.pool) or self._lives.net.scenario.centres[step.pool]
            handed = self._hand_over(0.0 if beside else 1 - having.get(pool.agency, 0.0))
            return self._sum([handed, self._worked(step)])._replace(step=step.step), {pool.agency: 1.0}
        if isinstance(step, External):
            handed = self._hand_over(0.0 if beside else 1 - having.get(step.agency, 0.0))
            mean = np.zeros(len(PARTS))
            mean[ELSEWHERE] = step.delay_hours
            variation = step.variation or self._procedure.variation
            waves = [self._lattice.work(step.delay_hours * hard, variation) for hard in self._hard.tolist()]
            there = self._sum([handed, Part("", mean, np.array([waves]))])
            return there._replace(step=step.step), {step.agency: 1.0}
        if isinstance(step, Payment):
            mean = np.zeros(len(PARTS))
            mean[CITIZEN] = 24 * (step.wait_days * (1 - step.unpaid) + step.patience_days * step.unpaid)
            mean[CLOSED] = self._lives.night(self._name, 0.0)
            return Part(step.step, mean, self._nothing.wave), having
        if isinstance(step, Parallel):
            return self._abreast(step, having), having
        ways = [self._sequence(way.route, having, beside) for way in step.ways]
        sums = [self._sum(parts) for parts, _ in ways]
        shares = [way.share for way in step.ways]
        mean = sum(
            (share * each.mean for share, each in zip(shares, sums, strict=True)), np.zeros(len(PARTS))
        )
        wave = sum((share * each.wave for share, each in zip(shares, sums, strict=True)), np.zeros(1))
        after: dict[str, float] = {}
        for share, (_, had) in zip(shares, ways, strict=True):
            for agency, part in had.items():
                after[agency] = after.get(agency, 0.0) + share * part
        return Part("", mean, np.asarray(wave)), after

    def _abreast(self, step: Parallel, having: Having) -> Part:
        """Until the last part is done; in the mean, the longest of them on average."""
        sums = [self._sum(self._sequence(part, having, True)[0]) for part in step.parts]
        mean = max((each.mean for each in sums), key=lambda each: float(each.sum()))
        shape = np.broadcast_shapes(*(each.wave.shape for each in sums))
        wave = self._lattice.longest([np.broadcast_to(each.wave, shape) for each in sums])
        return Part("", mean, wave)

    def _hand_over(self, share: float) -> Part:
        """Of this share: at once, or on paper with the next messenger."""
        policy = self._profile.hand_over
        if share < 1e-9 or policy.electronic >= 1:
            return self._nothing
        mean = np.zeros(len(PARTS))
        mean[HANDED] = share * (1 - policy.electronic) * policy.round_hours / 2
        mean[CLOSED] = share * (1 - policy.electronic) * self._lives.night(self._name, policy.round_hours)
        zero = self._lattice.zero
        paper = share * self._lattice.uniform(policy.round_hours) + (1 - share) * zero
        return Part("", mean, np.array([[zero], [paper]]))

    def _worked(self, step: Work) -> Part:
        lives, lattice = self._lives, self._lattice
        at = lives.net.places[lives.net.where(self._office, step.pool)]
        station = lives.net.stations[at]
        hours = step.work_minutes / 60 / station.pace
        chance, back, leaves, spell = lives.away[at]
        if not station.spell:
            hours /= station.present
        mean = np.zeros(len(PARTS))
        mean[WAIT], mean[WORK] = lives.waits[at], hours
        mean[AWAY] = chance * back + leaves * hours * spell
        wave = lattice.waiting(float(lives.chances[at]), float(lives.waits[at]))
        wave = wave * lattice.waiting(chance, chance * back)
        if step.round_hours:
            mean[ROUND], mean[CLOSED] = step.round_hours / 2, lives.night(self._name, step.round_hours)
            wave = wave * lattice.uniform(step.round_hours)
        variation = step.variation or self._procedure.variation
        waves = []
        for hard in (self._hard * hours).tolist():
            left = min(leaves * hard, 1.0)
            waves.append(wave * lattice.work(hard, variation) * lattice.waiting(left, left * spell))
        return Part(step.step, mean, np.array([waves]))

    def _revisit(self, name: str) -> Part | None:
        """The deciding step once more."""
        found = [step for step in _works(self._procedure.route) if step.step == name]
        return self._worked(found[0]) if found else None

    def _loop(self, part: Part, share: float, most: int) -> Part:
        """Done again by this share, and again, `most` times at most."""
        mean, wave = np.zeros(len(PARTS)), self._nothing.wave * (1 - share)
        reached, more = share, part.wave * share
        for n in range(1, most + 1):
            mean = mean + reached * part.mean
            wave = wave + more * (1 - share if n < most else 1.0)
            reached *= share
            if reached < 1e-9:
                break
            more = more * part.wave * share
        return Part("", mean, np.asarray(wave))

    def _sum(self, parts: Sequence[Part]) -> Part:
        """One after the other."""
        mean, wave = self._nothing.mean, self._nothing.wave
        for part in parts:
            mean, wave = mean + part.mean, wave * part.wave
        return Part("", mean, wave)


def _works(steps: Sequence[Step]) -> list[Work]:
    found: list[Work] = []
    for step in steps:
        if isinstance(step, Branch):
            found += [work for way in step.ways for work in _works(way.route)]
        elif isinstance(step, Parallel):
            found += [each for part in step.parts for each in part if isinstance(each, Work)]
        elif isinstance(step, Work):
            found.append(step)
    return found
