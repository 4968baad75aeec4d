"""No topic carries personal data: each word that a message may hold is on a list with its reason.

The citizen's name, birth, address, phone, e-mail and card stay in the e-office. A new text field fails here
until somebody has said why it holds nothing of the kind.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from dossier.event import Event, Rejected, decode, encode, key
from dossier.law.calendar import vietnam
from dossier.life import alerts
from dossier.schema import asyncapi, events_schema
from simulator.run import Simulation
from simulator.scenario.files import load, names
from streams.control import Order
from streams.processor import PartitionProcessor

TEXTS: Mapping[str, str] = {
    "scenario": "the name of a world",
    "dossier_id": "the office's own number",
    "interlinked": "a number of the same kind",
    "resubmits": "a number of the same kind",
    "result_number": "the number of the paper that was issued",
    "office": "a public office",
    "successor": "a public office",
    "agency": "a public body",
    "from": "a public body",
    "to": "a public body",
    "procedure": "a code of the national catalogue",
    "field": "a field of the catalogue",
    "level": "commune, district ...",
    "channel": "the source's word for a way of filing",
    "limit": "a time",
    "rules": "the id of a rule set",
    "step": "a step of the procedure's route",
    "pool": "a group of posts, never an official",
    "lever": "a reform, as on the command line",
    "account": "a keyed hash; numbers of cards and phones, and e-mail addresses, are refused",
    "device": "a keyed hash; the same",
    "reason": "the office's own words, in no more than 2,000 letters",
    "id": "an alert's own, a digest",
}
"""Fields of text."""
PERSONAL = frozenset({
    "name", "person", "citizen", "applicant", "owner", "birth", "born", "gender", "sex", "ethnicity",
    "phone", "mobile", "tel", "email", "mail", "zalo", "address", "street", "house", "cccd", "cmnd", "card",
    "passport", "identity", "national", "tax", "insurance", "photo", "fingerprint", "signature", "ho",
    "ten", "hoten", "sdt", "dien", "thoai", "dia", "chi", "ngay", "sinh",
})  # fmt: skip
"""Words of which no field's name may consist in part."""
PATTERNS: Mapping[str, str] = {
    "a card's number": r"(?<!\d)(\d{9}|\d{12})(?!\d)",
    "a phone's number": r"(?<!\d)(\+?84|0)[ .]?[235789]\d{1,2}([ .]?\d){6,8}(?!\d)",
    "an e-mail address": r"[^\s@]+@[^\s@]+\.\w",
    "a person's name": r"\b(Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý)"
    r"( (?!Trãi\b)[^\W\d_a-zà-ỹđ][^\W\d_]*){1,3}",
}


TIMES = frozenset({"type", "at", "due_at", "started_at", "respond_by", "service"})
"""Words that are instants, or one of a few."""
INSTANTS = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+([+-][\d:]+|Z)")


def shapes() -> Iterator[tuple[str, Any]]:
    """All that is published on what travels."""
    yield "events", events_schema()
    document = asyncapi()
    yield "alert", document["components"]["messages"]["alert"]["payload"]
    yield "order", msgspec.json.schema(Order)


def fields(node: Any) -> Iterator[tuple[str, Any]]:
    """The fields of every object in a schema, wherever it stands."""
    if isinstance(node, list):
        node = dict(enumerate(node))
    if isinstance(node, dict):
        yield from node.get("properties", {}).items()
        for part in node.values():
            yield from fields(part)


def texts(shape: Any) -> Iterator[Mapping[str, Any]]:
    """What of a field's shape takes words that are not fixed."""
    for one in shape.get("anyOf", [shape]):
        if one.get("type") == "string" and one.get("format") != "date-time" and "enum" not in one:
            yield one


