"""Target sheets: thresholds in whole numbers, and a wrong sheet named by its path."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.figures.indicators import NEEDS, RATES, added, figures, rate
from dossier.official.sheet import COMPARISONS, SHARES, Text, parse, percent
from dossier.official.targets import SIGNS, Sign, bound, counted, evaluate, shown

EMPTY = {name: n for name, n in figures(Counter()).items() if name not in RATES}


def counts(**some):
    return {**EMPTY, "procedures_online": 0, "procedures_offered_online": 0, **some}


def sheet(*targets, **fields):
    return parse(raw(*targets, **fields))


def raw(*targets, **fields):
    label = {"en": "a target", "vi": "một chỉ tiêu"}
    plain = {"words": "98% đúng hạn", "label": label, "measures": label}
    rows = [{"id": f"t{i}", **plain, **row} for i, row in enumerate(targets)]
    head = {"name": "a", "title": label, "source": "a plan", "since": 2021, "until": 2025}
    return {**head, "targets": rows, **fields}


def judged(row, total, by=None, base=None, lang="en", signs=None):
    (found,) = evaluate(sheet(row), {"total": total, "by": by or {}}, 2021, base, lang, signs)
    return found


ON_TIME = {"indicator": "on_time_rate_finished", "at_least": "98%"}


def test_98_percent_of_50_is_49():
    reached = judged(ON_TIME, counts(on_time=49, finished_with_due=50))
    assert (reached.status, reached.missed_by, reached.to_spare) == ("reached", None, 0)
    missed = judged(ON_TIME, counts(on_time=48, finished_with_due=50))
    assert (missed.status, missed.missed_by, missed.to_spare) == ("missed", 1, None)
    assert (missed.numerator, missed.denominator, missed.value, missed.goal) == (48, 50, 0.96, "≥ 98%")


def test_above_85_percent_is_not_reached_by_85_percent():
    row = {"indicator": "online_rate", "above": "85%"}
    assert judged(row, counts(online=85, received=100)).missed_by == 1
    assert judged(row, counts(online=86, received=100)).status == "reached"


def test_a_hundred_percent_forgives_nobody():
    row = {"indicator": "apology_rate", "at_least": "100%"}
    assert judged(row, counts(lettered=999_999, letters_sent=999_999, letters_due=1_000_000)).missed_by == 1


def test_thresholds_with_decimals_are_exact():
    row = {"indicator": "on_time_rate_finished", "at_least": "99.83%"}
    assert judged(row, counts(on_time=9983, finished_with_due=10_000)).status == "reached"
    assert judged(row, counts(on_time=9982, finished_with_due=10_000)).missed_by == 1


@given(st.integers(0, 400), st.integers(1, 400), st.integers(0, 1000), st.sampled_from(COMPARISONS))
def test_missed_by_is_the_least_number_that_would_have_to_be_otherwise(part, whole, permille, comparison):
    """Tried one by one, with fractions."""
    part = min(part, whole)
    threshold = Fraction(permille, 1000)
    fits = {
        "at_least": lambda n: Fraction(n, whole) >= threshold,
        "above": lambda n: Fraction(n, whole) > threshold,
        "at_most": lambda n: Fraction(n, whole) <= threshold,
        "below": lambda n: Fraction(n, whole) < threshold,
    }[comparison]
    if (comparison, permille) in {("above", 1000), ("below", 0)}:
        return
    goal = {"indicator": "online_rate", comparison: f"{permille / 10}%"}
    found = judged(goal, counts(online=part, received=whole))
    up = comparison in {"at_least", "above"}
    steps = range(whole - part + 1) if up else range(part + 1)
    least = next(n for n in steps if fits(part + n if up else part - n))
    assert (found.missed_by or 0) == least
    assert found.status == ("missed" if least else "reached")
    if found.to_spare is not None:
        edge = part - found.to_spare if up else part + found.to_spare
        assert fits(edge)
        assert not fits(edge - 1 if up else edge + 1)


def test_the_bound_of_nothing_is_what_nothing_can_reach():
    assert [bound(name, Fraction(1, 2), 0) for name in COMPARISONS] == [0, 1, 0, -1]


def test_nothing_to_judge_is_no_data_and_not_reached():
    found = judged(ON_TIME, counts())
    assert (found.status, found.value) == ("no_data", None)
    assert "0/0" in found.why


def test_a_strict_rate_that_the_source_cannot_tell_is_no_data():
    row = {"indicator": "on_time_rate_strict", "at_least": "98%"}
    total = counts(on_time_strict=0, finished_with_due=5, on_time_rate_strict=None)
    found = judged(row, total)
    assert (found.status, found.why) == ("no_data", "the source does not tell of it")


def test_a_source_without_any_letter_has_missed_no_apology():
    """A table of acceptances and ends has late dossiers, and no place where a letter would stand."""
    row = {"indicator": "apology_rate", "at_least": "100%"}
    assert judged(row, counts(letters_due=5)).status == "no_data"
    assert judged(row, counts(letters_due=5, returned=9)).missed_by == 5


def test_a_target_of_a_level_is_judged_by_its_dossiers_only():
    row = {**ON_TIME, "where": {"level": ["commune", "ward"]}}
    by = {
        "level": {
            "commune": counts(on_time=48, finished_with_due=50),
            "ward": counts(on_time=50, finished_with_due=50),
            "district": counts(on_time=0, finished_with_due=99),
        }
    }
    found = judged(row, counts(), by)
    assert (found.numerator, found.denominator, found.status) == (98, 100, "reached")


def test_a_level_without_dossiers_is_no_data():
    found = judged({**ON_TIME, "where": {"level": ["district"]}}, counts(), {"level": {}})
    assert (found.status, found.why) == ("no_data", "no dossier of district")


def test_what_cannot_be_measured_says_why_in_both_languages():
    why = {"en": "a rank", "vi": "thứ hạng"}
    row = {"not_measurable": why, "beside": ["satisfied_rate"]}
    found = judged(row, counts(satisfied=3, rated=4))
    assert (found.status, found.why, found.beside) == ("not_measurable", "a rank", {"satisfied_rate": 0.75})
    assert judged(row, counts(), lang="vi").why == "thứ hạng"


def test_what_cannot_be_measured_shows_its_threshold_all_the_same():
    why = {"en": "a rank", "vi": "thứ hạng"}
    rank = {"not_measurable": why, "at_most": 15, "unit": {"en": "of 63 in rank", "vi": "trên 63"}}
    found = judged({**rank, "levels": ["province"]}, counts())
    assert (found.status, found.goal, found.levels) == ("not_measurable", "≤ 15 of 63 in rank", ["province"])
    assert (found.comparison, found.threshold, found.measures) == ("at_most", 15, "a target")
    assert (found.value, found.missed_by) == (None, None)
    assert judged(rank, counts(), lang="vi").goal == "≤ 15 trên 63"
    share = judged({"not_measurable": why, "above": "85%"}, counts())
    assert (share.goal, share.threshold) == ("> 85%", "85%")
    more = {"not_measurable": why, "above": "base"}
    assert judged(more, counts()).goal == "> the earlier period"
    none = judged({"not_measurable": why}, counts())
    assert (none.goal, none.comparison, none.threshold) == ("", None, None)


def test_a_row_has_its_years_and_its_part_of_a_year():
    whole, half = evaluate(
        sheet({**ON_TIME, "until": 2022}, {**ON_TIME, "since": 2021, "until": 2021, "period": "2021-H1"}),
        {"total": counts()},
        2021,
    )
    assert (whole.since, whole.until, whole.period) == (2021, 2022, None)
    assert (half.since, half.until, half.period) == (2021, 2021, "2021-H1")


NEVER = {"signs": ["early", "unnumbered"], "at_most": 0}
EARLY, UNNUMBERED = Text(en="closed early", vi="kết thúc sớm"), Text(en="no number", vi="không có số")
BLIND = Text(en="no numbers in it", vi="không có số kết quả")


def test_what_must_never_happen_is_missed_by_each_dossier_with_a_sign_once():
    found = judged(
        NEVER,
        counts(),
        signs={
            "early": Sign(EARLY, frozenset({("A", "1"), ("A", "2")})),
            "unnumbered": Sign(UNNUMBERED, frozenset({("A", "2"), ("B", "2")})),
        },
    )
    assert (found.status, found.missed_by, found.value, found.denominator) == ("missed", 3, 3, None)
    assert found.why == "closed early: 2; no number: 2"
    assert found.goal == "≤ 0 dossiers with a sign"


def test_no_sign_is_reached_only_where_all_could_be_looked_for():
    clean = {"early": Sign(EARLY), "unnumbered": Sign(UNNUMBERED)}
    reached = judged(NEVER, counts(), signs=clean)
    assert (reached.status, reached.value, reached.to_spare) == ("reached", 0, 0)
    blind = judged(NEVER, counts(), signs={**clean, "unnumbered": Sign(UNNUMBERED, lacks=BLIND)})
    assert (blind.status, blind.value, blind.to_spare) == ("not_measurable", None, None)
    assert blind.why == "no number: no numbers in it"
    seen = {
        "early": Sign(EARLY, frozenset({("A", "1")})),
        "unnumbered": Sign(UNNUMBERED, lacks=BLIND),
    }
    assert judged(NEVER, counts(), signs=seen).missed_by == 1


@given(st.integers(0, 400), st.integers(1, 400), st.integers(1, 9999), st.sampled_from(COMPARISONS))
def test_a_missed_goal_never_reads_as_reached(part, whole, threshold, comparison):
    """Read off what is printed, with two decimals of a percent; the goal from the text, or from a base."""
    part = min(part, whole)
    reads = {"≥": float.__ge__, ">": float.__gt__, "≤": float.__le__, "<": float.__lt__}
    base = {"total": counts(online=threshold, received=10_000 + threshold)}
    for goal in (f"{threshold / 100}%", "base"):
        row = {"indicator": "online_rate", comparison: goal}
        found = judged(row, counts(online=part, received=whole), base=base)
        sign, number = found.goal.rstrip("%").split()
        assert sign == SIGNS[comparison]
        if found.status == "missed":
            assert not reads[sign](round(shown(found) * 100, 2), float(number))


FEWER = {"indicator": "late_rate", "below": "base"}


def test_fewer_late_than_before_compares_with_the_earlier_period_exactly():
    before = {"total": counts(breached=1, finished_with_due=2, open_overdue=1)}
    same = judged(FEWER, counts(breached=100, finished_with_due=300), base=before)
    assert (same.status, same.missed_by) == ("missed", 1)
    fewer = judged(FEWER, counts(breached=99, finished_with_due=300), base=before)
    assert (fewer.status, fewer.goal) == ("reached", "< 33.34%")
    assert [shown(row) for row in (same, fewer)] == [0.3334, 0.33]


def test_without_an_earlier_period_there_is_nothing_to_compare_with():
    found = judged(FEWER, counts(breached=1, finished_with_due=4))
    assert (found.status, found.value, found.missed_by) == ("no_data", 0.25, None)
    assert "--base" in found.why


def test_fewer_than_none_is_missed_by_no_number():
    before = {"total": counts(breached=0, finished_with_due=2)}
    found = judged(FEWER, counts(breached=0, finished_with_due=4), base=before)
    assert (found.status, found.missed_by) == ("missed", None)


def test_a_plain_count_is_judged_as_such():
    row = {"indicator": "post_office", "at_least": 3}
    found = judged(row, counts(post_office=1))
    assert (found.missed_by, found.denominator, found.value, found.goal) == (2, None, 1, "≥ 3")
    none = {"indicator": "letters_false", "at_most": 0}
    assert judged(none, counts(letters_false=2)).missed_by == 2


def test_procedures_are_told_from_dossiers():
    row = {"indicator": "procedures_with_online_rate", "at_least": "60%"}
    found = judged(row, counts(procedures_online=5, procedures_offered_online=10))
    assert (found.missed_by, found.unit) == (1, "procedures")


def test_a_step_stands_for_its_years_only():
    rows = sheet({**ON_TIME, "until": 2022}, {**ON_TIME, "since": 2023}, ON_TIME)
    found = {
        year: [row.id for row in evaluate(rows, {"total": counts()}, year)]
        for year in (2021, 2022, 2023, 2025)
    }
    assert found == {2021: ["t0", "t2"], 2022: ["t0", "t2"], 2023: ["t1", "t2"], 2025: ["t1", "t2"]}


@given(st.dictionaries(st.sampled_from(list(EMPTY)), st.integers(0, 9)))
def test_a_share_is_the_rate_that_measure_shows(some):
    """By the names of both tables, so that a target and the figure beside it cannot differ."""
    some = {**some, **{name: 1 + some.get(name, 0) for names in NEEDS.values() for name in names}}
    measured = added([counts(**some)])
    for name in RATES:
        pair = counted(name, counts(**some))
        assert pair is not None
        assert rate(*pair) == measured[name]


def test_every_share_is_made_of_counts_that_measure_has():
    known = {*counts(), "fell_due"}
    assert {name for pair in SHARES.values() for name in pair} <= known


NO = {"en": "no", "vi": "không"}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({**ON_TIME, "atleast": "98%"}, r"targets\.0: .*atleast"),
        ({**ON_TIME, "at_least": "98"}, r"targets\.0\.at_least: must be a share"),
        ({**ON_TIME, "at_least": 98}, r"targets\.0\.at_least: must be a share"),
        ({**ON_TIME, "at_least": "120%"}, r"targets\.0\.at_least: must be a share"),
        ({**ON_TIME, "at_least": 0.98}, r"targets\.0\.at_least: Expected"),
        ({**ON_TIME, "above": "90%"}, r"targets\.0\.above: needs exactly one"),
        ({"indicator": "online_rate"}, r"targets\.0\.at_least: needs exactly one"),
        ({"indicator": "online_rate", "above": "100%"}, r"targets\.0\.above: nothing is above 100%"),
        ({"indicator": "on_time_rate", "above": "90%"}, r"targets\.0\.indicator: 'on_time_rate' is none of"),
        ({"indicator": "late", "at_most": "3%"}, r"targets\.0\.at_most: must be a count"),
        ({"indicator": "late", "at_most": True}, r"targets\.0\.at_most: Expected|must be a count"),
        ({"words": ""}, r"targets\.0\.words: "),
        ({}, r"targets\.0\.indicator: None is none of"),
        ({**ON_TIME, "not_measurable": NO}, r"targets\.0\.indicator: what is not measurable here has none"),
        ({**NEVER, "not_measurable": NO}, r"targets\.0\.signs: what is not measurable here has none"),
        ({"at_least": "120%", "not_measurable": NO}, r"targets\.0\.at_least: must be a share"),
        ({"at_least": -1, "not_measurable": NO}, r"targets\.0\.at_least: must be a count"),
        ({"at_least": 1, "above": 2, "not_measurable": NO}, r"targets\.0\.above: needs exactly one"),
        ({"unit": NO, "not_measurable": NO}, r"targets\.0\.unit: there is no threshold"),
        ({**ON_TIME, "unit": NO}, r"targets\.0\.unit: what is measured here has its own"),
        ({**NEVER, "indicator": "late"}, r"targets\.0\.indicator: signs are counted over all dossiers"),
        ({**NEVER, "where": {"level": ["a"]}}, r"targets\.0\.where: signs are counted over all dossiers"),
        ({**NEVER, "at_most": "base"}, r"targets\.0\.at_most: must be a count"),
        ({**NEVER, "at_most": "0%"}, r"targets\.0\.at_most: must be a count"),
        ({"signs": ["early"]}, r"targets\.0\.at_least: needs exactly one"),
        ({**ON_TIME, "measures": {"en": "only English"}}, r"targets\.0\.measures"),
        ({**ON_TIME, "levels": ["ward"]}, r"targets\.0\.levels"),
        ({**ON_TIME, "period": "2021-H3"}, r"targets\.0\.period"),
        ({**ON_TIME, "period": "2021-H1"}, r"targets\.0\.period: 2021-H1 must lie in the one year"),
        ({**ON_TIME, "where": {"tier": ["x"]}}, r"targets\.0\.where\.tier: no dimension"),
        ({**ON_TIME, "where": {"level": []}}, r"targets\.0\.where"),
        ({**ON_TIME, "where": {"level": ["a"], "office": ["b"]}}, r"targets\.0\.where: takes one dimension"),
        ({**ON_TIME, "since": 2020}, r"targets\.0\.since: the years must lie within 2021-2025"),
        ({**ON_TIME, "since": 2024, "until": 2023}, r"targets\.0\.since: the years"),
        ({**ON_TIME, "beside": ["received"]}, r"targets\.0\.beside: 'received' is no figure"),
        (
            {"indicator": "procedures_with_online_rate", "above": "1%", "where": {"level": ["a", "b"]}},
            r"targets\.0\.where: a procedure counts once",
        ),
    ],
)
def test_a_wrong_target_is_named_by_its_path(row, words):
    with pytest.raises(ValueError, match=words):
        sheet(row)


@pytest.mark.parametrize("wrong", [None, [], "targets", {"name": "a"}])
def test_what_is_no_sheet_is_refused(wrong):
    with pytest.raises(ValueError, match="the sheet"):
        parse(wrong)


def test_one_name_for_two_targets_is_refused():
    with pytest.raises(ValueError, match=r"targets\.1\.id: 't0' is there twice"):
        sheet(ON_TIME, {**ON_TIME, "id": "t0"})


def test_a_sheet_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="until: must not be before since"):
        sheet(ON_TIME, until=2020)


def test_a_percentage_is_read_exactly():
    assert percent("99.83%") == Fraction(9983, 10_000)
    assert percent("98 %") == Fraction(49, 50)
