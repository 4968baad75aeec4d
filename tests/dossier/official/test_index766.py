"""Index 766: published figures give published scores, and what is not known gets no points.

The figures of Phú Thọ (1 January - 26 September 2026) are the national portal's, as captured in the public
repository ChippedTopaz/qd766; scores are as published there.
"""

import csv
import math
from fractions import Fraction

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from dossier.figures.indicators import figures
from dossier.life.state import Dossier, Wait
from dossier.official.index766 import durations, half_up, read, score, totals
from dossier.official.table766 import GROUPS, INDICATORS
from dossier.official.words766 import GIVEN, NAMES

PHU_THO = {
    "received": 597_918,
    "on_time_766": 528_684,
    "judged_766": 597_918,
    "obligation": 358_625,
    "paid_online": 309_542,
    "electronic_results": 433_356,
    "digitised_whole": 145_096,
    "reused": 136_827,
    "authenticated": 325_596,
}
"""What dossiers show."""
CATALOGUE = {
    "fee_procedures": 313,
    "fee_procedures_paid_online": 119,
    "fee_procedures_with_data": 68,
    "citizen_procedures": 1300,
    "citizen_procedures_connected": 396,
    "dossiers_in_personal_store": 0,
    "communes": 148,
    "communes_certifying": 148,
    "petitions": 570,
    "petitions_in_time": 296,
    "petitions_satisfied": 230,
    "dossiers_disliked": 528_684 - 528_464,
}
"""What only other systems show; of the certified copies "100 %" is published, and no count."""
ONLINE = {
    "procedures_offered": 52,
    "procedures_in_competence": 89,
    "services": 1884,
    "dossiers_synced": 597_918,
    "dossiers_reported": 597_918,
}


def points(rows):
    return {row.code: row.score for row in rows}


def groups(rows):
    return {total.group: total for total in totals(rows)}


def test_the_progress_of_phu_tho_is_17_68():
    row = next(row for row in score(PHU_THO) if row.code == "2.1")
    assert (row.score, row.status) == (17.68, "measured")
    assert round(row.ratio * 100, 2) == 88.42


def test_the_sample_province_has_17_54_for_its_progress():
    assert points(score({"on_time_766": 314_557, "judged_766": 358_643}))["2.1"] == 17.54


def test_the_payment_of_phu_tho_is_6_67():
    rows = score(PHU_THO, CATALOGUE)
    assert [points(rows)[code] for code in ("3.6", "3.5b", "3.5a")] == [5.18, 0.95, 0.54]
    assert groups(rows)["payment"].score == 6.67


def test_without_its_third_term_the_payment_says_that_two_points_are_unknown():
    known = {name: n for name, n in CATALOGUE.items() if name != "fee_procedures_with_data"}
    total = groups(score(PHU_THO, known))["payment"]
    assert (total.score, total.known, total.unknown) == (6.13, 8, 2)


def test_the_published_payment_score_implies_67_or_68_procedures_with_fee_data():
    fits = [
        n
        for n in range(314)
        if groups(score(PHU_THO, {**CATALOGUE, "fee_procedures_with_data": n}))["payment"].score == 6.67
    ]
    assert fits == [67, 68]  # the captured answer has 68


def test_the_digitisation_of_phu_tho_is_9_59():
    rows = score(PHU_THO, CATALOGUE)
    codes = ("4.1", "4.2", "4.3", "4.4", "4.5b", "4.5a", "4.6")
    assert [points(rows)[code] for code in codes] == [4.35, 0.97, 0.57, 0, 1.09, 0.61, 2]
    assert groups(rows)["digitisation"].score == 9.59


def test_dossiers_alone_show_12_of_the_22_points_of_digitisation_and_leave_2_61_to_the_rest():
    total = groups(score(PHU_THO, {"dossiers_in_personal_store": 0}))["digitisation"]
    assert (total.score, total.known, total.unknown) == (6.98, 18, 4)
    assert 9.59 - total.score == pytest.approx(2.61)  # of the four points of 4.5a and 4.6


