"""Which event puts which form on paper, by which circular; routing slip, register, state codes."""

from datetime import date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given, settings

from dossier.life import forms
from dossier.life.state import State
from tests import strategies as our
from tests.dossier.oracle import tag

BY_DOMAIN = {
    # domain.md 1.2: number of the form in the circular of 2018, of 2025, and the event that makes it.
    "accepted": ("01", "01"),
    "supplement_requested": ("02", "02"),
    "refused": ("03", "03"),
    "not_accepted": ("03", "03"),
    "apology_issued": ("04", "04"),
    "stopped": (None, "05"),
    "slip": ("05", "06"),
    "register": ("06", "07"),
}
PORTAL = {
    1: "Mới đăng ký", 2: "Được tiếp nhận", 3: "Không được tiếp nhận", 4: "Đang xử lý",
    5: "Yêu cầu bổ sung giấy tờ", 6: "Yêu cầu thực hiện nghĩa vụ tài chính",
    7: "Công dân yêu cầu rút hồ sơ", 8: "Dừng xử lý", 9: "Đã xử lý xong", 10: "Đã trả kết quả",
}  # fmt: skip


def fact(kind, at="2025-08-01T08:00:00+07:00", seq=1, **fields):
    more = {"procedure": "p", "channel": "Desk", "online": False} if kind == "accepted" else {}
    return our.TYPES[kind](
        scenario="live", dossier_id="d", office="o", seq=seq, at=datetime.fromisoformat(at), **more, **fields
    )


@pytest.mark.parametrize("kind", sorted(our.TYPES))
def test_an_event_makes_the_form_that_the_domain_says(kind):
    for nth, day in enumerate(("2024-03-04", "2025-08-01")):
        needed = {"handed_over": {"source": "a", "target": "b"}, "rated": {"score": 5},
                  "step_finished": {"step": "s", "agency": "a"},
                  "submitted": {"procedure": "p", "channel": "c"}}  # fmt: skip
        made = forms.papers([fact(kind, f"{day}T08:00:00+07:00", **needed.get(kind, {}))])
        assert [paper.form.number for paper in made] == [
            n for n in [BY_DOMAIN.get(kind, (None,) * 2)[nth]] if n
        ]


def test_the_two_books_have_the_numbers_that_the_domain_says():
    for nth, circular in enumerate(forms.CIRCULARS):
        for book in ("slip", "register"):
            assert circular.forms[book].number == BY_DOMAIN[book][nth]


def test_the_letter_has_the_name_of_its_day():
    before, after = (forms.circular_on(day) for day in (date(2025, 6, 30), date(2025, 7, 1)))
    letter = our.TYPES["apology_issued"]
    assert before.forms[letter].vietnamese == "Phiếu xin lỗi và hẹn lại ngày trả kết quả"
    assert after.forms[letter].vietnamese == "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết"
    assert (before.mark, after.mark) == ("M", "V")


def test_the_state_codes_are_those_of_the_portal():
    assert {code.number: code.vietnamese for code in forms.CODES.values()} == PORTAL
    known = {state: forms.code(state) for state in get_args(State)}
    assert [state for state, code in known.items() if code is None] == ["new"]
    assert {code.number for code in known.values() if code} == set(PORTAL)


@settings(max_examples=60)
@given(our.dossiers())
def test_every_paper_names_its_fact_and_nothing_else_is_on_paper(facts):
    made = forms.papers(facts)
    assert [paper.seq for paper in made] == [
        one.seq for one in facts if BY_DOMAIN.get(tag(one), (None,) * 2)[one.at.date() >= date(2025, 7, 1)]
    ]
    for paper in made:
        assert paper.at == facts[paper.seq - 1].at


def test_the_slip_says_who_had_it_and_whether_each_step_was_in_time():
    due = datetime.fromisoformat("2025-08-05T10:00:00+07:00")
    facts = [fact("accepted"), fact("handed_over", source="counter", target="land", electronic=True, seq=2)]
    for seq, moved in enumerate((-24, 0, 1), 3):
        at = (due + timedelta(hours=moved)).isoformat()
        facts.append(fact("step_finished", at, seq, step="check", agency="land", due_at=due))
    facts.append(fact("step_finished", seq=6, step="sign", agency="land"))
    legs = forms.slip(facts)
    assert [(leg.agency, leg.source, leg.verdict) for leg in legs] == [
        ("land", "counter", ""), ("land", None, "early"), ("land", None, "on_time"), ("land", None, "late"),
        ("land", None, ""),
    ]  # fmt: skip
    assert legs[0].electronic is True


def test_the_register_has_one_line_of_what_was_accepted():
    new = datetime.fromisoformat("2025-08-12T10:00:00+07:00")
    facts = [
        fact("submitted", procedure="p", channel="online"),
        fact("accepted", seq=2, due_at=datetime.fromisoformat("2025-08-05T10:00:00+07:00")),
        fact("apology_issued", seq=3, due_at=new),
        fact("resolved", "2025-08-11T09:00:00+07:00", 4, result_number="KQ-1"),
        fact("result_returned", "2025-08-11T10:00:00+07:00", 5, channel="post"),
    ]
    line = forms.register(facts)
    assert line is not None
    assert (line.received, line.due, line.renewed) == (facts[1].at, facts[1].due_at, new)
    assert (line.finished, line.returned, line.result_channel) == (facts[3].at, facts[4].at, "post")
    assert line.result_number == "KQ-1"
    assert forms.register(facts[:1]) is None
