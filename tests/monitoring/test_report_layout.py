"""How reports are laid out: merged headings, both languages, headings as printed, words for every check."""

import re
import unicodedata
from dataclasses import replace
from datetime import date, timedelta
from html import escape as html_escape
from io import BytesIO
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.figures.period import days, parse
from dossier.life.lifecycle import fold
from dossier.life.state import Dossier
from monitoring.reports import (
    FORMS,
    Question,
    answer,
    apologies,
    digest,
    html,
    layout,
    plain,
    settling,
    sheet,
    words,
)
from monitoring.reports.clean import clean
from monitoring.reports.plain import safe
from monitoring.reports.table import Column, depth, headings
from tests import strategies as our
from tests.dossier.hours import BOOK
from tests.dossier.oracle import ZONE

paths = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(tuple), min_size=1, max_size=8)


@given(paths)
def test_every_place_of_the_heading_is_covered_exactly_once(found):
    columns = [Column(str(n), path) for n, path in enumerate(found)]
    covered = [
        (row, column)
        for cell in headings(columns)
        for row in range(cell.row, cell.row + cell.rows)
        for column in range(cell.column, cell.column + cell.columns)
    ]
    assert sorted(covered) == [(row, n) for row in range(depth(columns)) for n in range(len(columns))]


@given(paths)
def test_what_stands_above_a_column_is_its_own_heading(found):
    columns = [Column(str(n), path) for n, path in enumerate(found)]
    for n, path in enumerate(found):
        above = [cell for cell in headings(columns) if cell.column <= n < cell.column + cell.columns]
        assert tuple(cell.text for cell in sorted(above)) == path


def test_the_form_has_its_thirteen_columns_with_the_printed_headings():
    columns = [column for column in settling.columns("field", "vi") if not column.aside]
    assert [column.number.split(" ")[0] for column in columns] == [str(n) for n in range(1, 14)]
    # As printed by the system of a province (S5c).
    assert columns[1].heading == ("Lĩnh vực, công việc giải quyết theo cấp",)
    assert [" > ".join(column.heading) for column in columns[2:]] == [
        "Tiếp nhận > Tổng số",
        "Tiếp nhận > Trong đó > Trực tuyến",
        "Tiếp nhận > Trong đó > Trực tiếp, dịch vụ bưu chính",
        "Tiếp nhận > Từ kỳ trước",
        "Số lượng hồ sơ đã giải quyết > Tổng số",
        "Số lượng hồ sơ đã giải quyết > Trước hạn",
        "Số lượng hồ sơ đã giải quyết > Đúng hạn (Bao gồm cả hồ sơ chờ Bổ sung và Trả lại / Xin rút)",
        "Số lượng hồ sơ đã giải quyết > Quá hạn",
        "Số lượng hồ sơ đang giải quyết > Tổng số",
        "Số lượng hồ sơ đang giải quyết > Trong hạn",
        "Số lượng hồ sơ đang giải quyết > Quá hạn",
    ]


FACTS = (
    ("accepted", 0, {"channel": "post", "online": False, "level": "commune",
                     "due_at": our.at(30)}),
    ("supplement_requested", 5, {}),
    ("supplement_provided", 9, {}),
    ("apology_issued", 60, {"due_at": our.at(90)}),
)  # fmt: skip


def question(office="An Hòa", reason="no staff", many=1):
    """One dossier, or as many offices with one each."""
    dossiers = [
        lived(f"d{n}", office if not n else f"{office} {n}", reason, procedure=f"land {n}")
        for n in range(many)
    ]
    first = our.BASE.date()
    period = days(first, first + timedelta(10), ZONE)
    return Question(dossiers, BOOK, period, "live", our.at(24 * 9).timestamp(), begun=9e8)


def lived(name, office="An Hòa", reason="no staff", procedure="land", told=tuple(kind for kind, *_ in FACTS)):
    dossier = Dossier(scenario="live", dossier_id=name, office=office)
    for seq, (kind, hour, fields) in enumerate((fact for fact in FACTS if fact[0] in told), 1):
        more = {"accepted": {"procedure": procedure}, "apology_issued": {"reason": reason}}.get(kind, {})
        event = our.TYPES[kind](
            scenario="live", dossier_id=name, office=office, seq=seq, at=our.at(hour), **fields, **more
        )
        fold(dossier, event, BOOK.of(office))
    return dossier


