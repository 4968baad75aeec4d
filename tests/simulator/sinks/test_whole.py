"""A file is whole or not there, and what an interrupted run left is told of."""

import gzip
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from simulator.sinks.whole import Whole

DEAD = 2**22 + 1
"""No process has this number: it is beyond what Linux gives."""


def test_a_file_appears_at_its_name_when_it_is_placed(tmp_path):
    whole = Whole(tmp_path / "a.txt")
    whole.stream().write(b"all")
    assert [path.name for path in tmp_path.iterdir()] == [f"a.txt.{os.getpid()}.part"]
    whole.seal()
    assert not (tmp_path / "a.txt").exists()
    whole.place()
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"all"]


def test_what_bore_the_name_stays_until_then_and_if_it_is_dropped(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("before")
    whole = Whole(path)
    whole.stream().write(b"half")
    assert path.read_text() == "before"
    whole.drop()
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_packed_file_bears_neither_time_nor_name(tmp_path):
    for name in ("a.gz", "b.gz"):
        whole = Whole(tmp_path / name)
        whole.stream(packed=True).write(b"all")
        whole.seal()
        whole.place()
    one, two = ((tmp_path / name).read_bytes() for name in ("a.gz", "b.gz"))
    assert one == two
    assert gzip.decompress(one) == b"all"
    assert one[4:8] == bytes(4)


def test_where_a_link_points_to_is_replaced_and_not_the_link(tmp_path):
    (tmp_path / "there.txt").write_text("before")
    (tmp_path / "link.txt").symlink_to(tmp_path / "there.txt")
    whole = Whole(tmp_path / "link.txt")
    whole.stream().write(b"all")
    whole.seal()
    whole.place()
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "there.txt").read_bytes() == b"all"


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    whole = Whole(pipe)
    whole.stream().write(b"all")
    whole.seal()
    whole.place()
    reader.join()
    assert read == [b"all"]
    assert pipe.is_fifo()
    whole.drop()
    assert pipe.is_fifo()


@pytest.mark.parametrize("name", ["a.jsonl.123.part", f"a.{DEAD}.part", "a.part"])
def test_a_part_is_not_resumed(name, tmp_path):
    (tmp_path / name).write_text("half")
    with pytest.raises(OSError, match="cannot be resumed: name the file itself, and the run begins anew"):
        Whole(tmp_path / name)
    assert (tmp_path / name).read_text() == "half"


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(IsADirectoryError, match="it is a folder: name a file in it"):
        Whole(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*/away: make it first"):
        Whole(tmp_path / "away" / "a.txt")


def test_the_part_of_a_dead_process_is_told_and_left_alone(tmp_path):
    stale = tmp_path / f"a.txt.{DEAD}.part"
    stale.write_text("half")
    (tmp_path / f"b.txt.{DEAD}.part").write_text("another's")
    whole = Whole(tmp_path / "a.txt")
    assert whole.left == (stale,)
    whole.stream()
    whole.drop()
    assert stale.read_text() == "half"


def test_a_file_that_another_process_is_writing_is_refused(tmp_path):
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        (tmp_path / f"a.txt.{other.pid}.part").write_text("half")
        with pytest.raises(FileExistsError, match=f"process {other.pid} is writing it: wait for it"):
            Whole(tmp_path / "a.txt")
    finally:
        other.communicate(b"\n")
    assert Whole(tmp_path / "a.txt").left == (tmp_path / f"a.txt.{other.pid}.part",)


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="needs /proc")
def test_a_process_that_began_after_the_part_was_written_is_not_its_writer(tmp_path):
    part = tmp_path / "a.txt.1.part"
    part.write_text("half")
    with pytest.raises(FileExistsError, match=r"process 1 is writing it: wait .* delete a\.txt\.1\.part"):
        Whole(tmp_path / "a.txt")
    os.utime(part, (0, 0))
    assert Whole(tmp_path / "a.txt").left == (part,)


def test_a_killed_run_leaves_a_part_and_no_file(tmp_path: Path):
    program = (
        "import sys; from pathlib import Path; from simulator.sinks.whole import Whole\n"
        f"out = Whole(Path({str(tmp_path / 'a.txt')!r})).stream(); out.write(b'half'); out.flush()\n"
        "print('written', flush=True); input()"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path.cwd()
    )
    assert run.stdout is not None
    assert run.stdin is not None
    assert run.stdout.readline() == b"written\n"
    run.send_signal(signal.SIGKILL)
    run.communicate()
    assert Whole(tmp_path / "a.txt").left == (tmp_path / f"a.txt.{run.pid}.part",)
    assert not (tmp_path / "a.txt").exists()
