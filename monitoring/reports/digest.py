"""The digest of a commune: one page an office, in words and numbers, beside the period before.

It counts and names no dossier, so that it may be handed on.
"""

from collections import Counter
from dataclasses import replace

from dossier.figures.indicators import rate
from dossier.figures.period import Course, previous
from dossier.figures.standing import DIMENSIONS, LATE, OVERDUE, SENT
from dossier.law.calendar import DAY
from dossier.life.state import due_at
from monitoring import numerals
from monitoring.reports import settling
from monitoring.reports.question import Answer, Question, Row, check, head, notes, silent, unknown
from monitoring.reports.table import Column, Section
from monitoring.reports.words import name
from monitoring.words import named

FORM = "digest"
COMMUNE = "commune"
AGES = {"days_3": 3.0, "days_10": 10.0, "older": float("inf")}
"""How long the overdue ones have been so, in days, a begun one counted: up to 3, up to 10, and longer."""
WORST = 3
"""So many procedures are named."""

_PLACE = {name: n for n, name in enumerate(DIMENSIONS)}


def answer(asked: Question) -> Answer:
    """A row for each commune, or for the one office asked for; ValueError if there is no such office."""
    before = replace(asked, period=previous(asked.period, asked.book.zone))
    # A period that the record tells only in part is nothing to compare with.
    then, now = _pages(before) if before.period.start >= asked.begun else {}, _pages(asked)
    levels = {course.cell[_PLACE[asked.by]]: course.cell[_PLACE["level"]] for course in asked.courses}
    communes = [name for name, level in levels.items() if level == COMMUNE]
    shown = [asked.office] if asked.office else sorted(communes or levels)
    if asked.office and asked.office not in now:
        raise ValueError(f"in the period {unknown(asked.office, now)}")
    rows = [{"office": name, **now[name], "before": then.get(name)} for name in shown]
    form = settling.tally(asked.courses, asked.by)
    sides = {
        name: (row["pending_overdue"] + row["late"],
               form[name]["pending_overdue"] + form[name]["resolved_late"])
        for name, row in ((row["office"], row) for row in rows)
    }  # fmt: skip
    return {
        **head(FORM, asked),
        "before": before.period.name,
        "rows": rows,
        "total": {},
        "checks": [check("late and overdue as in form II.06a", sides)],
        "notes": [*notes(asked), ["digest", {}]],
    }


def _pages(asked: Question) -> dict[str, Row]:
    """Each office's figures of the period."""
    groups: dict[str, list[Course]] = {}
    for course in asked.courses:
        groups.setdefault(course.cell[_PLACE[asked.by]], []).append(course)
    return {name: _page(found, asked) for name, found in groups.items()}


def _page(courses: list[Course], asked: Question) -> Row:
    form = settling.tally(courses, None)[""]
    received = form["received_online"] + form["received_direct_post"]
    punctual = form["resolved_early"] + form["resolved_on_time"]
    breached = [course for course in courses if course.mask & (LATE | OVERDUE)]
    sent = sum(bool(course.mask & SENT) for course in breached)
    paid = [c for c in courses if c.dossier.obliged_at is not None and asked.within(c.dossier.paid_at)]
    online = sum(course.dossier.paid_online for course in paid)
    return {
        "received": received,
        "received_online": form["received_online"],
        "online_share": rate(form["received_online"], received),
        "resolved": form["resolved_total"],
        "early": form["resolved_early"],
        "on_time": form["resolved_on_time"],
        "late": form["resolved_late"],
        "on_time_share": rate(punctual, form["resolved_total"]),
        "pending": form["pending_total"],
        "pending_overdue": form["pending_overdue"],
        **_ages(courses, asked.end),
        "letters_due": len(breached),
        "letters_sent": sent,
        "letters_owed": len(breached) - sent,
        "paid": len(paid),
        "paid_online": online,
        "paid_online_share": rate(online, len(paid)),
        "worst": _worst(courses),
    }


def _ages(courses: list[Course], end: float) -> dict[str, int]:
    ages: Counter[str] = Counter()
    for course in courses:
        due = due_at(course.dossier.promises, end)
        if course.mask & OVERDUE and due is not None:
            age = (end - due) / DAY
            ages[next(name for name, most in AGES.items() if age <= most)] += 1
    return {name: ages[name] for name in AGES}


def _worst(courses: list[Course]) -> list[Row]:
    """The procedures with most dossiers late or overdue."""
    late: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for course in courses:
        procedure = course.cell[_PLACE["procedure"]]
        every[procedure] += 1
        late[procedure] += bool(course.mask & (LATE | OVERDUE))
    ranked = sorted((name for name in late if late[name]), key=lambda name: (-late[name], name))
    return [{"procedure": p, "late": late[p], "dossiers": every[p]} for p in ranked[:WORST]]


