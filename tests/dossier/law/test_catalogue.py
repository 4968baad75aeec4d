"""The catalogue against the domain brief 4.3: every row, its due date by hand, its mark."""

import re
from datetime import date, datetime, timedelta

import pytest

from dossier.law.calendar import vietnam
from dossier.law.catalogue import Catalogue, Way, parse
from dossier.law.chain import chained
from dossier.law.deadline import due, parse_limit
from dossier.law.decision import parse as decisions
from motcua.procedures import load

OURS = load()
NOW = date(2026, 3, 2)


def reckoned(name: str, received: str, **way: object) -> tuple[str, str]:
    """The due date of a procedure, and the mark of its limit."""
    at = datetime.fromisoformat(f"{received}+07:00")
    found = OURS.limit_of(name, at.date(), Way(**way))
    instant = due(at.timestamp(), found.limit, vietnam()).at
    return vietnam().local(instant).isoformat()[:16], found.entry.mark


# Every row of 4.3 marked [V], counted by hand from Monday 2 March 2026 10:00 (no holiday in March).
@pytest.mark.parametrize(
    ("name", "received", "way", "expected"),
    [
        ("birth", "2026-03-02T10:00", {}, "2026-03-02T17:00"),  # 1: same day [V:S8]
        ("birth", "2026-03-02T15:01", {}, "2026-03-03T17:00"),  # 1: after 15:00 the next working day [V:S8]
        ("birth-interlinked", "2026-03-02T10:00", {}, "2026-03-05T10:00"),  # 2: 3 wd [V:S23]
        ("birth-interlinked", "2023-03-06T10:00", {}, "2023-04-03T10:00"),  # 2: 20 wd before [V:S23b]
        (
            "birth-interlinked",
            "2023-03-06T10:00",
            {"case": "no-residence"},
            "2023-03-27T10:00",
        ),  # 15 [V:S23b]
        ("birth-interlinked", "2023-03-06T10:00", {"case": "completed"}, "2023-04-05T10:00"),  # +2 [V:S23b]
        (
            "birth-interlinked",
            "2023-03-06T10:00",
            {"remote": True},
            "2023-04-10T10:00",
        ),  # +5 ends on a Saturday
        ("marital-status", "2026-03-02T10:00", {}, "2026-03-05T10:00"),  # 5: 3 wd [V:S8]
        ("marital-status", "2026-03-02T10:00", {"case": "verify"}, "2026-03-25T10:00"),  # 5: 23 days [V:S8]
        ("2.000635", "2026-03-02T10:00", {}, "2026-03-02T17:00"),  # 6 [V:S7]
        ("2.000815", "2026-03-02T14:59", {}, "2026-03-02T17:00"),  # 7 [V:S8]
        ("2.000815", "2026-03-02T15:20", {}, "2026-03-03T17:00"),  # 7 [V:S8]
        ("2.000815", "2026-03-02T10:00", {"case": "bulk"}, "2026-03-04T17:00"),  # 7: +2 wd [V:S8,S34]
        ("2.000815", "2025-12-31T15:20", {}, "2026-01-05T17:00"),  # 7, over New Year 2026
        ("2.000815", "2025-01-24T15:20", {}, "2025-02-03T17:00"),  # 7, over Tết 2025
        ("2.000906", "2026-03-02T10:00", {}, "2026-03-02T17:00"),  # 8 [V:S34]
        ("2.000911", "2026-03-02T10:00", {}, "2026-03-04T10:00"),  # 9: 2 wd [V:S34]
        ("2.000908", "2026-03-02T16:00", {}, "2026-03-03T17:00"),  # 10 [V:S34]
        ("land-first", "2026-03-02T10:00", {}, "2026-03-25T10:00"),  # 13: 17 wd [V:S16]
        ("land-change", "2026-03-02T10:00", {}, "2026-03-12T10:00"),  # 14: 8 wd [V:S16]
        ("land-change", "2026-03-02T10:00", {"remote": True}, "2026-03-26T10:00"),  # 14: 18 remote [V:S16]
        ("land-change", "2026-02-11T10:00", {}, "2026-03-02T10:00"),  # 14, over Tết 2026
        ("1.012784", "2026-03-02T10:00", {}, "2026-03-18T10:00"),  # 15: 12 wd [V:S16]
        ("1.012784", "2025-03-03T10:00", {}, "2025-03-24T10:00"),  # 15: 15 wd before [V:S16]
        ("1.012783", "2026-03-02T10:00", {}, "2026-03-09T10:00"),  # 16: 5 wd [V:S16]
        ("1.012783", "2026-03-02T10:00", {"case": "special"}, "2026-03-16T10:00"),  # 16: 10 [V:S16]
        ("1.012786", "2026-03-02T10:00", {}, "2026-03-16T10:00"),  # 17: 10 wd [V:S16]
        ("1.012790", "2026-03-02T10:00", {}, "2026-03-12T10:00"),  # 18: 8 wd [V:S16]
        ("driving-licence", "2026-03-02T10:00", {}, "2026-03-09T10:00"),  # 23: 5 wd [V:S40]
    ],
)
def test_every_verified_limit_gives_the_date_counted_by_hand(name, received, way, expected):
    assert reckoned(name, received, **way) == (expected, "V")


