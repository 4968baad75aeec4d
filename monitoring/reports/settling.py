"""Form II.06a/VPCP/KSTT: state and results of handling procedures, in 13 columns [V-code:S5c]."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from dossier.figures.indicators import measure
from dossier.figures.period import Course, judged, settled
from dossier.figures.standing import (
    DIMENSIONS,
    EARLY,
    FINISHED,
    LATE,
    ONLINE,
    OVERDUE,
    RECEIVED,
    WITH_DUE,
)
from dossier.life.state import Dossier
from monitoring.reports.question import Answer, Question, Row, check, head, notes
from monitoring.reports.table import Column, Kind, Section, numbered
from monitoring.reports.words import said

FORM = "II.06a"
COLUMNS = (
    "received_total", "received_online", "received_direct_post", "carried_over",
    "resolved_total", "resolved_early", "resolved_on_time", "resolved_late",
    "pending_total", "pending_in_time", "pending_overdue",
)  # fmt: skip
"""Columns 3 to 13."""
ASIDE = (
    "carried_resumed", "on_time_waiting", "on_time_no_result", "on_time_no_due", "in_time_no_due",
    "early_no_result",
)  # fmt: skip
"""Of which, outside the 13 columns: see the notes."""
SUMS = {
    "3 = 4 + 5 + 6": ("received_total", ("received_online", "received_direct_post", "carried_over")),
    "3 = 7 + 11": ("received_total", ("resolved_total", "pending_total")),
    "7 = 8 + 9 + 10": ("resolved_total", ("resolved_early", "resolved_on_time", "resolved_late")),
    "11 = 12 + 13": ("pending_total", ("pending_in_time", "pending_overdue")),
}
_ENDED_BARE = frozenset({"refused", "stopped", "withdrawn"})


def answer(asked: Question) -> Answer:
    """The form's rows by the dimension asked for, its total, and its checks."""
    found = tally(asked.courses, asked.by)
    total = tally(asked.courses, None).get("", _row(()))
    rows = [{"unit": name, **found[name]} for name in sorted(found)]
    return {
        **head(FORM, asked),
        "rows": rows,
        "total": total,
        "checks": [*sums({**found, "total": total}), added(found, total), carried(asked, total)],
        "notes": [*notes(asked), ["waiting", {"as": asked.waiting}], *_no_due(total)],
    }


def tally(courses: Iterable[Course], by: str | None) -> dict[str, Row]:
    """The columns by the values of a dimension; in all under "" with None."""
    place = None if by is None else DIMENSIONS.index(by)
    groups: dict[str, Counter[str]] = {}
    for course in courses:
        name = "" if place is None else course.cell[place]
        groups.setdefault(name, Counter()).update(marks(course))
    return {name: _row(sums.items()) for name, sums in groups.items()}


def marks(course: Course) -> list[str]:
    """The columns that one dossier counts in."""
    out = ["received_total"]
    if course.received:
        out.append("received_online" if course.mask & ONLINE else "received_direct_post")
    else:
        out += ["carried_over", "carried_resumed"] if course.resumed else ["carried_over"]
    return out + (_settled(course) if course.settled else _pending(course))


def _settled(course: Course) -> list[str]:
    """Column 7 and one of 8 to 10; what ended without a result is on time at best, not early [V-code:S5c]."""
    mask = course.mask
    if not mask & FINISHED:
        return ["resolved_total", "resolved_on_time", "on_time_waiting"]
    if mask & LATE:
        return ["resolved_total", "resolved_late"]
    if course.dossier.ended_by in _ENDED_BARE:
        early = ["early_no_result"] if mask & EARLY else []
        return ["resolved_total", "resolved_on_time", "on_time_no_result", *early]
    if mask & EARLY:
        return ["resolved_total", "resolved_early"]
    return ["resolved_total", "resolved_on_time", *([] if mask & WITH_DUE else ["on_time_no_due"])]


def _pending(course: Course) -> list[str]:
    if course.mask & OVERDUE:
        return ["pending_total", "pending_overdue"]
    return ["pending_total", "pending_in_time", *([] if course.mask & WITH_DUE else ["in_time_no_due"])]


def _row(sums: Iterable[tuple[str, int]]) -> Row:
    return {**dict.fromkeys((*COLUMNS, *ASIDE), 0), **dict(sums)}


def sums(rows: dict[str, Row]) -> list[dict[str, Any]]:
    """The form's own checks, in every row."""
    return [
        check(name, {row: (n[whole], sum(n[part] for part in parts)) for row, n in rows.items()})
        for name, (whole, parts) in SUMS.items()
    ]


def added(rows: dict[str, Row], total: Row) -> dict[str, Any]:
    """The rows add up to the total, which was counted by itself."""
    sides = {name: (sum(row[name] for row in rows.values()), total[name]) for name in COLUMNS}
    return check("rows = total", sides)


