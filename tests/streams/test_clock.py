"""One clock that is wrong does not make a whole province late."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dossier.event import Accepted, Resolved, StepFinished, Tick, encode
from dossier.law.calendar import DAY, vietnam
from motcua.feed import TICK_DAYS, lines, ticked
from streams.clock import ENOUGH, ENOUGH_TICKED
from streams.processor import PartitionProcessor
from streams.view import IDLE_SECONDS, StreamView
from tests import strategies as our
from tests.streams.test_processor import cells, recomputed

YEAR = 365 * 24


def accepted(name: str, hours: float, days: float = 10):
    who = {"scenario": our.SCENARIO, "dossier_id": name, "seq": 1, "at": our.at(hours), "office": "A"}
    return Accepted(**who, procedure="p", channel="in_person", online=False, due_at=our.at(hours + 24 * days))


def applied(*messages):
    processor = PartitionProcessor(vietnam(), watch=True)
    for offset, message in enumerate(messages):
        processor.apply(offset, encode(message))
    return processor


def view(processor):
    return StreamView({0: processor}, 1, lambda: 0, lambda _: 0)


def total(processor):
    return view(processor).indicators(our.SCENARIO)["total"]


def ahead(processor):
    return view(processor).health().anomalies.get(our.SCENARIO, {}).get("clock_ahead", 0)


def clock(processor):
    return processor.world(our.SCENARIO).clock


def tick(hours: float) -> Tick:
    return Tick(scenario=our.SCENARIO, at=our.at(hours))


def test_one_event_a_year_ahead_moves_no_clock_and_is_counted():
    processor = applied(accepted("a", 0), accepted("wrong", YEAR), accepted("b", 1), accepted("c", 2))
    assert clock(processor) == our.at(2).timestamp()
    assert ahead(processor) == 1
    assert total(processor)["received"] == 3
    assert total(processor)["open_overdue"] == 0
    assert processor.alerts() == []


def test_it_counts_from_its_own_instant_on():
    processor = applied(accepted("a", 0), accepted("wrong", YEAR), accepted("b", 1), tick(YEAR + 1))
    assert total(processor)["received"] == 3
    assert total(processor)["open_overdue"] == 2


def test_an_office_a_year_ahead_among_others_is_contained():
    others = [accepted(f"d{n}", n / 10) for n in range(1000)]
    wrong = [accepted(f"w{n}", YEAR + n / 10) for n in range(1000)]
    processor = applied(*[one for pair in zip(others, wrong, strict=True) for one in pair], tick(100))
    assert clock(processor) == our.at(100).timestamp()
    assert ahead(processor) == 1000
    assert total(processor)["received"] == 1000


def test_after_a_long_silence_the_clock_goes_on():
    later = [accepted(f"d{n}", YEAR + n) for n in range(ENOUGH + 1)]
    processor = applied(accepted("a", 0), *later)
    assert clock(processor) == later[-1].at.timestamp()
    assert ahead(processor) == 0
    assert total(processor)["received"] == ENOUGH + 2


def test_a_tick_says_that_it_is_so():
    processor = applied(accepted("a", 0), accepted("b", YEAR), tick(YEAR))
    assert clock(processor) == our.at(YEAR).timestamp()
    assert ahead(processor) == 0


def test_where_the_source_ticks_more_are_wanted():
    later = [accepted(f"d{n}", YEAR + n) for n in range(ENOUGH_TICKED)]
    first = accepted("a", 0)
    assert clock(applied(first, tick(1), *later[:-1])) == our.at(1).timestamp()
    assert clock(applied(first, tick(1), *later)) == later[0].at.timestamp()


def test_what_is_doubted_outlives_a_restart():
    facts = [accepted("a", 0), *[accepted(f"d{n}", YEAR + n) for n in range(ENOUGH)]]
    whole = applied(*facts)
    first = applied(*facts[:-1])
    second = PartitionProcessor(vietnam(), watch=True)
    for record in first.flush():
        second.restore(*record)
    second.rebuild()
    second.apply(len(facts) - 1, encode(facts[-1]))
    assert clock(second) == clock(whole) == our.at(YEAR).timestamp()


def test_nothing_goes_ahead_of_the_clock_on_the_wall():
    processor = applied(accepted("a", 0))
    processor.advance(our.SCENARIO, our.at(1).timestamp())
    for offset, message in enumerate([accepted("b", 48), accepted("c", 20), tick(48)], 1):
        processor.apply(offset, encode(message))
    assert clock(processor) == our.at(20).timestamp()
    assert ahead(processor) == 2
    assert total(processor)["received"] == 2
    processor.advance(our.SCENARIO, our.at(49).timestamp())
    assert total(processor)["received"] == 3


def test_a_clock_that_jumps_back_is_reported_and_moves_nothing_back():
    back = StepFinished(
        scenario=our.SCENARIO, dossier_id="a", seq=2, at=our.at(-YEAR), office="A", step="s", agency="x"
    )
    processor = applied(accepted("a", 30), accepted("b", 0), back)
    assert clock(processor) == our.at(30).timestamp()
    assert view(processor).health().anomalies[our.SCENARIO] == {"time_backwards": 1}
    assert total(processor)["received"] == 2


def test_a_partition_without_events_holds_the_others_back_for_a_minute_only(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("streams.view.monotonic", lambda: now[0])
    quiet, busy, unread = applied(accepted("a", 0, days=1)), applied(accepted("b", 1)), [0]
    seen = StreamView({0: quiet, 1: busy}, 2, lambda: 0, lambda part: unread[part])
    unread.append(0)
    assert seen.stream_time(our.SCENARIO) == our.at(0).timestamp()
    now[0] = IDLE_SECONDS + 1
    busy.apply(1, encode(accepted("c", 100)))
    assert seen.stream_time(our.SCENARIO) == our.at(100).timestamp()
    assert seen.indicators(our.SCENARIO)["total"]["open_overdue"] == 1
    unread[0] = 1
    assert seen.stream_time(our.SCENARIO) == our.at(0).timestamp()
    unread[0], now[0] = 0, 2 * IDLE_SECONDS + 2
    assert seen.stream_time(our.SCENARIO) == our.at(100).timestamp()
    assert quiet.alerts() == []


def ticks_of(facts):
    told = list(ticked(lines(facts), TICK_DAYS))
    return [line.event.at for line in told if isinstance(line.event, Tick)]


def test_a_replay_ticks_by_the_others():
    facts = [accepted(f"d{n}", n) for n in range(200)]
    wrong = [*facts[:100], accepted("wrong", YEAR), *facts[100:]]
    assert ticks_of(wrong) == ticks_of(facts)


def test_a_replay_that_ends_far_on_ticks_to_its_end():
    facts = [accepted("a", 0), accepted("b", YEAR)]
    assert max(ticks_of(facts)) == facts[1].due_at + timedelta(hours=2)


@settings(max_examples=60)
@given(our.histories(), st.lists(st.tuples(our.instants(), st.integers(0, 3)), max_size=6), st.randoms())
def test_whatever_clocks_say_the_cells_kept_are_those_of_the_states(facts, ticks, luck):
    messages = [replace(f, at=f.at + timedelta(hours=luck.choice([0, 0, 0, YEAR]))) for f in facts]
    messages += [Tick(scenario=our.SCENARIO, at=at + timedelta(hours=YEAR * far // 3)) for at, far in ticks]
    processor = PartitionProcessor(vietnam())
    for offset, message in enumerate(sorted(messages, key=lambda m: (m.at.hour, m.at))):
        processor.apply(offset, encode(message))
        assert cells(processor) == recomputed(processor)
    again = PartitionProcessor(vietnam())
    for record in processor.flush():
        again.restore(*record)
    again.rebuild()
    for one in (processor, again):
        one.apply(len(messages), encode(tick(3 * YEAR)))
        assert "fold_failed" not in one.dead
        assert cells(one) == recomputed(one)


def test_a_due_date_of_a_wrong_year_moves_no_replay():
    facts = [accepted(f"d{n}", n) for n in range(200)]
    wrong = [*facts[:100], accepted("wrong", 100, days=36 * 365), *facts[100:]]
    assert ticks_of(wrong) == ticks_of(facts)


def test_a_last_event_decades_ahead_moves_neither_replay_nor_batch():
    facts = [accepted("a", 0), accepted("wrong", 36 * YEAR)]
    assert max(ticks_of(facts)) == facts[0].due_at + timedelta(hours=2)
    processor = applied(*facts)
    processor.release()
    assert clock(processor) == our.at(0).timestamp()
    assert ahead(processor) == 1


def test_a_leap_of_the_clock_puts_nothing_away():
    processor = PartitionProcessor(vietnam(), keep=400 * DAY)
    resolved = Resolved(scenario=our.SCENARIO, dossier_id="a", seq=2, at=our.at(1), office="A")
    for offset, message in enumerate([accepted("a", 0), resolved, tick(36 * YEAR), accepted("b", 2)]):
        processor.apply(offset, encode(message))
    assert len(processor.entries) == 2
    assert view(processor).horizon(our.SCENARIO) == 0.0
    processor.apply(4, encode(tick(36 * YEAR + 1)))
    assert len(processor.entries) == 1