# The rows whose limits are [M], by hand as well; none of them may pass for verified.
@pytest.mark.parametrize(
    ("name", "received", "way", "expected"),
    [
        ("death", "2026-03-02T10:00", {"case": "verify"}, "2026-03-05T10:00"),
        ("marriage", "2026-03-02T10:00", {"case": "verify"}, "2026-03-09T10:00"),
        ("household-business", "2026-03-02T10:00", {}, "2026-03-05T10:00"),
        ("enterprise", "2026-03-02T10:00", {}, "2026-03-05T10:00"),
        ("land-first", "2024-03-04T10:00", {}, "2024-04-15T10:00"),  # 30 wd
        ("land-first", "2024-09-09T10:00", {}, "2024-10-07T10:00"),  # 20 wd
        ("land-change", "2025-03-03T10:00", {}, "2025-03-17T10:00"),  # 10 wd before
        ("mortgage", "2026-03-02T10:00", {"case": "longest"}, "2026-03-05T10:00"),
        ("land-use", "2026-03-02T10:00", {}, "2026-03-23T10:00"),
        ("house-permit", "2026-03-02T10:00", {}, "2026-03-17T10:00"),
        ("judicial-record", "2026-03-02T10:00", {}, "2026-03-12T10:00"),
        ("residence", "2026-03-02T10:00", {"case": "temporary"}, "2026-03-05T10:00"),
        ("social-allowance", "2026-03-02T10:00", {}, "2026-04-01T10:00"),
        ("merit", "2026-03-02T10:00", {}, "2026-03-27T10:00"),
        ("health-practice", "2026-03-02T10:00", {}, "2026-04-01T10:00"),
    ],
)
def test_limits_of_general_knowledge_say_so(name, received, way, expected):
    assert reckoned(name, received, **way) == (expected, "M")


def test_all_rows_are_there_once_and_every_limit_has_its_source():
    rows = sorted(procedure.row for procedure in OURS.procedures.values())
    assert rows == list(range(1, 28))
    for procedure in OURS.procedures.values():
        for entry in procedure.limits:
            assert entry.source
            assert (entry.mark == "V") is bool(re.search(r"\bS\d", entry.source))


def table(shared) -> list[list[str]]:
    """The rows of the brief's table 4.3: number, name with code, Vietnamese, level, limit ..."""
    text = (shared / "domain.md").read_text("utf-8")
    part = text[text.index("### 4.3") : text.index("Real internal step budgets")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines()]
    return [row for row in rows if re.fullmatch(r"\d+", row[0])]


