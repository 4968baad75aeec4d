"""Faust's messages, a batch at a time: what it fetched of a partition comes to the agent as one event.

Faust hands on each message in three turns of the event loop and four tasks (`benchmarks.streaming`), which
is more than a message's fold costs. Its scheduler decides what is handed on, and in what order.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

BATCH = 250
"""Messages handed on at once, at most."""


class Batch:
    """Some messages of one partition, in order, in the form of a record; its offset is the last one's."""

    timestamp = timestamp_type = key = checksum = None
    headers = ()
    serialized_key_size = serialized_value_size = 0

    def __init__(self, records: Sequence[Any]) -> None:
        last = records[-1]
        self.topic, self.partition, self.offset = last.topic, last.partition, last.offset
        self.value = records


class Batches:
    """What Faust's setting `ConsumerScheduler` takes: batches of each partition in turn."""

    def iterate(self, records: Mapping[Any, list[Any]]) -> Iterator[tuple[Any, Batch]]:
        """The records that were fetched, by partition."""
        longest = max(map(len, records.values()), default=0)
        for start in range(0, longest, BATCH):
            for tp, fetched in records.items():
                if start < len(fetched):
                    yield tp, Batch(fetched[start : start + BATCH])
