"""The partitions of other workers, followed by their states: any worker answers for all."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.event import Tick, encode
from dossier.law.calendar import DAY, vietnam
from streams.partition import PROGRESS
from streams.processor import PartitionProcessor
from streams.records import Progress
from tests import strategies as our
from tests.streams.test_processor import views

pytest.importorskip("faust", reason="the extra kafka is not installed")
from streams.standby import STILL_SECONDS, Follower

BOOK = vietnam()
SHORT = 2 * DAY


def records(offset: int, flushed) -> Iterator[SimpleNamespace]:
    return (
        SimpleNamespace(offset=offset + n, key=key, value=value) for n, (key, value) in enumerate(flushed)
    )


def all_of(follower: Follower) -> PartitionProcessor:
    while follower.fold():
        pass
    return follower.processor


@settings(max_examples=40)
@given(st.data(), st.sampled_from([None, SHORT]))
def test_whoever_follows_shows_what_the_worker_shows(data, keep):
    def processor() -> PartitionProcessor:
        return PartitionProcessor(BOOK, watch=True, keep=keep)

    def seen(processor: PartitionProcessor) -> dict:
        shown = views(processor)
        if keep is not None:  # the sums of days are not kept beyond the states
            for name in processor.worlds:
                del shown[name]["trend"], shown[name]["rolling"]
        return shown

    facts = data.draw(our.disorders(data.draw(our.histories())))
    ticks = [Tick(scenario=our.SCENARIO, at=our.at(24 * day)) for day in (5, 9, 60)]
    raws = [encode(message) for message in (*facts, *ticks)]
    cuts = data.draw(st.sets(st.integers(0, len(raws))))
    asked = data.draw(st.sets(st.integers(0, len(raws))))
    worker, follower, told, written = processor(), Follower(processor()), set(), 0
    for offset, raw in enumerate(raws):
        worker.apply(offset, raw)
        if offset in cuts or offset == len(raws) - 1:
            stored = worker.flush()
            told |= {alert.id for alert in worker.alerts()}
            follower.keep(list(records(written, stored)))
            written += len(stored)
            if offset in asked:
                assert seen(all_of(follower)) == seen(worker)
    taken = all_of(follower)
    assert seen(taken) == seen(worker)
    assert taken.entries == worker.entries
    for one in (worker, taken):
        one.apply(len(raws), encode(Tick(scenario=our.SCENARIO, at=our.at(24 * 90))))
    assert [alert.id for alert in taken.alerts()] == [alert.id for alert in worker.alerts()]
    assert seen(taken) == seen(worker)


def test_where_messages_wait_and_nobody_comes_it_stands(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("streams.standby.time.monotonic", lambda: now[0])
    follower = Follower(PartitionProcessor(BOOK))
    for unread in (0, 0, 1, 0, 2):  # one that comes after a long silence has its time, too
        now[0] += STILL_SECONDS
        follower.look(unread)
        assert not follower.stands
    now[0] += 1
    assert follower.stands
    follower.keep(list(records(0, [(PROGRESS, msgspec.msgpack.encode(Progress(offset=7)))])))
    follower.fold()
    follower.look(2)
    assert not follower.stands


@pytest.mark.kafka
def test_any_of_two_answers_for_all_and_goes_on_alone(kafka, worker, tmp_path):
    from tests.streams.test_app import batch, renamed, send, simulated  # noqa: PLC0415

    name = f"all-{uuid.uuid4().hex[:8]}"
    events = renamed(simulated(), name)
    half = len(events) // 2
    ends = [max(event.at for event in some) + timedelta(seconds=1) for some in (events[:half], events)]
    workers = [type(worker)(tmp_path / who, "--kafka", kafka, "--name", who) for who in ("left", "right")]
    try:
        for one in workers:
            one.start()
        send(kafka, [*events[:half], Tick(scenario=name, at=ends[0])])
        for one in workers:
            found = one.indicators(name, ends[0].isoformat(), by="office")
            assert found == batch(events[:half], name, ends[0], BOOK)
        parts = [one.get("/healthz")["partitions"] for one in workers]
        assert sum(parts) == 12
        assert all(parts)
        workers[0].kill()
        send(kafka, [*events[half:], Tick(scenario=name, at=ends[1])])
        found = workers[1].indicators(name, ends[1].isoformat(), by="office")
        assert found == batch(events, name, ends[1], BOOK)
        assert workers[1].get("/healthz")["partitions"] == 12
    finally:
        for one in workers:
            one.end()
