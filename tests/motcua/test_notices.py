"""What a planner is told before a run: levers without effect, posts rounded up, nothing filed."""

from datetime import date

import pytest
from msgspec.structs import replace

from motcua.notices import notices
from simulator.scenario.files import load
from simulator.scenario.levers import parse
from tests.simulator.scenario.levers.worlds import shipped

UNTIL = date(2026, 4, 1)


def told(*levers: str, lang: str = "en", until: date | None = UNTIL) -> list[str]:
    return list(notices(load("quickstart"), [parse(lever) for lever in levers], until, lang))


def test_what_is_as_it_should_be_is_not_spoken_of():
    assert told() == told("staff:add=1,pool=justice", "edd:on=2026-03-31") == []


def test_a_lever_after_the_last_day_has_no_effect():
    (sentence,) = told("edd:on=2026-04-01")
    assert sentence == (
        "lever edd:on=2026-04-01 begins on 2026-04-01, after the run's last day, 2026-03-31: it has no effect"
    )
    assert told("edd:on=2026-04-01", until=None) == []  # with --dossiers a run goes on beyond it
    assert "01/04/2026" in told("edd:on=2026-04-01", lang="vi")[0]


def test_a_lever_that_changes_nothing_is_named_once_another_has_done_it():
    assert told("one-queue") == ["lever one-queue changes nothing in quickstart"]
    assert told("edd", "edd:on=2026-03-16") == ["lever edd:on=2026-03-16 changes nothing in quickstart"]


def test_posts_rounded_up_are_told_with_the_pool_that_gains_most():
    (sentence,) = told("staff:factor=1.1,pool=counter")
    assert sentence.endswith("rounded up: 1.1 officials of H44.100/counter do the work of 2")
    (sentence,) = told("staff:factor=1.1", lang="vi")
    assert "1,1 cán bộ của H44.100/counter làm được việc của 2" in sentence
    assert "3 nhóm khác" in sentence


@pytest.mark.parametrize(
    ("lever", "words"),
    [
        ("demand:factor=0", "no dossier is filed any more"),
        ("demand:factor=0,procedure=birth", "nothing more is filed where it applies"),
    ],
)
def test_a_demand_of_nothing_is_told(lever, words):
    (sentence,) = told(lever)
    assert words in sentence


def test_offices_without_filings_are_told_of_ones_own_scenario_alone():
    world = shipped("quickstart")
    office = world.offices["H44.100"]
    mine = replace(world, name="mine", offices={"A": office, "B": replace(office, volume=0)})
    assert list(notices(mine, [], UNTIL, "en")) == ["no dossier is expected of B: the volume is 0"]
    assert list(notices(replace(mine, name="quickstart"), [], UNTIL, "en")) == []
    nothing = replace(world, offices={"B": mine.offices["B"]})
    assert list(notices(nothing, [], UNTIL, "en")) == [
        "no dossier is expected in quickstart: all volumes are 0"
    ]


def test_the_command_says_it_on_standard_error(simulate):
    code, out, error = simulate("quickstart", "--until", "2026-03-03", "--lever", "edd:on=2026-03-03")
    assert code == 0
    assert b"motcua: lever edd:on=2026-03-03 begins on 2026-03-03" in error
    assert b"begins" not in out
