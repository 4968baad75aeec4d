"""`motcua simulate`: one run of a scenario; its figures, and its events where they are wanted."""

import json
from typing import Any

import click

from motcua.options import (
    FILE,
    FORMATS,
    Address,
    Backfill,
    Day,
    kafka_config_option,
    lang_option,
    lever_option,
    seed_option,
    speed_option,
)

STANDARD = "-"


@click.command()
@click.argument("scenario")
@lever_option
@seed_option
@click.option("--from", "start", type=Day(), help="First day, in place of the scenario's.")
@click.option("--until", type=Day(), help="The day after the last one.")
@click.option(
    "--dossiers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Take the first N filings, and go on until all of them are over, whatever --until says.",
)
@click.option(
    "--out",
    multiple=True,
    metavar="FILE|-",
    help="Events to a file: .jsonl, .csv, .parquet, .xes, .ocel.json, .ocel.sqlite; - for standard output. "
    "May be given several times.",
)
@click.option("--cases", type=FILE, help="A row a dossier to a table: .csv or .parquet.")
@click.option("--plot", type=FILE, help="A picture of throughput, backlog and lateness: .png, .svg or .html.")
@click.option("--kafka", type=Address(), metavar="HOST:PORT", help="Events to the topic of a broker.")
@kafka_config_option
@click.option("--store", type=FILE, help="Events to the embedded log.")
@click.option(
    "--draws",
    type=FILE,
    help="Arrivals, or another program's random numbers, in place of the seed's: .csv, .jsonl or .parquet.",
)
@click.option("--draw-missing", is_flag=True, help="Draw by the seed what --draws leaves out.")
@speed_option
@click.option(
    "--backfill",
    type=Backfill(),
    metavar="DAYS|DATE",
    help="History of so many days, or up to this one, at full speed; then at --speed, by default 1.",
)
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="The province in parts that share no staff, side by side: the same events.",
)
@click.option("--format", "form", type=FORMATS, default="table", show_default=True, help="Of the summary.")
@lang_option
def simulate(form: str, lang: str, **options: Any) -> None:
    """Run a scenario once: its figures to standard output, its events where you say.

    The summary goes to standard error if the events take standard output. docs/simulate.md says what each
    figure of --format json is, and what --draws may hold. With --speed and --kafka or --store, `motcua steer`
    changes the offices while it runs. Exit code 1: a pool was starved or saturated, or dossiers are stuck.

    \b
    Examples:
      motcua simulate five-step --dossiers 20000 --format json
      motcua simulate quickstart --lever staff:pool=leader,add=1 --lever edd:on=2026-03-16
      motcua simulate quickstart --out march.jsonl.gz --out march.xes --cases dossiers.csv --plot march.png
      motcua simulate quickstart --out - | head -3
      motcua simulate phu-tho-2026 --kafka 127.0.0.1:9092 --backfill 2026-03-01 --speed 3600
    """
    from motcua.runs import Plan, Run
    from motcua.summary import shown, told

    done = Run(Plan(lang=lang, **options)).go()
    text = json.dumps(done.summary, ensure_ascii=False) if form == "json" else shown(done.summary, lang)
    click.echo(text, err=STANDARD in options["out"])
    for sentence in told(done.trouble, lang):
        click.echo(sentence, err=True)
    if done.trouble:
        raise SystemExit(1)
