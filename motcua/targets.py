"""`motcua targets`: a plan's targets, each reached, missed by so many, or why it cannot be measured."""

import re
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
    from dossier.audit.findings import Finding
    from dossier.life.state import Dossier
    from dossier.official.sheet import Sheet
    from dossier.official.targets import Result, Sign
    from motcua.measure import Batch

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "reached": "reached",
        "unseen": "reached (no sign found)",
        "missed": "missed",
        "by": " by",
        "no_data": "no data",
        "not_measurable": "not measurable here",
        "dossiers": "dossiers",
        "procedures": "procedures",
        "beside": "beside it",
        "reported": "reported",
        "discussed": "discussed",
        "others": "targets for other years",
        "all": "all",
        "province": "province",
        "district": "district",
        "commune": "commune",
        "H1": "first half of",
        "H2": "second half of",
        "years": "the figures are of {figures}, the sheet of {sheet}",
    },
    "vi": {
        "reached": "đạt",
        "unseen": "đạt (không thấy dấu hiệu)",
        "missed": "chưa đạt",
        "by": ", còn cách",
        "no_data": "không có số liệu",
        "not_measurable": "không đo được ở đây",
        "dossiers": "hồ sơ",
        "procedures": "thủ tục",
        "beside": "xem thêm",
        "reported": "số báo cáo",
        "discussed": "được thảo luận",
        "others": "chỉ tiêu cho năm khác",
        "all": "mọi cấp",
        "province": "tỉnh",
        "district": "huyện",
        "commune": "xã",
        "H1": "6 tháng đầu năm",
        "H2": "6 tháng cuối năm",
        "years": "số liệu của năm {figures}, bảng chỉ tiêu của năm {sheet}",
    },
}

