"""What holds of every run: nothing is lost, causes come first, and all that is told of it agrees."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from dossier.event import (
    Accepted,
    ApologyIssued,
    Fact,
    NotAccepted,
    Rated,
    Refused,
    Resolved,
    ResultReturned,
    StepFinished,
    Stopped,
    Submitted,
    SupplementRequested,
    WithdrawalRequested,
    encode,
)
from dossier.figures.indicators import figures
from dossier.figures.standing import LATE, OVERDUE, standing
from dossier.law.calendar import vietnam
from dossier.life.lifecycle import fold
from dossier.life.state import Dossier
from simulator.engine.ledger import Case
from simulator.run import Simulation, midnight
from simulator.scenario.model import Branch, Parallel, Scenario, Step
from tests.simulator.engine.plays import Played

LATE_ONLY = {
    "supplement_repeated", "supplement_near_due", "letter_late", "acknowledged_late", "zero_duration",
}  # fmt: skip
"""What an honest office may do late, often or quickly; everything else is a fault of the model."""
ENDS = {
    Resolved: "resolved", Refused: "refused", Stopped: "stopped", NotAccepted: "not_accepted",
    WithdrawalRequested: "withdrawn",
}  # fmt: skip


def assert_conserved(played: Played) -> None:
    """All that was filed is over or open, once; who has no fact yet stands in the ticket queue."""
    lives, cases, summary = played.lives, played.cases, played.summary
    assert lives.keys() <= cases.keys()
    for name in cases.keys() - lives.keys():
        case = cases[name]
        assert (case.outcome, case.accepted_at, case.submitted_at) == ("open", None, None)
        assert case.channel != "online"
    assert Counter(case.outcome for case in cases.values()) == Counter(summary["outcomes"])
    assert summary["dossiers"] == len(cases)
    assert summary["accepted"] == summary["finished"] + summary["open"]
    for life in lives.values():
        kinds = Counter(type(fact) for fact in life)
        assert kinds[Accepted] + kinds[NotAccepted] <= 1
        assert kinds[Resolved] + kinds[Refused] + kinds[Stopped] <= kinds[Accepted]
        assert kinds[ResultReturned] <= kinds[Resolved]


def assert_causal(played: Played, scenario: Scenario) -> None:
    """Time never runs back, and no step begins before what comes before it has ended."""
    abreast = {each.code for each in scenario.procedures.values() if any(_parallel(each.route))}
    counter = {profile.intake.step for profile in scenario.profiles.values() if profile.intake}
    for life in played.lives.values():
        assert [fact.seq for fact in life] == list(range(1, len(life) + 1))
        assert [fact.at for fact in life] == sorted(fact.at for fact in life)
        receipt = next((fact for fact in life if isinstance(fact, Accepted)), None)
        ended = None
        for fact in life:
            if isinstance(fact, Accepted):
                ended = fact.at
            if isinstance(fact, StepFinished):
                assert fact.started_at is not None
                assert fact.started_at <= fact.at
                if fact.step not in counter and receipt is not None and receipt.procedure not in abreast:
                    assert ended is not None
                    assert fact.started_at >= ended
                ended = fact.at
    for _, _, _, asked, began, done in played.raw:
        assert asked <= began <= done


def _parallel(route: Iterable[Step]) -> Iterable[bool]:
    for step in route:
        yield isinstance(step, Parallel)
        if isinstance(step, Branch):
            for way in step.ways:
                yield from _parallel(way.route)


def assert_within_posts(played: Played) -> None:
    """No pool ever has more in hand than it has posts."""
    pools = played.summary["pools"]
    moves: dict[str, list[tuple[float, int]]] = {name: [] for name in pools}
    for dossier, pool, _, _, began, ended in played.raw:
        own = f"{dossier.split('-')[0]}/{pool}"
        if began < ended:
            moves[own if own in pools else pool] += [(began, 1), (ended, -1)]
    for name, found in moves.items():
        busy = 0
        for _, move in sorted(found):  # at one instant who goes makes room for who comes
            busy += move
            assert busy <= pools[name]["posts"]


def assert_rows_agree(played: Played) -> None:
    """A row a dossier tells what its facts tell."""
    for name, life in played.lives.items():
        _agrees(played.cases[name], life)


def _agrees(case: Case, life: list[Fact]) -> None:
    first = {kind: next((fact for fact in life if isinstance(fact, kind)), None) for kind in _KINDS}

    def second(fact: Fact | None, field: str = "at") -> int | None:
        instant = None if fact is None else getattr(fact, field)
        return None if instant is None else int(instant.timestamp())

    accepted = first[Accepted]
    assert case.submitted_at == second(first[Submitted])
    assert case.accepted_at == second(accepted)
    assert case.first_due_at == second(accepted, "due_at")
    dues = [fact for fact in life if not isinstance(fact, StepFinished) and getattr(fact, "due_at", None)]
    assert case.due_at == second(dues[-1] if dues else None, "due_at")
    assert case.returned_at == second(first[ResultReturned])
    assert case.letter_at == second(first[ApologyIssued])
    assert case.rating == (first[Rated].score if first[Rated] else None)
    assert case.supplements == sum(isinstance(fact, SupplementRequested) for fact in life)
    ends = [fact for fact in life if type(fact) in ENDS]
    assert case.outcome == (ENDS[type(ends[0])] if ends else "open")
    assert case.finished_at == second(ends[0] if ends else None)
    assert life[-1].successor in {None, case.successor}
    if accepted is not None:
        told = accepted.procedure, accepted.channel, accepted.online, accepted.level, accepted.agency
        assert told == (case.procedure, case.channel, case.online, case.level, case.agency)
        assert (case.limit, case.field) == (accepted.limit, accepted.field)


_KINDS = (Submitted, Accepted, ResultReturned, ApologyIssued, Rated)


def states(lives: Iterable[Sequence[Fact]]) -> dict[str, Dossier]:
    """What the facts come to, by dossier's own fold; due dates are told, so the calendar does not matter."""
    found = {}
    for life in lives:
        first = life[0]
        state = Dossier(scenario=first.scenario, dossier_id=first.dossier_id, office=first.office)
        for fact in life:
            fold(state, fact, vietnam())
        found[first.dossier_id] = state
    return found


