"""`--report`: the answers of compare, plan, explain and sensitivity as pages, JSON and Parquet beside."""

import asyncio
import json
import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from motcua.cli import cli
from simulator.experiments import compare as comparing
from simulator.experiments import plan as planning
from simulator.scenario.files import text
from tests.monitoring.eyes import opened

DAYS = "--until", "2026-03-04", "--processes", "1"
HOSTILE = "<script>alert('x')</script>"
ASKED = {
    "compare": ("--lever", "edd", "--world", "<b>both</b>=edd;e-signature", "--replications", "12",
                "--by", "pool", *DAYS),
    "plan": ("--target", "on_time=0.8", "--most", "40", "--probability", "0.6", "--pool", "justice",
             "--max-posts", "9", *DAYS),
    "short": ("--target", "on_time=0.999", "--target", "wait<=0.01", "--most", "40", "--pool", "justice",
              "--max-posts", "8", *DAYS),
    "explain": ("--verify", "--replications", "2", "--lever", "staff:pool=leader,add=1"),
    "late": ("--late", "run", "--seed", "1"),
    "sensitivity": ("--parameter", "demand.volume=0.8..1.2", "--parameter", "steps.*.round=0.5..1.5",
                    "--size", "2", "--replications", "2", *DAYS),
}  # fmt: skip
VERBS = {"short": "plan", "late": "explain"}
SAID = {
    "compare": ("edd alone: ", "What levers are worth", "Hiệu quả của các biện pháp"),
    "plan": ("The cheapest staff that reaches it: ", "What staff it takes", "Cần bao nhiêu cán bộ"),
    "short": ("It cannot be reached within the bounds", "What staff it takes", "Cần bao nhiêu cán bộ"),
    "explain": ("The bottleneck is H44.100/justice", "Loads, waits", "thời gian chờ và nút thắt"),
    "late": (" days late on average", "Where late dossiers lose their time", "mất thời gian ở đâu"),
    "sensitivity": ("It is moved most by ", "What moves a figure", "Tham số nào ảnh hưởng"),
}
"""Of each answer its verdict, and the page's title in both languages."""
NOT_FIGURES = {"p", "crn", "gain", "confidence", "probability", "difference", "half", "formula", "holm"}
"""Numbers of the JSON that are no figures of their own, or are told otherwise in the table."""


