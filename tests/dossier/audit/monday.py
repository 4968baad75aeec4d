"""Dossiers of one Monday, written by hand, for the audit's tests: what happened, and what is found."""

from datetime import datetime, timedelta

from dossier.audit.review import audit
from dossier.event import Accepted
from dossier.life.state import Dossier
from tests.dossier.audit.precision import hits
from tests.dossier.audit.tidy import CALENDAR, folded

MONDAY = datetime(2026, 3, 2, 8, tzinfo=CALENDAR.zone)
"""Three working days from here end on Thursday at eight."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = MONDAY + 60 * DAY


def lived(*facts: tuple, limit: str | None = "3wd", due_at: datetime = MONDAY + 3 * DAY, name="d") -> Dossier:
    """A dossier accepted on that Monday: what happened, when after, and its values."""
    who = {"scenario": "s", "dossier_id": name, "office": "o"}
    first = Accepted(
        **who, seq=1, at=MONDAY, procedure="p", channel="post", online=False, limit=limit, due_at=due_at
    )
    rest = [
        kind(**who, seq=n, at=MONDAY + after, **values)
        for n, (kind, after, values) in enumerate(((*row, {})[:3] for row in facts), 2)
    ]
    return folded([first, *rest])[0]


def names(*dossiers: Dossier, before: datetime = MONDAY + 30 * DAY) -> set[str]:
    return set(hits(audit(dossiers, before.timestamp(), CALENDAR, 1_000_000)))
