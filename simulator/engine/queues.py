"""The queue that can do everything: rules, officials with skills, absence, lines of their own, who leaves.

An official who is off duty takes nothing: what comes or comes free meanwhile is dealt out when he is there
again, by the rule of that moment. Who gets it then was free and waited for it before, so the work counts as
granted from the instant at which both were there, as first in, first out has it.
"""

from collections.abc import Callable
from heapq import heappush
from math import inf
from typing import Any

from simulator.engine.dossier import Token
from simulator.engine.hours import WEEK
from simulator.engine.posts import Done, Handed, Post, Rank, Row, Visit, picks
from simulator.engine.staff import is_away
from simulator.engine.world import LIGHT, Hop, World


class Queue:
    """Posts that work by a rule, with one row before all of them or one before each."""

    def __init__(self, world: World, posts: list[Post], rank: Rank, each: bool = False) -> None:
        self.asked = self.gone = 0
        self.waited = self.worked = 0.0
        self.posts = posts
        self.heir: Callable[[float, Token, Done], None] | None = None
        """Who serves in its place since the pool has changed: whoever still holds this `ask` is led on."""
        self._world = world
        self._visits: dict[Token, Visit] = {}  # in the order of asking
        self._wakes: dict[float, list[Post]] = {}
        self._overs = (self._over,)
        self._heap: list[Any] = world._queue
        self._number = world._eid
        self._rows = [
            Row(mine, rank, self._lay_aside) for mine in ([[post] for post in posts] if each else [posts])
        ]
        self._row = None if each else self._rows[0]
        """The only one, if it is."""
        self._aside = Row([], rank, self._lay_aside)  # before nobody: none has the skill

    # -- what the office asks ------------------------------------------------------------------------------

    def ask(self, seconds: float, token: Token, done: Done) -> None:
        """Queue for `seconds` of work; the world calls `done[0](token)` when they are done."""
        if self.heir is not None:
            self.heir(seconds, token, done)
            return
        if token in self._visits:
            self._forget(token)
        self.asked += 1
        token.asked = now = self._world.now
        visit = self._visits[token] = Visit(token, done, seconds, now, self.asked)
        row = self._row or self._join(token)
        post = self._willing(row, token)
        if post is None:
            row.put(visit)
        else:
            post.free.popleft()
            self._grant(visit, post, now)

    def moved(self, token: Token) -> None:
        """The token's dossier has ended, or falls due at another instant."""
        visit = self._visits.get(token)
        if visit is None or visit.row is None:
            return
        if token.dossier.ended:
            self._lay_aside(visit)
        else:
            visit.row.enter(visit)

    def take(self) -> list[Visit]:
        """Everything that waits, removed, in the order of asking."""
        now = self._world.now
        self._rouse(now)
        taken = self._waiting()
        for visit in taken:
            visit.token.dossier.waited += now - visit.asked
            self.waited += now - visit.asked
            self._lay_aside(visit)
        return taken

    def conclude(self) -> None:
        """The run is over: what waits is charged with its wait so far."""
        for visit in self._waiting():
            visit.token.dossier.waited += self._world.now - visit.asked

    @property
    def waiting(self) -> int:
        """Visits not yet in hand; who left without a word counts until the turn comes."""
        return self._aside.length + sum(row.length for row in self._rows)

    @property
    def in_hand(self) -> list[Visit]:
        """What is worked on."""
        return [visit for visit in self._visits.values() if visit.row is None]

    @property
    def promised(self) -> float:
        """Seconds of work that wait."""
        return sum(visit.seconds for visit in self._visits.values() if visit.row is not None)

    def _waiting(self) -> list[Visit]:
        visits = self._visits.values()
        return [visit for visit in visits if visit.row is not None and not visit.token.dossier.ended]

    # -- from asking to the end ----------------------------------------------------------------------------

    def _join(self, token: Token) -> Row:
        """The shortest row before an official who can do it and is there; failing that, who is not away."""
        now = self._world.now
        able = [post for post in self.posts if post.wish(token) is not None]
        if not able:
            return self._aside
        present = [post for post in able if post.hours.is_open(now)]
        present = present or [post for post in able if not is_away(post.hours, now)] or able
        return min(present, key=lambda post: post.busy + post.row.length).row

    def _willing(self, row: Row, token: Token) -> Post | None:
        """The free official on duty who likes the work best; who is off duty is to be woken."""
        now, found, least = self._world.now, None, inf
        for post in row.posts:
            if not post.free or post.asleep:
                continue
            wish = post.wish(token) if post.skills else inf
            if wish is None:
                continue
            if not post.hours.is_open(now):
                self._doze(post)
            elif found is None or wish < least:
                found, least = post, wish
                if wish in {0, inf}:  # nobody can like it more: who has no skills comes after all who have
                    break
        return found

    def _grant(self, visit: Visit, post: Post, began: float) -> None:
        token = visit.token
        visit.began = token.began = began
        if began > visit.asked:
            wait = began - visit.asked
            token.dossier.waited += wait
            self.waited += wait
        seconds = visit.seconds / post.speed
        token.opened, end = post.serve(began, seconds)
        visit.post, visit.end = post, end
        post.busy += 1
        token.dossier.worked += seconds
        self.worked += seconds
        token.callbacks = self._overs
        heappush(self._heap, (end, LIGHT, next(self._number), token))

    def _over(self, token: Token) -> None:
        """The work is done: the post takes the next, then the token goes on."""
        visit = self._visits.pop(token)
        post = visit.post
        post.busy -= 1
        if post.busy + len(post.free) < post.places:
            if post.row.length:
                self._next(post)
            else:
                post.free.append(self._world.now)
        visit.done[0](token)

    def _next(self, post: Post) -> None:
        """A place has come free, and something waits."""
        now, row = self._world.now, post.row
        following = row.first(post)
        if following is None or post.asleep:  # at this very instant it wakes, and has places free for longer
            post.free.append(now)
        elif post.hours.is_open(now):
            row.remove(following)
            self._grant(following, post, now)
        else:
            post.free.append(now)
            self._doze(post)

    def _lay_aside(self, visit: Visit) -> None:
        """A visit that waits is not wanted any more."""
        assert visit.row is not None
        visit.row.remove(visit)
        del self._visits[visit.token]
        self.gone += 1

    def _forget(self, token: Token) -> None:
        """A token that comes again has left the queue; ValueError where it is in hand."""
        visit = self._visits[token]
        if visit.row is None:
            raise ValueError(f"{token!r} asks for work while work on it is in hand")
        self._lay_aside(visit)

    # -- off duty ------------------------------------------------------------------------------------------

    def _doze(self, post: Post) -> None:
        """Something waits that the post could do; it is off duty and wakes when it opens."""
        if post.asleep:
            return
        post.asleep = True
        at = post.hours.opening(self._world.now)
        sleepers = self._wakes.setdefault(at, [])
        if not sleepers and at < inf:
            self._world.at(at, (self._wake,), Hop(at))
        sleepers.append(post)

    def _wake(self, hop: Hop) -> None:
        self._rouse(hop.subject)

    def _rouse(self, now: float) -> None:
        """Those whose office opens now choose, if they have not yet."""
        for post in sorted(self._wakes.pop(now, ()), key=picks):
            post.asleep = False
            self._serve(post)

    def _serve(self, post: Post) -> None:
        """The post, which is on duty, takes as much as it has places for."""
        while post.free:
            visit = post.row.first(post)
            if visit is None:
                return
            post.row.remove(visit)
            self._grant(visit, post, max(visit.ready, post.free.popleft()))

    def starved(self, until: float) -> list[Token]:
        """What waits for a skill that nobody has, or since a week for people who are away up to `until`."""
        return [visit.token for visit in self._waiting() if not _comes(visit, until)]

    def able(self, token: Token) -> bool:
        """Whether anybody of the pool has the skill for what waits, there or away."""
        return bool(_able(self._visits[token]))

    # -- the pool changes ----------------------------------------------------------------------------------

    def stop(self) -> Handed:
        """Work no more; another goes on with it."""
        self._rouse(self._world.now)
        waiting, hand = self._waiting(), self.in_hand
        gone = self.gone + self.waiting - len(waiting)
        for post in self.posts:
            post.free.clear()
            post.row.length = 0
        self._visits.clear()
        return Handed(self.asked, gone, self.waited, self.worked, hand, waiting)

    def start(self, handed: Handed) -> None:
        """Go on with what another has left."""
        self.asked, self.gone, self.waited, self.worked = handed[:4]
        for visit in handed.hand:
            self._visits[visit.token] = visit
            visit.token.callbacks = self._overs
        for visit in handed.waiting:
            self._visits[visit.token] = visit
            (self._row or self._join(visit.token)).put(visit)
        now = self._world.now
        for post in sorted(self.posts, key=picks):
            if post.hours.is_open(now):
                self._serve(post)
            elif post.free and post.row.first(post) is not None:
                self._doze(post)


def _able(visit: Visit) -> list[Post]:
    assert visit.row is not None
    return [post for post in visit.row.posts if post.places and post.wish(visit.token) is not None]


def _comes(visit: Visit, until: float) -> bool:
    """Whether somebody who can do it is there between the asking and `until`."""
    able = _able(visit)
    if until - visit.asked < WEEK:
        return bool(able)
    return any(post.hours.worked(until) > post.hours.worked(visit.asked) for post in able)
