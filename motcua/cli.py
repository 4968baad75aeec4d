"""The command line: words in, exit codes out (0 done, 1 a check failed, 2 bad input)."""

import gc
import json
import os
import sys
from collections.abc import Sequence
from datetime import date, datetime
from io import TextIOWrapper
from math import isfinite
from pathlib import Path
from typing import Any

import click

from dossier.event import YEARS
from dossier.indicators import DIMENSIONS
from dossier.view import Refusal
from motcua.files import BadInput
from motcua.show import LANGUAGES, moment, number, percent, table

PORT = 8642
FILE = click.Path(path_type=Path, dir_okay=False)


class Instant(click.ParamType):
    """An instant on the command line: RFC 3339, with an offset."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant; an error that says what to write."""
        if isinstance(value, datetime):
            return value
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no instant: write 2026-03-31T17:00:00+07:00", param, ctx)
        if at.tzinfo is None:
            self.fail(f"{value!r} has no offset: write {value}+07:00, or Z for UTC", param, ctx)
        if at.year not in YEARS:
            self.fail(f"{value!r} is too far off: a year from {YEARS[0]} to {YEARS[-1]}", param, ctx)
        return at


class Day(click.ParamType):
    """A date on the command line."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date; an error that says what to write."""
        if isinstance(value, date):
            return value
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date: write 2026-03-01", param, ctx)
        if day.year not in YEARS[1:-1]:
            self.fail(f"{value!r} is too far off: a year from {YEARS[1]} to {YEARS[-2]}", param, ctx)
        return day


class Address(click.ParamType):
    """A broker's address on the command line."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address; an error that says what to write, before anybody is called."""
        host, _, port = str(value).rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            self.fail(f"{value!r} is no broker's address: write HOST:PORT, as 127.0.0.1:9092", param, ctx)
        return str(value)


class Broker(Address):
    """A broker's address, or the word for one of our own."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address, or "local"."""
        return "local" if value == "local" else super().convert(value, param, ctx)


def _finite(_: click.Context, __: click.Parameter, value: float | None) -> float | None:
    if value is not None and not isfinite(value):
        raise click.BadParameter(f"{value} is no speed: write a number, as 3600")
    return value


def _columns(_: click.Context, __: click.Parameter, pairs: Sequence[str]) -> dict[str, str]:
    columns = {}
    for pair in pairs:
        ours, _equals, theirs = pair.partition("=")
        if not ours or not theirs:
            raise click.BadParameter(f"{pair!r}: write due_at=deadline, our name first")
        columns[ours] = theirs
    return columns


lang_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), default="en", help="Language of the output."
)
map_option = click.option(
    "--map",
    "columns",
    multiple=True,
    callback=_columns,
    metavar="OURS=THEIRS",
    help="A table's own name of a column.",
)
scenario_option = click.option("--scenario", help="Name of the world; needed where the input has several.")
port_option = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Port of the page on 127.0.0.1; 0 takes a free one.",
)
speed_option = click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    callback=_finite,
    metavar="X",
    help="X times as fast as it happened; without it as fast as it goes.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="motcua")
def cli() -> None:
    """Simulator and SLA monitor of dossiers at Vietnam's one-stop offices.

    \b
    motcua demo                              the whole pipeline, no broker needed
    motcua simulate quickstart --out -       events of one ward, a month
    motcua measure events.jsonl --by office  the official figures of a file
    """


@cli.command()
@click.argument("scenario", default="phu-tho-2026")
@click.option(
    "--kafka",
    type=Broker(),
    metavar="local|HOST:PORT",
    help="Through Kafka and Faust; local starts one from cached jars.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the random numbers.")
@click.option("--from", "start", type=Day(), help="First day  [default: the demo's month]")
@click.option("--until", type=Day(), help="The day after the last one.")
@click.option("--serve", is_flag=True, help="Keep the page up at the end, until Ctrl-C.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("motcua-demo"),
    show_default=True,
    help="Folder of the page's snapshot and the scoreboard.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port of the page on 127.0.0.1  [default: a free one]",
)
@lang_option
def demo(**options: Any) -> None:
    """Simulate a month, stream it, watch it live, and print the scoreboard.

    \b
    Examples:
      motcua demo
      motcua demo quickstart --serve
      motcua demo --kafka local
    """
    from motcua.demo import run

    run(**options)


@cli.command()
@click.argument("scenario")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the random numbers.")
@click.option("--from", "start", type=Day(), help="First day, in place of the scenario's.")
@click.option("--until", type=Day(), help="The day after the last one.")
@click.option(
    "--out", metavar="FILE|-", help="Events to a .jsonl or .jsonl.gz file, or - for standard output."
)
@click.option("--kafka", type=Address(), metavar="HOST:PORT", help="Events to the topic of a broker.")
@click.option("--store", type=FILE, help="Events to the embedded log.")
@speed_option
def simulate(**options: Any) -> None:
    """Run a scenario once; its events go to a file, a broker or the embedded log.

    \b
    Examples:
      motcua simulate quickstart --out march.jsonl.gz
      motcua simulate quickstart --out - | head -3
      motcua simulate phu-tho-2026 --from 2026-03-01 --until 2026-04-01 --kafka 127.0.0.1:9092 --speed 3600
    """
    from motcua.simulate import run

    run(**options)


