from collections import Counter

import pytest

from dossier.figures.indicators import RATES, added
from dossier.figures.indicators import figures as dossier_figures
from monitoring.overview import DUE, missing, overview
from monitoring.render import segments


def test_sums_have_every_figure_that_the_dossier_package_names():
    assert sorted(dossier_figures(Counter())) == sorted(added([]))
    assert all(n == 0 for name, n in added([]).items() if name not in RATES)


def test_rates_of_a_sum_are_divided_anew_not_averaged(view):
    total = overview(view, "live").total.figures
    assert total["received"] == 13757
    assert (
        total["on_time"] / (total["finished_with_due"] + total["open_overdue"])
        == total["on_time_rate_fell_due"]
    )


def test_each_split_adds_up_to_the_total(large):
    seen = overview(large, "live")
    for rows in (seen.offices, seen.levels, seen.fields):
        assert seen.total.figures == added(row.figures for row in rows)
        for due in DUE:
            assert seen.total.due[due] == sum(row.due[due] for row in rows)


def test_open_dossiers_by_due_are_all_open_dossiers(large):
    total = overview(large, "live").total
    assert total.figures["open"] == sum(total.due.values())


def test_the_worst_office_comes_first_and_small_ones_last(view, hostile):
    assert ["H44.100", hostile, "H44.200"] == [row.name for row in overview(view, "live").offices]
    assert [row.few for row in overview(view, "live").offices] == [False, False, True]


@pytest.mark.parametrize(
    ("on_time", "decided", "short"),
    [(98, 100, 0), (97, 100, 1), (100, 100, -2), (0, 0, 0), (48, 50, 1), (49, 50, 0), (9799, 9999, 1)],
)
def test_dossiers_short_of_the_target_are_counted_whole(on_time, decided, short):
    assert short == missing(on_time, decided)


def test_an_empty_world_has_an_overview(view):
    view.table.clear()
    view.rolling = lambda scenario: {}
    seen = overview(view, "live")
    assert 0 == seen.total.figures["received"] == seen.short == sum(seen.total.due.values())
    assert seen.total.figures["on_time_rate_766"] is None


def test_a_bar_is_filled_from_end_to_end():
    due = dict.fromkeys(DUE, 0) | {"overdue": 1, "later": 1, "paused": 1}
    bar = segments(due)
    assert [name for name, *_ in bar] == ["overdue", "later", "paused"]
    assert [start for _, start, _, _ in bar] == [0, 333, 666]
    assert sum(width for _, _, width, _ in bar) == 1000
    assert segments(dict.fromkeys(DUE, 0)) == []
