"""A place's own decisions, laid over the country's rules by date; strict about what is written."""

from datetime import date, time

import pytest

from dossier.law.decision import named, parse
from dossier.law.rules import NAMES, PLAIN, RULE_SETS, rules_on, written

HCMC = {
    "sets": [
        {
            "id": "hcmc-2016",
            "since": "2016-10-10",
            "law": "HCMC Decision 5157/QĐ-UBND of 30 Sep 2016",
            "rules": {"letter_lead_days": {"value": 0, "source": "the same, S19", "mark": "V"}},
        },
        {"id": "hcmc-2022", "since": date(2022, 1, 1), "law": "a later one", "rules": {"reappointments": 2}},
    ]
}


def test_a_provinces_rule_holds_from_its_day_and_the_rest_stays_the_countrys():
    sets = parse(HCMC)
    for day in (date(2016, 10, 9), date(2016, 10, 10), date(2018, 6, 21), date(2021, 12, 6), date(2022, 1, 1),
                date(2025, 7, 1)):  # fmt: skip
        own, country = rules_on(day, sets), rules_on(day)
        expected = {name: getattr(country, name) for name in NAMES}
        if date(2016, 10, 10) <= day < date(2022, 1, 1):
            expected["letter_lead_days"] = 0
        if day >= date(2022, 1, 1):
            expected["reappointments"] = 2
        assert {name: getattr(own, name) for name in NAMES} == expected


def test_each_rule_says_whose_it_is():
    sets = parse(HCMC)
    own = rules_on(date(2019, 1, 1), sets)
    assert own.id == "hcmc-2016/A-2018"
    assert str(own.rule("letter_lead_days")) == "letter_lead_days = 0: the same, S19 [V]"
    assert own.rule("supplement_clock") == rules_on(date(2019, 1, 1)).rule("supplement_clock")
    assert rules_on(date(2023, 1, 1), sets).rule("reappointments").article == "a later one"
    assert rules_on(date(2023, 1, 1), sets).rule("reappointments").mark == "M"


def test_a_place_may_begin_from_no_law():
    sets = parse({"base": "plain", "sets": [{"law": "city", "rules": {"same_day_cutoff": "12:00"}}]})
    assert [rules.same_day_cutoff for rules in sets] == [time(12)]
    assert sets[0].day_off_moves is PLAIN[0].day_off_moves is False


def one(**rules):
    return {"sets": [{"law": "x", "rules": rules}]}


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ([], "rules: must be a mapping"),
        (None, "rules: must be a mapping"),
        ({"set": []}, "'set' is not known here: use base, sets"),
        ({"base": "france", "sets": []}, "base: 'france' is no base"),
        ({}, "sets: must be a list"),
        ({"sets": {}}, "sets: must be a list"),
        ({"sets": ["x"]}, r"sets\[0\]: must be a mapping"),
        ({"sets": [{"rules": {"tiers": 2}}]}, r"sets\[0\].law: name the decision"),
        ({"sets": [{"law": "x"}]}, r"sets\[0\].rules: must name at least one rule"),
        (
            {"sets": [{"law": "x", "since": "soon", "rules": {"tiers": 2}}]},
            r"sets\[0\].since: 'soon' is no date",
        ),
        ({"sets": [HCMC["sets"][1], HCMC["sets"][0]]}, r"sets\[1\].since: must be after 2022-01-01"),
        (one(colour="red"), r"sets\[0\].rules.colour: 'colour' is no rule: known are same_day_cutoff"),
        (one(tiers="two"), r"sets\[0\].rules.tiers: 'two' will not do: expected int, got str"),
        (one(tiers=4), "must be from 2 to 3, is 4"),
        (one(letter_lead_days=-1), "must be from 0 to 60, is -1"),
        (one(letter_lead_days=True), "expected int, got bool"),
        (one(supplement_clock="stop"), "invalid enum value 'stop'"),
        (one(same_day_cutoff=900), 'is no time of day: write "15:00", in quotes'),
        (one(remote_extra="10 days"), 'write "10wd"'),
        (one(day_off_moves="no"), "write yes or no"),
        (one(tiers={"value": 2, "mark": "X"}), "rules.tiers.mark: 'X' is no mark"),
        (one(tiers={"source": "x"}), "rules.tiers.value: is missing"),
        (one(tiers={"value": 9}), "rules.tiers.value: must be from 2 to 3"),
        (one(tiers={"value": 2, "page": 1}), "'page' is not known here: use mark, source, value"),
    ],
)
def test_what_is_wrong_is_told_with_its_path(mapping, words):
    with pytest.raises(ValueError, match=words):
        parse(mapping)


def test_what_the_command_line_says_is_read_back_as_it_is_written():
    for rules in (*RULE_SETS, *PLAIN):
        for rule in rules:
            assert named(rule.name, written(rule.value)) == rule.value


@pytest.mark.parametrize(("name", "text"), [("tiers", "two"), ("what", "1"), ("day_off_moves", "7")])
def test_what_the_command_line_says_is_checked_as_well(name, text):
    with pytest.raises(ValueError, match=name):
        named(name, text)
