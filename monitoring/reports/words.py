"""The reports' titles, periods and notes in English and Vietnamese."""

from typing import Any

from monitoring.reports.question import Answer
from monitoring.reports.table import day, moment
from monitoring.words import named

Pair = tuple[str, str]

TITLES: dict[str, tuple[str, Pair]] = {
    "II.06a": (
        "II.06a/VPCP/KSTT",
        (
            "State and results of handling procedures at the Public Administration Service Centre",
            "Tình hình, kết quả giải quyết thủ tục hành chính tại Trung tâm Phục vụ hành chính công",
        ),
    ),
    "consolidated": (
        "",
        (
            "Consolidated results of handling administrative procedures, by unit",
            "Tổng hợp kết quả giải quyết TTHC theo đơn vị",
        ),
    ),
    "II.07a": (
        "II.07a/VPCP/KSTT [M]",
        (
            "Causes of dossiers handled late",
            "Nguyên nhân quá hạn giải quyết hồ sơ thủ tục hành chính",
        ),
    ),
    "apologies": ("", ("Register of letters of apology", "Sổ theo dõi thư xin lỗi")),
    "steps": ("", ("Steps late by agency", "Các bước xử lý chậm theo cơ quan")),
    "digest": ("", ("Digest of the unit", "Báo cáo nhanh của đơn vị")),
}
"""A form to its number and its title."""

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
QUARTERS = ("I", "II", "III", "IV")
HALVES: tuple[Pair, Pair] = (("First half", "6 tháng đầu năm"), ("Second half", "6 tháng cuối năm"))

SAID: dict[str, Pair] = {
    # agencies
    "committee": ("committee", "ủy ban nhân dân"),
    "department": ("department", "sở, ban, ngành"),
    "centre": ("centre", "trung tâm phục vụ hành chính công"),
    "land_office": ("land office", "văn phòng đăng ký đất đai"),
    "tax": ("tax", "cơ quan thuế"),
    "police": ("police", "công an"),
    "insurance": ("insurance", "bảo hiểm xã hội"),
    "council": ("council", "hội đồng"),
    # steps
    "appraisal": ("appraisal", "thẩm định"),
    "signature": ("signature", "ký duyệt"),
    "payment": ("payment", "nộp tiền"),
    "tax_data": ("tax data", "xác định nghĩa vụ thuế"),
    "residence": ("residence", "đăng ký cư trú"),
    "posting": ("posting", "niêm yết"),
    "health_card": ("health card", "cấp thẻ bảo hiểm y tế"),
    "registration": ("registration", "đăng ký vào sổ"),
    "record_check": ("record check", "tra cứu hồ sơ lưu"),
    # channels
    "online": ("online", "trực tuyến"),
    "in_person": ("in person", "trực tiếp"),
    "post": ("post", "bưu chính"),
    # reasons
    "workload": ("workload", "khối lượng hồ sơ nhiều"),
    "not eligible": ("not eligible", "không đủ điều kiện"),
    "conditions not met": ("conditions not met", "chưa đáp ứng yêu cầu"),
    "withdrawn": ("withdrawn", "rút hồ sơ"),
}
"""The simulator's words; a source's own words stand for themselves."""

UNIT: Pair = ("Unit: dossiers.", "Đơn vị tính: Số hồ sơ TTHC.")

