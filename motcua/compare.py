"""`motcua compare`: what levers are worth, by paired runs with intervals."""

import shlex
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from motcua.asked import again, loaded, noticed
from motcua.options import FILE, answer_options, crew_options, days_options, lever_option, seed_option

if TYPE_CHECKING:
    from motcua.answered import Answered
    from simulator.experiments.compare import Comparison, Question
    from simulator.experiments.measures import Key
    from simulator.experiments.runs import Progress
    from simulator.experiments.worlds import World

_WORDS: Mapping[str, tuple[str, str]] = {
    "running": ("{n} replications", "{n} lần lặp"),
    "resumed": (
        "{n} replications were there already, in {file}",
        "đã có sẵn {n} lần lặp trong {file}",
    ),
    "warm": (
        "warm-up by MSER-5: {days} days",
        "thời gian khởi động theo MSER-5: {days} ngày",
    ),
    "restless": (
        "the offices did not settle in the weeks looked at: a pool may not cope, and no warm-up mends that",
        "các đơn vị chưa ổn định trong các tuần đã xét: có thể có nhóm quá tải, khởi động lâu hơn cũng thế",
    ),
}  # fmt: skip


@click.command()
@click.argument("scenario")
@lever_option
@click.option(
    "--world",
    "worlds",
    multiple=True,
    metavar="NAME=LEVER;LEVER",
    help="Several levers pulled together, by a name of yours. Several if need be.",
)
@click.option(
    "--replications",
    type=click.IntRange(min=2),
    metavar="N",
    help="Runs of each world, with seeds from --seed on  [default: 20]",
)
@click.option(
    "--precision",
    multiple=True,
    metavar="INDICATOR=HALFWIDTH",
    help="Run until the difference is known so well, as on_time=0.005 (half a point) or wait=0.5 (hours), "
    "or of some, as on_time@level:commune=0.01. Several if need be.",
)
@click.option(
    "--most",
    type=click.IntRange(min=20),
    default=1000,
    show_default=True,
    metavar="N",
    help="Runs of each world at most, with --precision.",
)
@click.option(
    "--by", type=click.Choice(["level", "office", "pool"]), help="Differences of each of these too."
)
@seed_option
@days_options
@click.option("--dossiers", type=click.IntRange(min=1), metavar="N", help="Runs of the first N filings.")
@click.option(
    "--warm-up",
    metavar="DAYS|mser",
    help="Days at work before the first, in place of the scenario's; mser: as many as MSER-5 finds.",
)
@click.option(
    "--confidence",
    type=click.FloatRange(0.5, 0.9999),
    default=0.95,
    show_default=True,
    help="Of each interval.",
)
@click.option(
    "--interval",
    type=click.Choice(["t", "bootstrap"]),
    default="t",
    show_default=True,
    help="How intervals are made; with --precision always t.",
)
@click.option("--controls/--no-controls", default=True, show_default=True, help="Use control variates.")
@crew_options
@click.option("--checkpoint", type=FILE, help="Keep finished runs here, and go on from it after a stop.")
@answer_options
def compare(**options: Any) -> None:
    """What levers are worth: runs of the scenario with and without them, under the same luck.

    Each lever is a world beside the baseline. docs/compare.md says how the figures come about. Exit code 1: a
    precision was not reached, or runs had trouble (a pool that cannot cope).

    \b
    Examples:
      motcua compare quickstart --lever edd --lever staff:pool=leader,add=1
      motcua compare quickstart --world "both=edd;e-signature" --precision on_time=0.005 --precision wait=1
      motcua compare an-giang-2021 --lever edd --by level --replications 10 --checkpoint edd.jsonl
    """
    from motcua.answered import answering, written
    from motcua.effects import shown, troubled, warned
    from simulator.experiments import compare as experiments

    lang = options["lang"]
    with answering(options) as files, ExitStack() as stack:
        worlds, notes = _worlds(options)
        found = experiments.compare(
            worlds,
            _question(options),
            backend=options["backend"],
            processes=options["processes"],
            checkpoint=options["checkpoint"],
            progress=_meter(stack, options["checkpoint"], lang),
        )
        answer = {**found.plain(), "command": _again(options)}
        if files.wanted:
            _report(files, found, answer, worlds, notes, lang)
    click.echo(written(answer) if options["form"] == "json" else shown(found, answer["command"], lang))
    for sentence in warned(found, lang):
        click.echo(f"motcua: {sentence}", err=True)
    if troubled(found) or not found.enough:
        raise SystemExit(1)


