"""`motcua measure`: the reference figures of the real logs, and every way a file can be odd or broken."""

import csv
import gzip
import io
import json
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dossier.event import encode
from motcua.cli import main
from motcua.files import COLUMNS
from motcua.measure import fold_files
from motcua.names import DIMENSIONS, NAMES
from tests import strategies as our
from tests.dossier import oracle

HEADER = "dossier_id,office,received_at,due_at,finished_at,channel,online\n"
ROW = "a,o,2026-02-09T08:00:00Z,2026-02-12T08:00:00Z,2026-02-10T08:00:00Z,Desk,0\n"


@pytest.fixture
def motcua(monkeypatch, capsys):
    """`motcua("measure", file)` gives (exit code, stdout, stderr)."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["motcua", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as done:
            code = int(done.code or 0)
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


@pytest.fixture
def total(motcua):
    """`total(file)` gives the figures of the total and what was said on stderr."""

    def run(*words: object) -> tuple[dict, str]:
        code, out, err = motcua("measure", *words, "--format", "json")
        assert code == 0, err
        return json.loads(out)["total"], err

    return run


def refused(answer: tuple[int, str, str]) -> str:
    """The one sentence of a command that refused its input."""
    code, out, err = answer
    assert (code, out) == (2, ""), err
    assert "Traceback" not in err
    sentence = [line for line in err.splitlines() if not line.startswith(("Usage:", "Try ")) and line]
    assert len(sentence) == 1, err
    return sentence[0]


def same(found: dict, expected: dict) -> None:
    for name, value in expected.items():
        if name != "as_of":
            assert found[name] == pytest.approx(value, abs=5e-7), name


@pytest.mark.shared
@pytest.mark.parametrize(
    ("log", "key", "by", "groups"),
    [
        ("receipt_dossiers", "receipt", "channel", "receipt_by_channel"),
        ("boston311_2013_2017_dossiers", "boston311_2013_2017", "office", "boston311_by_office"),
    ],
)
def test_the_real_logs_have_their_reference_figures(shared, log, key, by, groups):
    reference = json.loads((shared / "data/logs/reference.json").read_text())
    file = shared / f"data/logs/{log}.csv.gz"
    words = ["measure", str(file), "--as-of", reference[key]["as_of"], "--by", by, "--format", "json"]
    done = subprocess.run(
        [sys.executable, "-m", "motcua", *words], capture_output=True, check=True, text=True
    )
    answer = json.loads(done.stdout)
    assert set(answer) == {"as_of", "scenario", "total", "by"}
    same(answer["total"], reference[key])
    for name, expected in reference[groups].items():
        same(answer["by"][by][name], expected)


def test_a_table_and_its_parts_are_judged(total, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(
        HEADER
        + ROW
        + "b,o,2026-02-09T08:00:00Z,2026-02-09T09:00:00Z,,online,1\nc,o,2026-02-09T08:00:00Z,,,,\n"
    )
    found, err = total(file, "--as-of", "2026-02-20T00:00:00Z")
    assert err == ""
    same(found, {"received": 3, "online": 1, "received_with_due": 2, "finished": 1, "on_time": 1, "late": 0,
                 "open": 2, "open_overdue": 1, "letters_due": 1, "on_time_rate_fell_due": 0.5})  # fmt: skip


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("zipped", [False, True])
def test_line_ends_byte_order_marks_and_gzip_change_nothing(total, tmp_path, ending, mark, zipped):
    raw = mark + (HEADER + ROW).replace("\n", ending).encode()
    table = tmp_path / ("t.csv.gz" if zipped else "t.csv")
    table.write_bytes(gzip.compress(raw) if zipped else raw)
    found, err = total(table)
    assert (found["received"], found["on_time"], err) == (1, 1, "")


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\n\n  \n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("zipped", [False, True])
def test_events_are_read_whatever_their_line_ends(total, tmp_path, ending, mark, zipped):
    row = our.TYPES["accepted"](
        scenario="live",
        dossier_id="đ",
        office="Xã An Hòa",
        seq=1,
        at=our.at(0),
        procedure="p",
        channel="c",
        online=True,
    )
    raw = mark + ending.join([encode(row), encode(row).replace("đ".encode(), b"e"), b""])
    file = tmp_path / ("e.jsonl.gz" if zipped else "e.jsonl")
    file.write_bytes(gzip.compress(raw) if zipped else raw)
    found, err = total(file)
    assert (found["received"], err) == (2, "")


def test_columns_with_names_of_their_own_are_mapped(total, motcua, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(HEADER.replace("due_at", "deadline").replace("dossier_id", "Mã hồ sơ") + ROW)
    found, _ = total(file, "--map", "due_at=deadline", "--map", "dossier_id=Mã hồ sơ")
    assert found["on_time"] == 1
    assert "Mã hồ sơ" in refused(motcua("measure", file))
    assert "'wrong'" in refused(
        motcua("measure", file, "--map", "dossier_id=Mã hồ sơ", "--map", "due_at=wrong")
    )
    assert "deadline" in refused(motcua("measure", file, "--map", "deadline"))
    assert "'due'" in refused(motcua("measure", file, "--map", "due=deadline"))


def test_without_its_column_mapped_a_due_date_is_not_guessed(total, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(HEADER.replace("due_at", "deadline") + ROW)
    assert total(file)[0]["received_with_due"] == 0


def test_a_dossier_told_twice_counts_once(total, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(HEADER + ROW + ROW)
    assert total(file)[0]["received"] == 1
    assert total(file, file)[0]["finished"] == 1


def test_the_same_number_at_two_offices_is_two_dossiers(total, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(HEADER + ROW + ROW.replace("a,o,", "a,p,"))
    assert total(file)[0]["received"] == 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2026-02-09T08:00:00Z", "9 February", "RFC3339"),
        ("2026-02-09T08:00:00Z", "2026-02-30T08:00:00Z", "RFC3339"),
        ("2026-02-09T08:00:00Z", "2026-02-09T08:00:00", "timezone"),
        ("2026-02-09T08:00:00Z", "", "RFC3339"),
        ("2026-02-12T08:00:00Z", "tomorrow", "RFC3339"),
        ("2026-02-12T08:00:00Z", "2026-02-08T08:00:00Z", "before"),
        (",0\n", ",perhaps\n", "bool"),
        ("a,o,", ",o,", "length"),
    ],
)
def test_a_bad_row_is_a_dead_letter_and_the_others_count(total, tmp_path, old, new, said):
    file = tmp_path / "t.csv"
    file.write_text(HEADER + ROW.replace(old, new) + ROW.replace("a,", "b,"))
    found, err = total(file)
    assert found["received"] == 1
    assert said in err
    assert len(err.splitlines()) == 1


def test_a_bad_end_leaves_its_dossier_open(total, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(HEADER + ROW.replace("2026-02-10T08:00:00Z", "soon"))
    found, err = total(file)
    assert (found["open"], len(err.splitlines())) == (1, 1)


def test_an_end_before_its_start_counts_as_the_log_says(total, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(HEADER + ROW.replace("2026-02-10T08:00:00Z", "2026-02-01T08:00:00Z"))
    found, _ = total(file, "--as-of", "2026-03-01T00:00:00Z")
    same(found, {"received": 1, "finished": 1, "on_time": 1})


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("empty.jsonl", b""),
        ("empty.csv", b""),
        ("header.csv", HEADER.encode()),
        ("rubbish.jsonl", b"\x00\xff\n{}\n[]\n"),
        ("plain.jsonl.gz", b"{}\n"),
        ("cut.csv.gz", gzip.compress((HEADER + ROW * 999).encode(), mtime=0)[:60]),
        (
            "flipped.csv.gz",
            bytes([*gzip.compress((HEADER + ROW).encode(), mtime=0)[:14], 255, 255, 255, 7, 9]),
        ),
        ("crc.csv.gz", gzip.compress((HEADER + ROW).encode(), mtime=0)[:-8] + b"\0" * 8),
        ("quote.csv", (HEADER + 'a,"o,' + ROW * 3000).encode()),
        ("cp1258.csv", (HEADER + ROW).encode() + b"b,ph\xb0\xfdng,2026-02-09T08:00:00Z,,,Desk,0\n"),
        ("events.txt", b"{}\n"),
        ("words.csv", b"one,two\n1,2\n"),
    ],
)
def test_a_file_that_is_of_no_use_is_refused_in_one_sentence(motcua, tmp_path, name, raw):
    file = tmp_path / name
    file.write_bytes(raw)
    code, out, err = motcua("measure", file)
    assert (code, out) == (2, ""), err
    assert "Traceback" not in err
    assert err.splitlines()[-1].startswith("motcua: ")


def test_every_damage_to_a_gz_file_is_told(tmp_path):
    file = tmp_path / "t.jsonl.gz"
    facts = [
        our.TYPES["resolved"](scenario="s", dossier_id=str(n * n), office="o", seq=1, at=our.at(n))
        for n in range(300)
    ]
    rows = b"".join(encode(fact) + b"\n" for fact in facts)
    whole = gzip.compress(rows, mtime=0)
    for n in range(10, len(whole), len(whole) // 40):
        file.write_bytes(whole[:n] + bytes([whole[n] ^ 0xFF]) + whole[n + 1 :])
        with pytest.raises(ValueError, match="damaged"):
            fold_files([file], {})


def test_a_missing_file_is_named(motcua, tmp_path):
    assert "nowhere.csv" in refused(motcua("measure", tmp_path / "nowhere.csv"))


@pytest.mark.parametrize("instant", ["2026-02-20T00:00:00", "2026-02-20", "now", "2026-02-30T00:00:00Z"])
def test_an_instant_without_an_offset_is_refused(motcua, tmp_path, instant):
    file = tmp_path / "t.csv"
    file.write_text(HEADER + ROW)
    assert instant in refused(motcua("measure", file, "--as-of", instant))


def test_the_same_instant_in_other_words_gives_the_same_figures(total, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(HEADER + ROW)
    instants = ("2026-02-10T08:00:00Z", "2026-02-10T15:00:00+07:00", "2026-02-10T03:00:00-05:00")
    found = [total(file, "--as-of", instant)[0] for instant in instants]
    assert found[0] == found[1] == found[2]
    assert found[0]["open"] == 1, "what happens at T is not seen"


def test_several_scenarios_need_one_to_be_named(motcua, total, tmp_path):
    row = {
        "dossier_id": "d",
        "office": "o",
        "seq": 1,
        "at": our.at(0),
        "procedure": "p",
        "channel": "c",
        "online": True,
    }
    file = tmp_path / "e.jsonl"
    file.write_bytes(
        b"\n".join(encode(our.TYPES["accepted"](scenario=name, **row)) for name in ("one", "two"))
    )
    sentence = refused(motcua("measure", file))
    assert "one, two" in sentence
    assert "--scenario" in sentence
    assert total(file, "--scenario", "two")[0]["received"] == 1
    assert "one, two" in refused(motcua("measure", file, "--scenario", "three"))


def test_groups_are_there_only_when_asked_for(motcua, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(HEADER + ROW)
    assert "by" not in json.loads(motcua("measure", file, "--format", "json")[1])
    answer = json.loads(motcua("measure", file, "--by", "field", "--format", "json")[1])
    assert set(answer["by"]["field"]) == {"(none)"}
    for lang in ("en", "vi"):
        code, out, _ = motcua("measure", file, "--by", "office", "--lang", lang)
        assert code == 0
        assert "o" in out


def test_every_figure_and_heading_has_a_name_in_vietnamese(motcua, total, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(HEADER + ROW)
    assert set(total(file)[0]) == set(NAMES)
    assert set(DIMENSIONS) == set(oracle.DIMENSIONS)
    lines = motcua("measure", file, "--lang", "vi")[1].splitlines()
    assert lines[2].split() == ["received", "1", "tiếp", "nhận"]
    assert "tính đến" in motcua("measure", file, "--by", "level", "--lang", "vi")[1]


def test_messages_of_no_use_are_counted_in_the_language(motcua, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(HEADER + ROW + ROW.replace("2026-02-09T08:00:00Z", "soon"))
    assert "1 message could not be used" in motcua("measure", file)[2]
    assert "1 thông điệp không dùng được" in motcua("measure", file, "--lang", "vi")[2]


def test_rates_have_full_precision_and_none_for_nothing(total, tmp_path):
    file = tmp_path / "t.csv"
    late = ROW.replace("a,", "b,").replace("2026-02-10", "2026-02-20")
    file.write_text(HEADER + ROW + late + ROW.replace("a,", "c,"))
    assert total(file)[0]["on_time_rate_finished"] == 2 / 3
    assert total(file, "--as-of", "2020-01-01T00:00:00Z")[0]["on_time_rate_finished"] is None


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=our.histories(), before=our.instants(), by=st.sampled_from((None, *oracle.DIMENSIONS)))
def test_a_file_of_events_has_the_figures_of_the_design(facts, before, by, motcua, tmp_path):
    if not facts:
        return
    file = tmp_path / "e.jsonl"
    file.write_bytes(b"".join(encode(fact) + b"\n" for fact in facts))
    for due in ("first", "current"):
        words = [
            "--as-of",
            before.isoformat(),
            "--due",
            due,
            "--format",
            "json",
            *(["--by", by] if by else []),
        ]
        answer = json.loads(motcua("measure", file, *words)[1])
        expected = oracle.report(facts, before, due, by)
        assert answer["total"] == expected["total"]
        assert answer.get("by", {by: {}})[by] == expected["by"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(our.rows(), max_size=12))
def test_any_table_is_counted_or_told_and_never_raises(rows, tmp_path):
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    file = tmp_path / "t.csv"
    file.write_text(text.getvalue(), encoding="utf-8")
    batch = fold_files([file], {})
    sent = len(rows) + sum(bool(row["finished_at"]) for row in rows)
    folded = sum(e.dossier.seq - len(e.missing) for e in batch.processor.entries.values() if e.dossier)
    assert folded + batch.processor.duplicates + len(batch.dead) == sent
    assert batch.processor.held == 0
