"""OCEL 2.0 as the standard has it, the same in JSON and SQLite, that pm4py opens."""

import json
from collections import Counter
from datetime import datetime
from typing import Any

import jsonschema
import pm4py
import pytest
from pm4py.objects.ocel.validation import ocel20_rel_validation

from dossier.event import Accepted, ApologyIssued, Control, Steered, StepFinished, SupplementProvided
from dossier.law.calendar import VIETNAM
from simulator.sinks.formats import opened
from simulator.sinks.sink import pour
from tests.strategies import at

WORD = {"type": "string"}
TIME = {"type": "string", "format": "date-time"}


def rows(needed: tuple[str, ...], **fields: Any) -> dict[str, Any]:
    """An array of objects with these fields, the first so many of which must be there."""
    return {
        "type": "array",
        "items": {
            "type": "object",
            "properties": fields,
            "required": list(needed),
            "additionalProperties": False,
        },
    }


TYPES = rows(
    ("name", "attributes"),
    name=WORD,
    attributes=rows(
        ("name", "type"), name=WORD, type={"enum": ["string", "time", "integer", "float", "boolean"]}
    ),
)
RELATED = rows(("objectId", "qualifier"), objectId=WORD, qualifier=WORD)
PARTS = {
    "eventTypes": TYPES,
    "objectTypes": TYPES,
    "events": rows(
        ("id", "type", "time"), id=WORD, type=WORD, time=TIME, relationships=RELATED,
        attributes=rows(("name", "value"), name=WORD, value=WORD),
    ),
    "objects": rows(
        ("id", "type"), id=WORD, type=WORD, relationships=RELATED,
        attributes=rows(("name", "value", "time"), name=WORD, value=WORD, time=TIME),
    ),
}  # fmt: skip
SCHEMA = {"type": "object", "properties": PARTS, "required": list(PARTS), "additionalProperties": False}
"""The structure of the JSON Schema of the OCEL 2.0 specification (section 8), and nothing beside it."""


@pytest.fixture(scope="module")
def log(written):
    return json.loads((written / "run.ocel.json").read_bytes())


def test_the_json_has_the_structure_of_the_published_schema(log):
    jsonschema.validate(log, SCHEMA, format_checker=jsonschema.FormatChecker())


def test_every_type_and_attribute_is_declared_and_every_id_is_one_object(log):
    for many, types in (("events", "eventTypes"), ("objects", "objectTypes")):
        declared = {kind["name"]: {a["name"] for a in kind["attributes"]} for kind in log[types]}
        for one in log[many]:
            assert {value["name"] for value in one["attributes"]} <= declared[one["type"]]
        ids = [one["id"] for one in log[many]]
        assert len(ids) == len(set(ids))
    known = {thing["id"] for thing in log["objects"]}
    for one in log["events"] + log["objects"]:
        assert {pair["objectId"] for pair in one["relationships"]} <= known


def test_the_database_passes_pm4py_s_validation(written):
    satisfied, unsatisfied = ocel20_rel_validation.apply(str(written / "run.ocel.sqlite"))
    assert (len(satisfied), unsatisfied) == (24, [])


def test_events_stand_in_the_order_of_the_run(log, messages):
    assert [event["type"] for event in log["events"]] == [m.__struct_config__.tag for m in messages]
    assert [datetime.fromisoformat(event["time"]) for event in log["events"]] == [m.at for m in messages]


def test_pm4py_sees_the_same_in_both(written, messages, cases):
    one = pm4py.read_ocel2_json(str(written / "run.ocel.json"))
    two = pm4py.read_ocel2_sqlite(str(written / "run.ocel.sqlite"))
    facts = [message for message in messages if not isinstance(message, Control)]
    for seen in (one, two):
        assert Counter(seen.events["ocel:activity"])["step_finished"] == sum(
            isinstance(fact, StepFinished) for fact in facts
        )
        assert set(seen.objects["ocel:type"]) == {"dossier", "office", "procedure", "agency"}
        assert Counter(seen.objects["ocel:type"])["dossier"] == len(cases)
        assert Counter(seen.relations["ocel:qualifier"])["dossier"] == len(facts)
    for part, keys in (
        ("relations", ["ocel:eid", "ocel:oid", "ocel:qualifier"]),
        ("o2o", ["ocel:oid", "ocel:oid_2", "ocel:qualifier"]),
        ("object_changes", ["ocel:oid", "ocel:field"]),
    ):
        first, second = (getattr(seen, part)[keys].values.tolist() for seen in (one, two))
        assert sorted(first) == sorted(second)
        assert first
    assert pm4py.ocel_flattening(one, "dossier")["case:concept:name"].nunique() == len(cases)


def test_a_dossier_s_due_date_has_its_values_over_time(case, tmp_path):
    who = {"scenario": "s", "dossier_id": "An Hòa-1", "office": "An Hòa"}
    facts = [
        Accepted(
            **who, seq=1, at=at(0), procedure="p", channel="online", online=True, due_at=at(72), agency="a"
        ),
        StepFinished(**who, seq=2, at=at(1), step="check", agency="b", due_at=at(2)),
        SupplementProvided(**who, seq=3, at=at(50), due_at=at(120)),
        SupplementProvided(**who, seq=4, at=at(51), due_at=at(120)),
        ApologyIssued(**who, seq=5, at=at(119), due_at=at(200)),
    ]
    with opened([tmp_path / "a.ocel.json"]) as sink:
        pour(facts, sink)
        sink.cases([case(dossier_id="An Hòa-1", outcome="open", finished_at=None)])
    objects = json.loads((tmp_path / "a.ocel.json").read_bytes())["objects"]
    (dossier,) = (thing for thing in objects if thing["type"] == "dossier")
    due = [
        (v["time"], datetime.fromisoformat(v["value"]))
        for v in dossier["attributes"]
        if v["name"] == "due_at"
    ]
    assert due == [
        ("1970-01-01T00:00:00Z", at(72)),
        ("2026-02-11T02:00:00Z", at(120)),
        ("2026-02-13T23:00:00Z", at(200)),
    ]
    assert {(pair["qualifier"], pair["objectId"]) for pair in dossier["relationships"]} == {
        ("office", "office:An Hòa"),
        ("procedure", "procedure:p"),
        ("agency", "agency:a"),
    }
    values = {value["name"]: value["value"] for value in dossier["attributes"]}
    assert (values["outcome"], values["worked_seconds"], values["supplements"]) == ("open", "600.25", "0")
    accepted = datetime.fromtimestamp(case().accepted_at, VIETNAM)
    assert datetime.fromisoformat(values["accepted_at"]) == accepted


def test_an_office_and_an_agency_of_one_name_are_two_objects(tmp_path):
    fact = StepFinished(
        scenario="s", dossier_id="7", office="An Hòa", seq=1, at=at(0), step="check", agency="An Hòa"
    )
    steered = Steered(scenario="s", at=at(1), lever="edd", office="An Hòa")
    with opened([tmp_path / "a.ocel.json"]) as sink:
        pour([fact, steered], sink)
    log = json.loads((tmp_path / "a.ocel.json").read_bytes())
    assert [thing["id"] for thing in log["objects"]] == ["An Hòa/7", "agency:An Hòa", "office:An Hòa"]
    assert log["events"][1]["relationships"] == [{"objectId": "office:An Hòa", "qualifier": "office"}]
