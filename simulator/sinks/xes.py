"""XES (IEEE 1849-2016): a trace a dossier, in the order of their names, its events by `seq`.

Events come interleaved and leave grouped: they are spooled to a temporary file beside the output, and the log
is written when all is told. Control events are attributes of the log (`steered.1`): no dossier has them.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

from dossier.event import Event, Message
from simulator.engine.ledger import Case
from simulator.sinks.columns import CASES, KINDS, Kind, local, told
from simulator.sinks.names import Names
from simulator.sinks.sink import FileSink
from simulator.sinks.spool import Row, Spool

_TAGS: dict[Kind, str] = {
    "word": "string",
    "text": "string",
    "integer": "int",
    "number": "float",
    "flag": "boolean",
    "instant": "date",
}
_FLAGS = {True: "true", False: "false"}
_OPEN = {name: f'<{_TAGS[kind]} key="{name}" value="' for name, kind in KINDS.items()}
_CASES = [(column, f'<{_TAGS[column.kind]} key="{column.name}" value="') for column in CASES]
_VARIED = frozenset(name for name, kind in KINDS.items() if kind in ("instant", "text"))
"""Another in every event, so not worth remembering."""
_OF_TRACE = frozenset({"scenario", "dossier_id", "at", "office"})
"""Told once for a trace, or under the name that XES has for it."""
_UNIT = "\0"
"""Parts the key of a row; no word of XML holds it."""
_CHUNK = 4096
"""Bytes that pm4py's reader decodes at a time."""
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<global scope="trace">
<string key="concept:name" value="UNKNOWN"/><string key="scenario" value="UNKNOWN"/>\
<string key="dossier_id" value="UNKNOWN"/>
</global>
<global scope="event">
<string key="concept:name" value="UNKNOWN"/><string key="lifecycle:transition" value="complete"/>\
<date key="time:timestamp" value="1970-01-01T00:00:00Z"/><string key="org:group" value="UNKNOWN"/>\
<string key="org:resource" value="UNKNOWN"/><string key="type" value="UNKNOWN"/><int key="seq" value="0"/>
</global>
<classifier name="Activity" keys="concept:name"/>
<classifier name="Type" keys="type"/>
"""
_MARKS = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Xes(FileSink):
    """A file of traces, compressed if its name ends in .gz."""

    def _begin(self) -> None:
        self._spool = Spool(self.file.path.parent)
        self._names = Names()
        self._size = self._controls = 0
        self._out = self.file.stream(packed=self.path.suffix == ".gz")

    def _write(self, events: Sequence[Message]) -> None:
        put, key = self._spool.put, self._key
        for event in events:
            if isinstance(event, Event):
                name = key(event.scenario, event.office, event.dossier_id)
                put(name, event.seq, _event(event).encode())
            else:
                self._controls += 1
                put("", self._controls, _control(event, self._controls).encode())

    def _cases(self, cases: Sequence[Case]) -> None:
        for case in cases:
            self._spool.put(self._key(None, case.office, case.dossier_id), 0, _case(case).encode())

    def _end(self) -> None:
        self._put(_HEAD.encode())
        rows = self._spool.rows()
        for key, group in groupby(rows, key=_key):
            if key:
                self._trace(key, group)
            else:
                self._put(b"".join(kept for _, _, kept in group))
        self._put(b"</log>\n")

    def drop(self) -> None:
        self._spool.drop()
        super().drop()

    def _key(self, scenario: str | None, office: str, dossier_id: str) -> str:
        """The name; and where it is not the id, or the scenario not the first, these too."""
        name = self._names.of(scenario, office, dossier_id)
        if name == dossier_id:
            return name.replace(_UNIT, "\ufffd")
        world = scenario or self._names.scenario or ""
        return _UNIT.join(part.replace(_UNIT, "\ufffd") for part in (name, dossier_id, world))

    def _trace(self, key: str, group: Iterable[Row]) -> None:
        name, dossier_id, scenario = [*key.split(_UNIT), key, self._names.scenario or ""][:3]
        head = (
            f'<trace>\n<string key="concept:name" value="{_quoted(name)}"/>'
            f'<string key="scenario" value="{_quoted(scenario)}"/>'
            f'<string key="dossier_id" value="{_quoted(dossier_id)}"/>\n'
        )
        self._put(head.encode() + b"".join(kept for _, _, kept in group) + b"</trace>\n")

    def _put(self, raw: bytes) -> None:
        """Write it so that no character lies across a multiple of 4096 bytes: pm4py's reader trips over that.

        Blanks before an element, which mean nothing, move what follows.
        """
        at = -self._size % _CHUNK
        while at < len(raw):
            lead = at
            while raw[lead] & 0xC0 == 0x80:
                lead -= 1
            if lead < at:
                gap = raw.rfind(b"<", 0, at)
                raw = raw[:gap] + b" " * (at - lead) + raw[gap:]
            at += _CHUNK
        self._out.write(raw)
        self._size += len(raw)


def _key(row: Row) -> str:
    return row[0]


def _event(event: Event) -> str:
    fields = told(event)  # type: ignore[arg-type]
    kind = fields["type"]
    name, by = kind, event.office
    if kind == "step_finished":
        name, by = fields["step"], fields["agency"]
    elif kind == "handed_over":
        by = fields["from"]
    at = f'<date key="time:timestamp" value="{fields["at"]}"/>'
    return f"{_opening(name, event.office, by)}{at}{_attributes(fields)}</event>\n"


def _control(event: Message, n: int) -> str:
    fields = told(event)
    at = fields.pop("at")
    office = {name: fields.pop(name) for name in ("scenario", "office") if name in fields}
    inner = _attributes(fields) + "".join(_attribute(name, value) for name, value in office.items())
    return f'<date key="{fields["type"]}.{n}" value="{at}">{inner}</date>\n'


@lru_cache(4096)
def _opening(name: str, office: str, by: str) -> str:
    return (
        f'<event><string key="concept:name" value="{_quoted(name)}"/>'
        '<string key="lifecycle:transition" value="complete"/>'
        f'<string key="org:group" value="{_quoted(office)}"/>'
        f'<string key="org:resource" value="{_quoted(by)}"/>'
    )


def _attributes(fields: dict[str, Any]) -> str:
    return "".join(
        _attribute(name, value) if name not in _VARIED else f'{_OPEN[name]}{_text(value)}"/>'
        for name, value in fields.items()
        if name not in _OF_TRACE
    )


@lru_cache(4096)
def _attribute(name: str, value: Any) -> str:
    """An attribute; the same few come again and again."""
    return f'{_OPEN[name]}{_text(value)}"/>'


def _text(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(value)
    return _FLAGS[value] if isinstance(value, bool) else str(value)


def _case(case: Case) -> str:
    parts = []
    for (column, opening), value in zip(_CASES, case, strict=True):
        if value is not None and column.name != "dossier_id":
            text = local(value).isoformat() if column.kind == "instant" else _text(value)
            parts.append(f'{opening}{text}"/>')
    return "".join(parts) + "\n"


def _quoted(text: str) -> str:
    """Text as the value of an XML attribute; what XML cannot hold becomes U+FFFD."""
    return _NO_XML.sub("\ufffd", text).translate(_MARKS)
