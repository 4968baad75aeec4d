"""What is told of a run: facts as structs, as JSON lines, or not at all; and one row a dossier.

The order of facts is that of `dossier.event.order`, ten simulated minutes at a time.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from math import floor, inf
from typing import Any, NamedTuple

from dossier.event import Fact, StepFinished, encode
from simulator.engine.dossier import Dossier
from simulator.engine.world import World

Row = tuple[Any, ...]
"""Instant, office, dossier, seq: the order of facts; and the fact, or what makes its line."""


class Case(NamedTuple):
    """One dossier in one row: instants are Unix seconds, durations seconds."""

    dossier_id: str
    office: str
    successor: str | None
    level: str
    procedure: str
    field: str
    agency: str
    channel: str
    online: bool
    submitted_at: int | None
    accepted_at: int | None
    first_due_at: int | None
    due_at: int | None
    limit: str
    finished_at: int | None
    outcome: str
    """resolved, refused, stopped, withdrawn, not_accepted, or open."""
    returned_at: int | None
    letter_at: int | None
    supplements: int
    visits: int
    """Times that the citizen came to the counter."""
    waited: float
    """In queues, clock time."""
    worked: float
    """In the hands of officials, working time."""
    rating: int | None
    late: bool | None
    """It broke its promise; none without a due date, or while it may yet be in time."""


class Telling:
    """What is told of many dossiers in the same words: a kind of fact and all of it that is constant.

    `instant` names the field with the one instant that differs: `due_at` or `started_at`.
    The mark `ID` within a word stands for the dossier's id.
    """

    __slots__ = ("facts", "instant", "kind", "numbered", "office", "plain", "timed")

    def __init__(self, kind: type[Fact], office: str, successor: str | None = None, **facts: Any) -> None:
        self.kind, self.office = kind, office
        self.facts: dict[str, Any] = {"office": office, **facts}
        if successor is not None:
            self.facts["successor"] = successor
        self.numbered = bool(facts.get("result_number"))
        self.instant = "started_at" if kind is StepFinished else "due_at"
        self.plain: Template | None = None
        self.timed: Template | None = None
        """As JSON, without and with the instant; made when first told."""

    def fact(self, scenario: str, dossier: Dossier, at: datetime, instant: datetime | None) -> Fact:
        """It, told of a dossier."""
        facts = self.facts
        if instant is not None:
            facts = {**facts, self.instant: instant}
        elif self.numbered:
            facts = {**facts, "result_number": facts["result_number"].replace(ID, dossier.id)}
        return self.kind(scenario=scenario, dossier_id=dossier.id, seq=dossier.seq, at=at, **facts)


class Ledger:
    """Tells nothing, and counts; the base of those that tell.

    While the offices warm up, a dossier keeps its own facts; those of dossiers still open at the run's
    start are carried over with their whole history (form II.06a's "carried over"), the others are dropped.
    """

    tells = False
    keeps = True
    """Whether it wants to know of new dossiers."""

    def __init__(self, world: World, scenario: str, origin: int, zone: timezone) -> None:
        self._world, self._scenario, self._origin, self._zone = world, scenario, origin, zone
        self._rows: list[Row] = []
        self._held: dict[Dossier, None] | None = {}
        self.told = 0
        """Facts since the run's start, and those carried over; here, of the dossiers that are counted."""

    def open(self, dossier: Dossier) -> None:
        """Give a new dossier the page that its facts go to."""
        if self._held is None:
            dossier.page = self._rows
        else:
            dossier.page = []
            self._held[dossier] = None

    def close(self, dossier: Dossier) -> bool:
        """The dossier has ended; false if that was in the warm-up: nobody will hear of it."""
        dossier.ended = True
        if self._held is None:
            return True
        self._held.pop(dossier, None)
        return False

    def hide(self, dossier: Dossier) -> None:
        """Nothing is told of the dossier from now on."""
        dossier.aside, dossier.page = (dossier.page if self.tells else [], dossier.seq), []

    def show(self, dossier: Dossier) -> None:
        """It is told of again; what happened meanwhile never is."""
        assert dossier.aside is not None
        dossier.page, dossier.seq = dossier.aside
        dossier.aside = None

    def start(self) -> None:
        """The warm-up is over: publish what is carried over, and everything from now on."""
        for dossier in self._held or ():
            self._carry(dossier)
        self._held = None
        self.keeps = self.tells

    def _carry(self, dossier: Dossier) -> None:
        """Publish what has been told so far of a dossier that is open at the run's start."""
        if dossier.aside is None:
            self._rows += dossier.page
            dossier.page = self._rows
        else:
            page, count = dossier.aside
            self._rows += page
            dossier.aside = self._rows, count

    @property
    def started(self) -> bool:
        """Whether the run itself has begun."""
        return self._held is None

    def clock(self, at: float) -> datetime:
        """The local time of an engine instant, to the second."""
        return datetime.fromtimestamp(self._origin + floor(at), self._zone)

    def tell(
        self,
        dossier: Dossier,
        telling: Telling,  # noqa: ARG002
        instant: float | None = None,  # noqa: ARG002
        at: float | None = None,  # noqa: ARG002
    ) -> None:
        """This happened to the dossier, now or at an earlier instant; to the second."""
        dossier.seq += 1

    def take(self) -> list[Any]:
        """The facts since the last time, in order."""
        rows = self._rows
        if not rows:
            return []
        rows.sort()
        facts = [row[4] for row in rows]
        self.told += len(facts)
        rows.clear()
        return facts


class Facts(Ledger):
    """Tells facts as structs."""

    tells = True
    _second = -1

    def tell(
        self, dossier: Dossier, telling: Telling, instant: float | None = None, at: float | None = None
    ) -> None:
        """This happened to the dossier, now or at an earlier instant; to the second."""
        second = floor(self._world.now if at is None else at)
        if second != self._second:  # several facts fall in one second
            self._second, self._local = second, self.clock(second)
        dossier.seq = seq = dossier.seq + 1
        moment = None if instant is None else self.clock(instant)
        fact = telling.fact(self._scenario, dossier, self._local, moment)
        dossier.page.append((second, fact.office, dossier.id, seq, fact))


MOST_DAYS = 2000
ID = "@id@"
_AT = datetime(1999, 1, 1, tzinfo=UTC)
_INSTANT = datetime(1998, 1, 1, tzinfo=UTC)
_AFTER_ID = '","seq":1,"at":"1999-01-01T00:00:00Z'


class Template(NamedTuple):
    """A line in its constant parts: HEAD id ","seq":n,"at":"AT TAIL, and TAIL what-differs REST if something
    does."""

    head: str
    tail: str
    numbered: bool
    """What differs is the id once more, in the result's number; else the instant."""
    rest: str


class Lines(Ledger):
    """Tells facts as JSON lines, byte for byte what `encode` makes of the structs, at a third of the cost.

    A telling is encoded once, by `encode` itself, with marks where the dossier, its count and its instants
    go.
    What is told is noted as it happens, and written when it is taken.
    """

    tells = True

    def __init__(self, world: World, scenario: str, origin: int, zone: timezone) -> None:
        super().__init__(world, scenario, origin, zone)
        shift = zone.utcoffset(None)
        assert shift is not None
        self._shift = origin + floor(shift.total_seconds())
        hours, minutes = divmod(floor(shift.total_seconds()) // 60, 60)
        seconds = [f"{second:02d}{hours:+03d}:{minutes:02d}" for second in range(60)]
        every = [f"T{minute // 60:02d}:{minute % 60:02d}:" for minute in range(1440)]
        self._clock = [minute + second for minute in every for second in seconds]
        self._days, self._numbers = _Days(), _Numbers()

    def tell(
        self, dossier: Dossier, telling: Telling, instant: float | None = None, at: float | None = None
    ) -> None:
        """This happened to the dossier, now or at an earlier instant; to the second."""
        dossier.seq = seq = dossier.seq + 1
        second = int(self._world.now) if at is None else floor(at)
        dossier.page.append((second, telling.office, dossier.id, seq, telling, instant))

    def take(self) -> list[Any]:
        """The lines since the last time, in order, as one piece of bytes."""
        if not self._rows:
            return []
        pieces: list[str] = []
        self._write(pieces.extend)
        return ["".join(pieces).encode()]

    def _write(self, write: Callable[[tuple[str, ...]], object]) -> None:
        """The pieces of all rows, line by line and in order; the rows are cleared."""
        rows = self._rows
        rows.sort()
        self.told += len(rows)
        shift, days, clock, numbers = self._shift, self._days, self._clock, self._numbers
        midnight, day = -inf, ""
        for second, _, name, seq, telling, instant in rows:
            since = second - midnight
            if since >= 86400:  # rows rise
                number, since = divmod(second + shift, 86400)
                midnight, day = second - since, days[number]
            if instant is not None:
                head, tail, _, rest = telling.timed or self._timed(telling)
                then = floor(instant) - midnight
                if 0 <= then < 86400:
                    write((head, name, numbers[seq], day, clock[since], tail, day, clock[then], rest))
                else:
                    number, then = divmod(then + midnight + shift, 86400)
                    write(
                        (head, name, numbers[seq], day, clock[since], tail, days[number], clock[then], rest)
                    )
                continue
            head, tail, numbered, rest = telling.plain or self._plain(telling)
            if numbered:
                write((head, name, numbers[seq], day, clock[since], tail, name, rest))
            else:
                write((head, name, numbers[seq], day, clock[since], tail))
        rows.clear()

    def _plain(self, telling: Telling) -> Template:
        telling.plain = template = _template(telling, self._scenario, None)
        return template

    def _timed(self, telling: Telling) -> Template:
        telling.timed = template = _template(telling, self._scenario, _INSTANT)
        return template


class Keyed(Lines):
    """Tells each line with its place in the order of facts, for whoever puts several runs together."""

    def take(self) -> list[Row]:
        """Instant, office, dossier, seq, and the line."""
        keys = sorted(row[:4] for row in self._rows)
        lines: list[str] = []
        self._write(lambda pieces: lines.append("".join(pieces)))
        return [(*key, line) for key, line in zip(keys, lines, strict=True)]


class _Days(dict[int, str]):
    """Days since 1970 to their dates; a run of decades does not fill the memory with them."""

    def __missing__(self, days: int) -> str:
        if len(self) > MOST_DAYS:
            self.clear()
        found = self[days] = (date(1970, 1, 1) + timedelta(days=days)).isoformat()
        return found


class _Numbers(dict[int, str]):
    """Each seq, and what stands between it and the instant."""

    def __missing__(self, seq: int) -> str:
        found = self[seq] = f'","seq":{seq},"at":"'
        return found


def _template(telling: Telling, scenario: str, instant: datetime | None) -> Template:
    model = Dossier()
    model.id, model.seq = ID, 1
    line = encode(telling.fact(scenario, model, _AT, instant)).decode() + "\n"
    head, _, tail = line.partition(ID)
    assert tail.startswith(_AFTER_ID)
    tail = tail.removeprefix(_AFTER_ID)
    mark = ID if instant is None else "1998-01-01T00:00:00Z"
    tail, found, rest = tail.partition(mark)
    return Template(head, tail, instant is None and bool(found), rest)
