"""`motcua report`: official reports of a period, from files or from a running monitor."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import click
from click.core import ParameterSource

from motcua.entry import token
from motcua.files import BadInput
from motcua.options import FILE, Day, calendar_option, lang_option, map_option, scenario_option
from motcua.show import clean, counted

if TYPE_CHECKING:
    from dossier.figures.period import Period
    from monitoring.reports import Answer

PERIODS = {
    "month": "2026-03", "quarter": "2026-Q1", "half": "2026-H1", "nine": "2026-9M", "year": "2026",
}  # fmt: skip
"""An option that names a period to how it is written."""
FORMATS = ("table", "html", "xlsx", "csv", "json")
PATIENCE_SECONDS = 60
LARGEST = 256 * 1024 * 1024
"""Bytes of an answer that we take from a monitor."""


@click.command()
@click.argument("files", nargs=-1, type=FILE)
@click.option("--list", "listed", is_flag=True, help="List the forms, and end.")
@click.option("--form", default="II.06a", show_default=True, metavar="FORM", help="Which form; see --list.")
@click.option("--from", "start", type=Day(), help="First day.")
@click.option("--until", type=Day(), help="The day after the last one.")
@click.option("--month", metavar=PERIODS["month"], help="A month.")
@click.option("--quarter", metavar=PERIODS["quarter"], help="A quarter.")
@click.option("--half", metavar=PERIODS["half"], help="Six months.")
@click.option("--nine", metavar=PERIODS["nine"], help="The first nine months.")
@click.option("--year", metavar=PERIODS["year"], help="A year.")
@click.option(
    "--cutoff",
    type=click.IntRange(1, 31),
    metavar="DAY",
    help="Last day of every month of a named period: 20 for the 21st to the 20th.",
)
@click.option("--by", help="Rows: office, unit (after mergers), field, procedure, level, agency or channel.")
@click.option("--due", type=click.Choice(["first", "current"]), default="first", show_default=True)
@click.option(
    "--waiting",
    type=click.Choice(["resolved", "pending"]),
    default="resolved",
    show_default=True,
    help="Where what waits for papers counts; form II.06a names it in columns 9 and 12.",
)
@click.option("--office", default="", help="Only the dossiers of this office; of this unit with --by unit.")
@click.option("--from-monitor", "address", metavar="URL", help="Ask a running monitor in place of files.")
@click.option(
    "--format", "written", type=click.Choice(FORMATS), help="[default: by the name of --out, or table]"
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="To a file  [default: standard output]"
)
@click.option("--reporter", default="", help="Who reports, at the head.")
@click.option("--receiver", default="", help="To whom.")
@click.option("--motto", is_flag=True, help="The national motto above the title.")
@map_option
@calendar_option
@scenario_option
@lang_option
def report(**options: Any) -> None:
    """Official reports of a period, with their checks; exit code 1 if a check fails.

    \b
    Examples:
      motcua report --list
      motcua report march.jsonl.gz --form II.06a --month 2026-03 --lang vi
      motcua report march.jsonl.gz --month 2026-03 --cutoff 20 --by field --out march.xlsx
      motcua report march.jsonl.gz --form digest --month 2026-03 --office H44.100 --out digest.html
      motcua report --from-monitor http://127.0.0.1:8642 --month 2026-03
    """
    from monitoring import reports

    if options["listed"]:
        click.echo(_list(options["lang"]))
        return
    form, by = options["form"], options["by"]
    if form not in reports.FORMS:
        raise BadInput(f"--form {form}: there is no such form; use one of {', '.join(reports.FORMS)}")
    if by is not None and by not in reports.splits(form):
        raise BadInput(_no_rows(form, by, reports.splits(form)))
    options["by"] = by or reports.rows_of(form)
    written = _format(options["written"], options["out"])
    found = _asked(options) if options["address"] else _read(options)
    _write(found, written, options)
    broken = [each["check"] for each in found["checks"] if not each["holds"]]
    if broken:
        click.echo(f"checks that fail: {'; '.join(broken)}", err=True)
        sys.exit(1)


def _no_rows(form: str, by: str, known: Sequence[str]) -> str:
    if not known:
        return f"--by {by}: the rows of the form {form} are fixed; leave --by out"
    return f"--by {by}: the form {form} has no rows of that kind; use one of {', '.join(known)}"


def _list(lang: str) -> str:
    from monitoring.reports import FORMS, NAMING, words

    rows = []
    for form in FORMS:
        number, title = words.title(form, lang)
        names = ("names dossiers", "có mã hồ sơ")[lang == "vi"] if form in NAMING else ""
        rows.append((form, number, title, names))
    head = ("form", "number", "title", "") if lang == "en" else ("biểu", "số", "tên", "")
    widths = [max(len(str(row[n])) for row in (head, *rows)) for n in range(4)]
    lines = [
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in (head, *rows)
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def _format(written: str | None, out: Path | None) -> str:
    """The format asked for, or the one that the file's name says."""
    ending = out.suffix.lstrip(".").lower() if out else "txt"
    if out is not None:
        _free(out)
    if written is None and ending not in (*FORMATS, "txt"):
        raise BadInput(f"--out {out}: name it .html, .xlsx, .csv, .json or .txt, or say --format")
    found = written or (ending if ending in FORMATS else "table")
    if found == "xlsx" and out is None:
        raise BadInput("--format xlsx: say where to with --out report.xlsx")
    return found


