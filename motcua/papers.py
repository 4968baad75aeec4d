"""The paper trail of one dossier as text for a terminal, in English or Vietnamese."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitoring.reports.words import said
from motcua.show import clean, table

VERDICTS = {
    "early": ("early", "trước hạn"),
    "on_time": ("on time", "đúng hạn"),
    "late": ("late", "quá hạn"),
    "overdue": ("overdue, not finished", "quá hạn, chưa xong"),
    "open": ("not finished, nor overdue at its last fact", "chưa xong, chưa quá hạn tính đến việc ghi cuối"),
    "no_due": ("no due date", "không có ngày hẹn trả"),
    "retracted": ("retracted: it counts in no figure", "đã hủy: không tính vào số liệu"),
    "unknown": ("never accepted", "chưa được tiếp nhận"),
    "": ("", ""),
}
MOVES = {
    "corrected": ("correction", "đính chính"),
    "supplement_requested": ("papers asked for", "yêu cầu bổ sung"),
    "supplement_provided": ("papers given", "đã bổ sung giấy tờ"),
    "payment_requested": ("payment asked for", "yêu cầu nộp tiền"),
    "payment_made": ("payment", "đã nộp tiền"),
    "apology_issued": ("letter of apology", "thư xin lỗi"),
    "retracted": ("retracted", "hủy hồ sơ"),
}
"""What moves a due date or takes a dossier out of the figures."""
HEADS = {
    "papers": (
        ("form", "name", "circular", "issued", "due", "reason"),
        ("mẫu", "tên", "thông tư", "ngày", "hẹn", "lý do"),
    ),
    "legs": (
        ("agency", "from", "step", "at", "due", "verdict"),
        ("cơ quan", "từ", "việc", "lúc", "hạn", "kết quả"),
    ),
    "dates": (
        ("moved by", "at", "due, as judged", "appointment", "reason"),
        ("thay đổi do", "lúc", "hạn để đánh giá", "ngày hẹn", "lý do"),
    ),
    "states": (("code", "state", "since"), ("mã", "trạng thái", "từ")),
}
DATES = ("received", "due", "renewed", "finished", "returned")
SAID = frozenset({"agency", "channel", "result_channel"})
REGISTER = {
    "dossier_id": ("Dossier", "Mã hồ sơ"),
    "procedure": ("Procedure", "Tên thủ tục"),
    "office": ("Office", "Nơi tiếp nhận"),
    "agency": ("Agency that resolves", "Cơ quan giải quyết"),
    "received": ("Received", "Nhận hồ sơ"),
    "due": ("Due", "Hẹn trả kết quả"),
    "renewed": ("New date", "Hẹn lại"),
    "finished": ("Finished", "Giải quyết xong"),
    "returned": ("Returned", "Trả kết quả"),
    "channel": ("Received by", "Hình thức nộp"),
    "result_channel": ("Returned by", "Hình thức trả"),
    "result_number": ("Result number", "Số kết quả"),
}


def text(found: Mapping[str, Any], lang: str) -> str:
    """What `motcua.trail.told` gives, to be read."""
    parts = [clean(f"{found['dossier_id']}  {found['office']}  {found['scenario']}"), ""]
    parts += [_papers(found["papers"], lang), "", _named(found["slip"], lang), _slip(found["slip"], lang)]
    if found["register"]:
        parts += ["", _named(found["register"], lang), *_register(found, lang)]
    if found["dates"]:
        parts += ["", _dates(found["dates"], lang)]
    states = [(state["code"], state[lang], _at(state["at"], lang)) for state in found["states"]]
    return "\n".join([*parts, "", table(HEADS["states"][lang == "vi"], states)])


def _papers(papers: list[dict[str, Any]], lang: str) -> str:
    rows = [
        (p["form"], p[lang], f"{p['circular']} [{p['mark']}]", _at(p["at"], lang), _at(p["due"], lang),
         said(p["reason"] or "", lang))
        for p in papers
    ]  # fmt: skip
    return table(HEADS["papers"][lang == "vi"], rows)


def _named(book: Mapping[str, Any], lang: str) -> str:
    kind = "Mẫu" if lang == "vi" else "Form"
    return f"{kind} {book['form']}, {book[lang]} ({book['circular']} [{book['mark']}])"


def _slip(slip: Mapping[str, Any], lang: str) -> str:
    if not slip["legs"]:
        return ("the source tells of no step and no hand-over", "không có bước nào được ghi")[lang == "vi"]
    return table(HEADS["legs"][lang == "vi"], [_leg(leg, lang) for leg in slip["legs"]])


def _leg(leg: Mapping[str, Any], lang: str) -> tuple[str, ...]:
    vi, how = lang == "vi", ""
    if leg["electronic"] is not None:
        how = (("on paper", "electronic"), ("bản giấy", "điện tử"))[vi][leg["electronic"]]
    step = said(leg["step"], lang) if leg["step"] else how
    who = (said(leg["agency"], lang), said(leg["source"] or "", lang), step)
    return (*who, _at(leg["at"], lang), _at(leg["due"], lang), VERDICTS[leg["verdict"]][vi])


def _register(found: Mapping[str, Any], lang: str) -> list[str]:
    """The register's line, and how it is judged."""
    vi = lang == "vi"
    lines = []
    for key, value in found["register"]["entry"].items():
        word = _at(value, lang) if key in DATES else said(value, lang) if key in SAID and value else value
        lines.append((REGISTER[key][vi], clean(word or "")))
    first, current = (VERDICTS[found["verdict"][due]][vi] for due in ("first", "current"))
    lines.append((("Judged", "Kết quả đánh giá")[vi], first))
    if current != first:
        lines.append((("By the new date", "Theo ngày hẹn lại")[vi], current))
    without = ("Name, address, signature: not kept here", "Tên, địa chỉ, chữ ký: không lưu ở đây")[vi]
    return [*(f"{name:26s}{value}".rstrip() for name, value in lines), without]


def _dates(moves: list[dict[str, Any]], lang: str) -> str:
    rows = [
        (
            MOVES.get(move["by"], (move["by"],) * 2)[lang == "vi"],
            *(_at(move[key], lang) for key in ("at", "due", "appointment")),
            said(move["reason"] or "", lang),
        )
        for move in moves
    ]
    return table(HEADS["dates"][lang == "vi"], rows)


def _at(iso: str | None, lang: str) -> str:
    """To the minute, in the source's own offset."""
    how = "%d/%m/%Y %H:%M" if lang == "vi" else "%Y-%m-%d %H:%M"
    return "" if iso is None else datetime.fromisoformat(iso).strftime(how)
