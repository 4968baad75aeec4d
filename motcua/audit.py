"""`motcua audit`: signs of what an office should not do, each counted and shown on a few dossiers."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from motcua.options import (
    FILE,
    FORMATS,
    Instant,
    calendar_option,
    lang_option,
    map_option,
    scenario_option,
)
from motcua.show import clean, moment, number, percent, table

if TYPE_CHECKING:
    from dossier.audit.findings import Finding
    from dossier.law.calendar import Book
    from motcua.files import Line
    from motcua.measure import Batch

_SEVERITY = {"serious": "nghiêm trọng", "notable": "cần xem", "information": "thông tin"}

_WORDS: Mapping[str, tuple[str, str]] = {
    "head": ("sign", "dấu hiệu"),
    "office": ("office", "đơn vị"),
    "severity": ("severity", "mức độ"),
    "found": ("found", "số hồ sơ"),
    "of": ("of", "trên"),
    "share": ("share", "tỷ lệ"),
    "among": ("among", "trong số"),
    "as_of": ("as of", "tính đến"),
    "nothing": ("nothing found", "không phát hiện dấu hiệu nào"),
    "silent": ("looked for and not found", "đã tìm và không thấy"),
    "lacks": ("not measurable here", "không đo được ở đây"),
    "sign": (
        "A finding is a sign that somebody should look, no proof.",
        "Mỗi phát hiện chỉ là dấu hiệu cần kiểm tra, không phải bằng chứng.",
    ),
}


class Asked(NamedTuple):
    """What is asked of the command."""

    files: Sequence[Path]
    as_of: datetime | None
    by_office: bool
    examples: int
    form: str
    check: bool
    columns: Mapping[str, str]
    calendar: str
    scenario: str | None
    lang: str


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--as-of", type=Instant(), metavar="T", help="What happened at or after T is not seen.")
@click.option("--by-office", is_flag=True, help="A row for each office in which something was found.")
@click.option(
    "--examples",
    type=click.IntRange(0, 1000),
    default=3,
    show_default=True,
    help="So many dossiers are shown for each sign.",
)
@click.option("--check", is_flag=True, help="Exit with 1 if anything serious is found.")
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
@map_option
@calendar_option
@scenario_option
@lang_option
def audit(**options: Any) -> None:
    """Signs of closing before a result, rewritten dates, missing letters, heaps at the due hour, and more.

    \b
    Examples:
      motcua audit march.jsonl.gz
      motcua audit march.jsonl.gz --by-office --examples 1 --lang vi
      motcua audit dossiers.csv --map due_at=deadline --calendar vn-2024 --format json --check
    """
    from dossier.audit.review import graver

    asked = Asked(**options)
    answer, findings = answered(asked)
    if asked.form == "json":
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        click.echo(_page(answer, asked.lang))
    if asked.check and graver(findings):
        click.get_current_context().exit(1)


def answered(asked: Asked) -> tuple[dict[str, Any], list["Finding"]]:
    """The answer as it is printed, and the findings of all offices together."""
    from dossier.audit.review import audit as examine
    from dossier.audit.review import total
    from dossier.figures.indicators import instant
    from motcua.calendars import load
    from motcua.files import BadInput
    from motcua.measure import name_of, tell_dead

    book = load(asked.calendar)
    batch = folded(asked, book)
    tell_dead(batch, asked.lang)
    if asked.as_of is not None and not (batch.processor.worlds or batch.dead):
        raise BadInput(
            f"nothing in the input happened before {asked.as_of.isoformat()}: give a later --as-of"
        )
    name = name_of(batch, asked.scenario)
    world = batch.processor.worlds[name]
    before = world.now if asked.as_of is None else asked.as_of.timestamp()
    findings = examine(world.dossiers.values(), before, book, asked.examples)
    whole = total(findings, asked.examples)
    shown = [_row(row, asked.lang, book.zone) for row in findings if row.found]
    return {
        "as_of": instant(before, book.zone),
        "scenario": name,
        "calendar": asked.calendar,
        "findings": [_row(row, asked.lang, book.zone) for row in whole],
        **({"by": {"office": shown}} if asked.by_office else {}),
    }, whole


def folded(asked: Asked, book: "Book") -> "Batch":
    """The files' dossiers; with `--as-of` no fact of a dossier from its first one at or after T on."""
    from motcua.files import read
    from motcua.measure import Batch
    from motcua.progress import Count
    from streams.processor import PartitionProcessor

    batch = Batch(PartitionProcessor(book))
    lines = (line for path in asked.files for line in read(path, asked.columns, None))
    seen = lines if asked.as_of is None else _before(lines, asked.as_of)
    with Count("folded") as count:
        for offset, line in enumerate(seen, 1):
            batch.dead += batch.processor.apply(offset, line.value)
            if offset % 1000 == 0:
                count.add(1000)
    batch.dead += batch.processor.release()
    return batch


