"""What is wrong is told in Vietnamese with the numbers of the English sentence."""

import re

import pytest

from motcua.trouble import DRAINED, VIETNAMESE, sentence
from simulator.engine.trouble import SENTENCES, Trouble
from simulator.run import Simulation
from simulator.scenario.files import load
from simulator.scenario.levers import parse

VALUES = (
    ("count", 12), ("waiting", 1234), ("posts", 2), ("load", 1.25), ("need", 3), ("others", 1),
    ("step", "sign"), ("procedure", "birth"), ("field", "civil_status"),
)  # fmt: skip


def numbers(words: str) -> list[str]:
    plain = words.replace("H44.100", "").replace("1.234", "1234").replace("1,25", "1.25")
    return sorted(re.findall(r"[\d.]*\d", plain))


def test_every_cause_has_its_sentence_in_both_languages():
    assert VIETNAMESE.keys() == SENTENCES.keys()


@pytest.mark.parametrize("cause", SENTENCES)
@pytest.mark.parametrize("drained", [False, True])
def test_the_numbers_are_the_same(cause, drained):
    trouble = Trouble("saturated", "H44.100", "leader", cause, VALUES, drained)
    told = sentence(trouble, "vi")
    assert numbers(told) == numbers(trouble.words)
    assert ("leader" in told, "H44.100" in told) == ("leader" in trouble.words, "H44.100" in trouble.words)
    assert told.endswith(DRAINED) == drained


def test_a_real_run_says_it():
    run = Simulation(load("quickstart"), 1, levers=[parse("demand:factor=9")])
    run.run()
    found = run.trouble()
    assert found
    for each in found:
        assert sentence(each, "en") == each.words
        assert re.match("Nhóm|Hàng chờ", sentence(each, "vi")), each.words