@pytest.mark.parametrize("form", FORMS)
def test_every_report_has_its_words_in_both_languages(form):
    found = answer(question(), form)
    texts = {}
    for lang in ("en", "vi"):
        ready = layout(found, lang, "the ward", "the province", motto=True)
        assert ready.title
        assert len(ready.notes) == len(found["notes"])
        texts[lang] = html.page(ready)
        assert texts[lang].count("<table") == len(ready.sections)
        assert "the ward" in texts[lang]
        assert "Độc lập - Tự do - Hạnh phúc" in texts[lang]
        assert ready.title in plain.terminal(ready)
    assert texts["en"] != texts["vi"]
    for each in found["checks"]:
        assert each["check"] in words.CHECKS or not any(c.isalpha() for c in each["check"])


def test_the_digest_says_in_words_what_is_overdue_and_owed():
    row = answer(question(), "digest")["rows"][0]
    assert (row["pending_overdue"], row["days_10"], row["letters_owed"]) == (1, 1, 0)
    said = " ".join(layout(answer(question(), "digest"), "en").sections[0].sentences)
    assert "overdue: 1 (up to 3 days: 0; 4 to 10 days: 1; more than 10 days: 0)" in said
    assert "No letter of apology is owed; late dossiers: 1." in said
    said = " ".join(layout(answer(question(), "digest"), "vi").sections[0].sentences)
    assert "có 1 hồ sơ quá hạn (đến 3 ngày: 0; từ 4 đến 10 ngày: 1; trên 10 ngày: 0)" in said


@pytest.mark.parametrize("form", [form for form in FORMS if form != "apologies"])
def test_only_the_register_names_a_dossier(form):
    named = question()
    named.dossiers[0].dossier_id = "UNMISTAKABLE-0001"
    assert "UNMISTAKABLE" not in str(answer(named, form))
    assert "UNMISTAKABLE" in str(answer(named, "apologies"))


@given(st.text(max_size=8))
def test_a_safe_text_begins_no_formula_and_keeps_what_it_says(text):
    assert safe(text).removeprefix("'") == text.removeprefix("'")
    assert not safe(text).lstrip().startswith(("=", "+", "-", "@"))


PLAYERS = st.sampled_from("a\r\n\t\x00\x07\x1b\x7f\x85\x9b\u2028\u202e\u2067\ud800\uffffé")
TURNS = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}


@given(st.text(alphabet=PLAYERS | st.integers(0, 0x10FFFF).map(chr)))
def test_clean_text_is_one_line_that_any_file_may_hold(text):
    found = clean(text)
    assert len(found.splitlines()) <= 1
    assert not [c for c in found if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}]
    assert not [c for c in found if unicodedata.bidirectional(c) in TURNS]
    ET.fromstring(f"<a>{html_escape(found)}</a>".encode())
    assert clean(found) == found
    assert len(found) == len(text.replace("\r\n", "\n")), "what is taken away leaves a sign"


PLAYFUL = "a\x1b[31m\x07\x9b2Jb\r\nc\u202ed\u2066\x7f\ufffe"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("lang", ["en", "vi"])
def test_no_name_of_a_source_gets_raw_into_a_report(form, lang):
    ready = layout(answer(question(PLAYFUL), form), lang, PLAYFUL, PLAYFUL)
    seen = "a\ufffd[31m\ufffd\ufffd2Jb c\ufffdd\ufffd\ufffd\ufffd"
    book = openpyxl.load_workbook(BytesIO(sheet.workbook(ready)))
    names = [each.title for each in book.worksheets]
    cells = [str(cell.value) for each in book for row in each.iter_rows() for cell in row if cell.value]
    for texts in ([html.page(ready)], [plain.csv_text(ready)], [plain.terminal(ready)], cells, names):
        raw = "".join(texts).replace("\r\n", "\n").replace("\n", "")
        assert not [c for c in raw if clean(c) != c and c != plain.BOM]
    assert seen in html.page(ready), "the reporter's name at least is there"
    assert any(seen in cell for cell in cells)
    if form == "digest":
        assert seen.replace("[", " ").replace("]", " ") in names


