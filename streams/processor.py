"""The partition processor: messages in, dead letters out, the state of every dossier kept on the way.

Pure and synchronous: no I/O, no clock of its own.
A driver reads the partition, calls `apply` for each message, writes what `flush` gives to a durable place,
and only then acknowledges the messages.

Exact although delivery is at least once: every state carries the last offset it has seen, and skips what is
at or below it; repeats by the producer have new offsets, and are known by (scenario, dossier, seq).
"""

from collections import Counter
from datetime import datetime
from heapq import heappop, heappush

from dossier.event import Begun, Event, Fact, Message, Rejected, Steered, Tick, decode
from dossier.law.calendar import HOUR, Book
from dossier.life.alerts import Alert, Moment
from dossier.life.lifecycle import fold
from dossier.life.state import Dossier, note
from streams.alerts import sudden, tell
from streams.clock import YEAR, moved, settled
from streams.partition import Partition, event_of
from streams.records import STEERED_MAX, DeadLetter, Entry, Held
from streams.world import World

LATENESS = 2 * HOUR
"""How long, in stream time, an event waits for its predecessor."""
HELD_MAX = 100_000
"""So many events wait in one partition at most; beyond, the one that waits longest stops waiting."""
HELD_OF_ONE = 64
"""So many events of one dossier wait at most; beyond, all of them stop waiting."""
EVENT_BYTES = 16 * 1024
"""A longer message is no event: ours have some hundred bytes. It bounds what a state holds, too."""


