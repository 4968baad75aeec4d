"""Batch figures of event files and dossier tables, by the same processor that folds the stream."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dossier.calendar import vietnam
from dossier.indicators import report
from motcua.files import BadInput, read
from streams.processor import DeadLetter, PartitionProcessor
from streams.world import World


@dataclass
class Batch:
    """What files came to: the processor that folded them, and what could not be folded."""

    processor: PartitionProcessor
    dead: list[DeadLetter] = field(default_factory=list)


def fold_files(
    paths: Iterable[Path],
    columns: Mapping[str, str],
    scenario: str | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Batch:
    """Fold files one after another; `progress` is told of every 1,000 messages."""
    batch = Batch(PartitionProcessor(vietnam()))
    offset = 0
    for path in paths:
        for line in read(path, columns, scenario):
            offset += 1
            batch.dead += batch.processor.apply(offset, line.value)
            if offset % 1000 == 0:
                progress(1000)
    batch.dead += batch.processor.release()
    return batch


def figures_of(
    batch: Batch, scenario: str | None, as_of: float | None, by: str | None, due: str
) -> dict[str, Any]:
    """The report of one scenario as of an instant; by default just after the last event."""
    world = _world(batch, scenario)
    before = world.now if as_of is None else as_of
    return report(world.tally(as_of), _name(batch, scenario), before, by, due, world.calendar.zone)


def _name(batch: Batch, scenario: str | None) -> str:
    names = sorted(batch.processor.worlds)
    if scenario is None and len(names) == 1:
        return names[0]
    if scenario in names:
        return str(scenario)
    if not names:
        raise BadInput("no event in the input could be used" + _first(batch.dead))
    raise BadInput(f"say which scenario with --scenario: the input has {', '.join(names)}")


def _first(dead: list[DeadLetter]) -> str:
    return f"; the first was refused because: {dead[0].detail}" if dead else ": it is empty"


def _world(batch: Batch, scenario: str | None) -> World:
    return batch.processor.worlds[_name(batch, scenario)]
