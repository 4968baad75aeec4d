"""`motcua replay`: real dossiers or events on to the topic, in order, with the clock's ticks."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import click

from motcua.feed import TICK_DAYS, paced, ticked
from motcua.files import Line, read
from motcua.progress import Count
from motcua.show import number
from motcua.topics import opened


def run(
    *,
    files: Sequence[Path],
    kafka: str | None,
    store: Path | None,
    until: datetime | None,
    columns: Mapping[str, str],
    scenario: str | None,
    speed: float | None,
) -> None:
    """Run the command; it ends when the last message is acknowledged."""
    sent = broken = 0
    clock: datetime | None = None
    with opened(kafka, store) as topic, Count("sent") as count:
        for line in paced(ticked(_lines(files, columns, scenario), TICK_DAYS, until), speed):
            topic.put(line.event, line.value)
            sent += 1
            broken += line.event is None
            clock = clock if line.event is None else line.event.at
            if sent % 1000 == 0:
                count.add(1000)
    click.echo(f"{number(sent)} messages sent" + (f", {broken} of them no events" if broken else ""))
    if clock is not None and until is None:
        told = clock.isoformat(sep=" ", timespec="minutes")
        click.echo(f"the clock stands at {told}, past the last due date in them; --until chooses another")


def _lines(files: Sequence[Path], columns: Mapping[str, str], scenario: str | None) -> Iterator[Line]:
    for path in files:
        yield from read(path, columns, scenario)
