"""Asking a Kafka about itself: its brokers, what its topics are, and what to say where it does not answer."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any, NamedTuple

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import (
    AuthorizationError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    SaslAuthenticationFailedError,
)

from streams.reached import unanswered
from streams.security import PLAIN, Security

PATIENCE_SECONDS = 15.0


class TopicError(RuntimeError):
    """The broker cannot be reached, or a topic there is not ours; one sentence with what to do."""


class Found(NamedTuple):
    """What a topic is on the broker."""

    partitions: int
    replicas: int
    settings: Mapping[str, str]
    """Nothing where this user may not see them."""


@contextmanager
def connected(
    address: str, security: Security = PLAIN, patience_ms: int = 5_000
) -> Iterator[KafkaAdminClient]:
    """A client for the broker's own affairs; what goes wrong with it comes as a TopicError."""
    try:
        with closing(
            KafkaAdminClient(
                bootstrap_servers=address,
                client_id="motcua-topics",
                bootstrap_timeout_ms=patience_ms,
                **security.kafka_python(),
            )
        ) as admin:
            yield admin
    except KafkaError as error:
        raise TopicError(told(address, security, error)) from error


def told(address: str, security: Security, error: KafkaError) -> str:
    """What is wrong and what to do, in a sentence."""
    who = security.user or "a client without a name"
    what = type(error).__name__.removesuffix("Error")
    if isinstance(error, SaslAuthenticationFailedError):
        return f"the Kafka at {address} does not let {who} in: are user, password and mechanism right?"
    if isinstance(error, AuthorizationError):
        return f"the Kafka at {address} does not allow {who} what is needed ({what}): see docs/kafka.md"
    if isinstance(error, KafkaTimeoutError | KafkaConnectionError):
        return unanswered(address, security)
    return f"the Kafka at {address} does not do what is asked of it ({error}): try again, or see to it"


def ports_named(address: str, security: Security) -> set[int]:
    """The ports of the brokers that the one at an address names; none while it does not answer."""
    try:
        with connected(address, security, 2_000) as admin:
            brokers = admin.describe_cluster()["brokers"]
            return {broker["port"] for broker in brokers if not broker.get("is_fenced")}
    except TopicError:
        return set()


def seen(admin: KafkaAdminClient, names: Sequence[str], awaited: Collection[str] = ()) -> dict[str, Found]:
    """Those of the topics that are there and that this user may see.

    One that was just made is awaited: it takes a moment until the broker knows it and its leaders.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        topics = {topic["name"]: topic for topic in admin.describe_topics(list(names))}
        there = {name: topic for name, topic in topics.items() if topic["partitions"]}
        whole = there.keys() >= set(awaited) and all(map(_led, there.values()))
        if whole or time.monotonic() > end:
            break
        time.sleep(0.1)
    settings = _settings(admin, list(there))
    return {
        name: Found(
            len(topic["partitions"]),
            min(len(part["replica_nodes"]) for part in topic["partitions"]),
            settings.get(name, {}),
        )
        for name, topic in there.items()
    }


def _led(topic: Mapping[str, Any]) -> bool:
    return all(part["leader_id"] >= 0 for part in topic["partitions"])


def _settings(admin: KafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found = admin.describe_configs(asked, config_filter="all").get("topic", {})
    return {
        name: {setting: value["value"] for setting, value in settings.items()}
        for name, settings in found.items()
    }
