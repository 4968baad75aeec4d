"""The states as the national portal numbers them, and the forms that each event puts on paper.

State codes 1-10: `domain` 1.3 [V-code:S5].
Forms 01-06 of Circular 01/2018/TT-VPCP [M], and 01-07 of Circular 03/2025/TT-VPCP [V:S7].
The circular of 2025 guides Decree 118/2025, so its names are used from the decree's first day,
2025-07-01, though it is dated 15 September 2025 [I].
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from dossier.event import (
    Accepted,
    ApologyIssued,
    Event,
    Fact,
    HandedOver,
    NotAccepted,
    Refused,
    Resolved,
    ResultReturned,
    StepFinished,
    Stopped,
    SupplementRequested,
)
from dossier.law.rules import Mark
from dossier.life.state import State


class Code(NamedTuple):
    """A state of the portal: its number, and its name in Vietnamese and English."""

    number: int
    vietnamese: str
    english: str


CODES: Mapping[int, Code] = {
    code.number: code
    for code in (
        Code(1, "Mới đăng ký", "newly submitted"),
        Code(2, "Được tiếp nhận", "accepted"),
        Code(3, "Không được tiếp nhận", "not accepted"),
        Code(4, "Đang xử lý", "in processing"),
        Code(5, "Yêu cầu bổ sung giấy tờ", "supplement requested"),
        Code(6, "Yêu cầu thực hiện nghĩa vụ tài chính", "financial obligation requested"),
        Code(7, "Công dân yêu cầu rút hồ sơ", "citizen asks to withdraw"),
        Code(8, "Dừng xử lý", "processing stopped"),
        Code(9, "Đã xử lý xong", "processing finished"),
        Code(10, "Đã trả kết quả", "result returned"),
    )
}

_NUMBERS: Mapping[State, int] = {
    "submitted": 1, "accepted": 2, "not_accepted": 3, "processing": 4, "awaiting_supplement": 5,
    "awaiting_payment": 6, "withdrawn": 7, "stopped": 8, "refused": 8, "resolved": 9, "returned": 10,
    "guided": 5,
}  # fmt: skip
"""Papers asked for before acceptance ("guided") have the code of papers asked for."""


def code(state: State) -> Code | None:
    """The portal's code of a state; None before anything is known.

    The portal has no code for a refusal after acceptance, which ends the processing: 8 [I].
    """
    number = _NUMBERS.get(state)
    return None if number is None else CODES[number]


class Form(NamedTuple):
    """A form of a circular: its number, and its name in Vietnamese and English."""

    number: str
    vietnamese: str
    english: str


class Circular(NamedTuple):
    """A circular's forms by what makes them: an event's type, or "slip" and "register" for the two books."""

    name: str
    since: date
    mark: Mark
    forms: Mapping[type[Event] | str, Form]


_RECEIPT = Form("01", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "receipt with appointment")
_PAPERS = Form(
    "02", "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ", "request to supplement and complete the dossier"
)
_REFUSAL = Form("03", "Phiếu từ chối tiếp nhận, giải quyết hồ sơ", "refusal to receive or handle the dossier")
_SAME: Mapping[type[Event] | str, Form] = {
    Accepted: _RECEIPT,
    SupplementRequested: _PAPERS,
    Refused: _REFUSAL,
    # The form's name covers turning away before acceptance as well.
    NotAccepted: _REFUSAL,
}

CIRCULARS: Sequence[Circular] = (
    Circular(
        "01/2018/TT-VPCP",
        date.min,
        "M",
        {
            **_SAME,
            ApologyIssued: Form(
                "04", "Phiếu xin lỗi và hẹn lại ngày trả kết quả", "apology and new appointment"
            ),
            "slip": Form("05", "Phiếu kiểm soát quá trình giải quyết hồ sơ", "routing slip"),
            "register": Form("06", "Sổ theo dõi hồ sơ", "register of dossiers"),
        },
    ),
    Circular(
        "03/2025/TT-VPCP",
        date(2025, 7, 1),
        "V",
        {
            **_SAME,
            ApologyIssued: Form(
                "04",
                "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết",
                "apology and request to extend the time",
            ),
            Stopped: Form("05", "Thông báo dừng giải quyết hồ sơ", "notice of stopping"),
            "slip": Form("06", "Phiếu kiểm soát quá trình giải quyết hồ sơ", "routing slip"),
            "register": Form("07", "Sổ theo dõi hồ sơ", "register of dossiers"),
        },
    ),
)


def circular_on(day: date) -> Circular:
    """The circular whose forms are used on a day; before the first, the first."""
    return next(each for each in reversed(CIRCULARS) if each.since <= day)


class Paper(NamedTuple):
    """A form that was issued: which, by which circular, when, and the date that it gives."""

    form: Form
    circular: Circular
    at: datetime
    seq: int
    due: datetime | None
    reason: str | None


def papers(facts: Iterable[Fact]) -> list[Paper]:
    """The forms that a dossier's facts, in order of `seq`, put on paper; each named as on its day.

    The day is that of the fact's own offset.
    """
    out = []
    for fact in facts:
        circular = circular_on(fact.at.date())
        form = circular.forms.get(type(fact))
        if form is not None:
            due = getattr(fact, "respond_by" if type(fact) is SupplementRequested else "due_at", None)
            out.append(Paper(form, circular, fact.at, fact.seq, due, getattr(fact, "reason", None)))
    return out


class Leg(NamedTuple):
    """A line of the routing slip: a hand-over, or a step that an agency finished, in time or not."""

    at: datetime
    agency: str
    """Who has it from then on, or who finished the step."""
    source: str | None
    """Who handed it over; None for a step."""
    step: str | None
    electronic: bool | None
    due: datetime | None
    verdict: str
    """"early" (before the due day), "on_time", "late", or "" where the step has no due date."""


def slip(facts: Iterable[Fact]) -> list[Leg]:
    """The routing slip of a dossier: who had it, since when, and whether each step was in time."""
    out = []
    for fact in facts:
        if type(fact) is HandedOver:
            out.append(Leg(fact.at, fact.target, fact.source, None, fact.electronic, None, ""))
        elif type(fact) is StepFinished:
            out.append(
                Leg(fact.at, fact.agency, None, fact.step, None, fact.due_at, _verdict(fact.at, fact.due_at))
            )
    return out


def _verdict(at: datetime, due: datetime | None) -> str:
    if due is None:
        return ""
    if at > due:
        return "late"
    return "early" if at.astimezone(due.tzinfo).date() < due.date() else "on_time"


class Entry(NamedTuple):
    """A dossier's line in the register, without its columns of a person's name and address."""

    dossier_id: str
    procedure: str
    office: str
    agency: str | None
    received: datetime
    due: datetime | None
    """The appointment on the receipt."""
    renewed: datetime | None
    """The last date that a letter of apology gave."""
    finished: datetime | None
    returned: datetime | None
    channel: str
    result_channel: str | None
    result_number: str | None


def register(facts: Sequence[Fact]) -> Entry | None:
    """A dossier's line in the register, from its facts in order of `seq`; None unless it was accepted."""
    accepted = next((fact for fact in facts if type(fact) is Accepted), None)
    if accepted is None:
        return None
    resolved = next((fact for fact in facts if type(fact) is Resolved), None)
    returned = next((fact for fact in facts if type(fact) is ResultReturned), None)
    letters = [fact.due_at for fact in facts if type(fact) is ApologyIssued and fact.due_at is not None]
    number = resolved.result_number if resolved is not None else None
    return Entry(
        dossier_id=accepted.dossier_id,
        procedure=accepted.procedure,
        office=accepted.office,
        agency=accepted.agency,
        received=accepted.at,
        due=accepted.due_at,
        renewed=letters[-1] if letters else None,
        finished=None if resolved is None else resolved.at,
        returned=None if returned is None else returned.at,
        channel=accepted.channel,
        result_channel=None if returned is None else returned.channel,
        result_number=number if isinstance(number, str) else None,
    )
