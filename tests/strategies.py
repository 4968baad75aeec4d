"""Hypothesis strategies: whole histories of dossiers, legal or not, and what a broker may do to them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from dossier import event as events
from dossier.event import Event, Fact

BASE = datetime(2026, 2, 9, tzinfo=UTC)
"""A Monday, five days before the Tết of 2026; instants lie on whole hours after it, so ties are common."""
HOURS = 24 * 20
GAPS = (0, 0, 1, 2, 5, 16, 24, 48, 96)

OFFICES = ("An Hòa", "Bình Đa")
SCENARIO = "live"
OPTIONAL = {"level": ("commune", None), "field": ("Đất đai", "Hộ tịch", None), "agency": ("Thuế", None)}


def at(hour: float) -> datetime:
    """The instant so many hours after `BASE`."""
    return BASE + timedelta(hours=hour)


def instants() -> st.SearchStrategy[datetime]:
    """Any whole hour of the histories, and a little before and after."""
    return st.integers(-2, HOURS + 200).map(at)


def dues(hour: int) -> st.SearchStrategy[datetime]:
    """A due date at `hour` or later."""
    return st.integers(hour, hour + 24 * 7).map(at)


def _accepted(hour: int) -> st.SearchStrategy[dict[str, Any]]:
    choices = {name: st.sampled_from(values) for name, values in OPTIONAL.items()}
    return st.fixed_dictionaries(
        {
            "procedure": st.sampled_from(("birth", "copy")),
            "channel": st.sampled_from(("in_person", "online", "post")),
            "online": st.booleans(),
            "due_at": st.none() | dues(hour) | dues(hour),
            **choices,
        }
    )


def _dated(hour: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"due_at": st.none() | dues(hour)})


def _corrected(hour: int) -> st.SearchStrategy[dict[str, Any]]:
    wrong_date = st.none() | st.integers(max(0, hour - 72), hour + 72).map(at)
    return st.fixed_dictionaries(
        {
            "due_at": wrong_date,
            "channel": st.sampled_from((None, "post")),
            "online": st.sampled_from((None, True, False)),
            "retracted": st.sampled_from((False, False, False, True)),
        }
    )


def _nothing(_: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.just({})


KINDS: dict[str, Any] = {
    "submitted": lambda _: st.just({"procedure": "birth", "channel": "online"}),
    "accepted": _accepted,
    "not_accepted": _nothing,
    "handed_over": lambda _: st.just({"source": "a", "target": "b"}),
    "step_finished": lambda _: st.just({"step": "sign", "agency": "a"}),
    "supplement_requested": _nothing,
    "supplement_provided": _dated,
    "payment_requested": lambda _: st.just({"amount": 1000}),
    "payment_made": _dated,
    "withdrawal_requested": _nothing,
    "refused": _nothing,
    "stopped": _nothing,
    "apology_issued": _dated,
    "resolved": _nothing,
    "result_returned": _nothing,
    "rated": lambda _: st.just({"score": 5}),
    "corrected": _corrected,
}
"""Every type of fact to the fields that it may carry at an hour."""

TYPES: dict[str, type[Event]] = {t.__struct_config__.tag: t for t in events.Fact.__args__}  # type: ignore[attr-defined]
assert set(KINDS) == set(TYPES), "a type of fact has no strategy"

WITHOUT_CORRECTIONS = tuple(kind for kind in KINDS if kind != "corrected")
LIKELY = ("supplement_requested", "supplement_provided", "apology_issued", "resolved")

LEGAL = {
    "accepted": (
        "handed_over", "step_finished", "supplement_requested", "payment_requested", "apology_issued",
        "withdrawal_requested", "refused", "stopped", "resolved", "resolved", "result_returned",
    ),
    "supplement_requested": ("apology_issued", "supplement_provided", "supplement_provided", "stopped"),
    "payment_requested": ("apology_issued", "payment_made", "payment_made", "withdrawal_requested"),
    "withdrawal_requested": ("stopped", "result_returned", "rated"),
    "refused": ("result_returned", "rated"),
    "stopped": ("result_returned", "rated"),
    "resolved": ("result_returned", "rated"),
    "result_returned": ("rated",),
    "submitted": ("accepted", "not_accepted"),
    "not_accepted": (),
}  # fmt: skip
"""What may follow each fact by the law; a letter, a hand-over and a step change nothing of it."""


@st.composite
def dossiers(
    draw: st.DrawFn,
    name: str = "d1",
    kinds: tuple[str, ...] = tuple(KINDS),
    backwards: bool = False,
    scenario: str = SCENARIO,
) -> list[Fact]:
    """One dossier's facts in order of `seq`, legal or not; `backwards` lets their instants run back."""
    office = draw(st.sampled_from(OFFICES))
    likely = [kind for kind in LIKELY if kind in kinds]
    chosen = draw(st.lists(st.sampled_from([*kinds, *likely]), max_size=8))
    if draw(st.integers(0, 9)):
        chosen = ["accepted", *chosen]
    hour = draw(st.integers(0, HOURS // 2))
    facts: list[Fact] = []
    for seq, kind in enumerate(chosen, 1):
        hour += draw(st.sampled_from((*GAPS, -1, -30) if backwards else GAPS))
        fields = draw(KINDS[kind](hour))
        facts.append(
            TYPES[kind](scenario=scenario, dossier_id=name, office=office, seq=seq, at=at(hour), **fields)  # type: ignore[arg-type]
        )
    return facts


@st.composite
def legal_dossiers(draw: st.DrawFn, name: str = "d1", scenario: str = SCENARIO) -> list[Fact]:
    """One dossier's facts as the law has them, up to any stage."""
    office = draw(st.sampled_from(OFFICES))
    hour = draw(st.integers(0, HOURS // 2))
    state = kind = draw(st.sampled_from(("accepted", "accepted", "submitted")))
    facts: list[Fact] = []
    for seq in range(1, draw(st.integers(1, 9)) + 1):
        fields = draw(KINDS[kind](hour))
        facts.append(
            TYPES[kind](scenario=scenario, dossier_id=name, office=office, seq=seq, at=at(hour), **fields)  # type: ignore[arg-type]
        )
        follow = LEGAL[state]
        if not follow:
            break
        kind = draw(st.sampled_from(follow))
        hour += draw(st.sampled_from(GAPS))
        if kind in {"supplement_provided", "payment_made"}:
            state = "accepted"
        elif kind in LEGAL:
            state = kind
    return facts


@st.composite
def histories(draw: st.DrawFn, max_size: int = 5, legal: bool = False, **options: Any) -> list[Fact]:
    """The facts of several dossiers, each in order of `seq`, all in order of time where it runs forward."""
    one = legal_dossiers if legal else dossiers
    names = [f"d{n}" for n in range(draw(st.integers(1, max_size)))]
    rows = [draw(one(name=name, **options)) for name in names]
    merged: list[tuple[datetime, str, int, Fact]] = []
    for row in rows:
        latest = BASE - timedelta(days=400)
        for fact in row:
            latest = max(latest, fact.at)
            merged.append((latest, fact.dossier_id, fact.seq, fact))
    return [fact for *_, fact in sorted(merged, key=lambda place: place[:3])]


@st.composite
def arrivals(draw: st.DrawFn, facts: list[Fact]) -> list[tuple[datetime, Fact]]:
    """The facts, some of them again, shuffled within an hour: when each comes, in that order.

    A fact whose instant lies behind its predecessor's counts from the predecessor's.
    """
    twice = [*facts, *draw(st.lists(st.sampled_from(facts), max_size=6))] if facts else []
    latest: dict[str, datetime] = {}
    base: dict[tuple[str, int], datetime] = {}
    for fact in facts:
        latest[fact.dossier_id] = max(latest.get(fact.dossier_id, fact.at), fact.at)
        base[fact.dossier_id, fact.seq] = latest[fact.dossier_id]
    delays = draw(st.lists(st.integers(0, 60), min_size=len(twice), max_size=len(twice)))
    moved = [
        (base[fact.dossier_id, fact.seq] + timedelta(minutes=delay), n, fact)
        for n, (fact, delay) in enumerate(zip(twice, delays, strict=True))
    ]
    return [(when, fact) for when, _, fact in sorted(moved, key=lambda place: place[:2])]


def disorders(facts: list[Fact]) -> st.SearchStrategy[list[Fact]]:
    """The facts of `arrivals`, without their times."""
    return arrivals(facts).map(lambda came: [fact for _, fact in came])


def rows() -> st.SearchStrategy[dict[str, str]]:
    """Rows of a dossier table: instants right, wrong, naive or missing."""
    good = st.integers(0, HOURS).map(lambda hour: at(hour).isoformat())
    bad = st.sampled_from(("", "yesterday", "2026-02-30T00:00:00Z", "2026-02-10T08:00:00", "2026-02-10"))
    ends = st.one_of(good, good, bad)
    return st.fixed_dictionaries(
        {
            "dossier_id": st.sampled_from([f"r{n}" for n in range(30)]),
            "office": st.sampled_from((*OFFICES, "")),
            "received_at": ends,
            "due_at": ends,
            "finished_at": ends,
            "channel": st.sampled_from(("Desk", "online", "")),
            "online": st.sampled_from(("0", "1", "true", "", "maybe")),
        }
    )
