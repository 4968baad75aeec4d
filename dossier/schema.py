"""What travels, for those who read or write it in other languages: JSON Schema and AsyncAPI of the events."""

from typing import Any, get_args

import msgspec

from dossier.event import VERSION, Event, Message
from dossier.life.alerts import Alert

Document = dict[str, Any]

DATE_TIME = r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)$"
"""An instant with its offset, for the many validators that take `format` as a mere remark."""

_RETENTION = {"retention.ms": -1}


def events_schema() -> Document:
    """JSON Schema 2020-12 of every message that `decode` takes: one shape for each `type`.

    It says the shape only: that a due date is not before the acceptance is the reader's to check.
    """
    title = "A message of motcua: one fact about one dossier, or a clock or control event"
    schema = _dated(msgspec.json.schema(Message))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **schema}


def asyncapi() -> Document:
    """AsyncAPI 3.0 of the topics; the payloads are those of `events.schema.json` beside it."""
    names = {_tag(kind): kind for kind in get_args(Message)}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "motcua",
            "version": "1.0.0",
            "description": "Facts about dossiers at one-stop offices, simulated or from an e-office.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"local": {"host": "localhost:9092", "protocol": "kafka", "description": "make kafka"}},
        "channels": {"events": _events(list(names)), "dead": _dead(), "alerts": _alerts()},
        "operations": {
            "publish": _operation("send", "events", "A simulator, a replay or a real e-office tells facts."),
            "fold": _operation("receive", "events", "The monitor folds them into figures."),
            "bury": _operation("send", "dead", "The monitor puts aside what it cannot use."),
            "warn": _operation("send", "alerts", "The monitor tells what an office should hear, each once."),
        },
        "components": {
            "messages": {
                **{tag: _message(kind) for tag, kind in names.items()},
                "dead": _letter(),
                "alert": _alert(),
            },
            "messageTraits": {"fact": {**_cloudevent(), **_keyed()}, "control": _cloudevent()},
        },
    }


def _tag(kind: type[msgspec.Struct]) -> str:
    return str(kind.__struct_config__.tag)


def _dated(node: Any) -> Any:
    """The schema with a pattern beside each format date-time."""
    if isinstance(node, list):
        return [_dated(part) for part in node]
    if not isinstance(node, dict):
        return node
    found = {name: _dated(part) for name, part in node.items()}
    return {**found, "pattern": DATE_TIME} if node.get("format") == "date-time" else found


def _events(tags: list[str]) -> Document:
    return {
        "address": "dossier-events",
        "description": "An office's facts are in one partition, in order; control events are in every one.",
        "messages": {tag: {"$ref": f"#/components/messages/{tag}"} for tag in tags},
        "bindings": _topic(),
    }


def _dead() -> Document:
    return {
        "address": "dossier-events-dead",
        "description": "Messages that could not be used: their bytes as they came, and why.",
        "messages": {"dead": {"$ref": "#/components/messages/dead"}},
        "bindings": _topic(),
    }


def _alerts() -> Document:
    return {
        "address": "dossier-alerts",
        "description": "What an office should hear of a dossier, most of it because nothing happened.",
        "messages": {"alert": {"$ref": "#/components/messages/alert"}},
        "bindings": _topic(),
    }


def _topic() -> Document:
    return {"kafka": {"partitions": 12, "topicConfiguration": _RETENTION, "bindingVersion": "0.5.0"}}


def _operation(action: str, channel: str, summary: str) -> Document:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "summary": summary}


def _message(kind: type[msgspec.Struct]) -> Document:
    trait = "fact" if issubclass(kind, Event) else "control"
    return {
        "title": kind.__name__,
        "summary": (kind.__doc__ or "").strip().splitlines()[0],
        "payload": {"$ref": f"./events.schema.json#/$defs/{kind.__name__}"},
        "traits": [{"$ref": f"#/components/messageTraits/{trait}"}],
    }


def _letter() -> Document:
    return {
        "title": "DeadLetter",
        "summary": "A message as it came, its bytes unchanged.",
        "contentType": "application/octet-stream",
        "headers": _headers(
            {
                "reason": "a fixed word, such as not_json or unknown_dossier",
                "detail": "a sentence for people",
                "partition": "of dossier-events, where it came from; decimal digits",
                "offset": "in that partition; decimal digits",
                "bytes": "of the whole message, of which the letter has the first 1,048,576",
                "version": "of the form of our messages at the time",
            }
        ),
    }


def _alert() -> Document:
    return {
        "title": "Alert",
        "summary": (Alert.__doc__ or "").strip().splitlines()[0],
        "payload": _dated(msgspec.json.schema(Alert))["$defs"]["Alert"],
        "traits": [_keyed()],
    }


def _cloudevent() -> Document:
    """CloudEvents 1.0 in binary content mode: the attributes are headers, the payload is the event alone."""
    headers = _headers(
        {
            "ce_specversion": "1.0",
            "ce_id": "scenario/dossier_id/seq; of a control event scenario/at",
            "ce_source": "/scenario/office, percent-encoded; of a control event /scenario",
            "ce_type": "vn.motcua. and the event's type",
            "ce_time": "the event's at; the record's own timestamp is when it was written",
            "content-type": "application/json",
            "version": f"{VERSION}, the version of the form of the messages",
        }
    )
    return {"headers": headers}


def _keyed() -> Document:
    key = {"type": "string", "description": "scenario/office, UTF-8"}
    return {"bindings": {"kafka": {"key": key, "bindingVersion": "0.5.0"}}}


def _headers(meanings: dict[str, str]) -> Document:
    properties = {name: {"type": "string", "description": meaning} for name, meaning in meanings.items()}
    return {"type": "object", "required": list(meanings), "properties": properties}
