"""Where late dossiers lose their time, in words and tables."""

from collections.abc import Mapping
from typing import Any

from motcua.explained import decimals
from motcua.show import number, percent, table

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
    source = told["source"] + (f" / {told['office']}" if told["office"] else "")
    if not told["late"]:
        return _word("none", lang).format(source=source)
    head = _word("head", lang).format(
        source=source,
        late=number(told["late"], lang),
        days=decimals(told["mean_days_late"], lang),
    )
    tables = [_table(told[f"by_{name}"], (name,), lang) for name in ("part", "step", "agency")]
    causes = _table(told["causes"], ("step", "agency", "part"), lang)
    return "\n\n".join([head, *tables, f"{_word('causes', lang)}\n{causes}", _word("method", lang)])


def _table(rows: Any, names: tuple[str, ...], lang: str) -> str:
    heads = [_word(name, lang) for name in (*names, "share", "days_late", "share_of_time")]
    return table(
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
