"""The consolidated report of Hà Nội's offices, with the headings of its exports [V:S6].

Its columns' exact rules are not published; ours are those of form II.06a, so that the two agree [I].
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from dossier.figures.period import Course
from dossier.figures.standing import (
    ANSWERED_LATE,
    DIMENSIONS,
    FULL,
    LATE,
    NON_TERRITORIAL,
    ONLINE,
    OVERDUE,
    PARTIAL,
    POST_OFFICE,
    SENT,
    UNANSWERED,
    Cell,
    cell,
    standing,
)
from dossier.life.state import Dossier
from monitoring.reports import settling
from monitoring.reports.question import Answer, Question, Row, check, head, notes, silent
from monitoring.reports.table import Column, Section, numbered
from monitoring.reports.words import said

FORM = "consolidated"
POST = frozenset({"post", "postal", "public_post", "3", "bưu chính", "bưu chính công ích", "bcci"})
"""A source's words for the public post (`domain` 1.3: channel 3)."""

_R, _D, _P = (
    ("Dossiers received", "Số hồ sơ tiếp nhận"),
    ("Dossiers resolved", "Số hồ sơ đã giải quyết"),
    ("Dossiers in process", "Số hồ sơ đang giải quyết"),
)
_M = ("Payment of dossiers", "Thanh toán hồ sơ")
_W = ("Online dossiers waiting for acceptance", "Hồ sơ TT chờ tiếp nhận")
_SENT = ("Late (letter of apology sent)", "Quá hạn (đã có thư xin lỗi)")
_OWED = ("Late (no letter of apology yet)", "Quá hạn (chưa có thư xin lỗi)")
_BOTH = ("Late (both)", "Quá hạn (gộp)")
_ALL = ("Total", "Tổng số")
HEADINGS: dict[str, tuple[tuple[str, str], ...]] = {
    "received_total": (_R, _ALL),
    "received_direct": (_R, ("In person", "Tiếp nhận trực tiếp")),
    "received_online_full": (_R, ("Online, full process", "Tiếp nhận trực tuyến toàn trình")),
    "received_online_partial": (_R, ("Online, partial", "Tiếp nhận trực tuyến một phần")),
    "received_online_other": (_R, ("Online, other", "Tiếp nhận trực tuyến hình thức khác")),
    "received_non_territorial": (_R, ("Of which non-territorial", "Tiếp nhận phi địa giới")),
    "carried_over": (_R, ("From the period before", "Kỳ trước chuyển qua")),
    "received_post": (_R, ("By post", "Bưu chính / BCCI")),
    "resolved_total": (_D, _ALL),
    "resolved_in_time": (_D, ("On time and early", "Đúng và trước hạn")),
    "resolved_late_letter": (_D, _SENT),
    "resolved_late_no_letter": (_D, _OWED),
    "resolved_late": (_D, _BOTH),
    "pending_total": (_P, _ALL),
    "pending_in_time": (_P, ("Not yet due", "Chưa đến hạn")),
    "pending_late_letter": (_P, _SENT),
    "pending_late_no_letter": (_P, _OWED),
    "pending_overdue": (_P, _BOTH),
    "paid_total": (_M, _ALL),
    "paid_online": (_M, ("Online", "Trực tuyến")),
    "paid_direct": (_M, ("Directly", "Trực tiếp")),
    "stopped": (("Dossiers stopped", "Hồ sơ dừng xử lý"),),
    "waiting_acceptance_in_time": (_W, ("In time", "Đúng hạn")),
    "waiting_acceptance_late": (_W, ("Late", "Quá hạn")),
    "waiting_acceptance": (_W, _ALL),
    "not_accepted": (("Dossiers not accepted", "Hồ sơ không được tiếp nhận"),),
    "withdrawn": (("Dossiers withdrawn", "Hồ sơ rút"),),
}
"""Key of a column to its heading, English and Vietnamese."""

OF_LETTERS = tuple(name for name, path in HEADINGS.items() if path[-1] in {_SENT, _OWED})
"""What is not measurable where the source tells of no letter."""

SUMS = {
    "received = in person + online + post + carried over": (
        "received_total",
        ("received_direct", "received_online_full", "received_online_partial", "received_online_other",
         "received_post", "carried_over"),
    ),
    "received = resolved + in process": ("received_total", ("resolved_total", "pending_total")),
    "resolved = in time + late": ("resolved_total", ("resolved_in_time", "resolved_late")),
    "late = with letter + without": (
        "resolved_late", ("resolved_late_letter", "resolved_late_no_letter")),
    "in process = not yet due + overdue": ("pending_total", ("pending_in_time", "pending_overdue")),
    "overdue = with letter + without": (
        "pending_overdue", ("pending_late_letter", "pending_late_no_letter")),
    "paid = online + directly": ("paid_total", ("paid_online", "paid_direct")),
    "waiting for acceptance = in time + late": (
        "waiting_acceptance", ("waiting_acceptance_in_time", "waiting_acceptance_late")),
}  # fmt: skip


