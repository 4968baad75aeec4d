"""The partition processor: whatever the order, repeats and restarts, one truth and one set of figures."""

import random
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.event import (
    Accepted,
    Fact,
    Steered,
    SupplementProvided,
    SupplementRequested,
    Tick,
    WithdrawalRequested,
    encode,
)
from dossier.figures.indicators import measure
from dossier.figures.window import rolling_figures
from streams import processor as module
from streams.partition import PROGRESS
from streams.processor import PartitionProcessor
from streams.records import STEERED_MAX
from streams.view import StreamView
from tests import strategies as our
from tests.dossier import oracle
from tests.dossier.hours import BOOK

DUES = ("first", "current")
PLAIN = {"procedure": "birth", "channel": "Desk", "online": True}
END = our.at(our.HOURS + 24 * 20)


def applied(messages: list[bytes], until: datetime | None = None) -> PartitionProcessor:
    processor = PartitionProcessor(BOOK)
    for offset, raw in enumerate(messages):
        processor.apply(offset, raw)
    if until is not None:
        processor.apply(len(messages), tick(until))
    assert "fold_failed" not in processor.dead  # what the fold raises is caught: here it shall raise nothing
    return processor


def tick(at: datetime, scenario: str = our.SCENARIO) -> bytes:
    return encode(Tick(scenario=scenario, at=at))


def raws(facts: list[Fact]) -> list[bytes]:
    return [encode(fact) for fact in facts]


def view(processor: PartitionProcessor) -> StreamView:
    return StreamView({0: processor}, 1, lambda: 0, lambda _: False)


def truth(processor: PartitionProcessor) -> dict[str, Any]:
    """The states, without what the order of arrival may change (offsets, repeats)."""
    return {
        name: msgspec.to_builtins(entry.dossier)
        for name, entry in processor.entries.items()
        if entry.dossier is not None
    }


def views(processor: PartitionProcessor) -> dict[str, Any]:
    """All that can be read of a processor."""
    seen = view(processor)
    health = msgspec.structs.replace(seen.health(), events=0, duplicates=0, parts={})
    out: dict[str, Any] = {"health": msgspec.to_builtins(health)}
    for name in seen.scenarios():
        out[name] = {
            "report": [seen.indicators(name, None, by, due) for by in ("office", "channel") for due in DUES],
            "rolling": {
                window: {place: row for place, row in rows.items() if any(row.values())}
                for window, rows in seen.rolling(name).items()
            },
            "trend": [row for row in seen.trend(name) if row["received"] or row["decided"]],
            "open": [msgspec.to_builtins(row) for row in seen.open_by_due(name)],
        }  # fmt: skip
        for report in out[name]["report"]:
            report["by"] = {k: {g: f for g, f in v.items() if f["received"]} for k, v in report["by"].items()}
    return out


def cells(processor: PartitionProcessor, name: str = our.SCENARIO) -> dict:
    """The cells kept, without the empty ones."""
    return {place: +masks for place, masks in processor.world(name).cells.items() if +masks}


def recomputed(processor: PartitionProcessor, name: str = our.SCENARIO) -> dict:
    world = processor.world(name)
    states = [entry.dossier for entry in processor.entries.values() if entry.dossier is not None]
    return measure([state for state in states if state.scenario == name], world.now, BOOK)


@settings(max_examples=60)
@given(st.data())
def test_repeats_and_disorder_within_an_hour_change_nothing(data):
    facts = data.draw(our.histories())
    plain = applied(raws(facts), END)
    other_order = data.draw(our.disorders(facts))
    other = applied(raws(other_order), END)
    assert truth(other) == truth(plain)
    assert views(other) == views(plain)
    assert other.duplicates == len(other_order) - len(facts)
    assert other.held == 0
    assert not other.dead


@settings(max_examples=60)
@given(st.data())
def test_instants_that_run_backwards_change_nothing_either(data):
    """The clock ticks an hour behind what comes: old instants in a silent stream would hold it back."""
    facts = data.draw(our.histories(backwards=True))
    came = data.draw(our.arrivals(facts))
    messages = [raw for when, fact in came for raw in (tick(when - timedelta(hours=1)), encode(fact))]
    other, plain = applied(messages, END), applied(raws(facts), END)
    assert truth(other) == truth(plain)
    assert views(other) == views(plain)
    assert not other.dead


