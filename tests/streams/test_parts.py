"""What each partition tells of itself: alerts from the truth, delays, what waits; also at a hand-over."""

from contextlib import closing
from datetime import timedelta

from dossier.event import Accepted, Tick, encode
from dossier.view import DELAYS
from streams.local import LocalDriver, LocalLog
from streams.processor import PartitionProcessor
from streams.view import StreamView
from tests import strategies as our
from tests.dossier.hours import BOOK

DUE = our.at(100)


def messages(office, many=3):
    """Acceptances with one due date, a second apart, and the clock a minute and a half past it."""
    for n in range(many):
        yield encode(
            Accepted(
                scenario=our.SCENARIO, dossier_id=f"d{n}", office=office, seq=1, at=our.at(n),
                due_at=DUE + timedelta(seconds=n), procedure="birth", channel="online", online=True,
            )
        )  # fmt: skip
    yield encode(Tick(scenario=our.SCENARIO, at=DUE + timedelta(seconds=90)))


def processor(office="An Hòa", many=3):
    made = PartitionProcessor(BOOK, watch=True)
    for offset, raw in enumerate(messages(office, many)):
        made.apply(offset, raw)
    return made


def parts(processors):
    return StreamView(processors, 12, lambda: 0, lambda _: 0).health().parts


def test_alerts_and_their_delays_are_counted_by_partition():
    (part,) = parts({7: processor()}).values()
    assert part.alerts["overdue"] == part.alerts["letter_owed"] == 3
    assert sum(part.delays) == sum(part.alerts.values())
    within = DELAYS.index(600.0)
    assert part.delays[within] == 6  # the overdue, and their letters; the others' moments were hours before
    assert part.delayed >= 2 * (90 + 89 + 88)
    assert (part.events, part.folded, part.states, part.open) == (4, 4, 3, 3)


def test_a_restart_keeps_what_was_told_and_begins_what_the_worker_did():
    before = processor()
    again = PartitionProcessor(BOOK, watch=True)
    for key, value in before.flush():
        again.restore(key, value)
    again.rebuild()
    old, new = (parts({7: each})[7] for each in (before, again))
    assert new.alerts == old.alerts
    assert new.events == old.events
    assert (new.folded, sum(new.delays), new.delayed) == (0, 0, 0.0)


def test_while_a_partition_is_handed_over_it_is_counted_once():
    """As `sum (max by (partition) (motcua_events_total))` does, whoever still tells of it."""
    here, there = {0: processor(), 1: processor("Bình Đa", 5)}, {2: processor("Cầu Kho", 8)}
    everywhere = 4 + 6 + 9
    told = []
    for moved in (lambda: None, lambda: there.update({1: here[1]}), lambda: here.pop(1)):
        moved()
        seen = {}
        for owned in (here, there):
            for number, part in parts(owned).items():
                seen[number] = max(seen.get(number, 0), part.events)
        told.append(sum(seen.values()))
    assert told == [everywhere] * 3


def test_what_waits_in_the_store_is_known_by_partition(tmp_path):
    raws = list(messages("An Hòa", 5))
    with closing(LocalLog(tmp_path / "store")) as log:
        driver = LocalDriver(log, BOOK)

        def lags():
            health = driver.view.health()
            found = {number: part.lag for number, part in health.parts.items() if part.lag}
            assert health.lag == sum(found.values())
            return found

        log.append([(1, raws[0]), (4, raws[1]), (4, raws[2])])
        driver.poll(1)  # before anybody has counted
        assert lags() == {4: 2}
        log.append([(4, raws[3]), (9, raws[4]), (9, raws[5])])
        driver.poll(3)  # two that were counted, one that was not
        assert lags() == {9: 2}
        driver.poll()
        assert lags() == {}
        log.append([(0, raws[5])])
        assert lags() == {0: 1}
        assert LocalDriver(log, BOOK).view.health().parts[0].lag == 1
