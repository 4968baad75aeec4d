"""How an appointment moves: supplement clocks, payment, letters of apology; and the clocks beside it.

All of it as pure functions of instants (seconds since 1970), the office's calendar and a rule set.
What an office did against the rules is told by name, never raised.
"""

from collections.abc import Sequence
from datetime import datetime, time
from typing import NamedTuple

from dossier.law.calendar import HOUR, WorkingCalendar
from dossier.law.deadline import Limit, due, letter_deadline, onward
from dossier.law.rules import Clock, Rules


class Wait(NamedTuple):
    """A time in which the clock may stand: from a request (`asked`) to its answer (`given`)."""

    asked: float
    given: float

    @property
    def elapsed(self) -> float:
        """Clock seconds waited; an answer before its request has waited none."""
        return max(0.0, self.given - self.asked)


def resumed(
    policy: Clock, due_at: float, wait: Wait, calendar: WorkingCalendar, limit: Limit | None = None,
    sets: Sequence[Rules] | None = None,
) -> float | None:  # fmt: skip
    """The due date after a request for papers was answered; None where the limit sets none.

    pause: later by the time elapsed (decision 766 item 2.1 [V:S1]).
    restart: the limit counted anew from the complete papers (Decree 61/2018 art. 19 [M]); needs `limit`.
    shift: later by the time elapsed, then on to a working day's hours (vendor practice [V-code:S4]).
    """
    if policy == "pause":
        return due_at + wait.elapsed
    if policy == "restart":
        if limit is None:
            raise ValueError("the clock starts anew: give the limit that is counted again")
        return due(wait.given, limit, calendar, sets).at
    return rounded(due_at + wait.elapsed, calendar)


def paid(due_at: float, wait: Wait, rules: Rules) -> float:
    """The due date after the citizen paid: later by the time elapsed where payment is outside the limit."""
    return due_at + wait.elapsed if rules.payment_outside else due_at


def rounded(at: float, calendar: WorkingCalendar) -> float:
    """The instant on a working day at the same clock time, held within the day's opening hours."""
    local = calendar.local(at)
    day = calendar.workday(local.date())
    wanted = datetime.combine(day, local.time(), calendar.zone).timestamp()
    spans = calendar.spans(day)
    return min(max(wanted, spans[0][0]), spans[-1][1])


def extended(
    due_at: float, limit: Limit, calendar: WorkingCalendar, sets: Sequence[Rules] | None = None
) -> float | None:
    """The new date of a letter that asks for so much more: counted from the old due date."""
    return onward(due_at, limit, calendar, sets).at


class Letter(NamedTuple):
    """A letter of apology: when it left, its new date (None where it gives none), the letters before it."""

    at: float
    until: float | None
    before: int = 0


def letter_faults(letter: Letter, due_at: float, calendar: WorkingCalendar, rules: Rules) -> tuple[str, ...]:
    """What is wrong with a letter: "letter_late", "letter_repeated", "date_missing", "date_not_later"."""
    faults = {
        "letter_late": letter.at > letter_deadline(due_at, calendar, rules),
        "letter_repeated": letter.before >= rules.reappointments,
        "date_missing": letter.until is None,
        "date_not_later": letter.until is not None and letter.until <= due_at,
    }
    return tuple(name for name, wrong in faults.items() if wrong)


def acknowledgement(submitted: float, calendar: WorkingCalendar, rules: Rules) -> float:
    """By when an online dossier is acknowledged: 8 working hours (Decree 45/2020 [M])."""
    return calendar.add(submitted, rules.acknowledge_hours * HOUR)


def handed_over(at: float, calendar: WorkingCalendar, rules: Rules) -> float:
    """When what was ready at `at` goes to the next agency (Decree 61/2018 art. 18 [M]).

    After 15:00, or with the office closed, at the start of the next working day.
    """
    start = calendar.opening(at)
    cutoff: time | None = rules.handover_cutoff
    local = calendar.local(start)
    if cutoff is None or local.time() <= cutoff:
        return start
    return calendar.spans(calendar.workday(local.date(), 1))[0][0]
