"""`motcua trail`: the papers, the routing slip, the register's line and the states of one dossier."""

import json
import re
import sys

import pytest

from dossier.event import encode
from motcua.cli import main
from motcua.papers import MOVES, VERDICTS
from tests import strategies as our

HISTORY = (
    ("submitted", "2025-06-27T08:00:00+07:00", {"procedure": "1.012784", "channel": "online"}),
    ("accepted", "2025-06-27T09:00:00+07:00",
     {"procedure": "1.012784", "channel": "online", "online": True, "due_at": "2025-07-15T09:00:00+07:00",
      "agency": "land"}),
    ("handed_over", "2025-06-27T10:00:00+07:00", {"from": "counter", "to": "land", "electronic": True}),
    ("supplement_requested", "2025-06-30T10:00:00+07:00", {"reason": "a map is missing"}),
    ("supplement_provided", "2025-07-02T10:00:00+07:00", {"due_at": "2025-07-17T09:00:00+07:00"}),
    ("step_finished", "2025-07-10T10:00:00+07:00",
     {"step": "appraisal", "agency": "land", "due_at": "2025-07-08T09:00:00+07:00"}),
    ("apology_issued", "2025-07-15T10:00:00+07:00",
     {"due_at": "2025-07-24T09:00:00+07:00", "reason": "boundary dispute"}),
    ("stopped", "2025-07-22T09:00:00+07:00", {"reason": "the citizen asked"}),
)  # fmt: skip


def lines(name, office, history=HISTORY):
    for seq, (kind, at, fields) in enumerate(history, 1):
        told = {"type": kind, "scenario": "live", "dossier_id": name, "office": office, "seq": seq}
        yield json.dumps({**told, "at": at, **fields}).encode()


@pytest.fixture
def file(tmp_path):
    """Two dossiers of one number in two offices, the second's twice and in disorder; and one alone."""
    file = tmp_path / "events.jsonl"
    other = list(lines("H1-0001", "H2"))
    rows = [*lines("H1-0001", "H1"), *other[::-1], *other, *lines("H1-0002", "H1", HISTORY[:2])]
    rows.append(encode(our.events.Tick(scenario="live", at=our.at(0))))
    file.write_bytes(b"\n".join(rows))
    return file


