"""Rule sets: what the law says in a period, as dated configuration; each rule with its source and mark.

[V] was seen in a published page or file, [M] is general knowledge that nobody of us verified:
an [M] rule may be wrong, and is here so that it can be changed in one place.
"""

from dataclasses import dataclass
from datetime import date, time
from typing import Literal

Clock = Literal["pause", "restart", "shift"]


@dataclass(frozen=True)
class Rules:
    """The rules in force from `since` until the next set's `since`."""

    id: str
    since: date
    law: str
    same_day_cutoff: time = time(15, 0)
    """Same-day procedures received later are due the next working day [V:S8]."""
    supplement_clock: Clock = "pause"
    """pause: decision 766 [V:S1]; restart: decree 61/2018 art. 19 [M]; shift: vendor practice [V-code:S4]."""
    letter_lead_days: int = 1
    """A letter in time leaves this many working days before the due date [V:S18]."""
    reappointments: int = 1
    """A new appointment is given at most so often: decree 61/2018 art. 19 [M]."""
    acknowledge_hours: int = 8
    """An online dossier is acknowledged within so many working hours: decree 45/2020 [M], columns [V:S6]."""


RULE_SETS = (
    Rules("A-2018", date(2018, 6, 21), "Decree 61/2018/NĐ-CP", supplement_clock="restart"),
    Rules("B-2021", date(2021, 12, 6), "Decree 61/2018/NĐ-CP as amended by 107/2021/NĐ-CP"),
    Rules("C-2025", date(2025, 7, 1), "Decree 118/2025/NĐ-CP, Circular 03/2025/TT-VPCP"),
)


def rules_on(day: date) -> Rules:
    """The rule set in force on a day; before the first set, the first one."""
    return next((rules for rules in reversed(RULE_SETS) if rules.since <= day), RULE_SETS[0])
