"""How a dossier ends: the result and its way to the citizen, the rating, or an end without a result."""

from typing import TYPE_CHECKING

from dossier.event import Rated, Resolved, ResultReturned
from simulator.engine.dossier import Dossier
from simulator.engine.fate import exponential
from simulator.engine.ledger import ID, Telling
from simulator.engine.nodes import HOUR

if TYPE_CHECKING:
    from simulator.engine.office import Office

FULL, POOR = 5, 2
"""Marks of who is satisfied and who is not; assumed."""


class Outcomes:
    """The ends of one office's dossiers."""

    def __init__(self, office: "Office") -> None:
        self._office = office
        self._outcome = outcome = office.profile.outcome
        self._resolved: dict[tuple[bool, bool, bool], Telling] = {}
        self._returned: dict[str, Telling] = {
            channel: office.telling(ResultReturned, channel=channel)
            for channel in ("online", "in_person", "post")
        }
        self._tells = office.ledger.tells
        self._electronic = {0.0: False, 1.0: True}.get(outcome.electronic)
        """What holds for all results; None: drawn for each."""
        self._rates = outcome.rated > 0
        self._mixed = outcome.digitised > 0 or outcome.reused > 0
        self._at_once = outcome.return_hours is None

    def digitised(self, dossier: Dossier) -> bool:
        """Whether the papers are there already, digitised or reused."""
        outcome, happens = self._outcome, self._office.happens
        return happens(outcome.digitised, "digitised", dossier) or happens(outcome.reused, "reused", dossier)

    def resolve(self, dossier: Dossier) -> None:
        """State 9, and the result goes to the citizen."""
        office, electronic = self._office, self._electronic
        if electronic is None:
            electronic = office.happens(self._outcome.electronic, "electronic", dossier)
        if dossier.closed_early:
            office.ledger.show(dossier)
        else:
            if self._tells:
                self._tell(dossier, electronic)
            else:
                dossier.seq += 1
            self._finish(dossier, "resolved")
        if not office.ledger.close(dossier):
            office.province.over(dossier)
        elif electronic and dossier.channel == "online":
            self._return(dossier, "online")
        elif self._at_once:
            self._return(dossier, self._way(dossier))
        else:
            assert self._outcome.return_hours is not None
            chance = dossier.fate["returning"][dossier.k]
            wait = exponential(self._outcome.return_hours * HOUR, chance)
            office.world.at(office.later(wait), (self._fetched,), dossier)

    def _tell(self, dossier: Dossier, electronic: bool) -> None:
        office, outcome = self._office, self._outcome
        digitised = reused = False
        if self._mixed:
            digitised = office.happens(outcome.digitised, "digitised", dossier)
            reused = office.happens(outcome.reused, "reused", dossier)
        office.ledger.tell(dossier, self._words(electronic, digitised, reused))

    def close_early(self, dossier: Dossier) -> None:
        """State 9 with no result; the steps go on unseen, and the result is returned when there is one."""
        self._office.tell(dossier, Resolved, result_number=None)
        dossier.closed_early = True
        self._office.ledger.hide(dossier)
        self._finish(dossier, "resolved")

    def end(self, dossier: Dossier, outcome: str) -> None:
        """An end without a result."""
        if dossier.closed_early:
            self._office.ledger.show(dossier)
        else:
            self._finish(dossier, outcome)
        self._office.ledger.close(dossier)
        self._office.province.over(dossier)

    def _finish(self, dossier: Dossier, outcome: str) -> None:
        dossier.finished = now = int(self._office.world.now)
        dossier.outcome = outcome
        dossier.late = dossier.breaks(now)

    def _words(self, electronic: bool, digitised: bool, reused: bool) -> Telling:
        key = electronic, digitised, reused
        found = self._resolved.get(key)
        if found is None:
            found = self._resolved[key] = self._office.telling(
                Resolved, result_number=f"KQ-{ID}", electronic=electronic, digitised=digitised, reused=reused
            )
        return found

    def _way(self, dossier: Dossier) -> str:
        """The way of a result on paper."""
        if dossier.channel == "post" or self._office.happens(
            self._outcome.by_post, "return_channel", dossier
        ):
            return "post"
        return "in_person"

    def _fetched(self, dossier: Dossier) -> None:
        now = self._office.outcomes  # the office may have changed meanwhile
        now._return(dossier, now._way(dossier))

    def _return(self, dossier: Dossier, channel: str) -> None:
        office = self._office
        if channel == "in_person":
            dossier.visits += 1
        dossier.returned = int(office.world.now)
        if self._tells:
            office.ledger.tell(dossier, self._returned[channel])
        else:
            dossier.seq += 1
        if self._rates:
            self._rate(dossier)
        office.province.over(dossier)

    def _rate(self, dossier: Dossier) -> None:
        office, outcome = self._office, self._outcome
        if office.happens(outcome.rated, "rated", dossier):
            share = outcome.satisfied_late if dossier.late else outcome.satisfied
            share *= outcome.visit ** max(dossier.visits - 1, 0)
            dossier.rating = FULL if office.happens(share, "satisfied", dossier) else POOR
            office.tell(dossier, Rated, score=dossier.rating)
