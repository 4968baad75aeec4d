"""Control: orders come once, in order, to who asked before they were sent, and are read whatever they are."""

import uuid
from contextlib import closing
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.event import Rejected
from streams.control import LocalControl, Order, decode, encode
from streams.local import LocalLog

ORDER = Order(scenario="quickstart", lever="staff:pool=leader,add=1", at=datetime(2026, 3, 2, tzinfo=UTC))


def test_an_order_is_read_as_it_was_written():
    assert decode(encode(ORDER)) == ORDER


@given(st.binary(max_size=200) | st.builds(lambda n: b"[" * n, st.integers(1000, 100_000)))
def test_whatever_comes_is_an_order_or_refused(raw):
    assert isinstance(decode(raw), Order | Rejected)


@pytest.mark.parametrize("lever", ["", "x" * 201])
def test_a_lever_that_no_event_could_tell_is_no_order(lever):
    raw = encode({"scenario": "s", "lever": lever, "at": "2026-03-02T00:00:00Z"})
    assert isinstance(decode(raw), Rejected)


def test_a_store_gives_what_is_sent_after_the_first_look_once_and_in_order(tmp_path):
    with closing(LocalLog(tmp_path / "s.sqlite")) as one, closing(LocalLog(tmp_path / "s.sqlite")) as other:
        sender = LocalControl(one)
        sender.put(b"before")
        asker = LocalControl(other)
        assert asker.orders() == []
        for n in range(5):
            sender.put(b"%d" % n)
        assert asker.orders() == [b"0", b"1", b"2", b"3", b"4"]
        assert asker.orders() == []


@pytest.mark.kafka
def test_a_topic_gives_what_is_sent_after_the_first_look_once_and_in_order(kafka):
    from simulator.sinks.kafka import KafkaTopic  # noqa: PLC0415 (an extra)
    from streams import topics  # noqa: PLC0415
    from streams.control_topic import KafkaControl  # noqa: PLC0415

    def send(*values: bytes) -> None:
        with KafkaTopic(kafka, topics.CONTROL) as topic:
            for value in values:
                topic.put(None, value)

    topics.ensure_control(kafka)
    topics.ensure_control(kafka)
    marked = [f"{uuid.uuid4()}".encode() for _ in range(50)]
    send(b"before")
    with closing(KafkaControl(kafka)) as asker:
        assert asker.orders() == []
        send(*marked)
        assert asker.orders() == marked
        assert asker.orders() == []
