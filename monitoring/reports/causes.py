"""Causes of lateness by field, in the manner of form II.07a; the content of that form is not verified [M]."""

from collections import Counter
from typing import Any

from dossier.figures.indicators import rate
from dossier.figures.period import Course
from dossier.figures.standing import DIMENSIONS, LATE, OVERDUE
from monitoring.reports import settling
from monitoring.reports.question import Answer, Question, check, head, notes
from monitoring.reports.table import Column, Section, numbered
from monitoring.reports.words import said

FORM = "II.07a"
KINDS: dict[str, tuple[str, str]] = {
    "letter": ("reason of the letter of apology", "lý do nêu trong thư xin lỗi"),
    "step": ("step late at an agency", "cơ quan xử lý chậm ở một bước"),
    "handed": ("handed over between agencies, no step known to be late", "liên thông, không rõ bước chậm"),
    "not_stated": ("not stated", "không nêu"),
}  # fmt: skip
"""What tells the cause, the surest first."""


def answer(asked: Question) -> Answer:
    """Per field and cause: how many were late in the period, finished or not, and the share of the field."""
    late: Counter[tuple[str, str, str, str]] = Counter()
    place = DIMENSIONS.index(asked.by)
    for course in asked.courses:
        if course.mask & (LATE | OVERDUE):
            way = "resolved" if course.settled else "pending"
            late[(course.cell[place], *cause(course, asked.end), way)] += 1
    fields: Counter[str] = Counter()
    for (field, *_), n in late.items():
        fields[field] += n
    rows = [
        {"field": field, "kind": kind, "cause": why, "late": n, "resolved_late": done,
         "pending_overdue": n - done, "share": rate(n, fields[field])}
        for (field, kind, why), (n, done) in _ranked(late, fields)
    ]  # fmt: skip
    form = settling.tally(asked.courses, None).get("", dict.fromkeys(settling.COLUMNS, 0))
    total = {name: sum(row[name] for row in rows) for name in ("late", "resolved_late", "pending_overdue")}
    return {
        **head(FORM, asked),
        "rows": rows,
        "total": {**total, "share": rate(total["late"], total["late"])},
        "checks": [
            check(
                "late = 10 + 13 of form II.06a",
                {n: (total[n], form[n]) for n in ("resolved_late", "pending_overdue")},
            )
        ],
        "notes": [*notes(asked), ["causes", {}]],
    }


def _ranked(late: Counter[tuple[str, str, str, str]], fields: Counter[str]) -> list[tuple[Any, Any]]:
    """(field, kind, cause) to (late, of which finished): the field with most first, then its worst cause."""
    sums: dict[tuple[str, str, str], tuple[int, int]] = {}
    for (field, kind, why, way), n in late.items():
        whole, done = sums.get((field, kind, why), (0, 0))
        sums[field, kind, why] = whole + n, done + (n if way == "resolved" else 0)
    return sorted(sums.items(), key=lambda item: (-fields[item[0][0]], item[0][0], -item[1][0], item[0][1:]))


def cause(course: Course, before: float) -> tuple[str, str]:
    """What the data tell of why it was late, as of an instant: (one of `KINDS`, its words).

    The last letter that gives a reason, else the agency of the first step that was late.
    """
    dossier = course.dossier
    reasons = [letter.reason for letter in dossier.letters if letter.at < before and letter.reason]
    if reasons:
        return "letter", reasons[-1].strip()
    late = [step for step in dossier.steps if step.late and step.at < before]
    if late:
        return "step", late[0].agency
    if dossier.handed_at is not None and dossier.handed_at < before:
        return "handed", ""
    return "not_stated", ""


def sections(found: Answer, lang: str) -> list[Section]:
    """The one table; a field's causes stand together."""
    i = ("en", "vi").index(lang)
    late = ("Late in the period", "Số hồ sơ quá hạn trong kỳ")[i]
    group = ("Field", "Lĩnh vực") if found["by"] == "field" else settling.UNITS[found["by"]]
    columns = [
        Column("no", (("No.", "TT")[i],), "nth"),
        Column("field", (group[i],), "text"),
        Column("kind", (("Told by", "Căn cứ xác định")[i],), "text"),
        Column("cause", (("Cause", "Nguyên nhân quá hạn")[i],), "text"),
        Column("late", (late, ("Total", "Tổng số")[i])),
        Column("resolved_late", (late, ("Resolved", "Đã giải quyết")[i])),
        Column("pending_overdue", (late, ("In process", "Đang giải quyết")[i])),
        Column("share", (("Share of its group", "Tỷ lệ trong nhóm")[i],), "share"),
    ]  # fmt: skip
    rows = numbered(
        {
            **row,
            "field": said(row["field"], lang),
            "cause": said(row["cause"], lang) or None,
            "kind": KINDS[row["kind"]][i],
        }
        for row in found["rows"]
    )
    total = {"no": None, "field": ("Total", "Tổng số")[i], "kind": "", "cause": "", **found["total"]}
    return [Section(columns, rows, total)]
