"""What is told: facts and lines in one order, byte for byte the same, carried over or not at all."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dossier.event import Accepted, Fact, Resolved, Steered, decode, encode, order
from dossier.law.calendar import VIETNAM
from simulator.engine.dossier import Dossier
from simulator.engine.ledger import ID, MOST_DAYS, Telling, _Days, _template
from simulator.run import Simulation
from simulator.scenario.levers import parse
from simulator.scenario.model import Conduct, HandOver, Intake, Office, Scenario
from tests.simulator.engine.plays import COUNTER, office, play, procedure, work, world

WORDS = st.text('"\\/@đạ𝄞{}:,ẩ a0', min_size=1, max_size=12).filter(lambda text: text.strip() == text)


def both(scenario: Scenario, seed: int = 1, **options: object) -> tuple[list[Fact], bytes]:
    """The facts of a run, and its lines."""
    facts = list(Simulation(scenario, seed, **options).facts())
    return facts, b"".join(Simulation(scenario, seed, **options).lines())


def test_lines_are_the_facts_encoding_byte_for_byte():
    scenario = world(
        work("check"), work("visit", 30, "agent"), fee=2000,
        profile={"intake": replace(COUNTER, step="intake", not_accepted=0.1), "hand_over":
        HandOver(electronic=0.5),
                 "conduct": Conduct(closed_early=0.2, overwritten=0.2)},
        offices={"O": office(staff={"desk": 1}, volume=300)},
        scenario={"start": date(2026, 3, 9), "warmup_days": 7},
    )  # fmt: skip
    facts, lines = both(scenario, levers=[parse("staff:add=1,on=2026-03-17")])
    assert lines == b"".join(encode(fact) + b"\n" for fact in facts)
    assert [decode(line) for line in lines.splitlines()] == facts
    assert any(isinstance(fact, Steered) for fact in facts)


@settings(max_examples=15)
@given(WORDS, WORDS, WORDS, st.from_regex(r"[\w.-]{1,12}", fullmatch=True))
def test_any_words_are_told_as_they_are(step, agency, field, name):
    names = {agency: "An agency", "a": "Another"}
    known = procedure(work(step, 30, "desk"), agency=agency, field=field)
    scenario = world(
        procedures={"p": known},
        profile={"intake": Intake(pool="counter", step=f"{step}.")},
        offices={name: office(volume=3)},
        scenario={"agencies": {**names, "b": "B", "c": "C"}},
    )
    facts, lines = both(scenario, until=date(2026, 3, 20))
    assert lines == b"".join(encode(fact) + b"\n" for fact in facts)


@pytest.mark.parametrize("number", [None, f"KQ-{ID}", f"{ID}/KQ"])
def test_a_template_has_a_place_for_the_number_of_the_result(number):
    telling, dossier = Telling(Resolved, "O", None, result_number=number), Dossier()
    dossier.id, dossier.seq = "O-1", 1
    head, tail, numbered, rest = _template(telling, "small", None)
    at = datetime(2026, 3, 2, 8, tzinfo=VIETNAM)
    stamp = "2026-03-02T08:00:00+07:00"
    line = f'{head}O-1","seq":1,"at":"{stamp}{tail}{"O-1" if numbered else ""}{rest}'
    assert line.encode() == encode(telling.fact("small", dossier, at, None)) + b"\n"
    assert numbered == (number is not None)


def test_facts_come_in_their_order_with_the_offset_of_vietnam_and_whole_seconds():
    scenario = world(offices={name: office(volume=400.0, staff={"desk": 9}) for name in ("B", "A")})
    facts = list(Simulation(scenario, 1).facts())
    assert facts == sorted(facts, key=order)
    assert {fact.at.utcoffset() for fact in facts} == {timedelta(hours=7)}
    assert all(fact.at.microsecond == 0 for fact in facts)
    assert any(one.at == other.at and one.office != other.office for one, other in pairwise(facts))


def test_facts_of_one_second_are_ordered_by_office_dossier_and_count():
    rows = [{"at": "02 08:00", "office": name} for name in ("B", "A", "B", "A")]
    played = play(world(offices={"A": office(), "B": office()}), rows)
    first = [(fact.dossier_id, fact.seq) for fact in played.facts[:8]]
    assert first == [
        ("A-260302-0001", 1), ("A-260302-0001", 2), ("A-260302-0002", 1), ("A-260302-0002", 2),
        ("B-260302-0001", 1), ("B-260302-0001", 2), ("B-260302-0002", 1), ("B-260302-0002", 2),
    ]  # fmt: skip


def test_fractions_of_a_second_are_cut_off():
    played = play(world(work(minutes=0.01)), [{"at": "02 08:00:59", "seconds/check/0": 0.99}])
    assert {fact.at.second for fact in played.facts} == {59}
    late = play(world(work(minutes=0.01)), [{"at": "02 08:00:59", "seconds/check/0": 1.0}])
    assert [fact.at.second for fact in late.facts] == [59, 59, 0, 0, 0]


def test_an_id_is_the_office_the_day_and_the_number_of_the_filing():
    played = play(world(), ["02 08:00", "02 09:00", "03 08:00"])
    assert list(played.lives) == ["O-260302-0001", "O-260302-0002", "O-260303-0001"]
    results = [fact.result_number for fact in played.facts if isinstance(fact, Resolved)]
    assert results == [f"KQ-{name}" for name in played.lives]


def test_who_tells_nothing_needs_no_names_and_counts_all_the_same():
    scenario = world(offices={"O": office(volume=100)})
    silent = Simulation(scenario, 1)
    silent.run()
    told = Simulation(scenario, 1)
    facts = list(told.facts())
    assert silent.summary()["engine"]["events"] == told.summary()["engine"]["events"] == len(facts) > 400


def test_another_scenarios_name_is_in_every_fact():
    scenario = replace(world(), name="other")
    assert {fact.scenario for fact in Simulation(scenario, 1).facts()} == {"other"}


def test_an_office_may_be_called_in_any_letters():
    spec = Office(profile="ward", volume=20, staff={"counter": 1, "desk": 1, "head": 1, "agent": 1})
    facts, lines = both(world(offices={"Xã-Đông.1": spec}))
    assert {fact.office for fact in facts} == {"Xã-Đông.1"}
    assert "Xã-Đông.1-2603".encode() in lines


def test_decades_of_days_are_not_all_remembered():
    days = _Days()
    found = [days[number] for number in range(20_000, 20_000 + 2 * MOST_DAYS)]
    assert found[0] == "2024-10-04"
    assert found == [
        (date(1970, 1, 1) + timedelta(days=20_000 + n)).isoformat() for n in range(2 * MOST_DAYS)
    ]
    assert len(days) <= MOST_DAYS + 1


def test_a_result_bears_its_dossiers_name_and_a_receipt_its_limit():
    played = play(world(), ["02 08:00"])
    kinds = {type(fact): fact for fact in played.facts}
    assert kinds[Accepted].limit == "2wd"
    assert kinds[Resolved].result_number == "KQ-O-260302-0001"
