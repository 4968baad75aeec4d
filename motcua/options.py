"""What commands ask for on the command line: instants, dates, addresses, files; and options they share."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from ipaddress import ip_address
from math import isfinite
from pathlib import Path
from typing import Any

import click

from dossier.event import YEARS
from dossier.view import LEAST_DAYS
from motcua.show import LANGUAGES

PORT = 8642
FORMATS = click.Choice(["table", "json"])
KAFKA_CONFIG = "motcua.kafka_config"
"""Where a command remembers the file of `--kafka-config`; `motcua.topics.security` looks there."""


class File(click.Path):
    """A file on the command line, that is there or shall be."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, dir_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; an error that says what to write where it is a folder's."""
        if Path(value).is_dir():
            self.fail(f"{value} is a folder: name a file in it", param, ctx)
        return super().convert(value, param, ctx)


FILE = File()


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
            whole = value if len(value) > 10 else f"{value}T09:00:00"
            self.fail(f"{value!r} has no offset: write {whole}+07:00, or Z for UTC", param, ctx)
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
    """A broker's address on the command line; several of one cluster are parted by commas."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address; an error that says what to write, before anybody is called."""
        for one in str(value).split(","):
            host, _, port = one.rpartition(":")
            if not host or not port.isdigit() or not 0 < int(port) < 65536:
                self.fail(f"{one!r} is no broker's address: write HOST:PORT, as 127.0.0.1:9092", param, ctx)
        return str(value)


class KeepDays(click.ParamType):
    """For how many days states are kept, on the command line."""

    name = "days"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The days; an error where the windows and the trend of a year would lack some."""
        text = str(value)
        days = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else -1
        if days and days < LEAST_DAYS:
            self.fail(f"{text!r}: write {LEAST_DAYS} or more days, or 0 to keep all for ever", param, ctx)
        return days


class Host(click.ParamType):
    """An address of this machine on the command line."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address; an error that says what to write."""
        if value == "localhost":
            return "127.0.0.1"
        try:
            return str(ip_address(value))
        except ValueError:
            self.fail(f"{value!r} is no address: write 127.0.0.1, or 0.0.0.0 for every network", param, ctx)


class Broker(Address):
    """A broker's address, or the word for one of our own."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address, or "local"."""
        return "local" if value == "local" else super().convert(value, param, ctx)


class Backfill(Day):
    """So many days, or the day up to which history goes."""

    name = "days or date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | date:  # type: ignore[override]
        """The number of days, or the date."""
        if isinstance(value, str) and value.isdecimal() and len(value) < 6:
            return int(value)
        if isinstance(value, str) and "-" not in value:
            self.fail(f"{value!r} is neither days nor a date: write 30, or 2026-03-01", param, ctx)
        return super().convert(value, param, ctx)


def finite(_: click.Context, __: click.Parameter, value: float | None) -> float | None:
    if value is not None and not isfinite(value):
        raise click.BadParameter(f"{value} is no speed: write a number, as 3600")
    return value


def columns_of(_: click.Context, __: click.Parameter, pairs: Sequence[str]) -> dict[str, str]:
    columns = {}
    for pair in pairs:
        ours, _equals, theirs = pair.partition("=")
        if not ours or not theirs:
            raise click.BadParameter(f"{pair!r}: write due_at=deadline, our name first")
        columns[ours] = theirs
    return columns


def _remember(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    ctx.meta[KAFKA_CONFIG] = value


kafka_config_option = click.option(
    "--kafka-config",
    type=FILE,
    callback=_remember,
    expose_value=False,
    help="How to speak to the broker: TOML with user, password or password_file, and ca; "
    "else $MOTCUA_KAFKA_CONFIG, or the variables in docs/kafka.md.",
)
lang_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), default="en", help="Language of the output."
)
map_option = click.option(
    "--map",
    "columns",
    multiple=True,
    callback=columns_of,
    metavar="OURS=THEIRS",
    help="A table's own name of a column.",
)
calendar_option = click.option(
    "--calendar",
    default="vn-2024",
    show_default=True,
    metavar="NAME|FILE",
    help="Office hours and days off: one that is shipped, or a YAML file.",
)
as_of_option = click.option(
    "--as-of", type=Instant(), metavar="T", help="What happened at or after T is not seen."
)
since_option = click.option(
    "--since",
    type=Instant(),
    metavar="T",
    help="Only dossiers that came in at or after T, or were open then.",
)
scenario_option = click.option("--scenario", help="Name of the world; needed where the input has several.")
port_option = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Port of the page; 0 takes a free one.",
)
host_option = click.option(
    "--host",
    type=Host(),
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Where the page listens; beyond this machine it needs a token (docs/serving.md).",
)
token_file_option = click.option(
    "--token-file",
    type=FILE,
    help="The token that whoever asks has to bring, in a file that only you may open; else $MOTCUA_TOKEN.",
)
seed_option = click.option(
    "--seed", type=int, default=1, show_default=True, help="Seed of the random numbers."
)
lever_option = click.option(
    "--lever",
    "levers",
    multiple=True,
    metavar="LEVER",
    help="A reform, as staff:pool=leader,add=1,on=2026-03-16; see `motcua levers`. Several if need be.",
)
processes_option = click.option(
    "--processes",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes side by side  [default: one for each core]",
)
backend_option = click.option(
    "--backend",
    type=click.Choice(["local", "ray", "dask"]),
    default="local",
    show_default=True,
    help="Who does the runs; the answer does not depend on it.",
)
format_option = click.option("--format", "form", type=FORMATS, default="table", show_default=True)
report_option = click.option(
    "--report",
    type=FILE,
    metavar="FILE.html",
    help="The answer as one page to read and print; beside it FILE.json and FILE.parquet with its figures.",
)
speed_option = click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    callback=finite,
    metavar="X",
    help="X times as fast as it happened; without it as fast as it goes.",
)


def days_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """From when to when."""
    command = click.option("--until", type=Day(), help="The day after the last one.")(command)
    return click.option("--from", "start", type=Day(), help="First day, in place of the scenario's.")(command)


def answer_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where an answer goes, and how it is told."""
    for option in (lang_option, format_option, report_option):
        command = option(command)
    return command


def crew_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where runs are done."""
    return processes_option(backend_option(command))
