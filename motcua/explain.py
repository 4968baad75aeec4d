"""`motcua explain`: what queueing formulas say before any run; and where late dossiers lose their time."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from motcua.asked import again, noticed
from motcua.options import FILE, answer_options, calendar_option, lever_option, map_option, seed_option

if TYPE_CHECKING:
    from dossier.event import Fact
    from dossier.law.calendar import Book
    from motcua.answered import Answered
    from motcua.basis import Basis
    from simulator.formulas.lateness import Lateness
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
@map_option
@calendar_option
@answer_options
def explain(**options: Any) -> None:
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
    from motcua.answered import answering, written
    from motcua.explained import shown
    from motcua.late import shown as late_shown

    if options["late"] is None and options["scenario"] is None:
        raise click.UsageError("name a SCENARIO, or a file of events with --late FILE")
    if options["late"] is not None and options["verify"]:
        raise click.UsageError("--verify is of the formulas: it does not go with --late")
    if options["late"] not in (None, RUN) and options["levers"]:
        raise click.UsageError("a record is as it is: --lever goes with --late run, not with a file")
    with answering(options) as files:
        late = options["late"] is not None
        answer = _late(options, files) if late else _explained(options, files)
    words = late_shown if late else shown
    click.echo(written(answer) if options["form"] == "json" else words(answer, options["lang"]))
    if not late and answer["saturated"]:
        raise SystemExit(1)


# -- formulas ----------------------------------------------------------------------------------------------


def _explained(options: Mapping[str, Any], files: "Answered") -> dict[str, Any]:
    from motcua.explained import told
    from motcua.figures import explained
    from motcua.progress import Bar
    from simulator.experiments.verify import verify
    from simulator.formulas.explain import Explained, frozen
    from simulator.scenario.files import load
    from simulator.scenario.levers import parse, text

    name, lang = options["scenario"], options["lang"]
    world, levers = load(name), [parse(lever) for lever in options["levers"]]
    notes = noticed(world, levers, options, ends=False)
    found = Explained(frozen(world, levers), options["office"])
    answer = {**found.answer(), "levers": [text(lever) for lever in levers]}
    if options["verify"]:
        with Bar(f"{'chạy' if lang == 'vi' else 'running'} {name}", options["replications"]) as bar:
            answer["verify"] = verify(found, options["replications"], options["seed"], bar.to)
    answer["command"] = again(explain, options)
    if files.wanted:
        basis = _basis(world, options, notes)
        files.put(told(answer, world.title, lang), basis, answer, explained(answer), lang)
    return answer


def _basis(world: "Scenario", options: Mapping[str, Any], notes: list[str]) -> "Basis":
    from motcua.basis import of_scenario
    from simulator.scenario.levers import parse

    levers = map(parse, options["levers"])
    return of_scenario(world, options["scenario"], (world.start, world.until), levers, notes, options["lang"])


# -- lateness ----------------------------------------------------------------------------------------------


def _late(options: Mapping[str, Any], files: "Answered") -> dict[str, Any]:
    from motcua.basis import of_record
    from motcua.figures import late
    from motcua.late import told
    from simulator.formulas.lateness import report
    from simulator.scenario.files import load

    scenario, file, lang = options["scenario"], options["late"], options["lang"]
    if file == RUN:
        facts, book, source = _run(scenario, options["levers"], options["seed"])
    else:
        facts, book, source = _file(Path(file), scenario, options)
    found = report(_folded(facts, book), options["office"])
    answer = {"source": source, "office": options["office"], **found, "command": again(explain, options)}
    if files.wanted:
        record = file != RUN
        basis = (
            of_record(source, options["calendar"], lang) if record else _basis(load(scenario), options, [])
        )
        files.put(told(answer, lang), basis, answer, late(answer), lang)
    return answer


def _folded(facts: "Iterator[Fact]", book: "Book") -> "Lateness":
    from motcua.progress import Count
    from simulator.formulas.lateness import Lateness

    found = Lateness(book)
    with Count("folded") as count:
        for n, fact in enumerate(facts, 1):
            found.take(fact)
            if n % 1000 == 0:
                count.add(1000)
    found.close()
    return found


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
