"""Orders: levers on their way to running simulations, through a broker or an embedded store."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from motcua.files import BadInput
from motcua.topics import needs_kafka, security
from streams.control import Control, LocalControl
from streams.local import LocalLog


@contextmanager
def following(kafka: str | None, store: Path | None) -> Iterator[Control]:
    """What is sent from now on."""
    if kafka is not None:
        needs_kafka()
        from streams import topics
        from streams.control_topic import KafkaControl

        secured = security()
        topics.ensure_control(kafka, secured)
        with closing(KafkaControl(kafka, secured)) as control:
            yield control
    elif store is not None:
        with closing(LocalLog(store)) as log:
            yield LocalControl(log)


def send(values: Sequence[bytes], kafka: str | None, store: Path | None) -> None:
    """Send orders, in this order; they are durable when it returns.

    BadInput where it is not said by which way, or where there is no such store.
    """
    if (kafka is None) == (store is None):
        raise BadInput("say where the simulation runs: --kafka HOST:PORT or --store FILE, as it was told")
    if kafka is not None:
        needs_kafka()
        from simulator.sinks.kafka import KafkaTopic
        from streams import topics

        secured = security()
        topics.ensure_control(kafka, secured)
        with KafkaTopic(kafka, topics.CONTROL, secured=secured.kafka_python()) as topic:
            for value in values:
                topic.put(None, value)
    elif store is not None:
        if not store.is_file():
            raise BadInput(f"{store} is not there: it is the store that motcua simulate --store writes")
        with closing(LocalLog(store)) as log:
            control = LocalControl(log)
            for value in values:
                control.put(value)
