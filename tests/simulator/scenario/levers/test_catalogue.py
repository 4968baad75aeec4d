"""Every lever fits the shipped scenarios or says why not, and changes what it says and nothing else."""

import re
from itertools import product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.law.rules import PLAIN, RULE_SETS
from simulator.scenario.checks import check
from simulator.scenario.files import names
from simulator.scenario.levers import LEVERS, apply, parse
from simulator.scenario.levers.catalogue import PATCHES
from simulator.scenario.model import (
    Scenario,
    ScenarioError,
)
from tests.simulator.scenario.levers.worlds import (
    PROVINCE,
    levers,
    names_in,
    paths,
    pulled,
    shipped,
)

POOLS = r"(profiles\.\w+\.pools\.\w+|centres\.\w+)\."
PATHS = {
    "simplify": r"procedures\..+\.(limit|work_minutes|delay_hours)$",
    "limits": r"procedures\..+\.limit$",
    "supplement-once": r"procedures\..+\.supplement\.most$",
    "e-signature": r"procedures\..+\.round_hours$",
    "online-share": r"profiles\..+\.(channels|drift)(\.|$)",
    "digitise": r"profiles\..+\.outcome\.(digit|reus|electr)|procedures\..+\.supplement\.digitised$",
    "e-hand-over": r"profiles\..+\.hand_over\.(electronic|round_hours)$",
    "post-office": r"profiles\..+\.(intake\.post_office|channels\.(post|in_person))$",
    "payment-online": r"profiles\..+\.intake\.paid_online$",
    "apology": r"profiles\..+\.apology\.\w+$|offices\..+\.letters$",
    "misconduct": r"profiles\..+\.conduct\.\w+$",
    "saturday": r"profiles\..+\.calendar$|calendars\..+@saturday$",
    "staff": r"(offices\..+\.staff\.\w+|centres\.\w+\.staff)(\.|$)",
    "pooling": r"centres\.counter@|offices\..+\.(staff|at)\.counter$",
    "edd": POOLS + r"(queue|classes)",
    "queue": POOLS + r"(queue|classes)",
    "one-queue": POOLS + "lines$",
    "many-queues": POOLS + "lines$",
    "absence": POOLS + "absence",
    "two-tier": r"offices\.",
    "demand": r"offices\..+\.volumes?(\.|$)",
    "rules": "rules$",
}
"""What each lever may change, by its example."""

CANNOT = {
    ("limits", "five-step"): "unknown 'civil_status'; known are benchmark",
    ("limits", "mm10"): "unknown 'civil_status'; known are theory",
    ("post-office", "mm10"): "none of the chosen offices has an intake",
    ("payment-online", "mm10"): "none of the chosen offices has an intake",
    ("pooling", "five-step"): "0 of the chosen offices have a pool 'counter', and it takes two",
    ("pooling", "mm10"): "0 of the chosen offices have a pool 'counter', and it takes two",
    ("pooling", "quickstart"): "1 of the chosen offices have a pool 'counter', and it takes two",
    ("two-tier", "five-step"): "1 of the chosen offices is at work: nothing merges",
    ("two-tier", "mm10"): "1 of the chosen offices is at work: nothing merges",
    ("two-tier", "quickstart"): "1 of the chosen offices is at work: nothing merges",
}
"""The shipped scenarios that a lever's example does not fit, and why."""

SAME = [
    "simplify:limit=1,work=1,external=1",
    "simplify:limit=1,work=1,external=1,office=pac-nam",
    "supplement-once:most=1000",
    "staff:factor=1",
    "staff:add=0,office=xa-khang-ninh",
    "one-queue",
    "demand:factor=1",
    "demand:factor=1,procedure=birth,office=phuong-duc-xuan",
    "rules:id=by-date",
]
"""Settings that mean the present, whatever it is."""


def present(scenario: Scenario) -> list[str]:
    """Levers with the values that the scenario has already, by profile and pool."""
    found = []
    for name, profile in scenario.profiles.items():
        o, a, c, intake = profile.outcome, profile.apology, profile.conduct, profile.intake
        assert intake is not None
        values = [
            f"digitise:digitised={o.digitised},reused={o.reused},electronic={o.electronic}",
            f"e-hand-over:electronic={profile.hand_over.electronic},round_hours={profile.hand_over.round_hours}",
            f"post-office:share={intake.post_office}",
            f"payment-online:share={intake.paid_online}",
            f"apology:share={a.share},lead_hours={a.lead_hours},tardy={a.tardy},margin={a.margin}",
            f"misconduct:closed_early={c.closed_early},overwritten={c.overwritten},entered_late={c.entered_late}",
        ]
        if not profile.drift:
            values.append(f"online-share:share={profile.channels['online']}")
        for key, pool in profile.pools.items():
            if pool.absence is not None and pool.absence.days_a_year:
                away = pool.absence
                values.append(
                    f"absence:days_a_year={away.days_a_year},spell_days={away.spell_days},pool={key}"
                )
            classes = f",classes={'|'.join(pool.classes)}" if pool.classes else ""
            values.append(f"queue:rule={pool.queue},pool={key}{classes}")
        found += [f"{value},profile={name}" for value in values]
    for name, procedure in scenario.procedures.items():
        found.append(f"limits:limit={procedure.limit},procedure={name}")
        found.append(f"digitise:requests={procedure.supplement.digitised},procedure={name}")
    for name, office in scenario.offices.items():
        for key, staff in office.staff.items():
            count = len(staff) if isinstance(staff, list) else staff
            found.append(f"staff:set={count},pool={key},office={name}")
    return found