def answer(asked: Question) -> Answer:
    """The report's rows by the dimension asked for, its total, and its checks."""
    place = DIMENSIONS.index(asked.by)
    groups: dict[str, Counter[str]] = {}
    total: Counter[str] = Counter()
    for where, keys in _marked(asked):
        total.update(keys)
        groups.setdefault(where[place], Counter()).update(keys)
    found = {name: _row(groups[name]) for name in sorted(groups)}
    whole = _row(total)
    return {
        **head(FORM, asked),
        "rows": [{"unit": name, **row} for name, row in found.items()],
        "total": whole,
        "checks": [*_sums({**found, "total": whole}), _added(found, whole), _as_official(asked, whole)],
        "notes": [*notes(asked), ["waiting", {"as": asked.waiting}], ["consolidated", {}]],
    }


def _marked(asked: Question) -> Iterator[tuple[Cell, list[str]]]:
    for course in asked.courses:
        yield course.cell, _marks(course, asked)
    for dossier in asked.dossiers:
        keys = [*_paid(dossier, asked), *_before(dossier, asked)]
        if keys:
            yield cell(dossier, asked.end), keys


def _marks(course: Course, asked: Question) -> list[str]:
    """What one dossier counts for among the received, resolved and pending ones."""
    mask, dossier = course.mask, course.dossier
    out = ["received_total", _way(course) if course.received else "carried_over"]
    if course.received and mask & NON_TERRITORIAL:
        out.append("received_non_territorial")
    if course.settled:
        out += _late("resolved", "resolved_late", mask) if mask & LATE else ["resolved_in_time"]
        out.append("resolved_total")
    else:
        out += _late("pending", "pending_overdue", mask) if mask & OVERDUE else ["pending_in_time"]
        out.append("pending_total")
    if asked.within(dossier.finished_at):
        ended = {"stopped": "stopped", "refused": "stopped", "withdrawn": "withdrawn"}.get(dossier.ended_by)
        out += [ended] if ended else []
    return out


def _late(prefix: str, both: str, mask: int) -> list[str]:
    return [both, f"{prefix}_late_letter" if mask & SENT else f"{prefix}_late_no_letter"]


def _way(course: Course) -> str:
    """By which of its ways a dossier came in."""
    mask, channel = course.mask, course.cell[DIMENSIONS.index("channel")]
    if mask & ONLINE:
        part = {FULL: "full", PARTIAL: "partial"}.get(mask & (FULL | PARTIAL), "other")
        return f"received_online_{part}"
    return "received_post" if mask & POST_OFFICE or channel.lower() in POST else "received_direct"


def _paid(dossier: Dossier, asked: Question) -> list[str]:
    """Whose financial obligation was met in the period."""
    if dossier.obliged_at is None or not asked.within(dossier.paid_at) or _retracted(dossier, asked):
        return []
    accepted = dossier.accepted_at
    if accepted is None or accepted >= asked.end:
        return []
    return ["paid_total", "paid_online" if dossier.paid_online else "paid_direct"]


def _before(dossier: Dossier, asked: Question) -> list[str]:
    """Online filings that wait for acceptance at the end, or were turned away in the period."""
    if _retracted(dossier, asked):
        return []
    if asked.within(dossier.not_accepted_at):
        return ["not_accepted"]
    accepted = dossier.accepted_at
    if dossier.submitted_at is None or (accepted is not None and accepted < asked.end):
        return []
    mask = standing(dossier, asked.end, asked.book.of(dossier.office))
    if not mask & UNANSWERED:
        return []
    late = "waiting_acceptance_late" if mask & ANSWERED_LATE else "waiting_acceptance_in_time"
    return ["waiting_acceptance", late]


def _retracted(dossier: Dossier, asked: Question) -> bool:
    return dossier.retracted_at is not None and dossier.retracted_at < asked.end


def _row(sums: Counter[str]) -> Row:
    return {name: sums[name] for name in HEADINGS}


def _sums(rows: dict[str, Row]) -> list[dict[str, Any]]:
    return [
        check(name, {row: (n[whole], sum(n[part] for part in parts)) for row, n in rows.items()})
        for name, (whole, parts) in SUMS.items()
    ]


def _added(rows: dict[str, Row], total: Row) -> dict[str, Any]:
    return check("rows = total", {n: (sum(row[n] for row in rows.values()), total[n]) for n in HEADINGS})


def _as_official(asked: Question, total: Row) -> dict[str, Any]:
    """What it has in common with form II.06a."""
    form = settling.tally(asked.courses, None).get("", dict.fromkeys(settling.COLUMNS, 0))
    names = ("received_total", "carried_over", "resolved_total", "resolved_late", "pending_total",
             "pending_in_time", "pending_overdue")  # fmt: skip
    return check("as form II.06a", {name: (total[name], form[name]) for name in names})


def sections(found: Answer, lang: str) -> list[Section]:
    """The report's one table."""
    i = ("en", "vi").index(lang)
    unit = (("Unit that resolves", "Đơn vị giải quyết TTHC") if found["by"] in {"office", "unit"}
            else settling.UNITS[found["by"]])  # fmt: skip
    columns = [Column("no", (("No.", "STT")[i],), "nth"), Column("unit", (unit[i],), "text")]
    columns += [Column(key, tuple(pair[i] for pair in path)) for key, path in HEADINGS.items()]
    unknown = dict.fromkeys(OF_LETTERS) if silent(found) else {}
    rows = numbered({**row, **unknown, "unit": said(row["unit"], lang)} for row in found["rows"])
    total = {"no": None, "unit": ("Total", "Tổng cộng")[i], **found["total"], **unknown}
    return [Section(columns, rows, total)]
