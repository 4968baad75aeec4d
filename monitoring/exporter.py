"""The view as Prometheus metrics, read at scrape time: nothing is ever incremented, a replay doubles nothing.

Every family is a row of `FAMILIES`.
Counters that stand for a seen office and field are there from 0 on; a rate over nothing (0/0) is absent.
Only aggregates are labels: office x field at most, never a dossier.
Some "counters" can fall when a source retracts a dossier; Prometheus takes that for a restart.
"""

import platform
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from dossier.view import REASONS, Figures, Health, View
from monitoring.overview import DUE
from monitoring.release import release

_classes = attrgetter(*DUE)

Labels = tuple[str, ...]
Sample = tuple[Labels, float]
Place = tuple[str, str, str, str]
"""(scenario, office, level, field)."""
PLACE = ("scenario", "office", "level", "field")


class Reading:
    """What one scrape reads of the view, each question asked once; `at` is the time of the scrape."""

    def __init__(self, view: View, at: float) -> None:
        self.at = at
        self._view = view

    @cached_property
    def scenarios(self) -> list[str]:
        return self._view.scenarios()

    @cached_property
    def health(self) -> Health:
        return self._view.health()

    @cached_property
    def places(self) -> list[tuple[Place, Figures]]:
        return [
            ((name, *cell), row)
            for name in self.scenarios
            for cell, row in self._view.cells(name).items()
            if row["received"]
        ]

    @cached_property
    def due(self) -> dict[Place, tuple[int, ...]]:
        """Open dossiers by the classes of `DUE`; 0 for every place seen that has none."""
        open_ = {place: (0,) * len(DUE) for place, _ in self.places}
        for name in self.scenarios:
            for row in self._view.open_by_due(name):
                open_[name, row.office, row.level, row.field] = _classes(row)
        return open_

    @cached_property
    def rates(self) -> list[Sample]:
        """(scenario, indicator, window) of the whole scenario; 0/0 is left out."""
        return [
            ((name, indicator.removesuffix("_rate"), window), figure)
            for name in self.scenarios
            for window, rows in self._view.rolling(name).items()
            for indicator, figure in rows.get(("", ""), {}).items()
            if indicator.endswith("_rate") and figure is not None
        ]

    @cached_property
    def clocks(self) -> list[Sample]:
        return [((name,), at) for name, at in sorted(self.health.clocks.items())]


Read = Callable[[Reading], Iterable[Sample]]


@dataclass(frozen=True, slots=True)
class Family:
    """A metric: `name` without `_total`, `kind` counter or gauge, `read` gives its samples."""

    kind: str
    name: str
    about: str
    labels: Labels
    read: Read


def _parted(*parts: tuple[str, Callable[[Figures], int]]) -> Read:
    """One sample for every place and part; a part is a label's value and what it counts."""
    return lambda now: [((*place, label), count(row)) for place, row in now.places for label, count in parts]


def _open(now: Reading) -> Iterator[Sample]:
    for place, counts in now.due.items():
        for due, count in zip(DUE, counts, strict=True):
            yield (*place, due), count


def _anomalies(now: Reading) -> Iterator[Sample]:
    for scenario, kinds in sorted(now.health.anomalies.items()):
        for kind, count in sorted(kinds.items()):
            yield (scenario, kind), count


def _last_event(now: Reading) -> Iterator[Sample]:
    if now.health.last_event is not None:
        yield (), now.health.last_event


def _dead(now: Reading) -> list[Sample]:
    return [((reason,), n) for reason, n in sorted((dict.fromkeys(REASONS, 0) | now.health.dead).items())]


def _build(_: Reading) -> list[Sample]:
    return [((platform.python_version(), release()), 1)]