def test_an_end_before_its_start_finds_it_though_the_start_moves_the_clock_far_on():
    processor = applied([fact("resolved", 2, 0), fact("accepted", 1, 30)])
    assert not processor.dead
    assert total(processor)["finished"] == 1


@settings(max_examples=40)
@given(our.histories(backwards=True), st.lists(our.instants(), max_size=6))
def test_the_cells_kept_are_those_of_the_states_at_every_step(facts, ticks):
    processor = PartitionProcessor(BOOK)
    messages = [(max(f.at for f in facts[: i + 1]), encode(f)) for i, f in enumerate(facts)]
    messages += [(at, tick(at)) for at in ticks]
    for offset, (_, raw) in enumerate(sorted(messages)):
        processor.apply(offset, raw)
        assert cells(processor) == recomputed(processor)
        rows = view(processor).cells(our.SCENARIO).values()
        found = sum(row["open"] + row["waiting_acceptance"] for row in rows)
        assert len(processor.world(our.SCENARIO).open) == found


SEEN = timedelta(microseconds=1)
"""What happened at stream time itself is seen."""


def asked_of(processor: PartitionProcessor, before: datetime | None, by: str, due: str) -> dict[str, Any]:
    answer = view(processor).indicators(our.SCENARIO, before.timestamp() if before else None, by, due)
    return {"total": answer["total"], "by": answer["by"][by]}


@settings(max_examples=150)
@given(st.data(), our.instants(), st.sampled_from(oracle.DIMENSIONS), st.sampled_from(DUES))
def test_the_stream_has_the_figures_of_the_oracle_at_stream_time(data, now, by, due):
    """Doubled, shuffled and ticked now and then: what the clock alone changes is in the cells kept, too."""
    facts = [fact for fact in data.draw(our.histories()) if fact.at <= now]
    ticks = [at for at in data.draw(st.lists(our.instants(), max_size=4)) if at <= now]
    came = [(at, 0, tick(at - timedelta(hours=1))) for at in ticks]
    came += [(when, 1, encode(fact)) for when, fact in data.draw(our.arrivals(facts))]
    processor = applied([tick(our.at(-2000)), *[raw for *_, raw in sorted(came)], tick(now)], now)
    expected = oracle.report(facts, now + SEEN, due, by)
    assert asked_of(processor, None, by, due) == expected
    again = restored(dict(processor.flush()))
    assert asked_of(again, None, by, due) == expected


@settings(max_examples=150)
@given(st.data(), our.instants(), st.sampled_from(oracle.DIMENSIONS), st.sampled_from(DUES))
def test_the_stream_has_the_figures_of_the_oracle_as_of_any_earlier_instant(data, before, by, due):
    facts = data.draw(our.histories())
    processor = applied(raws(data.draw(our.disorders(facts))), END)
    assert asked_of(processor, before, by, due) == oracle.report(facts, before, due, by)


def test_papers_that_come_in_the_second_of_the_end_were_waited_for_until_then():
    """The wait puts off the date, or stops the clock at its beginning: not both."""
    hours = [our.at(n) for n in range(3)]
    common = {"scenario": our.SCENARIO, "dossier_id": "d0", "office": "An Hòa"}
    words = {"procedure": "birth", "channel": "online", "online": True, "level": "commune", "field": "x"}
    facts = [
        Accepted(seq=1, at=hours[0], due_at=hours[0], agency="y", **words, **common),
        SupplementRequested(seq=2, at=hours[1], **common),
        SupplementProvided(seq=3, at=hours[2], **common),
        WithdrawalRequested(seq=4, at=hours[2], **common),
    ]
    answer = asked_of(applied(raws(facts), END), our.at(3), "office", "first")
    assert answer == oracle.report(facts, our.at(3), "first", "office")
    assert answer["total"]["on_time_766"] == 0