class PartitionProcessor(Partition):
    """One partition that messages change."""

    def __init__(
        self, book: Book, lateness: float = LATENESS, *, watch: bool = False, keep: float | None = None
    ) -> None:
        """`watch`: find alerts too; the driver takes them with `alerts`. `keep`: see `Partition`."""
        super().__init__(book, watch=watch, keep=keep)
        self.lateness = lateness
        self.folded = 0
        """Messages taken since this processor was made; `progress.events` since the topic's beginning."""
        self._walls: dict[str, float] = {}
        self._letters: list[DeadLetter] = []
        self._alerts: list[Alert] = []

    def apply(self, offset: int, raw: bytes | None) -> list[DeadLetter]:
        """Take the message at `offset`; gives the dead letters that it, or the time it brought, caused."""
        if offset <= self.progress.offset:
            return []
        self.progress.offset = offset
        self.progress.events += 1
        self.folded += 1
        try:
            self._take(offset, raw or b"")
        except Exception as error:  # noqa: BLE001 (a message that breaks the fold must not stop the partition)
            detail = f"{type(error).__name__}: {error}"
            self._bury(self.progress.dead, DeadLetter(offset, "fold_failed", detail, raw or b""))
        letters, self._letters = self._letters, []
        return letters

    def _take(self, offset: int, raw: bytes) -> None:
        if len(raw) > EVENT_BYTES:
            message: Message | Rejected = Rejected(
                "too_large", f"{len(raw)} bytes are more than {EVENT_BYTES}"
            )
        else:
            message = decode(raw)
        if isinstance(message, Rejected):
            self._bury(self.progress.dead, DeadLetter(offset, message.reason, message.detail, raw))
            return
        self._advance(message.scenario, message.at.timestamp(), isinstance(message, Tick))
        if isinstance(message, Event):
            self._place(offset, message, raw)
        elif isinstance(message, Begun):
            begun = message.at.timestamp()
            self.progress.begun[message.scenario] = self.world(message.scenario).begun = begun
        elif isinstance(message, Steered):
            self._steer(message)
        self._expire(message.scenario)  # after the event: it may be what was waited for
        self._look(self.worlds[message.scenario])

    def advance(self, scenario: str, at: float) -> list[DeadLetter]:
        """Move a scenario's clock without a message (the wall clock's way); gives the dead letters of it.

        From then on no message moves it further ahead than a day.
        """
        self._walls[scenario] = at
        self._advance(scenario, at, tick=True)
        self._expire(scenario)
        self._look(self.worlds[scenario])
        letters, self._letters = self._letters, []
        return letters

    def alerts(self) -> list[Alert]:
        """The alerts found since the last time; to be made durable together with what `flush` gives then."""
        found, self._alerts = self._alerts, []
        return found

    def release(self) -> list[DeadLetter]:
        """Stop all waiting: nothing more will come (the end of a file)."""
        for queue in self._waiting.values():
            while queue:
                until, name = heappop(queue)
                self._release(name, until)
        for scenario in list(self.progress.doubts):
            now = settled(self.progress, scenario)
            if now is not None:
                self._set(scenario, self.world(scenario), now)
        letters, self._letters = self._letters, []
        return letters

    def _steer(self, message: Steered) -> None:
        """Remember a lever that took effect; one that is told again changes nothing."""
        pulled = message.at.timestamp(), message.lever
        known = self.progress.steered.setdefault(message.scenario, [])
        if pulled not in known:
            known.append(pulled)
            del known[:-STEERED_MAX]
        self.world(message.scenario).steered = known

    def _place(self, offset: int, event: Fact, raw: bytes) -> None:
        """Fold the event if it is the dossier's next; else it waits, repeats or is late."""
        name = _name(event)
        entry = self.entries.get(name)
        if (entry is None or entry.dossier is None) and self._too_old(event):
            detail = "from a time whose dossiers were put away: it may have been one of them"
            self._bury(self.progress.dead, DeadLetter(offset, "late", detail, raw))
            return
        if entry is None:
            entry = self.entries[name] = Entry()
            self._gone.discard(name)
        if offset <= entry.offset:
            # Stored ahead of the partition's own record: only now the clock comes where the state is.
            if entry.dossier is not None:
                self.world(event.scenario).update(name, entry.dossier)
            return
        entry.offset = offset
        self._dirty.add(name)
        expected = 1 if entry.dossier is None else entry.dossier.seq + 1
        if event.seq == expected:
            self._fold(name, entry, event)
            if entry.held:
                self._drain(name, entry)
        elif event.seq in entry.missing and event.replayed:
            entry.missing.remove(event.seq)
            self._fold(name, entry, event)
        elif event.seq in entry.missing:
            self._bury(entry.dead, DeadLetter(offset, "late", f"seq {event.seq} was waited for in vain", raw))
        elif event.seq < expected or event.seq in entry.held:
            entry.duplicates += 1
            self.duplicates += 1
        else:
            until = self.world(event.scenario).clock + self.lateness
            entry.held[event.seq] = Held(offset, until, raw)
            self._wait(event.scenario, until, name)
            if len(entry.held) > HELD_OF_ONE:
                self._release(name, until)

    def _too_old(self, event: Fact) -> bool:
        """Whether its dossier, which nobody knows, may have been put away."""
        horizon = self.worlds[event.scenario].archive.horizon
        return bool(horizon) and event.at.timestamp() < horizon and not event.replayed

    def _fold(self, name: str, entry: Entry, event: Fact) -> None:
        world = self.world(event.scenario)
        dossier = entry.dossier
        if dossier is None:
            dossier = Dossier(scenario=event.scenario, dossier_id=event.dossier_id, office=event.office)
            entry.dossier = world.dossiers[name] = dossier
        old = dict(dossier.anomalies) if dossier.anomalies else {}
        changed = fold(dossier, event, self.book.of(event.office))
        if dossier.anomalies:
            world.anomalies.update(Counter(dossier.anomalies) - Counter(old))
            if world.watch is not None:
                for moment in sudden(dossier, old, event.at.timestamp()):
                    self._tell(world, name, moment)
        if changed:
            world.update(name, dossier)
        elif world.watch is not None:
            world.watch.see(name, dossier, world.clock)

    def _drain(self, name: str, entry: Entry) -> None:
        """Fold what waited for the event just folded."""
        while entry.dossier is not None and (held := entry.held.pop(entry.dossier.seq + 1, None)):
            self.held -= 1
            self._fold(name, entry, event_of(held))

    def _wait(self, scenario: str, until: float, name: str) -> None:
        queue = self._waiting.setdefault(scenario, [])
        heappush(queue, (until, name))
        self.held += 1
        if self.held > HELD_MAX:
            longest = min((q for q in self._waiting.values() if q), key=lambda q: q[0])
            self._release(longest[0][1], heappop(longest)[0])

    def _advance(self, scenario: str, at: float, tick: bool) -> None:
        """Move the scenario's clock, if on and believed: due dates pass."""
        world = self.world(scenario)
        now = moved(self.progress, scenario, at, tick=tick, wall=self._walls.get(scenario))
        if now is not None:
            self._set(scenario, world, now)

    def _set(self, scenario: str, world: World, at: float) -> None:
        leapt = at - world.clock > YEAR
        self.progress.clocks[scenario] = at
        world.advance(at)
        self._look(world)
        if self._keep is not None and not leapt:  # it may be a mistake: only when time goes on from there
            self._put_away(scenario, world, at - self._keep)

    def _look(self, world: World) -> None:
        """Find the alerts whose moment has passed."""
        if world.watch is not None:
            for name, moment in world.watch.passed(world.clock, self.entries):
                self._tell(world, name, moment)

    def _tell(self, world: World, name: str, moment: Moment) -> None:
        entry = self.entries[name]
        if world.watch is None or entry.dossier is None or not tell(entry, moment):
            return
        self._dirty.add(name)
        self.progress.alerts[moment[1]] = self.progress.alerts.get(moment[1], 0) + 1
        now = datetime.fromtimestamp(world.clock, self.book.zone)
        self._alerts.append(world.watch.found(entry.dossier, moment, now))

    def _expire(self, scenario: str) -> None:
        """End the waiting of what has waited long enough by the scenario's clock."""
        queue = self._waiting.get(scenario)
        while queue and queue[0][0] < self.worlds[scenario].clock:
            until, name = heappop(queue)
            self._release(name, until)

    def _release(self, name: str, until: float) -> None:
        """End the waiting of a dossier's events whose time is up: a gap, or a dossier nobody knows."""
        entry = self.entries.get(name)
        if entry is None:
            return
        over = [seq for seq, held in entry.held.items() if held.until <= until]
        if not over:
            return
        self._dirty.add(name)
        if entry.dossier is None:
            for seq in sorted(over):
                held = entry.held.pop(seq)
                self.held -= 1
                detail = f"seq {seq} of a dossier whose seq 1 did not come"
                self._bury(entry.dead, DeadLetter(held.offset, "unknown_dossier", detail, held.raw))
            return
        for seq in sorted(over):
            if seq not in entry.held:
                continue
            entry.missing.extend(range(entry.dossier.seq + 1, seq))
            note(entry.dossier, "gap")
            self.world(entry.dossier.scenario).anomalies["gap"] += 1
            self.held -= 1
            self._fold(name, entry, event_of(entry.held.pop(seq)))
            self._drain(name, entry)

    def _bury(self, counts: dict[str, int], letter: DeadLetter) -> None:
        counts[letter.reason] = counts.get(letter.reason, 0) + 1
        self.dead[letter.reason] += 1
        self._letters.append(letter)


def _name(event: Fact) -> str:
    """A dossier's key: two offices may use the same number; the lengths part what the words may hold."""
    scenario, office = event.scenario, event.office
    return f"{len(scenario)}.{len(office)}/{scenario}/{office}/{event.dossier_id}"
