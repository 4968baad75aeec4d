"""Draws from a file: the same table from every format, and a sentence for what cannot be played."""

import csv
import gzip
import json
from datetime import timedelta
from pathlib import Path

import pytest

from motcua.draws import read
from motcua.files import BadInput
from motcua.purposes import strange
from simulator.luck.draws import Luck
from simulator.run import Simulation
from simulator.scenario.files import load

ROWS = [
    {"at": 28800.5, "procedure": "filing", "chance/supplement/0": 0.25, "seconds/intake/0": 60},
    {"at": 29000.0, "procedure": "filing", "chance/supplement/0": 0.75, "seconds/intake/0": None},
    {"at": 32000.25, "procedure": "filing", "chance/supplement/0": 1.0, "seconds/intake/0": 90.5},
]


def write(path: Path, rows: list[dict]) -> Path:
    if ".csv" in path.suffixes:
        plain = path.with_name("plain.csv")
        with plain.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        raw = plain.read_bytes()
        plain.unlink()
    elif ".jsonl" in path.suffixes:
        raw = "".join(json.dumps(row) + "\n" for row in rows).encode()
    else:
        arrow = pytest.importorskip("pyarrow")
        files = pytest.importorskip("pyarrow.parquet")
        files.write_table(arrow.Table.from_pylist(rows), path)
        return path
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return path


@pytest.mark.parametrize("name", ["d.csv", "d.csv.gz", "d.jsonl", "d.jsonl.gz", "d.parquet"])
def test_every_format_gives_the_same_table(name, tmp_path):
    table = read(write(tmp_path / name, ROWS))
    assert table.size == 3
    assert table.at is not None
    assert table.at.tolist() == [28800.5, 29000.0, 32000.25]
    assert table.words == {"procedure": ["filing"] * 3}
    block = table.block()
    assert block.chance("supplement/0") == [0.25, 0.75, 1.0]
    assert block.seconds("intake", 0) == [60.0, None, 90.5]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
def test_a_list_of_arrivals_has_its_draws_from_the_seed_and_a_table_of_draws_only_if_so_asked(name, tmp_path):
    arrivals = [{"at": row["at"], "procedure": "filing"} for row in ROWS]
    assert read(write(tmp_path / name, arrivals)).own
    assert not read(write(tmp_path / name, ROWS)).own
    assert read(write(tmp_path / name, ROWS), missing=True).own


def test_dates_are_read_as_such(tmp_path):
    dates = [{"at": "2026-03-02T08:00:00"}, {"at": "2026-03-02T08:00:01+07:00"}]
    table = read(write(tmp_path / "a.csv", dates))
    assert table.dated
    assert table.at is not None
    assert (table.at[1] - table.at[0]) == 1


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("d.txt", b"at\n1\n", "draws are one of"),
        ("d.csv", b"", "a table needs a column"),
        ("d.csv", b"at,colour\n1,red\n", "column 'colour' is none of"),
        ("d.csv", b"at,chance/x\n1,2\n", "chance/x, row 1: must be from 0 to 1, is 2"),
        ("d.csv", b"at\n1,2\n", "row 1 has more cells"),
        ("d.csv", b"at\nsoon\n", "at, row 1"),
        ("d.csv", bytes(range(256)), "UTF-8"),
        ("d.csv", b"at\n" + b"1" * 200_000, "line"),
        ("d.jsonl", b"[1]\n", "line 1"),
        ("d.jsonl", b'{"at": 1}\n{"at": \n', "line 2"),
        ("d.jsonl", b"[" * 100_000, "line 1"),
        ("d.jsonl", b'{"at": 1, "chance/x": [1]}\n', "chance/x, row 1"),
        ("d.csv.gz", b"at\n1\n", "cannot be read"),
        ("d.csv.gz", bytes.fromhex("1f8b0800000000000003abe6"), "is damaged"),
        ("d.parquet", b"PAR1", "is no Parquet file"),
    ],
)
def test_what_cannot_be_played_is_named_with_its_file(name, raw, words, tmp_path):
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow")
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(BadInput, match=words) as refused:
        read(tmp_path / name)
    assert str(tmp_path / name) in str(refused.value)


@pytest.mark.parametrize("raw", ["at\n02/03/2026 08:30\n", "at\n2026-03-02T08:30\nlater\n", "at\n-5\n"])
def test_what_at_may_be_is_said_where_it_is_wrong(raw, tmp_path):
    (tmp_path / "d.csv").write_text(raw)
    with pytest.raises(
        BadInput, match=r"write seconds from the run's origin, .* or 2026-03-02 for its midnight"
    ):
        read(tmp_path / "d.csv")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadInput, match="cannot be read: No such file"):
        read(tmp_path / "none.csv")


@pytest.mark.parametrize("name", ["twice.csv", "twice.parquet"])
def test_a_column_that_is_there_twice_is_refused(name, tmp_path):
    path = tmp_path / name
    if path.suffix == ".csv":
        path.write_text("at,at,procedure\n28800,28900,filing\n")
    else:
        arrow = pytest.importorskip("pyarrow")
        files = pytest.importorskip("pyarrow.parquet")
        files.write_table(arrow.table([[28800.0], [28900.0]], names=["at", "at"]), path)
    with pytest.raises(BadInput, match=r"has the column 'at' 2 times"):
        read(path)


@pytest.mark.parametrize("name", ["five-step", "quickstart", "phu-tho-2026"])
def test_nothing_that_a_run_asks_for_is_strange(name, monkeypatch):
    asked: set[str] = set()
    kinds = ("chance", "normal", "factor", "seconds", "waits")
    for kind in kinds:
        monkeypatch.setattr(Luck, kind, _heard(getattr(Luck, kind), kind.removesuffix("s"), asked))
    world = load(name)
    days = 60 if name == "five-step" else 7
    Simulation(world, 1, until=world.start + timedelta(days=days)).run()
    asked = {column.replace("second/", "seconds/", 1) for column in asked}
    assert len(asked) > 10
    assert strange(asked, [world]) == []
    wrong = {"seconds/nostep/0", "chance/nonsense", "wait/what", "factor/work/nostep/0", "normal/height"}
    assert strange(asked | wrong, [world]) == sorted(wrong)


def _heard(method, kind, asked):
    def hear(luck, purpose, *more):
        visit = f"/{more[0]}" if kind == "second" else ""
        asked.add(f"{kind}/{purpose}{visit}")
        return method(luck, purpose, *more)

    return hear


def test_what_nothing_asks_for_is_named(simulate, tmp_path):
    path = tmp_path / "d.csv"
    path.write_text("at,chance/nonsense,chance/patience,seconds/nostep/0\n90000,0.5,0.5,60\n")
    _, _, error = simulate("five-step", "--dossiers", "1", "--draws", path, "--draw-missing")
    assert (
        f"{path}: nothing in five-step asks for chance/nonsense, seconds/nostep/0: not used" in error.decode()
    )
