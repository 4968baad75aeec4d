"""The thresholds of the audit's detectors: a number, its unit and its reason.

Sources are sections of the domain brief; "ours" is our own choice.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Threshold(NamedTuple):
    """A number from which a detector speaks, its unit, and why that one."""

    value: float
    unit: str
    reason: str


_RUN = "the most that the simulated month of Phú Thọ, 163 honest offices, has is"
_RUNS = "of nine simulated months of Phú Thọ, 608,253 dossiers, is"

THRESHOLDS: Mapping[str, Threshold] = {
    "date_slack": Threshold(60, "seconds", "sources cut instants to the minute"),
    "stretch_slack": Threshold(8, "working hours", "rounding to a working day is practice [V-code:S4]"),
    "asked_late": Threshold(0.2, "of the limit", "domain 6: requests in the last 20 %"),
    "asked_whole": Threshold(16, "working hours", "in a limit of a day or less every hour is the last"),
    "asked_least": Threshold(5, "requests", "fewer are no habit (ours)"),
    "asked_tail": Threshold(1e-3, "probability", "of so many there, if any time were as likely (ours)"),
    "refiled": Threshold(2, "times", "once is the law's way; again and again is the complaint"),
    "refiled_days": Threshold(30, "days", "domain 6"),
    "entered_window": Threshold(120, "seconds", "a walk-in takes 8-15 minutes at a counter, domain 5.2 [M]"),
    "entered_least": Threshold(6, "dossiers", f"{_RUN} 3"),
    "entered_tail": Threshold(1e-6, "probability", "by Poisson at twice the office's own pace (ours)"),
    "entered_late": Threshold(30, "minutes", "before closing, and after it: domain 6, 16:30-17:00"),
    "closed_window": Threshold(60, "seconds", "nobody reads and signs so many in a minute (ours)"),
    "closed_least": Threshold(10, "dossiers", f"the most due so soon {_RUNS} 9"),
    "closed_tail": Threshold(1e-6, "probability", "by Poisson at ten times the office's own pace (ours)"),
    "closed_ahead": Threshold(4, "working hours", "half a day: due soon, all of them (ours)"),
    "closed_end": Threshold(4, "working hours", "the last half day of a month or quarter (ours)"),
    "closed_many": Threshold(20, "dossiers", f"the most in any minute {_RUNS} 19"),
    "mass_last": Threshold(300, "seconds", "the last minutes before the due instant (ours)"),
    "mass_span": Threshold(2100, "seconds", "the last minutes and the half hour before them (ours)"),
    "mass_least": Threshold(10, "ends", f"{_RUN} 9"),
    "mass_tail": Threshold(1e-6, "probability", "of so many, were the 35 minutes alike; 3,321 communes"),
    "virtual_least": Threshold(100, "judged dossiers", "none late of a few is no wonder (ours)"),
    "filed_a_day": Threshold(10, "dossiers a day", "a family or small firm files a handful (ours)"),
    "filed_a_month": Threshold(50, "dossiers in 30 days", "two on every working day of a month (ours)"),
    "matters_least": Threshold(20, "dossiers", "of one account in the record (ours)"),
    "matters_kinds": Threshold(5, "procedures", "a law office files many of a kind, a citizen few (ours)"),
    "numbered": Threshold(0.9, "of the results", "where nine of ten have one, none is odd (ours)"),
    "pair_least": Threshold(10, "late dossiers", "fewer are single faults (ours)"),
    "channel_least": Threshold(50, "dossiers of each channel", "fewer tell nothing (ours)"),
    "channel_tail": Threshold(1e-3, "probability", "one-sided, of two equal shares (ours)"),
}


def of(threshold: str) -> float:
    """The value of a threshold."""
    return THRESHOLDS[threshold].value
