"""The picture: the same bytes for the same figures, in two languages, as PNG, SVG and a page."""

import re
import sys
from datetime import date, timedelta
from html.parser import HTMLParser

import matplotlib as mpl
import pytest
from lxml import etree

from simulator.sinks import plot as module
from simulator.sinks.daily import Daily
from simulator.sinks.formats import opened
from simulator.sinks.plot import BARS, Picture, drawn, plot
from simulator.sinks.sink import SinkError, Sinks
from tests.simulator.sinks.conftest import a_case

START = date(2026, 3, 2)
MONDAY = 1772413200
"""Its local midnight."""


def figures(offices: int = 3, days: int = 14, each: int = 30) -> Daily:
    daily = Daily(START, START + timedelta(days=days))
    for office in range(offices):
        for n in range(each):
            at = MONDAY + (n * 7919 + office) % (days * 86400)
            end = at + (4 if n <= office % 11 else 1) * 86400
            ended = end if end < MONDAY + days * 86400 else None
            due = at + 3 * 86400
            case = a_case(
                office=f"Phường {office:02d} ở Phú Thọ",
                accepted_at=at,
                first_due_at=due,
                due_at=due,
                finished_at=ended,
            )
            daily.add([case])
    return daily


def words(svg: bytes) -> list[str]:
    """What is written in a drawing."""
    return [text.text.strip() for text in etree.fromstring(svg).iter("{*}text") if text.text]


@pytest.mark.parametrize("ending", module.ENDINGS)
def test_the_same_figures_give_the_same_bytes(ending, tmp_path):
    for name in ("a", "b"):
        plot(figures(), tmp_path / f"{name}{ending}", "vi", "quickstart, seed 1")
    one, two = ((tmp_path / f"{name}{ending}").read_bytes() for name in ("a", "b"))
    assert one == two


def test_a_machine_s_own_settings_change_nothing(tmp_path):
    before = drawn(figures(), ".svg")
    with mpl.rc_context({"lines.linewidth": 9, "font.size": 20}):
        assert drawn(figures(), ".svg") == before


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", ["Dossiers a day", "received", "finished", "dossiers a day", "Open at the end of the day",
                "Lateness by office", "late, % of those that fell due"]),
        ("vi", ["Số hồ sơ mỗi ngày", "tiếp nhận", "kết thúc", "hồ sơ/ngày", "Đang giải quyết cuối ngày",
                "Trễ hạn theo đơn vị", "trễ hạn, % số hồ sơ đến hạn"]),
    ],
)  # fmt: skip
def test_it_has_titles_units_and_a_legend_in_both_languages(lang, told):
    daily = figures()
    written = words(drawn(daily, ".svg", lang, "quickstart"))
    assert set(told) <= set(written)
    assert {"quickstart", "02/03/2026 – 15/03/2026"} <= set(written)
    worst = daily.offices["Phường 02 ở Phú Thọ"]
    tenths = -(-worst.late * 1000 // worst.decided)  # rounded up: less is better
    mark = "," if lang == "vi" else "."
    assert f"{tenths // 10}{mark}{tenths % 10} % ({worst.late}/{worst.decided})" in written


def test_the_worst_offices_are_shown_where_there_are_many():
    written = words(drawn(figures(offices=40), ".svg"))
    assert f"Lateness by office: the worst {BARS} of 40" in written
    assert "offices where fewer than 20 fell due are left out" in written
    assert sum(word.startswith("Phường") for word in written) == BARS


def test_a_long_run_is_drawn_by_the_mean_over_a_week():
    assert "received (mean over a week)" in words(drawn(figures(days=200), ".svg"))


def test_a_run_without_dossiers_is_drawn_too():
    assert "no dossier fell due" in words(drawn(Daily(START, START + timedelta(days=1)), ".svg"))


def test_the_page_is_whole_in_itself_and_has_the_figures(tmp_path):
    plot(figures(), tmp_path / "a.html", "vi", "một <b> & hai")
    page = (tmp_path / "a.html").read_text()
    assert "một &lt;b&gt; &amp; hai</h1>" in page
    assert not re.search(r'(src|href)="(?!#)', re.sub(r"xmlns:\w+=|xlink:href=\"#", "", page))
    cells: list[str] = []

    class Cells(HTMLParser):
        def handle_data(self, data: str) -> None:
            cells.append(data.strip())

    Cells().feed(page[page.index("<table") :])
    daily = figures()
    assert f"{daily.received[0]}" in cells
    assert "Phường 02 ở Phú Thọ" in cells
    assert sum(cell.startswith(("0", "1")) and "/2026" in cell for cell in cells) == 14


def test_a_picture_is_one_more_sink_of_the_pass(tmp_path, case):
    daily = Daily(START, START + timedelta(days=3))
    rows = [case(dossier_id=f"d{n}") for n in range(5)]
    daily.add(rows)
    picture = Picture(tmp_path / "a.svg", START, START + timedelta(days=3), title="t")
    with Sinks([opened([tmp_path / "a.dossiers.csv"]), picture]) as sink:
        sink.write([])
        sink.cases(rows)
    assert (tmp_path / "a.svg").read_bytes() == drawn(daily, ".svg", title="t")


@pytest.mark.parametrize("name", ["a.pdf", "a", "a.jpg"])
def test_an_unknown_kind_of_picture_is_refused(name, tmp_path):
    with pytest.raises(SinkError, match=r"a picture is one of NAME\.png, NAME\.svg, NAME\.html"):
        plot(figures(), tmp_path / name)


def test_a_missing_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(SinkError, match=r"pip install 'motcua\[plot\]'"):
        plot(figures(), tmp_path / "a.svg")
    assert not list(tmp_path.iterdir())


def test_a_png_is_one_and_as_wide_as_paper(tmp_path):
    plot(figures(), tmp_path / "a.png")
    raw = (tmp_path / "a.png").read_bytes()
    assert raw.startswith(b"\x89PNG")
    assert int.from_bytes(raw[16:20]) == 1240  # A4 at 150 dots an inch
