"""Parts of interlinked procedures and budgets of steps, by hand."""

from datetime import datetime

import pytest

from dossier.law.calendar import vietnam
from dossier.law.chain import Part, chained
from dossier.law.deadline import parse_limit


def at(text: str) -> float:
    return datetime.fromisoformat(f"{text}+07:00").timestamp()


def told(instant: float) -> str:
    return vietnam().local(instant).isoformat()[:16]


BIRTH = (
    Part("birth", "justice", parse_limit("same-day")),
    Part("residence", "police", None, ("birth",)),
    Part("health-card", "insurance", parse_limit("1wd"), ("birth",)),
)
THREE = parse_limit("3wd")


def spans(received: str, parts, cap) -> dict[str, tuple[str, str]]:
    chain = chained(at(received), parts, cap, vietnam())
    return {name: (told(span.start), told(span.until)) for name, span in chain.spans.items()}


# Domain brief 1.9 [V:S23]: birth the same working day, then police and insurance in parallel, 3 working days.
def test_birth_is_done_the_same_day_and_police_and_insurance_follow_side_by_side():
    assert spans("2026-03-02T09:00", BIRTH, THREE) == {
        "birth": ("2026-03-02T09:00", "2026-03-02T17:00"),
        "residence": ("2026-03-03T07:30", "2026-03-05T09:00"),
        "health-card": ("2026-03-03T07:30", "2026-03-04T07:30"),
    }
    assert told(chained(at("2026-03-02T09:00"), BIRTH, THREE, vietnam()).at) == "2026-03-05T09:00"


def test_without_a_part_that_fills_the_cap_all_is_due_with_the_last_part():
    parts = (BIRTH[0], BIRTH[2])
    assert told(chained(at("2026-03-02T09:00"), parts, THREE, vietnam()).at) == "2026-03-04T07:30"


def test_no_part_goes_beyond_the_cap():
    parts = (BIRTH[0], Part("residence", "police", parse_limit("7wd"), ("birth",)))
    found = chained(at("2026-03-02T09:00"), parts, THREE, vietnam())
    assert told(found.spans["residence"].until) == told(found.at) == "2026-03-05T09:00"


def test_a_part_waits_for_the_last_of_those_before_it():
    parts = (*BIRTH[::2], Part("post", "centre", parse_limit("4wh"), ("birth", "health-card")))
    assert spans("2026-03-02T09:00", parts, None)["post"] == ("2026-03-04T07:30", "2026-03-04T11:30")


# Domain brief 4.3 [V:S16]: change registration, 0.5 + 4.5 + 1.5 + 1 + 0.5 days; they fill its 8 days exactly.
def test_budgets_of_half_days_within_one_agency_add_up():
    days = {"intake": "0.5wd", "appraise": "4.5wd", "head": "1.5wd", "sign": "1wd", "return": "0.5wd"}
    names = list(days)
    parts = [
        Part(name, "land", parse_limit(days[name]), (names[i - 1],) if i else ())
        for i, name in enumerate(names)
    ]
    assert spans("2026-03-02T07:30", parts, None) == {
        "intake": ("2026-03-02T07:30", "2026-03-02T11:30"),
        "appraise": ("2026-03-02T11:30", "2026-03-06T17:00"),
        "head": ("2026-03-06T17:00", "2026-03-10T11:30"),
        "sign": ("2026-03-10T11:30", "2026-03-11T11:30"),
        "return": ("2026-03-11T11:30", "2026-03-11T17:00"),
    }


@pytest.mark.parametrize(
    ("parts", "cap", "words"),
    [
        ((), THREE, "at least one part"),
        ((BIRTH[1],), THREE, "'residence' comes after 'birth'"),
        ((BIRTH[0], BIRTH[1]), None, "'residence' has no limit of its own, and there is no cap"),
        ((BIRTH[0], BIRTH[0]), THREE, "'birth' is there twice"),
        ((Part("x", "y", parse_limit("none")),), THREE, "a part needs a limit"),
    ],
)
def test_parts_that_cannot_follow_on_one_another_are_refused(parts, cap, words):
    with pytest.raises(ValueError, match=words):
        chained(at("2026-03-02T09:00"), parts, cap, vietnam())
