"""An answer as one HTML page: nothing is fetched, no script; for a screen, a phone and paper."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from monitoring.release import release
from motcua.basis import Basis
from motcua.show import Grid, clean

WORDS: Mapping[str, tuple[str, str]] = {
    "question": ("The question", "Câu hỏi"),
    "answer": ("The answer", "Kết luận"),
    "figures": ("The figures", "Số liệu"),
    "basis": ("What it rests on", "Giả định và nguồn"),
    "scenario": ("The scenario", "Kịch bản"),
    "told": (
        "What its file says of its sources and assumptions",
        "Nguồn và giả định ghi trong tệp kịch bản (nguyên văn)",
    ),
    "levers": ("The levers", "Các biện pháp"),
    "reckoned": ("How it was reckoned", "Cách tính"),
    "noted": ("To be noted", "Lưu ý"),
    "command": ("The same again", "Lệnh chạy lại"),
    "made": (
        "Simulated figures, made by motcua {version}; they are no statistics of an office.",
        "Số liệu mô phỏng do motcua {version} lập; không phải số liệu thống kê của cơ quan nào.",
    ),
    "parted": ("Beside this page: {names}", "Kèm theo trang này: {names}"),
}

_APART = re.compile(r" (?=%|…|±|\.\.)|(?<=…) |(?<=±) |(?<=\.\.) ")
"""Spaces within a figure or an interval, at which no line is broken."""


class Chart(NamedTuple):
    """A drawing as inline SVG, and what it shows."""

    title: str
    svg: str


class Told(NamedTuple):
    """An answer in words, drawings and tables."""

    title: str
    question: str
    verdicts: Sequence[str]
    """Sentences; the first says most."""
    charts: Sequence[Chart]
    grids: Sequence[Grid]
    grounds: Sequence[str]
    """How it was reckoned, a sentence each."""


def page(told: Told, basis: Basis, command: str, beside: Sequence[str], lang: str) -> str:
    """The whole page; every text in it is escaped, and the drawings have escaped theirs."""
    templates = Environment(
        loader=PackageLoader("motcua"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["clean"] = clean
    templates.filters["whole"] = lambda cell: _APART.sub("\u00a0", clean(cell))
    templates.globals["word"] = lambda name, **parts: WORDS[name][lang == "vi"].format(**parts)
    charts = [(chart.title, Markup(chart.svg)) for chart in told.charts]  # noqa: S704 - escaped where drawn
    return templates.get_template("answer.html").render(
        told=told,
        basis=basis,
        charts=charts,
        command=command,
        names=", ".join(beside),
        lang=lang,
        version=release(),
    )
