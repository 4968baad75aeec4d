"""The province: made from the portal's table, and near its real figures."""

import csv
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from msgspec.structs import replace

from dossier.event import StepFinished
from simulator import phu_tho
from simulator.calibration import measured
from simulator.run import run
from simulator.scenario import load

UNITS = Path(__file__).parents[3] / "shared/data/phu_tho_2026_units.csv"
REAL = {"commune": 0.9272, "department": 0.6924}
"""On time by decision 766: domain 5.1 [V:S2]."""

shared = pytest.mark.skipif(not UNITS.exists(), reason=f"the real table is not at {UNITS}")


def test_a_month_is_as_late_as_the_real_nine():
    """Staff and shares are calibrated on nine months; March is not among what was fitted."""
    scenario, (start, until) = load("phu-tho-2026"), (date(2026, 3, 1), date(2026, 4, 1))
    found = measured(scenario, 1, start, until)
    assert sum(score.accepted for score in found.values()) > 60_000
    for level, real in REAL.items():
        own = [
            score
            for name, score in found.items()
            if scenario.profiles[scenario.offices[name].profile].level == level
        ]
        rate = sum(score.on_time for score in own) / sum(score.accepted for score in own)
        assert rate == pytest.approx(real, abs=0.015), level


def test_copies_fees_and_channels_have_their_real_share():
    """Of what is filed: certified copies 27.6 %, with an obligation 60 %, online 98.6 % (domain 5.1)."""
    scenario = load("phu-tho-2026")
    volume = copies = obligation = online = 0.0
    for office in scenario.offices.values():
        profile = scenario.profiles[office.profile]
        volume += office.volume
        online += office.volume * profile.channels["online"]
        for name, share in profile.mix.items():
            copies += office.volume * share * (scenario.procedures[name].code == "2.000815")
            obligation += office.volume * share * (scenario.procedures[name].fee > 0)
    assert copies / volume == pytest.approx(0.276, abs=0.001)
    assert obligation / volume == pytest.approx(0.60, abs=0.015)
    assert online / volume == pytest.approx(0.986)
    assert len(scenario.procedures) >= 10


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


def test_a_land_dossier_passes_the_tax_office():
    scenario = load("phu-tho-2026")
    land = replace(scenario, offices={"H44.45": replace(scenario.offices["H44.45"], volume=3000.0)})
    agencies: dict[str, list[str]] = {}
    for fact in run(land, 1, date(2026, 3, 1), date(2026, 4, 1)):
        if isinstance(fact, StepFinished):
            agencies.setdefault(fact.dossier_id, []).append(fact.agency)
    assert ["land_office", "tax", "land_office", "land_office"] in agencies.values()
