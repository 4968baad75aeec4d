"""`motcua simulate`: one run of a scenario; events to a file, a stream, a broker or the embedded log."""

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from threading import Event

import click

from dossier.event import Begun, Message
from dossier.law.calendar import VIETNAM
from motcua.feed import TICK_HOURS, lines, paced, ticked
from motcua.files import BadInput
from motcua.progress import Bar
from motcua.show import number
from motcua.topics import opened
from simulator.model import Scenario
from simulator.run import run as simulated
from simulator.scenario import load
from simulator.sinks import write


class Tally:
    """Passes messages on and counts them by type."""

    def __init__(self) -> None:
        self.types: Counter[str] = Counter()

    def of(self, messages: Iterable[Message]) -> Iterator[Message]:
        """The same messages."""
        for message in messages:
            self.types[str(message.__struct_config__.tag)] += 1
            yield message


def run(
    *,
    scenario: str,
    seed: int,
    start: date | None,
    until: date | None,
    out: str | None,
    kafka: str | None,
    store: Path | None,
    speed: float | None,
) -> None:
    """Run the command; the summary goes where the events do not."""
    if out is None and kafka is None and store is None:
        raise BadInput("say where the events go: --out FILE, --out -, --kafka HOST:PORT or --store FILE")
    if out is not None and (kafka is not None or store is not None):
        raise BadInput("the events go to one place: --out, --kafka or --store")
    if out not in {None, "-"} and not str(out).endswith((".jsonl", ".jsonl.gz")) and not is_device(str(out)):
        raise BadInput(f"--out {out}: name a .jsonl or .jsonl.gz file, which motcua measure can read")
    world = load(scenario)
    check_days(start or world.start, until or world.until)
    tally = Tally()
    begun = time.monotonic()
    facts = tally.of(watched(world, seed, start, until))
    if out is not None:
        events = (line.event for line in paced(lines(facts), speed) if line.event is not None)
        try:
            write(events, sys.stdout.buffer if out == "-" else out)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise BadInput(f"{out} cannot be written: {error.strerror}") from error
    else:
        with opened(kafka, store) as topic:
            for line in paced(ticked(lines(facts), TICK_HOURS, midnight(until or world.until)), speed):
                topic.put(line.event, line.value)
    click.echo(_summary(world, seed, tally.types, time.monotonic() - begun), err=out == "-")


def watched(
    world: Scenario, seed: int, start: date | None, until: date | None, stopped: Event | None = None
) -> Iterator[Message]:
    """The run's facts, after the word that the record begins here, with a bar of the simulated days.

    `stopped` ends it within a simulated day, from another thread.
    """
    yield Begun(scenario=world.name, at=midnight(start or world.start))
    days = ((until or world.until) - (start or world.start)).days + world.warmup_days
    first: list[datetime] = []
    with Bar(f"simulating {world.name}", max(days, 1)) as bar:

        def progress(at: datetime) -> None:
            if stopped is not None and stopped.is_set():
                raise click.Abort
            first.append(at)
            bar.to((at - first[0]).days)

        yield from simulated(world, seed, start, until, progress)


def check_days(start: date, until: date) -> None:
    """BadInput where a run would have no day."""
    if until <= start:
        raise BadInput(f"--until {until} is not after --from {start}: it is the day after the last one")


def is_device(path: str) -> bool:
    """Whether the path is something to write to that is no file: /dev/stdout, a pipe."""
    return Path(path).exists() and not Path(path).is_file()


def midnight(day: date) -> datetime:
    """The local midnight at which a day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM)


def _summary(world: Scenario, seed: int, types: Counter[str], seconds: float) -> str:
    total = types.total()
    listed = ", ".join(f"{number(n)} {name}" for name, n in sorted(types.items()))
    pace = f"{seconds:.1f} s, {total / max(seconds, 1e-9):,.0f} events/s"
    return f"{world.name}, seed {seed}: {number(total)} events in {pace}\n{listed}"
