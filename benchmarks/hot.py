"""One office that sends far more than all others: `python -m benchmarks.hot`; see `--help`.

All its events meet in one partition. The others' are spread over all partitions; those that share the hot
one are left out. One worker follows them all. Printed are how far it is behind with the hot partition (events
that were sent and are not in the figures yet), and how long the others' events take, with the hot office and
without.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice
from operator import itemgetter

import click
from msgspec.structs import replace

from benchmarks.latency import (
    Measured,
    Reached,
    Sent,
    after,
    delays,
    measure,
    province,
    rows,
    shares,
    state,
    steady,
)
from motcua.show import table

HOT = "H44.hot"
STEP_SECONDS = 10
FINE_SECONDS = 0.05


def behind(sent: Sequence[Sent], reached: Reached, at: float) -> int:
    """How many events of one partition were sent by then (monotonic seconds) and not reached."""
    seen = reached[sent[0].part]
    gone = bisect_right(sent, at, key=lambda one: one.at)
    done = bisect_right(seen, at, key=itemgetter(1))
    return max(0, gone - (seen[done - 1][0] if done else 0))


def course(sent: Sequence[Sent], reached: Reached, step: float) -> Iterator[int]:
    """How far behind it is at each step of the time in which events are sent."""
    begun, end = sent[0].at, sent[-1].at
    return (behind(sent, reached, begun + n * step) for n in range(1, int((end - begun) / step) + 1))


def told(name: str, measured: Measured, hot: int, warm: int) -> list[tuple[str, ...]]:
    """The lines of the others' delays."""
    others = [one for one in after(measured, warm) if one.part != hot]
    return [(name, f"{len(others):,}", *row) for row in rows(others, measured)]


@click.command(help=__doc__)
@click.option("--rate", default=2000, show_default=True, help="Events a second of the hot office.")
@click.option("--others", default=100, show_default=True, help="Events a second of all other offices.")
@click.option("--seconds", default=60, show_default=True, help="How long it is measured.")
@click.option("--warm", default=10, show_default=True, help="Seconds before that; these events do not count.")
def main(rate: int, others: int, seconds: int, warm: int) -> None:
    """Both runs, and the tables."""
    lasting = warm + seconds
    usual = list(islice(province(seed=1), others * lasting))
    much = [replace(event, office=HOT) for event in islice(province(seed=2), rate * lasting)]
    both = measure(merge(steady(usual, others), steady(much, rate), key=itemgetter(0)))
    alone = measure(steady(usual, others))
    hot = max(range(len(both.figures)), key=lambda part: both.figures[part][-1:])
    heavy = [one for one in both.sent if one.part == hot]
    click.echo(f"with it: {state(both)}\nwithout: {state(alone)}\n")
    lags = list(course(heavy, both.figures, FINE_SECONDS))
    steps = ", ".join(f"{lag:,}" for lag in course(heavy, both.figures, STEP_SECONDS))
    click.echo(f"behind with the hot partition, every {STEP_SECONDS} s: {steps}; at most {max(lags):,}")
    click.echo(f"its events: {', '.join(shares(delays(heavy, both.figures)))} (p50, p90, p99, max)\n")
    lines = told("with it", both, hot, warm) + told("without", alone, hot, warm)
    click.echo(table(("the others", "events", "", "p50", "p90", "p99", "max"), lines))


if __name__ == "__main__":
    main()
