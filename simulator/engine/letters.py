"""What an official does when a due date comes near or has passed: letters of apology, and worse."""

from math import ceil, floor
from typing import TYPE_CHECKING

from dossier.event import ApologyIssued, Corrected
from simulator.engine.dossier import Dossier
from simulator.engine.nodes import HOUR, Done
from simulator.engine.world import Hop

if TYPE_CHECKING:
    from simulator.engine.office import Office

LAST_SECONDS = 300.0
"""Misbehaviour at a due date happens so many working seconds before it; assumed."""
MOST_DAYS = 250
"""No new date grants more working days than a year has."""
WORKDAY = 8 * HOUR
"""One working day is eight working hours [V-code:S4]."""


class Watch(Hop):
    """A look at a dossier, and the due date for which it was planned."""

    __slots__ = ()

    @property
    def stale(self) -> bool:  # type: ignore[override]
        """Whether the dossier has ended: there is nothing to look at."""
        dossier, _ = self.subject
        ended: bool = dossier.ended
        return ended


class Letters:
    """The letters of one office, and its conduct at due dates; a dossier gets one letter at most."""

    def __init__(self, office: "Office") -> None:
        self._office = office

    def watch(self, dossier: Dossier) -> None:
        """Look at the dossier some time before its due date, if it is among the share that gets letters.

        A limit shorter than twice the lead leaves half of itself as the lead.
        """
        office = self._office
        apology, conduct = office.apology, office.profile.conduct
        appointment = dossier.due
        if appointment is None:
            return
        if conduct.closed_early and office.happens(conduct.closed_early, "closed_early", dossier):
            self._at_due(dossier, (self._close,))
            return  # who means to mend the record does not apologise
        if conduct.overwritten and office.happens(conduct.overwritten, "overwritten", dossier):
            self._at_due(dossier, (self._overwrite,))
            return
        if dossier.letter is not None or not office.happens(apology.share, "letter", dossier):
            return
        hours = office.hours
        due = hours.worked(appointment)
        lead = min(apology.lead_hours * HOUR, (due - hours.worked(dossier.accepted or 0)) / 2)
        if office.happens(apology.tardy, "tardy", dossier):
            lead = -apology.lead_hours * HOUR
        self._look_at(due - lead, dossier)

    def _look_at(self, worked: float, dossier: Dossier) -> None:
        office = self._office
        at = max(office.hours.clock(worked), office.world.now)
        office.world.at(at, (self._look,), Watch((dossier, dossier.due)))

    def _look(self, hop: Hop) -> None:
        """Write, if the work left will not be done in time; if it may, look again after the due date."""
        dossier, due = hop.subject
        if not self._stands(dossier, due) or dossier.letter is not None:
            return
        office, hours = self._office, self._office.hours
        now = office.world.now
        left = dossier.node.left * dossier.difficulty
        if hours.add(now, left) <= due:
            self._look_at(hours.worked(due) + office.apology.lead_hours * HOUR, dossier)
            return
        days = min(max(1, ceil(left * office.apology.margin / WORKDAY)), MOST_DAYS)
        dossier.due = floor(hours.add(max(now, due), days * WORKDAY))
        dossier.letter = floor(now)
        office.tell(dossier, ApologyIssued, dossier.due, reason="workload")

    @staticmethod
    def _stands(dossier: Dossier, due: float | None) -> bool:
        """Whether the dossier is open, its clock runs, and the date has not moved (and is watched anew)."""
        return not (
            dossier.ended or dossier.closed_early or dossier.paused_since is not None or dossier.due != due
        )

    def _at_due(self, dossier: Dossier, callbacks: Done) -> None:
        """In the last working minutes before the dossier falls due."""
        office = self._office
        assert dossier.due is not None
        at = office.hours.clock(max(office.hours.worked(dossier.due) - LAST_SECONDS, 0.0))
        office.world.at(max(at, office.world.now), callbacks, Watch((dossier, dossier.due)))

    def _close(self, hop: Hop) -> None:
        """Closed in the system before a result exists [V: seed 003 forbids it]; the work goes on unseen."""
        dossier, due = hop.subject
        if self._stands(dossier, due):
            self._office.close_early(dossier)

    def _overwrite(self, hop: Hop) -> None:
        """The appointment is written over, and nobody is told [I]."""
        dossier, due = hop.subject
        if not self._stands(dossier, due):
            return
        office = self._office
        left = dossier.node.left * dossier.difficulty
        days = min(max(1, ceil(left / WORKDAY)), MOST_DAYS)
        dossier.due = date = floor(office.hours.add(max(office.world.now, due), days * WORKDAY))
        dossier.moved, dossier.late = date - (dossier.first_due or 0), False  # so it reads in the record
        office.tell(dossier, Corrected, date, reason="appointment changed")