@settings(max_examples=60)
@given(our.histories(), st.sampled_from(oracle.DIMENSIONS))
def test_what_the_stream_said_it_says_of_that_instant_for_ever(facts, by):
    """An answer as of T, given later, is the one that was given at T."""
    processor, said = PartitionProcessor(BOOK), []
    for offset, fact in enumerate(facts):
        processor.apply(offset, encode(fact))
        following = facts[offset + 1].at if offset + 1 < len(facts) else END
        if fact.at < following:
            said.append((fact.at + SEEN, asked_of(processor, None, by, "first")))
    for at, answer in said:
        assert asked_of(processor, at, by, "first") == answer


@settings(max_examples=60)
@given(our.histories(), our.instants(), st.sampled_from(("1d", "7d", "30d")))
def test_rolling_windows_hold_what_falls_into_them(facts, now, window):
    facts = [fact for fact in facts if fact.at <= now]
    processor = applied(raws(facts), now)
    rows = view(processor).rolling(our.SCENARIO)[window]
    expected = oracle.rolling(facts, now, *oracle.window(now, window))
    found = {place: row for place, row in rows.items() if any(row[name] for name in oracle.ROLLING)}
    total = [sum(column) for column in zip(*expected.values(), strict=True)] or [0] * 6
    assert rows["", ""] == rolling_figures(total)
    found.pop(("", ""), None)
    assert found == {place: rolling_figures(sums) for place, sums in expected.items()}


@settings(max_examples=40)
@given(our.histories(), our.instants())
def test_the_trend_has_what_each_local_day_brought(facts, now):
    facts = [fact for fact in facts if fact.at <= now]
    processor = applied(raws(facts), now)
    rows = {row["day"]: row for row in view(processor).trend(our.SCENARIO, 60)}
    today = now.astimezone(oracle.ZONE).replace(hour=0, minute=0)
    for n in range(60):
        first = today - timedelta(days=n)
        sums = oracle.rolling(facts, now, first, first + timedelta(days=1))
        total = [sum(column) for column in zip(*sums.values(), strict=True)] or [0] * 6
        found = rows.pop(
            first.date().isoformat(), rolling_figures([0] * 6) | {"day": first.date().isoformat()}
        )
        assert found == {"day": first.date().isoformat(), **rolling_figures(total)}
    assert rows == {}


SCRIPT_SEED = 11
HANDS = {"source": "x", "target": "y"}


def script() -> list[bytes]:
    """Dossiers whole and broken, disorder, repeats, rubbish, two scenarios: whatever a topic may hold."""
    draw = random.Random(SCRIPT_SEED)

    def facts(name, *steps, scenario="live", office="An Hòa"):
        return [
            our.TYPES[kind](
                scenario=scenario, dossier_id=name, office=office, seq=seq, at=our.at(hour),
                **(PLAIN if kind == "accepted" else {}), **fields,
            )
            for seq, (kind, hour, fields) in enumerate(steps, 1)
        ]  # fmt: skip

    rows = [
        *facts("a", ("accepted", 0, {"due_at": our.at(20)}), ("handed_over", 2, HANDS),
               ("supplement_requested", 3, {}), ("supplement_provided", 9, {}), ("apology_issued", 10, {}),
               ("resolved", 30, {}), ("result_returned", 31, {})),
        *facts("b", ("submitted", 1, {"procedure": "p", "channel": "online"}),
               ("accepted", 2, {"due_at": our.at(8)}),
               ("apology_issued", 6, {"due_at": our.at(40)}), ("corrected", 12, {"channel": "post"})),
        *facts("gap", ("accepted", 0, {"due_at": our.at(4)}), ("handed_over", 1, HANDS),
               ("resolved", 3, {}), ("rated", 4, {"score": 5}))[::2],
        *facts("unknown", ("accepted", 1, {}), ("resolved", 5, {}))[1:],
        *facts("a", ("accepted", 3, {"due_at": our.at(7)}), ("stopped", 6, {}), scenario="other"),
        *facts("far", ("accepted", 4, {}), ("resolved", 44, {})),
    ]  # fmt: skip
    timed = [(fact.at + timedelta(minutes=draw.randrange(60)), encode(fact)) for fact in rows]
    timed += [(fact.at + timedelta(hours=draw.randrange(5)), encode(fact)) for fact in rows[::4]]
    timed += [(our.at(n * 7), raw) for n, raw in enumerate((b"", b"{}", b"[]", b"\xff", b'{"type":"new"}'))]
    timed += [(our.at(n), tick(our.at(n), name)) for n in (5, 25, 50) for name in ("live", "other")]
    return [raw for _, raw in sorted(timed)]