def test_the_satisfaction_of_phu_tho_is_11_43():
    rows = score(PHU_THO, CATALOGUE)
    assert [points(rows)[code] for code in ("5.2", "5.3", "5.4")] == [3.12, 2.42, 5.89]
    assert groups(rows)["satisfaction"].score == 11.43


def test_the_transparency_of_its_third_quarter_is_7_96():
    quarter = {
        "procedures_announced": 54,
        "procedures_announced_in_time": 0,
        "procedures_to_update": 68,
        "procedures_updated_in_time": 0,
        "procedures_published": 89,
        "procedures_published_whole": 87,
        "dossiers_reported": 339_457,
        "dossiers_synced": 339_457,
    }
    assert groups(score({}, quarter))["transparency"].score == 7.96


def test_the_split_of_the_online_group_stays_unknown_and_so_do_its_points():
    rows = score({**PHU_THO, "procedures_online": 516, "online_electronic": 430_000}, {**CATALOGUE, **ONLINE})
    online = [row for row in rows if row.group == "online"]
    assert [row.score for row in online] == [None, None, None]
    assert [round(row.ratio, 4) for row in online] == [0.5843, 0.2739, 0.7192]
    assert all("split" in row.note for row in online)
    total = groups(rows)["online"]
    assert (total.score, total.known, total.unknown) == (0, 0, 12)


def test_a_split_can_be_tried_and_2_4_6_gives_the_years_8_56():
    """One that the source's author tried and withdrew, because it did not fit a finished month."""
    split = {"3.1": 2, "3.2": 4, "3.3": 6}
    measured = {**PHU_THO, "procedures_online": 516, "online_electronic": 430_000}
    rows = score(measured, {**CATALOGUE, **ONLINE}, split)
    assert groups(rows)["online"].score == 8.56


@pytest.mark.parametrize(
    ("paid", "obliged", "online", "data", "fee", "published_score"),
    [
        (3092, 3471, 17, 8, 39, 6.94),
        (1565, 1701, 15, 6, 39, 6.86),
        (1933, 2341, 19, 11, 38, 6.92),
        (1098, 1190, 10, 7, 33, 6.83),
        (863, 961, 16, 7, 39, 6.87),
        (3475, 3870, 10, 8, 32, 6.80),
        (1300, 1520, 18, 8, 40, 6.76),  # 2.5 x 18/40 is a half: 1.125 became 1.13
        (3519, 4113, 20, 10, 40, 7.01),
        (18, 18, 2, 0, 3, 7.67),  # B beyond 80 %
        (118, 118, 12, 0, 13, 8.0),
        (0, 2, 0, 0, 2, 0.0),
        (0, 0, 0, 0, 1, 0.0),
    ],
)
def test_units_of_phu_tho_have_their_published_payment_score(
    paid, obliged, online, data, fee, published_score
):
    given = {
        "fee_procedures": fee,
        "fee_procedures_paid_online": online,
        "fee_procedures_with_data": data,
    }
    rows = score({"paid_online": paid, "obligation": obliged}, given)
    assert groups(rows)["payment"].score == published_score


def test_one_published_payment_score_differs_by_a_hundredth():
    """H44.125: 6 x 93.25 % is 5.595, which binary fractions round down."""
    given = {"fee_procedures": 40, "fee_procedures_paid_online": 18, "fee_procedures_with_data": 8}
    rows = score({"paid_online": 1437, "obligation": 1541}, given)
    assert groups(rows)["payment"].score == 7.23  # published: 7.22


@pytest.mark.parametrize(
    ("in_time", "received", "published_score"),
    [
        (1651, 2270, 4.85),
        (755, 1120, 4.49),
        (7362, 8253, 5.95),
        (4964, 5551, 5.96),
        (2775, 3443, 5.37),
        (5646, 6178, 6),
    ],
)
def test_satisfaction_with_dossiers_has_its_points_from_90_percent(in_time, received, published_score):
    measured = {"received": received, "judged_766": received, "on_time_766": in_time}
    assert points(score(measured, {"dossiers_disliked": 0}))["5.4"] == published_score


