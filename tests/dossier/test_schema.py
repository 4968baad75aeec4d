"""The published schema and the code say the same of every message."""

import json
import re
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from msgspec import inspect

from dossier import event as events
from dossier.event import Message, Rejected, decode, encode
from dossier.schema import asyncapi, events_schema
from motcua.docs import FILES, stale
from streams import shapes

KINDS = {kind.__struct_config__.tag: kind for kind in get_args(Message)}
SHAPE = Draft202012Validator(events_schema(), format_checker=FormatChecker(["date-time"]))
BARE = {
    "scenario": "live", "dossier_id": "d1", "seq": 1, "at": "2026-03-02T08:00:00+07:00", "office": "H44.1",
    "procedure": "p", "channel": "post", "online": False, "from": "a", "to": "b", "step": "s", "agency": "a",
    "score": 5, "lever": "l", "pool": "p", "posts": 1,
}  # fmt: skip


def bare(tag: str) -> dict[str, Any]:
    """The least that a message of this type has to say."""
    fields = inspect.type_info(KINDS[tag]).fields
    return {"type": tag, **{field.encode_name: BARE[field.encode_name] for field in fields if field.required}}


def values(of: inspect.Type) -> st.SearchStrategy[Any]:  # noqa: PLR0911  one for each kind of type
    """Whatever a field of this type may hold."""
    match of:
        case inspect.UnionType(types):
            return st.one_of(*map(values, types))
        case inspect.Metadata(type=inner):
            return values(inner)
        case inspect.StrType():
            text = st.text(min_size=of.min_length or 0, max_size=of.max_length or 20)
            return text.filter(lambda word: re.search(of.pattern or "", word))
        case inspect.IntType():
            return st.integers(of.ge, of.le if of.le is not None else 2**53)
        case inspect.LiteralType(words):
            return st.sampled_from(words)
        case inspect.DateTimeType():
            moments = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001
            return st.tuples(moments, st.timezones()).map(lambda pair: pair[0].replace(tzinfo=pair[1]))
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
    raise AssertionError(f"no values for {of}")


messages = st.sampled_from(list(KINDS.values())).flatmap(
    lambda kind: st.builds(
        kind, **{field.name: values(field.type) for field in inspect.type_info(kind).fields}
    )
)
junk = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just([]) | st.just({})


@given(messages)
def test_what_is_encoded_fits_the_schema(message):
    SHAPE.validate(json.loads(encode(message)))


@given(st.sampled_from(sorted(KINDS)), st.data())
def test_what_is_refused_for_its_shape_does_not_fit(tag, data):
    broken = bare(tag)
    for name in data.draw(st.lists(st.sampled_from(sorted(inspect_names(tag))), min_size=1, max_size=3)):
        if data.draw(st.booleans()):
            broken.pop(name, None)
        else:
            broken[name] = data.draw(junk)
    found = decode(json.dumps(broken).encode())
    refused = isinstance(found, Rejected) and found.reason != "due_before_acceptance"
    assert SHAPE.is_valid(broken) is not refused


def inspect_names(tag: str) -> set[str]:
    """The fields of a type on the wire, with `type` itself."""
    return {"type", *(field.encode_name for field in inspect.type_info(KINDS[tag]).fields)}


@pytest.mark.parametrize("tag", sorted(KINDS))
def test_the_least_message_of_each_type_is_taken_by_both(tag):
    SHAPE.validate(bare(tag))
    assert isinstance(decode(json.dumps(bare(tag)).encode()), KINDS[tag])


@pytest.mark.parametrize("tag", sorted(KINDS))
def test_an_unknown_field_stops_neither(tag):
    SHAPE.validate({**bare(tag), "later": 1})
    assert isinstance(decode(json.dumps({**bare(tag), "later": 1}).encode()), KINDS[tag])


@pytest.mark.parametrize(
    "at",
    ["2026-03-02", "2026-03-02T08:00:00", "yesterday", "2026-02-30T08:00:00Z", "2026-03-02T25:00:00Z", "", 0],
)
def test_an_instant_needs_its_date_its_time_and_its_offset(at):
    message = {**bare("accepted"), "at": at}
    assert isinstance(decode(json.dumps(message).encode()), Rejected)
    assert not SHAPE.is_valid(message)


@pytest.mark.parametrize(
    "at", ["2026-03-02T08:00:00Z", "2026-03-02T08:00:00.25+07:00", "2026-03-02T01:00:00-00:00"]
)
def test_an_instant_may_have_any_offset(at):
    message = {**bare("accepted"), "at": at}
    assert not isinstance(decode(json.dumps(message).encode()), Rejected)
    SHAPE.validate(message)


def test_the_schema_is_itself_a_schema():
    Draft202012Validator.check_schema(events_schema())


def test_the_files_in_docs_are_as_the_code_has_them():
    assert stale() == []


def test_a_stale_or_missing_file_is_noticed(tmp_path):
    for name in FILES:
        (tmp_path / name).write_text("{}\n")
    assert [tmp_path / name for name in FILES] == stale(tmp_path)
    assert [tmp_path / "none" / name for name in FILES] == stale(tmp_path / "none")


def test_asyncapi_points_at_what_exists():
    document = asyncapi()
    assert set(document["channels"]["events"]["messages"]) == set(KINDS)
    for target in references(document):
        file, _, path = target.partition("#/")
        found: Any = document if not file else FILES[file.removeprefix("./")]()
        for name in path.split("/"):
            found = found[name]


def references(node: Any) -> list[str]:
    """Every $ref in a document."""
    if isinstance(node, list):
        return [found for part in node for found in references(part)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
    return own + [found for part in node.values() for found in references(part)]


def test_asyncapi_tells_the_topics_as_they_are_made():
    channels, made = asyncapi()["channels"], shapes.shapes("motcua")
    names = {"events": shapes.EVENTS, "dead": shapes.DEAD, "alerts": shapes.ALERTS}
    assert {channel: told["address"] for channel, told in channels.items()} == names
    for channel, name in names.items():
        bound = channels[channel]["bindings"]["kafka"]
        assert bound["partitions"] == shapes.PARTITIONS
        assert str(bound["topicConfiguration"]["retention.ms"]) == made[name].settings["retention.ms"]


@pytest.mark.parametrize("trait", ["fact", "control"])
def test_asyncapi_tells_the_headers_as_they_are_sent(trait):
    kafka = pytest.importorskip("simulator.sinks.kafka")
    at = datetime(2026, 3, 2, tzinfo=UTC)
    told = asyncapi()["components"]["messageTraits"][trait]["headers"]["properties"]
    sent = {
        "fact": events.Resolved(scenario="live", dossier_id="d1", seq=2, at=at, office="H44.1"),
        "control": events.Tick(scenario="live", at=at),
    }
    assert list(told) == [name for name, _ in kafka.headers(sent[trait])]
