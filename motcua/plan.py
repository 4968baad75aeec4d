"""`motcua plan`: the least-cost staff that reaches targets, or what stands in its way."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from motcua.asked import again, loaded, noticed, svg_only
from motcua.options import FILE, answer_options, crew_options, days_options, lever_option, seed_option

if TYPE_CHECKING:
    from motcua.answered import Answered
    from simulator.experiments.planned import Answer, Question


@click.command()
@click.argument("scenario")
@click.option(
    "--target",
    "targets",
    multiple=True,
    required=True,
    metavar="INDICATOR=NUMBER",
    help="What shall be reached, as on_time=0.98, on_time@level:district=95%, wait<=4, letters<=100 or "
    "utilisation@pool:OFFICE/NAME<=0.8. Several if need be: all of them at once.",
)
@click.option(
    "--probability",
    type=click.FloatRange(0.05, 0.99),
    default=0.95,
    show_default=True,
    metavar="P",
    help="In so many of the runs (each is one period) all targets are reached.",
)
@click.option(
    "--on-average",
    is_flag=True,
    help="The mean over all periods shall reach the targets; --probability is then how sure that is.",
)
@lever_option
@click.option(
    "--pool", "pools", multiple=True, metavar="NAME", help="Plan this pool only. Several if need be."
)
@click.option("--office", "offices", multiple=True, metavar="NAME", help="Plan this office only.")
@click.option("--level", "levels", multiple=True, metavar="NAME", help="Plan offices of this level only.")
@click.option("--max-posts", type=click.IntRange(min=1), metavar="N", help="Posts of a pool at most.")
@click.option(
    "--cost",
    "costs",
    multiple=True,
    metavar="POOL=NUMBER",
    help="What an official of a pool costs; 1 without it.",
)
@click.option("--keep", is_flag=True, help="No pool gets fewer posts than it has.")
@click.option("--alike", is_flag=True, help="Offices of one kind and like volume get the same staff.")
@click.option(
    "--reforms",
    is_flag=True,
    help="Where staff cannot reach the targets: pull levers too, the best first, as many as it takes.",
)
@click.option(
    "--most",
    type=click.IntRange(min=40),
    default=400,
    show_default=True,
    metavar="N",
    help="Runs of one plan at most.",
)
@seed_option
@days_options
@click.option("--plot", type=FILE, help="The curve of what is reached for how much, to a file: .svg.")
@crew_options
@answer_options
def plan(**options: Any) -> None:
    """The least-cost staff by pool and office that reaches targets, and what is reached for how much.

    Searched by simulation, and confirmed by runs that the search has not seen; docs/plan.md says how.
    Exit code 1: staff cannot reach the targets; then levers are tried, and the best are named.

    \b
    Examples:
      motcua plan quickstart --target on_time=0.97
      motcua plan quickstart --target on_time=0.98 --on-average --target wait<=2 --plot curve.svg
      motcua plan an-giang-2021 --target on_time=98% --reforms
      motcua plan an-giang-2021 --target on_time@level:district=0.9 --level district --cost land=1.5 --keep
    """
    from motcua.answered import answering, written
    from motcua.planned import charted, shown
    from simulator.experiments.backends import crew
    from simulator.experiments.plan import plan as planned

    lang = options["lang"]
    svg_only(options["plot"])
    with answering(options) as files, ExitStack() as stack:
        question, notes = _asked(options)
        workers = stack.enter_context(crew(options["backend"], options["processes"]))
        found = planned(question, workers, _meter(stack, lang))
        _check_known(found)
        answer = {**found.plain(), "command": again(plan, options), "svg": charted(found, lang)}
        files.picture(answer["svg"])
        if files.wanted:
            _report(files, found, answer, notes, options)
    click.echo(written(answer) if options["form"] == "json" else shown(found, answer["command"], lang))
    if found.best is None:
        raise SystemExit(1)


def _check_known(found: "Answer") -> None:
    """BadInput where no run has a figure that was asked for: nothing divided by nothing misses no target."""
    from motcua.files import BadInput

    for target, figure in zip(found.question.targets, found.full.figures, strict=True):
        if not figure.runs:
            raise BadInput(f"target {target.text}: no run has this figure, as nothing is counted in it")


def _report(
    files: "Answered",
    found: "Answer",
    answer: Mapping[str, Any],
    notes: Sequence[str],
    options: Mapping[str, Any],
) -> None:
    from motcua.basis import of_scenario
    from motcua.figures import planned
    from motcua.planned import told
    from simulator.scenario.levers import parse

    asked, lang = found.question, options["lang"]
    scenario = asked.world.scenario
    span = asked.start or scenario.start, asked.until or scenario.until
    levers = [*found.world.levers, *map(parse, found.together)]
    basis = of_scenario(scenario, options["scenario"], span, levers, notes, lang)
    files.put(told(found, answer["command"], lang), basis, answer, planned(answer), lang)


def _asked(options: Mapping[str, Any]) -> "tuple[Question, list[str]]":
    """What is asked, and what is to be said before."""
    from simulator.experiments.planned import Question
    from simulator.experiments.seats import Wish
    from simulator.experiments.targets import parse
    from simulator.experiments.worlds import World, checked
    from simulator.scenario.levers import parse as lever

    scenario = loaded(options)
    world = World("plan", scenario, tuple(lever(text) for text in options["levers"]))
    checked([world])
    wish = Wish(
        options["pools"],
        options["offices"],
        options["levels"],
        dict(map(_cost, options["costs"])),
        options["max_posts"],
        options["keep"],
        options["alike"],
    )
    question = Question(
        world,
        tuple(map(parse, options["targets"])),
        options["probability"],
        options["on_average"],
        wish,
        options["seed"],
        options["start"],
        options["until"],
        options["most"],
        options["reforms"],
    )
    return question, noticed(scenario, world.levers, options)


def _cost(pair: str) -> tuple[str, float]:
    from motcua.files import BadInput

    pool, _, cost = pair.rpartition("=")
    try:
        return pool or "?", float(cost)
    except ValueError:
        raise BadInput(f"--cost {pair!r}: write POOL=NUMBER, as leader=2") from None


_STAGES = {
    "search": ("searching", "đang tìm"),
    "confirm": ("confirming", "đang xác nhận"),
    "curve": ("drawing the curve", "đang vẽ đường cong"),
    "levers": ("trying levers", "đang thử các biện pháp"),
}


def _meter(stack: ExitStack, lang: str) -> Callable[[str, int, int], None]:
    """A line with the runs done and the time that is left, by and large."""
    from motcua.meter import Meter

    meter = stack.enter_context(Meter(lang))
    return lambda stage, done, about: meter.to(_STAGES[stage][lang == "vi"], done, about)
