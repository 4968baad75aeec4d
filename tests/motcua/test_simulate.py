"""`motcua simulate`: one pass to all outputs, same seed same bytes, and a sentence for what is wrong."""

import csv
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dossier.event import Event, Steered, decode
from dossier.law.calendar import vietnam
from streams.local import LocalDriver, LocalLog

QUICKSTART = Path(__file__).parents[2] / "simulator" / "scenarios" / "quickstart.yaml"
SHORT = ("--until", "2026-03-08")
"""A week in place of a month."""


def motcua(*words: object, seed: str = "0", **options: object) -> subprocess.CompletedProcess:
    """The command, as a program of its own."""
    return subprocess.run(
        [sys.executable, "-m", "motcua", *map(str, words)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONHASHSEED": seed},
        **options,
    )


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# -- the same seed --------------------------------------------------------------------------------------


def test_a_seed_gives_the_same_bytes_in_every_process_and_another_seed_others(tmp_path):
    first = motcua("simulate", "quickstart", "--seed", "7", "--out", "-", seed="1")
    again = motcua("simulate", "quickstart", "--seed", "7", "--out", tmp_path / "again.jsonl", seed="2")
    other = motcua("simulate", "quickstart", "--seed", "8", "--out", "-")
    assert [done.returncode for done in (first, again, other)] == [0, 0, 0]
    assert first.stdout == (tmp_path / "again.jsonl").read_bytes()
    assert first.stdout != other.stdout
    assert b"quickstart" in first.stderr
    events = [decode(row) for row in first.stdout.splitlines()]
    assert len(events) > 1000
    facts = [event for event in events if isinstance(event, Event)]
    assert [f.at for f in facts] == sorted(f.at for f in facts)
    seen: dict[tuple[str, str], int] = {}
    for fact in facts:
        assert fact.seq == seen.get((fact.office, fact.dossier_id), 0) + 1
        seen[fact.office, fact.dossier_id] = fact.seq


def test_two_runs_leave_two_identical_gz_files(simulate, tmp_path):
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        assert simulate("quickstart", "--out", tmp_path / name, *SHORT)[0] == 0
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()


# -- where it goes --------------------------------------------------------------------------------------


def test_all_outputs_of_one_pass_tell_the_same_as_a_pass_to_each(simulate, tmp_path):
    arrow = pytest.importorskip("pyarrow.parquet")
    outs = [
        tmp_path / f"all.{ending}" for ending in ("jsonl", "jsonl.gz", "csv", "parquet", "xes", "ocel.json")
    ]
    asked = [word for out in outs for word in ("--out", out)]
    together = simulate("quickstart", *SHORT, *asked, "--cases", tmp_path / "c.csv", "--format", "json")
    alone = simulate("quickstart", *SHORT, "--out", tmp_path / "alone.jsonl", "--format", "json")
    figures = simulate("quickstart", *SHORT, "--format", "json")
    assert [each[0] for each in (together, alone, figures)] == [0, 0, 0]
    told = [{**json.loads(out), "engine": None} for _, out, _ in (together, alone, figures)]
    assert told[0] == told[1] == told[2]
    lines = (tmp_path / "all.jsonl").read_bytes()
    assert lines == (tmp_path / "alone.jsonl").read_bytes()
    assert lines == gzip.decompress((tmp_path / "all.jsonl.gz").read_bytes())
    events = [json.loads(line) for line in lines.splitlines()]
    for table in (rows(tmp_path / "all.csv"), arrow.read_table(tmp_path / "all.parquet").to_pylist()):
        assert [row["type"] for row in table] == [event["type"] for event in events]
        assert [row["dossier_id"] or None for row in table] == [e.get("dossier_id") for e in events]
    assert (tmp_path / "all.xes").read_text().count("<trace>") == len(
        {e.get("dossier_id") for e in events} - {None}
    )
    assert json.loads((tmp_path / "all.ocel.json").read_text())["events"]


@pytest.mark.parametrize("name", ["cases.csv", "cases.csv.gz", "cases.parquet", "run.dossiers.csv"])
def test_a_table_has_one_row_a_dossier(name, simulate, tmp_path):
    option = "--out" if ".dossiers." in name else "--cases"
    code, out, _ = simulate("quickstart", *SHORT, option, tmp_path / name, "--format", "json")
    told = json.loads(out)
    if name.endswith(".parquet"):
        found = pytest.importorskip("pyarrow.parquet").read_table(tmp_path / name).to_pylist()
    elif name.endswith(".gz"):
        (tmp_path / "plain.csv").write_bytes(gzip.decompress((tmp_path / name).read_bytes()))
        found = rows(tmp_path / "plain.csv")
    else:
        found = rows(tmp_path / name)
    assert code == 0
    assert len({row["dossier_id"] for row in found}) == len(found) == told["dossiers"]
    assert sum(row["outcome"] == "resolved" for row in found) == told["outcomes"]["resolved"]


def test_a_picture_is_drawn_in_the_same_pass(simulate, tmp_path):
    pytest.importorskip("matplotlib")
    words = ("--plot", tmp_path / "p.svg", "--out", tmp_path / "e.jsonl", "--lang", "vi")
    assert simulate("quickstart", *SHORT, *words)[0] == 0
    assert "Số hồ sơ mỗi ngày" in (tmp_path / "p.svg").read_text("utf-8")
    assert (tmp_path / "e.jsonl").stat().st_size > 1000


def test_an_embedded_log_takes_what_a_file_takes_and_ticks(simulate, tmp_path):
    words = ("--store", tmp_path / "log.sqlite", "--out", tmp_path / "e.jsonl")
    assert simulate("quickstart", *SHORT, *words)[0] == 0
    log = LocalLog(tmp_path / "log.sqlite")
    values = [value for (value,) in log.connection.execute("SELECT value FROM log ORDER BY id")]
    driver = LocalDriver(log, vietnam())
    while driver.poll():
        pass
    assert log.dead_letters() == []
    log.close()
    told = [value for value in values if b'"type":"tick"' not in value and b'"type":"begun"' not in value]
    written = (tmp_path / "e.jsonl").read_bytes().splitlines()[1:]
    assert sorted(told) == sorted(written)
    assert len(values) > len(told)
    assert driver.view.indicators("quickstart")["as_of"].startswith("2026-03-08T00:00:00")


# -- the summary ----------------------------------------------------------------------------------------


def test_without_an_output_there_are_figures_alone(simulate):
    code, out, error = simulate("five-step", "--dossiers", "2000", "--seed", "1", "--format", "json")
    told = json.loads(out)
    assert (code, error) == (0, b"")
    assert told["dossiers"] == told["finished"] == 2000
    assert told["on_time"] + told["late"] == 2000
    engine = told["engine"]
    assert engine["dossiers_per_cpu_second"] > 100
    assert engine["events_per_cpu_second"] > engine["dossiers_per_cpu_second"]
    assert 10 < engine["peak_mb"] < 10_000
    for pool in told["pools"].values():
        assert 0 < pool["utilisation"] <= 1


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ("utilisation", "H44.100/leader", "letters owed")), ("vi", ("mức sử dụng", "đúng hạn", "hồ sơ"))],
)
def test_people_get_tables_in_their_language(lang, words, simulate):
    code, out, _ = simulate("quickstart", *SHORT, "--lang", lang)
    assert code == 0
    for word in words:
        assert word in out.decode()


