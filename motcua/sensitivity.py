"""`motcua sensitivity`: which uncertain parameters move an indicator, and how far they widen its interval."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from motcua.asked import again, loaded, noticed, svg_only
from motcua.options import FILE, answer_options, crew_options, days_options, lever_option, seed_option

if TYPE_CHECKING:
    from motcua.answered import Answered
    from simulator.experiments.sensitivity import Answer, Question


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
@answer_options
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
    from motcua.answered import answering, written
    from motcua.meter import Meter
    from motcua.sensitive import charted, shown
    from simulator.experiments.backends import crew
    from simulator.experiments.indices import ready
    from simulator.experiments.sensitivity import sensitivity as reckoned

    lang = options["lang"]
    ready()
    svg_only(options["plot"])
    with answering(options) as files, ExitStack() as stack:
        question, notes = _asked(options)
        workers = stack.enter_context(crew(options["backend"], options["processes"]))
        meter = stack.enter_context(Meter(lang))
        what = "đang chạy" if lang == "vi" else "running"
        found = reckoned(question, workers, lambda done, about: meter.to(what, done, about))
        answer = {**found.plain(), "command": again(sensitivity, options), "svg": charted(found, lang)}
        files.picture(answer["svg"])
        if files.wanted:
            _report(files, found, answer, notes, options)
    click.echo(written(answer) if options["form"] == "json" else shown(found, answer["command"], lang))


def _report(
    files: "Answered",
    found: "Answer",
    answer: Mapping[str, Any],
    notes: Sequence[str],
    options: Mapping[str, Any],
) -> None:
    from motcua.basis import of_scenario
    from motcua.figures import moved
    from motcua.sensitive import told

    asked, lang = found.question, options["lang"]
    scenario = asked.world.scenario
    span = asked.start or scenario.start, asked.until or scenario.until
    basis = of_scenario(scenario, options["scenario"], span, asked.world.levers, notes, lang)
    page = told(found, lang, given=bool(options["parameters"]))
    files.put(page, basis, answer, moved(answer), lang)


def _asked(options: Mapping[str, Any]) -> "tuple[Question, list[str]]":
    """What is asked, and what is to be said before."""
    from motcua.files import BadInput
    from simulator.experiments.measures import key
    from simulator.experiments.parameters import parse, usual
    from simulator.experiments.sensitivity import SIZES, Question
    from simulator.experiments.worlds import World, checked
    from simulator.scenario.levers import parse as lever

    scenario = loaded(options)
    world = World("sensitivity", scenario, tuple(lever(text) for text in options["levers"]))
    checked([world])
    chosen = [parse(scenario, text) for text in options["parameters"]] or usual(scenario)
    paths = [each.path for each in chosen]
    if twice := next((path for path in paths if paths.count(path) > 1), None):
        raise BadInput(f"--parameter {twice} is given twice: once, with its bounds")
    size = options["size"] or SIZES[options["method"]]
    if options["method"] == "sobol" and size & (size - 1):
        raise BadInput(f"--size {size}: Sobol's rows are a power of 2, as 64")
    question = Question(
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

    return question, noticed(scenario, world.levers, options)
