"""`motcua measure`: figures of event files and dossier tables, by the processor that folds the stream."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from dossier.figures.indicators import instant, measure, report
from dossier.figures.period import concerns
from dossier.law.calendar import Book, vietnam
from motcua.calendars import load
from motcua.files import BadInput, read
from motcua.names import DIMENSIONS, NAMES, named
from motcua.progress import Count
from motcua.show import counted, moment, number, percent, table
from streams.processor import PartitionProcessor
from streams.records import DeadLetter
from streams.world import World

Span = tuple[datetime | None, datetime | None]
"""Since when, and as of when."""


class Question(NamedTuple):
    """What is asked of the command."""

    files: list[Path]
    since: datetime | None
    as_of: datetime | None
    by: str | None
    due: str
    form: str
    columns: dict[str, str]
    calendar: str
    scenario: str | None
    lang: str


@dataclass
class Batch:
    """What files came to: the processor that folded them, and what could not be folded."""

    processor: PartitionProcessor
    dead: list[DeadLetter] = field(default_factory=list)


def run(asked: Question) -> None:
    """Run the command."""
    with Count("folded") as count:
        batch = fold_files(asked.files, asked.columns, None, count.add, load(asked.calendar))
    answer = figures_of(batch, asked.scenario, (asked.since, asked.as_of), asked.by, asked.due)
    tell_dead(batch, asked.lang)
    if asked.form == "json":
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        click.echo(_table(answer, asked.by, asked.lang))


def tell_dead(batch: Batch, lang: str = "en") -> None:
    """Say on standard error how many messages were of no use, why the first, and how many repeat others."""
    vi = lang == "vi"
    if many := batch.processor.duplicates:
        words = f"{counted(many, 'message')} told again (the same office, dossier and seq): left out"
        if vi:
            words = f"{number(many, lang)} thông điệp lặp lại (cùng đơn vị, hồ sơ và seq): không tính"
        click.echo(words, err=True)
    if batch.dead:
        many, raw = len(batch.dead), " ".join(batch.dead[0].raw[:300].decode("utf-8", "replace").split())
        words = f"{counted(many, 'message')} could not be used; the first because"
        if vi:
            words = f"{number(many, lang)} thông điệp không dùng được; thông điệp đầu vì"
        click.echo(f"{words}: {batch.dead[0].detail}, in {raw}", err=True)


def fold_files(
    paths: Iterable[Path],
    columns: Mapping[str, str],
    scenario: str | None = None,
    progress: Callable[[int], None] = lambda _: None,
    book: Book | None = None,
) -> Batch:
    """Fold files one after another, by Vietnam's calendar or a `book`; tell of every 1,000 messages."""
    batch = Batch(PartitionProcessor(book or vietnam()))
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
    batch: Batch, scenario: str | None, span: Span, by: str | None = None, due: str = "first"
) -> dict[str, Any]:
    """The report of one scenario over (since, as of); by default of all, just after the last event."""
    world = _world(batch, scenario)
    since, before = (None if at is None else at.timestamp() for at in span)
    cells = world.tally(before)
    at = world.now if before is None else before
    if since is not None and since >= at:
        raise BadInput(
            f"--since {span[0]} is not before {moment(instant(at, world.book.zone))}, as of which all is seen"
        )
    if since is not None:
        known = world.dossiers.values()
        cells = measure((dossier for dossier in known if concerns(dossier, since)), at, world.book)
    return report(cells, name_of(batch, scenario), at, by, due, world.book.zone)


def name_of(batch: Batch, scenario: str | None) -> str:
    """The scenario asked for, or the only one; `BadInput` names those there are."""
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
    return batch.processor.worlds[name_of(batch, scenario)]


def _table(answer: dict[str, Any], by: str | None, lang: str) -> str:
    """The figures in columns: the total, then each group; in Vietnamese with what they are called."""
    groups = {"total": answer["total"], **(answer["by"][by] if by else {})}
    names = list(answer["total"])
    if not by:
        head = [answer["scenario"], moment(answer["as_of"], lang)]
        rows = [[name, _cell(name, answer["total"][name], lang)] for name in names]
        if lang == "vi":
            return table([*head, "tên chỉ số"], [[*row, NAMES[row[0]]] for row in rows])
        return table(head, rows)
    shown = (
        *("received", "online", "finished", "on_time", "late", "open", "open_overdue"),
        *("on_time_rate_finished", "on_time_rate_fell_due", "on_time_rate_766", "on_time_rate_strict"),
        "apology_rate",
    )
    rows = [
        [named(key, lang), *(_cell(name, found[name], lang) for name in shown)]
        for key, found in groups.items()
    ]
    at = moment(answer["as_of"], lang)
    if lang == "vi":
        heads = [DIMENSIONS[by], *(NAMES[name] for name in shown)]
        return f"{answer['scenario']}, tính đến {at}\n\n{table(heads, rows)}"
    heads = [by, *(name.replace("on_time_rate_", "rate_") for name in shown)]
    return f"{answer['scenario']}, as of {at}\n\n{table(heads, rows)}"


def _cell(name: str, value: float | None, lang: str) -> str:
    return percent(value, lang) if "_rate" in name else number(value, lang)