def _before(lines: Iterable["Line"], as_of: datetime) -> Iterator["Line"]:
    from dossier.event import Event

    ended: set[tuple[str, str, str]] = set()
    for line in lines:
        event = line.event
        if not isinstance(event, Event):
            if event is None or event.at < as_of:
                yield line
            continue
        name = event.scenario, event.office, event.dossier_id
        if event.at >= as_of:
            ended.add(name)
        if name not in ended:
            yield line


def _row(finding: "Finding", lang: str, zone: tzinfo) -> dict[str, Any]:
    """A finding as JSON: names for machines, words in the language asked."""
    from dossier.audit.detectors import BASES, LACKS, NAMES, UNSEEN
    from dossier.audit.findings import CAUSES, sentence, unknown
    from dossier.figures.indicators import instant

    i, name = int(lang == "vi"), finding.detector
    detector = NAMES.get(name) or unknown(name)
    return {
        "detector": name,
        "title": UNSEEN[name][0][i] if name in UNSEEN else detector.title[i],
        "severity": finding.severity,
        "office": finding.office,
        "found": finding.found,
        "looked": finding.looked,
        "share": finding.share,
        "times": finding.times,
        "among": BASES[detector.base][i],
        "causes": {CAUSES[each][i] if each in CAUSES else each: n for each, n in finding.causes.items()},
        "not_measurable": LACKS[finding.lacks][i] if finding.lacks else None,
        "examples": [
            {
                "office": each.office,
                "dossier_id": each.dossier_id,
                "at": instant(each.at, zone),
                "evidence": sentence(name, each, lang, zone),
            }
            for each in finding.examples
        ],
    }


def _page(answer: Mapping[str, Any], lang: str) -> str:
    """The answer as a page of text: what was found, examples, what was not, what cannot be."""
    i = int(lang == "vi")
    found = [row for row in answer["findings"] if row["found"]]
    parts = [f"{answer['scenario']}, {_WORDS['as_of'][i]} {moment(answer['as_of'], lang)}"]
    parts.append(_found(found, lang) if found else _WORDS["nothing"][i])
    if "by" in answer and answer["by"]["office"]:
        parts.append(_found(answer["by"]["office"], lang, by_office=True))
    parts += [_examples(row) for row in found if row["examples"]]
    silent = [row["title"] for row in answer["findings"] if not row["found"] and not row["not_measurable"]]
    if silent:
        parts.append(f"{_WORDS['silent'][i]}:\n" + "\n".join(f"  {title}" for title in silent))
    lacks = [row for row in answer["findings"] if row["not_measurable"]]
    lines = [f"  {row['title']}: {row['not_measurable']}" for row in lacks]
    parts.append(f"{_WORDS['lacks'][i]}:\n" + "\n".join(lines))
    parts.append(_WORDS["sign"][i])
    return "\n\n".join(parts)


def _found(rows: Sequence[Mapping[str, Any]], lang: str, by_office: bool = False) -> str:
    i = int(lang == "vi")
    names = ("office", "head") if by_office else ("head",)
    head = [_WORDS[name][i] for name in (*names, "severity", "found", "of", "share", "among")]
    cells = [
        (
            *((row["office"],) if by_office else ()),
            row["title"],
            _SEVERITY[row["severity"]] if i else row["severity"],
            number(row["found"], lang),
            number(row["looked"], lang),
            percent(row["share"], lang),
            row["among"],
        )
        for row in rows
    ]
    return table(head, cells)


def _examples(row: Mapping[str, Any]) -> str:
    lines = [f"{row['title']}:"]
    lines += [f"  {n} x {cause}" for cause, n in row["causes"].items()]
    lines += [
        f"  {clean(each['office'])} {clean(each['dossier_id'])}: {clean(each['evidence'])}"
        for each in row["examples"]
    ]
    return "\n".join(lines)
