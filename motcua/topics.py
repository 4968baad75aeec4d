"""`motcua topics`, and which topic a command speaks to: `--kafka HOST:PORT` or `--store FILE`."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from motcua.feed import Topic
from motcua.files import BadInput
from motcua.options import KAFKA_CONFIG, Address, format_option, kafka_config_option, lang_option
from motcua.show import table
from streams.security import Security, given
from streams.shapes import PARTITIONS

if TYPE_CHECKING:
    from streams.admin import Found
    from streams.topics import Difference

_WORDS: Mapping[str, tuple[str, str]] = {
    "topic": ("topic", "topic"),
    "partitions": ("partitions", "phân vùng"),
    "replicas": ("replicas", "bản sao"),
    "retention": ("kept", "thời gian giữ"),
    "ever": ("for ever", "mãi mãi"),
    "last": ("the last of each key", "bản ghi cuối của mỗi khóa"),
    "unseen": ("not shown to you", "không được xem"),
    "none": ("no topic of motcua is there", "chưa có topic nào của motcua"),
    "made": ("made", "đã tạo"),
    "set": ("set", "đã đặt"),
    "right": ("all topics are as they should be", "mọi topic đều đúng"),
    "note": (
        "workers of this version need 12 partitions: they will not start on these",
        "phiên bản này cần 12 phân vùng: worker sẽ không chạy với các topic này",
    ),
}


def config() -> Path | None:
    """The file of the running command's `--kafka-config`."""
    context = click.get_current_context(silent=True)
    return context.meta.get(KAFKA_CONFIG) if context is not None else None


def security() -> Security:
    """How the running command speaks to the broker: by its `--kafka-config`, else by the environment."""
    return given(config())


@contextmanager
def opened(kafka: str | None, store: Path | None) -> Iterator[Topic]:
    """The topic to send to; all that was put is durable when the context ends without an error."""
    if (kafka is None) == (store is None):
        raise BadInput("say where the events go: --kafka HOST:PORT or --store FILE")
    if kafka is not None:
        needs_kafka()
        from simulator.sinks.kafka import KafkaTopic
        from streams import topics

        secured = security()
        topics.ensure_events(kafka, secured)
        with KafkaTopic(kafka, secured=secured.kafka_python()) as topic:
            yield topic
    elif store is not None:
        from streams.local import LocalLog, LocalTopic

        with closing(LocalLog(store)) as log:
            local = LocalTopic(log)
            yield local
            local.flush()


def needs_kafka() -> None:
    """BadInput where the extra `kafka` is not installed."""
    # Faust, once imported, has no spec any more, and asking for it is an error.
    missing = [
        name for name in ("faust", "kafka", "uvloop") if name not in sys.modules and find_spec(name) is None
    ]
    if missing:
        raise BadInput(f"--kafka needs more packages ({', '.join(missing)}): pip install 'motcua[kafka]'")


def broker_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which broker, and how to speak to it."""
    kafka = click.option(
        "--kafka",
        type=Address(),
        metavar="HOST:PORT",
        default="127.0.0.1:9092",
        show_default=True,
        help="The broker; several of one cluster parted by commas.",
    )
    return kafka(kafka_config_option(lang_option(command)))


_group_option = click.option(
    "--group", default="motcua", show_default=True, help="The workers whose states have a topic."
)
_partitions_option = click.option(
    "--partitions",
    type=click.IntRange(min=1),
    default=PARTITIONS,
    show_default=True,
    help="Of topics with a key: for ever.",
)


@click.group("topics")
def topics() -> None:
    """The topics on a broker: make them, list them, hold them against what they should be.

    \b
    Examples:
      motcua topics create --kafka 127.0.0.1:9092
      motcua topics check --kafka b1:9092,b2:9092,b3:9092 --kafka-config admin.toml
    """


@topics.command()
@broker_options
@_group_option
@_partitions_option
@click.option(
    "--replication",
    type=click.IntRange(min=1),
    metavar="N",
    help="Brokers that have each partition  [default: 3, or as many as there are]",
)
def create(kafka: str, group: str, partitions: int, replication: int | None, lang: str) -> None:
    """Make the topics that are missing, and set what is harmless in those that are there.

    Run it again as often as you like. What would lose data is not changed but told, and ends with code 1:
    another number of partitions, compaction of events, events that are kept for a time only.

    \b
    Examples:
      motcua topics create --kafka 127.0.0.1:9092
      motcua topics create --kafka b1:9092 --replication 3 --kafka-config admin.toml
    """
    needs_kafka()
    from streams import topics as streams

    done = streams.create(kafka, group, security(), partitions, replication)
    for name in done.made:
        click.echo(f"{_word('made', lang)}: {name}")
    for one in done.altered:
        click.echo(f"{_word('set', lang)}: {one.topic} {one.setting}={one.wanted} ({one.found})")
    if partitions != PARTITIONS:
        click.echo(_word("note", lang), err=True)
    _conclude(done.remain, lang)


@topics.command()
@broker_options
@_group_option
@_partitions_option
def check(kafka: str, group: str, partitions: int, lang: str) -> None:
    """Say what is not as it should be, and what to do; nothing is changed. Code 1 if anything is.

    \b
    Example:
      motcua topics check --kafka 127.0.0.1:9092
    """
    needs_kafka()
    from streams import topics as streams

    _conclude(streams.differences(kafka, group, security(), partitions), lang)


@topics.command("list")
@broker_options
@format_option
def listed(kafka: str, form: str, lang: str) -> None:
    """The topics of motcua that are there, of all groups.

    \b
    Example:
      motcua topics list --kafka 127.0.0.1:9092
    """
    needs_kafka()
    from streams import topics as streams

    there = streams.found(kafka, security())
    if form == "json":
        click.echo(json.dumps({name: _plain(one) for name, one in there.items()}, indent=1))
    elif there:
        heads = [_word(name, lang) for name in ("topic", "partitions", "replicas", "retention")]
        click.echo(table(heads, [_row(name, one, lang) for name, one in there.items()]))
    else:
        click.echo(_word("none", lang))


def _conclude(remain: "Sequence[Difference]", lang: str) -> None:
    """Tell what is not right, and end with code 1; or that all is."""
    if not remain:
        click.echo(_word("right", lang))
        return
    for one in remain:
        click.echo(f"motcua: {one}", err=True)
    raise click.exceptions.Exit(1)


def _plain(found: "Found") -> dict[str, Any]:
    settings = {name: found.settings[name] for name in sorted(found.settings)}
    return {"partitions": found.partitions, "replicas": found.replicas, "settings": settings}


def _row(name: str, found: "Found", lang: str) -> tuple[str, int, int, str]:
    return name, found.partitions, found.replicas, _kept(found.settings, lang)


def _kept(settings: Mapping[str, str], lang: str) -> str:
    """How long what is in a topic stays."""
    if not settings:
        return _word("unseen", lang)
    if settings["cleanup.policy"] == "compact":
        return _word("last", lang)
    hours = int(settings["retention.ms"]) / 3_600_000
    return _word("ever", lang) if hours < 0 else f"{hours:g} h"


def _word(name: str, lang: str) -> str:
    return _WORDS[name][lang == "vi"]
