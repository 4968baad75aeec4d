"""Lives of dossiers told in few words, and what the fold and the figures make of them."""

from datetime import datetime

from dossier.event import Fact
from dossier.figures.indicators import measure, report
from dossier.life.lifecycle import fold
from dossier.life.state import Dossier
from tests import strategies as our
from tests.dossier import oracle
from tests.dossier.hours import BOOK

Step = tuple[str, float, dict]
"""A fact's type, its hour after `our.BASE`, and its fields."""

HANDS = {"source": "a", "target": "b"}
_DESK = {"procedure": "birth", "channel": "Desk", "online": False}

FILED: Step = ("submitted", 0, {"procedure": "birth", "channel": "online"})
ACCEPTED: Step = ("accepted", 0.5, {"due_at": our.at(72.5)})
"""Monday 9 February 2026, 07:30 in Hà Nội, as it opens; due on Thursday, 07:30, after 24 working hours."""
ASKED: Step = ("supplement_requested", 1, {})
GIVEN: Step = ("supplement_provided", 1.5, {})
LETTER: Step = ("apology_issued", 2, {})
DONE: Step = ("resolved", 3, {})
BACK: Step = ("result_returned", 4, {})


def row(*facts: Step, first: int = 1) -> list[Fact]:
    """A dossier's facts from (type, hour, fields)."""
    return [
        our.TYPES[kind](
            scenario="live", dossier_id="d", office="o", seq=seq, at=our.at(hour),
            **((_DESK if kind == "accepted" else {}) | fields),
        )
        for seq, (kind, hour, fields) in enumerate(facts, first)
    ]  # fmt: skip


def counted(facts: list[Fact], hour: float, due: str = "first") -> dict:
    """The figures of all facts together, as of an hour."""
    return told(facts, our.at(hour), due, None)["total"]


def folded(facts: list[Fact]) -> list[Dossier]:
    """The states that the product's fold makes of them."""
    out = []
    for (scenario, name), row in oracle.by_dossier(facts).items():
        dossier = Dossier(scenario=scenario, dossier_id=name, office=row[0].office)
        for fact in row:
            fold(dossier, fact, BOOK.of(fact.office))
        out.append(dossier)
    return out


def told(facts: list[Fact], before: datetime, due: str, by: str | None) -> dict:
    """The figures that the product gives for them, as `oracle.report` does."""
    cells = measure(folded(facts), before.timestamp(), BOOK)
    answer = report(cells, our.SCENARIO, before.timestamp(), by, due)
    return {"total": answer["total"], "by": answer["by"][by] if by else {}}


def lived(*steps: Step) -> Dossier:
    """The state after these facts; a dossier that nothing happened to is new."""
    facts = row(*steps)
    return folded(facts)[0] if facts else Dossier(scenario="live", dossier_id="d", office="o")


def odd(*steps: Step) -> dict[str, int]:
    """What is odd in a history."""
    return lived(*steps).anomalies
