"""The line: first in, first out before posts that are all alike, and nobody leaves it.

Then a visit's end is known when it is asked for (Kiefer and Wolfowitz, 1955): the post that comes free first
takes it. A whole visit is one event, the token's own.
"""

from collections import deque
from collections.abc import Callable
from heapq import heappush, heapreplace
from itertools import islice, takewhile
from math import inf
from typing import Any

from simulator.engine.dossier import Token
from simulator.engine.posts import SLACK, Done, Handed, Post, Visit, cancel
from simulator.engine.world import LIGHT, World

TAKEN_OVER = -inf
"""In place of the grant, where another had it in hand before."""


class Line:
    """Posts that are alike, of one calendar and speed 1; the busiest method of a run is its `ask`."""

    def __init__(self, world: World, post: Post) -> None:
        self.asked = self.gone = 0
        self.posts = [post]
        self.heir: Callable[[float, Token, Done], None] | None = None
        """Who serves in its place since the pool has changed: whoever still holds this `ask` is led on."""
        self._world, self._add, self._opening = world, post.hours.add, post.hours.opening
        self._heap: list[Any] = world._queue
        self._number = world._eid
        self._free: list[float] = []
        """A heap: the instants at which the posts come free. Empty before `start` and after `stop`."""
        self._visits: deque[tuple[float, float, float, Token]] = deque()
        """End, grant, seconds, token: all that are not over, in the order of asking, and some that are."""
        self._room = SLACK
        """So many records may be kept before those that are over are forgotten."""
        self._waited = self._worked = 0.0
        """Also of those who still wait: both are known when they ask."""

    def ask(self, seconds: float, token: Token, done: Done) -> None:
        """Queue for `seconds` of work; the world calls `done[0](token)` when they are done."""
        free, now = self._free, self._world.now
        try:
            began = free[0]
        except IndexError:
            assert self.heir is not None
            self.heir(seconds, token, done)
            return
        if began > now:
            wait = began - now
            token.waited += wait
            self._waited += wait
        else:
            began = now
        end = self._add(began, seconds)
        if end <= began:  # no work to speak of, off duty
            end = self._opening(began)
        heapreplace(free, end)
        token.worked += seconds
        self._worked += seconds
        self.asked += 1
        visits = self._visits
        while visits and visits[0][0] <= now:
            visits.popleft()
        visits.append((end, began, seconds, token))
        if len(visits) > self._room:
            self._clear_out(now)
        token.asked, token.began, token.callbacks = now, began, done
        heappush(self._heap, (end, LIGHT, next(self._number), token))

    def _clear_out(self, now: float) -> None:
        """Forget visits that are over; one long visit at the head would keep all after it."""
        visits = [visit for visit in self._visits if visit[0] > now]
        self._visits.clear()
        self._visits.extend(visits)
        self._room = 2 * len(visits) + SLACK

    def moved(self, token: Token) -> None:
        """Nothing: no date matters here, and nobody leaves."""

    def take(self) -> list[Visit]:
        """Everything that waits, removed, in the order of asking."""
        now, taken = self._world.now, self._recall()
        for visit in taken:
            visit.token.dossier.waited += now - visit.asked
            self._waited += now - visit.asked
        self.gone += len(taken)
        return taken

    def conclude(self) -> None:
        """The run is over: what waits is charged with its wait so far, and not with what it was promised."""
        for _, began, seconds, token in self._late():
            token.dossier.waited += self._world.now - began
            token.dossier.worked -= seconds

    @property
    def waiting(self) -> int:
        """Visits not yet in hand."""
        return len(self._late())

    @property
    def in_hand(self) -> list[Visit]:
        """What is worked on."""
        now, touched = self._world.now, len(self._visits) - self.waiting
        return [self._visit(*visit) for visit in islice(self._visits, touched) if visit[0] > now]

    @property
    def promised(self) -> float:
        """Seconds of work that wait."""
        return sum(seconds for _, _, seconds, _ in self._late())

    @property
    def waited(self) -> float:
        """Seconds that visits have waited which wait no more."""
        return self._waited - sum(began - token.asked for _, began, _, token in self._late())

    @property
    def worked(self) -> float:
        """Seconds of work granted."""
        return self._worked - self.promised

    def _late(self) -> list[tuple[float, float, float, Token]]:
        """The visits that wait, the last first: grants rise in the order of asking.

        Off duty, what was granted since the last closing waits too, as nobody has touched it.
        """
        now, hours = self._world.now, self.posts[0].hours
        untouched = inf if hours.is_open(now) else hours.worked(now)

        def waits(visit: tuple[float, float, float, Token]) -> bool:
            began = visit[1]
            return began > now or (began > TAKEN_OVER and hours.worked(began) >= untouched)

        return list(takewhile(waits, reversed(self._visits)))

    def _visit(self, end: float, _: float, seconds: float, token: Token) -> Visit:
        visit = Visit(token, token.callbacks, seconds, token.asked, 0)
        visit.post, visit.began, visit.end = self.posts[0], token.began, end
        return visit

    def _recall(self) -> list[Visit]:
        """What waits, as though it had never been promised anything."""
        waiting = [self._visit(*visit) for visit in reversed(self._late())]
        if not waiting:
            return waiting
        cancel(self._world, {visit.token for visit in waiting})
        for place, visit in enumerate(waiting):
            visit.order = self.asked - len(waiting) + place + 1
            wait, dossier = visit.began - visit.asked, visit.token.dossier
            dossier.waited -= wait
            dossier.worked -= visit.seconds
            self._waited -= wait
            self._worked -= visit.seconds
            self._visits.pop()
        self._lay(self.in_hand)
        return waiting

    def _lay(self, hand: list[Visit]) -> None:
        """The posts come free as what is in hand ends; where they are fewer, the first to end go."""
        places = self.posts[0].places
        ends = sorted(visit.end for visit in hand)[-places:]
        self._free = [self._world.now] * (places - len(ends)) + ends  # sorted, so a heap

    def starved(self, until: float) -> list[Token]:  # noqa: ARG002 (as `Queue` has it)
        """Nobody: posts that are alike can do everything."""
        return []

    # -- the pool changes ----------------------------------------------------------------------------------

    def stop(self) -> Handed:
        """Work no more; another goes on with it."""
        waiting = self._recall()
        handed = Handed(self.asked, self.gone, self._waited, self._worked, self.in_hand, waiting)
        self._free = []
        self._visits.clear()
        return handed

    def start(self, handed: Handed) -> None:
        """Go on with what another has left."""
        self.asked, self.gone, self._waited, self._worked = handed[:4]
        self._lay(handed.hand)
        for visit in handed.hand:
            visit.token.callbacks = visit.done
            self._visits.append((visit.end, TAKEN_OVER, visit.seconds, visit.token))
        for visit in handed.waiting:
            self._promise(visit)

    def _promise(self, visit: Visit) -> None:
        """As `ask`, for what has asked before."""
        token, dossier, began = visit.token, visit.token.dossier, max(visit.ready, self._free[0])
        end = self.posts[0].end(began, visit.seconds)
        heapreplace(self._free, end)
        dossier.waited += began - visit.asked
        self._waited += began - visit.asked
        dossier.worked += visit.seconds
        self._worked += visit.seconds
        self._visits.append((end, began, visit.seconds, token))
        token.began = began
        self._world.at(end, visit.done, token)
