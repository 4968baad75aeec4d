"""What workers promise holds when they and their brokers are struck (`make faults`)."""

import os
from pathlib import Path

import pytest

pytest.importorskip("faust", reason="the extra kafka is not installed")
from tests.streams.faults import FAULTS, Result, run
from tests.streams.places import Lacking

pytestmark = pytest.mark.kafka


def struck(name: str, events: int, folder: Path) -> Result:
    """The fault; where this machine does not let us make its place, the test is skipped, in CI it fails."""
    try:
        return run(name, events, folder)
    except Lacking as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(reason))


def test_killed_twenty_times_among_garbage_all_is_counted_and_told_once(tmp_path):
    result = run("garbage", 4000, tmp_path)
    assert result.differences == ()
    assert result.strikes == 20
    assert result.outcome.letters.total() > 20
    assert result.outcome.alerts.total() > 100


def test_a_worker_that_waits_for_acknowledgements_loses_nothing(tmp_path):
    assert run("trusting", 2000, tmp_path).differences == ()


def test_one_that_does_not_wait_loses_events(tmp_path):
    result = run("hasty+trusting", 2000, tmp_path)
    assert result.differences != ()
    assert result.outcome.figures["total"]["received"] < result.wanted.figures["total"]["received"]


@pytest.mark.full
@pytest.mark.parametrize("name", FAULTS)
def test_a_long_history_survives_each_fault(name, tmp_path):
    result = struck(name, 200_000, tmp_path)
    assert result.differences == ()
    assert result.strikes > 0
