"""Open dossiers by the nearness of their due date: what is kept is what a walk over the states gives."""

from collections import Counter
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.event import Accepted, Tick, encode
from dossier.figures.standing import FINISHED, OVERDUE, PAUSED, RECEIVED, cell, standing
from streams.nearness import CLASSES
from streams.processor import PartitionProcessor
from streams.view import StreamView
from tests import strategies as our
from tests.dossier.hours import BOOK

MICROSECONDS = st.sampled_from((0, 1, -1, 1_800_000_000, 3_599_999_999))
TICKS = st.tuples(our.instants(), MICROSECONDS).map(lambda two: two[0] + timedelta(microseconds=two[1]))
COMMON = {"scenario": our.SCENARIO, "office": "An Hòa"}
WORDS = {"procedure": "birth", "channel": "online", "online": True, "level": "commune", "field": "x"}


def kept(processor):
    rows = StreamView({0: processor}, 1, lambda: 0, lambda _: False).open_by_due(our.SCENARIO)
    return {(row.office, row.level, row.field): [getattr(row, name) for name in CLASSES] for row in rows}


def walked(processor):
    """The same from the states alone."""
    world = processor.world(our.SCENARIO)
    counts = {}
    for dossier in world.dossiers.values():
        mask = standing(dossier, world.now, BOOK.of(dossier.office))
        if mask & RECEIVED and not mask & FINISHED:
            where = cell(dossier, world.now)
            kinds = counts.setdefault((where[0], where[5], where[2]), Counter())
            kinds[kind(mask, dossier.promises, world.now)] += 1
    return {spot: [kinds[name] for name in CLASSES] for spot, kinds in counts.items()}


def kind(mask, promises, now):
    if mask & OVERDUE:
        return "overdue"
    if mask & PAUSED:
        return "paused"
    if not promises:
        return "none"
    hours = (promises[-1].due - now) / 3600
    return next((f"within_{bound}h" for bound in (4, 8, 24) if hours <= bound), "later")


def applied(messages):
    processor = PartitionProcessor(BOOK)
    for offset, raw in enumerate(messages):
        processor.apply(offset, raw)
    return processor


def tick(at):
    return encode(Tick(scenario=our.SCENARIO, at=at))


@settings(max_examples=150)
@given(our.histories(backwards=True), st.lists(TICKS, max_size=8))
def test_the_classes_kept_are_those_of_a_walk_at_every_step(facts, ticks):
    messages = [(max(f.at for f in facts[: i + 1]), encode(f)) for i, f in enumerate(facts)]
    processor = PartitionProcessor(BOOK)
    for offset, (_, raw) in enumerate(sorted(messages + [(at, tick(at)) for at in ticks])):
        processor.apply(offset, raw)
        assert kept(processor) == walked(processor)
    again = PartitionProcessor(BOOK)
    for name, value in processor.flush():
        again.restore(name, value)
    again.rebuild()
    assert kept(again) == kept(processor)


def test_a_dossier_comes_nearer_by_the_clock_alone():
    due = our.at(100)
    accepted = Accepted(seq=1, at=our.at(0), due_at=due, dossier_id="d0", agency="y", **WORDS, **COMMON)
    processor, seen = applied([encode(accepted)]), []
    left = (25, 24, 8.5, 8, 4.5, 4, 0.5, 0, -1)
    for offset, hours in enumerate(left, 1):
        processor.apply(offset, tick(due - timedelta(hours=hours)))
        (row,) = kept(processor).values()
        assert sum(row) == 1
        seen.append(CLASSES[row.index(1)])
    assert seen == ["later", *["within_24h"] * 2, *["within_8h"] * 2, *["within_4h"] * 2, *["overdue"] * 2]


def test_what_ends_leaves_no_trace():
    facts = [
        our.TYPES[name](seq=seq, at=our.at(seq), dossier_id="d0", **fields, **COMMON)
        for seq, (name, fields) in enumerate(
            (("accepted", {**WORDS, "agency": "y", "due_at": our.at(90)}), ("resolved", {})), 1
        )
    ]
    assert kept(applied([encode(facts[0])])) == {("An Hòa", "commune", "x"): [0, 0, 0, 0, 1, 0, 0]}
    assert kept(applied(map(encode, facts))) == {}
