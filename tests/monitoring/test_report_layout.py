"""How reports are laid out: merged headings, both languages, headings as printed, words for every check."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.figures.period import days
from dossier.life.lifecycle import fold
from dossier.life.state import Dossier
from monitoring.reports import FORMS, Question, answer, html, layout, plain, settling, words
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
    ("accepted", 0, {"procedure": "land", "channel": "post", "online": False, "level": "commune",
                     "due_at": our.at(30)}),
    ("supplement_requested", 5, {}),
    ("supplement_provided", 9, {}),
    ("apology_issued", 60, {"due_at": our.at(90), "reason": "no staff"}),
)  # fmt: skip


def question(**options):
    dossier = Dossier(scenario="live", dossier_id="d", office="An Hòa")
    for seq, (kind, hour, fields) in enumerate(FACTS, 1):
        event = our.TYPES[kind](
            scenario="live", dossier_id="d", office="An Hòa", seq=seq, at=our.at(hour), **fields
        )
        fold(dossier, event, BOOK.of("An Hòa"))
    first = our.BASE.date()
    period = days(first, first + timedelta(10), ZONE)
    return Question([dossier], BOOK, period, "live", our.at(24 * 9).timestamp(), begun=9e8, **options)


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
    assert "overdue: 1 (0 by up to 3 days, 1 by up to 10, 0 by more)" in said
    assert "No letter of apology is owed, for 1 late dossiers" in said


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