class Page(HTMLParser):
    """What is on a page; AssertionError where its elements do not nest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [
            f"{value}" for name, value in attrs if name in {"src", "href", "srcset", "action", "data"}
        ]
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag != "meta":
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


class Answer(NamedTuple):
    """What a command left and said."""

    html: str
    printed: str
    path: Path

    @property
    def told(self) -> dict[str, Any]:
        return dict(json.loads(self.printed))

    @property
    def rows(self) -> list[dict[str, Any]]:
        return list(pq.read_table(self.path.with_suffix(".parquet")).to_pylist())


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The ward without its warm-up, as a file of somebody who means no good."""
    path = tmp_path_factory.mktemp("a ward") / "ward.yaml"
    found = text("quickstart").replace("warmup_days: 28", "warmup_days: 0")
    found = found.replace("title: One ward", f'title: "{HOSTILE} ward', 1).replace(
        "March 2026\n", 'March"\n', 1
    )
    path.write_text(f"# Ours <img src=x onerror=alert(1)>.\n{found}", "utf-8")
    return str(path)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer runs where only words are looked at."""
    for name in ("CONFIRMED", "SHOWN", "DRAWN"):
        monkeypatch.setattr(planning, name, 8)


@pytest.fixture
def answered(ward: str, tmp_path: Path):
    def answer(which: str, *words: str) -> Answer:
        path = tmp_path / f"{which}.html"
        asked = VERBS.get(which, which), ward, *ASKED[which], *words, "--report", str(path)
        done = CliRunner().invoke(cli, [*asked, "--format", "json"])
        assert done.exit_code == (1 if which == "short" else 0), done.output
        assert sorted(each.name for each in tmp_path.iterdir()) == sorted(
            f"{which}.{ending}" for ending in ("html", "json", "parquet")
        )
        return Answer(path.read_text("utf-8"), done.stdout, path)

    return answer


@pytest.mark.parametrize("which", ASKED)
def test_an_answer_is_a_page_that_stands_alone_with_its_data_beside(which, answered):
    found = answered(which)
    page, told = Page(found.html), found.told
    assert page.links == []
    assert not {"script", "img", "b", "link", "iframe"} & set(page.tags)
    assert not re.search(r"@import|url\(", found.html)
    assert set(re.findall(r"https?://[^'\"\s<]+", found.html)) <= {"http://www.w3.org/2000/svg"}
    assert "svg" in page.tags
    verdict, title, _ = SAID[which]
    assert verdict in page.text
    assert page.text.count(title) >= 2  # the title, and the heading
    assert told["command"] in page.text
    assert HOSTILE in page.text or which == "late"
    assert "Ours <img src=x onerror=alert(1)>." in page.text
    assert found.path.with_suffix(".json").read_text("utf-8") == found.printed
    assert numbers(told) <= {row[name] for row in found.rows for name in ("value", "low", "high", "holm")}
    assert len({tuple(row.values()) for row in found.rows}) == len(found.rows)


def numbers(told: Any, name: str = "") -> set[float]:
    """The fractional figures of an answer."""
    if isinstance(told, Mapping):
        return set().union(*(numbers(each, key) for key, each in told.items() if key not in NOT_FIGURES))
    if isinstance(told, list):
        return set().union(*(numbers(each, name) for each in told))
    return {told} if isinstance(told, float) else set()


def test_differences_and_intervals_are_those_of_the_json(answered):
    found = answered("compare")
    rows = {
        (row["name"], row["figure"], row["of"]): row
        for row in found.rows
        if row["part"] == "effects.difference"
    }
    effects = found.told["effects"]
    assert len(rows) == len(effects)
    for each in effects:
        row = rows[each["world"], each["indicator"], each["of"]]
        assert row["value"] == each["difference"]
        assert [row[name] for name in ("low", "high", "holm", "runs")] == [
            each[name] for name in ("low", "high", "holm", "runs")
        ]


@pytest.mark.parametrize("which", ["compare", "short", "explain", "late", "sensitivity"])
def test_the_page_is_in_vietnamese(which, answered):
    found = answered(which, "--lang", "vi")
    page = Page(found.html)
    assert '<html lang="vi">' in found.html
    assert SAID[which][2] in page.text
    for heading in ("Câu hỏi", "Kết luận", "Số liệu", "Giả định và nguồn", "Lệnh chạy lại"):
        assert heading in page.text
    for heading in ("The question", "The answer", "How it was reckoned", SAID[which][1]):
        assert heading not in page.text


def test_the_levers_stand_there_with_what_they_rest_on(answered):
    page = Page(answered("compare").html)
    for each in ("Signed as it comes", "4353/QĐ-UBND", "round_hours=0", "seeds 1 to 12", "warm-up 0 days"):
        assert each in page.text


def test_the_command_is_quoted_for_a_shell_and_gives_the_same_answer(answered):
    found = answered("sensitivity")
    words = shlex.split(found.told["command"])
    assert "'steps.*.round=0.5..1.5'" in found.told["command"]
    assert not {"--report", "--processes", "--format"} & set(words)
    assert (
        CliRunner().invoke(cli, [*words[1:], "--processes", "1", "--format", "json"]).stdout == found.printed
    )


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("answer.htm", "write a name that ends in .html"),
        ("none/answer.html", "there is no folder"),
        ("/proc/answer.html", "cannot be written"),
        (".html", "write a name that ends in .html"),
        ("runs.html", "runs.json would be written over"),
    ],
)
def test_a_page_that_cannot_be_is_refused_before_any_run(name, why, tmp_path, monkeypatch, motcua):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(comparing, "compare", None)
    asked = ("compare", "quickstart", "--lever", "edd", "--checkpoint", "runs.json", "--report", name)
    code, out, err = motcua(*asked)
    assert (code, out) == (2, "")
    assert why in err
    assert list(tmp_path.iterdir()) == []


def test_without_pyarrow_the_extra_is_named(tmp_path, monkeypatch, motcua):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    code, _, err = motcua("explain", "quickstart", "--report", tmp_path / "answer.html")
    assert code == 2
    assert "pip install 'motcua[tables]'" in err
    assert list(tmp_path.iterdir()) == []


def test_runs_that_fail_leave_no_page_and_the_old_one_stays(tmp_path, monkeypatch, motcua):
    def fails(*_: object, **__: object) -> Iterator[None]:
        raise RuntimeError("no more")

    monkeypatch.setattr(comparing, "compare", fails)
    page = tmp_path / "answer.html"
    page.write_text("old")
    code, _, err = motcua("compare", "quickstart", "--lever", "edd", "--report", page)
    assert code == 2
    assert "no more" in err
    assert [each.read_text() for each in tmp_path.iterdir()] == ["old"]


@pytest.mark.browser
def test_a_browser_shows_and_prints_it(answered):
    found = answered("compare")

    async def visit() -> bytes:
        phone = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}
        async with opened(found.path.as_uri(), **phone) as (page, complaints, asked):
            assert await page.evaluate("document.documentElement.scrollWidth") == 360
            assert await page.locator("svg").first.is_visible()
            assert complaints == []
            assert asked == [found.path.as_uri()]
            return await page.pdf(prefer_css_page_size=True)

    assert asyncio.run(visit()).startswith(b"%PDF")
