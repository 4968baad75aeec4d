"""The rule sets: every rule has an article and a mark, and changes on its day."""

from datetime import date, time, timedelta
from itertools import pairwise

import pytest

from dossier.law.rules import BASES, NAMES, PLAIN, RULE_SETS, rules_on, written

MARKS = {"V", "V-code", "I", "M"}


def test_rule_sets_change_on_their_day():
    for before, after in pairwise(RULE_SETS):
        assert rules_on(after.since) is after
        assert rules_on(after.since - timedelta(1)) is before
    assert rules_on(date(1990, 1, 1)) is RULE_SETS[0]


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2018, 6, 20), "0-before"),
        (date(2018, 6, 21), "A-2018"),  # Decree 61/2018 in force [V:S9]
        (date(2021, 12, 5), "A-2018"),
        (date(2021, 12, 6), "B-2021"),  # Decree 107/2021 [V:S10]
        (date(2025, 6, 30), "B-2021"),
        (date(2025, 7, 1), "C-2025"),  # Decree 118/2025 [V:S13,S14]
    ],
)
def test_the_periods_are_those_of_the_decrees(day, name):
    assert rules_on(day).id == name


@pytest.mark.parametrize("rules", [*RULE_SETS, *PLAIN], ids=lambda rules: rules.id)
def test_every_rule_of_every_set_has_an_article_and_a_mark(rules):
    told = list(rules)
    assert [rule.name for rule in told] == list(NAMES)
    for rule in told:
        assert rule.article.strip()
        assert rule.mark in MARKS
        assert str(rule) == f"{rule.name} = {written(rule.value)}: {rule.article} [{rule.mark}]"


# Marks as the domain brief gives them; what it calls [M] must not pass for verified.
@pytest.mark.parametrize(
    ("name", "marks"),
    [
        ("same_day_cutoff", "V V V V"),  # 1.4 [V:S8]
        ("arrival_outside", "V-code V-code V-code V-code"),  # 1.4 [V-code:S4]
        ("first_day", "M M M M"),  # 1.4 Civil Code 2015 art. 147 [M]
        ("day_hours", "V-code V-code V-code V-code"),  # 1.4 [V-code:S4]
        ("remote_extra", "V V V V"),  # 1.4 [V:S16]
        ("supplement_clock", "M M I I"),  # 1.5: restart [M]; 766 [V:S1] is of an index, taken over
        ("supplement_requests", "M M M M"),  # 1.5 [M]
        ("payment_outside", "M M M M"),  # 1.6 [M]
        ("letter_lead_days", "V V V M"),  # 1.7 [V:S18,S19]; section 10: not known for Decree 118/2025
        ("reappointments", "M M M M"),  # 1.7 [M]
        ("acknowledge_hours", "I M M M"),  # 1.4 Decree 45/2020 [M]
        ("handover_cutoff", "I M M M"),  # 1.4 Decree 61/2018 art. 18 [M]
    ],
)
def test_marks_are_those_of_the_brief(name, marks):
    assert [rules.rule(name).mark for rules in RULE_SETS] == marks.split()


def test_the_sets_differ_where_the_law_changed():
    before, a, b, c = RULE_SETS
    assert [each.tiers for each in RULE_SETS] == [3, 3, 3, 2]
    assert [each.filing for each in RULE_SETS] == ["territorial", "territorial", "pilot", "general"]
    assert (a.supplement_clock, b.supplement_clock) == ("restart", "pause")
    assert (before.handover_cutoff, a.handover_cutoff) == (None, time(15))
    assert before.letter_lead_days == 0
    assert c.law.startswith("Decree 118/2025")


def test_the_plain_base_moves_nothing():
    (plain,) = BASES["plain"]
    assert not plain.day_off_moves
    assert not plain.days_from_opening
    assert plain.same_day_cutoff is None
