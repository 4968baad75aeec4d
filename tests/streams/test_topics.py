"""Topics are made as they must be, held against that, and never changed where data would be lost."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("kafka")

from kafka.admin import NewTopic

from motcua.topics import topics as command
from streams import topics
from streams.admin import Found, connected
from streams.broker import local_kafka
from streams.selftest import Trial, fault
from streams.shapes import everything
from streams.topics import ALERTS, CONTROL, DEAD, EVENTS, SELFTEST, TopicError, compared, state_topic

STATES = state_topic("motcua")
ALL = {EVENTS, DEAD, ALERTS, STATES, CONTROL, SELFTEST}


def like(name: str, partitions: int = 12, replicas: int = 3, **other: str) -> Found:
    """A topic as it should be, but for the settings told with _ in place of points."""
    settings = {**everything("motcua")[name].settings, "min.insync.replicas": "2"}
    return Found(
        partitions, replicas, settings | {key.replace("_", "."): value for key, value in other.items()}
    )


def kinds(name: str, found: Found, partitions: int = 12) -> list[tuple[str, str]]:
    shape = everything("motcua")[name]
    return [(one.setting, one.kind) for one in compared(name, shape, found, partitions, 3)]


@pytest.mark.parametrize("name", sorted(ALL - {CONTROL, SELFTEST}))
def test_a_topic_as_it_should_be_differs_in_nothing(name):
    assert kinds(name, like(name)) == []


@pytest.mark.parametrize(
    ("name", "found", "setting"),
    [
        (EVENTS, like(EVENTS, 6), "partitions"),
        (STATES, like(STATES, 24), "partitions"),
        (CONTROL, Found(2, 3, {}), "partitions"),
        (EVENTS, like(EVENTS, cleanup_policy="compact"), "cleanup.policy"),
        (ALERTS, like(ALERTS, cleanup_policy="compact,delete"), "cleanup.policy"),
        (STATES, like(STATES, cleanup_policy="delete"), "cleanup.policy"),
        (STATES, like(STATES, cleanup_policy="compact,delete"), "cleanup.policy"),
        (EVENTS, like(EVENTS, retention_ms="604800000"), "retention.ms"),
        (DEAD, like(DEAD, retention_bytes="1000000"), "retention.bytes"),
    ],
)
def test_what_loses_data_is_refused_and_told_with_what_to_do(name, found, setting):
    assert kinds(name, found) == [(setting, "refused")]
    (one,) = compared(name, everything("motcua")[name], found, 12, 3)
    for word in (f"topic {name} ", one.found, one.wanted):
        assert word in str(one)
    assert "remove the topic" in str(one) or f"--entity-name {name} --add-config {setting}=" in str(one)


@pytest.mark.parametrize(
    ("found", "setting"),
    [
        (like(DEAD, max_message_bytes="1048588"), "max.message.bytes"),
        (like(DEAD, min_insync_replicas="1"), "min.insync.replicas"),
        (like(DEAD, message_timestamp_type="CreateTime"), "message.timestamp.type"),
    ],
)
def test_what_loses_nothing_may_be_set(found, setting):
    assert kinds(DEAD, found) == [(setting, "harmless")]


def test_stricter_than_needed_is_right():
    assert kinds(DEAD, like(DEAD, max_message_bytes="9999999", min_insync_replicas="3")) == []


def test_fewer_replicas_are_told_and_left():
    assert kinds(EVENTS, like(EVENTS, replicas=1, min_insync_replicas="1")) == [("replicas", "left")]


def test_what_a_user_may_not_see_is_not_judged():
    assert kinds(EVENTS, Found(12, 3, {})) == []


@pytest.mark.parametrize(
    ("trial", "said"),
    [
        (Trial(5, 6, 7, {7: b"kept"}), ""),
        (Trial(5, 5, 7, {7: b"kept"}), "ends at 5 after it has taken record 5"),
        (Trial(5, 6, 7, {5: b"taken back", 7: b"kept"}), "a transaction that was taken back"),
        (Trial(5, 6, 7, {}), "does not show a committed record"),
    ],
)
def test_a_broker_that_only_speaks_like_kafka_is_found_out(trial, said):
    assert said in fault(trial)
    assert bool(fault(trial)) is bool(said)


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    with local_kafka() as address:
        yield address


@pytest.fixture
def empty(broker: str) -> str:
    """The broker without a topic of ours."""
    with connected(broker) as admin:
        mine = ALL & set(admin.list_topics())
        if mine:
            admin.delete_topics(sorted(mine))
        while ALL & set(admin.list_topics()):
            time.sleep(0.02)
    return broker


def make(address: str, name: str, partitions: int, **settings: str) -> None:
    configs = {key.replace("_", "."): value for key, value in settings.items()}
    with connected(address) as admin:
        admin.create_topics([NewTopic(name, partitions, 1, topic_configs=configs)], wait_for_metadata=True)


def said(*words: str) -> Result:
    return CliRunner().invoke(command, words)


@pytest.mark.kafka
def test_all_topics_are_made_as_they_must_be_and_once(empty):
    missing = said("check", "--kafka", empty)
    assert missing.exit_code == 1
    assert {line.split()[2] for line in missing.stderr.splitlines()} == ALL

    first = said("create", "--kafka", empty)
    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout.splitlines() == [
        *(f"made: {name}" for name in everything("motcua")),
        "all topics are as they should be",
    ]
    for again in (said("create", "--kafka", empty), said("check", "--kafka", empty)):
        assert (again.exit_code, again.output) == (0, "all topics are as they should be\n")

    there = json.loads(said("list", "--kafka", empty, "--format", "json").stdout)
    assert there.keys() == ALL
    assert {name: one["partitions"] for name, one in there.items()} == dict.fromkeys(ALL, 12) | {
        CONTROL: 1,
        SELFTEST: 1,
    }
    assert there[STATES]["settings"]["cleanup.policy"] == "compact"
    for name in (EVENTS, DEAD, ALERTS):
        kept = there[name]["settings"]
        assert (kept["cleanup.policy"], kept["retention.ms"], kept["retention.bytes"]) == (
            "delete",
            "-1",
            "-1",
        )
        assert kept["message.timestamp.type"] == "LogAppendTime"
    topics.ensure(empty)
    table = said("list", "--kafka", empty).stdout
    assert "for ever" in table
    assert "the last of each key" in table


@pytest.mark.kafka
def test_what_is_there_is_not_changed_where_that_would_lose_data(empty):
    make(empty, EVENTS, 4, retention_ms="1000000")
    make(empty, STATES, 12)
    before = topics.found(empty)

    done = said("create", "--kafka", empty)

    assert done.exit_code == 1
    few, short, full = done.stderr.splitlines()
    assert f"topic {EVENTS} has 4 partitions and motcua needs 12: use another broker" in few
    assert f"topic {EVENTS} has retention.ms=1000000 and should have -1" in short
    assert f"topic {STATES} has cleanup.policy=delete and should have compact" in full
    after = topics.found(empty)
    assert after[EVENTS] == before[EVENTS]._replace(settings=after[EVENTS].settings)
    for name in (EVENTS, STATES):
        for setting in ("cleanup.policy", "retention.ms", "retention.bytes"):
            assert after[name].settings[setting] == before[name].settings[setting]
    with pytest.raises(TopicError, match=f"topic {EVENTS} has 4 partitions and motcua needs 12"):
        topics.ensure(empty)
    with pytest.raises(TopicError, match=f"topic {STATES} should be compacted and .* says delete"):
        topics.selftest(empty)


@pytest.mark.kafka
def test_what_is_harmless_is_set_and_told(empty):
    make(empty, DEAD, 12, retention_ms="-1", message_timestamp_type="CreateTime")

    done = said("create", "--kafka", empty)

    assert done.exit_code == 0
    assert f"set: {DEAD} max.message.bytes=2097152 (1048588)" in done.stdout
    assert f"set: {DEAD} message.timestamp.type=LogAppendTime (CreateTime)" in done.stdout
    assert said("check", "--kafka", empty).exit_code == 0


@pytest.mark.kafka
def test_a_real_kafka_passes_the_selftest_and_two_workers_may_try_it_at_once(empty):
    topics.ensure(empty)
    topics.selftest(empty)
    begun = time.monotonic()
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(topics.selftest, [empty, empty]))
    assert time.monotonic() - begun < 10  # under 1 s where the machine is idle


@pytest.mark.kafka
def test_more_replicas_than_brokers_are_refused(empty):
    done = said("create", "--kafka", empty, "--replication", "3")
    assert isinstance(done.exception, TopicError)
    assert str(done.exception) == f"3 replicas are asked for and the Kafka at {empty} has 1 broker"


@pytest.mark.kafka
def test_another_number_of_partitions_is_told_to_stop_workers(empty):
    done = said("create", "--kafka", empty, "--partitions", "3", "--group", "small")
    assert done.exit_code == 0
    assert "workers of this version need 12 partitions" in done.stderr
    with pytest.raises(TopicError, match="has 3 partitions and motcua needs 12"):
        topics.ensure(empty, "small")
    with connected(empty) as admin:
        admin.delete_topics([state_topic("small")])