NOTES: dict[str, Pair] = {
    "office": (
        "Only the dossiers of {name}.",
        "Chỉ tính hồ sơ của {name}.",
    ),
    "data_end": (
        "The data end at {at}: the report is as of then.",
        "Số liệu chỉ có đến {at}: báo cáo tính đến lúc đó.",
    ),
    "data_begin": (
        "The record is whole only since {at}; of earlier times it tells what was still open.",
        "Dữ liệu chỉ đầy đủ từ {at}; trước đó chỉ có hồ sơ còn đang giải quyết.",
    ),
    "judged_first": (
        (
            "Early, on time and late by the first due date, moved only by waits outside the limit; a "
            "letter of apology does not move it. Early is before the due day."
        ),
        (
            "Trước, đúng, quá hạn tính theo ngày hẹn trả đầu tiên, chỉ lùi theo thời gian chờ không "
            "tính vào thời hạn; thư xin lỗi không làm thay đổi. Trước hạn là trước ngày hẹn trả."
        ),
    ),
    "judged_current": (
        "Early, on time and late by the current due date, also moved by letters of apology.",
        "Trước, đúng, quá hạn tính theo ngày hẹn trả hiện tại, kể cả ngày hẹn lại trong thư xin lỗi.",
    ),
    "waiting_resolved": (
        (
            "What waits for papers at the end is in column 9, as its heading says, unless it was "
            "overdue before (then in 13). When it is taken up again it is carried over anew (column 6):"
            " so column 7 of a year is that of its months less what they carried over anew, except what"
            " had waited since before the year."
        ),
        (
            "Hồ sơ chờ bổ sung cuối kỳ tính vào cột 9 theo tiêu đề biểu, trừ hồ sơ đã quá hạn trước đó "
            "(cột 13). Khi tiếp tục giải quyết thì chuyển lại vào cột 6; vì vậy cột 7 của năm bằng tổng"
            " các tháng trừ số chuyển lại trong các tháng, không kể hồ sơ chờ từ trước năm."
        ),
    ),
    "waiting_pending": (
        (
            "What waits for papers at the end is in process (column 12); the heading of column 9 names "
            "it as well."
        ),
        (
            "Hồ sơ chờ bổ sung cuối kỳ tính là đang giải quyết (cột 12); tiêu đề cột 9 cũng nêu loại hồ"
            " sơ này."
        ),
    ),
    "no_letters": (
        (
            "The source tells only of acceptances and ends, of no letter of apology: whether one was sent "
            "is not measurable here."
        ),
        (
            "Nguồn chỉ cho biết việc tiếp nhận và kết thúc, không có thư xin lỗi: không đo được ở đây đã "
            "gửi hay chưa."
        ),
    ),
    "shares": (
        "Shares are rounded down to a hundredth of a percent, and need not add up to 100 %.",
        "Tỷ lệ làm tròn xuống hai chữ số thập phân, cộng lại có thể không đủ 100 %.",
    ),
    "no_due": (
        "Without a due date, and so never late: {n} (in columns 9 and 12).",
        "{n} hồ sơ không có ngày hẹn trả, không tính quá hạn: cột 9 và 12.",
    ),
    "consolidated": (
        (
            "Columns as in the exports of Hà Nội's offices; their exact rules are not published and "
            "follow form II.06a here. Non-territorial, stopped (with refused) and withdrawn are of "
            "which. Payments are those of the period. Not measurable here: electronic result unlike the"
            " paper one, receipts issued, verification of enterprises."
        ),
        (
            "Các cột theo mẫu xuất của Hà Nội; quy tắc chi tiết không được công bố nên tính như biểu "
            "II.06a. Phi địa giới, dừng xử lý (gồm từ chối) và rút là số trong tổng. Thanh toán là số "
            "trong kỳ. Không đo được ở đây: kết quả điện tử khác bản giấy, biên lai thu tiền, xác thực "
            "doanh nghiệp."
        ),
    ),
    "causes": (
        (
            "[M] The number, title and content of form II.07a are not verified. The cause is the reason"
            " in the last letter of apology; without one, the agency of the first step that was late."
        ),
        (
            "[M] Số, tên và nội dung biểu II.07a chưa được kiểm chứng. Nguyên nhân lấy từ lý do trong "
            "thư xin lỗi gần nhất; nếu không có thì là cơ quan của bước chậm đầu tiên."
        ),
    ),
    "register": (
        (
            "In time: the letter left one working day or more before the due date (or as the rule set "
            "says). The register names dossiers and is for the office's own use."
        ),
        (
            "Kịp thời: thư gửi trước ngày hẹn trả ít nhất một ngày làm việc (hoặc theo bộ quy tắc). Sổ "
            "có mã hồ sơ, chỉ dùng nội bộ."
        ),
    ),
    "steps": (
        (
            "A step is late by its own due date; the dossier may yet have been on time, and the other "
            "way round."
        ),
        "Bước chậm tính theo hạn của chính bước đó; hồ sơ vẫn có thể đúng hạn, và ngược lại.",
    ),
    "no_steps": (
        ("The source tells no due dates of steps in this period: lateness by step is not measurable here."),
        "Nguồn dữ liệu không có hạn của từng bước trong kỳ: không đo được bước chậm.",
    ),
    "digest": (
        "Resolved counts as in form II.06a; days overdue are calendar days, a begun one counts.",
        "Số đã giải quyết tính như biểu II.06a; số ngày quá hạn là ngày lịch, chưa tròn ngày tính một ngày.",
    ),
}


