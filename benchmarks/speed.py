"""How fast the engine, the fold and the embedded pipeline are: `make bench`.

Each job handles the same events of a few days of phu-tho-2026.
Rounds interleave the jobs, and the median counts.
"decode alone" is the floor: JSON to events and a count for each office, no state, no figures.
"""

import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

from msgspec.structs import replace

from dossier.event import Control, Event, Fact, decode, encode
from dossier.law.calendar import vietnam
from motcua.show import table
from simulator.run import run
from simulator.scenario.files import load
from streams.local import LocalDriver, LocalLog, LocalTopic
from streams.processor import PartitionProcessor

ROUNDS = 5
DAYS = date(2026, 3, 2), date(2026, 3, 7)


def simulate() -> list[Fact]:
    """The engine alone: no warm-up, events as structs."""
    told = run(replace(load("phu-tho-2026"), warmup_days=0), 1, *DAYS)
    return [fact for fact in told if not isinstance(fact, Control)]


def decode_alone(raws: list[bytes]) -> None:
    """The floor: every event decoded and counted by office."""
    offices: Counter[str] = Counter()
    for raw in raws:
        event = decode(raw)
        assert isinstance(event, Event)
        offices[event.office] += 1


def fold(raws: list[bytes]) -> None:
    """The processor: the state of every dossier, all figures, windows and due dates."""
    processor = PartitionProcessor(vietnam())
    for offset, raw in enumerate(raws):
        processor.apply(offset, raw)


def pipeline(events: list[Fact]) -> None:
    """The embedded pipeline: encoded, appended, read, folded, states written."""
    with tempfile.TemporaryDirectory() as folder:
        log = LocalLog(Path(folder) / "log.sqlite")
        topic, driver = LocalTopic(log), LocalDriver(log, vietnam())
        for event in events:
            topic.put(event, encode(event))
        topic.flush()
        while driver.poll():
            pass
        log.close()


def main() -> None:
    """Run all jobs in turn and print events a second of processor time."""
    events = simulate()
    raws = [encode(event) for event in events]
    jobs: dict[str, Callable[[], object]] = {
        "simulate": simulate,
        "decode alone": lambda: decode_alone(raws),
        "fold": lambda: fold(raws),
        "embedded pipeline": lambda: pipeline(events),
    }
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(ROUNDS):
        for name, job in jobs.items():
            begun = time.process_time()
            job()
            seconds[name].append(time.process_time() - begun)
    floor = median(seconds["decode alone"])
    rows = [
        (
            name,
            f"{len(events) / median(s):,.0f}",
            f"{1e6 * median(s) / len(events):.1f}",
            f"{median(s) / floor:.1f}",
        )
        for name, s in seconds.items()
    ]
    print(f"{len(events):,} events, median of {ROUNDS} rounds, processor time\n")
    print(table(("", "events/s", "µs/event", "x decode alone"), rows))


if __name__ == "__main__":
    main()
