"""Parameters: what of a scenario may be uncertain, by a path; and the scenario with another value of it.

    demand.volume               filings                        factor
    procedures.NAME.work        work at all steps              factor
    procedures.NAME.spread      how much dossiers differ       factor
    procedures.NAME.supplement  requests for missing papers    factor
    procedures.NAME.answer      days until papers come         factor
    procedures.NAME.refused     refusals                       factor
    steps.NAME.work             work at a step                 factor
    steps.NAME.round            hours between signing rounds   factor
    pools.NAME.work             work at a pool                 factor
    pools.NAME.staff            officials, up to whole posts   factor
    pools.NAME.absence          days of absence                factor
    agencies.NAME.delay         time at another agency         factor
    hand_over.NAME.round        hours between messengers       factor
    hand_over.NAME.electronic   passed on at once              share
    intake.NAME.work            work at the counter            factor
    channels.NAME.online        filed online                   share

NAME is one of the scenario's own (a step may be PROCEDURE/STEP, a pool OFFICE/POOL, hand_over, intake and
channels have profiles), or `*` for all of them together. A factor of 1 changes nothing.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Literal, NamedTuple

from simulator.experiments import patches
from simulator.experiments.patches import ALL, Names, Patch
from simulator.scenario.checks import check
from simulator.scenario.model import Scenario, ScenarioError

FACTORS = 0.05, 20.0
SHARES = 0.0, 1.0
_RANGE = re.compile(r"(?P<path>[^=]+)=(?P<low>[-+.\d]+?)\.\.(?P<high>[-+.\d]+)")

Unit = Literal["factor", "share"]


class Kind(NamedTuple):
    """What a path ends in."""

    path: str
    """As "procedures.NAME.work"; "demand.volume" has no name."""
    unit: Unit
    names: Names
    apply: Patch
    en: str
    vi: str


class Parameter(NamedTuple):
    """A parameter, and the values that it may have, all alike."""

    path: str
    low: float
    high: float
    usual: float
    """The scenario's own value: 1 for a factor; a share as it is, of several the mean."""

    @property
    def kind(self) -> Kind:
        """What it is."""
        return split(self.path)[0]

    @property
    def text(self) -> str:
        """As it is written."""
        return f"{self.path}={self.low:g}..{self.high:g}"


def parse(scenario: Scenario, text: str) -> Parameter:
    """The parameter written as demand.volume=0.8..1.2; ScenarioError says what is wrong and what is there."""
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        raise ScenarioError(f"parameter {text!r}: write PATH=LOW..HIGH, as demand.volume=0.8..1.2")
    try:
        low, high = float(found["low"]), float(found["high"])
    except ValueError:
        raise ScenarioError(f"parameter {text!r}: LOW and HIGH are numbers, as 0.8..1.2") from None
    return parameter(scenario, found["path"].strip(), low, high)


def parameter(scenario: Scenario, path: str, low: float, high: float) -> Parameter:
    """The parameter of a path between two values, if both give a scenario that can be run."""
    kind, name = split(path)
    known = kind.names(scenario)
    if name not in {ALL, *known}:
        raise ScenarioError(f"parameter {path}: the scenario has no {name!r}{_near(name, known)}")
    if not known:
        raise ScenarioError(f"parameter {path}: the scenario has nothing of this kind")
    least, most = SHARES if kind.unit == "share" else FACTORS
    if not low < high:
        raise ScenarioError(f"parameter {path}: {low:g}..{high:g} is empty, write the lower value first")
    if low < least or high > most:
        raise ScenarioError(f"parameter {path}: a {kind.unit} lies within {least:g}..{most:g}")
    found = Parameter(path, low, high, _usual(scenario, kind, name))
    both = [changed(scenario, [found], [value]) for value in (low, high)]
    if both[0] == both[1]:
        raise ScenarioError(f"parameter {path}: it changes nothing in {scenario.name}")
    return found


def split(path: str) -> tuple[Kind, str]:
    """The kind of a path and the name in it; ScenarioError where there is none such."""
    first, _, rest = path.partition(".")
    name, _, what = rest.rpartition(".")
    general = f"{first}.NAME.{what}" if name else path
    if general not in KINDS:
        near = get_close_matches(general, list(KINDS), n=3, cutoff=0.4) or list(KINDS)
        raise ScenarioError(f"parameter {path}: there is none such; perhaps {' or '.join(near)}?")
    return KINDS[general], name or ALL


