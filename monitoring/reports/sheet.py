"""Reports as an Excel workbook, written by XlsxWriter (the extra `report`)."""

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO
from typing import Any

from monitoring.reports.table import Kind, Layout, Section, depth, headings, kind_of, written

LIMIT = 31
"""Characters of a sheet's name."""
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_LOCALE = {"vi": "[$-42A]", "en": "[$-409]"}
_WIDTHS: Mapping[str, float] = {
    "text": 24,
    "nth": 5,
    "count": 10,
    "share": 10,
    "instant": 17,
    "day": 12,
    "yes": 9,
    "own": 12,
}
_DAYS = {"vi": "dd/mm/yyyy", "en": "d mmm yyyy"}
_A4 = 9
_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 (a workbook's dates bear no zone)

Format = Any


def workbook(report: Layout) -> bytes:
    """The file; ImportError where XlsxWriter is not installed.

    Counts and shares are numbers, a share rounded down to a hundredth of a percent; instants are dates,
    in the clock of their own offset; all else is text, and no text becomes a formula or a link.
    """
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 (an extra)

    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        # Without a fixed date the same report would not be the same bytes.
        book.set_properties({"title": report.title, "created": _EPOCH})
        formats = _formats(book, report.lang)
        names: set[str] = set()
        for n, section in enumerate(report.sections):
            name = _name(section.heading or report.number or report.title, names)
            end = n == len(report.sections) - 1
            _Sheet(book.add_worksheet(name), formats, report).write(section, end)
    return out.getvalue()


def _name(wanted: str, taken: set[str]) -> str:
    """A sheet's name that Excel accepts, and that no other has."""
    plain = _FORBIDDEN.sub(" ", wanted).strip()[:LIMIT] or "1"
    name, n = plain, 1
    while name.lower() in taken or name.lower() == "history":
        n += 1
        name = f"{plain[: LIMIT - len(str(n)) - 1]} {n}"
    taken.add(name.lower())
    return name


def _formats(book: Any, lang: str) -> dict[str, Format]:
    locale = _LOCALE[lang]
    base = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
    box = {**base, "border": 1}
    kinds: dict[str, dict[str, Any]] = {
        "text": {"text_wrap": True, "num_format": "@"},
        "count": {"num_format": f"{locale}#,##0", "align": "right"},
        "share": {"num_format": f"{locale}0.00%", "align": "right"},
        "nth": {"num_format": "0", "align": "center"},
        "day": {"num_format": locale + _DAYS[lang], "align": "left"},
        "instant": {"num_format": f"{locale}{_DAYS[lang]} hh:mm", "align": "left"},
        "yes": {"align": "center"},
    }
    found = {kind: book.add_format({**box, **more}) for kind, more in kinds.items()}
    found |= {f"total {kind}": book.add_format({**box, **more, "bold": True}) for kind, more in kinds.items()}
    heading = {**box, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#EEEEEE"}
    found["head"] = book.add_format(heading)
    found["nth"] = book.add_format({**box, "italic": True, "align": "center", "font_size": 9})
    title = {**base, "bold": True, "align": "center", "text_wrap": True, "font_size": 13}
    found["title"] = book.add_format(title)
    found["bold"] = book.add_format({**base, "bold": True, "align": "center"})
    found["left"] = book.add_format({**base, "bold": True})
    found["plain"] = book.add_format({**base, "text_wrap": True, "valign": "top"})
    found["unit"] = book.add_format({**base, "italic": True, "align": "right"})
    return found


class _Sheet:
    """One sheet being written, from the top row down."""

    def __init__(self, sheet: Any, formats: Mapping[str, Format], report: Layout) -> None:
        self._sheet, self._formats, self._report = sheet, formats, report
        self._row = 0

    def write(self, section: Section, last: bool) -> None:
        """Title, table, and at the end of the last sheet the checks and notes."""
        columns = section.columns
        self._width = len(columns)
        self._print_set_up()
        for n, column in enumerate(columns):
            self._sheet.set_column(n, n, _WIDTHS[column.kind])
        self._top(section)
        first = self._row
        self._head(columns)
        self._sheet.freeze_panes(self._row, 2 if columns[0].kind == "nth" else 1)
        self._sheet.repeat_rows(first, self._row - 1)
        for row in section.rows:
            self._line(row, columns, "")
        if section.total:
            self._line(section.total, columns, "total ")
        if last:
            self._bottom()

    def _print_set_up(self) -> None:
        self._sheet.set_landscape()
        self._sheet.set_paper(_A4)
        self._sheet.set_margins(0.4, 0.4, 0.5, 0.5)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.set_footer("&R&P/&N")

    def _top(self, section: Section) -> None:
        report, vi = self._report, self._report.lang == "vi"
        if report.motto:
            self._across("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "bold")
            self._across("Độc lập - Tự do - Hạnh phúc", "bold")
        if report.number:
            self._across(f"{'Biểu số' if vi else 'Form'} {report.number}", "left")
        self._across(report.title.upper() if vi else report.title, "title", height=34)
        self._across(report.period, "bold")
        labels = ("Đơn vị báo cáo", "Đơn vị nhận báo cáo") if vi else ("Reported by", "Reported to")
        for label, who in zip(labels, (report.reporter, report.receiver), strict=True):
            if who:
                self._across(f"- {label}: {who}", "left")
        if section.heading:
            self._across(section.heading, "left")
        for sentence in section.sentences:
            self._across(sentence, "plain", height=30)
        self._across(report.unit, "unit")

    def _across(self, text: str, form: str, height: float | None = None) -> None:
        """A text over the whole width."""
        if height:
            self._sheet.set_row(self._row, height)
        if self._width > 1:
            self._sheet.merge_range(self._row, 0, self._row, self._width - 1, "", self._formats[form])
        self._sheet.write_string(self._row, 0, text, self._formats[form])
        self._row += 1

    def _head(self, columns: Any) -> None:
        form, top = self._formats["head"], self._row
        for cell in headings(columns):
            row, end = top + cell.row, top + cell.row + cell.rows - 1
            if cell.rows > 1 or cell.columns > 1:
                self._sheet.merge_range(row, cell.column, end, cell.column + cell.columns - 1, "", form)
            self._sheet.write_string(row, cell.column, cell.text, form)
        self._row = top + depth(columns)
        self._sheet.set_row(self._row - 1, 60)
        if any(column.number for column in columns):
            for n, column in enumerate(columns):
                self._sheet.write_string(self._row, n, column.number, self._formats["nth"])
            self._row += 1

    def _line(self, row: Mapping[str, Any], columns: Any, prefix: str) -> None:
        for n, column in enumerate(columns):
            kind = kind_of(column, row)
            self._cell(n, row.get(column.key), kind, self._formats[prefix + kind])
        self._row += 1

    def _cell(self, n: int, value: Any, kind: Kind, form: Format) -> None:
        if value is None:
            self._sheet.write_blank(self._row, n, None, form)
        elif kind in {"count", "nth"}:
            self._sheet.write_number(self._row, n, value, form)
        elif kind == "share":
            self._sheet.write_number(self._row, n, math.floor(round(value * 10_000, 6)) / 10_000, form)
        elif kind == "instant":
            at = datetime.fromisoformat(value).replace(tzinfo=None, microsecond=0)
            self._sheet.write_datetime(self._row, n, at, form)
        elif kind == "day":
            self._sheet.write_datetime(self._row, n, date.fromisoformat(value[:10]), form)
        else:
            self._sheet.write_string(self._row, n, written(value, kind, self._report.lang), form)

    def _bottom(self) -> None:
        self._row += 1
        right, wrong = ("đúng", "SAI") if self._report.lang == "vi" else ("holds", "FAILS")
        for name, fine, where in self._report.checks:
            self._across(f"{right if fine else wrong}: {name} {where}".rstrip(), "plain")
        for note in self._report.notes:
            self._across(note, "plain", height=30)