REPEATABLE = [
    "limits:procedure=birth,limit=2wd",
    "supplement-once",
    "e-signature",
    "online-share:share=0.9",
    "digitise:digitised=1,reused=0.7,electronic=0.9,requests=0.4",
    "e-hand-over:electronic=1,round_hours=2",
    "post-office:share=0.3,post=0.05",
    "payment-online:share=0.8",
    "apology:share=1,lead_hours=20,tardy=0.1,margin=2",
    "misconduct:overwritten=0.2",
    "saturday",
    "staff:set=3,pool=justice|officer",
    "edd",
    "queue:rule=class,classes=online|civil_status|birth",
    "many-queues",
    "absence:days_a_year=20,spell_days=4",
]
"""Levers that set something: twice is as good as once."""


def test_every_lever_of_the_catalogue_can_be_pulled_and_is_told_in_both_languages():
    assert list(LEVERS) == list(PATCHES) == list(PATHS)
    for name, kind in LEVERS.items():
        assert kind.name == name == parse(kind.example).lever
        told = [kind.words, kind.source, *(setting.words for setting in kind.settings.values())]
        told += [setting.unit for setting in kind.settings.values() if setting.unit]
        assert all(words.en and words.vi for words in told)
        assert {*kind.needs, *kind.scope} <= {*kind.settings}


def test_every_number_has_bounds_and_a_default_within_them():
    for kind in LEVERS.values():
        for setting in kind.settings.values():
            assert setting.numeric == (setting.bounds is not None)
            assert not setting.numeric or setting.unit is not None
            assert setting.default is None or setting.checked(setting.default) == setting.default


def test_the_rule_sets_to_choose_from_are_those_of_the_law():
    choices = LEVERS["rules"].settings["id"].choices
    assert list(choices) == [*(each.id for each in (*RULE_SETS, *PLAIN)), "by-date"]


@pytest.mark.shared
def test_the_plans_that_are_named_as_sources_are_those_of_the_seeds(shared):
    seeds = "".join(path.read_text("utf-8") for path in (shared / "seeds").iterdir()).replace(" /", "/")
    plans = {plan for kind in LEVERS.values() for plan in re.findall(r"\d+/(?:KH|QĐ)-UBND", kind.source.vi)}
    assert len(plans) == 4
    assert [plan for plan in plans if plan not in seeds] == []


@pytest.mark.parametrize(("lever", "name"), list(product(PATHS, names())))
def test_an_example_fits_a_shipped_scenario_or_says_why_not(lever, name):
    before = shipped(name)
    raw = msgspec.json.encode(before)
    if (lever, name) in CANNOT:
        with pytest.raises(ScenarioError, match=rf"^lever {lever}(, setting \w+)?: {CANNOT[lever, name]}$"):
            pulled(before, LEVERS[lever].example)
        return
    after = pulled(before, LEVERS[lever].example)
    check(after)
    assert [path for path in paths(before, after) if not re.match(PATHS[lever], path)] == []
    assert msgspec.json.encode(before) == raw


@pytest.mark.parametrize("lever", PATHS)
def test_an_example_changes_the_province(lever):
    example = {"one-queue": "many-queues"}.get(lever, lever)
    assert paths(shipped(PROVINCE), pulled(shipped(PROVINCE), LEVERS[example].example))


@pytest.mark.parametrize("lever", SAME)
def test_settings_at_their_present_values_change_nothing(lever):
    assert pulled(shipped(PROVINCE), lever) == shipped(PROVINCE)


def test_the_present_values_change_nothing():
    tried = 0
    for lever in present(shipped(PROVINCE)):
        try:
            assert pulled(shipped(PROVINCE), lever) == shipped(PROVINCE), lever
            tried += 1
        except ScenarioError as error:
            assert "centre that others share" in str(error)  # noqa: PT017
    assert tried > 50


@pytest.mark.parametrize("ramp", [0, 30])
def test_the_present_online_share_changes_nothing(ramp, quickstart):
    assert pulled(quickstart, f"online-share:share=0.75,ramp_days={ramp}") == quickstart


@pytest.mark.parametrize("lever", REPEATABLE)
def test_a_lever_that_sets_is_as_good_once_as_twice(lever):
    once = pulled(shipped(PROVINCE), lever)
    assert once != shipped(PROVINCE)
    assert pulled(once, lever) == once


@settings(max_examples=40)
@given(st.lists(levers(names_in(shipped(PROVINCE))), min_size=1, max_size=3))
def test_whatever_lever_is_pulled_the_scenario_can_be_run_or_the_lever_is_named(several):
    scenario = shipped(PROVINCE)
    for lever in several:
        try:
            scenario = apply(scenario, lever)
        except ScenarioError as error:
            assert str(error).startswith(f"lever {lever.lever}")  # noqa: PT017
    check(scenario)
