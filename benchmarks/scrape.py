"""What a monitor with very many open dossiers costs: memory, a restart from its states, a scrape.

    python -m benchmarks.scrape --dossiers 1000000

The states are those of events that were really folded, spread over the offices and partitions of a province;
each is open, and the due dates lie from some days before stream time to three weeks after it.
"""

import argparse
import gc
import random
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from dossier.event import Accepted, Tick, encode
from dossier.law.calendar import vietnam
from monitoring.exporter import exposition
from monitoring.overview import overview
from motcua.show import table
from streams.processor import PartitionProcessor
from streams.view import StreamView

PARTITIONS, OFFICES, FIELDS, PROCEDURES = 12, 200, 20, 4
SCENARIO = "live"
NOW = datetime.fromisoformat("2026-03-30T10:00:00+07:00")
ROUNDS = 5


def accepted(part: int, many: int) -> Iterator[Accepted]:
    """So many acceptances of the offices of one partition, in the order of time."""
    draw = random.Random(part)
    offices = range(part, OFFICES, PARTITIONS)
    for n in range(many):
        at = NOW - timedelta(days=25 * (1 - n / many))
        field = draw.randrange(FIELDS)
        yield Accepted(
            scenario=SCENARIO,
            dossier_id=f"H44.{part}-260330-{n:07}",
            seq=1,
            at=at,
            office=f"H44.{100 + draw.choice(offices)}",
            procedure=f"1.{field:02}{draw.randrange(PROCEDURES):04}.H44",
            field=f"Lĩnh vực {field}",
            level="commune",
            agency="UBND xã",
            channel=draw.choice(("in_person", "online", "post")),
            online=draw.random() < 0.6,
            due_at=at + timedelta(seconds=draw.randrange(3 * 86400, 28 * 86400)),
            authenticated=True,
        )


def stored(part: int, many: int) -> list[tuple[bytes, bytes | None]]:
    """The records of a partition as its topic of states holds them."""
    processor = PartitionProcessor(vietnam(), watch=True)
    offset = -1
    for offset, event in enumerate(accepted(part, many)):
        processor.apply(offset, encode(event))
    processor.apply(offset + 1, encode(Tick(scenario=SCENARIO, at=NOW)))
    processor.alerts()
    return processor.flush()


def restored(many: int) -> tuple[dict[int, PartitionProcessor], float, float]:
    """All partitions made anew from their records, and the seconds of reading them and of the views."""
    processors, reading, views = {}, 0.0, 0.0
    for part in range(PARTITIONS):
        records = stored(part, many // PARTITIONS + (part < many % PARTITIONS))
        processor = processors[part] = PartitionProcessor(vietnam(), watch=True)
        begun = time.perf_counter()
        for key, value in records:
            processor.restore(key, value)
        read = time.perf_counter()
        processor.rebuild()
        reading, views = reading + read - begun, views + time.perf_counter() - read
    return processors, reading, views


def seconds(act: Callable[[], object]) -> float:
    """The median of some rounds."""
    took = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        act()
        took.append(time.perf_counter() - begun)
    return median(took)


def resident() -> float:
    """MB of memory that the process holds (VmRSS)."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    assert found is not None
    return int(found[1]) / 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--dossiers", type=int, default=1_000_000, metavar="N")
    many = parser.parse_args().dossiers
    gc.set_threshold(50_000, 20, 50)  # as the command line does
    before = resident()
    processors, reading, views = restored(many)
    gc.collect()
    view = StreamView(processors, PARTITIONS, lambda: 0, lambda _: False)
    asks: dict[str, Callable[[], object]] = {
        "scrape": lambda: exposition(view),
        "- cells": lambda: view.cells(SCENARIO),
        "- open by due": lambda: view.open_by_due(SCENARIO),
        "- windows": lambda: view.windows(SCENARIO),
        "- health": view.health,
        "page": lambda: overview(view, SCENARIO),
    }
    rows = [("memory", f"{resident():,.0f} MB", f"{before:,.0f} MB without the dossiers")]
    rows += [
        ("restart", f"{reading + views:.1f} s", f"{reading:.1f} s states, {views:.1f} s views"),
        *((name, f"{seconds(act):.3f} s", "") for name, act in asks.items()),
        ("series", f"{exposition(view)[0].count(b'}'):,}", ""),
    ]
    print(f"{many:,} open dossiers, {PARTITIONS} partitions, {OFFICES} offices x {FIELDS} fields")
    print(table(("what", "how much", ""), rows))


if __name__ == "__main__":
    main()
