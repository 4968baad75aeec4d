"""Pools: officials who do the same work. What waits for them, who takes what and when, how busy they are."""

from collections.abc import Callable, Sequence
from math import inf
from typing import Protocol

from simulator.engine.dossier import Token
from simulator.engine.hours import Hours
from simulator.engine.lines import Line
from simulator.engine.posts import ALIKE, Done, Handed, Post, Visit, cancel, ranking
from simulator.engine.queues import Queue
from simulator.engine.staff import Setting, Staff, posts, same
from simulator.engine.world import World
from simulator.scenario import model


class Discipline(Protocol):
    """How a pool works at present: `Line` or `Queue`."""

    asked: int
    gone: int
    posts: list[Post]
    heir: Callable[[float, Token, Done], None] | None

    @property
    def waiting(self) -> int:
        """Visits not yet in hand."""

    @property
    def in_hand(self) -> list[Visit]:
        """What is worked on."""

    @property
    def promised(self) -> float:
        """Seconds of work that wait."""

    @property
    def waited(self) -> float:
        """Seconds that visits have waited which wait no more."""

    @property
    def worked(self) -> float:
        """Seconds of work granted."""

    def ask(self, seconds: float, token: Token, done: Done) -> None:
        """Queue for work."""

    def moved(self, token: Token) -> None:
        """Something about a token that may wait has changed."""

    def take(self) -> list[Visit]:
        """Everything that waits, removed."""

    def conclude(self) -> None:
        """Charge what waits with its wait."""

    def starved(self, until: float) -> list[Token]:
        """What waits for nobody."""

    def able(self, token: Token) -> bool:
        """Whether anybody, there or away, could do what waits."""

    def stop(self) -> Handed:
        """Work no more."""

    def start(self, handed: Handed) -> None:
        """Go on with what another has left."""


class Pool:
    """Officials of one office, or of a centre, who do the same work.

    Durations are seconds: of clock time where something waits, of working time where it is worked on.
    """

    ask: Callable[[float, Token, Done], None]
    """`ask(seconds, token, done)`: queue for so many seconds of work; when they are done, `done[0](token)`.

    Sets `token.asked` and, at the grant, `token.began`; adds to the dossier's `waited` and `worked`.
    """
    moved: Callable[[Token], None]
    """`moved(token)`: the dossier of a token that may wait here has ended, or falls due earlier than it did.

    A later date is seen at the grant, and so is an end; but who has left is counted in the queue until then.
    """

    def __init__(self, setting: Setting, staff: Staff, leaves: bool = False) -> None:
        self.name, self.office = setting.name, setting.office
        self.lengths: list[int] = []
        """How many waited at each `look`."""
        self._setting, self._staff, self._leaves = setting, staff, leaves
        self._open, self._since = 0.0, setting.world.now
        self._begin(Handed(0, 0, 0.0, 0.0, [], []))

    def _begin(self, handed: Handed) -> None:
        staff = self._staff
        people = posts(staff, self._setting)
        settle(self._setting.world, handed, people)
        self.discipline = self._choose(people)
        self.discipline.start(handed)
        self.ask, self.moved = self.discipline.ask, self.discipline.moved
        self.agency, self.share = staff.spec.agency, staff.share

    def _choose(self, people: list[Post]) -> Discipline:
        world, spec = self._setting.world, self._staff.spec
        fifo = spec.queue == "fifo" or (spec.queue == "class" and not spec.classes)
        if fifo and self._staff.alike and people[0].places and not self._leaves:
            return Line(world, people[0])
        each = spec.lines == "each" and len(people) > 1
        return Queue(world, people, ranking(spec.queue, spec.classes), each)

    # -- changes -------------------------------------------------------------------------------------------

    def conclude(self) -> None:
        """The run is over: dossiers that still wait are charged with the wait so far, and with no work."""
        self.discipline.conclude()

    def take(self) -> list[tuple[float, Token, Done]]:
        """Everything that waits, removed, in the order of asking; what is in hand stays to its end.

        The dossiers are charged with their wait so far.
        """
        return [(visit.seconds, visit.token, visit.done) for visit in self.discipline.take()]

    def change(
        self,
        spec: model.Pool,
        staff: float | Sequence[model.Official],
        share: float,
        leaves: bool | None = None,
    ) -> None:
        """From now on the pool is so; the hours of its calendars are asked for anew.

        Who goes finishes what he has in hand; so do posts that are too many. Work in hand goes on by the new
        hours and speed. What waits goes on waiting in its order, and is granted from now on.
        """
        self._open, self._since = self.open, self._setting.world.now
        self._staff = Staff(spec, staff, share)
        self._leaves = self._leaves if leaves is None else leaves
        before = self.discipline
        self._begin(before.stop())
        before.heir = self.ask

    # -- figures -------------------------------------------------------------------------------------------

    @property
    def posts(self) -> int:
        """Places at which work is done side by side."""
        return sum(post.places for post in self.discipline.posts)

    @property
    def asked(self) -> int:
        """Visits so far."""
        return self.discipline.asked

    @property
    def waiting(self) -> int:
        """Visits that wait now."""
        return self.discipline.waiting

    @property
    def begun(self) -> int:
        """Visits granted so far."""
        return self.asked - self.discipline.gone - self.waiting

    @property
    def busy(self) -> int:
        """Visits in hand now."""
        return len(self.discipline.in_hand)

    @property
    def waited(self) -> float:
        """Seconds that visits waited before they were granted or taken away."""
        return self.discipline.waited

    @property
    def worked(self) -> float:
        """Seconds of work granted so far, to their end."""
        return self.discipline.worked

    @property
    def demand(self) -> float:
        """Seconds of work asked for so far, granted or waiting."""
        return self.worked + self.discipline.promised

    @property
    def open(self) -> float:
        """Seconds that the posts have been on duty so far, added up."""
        now, since = self._setting.world.now, self._since
        duty = (
            post.places * (post.hours.worked(now) - post.hours.worked(since))
            for post in self.discipline.posts
        )
        return self._open + sum(duty)

    @property
    def utilisation(self) -> float | None:
        """Share of the posts' time on duty so far that they worked; None before they were on duty.

        Who finishes what he has in hand after he has gone works, but is not on duty.
        """
        now, worked = self._setting.world.now, self.worked
        for visit in self.discipline.in_hand:
            worked -= _left(visit, now)
        return worked / self.open if self.open else None

    def look(self) -> None:
        """Note how many wait; once a week will do."""
        self.lengths.append(self.waiting)

    def starved(self) -> list[Token]:
        """What waits for a skill that nobody has, or for people who are away to the end of the run."""
        return self.discipline.starved(self._setting.until)

    def able(self, token: Token) -> bool:
        """Whether somebody has the skill for what is starved, and is away."""
        return self.discipline.able(token)


