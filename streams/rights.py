"""Who may do what on a secured Kafka, and no more: the list in docs/kafka.md, as code that gives it."""

from collections.abc import Sequence
from typing import NamedTuple

from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourceType,
)

from streams.admin import TopicError, connected
from streams.security import Security
from streams.shapes import ALERTS, CONTROL, DEAD, EVENTS, SELFTEST, state_topic


class Right(NamedTuple):
    """A user may do operations on a resource, or on all whose names begin so; why."""

    user: str
    operations: tuple[str, ...]
    kind: str
    """topic, group or transactional-id."""
    name: str
    why: str
    prefixed: bool = False

    @property
    def command(self) -> str:
        """How Kafka's own tool gives it."""
        words = " ".join(f"--operation {operation}" for operation in self.operations)
        pattern = " --resource-pattern-type prefixed" if self.prefixed else ""
        return f"--add --allow-principal User:{self.user} {words} --{self.kind} {self.name}{pattern}"


def rights(group: str = "motcua") -> Sequence[Right]:
    """What producer, worker and reader need; the admin may all, and a client without a name nothing."""
    states = state_topic(group)
    return (
        Right("producer", ("Write",), "topic", EVENTS, "replay and simulate send events"),
        Right("producer", ("DescribeConfigs",), "topic", EVENTS, "it looks whether they are kept for ever"),
        Right("producer", ("Read", "Write"), "topic", CONTROL, "steer sends levers, simulate follows them"),
        Right("worker", ("Read", "DescribeConfigs"), "topic", EVENTS, "the fold"),
        Right("worker", ("Read",), "group", group, "its partitions, and how far it has come"),
        Right(
            "worker", ("Read", "Write", "DescribeConfigs"), "topic", states, "states, and reading them again"
        ),
        Right("worker", ("Write", "DescribeConfigs"), "topic", DEAD, "what is no event, or too late"),
        Right("worker", ("Write", "DescribeConfigs"), "topic", ALERTS, "what is overdue or will be"),
        Right(
            "worker", ("Write",), "transactional-id", f"{group}-", "one producer a partition", prefixed=True
        ),
        Right(
            "worker", ("Create", "Read", "Write"), "topic", SELFTEST, "the trial of the broker at its start"
        ),
        Right("reader", ("Read",), "topic", ALERTS, "whoever acts on alerts"),
        Right("reader", ("Read",), "group", "reader-", "how far each of them has come", prefixed=True),
    )


def grant(address: str, security: Security, group: str = "motcua") -> None:
    """Give the rights; those that are given already stay. TopicError where this user may not."""
    with connected(address, security) as admin:
        outcome = admin.create_acls([acl for right in rights(group) for acl in _acls(right)])
    if outcome["failed"]:
        raise TopicError(f"the Kafka at {address} did not give the rights: {outcome['failed'][0]}")


def _acls(right: Right) -> Sequence[ACL]:
    pattern = ACLResourcePatternType.PREFIXED if right.prefixed else ACLResourcePatternType.LITERAL
    kind = ResourceType[right.kind.upper().replace("-", "_")]
    return [
        ACL(
            f"User:{right.user}",
            "*",
            ACLOperation[_upper(operation)],
            ACLPermissionType.ALLOW,
            ResourcePattern(kind, right.name, pattern),
        )
        for operation in right.operations
    ]


def _upper(operation: str) -> str:
    """DescribeConfigs is DESCRIBE_CONFIGS."""
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in operation).lstrip("_").upper()