FAMILIES = (
    Family("gauge", "dossier_open", "Open dossiers by the nearness of their due date in clock hours.",
           (*PLACE, "due"), _open),
    Family("counter", "dossier_received", "Dossiers received.", (*PLACE, "online"),
           _parted(("true", lambda f: f["online"]), ("false", lambda f: f["received"] - f["online"]))),
    Family("counter", "dossier_decided",
           "Dossiers with a verdict: finished by the first due date, or that date passed while open.",
           (*PLACE, "verdict"),
           _parted(("early", lambda f: f["early"]), ("on_time", lambda f: f["on_time"] - f["early"]),
                   ("late", lambda f: f["breached"]))),
    Family("counter", "dossier_finished", "Dossiers finished, with or without a due date.", (*PLACE, "due"),
           _parted(("with", lambda f: f["finished_with_due"]),
                   ("without", lambda f: f["finished"] - f["finished_with_due"]))),
    Family("counter", "dossier_apology_due", "Dossiers whose lateness calls for a letter of apology.", PLACE,
           lambda now: [(place, f["letters_due"]) for place, f in now.places]),
    Family("counter", "dossier_apology_sent", "Late dossiers with a letter of apology, sent in time or late.",
           (*PLACE, "timing"),
           _parted(("in_time", lambda f: f["letters_in_time"]),
                   ("late", lambda f: f["letters_sent"] - f["letters_in_time"]))),
    Family("gauge", "dossier_apology_missing", "Late dossiers without a letter of apology.", PLACE,
           lambda now: [(place, f["letters_due"] - f["letters_sent"]) for place, f in now.places]),
    Family("counter", "dossier_anomaly", "Oddities in what the offices did, by kind.", ("scenario", "kind"),
           _anomalies),
    Family("gauge", "dossier_rate", "Share (0 to 1) in a rolling window, whole scenario; absent for 0/0.",
           ("scenario", "indicator", "window"), lambda now: now.rates),
    Family("counter", "motcua_events", "Events folded since the beginning of the topic.", (),
           lambda now: [((), now.health.events)]),
    Family("counter", "motcua_duplicates", "Events skipped because they had been folded before.", (),
           lambda now: [((), now.health.duplicates)]),
    Family("counter", "motcua_dead_letters", "Messages that cannot be folded.", ("reason",), _dead),
    Family("gauge", "motcua_held_events", "Events waiting for a predecessor.", (),
           lambda now: [((), now.health.held)]),
    Family("gauge", "motcua_lag_messages", "Messages published and not yet folded.", (),
           lambda now: [((), now.health.lag)]),
    Family("gauge", "motcua_last_event_timestamp_seconds", "Wall time of the last message folded.", (),
           _last_event),
    Family("gauge", "motcua_stream_time_timestamp_seconds", "How far every partition has come in event time.",
           ("scenario",), lambda now: now.clocks),
    Family("gauge", "motcua_snapshot_timestamp_seconds", "Wall time at which these figures were read.", (),
           lambda now: [((), now.at)]),
    Family("gauge", "motcua_build_info", "1, with the version of motcua and Python as labels.",
           ("python", "version"), _build),
)  # fmt: skip


class ViewCollector(Collector):
    """The view's metrics for a `prometheus_client` registry; `clock` gives the time of the scrape."""

    def __init__(self, view: View, clock: Callable[[], float] = time.time) -> None:
        self._view = view
        self._clock = clock

    def describe(self) -> list[Metric]:
        """The families without samples, so that registering does not read the view."""
        return [_metric(family) for family in FAMILIES]

    def collect(self) -> Iterator[Metric]:
        """Every family with its samples."""
        now = Reading(self._view, self._clock())
        for family in FAMILIES:
            metric = _metric(family)
            for labels, value in family.read(now):
                metric.add_metric(labels, value)
            yield metric


def exposition(view: View, accept: str = "", clock: Callable[[], float] = time.time) -> tuple[bytes, str]:
    """The metrics as bytes and their content type: OpenMetrics where `accept` asks for it, else plain text.

    The same bytes as `prometheus_client` writes for a registry with `ViewCollector`, in a sixth of the time:
    30,000 series are 0.1 s here.
    """
    content_type = choose_encoder(accept)[1]
    openmetrics = content_type.startswith("application/openmetrics-text")
    now = Reading(view, clock())
    values = _Escaped()
    lines = [line for family in FAMILIES for line in _lines(family, now, values, openmetrics)]
    return "".join([*lines, "# EOF\n"] if openmetrics else lines).encode(), content_type


class _Escaped(dict[str, str]):
    """Label values as they are written; the few that there are come again and again."""

    def __missing__(self, value: str) -> str:
        escaped = value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
        self[value] = escaped
        return escaped


def _lines(family: Family, now: Reading, values: _Escaped, openmetrics: bool) -> Iterator[str]:
    counter = family.kind == "counter"
    name = f"{family.name}_total" if counter else family.name
    headed = family.name if openmetrics else name
    yield f"# HELP {headed} {family.about}\n# TYPE {headed} {family.kind}\n"
    if not family.labels:
        for _, value in family.read(now):
            yield f"{name} {_number(value)}\n"
        return
    # Labels are written in the order of their names.
    order = sorted(range(len(family.labels)), key=family.labels.__getitem__)
    written = values.__getitem__
    line = f"{name}{{" + ",".join(f'{family.labels[i]}="%s"' for i in order) + "} %s\n"
    for labels, value in family.read(now):
        yield line % (*[written(labels[i]) for i in order], _number(value))


def _number(value: float) -> str:
    if type(value) is int and value < 1_000_000:
        return f"{value}.0"
    return str(floatToGoString(value))  # type: ignore[no-untyped-call]


def _metric(family: Family) -> CounterMetricFamily | GaugeMetricFamily:
    kind = CounterMetricFamily if family.kind == "counter" else GaugeMetricFamily
    return kind(family.name, family.about, labels=family.labels)
