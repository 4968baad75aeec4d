"""Feeding a topic: ticks between the messages, a last one past every due date, at a pace."""

import time
from datetime import timedelta

import pytest
from hypothesis import given, settings

from dossier.event import Accepted, Tick, encode
from motcua.feed import lines, paced, ticked
from motcua.files import Line
from tests import strategies as our

DAY = timedelta(days=1)

LATE = timedelta(hours=2)
"""A last tick goes beyond what waits."""


def accepted(hour: float, due: float | None = None, scenario: str = "live", name: str = "d") -> Accepted:
    return Accepted(
        scenario=scenario, dossier_id=name, office="o", seq=1, at=our.at(hour),
        procedure="p", channel="c", online=True, due_at=None if due is None else our.at(due),
    )  # fmt: skip


@settings(max_examples=60)
@given(our.histories())
def test_ticks_stand_between_the_messages_and_change_none(facts):
    fed = list(ticked(lines(facts), DAY))
    assert [line.event for line in fed if not isinstance(line.event, Tick)] == facts
    assert all(line.value == encode(line.event) for line in fed)
    ticks = [line.event.at for line in fed if isinstance(line.event, Tick)]
    named = [at for fact in facts for at in (fact.at, getattr(fact, "due_at", None)) if at is not None]
    assert ticks == sorted(ticks)
    assert (ticks[-1] - LATE if ticks else None) == max(named, default=None)


def test_every_scenario_has_its_own_last_tick():
    fed = list(ticked(lines([accepted(0, 9, "one"), accepted(1, 5, "two")]), DAY))
    assert [(line.event.scenario, line.event.at) for line in fed[2:]] == [
        ("one", our.at(9) + LATE),
        ("two", our.at(5) + LATE),
    ]


def test_until_moves_the_last_tick():
    fed = list(ticked(lines([accepted(0, 9)]), DAY, our.at(3)))
    assert fed[-1].event == Tick(scenario="live", at=our.at(3))


def test_what_is_no_event_goes_on_as_it_is():
    broken = Line(None, b"{")
    fed = list(paced(ticked([broken, *lines([accepted(0)]), broken], DAY), 1e9))
    assert fed[:3] == [broken, *lines([accepted(0)]), broken]
    assert list(paced([broken, broken], 1.0)) == [broken, broken]


def test_a_pace_keeps_the_distances():
    begun = time.monotonic()
    fed = paced(lines([accepted(0), accepted(0.5), accepted(1)]), 3600 * 10)
    seen = [time.monotonic() - begun for _ in fed]
    assert seen[0] < 0.05
    assert seen[2] >= 0.1
    assert seen[1] == pytest.approx(0.05, abs=0.045)


def test_what_is_held_is_sent_before_a_pause():
    sent: list[int] = []
    fed = paced(lines([accepted(0), accepted(1)]), 3600 * 10, lambda: sent.append(1))
    assert len(list(fed)) == 2
    assert sent == [1]
