"""CSV that a spreadsheet, polars and motcua itself can open."""

import csv
from datetime import datetime

import polars as pl
import pytest

from dossier.event import Accepted
from dossier.law.calendar import VIETNAM
from motcua.files import read
from simulator.sinks.columns import CASES, EVENTS
from simulator.sinks.formats import opened


def test_a_table_has_a_byte_order_mark_a_head_and_crlf(written):
    raw = (written / "run.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbftype,scenario,dossier_id,seq,at,office,")
    assert raw.count(b"\n") == raw.count(b"\r\n")


def test_every_row_has_every_column(written, messages):
    with (written / "run.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert {len(row) for row in rows} == {len(EVENTS)}
    assert len(rows) == len(messages) + 1


def test_a_dossier_is_a_row_with_local_instants_and_seconds(case, tmp_path):
    with opened([tmp_path / "a.dossiers.csv"]) as sink:
        sink.cases([case(), case(dossier_id="An Hòa-260302-0002", finished_at=None, outcome="open")])
    with (tmp_path / "a.dossiers.csv").open(encoding="utf-8-sig", newline="") as file:
        ended, still = csv.DictReader(file)
    assert ended["accepted_at"] == "2026-03-02T08:00:00+07:00"
    assert ended["finished_at"] == "2026-03-03T08:00:00+07:00"
    assert (ended["online"], ended["waited_seconds"], ended["worked_seconds"]) == ("false", "90.5", "600.25")
    assert (still["finished_at"], still["rating"], still["outcome"]) == ("", "", "open")


def test_polars_reads_both_tables(written, messages, cases):
    events = pl.read_csv(written / "run.csv", infer_schema_length=None)
    dossiers = pl.read_csv(written / "run.dossiers.csv", infer_schema_length=None)
    assert events.columns == [column.name for column in EVENTS]
    assert dossiers.columns == [column.name for column in CASES]
    assert (events.height, dossiers.height) == (len(messages), len(cases))
    assert dossiers["online"].dtype == pl.Boolean


def test_motcua_reads_a_table_of_dossiers(written, cases):
    """Those that were accepted: what was not has no acceptance to tell of, and is a dead letter."""
    columns = {"received_at": "accepted_at", "due_at": "first_due_at"}
    facts = [
        line.event for line in read(written / "run.dossiers.csv", columns, None) if line.event is not None
    ]
    accepted = {fact.dossier_id: fact for fact in facts if isinstance(fact, Accepted)}
    known = [case for case in cases if case.accepted_at is not None]
    assert len(facts) == len(known) + sum(case.finished_at is not None for case in cases)
    assert len(known) < len(cases)
    for case in known:
        fact = accepted[case.dossier_id]
        assert fact.at == datetime.fromtimestamp(case.accepted_at, VIETNAM)
        assert fact.due_at == datetime.fromtimestamp(case.first_due_at, VIETNAM)
        assert (fact.procedure, fact.limit, fact.online) == (case.procedure, case.limit, case.online)


@pytest.mark.parametrize("word", ['says "no"', "two\r\nlines", "a, b", "a;b", " x ", "=1+1"])
def test_any_word_comes_back(word, case, tmp_path):
    with opened([tmp_path / "a.dossiers.csv"]) as sink:
        sink.cases([case(agency=word)])
    with (tmp_path / "a.dossiers.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["agency"] == word