@pytest.mark.parametrize(("where", "schema"), list(shapes()), ids=["events", "alert", "order"])
def test_each_field_is_no_text_or_one_on_the_list_and_has_a_bound(where, schema):
    found = dict(fields(schema))
    assert len(found) > 2
    for name, shape in fields(schema):
        assert forbidden(name) == set(), name
        for text in texts(shape):
            assert name in TEXTS
            assert "maxLength" in text or where == "alert", name  # made from events, whose words are bounded


def forbidden(name: str) -> set[str]:
    return PERSONAL & set(re.split(r"[_\W]+", name.lower()))


@pytest.mark.parametrize("name", ["full_name", "phone", "ho_ten", "citizen_id", "birth_date", "e_mail"])
def test_a_field_that_is_about_a_person_would_be_seen(name):
    assert forbidden(name)


def test_nothing_on_the_list_is_out_of_use():
    used = {name for _, schema in shapes() for name, shape in fields(schema) if any(texts(shape))}
    assert used == TEXTS.keys()


# What really travels.


def traces(words: str) -> list[str]:
    """What in it looks like personal data; instants are left out."""
    plain = INSTANTS.sub("", words)
    return [what for what, pattern in PATTERNS.items() if re.search(pattern, plain)]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("001099012345", "a card's number"),
        ("thẻ 123456789.", "a card's number"),
        ("gọi 0912 345 678", "a phone's number"),
        ("+84912345678", "a phone's number"),
        ("a.b@example.org", "an e-mail address"),
        ("ông Nguyễn Văn An", "a person's name"),
        ("Lê Thị Bình", "a person's name"),
    ],
)
def test_traces_of_a_person_would_be_seen(words, what):
    assert what in traces(words)


@pytest.mark.parametrize(
    "words", ["H44.100-260302-0001", "2026-03-02T08:00:00.123456+07:00", "12/QĐ-UBND", "Hộ tịch", "1.001193"]
)
def test_what_an_office_writes_is_no_trace(words):
    assert traces(words) == []


UNDATED = {"five-step", "mm10"}
"""Scenarios for comparison, without due dates."""


def sample(name: str) -> list[Event]:
    """Facts of a scenario's first days."""
    world = replace(load(name), warmup_days=0)
    return list(islice(Simulation(world, 1, until=world.start + timedelta(days=5)).facts(), 1000))


@pytest.mark.parametrize("name", names())
def test_what_is_sent_of_a_scenario_tells_of_no_person(name):
    """Its messages with keys and headers, and the alerts that come of them."""
    headers = pytest.importorskip("simulator.sinks.kafka").headers
    processor = PartitionProcessor(vietnam(), watch=True)
    sent = []
    for offset, event in enumerate(sample(name)):
        raw = encode(event)
        processor.apply(offset, raw)
        about = b" ".join(value for _, value in headers(event))
        sent += [raw, key(event), about]
        assert {
            field for field, value in json.loads(raw).items() if type(value) is str
        } <= TIMES | TEXTS.keys()
    processor.advance(name, event.at.timestamp() + 40 * 86_400)
    found = processor.alerts()
    sent += [alerts.encode(replace(alert, id="")) for alert in found]  # a digest may have any digits
    assert len(sent) > 1500
    assert found or name in UNDATED
    assert [raw for raw in sent if traces(raw.decode())] == []


@pytest.mark.parametrize("clear", ["001099012345", "0912 345 678", "+84912345678", "123456789", "a@b.vn"])
@pytest.mark.parametrize("field", ["account", "device"])
def test_a_person_in_clear_where_a_hash_should_be_is_no_event(clear, field):
    told = {"type": "submitted", "scenario": "live", "dossier_id": "d", "seq": 1, "office": "o"}
    told |= {"at": "2026-03-02T08:00:00Z", "procedure": "p", "channel": "online"}
    hashed = "0b1d9a5e7c3f42688d0e6f1a2b3c4d5e"
    assert isinstance(decode(json.dumps({**told, field: hashed}).encode()), Event)
    refused = decode(json.dumps({**told, field: clear}).encode())
    assert isinstance(refused, Rejected)
    assert clear not in refused.detail