def summary(processor: PartitionProcessor) -> dict[str, Any]:
    """Everything exact: states, figures, dead letters, repeats."""
    entries = {name: msgspec.msgpack.encode(entry) for name, entry in processor.entries.items()}
    return {
        "entries": entries,
        "progress": msgspec.msgpack.encode(processor.progress),
        "views": views(processor),
        "dead": dict(processor.dead),
        "duplicates": processor.duplicates,
        "held": processor.held,
        "cells": {name: cells(processor, name) for name in processor.worlds},
    }


def restored(store: dict[bytes, bytes]) -> PartitionProcessor:
    processor = PartitionProcessor(BOOK)
    for key, value in store.items():
        processor.restore(key, value)
    processor.rebuild()
    return processor


def test_the_script_has_everything_in_it():
    whole = applied(script())
    assert whole.dead == {
        "not_json": 2,
        "no_type": 1,
        "wrong_type": 1,
        "unknown_type": 1,
        "unknown_dossier": 1,
    }
    assert whole.duplicates > 3
    assert whole.world("live").anomalies["gap"] == 1
    assert whole.held == 0


def test_a_restart_after_every_message_changes_nothing():
    messages = script()
    expected = summary(applied(messages))
    for cut in range(len(messages) + 1):
        store: dict[bytes, bytes] = {}
        processor = applied(messages[:cut])
        store.update(processor.flush())
        processor = restored(store)
        assert summary(processor)["views"] == summary(applied(messages[:cut]))["views"], f"at {cut}"
        for offset, raw in enumerate(messages):
            processor.apply(offset, raw)
        assert summary(processor) == expected, f"restored after {cut} messages"


def test_restarting_at_every_message_in_one_run_changes_nothing():
    messages, store = script(), {}
    processor = PartitionProcessor(BOOK)
    for offset, raw in enumerate(messages):
        processor.apply(offset, raw)
        store.update(processor.flush())
        processor = restored(store)
    assert summary(processor) == summary(applied(messages))


def test_messages_folded_and_not_flushed_come_again_without_effect():
    messages = script()
    expected = summary(applied(messages))
    for cut in range(len(messages)):
        for lost in (1, 5, 17):
            processor = applied(messages[: max(0, cut - lost)])
            store = dict(processor.flush())
            for offset in range(max(0, cut - lost), cut):
                processor.apply(offset, messages[offset])
            processor = restored(store)
            for offset in range(max(0, cut - lost - 3), len(messages)):
                processor.apply(offset, messages[offset])
            assert summary(processor) == expected, f"crash at {cut}, {lost} messages not flushed"


def test_a_flush_that_was_cut_in_the_middle_changes_no_figure():
    """Kafka takes the records one by one: any first part of them may be all that is durable."""
    messages = script()
    whole = applied(messages)
    for first in range(0, len(messages), 2):
        for second in (first + 1, first + 4, first + 12):
            processor = applied(messages[:first])
            store = dict(processor.flush())
            for offset in range(first, min(second, len(messages))):
                processor.apply(offset, messages[offset])
            records = [record for record in processor.flush() if record[0] != PROGRESS]
            for kept in range(len(records) + 1):
                again = restored(store | dict(records[:kept]))
                for offset in range(first, len(messages)):
                    again.apply(offset, messages[offset])
                at = f"flushed at {first}, cut after {kept} records at {second}"
                assert truth(again) == truth(whole), at
                assert views(again) == views(whole), at
                assert (again.dead, again.duplicates) == (whole.dead, whole.duplicates), at


@settings(max_examples=40)
@given(st.data())
def test_any_history_survives_a_crash_anywhere(data):
    facts = data.draw(our.disorders(data.draw(our.histories(backwards=True))))
    messages = [*raws(facts), tick(END)]
    flushed = data.draw(st.integers(0, len(messages)))
    crashed = data.draw(st.integers(flushed, len(messages)))
    processor = applied(messages[:flushed])
    store = dict(processor.flush())
    for offset in range(flushed, crashed):
        processor.apply(offset, messages[offset])
    records = processor.flush()
    store.update(dict(records[: data.draw(st.integers(0, len(records)))]))
    again = restored(store)
    for offset, raw in enumerate(messages):
        again.apply(offset, raw)
    assert truth(again) == truth(applied(messages))
    assert views(again) == views(applied(messages))
    assert cells(again) == recomputed(again)