def _report(
    files: "Answered",
    found: "Comparison",
    answer: Mapping[str, Any],
    worlds: "Sequence[World]",
    notes: Sequence[str],
    lang: str,
) -> None:
    from motcua.basis import of_scenario
    from motcua.effects import told, warned
    from motcua.figures import compared

    name = shlex.split(answer["command"])[2]
    levers = [lever for world in worlds for lever in world.levers]
    notes = [*notes, *warned(found, lang)]
    basis = of_scenario(worlds[0].scenario, name, (found.start, found.until), levers, notes, lang)
    files.put(told(found, lang), basis, answer, compared(answer), lang)


def _worlds(options: Mapping[str, Any]) -> "tuple[list[World], list[str]]":
    """The worlds that are compared, and what is to be said of them before."""
    from motcua.files import BadInput
    from simulator.experiments.worlds import of, warmed

    scenario = loaded(options)
    worlds = of(scenario, options["levers"], options["worlds"])
    if len(worlds) == 1:
        raise BadInput('nothing is compared: give --lever LEVER or --world "NAME=LEVER;LEVER"')
    if options["precision"] and options["replications"]:
        raise BadInput("give --replications or --precision: the one says how many runs, the other how good")
    _precision(options["precision"])
    ends = options["dossiers"] is None
    notes = [each for world in worlds[1:] for each in noticed(scenario, world.levers, options, ends)]
    if options["warm_up"] is not None:
        days = _days(options, worlds[0])
        worlds = [warmed(world, days) for world in worlds]
    return worlds, list(dict.fromkeys(notes))


def _question(options: Mapping[str, Any]) -> "Question":
    """What is asked of them; BadInput where it cannot be."""
    from simulator.experiments.compare import MOST, RUNS, Question

    precision = _precision(options["precision"])
    same = ("seed", "by", "start", "until", "dossiers", "confidence", "interval", "controls")
    return Question(
        replications=options["replications"] or RUNS,
        precision=precision or None,
        most=options["most"] if precision else MOST,
        **{name: options[name] for name in same},
    )


def _again(options: Mapping[str, Any]) -> str:
    """The command that gives the same answer, with the runs that it makes."""
    from simulator.experiments.compare import RUNS

    runs = options["replications"] or (None if options["precision"] else RUNS)
    return again(compare, {**options, "replications": runs}, always=("seed",))


def _precision(pairs: Sequence[str]) -> "dict[Key, float]":
    from motcua.files import BadInput
    from simulator.experiments.measures import key

    found = {}
    for pair in pairs:
        what, _, half = pair.rpartition("=")
        try:
            found[key(what)] = float(half)
        except ValueError as error:
            raise BadInput(f"--precision {pair!r}: {error}; write on_time=0.005") from None
    return found


def _days(options: Mapping[str, Any], baseline: "World") -> int:
    """The days of --warm-up."""
    from motcua.files import BadInput
    from simulator.experiments.warmup import warm_up

    given, lang = options["warm_up"], options["lang"]
    if given.isdecimal() and int(given) <= 366:
        return int(given)
    if given != "mser":
        raise BadInput(f"--warm-up {given}: write days from 0 to 366, or mser")
    found = warm_up(baseline, options["seed"], start=options["start"])
    click.echo(f"motcua: {_say('warm', lang, days=found.days)}", err=True)
    if not found.settled:
        click.echo(f"motcua: {_say('restless', lang)}", err=True)
    return found.days


def _meter(stack: ExitStack, checkpoint: Path | None, lang: str) -> "Progress":
    """A bar with the estimated end; it is begun anew when more replications are to be made."""
    from motcua.progress import Bar

    bars: dict[int, Bar] = {}

    def progress(done: int, count: int) -> None:
        if count not in bars:
            if not bars and done and checkpoint is not None:
                click.echo(f"motcua: {_say('resumed', lang, n=done, file=checkpoint)}", err=True)
            for bar in bars.values():
                bar.__exit__(None, None, None)
            bars[count] = Bar(_say("running", lang, n=count), count - done)
            starts[count] = done
        bars[count].to(done - starts[count])

    def end() -> None:
        for bar in bars.values():
            bar.__exit__(None, None, None)

    starts: dict[int, int] = {}
    stack.callback(end)
    return progress


def _say(name: str, lang: str, /, **words: object) -> str:
    return _WORDS[name][lang == "vi"].format(**words)