@pytest.mark.shared
def test_the_catalogue_says_what_the_brief_says(shared):
    by_row = {procedure.row: procedure for procedure in OURS.procedures.values()}
    rows = table(shared)
    assert len(rows) == 27
    for number, name, vietnamese, _, limit, flow, *_ in rows:
        procedure = by_row[int(number)]
        code = re.search(r"\((\d\.\d+)\)", name)
        assert procedure.code == (code[1] if code else "")
        assert procedure.vi == vietnamese.replace(" / ", ", ") or procedure.row == 24
        assert procedure.flow == flow
        written = {int(n) for n in re.findall(r"\d+", limit.replace("15:00", ""))}
        ours = {int(n) for entry in procedure.limits for n in re.findall(r"\d+", entry.limit)}
        years = {2014, 2024, 2025}
        # 1.9 gives the interlinked procedure's earlier cases, the table its cap only; a range is its two ends
        assert ours - ({15, 2} if procedure.row == 2 else set()) == written - years
        assert ("same day" in limit) is any(entry.limit.startswith("same-day") for entry in procedure.limits)


def test_a_dossier_keeps_the_limit_of_the_day_of_its_acceptance():
    last, first = date(2025, 6, 30), date(2025, 7, 1)  # [V:S7] design advice
    assert str(OURS.limit_of("land-change", last).limit) == "10wd"
    assert str(OURS.limit_of("land-change", first).limit) == "8wd"
    assert str(OURS.limit_of("birth-interlinked", date(2024, 6, 11)).limit) == "20wd"
    assert str(OURS.limit_of("birth-interlinked", date(2024, 6, 12)).limit) == "3wd"


def test_the_level_changes_with_the_tiers():
    levels = {name: OURS.procedures[name].level for name in OURS}
    assert levels["household-business"](date(2025, 6, 30)) == "district"
    assert levels["household-business"](date(2025, 7, 1)) == "commune"
    assert levels["judicial-record"](NOW) == "police"
    assert not any("district" in level(NOW) for level in levels.values())


def test_what_a_remote_area_gets_is_a_rule_that_a_province_can_change():
    sets = decisions({"sets": [{"law": "ours", "rules": {"remote_extra": "5d"}}]})
    found = OURS.limit_of("land-change", NOW, Way(remote=True), sets)
    assert str(found.limit) == "8wd+5d"
    assert "remote_extra = 5d: ours [M]" in found.source
    with pytest.raises(ValueError, match="nothing on top"):
        OURS.limit_of("birth", NOW, Way(remote=True))


def test_the_parts_of_the_interlinked_procedure_end_under_its_cap():
    found = OURS.limit_of("birth-interlinked", NOW)
    received = datetime.fromisoformat("2026-03-02T10:00+07:00").timestamp()
    chain = found.chain(received, vietnam())
    assert set(chain.spans) == {"birth", "residence", "health-card"}
    assert chain.at == due(received, found.limit, vietnam()).at
    assert OURS.limit_of("birth", NOW).chain(received, vietnam()) is None


# Step budgets of 4.3 [V:S16], and how much of the limit they leave to the agencies.
@pytest.mark.parametrize(
    ("name", "days", "limit"),
    [
        ("deregistration of a lease", 3, 3),
        ("change registration", 8, 8),
        ("first registration, phase 1", 8, 17),
        ("first registration, phase 2", 4, 17),
        ("adjustment of a decision, phase 1 (province)", 4.5, 17),
    ],
)
def test_budgets_are_those_of_the_brief_and_end_so_many_working_days_later(name, days, limit):
    budget = next(each for each in OURS.budgets if each.name == name)
    assert sum(step.days for step in budget.steps) == days
    start = datetime.fromisoformat("2026-03-02T07:30+07:00").timestamp()
    chain = chained(start, budget.parts(), None, vietnam())
    assert vietnam().between(start, chain.at) <= (days + 1) * 8 * 3600  # a hand-over may wait for the morning
    assert vietnam().between(start, chain.at) >= days * 8 * 3600
    assert budget.limit == f"{limit}wd"


ENTRY = {"limit": "3wd", "source": "x", "mark": "M"}