def _late(case: Case, mask: int) -> None:
    """Whether a dossier broke its promise; nobody knows while it is open and may yet be in time."""
    if case.accepted_at is None or case.first_due_at is None:
        assert case.late is None
    elif mask & (LATE | OVERDUE):
        assert case.late is True
    else:
        assert case.late is (None if case.finished_at is None else False)


def assert_figures_agree(played: Played) -> None:
    """The summary is what dossier's own figures make of the facts, by the first due date."""
    until = max(midnight(played.simulation.until), *(fact.at.timestamp() + 1 for fact in played.facts), 0.0)
    masks = {name: standing(state, until, vietnam()) for name, state in states(played.lives.values()).items()}
    for name, mask in masks.items():
        _late(played.cases[name], mask)
    counted, summary = figures(Counter(masks.values())), played.summary
    for ours, theirs in _SAME.items():
        assert summary[ours] == counted[theirs], ours
    assert summary["outcomes"].get("not_accepted", 0) == counted["not_accepted"]
    assert summary["supplements"] == sum(isinstance(fact, SupplementRequested) for fact in played.facts)
    assert summary["engine"]["events"] == len(played.facts)
    over = [case for case in played.cases.values() if case.finished_at and case.accepted_at]
    days = [((case.finished_at or 0) - (case.accepted_at or 0)) / 86400 for case in over]
    assert summary["mean_days"] == (pytest.approx(sum(days) / len(days)) if days else None)
    for name in ("dossiers", "finished", "late", "letters"):
        assert summary[name] == sum(level[name] for level in summary["levels"].values())


_SAME = {
    "accepted": "received", "finished": "finished", "open": "open", "open_overdue": "open_overdue",
    "on_time": "on_time", "late": "late", "letters": "lettered", "letters_due": "letters_due",
    "letters_sent": "letters_sent", "on_time_rate_finished": "on_time_rate_finished",
    "on_time_rate_fell_due": "on_time_rate_fell_due", "online_rate": "online_rate",
    "satisfied_rate": "satisfied_rate",
}  # fmt: skip


def assert_told_alike(played: Played, scenario: Scenario, seed: int, **options: Any) -> None:
    """The lines are the facts' encoding, and who tells nothing counts the same."""
    lines = b"".join(Simulation(scenario, seed, **options).lines())
    told = list(Simulation(scenario, seed, **options).facts())
    assert lines == b"".join(encode(fact) + b"\n" for fact in told)
    silent = Simulation(scenario, seed, **options)
    silent.run()
    assert _without_speed(silent.summary()) == pytest.approx(_without_speed(played.summary))


def _without_speed(summary: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {"events": summary["engine"]["events"]}
    for name, figure in summary.items():
        if isinstance(figure, int | float):
            flat[name] = figure  # noqa: PERF403
    for pool, figures_of in summary["pools"].items():
        flat |= {f"{pool}/{name}": figure or 0 for name, figure in figures_of.items()}
    return flat
