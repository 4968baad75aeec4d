"""What commands on many runs have alike: a scenario and its days, notices before, the command again."""

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from simulator.scenario.model import Lever, Scenario

LEFT_OUT = frozenset({"plot", "report", "processes", "backend", "checkpoint", "form", "lang"})
"""Options on which the answer does not depend."""


def loaded(options: Mapping[str, Any]) -> "Scenario":
    """The scenario that is asked about, if its days are some; ScenarioError or BadInput otherwise."""
    from motcua.runs import check_days
    from simulator.scenario.files import load

    scenario = load(options["scenario"])
    check_days(options["start"] or scenario.start, options["until"] or scenario.until)
    return scenario


def noticed(
    scenario: "Scenario", levers: "Sequence[Lever]", options: Mapping[str, Any], ends: bool = True
) -> list[str]:
    """What a planner should know before runs begin, said on standard error too.

    `ends`: the runs have a last day.
    """
    from motcua.notices import notices
    from motcua.show import clean

    until = (options["until"] or scenario.until) if ends else None
    sentences = list(notices(scenario, levers, until, options["lang"]))
    for sentence in sentences:
        click.echo(f"motcua: {clean(sentence)}", err=True)
    return sentences


def svg_only(path: Path | None) -> None:
    """BadInput where a picture would be no SVG."""
    from motcua.files import BadInput

    if path is not None and path.suffix != ".svg":
        raise BadInput(f"--plot {path}: the picture is an SVG, write a name that ends in .svg")


def again(command: click.Command, options: Mapping[str, Any], always: Collection[str] = ()) -> str:
    """The command that gives the same answer, for a shell: what is as usual is left out, but for `always`."""
    words = ["motcua", str(command.name)]
    for param in command.params:
        name = str(param.name)
        value = options[name]
        if isinstance(param, click.Argument):
            words += [] if value is None else [str(value)]
        elif name in always or (name not in LEFT_OUT and value != param.default):
            words += _written(param, value)
    return shlex.join(words)


def _written(param: click.Parameter, value: Any) -> Iterator[str]:
    """An option as it is typed, once for each of its values; nothing for none."""
    if isinstance(value, bool):
        yield from (param.opts if value else param.secondary_opts)[:1]
        return
    if isinstance(value, Mapping):
        value = tuple(f"{ours}={theirs}" for ours, theirs in value.items())
    for each in value if isinstance(value, tuple) else (value,):
        if each is not None:
            yield from (param.opts[0], str(each))
