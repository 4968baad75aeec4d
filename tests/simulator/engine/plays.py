"""Small worlds played on given draws, so that what happens in them can be worked out by hand.

They begin on Monday, 2 March 2026, and last four weeks. An instant is written "02 08:30": day and clock.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from dossier.event import Fact, StaffChanged, Steered, StepFinished
from dossier.law.calendar import VIETNAM
from dossier.life.lifecycle import fold
from dossier.life.state import Dossier as State
from simulator.engine.ledger import Case
from simulator.luck.table import Table
from simulator.run import Simulation
from simulator.scenario.checks import check
from simulator.scenario.levers import parse
from simulator.scenario.model import (
    Intake,
    Lever,
    Office,
    Opening,
    Outcome,
    Pool,
    Procedure,
    Profile,
    Scenario,
    Step,
    Work,
)

MONDAY = date(2026, 3, 2)
ORIGIN = int(datetime(2026, 3, 2, tzinfo=VIETNAM).timestamp())
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
SPANS = [["08:00", "12:00"], ["13:00", "17:00"]]
BARE = Opening(week=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), SPANS), holidays=False)
"""Eight to twelve and one to five, Monday to Friday, whatever the holidays."""
COUNTER = Intake(pool="counter", online_minutes=10, in_person_minutes=20, post_minutes=30)


def work(step: str = "check", minutes: float = 60, pool: str = "desk", **more: Any) -> Work:
    """A step of so many minutes."""
    return Work(step=step, pool=pool, work_minutes=minutes, **more)


def procedure(*route: Step, **more: Any) -> Procedure:
    """A procedure of these steps; by default one hour of checking, due in two working days."""
    given = {"code": "1.1", "field": "f", "agency": "a", "limit": "2wd", **more}
    return Procedure(route=list(route) or [work()], **given)


def office(**more: Any) -> Office:
    """An office with one official for each pool."""
    given: dict[str, Any] = {"profile": "ward", "volume": 100, **more}
    given["staff"] = {"counter": 1, "desk": 1, "head": 1, "agent": 1, **given.get("staff", {})}
    return Office(**given)


def world(
    *route: Step,
    pools: Mapping[str, Mapping[str, Any]] | None = None,
    offices: Mapping[str, Office] | None = None,
    procedures: Mapping[str, Procedure] | None = None,
    profile: Mapping[str, Any] | None = None,
    scenario: Mapping[str, Any] | None = None,
    **more: Any,
) -> Scenario:
    """One office that files at no counter, unless said otherwise; `more` is of its one procedure.

    Pools desk, head and counter belong to agency a, agent to agency b; results are fetched at once.
    """
    spec = {"desk": {}, "head": {}, "counter": {}, "agent": {"agency": "b"}}
    for name, own in (pools or {}).items():
        spec[name] = {**spec.get(name, {}), **own}
    known = procedures or {"p": procedure(*route, **more)}
    ward: dict[str, Any] = {
        "level": "commune",
        "channels": {"online": 0.5, "in_person": 0.3, "post": 0.2},
        "mix": dict.fromkeys(known, 1 / len(known)),
        "pools": {name: Pool(**{"agency": "a", **own}) for name, own in spec.items()},
        "calendar": "bare",
        "outcome": Outcome(electronic=1, return_hours=None),
        **(profile or {}),
    }
    made = Scenario(
        **{
            "name": "small",
            "title": "A small world",
            "start": MONDAY,
            "until": MONDAY + timedelta(weeks=4),
            "agencies": {"a": "Agency A", "b": "Agency B", "c": "Agency C"},
            "calendars": {"bare": BARE},
            "procedures": dict(known),
            "profiles": {"ward": Profile(**ward)},
            "offices": dict(offices or {"O": office()}),
            **(scenario or {}),
        }
    )
    check(made)
    return made


def at(text: str) -> float:
    """The engine instant of "02 08:30" or "02 08:30:15"."""
    day, clock = text.split()
    parts = [int(part) for part in clock.split(":")] + [0]
    return (int(day) - MONDAY.day) * DAY + parts[0] * HOUR + parts[1] * MINUTE + parts[2]


def said(instant: datetime | float | None) -> str:
    """The other way round; engine seconds or a local time."""
    if instant is None:
        return "never"
    if not isinstance(instant, datetime):
        instant = datetime.fromtimestamp(ORIGIN + int(instant), VIETNAM)
    day = (instant.date() - MONDAY).days + MONDAY.day
    return f"{day:02d} {instant:{'%H:%M:%S' if instant.second else '%H:%M'}}"


def story(life: Iterable[Fact]) -> list[str]:
    """A dossier's facts in words, a line each."""
    return [f"{said(fact.at)} {_words(fact)}" for fact in life]


