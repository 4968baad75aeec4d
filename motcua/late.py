"""Where late dossiers lose their time, in words and tables."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from motcua.charts import Strip, bars
from motcua.explained import decimals
from motcua.show import Grid, number, percent

if TYPE_CHECKING:
    from motcua.pages import Told

MOST = 15
"""Rows of a table."""

PARTS: Mapping[str, tuple[str, str]] = {
    "wait": ("waiting for an official", "chờ cán bộ"),
    "work": ("work", "xử lý"),
    "hand_over": ("hand-over", "luân chuyển"),
    "citizen": ("with the citizen", "chờ công dân"),
    "untold": ("the record does not say", "hồ sơ không ghi"),
    "closed": ("nights, days off", "ngoài giờ, ngày nghỉ"),
}

_WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("Where late dossiers lose their time", "Hồ sơ trễ hạn mất thời gian ở đâu"),
    "asked": (
        "{source}: where do late dossiers lose their time, by part, step and agency?",
        "{source}: hồ sơ trễ hạn mất thời gian ở phần nào, bước nào, cơ quan nào?",
    ),
    "most": (
        "Most of it: {part} at the step {step} ({agency}), {share} of all lateness.",
        "Nhiều nhất: {part}, ở bước {step} ({agency}), {share} tổng số ngày trễ.",
    ),
    "head": (
        "{source}: {late} late dossiers, {days} days late on average",
        "{source}: {late} hồ sơ trễ hạn, trung bình trễ {days} ngày",
    ),
    "none": ("{source}: no dossier is late", "{source}: không có hồ sơ trễ hạn"),
    "part": ("part", "phần"),
    "step": ("step", "bước"),
    "agency": ("agency", "cơ quan"),
    "share": ("share of lateness", "phần của số ngày trễ"),
    "days_late": ("days late", "số ngày trễ"),
    "share_of_time": ("share of the time", "phần của thời gian"),
    "causes": ("The largest causes", "Nguyên nhân lớn nhất"),
    "method": (
        (
            "Each dossier's lateness is shared out by how much longer each part took than the median of its "
            "procedure's dossiers on time; docs/explain.md."
        ),
        (
            "Số ngày trễ của mỗi hồ sơ được chia theo phần vượt trung vị của hồ sơ đúng hạn "
            "cùng thủ tục; xem "
            "docs/explain.md."
        ),
    ),
}


def shown(told: Mapping[str, Any], lang: str) -> str:
    """The answer as text."""
    if not told["late"]:
        return _head(told, lang)
    tables = [grid.text for grid in _grids(told, lang)]
    return "\n\n".join([_head(told, lang), *tables, _word("method", lang)])


def told(found: Mapping[str, Any], lang: str) -> "Told":
    """The answer for a page."""
    from motcua.pages import Chart, Told

    question = _word("asked", lang).format(source=_source(found))
    verdicts, charts = [_head(found, lang)], []
    if found["late"]:
        first = found["causes"][0]
        causes = {name: _named(name, first[name], lang) for name in ("step", "agency", "part")}
        verdicts.append(_word("most", lang).format(share=percent(first["share"], lang), **causes))
    for name in ("part", "step") if found["late"] else ():
        rows = [(_named(name, row[name], lang), row["share"]) for row in found[f"by_{name}"][:MOST]]
        strips = [Strip(text, share, percent(share, lang)) for text, share in rows]
        title = f"{_word('share', lang)}, {_word(name, lang)}"
        charts.append(Chart(title, bars(strips, _word("share", lang), True, None, lang)))
    grids = _grids(found, lang) if found["late"] else []
    return Told(_word("title", lang), question, verdicts, charts, grids, [_word("method", lang)])


def _source(told: Mapping[str, Any]) -> str:
    return str(told["source"]) + (f" / {told['office']}" if told["office"] else "")


def _head(told: Mapping[str, Any], lang: str) -> str:
    if not told["late"]:
        return _word("none", lang).format(source=_source(told))
    return _word("head", lang).format(
        source=_source(told),
        late=number(told["late"], lang),
        days=decimals(told["mean_days_late"], lang),
    )


def _grids(told: Mapping[str, Any], lang: str) -> list[Grid]:
    tables = [_table(told[f"by_{name}"], (name,), lang) for name in ("part", "step", "agency")]
    causes = _table(told["causes"], ("step", "agency", "part"), lang)
    return [*tables, causes._replace(title=_word("causes", lang))]


def _table(rows: Any, names: tuple[str, ...], lang: str) -> Grid:
    heads = [_word(name, lang) for name in (*names, "share", "days_late", "share_of_time")]
    return Grid(
        heads,
        [
            (
                *(_named(name, row[name], lang) for name in names),
                percent(row["share"], lang),
                decimals(row["days_late"], lang),
                percent(row["share_of_time"], lang),
            )
            for row in rows[:MOST]
        ],
    )


def _named(name: str, value: str, lang: str) -> str:
    return PARTS[value][lang == "vi"] if name == "part" else value


def _word(name: str, lang: str) -> str:
    return _WORDS[name][lang == "vi"]
