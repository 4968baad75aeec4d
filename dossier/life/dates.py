"""Dates: how requests, payments, letters and corrections move a dossier's promise and appointment."""

from typing import Literal

from dossier.event import (
    ApologyIssued,
    Corrected,
    PaymentMade,
    PaymentRequested,
    SupplementProvided,
    SupplementRequested,
)
from dossier.law import appointment
from dossier.law.calendar import HOUR, WorkingCalendar
from dossier.law.deadline import letter_deadline
from dossier.life.intake import acknowledge, limit_of
from dossier.life.state import Date, Dossier, Letter, Mend, Wait, note, ran_until, stood

LATE_SHARE = 0.8
"""Papers asked for when so much of the limit is used up are asked for late."""


def ask_papers(dossier: Dossier, _: SupplementRequested, at: float, calendar: WorkingCalendar) -> None:
    acknowledge(dossier, at)
    _wait(dossier, "supplement", at)
    if dossier.accepted_at is None:
        return  # guidance at intake is no request
    if len(dossier.requests) >= calendar.law(at).supplement_requests:
        note(dossier, "supplement_repeated")
    dossier.requests.append(at)
    if _asked_late(dossier, at, calendar):
        note(dossier, "supplement_near_due")


def _asked_late(dossier: Dossier, at: float, calendar: WorkingCalendar) -> bool:
    """Papers asked for on the last working day, of a limit of several, with little of it left."""
    if dossier.accepted_at is None or dossier.finished_at is not None or not dossier.promises:
        return False
    date = dossier.promises[-1].due
    if not letter_deadline(date, calendar, calendar.law(at)) <= at <= date:
        return False
    whole = calendar.between(dossier.accepted_at, date)
    return whole >= 16 * HOUR and calendar.between(dossier.accepted_at, at) >= LATE_SHARE * whole


def ask_money(dossier: Dossier, _: PaymentRequested, at: float, __: WorkingCalendar) -> None:
    if dossier.obliged_at is None:
        dossier.obliged_at = at
    _wait(dossier, "payment", at)


def _wait(dossier: Dossier, kind: Literal["supplement", "payment"], at: float) -> None:
    """The clock stands from now on; a wait that is on already goes on."""
    on = dossier.waits and dossier.waits[-1].end is None
    if not on and dossier.finished_at is None:
        dossier.waits.append(Wait(kind, at))


def paid(dossier: Dossier, event: PaymentMade, at: float, calendar: WorkingCalendar) -> None:
    if dossier.paid_at is None:
        dossier.paid_at, dossier.paid_online = at, event.online
    resume(dossier, event, at, calendar)


def resume(
    dossier: Dossier, event: SupplementProvided | PaymentMade, at: float, calendar: WorkingCalendar
) -> None:
    """Close the wait; the dates move to the source's new one, or as the law of the day says."""
    if not dossier.waits or dossier.waits[-1].end is not None:
        return
    wait = dossier.waits[-1]
    wait.end = at
    wait.answered = dossier.accepted_at is not None
    if not dossier.appointments or not dossier.promises:
        return
    if event.due_at is None:
        moved = _moved(dossier, wait, at, calendar)
    else:
        moved = event.due_at.timestamp() - dossier.appointments[-1].due
    # The promise moves as far as the appointment: what a letter granted before is not granted twice.
    for dates in (dossier.promises, dossier.appointments):
        dates.append(Date(at, dates[-1].due + moved))


def _moved(dossier: Dossier, wait: Wait, at: float, calendar: WorkingCalendar) -> float:
    """How far the promise moves by a wait for which the source set no new date."""
    rules, promise, limit = calendar.law(at), dossier.promises[-1].due, limit_of(dossier)
    waited = appointment.Wait(wait.start, at)
    if wait.kind == "payment":
        return appointment.paid(promise, waited, rules) - promise
    policy = rules.supplement_clock
    if policy == "restart" and limit is None:
        policy = "pause"  # what cannot be counted again stands still meanwhile
    later = appointment.resumed(policy, promise, waited, calendar, limit)
    return 0.0 if later is None else later - promise


def apologised(dossier: Dossier, event: ApologyIssued, at: float, calendar: WorkingCalendar) -> None:
    rules = calendar.law(at)
    if len(dossier.letters) >= rules.reappointments:
        note(dossier, "letter_repeated")
    in_time = False
    if dossier.promises:
        in_time = at <= letter_deadline(dossier.promises[-1].due, calendar, rules)
        if not (in_time or dossier.letters) and dossier.finished_at is None:
            note(dossier, "letter_late")
    date = None if event.due_at is None else event.due_at.timestamp()
    dossier.letters.append(Letter(at, in_time, date, event.reason))
    if date is not None:
        dossier.appointments.append(Date(at, date))


def corrected(dossier: Dossier, event: Corrected, at: float, _: WorkingCalendar) -> None:
    note(dossier, "corrected")
    if event.channel is not None or event.online is not None:
        dossier.mends.append(Mend(at, event.channel, event.online))
    if event.retracted and dossier.retracted_at is None:
        dossier.retracted_at = at
    if event.due_at is not None:
        date = event.due_at.timestamp()
        if _overwrites(dossier, at, date):
            note(dossier, "appointment_overwritten")
        dossier.promises.append(Date(at, date, mends=True))
        dossier.appointments.append(Date(at, date, mends=True))


def _overwrites(dossier: Dossier, at: float, date: float) -> bool:
    """A later date in the place of one that had passed, or was passed by the end: lateness mended away."""
    end = dossier.finished_at
    ran = stood(dossier, at) if end is None else ran_until(dossier, end)
    written = (dates[-1].due for dates in (dossier.promises, dossier.appointments) if dates)
    return dossier.accepted_at is not None and any(due < ran and due < date for due in written)
