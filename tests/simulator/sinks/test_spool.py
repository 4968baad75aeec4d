"""Rows come back sorted, however many and however they were spilled; in flat memory, and nothing is left."""

import errno
import io
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.sinks import spool
from simulator.sinks.spool import Spool
from simulator.sinks.xes import Xes

ROWS = st.lists(st.tuples(st.text(max_size=4), st.integers(0, 5), st.binary(max_size=30)), max_size=300)


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@given(rows=ROWS, chunk=st.integers(1, 5000), block=st.integers(1, 9), runs=st.integers(2, 5))
def test_any_rows_come_back_in_order(rows, chunk, block, runs):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "BLOCK", block)
        patch.setattr(spool, "RUNS", runs)
        one = Spool(Path("/tmp"), chunk)
        for row in rows:
            one.put(*row)
        assert list(one.rows()) == sorted(rows)


def test_many_runs_are_merged_as_they_come(tmp_path):
    one = Spool(tmp_path, chunk=2000)
    keys = [f"{n:06d}" for n in range(20_000)]
    random.Random(1).shuffle(keys)
    for key in keys:
        one.put(key, 0, key.encode())
    assert len(one._runs) <= spool.RUNS + 1
    assert [row[0] for row in one.rows()] == sorted(keys)


def test_the_temporary_file_has_no_name_and_is_closed(tmp_path):
    before = open_files()
    one = Spool(tmp_path, chunk=100)
    for n in range(50):
        one.put(str(n), n, b"x" * 50)
    assert not list(tmp_path.iterdir())
    assert open_files() == before + 1
    one.drop()
    assert open_files() == before


def test_what_a_full_disk_did_not_take_is_dropped_all_the_same(tmp_path, monkeypatch):
    class Full(io.BytesIO):
        def close(self) -> None:
            super().close()
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(spool.tempfile, "TemporaryFile", lambda **_: Full())
    sink = Xes(tmp_path / "a.xes")
    sink._spool._chunk = 1
    sink._spool.put("a", 0, b"x")
    sink.drop()
    assert sink._spool._file is None
    assert list(tmp_path.iterdir()) == []