def fact(kind: str, seq: int, hour: float, name: str = "d", **fields: Any) -> bytes:
    own = PLAIN if kind == "accepted" else {}
    return encode(
        our.TYPES[kind](
            scenario=our.SCENARIO, dossier_id=name, office="o", seq=seq, at=our.at(hour), **own, **fields
        )
    )


def total(processor: PartitionProcessor) -> dict[str, Any]:
    return view(processor).indicators(our.SCENARIO)["total"]


def test_a_dossier_becomes_overdue_by_the_clock_alone():
    processor = applied([fact("accepted", 1, 0, due_at=our.at(5))])
    processor.apply(1, tick(our.at(5) - timedelta(microseconds=1)))
    assert total(processor)["open_overdue"] == 0
    processor.apply(2, tick(our.at(6)))
    assert total(processor)["open_overdue"] == total(processor)["letters_due"] == 1
    assert view(processor).rolling(our.SCENARIO)["1d"]["o", "(none)"]["late"] == 1
    processor.advance(our.SCENARIO, our.at(30).timestamp())
    assert view(processor).rolling(our.SCENARIO)["1d"]["", ""]["late"] == 0, "the breach was at 5 h"


def test_a_filing_that_waits_for_acceptance_turns_late_by_the_clock_alone():
    # Filed Monday 07:00 in Hà Nội: the eighth working hour ends at 17:00.
    processor = applied([fact("submitted", 1, 0, procedure="birth", channel="online")])
    for hour, late in ((9.999, 0), (10, 1), (500, 1)):
        processor.advance(our.SCENARIO, our.at(hour).timestamp())
        assert total(processor)["waiting_acceptance"] == 1
        assert total(processor)["waiting_acceptance_late"] == late, hour
    again = restored(dict(processor.flush()))
    for found in (processor, again):
        found.apply(9, fact("accepted", 2, 501))
        n = total(found)
        assert (n["waiting_acceptance"], n["acknowledged_late"], n["open"]) == (0, 1, 1)


@pytest.mark.parametrize(("office", "until"), [("An Hòa", "15:00"), ("Bình Đa", "09:30")])
def test_an_office_counts_by_its_own_calendar(office, until):
    """Filed on Friday at 15:00, due on Monday: Bình Đa opens for four hours on Saturday, too."""
    filing = our.TYPES["submitted"](
        scenario=our.SCENARIO, dossier_id="d", office=office, seq=1,
        at=datetime.fromisoformat("2026-03-06T15:00:00+07:00"), procedure="p", channel="online",
    )  # fmt: skip
    processor = applied([encode(filing)])
    ends = datetime.fromisoformat(f"2026-03-09T{until}:00+07:00")
    for at, late in ((ends - SEEN, 0), (ends, 1)):
        processor.advance(our.SCENARIO, at.timestamp())
        assert total(processor)["waiting_acceptance_late"] == late


def test_what_seldom_changes_a_figure_changes_it_at_once_where_it_does():
    step = {"step": "sign", "agency": "a"}
    processor = applied([fact("accepted", 1, 0), fact("handed_over", 2, 1, **HANDS, electronic=True)])
    assert total(processor)["handed_over_electronic"] == 1
    processor.apply(2, fact("handed_over", 3, 1, **HANDS))
    assert total(processor)["handed_over_electronic"] == 0
    processor.apply(3, fact("step_finished", 4, 1, **step, successor="Phường C"))
    assert set(view(processor).indicators(our.SCENARIO, None, "unit")["by"]["unit"]) == {"Phường C"}
    processor.apply(4, fact("rated", 5, 1, score=5))
    assert total(processor)["satisfied"] == 1


