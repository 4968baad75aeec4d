"""Dossiers that are done with are put away after a while: their states go, their figures stay."""

from datetime import timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dossier.event import Tick, encode
from dossier.law.calendar import DAY, vietnam
from dossier.view import Refusal
from streams.local import LocalDriver, LocalLog, LocalTopic
from streams.processor import PartitionProcessor
from streams.view import StreamView
from tests import strategies as our
from tests.streams.test_processor import fact

BOOK = vietnam()
SHORT = 2 * DAY
DUES = ("first", "current")


def tick(at):
    return encode(Tick(scenario=our.SCENARIO, at=at))


def applied(messages, keep=None):
    processor = PartitionProcessor(BOOK, watch=True, keep=keep)
    for offset, raw in enumerate(messages):
        processor.apply(offset, raw)
    assert "fold_failed" not in processor.dead
    return processor


def restored(processor, keep=None):
    again = PartitionProcessor(BOOK, watch=True, keep=keep)
    for record in processor.flush():
        again.restore(*record)
    again.rebuild()
    return again


def view(processor):
    return StreamView({0: processor}, 1, lambda: 0, lambda _: 0)


def figures(processor, before=None):
    asked = view(processor)
    at = before if before is None else max(before, asked.horizon(our.SCENARIO))
    return [
        asked.indicators(our.SCENARIO, at, by, due)
        for by in ("office", "channel")
        for due in ("first", "current")
    ]


def health(processor):
    told = view(processor).health()
    return told.duplicates, told.dead, told.anomalies, told.clocks, told.held


HISTORY = [
    fact("accepted", 1, 0, due_at=our.at(30)),
    fact("resolved", 2, 10),
    fact("accepted", 1, 5, name="open"),
]


def test_it_is_put_away_after_the_last_that_was_heard_of_it():
    end = our.at(10) + timedelta(seconds=SHORT)
    processor = applied([*HISTORY, tick(end)], SHORT)
    assert len(processor.entries) == 2
    processor.apply(4, tick(end + timedelta(microseconds=1)))
    assert [entry.dossier.dossier_id for entry in processor.entries.values()] == ["open"]
    assert figures(processor) == figures(
        applied([*HISTORY, tick(end), tick(end + timedelta(microseconds=1))])
    )


def test_what_is_open_is_never_put_away():
    processor = applied([*HISTORY, tick(our.at(24 * 365 * 20))], SHORT)
    assert view(processor).indicators(our.SCENARIO)["total"]["open"] == 1


def test_its_figures_are_there_after_a_restart_and_before_the_horizon_none():
    processor = applied([*HISTORY, tick(our.at(24 * 40))], SHORT)
    again = restored(processor, SHORT)
    assert figures(again) == figures(processor)
    assert health(again) == health(processor)
    horizon = view(again).horizon(our.SCENARIO)
    assert view(again).indicators(our.SCENARIO, horizon)["total"]["finished"] == 1
    with pytest.raises(Refusal, match="put away") as refused:
        view(again).indicators(our.SCENARIO, horizon - 1)
    assert refused.value.status == 400


def test_its_events_sent_again_are_dead_letters_and_count_no_second_time():
    processor = applied([*HISTORY, tick(our.at(24 * 40)), *HISTORY[:2]], SHORT)
    assert processor.dead == {"late": 2}
    assert view(processor).indicators(our.SCENARIO)["total"]["received"] == 2
    assert len(processor.entries) == 1


@settings(max_examples=120)
@given(st.data(), our.instants(), st.integers(1, 20))
def test_every_figure_is_what_it_would_be_had_all_been_kept(data, at, days):
    facts = data.draw(our.histories())
    raws = [encode(one) for one in facts]
    cut = data.draw(st.integers(0, len(raws)))
    end = max([one.at for one in facts], default=at) + timedelta(days)
    messages = [*raws[:cut], *raws[:cut][::3], *raws[cut:], tick(end)]
    kept, away = applied(messages), applied(messages, SHORT)
    assume(not away.dead and not away.held)  # something was heard of one that had been put away
    assert figures(away) == figures(kept)
    again = restored(away, SHORT)
    assert health(again) == health(away) == health(kept)
    for one in (away, again):
        before = max(min(at, end).timestamp(), view(one).horizon(our.SCENARIO))
        assert figures(one, before) == figures(kept, before)
    assert rolling(away) == rolling(kept)


def rolling(processor):
    windows = view(processor).rolling(our.SCENARIO)
    return {
        window: {at: row for at, row in rows.items() if any(row.values())} for window, rows in windows.items()
    }


def test_the_store_lets_go_of_the_states(tmp_path):
    log = LocalLog(tmp_path / "s.sqlite")
    topic, driver = LocalTopic(log), LocalDriver(log, BOOK, keep=SHORT)
    for raw in HISTORY:
        topic.put(None, raw)
    topic.put(None, tick(our.at(24 * 40)))
    topic.flush()
    while driver.poll():
        pass
    names = {key for (key,) in log.connection.execute("SELECT key FROM state")}
    assert names == {b"4.1/live/o/open", b"#progress", b"#archive/live"}
    again = LocalDriver(log, BOOK, keep=SHORT)
    assert again.view.indicators(our.SCENARIO) == driver.view.indicators(our.SCENARIO)
    log.close()
