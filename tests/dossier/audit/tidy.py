"""Clean histories for the audit: a month of wards that do everything right, and how they are audited."""

from collections.abc import Iterable
from functools import cache

from msgspec.structs import replace

from dossier.audit.findings import Finding
from dossier.audit.review import audit
from dossier.event import Accepted, Fact, Submitted
from dossier.law.calendar import vietnam
from dossier.life.lifecycle import fold
from dossier.life.state import Dossier, note
from simulator.run import midnight, run
from simulator.scenario.files import load
from simulator.scenario.model import Lognormal, Scenario

CALENDAR = vietnam()
OFFICES = tuple(f"H44.{n}" for n in range(100, 106))
SEEDS = (1, 2, 3)


def tidy() -> Scenario:
    """The quickstart's ward, six times, with staff enough and no bad habits: nothing is late, ever."""
    ward = load("quickstart")
    profile = ward.profiles["ward"]
    profile = replace(
        profile,
        apology=replace(profile.apology, share=1.0, tardy=0.0, lead_hours=2),
        hand_over=replace(profile.hand_over, electronic=1.0),
        pools={name: replace(pool, share=1.0) for name, pool in profile.pools.items()},
    )
    procedures = {
        name: replace(
            procedure,
            spread=0.2,
            variation=Lognormal(sigma=0.1),
            supplement=replace(procedure.supplement, again=0.0),
        )
        for name, procedure in ward.procedures.items()
    }
    office = replace(
        ward.offices["H44.100"], volume=500, staff={"counter": 6, "justice": 8, "economy": 6, "leader": 4}
    )
    return replace(
        ward,
        name="tidy",
        profiles={"ward": profile},
        procedures=procedures,
        offices=dict.fromkeys(OFFICES, office),
    )


@cache
def clean(seed: int) -> tuple[Fact, ...]:
    """A month of the tidy wards, each online dossier with an account and a device of its own."""
    out: list[Fact] = []
    for fact in run(tidy(), seed):
        filed = isinstance(fact, Submitted) or (isinstance(fact, Accepted) and fact.online)
        hashes = {"account": f"a-{fact.dossier_id}", "device": f"d-{fact.dossier_id}"} if filed else {}
        out.append(replace(fact, **hashes))
    return tuple(out)


def folded(facts: Iterable[Fact]) -> list[Dossier]:
    """The states that the facts come to; a missing `seq` is a gap, as in the stream."""
    dossiers: dict[str, Dossier] = {}
    for fact in facts:
        state = dossiers.get(fact.dossier_id)
        if state is None:
            state = Dossier(scenario=fact.scenario, dossier_id=fact.dossier_id, office=fact.office)
            dossiers[fact.dossier_id] = state
        if fact.seq > state.seq + 1:
            note(state, "gap")
        fold(state, fact, CALENDAR)
    return list(dossiers.values())


@cache
def states(seed: int) -> dict[str, Dossier]:
    """The states of a clean month, by dossier; not to be changed."""
    return {each.dossier_id: each for each in folded(clean(seed))}


END = midnight(tidy().until)
"""The end of the month, as of which all is audited."""


def audited(dossiers: Iterable[Dossier]) -> list[Finding]:
    """What the audit finds, with every dossier as an example."""
    return audit(dossiers, END, CALENDAR, examples=1_000_000)
