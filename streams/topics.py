"""The topics: their names, shapes, and making them when they are not there."""

import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import InvalidReplicationFactorError, KafkaError, TopicAlreadyExistsError

EVENTS = "dossier-events"
DEAD = "dossier-events-dead"
CONTROL = "simulator-control"
"""Levers for running simulations: one partition, so they come in the order in which they were sent."""
PARTITIONS = 12
"""For ever: a key's partition, and with it an office's order, hangs on it."""

_FOR_EVER = {"retention.ms": "-1", "message.timestamp.type": "LogAppendTime"}
"""An event's instant is in its payload; what is old by it must not be deleted for that."""

RECORD_BYTES = 2 * 2**20
"""The longest record of states and dead letters."""

_LONG = {"max.message.bytes": str(RECORD_BYTES)}
_STATE = {"cleanup.policy": "compact", "message.timestamp.type": "LogAppendTime", **_LONG}

Settings = Mapping[str, Mapping[str, str]]
"""Topic to its settings."""


def state_topic(group: str) -> str:
    """Where a group of workers keeps its states; another group reads the same events for itself."""
    return f"dossier-state-{group}"


def settings(group: str) -> Settings:
    """The topics that a group of workers needs."""
    return {EVENTS: _FOR_EVER, DEAD: {**_FOR_EVER, **_LONG}, state_topic(group): _STATE}


class TopicError(RuntimeError):
    """The broker cannot be reached, or a topic there is not ours; one sentence with what to do."""


def ensure(address: str, group: str = "motcua") -> None:
    """Make the topics that are missing; TopicError where one has another number of partitions."""
    topics = settings(group)
    with _admin(address) as admin:
        _create(admin, topics, PARTITIONS)
        _check(admin, topics)


def ensure_control(address: str) -> None:
    """Make the control topic if it is missing; its messages may grow old and go, as the broker has it."""
    with _admin(address) as admin:
        _create(admin, {CONTROL: {}}, 1)
        _partitions(admin, [CONTROL])


@contextmanager
def _admin(address: str) -> Iterator[KafkaAdminClient]:
    try:
        with closing(
            KafkaAdminClient(bootstrap_servers=address, client_id="motcua-topics", bootstrap_timeout_ms=5_000)
        ) as admin:
            yield admin
    except KafkaError as error:
        raise TopicError(
            f"no Kafka answers at {address} ({error}): is it started, is the address right?"
        ) from error


def _create(admin: KafkaAdminClient, topics: Settings, partitions: int, patience: float = 15.0) -> None:
    there = set(admin.list_topics())
    replicas = min(3, len(admin.describe_cluster()["brokers"]))
    end = time.monotonic() + patience
    for name in topics.keys() - there:
        while True:
            try:
                admin.create_topics([NewTopic(name, partitions, replicas, topic_configs=dict(topics[name]))])
            except TopicAlreadyExistsError:  # another worker was quicker
                break
            except InvalidReplicationFactorError:  # a broker that is busy, or has just begun, takes none yet
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)
            else:
                break


def _check(admin: KafkaAdminClient, topics: Settings) -> None:
    for name, found in _partitions(admin, list(topics)).items():
        if found != PARTITIONS:
            raise TopicError(
                f"topic {name} has {found} partitions and motcua needs {PARTITIONS}: "
                "use another broker, or remove the topic if nothing in it is needed"
            )


def _partitions(admin: KafkaAdminClient, names: list[str], patience: float = 15.0) -> dict[str, int]:
    """Each topic's number of partitions; a new topic takes a moment until the broker knows it."""
    end = time.monotonic() + patience
    while True:
        found = {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics(names)}
        if all(found.values()) or time.monotonic() > end:
            return found
        time.sleep(0.1)
