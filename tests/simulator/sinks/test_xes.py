"""XES as the standard has it: a trace a dossier, in order, that pm4py opens."""

import gzip
import re
from collections import Counter
from datetime import datetime

import pm4py
import pytest
from lxml import etree

from dossier.event import Accepted, Control, StepFinished, Submitted
from simulator.sinks.columns import CASES
from simulator.sinks.formats import opened
from simulator.sinks.sink import pour
from tests.simulator.sinks import readers
from tests.strategies import at

pytestmark = pytest.mark.filterwarnings("ignore:Install the optional requirement:UserWarning")
NAMESPACE = "{http://www.xes-standard.org/}"
ORDER = ("extension", "global", "classifier", "attribute", "trace")
VALUES = {
    "string": str,
    "date": datetime.fromisoformat,
    "int": int,
    "float": float,
    "boolean": {"true": True, "false": False}.__getitem__,
}
"""IEEE 1849-2016, 5.4-5.6: what stands in a log and in which order, and what an attribute may hold."""


def submitted(**fields):
    return Submitted(
        **{"scenario": "s", "dossier_id": "An Hòa-1", "seq": 1, "at": at(0), "office": "An Hòa"} | fields,
        procedure="birth", channel="online",
    )  # fmt: skip


def test_the_log_is_as_the_standard_says(written):
    log = etree.parse(written / "run.xes").getroot()
    assert log.tag == f"{NAMESPACE}log"
    kinds = [etree.QName(child).localname for child in log]
    places = [ORDER.index(kind if kind in ORDER else "attribute") for kind in kinds]
    assert places == sorted(places)
    for element in log.iter():
        kind = etree.QName(element).localname
        if kind in VALUES:
            assert re.fullmatch(r"[\w.:-]+", element.get("key"))
            VALUES[kind](element.get("value"))
    globals_ = {
        child.get("key") for child in log.iterfind(f"{NAMESPACE}global[@scope='event']/*", namespaces=None)
    }
    for event in log.iter(f"{NAMESPACE}event"):
        keys = [child.get("key") for child in event]
        assert len(keys) == len(set(keys))
        assert globals_ <= set(keys)
    for classifier in log.iterfind(f"{NAMESPACE}classifier"):
        assert set(classifier.get("keys").split()) <= globals_


def test_traces_are_in_the_order_of_their_names_and_events_of_their_seq(written):
    log = pm4py.read_xes(str(written / "run.xes"), return_legacy_log_object=True)
    names = [trace.attributes["concept:name"] for trace in log]
    assert names == sorted(names)
    assert len(names) == len(set(names))
    for trace in log:
        assert [event["seq"] for event in trace] == sorted(event["seq"] for event in trace)


def test_a_trace_tells_what_is_known_of_its_dossier(written, cases):
    log = pm4py.read_xes(str(written / "run.xes"), return_legacy_log_object=True)
    by_name = {trace.attributes["dossier_id"]: trace.attributes for trace in log}
    assert len(by_name) == len(cases)
    for case in cases:
        told = by_name[case.dossier_id]
        for column, cell in zip(CASES, case, strict=True):
            value = told.get(column.name)
            assert (value.timestamp() if column.kind == "instant" and value else value) == cell, column


def test_pm4py_sees_steps_as_activities_and_who_did_them(written, messages):
    log = pm4py.read_xes(str(written / "run.xes"))
    facts = [message for message in messages if not isinstance(message, Control)]
    tags = [(fact, fact.__struct_config__.tag) for fact in facts]
    names = Counter(fact.step if tag == "step_finished" else tag for fact, tag in tags)
    assert Counter(log["concept:name"]) == names
    assert set(log["lifecycle:transition"]) == {"complete"}
    by = Counter(fact.agency for fact in facts if isinstance(fact, StepFinished))
    assert Counter(log[log["type"] == "step_finished"]["org:resource"]) == by
    assert set(log["org:group"]) == {fact.office for fact in facts}
    assert pm4py.get_start_activities(log)  # an analysis runs on it


@pytest.mark.parametrize("offset", range(12))
def test_no_letter_lies_across_the_reader_s_chunks(offset, tmp_path):
    """pm4py's own reader decodes 4096 bytes at a time, and trips over half a letter."""
    words = "ờệữỗẫ𝕄" * 20
    facts = [
        Accepted(
            scenario="x" * (1 + offset), dossier_id=f"An Hòa-{n}", seq=1, at=at(n), office="An Hòa",
            procedure=words, channel="online", online=True, agency=words[n % 7 :],
        )
        for n in range(60)
    ]  # fmt: skip
    with opened([tmp_path / "a.xes"]) as sink:
        pour(facts, sink)
    assert readers.ordered(readers.xes(tmp_path / "a.xes")) == readers.ordered(facts)


def test_marks_are_escaped_and_what_xml_cannot_hold_is_replaced(tmp_path):
    facts = [submitted(agency='<a href="x">&amp;\t\r\n'), submitted(seq=2, agency="bell\x07, half \ufffe")]
    with opened([tmp_path / "a.xes"]) as sink:
        pour(facts, sink)
    told = readers.xes(tmp_path / "a.xes", "iterparse")
    assert [fact.agency for fact in told] == ['<a href="x">&amp;\t\r\n', "bell\ufffd, half \ufffd"]


def test_one_number_in_two_offices_or_scenarios_is_three_dossiers(tmp_path):
    facts = [
        submitted(dossier_id="7"),
        submitted(dossier_id="7", office="Bình Đa"),
        submitted(dossier_id="7", scenario="t"),
    ]
    with opened([tmp_path / "a.xes"]) as sink:
        pour(facts, sink)
    log = pm4py.read_xes(str(tmp_path / "a.xes"), return_legacy_log_object=True)
    assert [trace.attributes["concept:name"] for trace in log] == ["An Hòa/7", "Bình Đa/7", "t/An Hòa/7"]
    assert readers.ordered(readers.xes(tmp_path / "a.xes")) == readers.ordered(facts)


def test_the_packed_file_holds_the_same(written):
    assert gzip.decompress((written / "run.xes.gz").read_bytes()) == (written / "run.xes").read_bytes()
