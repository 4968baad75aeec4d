"""`motcua index766`: the hundred points of decision 766, as far as events and given inputs show them."""

from collections.abc import Mapping, Sequence
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
    from dossier.official.index766 import Count, Row, Total
    from motcua.measure import Batch

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "total": "{score} of {known} points that can be scored here; {unknown} of {maximum} are unknown.",
        "inputs": "Inputs for --given, beside split (the points of 3.1, 3.2 and 3.3):",
        "of": "of",
        "measured": "measured",
        "given": "given",
        "unknown": "unknown",
    },
    "vi": {
        "total": "{score} trên {known} điểm chấm được ở đây; {unknown} trên {maximum} điểm chưa rõ.",
        "inputs": "Số liệu cho --given, ngoài split (điểm của 3.1, 3.2 và 3.3):",
        "of": "trên",
        "measured": "đo được",
        "given": "cung cấp",
        "unknown": "chưa rõ",
    },
}

_HEADS = {
    "en": ("indicator", "counted", "of", "ratio", "points", "most", ""),
    "vi": ("chỉ tiêu", "tử số", "mẫu số", "tỷ lệ", "điểm", "tối đa", ""),
}


@click.command()
@click.argument("files", nargs=-1, type=FILE)
@click.option("--given", type=FILE, help="YAML of what events do not show: counts by the names of --inputs.")
@click.option("--inputs", is_flag=True, help="List the names that --given takes.")
@since_option
@as_of_option
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
@map_option
@calendar_option
@scenario_option
@lang_option
def index766(
    files: Sequence[Path], given: Path | None, inputs: bool, form: str, lang: str, **options: Any
) -> None:
    """Index 766: each indicator measured, given or unknown; no point is invented.

    \b
    Examples:
      motcua index766 march.jsonl.gz
      motcua index766 march.jsonl.gz --given inputs.yaml --format json
      motcua index766 --inputs
    """
    import json

    import msgspec

    from dossier.official.index766 import score, totals
    from motcua.targets import answers, fold

    if inputs:
        click.echo(_inputs(lang))
        return
    if not files:
        raise click.UsageError("give event files or dossier tables, or --inputs")
    counts, split = _read(given)
    batch = fold(files, options)
    answer = answers(batch, options)
    measured = {**answer["total"], **_times(batch, options, counts)}
    rows = score(measured, counts, split, lang)
    sums = totals(rows, lang)
    if form == "json":
        head = {"as_of": answer["as_of"], "scenario": answer["scenario"]}
        body = {**head, "rows": msgspec.to_builtins(rows), "totals": msgspec.to_builtins(sums)}
        click.echo(json.dumps(body, ensure_ascii=False))
    else:
        click.echo(_shown(rows, sums, lang))


def _read(given: Path | None) -> "tuple[dict[str, int], dict[str, float] | None]":
    """The inputs of a file; `BadInput` names what is wrong and the file."""
    from dossier.official.index766 import read
    from motcua import mappings

    raw = (mappings.read(given) if given else None) or {}
    if not isinstance(raw, dict):
        raise BadInput(f"{given}: must be names and counts, as petitions: 12")
    try:
        return read(raw)
    except ValueError as error:
        raise BadInput(f"{given}: {error}") from None


def _times(batch: "Batch", options: Mapping[str, Any], given: Mapping[str, int]) -> "dict[str, Count]":
    """The counts of 2.2 from the states, unless one is given: a given sum is not of our dossiers."""
    from dossier.official.index766 import durations
    from motcua.targets import seen

    times = durations(*seen(batch, options))
    return {} if times.keys() & given.keys() else times


def _shown(rows: "Sequence[Row]", sums: "Sequence[Total]", lang: str) -> str:
    lines: list[tuple[str, ...]] = []
    for total in sums[:-1]:
        got = _points(total.score, lang) if total.known else "-"
        some = f"{_WORDS[lang]['of']} {_points(total.known, lang)}" if 0 < total.known < total.maximum else ""
        lines.append((total.words, "", "", "", got, _points(total.maximum, lang), some))
        lines += [_line(row, lang) for row in rows if row.group == total.group]
    whole = sums[-1]
    parts = {name: _points(getattr(whole, name), lang) for name in ("score", "known", "unknown", "maximum")}
    notes = [f"  {row.code} {row.note}" for row in rows if row.note]
    words = _WORDS[lang]
    return "\n\n".join((table(_HEADS[lang], lines), words["total"].format(**parts), "\n".join(notes)))


def _line(row: "Row", lang: str) -> tuple[str, ...]:
    is_mean = row.ratio is not None and row.code == "2.2"
    ratio = _points(row.ratio, lang) if is_mean else percent(row.ratio, lang)
    counts = number(row.numerator, lang), number(row.denominator, lang)
    most = "?" if row.maximum is None else _points(row.maximum, lang)
    status = _WORDS[lang][row.status]
    return f"  {row.code} {row.words}", *counts, ratio, _points(row.score, lang), most, status


def _points(value: float | None, lang: str) -> str:
    if value is None:
        return "-"
    text = f"{value:.2f}".removesuffix(".00")
    return text.replace(".", ",") if lang == "vi" else text


def _inputs(lang: str) -> str:
    from dossier.official.words766 import GIVEN

    width = max(map(len, GIVEN))
    return "\n".join(
        [_WORDS[lang]["inputs"], *(f"  {name:<{width}}  {what}" for name, what in GIVEN.items())]
    )