def _free(out: Path) -> None:
    """Whether a file can stand there, asked before anything is read."""
    if out.is_dir():
        raise BadInput(f"{out} is a folder: name a file in it, as {out / 'report.html'}")
    if not out.parent.is_dir():
        raise BadInput(f"{out.parent} is not there: make the folder, or name another file")


def _named(options: Mapping[str, Any]) -> str | None:
    """The period that was named, None where there is none; no more than one of the ways to say it."""
    named = [key for key in PERIODS if options[key] is not None]
    dated = options["start"] is not None or options["until"] is not None
    if len(named) + dated > 1:
        ways = ", ".join(f"--{key}" for key in PERIODS)
        raise BadInput(f"say the period in one way: --from and --until, or one of {ways}")
    if dated and (options["start"] is None or options["until"] is None):
        raise BadInput("a period needs both: --from and --until, the day after the last one")
    if not named:
        if options["cutoff"] is not None:
            raise BadInput("--cutoff is for a named period, as --month 2026-03: leave it out")
        return None
    key, text = named[0], str(options[named[0]])
    if len(text) != len(PERIODS[key]) or text[5:6].isdigit() != PERIODS[key][5:6].isdigit():
        raise BadInput(f"--{key} {text}: write it as {PERIODS[key]}")
    return text


def _period(options: Mapping[str, Any], zone: tzinfo, known: tuple[float, float]) -> "Period":
    """The period asked for; else all that the data hold, in whole days."""
    from dossier.figures.period import MONTH_END, days, parse

    name = _named(options)
    if name is not None:
        return parse(name, zone, options["cutoff"] or MONTH_END)
    if options["start"] is not None:
        return days(options["start"], options["until"], zone)
    first, last = (datetime.fromtimestamp(at, UTC).astimezone(zone).date() for at in known)
    return days(first, last + timedelta(1), zone)


def _read(options: Mapping[str, Any]) -> "Answer":
    """The report of files, folded as `motcua measure` folds them."""
    from monitoring.reports import Question, answer
    from motcua.calendars import load
    from motcua.measure import fold_files, name_of
    from motcua.progress import Count

    if not options["files"]:
        raise BadInput("name the files to report on, or a monitor with --from-monitor URL")
    book = load(options["calendar"])
    _period(options, book.zone, (0.0, 0.0))  # what is wrong with it is said before the files are read
    with Count("folded") as count:
        batch = fold_files(options["files"], options["columns"], None, count.add, book)
    name = name_of(batch, options["scenario"])
    world = batch.processor.worlds[name]
    if batch.dead:
        click.echo(
            f"{counted(len(batch.dead), 'message')} could not be used; motcua measure says why", err=True
        )
    first = min(
        (d.accepted_at for d in world.dossiers.values() if d.accepted_at is not None), default=world.clock
    )
    period = _period(options, world.book.zone, (max(first, world.begun), world.clock))
    asked = Question(
        dossiers=world.dossiers.values(), book=world.book, period=period, scenario=name, now=world.now,
        begun=world.begun, by=options["by"], due=options["due"], waiting=options["waiting"],
        office=options["office"],
    )  # fmt: skip
    return answer(asked, options["form"])