def one(**procedure: object) -> dict[str, object]:
    usual = {"row": 1, "name": "n", "vi": "v", "field": "f", "flow": "C", "levels": [{"level": "commune"}],
             "limits": [ENTRY]}  # fmt: skip
    return {"procedures": {"p": {**usual, **procedure}}}


def test_a_channels_own_limit_goes_before_the_common_one():
    found = parse(one(limits=[ENTRY, {**ENTRY, "channel": "online", "limit": "2wd"}]))
    assert [str(found.limit_of("p", NOW, Way(channel)).limit) for channel in ("", "post", "online")] == [
        "3wd", "3wd", "2wd",
    ]  # fmt: skip


def test_a_limit_holds_from_its_first_day_to_the_day_before_the_next():
    changed = date(2025, 7, 1)
    found = parse(one(limits=[{**ENTRY, "until": changed}, {**ENTRY, "since": changed, "limit": "none"}]))
    days = [changed - timedelta(1), changed]
    assert [found.limit_of("p", day).limit.unit for day in days] == ["wd", "none"]


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (None, "procedures: must be a mapping"),
        ({"procedures": []}, "procedures: must be a mapping"),
        ({"procedures": {}, "extra": 1}, "extra: is not known here"),
        (one(row="1"), "procedures.p.row: Expected int"),
        (one(colour="red"), "procedures.p: Object contains unknown field colour"),
        (one(limits=[]), "procedures.p: needs at least one"),
        (one(limits=[{**ENTRY, "limit": "3 weeks"}]), r"p.limits\[0\].limit: '3 weeks' is no limit"),
        (one(limits=[{**ENTRY, "mark": "X"}]), r"procedures.p.limits\[0\].mark: Invalid enum value 'X'"),
        (one(limits=[{**ENTRY, "remote": "far"}]), r"procedures.p.limits\[0\].remote: 'far' is no limit"),
        (one(limits=[ENTRY, ENTRY]), r"procedures.p.limits\[1\]: holds on the same days as limits\[0\]"),
        (
            one(limits=[{**ENTRY, "since": date(2026, 1, 1), "until": date(2026, 1, 1)}]),
            r"limits\[0\].until: must be after since",
        ),
        (one(limits=[{**ENTRY, "parts": [{"name": "a", "agency": "b", "limit": "x"}]}]), r"parts\[0\].limit"),
        ({**one(), "budgets": [{"name": "b"}]}, r"budgets\[0\]: Object missing required field limit"),
        (
            {**one(), "budgets": [{"name": "b", "limit": "1wd", "steps": [], "source": "x", "mark": "V",
                                   "procedure": "q"}]},
            r"budgets\[0\].procedure: 'q' is no procedure",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_catalogue_is_told_with_its_path(mapping, words):
    with pytest.raises(ValueError, match=words):
        parse(mapping)


def test_an_unknown_procedure_or_case_is_told_with_what_there_is():
    with pytest.raises(ValueError, match="--list shows them"):
        OURS.limit_of("passport", NOW)
    with pytest.raises(ValueError, match=r"cases: \(the usual one\), verify"):
        OURS.limit_of("marriage", NOW, Way(case="hurry"))
    with pytest.raises(ValueError, match="is no procedure"):
        Catalogue({}).procedure("")
    assert str(parse_limit("3wd")) == str(OURS.limit_of("marital-status", NOW).limit)


def test_a_step_may_have_another_budget_for_what_was_filed_online():
    raw = {
        "procedures": {},
        "budgets": [
            {
                "name": "b",
                "limit": "3wd",
                "source": "S4",
                "mark": "V-code",
                "steps": [
                    {"name": "intake", "agency": "centre", "days": 0.5, "online": 0},
                    {"name": "appraise", "agency": "office", "days": 2, "online": 1.5},
                ],
            }
        ],
    }
    budget = parse(raw).budgets[0]
    assert [(part.name, part.limit.count) for part in budget.parts()] == [("intake", 0.5), ("appraise", 2)]
    assert [(part.name, part.limit.count) for part in budget.parts("online")] == [("appraise", 1.5)]
