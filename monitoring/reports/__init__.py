"""Official reports of a period: computed from the dossiers' states, written in any format.

`answer` gives a report as plain data, the same for a file and for the monitor; `layout` puts it into
a language; `html`, `sheet` and `plain` write it.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, tzinfo
from types import ModuleType

from dossier.figures.period import MONTH_END, Period, days, parse
from dossier.figures.standing import DIMENSIONS
from dossier.view import Refusal
from monitoring.reports import apologies, causes, consolidated, digest, settling, steps, words
from monitoring.reports.clean import cleaned
from monitoring.reports.question import Answer, Question, only, tells
from monitoring.reports.table import Layout
from monitoring.words import LANGUAGES

__all__ = (
    "FORMS", "NAMING", "SPLITS", "Answer", "Layout", "Question",
    "answer", "holds", "layout", "rows_of", "splits", "wish",
)  # fmt: skip

_MODULES: Mapping[str, ModuleType] = {
    module.FORM: module for module in (settling, consolidated, causes, apologies, steps, digest)
}
FORMS = tuple(_MODULES)
NAMING = frozenset({apologies.FORM})
"""The forms that name dossiers: never served to whom we do not know."""
LETTERS = frozenset({consolidated.FORM, causes.FORM, apologies.FORM, digest.FORM})
"""The forms that count letters of apology, or tell from them."""
SHARES = frozenset({causes.FORM, apologies.FORM, steps.FORM, digest.FORM})
DEFAULT_BY = ("office",)
SPLITS = tuple(name for name in DIMENSIONS if name in settling.UNITS)
"""What the rows may be; see `splits`."""


def answer(asked: Question, form: str) -> Answer:
    """The report as plain data; ValueError where the data do not reach into the period."""
    if asked.end <= asked.period.start:
        end = datetime.fromtimestamp(asked.now, asked.book.zone).isoformat(timespec="seconds")
        raise ValueError(f"the data end at {end}, before {asked.period.name} begins")
    compute: Callable[[Question], Answer] = _MODULES[form].answer
    alone = asked.office and form != digest.FORM  # whose pages are offices
    found = compute(only(asked) if alone else asked)
    first = [["office", {"name": asked.office}]] if alone else []
    last = [] if form not in LETTERS or tells(asked) else [["no_letters", {}]]
    last += [["shares", {}]] if form in SHARES else []
    return {**found, "notes": [*first, *found["notes"], *last]}


def rows_of(form: str) -> str:
    """What the rows of a form are where nothing else is asked for."""
    return "field" if form == causes.FORM else DEFAULT_BY[0]


def splits(form: str) -> tuple[str, ...]:
    """What the rows of a form may be; none where they are fixed."""
    if form in {steps.FORM, apologies.FORM}:
        return ()
    return ("office", "unit") if form == digest.FORM else SPLITS


def holds(found: Answer) -> bool:
    """Whether every check of an answer holds."""
    return all(each["holds"] for each in found["checks"])


def layout(
    found: Answer, lang: str, reporter: str = "", receiver: str = "", motto: bool = False
) -> Layout:  # fmt: skip
    """The report in a language, ready to be written; `reporter` and `receiver` are who gives and gets it.

    Every text in it is clean, whatever a source's names hold.
    """
    form = found["form"]
    number, title = words.title(form, lang)
    checks = [
        (words.check(each["check"], lang), each["holds"], _where(each["fails"])) for each in found["checks"]
    ]
    ready = Layout(
        lang=lang,
        number=number,
        title=title,
        period=words.period(found, lang),
        unit=words.UNIT[LANGUAGES.index(lang)],
        sections=_MODULES[form].sections(found, lang),
        notes=[words.note(each, lang) for each in found["notes"]],
        checks=checks,
        reporter=reporter,
        receiver=receiver,
        motto=motto,
    )
    made: Layout = cleaned(ready)
    return made


def _where(fails: list[Answer]) -> str:
    return "; ".join(f"{each['row']}: {each['left']} ≠ {each['right']}" for each in fails)


def wish(query: Mapping[str, str], zone: tzinfo) -> tuple[str, Period, str, str]:
    """What an address asks for, checked: (form, period, by, due); `Refusal` 400 or 403 says what is right.

    `form`; `from` and `until` as days, the latter the day after the last, or `period` as 2026-03,
    2026-Q1, 2026-H1, 2026-9M or 2026 with `cutoff`; `by`; `due`.
    """
    form = query.get("form", settling.FORM)
    if form not in FORMS:
        raise Refusal(400, f"form is {form[:60]!r}; it must be one of: {', '.join(FORMS)}.")
    if form in NAMING:
        raise Refusal(403, f"The form {form} names dossiers and is not served; use motcua report FILE.")
    by, known = query.get("by", ""), splits(form)
    if by and by not in (known or DEFAULT_BY):
        raise Refusal(400, f"by is {by[:60]!r}; it must be one of: {', '.join(known or DEFAULT_BY)}.")
    by = by or rows_of(form)
    due = query.get("due", "") or "first"
    if due not in {"first", "current"}:
        raise Refusal(400, f"due is {due[:60]!r}; it must be first or current.")
    try:
        return form, _period(query, zone), by, due
    except ValueError as error:
        raise Refusal(400, f"{str(error)[:200]}.") from None


def _period(query: Mapping[str, str], zone: tzinfo) -> Period:
    name = query.get("period", "")
    dated = [key for key in ("from", "until") if query.get(key)]
    if name and dated:
        raise ValueError(f"period and {dated[0]} are both there; say the period in one way")
    if query.get("cutoff") and not name:
        raise ValueError("cutoff is for a period; from and until say their days themselves")
    if name:
        text = query.get("cutoff", "") or str(MONTH_END)
        if not (text.isascii() and text.isdigit() and len(text) < 3):
            raise ValueError(f"cutoff is {text[:20]!r}; it must be a day from 1 to 31")
        return parse(name[:40], zone, int(text))
    if not dated:
        raise ValueError("which period? Say period=2026-03, 2026-Q1 or 2026, or from and until as days")
    ends = []
    for key in ("from", "until"):
        try:
            ends.append(date.fromisoformat(query.get(key, "")))
        except ValueError:
            raise ValueError(f"{key} is {query.get(key, '')[:40]!r}; write a day, as 2026-03-01") from None
    return days(ends[0], ends[1], zone)