def test_being_late_costs_points_twice():
    good = {"received": 100, "judged_766": 100, "on_time_766": 90}
    bad = {**good, "on_time_766": 80}
    before, after = (points(score(counts, {"dossiers_disliked": 0})) for counts in (good, bad))
    assert before["2.1"] - after["2.1"] == pytest.approx(2)
    assert before["5.4"] - after["5.4"] == pytest.approx(0.67)


def test_nobody_complaining_is_worth_twelve_points():
    rows = score({}, {"petitions": 0, "petitions_in_time": 0, "petitions_satisfied": 0})
    assert [points(rows)[code] for code in ("5.2", "5.3")] == [6, 6]
    assert all("0/0" in row.note for row in rows if row.code in {"5.2", "5.3"})


def test_with_nothing_given_only_what_dossiers_show_is_scored():
    rows = score({**PHU_THO, "rated": 10, "satisfied": 9})
    whole = groups(rows)["total"]
    assert whole.known == 20 + 6 + 6 + 4 + 2 + 2
    assert (whole.known + whole.unknown, whole.maximum) == (100, 100)
    assert whole.score == pytest.approx(17.68 + 5.18 + 4.35 + 0.97 + 0.57 + 1.09)
    unknown = [row for row in rows if row.status == "unknown"]
    assert unknown
    assert all(row.score is None and row.note for row in unknown)


def test_dislikes_not_given_leave_the_satisfaction_unknown_but_bounded():
    row = next(row for row in score(PHU_THO) if row.code == "5.4")
    assert (row.score, row.status) == (None, "unknown")
    assert "at most 5.89 points" in row.note


def test_the_survey_and_the_counter_rating_stand_apart_and_score_nothing():
    rows = score({"rated": 89, "satisfied": 81}, {"sipas_asked": 36_525, "sipas_satisfied": 30_659})
    apart = {row.code: row for row in rows if row.code in {"rating", "sipas"}}
    assert [apart[code].score for code in ("rating", "sipas")] == [None, None]
    assert round(apart["sipas"].ratio * 100, 2) == 83.94
    assert (apart["rating"].status, apart["sipas"].status) == ("measured", "given")


def test_a_count_of_none_asks_whether_the_source_tells_of_it():
    rows = score({"received": 10, "digitised_whole": 0})
    assert "does the source tell of it?" in next(row.note for row in rows if row.code == "4.2")


def state(**some):
    return Dossier(scenario="live", dossier_id="d", office="A", **{"accepted_at": 0.0, **some})


def resolved(days, **some):
    return state(resolved_at=days * 86_400.0, ended_by="resolved", **some)


def test_the_mean_time_is_of_states_9_and_10_less_the_waits_that_were_answered():
    day = 86_400.0
    waits = [
        Wait("supplement", 1 * day, 2 * day, True),
        Wait("payment", 3 * day, 3.5 * day, True),
        Wait("supplement", 4 * day, 5 * day, False),
    ]
    rows = [
        resolved(2),
        resolved(5, waits=waits),
        state(returned_at=1 * day, ended_by="returned"),
        state(returned_at=9 * day, finished_at=8 * day, ended_by="refused"),
        state(),
        resolved(3, accepted_at=None),
        resolved(3, retracted_at=4 * day),
    ]
    assert durations(rows, 10 * day) == {
        "processing_days": Fraction(2 + 7, 2) + Fraction(2),
        "dossiers_completed": 3,
    }
    assert durations(rows, 2 * day) == {"processing_days": 1, "dossiers_completed": 1}
    assert durations(rows, 4 * day) == {"processing_days": 6, "dossiers_completed": 3}


def test_a_wait_that_ends_with_the_result_counts_as_a_wait():
    assert durations([resolved(2, waits=[Wait("payment", 43_200.0, 172_800.0, True)])], 1e6)[
        "processing_days"
    ] == Fraction(1, 2)


def test_only_the_first_result_counts():
    both = resolved(2, returned_at=5 * 86_400.0)
    assert durations([both], 1e6)["processing_days"] == 2


def test_a_mean_of_nothing_is_no_figure():
    row = next(row for row in score(durations([], 0.0)) if row.code == "2.2")
    assert (row.ratio, row.score, row.status) == (None, None, "measured")
    assert "0/0" in row.note


