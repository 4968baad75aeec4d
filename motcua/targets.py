"""`motcua targets`: a plan's targets, each reached, missed by so many, or why it cannot be measured."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from motcua.files import BadInput
from motcua.options import (
    FILE,
    FORMATS,
    as_of_option,
    calendar_option,
    lang_option,
    map_option,
    scenario_option,
    since_option,
)
from motcua.show import number, percent, table

if TYPE_CHECKING:
    from dossier.official.sheet import Sheet
    from dossier.official.targets import Result

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "reached": "reached",
        "missed": "missed",
        "by": " by",
        "no_data": "no data",
        "not_measurable": "not measurable here",
        "dossiers": "dossiers",
        "procedures": "procedures",
        "beside": "beside it",
        "reported": "reported",
        "others": "targets for other years",
    },
    "vi": {
        "reached": "đạt",
        "missed": "chưa đạt",
        "by": ", còn cách",
        "no_data": "không có số liệu",
        "not_measurable": "không đo được ở đây",
        "dossiers": "hồ sơ",
        "procedures": "thủ tục",
        "beside": "xem thêm",
        "reported": "số báo cáo",
        "others": "chỉ tiêu cho năm khác",
    },
}

_HEADS = {
    "en": ("target", "goal", "measured", "of", "status"),
    "vi": ("chỉ tiêu", "mục tiêu", "đo được", "trên", "kết quả"),
}


def names() -> list[str]:
    """The shipped sheets."""
    folder = resources("motcua") / "sheets"
    return sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def load(name_or_path: str) -> "Sheet":
    """A shipped sheet by its name, or one from a YAML file."""
    from dossier.official.sheet import parse
    from motcua import mappings

    if name_or_path in names():
        path = Path(str(resources("motcua") / "sheets" / f"{name_or_path}.yaml"))
    else:
        path = Path(name_or_path)
        if not path.is_file():
            raise BadInput(f"no sheet {name_or_path!r}: name a YAML file or one of {', '.join(names())}")
    raw = mappings.read(path)
    try:
        return parse(raw)
    except ValueError as error:
        raise BadInput(f"{path}: {error}") from None


def answers(
    paths: Sequence[Path], options: Mapping[str, Any], dimensions: Sequence[str] = ()
) -> dict[str, Any]:
    """What `motcua measure` answers, by several dimensions at once.

    `options` are the command's: columns, calendar, scenario, since, as_of.
    """
    from motcua.calendars import load as calendar
    from motcua.measure import figures_of, fold_files, tell_dead
    from motcua.progress import Count

    with Count("folded") as count:
        batch = fold_files(paths, options["columns"], None, count.add, calendar(options["calendar"]))
    tell_dead(batch)
    span = options["since"], options["as_of"]
    answer = figures_of(batch, options["scenario"], span)
    by = {name: figures_of(batch, options["scenario"], span, name)["by"][name] for name in dimensions}
    return {**answer, "by": by}


@click.command()
@click.argument("files", nargs=-1, type=FILE)
@click.option("--list", "listed", is_flag=True, help="List the shipped sheets.")
@click.option("--sheet", "name", metavar="NAME|FILE", help="A shipped sheet, or a YAML file.")
@click.option(
    "--year", type=int, help="Targets of this year  [default: that of the figures, or the last one]"
)
@click.option("--base", type=FILE, help="Events of an earlier period, for targets that compare with it.")
@since_option
@as_of_option
@click.option("--check", is_flag=True, help="Exit with 1 if a target is missed (figures reported are none).")
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
@map_option
@calendar_option
@scenario_option
@lang_option
def targets(files: Sequence[Path], listed: bool, name: str | None, **options: Any) -> None:
    """A plan's targets, word for word, against the figures of event files or dossier tables.

    \b
    Examples:
      motcua targets --list
      motcua targets march.jsonl.gz --sheet an-giang-2021
      motcua targets y2024.jsonl.gz --sheet binh-thuan-2024 --base y2023.jsonl.gz --lang vi --check
    """
    if listed:
        click.echo(_listed(options["lang"]))
        return
    if name is None or not files:
        raise click.UsageError("give event files and --sheet NAME, or --list")
    _run(files, load(name), **options)


def _listed(lang: str) -> str:
    rows = []
    for name in names():
        sheet = load(name)
        measurable = sum(target.not_measurable is None for target in sheet.targets)
        years = f"{sheet.since}-{sheet.until}" if sheet.until > sheet.since else str(sheet.since)
        rows.append((name, years, len(sheet.targets), measurable, sheet.title.of(lang)))
    heads = {
        "en": ("sheet", "years", "targets", "measurable", "title"),
        "vi": ("bảng", "năm", "chỉ tiêu", "đo được", "tên"),
    }
    return table(heads[lang], rows)


def _run(
    files: Sequence[Path], sheet: "Sheet", *, base: Path | None, year: int | None, check: bool, **options: Any
) -> None:
    import json

    import msgspec

    from dossier.official.targets import evaluate

    lang = options["lang"]
    answer = answers(files, options, sheet.dimensions)
    whole = {**options, "since": None, "as_of": None}
    earlier = answers([base], whole, sheet.dimensions) if base else None
    chosen = _year(sheet, year, answer["as_of"])
    results = evaluate(sheet, answer, chosen, earlier, lang)
    if options["form"] == "json":
        head = {"sheet": sheet.name, "year": chosen, "as_of": answer["as_of"], "scenario": answer["scenario"]}
        click.echo(json.dumps({**head, "targets": msgspec.to_builtins(results)}, ensure_ascii=False))
    else:
        click.echo(_shown(sheet, chosen, answer, results, lang))
    if check and any(row.status == "missed" and row.kind == "target" for row in results):
        raise SystemExit(1)


def _year(sheet: "Sheet", year: int | None, as_of: str) -> int:
    if year is None:
        then = datetime.fromisoformat(as_of).year
        return then if sheet.since <= then <= sheet.until else sheet.until
    if not sheet.since <= year <= sheet.until:
        raise BadInput(f"--year {year}: {sheet.name} is for {sheet.since}-{sheet.until}")
    return year


def _shown(
    sheet: "Sheet", year: int, answer: Mapping[str, Any], results: "Sequence[Result]", lang: str
) -> str:
    words = _WORDS[lang]
    judged = [row for row in results if row.status != "not_measurable"]
    rest = [row for row in results if row.status == "not_measurable"]
    parts = [f"{sheet.title.of(lang)}; {year}, {answer['scenario']}, {answer['as_of'][:16]}"]
    if judged:
        parts.append(table(_HEADS[lang], [_line(row, lang) for row in judged]))
    notes = [f"  {row.label}: {why}" for row in judged if (why := _aside(row, lang))]
    if notes:
        parts.append("\n".join(notes))
    if rest:
        lines = [f"  {row.label}: {_aside(row, lang)}" for row in rest]
        parts.append("\n".join([f"{words['not_measurable'].capitalize()} ({len(rest)}):", *lines]))
    hidden = len(sheet.targets) - len(results)
    if hidden:
        parts.append(f"{hidden} {words['others']}: --year {sheet.since}..{sheet.until}")
    return "\n\n".join(parts)


def _line(row: "Result", lang: str) -> tuple[str, ...]:
    words = _WORDS[lang]
    label = f"{row.label} ({words['reported']})" if row.kind == "reported" else row.label
    status = words[row.status]
    if row.missed_by is not None:
        unit = words[row.unit] if row.missed_by != 1 or lang == "vi" else words[row.unit][:-1]
        status += f"{words['by']} {number(row.missed_by, lang)} {unit}"
    goal = row.goal.replace(".", ",") if lang == "vi" else row.goal
    if row.denominator is None:
        return label, goal, number(row.value, lang), "-", status
    return label, goal, percent(row.value, lang), number(row.denominator, lang), status


def _aside(row: "Result", lang: str) -> str:
    """Why, and what stands beside it."""
    others = [f"{name} {percent(value, lang)}" for name, value in row.beside.items() if value is not None]
    return "; ".join(
        filter(None, (row.why, f"{_WORDS[lang]['beside']}: {', '.join(others)}" if others else ""))
    )
