"""What is wrong is told in Vietnamese with the numbers of the English sentence."""

import re
from typing import NamedTuple

import pytest

from motcua.trouble import sentence
from simulator.engine import trouble as engine
from simulator.engine.trouble import Trouble
from simulator.run import Simulation
from simulator.scenario.files import load
from simulator.scenario.levers import parse


class Pool(NamedTuple):
    """What the engine's sentences ask of a pool."""

    name: str = "leader"
    office: str = "H44.100"
    posts: int = 2
    waiting: int = 1234


def numbers(words: str) -> list[str]:
    return sorted(re.findall(r"\d+", words.replace("H44.100", "")))


STUCK = "dossiers of H44.100 will never end, for nothing is going to happen any more:"
SKILL = "step 'sign', procedure 'birth' or field 'civil_status'"
SENTENCES = (
    engine._saturated(Pool(), 1.25),
    engine._saturated(Pool(), 0.95),
    f"12 dossiers wait in pool 'leader' of H44.100 for nobody: the skill for {SKILL}, or no skills, to one.",
    f"3 {STUCK} give pool 'leader', before which 4 wait, somebody who will be there to work.",
    f"5 {STUCK} no pool has them; look for a step that waits for nothing.",
)


@pytest.mark.parametrize("words", SENTENCES)
def test_the_numbers_are_the_same(words):
    told = sentence(Trouble("saturated", "H44.100", "leader", words), "vi")
    assert told != words
    assert "H44.100" in told
    assert numbers(told.replace("1.234", "1234")) == numbers(words)
    assert told.endswith(".")
    assert "{" not in told


def test_what_a_real_run_says_is_known():
    run = Simulation(load("quickstart"), 1, levers=[parse("demand:factor=9")])
    run.run()
    found = run.trouble()
    assert found
    for each in found:
        assert sentence(each, "en") == each.words
        assert re.match("Nhóm|Hàng chờ", sentence(each, "vi")), each.words


def test_what_was_so_before_the_queues_drained_is_told_as_such():
    drained = Trouble("saturated", "o", "p", f"{SENTENCES[0]} So it was while dossiers were filed.")
    assert sentence(drained, "vi").endswith("Đó là tình trạng khi hồ sơ còn được nộp.")


def test_an_unknown_sentence_stays_as_it_is():
    assert sentence(Trouble("starved", "o", "p", "Something new."), "vi") == "Something new."
