"""The line: first in, first out before posts that are all alike, and nobody leaves it.

Then a visit's end is known when it is asked for (Kiefer and Wolfowitz, 1955): the post that comes free first
takes it. A whole visit is one event, the token's own.
"""

from collections.abc import Callable
from heapq import heappush, heapreplace
from itertools import takewhile
from math import inf
from typing import Any

from simulator.engine.dossier import Token
from simulator.engine.posts import Done, Handed, Post, Visit, cancel
from simulator.engine.world import LIGHT, World

Entry = tuple[float, int, int, Token]
"""As on the world's heap: the end of a visit, kind, number, and the token."""

SPARE = 16
"""So many visits that are over may be kept beside three for each that is not."""


class Line:
    """Posts that are alike, of one calendar and speed 1; the busiest method of a run is its `ask`."""

    def __init__(self, world: World, post: Post) -> None:
        self.asked = self.gone = 0
        self.posts = [post]
        self.heir: Callable[[float, Token, Done], None] | None = None
        """Who serves in its place since the pool has changed: whoever still holds this `ask` is led on."""
        self._world, self._serve = world, post.serve
        self._heap: list[Any] = world._queue
        self._number = world._eid
        self._free: list[float] = []
        """A heap: the instants at which the posts come free. Empty before `start` and after `stop`."""
        self._visits: list[Entry] = []
        """The events that end them: all that are not over, in the order of asking, and some that are."""
        self._room = SPARE
        """So many may be kept before those that are over are forgotten."""
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
            if began < inf:  # else never, as far as the calendar goes
                wait = began - now
                token.waited += wait
                self._waited += wait
        else:
            began = now
        token.opened, end = self._serve(began, seconds)
        heapreplace(free, end)
        token.worked += seconds
        self._worked += seconds
        self.asked += 1
        token.asked, token.began, token.seconds, token.callbacks = now, began, seconds, done
        entry = end, LIGHT, next(self._number), token
        heappush(self._heap, entry)
        visits = self._visits
        visits.append(entry)
        if len(visits) > self._room:
            self._clear_out()

    def note(self, entry: Entry, wait: float) -> None:
        """A visit that another has reckoned, and given its event."""
        self.asked += 1
        self._visits.append(entry)
        self._waited += wait
        self._worked += entry[3].seconds

    def _clear_out(self) -> None:
        """Forget visits that are over."""
        now = self._world.now
        self._visits[:] = [entry for entry in self._visits if entry[0] > now]
        self._room = 4 * len(self._visits) + SPARE

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
        for token in self._late():
            since = token.began if token.began < inf else token.asked
            token.dossier.waited += self._world.now - since
            token.dossier.worked -= token.seconds

    @property
    def waiting(self) -> int:
        """Visits not yet in hand."""
        return len(self._late())

    @property
    def in_hand(self) -> list[Visit]:
        """What is worked on."""
        now = self._world.now
        return [self._visit(entry) for entry in self._visits if entry[0] > now and entry[3].opened <= now]

    @property
    def promised(self) -> float:
        """Seconds of work that wait."""
        return sum(token.seconds for token in self._late())

    @property
    def waited(self) -> float:
        """Seconds that visits have waited which wait no more."""
        return self._waited - sum(_wait(token.began, token.asked) for token in self._late())

    @property
    def worked(self) -> float:
        """Seconds of work granted."""
        return self._worked - self.promised

    def _late(self) -> list[Token]:
        """Whose visits wait, the last first: grants rise in the order of asking.

        Off duty, what was granted since the last closing waits too, as nobody has touched it.
        """
        now = self._world.now
        waits = takewhile(lambda entry: entry[0] > now and entry[3].opened > now, reversed(self._visits))
        return [entry[3] for entry in waits]

    def _visit(self, entry: Entry) -> Visit:
        token = entry[3]
        visit = Visit(token, token.callbacks, token.seconds, token.asked, 0)
        visit.post, visit.began, visit.end = self.posts[0], token.began, entry[0]
        return visit

    def _recall(self) -> list[Visit]:
        """What waits, as though it had never been promised anything."""
        late = len(self._late())
        if not late:
            return []
        waiting = [self._visit(entry) for entry in self._visits[-late:]]
        del self._visits[-late:]
        cancel(self._world, {visit.token for visit in waiting})
        for place, visit in enumerate(waiting):
            visit.order = self.asked - late + place + 1
            wait, dossier = _wait(visit.began, visit.asked), visit.token.dossier
            dossier.waited -= wait
            dossier.worked -= visit.seconds
            self._waited -= wait
            self._worked -= visit.seconds
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

    def able(self, token: Token) -> bool:  # noqa: ARG002 (as `Queue` has it)
        """Anybody."""
        return True

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
            token = visit.token
            token.callbacks, token.seconds = visit.done, visit.seconds
            self._visits.append((visit.end, LIGHT, 0, token))
        for visit in handed.waiting:
            self._promise(visit)

    def _promise(self, visit: Visit) -> None:
        """As `ask`, for what has asked before."""
        token, dossier, began = visit.token, visit.token.dossier, max(visit.ready, self._free[0])
        token.opened, end = self._serve(began, visit.seconds)
        heapreplace(self._free, end)
        wait = _wait(began, visit.asked)
        dossier.waited += wait
        self._waited += wait
        dossier.worked += visit.seconds
        self._worked += visit.seconds
        token.began, token.seconds = began, visit.seconds
        self._world.at(end, visit.done, token)
        self._visits.append((end, LIGHT, 0, token))


def _wait(began: float, asked: float) -> float:
    """Seconds from asking to the grant; none where it lies beyond the calendar."""
    return began - asked if began < inf else 0.0