FIGURES: dict[str, tuple[tuple[str, str], str]] = {
    "received": (("Received", "Tiếp nhận"), "count"),
    "online_share": (("of which online", "trong đó trực tuyến"), "share"),
    "resolved": (("Resolved", "Đã giải quyết"), "count"),
    "early": (("of which early", "trong đó trước hạn"), "count"),
    "late": (("of which late", "trong đó quá hạn"), "count"),
    "on_time_share": (("Early and on time, of the resolved", "Tỷ lệ trước và đúng hạn"), "share"),
    "pending": (("In process at the end", "Đang giải quyết cuối kỳ"), "count"),
    "pending_overdue": (("of which overdue", "trong đó quá hạn"), "count"),
    "letters_owed": (("Letters of apology owed", "Thư xin lỗi chưa gửi"), "count"),
    "paid_online_share": (("Paid online, of those that paid", "Thanh toán trực tuyến"), "share"),
}


OF_LETTERS = ("letters_sent", "letters_owed")
"""What is not measurable where the source tells of no letter."""


def sections(found: Answer, lang: str) -> list[Section]:
    """A page an office: what is to be said, its figures, its worst procedures."""
    out = []
    for told in found["rows"]:
        row = {**told, **(dict.fromkeys(OF_LETTERS) if silent(found) else {})}
        out.append(_figures(row, found, lang))
        if row["worst"]:
            out.append(_procedures(row, lang))
    return out


def _figures(row: Row, found: Answer, lang: str) -> Section:
    i = ("en", "vi").index(lang)
    unknown = {key: None for key in OF_LETTERS if row[key] is None}
    before = {**row["before"], **unknown} if row["before"] else {}
    columns = [
        Column("name", (("Figure", "Chỉ tiêu")[i],), "text"),
        Column("now", (name(found["period"]["name"], lang),), "own"),
        Column("was", (name(found["before"], lang),), "own"),
    ]
    rows = [
        {"name": names[i], "now": row[key], "was": before.get(key), "kind": kind}
        for key, (names, kind) in FIGURES.items()
    ]
    return Section(columns, rows, None, named(row["office"], lang), sentences(row, lang))


def _procedures(row: Row, lang: str) -> Section:
    i = ("en", "vi").index(lang)
    columns = [
        Column("procedure", (("Procedures with most late", "Thủ tục quá hạn nhiều nhất")[i],), "text"),
        Column("late", (("Late or overdue", "Quá hạn")[i],)),
        Column("dossiers", (("Of dossiers", "Trên số hồ sơ")[i],)),
    ]
    return Section(columns, row["worst"])


def sentences(row: Row, lang: str) -> list[str]:
    """What a head of office is told first."""
    i = ("en", "vi").index(lang)
    n = {key: numerals.count(value, lang) for key, value in row.items() if isinstance(value, int)}
    p = {key: numerals.percent(row[key], lang) for key in row if key.endswith("_share")}
    out = [_SAID["flow"][i].format(**n, **p) + _change(row, lang)]
    out.append(_SAID["overdue" if row["pending_overdue"] else "none_overdue"][i].format(**n))
    if row["letters_owed"] is None:
        return out
    if row["letters_owed"]:
        out.append(_SAID["owed"][i].format(**n))
    elif row["letters_due"]:
        out.append(_SAID["none_owed"][i].format(**n))
    return out


def _change(row: Row, lang: str) -> str:
    if not row["before"]:
        return ""
    more = row["received"] - row["before"]["received"]
    key = "same" if not more else "more" if more > 0 else "fewer"
    return _SAID[key][("en", "vi").index(lang)].format(numerals.count(abs(more), lang))


_SAID: dict[str, tuple[str, str]] = {
    "flow": (
        (
            "Received: {received}, {online_share} of them online. Resolved: {resolved}, "
            "{on_time_share} of them early or on time."
        ),
        (
            "Tiếp nhận {received} hồ sơ, trực tuyến {online_share}; đã giải quyết {resolved} hồ sơ, "
            "trước và đúng hạn {on_time_share}."
        ),
    ),
    "same": (" As many were received as in the period before.", " Số tiếp nhận bằng kỳ trước."),
    "more": (" Received {} more than in the period before.", " Số tiếp nhận tăng {} so với kỳ trước."),
    "fewer": (" Received {} fewer than in the period before.", " Số tiếp nhận giảm {} so với kỳ trước."),
    "overdue": (
        (
            "In process: {pending}, of them overdue: {pending_overdue} (up to 3 days: {days_3}; "
            "4 to 10 days: {days_10}; more than 10 days: {older})."
        ),
        (
            "Trong {pending} hồ sơ đang giải quyết có {pending_overdue} hồ sơ quá hạn (đến 3 ngày: {days_3}; "
            "từ 4 đến 10 ngày: {days_10}; trên 10 ngày: {older})."
        ),
    ),
    "none_overdue": (
        "In process: {pending}; none is overdue.",
        "{pending} hồ sơ đang giải quyết; không có hồ sơ quá hạn.",
    ),
    "owed": (
        "Letters of apology owed: {letters_owed}, late dossiers: {letters_due}.",
        "{letters_owed} trên {letters_due} hồ sơ quá hạn chưa có thư xin lỗi.",
    ),
    "none_owed": (
        "No letter of apology is owed; late dossiers: {letters_due}.",
        "Cả {letters_due} hồ sơ quá hạn đều đã có thư xin lỗi.",
    ),
}
