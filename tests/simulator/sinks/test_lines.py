"""A file is whole or not there, and the same events give the same bytes."""

import gzip
import io

import pytest

from dossier.event import decode
from simulator.sinks.lines import write


def test_lines_are_the_events(facts, tmp_path):
    path = tmp_path / "events.jsonl"
    assert write(facts, path) == len(facts)
    assert [decode(line) for line in path.read_bytes().splitlines()] == facts


def test_stream_file_and_compressed_file_hold_the_same(facts, tmp_path):
    stream = io.BytesIO()
    write(facts, stream)
    write(facts, tmp_path / "a.jsonl")
    write(facts, tmp_path / "a.jsonl.gz")
    assert (tmp_path / "a.jsonl").read_bytes() == stream.getvalue()
    assert gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()) == stream.getvalue()


def test_a_compressed_file_has_the_same_bytes_again(facts, tmp_path):
    write(facts, tmp_path / "a.jsonl.gz")
    write(facts, tmp_path / "b.jsonl.gz")
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()


def test_an_interrupted_run_leaves_what_was_there(facts, tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text("the run before")

    def broken():
        yield facts[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(broken(), path)
    assert path.read_text() == "the run before"
    assert list(tmp_path.iterdir()) == [path]
