"""The register of letters of apology: one row a dossier that is late or has a letter (`domain` 1.7).

It names dossiers: it is the office's own paper, and is never served to whom we do not know.
"""

from collections.abc import Iterable
from typing import Any

from dossier.figures.indicators import rate
from dossier.figures.period import Course, judged
from dossier.figures.standing import LATE, ON_TIME, OVERDUE, RENEWED, standing
from dossier.life.state import Dossier, due_at
from monitoring.reports import settling
from monitoring.reports.question import Answer, Question, Row, check, head, notes, silent
from monitoring.reports.table import Column, Section, numbered
from monitoring.reports.words import said
from monitoring.words import named

FORM = "apologies"


def answer(asked: Question) -> Answer:
    """A row for each dossier late in the period or written to in it, and the measures of `domain` 1.7."""
    rows = []
    for course in asked.courses:
        letters = [letter for letter in course.dossier.letters if letter.at < asked.end]
        if course.mask & (LATE | OVERDUE) or any(asked.within(letter.at) for letter in letters):
            rows.append(_row(course, asked))
    rows.sort(key=lambda row: (row["office"], row["accepted"] or "", row["dossier_id"]))
    total = _measures(rows)
    form = settling.tally(asked.courses, None).get("", {})
    official = form.get("resolved_late", 0) + form.get("pending_overdue", 0)
    return {
        **head(FORM, asked),
        "rows": rows,
        "total": total,
        "checks": [
            check("late = 10 + 13 of form II.06a", {"total": (total["late"], official)}),
        ],
        "notes": [*notes(asked), ["register", {}]],
    }


def _row(course: Course, asked: Question) -> Row:
    dossier, end = course.dossier, asked.end
    letters = [letter for letter in dossier.letters if letter.at < end]
    first = letters[0] if letters else None
    finished = dossier.finished_at
    return {
        "dossier_id": dossier.dossier_id,
        "procedure": dossier.procedure,
        "office": dossier.office,
        "accepted": asked.told(dossier.accepted_at),
        "due": asked.told(due_at(dossier.promises, end)),
        "late": bool(course.mask & (LATE | OVERDUE)),
        "letters": len(letters),
        "letter": asked.told(first.at if first else None),
        "in_time": None if first is None else any(letter.in_time for letter in letters),
        "renewed": asked.told(next((x.due for x in reversed(letters) if x.due is not None), None)),
        "reason": next((x.reason for x in reversed(letters) if x.reason), None),
        "kept": _kept(dossier, asked),
        "finished": asked.told(finished if finished is not None and finished < end else None),
    }


def _kept(dossier: Dossier, asked: Question) -> bool | None:
    """Whether the new date was kept; None where there is none, or it has not come yet."""
    mask = standing(dossier, asked.end, asked.book.of(dossier.office))
    if not mask & RENEWED:
        return None
    current = judged(mask, "current")
    if current & ON_TIME:
        return True
    return False if current & (LATE | OVERDUE) else None


def _measures(rows: Iterable[Row]) -> dict[str, Any]:
    rows = list(rows)
    late = [row for row in rows if row["late"]]
    lettered = [row for row in late if row["letters"]]
    judged_rows = [row for row in rows if row["kept"] is not None]
    kept = sum(row["kept"] for row in judged_rows)
    in_time = sum(bool(row["in_time"]) for row in lettered)
    return {
        "late": len(late),
        "late_lettered": len(lettered),
        "owed": sum(not row["letters"] for row in late),
        "coverage": rate(len(lettered), len(late)),
        "in_time": in_time,
        "timeliness": rate(in_time, len(late)),
        "judged": len(judged_rows),
        "kept": kept,
        "kept_rate": rate(kept, len(judged_rows)),
        "repeated": sum(row["letters"] > 1 for row in rows),
        "false": sum(row["finished"] is not None and not row["late"] for row in rows),
    }


MEASURES: dict[str, tuple[tuple[str, str], str]] = {
    "late": (("Late dossiers", "Hồ sơ quá hạn"), "count"),
    "late_lettered": (("of which with a letter", "trong đó đã có thư xin lỗi"), "count"),
    "owed": (("of which without", "trong đó chưa có thư xin lỗi"), "count"),
    "coverage": (("Coverage: late dossiers with a letter", "Tỷ lệ hồ sơ quá hạn có thư xin lỗi"), "share"),
    "in_time": (("Letters that left in time", "Thư xin lỗi gửi kịp thời"), "count"),
    "timeliness": (("Timeliness: of the late dossiers", "Tỷ lệ gửi kịp thời trên số quá hạn"), "share"),
    "judged": (("New dates that can be judged", "Ngày hẹn lại đã đến hạn hoặc đã xong"), "count"),
    "kept": (("of which kept", "trong đó giữ đúng hẹn"), "count"),
    "kept_rate": (("New dates kept", "Tỷ lệ giữ đúng ngày hẹn lại"), "share"),
    "repeated": (("Dossiers with more than one letter", "Hồ sơ có trên một thư xin lỗi"), "count"),
    "false": (("Letters on dossiers that ended on time", "Thư xin lỗi cho hồ sơ xong đúng hạn"), "count"),
}

OF_LETTERS = tuple(name for name in MEASURES if name != "late")
"""What is not measurable where the source tells of no letter."""

_COLUMNS: tuple[tuple[str, str, str, Any], ...] = (
    ("no", "No.", "TT", "nth"),
    ("dossier_id", "Dossier", "Mã hồ sơ", "text"),
    ("procedure", "Procedure", "Thủ tục", "text"),
    ("office", "Office", "Đơn vị tiếp nhận", "text"),
    ("accepted", "Accepted", "Ngày tiếp nhận", "instant"),
    ("due", "First due", "Ngày hẹn trả", "instant"),
    ("late", "Late", "Quá hạn", "yes"),
    ("letters", "Letters", "Số thư", "count"),
    ("letter", "Letter sent", "Ngày ban hành thư", "instant"),
    ("in_time", "In time", "Kịp thời", "yes"),
    ("renewed", "New date", "Ngày hẹn lại", "instant"),
    ("reason", "Reason", "Lý do", "text"),
    ("kept", "New date kept", "Giữ đúng hẹn lại", "yes"),
    ("finished", "Finished", "Ngày giải quyết xong", "instant"),
)


def sections(found: Answer, lang: str) -> list[Section]:
    """The register, and the measures."""
    i = ("en", "vi").index(lang)
    columns = [Column(key, (pair[i],), kind) for key, *pair, kind in _COLUMNS]
    unknown: dict[str, Any] = {"letters": None} if silent(found) else {}
    rows = numbered(
        {
            **row,
            **unknown,
            "office": named(row["office"], lang),
            "reason": said(row["reason"] or "", lang) or None,
        }
        for row in found["rows"]
    )
    total = {**found["total"], **(dict.fromkeys(OF_LETTERS) if silent(found) else {})}
    return [Section(columns, rows), measures(total, lang)]


def measures(total: dict[str, Any], lang: str) -> Section:
    """The summary, one measure a row, each written in its own kind."""
    i = ("en", "vi").index(lang)
    columns = [
        Column("name", (("Measure", "Chỉ tiêu")[i],), "text"),
        Column("value", (("Value", "Giá trị")[i],), "own"),
    ]
    rows = [{"name": names[i], "value": total[key], "kind": kind} for key, (names, kind) in MEASURES.items()]
    return Section(columns, rows, None, ("Summary", "Tổng hợp")[i])
