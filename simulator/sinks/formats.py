"""Formats: which sink a file's name asks for."""

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from simulator.sinks.lines import Lines
from simulator.sinks.ocel_json import OcelJson
from simulator.sinks.ocel_sqlite import OcelSqlite
from simulator.sinks.parquet import CaseParquet, EventParquet
from simulator.sinks.sink import FileSink, Sink, SinkError, Sinks
from simulator.sinks.tables import CaseTable, EventTable
from simulator.sinks.whole import PART
from simulator.sinks.xes import Xes

FORMATS: dict[str, type[FileSink]] = {
    ".jsonl": Lines,
    ".jsonl.gz": Lines,
    ".dossiers.csv": CaseTable,
    ".dossiers.csv.gz": CaseTable,
    ".csv": EventTable,
    ".csv.gz": EventTable,
    ".dossiers.parquet": CaseParquet,
    ".parquet": EventParquet,
    ".xes": Xes,
    ".xes.gz": Xes,
    ".ocel.json": OcelJson,
    ".ocel.json.gz": OcelJson,
    ".ocel.sqlite": OcelSqlite,
}
"""The end of a file's name, to what is written; the first that fits."""


def chosen(path: str | Path) -> type[FileSink]:
    """The sink for a name; a device or a pipe without one gets JSON lines. SinkError for an unknown name."""
    name = Path(path).name
    if str(path).endswith(os.sep) or Path(path).is_dir():
        raise SinkError(f"{path} is a folder: name a file in it, as {Path(path) / 'run.jsonl'}")
    if name.endswith(PART):
        return Lines  # refuses it, and says why
    for ending, kind in FORMATS.items():
        if name.endswith(ending) and name != ending:
            return kind
    if Path(path).exists() and not Path(path).is_file():
        return Lines
    raise SinkError(f"{path}: no format has this name; use one of NAME{', NAME'.join(FORMATS)}")


def opened(paths: Iterable[str | Path]) -> Sink:
    """One sink for all these files. SinkError if one cannot be written; none is then touched."""
    kinds = [(path, chosen(path)) for path in paths]
    places = Counter(Path(path).resolve() for path, _ in kinds)
    for path, _ in kinds:
        if places[Path(path).resolve()] > 1:
            raise SinkError(f"{path} is named twice: each output needs a file of its own")
    sinks: list[Sink] = []
    try:
        for path, kind in kinds:
            sinks.append(kind(path))
    except BaseException:
        Sinks(sinks).drop()
        raise
    return Sinks(sinks)
