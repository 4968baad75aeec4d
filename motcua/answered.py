"""An answer as files: a page to read and print, beside it JSON and Parquet, and a picture of its own."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from motcua.basis import Basis
from motcua.figures import COLUMNS, Row
from motcua.files import BadInput
from motcua.pages import Told, page
from simulator.sinks.parquet import RowParquet
from simulator.sinks.sink import FileSink, Sinks

PAGE = ".html"
Sunk = TypeVar("Sunk", bound=FileSink)


class Text(FileSink):
    """A file of text, written at once."""

    direct = False

    def _begin(self) -> None:
        self._out = self.file.stream()

    def put(self, text: str) -> None:
        """Have this in it."""
        with self._told():
            self._out.write(text.encode())


class Answered:
    """The files that were asked for; each is whole at the end, or not there."""

    def __init__(self, report: Path | None, plot: Path | None) -> None:
        self.sinks: list[FileSink] = []
        self._page: Text | None = None
        self._json: Text | None = None
        self._picture: Text | None = None
        self._figures: RowParquet | None = None
        try:
            if plot is not None:
                self._picture = self._add(Text(plot))
            if report is not None:
                self._page = self._add(Text(report))
                self._json = self._add(Text(report.with_suffix(".json")))
                self._figures = self._add(RowParquet(report.with_suffix(".parquet"), COLUMNS))
        except BaseException:
            Sinks(self.sinks).drop()
            raise

    @property
    def wanted(self) -> bool:
        """Whether a page is."""
        return self._page is not None

    def picture(self, svg: str) -> None:
        """Have the picture, if one was asked for."""
        if self._picture is not None:
            self._picture.put(svg)

    def put(
        self, told: Told, basis: Basis, answer: Mapping[str, Any], figures: Iterable[Row], lang: str
    ) -> None:
        """Have the page, the answer as JSON, and its figures."""
        assert self._page is not None
        assert self._json is not None
        assert self._figures is not None
        beside = [self._json.path.name, self._figures.path.name]
        self._page.put(page(told, basis, answer["command"], beside, lang))
        self._json.put(f"{written(answer)}\n")
        self._figures.put(list(figures))

    def _add(self, sink: Sunk) -> Sunk:
        self.sinks.append(sink)
        return sink


@contextmanager
def answering(options: Mapping[str, Any]) -> Iterator[Answered]:
    """The files of a command's answer, taken before its runs; BadInput or SinkError where they cannot be.

    A page is said on standard error when it is there, with the files beside it.
    """
    report, plot = options["report"], options.get("plot")
    _check(report, [options.get(name) for name in ("scenario", "checkpoint", "late")])
    answered = Answered(report, plot)
    with Sinks(answered.sinks):
        yield answered
    if report is not None:
        names = ", ".join(str(sink.path) for sink in answered.sinks)
        click.echo(f"motcua: {names}", err=True)


def written(told: Mapping[str, Any]) -> str:
    """An answer as JSON."""
    return json.dumps(told, ensure_ascii=False, allow_nan=False)


def _check(report: Path | None, others: Sequence[Any]) -> None:
    """BadInput where the name is no page's, or a file beside it is one that is read."""
    if report is None:
        return
    if report.suffix != PAGE or report.stem.startswith("."):
        raise BadInput(f"--report {report}: the answer is a page, write a name that ends in {PAGE}")
    beside = {report.with_suffix(ending).resolve() for ending in (PAGE, ".json", ".parquet")}
    for other in others:
        if other is not None and Path(str(other)).resolve() in beside:
            raise BadInput(f"--report {report}: {other} would be written over; give the page another name")
