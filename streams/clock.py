"""What moves a partition's clock, and what does not: one wrong year must not make all else late.

An event far ahead of the clock is folded like any other, and counts from its own instant on; but its time is
believed only when others in a row say the same, or a tick. What was ahead by mistake is counted.
Instants are seconds since 1970.
"""

from dossier.law.calendar import DAY
from streams.records import Progress

FAR = 31 * DAY
"""An event that is further ahead of the clock is doubted."""
YEAR = 366 * DAY
"""No limit of the law is longer; a date that is further off is none to move a clock by."""
ENOUGH, ENOUGH_TICKED = 3, 100
"""So many doubted ones in a row are believed; where a source ticks, it would have ticked."""
SLACK = DAY
"""Where the clock on the wall is followed, no message moves it further ahead of that."""


def far(progress: Progress, scenario: str, at: float) -> bool:
    """Whether an instant is so far ahead of the scenario's clock that it is doubted."""
    clock = progress.clocks.get(scenario)
    return clock is not None and at > clock + FAR


def moved(
    progress: Progress, scenario: str, at: float, *, tick: bool = False, wall: float | None = None
) -> float | None:
    """Where a message of the instant `at` moves the clock of its scenario to; None where it stays.

    `wall`: what the clock on the wall said last, where the scenario follows it.
    """
    clock = progress.clocks.get(scenario, 0.0)
    if wall is not None and at > wall + SLACK:
        _mistaken(progress, scenario, 1)
        return None
    if tick or not far(progress, scenario, at):
        if scenario in progress.doubts:
            _settle(progress, scenario, at)
        if tick and scenario not in progress.ticked:
            progress.ticked.append(scenario)
        return at if at > clock else None
    doubts = progress.doubts.setdefault(scenario, [])
    doubts.append(at)
    if len(doubts) < (ENOUGH_TICKED if scenario in progress.ticked else ENOUGH):
        return None
    now = min(doubts)
    _settle(progress, scenario, now)
    return now


def settled(progress: Progress, scenario: str) -> float | None:
    """Where the doubted ones move the clock to when nothing more comes that could deny them.

    What is more than a year ahead is not believed then either.
    """
    doubts = progress.doubts.pop(scenario, [])
    most = progress.clocks.get(scenario, 0.0) + YEAR
    if mistaken := sum(doubt > most for doubt in doubts):
        _mistaken(progress, scenario, mistaken)
    return max((doubt for doubt in doubts if doubt <= most), default=None)


def _settle(progress: Progress, scenario: str, at: float) -> None:
    """The time is `at`: what was doubted and is still far ahead was mistaken."""
    doubts = progress.doubts.pop(scenario)
    if mistaken := sum(doubt > at + FAR for doubt in doubts):
        _mistaken(progress, scenario, mistaken)


def _mistaken(progress: Progress, scenario: str, many: int) -> None:
    progress.ahead[scenario] = progress.ahead.get(scenario, 0) + many