def test_rows_and_groups_have_the_portals_names():
    """Of domain 2.1; what has none there has none here."""
    rows = {row.code: row.api for row in score({})}
    assert [rows[code] for code in ("3.1", "3.2", "3.3")] == [
        "authority/partial/fullCount",
        "onlineDossierCount/onlineServiceTotal",
        "channelOnlineSum/channelTotalSum",
    ]
    assert [code for code, api in rows.items() if not api] == [
        "2.1",
        "3.5a",
        "3.5b",
        "3.6",
        "rating",
        "sipas",
    ]
    assert [total.api for total in totals(score({}))] == [
        "transparency",
        "dvc-progress-tree",
        "provide-online-tree",
        "formality-online-payment-tree",
        "dossier-digitized",
        "handling-satisfaction",
        "",
    ]


def test_the_groups_have_the_portals_maxima():
    assert [group.maximum for group in GROUPS] == [18, 20, 12, 10, 22, 18]
    for group in GROUPS:
        points = [indicator.maximum for indicator in INDICATORS if indicator.group == group.id]
        assert group.id == "online" or sum(points) == group.maximum


def test_every_input_is_measured_or_documented_and_every_indicator_named():
    measured = {*figures({}), "procedures_online"}
    needed = {name for indicator in INDICATORS for name in indicator.inputs}
    assert needed <= measured | set(GIVEN)
    assert set(GIVEN) <= needed
    assert not measured & set(GIVEN)
    assert [*NAMES] == [indicator.code for indicator in INDICATORS]
    for lang in ("en", "vi"):
        assert all(row.words and row.formula for row in score({}, lang=lang))


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"petition": 1}, "petition: no input of index 766"),
        ({"petitions": -1}, "petitions: must be a count"),
        ({"petitions": True}, "petitions: must be a count"),
        ({"petitions": "12"}, "petitions: must be a count"),
        ({"split": {"3.1": 2}}, "split: needs the points of 3.1, 3.2, 3.3"),
        ({"split": {3.1: 2, 3.2: 4, 3.3: 5}}, "add up to 12"),
    ],
)
def test_a_wrong_input_is_named(raw, words):
    with pytest.raises(ValueError, match=words):
        read(raw)


def test_a_split_may_have_numbers_for_its_keys_as_yaml_reads_them():
    assert read({"petitions": 3, "split": {3.1: 2, 3.2: 4, 3.3: 6}}) == (
        {"petitions": 3},
        {"3.1": 2, "3.2": 4, "3.3": 6},
    )


def test_a_part_larger_than_its_whole_is_an_error():
    with pytest.raises(ValueError, match=r"1\.4: 5 of 4 is no share"):
        score({}, {"dossiers_synced": 5, "dossiers_reported": 4})


@drawn(st.integers(0, 10**6), st.integers(1, 10**6))
def test_points_never_exceed_the_maximum_and_grow_with_the_ratio(part, whole):
    part = min(part, whole)
    names = ("received", "electronic_results", "digitised_whole", "reused", "authenticated")
    rows = score({**dict.fromkeys(names, part), "received": whole, "on_time_766": part, "judged_766": whole})
    more = score({**dict.fromkeys(names, whole), "on_time_766": whole, "judged_766": whole})
    for row, full in zip(rows, more, strict=True):
        if row.score is not None:
            assert 0 <= row.score <= full.score == row.maximum
            exact = row.maximum * min(1, part / whole / (0.8 if row.code == "4.3" else 1))
            assert math.isclose(row.score, exact, abs_tol=0.00501)


def test_a_half_goes_up():
    assert [half_up(Fraction(n, 1000)) for n in (1124, 1125, 1135, 0)] == [1.12, 1.13, 1.14, 0]


@pytest.mark.shared
def test_the_units_of_phu_tho_add_up_to_the_province(shared):
    with (shared / "data" / "phu_tho_2026_units.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    sums = {name: sum(int(row[name]) for row in rows) for name in ("received", "on_time", "overdue")}
    assert sums == {"received": 597_918, "on_time": 528_684, "overdue": 69_234}
    assert len(rows) == 163
    measured = {"on_time_766": sums["on_time"], "judged_766": sums["received"]}
    assert points(score(measured))["2.1"] == 17.68
