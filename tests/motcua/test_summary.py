"""The summary for people: a column a level, the busiest pools, a sentence for each thing that is wrong."""

from motcua.summary import BUSIEST, FIGURES, SENTENCES, shown, told
from simulator.engine.trouble import Trouble

POOL = {
    "posts": 2, "asked": 1200, "begun": 1000, "waiting": 200, "waited": 3.6e6, "worked": 7.2e6,
    "utilisation": 0.97,
}  # fmt: skip


def summary(levels: int = 1, pools: int = 1) -> dict:
    figures = dict.fromkeys(FIGURES, 1234) | {name: 0.97996 for name in FIGURES if "_rate" in name}
    return {
        "scenario": "here", "seed": 3, "from": "2026-03-01", "until": "2026-04-01", "levers": ["edd"],
        **figures,
        "levels": {f"level{n}": figures for n in range(levels)},
        "pools": {f"H{n:03}/leader": {**POOL, "utilisation": n / pools} for n in range(pools)},
        "engine": {"dossiers_per_cpu_second": 30_000.0, "events_per_cpu_second": 300_000.0, "peak_mb": 61.2},
    }  # fmt: skip


def test_every_figure_has_its_row_in_the_way_of_the_language():
    english, vietnamese = shown(summary(), "en"), shown(summary(), "vi")
    for name, (en, vi) in FIGURES.items():
        assert en in english, name
        assert vi in vietnamese, name
    assert "1,234" in english
    assert "97.99 %" in english
    assert "1.234" in vietnamese
    assert "97,99 %" in vietnamese


def test_levels_and_days_are_those_of_the_language():
    levels = {"commune": summary()["levels"]["level0"], "district": summary()["levels"]["level0"]}
    english, vietnamese = (shown({**summary(), "levels": levels}, lang) for lang in ("en", "vi"))
    assert english.splitlines()[0] == "here, seed 3, 2026-03-01 to 2026-03-31"
    assert vietnamese.splitlines()[0] == "here, hạt giống 3, 01/03/2026 đến 31/03/2026"
    assert "commune  district" in english
    assert "Cấp xã  Cấp huyện" in vietnamese


def test_dossiers_carried_over_have_a_row_where_there_are_any():
    rows = shown({**summary(), "dossiers": 60, "carried": 41}, "en").splitlines()
    (row,) = (row for row in rows if "carried over" in row)
    assert rows[rows.index(row) - 1].split() == ["dossiers", "60"]
    assert row.split()[-1] == "41"
    assert "carried over" not in shown({**summary(), "carried": 0}, "en")


def test_levels_have_columns_where_there_are_several():
    assert "level0" not in shown(summary(1), "en")
    head = next(line for line in shown(summary(3), "en").splitlines() if "level0" in line)
    assert head.split() == ["figure", "all", "level0", "level1", "level2"]


def test_of_many_pools_the_busiest_are_shown():
    text = shown(summary(pools=200), "en")
    assert f"the {BUSIEST} busiest of 200 pools" in text
    assert "H199/leader" in text
    assert "H000/leader" not in text
    assert "1.0" in text  # hours: 3.6 million seconds over a thousand visits


def test_a_pace_is_told_with_its_lag():
    paced = {**summary(), "pace": {"speed": 3600.0, "behind_seconds": 0.0, "most_behind_seconds": 2.26}}
    assert "3600 times as fast as it happens: 0.0 s behind at the end, 2.3 s at most" in shown(paced, "en")
    assert "nhiều nhất 2,3 giây" in shown(paced, "vi")


def test_of_much_that_is_wrong_a_part_is_told_and_the_rest_counted():
    trouble = [
        Trouble("deadlock", f"H{n:03}", "leader", "nowhere", (("count", n),)) for n in range(SENTENCES + 5)
    ]
    sentences = list(told(trouble, "en"))
    assert len(sentences) == SENTENCES + 1
    assert "5 more" in sentences[-1]
