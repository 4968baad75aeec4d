"""Month by month the stream has the figures of `motcua measure`: asked as its clock comes there, or later."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from dossier.event import Accepted, Tick, encode
from dossier.law.calendar import vietnam
from motcua.feed import Topic
from motcua.files import Line, read
from motcua.measure import Batch, figures_of, fold_files
from streams.local import LocalDriver, LocalLog, LocalTopic

pytestmark = pytest.mark.shared

RECEIPT, BOSTON = "receipt", "boston311_2013_2017"
LATER = timedelta(days=62)
"""Past the last fact, for what becomes overdue without one."""


class Log(NamedTuple):
    """A real log: its messages in order, the batch that `motcua measure` makes of it, and its months."""

    scenario: str
    lines: list[Line]
    batch: Batch
    months: list[datetime]

    def measured(self, at: datetime, due: str = "first") -> dict:
        """What `motcua measure --as-of` prints."""
        return figures_of(self.batch, None, (None, at), "office", due)


def opened(shared: Path, name: str, scenario: str = "live") -> Log:
    file = shared / "data" / "logs" / f"{name}_dossiers.csv.gz"
    lines = list(read(file, {}, scenario))
    zone = vietnam().zone
    instants = [line.event.at.astimezone(zone) for line in lines if line.event is not None]
    months = list(starts(min(instants), max(instants) + LATER))
    return Log(scenario, lines, fold_files([file], {}, scenario), months)


def starts(first: datetime, last: datetime) -> Iterator[datetime]:
    """Each month's first midnight after `first`, up to `last`."""
    at = first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while (at := (at + timedelta(days=32)).replace(day=1)) <= last:
        yield at


def told(topic: Topic, lines: list[Line], scenario: str, until: datetime) -> None:
    """Send messages, and the clock that comes to the last moment before `until`."""
    for line in lines:
        topic.put(line.event, line.value)
    tick = Tick(scenario=scenario, at=until - timedelta(microseconds=1))
    topic.put(tick, encode(tick))
    topic.flush()


def by_month(log: Log) -> Iterator[tuple[datetime, list[Line]]]:
    """The messages of each month, to its end: in the log's order, which is that of time."""
    i = 0
    for month in log.months:
        first = i
        while i < len(log.lines) and ((event := log.lines[i].event) is None or event.at < month):
            i += 1
        yield month, log.lines[first:i]
    assert i == len(log.lines)


def compare(log: Log, store: Path, again: int, *dues: str) -> None:
    """Each month as it begins, by what is counted on the way; each `again`-th once more when all is over."""
    with closing(LocalLog(store)) as file:
        topic, driver = LocalTopic(file), LocalDriver(file, vietnam())
        for month, lines in by_month(log):
            told(topic, lines, log.scenario, month)
            while driver.poll(5000):
                pass
            for due in dues:
                assert driver.view.indicators("live", None, "office", due) == log.measured(month, due), month
        assert driver.view.indicators("live")["total"]["received"] == sum(map(received, log.lines))
        for month in log.months[::again]:
            for due in dues:
                found = driver.view.indicators("live", month.timestamp(), "office", due)
                assert found == log.measured(month, due), month


def received(line: Line) -> bool:
    return type(line.event) is Accepted


def test_the_receipt_log_month_by_month(shared, tmp_path):
    log = opened(shared, RECEIPT)
    assert len(log.months) == 17
    compare(log, tmp_path / "store.sqlite", 1, "first", "current")


def test_boston_month_by_month(shared, tmp_path):
    """To 2022: some requests were closed as late as that. Asked afterwards of each February."""
    log = opened(shared, BOSTON)
    assert len(log.months) == 118
    compare(log, tmp_path / "store.sqlite", 12, "first")


@pytest.mark.full
def test_boston_each_month_asked_afterwards(shared, tmp_path):
    log = opened(shared, BOSTON)
    compare(log, tmp_path / "store.sqlite", 1, "first", "current")


@pytest.mark.full
@pytest.mark.kafka
@pytest.mark.parametrize("name", [RECEIPT, BOSTON])
def test_each_month_asked_of_a_worker_on_kafka_as_its_clock_comes_there(name, shared, kafka, worker):
    sink = pytest.importorskip("simulator.sinks.kafka")
    pytest.importorskip("streams.topics").ensure(kafka)
    log = opened(shared, name, f"months-{name}")
    worker.start()
    with sink.KafkaTopic(kafka) as topic:
        for month, lines in by_month(log):
            told(topic, lines, log.scenario, month)
            found = worker.indicators(log.scenario, month.isoformat(), by="office")
            assert found == log.measured(month), month
