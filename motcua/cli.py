"""The command line: words in, exit codes out (0 done, 1 a check failed, 2 bad input)."""

import errno
import gc
import os
import signal
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn

import click

from dossier.figures.standing import DIMENSIONS
from dossier.view import KEEP_DAYS, Refusal
from motcua.audit import audit
from motcua.backup import backup, restore
from motcua.compare import compare
from motcua.due import due
from motcua.explain import explain
from motcua.fidelity import fidelity
from motcua.files import BadInput
from motcua.index766 import index766
from motcua.levers import levers
from motcua.options import (
    FILE,
    FORMATS,
    Address,
    Broker,
    Day,
    Instant,
    KeepDays,
    as_of_option,
    calendar_option,
    host_option,
    kafka_config_option,
    lang_option,
    lever_option,
    map_option,
    port_option,
    scenario_option,
    seed_option,
    since_option,
    speed_option,
    token_file_option,
)
from motcua.outcomes import alerts, dead_letters
from motcua.plan import plan
from motcua.report import report
from motcua.scenarios import scenarios
from motcua.sensitivity import sensitivity
from motcua.simulate import simulate
from motcua.steer import steer
from motcua.targets import targets
from motcua.topics import topics
from motcua.trail import trail


class _Commands(click.Group):
    """Commands whose reader may go away, as `head` does; click itself would say that a check failed."""

    def invoke(self, ctx: click.Context) -> Any:
        """The command; SystemExit where nobody reads on."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _gone()


def _gone() -> NoReturn:
    """End as a program ends that writes to a closed pipe; nothing more is written there."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    sys.exit(128 + signal.SIGPIPE)


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
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
@kafka_config_option
@lever_option
@seed_option
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

    With levers the baseline and the reform run side by side under the same luck; docs/worlds.md says more.

    \b
    Examples:
      motcua demo
      motcua demo quickstart --serve
      motcua demo --lever edd --lever e-signature
      motcua demo --kafka local
    """
    from motcua.demo import run

    run(**options)


@cli.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@since_option
@as_of_option
@click.option("--by", type=click.Choice(DIMENSIONS), help="Figures for each value of this as well.")
@click.option(
    "--due",
    type=click.Choice(["first", "current"]),
    default="first",
    show_default=True,
    help="Judge by the first due date or by the current one.",
)
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
@map_option
@calendar_option
@scenario_option
@lang_option
def measure(**options: Any) -> None:
    """All figures of event files (.jsonl, .jsonl.gz) or dossier tables (.csv, .csv.gz).

    \b
    Examples:
      motcua measure march.jsonl.gz --by level
      motcua measure years.jsonl.gz --since 2026-01-01T00:00:00+07:00 --as-of 2027-01-01T00:00:00+07:00
      motcua measure dossiers.csv --map due_at=deadline --as-of 2026-03-31T17:00:00+07:00 --format json
    """
    from motcua.measure import Question, run

    run(Question(**options))


@cli.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--kafka", type=Address(), metavar="HOST:PORT", help="To the topic of a broker.")
@kafka_config_option
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
@lang_option
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
@kafka_config_option
@click.option("--store", type=FILE, help="Follow the embedded log.")
@click.option(
    "--clock",
    type=click.Choice(["events", "wall"]),
    default="events",
    show_default=True,
    help="Whose time judges what is overdue in the scenario live.",
)
@click.option("--group", default="motcua", show_default=True, help="Consumer group of the worker.")
@click.option(
    "--name", help="This worker's name, which no other of the group has  [default: the host's, with the port]"
)
@click.option(
    "--keep-days",
    type=KeepDays(),
    default=KEEP_DAYS,
    show_default=True,
    help="So long after the last fact of a dossier that is done its state is kept: 400 or more; 0: always.",
)
@click.option(
    "--standby/--no-standby",
    default=True,
    show_default=True,
    help="Follow the states of the other workers of the group too, and answer for all of them.",
)
@click.option(
    "--title", default="", help="The province, or whose offices these are, at the head of the page."
)
@calendar_option
@host_option
@port_option
@token_file_option
@lang_option
def monitor(**options: Any) -> None:
    """Fold the stream and serve the page, /metrics and /api/indicators, until Ctrl-C.

    \b
    Examples:
      motcua monitor --kafka 127.0.0.1:9092
      motcua monitor --store monitor.sqlite --port 9000
      motcua monitor --store monitor.sqlite --host 0.0.0.0 --token-file token
    """
    from motcua.monitor import run

    run(**options)


for command in (
    audit,
    compare,
    due,
    explain,
    fidelity,
    index766,
    levers,
    plan,
    report,
    scenarios,
    sensitivity,
    simulate,
    steer,
    targets,
    topics,
    dead_letters,
    alerts,
    trail,
):
    cli.add_command(command)
for command in (backup, restore):
    topics.add_command(command)


_ADVICE = {
    errno.ENOENT: "is not there: check the name, or make the folder first",
    errno.ENOTDIR: "goes through a file as if it were a folder: check the name",
    errno.EISDIR: "is a folder: name a file in it",
    errno.EACCES: "may not be opened by you: check its rights, or choose another place",
    errno.EROFS: "lies where nothing can be written: choose another place",
}


def _sentence(error: Exception) -> str:
    """What was wrong and what to do, whatever broke."""
    if not isinstance(error, OSError):
        return str(error)
    if error.errno == errno.ENOSPC:
        place = f" for {error.filename}" if error.filename else ""
        return f"no space is left{place}: free some, or write elsewhere"
    if error.filename is None:
        return str(error)
    return f"{error.filename} {_ADVICE.get(error.errno or 0, f'cannot be used: {error.strerror}')}"


def _open() -> None:
    """Have both streams; where the shell closed one (`>&-`), what is written there goes nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - as long as the process


def main() -> None:
    """Run a command; an error that the user can mend is one sentence and exit code 2."""
    _open()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Vietnamese letters shows what it can
    gc.set_threshold(50_000, 20, 50)  # states by the hundred thousand, and hardly a cycle among them
    try:
        code = cli(standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code)
    except BrokenPipeError:
        _gone()
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
