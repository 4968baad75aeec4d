"""The topics: making them when they are not there, and holding those that are there to their shapes.

What would lose data is never changed here: it is said, with what to do.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic
from kafka.errors import AuthorizationError, InvalidReplicationFactorError, TopicAlreadyExistsError

from streams.admin import PATIENCE_SECONDS, Found, TopicError, connected, seen
from streams.security import PLAIN, Security
from streams.selftest import fault, tried
from streams.shapes import (
    ALERTS,
    CONTROL,
    DEAD,
    EVENTS,
    ORDERS,
    PARTITIONS,
    RECORD_BYTES,
    REPLICAS,
    SELFTEST,
    TRIAL,
    Shape,
    everything,
    shapes,
    state_topic,
)

__all__ = [
    "ALERTS",
    "CONTROL",
    "DEAD",
    "EVENTS",
    "PARTITIONS",
    "RECORD_BYTES",
    "Difference",
    "TopicError",
    "create",
    "differences",
    "ensure",
    "ensure_control",
    "ensure_events",
    "found",
    "selftest",
    "state_topic",
]

_DANGEROUS = {"cleanup.policy", "retention.ms", "retention.bytes"}
_AT_LEAST = {"max.message.bytes", "min.insync.replicas"}


class Difference(NamedTuple):
    """A topic that is not as it should be."""

    topic: str
    setting: str
    found: str
    wanted: str
    kind: str
    """missing; refused: it loses data; harmless: `create` sets it; left: not ours to set, nothing is lost."""
    advice: str = ""

    def __str__(self) -> str:
        if self.kind == "missing":
            return f"topic {self.topic} is not there, or you may not see it"
        if self.setting == "partitions":
            said = f"has {self.found} partitions and motcua needs {self.wanted}"
        else:
            said = f"has {self.setting}={self.found} and should have {self.wanted}"
        return f"topic {self.topic} {said}" + (f": {self.advice}" if self.advice else "")


class Created(NamedTuple):
    """What `create` did, and what it found that it does not change."""

    made: Sequence[str]
    altered: Sequence[Difference]
    remain: Sequence[Difference]


def ensure(address: str, group: str = "motcua", security: Security = PLAIN) -> None:
    """Make a worker's topics where they are missing; TopicError where one there would lose data."""
    _ensure(address, shapes(group), security)


def ensure_events(address: str, security: Security = PLAIN) -> None:
    """The same with the one topic that a producer needs, and may see."""
    _ensure(address, {EVENTS: shapes("")[EVENTS]}, security)


def ensure_control(address: str, security: Security = PLAIN) -> None:
    """The same with the control topic; its messages may grow old and go, as the broker has it."""
    _ensure(address, {CONTROL: ORDERS}, security)


def create(
    address: str,
    group: str = "motcua",
    security: Security = PLAIN,
    partitions: int = PARTITIONS,
    replicas: int | None = None,
) -> Created:
    """Make all topics that are missing, set what is harmless in the others, and say what remains."""
    wanted = everything(group)
    with connected(address, security) as admin:
        copies = _copies(admin, address, replicas)
        made = _make(admin, wanted, partitions, copies)
        differ = _differences(wanted, seen(admin, list(wanted), wanted), partitions, copies)
        altered = [one for one in differ if one.kind == "harmless"]
        _alter(admin, altered)
    return Created(made, altered, [one for one in differ if one.kind != "harmless"])


def differences(
    address: str, group: str = "motcua", security: Security = PLAIN, partitions: int = PARTITIONS
) -> list[Difference]:
    """What is not as it should be, missing topics too."""
    wanted = everything(group)
    with connected(address, security) as admin:
        there = seen(admin, list(wanted))
        missing = [
            Difference(name, "topic", "", "", "missing") for name in sorted(wanted.keys() - there.keys())
        ]
        copies = _copies(admin, address, None)
        return [*missing, *_differences(wanted, there, partitions, copies)]


def found(address: str, security: Security = PLAIN) -> dict[str, Found]:
    """All of motcua's topics that this user may see, of any group."""
    with connected(address, security) as admin:
        states = state_topic("")
        names = [name for name in admin.list_topics() if name in everything("") or name.startswith(states)]
        return seen(admin, sorted(names)) if names else {}


def selftest(address: str, security: Security = PLAIN, group: str = "motcua") -> None:
    """Try whether the broker does as Kafka does: latest offset, transactions, compaction; else TopicError.

    `ensure` made the group's topics before.
    """
    with connected(address, security) as admin:
        states = state_topic(group)
        about = seen(admin, [states, SELFTEST])
        policy = about[states].settings.get("cleanup.policy") if states in about else None
        if policy != "compact":
            raise TopicError(
                f"topic {states} should be compacted and the Kafka at {address} says {policy or 'nothing'}: "
                "see to it with motcua topics check, or allow this user DescribeConfigs on it"
            )
        if SELFTEST not in about:
            _there(admin, {SELFTEST: TRIAL}, address, security)
        wrong = fault(tried(address, security, group))
    if wrong:
        raise TopicError(f"the broker at {address} {wrong}: it cannot carry motcua; use Apache Kafka 4")