@pytest.mark.parametrize(("name", "english", "vietnamese"), [
    ("2026-03", "March 2026 (from 1 Mar 2026 to 31 Mar 2026)",
     "Tháng 03 năm 2026 (từ ngày 01/03/2026 đến ngày 31/03/2026)"),
    ("2026-12", "December 2026 (from 1 Dec 2026 to 31 Dec 2026)",
     "Tháng 12 năm 2026 (từ ngày 01/12/2026 đến ngày 31/12/2026)"),
    ("2026-Q1", "Quarter 1 of 2026 (from 1 Jan 2026 to 31 Mar 2026)",
     "Quý I năm 2026 (từ ngày 01/01/2026 đến ngày 31/03/2026)"),
    ("2026-Q4", "Quarter 4 of 2026 (from 1 Oct 2026 to 31 Dec 2026)",
     "Quý IV năm 2026 (từ ngày 01/10/2026 đến ngày 31/12/2026)"),
    ("2026-H1", "First half of 2026 (from 1 Jan 2026 to 30 Jun 2026)",
     "6 tháng đầu năm 2026 (từ ngày 01/01/2026 đến ngày 30/06/2026)"),
    ("2026-H2", "Second half of 2026 (from 1 Jul 2026 to 31 Dec 2026)",
     "6 tháng cuối năm 2026 (từ ngày 01/07/2026 đến ngày 31/12/2026)"),
    ("2026-9M", "Nine months of 2026 (from 1 Jan 2026 to 30 Sep 2026)",
     "9 tháng năm 2026 (từ ngày 01/01/2026 đến ngày 30/09/2026)"),
    ("2026", "Year 2026 (from 1 Jan 2026 to 31 Dec 2026)",
     "Năm 2026 (từ ngày 01/01/2026 đến ngày 31/12/2026)"),
    ("2026-03-05..2026-03-10", "from 5 Mar 2026 to 10 Mar 2026", "từ ngày 05/03/2026 đến ngày 10/03/2026"),
])  # fmt: skip
def test_a_period_is_called_as_offices_call_it(name, english, vietnamese):
    first, dots, last = name.partition("..")
    period = (
        days(date.fromisoformat(first), date.fromisoformat(last) + timedelta(1), ZONE)
        if dots
        else parse(name, ZONE)
    )
    told = {
        "period": {
            "kind": period.kind,
            "name": period.name,
            "first": period.first.isoformat(),
            "last": period.last.isoformat(),
        }
    }
    assert (words.period(told, "en"), words.period(told, "vi")) == (english, vietnamese)


def test_the_digest_calls_both_its_periods_so():
    columns = layout(answer(question(), "digest"), "vi").sections[0].columns
    first = our.BASE.date()
    before = first - timedelta(10)
    said = [f"từ ngày {a:%d/%m/%Y} đến ngày {b:%d/%m/%Y}" for a, b in (
        (first, first + timedelta(9)), (before, first - timedelta(1)))]  # fmt: skip
    assert [column.heading[0] for column in columns[1:]] == said


@pytest.mark.parametrize(("lang", "said"), [("en", "workload"), ("vi", "khối lượng hồ sơ nhiều")])
def test_a_reason_reads_the_same_in_the_register_and_among_the_causes(lang, said):
    asked = question(reason="workload")
    register = layout(answer(asked, "apologies"), lang).sections[0].rows[0]
    causes = layout(answer(asked, "II.07a"), lang).sections[0].rows[0]
    assert register["reason"] == causes["cause"] == said


LONG = "Ủy ban nhân dân phường có một cái tên thật dài dài hơn mọi tên khác của cả tỉnh " + "x" * 70


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("lang", ["en", "vi"])
@pytest.mark.parametrize("many", [1, 9])
def test_a_table_on_a_terminal_is_a_hundred_wide_with_whole_headings(form, lang, many):
    ready = layout(answer(question(LONG, many=many), form), lang)
    for section in ready.sections:
        lines = plain._table(section, lang).splitlines()
        longest = max(
            (len(", ".join(column.heading)) for column in section.columns if column.kind == "count"),
            default=0,
        )
        assert max(map(len, lines)) <= max(100, longest + 6), "the legend alone may be longer"
        assert not [line for line in lines if "…" in line or line == ""]
        text = " ".join(lines)
        for column in section.columns:
            assert set(column.heading[-1].split()) <= set(text.split()) | set(re.split(r"[\s,]", text))


