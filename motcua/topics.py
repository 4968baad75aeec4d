"""Which topic a command speaks to: `--kafka HOST:PORT` or `--store FILE`."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path

from motcua.feed import Topic
from motcua.files import BadInput


@contextmanager
def opened(kafka: str | None, store: Path | None) -> Iterator[Topic]:
    """The topic to send to; all that was put is durable when the context ends without an error."""
    if (kafka is None) == (store is None):
        raise BadInput("say where the events go: --kafka HOST:PORT or --store FILE")
    if kafka is not None:
        needs_kafka()
        from simulator.sinks.kafka import KafkaTopic
        from streams import topics

        topics.ensure(kafka)
        with KafkaTopic(kafka) as topic:
            yield topic
    elif store is not None:
        from streams.local import LocalLog, LocalTopic

        with closing(LocalLog(store)) as log:
            local = LocalTopic(log)
            yield local
            local.flush()


def needs_kafka() -> None:
    """BadInput where the extra `kafka` is not installed."""
    missing = [name for name in ("faust", "kafka", "uvloop") if find_spec(name) is None]
    if missing:
        raise BadInput(f"--kafka needs more packages ({', '.join(missing)}): pip install 'motcua[kafka]'")
