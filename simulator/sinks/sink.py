"""What every sink can do, and several as one."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from dossier.event import Message
from simulator.engine.ledger import Case
from simulator.sinks.whole import Whole

BATCH = 1024
"""Messages told at a time."""


class SinkError(RuntimeError):
    """An output that cannot be written, and what to do about it; one sentence."""


class Sink(ABC):
    """One output of a run: it is told all, batch by batch, in order.

    As a context it is closed at the end, and dropped by an exception.
    """

    def write(self, events: Sequence[Message]) -> None:  # noqa: B027 - a table of dossiers has no events
        """Take these facts and control events."""

    def cases(self, cases: Sequence[Case]) -> None:  # noqa: B027 - a list of events has no dossiers
        """Take these dossiers, whose stories are over (or, at the end of the run, still open)."""

    @abstractmethod
    def finish(self) -> None:
        """All is told: have it whole on the disk, not yet at its name."""

    @abstractmethod
    def place(self) -> None:
        """Put what is finished at its name."""

    @abstractmethod
    def drop(self) -> None:
        """Leave nothing behind."""

    @property
    @abstractmethod
    def left(self) -> tuple[Path, ...]:
        """Parts that earlier, interrupted runs left beside this output: to be told, and deleted by hand."""

    def close(self) -> None:
        """Finish and place; drop it if that fails."""
        try:
            self.finish()
            self.place()
        except BaseException:
            self.drop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.drop()


class FileSink(Sink):
    """A sink that is one file. SinkError, with the path, if it cannot be written."""

    troubles: ClassVar[tuple[type[Exception], ...]] = (OSError,)
    direct = True
    """Whether a pipe or a device will do."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        with self._told():
            self.file = Whole(self.path)
        if self.file.direct and not self.direct:
            raise SinkError(f"{path} cannot be written: this format needs a file, not a device or a pipe")
        try:
            with self._told():
                self._begin()
        except BaseException:
            self.drop()
            raise

    def write(self, events: Sequence[Message]) -> None:
        with self._told():
            self._write(events)

    def cases(self, cases: Sequence[Case]) -> None:
        with self._told():
            self._cases(cases)

    def finish(self) -> None:
        with self._told():
            self._end()
            self.file.seal()

    def place(self) -> None:
        with self._told():
            self.file.place()

    def drop(self) -> None:
        self.file.drop()

    @property
    def left(self) -> tuple[Path, ...]:
        return self.file.left

    @abstractmethod
    def _begin(self) -> None:
        """Open the file, and write what stands before the first event."""

    def _write(self, events: Sequence[Message]) -> None:
        """Take events; a format without them leaves this."""

    def _cases(self, cases: Sequence[Case]) -> None:
        """Take dossiers; a format without them leaves this."""

    def _end(self) -> None:
        """Write what stands after the last event."""

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            raise  # the reader has gone away, as `head` does: no trouble of ours
        except self.troubles as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise SinkError(f"{self.path} cannot be written: {why}") from error


class Sinks(Sink):
    """Several sinks of one pass; none is put at its name before all are finished."""

    def __init__(self, sinks: Sequence[Sink]) -> None:
        self._sinks = tuple(sinks)

    def write(self, events: Sequence[Message]) -> None:
        for sink in self._sinks:
            sink.write(events)

    def cases(self, cases: Sequence[Case]) -> None:
        for sink in self._sinks:
            sink.cases(cases)

    def finish(self) -> None:
        for sink in self._sinks:
            sink.finish()

    def place(self) -> None:
        for sink in self._sinks:
            sink.place()

    def drop(self) -> None:
        with ExitStack() as stack:  # each of them, whatever becomes of another
            for sink in self._sinks:
                stack.callback(sink.drop)

    @property
    def left(self) -> tuple[Path, ...]:
        return tuple(part for sink in self._sinks for part in sink.left)


def pour(events: Iterable[Message], sink: Sink, ended: list[Case] | None = None, size: int = BATCH) -> int:
    """Tell a sink all of a run, `size` messages at a time; how many.

    `ended` is what the run adds its dossiers to as their stories end; it is emptied as it is told:

        ended = []
        with opened(["run.xes", "run.parquet"]) as sink:
            pour(Simulation(scenario, seed, cases=ended.append).facts(), sink, ended)
    """
    count, stream, ended = 0, iter(events), [] if ended is None else ended
    while batch := list(islice(stream, size)):
        sink.write(batch)
        count += len(batch)
        _tell(sink, ended)
    _tell(sink, ended)
    return count


def _tell(sink: Sink, ended: list[Case]) -> None:
    if ended:
        sink.cases(tuple(ended))
        ended.clear()
