"""Simulated figures stand beside the real ones, and the real ones are those of the table."""

import csv

import numpy as np
import pytest

from simulator.calibration.count import Count
from simulator.calibration.fidelity import NEAR, FidelityError, Real, apart, compared, published, units
from simulator.scenario.files import load

COPY, BIRTH, LAND = "2.000815", "1.001193", "land-change"


@pytest.fixture(scope="module")
def province():
    return load("phu-tho-2026")


@pytest.fixture
def table(shared):
    """The portal's figures of its units."""
    with (shared / "data/phu_tho_2026_units.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def count(judged, on_time, days=0.0, *, received=None, online=0, completed=None):
    received = judged if received is None else received
    completed = received if completed is None else completed
    return Count(judged, on_time, received, online, completed, days, days / 2)


RUN = {
    ("H44.100", COPY): count(100, 98, 110, completed=90, online=99),
    ("H44.100", BIRTH): count(50, 40, 100, online=50),
    ("H44.101", COPY): count(10, 10, 10, online=9),
    ("H44.102", BIRTH): count(40, 20, 120, online=40),
    ("H44.45", LAND): count(220, 150, 2000, received=200, completed=180, online=190),
}
"""Three communes and the land department."""


def figure(province, of, name, *runs):
    (row,) = compared(province, [Real(of, name, 0.5, "tuned", "here")], list(runs or (RUN,)))
    return row


@pytest.mark.parametrize(
    ("of", "name", "value"),
    [
        ("total", "received", 400), ("total", "on_time_rate_766", 318 / 420),
        ("commune", "received", 200), ("commune", "on_time_rate_766", 168 / 200),
        ("department", "mean_days", 2000 / 180), ("land", "mean_days", 2000 / 180),
        ("certified_copy", "received", 110), ("certified_copy", "mean_days", 120 / 100),
        ("certified_copy", "completed_rate", 100 / 110), ("total", "online_rate", 388 / 400),
        ("commune", "received_p50", 40), ("commune", "received_p90", 128),
        ("commune", "on_time_rate_766_p50", 138 / 150), ("commune", "mean_days_p10", 1 + 0.2 * 0.5),
        ("home_affairs", "mean_days", None), ("home_affairs", "received", 0),
    ],
)  # fmt: skip
def test_a_figure_is_of_its_group(province, of, name, value):
    found = figure(province, of, name).simulated
    assert found == (None if value is None else pytest.approx(value))


def test_days_and_lateness_go_together(province):
    days, late = [210 / 140, 1, 3], [12 / 150, 0, 0.5]
    expected = np.corrcoef(days, late)[0, 1]
    assert figure(province, "commune", "days_late_correlation").simulated == pytest.approx(expected)
    assert figure(province, "land", "days_late_correlation").simulated is None


def test_several_runs_give_their_mean_and_their_range(province):
    other = {("H44.45", LAND): count(100, 60, 700)}
    row = figure(province, "land", "on_time_rate_766", RUN, other)
    assert (row.low, row.high) == (0.6, pytest.approx(150 / 220))
    assert row.simulated == pytest.approx((150 / 220 + 0.6) / 2)
    assert row.difference == pytest.approx(row.simulated - 0.5)
    assert row.days_of_clock is None
    assert figure(province, "land", "mean_days").days_of_clock == pytest.approx(1000 / 180)


@pytest.mark.parametrize(("value", "near"), [(0.84 + NEAR - 1e-6, True), (0.84 - NEAR - 1e-6, False)])
def test_a_rate_is_near_within_the_aim(province, value, near):
    (row,) = compared(province, [Real("commune", "on_time_rate_766", value, "tuned", "here")], [RUN])
    assert (row.aimed, row.near) == (True, near)
    (row,) = compared(province, [Real("health", "on_time_rate_766", value, "tuned", "here")], [RUN])
    assert (row.aimed, row.near) == (False, False)


def test_each_real_figure_is_of_something_in_the_scenario(province):
    figures = published("phu-tho-2026")
    rows = compared(province, figures, [{}])
    assert len(rows) == len(figures) > 40
    profiles = {"total", *province.profiles, *(profile.level for profile in province.profiles.values())}
    assert {each.of for each in figures} <= profiles | set(province.procedures)
    assert {each.standing for each in figures} == {"given", "tuned", "held_back"}
    assert all("V:" in each.source for each in figures)


def test_a_scenario_without_real_figures_is_refused():
    with pytest.raises(FidelityError, match="no real figures are known for mm10: only for phu-tho-2026"):
        published("mm10")


def test_levels_are_published_alike_in_the_scenario_and_here(province):
    figures = {(each.of, each.figure): each.value for each in published("phu-tho-2026")}
    for level, real in province.published.items():
        assert figures[level, "received"] == real.received
        assert figures[level, "on_time_rate_766"] == pytest.approx(real.on_time / real.received, abs=1e-5)


@pytest.mark.shared
def test_the_real_figures_are_those_of_the_table(province, table):
    """A run with the table's own counts comes out as published, wherever the table can tell."""
    run = {}
    for row in table:
        received, days = int(row["received"]), float(row["avg_processing_days"])
        run[row["department_code"], "any"] = count(received, int(row["on_time"]), days * received)
    rows = [row for row in compared(province, published("phu-tho-2026"), [run]) if "S2" in row.real.source]
    told = [row for row in rows if row.real.figure != "completed_rate" and row.real.of != "total"]
    assert len(told) > 30
    for row in told:
        assert row.simulated == pytest.approx(row.real.value, rel=2e-4), row.real


@pytest.mark.shared
def test_a_run_that_is_as_the_table_is_nowhere_apart(province, table):
    run = {
        (row["department_code"], "any"): count(
            int(row["received"]),
            int(row["on_time"]),
            float(row["avg_processing_days"]) * int(row["received"]),
        )
        for row in table
    }
    away = apart(units(province, table, [run, run]))
    assert (away["communes"], away["unfitted"], away["rate_near"]) == (148, 111, 1)
    assert away["rate_away_most"] == pytest.approx(0, abs=1e-9)
    assert away["unfitted_days_correlation"] == pytest.approx(1)
    assert away["unfitted_days"] == pytest.approx(away["unfitted_real_days"])


def test_units_are_matched_by_their_code(province):
    row = {"department_code": "H44.45", "received": "1000", "on_time": "700", "avg_processing_days": "12.7"}
    (unit,) = units(province, [row], [RUN])
    assert (unit.group, unit.received, unit.real_received) == ("land", 200, 1000)
    assert (unit.rate, unit.real_rate) == (pytest.approx(150 / 220), 0.7)
    with pytest.raises(FidelityError, match=r"X1 is no office of phu-tho-2026"):
        units(province, [{**row, "department_code": "X1"}], [RUN])


def test_communes_that_were_fitted_to_are_left_out_of_the_check_of_days(province):
    communes = sorted(name for name, office in province.offices.items() if office.profile == "commune")[:8]
    table = [
        {"department_code": name, "received": "10", "on_time": "9", "avg_processing_days": str(2 + 0.1 * i)}
        for i, name in enumerate(communes)
    ]
    run = {
        (name, BIRTH): count(10, 8, 10.0 * (100 if i % 4 == 0 else 1 + i)) for i, name in enumerate(communes)
    }
    away = apart(units(province, table, [run]))
    assert away["unfitted"] == 6
    assert away["unfitted_days"] == pytest.approx(np.mean([2, 3, 4, 6, 7, 8]))
    assert away["unfitted_days_correlation"] == pytest.approx(1)
    assert away["rate_away_mean"] == pytest.approx(0.1)


def test_departments_alone_tell_nothing_of_communes(province):
    row = {"department_code": "H44.45", "received": "10", "on_time": "7", "avg_processing_days": "12.7"}
    assert apart(units(province, [row], [RUN])) is None


def test_what_never_differs_goes_with_nothing(province):
    alike = {("H44.100", BIRTH): count(10, 9, 20), ("H44.101", BIRTH): count(10, 9, 20)}
    assert figure(province, "commune", "days_late_correlation", alike).simulated is None