@cli.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--as-of", type=Instant(), metavar="T", help="What happened at or after T is not seen.")
@click.option("--by", type=click.Choice(DIMENSIONS), help="Figures for each value of this as well.")
@click.option(
    "--due",
    type=click.Choice(["first", "current"]),
    default="first",
    show_default=True,
    help="Judge by the first due date or by the current one.",
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@map_option
@scenario_option
@lang_option
def measure(
    files: Sequence[Path], as_of: datetime | None, by: str | None, due: str, form: str,
    columns: dict[str, str], scenario: str | None, lang: str,
) -> None:  # fmt: skip
    """All figures of event files (.jsonl, .jsonl.gz) or dossier tables (.csv, .csv.gz).

    \b
    Examples:
      motcua measure march.jsonl.gz --by level
      motcua measure dossiers.csv --map due_at=deadline --as-of 2026-03-31T17:00:00+07:00 --format json
    """
    from motcua.measure import figures_of, fold_files
    from motcua.progress import Count

    with Count("folded") as count:
        batch = fold_files(files, columns, None, count.add)
    answer = figures_of(batch, scenario, as_of.timestamp() if as_of else None, by, due)
    if batch.dead:
        words = f"{len(batch.dead)} messages could not be used; the first because"
        raw = " ".join(batch.dead[0].raw[:300].decode("utf-8", "replace").split())
        click.echo(f"{words}: {batch.dead[0].detail}, in {raw}", err=True)
    if form == "json":
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        click.echo(_figures(answer, by, lang))


def _figures(answer: dict[str, Any], by: str | None, lang: str) -> str:
    """The figures in columns: the total, then each group."""
    groups = {"total": answer["total"], **(answer["by"][by] if by else {})}
    names = list(answer["total"])
    if not by:
        rows = [(name, _cell(name, answer["total"][name], lang)) for name in names]
        return table((answer["scenario"], moment(answer["as_of"])), rows)
    shown = (
        *("received", "online", "finished", "on_time", "late", "open", "open_overdue"),
        *("on_time_rate_finished", "on_time_rate_fell_due", "on_time_rate_766", "apology_rate"),
    )
    rows = [(key, *(_cell(name, found[name], lang) for name in shown)) for key, found in groups.items()]
    head = (by, *(name.replace("on_time_rate_", "rate_") for name in shown))
    return f"{answer['scenario']}, as of {moment(answer['as_of'])}\n\n{table(head, rows)}"


def _cell(name: str, value: float | None, lang: str) -> str:
    return percent(value, lang) if "rate" in name else number(value, lang)


@cli.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--kafka", type=Address(), metavar="HOST:PORT", help="To the topic of a broker.")
@click.option("--store", type=FILE, help="To the embedded log.")
@click.option(
    "--until",
    type=Instant(),
    metavar="T",
    help="Move the clock to T at the end  [default: the last instant, or due date, that the files name]",
)
@map_option
@scenario_option
@speed_option
def replay(**options: Any) -> None:
    """Send real dossiers or events on to the topic, in order, with the clock's ticks.

    \b
    Examples:
      motcua replay dossiers.csv.gz --kafka 127.0.0.1:9092 --scenario boston
      motcua replay march.jsonl.gz --store monitor.sqlite --speed 3600
    """
    from motcua.replay import run

    run(**options)


@cli.command()
@click.option(
    "--kafka", type=Address(), metavar="HOST:PORT", help="Follow the topic of a broker, with Faust."
)
@click.option("--store", type=FILE, help="Follow the embedded log.")
@click.option(
    "--clock",
    type=click.Choice(["events", "wall"]),
    default="events",
    show_default=True,
    help="Whose time judges what is overdue in the scenario live.",
)
@click.option("--group", default="motcua", show_default=True, help="Consumer group of the worker.")
@click.option("--name", help="This worker's own name in the group  [default: the host's, with the port]")
@click.option(
    "--title", default="", help="The province, or whose offices these are, at the head of the page."
)
@port_option
@lang_option
def monitor(**options: Any) -> None:
    """Fold the stream and serve the page, /metrics and /api/indicators, until Ctrl-C.

    \b
    Examples:
      motcua monitor --kafka 127.0.0.1:9092
      motcua monitor --store monitor.sqlite --port 9000
    """
    from motcua.monitor import run

    run(**options)


@cli.command()
@click.option("--received", type=Instant(), required=True, metavar="T", help="When the dossier was received.")
@click.option("--limit", required=True, help='"3wd", "8wh", "15d", "1m", "same-day" or "none".')
@click.option("--saturday", is_flag=True, help="The office opens on Saturday mornings.")
@click.option("--explain", is_flag=True, help="Tell each step, with its source.")
def due(received: datetime, limit: str, saturday: bool, explain: bool) -> None:
    """When a dossier falls due.

    \b
    Examples:
      motcua due --received 2026-02-13T16:00:00+07:00 --limit 3wd --explain
      motcua due --received 2026-03-02T15:20:00+07:00 --limit same-day
    """
    from dossier import deadline
    from dossier.calendar import vietnam

    calendar = vietnam(saturday_morning=saturday)
    found = deadline.due(received.timestamp(), deadline.parse_limit(limit), calendar)
    if explain:
        click.echo("\n".join(found.explain(calendar)))
    else:
        click.echo(calendar.local(found.at).isoformat() if found.at is not None else "none")


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def main() -> None:
    """Run a command; an error that the user can mend is one sentence and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Vietnamese letters shows what it can
    gc.set_threshold(50_000, 20, 50)  # states by the hundred thousand, and hardly a cycle among them
    try:
        cli(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (BadInput, Refusal, ValueError, RuntimeError, OSError) as error:
        if "MOTCUA_DEBUG" in os.environ:
            raise
        click.echo(f"motcua: {_sentence(error)}", err=True)
        sys.exit(2)
