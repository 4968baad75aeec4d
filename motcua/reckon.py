"""What `motcua due` reckons with (calendar, rule sets, limit), and how it tells one due date."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dossier.law.appointment import extended
from dossier.law.calendar import Book, WorkingCalendar, vietnam
from dossier.law.catalogue import Found, Way
from dossier.law.chain import chained
from dossier.law.deadline import WORDS, Due, Limit, Step, parse_limit, say
from dossier.law.deadline import due as reckoned
from dossier.law.decision import Own, named, over, parse
from dossier.law.rules import BASES, Rules, Source, written
from motcua.calendars import load as calendars
from motcua.files import BadInput
from motcua.mappings import read as mapping
from motcua.procedures import load as procedures
from motcua.show import table

VI: Mapping[str, str] = {
    "rule-set": "bộ quy tắc {id}: {law}",
    "unknown": "chưa biết ngày lễ năm {year}: chỉ trừ cuối tuần và các ngày ghi riêng",
    "received": "tiếp nhận",
    "opening": "ngoài giờ làm việc, tính từ lúc mở cửa kế tiếp",
    "none": "thủ tục không có thời hạn; thời gian bắt đầu tính",
    "same-day": "trong ngày, tiếp nhận trước {cutoff}",
    "same-day-late": "sau {cutoff}: hết giờ làm việc ngày làm việc kế tiếp",
    "same-day-any": "trong ngày, bất kể giờ tiếp nhận",
    "letter": "văn bản xin lỗi đề nghị gia hạn thêm {limit}, tính từ hạn cũ",
    "wh": "cộng {count:g} giờ làm việc",
    "wd": "cộng {count:g} ngày làm việc, kể từ ngày kế tiếp",
    "wd-fraction": "cộng {count:g} ngày làm việc, tức {hours:g} giờ làm việc",
    "wd-first": "cộng {count:g} ngày làm việc, tính cả ngày đầu",
    "wd-then": "cộng thêm {count:g} ngày làm việc",
    "d": "cộng {count:g} ngày",
    "d-skip": "cộng {count:g} ngày, không tính ngày nghỉ từ thứ Hai đến thứ Sáu",
    "m": "cộng {count:g} tháng",
    "moved": "{off} là ngày nghỉ, chuyển sang ngày làm việc kế tiếp",
    "hours": "đưa vào giờ làm việc của ngày đó",
    # What only the command says.
    "limit": "thời hạn {limit}",
    "part": "phần {name}, {agency}: từ {start} đến {until}",
    "budget": "định mức các bước, {name} ({source})",
    "due": "hạn trả",
    "no-due": "không có hạn",
    "asked": "quy tắc đã dùng",
    "others": "quy tắc khác của bộ này",
}
EN: Mapping[str, str] = {
    **WORDS,
    "limit": "limit {limit}",
    "part": "part {name}, {agency}: {start} to {until}",
    "budget": "budgets of the steps, {name} ({source})",
    "due": "due",
    "no-due": "none",
    "asked": "rules used",
    "others": "other rules of the set",
}
LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": EN, "vi": VI}


@dataclass(frozen=True)
class Question:
    """What every dossier of one call is reckoned with; a limit, a procedure, or neither for all."""

    book: Book
    sets: tuple[Rules, ...]
    limit: Limit | None
    procedure: str
    way: Way
    office: str = ""
    extend: Limit | None = None

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "Question":
        """The question of a command line; BadInput where it does not hold together."""
        if options["limit"] is not None and options["procedure"] not in {None, "list"}:
            raise BadInput("--limit or --procedure: a procedure brings its own limit")
        if options["calendar"] is not None and options["saturday"]:
            raise BadInput("--saturday belongs to Vietnam's calendar; --calendar brings its own hours")
        name = options["calendar"]
        book: Book = vietnam(options["saturday"]) if name is None else calendars(name)
        return cls(
            book,
            _sets(options["rules"], options["changes"], tuple(book.of("").sets)),
            None if options["limit"] is None else parse_limit(options["limit"]),
            options["procedure"] or "",
            Way(options["channel"], options["case"], options["remote"]),
            options["office"],
            None if options["extend"] is None else parse_limit(options["extend"]),
        )

    def found(self, day: date, name: str, way: Way) -> Found:
        """The catalogue's limit of a procedure on a day."""
        return procedures().limit_of(name, day, way, self.sets)


def one(question: Question, received: datetime | None, explain: bool, form: str, lang: str) -> str:
    """One due date: as an instant, explained, or as JSON."""
    if received is None:
        raise BadInput("say when the dossier was received with --received, or name a --table")
    calendar = question.book.of(question.office)
    at = received.timestamp()
    found, limit = None, question.limit
    if question.procedure:
        found = question.found(calendar.local(at).date(), question.procedure, question.way)
        limit = found.limit
    elif question.way != Way():
        raise BadInput("--channel, --case and --remote choose a procedure's limit: give --procedure")
    if limit is None:
        raise BadInput("say how long it may take: --limit 3wd, or --procedure NAME")
    answer = reckoned(at, limit, calendar, question.sets)
    if found is not None and found.remote.startswith("remote_extra"):
        answer = replace(answer, used=(*answer.used, "remote_extra"))
    if question.extend is not None:
        answer = _extended(answer, question, calendar)
    if form == "json":
        return _json(answer, limit, found, calendar)
    if explain:
        return "\n".join(_told(question, answer, limit, found, LANGUAGES[lang]))
    return LANGUAGES[lang]["no-due"] if answer.at is None else calendar.local(answer.at).isoformat()


