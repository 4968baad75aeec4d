"""`motcua sensitivity`: which uncertain parameters move an indicator, and how far they widen its interval."""

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from motcua.options import FILE, FORMATS, lang_option, lever_option, seed_option
from motcua.plan import crew_options, days_options

if TYPE_CHECKING:
    from simulator.experiments.sensitivity import Question


@click.command()
@click.argument("scenario")
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="PATH=LOW..HIGH",
    help="What is uncertain and within which bounds, as demand.volume=0.8..1.2 (a factor) or "
    "channels.*.online=0.6..0.9 (a share). Several if need be  [default: the usual ones that it has]",
)
@click.option(
    "--indicator",
    default="on_time",
    show_default=True,
    metavar="NAME",
    help="What is moved, as wait, letters or on_time@level:commune.",
)
@click.option(
    "--method",
    type=click.Choice(["morris", "sobol"]),
    default="morris",
    show_default=True,
    help="morris: effects, cheap; sobol: shares of the variance.",
)
@click.option(
    "--size",
    type=click.IntRange(min=2),
    metavar="N",
    help="Trajectories of Morris  [default: 10]; rows of Sobol, a power of 2  [default: 64]",
)
@click.option(
    "--replications",
    type=click.IntRange(min=2),
    default=4,
    show_default=True,
    metavar="N",
    help="Runs of each row of values, all under the same luck.",
)
@lever_option
@seed_option
@days_options
@click.option("--plot", type=FILE, help="The tornado of the parameters, to a file: .svg.")
@crew_options
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
@lang_option
def sensitivity(**options: Any) -> None:
    """Which parameters that are not known exactly move an indicator, and how wide its interval is with them.

    docs/sensitivity.md lists the paths. Needs the extra whatif (SALib).

    \b
    Examples:
      motcua sensitivity quickstart
      motcua sensitivity quickstart --parameter demand.volume=0.8..1.2 --parameter steps.*.work=0.7..1.5
      motcua sensitivity quickstart --indicator wait --method sobol --plot tornado.svg
      motcua sensitivity an-giang-2021 --parameter agencies.tax.delay=0.6..1.2 --method sobol
    """
    from motcua.meter import Meter
    from motcua.sensitive import charted, shown
    from simulator.experiments.backends import crew
    from simulator.experiments.sensitivity import sensitivity as found

    lang = options["lang"]
    question = _asked(options)
    with ExitStack() as stack:
        workers = stack.enter_context(crew(options["backend"], options["processes"]))
        meter = stack.enter_context(Meter(lang))
        what = "đang chạy" if lang == "vi" else "running"
        answer = found(question, workers, lambda done, about: meter.to(what, done, about))
    if options["plot"] is not None:
        options["plot"].write_text(charted(answer, lang), "utf-8")
    if options["form"] == "json":
        told = {**answer.plain(), "command": command(options), "svg": charted(answer, lang)}
        click.echo(json.dumps(told, ensure_ascii=False, allow_nan=False))
    else:
        click.echo(shown(answer, command(options), lang))


def _asked(options: dict[str, Any]) -> "Question":
    from motcua.files import BadInput
    from motcua.plan import svg_only
    from motcua.runs import check_days
    from simulator.experiments.indices import ready
    from simulator.experiments.measures import key
    from simulator.experiments.parameters import parse, usual
    from simulator.experiments.sensitivity import SIZES, Question
    from simulator.experiments.worlds import World, checked
    from simulator.scenario.files import load
    from simulator.scenario.levers import parse as lever

    ready()
    svg_only(options["plot"])
    scenario = load(options["scenario"])
    check_days(options["start"] or scenario.start, options["until"] or scenario.until)
    world = World("sensitivity", scenario, tuple(lever(text) for text in options["levers"]))
    checked([world])
    chosen = [parse(scenario, text) for text in options["parameters"]] or usual(scenario)
    paths = [each.path for each in chosen]
    if twice := next((path for path in paths if paths.count(path) > 1), None):
        raise BadInput(f"--parameter {twice} is given twice: once, with its bounds")
    size = options["size"] or SIZES[options["method"]]
    if options["method"] == "sobol" and size & (size - 1):
        raise BadInput(f"--size {size}: Sobol's rows are a power of 2, as 64")
    return Question(
        world,
        tuple(chosen),
        key(options["indicator"]),
        options["method"],
        size,
        options["replications"],
        seed=options["seed"],
        start=options["start"],
        until=options["until"],
    )


_FLAGS = {"parameters": "--parameter", "levers": "--lever", "start": "--from"}
_USUAL = {"indicator": "on_time", "method": "morris", "replications": 4, "seed": 1}


def command(options: dict[str, Any]) -> str:
    """The command that repeats the answer."""
    from motcua.plan import written

    return written("sensitivity", options, _FLAGS, _USUAL)
