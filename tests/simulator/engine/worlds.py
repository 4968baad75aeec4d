"""Random small worlds with all that the model has: any route, pool, rule, calendar, luck, and levers on a
day."""

from datetime import date
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from simulator.scenario.levers import parse
from simulator.scenario.model import (
    Absence,
    Apology,
    Backlog,
    Branch,
    Centre,
    Conduct,
    Constant,
    Exponential,
    External,
    Gamma,
    HandOver,
    Intake,
    Leave,
    Lever,
    Lognormal,
    Office,
    Official,
    Outcome,
    Parallel,
    Payment,
    Procedure,
    Refiling,
    Rework,
    Scenario,
    Step,
    Supplement,
    Uniform,
    Way,
    Work,
)
from tests.simulator.engine.plays import COUNTER, MONDAY, office, procedure, work, world

POOLS = ("desk", "head", "agent")
VARIATIONS = (None, Constant(), Exponential(), Gamma(shape=2), Uniform(), Lognormal(sigma=0.5))
RULES: tuple[dict[str, Any], ...] = (
    {}, {"queue": "edd"}, {"queue": "shortest"}, {"queue": "class", "classes": ["q", "post"]}, {"lines":
    "each"},
    {"absence": Absence(days_a_year=60, spell_days=1)}, {"share": 0.5}, {"calendar": "always"},
)  # fmt: skip
LEVERS = (
    "staff:add=1", "staff:factor=0.5,pool=head", "edd", "many-queues", "one-queue", "e-signature",
    "e-hand-over:electronic=1",
    "simplify:work=0.5,limit=0.5", "apology:share=1", "online-share:share=0.9",
    "digitise:electronic=1,digitised=0.5",
    "saturday", "demand:factor=2", "rules:id=A-2018", "pooling:pool=desk", "two-tier:into=A,level=commune",
    "post-office:share=0.5", "absence:days_a_year=100", "supplement-once", "payment-online:share=1",
    "limits:limit=1wd",
)  # fmt: skip

shares = st.sampled_from([0.0, 0.1, 0.3])
minutes = st.sampled_from([1.0, 10.0, 45.0])


class Names:
    """The steps of a route, numbered."""

    def __init__(self, prefix: str) -> None:
        self._prefix, self._count = prefix, 0

    def next(self) -> str:
        """Another name."""
        self._count += 1
        return f"{self._prefix}{self._count}"


@st.composite
def works(draw: st.DrawFn, names: Names, earlier: tuple[str, ...] = ()) -> Work:
    """A step at a pool, with a round or rework perhaps."""
    name = names.next()
    share = draw(st.sampled_from([0.0, 0.0, 0.4]))
    back = draw(st.sampled_from([name, *earlier]))
    again = Rework(share=share, to=back, most=draw(st.integers(1, 3))) if share else None
    return Work(
        step=name,
        pool=draw(st.sampled_from(POOLS)),
        work_minutes=draw(minutes),
        round_hours=draw(st.sampled_from([0, 0, 2])),
        variation=draw(st.sampled_from(VARIATIONS)),
        rework=again,
    )


@st.composite
def externals(draw: st.DrawFn, names: Names) -> External:
    """A step elsewhere."""
    return External(
        step=names.next(), agency=draw(st.sampled_from("abc")), delay_hours=draw(st.sampled_from([0.5, 5.0]))
    )


@st.composite
def routes(draw: st.DrawFn, names: Names, depth: int = 2) -> list[Step]:
    """Some steps, one after the other."""
    route: list[Step] = []
    passed: tuple[str, ...] = ()
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(
            st.sampled_from(
                ["work", "work", "external", "payment", "branch", "parallel"] if depth else ["work"]
            )
        )
        if kind == "work":
            route.append(draw(works(names, passed)))
            passed += (route[-1].step,)  # type: ignore[union-attr]
        elif kind == "external":
            route.append(draw(externals(names)))
        elif kind == "payment":
            route.append(Payment(step=names.next(), wait_days=0.5, unpaid=draw(shares), patience_days=5))
        elif kind == "branch":
            ways = [Way(share=0.5, route=draw(st.just([]) | routes(names, depth - 1))) for _ in range(2)]
            route.append(Branch(ways=ways))
        else:
            parts = [
                [draw(works(names) | externals(names)) for _ in range(draw(st.integers(1, 2)))]
                for _ in range(2)
            ]
            route.append(Parallel(parts=parts))
    return route


@st.composite
def procedures(draw: st.DrawFn, code: str) -> Procedure:
    """A procedure of any route; its first step decides."""
    names = Names(code)
    first = replace(draw(works(names)), round_hours=0)
    return Procedure(
        code=f"1.{code}",
        field="f" + code,
        agency="a",
        limit=draw(st.sampled_from(["none", "same-day", "1wd", "4wh", "2d", "1.5wd", "1m"])),
        fee=draw(st.sampled_from([0, 5000])),
        spread=draw(st.sampled_from([0.0, 0.6])),
        variation=draw(st.sampled_from(VARIATIONS[1:])),
        refused=draw(shares),
        refiled=draw(st.sampled_from([None, Refiling(share=0.5, after_days=0.5)])),
        withdrawn=draw(shares),
        withdrawn_days=0.5,
        supplement=Supplement(
            online=draw(shares), in_person=draw(shares), post=draw(shares), digitised=0.5, wait_days=0.7,
            again=draw(shares), most=draw(st.integers(1, 3)), withdrawn=draw(shares), abandoned=draw(shares),
            patience_days=4,
        ),
        route=[first, *draw(routes(names))],
    )  # fmt: skip