@pytest.fixture
def motcua(monkeypatch, capsys):
    """`motcua("trail", file, dossier)` gives (exit code, stdout, stderr)."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["motcua", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as done:
            code = int(done.code or 0)
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


@pytest.mark.parametrize("office", ["H1", "H2"])
def test_the_papers_bear_the_names_of_their_day(motcua, file, office):
    code, out, err = motcua("trail", file, "H1-0001", "--office", office, "--format", "json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    papers = [(p["form"], p["circular"], p["seq"], p["due"]) for p in found["papers"]]
    assert papers == [
        ("01", "01/2018/TT-VPCP", 2, "2025-07-15T09:00:00+07:00"),
        ("02", "01/2018/TT-VPCP", 4, None),
        ("04", "03/2025/TT-VPCP", 7, "2025-07-24T09:00:00+07:00"),
        ("05", "03/2025/TT-VPCP", 8, None),
    ]
    assert found["papers"][2]["vi"].startswith("Văn bản xin lỗi")
    assert [(leg["agency"], leg["verdict"]) for leg in found["slip"]["legs"]] == [
        ("land", ""),
        ("land", "late"),
    ]
    assert [state["code"] for state in found["states"]] == [1, 2, 4, 5, 4, 8]
    entry = found["register"]["entry"]
    assert (entry["due"], entry["renewed"]) == ("2025-07-15T09:00:00+07:00", "2025-07-24T09:00:00+07:00")
    assert (found["register"]["form"], found["slip"]["form"]) == ("06", "05")


@pytest.mark.parametrize(("lang", "words"), [
    ("vi", ("Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "Sổ theo dõi hồ sơ", "Thông báo dừng", "quá hạn")),
    ("en", ("receipt with appointment", "register of dossiers", "notice of stopping", "boundary dispute")),
])  # fmt: skip
def test_it_reads_in_both_languages(motcua, file, lang, words):
    code, out, _ = motcua("trail", file, "H1-0001", "--office", "H1", "--lang", lang)
    assert code == 0
    for word in words:
        assert word in out


def test_a_dossier_without_steps_says_so(motcua, file):
    code, out, _ = motcua("trail", file, "H1-0002")
    assert code == 0
    assert "no step and no hand-over" in out


def test_a_message_of_the_dossier_that_is_no_event_is_told(motcua, tmp_path):
    broken = tmp_path / "broken.jsonl"
    broken.write_bytes(b"\n".join([*lines("H1-0002", "H1", HISTORY[:2]), b'{"dossier_id":"H1-0002"}']))
    code, out, err = motcua("trail", broken, "H1-0002")
    assert (code, "1 message that names H1-0002 could not be used" in err) == (0, True)
    assert "receipt with appointment" in out


ACCEPTED = ("accepted", "2026-03-03T09:00:00+07:00", {
    "procedure": "p", "channel": "in_person", "online": False, "due_at": "2026-03-04T09:00:00+07:00",
})  # fmt: skip


@pytest.mark.parametrize(("more", "dates", "verdict"), [
    ([("corrected", "2026-03-05T09:00:00+07:00", {"due_at": "2026-03-10T09:00:00+07:00", "reason": "typo"}),
      ("resolved", "2026-03-10T08:00:00+07:00", {})],
     [("corrected", "2026-03-10T09:00:00+07:00", "2026-03-10T09:00:00+07:00")], ("on_time", "on_time")),
    ([("corrected", "2026-03-05T09:00:00+07:00", {"retracted": True})],
     [("retracted", "2026-03-04T09:00:00+07:00", "2026-03-04T09:00:00+07:00")], ("retracted", "retracted")),
    ([("supplement_requested", "2026-03-03T10:00:00+07:00", {}),
      ("supplement_provided", "2026-03-05T10:00:00+07:00", {"due_at": "2026-03-06T09:00:00+07:00"}),
      ("resolved", "2026-03-05T11:00:00+07:00", {})],
     [("supplement_provided", "2026-03-06T09:00:00+07:00", "2026-03-06T09:00:00+07:00")], ("early", "early")),
    ([("apology_issued", "2026-03-03T10:00:00+07:00", {"due_at": "2026-03-09T09:00:00+07:00"}),
      ("resolved", "2026-03-09T08:30:00+07:00", {})],
     [("apology_issued", "2026-03-04T09:00:00+07:00", "2026-03-09T09:00:00+07:00")], ("late", "on_time")),
    ([("resolved", "2026-03-05T08:30:00+07:00", {})], [], ("late", "late")),
    ([("step_finished", "2026-03-04T08:30:00+07:00", {"step": "s", "agency": "a"})], [], ("open", "open")),
    ([("step_finished", "2026-03-04T09:30:00+07:00", {"step": "s", "agency": "a"})], [],
     ("overdue", "overdue")),
], ids=["correction", "retraction", "papers", "letter", "late", "open", "overdue"])  # fmt: skip
def test_what_moved_the_date_and_how_it_is_judged_is_told(motcua, tmp_path, more, dates, verdict):
    file = tmp_path / "moved.jsonl"
    file.write_bytes(b"\n".join(lines("H1-0001", "H1", [ACCEPTED, *more])))
    code, out, err = motcua("trail", file, "H1-0001", "--format", "json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert [(row["by"], row["due"], row["appointment"]) for row in found["dates"]] == dates
    assert found["verdict"] == dict(zip(("first", "current"), verdict, strict=True))
    for i, lang in enumerate(("en", "vi")):
        text = motcua("trail", file, "H1-0001", "--lang", lang)[1]
        assert re.search(rf"^(Judged|Kết quả đánh giá) +{VERDICTS[verdict[0]][i]}$", text, re.MULTILINE)
        assert ("By the new date" in text or "Theo ngày hẹn lại" in text) is (verdict[0] != verdict[1])
        assert all(MOVES[by][i] in text for by, *_ in dates)


def test_a_trail_in_vietnamese_has_vietnamese_words_and_dates(motcua, tmp_path):
    file = tmp_path / "vi.jsonl"
    history = [ACCEPTED, ("handed_over", "2026-03-03T10:00:00+07:00", {"from": "centre", "to": "committee"}),
               ("step_finished", "2026-03-03T11:00:00+07:00", {"step": "appraisal", "agency": "committee"}),
               ("apology_issued", "2026-03-03T12:00:00+07:00", {"reason": "workload"})]  # fmt: skip
    file.write_bytes(b"\n".join(lines("H1-0001", "H1", history)))
    _, out, _ = motcua("trail", file, "H1-0001", "--lang", "vi")
    for word in ("ủy ban nhân dân", "thẩm định", "trực tiếp", "khối lượng hồ sơ nhiều", "03/03/2026 11:00"):
        assert word in out
    for word in ("committee", "appraisal", "in_person", "workload", "2026-03"):
        assert word not in out


def test_what_a_source_says_plays_with_no_terminal(motcua, tmp_path):
    file = tmp_path / "hostile.jsonl"
    history = [(kind, at, {**fields, "procedure": "p\x1b[31m\nq", "channel": "c\x07\u202e"})
               for kind, at, fields in HISTORY[:2]]  # fmt: skip
    history += [("stopped", "2025-07-22T09:00:00+07:00", {"reason": "the\ncitizen\x9basked"})]
    file.write_bytes(b"\n".join(lines("H1-0001", "H\x1b1", history)))
    code, out, err = motcua("trail", file, "H1-0001")
    assert (code, err) == (0, "")
    assert not set(out) & set("\x1b\x07\u202e\x9b")
    for seen in ("H1-0001  H\ufffd1  live", "p\ufffd[31m q", "c\ufffd\ufffd", "the citizen\ufffdasked"):
        assert seen in out


def test_a_row_of_a_table_has_a_trail(motcua, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("dossier_id,office,received_at,due_at,finished_at\n"
                     "a,o,2026-02-09T08:00:00Z,2026-02-12T08:00:00Z,2026-02-10T08:00:00Z\n")  # fmt: skip
    code, out, _ = motcua("trail", table, "a", "--format", "json")
    assert code == 0
    assert [state["code"] for state in json.loads(out)["states"]] == [2, 9]


@pytest.mark.parametrize(
    "words",
    [
        ("FILE",),
        ("FILE", "nobody"),
        ("FILE", "H1-0001"),
        ("FILE", "H1-0001", "--office", "H3"),
        ("FILE", "H1-0001", "--scenario", "other"),
        ("none.jsonl", "H1-0001"),
    ],
    ids=" ".join,
)
def test_bad_input_is_refused_in_a_sentence(motcua, file, words):
    code, out, err = motcua("trail", *[file if word == "FILE" else word for word in words])
    said = [line for line in err.splitlines() if line and not line.startswith(("Usage:", "Try "))]
    assert (code, out, len(said)) == (2, "", 1), err
    assert "Traceback" not in err
