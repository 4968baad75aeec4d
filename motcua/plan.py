"""`motcua plan`: the least-cost staff that reaches targets, or what stands in its way."""

import json
import shlex
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from motcua.options import FILE, FORMATS, Day, lang_option, lever_option, seed_option

if TYPE_CHECKING:
    from simulator.experiments.planned import Question


def crew_options(command: Any) -> Any:
    """Where runs are done, for a search whose runs follow from one another."""
    for option in (
        click.option(
            "--processes",
            type=click.IntRange(min=1),
            metavar="N",
            help="Processes side by side  [default: one for each core]",
        ),
        click.option(
            "--backend",
            type=click.Choice(["local", "ray", "dask"]),
            default="local",
            show_default=True,
            help="Who does the runs; the answer does not depend on it.",
        ),
    ):
        command = option(command)
    return command


def days_options(command: Any) -> Any:
    """From when to when."""
    command = click.option("--until", type=Day(), help="The day after the last one.")(command)
    return click.option("--from", "start", type=Day(), help="First day, in place of the scenario's.")(command)


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
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
@lang_option
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
    from motcua.planned import charted, shown
    from simulator.experiments.backends import crew
    from simulator.experiments.plan import plan as planned

    lang = options["lang"]
    question = _asked(options)
    svg_only(options["plot"])
    with ExitStack() as stack:
        workers = stack.enter_context(crew(options["backend"], options["processes"]))
        answer = planned(question, workers, _meter(stack, lang))
    if options["plot"] is not None:
        options["plot"].write_text(charted(answer, lang), "utf-8")
    if options["form"] == "json":
        told = {**answer.plain(), "command": command(options), "svg": charted(answer, lang)}
        click.echo(json.dumps(told, ensure_ascii=False, allow_nan=False))
    else:
        click.echo(shown(answer, command(options), lang))
    if answer.best is None:
        raise SystemExit(1)


def _asked(options: dict[str, Any]) -> "Question":
    from motcua.notices import notices
    from motcua.runs import check_days
    from motcua.show import clean
    from simulator.experiments.planned import Question
    from simulator.experiments.seats import Wish
    from simulator.experiments.targets import parse
    from simulator.experiments.worlds import World, checked
    from simulator.scenario.files import load
    from simulator.scenario.levers import parse as lever

    scenario = load(options["scenario"])
    start, until = options["start"] or scenario.start, options["until"] or scenario.until
    check_days(start, until)
    world = World("plan", scenario, tuple(lever(text) for text in options["levers"]))
    checked([world])
    for sentence in notices(scenario, world.levers, until, options["lang"]):
        click.echo(f"motcua: {clean(sentence)}", err=True)
    wish = Wish(
        options["pools"],
        options["offices"],
        options["levels"],
        dict(map(_cost, options["costs"])),
        options["max_posts"],
        options["keep"],
        options["alike"],
    )
    return Question(
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


def _cost(pair: str) -> tuple[str, float]:
    from motcua.files import BadInput

    pool, _, cost = pair.rpartition("=")
    try:
        return pool or "?", float(cost)
    except ValueError:
        raise BadInput(f"--cost {pair!r}: write POOL=NUMBER, as leader=2") from None


def svg_only(path: Path | None) -> None:
    """BadInput where a picture would be no SVG."""
    from motcua.files import BadInput

    if path is not None and path.suffix != ".svg":
        raise BadInput(f"--plot {path}: the picture is an SVG, write a name that ends in .svg")


_FLAGS = {
    "targets": "--target", "levers": "--lever", "pools": "--pool", "offices": "--office", "levels": "--level",
    "costs": "--cost", "start": "--from",
}  # fmt: skip
_USUAL = {"probability": 0.95, "most": 400, "seed": 1}
_LEFT_OUT = frozenset({"scenario", "plot", "processes", "backend", "form", "lang"})


def command(options: Mapping[str, Any]) -> str:
    """The command that repeats the answer."""
    return written("plan", options, _FLAGS, _USUAL)


def written(name: str, options: Mapping[str, Any], flags: Mapping[str, str], usual: Mapping[str, Any]) -> str:
    """A command with those of its options on which the answer depends."""
    words = ["motcua", name, str(options["scenario"])]
    for option, value in options.items():
        if option in _LEFT_OUT or value in (None, False, ()) or usual.get(option) == value:
            continue
        flag = flags.get(option, f"--{option.replace('_', '-')}")
        for each in value if isinstance(value, tuple) else (value,):
            words += [flag] if each is True else [flag, str(each)]
    return shlex.join(words)


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