def changed(scenario: Scenario, chosen: Iterable[Parameter], values: Iterable[float]) -> Scenario:
    """The scenario with these values; ScenarioError where it cannot be run."""
    found = scenario
    for each, value in zip(chosen, values, strict=True):
        kind, name = split(each.path)
        found = kind.apply(found, name, float(value))
    try:
        check(found)
    except ScenarioError as error:
        told = ", ".join(f"{p.path}={v:.4g}" for p, v in zip(chosen, values, strict=True))
        raise ScenarioError(f"with {told} the scenario would be wrong: {error}") from None
    return found


def usual(scenario: Scenario) -> list[Parameter]:
    """What is uncertain in most scenarios, within bounds of ours; only what the scenario has."""
    found = []
    for path, low, high in USUAL:
        try:
            found.append(parameter(scenario, path, low, high))
        except ScenarioError:
            continue
    online = _usual(scenario, KINDS["channels.NAME.online"], ALL)
    if 0 < online < 1:
        within = max(0.0, round(online - 0.1, 3)), min(1.0, round(online + 0.1, 3))
        found.append(parameter(scenario, "channels.*.online", *within))
    return found


USUAL: tuple[tuple[str, float, float], ...] = (
    ("demand.volume", 0.9, 1.1),
    ("procedures.*.work", 0.8, 1.2),
    ("procedures.*.spread", 0.7, 1.3),
    ("procedures.*.supplement", 0.5, 1.5),
    ("agencies.*.delay", 0.7, 1.3),
    ("steps.*.round", 0.5, 1.5),
    ("pools.*.absence", 0.5, 1.5),
    ("intake.*.work", 0.8, 1.2),
)
"""Bounds are ours: counts of filings are known better than minutes of work, these better than habits."""


def _usual(scenario: Scenario, kind: Kind, name: str) -> float:
    if kind.unit == "factor":
        return 1.0
    chosen = [each for key, each in scenario.profiles.items() if name in {ALL, key}]
    electronic = kind.path.startswith("hand_over")
    shares = [
        each.hand_over.electronic if electronic else each.channels.get("online", 0.0) for each in chosen
    ]
    return sum(shares) / len(shares)


def _near(name: str, known: Collection[str]) -> str:
    if not known:
        return "; there is nothing of this kind"
    near = get_close_matches(name, list(known), n=3, cutoff=0.5)
    some = sorted(known)[:8]
    return f" (perhaps {' or '.join(near)}?)" if near else f"; known are {', '.join(some)}, or * for all"


_PROCEDURES, _PROFILES = patches.part("procedures"), patches.part("profiles")
_LISTED = (
    Kind("demand.volume", "factor", patches.nothing, patches.volume, "filings", "số hồ sơ nộp"),
    Kind("procedures.NAME.work", "factor", _PROCEDURES, patches.procedure_work, "work", "công việc"),
    Kind("procedures.NAME.spread", "factor", _PROCEDURES, patches.field("spread"),
         "how much dossiers differ", "độ khác nhau giữa các hồ sơ"),
    Kind("procedures.NAME.supplement", "factor", _PROCEDURES, patches.requests,
         "requests for papers", "yêu cầu bổ sung"),
    Kind("procedures.NAME.answer", "factor", _PROCEDURES, patches.answer,
         "days until papers come", "số ngày chờ bổ sung"),
    Kind("procedures.NAME.refused", "factor", _PROCEDURES, patches.field("refused", 1.0),
         "refusals", "từ chối"),
    Kind("steps.NAME.work", "factor", patches.step_names, patches.step_work,
         "work at the step", "công việc ở bước"),
    Kind("steps.NAME.round", "factor", patches.step_names, patches.rounds,
         "hours between signing rounds", "số giờ giữa các lần trình ký"),
    Kind("pools.NAME.work", "factor", patches.pool_names, patches.pool_work,
         "work at the pool", "công việc của nhóm"),
    Kind("pools.NAME.staff", "factor", patches.staff_names, patches.staff, "officials", "số cán bộ"),
    Kind("pools.NAME.absence", "factor", patches.absent_names, patches.absence,
         "days of absence", "số ngày vắng"),
    Kind("agencies.NAME.delay", "factor", patches.agencies, patches.delay,
         "time at other agencies", "thời gian ở cơ quan khác"),
    Kind("hand_over.NAME.round", "factor", _PROFILES, patches.messenger,
         "hours between messengers", "số giờ giữa các lần luân chuyển"),
    Kind("hand_over.NAME.electronic", "share", _PROFILES, patches.electronic,
         "handed over electronically", "luân chuyển điện tử"),
    Kind("intake.NAME.work", "factor", patches.intakes, patches.counter,
         "work at the counter", "công việc tại quầy"),
    Kind("channels.NAME.online", "share", _PROFILES, patches.online, "filed online", "nộp trực tuyến"),
)  # fmt: skip
KINDS: Mapping[str, Kind] = {kind.path: kind for kind in _LISTED}
"""By path."""
