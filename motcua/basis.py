"""What an answer rests on: the scenario as its file tells of itself, and levers with their sources."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from motcua.show import Grid, day, number
from simulator.scenario.files import text as text_of
from simulator.scenario.levers import text
from simulator.scenario.levers.words import use_of
from simulator.scenario.model import Lever, Scenario
from simulator.scenario.outline import head

_COMMENT = re.compile(r"(?:^|\s)#(.*)")
_MARKS = "assumed", "[M", "[V"

_WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("title", "tên"),
    "name": ("name", "mã"),
    "file": ("file", "tệp"),
    "period": ("period", "kỳ"),
    "record": ("record", "tệp sự kiện"),
    "calendar": ("calendar", "lịch làm việc"),
    "span": ("{first} to {last}", "{first} đến {last}"),
    "warmup": ("warm-up, days", "khởi động, ngày"),
    "offices": ("offices", "đơn vị"),
    "procedures": ("procedures", "thủ tục"),
    "dossiers": ("dossiers expected in its own period", "hồ sơ dự kiến trong kỳ của kịch bản"),
    "own": ("levers of its own", "biện pháp có sẵn trong kịch bản"),
    "marks": (
        (
            "Lines of the file with numbers that are ours (marked assumed): {assumed}; general knowledge, "
            "not verified ([M]): {known}; seen in a published source ([V]): {seen}. "
            "motcua scenarios {name} --yaml shows each."
        ),
        (
            "Số dòng trong tệp có giá trị do chúng tôi giả định (assumed): {assumed}; hiểu biết chung, "
            "chưa kiểm chứng ([M]): {known}; có nguồn đã công bố ([V]): {seen}. "
            "Xem từng giá trị: motcua scenarios {name} --yaml."
        ),
    ),
    "silent": (
        "The file says nothing of where its numbers come from.",
        "Tệp không ghi nguồn của các giá trị.",
    ),
    "lever": ("lever", "biện pháp"),
    "does": ("what it does", "tác dụng"),
    "settings": ("settings, defaults with them", "thiết lập, kể cả mặc định"),
    "source": ("what it rests on", "căn cứ"),
    "from": ("from", "từ"),
}


class Basis(NamedTuple):
    """What an answer rests on, beside the runs."""

    facts: Sequence[tuple[str, str]]
    """Of the scenario or the record: a word, and what it is."""
    told: Sequence[str]
    """Paragraphs at the head of the scenario's file, as they stand."""
    marks: str
    levers: Grid | None
    notes: Sequence[str]
    """What was said before the runs, and what somebody should look at."""


def of_scenario(
    scenario: Scenario,
    name: str,
    span: tuple[date, date],
    levers: Iterable[Lever],
    notes: Sequence[str],
    lang: str,
) -> Basis:
    """That of a scenario by its name or file, run from the first day of the span until the second."""
    written = text_of(name)
    told, marks = _head(written), _marks(written)
    shipped = name == scenario.name
    counts = dict(zip(("assumed", "known", "seen"), (number(each, lang) for each in marks), strict=True))
    said = _say("marks", lang, name=name, **counts) if any(marks) else "" if told else _say("silent", lang)
    facts = [*_facts(scenario, span, lang), *([] if shipped else [(_say("file", lang), name)])]
    return Basis(facts, told, said, catalogue(levers, lang), notes)


def of_record(file: str, calendar: str, lang: str) -> Basis:
    """That of a record of real or simulated dossiers, read by a calendar."""
    facts = [(_say("record", lang), file), (_say("calendar", lang), calendar)]
    return Basis(facts, [], "", None, [])


def catalogue(levers: Iterable[Lever], lang: str) -> Grid | None:
    """Levers with all their settings, what they do and where they come from; None of none."""
    different = {text(lever): lever for lever in levers}
    rows = []
    for written, lever in different.items():
        kind = use_of(lever).kind
        settings = ", ".join(_settings(lever, lang)) or "-"
        rows.append((written, kind.words.of(lang), settings, kind.source.of(lang)))
    heads = [_say(name, lang) for name in ("lever", "does", "settings", "source")]
    return Grid(heads, rows) if rows else None


def _settings(lever: Lever, lang: str) -> Iterator[str]:
    for name, value in use_of(lever).values.items():
        yield f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}"
    if lever.on is not None:
        yield f"{_say('from', lang)} {day(lever.on, lang)}"


def _facts(scenario: Scenario, span: tuple[date, date], lang: str) -> Iterator[tuple[str, str]]:
    size = head(scenario)
    first, last = span[0], span[1] - timedelta(days=1)
    yield _say("title", lang), scenario.title
    yield _say("name", lang), scenario.name
    yield _say("period", lang), _say("span", lang, first=day(first, lang), last=day(last, lang))
    yield _say("warmup", lang), number(scenario.warmup_days, lang)
    for name in ("offices", "procedures", "dossiers"):
        yield _say(name, lang), number(size[name], lang)
    if scenario.levers:
        yield _say("own", lang), "; ".join(map(text, scenario.levers))


def _head(written: str) -> list[str]:
    """The paragraphs of the comment with which a file begins."""
    paragraphs: list[list[str]] = [[]]
    for line in written.splitlines():
        if not line.startswith("#"):
            break
        words = line.lstrip("#").strip()
        if not words or (paragraphs[-1] and paragraphs[-1][-1].endswith((".", ":"))):
            paragraphs.append([])
        if words and not words.startswith("yaml-language-server"):
            paragraphs[-1].append(words)
    return [" ".join(lines) for lines in paragraphs if lines]


def _marks(written: str) -> list[int]:
    """How many lines after the head are marked as assumed, as known, as seen."""
    body = written.splitlines()
    while body and body[0].startswith("#"):
        del body[0]
    comments = [found[1] for line in body if (found := _COMMENT.search(line))]
    return [sum(mark in comment for comment in comments) for mark in _MARKS]


def _say(name: str, lang: str, /, **words: object) -> str:
    return _WORDS[name][lang == "vi"].format(**words)
