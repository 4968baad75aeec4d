"""What workers promise holds when they and their brokers are struck (`make faults`)."""

import pytest

pytest.importorskip("faust", reason="the extra kafka is not installed")
from tests.streams.faults import FAULTS, run

pytestmark = pytest.mark.kafka


def test_killed_twenty_times_among_garbage_all_is_counted_and_told_once(tmp_path):
    result = run("garbage", 4000, tmp_path)
    assert result.differences == ()
    assert result.strikes == 20
    assert result.outcome.letters.total() > 20
    assert result.outcome.alerts.total() > 100


@pytest.mark.full
@pytest.mark.parametrize("name", FAULTS)
def test_a_long_history_survives_each_fault(name, tmp_path):
    result = run(name, 200_000, tmp_path)
    assert result.differences == ()
    assert result.strikes > 0 or name == "clock"
