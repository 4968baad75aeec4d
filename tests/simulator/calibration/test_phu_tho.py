"""The province: made from the portal's table, and near its real figures."""

import csv
from datetime import date
from importlib.resources import files

import pytest
from msgspec.structs import replace

from dossier.event import StepFinished
from simulator.calibration import phu_tho
from simulator.calibration.count import Count, by_office, counts
from simulator.run import run
from simulator.scenario.files import load

MARCH = date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture(scope="module")
def province():
    return load("phu-tho-2026")


@pytest.fixture
def table(shared):
    """The portal's figures of its units."""
    return shared / "data/phu_tho_2026_units.csv"


@pytest.fixture(scope="module")
def march(province):
    """Counts of the departments and every sixteenth commune in March, under a seed not calibrated on."""
    communes = sorted(name for name, office in province.offices.items() if office.profile == "commune")[::16]
    departments = [name for name, office in province.offices.items() if office.profile != "commune"]
    found = by_office(counts(province, 2, *MARCH, only=[*communes, *departments]))
    return {name: found.get(name, Count()) for name in (*communes, *departments)}


@pytest.mark.parametrize(
    ("level", "real"),
    [("commune", 0.9190), ("department", 0.6924), ("land", 0.6991)],  # [V:S2], those communes only
)
def test_a_month_is_as_late_as_the_real_nine(level, real, province, march):
    """Staff and shares are calibrated on nine months under another seed."""
    whole = Count()
    for name, count in march.items():
        profile = province.offices[name].profile
        if level in (profile, province.profiles[profile].level):
            whole += count
    assert whole.judged > 5_000
    assert whole.rate == pytest.approx(real, abs=0.02)


def test_copies_fees_and_channels_have_their_real_share(province):
    """Of what is filed: certified copies 165,139, with an obligation 60 %, online 98.6 % (domain 5.1)."""
    filed, online = dict.fromkeys(province.procedures, 0.0), 0.0
    for office in province.offices.values():
        profile = province.profiles[office.profile]
        for key, share in profile.mix.items():
            filed[key] += office.volume * share
        for key, volume in office.volumes.items():
            filed[key] += volume
        online += (office.volume + sum(office.volumes.values())) * profile.channels["online"]
    volume = sum(filed.values())
    obligation = sum(n for key, n in filed.items() if province.procedures[key].fee > 0)
    assert filed["certified_copy"] == 165_139
    assert volume == pytest.approx(597_918)
    assert obligation / volume == pytest.approx(0.60, abs=0.015)
    assert online / volume == pytest.approx(0.986)
    assert len(province.procedures) >= 10


def test_the_mix_of_each_kind_of_office_is_whole(province):
    for name, profile in province.profiles.items():
        assert sum(profile.mix.values()) == pytest.approx(1), name


def test_staff_has_the_work_that_comes_in_its_hours():
    """A commune with twice the dossiers of another has twice the officials, above the least."""
    small, large = (phu_tho.Unit("H44.100", "commune", n, n, n // 4) for n in (40_000, 80_000))
    one, two = phu_tho._staff(small), phu_tho._staff(large)
    assert set(one) == {"counter", "justice", "economy", "leader"}
    assert {pool: two[pool] for pool in two} == pytest.approx(
        {pool: 2 * n for pool, n in one.items()}, abs=0.15
    )
    copies = phu_tho._staff(phu_tho.Unit("H44.100", "commune", 40_000, 40_000, 40_000))
    assert copies["economy"] == phu_tho.LEAST_STAFF
    assert copies["justice"] < one["justice"]


@pytest.mark.shared
def test_the_scenario_is_what_its_generator_makes(table):
    made = phu_tho.text(phu_tho.units(table), phu_tho.known_shares())
    assert made == (files("simulator") / "scenarios" / "phu-tho-2026.yaml").read_text("utf-8")


@pytest.mark.shared
def test_the_generator_prints_it(capsys, table):
    phu_tho.main([str(table)])
    assert capsys.readouterr().out.startswith("# Phú Thọ")
    with pytest.raises(SystemExit, match="usage"):
        phu_tho.main([])


@pytest.mark.shared
def test_every_unit_of_the_table_stands_in_the_scenario(province, table):
    with table.open(encoding="utf-8") as lines:
        received = {row["department_code"]: float(row["received"]) for row in csv.DictReader(lines)}
    offices = province.offices.items()
    assert {name: office.volume + sum(office.volumes.values()) for name, office in offices} == received


def test_a_land_dossier_passes_the_tax_office(province):
    land = replace(province, offices={"H44.45": replace(province.offices["H44.45"], volume=3000.0)})
    agencies: dict[str, list[str]] = {}
    for fact in run(land, 1, *MARCH):
        if isinstance(fact, StepFinished):
            agencies.setdefault(fact.dossier_id, []).append(fact.agency)
    assert ["land_office", "tax", "land_office", "land_office"] in agencies.values()


def test_few_copies_are_asked_after_elsewhere(province):
    commune = replace(
        province, offices={"H44.170": replace(province.offices["H44.170"], volume=0.0)}, warmup_days=7
    )
    steps = [fact for fact in run(commune, 1, *MARCH) if isinstance(fact, StepFinished)]
    asked = sum(fact.step == "verification" for fact in steps)
    appraised = sum(fact.step == "appraisal" for fact in steps)
    assert 0 < asked < 0.05 * appraised
