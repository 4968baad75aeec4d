"""Discipline in letters of apology: an official looks before the due date, and writes if he will miss it."""

from math import ceil, floor

from dossier.event import ApologyIssued
from dossier.law.calendar import WorkingCalendar
from simulator.ledger import Dossier, Ledger
from simulator.model import Apology
from simulator.route import HOUR
from simulator.world import Hop, World

WORKDAY = 8 * HOUR
"""One working day is eight working hours [V-code:S4]."""


class Letters:
    """The letters of one office; a dossier gets one at most."""

    def __init__(self, world: World, calendar: WorkingCalendar, ledger: Ledger, apology: Apology) -> None:
        self._world, self._calendar, self._ledger = world, calendar, ledger
        self._apology = apology

    def watch(self, dossier: Dossier) -> None:
        """Look at the dossier some time before its due date, if it is among the share that gets letters.

        A limit shorter than twice the lead leaves half of itself as the lead.
        """
        if dossier.due is None or dossier.apologised or dossier.luck.letter >= self._apology.share:
            return
        due = self._calendar.worked(dossier.due)
        lead = min(self._apology.lead_hours * HOUR, (due - self._calendar.worked(dossier.accepted)) / 2)
        if dossier.luck.tardy < self._apology.tardy:
            lead = -self._apology.lead_hours * HOUR
        self._look_at(due - lead, dossier)

    def _look_at(self, worked: float, dossier: Dossier) -> None:
        at = max(self._calendar.clock(worked), self._world.now)
        self._world.at(at, self._look, (dossier, dossier.due))

    def _look(self, hop: Hop) -> None:
        """Write, if the work left will not be done in time; if it may, look again after the due date."""
        dossier, due = hop.subject
        if dossier.ended or dossier.paused_since is not None or dossier.due != due:
            return  # nothing to apologise for, or the date has moved and is watched anew
        now = self._world.now
        left = dossier.plan.left[dossier.position] * dossier.difficulty
        if self._calendar.add(now, left) <= due:
            self._look_at(self._calendar.worked(due) + self._apology.lead_hours * HOUR, dossier)
            return
        days = max(1, ceil(left * self._apology.margin / WORKDAY))
        dossier.due = floor(self._calendar.add(max(now, due), days * WORKDAY))
        dossier.apologised = True
        self._ledger.tell(dossier, ApologyIssued, due_at=self._ledger.clock(dossier.due), reason="workload")