def test_a_limit_without_a_date_runs_out_by_the_clock_alone():
    plain = [fact("accepted", 1, 0, limit="8wh")]
    waited = [*plain, fact("supplement_requested", 2, 3), fact("supplement_provided", 3, 7)]
    for messages, end in ((plain, 10), (waited, 14)):
        processor = applied(messages)
        for hour, in_time in ((end - 0.001, 1), (end, 0)):
            processor.advance(our.SCENARIO, our.at(hour).timestamp())
            assert (total(processor)["judged_766"], total(processor)["on_time_766"]) == (1, in_time)


def test_a_number_that_is_absent_is_not_one_that_is_null():
    """On the wire, too: null says that no result exists, silence says nothing."""
    steps = [fact("accepted", 1, 0, due_at=our.at(9)), fact("result_returned", 3, 2)]
    for resolved, strict in ((fact("resolved", 2, 1), 1), (fact("resolved", 2, 1, result_number=None), 0)):
        processor = applied([steps[0], resolved, steps[1]], END)
        assert total(processor)["on_time_strict"] == strict
        assert ("closed_without_result" in processor.world("live").anomalies) == (not strict)


def test_the_clock_does_not_run_back():
    processor = applied([tick(our.at(9)), tick(our.at(3))])
    assert view(processor).stream_time(our.SCENARIO) == our.at(9).timestamp()


def test_a_dossier_unknown_after_the_lateness_is_a_dead_letter():
    processor = applied([fact("resolved", 2, 0)])
    assert processor.apply(1, tick(our.at(2))) == []
    assert processor.held == 1
    [letter] = processor.apply(2, tick(our.at(2) + timedelta(seconds=1)))
    assert (letter.offset, letter.reason, letter.raw) == (0, "unknown_dossier", fact("resolved", 2, 0))
    assert processor.held == 0
    assert processor.dead == {"unknown_dossier": 1}


def test_a_beginning_that_comes_within_the_lateness_is_waited_for():
    processor = applied([fact("resolved", 2, 1.5), fact("accepted", 1, 0), tick(our.at(9))])
    assert not processor.dead
    assert total(processor)["finished"] == 1


def test_a_gap_is_folded_after_the_lateness_and_what_comes_then_is_late():
    processor = applied(
        [fact("accepted", 1, 0, due_at=our.at(50)), fact("resolved", 3, 1), fact("rated", 4, 1, score=5)]
    )
    assert total(processor)["finished"] == 0
    processor.apply(3, tick(our.at(3.01)))
    assert total(processor)["finished"] == 1
    assert processor.world(our.SCENARIO).anomalies == {"gap": 1}
    [letter] = processor.apply(4, fact("handed_over", 2, 0.5, source="a", target="b"))
    assert letter.reason == "late"
    assert processor.apply(5, fact("rated", 4, 1, score=5)) == []
    assert processor.duplicates == 1


def test_the_end_of_a_file_ends_all_waiting():
    processor = applied([fact("accepted", 1, 0), fact("resolved", 3, 1), fact("resolved", 2, 1, "other")])
    [letter] = processor.release()
    assert letter.reason == "unknown_dossier"
    assert processor.held == 0
    assert total(processor)["finished"] == 1


def test_what_waits_is_bounded_and_the_longest_waiting_goes_first(monkeypatch):
    monkeypatch.setattr(module, "HELD_MAX", 3)
    processor = PartitionProcessor(BOOK)
    letters = []
    for n in range(8):
        letters += processor.apply(n, fact("resolved", 2, n / 60, f"d{n}"))
        assert processor.held <= 3
    assert [letter.offset for letter in letters] == [0, 1, 2, 3, 4]
    again = restored(dict(processor.flush()))
    assert again.held == 3


def test_two_offices_may_use_the_same_number():
    rows = [
        our.TYPES["accepted"](scenario="live", dossier_id="1", office=office, seq=1, at=our.at(n), **PLAIN)
        for n, office in enumerate(("a", "b"))
    ]
    processor = applied(raws(rows))
    assert processor.duplicates == 0
    assert total(processor)["received"] == 2