def carried(asked: Question, total: Row) -> dict[str, Any]:
    """Column 6 is what was pending at the start, counted as of then, and what has come back since."""
    start, end = asked.period.start, asked.end
    gone = [d for d in asked.dossiers if d.retracted_at is not None and start <= d.retracted_at < end]
    then = _pending_at_start(asked, asked.dossiers) - _pending_at_start(asked, gone)
    return check(
        "6 = pending at the start, not retracted since, + resumed",
        {"total": (total["carried_over"], then + total["carried_resumed"])},
    )


def _pending_at_start(asked: Question, dossiers: Iterable[Dossier]) -> int:
    span = asked.span
    return sum(
        many
        for masks in measure(dossiers, span.start, asked.book).values()
        for mask, many in masks.items()
        if mask & RECEIVED and not settled(judged(mask, span.due), span.waiting)
    )


def _no_due(total: Row) -> list[list[Any]]:
    n = total["on_time_no_due"] + total["in_time_no_due"]
    return [["no_due", {"n": n}]] if n else []


def columns(by: str, lang: str) -> list[Column]:
    """The form's heading; the words of the print of a provincial system [V-code:S5c]."""
    i = ("en", "vi").index(lang)
    return [
        *(
            Column(key, tuple(pair[i] for pair in path), _KINDS.get(key, "count"), number)
            for key, path, number in (("no", (("No.", "TT"),), "1"), ("unit", (UNITS[by],), "2"), *_OFFICIAL)
        ),
        *(Column(key, (_NOTE[i], words[i]), aside=True) for key, words in _ASIDE.items()),
    ]


def sections(found: Answer, lang: str) -> list[Section]:
    """The form's one table."""
    rows = numbered({**row, "unit": said(row["unit"], lang)} for row in found["rows"])
    total = {"no": None, "unit": ("Total", "Tổng số")[lang == "vi"], **found["total"]}
    return [Section(columns(found["by"], lang), rows, total)]


_KINDS: dict[str, Kind] = {"no": "nth", "unit": "text"}
UNITS: dict[str, tuple[str, str]] = {
    "office": ("Unit", "Đơn vị"),
    "unit": ("Unit", "Đơn vị"),
    "agency": ("Agency", "Cơ quan giải quyết"),
    "field": ("Field, by level", "Lĩnh vực, công việc giải quyết theo cấp"),
    "procedure": ("Procedure", "Thủ tục hành chính"),
    "level": ("Level", "Cấp"),
    "channel": ("Channel", "Kênh tiếp nhận"),
}
_RECEIVED = ("Received", "Tiếp nhận")
_RESOLVED = ("Dossiers resolved", "Số lượng hồ sơ đã giải quyết")
_PENDING = ("Dossiers in process", "Số lượng hồ sơ đang giải quyết")
_TOTAL = ("Total", "Tổng số")
_IN_PERIOD = ("Of which", "Trong đó")
_OFFICIAL: tuple[tuple[str, tuple[tuple[str, str], ...], str], ...] = (
    ("received_total", (_RECEIVED, _TOTAL), "3 = 4 + 5 + 6"),
    ("received_online", (_RECEIVED, _IN_PERIOD, ("Online", "Trực tuyến")), "4"),
    (
        "received_direct_post",
        (_RECEIVED, _IN_PERIOD, ("In person, by post", "Trực tiếp, dịch vụ bưu chính")),
        "5",
    ),
    ("carried_over", (_RECEIVED, ("From the period before", "Từ kỳ trước")), "6"),
    ("resolved_total", (_RESOLVED, _TOTAL), "7 = 8 + 9 + 10"),
    ("resolved_early", (_RESOLVED, ("Early", "Trước hạn")), "8"),
    (
        "resolved_on_time",
        (
            _RESOLVED,
            (
                "On time (with those waiting for papers, returned, withdrawn)",
                "Đúng hạn (Bao gồm cả hồ sơ chờ Bổ sung và Trả lại / Xin rút)",
            ),
        ),
        "9",
    ),
    ("resolved_late", (_RESOLVED, ("Late", "Quá hạn")), "10"),
    ("pending_total", (_PENDING, _TOTAL), "11 = 12 + 13"),
    ("pending_in_time", (_PENDING, ("In time", "Trong hạn")), "12"),
    ("pending_overdue", (_PENDING, ("Overdue", "Quá hạn")), "13"),
)
_NOTE = ("Of which (outside the form)", "Trong đó (ngoài biểu)")
_ASIDE: dict[str, tuple[str, str]] = {
    "carried_resumed": ("of 6: had waited for papers", "của (6): tiếp tục sau khi chờ bổ sung"),
    "on_time_waiting": ("of 9: waiting for papers", "của (9): chờ bổ sung"),
    "on_time_no_result": ("of 9: ended without a result", "của (9): từ chối, dừng, rút"),
    "on_time_no_due": ("of 9: no due date", "của (9): không có ngày hẹn trả"),
    "in_time_no_due": ("of 12: no due date", "của (12): không có ngày hẹn trả"),
}
