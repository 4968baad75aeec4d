"""The view as Prometheus metrics, read at scrape time: nothing is ever incremented, a replay doubles nothing.

Every family is a row of `FAMILIES`.
Counters that stand for a seen office and field are there from 0 on; a rate over nothing (0/0) is absent.
Only aggregates are labels: office x field at most, never a dossier.
The monitor's own counts bear their partition, so that they stay right when another worker takes it over.
Some "counters" can fall when a source retracts a dossier; Prometheus takes that for a restart.
"""

import platform
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from operator import attrgetter
from typing import get_args

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from dossier.life.alerts import Kind
from dossier.view import DELAYS, REASONS, Figures, Health, Part, View
from monitoring.overview import DUE
from monitoring.release import release

_classes = attrgetter(*DUE)

Labels = tuple[str, ...]
Sample = tuple[Labels, float]
Spread = tuple[Labels, list[int], float]
"""Labels, how many are in each bucket, and the sum of what was counted."""
Place = tuple[str, str, str, str]
"""(scenario, office, level, field)."""
PLACE = ("scenario", "office", "level", "field")
PART = ("partition",)


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
            for window, row in self._view.windows(name).items()
            for indicator, figure in row.items()
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

    def metric(self, now: Reading | None) -> Metric:
        """As the client library has it; without samples where nothing is read."""
        kind = CounterMetricFamily if self.kind == "counter" else GaugeMetricFamily
        metric = kind(self.name, self.about, labels=self.labels)
        for labels, value in self.read(now) if now else ():
            metric.add_metric(labels, value)
        return metric


@dataclass(frozen=True, slots=True)
class Histogram:
    """A histogram with the upper `bounds` of its buckets; one more, without a bound, is the last."""

    name: str
    about: str
    labels: Labels
    bounds: tuple[float, ...]
    read: Callable[[Reading], Iterable[Spread]]

    def buckets(self, counts: list[int]) -> list[tuple[str, int]]:
        """The bounds as they are written, each with how many are at or below it."""
        bounds = [*map(str, self.bounds), "+Inf"]
        return list(zip(bounds, accumulate(counts), strict=True))

    def metric(self, now: Reading | None) -> Metric:
        """As the client library has it; without samples where nothing is read."""
        metric = HistogramMetricFamily(self.name, self.about, labels=self.labels)
        for labels, counts, total in self.read(now) if now else ():
            metric.add_metric(labels, self.buckets(counts), total)
        return metric


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


def _parts(count: Callable[[Part], float | None]) -> Read:
    """One sample a partition, where its count is known."""
    return lambda now: [
        ((str(number),), found)
        for number, part in now.health.parts.items()
        if (found := count(part)) is not None
    ]


def _kinds(names: Iterable[str], count: Callable[[Part], dict[str, int]]) -> Read:
    """One sample for every partition and name; 0 for those of `names` that there were none of."""
    zeros = dict.fromkeys(names, 0)
    return lambda now: [
        ((str(number), name), found)
        for number, part in now.health.parts.items()
        for name, found in sorted((zeros | count(part)).items())
    ]


def _delays(now: Reading) -> Iterator[Spread]:
    for number, part in now.health.parts.items():
        yield (str(number),), part.delays, part.delayed


def _build(_: Reading) -> list[Sample]:
    return [((platform.python_version(), release()), 1)]


FAMILIES: tuple[Family | Histogram, ...] = (
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
    Family("counter", "motcua_events", "Events folded since the beginning of the topic.", PART,
           _parts(lambda p: p.events)),
    Family("counter", "motcua_folded_events", "Events folded since the worker took the partition over.", PART,
           _parts(lambda p: p.folded)),
    Family("counter", "motcua_duplicates", "Events skipped because they had been folded before.", PART,
           _parts(lambda p: p.duplicates)),
    Family("counter", "motcua_dead_letters", "Messages that cannot be folded.", (*PART, "reason"),
           _kinds(REASONS, lambda p: p.dead)),
    Family("counter", "motcua_alerts", "Alerts told since the beginning of the topic.", (*PART, "kind"),
           _kinds(get_args(Kind), lambda p: p.alerts)),
    Histogram("motcua_alert_delay_seconds",
              "Stream time from an alert's moment until it was found, since the worker has the partition.",
              PART, DELAYS, _delays),
    Family("gauge", "motcua_held_events", "Events waiting for a predecessor.", PART,
           _parts(lambda p: p.held)),
    Family("gauge", "motcua_lag_messages", "Messages published and not yet folded.", PART,
           _parts(lambda p: p.lag)),
    Family("gauge", "motcua_states", "States kept, one a dossier.", PART, _parts(lambda p: p.states)),
    Family("gauge", "motcua_open_dossiers", "Dossiers that are open, or filed and not yet accepted.", PART,
           _parts(lambda p: p.open)),
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
        return [family.metric(None) for family in FAMILIES]

    def collect(self) -> Iterator[Metric]:
        """Every family with its samples."""
        now = Reading(self._view, self._clock())
        for family in FAMILIES:
            yield family.metric(now)


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


def _lines(family: Family | Histogram, now: Reading, values: _Escaped, openmetrics: bool) -> Iterator[str]:
    if isinstance(family, Histogram):
        yield f"# HELP {family.name} {family.about}\n# TYPE {family.name} histogram\n"
        yield from _buckets(family, now, values)
        return
    name = f"{family.name}_total" if family.kind == "counter" else family.name
    headed = family.name if openmetrics else name
    yield f"# HELP {headed} {family.about}\n# TYPE {headed} {family.kind}\n"
    if not family.labels:
        for _, value in family.read(now):
            yield f"{name} {_number(value)}\n"
        return
    line, order = _line(name, family.labels)
    written = values.__getitem__
    for labels, value in family.read(now):
        yield line % (*[written(labels[i]) for i in order], _number(value))


def _buckets(family: Histogram, now: Reading, values: _Escaped) -> Iterator[str]:
    line, order = _line(f"{family.name}_bucket", (*family.labels, "le"))
    whole = {suffix: _line(f"{family.name}_{suffix}", family.labels) for suffix in ("count", "sum")}
    for labels, counts, total in family.read(now):
        for bound, many in family.buckets(counts):
            found = *labels, bound
            yield line % (*[values[found[i]] for i in order], _number(many))
        for suffix, value in (("count", sum(counts)), ("sum", total)):
            last, places = whole[suffix]
            yield last % (*[values[labels[i]] for i in places], _number(value))


def _line(name: str, labels: Labels) -> tuple[str, list[int]]:
    """How a sample is written, and the places of its labels: they are in the order of their names."""
    order = sorted(range(len(labels)), key=labels.__getitem__)
    return f"{name}{{" + ",".join(f'{labels[i]}="%s"' for i in order) + "} %s\n", order


def _number(value: float) -> str:
    if type(value) is int and value < 1_000_000:
        return f"{value}.0"
    return str(floatToGoString(value))  # type: ignore[no-untyped-call]