def test_words_with_separators_in_them_part_dossiers_and_scenarios():
    rows = [
        our.TYPES["accepted"](scenario=scenario, dossier_id=name, office=office, seq=1, at=our.at(0), **PLAIN)
        for scenario, office, name in (
            ("a/b", "c", "d"),
            ("a", "b/c", "d"),
            ("a", "b", "c/d"),
            ("a|1", "b", "\0"),
        )
    ]
    processor = applied(raws(rows))
    again = restored(dict(processor.flush()))
    for found in (processor, again):
        seen = view(found)
        assert [seen.indicators(name)["total"]["received"] for name in ("a", "a/b", "a|1")] == [2, 1, 1]


def test_a_scenario_with_a_slash_stops_waiting_after_a_restart_too():
    late = our.TYPES["resolved"](scenario="a/b", dossier_id="d", office="o", seq=2, at=our.at(0))
    again = restored(dict(applied(raws([late])).flush()))
    [letter] = again.apply(1, tick(our.at(9), "a/b"))
    assert letter.reason == "unknown_dossier"


GOOD = fact("accepted", 1, 0)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (None, "not_json"),
        (b"", "not_json"),
        (b"\xff\xfe", "not_json"),
        (GOOD[:-1], "not_json"),
        (GOOD + b"x", "not_json"),
        (b"[" * 10_000, "wrong_type"),
        (b'{"x":' * 2_000, "not_json"),
        (b"null", "wrong_type"),
        (b"[]", "wrong_type"),
        (b"{}", "no_type"),
        (b'{"type":"moved"}', "unknown_type"),
        (b'{"type":1}', "wrong_type"),
        (b'{"type":"tick","scenario":"live"}', "missing_field"),
        (GOOD.replace(b'"seq":1', b'"seq":0'), "wrong_type"),
        (GOOD.replace(b'"seq":1', b'"seq":' + b"9" * 5000), "wrong_type"),
        (GOOD.replace(b'"office":"o",', b""), "missing_field"),
        (GOOD.replace(b'"office":"o"', b'"office":""'), "wrong_type"),
        (GOOD.replace(b'"at":"2026-02-09T00:00:00Z"', b'"at":"2026-02-09T00:00:00"'), "wrong_type"),
        (GOOD.replace(b'"at":"2026-02-09T00:00:00Z"', b'"at":"2026-02-30T00:00:00Z"'), "wrong_type"),
        (fact("accepted", 1, 5, due_at=our.at(4.99)), "due_before_acceptance"),
    ],
)
def test_a_bad_message_is_a_dead_letter_with_its_reason_and_the_stream_goes_on(raw, reason):
    processor = PartitionProcessor(BOOK)
    [letter] = processor.apply(7, raw)
    assert (letter.offset, letter.reason, letter.raw) == (7, reason, raw or b"")
    assert letter.detail
    processor.apply(8, GOOD)
    assert total(processor)["received"] == 1
    assert processor.dead == {reason: 1}


EXTREMES = (
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00",
)


@pytest.mark.parametrize("extreme", EXTREMES)
@pytest.mark.parametrize("place", ["at", "due_at"])
def test_instants_at_the_ends_of_time_stop_nothing(extreme, place):
    rows = [msgspec.json.decode(fact("accepted", 1, 0, due_at=our.at(5)))]
    rows.append(msgspec.json.decode(fact("apology_issued", 2, 1, due_at=our.at(5))))
    rows.append(msgspec.json.decode(fact("resolved", 3, 2)))
    for broken in rows:
        changed = [row | ({place: extreme} if row is broken and place in row else {}) for row in rows]
        processor = applied([msgspec.json.encode(row) for row in changed], our.at(20))
        views(processor)
        assert sum(processor.dead.values()) >= (place in broken)


@settings(max_examples=150)
@given(
    st.binary(max_size=200)
    | st.lists(st.sampled_from([GOOD[i : i + 7] for i in range(0, len(GOOD), 7)])).map(b"".join)
)
def test_any_bytes_are_an_event_or_a_dead_letter(raw):
    processor = PartitionProcessor(BOOK)
    letters = processor.apply(0, raw)
    assert len(letters) == sum(processor.dead.values())
    assert processor.progress.events == 1
    assert "fold_failed" not in processor.dead
    assert letters or processor.entries or processor.worlds


def without(message: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in message.items() if key != name}


values = st.sampled_from(
    [None, True, 0, -1, 2**70, 1e308, "", "x" * 300, [], {}, "2026-02-09T00:00:00Z", "none"]
)


