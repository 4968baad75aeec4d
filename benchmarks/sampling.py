"""Where the time of one of our jobs goes: `python -m benchmarks.peers --profile JOB`.

Samples at equal steps of processor time, as fine as the kernel gives them: unlike a profiler that counts
calls, it does not make small functions look large. A call of C counts for the line that made it.
"""

import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from motcua.show import table

INTERVAL = 0.001
"""Seconds of processor time."""
TOP = 25
ROOT = Path(__file__).parents[1]

Place = tuple[str, str, int]
"""File, function, line."""


class Sampler:
    """Counts where the program is, and through whom it came there."""

    def __init__(self) -> None:
        self.lines: Counter[Place] = Counter()
        self.own: Counter[Place] = Counter()
        self.within: Counter[Place] = Counter()

    def run(self, job: Callable[[], object]) -> None:
        """The job, watched."""
        before = signal.signal(signal.SIGPROF, self._take)
        signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)
        try:
            job()
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)

    def _take(self, _: int, frame: FrameType | None) -> None:
        if frame is None:
            return
        self.lines[*_place(frame)[:2], frame.f_lineno] += 1
        self.own[_place(frame)] += 1
        through = set()
        while frame is not None:
            through.add(_place(frame))
            frame = frame.f_back
        self.within.update(through)

    def show(self) -> str:
        """The functions that took most by themselves, and the dearest lines: percent of all samples."""
        total = sum(self.own.values())
        functions = [
            (f"{100 * count / total:.1f}", f"{100 * self.within[place] / total:.1f}", _said(place))
            for place, count in self.own.most_common(TOP)
        ]
        lines = [(f"{100 * count / total:.1f}", _said(place)) for place, count in self.lines.most_common(TOP)]
        return "\n".join(
            (
                f"{total:,} samples of processor time",
                "",
                table(("own %", "within %", "function"), functions),
                "",
                table(("own %", "line"), lines),
            )
        )


def _place(frame: FrameType) -> Place:
    code = frame.f_code
    return code.co_filename, code.co_qualname, code.co_firstlineno


def _said(place: Place) -> str:
    path = Path(place[0])
    short = path.relative_to(ROOT) if path.is_relative_to(ROOT) else Path(path.name)
    return f"{short}:{place[2]} {place[1]}"