def _ensure(address: str, wanted: Mapping[str, Shape], security: Security) -> None:
    with connected(address, security) as admin:
        there = _there(admin, wanted, address, security)
        for one in _differences(wanted, there, PARTITIONS, 1):
            if one.kind == "refused":
                raise TopicError(str(one))


def _there(
    admin: KafkaAdminClient, wanted: Mapping[str, Shape], address: str, security: Security
) -> Mapping[str, Found]:
    """What the topics are, once all are there."""
    there = seen(admin, list(wanted))
    missing = {name: shape for name, shape in wanted.items() if name not in there}
    if not missing:
        return there
    try:
        _make(admin, missing, PARTITIONS, _copies(admin, address, None))
    except AuthorizationError as error:
        raise TopicError(
            f"topic {' and '.join(missing)} at {address} is not there, or not to be seen "
            f"and made by {security.user}: let an admin run motcua topics create and give the rights in "
            "docs/kafka.md"
        ) from error
    return seen(admin, list(wanted), wanted)


def _copies(admin: KafkaAdminClient, address: str, asked: int | None) -> int:
    brokers = len(admin.describe_cluster()["brokers"])
    if asked is not None and asked > brokers:
        there = f"{brokers} broker{'s' * (brokers > 1)}"
        raise TopicError(f"{asked} replicas are asked for and the Kafka at {address} has {there}")
    return asked or min(REPLICAS, brokers)


def _make(
    admin: KafkaAdminClient, wanted: Mapping[str, Shape], partitions: int, copies: int
) -> Sequence[str]:
    """Make those that are missing; the names of them."""
    missing = [name for name in wanted if name not in set(admin.list_topics())]
    safe = {"min.insync.replicas": str(min(2, copies))}
    return [
        name
        for name in missing
        if _made(
            admin,
            NewTopic(
                name,
                wanted[name].partitions or partitions,
                copies,
                topic_configs={**safe, **wanted[name].settings},
            ),
        )
    ]


def _made(admin: KafkaAdminClient, topic: NewTopic) -> bool:
    """Whether it was we who made it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            admin.create_topics([topic])
        except TopicAlreadyExistsError:  # another worker was quicker
            return False
        except InvalidReplicationFactorError:  # a broker that is busy, or has just begun, takes none yet
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return True


def _differences(
    wanted: Mapping[str, Shape], there: Mapping[str, Found], partitions: int, copies: int
) -> list[Difference]:
    return [one for name in there for one in compared(name, wanted[name], there[name], partitions, copies)]


def compared(name: str, shape: Shape, there: Found, partitions: int, copies: int) -> Iterator[Difference]:
    """A topic beside its shape; settings that the user may not see are not judged."""
    number = shape.partitions or partitions
    if there.partitions != number:
        advice = "use another broker, or remove the topic if nothing in it is needed"
        yield Difference(name, "partitions", f"{there.partitions}", f"{number}", "refused", advice)
    if not shape.why:
        return
    if there.replicas < copies:
        advice = "one broker that is lost takes it away; kafka-reassign-partitions.sh adds replicas"
        yield Difference(name, "replicas", f"{there.replicas}", f"{copies}", "left", advice)
    safe = {"min.insync.replicas": str(min(2, there.replicas))}
    for setting, value in {**shape.settings, **safe}.items():
        has = there.settings.get(setting)
        if has is not None and _differs(setting, has, value):
            yield _setting(name, shape, setting, has, value)


def _differs(setting: str, has: str, value: str) -> bool:
    return int(has) < int(value) if setting in _AT_LEAST else has != value


def _setting(name: str, shape: Shape, setting: str, has: str, value: str) -> Difference:
    if setting not in _DANGEROUS:
        return Difference(name, setting, has, value, "harmless")
    advice = (
        f"{shape.why}, and some may be gone already; motcua does not change that itself. To keep the rest: "
        f"kafka-configs.sh --alter --entity-type topics --entity-name {name} --add-config {setting}={value}"
    )
    return Difference(name, setting, has, value, "refused", advice)


def _alter(admin: KafkaAdminClient, wanted: Sequence[Difference]) -> None:
    told: dict[str, dict[str, Any]] = {}
    for one in wanted:
        told.setdefault(one.topic, {})[one.setting] = one.wanted
    if not told:
        return
    asked = [ConfigResource(ConfigResourceType.TOPIC, name, values) for name, values in told.items()]
    for name, outcome in admin.alter_configs(asked)["topic"].items():
        if outcome != "OK":
            raise TopicError(f"topic {name} could not be set to {told[name]}: {outcome}")
