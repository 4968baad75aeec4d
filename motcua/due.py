"""`motcua due`: when a dossier falls due, and why; one, or every row of a table."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from motcua.options import FILE, FORMATS, Instant, lang_option, map_option

if TYPE_CHECKING:
    from motcua.reckon import Question


@click.command()
@click.option("--received", type=Instant(), metavar="T", help="When the dossier was received.")
@click.option(
    "--limit",
    metavar="L",
    help='"3wd" working days, "8wh" working hours, "15d" calendar days, "1m", "same-day", "none", "8wd+10d".',
)
@click.option(
    "--procedure", metavar="NAME", help="The limit of a procedure of the catalogue; --list shows them."
)
@click.option(
    "--channel", default="", metavar="NAME", help="The dossier's channel, where a limit depends on it."
)
@click.option("--case", default="", metavar="NAME", help="The procedure's case, as verify or bulk.")
@click.option(
    "--remote", is_flag=True, help="From a remote area: what the procedure or the rules grant on top."
)
@click.option("--extend", metavar="L", help="The new date of a letter of apology that asks for so much more.")
@click.option("--list", "listed", is_flag=True, help="Show the catalogue of procedures and their limits.")
@click.option(
    "--calendar", metavar="CAL", help="Name of a calendar, or a YAML file  [default: Vietnam, a ward's hours]"
)
@click.option("--office", default="", metavar="NAME", help="The office whose own calendar counts.")
@click.option("--saturday", is_flag=True, help="The office opens on Saturday mornings.")
@click.option(
    "--rules",
    metavar="vietnam|plain|FILE",
    help="Rule sets: the country's, none at all, or a YAML file of own decisions  [default: the calendar's]",
)
@click.option(
    "--rule", "changes", multiple=True, metavar="NAME=VALUE", help="One rule otherwise, as day_off_moves=no."
)
@click.option(
    "--explain", is_flag=True, help="Tell the rule set, each step, and each rule with article and mark."
)
@click.option("--table", type=FILE, help="A table (.csv, .csv.gz): a due_at for each row.")
@click.option("--out", metavar="FILE|-", default="-", show_default=True, help="Where the table goes.")
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
@map_option
@lang_option
def due(**options: Any) -> None:
    """When a dossier falls due.

    With --table every row gets a due_at, from its received_at and the limit: --limit or --procedure for all,
    else the row's own column limit, else its column procedure (with channel and case) by the catalogue.
    All columns are kept; a due_at that was there stays as due_at_written.
    A column office chooses the office's own calendar.
    Instants are written in UTC where received_at ends with Z, else in the calendar's zone.
    A row that cannot be read gets no due_at, is counted on standard error, and makes the exit code 1.

    \b
    Examples:
      motcua due --received 2026-02-13T16:00:00+07:00 --limit 3wd --explain
      motcua due --received 2026-03-02T15:20:00+07:00 --procedure 2.000815
      motcua due --received 2026-03-02T09:00:00+07:00 --procedure land-change --remote --explain
      motcua due --received 2026-03-07T09:00:00+07:00 --limit 15d --rule day_off_moves=no
      motcua due --list
      motcua due --table dossiers.csv.gz --calendar boston-311 --limit 1wd --out due.csv
    """
    from motcua.reckon import Question, catalogue, one

    question = Question.of(options)
    lang, form = options["lang"], options["form"]
    if options["listed"] or options["procedure"] == "list":
        click.echo(catalogue(options["received"], form, lang))
    elif options["table"] is not None:
        _table(question, options["table"], options["out"], options["columns"], options["received"])
    elif options["out"] != "-" or options["columns"]:
        raise click.UsageError("--out and --map are for a --table; one due date goes to standard output")
    else:
        click.echo(one(question, options["received"], options["explain"], form, lang))


def _table(
    question: "Question", path: Path, out: str, columns: dict[str, str], received: datetime | None
) -> None:
    from motcua.stamp import stamp

    if question.extend is not None:
        raise click.UsageError("--extend is for one due date, and not for a --table")
    if received is not None:
        raise click.UsageError("--received is one dossier's and --table has many: give the one or the other")
    stamped = stamp(question, path, out, columns)
    if stamped.wrong:
        click.echo(f"motcua: {stamped.told()}", err=True)
        sys.exit(1)
