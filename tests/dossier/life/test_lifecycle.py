"""The life cycle: what is odd by its name, and its nearest innocent neighbour; nothing that raises."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings

from dossier.event import Fact
from dossier.life.state import Dossier, State
from tests import strategies as our
from tests.dossier import oracle
from tests.dossier.life.test_transitions import MISSTEPS, NEEDED
from tests.dossier.lives import (
    ACCEPTED,
    ASKED,
    BACK,
    DONE,
    FILED,
    GIVEN,
    LETTER,
    Step,
    counted,
    folded,
    odd,
    row,
    told,
)

ODDITIES = MISSTEPS | {
    "closed_without_result", "appointment_overwritten", "acknowledged_late", "supplement_near_due",
    "supplement_repeated", "letter_late", "letter_repeated", "zero_duration", "end_before_start",
    "time_backwards", "level_abolished", "corrected",
}  # fmt: skip


def due(hour: float, at: float = 0) -> Step:
    return ("accepted", at, {"due_at": our.at(hour)})


def mended(at: float, hour: float) -> Step:
    return ("corrected", at, {"due_at": our.at(hour)})


SECOND = 1 / 3600
ODD: dict[str, tuple[str, tuple[Step, ...], tuple[Step, ...]]] = {
    "closed without a result": (
        "closed_without_result",
        (ACCEPTED, ("resolved", 3, {"result_number": None})),
        (ACCEPTED, ("resolved", 3, {"result_number": "12/QĐ"})),
    ),
    "a source that does not tell its results' numbers": (
        "closed_without_result", (ACCEPTED, ("resolved", 3, {"result_number": None})), (ACCEPTED, DONE),
    ),
    "returned, then resolved": (
        "returned_before_resolved", (ACCEPTED, BACK, ("resolved", 5, {})), (ACCEPTED, DONE, BACK),
    ),
    "accepted again with a later date": (
        "appointment_overwritten", (due(10), due(20, 5)), (due(10), due(10, 5)),
    ),
    "a later date in the place of one that has passed": (
        "appointment_overwritten", (due(10), mended(11, 20)), (due(10), mended(10, 20)),
    ),
    "an earlier date in the place of one that has passed": (
        "appointment_overwritten", (due(10), mended(11, 20)), (due(10), mended(11, 9)),
    ),
    "a later date after a late end": (
        "appointment_overwritten",
        (due(10), ("resolved", 12, {}), mended(13, 20)),
        (due(10), ("resolved", 10, {}), mended(13, 20)),
    ),
    "a later date after a breach that a letter had renewed": (
        "appointment_overwritten",
        (due(10), ("apology_issued", 2, {"due_at": our.at(40)}), mended(20, 50)),
        (due(10), ("apology_issued", 2, {"due_at": our.at(40)}), mended(9, 50)),
    ),
    "a later date while the clock stands": (
        "appointment_overwritten",
        (due(10), ("supplement_requested", 11, {}), mended(12, 20)),
        (due(10), ("supplement_requested", 5, {}), mended(12, 20)),
    ),
    "acknowledged after more than eight working hours": (
        "acknowledged_late", (FILED, ("accepted", 10 + SECOND, {})), (FILED, ("accepted", 10, {})),
    ),
    "turned away after more than eight working hours": (
        "acknowledged_late", (FILED, ("not_accepted", 24, {})), (FILED, ("not_accepted", 9, {})),
    ),
    "accepted late, though guided in time": (
        "acknowledged_late",
        (FILED, ("supplement_requested", 24, {}), ("accepted", 48, {})),
        (FILED, ("supplement_requested", 9, {}), ("accepted", 48, {})),
    ),
    "papers asked for in the last fifth of the limit": (
        # Wednesday, 11:00 and 10:30: 19.5 and 19 of 24 working hours are used up.
        "supplement_near_due",
        (ACCEPTED, ("supplement_requested", 52, {})),
        (ACCEPTED, ("supplement_requested", 51.5, {})),
    ),
    "papers asked for when the due date has passed": (
        "supplement_near_due",
        (ACCEPTED, ("supplement_requested", 72.5, {})),
        (ACCEPTED, ("supplement_requested", 72.5 + SECOND, {})),
    ),
    "papers asked for near the end of a short limit": (
        # Tuesday, 16:30 and 17:00: 15.5 and 16 working hours after Monday, 07:30.
        "supplement_near_due",
        (due(34, 0.5), ("supplement_requested", 33, {})),
        (due(33.5, 0.5), ("supplement_requested", 33, {})),
    ),
    "papers asked for twice": (
        "supplement_repeated",
        (ACCEPTED, ASKED, GIVEN, ("supplement_requested", 2, {})),
        (ACCEPTED, ASKED, GIVEN),
    ),
    "a letter less than a working day before the due date": (
        "letter_late",
        (ACCEPTED, ("apology_issued", 48.5 + SECOND, {})),
        (ACCEPTED, ("apology_issued", 48.5, {})),
    ),
    "a letter where no date was set": (
        "letter_late",
        (ACCEPTED, ("apology_issued", 60, {})),
        (("accepted", 0, {}), ("apology_issued", 60, {})),
    ),
    "a letter after the end, which is too late for that name": (
        "letter_late",
        (ACCEPTED, ("apology_issued", 60, {})),
        (ACCEPTED, DONE, ("apology_issued", 60, {})),
    ),
    "a second letter": (
        "letter_repeated", (ACCEPTED, LETTER, ("apology_issued", 3, {})), (ACCEPTED, LETTER),
    ),
    "resolved within a minute of its acceptance": (
        "zero_duration",
        (due(20), ("resolved", 59 * SECOND, {})),
        (due(20), ("resolved", 60 * SECOND, {})),
    ),
    "handed back within a minute of its acceptance": (
        "zero_duration", (due(20), ("result_returned", SECOND, {})), (due(20), ("refused", SECOND, {})),
    ),
    "an end before its start": ("end_before_start", (due(20, 5), DONE), (due(20, 3), ("resolved", 4, {}))),
    "instants that run backwards": (
        "time_backwards",
        (due(20, 5), ("step_finished", 5 - SECOND, NEEDED["step_finished"])),
        (due(20, 5), ("step_finished", 5, NEEDED["step_finished"])),
    ),
    "filed again": (
        "submitted_again", (FILED, FILED), (FILED, ASKED, GIVEN),
    ),
    "accepted again": ("accepted_again", (FILED, ACCEPTED, ACCEPTED), (FILED, ACCEPTED)),
    "a step after the end": (
        "after_end",
        (ACCEPTED, DONE, ("step_finished", 3.5, NEEDED["step_finished"])),
        (ACCEPTED, ("step_finished", 2.5, NEEDED["step_finished"]), DONE),
    ),
    "resolved while papers are waited for": (
        "while_waiting", (ACCEPTED, ASKED, DONE), (ACCEPTED, ASKED, GIVEN, DONE),
    ),
    "resolved before acceptance": ("before_acceptance", (FILED, DONE), (FILED, ACCEPTED, DONE)),
    "handed back twice after a refusal": (
        "after_end",
        (ACCEPTED, ("refused", 1, {}), BACK, ("result_returned", 5, {})),
        (ACCEPTED, ("refused", 1, {}), BACK),
    ),
}  # fmt: skip
"""Name, the smallest history that has it, and its nearest innocent neighbour."""


@pytest.mark.parametrize(("name", "guilty", "innocent"), ODD.values(), ids=ODD)
def test_an_anomaly_is_found_and_its_nearest_neighbour_is_innocent(name, guilty, innocent):
    assert odd(*guilty).get(name) == 1
    assert name not in odd(*innocent)


def test_every_anomaly_of_the_fold_is_shown():
    shown = {name for name, *_ in ODD.values()}
    tabled = {"illegal_transition", "level_abolished", "corrected"}
    assert shown | tabled == ODDITIES


def test_a_level_that_was_abolished_is_odd_from_that_day_on():
    for day, found in (("2025-06-30", {}), ("2025-07-01", {"level_abolished": 1})):
        start = datetime.fromisoformat(f"{day}T08:00:00+07:00")
        hour = (start - our.BASE) / timedelta(hours=1)
        assert odd(("accepted", hour, {"level": "district"})) == found


@settings(max_examples=300)
@given(our.histories(max_size=2, backwards=True))
def test_no_history_raises_and_every_oddity_has_a_known_name(facts):
    for dossier in folded(facts):
        assert set(dossier.anomalies) <= ODDITIES
        assert dossier.state in get_args(State)
        stored = msgspec.msgpack.decode(msgspec.msgpack.encode(dossier), type=Dossier)
        assert stored == dossier


@settings(max_examples=100)
@given(our.histories(backwards=True))
def test_instants_that_run_backwards_are_counted(facts):
    for dossier in folded(facts):
        own = oracle.by_dossier(facts)[dossier.scenario, dossier.dossier_id]
        back = sum(fact.at < max(f.at for f in own[:i]) for i, fact in enumerate(own) if i)
        assert dossier.anomalies.get("time_backwards", 0) == back


@settings(max_examples=200)
@given(our.dossiers(kinds=tuple(kind for kind in our.KINDS if kind != "accepted")))
def test_what_was_never_accepted_is_never_received(facts):
    rest = [fact for fact in facts if oracle.tag(fact) != "accepted"]
    n = told(rest, our.at(1000), "first", None)["total"]
    assert n["received"] == n["finished"] == n["open"] == n["judged_766"] == 0


def several(*rows: tuple[str, str, tuple[Step, ...]]) -> list[Fact]:
    """Facts of several dossiers from (dossier, office, steps)."""
    return [
        msgspec.structs.replace(fact, dossier_id=name, office=office)
        for name, office, steps in rows
        for fact in row(*steps)
    ]


def figure(facts: list[Fact], name: str, hour: float, by: str | None = None) -> dict | int:
    """One figure as of an instant: in all, or of each value of a dimension."""
    answer = told(facts, our.at(hour), "first", by)
    return {value: n[name] for value, n in answer["by"].items()} if by else answer["total"][name]


def accepted(hour: float, **fields: object) -> tuple[Step, ...]:
    return (("accepted", hour, fields),)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("post_office", {"post_office": True}),
        ("non_territorial", {"non_territorial": True}),
        ("resubmitted", {"resubmits": "before"}),
        ("interlinked", {"interlinked": "one filing"}),
    ],
)
def test_what_acceptance_tells_counts_from_acceptance_on(name, fields):
    facts = several(("1", "o", accepted(5, **fields)), ("2", "o", accepted(5)))
    assert [figure(facts, name, hour) for hour in (5, 5.001)] == [0, 1]
    assert figure(facts, "received", 5.001) == 2


def test_a_non_territorial_filing_counts_where_it_was_received_and_where_it_is_resolved():
    elsewhere = accepted(0, non_territorial=True, agency="Phường B")
    facts = several(("1", "Phường A", elsewhere), ("2", "Phường B", accepted(0, agency="Phường B")))
    assert figure(facts, "received", 9, "office") == {"Phường A": 1, "Phường B": 1}
    assert figure(facts, "non_territorial", 9, "agency") == {"Phường B": 1}
    assert figure(facts, "received", 9, "agency") == {"Phường B": 2}


def test_an_interlinked_filing_is_as_many_dossiers_as_it_has_parts():
    """Birth, residence and insurance card: one filing, three dossiers, each with its own due date."""
    parts = (("birth", 10), ("residence", 72), ("insurance", 72))
    facts = several(
        *[
            (name, "o", (("accepted", 0, {"procedure": name, "interlinked": "f", "due_at": our.at(hour)}),))
            for name, hour in parts
        ]
    )
    assert figure(facts, "received", 11) == figure(facts, "interlinked", 11) == 3
    assert figure(facts, "procedures", 11) == 3
    assert figure(facts, "open_overdue", 11, "procedure") == {"birth": 1, "residence": 0, "insurance": 0}


def test_a_resubmitted_dossier_is_a_new_one_and_the_old_one_stays():
    first = (("accepted", 0, {"due_at": our.at(10)}), ("stopped", 5, {}))
    again = (("accepted", 20, {"due_at": our.at(40), "resubmits": "1"}),)
    facts = several(("1", "o", first), ("2", "o", again))
    assert [figure(facts, "resubmitted", hour) for hour in (20, 21)] == [0, 1]
    assert [figure(facts, "received", hour) for hour in (20, 21)] == [1, 2]
    assert figure(facts, "stopped", 21) == figure(facts, "open", 21) == 1


def test_after_a_merger_the_successor_answers_and_the_receiving_office_stays():
    merged = (
        ("accepted", 0, {}),
        ("handed_over", 5, {"source": "a", "target": "b", "successor": "Phường C"}),
    )
    later = (("accepted", 6, {"successor": "Phường C"}), ("resolved", 8, {"successor": "Phường D"}))
    facts = several(("1", "Phường A", merged), ("2", "Phường B", accepted(0)), ("3", "Phường A", later))
    assert figure(facts, "received", 5, "unit") == {"Phường A": 1, "Phường B": 1}
    assert figure(facts, "received", 7, "unit") == {"Phường C": 2, "Phường B": 1}
    assert figure(facts, "received", 9, "unit") == {"Phường B": 1, "Phường C": 1, "Phường D": 1}
    assert figure(facts, "received", 9, "office") == {"Phường A": 2, "Phường B": 1}


def test_a_filing_that_waits_for_acceptance_has_its_place_in_every_dimension():
    filing = {
        "procedure": "birth",
        "channel": "online",
        "level": "commune",
        "field": "Hộ tịch",
        "agency": "UBND",
    }
    facts = several(("1", "Phường A", (("submitted", 0, filing | {"successor": "Phường C"}),)))
    places = {**filing, "office": "Phường A", "unit": "Phường C"}
    for dimension in oracle.DIMENSIONS:
        assert figure(facts, "waiting_acceptance", 1, dimension) == {places[dimension]: 1}


@pytest.mark.parametrize(
    ("monday", "due_again"),
    [
        ("2019-03-04", "2019-03-11T09:00:00+07:00"),  # decree 61/2018 art. 19: counted anew from the papers
        ("2026-03-02", "2026-03-06T09:00:00+07:00"),  # decision 766: as much later as was waited
    ],
)
def test_papers_given_move_the_date_as_the_law_of_the_day_says(monday, due_again):
    """Three working days from Monday 09:00; asked on Tuesday and answered on Wednesday, each at 09:00."""
    start = datetime.fromisoformat(f"{monday}T09:00:00+07:00").astimezone(UTC)
    again = datetime.fromisoformat(due_again)

    def hour(at: datetime) -> float:
        return (at - our.BASE) / timedelta(hours=1)

    day = timedelta(days=1)
    asked = (
        ("accepted", hour(start), {"due_at": start + 3 * day, "limit": "3wd"}),
        ("supplement_requested", hour(start + day), {}),
        ("supplement_provided", hour(start + 2 * day), {}),
    )
    for late in (0, 1):
        story = row(*asked, ("resolved", hour(again) + late * SECOND, {}))
        assert counted(story, hour(again) + 1)["late"] == late
