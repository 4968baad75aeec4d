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
PEOPLE = {"account": (None, "a1"), "device": (None, "f0")}
FILED = {
    "procedure": ("birth", "copy"),
    "channel": ("in_person", "online", "post"),
    "online": (True, False),
    **OPTIONAL,
    **PEOPLE,
}
"""What a filing and an acceptance both tell."""
ACCEPTED = {
    **FILED,
    "service": ("full", "partial", "none", None),
    "limit": (None, None, "3wd", "8wh", "16wh", "none", "ba ngày"),
    "interlinked": (None, "f1"),
    "resubmits": (None, "d0"),
    "fee": (0, 8000),
}
FLAGS = ("authenticated", "obligation", "digitised", "reused", "post_office", "non_territorial")


def at(hour: float) -> datetime:
    """The instant so many hours after `BASE`."""
    return BASE + timedelta(hours=hour)


def instants() -> st.SearchStrategy[datetime]:
    """Any whole hour of the histories, and a little before and after."""
    return st.integers(-2, HOURS + 200).map(at)


def dues(hour: int) -> st.SearchStrategy[datetime]:
    """A due date at `hour` or later."""
    return st.integers(hour, hour + 24 * 7).map(at)


def _of(values: dict[str, tuple[Any, ...]]) -> dict[str, st.SearchStrategy[Any]]:
    return {name: st.sampled_from(choices) for name, choices in values.items()}


def _submitted(_: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(_of(FILED))


def _accepted(hour: int) -> st.SearchStrategy[dict[str, Any]]:
    dates = {"due_at": st.none() | dues(hour) | dues(hour)}
    told = st.fixed_dictionaries({**_of(ACCEPTED), **dates, **{flag: st.booleans() for flag in FLAGS}})
    return told.map(lambda fields: fields | ({"limit": None} if fields["due_at"] else {}))


def _resolved(_: int) -> st.SearchStrategy[dict[str, Any]]:
    """`result_number` absent, null or a word: not told, none exists, its number."""
    numbers = st.sampled_from(({}, {"result_number": None}, {"result_number": "12/QĐ"}))
    flags = st.fixed_dictionaries({name: st.booleans() for name in ("electronic", "digitised", "reused")})
    return st.builds(lambda number, fields: number | fields, numbers, flags)


def _paid(hour: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"due_at": st.none() | dues(hour), "online": st.booleans()})


def _handed(_: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"source": st.just("a"), "target": st.just("b"), "electronic": st.booleans()}
    )


def _stepped(hour: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"step": st.just("sign"), "agency": st.just("a"), "due_at": st.none() | dues(max(0, hour - 24))}
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
    "submitted": _submitted,
    "accepted": _accepted,
    "not_accepted": _nothing,
    "handed_over": _handed,
    "step_finished": _stepped,
    "supplement_requested": _nothing,
    "supplement_provided": _dated,
    "payment_requested": lambda _: st.just({"amount": 1000}),
    "payment_made": _paid,
    "withdrawal_requested": _nothing,
    "refused": _nothing,
    "stopped": _nothing,
    "apology_issued": _dated,
    "resolved": _resolved,
    "result_returned": _nothing,
    "rated": lambda _: st.fixed_dictionaries({"score": st.integers(1, 5)}),
    "corrected": _corrected,
}
"""Every type of fact to the fields that it may carry at an hour."""

TYPES: dict[str, type[Event]] = {t.__struct_config__.tag: t for t in events.Fact.__args__}  # type: ignore[attr-defined]
assert set(KINDS) == set(TYPES), "a type of fact has no strategy"

WITHOUT_CORRECTIONS = tuple(kind for kind in KINDS if kind != "corrected")
LIKELY = ("supplement_requested", "supplement_provided", "apology_issued", "resolved")

OPEN = {
    "handed_over": "open", "step_finished": "open", "apology_issued": "open",
    "supplement_requested": "asked", "payment_requested": "billed",
    "withdrawal_requested": "withdrawn", "refused": "ended", "stopped": "ended",
    "resolved": "ended", "result_returned": "returned",
}  # fmt: skip
LEGAL: dict[str, dict[str, str]] = {
    "new": {"submitted": "filed", "accepted": "open", "not_accepted": "turned away"},
    "filed": {
        "accepted": "open", "not_accepted": "turned away", "supplement_requested": "guided",
        "withdrawal_requested": "turned away",
    },
    "guided": {"supplement_provided": "filed", "accepted": "open", "not_accepted": "turned away"},
    "open": OPEN,
    "asked": {"apology_issued": "asked", "supplement_provided": "open", "stopped": "ended"},
    "billed": {"apology_issued": "billed", "payment_made": "open", "withdrawal_requested": "withdrawn"},
    "withdrawn": {"stopped": "ended", "result_returned": "returned", "rated": "withdrawn"},
    "ended": {"result_returned": "returned", "rated": "ended"},
    "returned": {"rated": "returned"},
    "turned away": {},
}  # fmt: skip
"""Where a dossier stands, and what may follow there by the law (`domain` 1.3) to where it then stands."""
HEIRS = (*[None] * 12, "Thủ Đức", "An Hòa")
"""A merger of offices is rare; a fact bears the successor's name from then on."""


@st.composite
def fact(draw: st.DrawFn, kind: str, hour: int, **identity: Any) -> Fact:
    """One fact of a type, at an hour."""
    fields = draw(KINDS[kind](hour))
    return TYPES[kind](at=at(hour), successor=draw(st.sampled_from(HEIRS)), **identity, **fields)  # type: ignore[return-value]


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
    start = draw(st.integers(0, 9))
    if start:
        chosen = ["accepted", *chosen]
    if start > 6:
        chosen = ["submitted", *chosen]
    hour = draw(st.integers(0, HOURS // 2))
    facts: list[Fact] = []
    for seq, kind in enumerate(chosen, 1):
        hour += draw(st.sampled_from((*GAPS, -1, -30) if backwards else GAPS))
        facts.append(draw(fact(kind, hour, scenario=scenario, dossier_id=name, office=office, seq=seq)))
    return facts


@st.composite
def legal_dossiers(draw: st.DrawFn, name: str = "d1", scenario: str = SCENARIO) -> list[Fact]:
    """One dossier's facts as the law has them, up to any stage."""
    office = draw(st.sampled_from(OFFICES))
    hour = draw(st.integers(0, HOURS // 2))
    facts: list[Fact] = []
    state = "new"
    for seq in range(1, draw(st.integers(1, 10)) + 1):
        if not LEGAL[state]:
            break
        kind = draw(st.sampled_from(list(LEGAL[state])))
        facts.append(draw(fact(kind, hour, scenario=scenario, dossier_id=name, office=office, seq=seq)))
        state = LEGAL[state][kind]
        hour += draw(st.sampled_from(GAPS))
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