def _asked(options: Mapping[str, Any]) -> "Answer":
    """The report of a running monitor: the same plain data, fetched."""
    from monitoring.reports import NAMING

    address, form = str(options["address"]), options["form"]
    if options["files"]:
        raise BadInput("either files or --from-monitor, not both")
    if form in NAMING:
        raise BadInput(f"--form {form}: it names dossiers, which no monitor serves; use the files")
    if options["waiting"] != "resolved" or options["office"]:
        raise BadInput("--waiting and --office are for files; a monitor has neither")
    given = click.get_current_context().get_parameter_source
    if options["columns"] or given("calendar") is not ParameterSource.DEFAULT:
        raise BadInput("--map and --calendar are for files; a monitor has its own")
    if urlsplit(address).scheme not in {"http", "https"} or not urlsplit(address).netloc:
        raise BadInput(f"--from-monitor {address}: write http://127.0.0.1:8642")
    wish = {"form": form, "by": options["by"], "due": options["due"], **_when(options)}
    if options["scenario"]:
        wish["scenario"] = options["scenario"]
    found = _fetch(f"{address.rstrip('/')}/api/report?{urlencode(wish)}")
    if not isinstance(found, dict) or found.get("form") != form or "checks" not in found:
        raise BadInput(f"{address} gave no report of form {form}: is it a motcua monitor of this version?")
    return found


def _when(options: Mapping[str, Any]) -> dict[str, str]:
    name = _named(options)
    if name is not None:
        closes = options["cutoff"]
        return {"period": name, **({} if closes is None else {"cutoff": str(closes)})}
    if options["start"] is None:
        raise BadInput("a monitor has to be told the period: --month 2026-03, or --from and --until")
    start: date = options["start"]
    until: date = options["until"]
    return {"from": start.isoformat(), "until": until.isoformat()}


def _fetch(address: str) -> Any:
    request = Request(address)  # noqa: S310 (http and https only)
    if known := token():
        request.add_unredirected_header("Authorization", f"Bearer {known}")  # to nobody else
    try:
        with urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
            return json.loads(answer.read(LARGEST))
    except HTTPError as error:
        raise BadInput(f"the monitor says: {_said(error)}") from None
    except (URLError, TimeoutError, OSError) as error:
        raise BadInput(
            f"{address.partition('/api')[0]} does not answer: {getattr(error, 'reason', error)}"
        ) from None
    except ValueError:
        raise BadInput(f"{address.partition('/api')[0]} gave no JSON: is it a motcua monitor?") from None


def _said(error: HTTPError) -> str:
    """The sentence of a refusal, or its status."""
    try:
        said = json.loads(error.read(10_000))["error"]
    except (ValueError, KeyError, TypeError):
        said = f"{error.code} {error.reason}"
    return clean(" ".join(str(said).split())[:300])


def _write(found: "Answer", written: str, options: Mapping[str, Any]) -> None:
    out: Path | None = options["out"]
    content = _content(found, written, options)
    if out is None:
        click.echo(content, nl=written in {"table", "json"})
        return
    try:
        out.write_bytes(f"{content}\n".encode() if isinstance(content, str) else content)
    except OSError as error:
        raise BadInput(f"{out} cannot be written ({error.strerror}): name another file") from None
    click.echo(f"{options['form']}, {found['period']['name']}: {out}")


def _content(found: "Answer", written: str, options: Mapping[str, Any]) -> str | bytes:
    """Text for a terminal, else bytes: what a browser or a spreadsheet will read is UTF-8 everywhere."""
    from monitoring.reports import html, layout, plain, sheet

    if written == "json":
        return json.dumps(found, ensure_ascii=False).encode()
    ready = layout(found, options["lang"], options["reporter"], options["receiver"], options["motto"])
    if written == "table":
        return plain.terminal(ready)
    if written != "xlsx":
        return {"csv": plain.csv_text, "html": html.page}[written](ready).encode()
    try:
        return sheet.workbook(ready)
    except ImportError:
        raise BadInput('XLSX needs the extra "report": pip install "motcua[report]"') from None
