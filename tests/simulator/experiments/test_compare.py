"""Comparisons: paired, with controls, to a wanted width, and corrected for their number."""

import json
from datetime import date

import pytest

from simulator.experiments.compare import Comparison, Question, compare, conclude
from simulator.experiments.measures import Key, key
from simulator.experiments.runs import Sample, replicate
from simulator.experiments.worlds import of
from simulator.scenario.model import Scenario

ON_TIME, WAIT = key("on_time"), key("wait")
UNTIL = date(2026, 3, 16)


@pytest.fixture(scope="module")
def sample(quickstart: Scenario) -> Sample:
    return replicate(
        of(quickstart, ["staff:pool=leader,add=1", "edd"]), range(1, 25), until=UNTIL, processes=1
    )


@pytest.fixture(scope="module")
def found(sample: Sample) -> Comparison:
    return conclude(sample, Question(by="office", until=UNTIL))


def test_a_difference_is_that_of_the_pairs(sample: Sample) -> None:
    plain = conclude(sample, Question(controls=False, until=UNTIL))
    effect = plain.effect("edd", WAIT)
    pairs = sample.of("edd", WAIT) - sample.of("baseline", WAIT)
    assert effect.difference == pytest.approx(pairs.mean())
    assert effect.baseline + effect.difference == pytest.approx(effect.value)
    assert effect.runs == 24
    assert effect.low is not None
    assert effect.low < effect.difference


def test_pairs_and_controls_gain(found: Comparison) -> None:
    effect = found.effect("staff:pool=leader,add=1", WAIT)
    assert effect.crn is not None
    assert effect.gain is not None
    assert effect.crn > 10
    assert effect.gain > 1
    assert found.significant(effect)


def test_all_is_told_of_offices_where_it_is_asked_for(found: Comparison, sample: Sample) -> None:
    of_offices = {effect.of for effect in found.effects}
    assert of_offices == {"", "office:H44.100"}
    assert found.effect("edd", Key(WAIT.indicator, "office:H44.100")).difference == pytest.approx(
        found.effect("edd", WAIT).difference
    )
    assert {each.of for each in conclude(sample, Question(by="pool")).figures} >= {"", "pool:H44.100/leader"}


def test_headlines_are_corrected_among_themselves(found: Comparison) -> None:
    assert found.headline == ON_TIME
    first, second = (found.effect(world.name, ON_TIME) for world in found.worlds[1:])
    assert first.p is not None
    assert second.p is not None
    least = min(first.p, second.p)
    assert min(first.holm or 0, second.holm or 0) == pytest.approx(min(1, 2 * least))


def test_its_json_has_no_number_that_is_none(found: Comparison) -> None:
    plain = json.loads(json.dumps(found.plain(), allow_nan=False))
    assert plain["runs"] == 24
    assert [world["officials"] for world in plain["worlds"]] == [4.5, 5.5, 4.5]


def test_a_precision_is_reached_on_several_indicators_at_once(quickstart: Scenario) -> None:
    asked = Question(precision={ON_TIME: 0.01, WAIT: 0.5}, until=UNTIL, most=120)
    found = compare(of(quickstart, ["edd"]), asked, processes=1)
    assert found.enough
    assert found.runs >= 20
    assert found.interval == "two-stage t"
    for each in found.precision:
        effect = found.effect("edd", Key(each.indicator, each.of))
        assert effect.low is not None
        assert effect.high is not None
        assert each.reached == pytest.approx((effect.high - effect.low) / 2)
        assert each.reached is not None
        assert each.reached <= each.wanted


def test_a_precision_out_of_reach_is_said(quickstart: Scenario) -> None:
    asked = Question(precision={WAIT: 1e-6}, until=date(2026, 3, 3), most=20)
    found = compare(of(quickstart, ["edd"]), asked, processes=1)
    assert not found.enough
    assert found.runs == 20


def test_a_lever_without_effect_has_none(quickstart: Scenario) -> None:
    late = "staff:pool=leader,add=1,on=2027-01-01"
    found = compare(of(quickstart, [late]), Question(replications=3, until=date(2026, 3, 3)), processes=1)
    assert {(effect.difference, effect.p) for effect in found.effects} == {(0.0, 1.0)}
    assert not any(found.significant(effect) for effect in found.effects)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Question(replications=1), "one run has no interval"),
        (Question(replications=7, interval="bootstrap"), "the bootstrap needs 8 replications or more, is 7"),
        (Question(confidence=1.0), "confidence must be"),
        (Question(precision={WAIT: 0.0}), "must be more than 0"),
        (Question(precision={WAIT: 1.0}, most=5), "most must be 20 or more"),
        (
            Question(precision={Key("late", "level:x"): 1.0}, until=date(2026, 3, 3)),
            "known are level:commune",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(quickstart: Scenario, asked: Question, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        compare(of(quickstart, ["edd"]), asked, processes=1)


def test_the_interval_of_the_bootstrap_is_near_that_of_t(sample: Sample) -> None:
    one, other = (
        conclude(sample, Question(interval=kind)).effect("edd", WAIT)  # type: ignore[arg-type]
        for kind in ("t", "bootstrap")
    )
    assert one.difference == other.difference
    assert one.low is not None
    assert other.low is not None
    assert one.difference - other.low < 3 * (one.difference - one.low)
    assert other.low < one.difference