CHECKS: dict[str, str] = {
    "rows = total": "tổng các dòng = tổng số",
    "6 = pending at the start, not retracted since, + resumed":
        "6 = đang giải quyết đầu kỳ, trừ hồ sơ đã hủy, + tiếp tục sau khi chờ bổ sung",
    "received = in person + online + post + carried over":
        "tiếp nhận = trực tiếp + trực tuyến + bưu chính + kỳ trước",
    "received = resolved + in process": "tiếp nhận = đã giải quyết + đang giải quyết",
    "resolved = in time + late": "đã giải quyết = đúng, trước hạn + quá hạn",
    "late = with letter + without": "đã giải quyết quá hạn = đã có thư + chưa có thư",
    "in process = not yet due + overdue": "đang giải quyết = chưa đến hạn + quá hạn",
    "overdue = with letter + without": "đang giải quyết quá hạn = đã có thư + chưa có thư",
    "paid = online + directly": "thanh toán = trực tuyến + trực tiếp",
    "waiting for acceptance = in time + late": "chờ tiếp nhận = đúng hạn + quá hạn",
    "as form II.06a": "khớp biểu II.06a",
    "late = 10 + 13 of form II.06a": "quá hạn = cột 10 + 13 của biểu II.06a",
    "late and overdue as in form II.06a": "quá hạn khớp biểu II.06a",
}  # fmt: skip
"""A check, by its English name, in Vietnamese; one of figures alone is the same in both."""


def check(name: str, lang: str) -> str:
    """A check's name."""
    return CHECKS.get(name, name) if lang == "vi" else name


def title(form: str, lang: str) -> tuple[str, str]:
    """The form's number and title."""
    number, pair = TITLES[form]
    return number, pair[_i(lang)]


def period(found: Answer, lang: str) -> str:
    """ "Tháng 03 năm 2026 (từ ngày 01/03/2026 đến ngày 31/03/2026)"; of free days, the days alone."""
    told = found["period"]
    span = _span(told["first"], told["last"], lang)
    return span if told["kind"] == "days" else f"{name(told['name'], lang)} ({span})"


def name(told: str, lang: str) -> str:
    """A period's name, as `dossier.figures.period` has it, in words: "Quý I năm 2026"."""
    first, dots, last = told.partition("..")
    if dots:
        return _span(first, last, lang)
    year, _, part = told.partition("-")
    vi = lang == "vi"
    if not part:
        return f"Năm {year}" if vi else f"Year {year}"
    if part == "9M":
        return f"9 tháng năm {year}" if vi else f"Nine months of {year}"
    if part[0] == "H":
        return f"{HALVES[int(part[1]) - 1][_i(lang)]} {'' if vi else 'of '}{year}"
    if part[0] == "Q":
        return f"Quý {QUARTERS[int(part[1]) - 1]} năm {year}" if vi else f"Quarter {part[1]} of {year}"
    return f"Tháng {part} năm {year}" if vi else f"{MONTHS[int(part) - 1]} {year}"


def _span(first: str, last: str, lang: str) -> str:
    first, last = day(first, lang), day(last, lang)
    return f"từ ngày {first} đến ngày {last}" if lang == "vi" else f"from {first} to {last}"


def note(found: list[Any], lang: str) -> str:
    """A note's sentence."""
    key, parts = found
    if key == "judged_by":
        key = f"judged_{parts['due']}"
    elif key == "waiting":
        key = f"waiting_{parts['as']}"
    if "at" in parts:
        parts = {"at": moment(parts["at"], lang)}
    if "name" in parts:
        parts = {"name": named(parts["name"], lang)}
    return NOTES[key][_i(lang)].format(**parts)


def said(word: str, lang: str) -> str:
    """What a source calls an agency, a step, a channel or a reason, in words."""
    pair = SAID.get(word.strip())
    return pair[_i(lang)] if pair else named(word, lang)


def _i(lang: str) -> int:
    return ("en", "vi").index(lang)