def make(  # noqa: PLR0913, PLR0917 (all of it is needed, once)
    world: World, hours_of: Callable[[str | None], Hours], name: str, office: str, spec: model.Pool,
    staff: float | Sequence[model.Official], share: float, seed: int, until: float, leaves: bool = False,
    origin: int | None = None,
) -> Pool:  # fmt: skip
    """A pool of an office, or of a centre.

    `hours_of` gives the hours of a calendar by name, None the office's own. `until`: engine seconds, up to
    which absences are drawn. `leaves`: dossiers may end while they wait here. `origin`: Unix seconds of the
    engine's 0, for leave; ValueError where it is missing.
    """
    return Pool(
        Setting(world, hours_of, office, name, seed, until, origin), Staff(spec, staff, share), leaves
    )


def settle(world: World, handed: Handed, people: list[Post]) -> None:
    """Who has in hand what is in hand, from now on; the other places are free.

    By name; posts that are alike take it over from all, and all from them; who else goes finishes it himself.
    """
    now, names = world.now, {post.name: post for post in people}
    late = []
    for visit in sorted(handed.hand, key=lambda visit: (visit.end, visit.asked)):
        old = visit.post
        new = names.get(old.name) or names.get(ALIKE)
        if new is None and old.name == ALIKE and people:
            new = max(people, key=lambda post: post.places - post.busy)
        if new is None:
            old.places = 0
            continue
        new.busy += 1
        visit.post = new
        if not (same(old.hours, new.hours) and old.speed == new.speed) and visit.end > now:
            left = (old.hours.worked(visit.end) - old.hours.worked(now)) * old.speed / new.speed
            _, visit.end = new.serve(now, left)
            late.append(visit)
    cancel(world, {visit.token for visit in late})
    for visit in late:
        world.at(visit.end, visit.token.callbacks, visit.token)
    for post in people:
        post.free.extend([now] * (post.places - post.busy))
    for visit in handed.waiting:
        visit.ready = now


def _left(visit: Visit, now: float) -> float:
    """Seconds of work that are still to be done of what is in hand; also beyond the calendar's end."""
    post, hours = visit.post, visit.post.hours
    if visit.end < inf:
        return hours.worked(visit.end) - hours.worked(now)
    return visit.seconds / post.speed - (hours.worked(now) - hours.worked(visit.began))
