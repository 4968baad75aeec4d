"""The columns are the fields of the events, and a row says what the event says."""

from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings

from dossier.event import Fact, Message, Resolved
from simulator.engine.ledger import Case
from simulator.sinks.columns import CASES, EVENTS, told, values
from tests import strategies


def test_every_field_of_every_type_has_its_column_once():
    names = [column.name for column in EVENTS]
    fields = {"type", "no_result"}
    for kind in get_args(Message):
        fields |= {field.encode_name for field in msgspec.inspect.type_info(kind).fields}
    assert len(names) == len(set(names))
    assert set(names) == fields
    assert names[:6] == ["type", "scenario", "dossier_id", "seq", "at", "office"]


def test_every_field_of_a_case_has_its_column():
    assert [column.name.removesuffix("_seconds") for column in CASES] == list(Case._fields)
    kinds = {column.name: column.kind for column in CASES}
    assert kinds["due_at"] == "instant"
    assert kinds["waited_seconds"] == "number"
    assert kinds["rating"] == "integer"
    assert kinds["online"] == "flag"


@settings(max_examples=40)
@given(facts=strategies.histories())
def test_a_row_holds_what_the_fact_holds_and_nothing_else(facts: list[Fact]):
    if not facts:
        return
    rows = zip(*values(facts), strict=True)
    for fact, row in zip(facts, rows, strict=True):
        cells = {column.name: cell for column, cell in zip(EVENTS, row, strict=True) if cell is not None}
        plain = msgspec.structs.asdict(fact)
        plain |= {"from": plain.pop("source", None), "to": plain.pop("target", None)}
        expected = {
            name: value for name, value in plain.items() if value is not None and value is not msgspec.UNSET
        }
        if isinstance(fact, Resolved) and fact.result_number is not msgspec.UNSET:
            expected["no_result"] = fact.result_number is None
        assert cells == expected | {"type": fact.__struct_config__.tag}


@settings(max_examples=40)
@given(facts=strategies.histories())
def test_what_is_told_is_the_row_in_plain_values(facts: list[Fact]):
    for fact in facts:
        (cells,) = zip(*values([fact]), strict=True)
        row = {c.name: cell for c, cell in zip(EVENTS, cells, strict=True) if cell is not None}
        assert told(fact) == msgspec.to_builtins(row)


@pytest.mark.parametrize(
    ("number", "cells"), [(msgspec.UNSET, (None, None)), (None, (None, True)), ("12/QĐ", ("12/QĐ", False))]
)
def test_a_result_number_may_be_untold_none_or_a_word(number, cells):
    fact = Resolved(
        scenario="s", dossier_id="d", seq=1, at=strategies.at(0), office="o", result_number=number
    )
    row = dict(zip((column.name for column in EVENTS), values([fact]), strict=True))
    assert (row["result_number"][0], row["no_result"][0]) == cells


def test_the_guide_counts_the_columns_rightly():
    guide = Path("docs/outputs.md").read_text(encoding="utf-8")
    assert f"every field of every type, {len(EVENTS)} columns" in guide
    assert f"how it went, {len(CASES)} columns" in guide
    for column in CASES:
        assert column.name in guide
