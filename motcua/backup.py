"""`motcua topics backup` and `restore`: the events of a Kafka in a file, and back into an empty one.

The file is gzip of JSON lines: what it is, the records partition by partition, and how many they are.
A record's value stands there as text, or as base64 (`raw`) where it is none; its key and headers as base64.
"""

import gzip
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from motcua.files import BadInput
from motcua.progress import Count
from motcua.show import number
from motcua.topics import broker_options, needs_kafka, security
from simulator.sinks.whole import Whole
from streams.shapes import EVENTS, state_topic

_WORDS: Mapping[str, tuple[str, str]] = {
    "saved": ("{n} records are in {file}", "đã lưu {n} bản ghi vào {file}"),
    "restored": ("{n} records are restored", "đã khôi phục {n} bản ghi"),
    "saving": ("saved", "đã lưu"),
    "sending": ("sent", "đã gửi"),
}


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first line."""

    topic: str
    partitions: int
    form: int = 1


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A record as it stood on the topic."""

    partition: int
    offset: int
    key: bytes | None = None
    headers: list[tuple[str, bytes]] = []
    value: str | None = None
    raw: bytes | None = None

    @property
    def message(self) -> bytes | None:
        """The value, byte by byte."""
        return self.raw if self.value is None else self.value.encode()


class Tail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last line: without it the file is not whole."""

    records: int


_T = TypeVar("_T", Head, Record, Tail)
_TAIL = b'{"records"'
_encode = msgspec.json.Encoder().encode


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@broker_options
def backup(file: Path, kafka: str, lang: str) -> None:
    """Write all events of a Kafka to a file (.jsonl.gz); workers and producers may go on meanwhile.

    It holds what was there when each partition was read. States, alerts and dead letters come of the events
    again, and are not in it.

    \b
    Example:
      motcua topics backup events.jsonl.gz --kafka b1:9092 --kafka-config admin.toml
    """
    needs_kafka()
    from streams import topics
    from streams.reading import records

    secured = security()
    there = topics.found(kafka, secured).get(EVENTS)
    if there is None:
        raise BadInput(f"the Kafka at {kafka} has no {EVENTS}, or you may not see it: docs/kafka.md")
    whole = Whole(file)
    count = 0
    try:
        stream = whole.stream(packed=True)
        stream.write(_encode(Head(topic=EVENTS, partitions=there.partitions)) + b"\n")
        with Count(_word("saving", lang)) as progress:
            for record in records(kafka, EVENTS, secured.kafka_python()):
                stream.write(_encode(_plain(record)) + b"\n")
                count += 1
                progress.add(1)
        stream.write(_encode(Tail(count)) + b"\n")
        whole.seal()
        whole.place()
    except BaseException:
        whole.drop()
        raise
    click.echo(_word("saved", lang).format(n=number(count, lang), file=file))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@broker_options
def restore(file: Path, kafka: str, lang: str) -> None:
    """Send the events of a backup to a Kafka that has none: each to its partition, in its order.

    The file is read through before. Workers make states, alerts (with the same ids) and dead letters anew.

    \b
    Example:
      motcua topics restore events.jsonl.gz --kafka new:9092 --kafka-config admin.toml
    """
    needs_kafka()
    from simulator.sinks.kafka import KafkaTopic
    from streams import topics

    head, count = looked_through(file)
    secured = security()
    topics.ensure_events(kafka, secured)
    there = topics.found(kafka, secured)
    if there[EVENTS].partitions != head.partitions:
        raise BadInput(f"{file} is of {head.partitions} partitions, {EVENTS} has {there[EVENTS].partitions}")
    _empty(kafka, [name for name in there if name == EVENTS or name.startswith(state_topic(""))])
    with (
        KafkaTopic(kafka, secured=secured.kafka_python()) as topic,
        Count(_word("sending", lang)) as progress,
    ):
        for record in _records(file):
            topic.copy(record.partition, record.key, record.headers, record.message)
            progress.add(1)
    click.echo(_word("restored", lang).format(n=number(count, lang)))


def looked_through(file: Path) -> tuple[Head, int]:
    """What a backup is and how many records it has; BadInput where it is none, or not whole."""
    head: Head | None = None
    tail: Tail | None = None
    count = 0
    for n, line in enumerate(_lines(file), 1):
        if head is None:
            head = _read(Head, line, file, n)
        elif line.startswith(_TAIL):
            tail = _read(Tail, line, file, n)
        else:
            _read(Record, line, file, n)
            count += 1
    if head is None or tail is None or tail.records != count:
        raise BadInput(f"{file} is not whole: take another backup")
    if head.topic != EVENTS or head.form != 1:
        raise BadInput(f"{file} is a backup of {head.topic} in form {head.form}: this motcua reads form 1")
    return head, count


def _empty(kafka: str, names: list[str]) -> None:
    """BadInput where a topic holds something: events would be told twice, or passed over as known."""
    from streams.reading import size

    for name in names:
        if size(kafka, name, security().kafka_python()):
            raise BadInput(f"{name} at {kafka} is not empty: restore into a Kafka without events and states")


def _plain(record: Any) -> Record:
    value, raw = record.value, None
    if value is not None:
        try:
            value = value.decode()
        except UnicodeDecodeError:
            value, raw = None, value
    about = {"key": record.key, "headers": list(record.headers or ()), "value": value, "raw": raw}
    return Record(partition=record.partition, offset=record.offset, **about)


def _records(file: Path) -> Iterator[Record]:
    """Those of a file that was looked through."""
    for n, line in enumerate(_lines(file), 1):
        if n > 1 and not line.startswith(_TAIL):
            yield _read(Record, line, file, n)


def _lines(file: Path) -> Iterator[bytes]:
    try:
        with gzip.open(file) as lines:
            yield from lines
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BadInput(f"{file} is no backup, or is damaged ({error}): take another one") from error


def _read(kind: type[_T], line: bytes, file: Path, n: int) -> _T:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{file}, line {n}: {error}; it is no backup, or not whole: take another") from error


def _word(name: str, lang: str) -> str:
    return _WORDS[name][lang == "vi"]
