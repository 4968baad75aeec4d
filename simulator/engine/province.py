"""All offices of a run and what they share: the clock, the ledger, the calendars, the pools, the count."""

from collections.abc import Callable, Collection
from math import floor
from typing import Any

from dossier.event import StaffChanged
from simulator.engine.calendars import Calendars
from simulator.engine.dossier import Dossier
from simulator.engine.hours import Hours
from simulator.engine.ledger import Case, Ledger
from simulator.engine.office import Office
from simulator.engine.pools import Pool, make
from simulator.engine.tally import Tally
from simulator.engine.world import World
from simulator.scenario import model
from simulator.scenario.model import Official, Scenario

Visit = tuple[str, str, str, float, float, float]
"""Dossier, pool, step; asked, began, ended in engine seconds."""
Over = tuple[float, str, str, Case]
"""When a dossier's story was over, in engine seconds; its office and id; and the whole of it."""
Key = tuple[str, str]
"""Where work is done: office and pool, or "" and a centre."""
Staffing = tuple[model.Pool, float | list[Official], float]
"""A pool's rules, its officials, and the share of a day that goes to one dossier."""


class Province:
    """The offices at work, by one scenario at a time; `only` some of them."""

    def __init__(
        self, scenario: Scenario, world: World, ledger: Ledger, calendars: Calendars, seed: int,
        until: float, only: Collection[str] | None = None,
    ) -> None:  # fmt: skip
        self.scenario, self.world, self.ledger, self.calendars = scenario, world, ledger, calendars
        self._seed, self._until, self._only = seed, until, only
        self.visits: Callable[[Visit], object] | None = None
        self.over_at: list[Over] | None = None
        """The dossiers whose stories are over, if anybody wants to know of each."""
        self.most: int | None = None
        """Filings to take at most."""
        self.filed = self.coming = 0
        """Filings so far; refused dossiers that will be filed again."""
        self.last = 0.0
        """When a dossier was over that is counted, the last so far."""
        self.ahead = 0.0
        """When the last of those is over that were counted ahead of their time."""
        self.named = True
        """Whether dossiers need their ids."""
        self.open: dict[Dossier, None] = {}
        self.offices: dict[str, Office] = {}
        self.tallies: dict[str, Tally] = {}
        self._pools: dict[Key, Pool] = {}
        self._known: dict[Key, tuple[Staffing, str]] = {}
        """By what staffing and usual calendar each pool works at present."""

    def found(self) -> list[str]:
        """Begin the offices of the scenario that have not begun; their names."""
        new = [
            name for name in self.scenario.offices
            if name not in self.offices and (self._only is None or name in self._only)
        ]  # fmt: skip
        for name in new:
            office = self.offices[name] = Office(name, self.scenario, self)
            self.tallies[name] = Tally(office.profile.level)
            self._open(office)
        return new

    def _open(self, office: Office) -> None:
        """All its pools are on duty, whether anybody asks for them or not."""
        for pool in office.profile.pools:
            self.pool(office.name, pool)

    def adopt(self, scenario: Scenario) -> list[StaffChanged]:
        """All offices work by this scenario from now on; the pools whose posts changed are told."""
        before = {key: self._posts(key) for key in self._pools}
        self.scenario, self.calendars = scenario, self.calendars.of(scenario)
        waiting = [(key, moved) for key in before for moved in self._change(key)]
        for office in self.offices.values():
            office.adopt(scenario)
            self._open(office)
        for key, (seconds, token, done) in waiting:
            self.pool(*key).ask(seconds, token, done)
        at = self.ledger.clock(self.world.now)
        after = {key: self._posts(key) for key in sorted(self._pools)}
        return [
            StaffChanged(scenario=scenario.name, at=at, office=office or name, pool=name, posts=posts)
            for (office, name), posts in after.items()
            if posts != before.get((office, name), 0)
        ]

    def _posts(self, key: Key) -> int:
        """The posts of a pool; none where its work is done elsewhere now."""
        return 0 if self._moved(key) else self._pools[key].posts

    def _moved(self, key: Key) -> bool:
        office, name = key
        return bool(office) and self._where(office, name) != key

    def _change(self, key: Key) -> list[Any]:
        """The pool works by its new rules; or what waits is taken from it, if its work is done elsewhere."""
        if self._moved(key):
            return self._pools[key].take()
        known, self._known[key] = self._known[key], (self._staffing(key), self._usual(key))
        if known != self._known[key]:
            self._pools[key].change(*self._staffing(key))
        return []

    # -- pools ---------------------------------------------------------------------------------------------

    def pool(self, office: str, name: str) -> Pool:
        """Who does the work of a pool for an office: its own, its centre's or its successor's."""
        key = self._where(office, name) if office else ("", name)
        if key not in self._pools:
            self._pools[key] = self._made(key)
        return self._pools[key]

    @property
    def pools(self) -> dict[str, Pool]:
        """All pools that have begun, by "office/pool", or the centre's name."""
        return {f"{office}/{name}" if office else name: pool for (office, name), pool in self._pools.items()}

    def _where(self, office: str, name: str) -> Key:
        spec = self.scenario.offices[office]
        if name in spec.at:
            return "", spec.at[name]
        if spec.successor is not None:
            return self._where(spec.successor, name)
        if name not in spec.staff and name in self.scenario.centres:
            return "", name
        return office, name

    def _staffing(self, key: Key) -> Staffing:
        office, name = key
        if not office:
            centre = self.scenario.centres[name]
            return centre, centre.staff, centre.share or 1.0
        spec = self.scenario.offices[office]
        pool = self.scenario.profiles[spec.profile].pools[name]
        return pool, spec.staff[name], pool.share or spec.share

    def _made(self, key: Key) -> Pool:
        office, name = key

        def hours(own: str | None) -> Hours:
            return self.calendars.hours(own or self._usual(key))

        leaves = any(self._leaves(user) for user in ([office] if office else self._users(name)))
        self._known[key] = (spec, staff, share), _ = self._staffing(key), self._usual(key)
        return make(
            self.world, hours, name, office or name, spec, staff, share,
            self._seed, self._until, leaves, self.calendars.origin,
        )  # fmt: skip

    def _usual(self, key: Key) -> str:
        """The calendar of those who have none of their own."""
        office, name = key
        return self.scenario.profiles[self.scenario.offices[office or self._users(name)[0]].profile].calendar

    def _users(self, centre: str) -> list[str]:
        """The offices that send work to a centre; all, if it is known by its pool's name alone."""
        offices = self.scenario.offices
        return [name for name, spec in offices.items() if centre in spec.at.values()] or list(offices)

    def _leaves(self, office: str) -> bool:
        """Whether a dossier may leave a queue before its turn."""
        scenario, spec = self.scenario, self.scenario.offices[office]
        profile = scenario.profiles[spec.profile]
        if profile.intake is not None and profile.intake.patience_minutes is not None:
            return True
        return any(scenario.procedures[key].withdrawn for key in (*profile.mix, *spec.volumes))

    @property
    def full(self) -> bool:
        """Whether no more filings are taken."""
        return self.most is not None and self.filed >= self.most and self.ledger.started

    @property
    def busy(self) -> bool:
        """Whether dossiers are still to come or to be done."""
        return bool(self.open or self.coming or not self.full)

    # -- the count -----------------------------------------------------------------------------------------

    def start(self) -> None:
        """The warm-up is over: what is in hand is carried over."""
        self.ledger.start()
        self.filed = 0
        for dossier in self.open:
            self.tallies[dossier.plan.office].carried += 1

    def count(self, dossier: Dossier) -> None:
        """A dossier is filed."""
        self.open[dossier] = None

    def forget(self, dossier: Dossier) -> None:
        """There never was a dossier."""
        self.open.pop(dossier, None)

    def over(self, dossier: Dossier) -> None:
        """A dossier's story is over, or the run is."""
        self.open.pop(dossier, None)
        if not self.ledger.started:
            return  # in the warm-up: nobody will hear of it
        if not self.ledger.tells:
            self.ledger.told += dossier.seq
        now = self.last = self.world.now
        self.tallies[dossier.plan.office].add(dossier, now)
        if self.over_at is not None:
            self.over_at.append((now, dossier.plan.office, dossier.id, self.case(dossier)))

    def conclude(self) -> None:
        """The run is over, one of so many dossiers with the last of them: count what is open."""
        last = max(self.last, self.ahead)
        if self.most is not None and last and not self.open:
            self.world.now = last
        for pool in self._pools.values():
            pool.conclude()
        for dossier in list(self.open):
            if dossier.aside is not None:
                self.ledger.show(dossier)
            self.over(dossier)

    def case(self, dossier: Dossier) -> Case:
        """A dossier in one row."""
        origin, plan = self.calendars.origin, dossier.plan
        procedure = plan.procedure

        def instant(at: float | None) -> int | None:
            return None if at is None else origin + floor(at)

        return Case(
            dossier_id=dossier.id,
            office=plan.office,
            successor=plan.successor,
            level=self.tallies[plan.office].level,
            procedure=procedure.code,
            field=procedure.field,
            agency=procedure.agency,
            channel=dossier.channel,
            online=dossier.channel == "online",
            submitted_at=instant(dossier.submitted),
            accepted_at=instant(dossier.accepted),
            first_due_at=instant(dossier.first_due),
            due_at=instant(dossier.due),
            limit=plan.written,
            finished_at=instant(dossier.finished),
            outcome=dossier.outcome,
            returned_at=instant(dossier.returned),
            letter_at=instant(dossier.letter),
            supplements=dossier.supplements,
            visits=dossier.visits,
            waited=dossier.waited,
            worked=dossier.worked,
            rating=dossier.rating,
            late=self._late(dossier),
        )

    def _late(self, dossier: Dossier) -> bool | None:
        if dossier.first_due is None:
            return None
        if dossier.finished is not None:
            return dossier.late
        return dossier.breaks(self.world.now) or None
