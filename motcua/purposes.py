"""Purposes: the columns of a table of draws that something in a scenario asks for."""

import re
from collections.abc import Iterable

from simulator.engine.route import flat
from simulator.luck.table import WORDS
from simulator.scenario.model import External, Scenario, Work

_CHANCES = frozenset(
    {
        *("authenticated", "channel", "closed_early", "digitised", "electronic", "entered_late"),
        *("entered_late/when", "hand_over", "letter", "overwritten", "paid_online", "patience", "paying"),
        *("post_office", "procedure", "rated", "refiled", "refiling", "refused", "return_channel"),
        *("returning", "returns", "reused", "satisfied", "tardy", "turned_away", "unpaid", "withdraw"),
        "withdrawing",
    }
)
_COUNTED = r"chance/(?:abandoned|answer|branch|supplement|withdrawn)/\d+|wait/answer/\d+"
"""Those with the number of the round, or of the fork, at their end."""


def strange(columns: Iterable[str], scenarios: Iterable[Scenario]) -> list[str]:
    """The columns that nothing in any of these scenarios asks for, in order of their names."""
    steps: set[str] = set()
    counters: set[str] = set()
    for scenario in scenarios:
        for procedure in scenario.procedures.values():
            route = flat(procedure.route)
            steps.update(step.step for step in route if isinstance(step, Work | External))
        intakes = (profile.intake for profile in scenario.profiles.values())
        counters.update(intake.step or "intake" for intake in intakes if intake is not None)
    known = {"at", *WORDS, "normal/difficulty", *(f"chance/{name}" for name in _CHANCES)}
    if counters:
        known.add("factor/work/intake/0")
    named = "|".join(map(re.escape, sorted(steps)))
    counter = "|".join(map(re.escape, sorted(counters)))
    forms = [_COUNTED, rf"(?:seconds|factor/work|chance/rework)/(?:{named})/\d+", rf"seconds/(?:{counter})/0"]
    asked = re.compile("|".join(forms))
    return sorted(name for name in columns if name not in known and not asked.fullmatch(name))