def test_levers_change_the_figures_and_are_named(simulate):
    before = json.loads(simulate("quickstart", "--format", "json")[1])
    levers = ("--lever", "staff:pool=justice,factor=0.4", "--lever", "edd:on=2026-03-16")
    after = json.loads(simulate("quickstart", *levers, "--format", "json")[1])
    assert after["levers"] == ["staff:pool=justice,factor=0.4", "edd:on=2026-03-16"]
    assert after["mean_wait_hours"] > before["mean_wait_hours"]


def test_a_dated_lever_is_an_event(simulate, tmp_path):
    lever = "staff:pool=leader,add=1,on=2026-03-04"
    assert simulate("quickstart", *SHORT, "--lever", lever, "--out", tmp_path / "e.jsonl")[0] == 0
    events = [decode(line) for line in (tmp_path / "e.jsonl").read_bytes().splitlines()]
    steered = [event for event in events if isinstance(event, Steered)]
    assert [(s.lever, s.at.isoformat()) for s in steered] == [(lever, "2026-03-04T00:00:00+07:00")]


@pytest.mark.parametrize(("lang", "words"), [("en", "have at least"), ("vi", "quá tải")])
def test_a_pool_that_cannot_cope_is_told_and_the_exit_code_is_1(lang, words, simulate, tmp_path):
    out = tmp_path / "e.jsonl"
    asked = ("--lever", "demand:factor=9", "--lang", lang, "--out", out, "--format", "json")
    code, told, error = simulate("quickstart", *asked)
    assert code == 1
    sentence = error.decode().splitlines()[0]
    assert "counter" in sentence
    assert "H44.100" in sentence
    assert words in sentence
    assert len(json.loads(told)["trouble"]) == len(error.decode().splitlines())
    assert out.stat().st_size > 1000