@settings(max_examples=200)
@given(our.dossiers(), st.data())
def test_any_field_of_any_event_may_be_wrong_or_missing(facts, data):
    processor = PartitionProcessor(BOOK)
    sent = []
    for row in facts:
        message = msgspec.json.decode(encode(row))
        name = data.draw(st.sampled_from(sorted(message)))
        wrong = data.draw(st.sampled_from(["keep", "drop", "change"]))
        if wrong == "drop":
            message = without(message, name)
        elif wrong == "change":
            message[name] = data.draw(values)
        sent.append(msgspec.json.encode(message))
    for offset, raw in enumerate(sent):
        processor.apply(offset, raw)
    processor.release()
    folded = sum(e.dossier.seq - len(e.missing) for e in processor.entries.values() if e.dossier)
    assert folded + processor.duplicates + sum(processor.dead.values()) == len(sent)


def test_the_figures_kept_leave_no_trace_of_what_was_taken_back():
    """A group that lost its last dossier is gone at once, not only after a restart."""
    messages = [fact("accepted", 1, 0), fact("corrected", 2, 1, channel="post")]
    processor = applied(messages)
    again = restored(dict(processor.flush()))
    for by in ("office", "channel"):
        kept, anew = (view(p).indicators(our.SCENARIO, None, by) for p in (processor, again))
        assert kept == anew
    assert set(kept["by"]["channel"]) == {"post"}


def test_rolling_rows_leave_no_trace_of_what_was_taken_back():
    processor = applied([fact("accepted", 1, 0), fact("corrected", 2, 1, retracted=True)])
    again = restored(dict(processor.flush()))
    for read in ("rolling", "trend", "cells"):
        assert getattr(view(processor), read)(our.SCENARIO) == getattr(view(again), read)(our.SCENARIO)


def test_a_message_that_breaks_the_fold_is_a_dead_letter_and_stops_nothing(monkeypatch):
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault of ours")

    processor = PartitionProcessor(BOOK)
    facts = [fact("accepted", 1, 1, name) for name in "ab"]
    with monkeypatch.context() as patched:
        patched.setattr("streams.processor.fold", broken)
        (letter,) = processor.apply(0, facts[0])
    assert (letter.reason, letter.raw) == ("fold_failed", facts[0])
    assert processor.apply(1, facts[1]) == []
    assert processor.dead == {"fold_failed": 1}


def test_a_message_of_a_megabyte_is_no_event_and_a_dossier_holds_only_so_many():
    processor = PartitionProcessor(BOOK)
    (letter,) = processor.apply(0, b"x" * 2**20)
    assert (letter.reason, len(letter.raw)) == ("too_large", 2**20)
    processor.apply(1, fact("accepted", 1, 1))
    for seq in range(3, 3 + module.HELD_OF_ONE + 1):
        processor.apply(seq, fact("step_finished", seq, 1, step="s", agency="a"))
    assert processor.held == 0
    assert processor.world("live").anomalies == {"gap": 1}


def test_levers_that_took_effect_are_remembered_once_and_after_a_restart():
    pulled = [("edd", 3), ("e-signature", 5), ("edd", 3), ("edd", 9)]
    told = [Steered(scenario=our.SCENARIO, at=our.at(hours), lever=lever) for lever, hours in pulled]
    processor = applied([encode(each) for each in told])
    seen = view(processor).steered(our.SCENARIO)
    assert [(our.at(hours).timestamp(), lever) for lever, hours in (pulled[0], pulled[1], pulled[3])] == seen
    again = PartitionProcessor(BOOK)
    for key, value in processor.flush():
        again.restore(key, value)
    again.rebuild()
    assert view(again).steered(our.SCENARIO) == seen
    again.apply(len(told), encode(told[0]))
    assert view(again).steered(our.SCENARIO) == seen


def test_of_very_many_levers_the_newest_are_remembered():
    told = [Steered(scenario=our.SCENARIO, at=our.at(hours), lever="edd") for hours in range(STEERED_MAX + 5)]
    seen = view(applied([encode(each) for each in told])).steered(our.SCENARIO)
    assert [our.at(hours).timestamp() for hours in range(5, STEERED_MAX + 5)] == [at for at, _ in seen]