def _words(fact: Any) -> str:
    kind = fact.__struct_config__.tag
    told = [kind]
    if kind == "handed_over":
        told += [f"{fact.source}>{fact.target}", "electronically" if fact.electronic else "on paper"]
    if kind == "step_finished":
        told += [fact.step, "since", said(fact.started_at)]
    if kind == "payment_requested":
        told += [str(fact.amount)]
    if kind == "payment_made" and fact.online:
        told += ["online"]
    if kind in {"stopped", "not_accepted", "refused"}:
        told += [f"({fact.reason})"]
    if kind == "resolved" and fact.result_number is None:
        told += ["without result"]
    if kind == "result_returned":
        told += [fact.channel]
    if kind == "rated":
        told += [str(fact.score)]
    if kind != "step_finished" and getattr(fact, "due_at", None) is not None:
        told += ["due", said(fact.due_at)]
    if fact.successor is not None:
        told += ["for", fact.successor]
    return " ".join(told)


@dataclass
class Played:
    """What a run left."""

    facts: list[Fact]
    others: list[Steered | StaffChanged]
    cases: dict[str, Case]
    raw: list[tuple[str, str, str, float, float, float]]
    """Visits of pools: dossier, pool, step; asked, began, ended in engine seconds."""
    summary: dict[str, Any]
    simulation: Simulation

    @property
    def lives(self) -> dict[str, list[Fact]]:
        """The facts of each dossier."""
        found: dict[str, list[Fact]] = defaultdict(list)
        for fact in self.facts:
            found[fact.dossier_id].append(fact)
        return dict(found)

    @property
    def visits(self) -> list[tuple[str, ...]]:
        """Visits of pools: dossier, pool, step; asked, began, ended in words."""
        return [(*visit[:3], *map(said, visit[3:])) for visit in self.raw]

    @property
    def stories(self) -> list[list[str]]:
        """The same in words, in the order in which they were heard of first."""
        return [story(life) for life in self.lives.values()]

    @property
    def anomalies(self) -> dict[str, int]:
        """What the life-cycle fold, written apart from the simulator, finds odd."""
        return odd(self.lives.values(), self.simulation)


def odd(lives: Iterable[Sequence[Fact]], simulation: Simulation) -> dict[str, int]:
    """The anomalies of all lives, by name, in the calendars of their offices."""
    found: dict[str, int] = defaultdict(int)
    for life in lives:
        calendar = calendar_of(simulation, life[0].office)
        state = State(scenario=life[0].scenario, dossier_id=life[0].dossier_id, office=life[0].office)
        for fact in life:
            fold(state, fact, calendar)
        for name, many in state.anomalies.items():
            found[name] += many
    return dict(found)


def calendar_of(simulation: Simulation, name: str) -> Any:
    """The law's calendar of an office at the end of a run."""
    return simulation._province.offices[name].calendar


def filings(rows: Sequence[Mapping[str, Any] | str], own: bool = False) -> Table:
    """A table of draws: an instant in words, or a mapping with `at` and more columns ("-" stands for "/")."""
    given = [{"at": row} if isinstance(row, str) else dict(row) for row in rows]
    names = dict.fromkeys(name for row in given for name in row)
    columns: dict[str, list[Any]] = {name: [row.get(name) for row in given] for name in names}
    columns["at"] = [at(text) for text in columns["at"]]
    columns.setdefault("channel", ["online"] * len(given))
    columns["channel"] = [channel or "online" for channel in columns["channel"]]
    return Table(columns, own=own)


def play(
    scenario: Scenario,
    rows: Sequence[Mapping[str, Any] | str] | None = None,
    *,
    levers: Iterable[Lever] = (),
    own: bool = False,
    seed: int = 1,
    **options: Any,
) -> Played:
    """Run the world on these filings and draws; or on its own, if none are given."""
    cases: dict[str, Case] = {}
    visits: list[Any] = []

    def keep(case: Case) -> None:
        assert case.dossier_id not in cases, "told twice"
        cases[case.dossier_id] = case

    simulation = Simulation(
        scenario,
        seed,
        levers=levers,
        table=None if rows is None else filings(rows, own),
        cases=keep,
        visits=visits.append,
        **options,
    )
    facts, others = [], []
    for fact in simulation.facts():
        (others if isinstance(fact, Steered | StaffChanged) else facts).append(fact)
    return Played(facts, others, cases, visits, simulation.summary(), simulation)


def steps(played: Played, dossier: int = 0) -> list[str]:
    """The steps of a dossier with their end, in words."""
    life = list(played.lives.values())[dossier]
    return [f"{fact.step} {said(fact.at)}" for fact in life if isinstance(fact, StepFinished)]


def ends(played: Played, step: str = "check") -> list[str]:
    """When the step ended, dossier by dossier."""
    words = f"step_finished {step} "
    stories = (story for _, story in sorted(zip(played.lives, played.stories, strict=True)))
    return [line[:8] for story in stories for line in story if words in line]


def told(played: Played) -> list[str]:
    """What was told of no dossier, in words."""
    return [
        f"{said(fact.at)} {fact.lever}"
        if isinstance(fact, Steered)
        else f"{said(fact.at)} {fact.office} {fact.pool} {fact.posts}"
        for fact in played.others
    ]


def dated(*texts: str, on: str = "2026-03-04") -> list[Lever]:
    """Levers from a day on."""
    return [parse(f"{text}{',' if ':' in text else ':'}on={on}") for text in texts]
