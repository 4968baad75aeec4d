"""The province: made from the portal's table, and near its real figures."""

import csv
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from msgspec.structs import replace

from dossier.event import Accepted, StepFinished
from simulator import phu_tho
from simulator.calibration import scores
from simulator.run import midnight, run
from simulator.scenario import load

UNITS = Path(__file__).parents[3] / "shared/data/phu_tho_2026_units.csv"
REAL = {"commune": 0.9272, "department": 0.6924}
"""On time by decision 766: domain 5.1 [V:S2]."""

shared = pytest.mark.skipif(not UNITS.exists(), reason=f"the real table is not at {UNITS}")


@pytest.fixture(scope="module")
def march():
    """March 2026 and the accepted dossiers' procedures, levels and channels."""
    scenario, accepted = load("phu-tho-2026"), []

    def watched():
        for fact in run(scenario, 1, date(2026, 3, 1), date(2026, 4, 1)):
            if isinstance(fact, Accepted):
                accepted.append((fact.level, fact.procedure, fact.online, fact.obligation, fact.at))
            yield fact

    found = scores(watched(), midnight(date(2026, 4, 1)))
    return scenario, found, accepted


@pytest.mark.parametrize("level", REAL)
def test_a_month_is_as_late_as_the_real_nine(march, level):
    scenario, found, _ = march
    own = [s for name, s in found.items() if scenario.profiles[scenario.offices[name].profile].level == level]
    rate = sum(score.on_time for score in own) / sum(score.accepted for score in own)
    assert abs(rate - REAL[level]) < 0.015


def test_a_month_has_its_dossiers_channels_copies_and_fees(march):
    _, _, accepted = march
    inside = [row for row in accepted if row[4].date() >= date(2026, 3, 1)]
    assert 65_000 < len(inside) < 80_000
    share = {
        "copies": sum(row[1] == "2.000815" for row in inside) / len(inside),
        "online": sum(row[2] for row in inside) / len(inside),
        "fee": sum(row[3] for row in inside) / len(inside),
    }
    assert share == pytest.approx({"copies": 0.276, "online": 0.986, "fee": 0.60}, abs=0.02)
    assert len({row[1] for row in inside}) >= 10


def test_the_scenario_has_the_units_and_volumes_of_the_province():
    offices = load("phu-tho-2026").offices.values()
    assert len(offices) == 163
    assert sum(office.volume for office in offices) == 597_918


@pytest.mark.shared
@shared
def test_the_scenario_is_what_its_generator_makes():
    made = phu_tho.text(phu_tho.units(UNITS), phu_tho.known_shares())
    assert made == (files("simulator") / "scenarios" / "phu-tho-2026.yaml").read_text("utf-8")


@pytest.mark.shared
@shared
def test_the_generator_prints_it(capsys):
    phu_tho.main([str(UNITS)])
    assert capsys.readouterr().out.startswith("# Phú Thọ")
    with pytest.raises(SystemExit, match="usage"):
        phu_tho.main([])


@pytest.mark.shared
@shared
def test_every_unit_of_the_table_stands_in_the_scenario():
    offices = load("phu-tho-2026").offices
    with UNITS.open(encoding="utf-8") as lines:
        table = {row["department_code"]: float(row["received"]) for row in csv.DictReader(lines)}
    assert {name: office.volume for name, office in offices.items()} == table


def test_hand_overs_between_agencies_leave_their_steps(march):
    """A land dossier passes the tax office."""
    scenario, _, _ = march
    one = {"H44.45": scenario.offices["H44.45"]}
    facts = run(replace(scenario, offices=one, warmup_days=14), 1, date(2026, 3, 1), date(2026, 3, 6))
    assert {"land_office", "tax"} <= {fact.agency for fact in facts if isinstance(fact, StepFinished)}