_HEADS = {
    "en": ("target", "period", "level", "goal", "measured", "of", "status"),
    "vi": ("chỉ tiêu", "thời gian", "cấp", "mục tiêu", "đo được", "trên", "kết quả"),
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
        sheet = parse(raw)
    except ValueError as error:
        raise BadInput(f"{path}: {error}") from None
    _check_signs(path, sheet)
    return sheet


def _check_signs(path: Path, sheet: "Sheet") -> None:
    from dossier.audit.detectors import NAMES, UNSEEN

    for name in sheet.signs:
        if name not in NAMES and name not in UNSEEN:
            i = next(i for i, target in enumerate(sheet.targets) if name in target.signs)
            known = ", ".join((*NAMES, *UNSEEN))
            raise BadInput(
                f"{path}: targets.{i}.signs: {name!r} is no sign of `motcua audit`; it has {known}"
            )


def fold(paths: Sequence[Path], options: Mapping[str, Any]) -> "Batch":
    """What files come to; `options` are the command's: columns, calendar, scenario, since, as_of."""
    from motcua.calendars import load as calendar
    from motcua.measure import fold_files, tell_dead
    from motcua.progress import Count

    with Count("folded") as count:
        batch = fold_files(paths, options["columns"], None, count.add, calendar(options["calendar"]))
    tell_dead(batch, options.get("lang", "en"))
    return batch


def answers(batch: "Batch", options: Mapping[str, Any], dimensions: Sequence[str] = ()) -> dict[str, Any]:
    """What `motcua measure` answers, by several dimensions at once."""
    from motcua.measure import figures_of

    span = options["since"], options["as_of"]
    answer = figures_of(batch, options["scenario"], span)
    by = {name: figures_of(batch, options["scenario"], span, name)["by"][name] for name in dimensions}
    return {**answer, "by": by}


def seen(batch: "Batch", options: Mapping[str, Any]) -> "tuple[list[Dossier], float]":
    """The dossiers that the figures are of, and the instant just before which they are seen."""
    from dossier.figures.period import concerns
    from motcua.measure import name_of

    world = batch.processor.worlds[name_of(batch, options["scenario"])]
    since, as_of = options["since"], options["as_of"]
    known = [each for each in world.dossiers.values() if since is None or concerns(each, since.timestamp())]
    return known, world.now if as_of is None else as_of.timestamp()


def signs_of(
    paths: Sequence[Path], batch: "Batch", options: Mapping[str, Any], names: Sequence[str]
) -> "dict[str, Sign]":
    """What `motcua audit` finds of the signs named: which dossiers, or what it lacks.

    As of an earlier instant the files are folded anew up to it, for the fold itself counts some of the signs.
    """
    from dossier.audit.review import audit, total
    from motcua.audit import Asked, folded

    if not names:
        return {}
    if options["as_of"] is not None:
        rest = {name: options[name] for name in ("columns", "calendar", "scenario", "lang", "as_of")}
        asked = Asked(paths, by_office=False, examples=0, form="json", check=False, **rest)
        batch = folded(asked, batch.processor.book)
    dossiers, before = seen(batch, options)
    every = len(dossiers) + 1
    found = {row.detector: row for row in total(audit(dossiers, before, batch.processor.book, every), every)}
    return {name: _sign(name, found.get(name)) for name in names}


def _sign(name: str, finding: "Finding | None") -> "Sign":
    from dossier.audit.detectors import LACKS, NAMES, UNSEEN
    from dossier.official.sheet import Text
    from dossier.official.targets import Sign

    title = UNSEEN[name][0] if name in UNSEEN else NAMES[name].title
    lacks = LACKS[finding.lacks] if finding and finding.lacks else None
    if lacks is None and (finding is None or not finding.looked):
        lacks = "there is no dossier to look at", "không có hồ sơ nào để xem"
    return Sign(
        Text(en=title[0], vi=title[1]),
        frozenset((each.office, each.dossier_id) for each in finding.examples) if finding else frozenset(),
        Text(en=lacks[0], vi=lacks[1]) if lacks else None,
    )


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
    batch = fold(files, options)
    answer = answers(batch, options, sheet.dimensions)
    whole = {**options, "since": None, "as_of": None}
    earlier = answers(fold([base], whole), whole, sheet.dimensions) if base else None
    chosen = _year(sheet, year, answer["as_of"])
    _tell_years(chosen, batch, options)
    signs = signs_of(files, batch, options, sheet.signs)
    results = evaluate(sheet, answer, chosen, earlier, lang, signs)
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


def _tell_years(year: int, batch: "Batch", options: Mapping[str, Any]) -> None:
    """Say on standard error if the figures are of other years than the targets."""
    dossiers, before = seen(batch, options)
    came = (at for each in dossiers for at in (each.submitted_at, each.accepted_at) if at is not None)
    since = options["since"]
    first = min(came, default=before) if since is None else since.timestamp()
    zone = batch.processor.book.zone
    begin, end = (datetime.fromtimestamp(at, zone).year for at in (first, before))
    if not begin <= year <= end:
        figures = f"{begin}-{end}" if begin < end else str(end)
        click.echo(_WORDS[options["lang"]]["years"].format(figures=figures, sheet=year), err=True)


def _shown(
    sheet: "Sheet", year: int, answer: Mapping[str, Any], results: "Sequence[Result]", lang: str
) -> str:
    parts = [
        f"{sheet.title.of(lang)}; {year}, {answer['scenario']}, {answer['as_of'][:16]}",
        table(_HEADS[lang], [_line(row, lang) for row in results]),
        "\n".join(_aside(row, lang) for row in results),
    ]
    hidden = len(sheet.targets) - len(results)
    if hidden:
        parts.append(f"{hidden} {_WORDS[lang]['others']}: --year {sheet.since}..{sheet.until}")
    return "\n\n".join(parts)


def _line(row: "Result", lang: str) -> tuple[str, ...]:
    words = _WORDS[lang]
    label = row.label if row.kind == "target" else f"{row.label} ({words[row.kind]})"
    head = label, _period(row, lang), _levels(row, lang) or words["all"], _comma(row.goal, lang) or "-"
    if row.denominator is None:
        return *head, number(row.value, lang), "-", _status(row, lang)
    from dossier.official.targets import shown

    return *head, percent(shown(row), lang), number(row.denominator, lang), _status(row, lang)


def _status(row: "Result", lang: str) -> str:
    words = _WORDS[lang]
    status = words["unseen" if row.signs and row.status == "reached" else row.status]
    if row.missed_by is None:
        return status
    unit = words[row.unit] if row.missed_by != 1 or lang == "vi" else words[row.unit][:-1]
    return f"{status}{words['by']} {number(row.missed_by, lang)} {unit}"


def _levels(row: "Result", lang: str) -> str:
    return ", ".join(_WORDS[lang][level] for level in row.levels)


def _period(row: "Result", lang: str) -> str:
    """In words where it is half a year."""
    if row.period is None:
        return str(row.since) if row.since == row.until else f"{row.since}-{row.until}"
    year, part = row.period.split("-")
    return f"{_WORDS[lang][part]} {year}" if part in _WORDS[lang] else row.period


def _comma(text: str, lang: str) -> str:
    """Decimals with a comma, in Vietnamese."""
    return re.sub(r"(?<=\d)\.(?=\d)", ",", text) if lang == "vi" else text


def _aside(row: "Result", lang: str) -> str:
    """What is measured or would be, why not or what to bear in mind, and what stands beside it."""
    others = [
        f"{name} {percent(value, lang) if '_rate' in name else number(value, lang)}"
        for name, value in row.beside.items()
        if value is not None
    ]
    beside = f"{_WORDS[lang]['beside']}: {', '.join(others)}" if others else ""
    label = f"{row.label} ({_levels(row, lang)})" if row.levels else row.label
    return f"  {label}: " + "; ".join(filter(None, (row.measures, row.why, beside)))