def _extended(answer: Due, question: Question, calendar: WorkingCalendar) -> Due:
    """The due date with what a letter of apology asks for on top; none stays none."""
    if answer.at is None or question.extend is None:
        return answer
    later = extended(answer.at, question.extend, calendar, question.sets)
    if later is None:
        raise BadInput("--extend none: a letter gives a new date; write as 5wd")
    step = Step("letter", later, {"limit": question.extend})
    return replace(answer, at=later, steps=(*answer.steps, step), used=(*answer.used, "reappointments"))


def _told(
    question: Question, answer: Due, limit: Limit, found: Found | None, words: Mapping[str, str]
) -> list[str]:
    calendar = question.book.of(question.office)
    lines = answer.explain(calendar, words)
    if found is not None:
        note = f" ({found.entry.note})" if found.entry.note else ""
        told = f"{found.procedure.name} / {found.procedure.vi}: {found.source}{note}"
        lines.insert(1, f"{words['limit'].format(limit=limit)}: {told}")
        lines += _parts(question, answer.steps[0].at, found, words)
    lines.append(f"{words['due']}: {words['no-due'] if answer.at is None else say(calendar, answer.at)}")
    others = [rule for rule in answer.rules if rule.name not in answer.used]
    for head, rules in (("asked", answer.asked()), ("others", others)):
        lines += [f"{words[head]}:", *(f"  {rule}" for rule in rules)]
    return lines


def _parts(question: Question, received: float, found: Found, words: Mapping[str, str]) -> list[str]:
    """The parts of an interlinked procedure, and the budgets of real routes."""
    lines = []
    calendar, sets, channel = question.book.of(question.office), question.sets, question.way.channel
    chain = found.chain(received, calendar, sets)
    agencies = {part.name: part.agency for part in found.entry.parts}
    spans = {} if chain is None else chain.spans
    lines += [_span(name, agencies[name], span, calendar, words) for name, span in spans.items()]
    for budget in procedures().budgets_of(found.procedure.code or _name(found)):
        parts = budget.parts(channel)
        lines.append(words["budget"].format(name=budget.name, source=f"{budget.source} [{budget.mark}]"))
        steps = chained(received, parts, None, calendar, sets).spans
        lines += ["  " + _span(part.name, part.agency, steps[part.name], calendar, words) for part in parts]
    return lines


def _name(found: Found) -> str:
    return next(name for name, each in procedures().procedures.items() if each is found.procedure)


def _span(
    name: str, agency: str, span: tuple[float, float], calendar: WorkingCalendar, words: Mapping[str, str]
) -> str:
    start, until = (f"{calendar.local(at):%a %Y-%m-%d %H:%M}" for at in span)
    return words["part"].format(name=name, agency=agency, start=start, until=until)


def _json(answer: Due, limit: Limit, found: Found | None, calendar: WorkingCalendar) -> str:
    def clock(at: float | None) -> str | None:
        return None if at is None else calendar.local(at).isoformat()

    told = {
        "due_at": clock(answer.at),
        "limit": str(limit),
        "source": None if found is None else found.source,
        "rules": answer.rules.id,
        "steps": [{"at": clock(step.at), "step": step.name, "words": step.words} for step in answer.steps],
        "used": [
            {"rule": rule.name, "value": written(rule.value), "article": rule.article, "mark": rule.mark}
            for rule in answer.asked()
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def catalogue(received: datetime | None, form: str, lang: str) -> str:
    """The procedures and their limits: all of them, or those of the day of reception."""
    day = None if received is None else received.date()
    rows = [
        (procedure.row, name, procedure.code, procedure.vi if lang == "vi" else procedure.name, entry.case,
         entry.limit, entry.remote, _days(entry.since, entry.until), entry.mark, entry.source)
        for name, procedure in procedures().procedures.items()
        for entry in procedure.limits
        if day is None or entry.since <= day < entry.until
    ]  # fmt: skip
    if form == "json":
        return json.dumps(
            [dict(zip(_HEAD["en"], row, strict=True)) for row in rows], ensure_ascii=False, indent=2
        )
    return table(_HEAD[lang], rows)


_HEAD = {
    "en": ("row", "name", "code", "procedure", "case", "limit", "remote", "days", "mark", "source"),
    "vi": ("số", "tên", "mã", "thủ tục", "trường hợp", "thời hạn", "vùng xa", "hiệu lực", "dấu", "nguồn"),
}


def _days(since: date, until: date) -> str:
    return f"{'' if since == date.min else since}..{'' if until == date.max else until}"


def _file(path: str) -> tuple[Rules, ...]:
    try:
        return parse(mapping(Path(path)))
    except BadInput:
        raise
    except ValueError as error:
        raise BadInput(f"{path}: {error}") from None


def _sets(name: str | None, changes: tuple[str, ...], own: tuple[Rules, ...]) -> tuple[Rules, ...]:
    """The rule sets of --rules, or the calendar's own, with the rules of --rule laid over all of them."""
    base = own if name is None else BASES.get(name) or _file(name)
    if not changes:
        return base
    values = {}
    for change in changes:
        rule, equals, text = change.partition("=")
        if not equals:
            raise BadInput(f"--rule {change}: write NAME=VALUE, as day_off_moves=no")
        values[rule] = named(rule, text)
    source = Source("said on the command line", "I")
    said = Own("own", date.min, "the command line", values, dict.fromkeys(values, source))
    return over([said], base)
