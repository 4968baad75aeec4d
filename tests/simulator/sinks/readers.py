"""Every format read back, by another program's eyes, as the messages that it was told."""

import csv
import gzip
import json
import math
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import msgspec
import pm4py
import pyarrow.parquet as pq

from dossier.event import Control, Event, Fact, Message, decode

INSTANTS = ("at", "due_at", "started_at", "respond_by")
FLAGS = {
    "online", "authenticated", "obligation", "digitised", "reused", "post_office", "non_territorial",
    "electronic", "retracted", "no_result", "replayed",
}  # fmt: skip
NUMBERS = {"seq", "fee", "amount", "score", "posts"}
TYPES = {kind.__struct_config__.tag: kind for kind in get_args(Message)}


def message(fields: dict[str, Any]) -> Message:
    """A message from what a format tells of it; `no_result` goes back to where it came from."""
    fields = {name: _plain(name, value) for name, value in fields.items() if not _absent(value)}
    if str(fields.pop("no_result", False)).lower() == "true":
        fields["result_number"] = None
    known = {field.encode_name for field in msgspec.inspect.type_info(TYPES[fields["type"]]).fields} | {
        "type"
    }
    assert fields.keys() <= known
    return msgspec.convert(fields, Message, strict=False)


def ordered(messages: Iterable[Message]) -> list[Message]:
    """In an order that every format can be put in."""
    return sorted(messages, key=_place)


def _place(one: Message) -> tuple[Any, ...]:
    if isinstance(one, Event):
        return True, one.scenario, one.office, one.dossier_id, one.seq
    return False, one.scenario, one.at, str(one)


def _absent(value: Any) -> bool:
    return (
        value is None
        or value == ""
        or (isinstance(value, float) and math.isnan(value))
        or str(value) == "NaT"
    )


def _plain(name: str, value: Any) -> Any:
    if name in INSTANTS and not isinstance(value, str):
        return datetime.fromisoformat(value.isoformat())
    if name in FLAGS and not isinstance(value, str):
        return bool(value)
    return int(value) if name in NUMBERS else value


def jsonl(path: Path) -> list[Message]:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [decode(line) for line in raw.splitlines()]


def table(path: Path) -> list[Message]:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [message(row) for row in csv.DictReader(raw.decode("utf-8-sig").splitlines(keepends=True))]


def parquet(path: Path) -> list[Message]:
    return [message(row) for row in pq.read_table(path).to_pylist()]


def xes(path: Path, variant: str = "chunk_regex") -> list[Message]:
    """Through pm4py; the control events, which are the log's, where the reader knows nested attributes."""
    log = pm4py.read_xes(str(path), variant=variant, return_legacy_log_object=True)
    told = []
    for trace in log:
        whose = {name: trace.attributes[name] for name in ("scenario", "dossier_id")}
        for event in trace:
            own = {name: value for name, value in dict(event).items() if ":" not in name}
            told.append(
                message({**whose, "office": event["org:group"], "at": event["time:timestamp"], **own})
            )
    controls = log.attributes.values() if variant == "iterparse" else ()
    return told + [message({"at": value["value"], **value["children"]}) for value in controls]


def ocel(path: Path) -> list[Message]:
    """Through pm4py's object, which is the same for JSON and SQLite."""
    log = (pm4py.read_ocel2_sqlite if path.suffix == ".sqlite" else pm4py.read_ocel2_json)(str(path))
    related: dict[str, dict[str, str]] = defaultdict(dict)
    for row in log.relations.to_dict("records"):
        related[row["ocel:eid"]][row["ocel:qualifier"]] = row["ocel:oid"]
    things = {row["ocel:oid"]: row for row in log.objects.to_dict("records")}
    return [
        message(_of_event(row, related[row["ocel:eid"]], things)) for row in log.events.to_dict("records")
    ]


def _of_event(
    row: dict[str, Any], related: dict[str, str], things: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    fields = {name: value for name, value in row.items() if not name.startswith("ocel:")}
    fields |= {"type": row["ocel:activity"], "at": row["ocel:timestamp"]}
    for qualifier, identity in related.items():
        thing = things[identity]
        if qualifier == "dossier":
            fields |= {name: thing[name] for name in ("scenario", "dossier_id")}
        else:
            fields[qualifier] = thing["name"]
    return fields


def ocel_json(path: Path) -> list[Message]:
    """By the standard's words alone, the control events too."""
    log = json.loads(path.read_bytes())
    things = {
        thing["id"]: {value["name"]: value["value"] for value in thing["attributes"]}
        for thing in log["objects"]
    }
    told = []
    for event in log["events"]:
        row = {"ocel:activity": event["type"], "ocel:timestamp": event["time"]}
        row |= {value["name"]: value["value"] for value in event["attributes"]}
        related = {pair["qualifier"]: pair["objectId"] for pair in event["relationships"]}
        told.append(message(_of_event(row, related, things)))
    return told


def ocel_sqlite(path: Path) -> list[Message]:
    """The same from the database."""
    with sqlite3.connect(path) as base:
        base.row_factory = sqlite3.Row
        things = _rows(base, "SELECT name, ocel_id FROM object_{}", ("office", "procedure", "agency"))
        things |= _rows(base, "SELECT * FROM object_{} WHERE ocel_changed_field IS NULL", ("dossier",))
        related: dict[str, dict[str, str]] = defaultdict(dict)
        for row in base.execute("SELECT * FROM event_object"):
            related[row["ocel_event_id"]][row["ocel_qualifier"]] = row["ocel_object_id"]
        told = []
        for kind in (row[0] for row in base.execute("SELECT ocel_type_map FROM event_map_type").fetchall()):
            for row in base.execute(f"SELECT * FROM event_{kind}"):
                fields = {name: row[name] for name in row.keys() if not name.startswith("ocel_")}  # noqa: SIM118
                head = {"ocel:activity": kind, "ocel:timestamp": row["ocel_time"]}
                told.append(message(_of_event(fields | head, related[row["ocel_id"]], things)))
    base.close()
    return told


def _rows(base: sqlite3.Connection, query: str, kinds: Iterable[str]) -> dict[str, dict[str, Any]]:
    return {row["ocel_id"]: dict(row) for kind in kinds for row in base.execute(query.format(kind))}


def facts_of(messages: Iterable[Message]) -> list[Fact]:
    """Without the control events, which pm4py leaves out: no object has them."""
    return [one for one in messages if not isinstance(one, Control)]  # type: ignore[misc]
