"""What a pool is made of: visits, the posts at which they are worked on, and the rows in which they wait."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heappop, heappush, heapreplace
from math import inf
from typing import Any, NamedTuple

from simulator.engine.dossier import Token
from simulator.engine.hours import Hours
from simulator.engine.world import World
from simulator.scenario.model import Rule

Done = tuple[Callable[[Any], None]]
"""Whom the world calls with the token when its work is done."""
Rank = Callable[["Visit"], float]
"""The lowest comes first; ties go by the order of asking."""

ALIKE = ""
"""The name of posts that nobody tells apart."""
SLACK = 64
"""So many stale entries a heap may have beside one for each that waits."""


class Visit:
    """A token's stay in a pool: `seconds` of work asked for at `asked`, in hand from `began` to `end`."""

    __slots__ = ("asked", "began", "done", "end", "order", "post", "ready", "row", "seconds", "token")

    post: "Post"
    """Who has it in hand; set by the grant, as `began` and `end` are."""
    began: float
    end: float

    def __init__(self, token: Token, done: Done, seconds: float, asked: float, order: int) -> None:
        self.token, self.done, self.seconds, self.asked, self.order = token, done, seconds, asked, order
        self.ready = asked
        """The earliest instant of its grant: of its asking, or of the last change of the pool."""
        self.row: Row | None = None
        """Where it waits."""


class Post:
    """An official, or several posts that are alike, with places at which work is done side by side."""

    __slots__ = (
        "asleep",
        "busy",
        "free",
        "hours",
        "name",
        "order",
        "places",
        "row",
        "serve",
        "skills",
        "speed",
    )

    row: "Row"
    """The queue before it."""

    def __init__(
        self,
        name: str,
        hours: Hours,
        places: int,
        speed: float = 1.0,
        skills: Sequence[str] = (),
        order: int = 0,
    ) -> None:
        self.name, self.hours, self.places, self.speed, self.order = name, hours, places, speed, order
        self.serve = hours.server()
        self.skills = {skill: place for place, skill in enumerate(skills)}
        self.busy = 0
        self.free: deque[float] = deque()
        """Since when each free place has been free, the longest first."""
        self.asleep = False
        """Off duty, and to be woken at the next opening since something waits."""

    def wish(self, token: Token) -> float | None:
        """How dear the work is, 0 the dearest; infinite without skills, None where it cannot do it."""
        skills = self.skills
        if not skills:
            return inf
        return min((skills[word] for word in words(token) if word in skills), default=None)


def words(token: Token) -> set[str]:
    """What a skill may name: the token's step, procedure or field."""
    plan = token.dossier.plan
    return {token.node.name, plan.key, plan.procedure.field}


def picks(post: Post) -> tuple[bool, float, int]:
    """The order in which posts choose: who has skills, then the fastest, then as in the file."""
    return not post.skills, -post.speed, post.order


class Row:
    """Visits that wait for the same posts: a heap for each skill, and one of all for who has none.

    Heaps keep what is gone until it comes to the top. A rank that has risen since it was entered is seen
    there too, and entered anew; one that fell has to be told by `enter`. So the first of the heap is the
    first of a scan of all that wait.
    """

    def __init__(self, posts: Sequence[Post], rank: Rank, lay_aside: Callable[[Visit], None]) -> None:
        self.posts = sorted(posts, key=picks)
        self.length = 0
        self._rank, self._lay_aside = rank, lay_aside
        self._all: list[tuple[float, int, Visit]] | None = None
        if any(not post.skills for post in posts):
            self._all = []
        self._by_skill: dict[str, list[tuple[float, int, Visit]]] = {
            skill: [] for post in posts for skill in post.skills
        }
        for post in posts:
            post.row = self

    def put(self, visit: Visit) -> None:
        """The visit waits from now on."""
        visit.row = self
        self.length += 1
        self.enter(visit)

    def enter(self, visit: Visit) -> None:
        """Write down the visit with its rank of now."""
        entry = self._rank(visit), visit.order, visit
        for heap in self._heaps(visit):
            heappush(heap, entry)
            if len(heap) > 2 * self.length + SLACK:
                heap[:] = [
                    (self._rank(one), one.order, one) for one in {e[2] for e in heap} if one.row is self
                ]
                heapify(heap)

    def remove(self, visit: Visit) -> None:
        """The visit waits no more."""
        visit.row = None
        self.length -= 1

    def first(self, post: Post) -> Visit | None:
        """What this post would take: by its dearest skill of which something waits, then by rank."""
        for heap in self._heaps_of(post):
            visit = self._top(heap)
            if visit is not None:
                return visit
        return None

    def _heaps(self, visit: Visit) -> Iterable[list[tuple[float, int, Visit]]]:
        if self._all is not None:
            yield self._all
        if self._by_skill:
            yield from (self._by_skill[word] for word in words(visit.token) if word in self._by_skill)

    def _heaps_of(self, post: Post) -> Iterable[list[tuple[float, int, Visit]]]:
        if post.skills:
            return [self._by_skill[skill] for skill in post.skills]
        return [] if self._all is None else [self._all]

    def _top(self, heap: list[tuple[float, int, Visit]]) -> Visit | None:
        while heap:
            rank, order, visit = heap[0]
            if visit.row is not self:
                heappop(heap)
            elif visit.token.dossier.ended:
                heappop(heap)
                self._lay_aside(visit)
            elif (now := self._rank(visit)) > rank:
                heapreplace(heap, (now, order, visit))
            else:
                return visit
        return None


def ranking(rule: Rule, classes: Sequence[str]) -> Rank:
    """The rank of a visit under a rule of the queue."""
    if rule == "edd":
        return _due
    if rule == "shortest":
        return _seconds
    if rule == "fifo" or not classes:
        return _alike
    places = {word: float(place) for place, word in reversed(list(enumerate(classes)))}
    return lambda visit: min(places.get(word, inf) for word in _classes(visit.token))


def _alike(_: Visit) -> float:
    return 0.0


def _due(visit: Visit) -> float:
    due = visit.token.dossier.due
    return inf if due is None else due


def _seconds(visit: Visit) -> float:
    return visit.seconds


def _classes(token: Token) -> tuple[str, str, str]:
    dossier = token.dossier
    return dossier.plan.key, dossier.plan.procedure.field, dossier.channel


class Handed(NamedTuple):
    """What one discipline hands to the next when a pool changes."""

    asked: int
    gone: int
    waited: float
    worked: float
    hand: list[Visit]
    """What is in hand, with its post."""
    waiting: list[Visit]
    """What waits, in the order of asking."""


def cancel(world: World, tokens: set[Token]) -> None:
    """Take the tokens' next events off the world's heap."""
    if not tokens:
        return
    heap: list[Any] = world._queue
    heap[:] = [entry for entry in heap if entry[3] not in tokens]
    heapify(heap)
