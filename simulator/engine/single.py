"""An office that is one queue: a dossier whose whole life lies within a week needs no event of its own.

Where a life is filing, one line, and the result at once, and nobody asks for facts, the ends of a week's
visits
follow from one pass over its filings (Kiefer and Wolfowitz). Whoever is still in hand at the week's end goes
on as a
dossier like any other. The counts are those of `Source`, sums to the last bits of a float (a test compares
them).
"""

from collections.abc import Iterator, Sequence
from heapq import heapreplace
from itertools import chain
from math import floor, inf
from typing import TYPE_CHECKING

import numpy as np

from simulator.engine.fate import Fate
from simulator.engine.lines import Line
from simulator.engine.nodes import Desk
from simulator.engine.route import Plan
from simulator.engine.source import Block
from simulator.engine.world import LIGHT, Event
from simulator.luck.demand import Filing
from simulator.luck.rates import CHANNELS

if TYPE_CHECKING:
    from simulator.engine.office import Office

Life = tuple[float, float, float, float]
"""Filed, granted, seconds of work, ended."""
WEEK = 7 * 86400.0


def suits(office: "Office") -> bool:
    """Whether the office is one queue, and nothing but its figures is asked for."""
    province, profile = office.province, office.profile
    spec = province.scenario.offices[office.name]
    outcome = profile.outcome
    if province.named or office.watches or office.withdraws or profile.intake is not None or outcome.rated:
        return False
    if spec.backlog is not None or spec.at or spec.successor is not None or profile.hand_over.electronic < 1:
        return False
    online = set(profile.channels) == {"online"} and not profile.drift
    if outcome.return_hours is not None and not (online and outcome.electronic >= 1):
        return False
    plans = [office.plan(key) for key in dict.fromkeys((*profile.mix, *spec.volumes))]
    return all(map(_plain, plans)) and len({id(_desk(plan).pool) for plan in plans}) == 1


def _plain(plan: Plan) -> bool:
    desk = plan.entry
    return (
        isinstance(desk, Desk)
        and len(plan.nodes) == 1
        and not plan.judges
        and desk.rework is None
        and not desk.round
        and isinstance(desk.pool.discipline, Line)
    )


class Single(Event):
    """The filings of one such office, week after week: its own next event."""

    def __init__(self, office: "Office", blocks: Iterator[Block], since: float, until: float) -> None:
        self._office, self._blocks, self._since, self._until = office, blocks, since, until
        self._tally = office.province.tallies[office.name]
        self._next = (self._week,)
        self._await()

    def _await(self) -> None:
        block = next(self._blocks, None)
        if block is not None:
            self._block = block
            self._office.world.at(max(block[0], self._since), self._next, self)

    def _week(self, _single: Event) -> None:
        province = self._office.province
        begins, filings, luck = self._block
        rows: Sequence[int] = range(len(filings))
        if filings and not (self._since <= filings[0][0] and filings[-1][0] < self._until):
            rows = [k for k in rows if self._since <= filings[k][0] < self._until]
        if province.most is not None:
            rows = rows[: province.most - province.filed]
        province.filed += len(rows)
        if rows:
            self._serve(filings, Fate(luck), rows, min(begins + WEEK, self._until))
        if not province.full:
            self._await()

    def _serve(self, filings: Sequence[Filing], fate: Fate, rows: Sequence[int], until: float) -> None:
        """One pass over the week: who asks, is granted, ends."""
        office = self._office
        known = ""
        online = dict.fromkeys(CHANNELS, False) | {"online": True}
        over: dict[tuple[Plan, bool], list[Life]] = {}
        for k in rows:
            at, _, _, channel, procedure, _ = filings[k]
            if procedure != known:
                plan, known = office.plan(procedure), procedure
                desk = _desk(plan)
                line, column = _line(desk), desk.draw(fate)
                free, serve = line._free, line._serve
                kept = [over.setdefault((plan, way), []).append for way in (False, True)]
            seconds = column[k]
            began = free[0]
            if at > began:  # noqa: PLR1730 (a call is dear here)
                began = at
            opened, end = serve(began, seconds)
            heapreplace(free, end)
            if end < until:
                kept[online[channel]]((at, began, seconds, end))
            else:
                self._hand_on((at, began, seconds, end), opened, plan, fate, k, channel)
        for (plan, way), lives in over.items():
            if lives:
                self._count(plan, way, lives)

    def _hand_on(self, life: Life, opened: float, plan: Plan, fate: Fate, k: int, channel: str) -> None:
        """Who is still in hand at the week's end is a dossier like any other, and ends by an event."""
        at, began, seconds, end = life
        office, desk = self._office, _desk(plan)
        line = _line(desk)
        dossier = office.dossier(plan, fate, k, channel)
        dossier.filed, dossier.accepted = at, floor(at)
        dossier.submitted = floor(at) if channel == "online" else None
        dossier.due = dossier.first_due = office.deadlines.due(floor(at), plan.limit)[0]
        dossier.agency, dossier.node = desk.agency, desk
        dossier.asked, dossier.began, dossier.opened, dossier.seconds = at, began, opened, seconds
        dossier.waited, dossier.worked = began - at, seconds
        dossier.seq = _facts(plan, desk, channel == "online") - LAST
        line.note((end, LIGHT, 0, dossier), began - at)
        office.province.open[dossier] = None
        office.world.at(end, desk.done, dossier)

    def _count(self, plan: Plan, online: bool, lives: Sequence[Life]) -> None:
        """Lives that are over."""
        desk, tally, office = _desk(plan), self._tally, self._office
        count = len(lives)
        at, began, seconds, end = np.fromiter(chain.from_iterable(lives), float, 4 * count).reshape(-1, 4).T
        accepted, finished = np.floor(at), np.floor(end)
        if plan.limit.unit != "none":
            due = office.deadlines.due
            pairs = zip(accepted.tolist(), finished.tolist(), strict=True)
            late = sum(last > (due(int(first), plan.limit)[0] or inf) for first, last in pairs)
            tally.on_time += count - late
            tally.late += late
            tally.letters_due += late
        province, line = office.province, _line(desk)
        province.ahead = max(province.ahead, float(end.max()))
        waited, worked = float((began - at).sum()), float(seconds.sum())
        line.asked += count
        line._waited += waited
        line._worked += worked
        tally.outcomes["resolved"] = tally.outcomes.get("resolved", 0) + count
        tally.finished += count
        tally.online += count * online
        tally.waited += waited
        tally.worked += worked
        tally.cycle += float((finished - at).sum())
        tally.taken += float((finished - accepted).sum())
        province.ledger.told += count * _facts(plan, desk, online)


LAST = 3
"""Facts of a life's end: the step is finished, resolved, the result returned."""


def _facts(plan: Plan, desk: Desk, online: bool) -> int:
    """The facts of a whole life: submitted, accepted, handed over, and its end."""
    return online + 1 + (desk.agency != plan.procedure.agency) + LAST


def _desk(plan: Plan) -> Desk:
    assert isinstance(plan.entry, Desk)
    return plan.entry


def _line(desk: Desk) -> Line:
    line = desk.pool.discipline
    assert isinstance(line, Line)
    return line
