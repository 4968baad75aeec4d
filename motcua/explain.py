"""`motcua explain`: what queueing formulas say before any run; and where late dossiers lose their time."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from motcua.options import FILE, FORMATS, calendar_option, lang_option, lever_option, map_option, seed_option

if TYPE_CHECKING:
    from dossier.event import Fact
    from dossier.law.calendar import Book
    from simulator.scenario.model import Scenario

RUN = "run"


class FileOrRun(click.ParamType):
    """A file of events, or the word for a run of the scenario."""

    name = "file or run"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path | str:
        """The path, or "run"."""
        return RUN if value == RUN else Path(FILE.convert(value, param, ctx))


@click.command()
@click.argument("scenario", required=False)
@lever_option
@click.option("--office", help="Of this office alone.")
@click.option(
    "--verify", is_flag=True, help="Run the simulator as well, and show how far the formulas are off."
)
@click.option(
    "--replications",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    metavar="N",
    help="So many runs, with consecutive seeds.",
)
@seed_option
@click.option(
    "--late",
    type=FileOrRun(),
    metavar="FILE|run",
    help="Instead: where late dossiers lose their time, in a file of events or in one run of the scenario.",
)
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
@map_option
@calendar_option
@lang_option
def explain(scenario: str | None, late: Path | str | None, form: str, lang: str, **options: Any) -> None:
    """Utilisation, waits, the bottleneck, times and the share on time, from formulas and before any run.

    All levers are in force throughout. With --late, the lateness of dossiers by part, step and agency: of a
    file (in which SCENARIO names a world, if it has several), or of a run. docs/explain.md says how all of it
    is reckoned, and where the formulas are off. Exit code 1: more work is asked of a pool than it can do.

    \b
    Examples:
      motcua explain quickstart
      motcua explain an-giang-2021 --lever staff:pool=land,add=1 --office long-xuyen --verify
      motcua explain --late march.jsonl.gz
      motcua explain quickstart --late run --seed 3
    """
    if late is not None:
        told = _late(scenario, late, **options)
        _show(told, form, lambda: _late_words(told, lang))
        return
    if scenario is None:
        raise click.UsageError("name a SCENARIO, or a file of events with --late FILE")
    answer = _explained(scenario, lang=lang, **options)
    _show(answer, form, lambda: _words(answer, lang))
    if answer["saturated"]:
        raise SystemExit(1)


def _show(answer: dict[str, Any], form: str, words: Callable[[], str]) -> None:
    click.echo(json.dumps(answer, ensure_ascii=False) if form == "json" else words())


def _words(answer: dict[str, Any], lang: str) -> str:
    from motcua.explained import shown

    return shown(answer, lang)


def _late_words(told: dict[str, Any], lang: str) -> str:
    from motcua.late import shown

    return shown(told, lang)


# -- formulas ----------------------------------------------------------------------------------------------


def _explained(name: str, lang: str, **options: Any) -> dict[str, Any]:
    from motcua.notices import notices
    from motcua.progress import Bar
    from motcua.show import clean
    from simulator.experiments.verify import verify
    from simulator.formulas.explain import Explained
    from simulator.scenario.files import load
    from simulator.scenario.levers import parse, text

    world, levers = load(name), [parse(lever) for lever in options["levers"]]
    for sentence in notices(world, levers, None, lang):
        click.echo(f"motcua: {clean(sentence)}", err=True)
    found = Explained(_frozen(world, options["levers"]), options["office"])
    answer = {**found.answer(), "levers": [text(lever) for lever in levers]}
    if options["verify"]:
        with Bar(f"{'chạy' if lang == 'vi' else 'running'} {name}", options["replications"]) as bar:
            answer["verify"] = verify(found, options["replications"], options["seed"], bar.to)
    return answer


def _frozen(world: "Scenario", levers: tuple[str, ...]) -> "Scenario":
    from simulator.formulas.explain import frozen
    from simulator.scenario.levers import parse

    return frozen(world, [parse(lever) for lever in levers])


# -- lateness ----------------------------------------------------------------------------------------------


def _late(scenario: str | None, late: Path | str, **options: Any) -> dict[str, Any]:
    from motcua.progress import Count
    from simulator.formulas.lateness import Lateness, report

    if late == RUN:
        facts, book, source = _run(scenario, options["levers"], options["seed"])
    else:
        facts, book, source = _file(Path(late), scenario, options)
    found = Lateness(book)
    with Count("folded") as count:
        for n, fact in enumerate(facts, 1):
            found.take(fact)
            if n % 1000 == 0:
                count.add(1000)
    found.close()
    return {"source": source, "office": options["office"], **report(found, options["office"])}


def _run(scenario: str | None, levers: tuple[str, ...], seed: int) -> "tuple[Iterator[Fact], Book, str]":
    """The facts of one run; each office by the calendar that it has there."""
    from dossier.event import Event
    from simulator.engine.calendars import Calendars
    from simulator.run import run
    from simulator.scenario.files import load
    from simulator.scenario.levers import parse

    if scenario is None:
        raise click.UsageError("name the SCENARIO that is to be run")
    world = load(scenario)
    book = Books(world, Calendars(world, 0, 0.0))
    facts = (each for each in run(world, seed, levers=map(parse, levers)) if isinstance(each, Event))
    return facts, book, f"{scenario}, seed {seed}"


class Books:
    """The calendars of a scenario's offices."""

    def __init__(self, world: "Scenario", calendars: Any) -> None:
        self._world, self._calendars = world, calendars
        self.zone = calendars.law("office").zone

    def of(self, office: str) -> Any:
        """The calendar of an office."""
        return self._calendars.law(self._world.profiles[self._world.offices[office].profile].calendar)


def _file(path: Path, scenario: str | None, options: Any) -> "tuple[Iterator[Fact], Book, str]":
    from dossier.event import Event
    from motcua.calendars import load
    from motcua.files import BadInput, read

    worlds: set[str] = set()

    def facts() -> "Iterator[Fact]":
        for line in read(path, options["columns"], None):
            fact = line.event
            if isinstance(fact, Event) and scenario in {None, fact.scenario}:
                worlds.add(fact.scenario)
                if len(worlds) > 1:
                    raise BadInput(
                        f"{path} has several worlds ({', '.join(sorted(worlds))}): name one of them"
                    )
                yield fact
        if not worlds:
            raise BadInput(f"{path} has no events" + (f" of {scenario!r}" if scenario else ""))

    return facts(), load(options["calendar"]), str(path)
