import pytest

from monitoring.numerals import count, day, moment, percent

NB = "\u00a0"


@pytest.mark.parametrize(
    ("value", "en", "vi"), [(0, "0", "0"), (999, "999", "999"), (1234567, "1,234,567", "1.234.567")]
)
def test_counts_are_parted_in_thousands(value, en, vi):
    assert (en, vi) == (count(value, "en"), count(value, "vi"))


def test_a_rate_has_a_decimal_comma_in_vietnamese():
    assert f"88,42{NB}%" == percent(0.8842, "vi")
    assert f"88.42{NB}%" == percent(0.8842, "en")


@pytest.mark.parametrize("below", [0.97999999, 0.9799, 97_999 / 100_000])
def test_what_is_below_the_target_never_reads_as_the_target(below):
    assert f"97.99{NB}%" == percent(below, "en")


def test_a_rate_of_two_decimals_is_shown_as_it_is():
    for hundredths in range(10_001):
        assert f"{hundredths / 100:.2f}{NB}%" == percent(hundredths / 10_000, "en")


def test_only_all_on_time_reads_as_a_hundred():
    assert f"100.00{NB}%" == percent(1.0, "en")
    assert f"99.99{NB}%" == percent(999_999 / 1_000_000, "en")


def test_nothing_to_judge_is_a_dash_not_a_number():
    assert percent(None, "vi") == "–"
    assert moment(None, "vi") == "–"


def test_days_and_moments_are_local():
    assert day("2026-03-02", "vi") == "02/03/2026"
    assert day("2026-03-02", "en") == "2 Mar 2026"
    assert moment(1_772_420_400.0, "vi") == "02/03/2026 03:00"
