"""Intake: how filing, acceptance and non-acceptance are taken into a dossier's state."""

from dossier.event import Accepted, NotAccepted, Submitted
from dossier.law import appointment
from dossier.law.calendar import WorkingCalendar
from dossier.law.deadline import Limit, due, parse_limit
from dossier.life.state import (
    AUTHENTICATED,
    DIGITISED,
    FULL,
    INTERLINKED,
    NON_TERRITORIAL,
    PARTIAL,
    POST_OFFICE,
    RESUBMITTED,
    REUSED,
    Date,
    Dossier,
    Filing,
    note,
)


def submitted(dossier: Dossier, event: Submitted, at: float, calendar: WorkingCalendar) -> None:
    if dossier.accepted_at is not None or dossier.submitted_at is not None:
        return
    dossier.submitted_at = at
    dossier.mends = []
    dossier.acknowledge_by = appointment.acknowledgement(at, calendar, calendar.law(at))
    dossier.procedure, dossier.channel, dossier.online = event.procedure, event.channel, event.online
    _belong(dossier, event)


def _belong(dossier: Dossier, event: Submitted | Accepted) -> None:
    dossier.level, dossier.field, dossier.agency = event.level or "", event.field or "", event.agency or ""
    dossier.account = event.account or dossier.account
    dossier.device = event.device or dossier.device


def acknowledge(dossier: Dossier, at: float) -> None:
    """An online filing has its first answer, in time or not."""
    if dossier.acknowledge_by is None or dossier.acknowledged_at is not None:
        return
    dossier.acknowledged_at = at
    if at > dossier.acknowledge_by:
        note(dossier, "acknowledged_late")


def accepted(dossier: Dossier, event: Accepted, at: float, calendar: WorkingCalendar) -> None:
    if dossier.accepted_at is not None:
        if event.due_at and dossier.promises and event.due_at.timestamp() > dossier.promises[0].due:
            note(dossier, "appointment_overwritten")
        return
    acknowledge(dossier, at)
    filed = _words(dossier)
    dossier.accepted_at = at
    dossier.procedure, dossier.channel, dossier.online = event.procedure, event.channel, event.online
    _belong(dossier, event)
    dossier.traits = _traits(event)
    dossier.limit = event.limit or ""
    dossier.interlinked, dossier.resubmits = event.interlinked or "", event.resubmits or ""
    if event.obligation:
        dossier.obliged_at = at
    if dossier.waits and dossier.waits[-1].end is None:
        dossier.waits[-1].end = at
    known = dossier.submitted_at is not None or dossier.not_accepted_at is not None
    if known and (filed.mends or filed != _words(dossier)):
        dossier.filed = filed
    dossier.mends = []  # acceptance has told anew
    date = None if event.due_at is None else event.due_at.timestamp()
    dossier.promises = [] if date is None else [Date(at, date)]
    dossier.appointments = [] if date is None else [Date(at, date)]
    if date is None:
        limit = limit_of(dossier)
        dossier.limit_due = None if limit is None else due(at, limit, calendar).at
    if event.level == "district" and calendar.law(at).tiers == 2:
        note(dossier, "level_abolished")


def _words(dossier: Dossier) -> Filing:
    return Filing(
        dossier.channel, dossier.field, dossier.procedure, dossier.agency, dossier.level, dossier.mends
    )


def _traits(event: Accepted) -> int:
    flags = {"full": FULL, "partial": PARTIAL}.get(event.service or "", 0)
    for told, flag in (
        (event.authenticated, AUTHENTICATED),
        (event.digitised, DIGITISED),
        (event.reused, REUSED),
        (event.non_territorial, NON_TERRITORIAL),
        (event.interlinked, INTERLINKED),
        (event.resubmits, RESUBMITTED),
        (event.post_office, POST_OFFICE),
    ):
        if told:
            flags |= flag
    return flags


def limit_of(dossier: Dossier) -> Limit | None:
    """The limit that acceptance told; None where it told none, or in a source's own words."""
    try:
        return parse_limit(dossier.limit) if dossier.limit else None
    except ValueError:
        return None


def not_accepted(dossier: Dossier, _: NotAccepted, at: float, __: WorkingCalendar) -> None:
    if dossier.accepted_at is None:
        acknowledge(dossier, at)
        if dossier.not_accepted_at is None:
            dossier.not_accepted_at = at
        if dossier.declined_at is None:
            dossier.declined_at = at
