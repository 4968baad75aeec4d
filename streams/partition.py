"""A partition's truth, and the views of it: what is stored, taken back, followed and put away.

`streams.processor` says how messages change it.
"""

from collections import Counter
from collections.abc import Iterator
from heapq import heappush

import msgspec

from dossier.event import Event, Fact, decode
from dossier.law.calendar import Book
from streams import archive
from streams.alerts import Watch
from streams.records import Entry, Held, Progress
from streams.world import World

PROGRESS = b"#progress"
"""The key of the partition's own record among the states."""

_encode = msgspec.msgpack.Encoder().encode
_decode_entry = msgspec.msgpack.Decoder(Entry).decode
_decode_progress = msgspec.msgpack.Decoder(Progress).decode


class Partition:
    """The truth (`entries`, `progress`) and its views (`worlds`)."""

    def __init__(self, book: Book, *, watch: bool = False, keep: float | None = None) -> None:
        """`watch`: alerts are wanted, too.

        `keep`: so many seconds after the last fact of a dossier that is done its state goes; None: never.
        """
        self.book = book
        self._keep = keep
        self._watching = watch
        self.progress = Progress()
        self.entries: dict[str, Entry] = {}
        self.worlds: dict[str, World] = {}
        self.duplicates = 0
        self.held = 0
        self.dead: Counter[str] = Counter()
        self._waiting: dict[str, list[tuple[float, str]]] = {}
        self._dirty: set[str] = set()
        self._gone: set[str] = set()
        self._archived: set[str] = set()
        self._archives: dict[str, archive.Archive] = {}
        self._flushed = -1

    def world(self, scenario: str) -> World:
        """The scenario's figures in this partition, made when first asked for."""
        world = self.worlds.get(scenario)
        if world is None:
            watch = Watch(self.book) if self._watching else None
            world = World(self.book, watch, archiving=self._keep is not None)
            self.worlds[scenario] = world
        return world

    @property
    def changed(self) -> bool:
        """Whether anything has happened since the last flush that a restart would have to know."""
        return bool(self._dirty or self._gone) or self.progress.offset > self._flushed

    def flush(self) -> list[tuple[bytes, bytes | None]]:
        """Keys and values changed since the last flush, None where a state goes; the partition's own last."""
        records: list[tuple[bytes, bytes | None]] = [
            (name.encode(), _encode(self.entries[name])) for name in self._dirty
        ]
        records += [(name.encode(), None) for name in self._gone]
        records += [
            (archive.PREFIX + name.encode(), archive.encode(self.worlds[name].archive))
            for name in self._archived
        ]
        for told in (self._dirty, self._gone, self._archived):
            told.clear()
        self._flushed = self.progress.offset
        return [*records, (PROGRESS, _encode(self.progress))]

    def restore(self, key: bytes, value: bytes | None) -> None:
        """Take back one stored record; `rebuild` follows the last one.

        Of two the further one counts, not the later: a worker that woke up when it had been replaced may have
        written its old one last.
        """
        if key == PROGRESS:
            progress = _decode_progress(value or b"")
            if progress.offset >= self.progress.offset:
                self.progress = progress
                self._flushed = progress.offset
        elif key.startswith(archive.PREFIX):
            self._archives[_scenario(key)] = archive.decode(value or b"")
        elif value is None:
            self.entries.pop(key.decode(), None)
        else:
            name, entry = key.decode(), _decode_entry(value)
            known = self.entries.get(name)
            if known is None or entry.offset >= known.offset:
                self.entries[name] = entry

    def rebuild(self) -> None:
        """Make the views anew from the restored truth."""
        for _ in self.rebuilt():
            pass

    def rebuilt(self) -> Iterator[None]:
        """The same by and by, for who has something else to do meanwhile."""
        progress, self.progress = self.progress, Progress()
        self._keep_up(progress)
        for scenario, found in self._archives.items():
            self.world(scenario).unpack(found)
        self._archives.clear()
        for name, entry in self.entries.items():
            self._admit(name, entry, None)
            yield

    def follow(self, key: bytes, value: bytes | None) -> None:
        """Take over one record that another worker has stored; all views follow at once.

        Of what was stored at once the partition's own record comes last.
        """
        if key == PROGRESS:
            progress = _decode_progress(value or b"")
            if progress.offset >= self.progress.offset:
                self._keep_up(progress)
        elif key.startswith(archive.PREFIX):
            self.world(_scenario(key)).unpack(archive.decode(value or b""))
        else:
            name = key.decode()
            known = self.entries.get(name)
            entry = Entry() if value is None else _decode_entry(value)
            if value is not None and known is not None and entry.offset < known.offset:
                return
            self.entries[name] = entry
            self._admit(name, entry, known)
            if value is None:
                del self.entries[name]

    def _keep_up(self, progress: Progress) -> None:
        """Put the partition's own record in the place of the one known; the clocks come where it says."""
        for record, sign in ((self.progress, -1), (progress, 1)):
            self._tally(record.dead, record.duplicates, sign)
        self.progress = progress
        self._flushed = progress.offset
        for scenario, at in progress.clocks.items():
            world = self.world(scenario)
            world.begun = progress.begun.get(scenario, 0.0)
            world.steered = progress.steered.get(scenario, [])
            if at > world.clock:
                world.advance(at)

    def _admit(self, name: str, entry: Entry, known: Entry | None) -> None:
        """Have the views show an entry in the place of the one that they showed."""
        for one, sign in ((known, -1), (entry, 1)):
            if one is not None:
                self._tally(one.dead, one.duplicates, sign)
                self.held += sign * len(one.held)
                if one.dossier is not None:
                    self.world(one.dossier.scenario).note(one.dossier.anomalies, sign)
        for seq, held in entry.held.items():
            if known is None or seq not in known.held:
                heappush(self._waiting.setdefault(event_of(held).scenario, []), (held.until, name))
        if entry.dossier is not None:
            world = self.world(entry.dossier.scenario)
            world.dossiers[name] = entry.dossier
            world.update(name, entry.dossier)
        elif known is not None and known.dossier is not None:
            self.world(known.dossier.scenario).forget(name)

    def _tally(self, dead: dict[str, int], duplicates: int, sign: int) -> None:
        self.duplicates += sign * duplicates
        for reason, times in dead.items():
            self.dead[reason] += sign * times

    def _put_away(self, scenario: str, world: World, before: float) -> None:
        """Let go of the states of what was done with before an instant; the archive has their figures."""
        for name in world.done(before):
            entry = self.entries[name]
            if entry.held:
                continue  # what it waits for makes it known anew
            world.put_away(name, before)
            self.progress.duplicates += entry.duplicates
            for reason, times in entry.dead.items():
                self.progress.dead[reason] = self.progress.dead.get(reason, 0) + times
            del self.entries[name]
            self._dirty.discard(name)
            self._gone.add(name)
            self._archived.add(scenario)


def _scenario(key: bytes) -> str:
    return key.removeprefix(archive.PREFIX).decode()


def event_of(held: Held) -> Fact:
    event = decode(held.raw)
    assert isinstance(event, Event), "only events are held"
    return event
