"""What `make effects` asks of each lever: its settings, found in the scenario where they name parts of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from dossier.law.rules import NAMES, RULE_SETS, Rules, rules_on
from simulator.formulas.network import network, open_hours
from simulator.scenario.levers import apply, course, parse
from simulator.scenario.levers.routes import cut
from simulator.scenario.model import Lever, Scenario, ScenarioError
from simulator.scenario.outline import outline

ONLINE = 0.8
"""The share of online filings that is asked for."""

Wordings = Callable[[Scenario], Iterable[str]]


class Ask(NamedTuple):
    """A lever with settings: fixed ones, or the first of some that fit the scenario."""

    label: str
    """The lever as it is written, or its name and what its settings are."""
    nothing: str
    """What is so where the lever fits and changes nothing."""
    acts_on: str = ""
    """What there must be for it to be felt, as `unfelt` has it."""
    settings: Wordings | None = None
    """Wordings to be tried in a scenario; None: the label itself."""
    note: str = ""
    """What else a reader should know."""

    @property
    def lever(self) -> str:
        """The name of the lever."""
        return self.label.partition(":")[0]


def unfelt(ask: Ask, scenario: Scenario, baseline: Mapping[str, float]) -> str:
    """Why a lever that changes the scenario changes no figure, by the scenario and its figures without it."""
    if ask.acts_on in {"late", "due"} and "on_time_rate_finished" not in baseline:
        return "no dossier has a due date"
    if ask.acts_on == "late" and not baseline["late"]:
        return "no dossier is late"
    if ask.acts_on in {"supplements", "again"} and not baseline["supplements"]:
        return "no papers are asked for"
    if ask.acts_on == "again" and not any(each.supplement.again for each in scenario.procedures.values()):
        return "no papers are asked for twice"
    if ask.acts_on == "online_rate" and baseline["online_rate"] == 1:
        return "all is filed online"
    return "none of these figures counts it"


class Fitted(NamedTuple):
    """An ask in a scenario: the lever, or why there is none."""

    ask: Ask
    lever: Lever | None
    after: Scenario | None
    """What is in force with it."""
    nothing: str = ""


def fit(ask: Ask, scenario: Scenario) -> Fitted:
    """The lever with the first settings that fit and change something; else why none does."""
    before = course(scenario).first
    why: list[str] = []
    try:
        for text in ask.settings(before) if ask.settings else (ask.label,):
            lever = parse(text)
            try:
                after = apply(before, lever)
            except ScenarioError as error:
                why.append(_reason(error))
                continue
            if after != before:
                return Fitted(ask, lever, after)
            why.append(ask.nothing)
    except ScenarioError as error:
        why.append(_reason(error))
    return Fitted(ask, None, None, why[0])


def _reason(error: ScenarioError) -> str:
    """What an error says, without the lever and the setting that it blames."""
    return str(error).partition(": ")[2] or str(error)


# -- settings that name parts of a scenario ----------------------------------------------------------------


def busiest(scenario: Scenario) -> list[tuple[str, str]]:
    """The pools as (office, pool), a centre with no office: the one with the highest load first."""
    net = network(scenario)
    loads = {}
    for i, station in enumerate(net.stations):
        hours = open_hours(net, station)
        asked = net.work[i] / hours / station.present / station.posts if hours else 0.0
        loads[station.office, station.pool] = asked
    return sorted(loads, key=lambda pool: (-loads[pool], pool))


def _one_more(scenario: Scenario) -> Iterator[str]:
    office, pool = busiest(scenario)[0]
    yield f"staff:add=1,pool={pool}" + (f",office={office}" if office else "")


def _one_more_each(scenario: Scenario) -> Iterator[str]:
    yield f"staff:add=1,pool={busiest(scenario)[0][1]}"


def _shared(scenario: Scenario) -> Iterator[str]:
    """The pools of each level, the busiest first."""
    found = [
        f"pooling:pool={pool},level={scenario.profiles[scenario.offices[office].profile].level}"
        for office, pool in busiest(scenario)
        if office
    ]
    yield from dict.fromkeys(found)


def _merged(scenario: Scenario) -> Iterator[str]:
    levels = {scenario.profiles[office.profile].level for office in scenario.offices.values()}
    if "district" in levels:
        yield "two-tier:level=commune,closing=district"
    yield "two-tier:level=commune,every=2"


def _halved(scenario: Scenario) -> Iterator[str]:
    """Half the limit of the procedure that is filed most, of those that have a limit to halve."""
    routes = sorted(outline(scenario)["routes"], key=lambda route: -route["dossiers"])
    for route in routes:
        limit = cut(route["limit"], 0.5)
        if limit != route["limit"]:
            yield f"limits:limit={limit},procedure={route['procedure']}"
    raise ScenarioError("limits: no procedure has a limit that could be halved")


def _online(scenario: Scenario) -> Iterator[str]:
    """More than today."""
    profiles = outline(scenario)["profiles"]
    filed = sum(each["dossiers"] for each in profiles)
    now = sum(each["online"] * each["dossiers"] for each in profiles) / filed
    yield f"online-share:share={ONLINE if now < ONLINE else 1:g}"


def _other_law(scenario: Scenario) -> Iterator[str]:
    """A rule set that came later, or where none reckons dates otherwise, an earlier one: the nearest."""
    now = scenario.rules or rules_on(scenario.start).id
    at = [each.id for each in RULE_SETS].index(now)
    for each in (*RULE_SETS[at + 1 :], *RULE_SETS[at - 1 :: -1]):
        if _dates(each) != _dates(RULE_SETS[at]):
            yield f"rules:id={each.id}"


def _dates(rules: Rules) -> tuple[object, ...]:
    """The rules that dates follow from: all but where one may file, and the tiers."""
    return tuple(getattr(rules, name) for name in NAMES if name not in {"tiers", "filing"})


ASKS: tuple[Ask, ...] = (
    Ask("simplify:work=0.8", "nothing is worked on"),
    Ask("simplify:external=0.7", "no step is another agency's"),
    Ask(
        "limits: half the limit of the procedure filed most",
        "no limit could be halved",
        "late",
        settings=_halved,
        note="a shorter promise: nothing takes longer, and more of it is late",
    ),
    Ask("supplement-once", "papers are asked for once at most", "again"),
    Ask("e-signature", "nothing is signed in rounds"),
    Ask(f"online-share: {ONLINE:g}, or 1 where it is so", "all is filed online", settings=_online),
    Ask("digitise:digitised=1,reused=1,requests=0.5", "all is digitised", "supplements"),
    Ask("e-hand-over:electronic=1", "no hand-over waits for a messenger"),
    Ask("post-office:share=0.5", "post staff receive so many", "online_rate"),
    Ask(
        "payment-online:share=0.95",
        "so much is paid online",
        "paid",
        note="it is in the events and in `motcua index766`, and takes nobody's time",
    ),
    Ask("apology:share=1,tardy=0", "all letters are written in time", "late"),
    Ask(
        "misconduct:closed_early=0.3",
        "so much is closed early",
        "late",
        note="what is closed when it is due, without a result, counts as on time: `motcua audit` tells",
    ),
    Ask("misconduct:closed_early=0,overwritten=0,entered_late=0", "there is no misconduct", "late"),
    Ask(
        "saturday",
        "offices are open on Saturdays, or at all times",
        note="with a limit of the same day, what comes on Fridays after 15:00 or on Saturdays is due at noon",
    ),
    Ask("staff: an official more in the busiest pool", "", settings=_one_more),
    Ask("staff: an official more in each pool of that name", "", settings=_one_more_each),
    Ask("pooling: the busiest pool that offices of a level can share", "", settings=_shared),
    Ask("edd", "what is due first is served first", "due"),
    Ask("queue:rule=shortest", "the least work is served first"),
    Ask("one-queue", "each pool has one queue"),
    Ask(
        "many-queues", "each official has a queue", note="a pool of one official, or less, has one as before"
    ),
    Ask("absence:days_a_year=0", "nobody is away without notice"),
    Ask("absence:days_a_year=12,spell_days=2", "officials are away so often"),
    Ask(
        "two-tier: districts close, or each two communes merge",
        "",
        settings=_merged,
        note="what closed districts did, and their officials, are dealt out to the communes: smaller pools",
    ),
    Ask("demand:factor=1.2", "nothing is filed"),
    Ask(
        "rules: the nearest law that reckons dates otherwise", "those rules hold", "late", settings=_other_law
    ),
)
"""Each shipped lever at least once, in the order of the catalogue."""
