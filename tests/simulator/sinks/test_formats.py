"""One run in every format is the same run, read by others; the name of a file says its format."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from dossier.event import Message
from simulator.engine.ledger import Case
from simulator.sinks.formats import FORMATS, chosen, opened
from simulator.sinks.lines import Lines
from simulator.sinks.sink import SinkError, pour
from tests import strategies
from tests.simulator.sinks import readers

pytestmark = [
    pytest.mark.filterwarnings(
        "ignore:Install the optional requirement:UserWarning"
    ),  # pm4py's advertisement
]
WHOLE = {
    "run.jsonl": readers.jsonl,
    "run.jsonl.gz": readers.jsonl,
    "run.csv": readers.table,
    "run.csv.gz": readers.table,
    "run.parquet": readers.parquet,
    "run.xes": lambda path: readers.xes(path, "iterparse"),
    "run.ocel.json": readers.ocel_json,
    "run.ocel.sqlite": readers.ocel_sqlite,
}
"""Formats that hold the control events too."""
FACTS = {
    "run.xes": readers.xes,
    "run.xes.gz": readers.xes,
    "run.ocel.json": readers.ocel,
    "run.ocel.sqlite": readers.ocel,
}
"""As pm4py reads them: it leaves out what no dossier has."""


@pytest.mark.parametrize("name", WHOLE)
def test_every_format_holds_the_whole_run(name, written, messages):
    assert readers.ordered(WHOLE[name](written / name)) == readers.ordered(messages)


@pytest.mark.parametrize("name", FACTS)
def test_pm4py_reads_every_field_of_every_fact(name, written, messages):
    assert readers.ordered(readers.facts_of(FACTS[name](written / name))) == readers.ordered(
        readers.facts_of(messages)
    )


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=strategies.histories(backwards=True))
def test_any_facts_come_back_from_every_format(facts, tmp_path):
    with opened(tmp_path / name for name in WHOLE) as sink:
        pour(facts, sink)
    for name, read in WHOLE.items():
        assert readers.ordered(read(tmp_path / name)) == readers.ordered(facts), name


@pytest.mark.parametrize("ending", FORMATS)
def test_the_same_run_gives_the_same_bytes(ending, written, messages, cases, tmp_path):
    """However the messages are batched."""
    ended: list[Case] = []

    def run():
        for n, message in enumerate(messages):
            ended.extend(cases[n : n + 1])
            yield message

    with opened([tmp_path / f"again{ending}"]) as sink:
        pour(run(), sink, ended, size=77)
    assert (tmp_path / f"again{ending}").read_bytes() == (written / f"run{ending}").read_bytes()


@pytest.mark.parametrize("ending", FORMATS)
def test_a_run_of_nothing_is_a_file_too(ending, tmp_path):
    with opened([tmp_path / f"a{ending}"]):
        pass
    assert (tmp_path / f"a{ending}").is_file()


def test_the_longest_ending_decides():
    assert {ending: chosen(f"a.b{ending}") for ending in FORMATS} == FORMATS
    assert chosen("/dev/null") is Lines


@pytest.mark.parametrize("name", ["a.txt", "a", ".csv", "a.json", "a.jsonl.bz2", "a.sqlite", "a.dossiers"])
def test_an_unknown_name_is_told_which_are_known(name, tmp_path):
    with pytest.raises(
        SinkError, match=r"no format has this name; use one of NAME\.jsonl, .*NAME\.ocel\.sqlite"
    ):
        opened([tmp_path / name])


def test_a_file_named_twice_is_refused_before_anything_is_made(tmp_path):
    with pytest.raises(SinkError, match="named twice"):
        opened([tmp_path / "a.csv", tmp_path / "." / "a.csv"])
    assert not list(tmp_path.iterdir())


def test_if_one_output_cannot_be_opened_none_is_made(tmp_path):
    with pytest.raises(SinkError, match="there is no folder"):
        opened([tmp_path / "a.csv", tmp_path / "away" / "b.xes"])
    assert not list(tmp_path.iterdir())


def test_if_the_run_fails_no_output_is_made_and_what_was_there_stays(messages: list[Message], tmp_path: Path):
    (tmp_path / "a.csv").write_text("the run before")

    def broken():
        yield from messages[:100]
        raise ValueError("the model failed")

    names = [f"a{ending}" for ending in FORMATS]
    with (
        pytest.raises(ValueError, match="the model failed"),
        opened(tmp_path / name for name in names) as sink,
    ):
        pour(broken(), sink, size=10)
    assert (tmp_path / "a.csv").read_text() == "the run before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