@st.composite
def profiles(draw: st.DrawFn, honest: bool) -> dict[str, Any]:
    """What a kind of office is like."""
    patience = draw(st.sampled_from([None, None, 20.0]))
    intake = Intake(
        pool="counter", step=draw(st.sampled_from([None, "intake"])), in_person_minutes=8, post_minutes=3,
        patience_minutes=patience, returns=0.5, not_accepted=draw(shares), post_office=draw(shares),
        paid_online=0.5,
        authenticated=0.5, variation=draw(st.sampled_from(VARIATIONS)),
    )  # fmt: skip
    conduct = (
        Conduct()
        if honest
        else Conduct(closed_early=draw(shares), overwritten=draw(shares), entered_late=draw(shares))
    )
    return {
        "channels": draw(st.sampled_from([{"online": 1.0}, {"in_person": 1.0}, {"online": 0.5, "in_person":
        0.3, "post": 0.2}])),
        "calendar": draw(st.sampled_from(["always", "office", "saturday-morning", "bare"])),
        "intake": draw(st.sampled_from([None, intake])),
        "hand_over": draw(st.sampled_from([HandOver(), HandOver(electronic=0.4, round_hours=3)])),
        "apology": draw(st.sampled_from([Apology(), Apology(share=0.8, lead_hours=4, tardy=0.3)])),
        "conduct": conduct,
        "outcome": Outcome(
            electronic=0.5, digitised=0.3, reused=0.2, return_hours=draw(st.sampled_from([None, 3.0])),
            by_post=0.2,
            rated=draw(shares), satisfied=0.9, satisfied_late=0.4, visit=0.9,
        ),
    }  # fmt: skip


def people(many: int) -> list[Official]:
    """Named officials: one for everything but a day, one fast, one who is slow and likes some work better."""
    away = Leave(since=date(2026, 3, 4), until=date(2026, 3, 5))
    slow = Official(name="cúc", calendar="bare", speed=0.5, skills=["q", "p"])
    return [Official(name="an", leave=[away]), Official(name="bình", speed=2.0), slow][:many]


@st.composite
def worlds(draw: st.DrawFn, honest: bool = True) -> Scenario:
    """One or two offices for a fortnight, some of whose pools may be in want of staff."""
    known = {"p": draw(procedures("p")), "q": draw(procedures("q"))}
    profile = draw(profiles(honest))
    pools = {name: draw(st.sampled_from(RULES)) for name in POOLS}
    hub = draw(st.booleans())
    offices = {}
    for name in ("A", "B")[: draw(st.integers(1, 2))]:
        staff: dict[str, Any] = {
            pool: draw(st.sampled_from([1.0, 2.0, 3.0, people(2), people(3)])) for pool in (*POOLS, "counter")
        }
        if hub:
            del staff["head"]
        backlog = draw(st.sampled_from([None, Backlog(dossiers=5, days=2)]))
        volume = draw(st.sampled_from([20.0, 80.0]))
        offices[name] = Office(
            profile="ward", volume=volume, share=draw(st.sampled_from([1, 0.4])), staff=staff,
            backlog=backlog,
            at={"head": "hub"} if hub else {},
        )  # fmt: skip
    centres = {"hub": Centre(agency="a", staff=draw(st.sampled_from([1, 2.0])))} if hub else {}
    return world(
        procedures=known, profile=profile, pools=pools, offices=offices,
        scenario={
            "until": date(2026, 3, 16), "warmup_days": draw(st.sampled_from([0, 3])), "centres": centres,
            "rules": draw(st.sampled_from([None, None, "A-2018", "B-2021"])),
        },
    )  # fmt: skip


@st.composite
def courses(draw: st.DrawFn) -> list[Lever]:
    """Some levers, each from a day on."""
    texts = draw(st.lists(st.sampled_from(LEVERS), max_size=3, unique=True))
    days = [date(MONDAY.year, MONDAY.month, draw(st.integers(2, 12))) for _ in texts]
    return [
        parse(f"{text}{',' if ':' in text else ':'}on={day}") for text, day in zip(texts, days, strict=True)
    ]


def full() -> Scenario:
    """Three offices with all that luck has a part in."""
    known = {
        "p": procedure(
            work("check", 30), work("visit", 30, "agent"), Payment(step="fee", wait_days=0.5),
            work("sign", 20, "head", round_hours=4, rework=Rework(share=0.1, to="check")), spread=0.5,
            variation=Gamma(shape=2), refused=0.1, refiled=Refiling(share=0.5, after_days=1), withdrawn=0.05,
            supplement=Supplement(online=0.2, in_person=0.1, post=0.1, wait_days=1, again=0.2),
        ),
        "q": procedure(work("check", 50), code="1.2", limit="4wh", fee=2000, variation=Exponential()),
    }  # fmt: skip
    profile = {
        "intake": replace(COUNTER, not_accepted=0.05, patience_minutes=60, returns=0.5, post_office=0.1),
        "apology": Apology(share=0.7, tardy=0.2), "hand_over": HandOver(electronic=0.5),
        "conduct": Conduct(entered_late=0.2),
        "outcome": Outcome(electronic=0.5, digitised=0.5, rated=0.5, satisfied=0.9, satisfied_late=0.5),
    }  # fmt: skip
    offices = {name: office(volume=150.0) for name in ("A", "B", "C")}
    return world(procedures=known, profile=profile, offices=offices)
