"""Outlets: where one run goes, in one pass: files of all formats, standard output, a topic."""

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from dossier.event import Message, Tick, encode
from motcua.feed import Topic
from motcua.files import BadInput, Line
from simulator.engine.ledger import Case
from simulator.sinks.formats import chosen
from simulator.sinks.lines import Lines
from simulator.sinks.parquet import CaseParquet
from simulator.sinks.plot import ENDINGS, Picture
from simulator.sinks.sink import BATCH, FileSink, Sink, Sinks
from simulator.sinks.tables import CaseTable

STANDARD = "-"
TABLES: dict[str, type[FileSink]] = {".csv": CaseTable, ".csv.gz": CaseTable, ".parquet": CaseParquet}
"""The end of a file's name, to a table with a row a dossier."""


class Standard(Sink):
    """Standard output, as JSON lines; what is written there cannot be taken back."""

    left = ()

    def write(self, events: Sequence[Message]) -> None:
        """Write these events."""
        sys.stdout.buffer.write(b"".join([encode(event) + b"\n" for event in events]))

    def lines(self, batch: Iterable[bytes]) -> None:
        """Write events that are JSON lines already."""
        sys.stdout.buffer.writelines(batch)

    def finish(self) -> None:
        """Have it where it goes."""
        sys.stdout.buffer.flush()

    def place(self) -> None:
        """It is there."""

    def drop(self) -> None:
        """It stays there."""


class Places:
    """What the files of a run are by their names; SinkError or BadInput where a name will not do."""

    def __init__(
        self,
        outs: Sequence[str],
        cases: Path | None,
        plot: Path | None,
        store: Path | None = None,
        draws: Path | None = None,
    ) -> None:
        self._kinds = [(out, None if out == STANDARD else chosen(out)) for out in outs]
        self._cases, self._plot = cases, plot
        self._table = None if cases is None else _table(cases)
        if plot is not None and not plot.name.endswith(ENDINGS):
            raise BadInput(f"--plot {plot}: a picture is one of NAME{', NAME'.join(ENDINGS)}")
        _differ([*outs, *(str(path) for path in (cases, plot, store) if path is not None)], draws)

    @property
    def cases(self) -> bool:
        """Whether any of them tells of dossiers, and not of events alone."""
        others = [kind for _, kind in self._kinds if kind not in {None, Lines}]
        return bool(others) or self._cases is not None or self._plot is not None

    def open(self, start: date, until: date, lang: str, title: str) -> list[Sink]:
        """The sinks; SinkError if one cannot be written, and none is touched then."""
        sinks: list[Sink] = []
        try:
            for out, kind in self._kinds:
                sinks.append(Standard() if kind is None else kind(out))
            if self._cases is not None and self._table is not None:
                sinks.append(self._table(self._cases))
            if self._plot is not None:
                sinks.append(Picture(self._plot, start, until, lang, title))
        except BaseException:
            Sinks(sinks).drop()
            raise
        return sinks


class Outlets:
    """The sinks of a run and its topic; as a context the files are whole at its end, or not there."""

    def __init__(self, sinks: Sequence[Sink], topic: Topic | None, ended: list[Case]) -> None:
        self.topic = topic
        self._sinks, self._ended = Sinks(sinks), ended
        self._lines = [sink for sink in sinks if isinstance(sink, Lines | Standard)]
        self._live = [sink for sink in sinks if isinstance(sink, Standard)]
        told = [sink for sink in sinks if not isinstance(sink, CaseTable | CaseParquet | Picture)]
        self.told = bool(told) or topic is not None
        """Whether anything of it takes events."""
        self.fast = topic is None and len(told) == len(self._lines)
        """Whether all that takes events takes JSON lines."""
        self._held: list[Message] = []

    @property
    def left(self) -> tuple[Path, ...]:
        """Parts that interrupted runs left beside the files."""
        return self._sinks.left

    def put(self, line: Line) -> None:
        """Tell a message; ticks go to the topic alone."""
        if self.topic is not None:
            self.topic.put(line.event, line.value)
        if line.event is not None and not isinstance(line.event, Tick):
            self._held.append(line.event)
            if len(self._held) >= BATCH:
                self.settle()

    def lines(self, batch: bytes) -> None:
        """Tell events that are JSON lines already."""
        for sink in self._lines:
            sink.lines([batch])

    def settle(self) -> None:
        """Write what is held, and the dossiers that have ended."""
        if self._held:
            self._sinks.write(self._held)
            self._held = []
        if self._ended:
            self._sinks.cases(list(self._ended))
            self._ended.clear()

    def flush(self) -> None:
        """The same, and have it where others see it."""
        self.settle()
        for sink in self._live:
            sink.finish()
        if self.topic is not None:
            self.topic.flush()

    def __enter__(self) -> "Outlets":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.flush()
                self._sinks.finish()
                self._sinks.place()
                return
        except BaseException:
            self._sinks.drop()
            raise
        self._sinks.drop()


def _table(path: Path) -> type[FileSink]:
    for ending, kind in TABLES.items():
        if path.name.endswith(ending):
            return kind
    raise BadInput(f"--cases {path}: a table of dossiers is one of NAME{', NAME'.join(TABLES)}")


def _differ(names: Sequence[str], draws: Path | None) -> None:
    """BadInput where one file is named twice, or is the one that the draws come from."""
    places = [name if name == STANDARD else str(Path(name).resolve()) for name in names]
    for name, place in zip(names, places, strict=True):
        if places.count(place) > 1:
            raise BadInput(f"{name} is named twice: an output each needs a file of its own")
        if draws is not None and place == str(draws.resolve()):
            raise BadInput(f"{name} is the file of --draws: an output needs a file of its own")
