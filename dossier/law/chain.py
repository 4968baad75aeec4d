"""Limits of parts: an interlinked procedure at several agencies, and the budgets of a route's steps.

Parts run one after another or side by side; what crosses from agency to agency goes by the hand-over rule
(Decree 61/2018 art. 18 [M]); one cap stands over all of them.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dossier.law.appointment import handed_over
from dossier.law.calendar import WorkingCalendar
from dossier.law.deadline import Due, Limit, due, onward
from dossier.law.rules import Rules


class Part(NamedTuple):
    """One part: its limit (None: whatever the cap leaves), and the parts that must be done before it."""

    name: str
    agency: str
    limit: Limit | None = None
    after: tuple[str, ...] = ()


class Span(NamedTuple):
    """When a part begins and by when it is to be done."""

    start: float
    until: float


class Chain(NamedTuple):
    """The parts' spans by name, the cap's reckoning (None: no cap), and the due instant of all."""

    spans: Mapping[str, Span]
    cap: Due | None
    at: float


def chained(
    received: float, parts: Sequence[Part], cap: Limit | None, calendar: WorkingCalendar,
    sets: Sequence[Rules] | None = None,
) -> Chain:  # fmt: skip
    """The spans of parts that follow on one another, each held under the cap; ValueError where they cannot.

    A part begins when the last of those before it must be done, at another agency by the hand-over rule.
    All is due with the last part, at the cap at the latest; a part without a limit has until the cap.
    """
    _check(parts, cap)
    rules = calendar.law(received, sets)
    whole = None if cap is None else due(received, cap, calendar, sets)
    top = None if whole is None else whole.at
    agencies = {part.name: part.agency for part in parts}
    spans: dict[str, Span] = {}
    for part in parts:
        start = received
        for name in part.after:
            done = spans[name].until
            crosses = agencies[name] != part.agency
            start = max(start, handed_over(done, calendar, rules) if crosses else done)
        until = top if part.limit is None else _until(start, part, calendar, sets)
        assert until is not None
        if top is not None:
            start, until = min(start, top), min(until, top)
        spans[part.name] = Span(start, until)
    return Chain(spans, whole, max(span.until for span in spans.values()))


def _until(start: float, part: Part, calendar: WorkingCalendar, sets: Sequence[Rules] | None) -> float | None:
    assert part.limit is not None
    return (onward if part.after else due)(start, part.limit, calendar, sets).at


def _check(parts: Sequence[Part], cap: Limit | None) -> None:
    if not parts:
        raise ValueError("a chain needs at least one part")
    known: set[str] = set()
    for part in parts:
        for name in part.after:
            if name not in known:
                raise ValueError(f"part {part.name!r} comes after {name!r}, which is no part before it")
        if part.limit is None and cap is None:
            raise ValueError(f"part {part.name!r} has no limit of its own, and there is no cap")
        if part.name in known:
            raise ValueError(f"part {part.name!r} is there twice")
        if part.limit is not None and part.limit.unit == "none":
            raise ValueError(f"part {part.name!r}: a part needs a limit, or the cap")
        known.add(part.name)