def test_what_does_not_fit_on_a_line_stands_below_its_heading():
    columns = [plain.Column(str(n), (f"head-{n}",), "text") for n in range(8)]
    rows = [{str(n): f"row{row}-" + "x" * (14 - n) + str(n) for n in range(8)} for row in range(20)]
    lines = plain._table(plain.Section(columns, rows), "en").splitlines()
    assert len(lines) == 2 + 1 + 2 * 20
    for n in range(8):
        heads = [line.find(f"head-{n}") for line in lines[:2]]
        band, start = next((i, at) for i, at in enumerate(heads) if at >= 0)
        for row in range(20):
            assert lines[3 + 2 * row + band][start:].startswith(f"row{row}-x")


def test_a_running_number_is_a_number_and_an_instant_is_a_date():
    for lang, shown in (("en", "[$-409]d mmm yyyy hh:mm"), ("vi", "[$-42A]dd/mm/yyyy hh:mm")):
        book = openpyxl.load_workbook(
            BytesIO(sheet.workbook(layout(answer(question(), "apologies"), lang)))
        ).worksheets[0]
        row = next(row for row in book.iter_rows() if row[1].value == "d0")
        assert row[0].value == 1
        accepted = row[4]
        assert (accepted.is_date, accepted.number_format) == (True, shown)
        assert accepted.value == our.BASE.astimezone(ZONE).replace(tzinfo=None)
        assert row[5].value == our.at(34).astimezone(ZONE).replace(tzinfo=None), "four hours waited"


SILENT = {
    "consolidated": ("resolved_late_letter", "pending_late_no_letter"),
    "digest": ("letters_owed",),
    "apologies": ("owed", "coverage", "timeliness"),
    "II.07a": (),
}


@pytest.mark.parametrize("form", SILENT)
def test_a_source_that_tells_of_no_letter_is_not_said_to_owe_any(form):
    told = ("accepted",)
    dossiers = [lived("d0", "An Hòa", "", "land", told), lived("d1", "An Hòa", "", "land", told)]
    plain_source = replace(question(), dossiers=dossiers)
    found = answer(plain_source, form)
    assert ["no_letters", {}] in found["notes"]
    assert ["no_letters", {}] not in answer(replace(plain_source, dossiers=[*dossiers, lived("d2")]), form)[
        "notes"
    ]
    asked = replace(plain_source, dossiers=[*dossiers, lived("d2", "other")], office="An Hòa")
    assert ["no_letters", {}] not in answer(asked, form)["notes"], "others write letters: this one does not"
    ready = layout(found, "en")
    shown = [row for section in ready.sections for row in [*section.rows, section.total or {}]]
    by_name = {row["name"]: row for row in shown if "name" in row}
    for key in SILENT[form]:
        if form == "consolidated":
            assert {row[key] for row in shown} == {None}
        else:
            words_of = apologies.MEASURES if form == "apologies" else digest.FIGURES
            row = by_name[words_of[key][0][0]]
            assert row.get("value", row.get("now")) is None
    assert "not measurable here" in " ".join(ready.notes)
    assert "owed:" not in " ".join(sentence for section in ready.sections for sentence in section.sentences)


def test_nothing_is_said_of_letters_where_there_is_no_dossier():
    assert ["no_letters", {}] not in answer(replace(question(), dossiers=[]), "consolidated")["notes"]


def test_what_the_simulator_calls_things_is_told_in_words():
    assert [words.said(word, "vi") for word in ("committee", "in_person", "workload", "của họ")] == [
        "ủy ban nhân dân", "trực tiếp", "khối lượng hồ sơ nhiều", "của họ",
    ]  # fmt: skip
    assert words.said("land_office", "en") == "land office"