# -- draws from outside ---------------------------------------------------------------------------------


def test_arrivals_from_a_file_are_those_of_the_run(simulate, tmp_path):
    (tmp_path / "a.csv").write_text("at\n" + "".join(f"{28800 + 60 * k}\n" for k in range(50)))
    code, out, _ = simulate("five-step", "--draws", tmp_path / "a.csv", "--format", "json")
    assert code == 0
    assert json.loads(out)["dossiers"] == 50


def test_filings_and_what_was_carried_over_add_up(simulate):
    told = json.loads(simulate("quickstart", "--dossiers", "60", "--format", "json")[1])
    assert told["carried"] > 0
    assert told["dossiers"] == 60 + told["carried"]
    text = simulate("quickstart", "--dossiers", "60")[1].decode()
    assert f"of them, carried over  {told['carried']:>10}".split() in [
        row.split() for row in text.splitlines()
    ]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ((), "rows outside of the run are not filed: 2 of 3; it is from 2026-01-06 to 2027-01-03"),
        (("--lang", "vi"), "2 trên 3 dòng nằm ngoài lần chạy"),
        (("--dossiers", "9"), "rows before the run are not filed: 1 of 3; it begins on 2026-01-06"),
    ],
)
def test_rows_outside_of_the_run_are_counted(more, words, simulate, tmp_path):
    (tmp_path / "a.csv").write_text("at\n2026-01-05T09:00\n2026-01-06T09:00\n2027-01-04\n")
    code, _, error = simulate("five-step", "--from", "2026-01-06", "--draws", tmp_path / "a.csv", *more)
    assert code == 0
    assert f"motcua: {tmp_path / 'a.csv'}: {words}" in error.decode()


def test_a_column_that_is_missing_is_named_or_drawn_if_so_asked(simulate, tmp_path):
    (tmp_path / "a.csv").write_text("at,seconds/intake/0\n28800,60\n28900,60\n")
    code, _, error = simulate("five-step", "--draws", tmp_path / "a.csv")
    assert code == 2
    assert "a.csv: column 'factor/work/check/0' is missing" in error.decode()
    assert "--draw-missing" in error.decode()
    code, out, _ = simulate("five-step", "--draws", tmp_path / "a.csv", "--draw-missing", "--format", "json")
    assert (code, json.loads(out)["dossiers"]) == (0, 2)


def test_the_demo_takes_levers(tmp_path):
    words = ("demo", "quickstart", "--until", "2026-03-08", "--out", tmp_path)
    assert motcua(*words, "--lever", "staff:pool=justice,factor=0.25").returncode == 0
    worlds = json.loads((tmp_path / "indicators.json").read_text("utf-8"))
    assert worlds["quickstart"]["level"] != worlds["quickstart-with-staff"]["level"]
    refused = motcua(*words, "--lever", "fly")
    assert refused.returncode == 2
    assert b"unknown lever" in refused.stderr


# -- the due date ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("due", "--received", "2026-03-02T10:00:00", "--limit", "3wd"),
        ("due", "--received", "2026-03-02T10:00:00+07:00", "--limit", "soon"),
        ("replay", "missing.jsonl"),
        ("monitor",),
        ("fly",),
    ],
)
def test_other_wrong_commands_are_refused_in_a_sentence(words):
    done = motcua(*words)
    assert done.returncode == 2
    assert done.stdout == b""
    assert b"Traceback" not in done.stderr
    assert done.stderr.strip()


def test_due_tells_the_date_and_how_it_was_reached():
    words = ("due", "--received", "2026-02-13T16:00:00+07:00", "--limit", "3wd")
    assert motcua(*words).stdout.decode().strip() == "2026-02-25T16:00:00+07:00"
    explained = motcua(*words, "--explain").stdout.decode()
    assert "2026-02-25 16:00:00 +0700" in explained
    assert "working days" in explained
