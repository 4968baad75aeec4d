"""Rule sets: what the law says in a period, as dated configuration; each rule with its article and mark.

[V] was seen in a published page or file, [V-code] in the code of a real system (practice, not law),
[I] is inferred from these, [M] is general knowledge that nobody of us verified:
an [M] rule may be wrong, and stands here so that it can be changed in one place.
A province that decides otherwise lays its own dated sets over these: `dossier.law.decision`.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, time
from typing import Any, Literal, NamedTuple

Clock = Literal["pause", "restart", "shift"]
Mark = Literal["V", "V-code", "I", "M"]


class Source(NamedTuple):
    """Where a rule stands, and how sure we are of it."""

    article: str
    mark: Mark


class Rule(NamedTuple):
    """One rule as it is told: its name, its value, its article and its mark."""

    name: str
    value: Any
    article: str
    mark: Mark

    def __str__(self) -> str:
        return f"{self.name} = {written(self.value)}: {self.article} [{self.mark}]"


@dataclass(frozen=True)
class Rules:
    """The rules in force from `since` until the next set's `since`; `rule(name)` tells one."""

    id: str
    since: date
    law: str
    same_day_cutoff: time | None = time(15, 0)
    """Same-day procedures received later are due the next working day; None: whenever received, that day."""
    arrival_outside: Literal["opening", "as-is"] = "opening"
    """A reception outside opening hours, at lunch or on a day off: from the next opening, or as it is."""
    first_day: Literal["excluded", "counted"] = "excluded"
    """excluded: from the next day, same clock time; counted: it is day one, to the last day's closing."""
    day_off_moves: bool = True
    """A limit in calendar days or months that ends on a day off ends on the next working day."""
    days_from_opening: bool = True
    """Calendar days and months, too, count from the next opening."""
    days_skip_holidays: bool = False
    """Calendar days count weekends, but no day off from Monday to Friday."""
    day_hours: float = 8.0
    """Working hours of a working day: what a fraction of a day is a fraction of."""
    remote_extra: str = "10wd"
    """What a dossier of a remote area gets on top, where its procedure knows remote areas."""
    supplement_clock: Clock = "pause"
    """What an answered request for papers does to the due date: see `dossier.law.appointment.resumed`."""
    supplement_requests: int = 1
    """Papers are asked for at most so often."""
    payment_outside: bool = True
    """The time until the citizen has paid does not count."""
    letter_lead_days: int = 1
    """A letter in time leaves so many working days before the due date; 0: at the latest on that date."""
    reappointments: int = 1
    """A new appointment is given at most so often."""
    acknowledge_hours: int = 8
    """An online dossier is acknowledged within so many working hours."""
    handover_cutoff: time | None = time(15, 0)
    """What was received later is handed over at the start of the next working day; None: at once."""
    tiers: int = 3
    """3: province, district, commune; 2: province, commune."""
    filing: Literal["territorial", "pilot", "general"] = "territorial"
    """Whether a dossier may be filed at another office of the province than its own."""
    sources: Mapping[str, Source] = field(default_factory=dict, compare=False, repr=False)
    """Where this set's rules stand, where they do not stand in `SOURCES`."""

    def rule(self, name: str) -> Rule:
        """One rule with its article and mark."""
        return Rule(name, getattr(self, name), *(self.sources.get(name) or SOURCES[name]))

    def __iter__(self) -> Iterator[Rule]:
        return map(self.rule, NAMES)


NAMES = tuple(each.name for each in fields(Rules) if each.name not in {"id", "since", "law", "sources"})

SOURCES: Mapping[str, Source] = {
    "same_day_cutoff": Source("procedure texts on the national portal, S8", "V"),
    "arrival_outside": Source("due-date code of a provincial system, S4", "V-code"),
    "first_day": Source("Civil Code 2015 art. 147; S4 counts so", "M"),
    "day_off_moves": Source("S4; Civil Code 2015 art. 148 [M]", "V-code"),
    "days_from_opening": Source("due-date code of a provincial system, S4", "V-code"),
    "days_skip_holidays": Source("an option of S4, off by default", "V-code"),
    "day_hours": Source("due-date code of a provincial system, S4", "V-code"),
    "remote_extra": Source("data sets of land procedures 2025, S16: 8 working days, remote areas 18", "V"),
    "supplement_clock": Source(
        "taken from decision 766/QĐ-TTg item 2.1, S1, which is an index's rule and of 2022-06-23; "
        "Decree 61/2018 art. 19 may mean restart [M]",
        "I",
    ),
    "supplement_requests": Source("Decree 61/2018 art. 17 and 19; a service principle in S17", "M"),
    "payment_outside": Source("land and construction practice", "M"),
    "letter_lead_days": Source("practice of Lâm Hà 2018, S18: one day; the decree: before expiry [M]", "V"),
    "reappointments": Source("Decree 61/2018 art. 19", "M"),
    "acknowledge_hours": Source("Decree 45/2020 (in force from 2020-04-08); columns in S6", "M"),
    "handover_cutoff": Source("Decree 61/2018 art. 18", "M"),
    "tiers": Source("Decree 118/2025, S13", "V"),
    "filing": Source("until 2021 the competent unit's own centre", "M"),
}
"""Where each rule stands, unless a set says otherwise."""

_RESTART = Source("Decree 61/2018 art. 19: counted anew from the complete dossier", "M")
_UNKNOWN = Source("Decree 61/2018 art. 19; not known whether Decree 118/2025 keeps it", "M")

RULE_SETS: tuple[Rules, ...] = (
    Rules(
        "0-before",
        date.min,
        "what held before Decree 61/2018/NĐ-CP, as far as it is known",
        supplement_clock="restart",
        letter_lead_days=0,
        handover_cutoff=None,
        sources={
            "supplement_clock": Source("taken to be as in Decree 61/2018 art. 19", "M"),
            "letter_lead_days": Source("HCMC Decision 5157/QĐ-UBND of 2016, S19: on the due date", "V"),
            "reappointments": Source("taken to be as in Decree 61/2018 art. 19", "M"),
            "handover_cutoff": Source("Decree 61/2018 art. 18 was not in force", "I"),
            "acknowledge_hours": Source("Decree 45/2020 was not in force: a yardstick only", "I"),
            "tiers": Source("districts until 2025-06-30", "V"),
        },
    ),
    Rules(
        "A-2018",
        date(2018, 6, 21),
        "Decree 61/2018/NĐ-CP",
        supplement_clock="restart",
        sources={"supplement_clock": _RESTART, "tiers": Source("districts until 2025-06-30", "V")},
    ),
    Rules(
        "B-2021",
        date(2021, 12, 6),
        "Decree 61/2018/NĐ-CP as amended by 107/2021/NĐ-CP",
        filing="pilot",
        sources={
            "tiers": Source("districts until 2025-06-30", "V"),
            "filing": Source("Decree 107/2021; Kon Tum Decision 95/QĐ-UBND 2022, S10", "V"),
        },
    ),
    Rules(
        "C-2025",
        date(2025, 7, 1),
        "Decree 118/2025/NĐ-CP, Circular 03/2025/TT-VPCP",
        tiers=2,
        filing="general",
        sources={
            "supplement_requests": Source("as before Decree 118/2025; sector laws differ, S7", "M"),
            "letter_lead_days": Source("practice of Lâm Hà 2018, S18; not known for Decree 118/2025", "M"),
            "reappointments": _UNKNOWN,
            "handover_cutoff": Source("Decree 61/2018 art. 18; not known for Decree 118/2025", "M"),
            "filing": Source("from 2025-07-01 at any centre of the province, S26", "V"),
        },
    ),
)
"""The country's sets, A, B and C of the domain brief, and what stood before them; in order."""

_NONE = Source("no law: the calendar alone", "I")

PLAIN = (
    Rules(
        "plain",
        date.min,
        "no law: the calendar alone, calendar days to the instant",
        same_day_cutoff=None,
        day_off_moves=False,
        days_from_opening=False,
        handover_cutoff=None,
        sources=dict.fromkeys(NAMES, _NONE),
    ),
)
"""The rules of a place of which we know no law, as the cities of real logs."""

BASES: Mapping[str, tuple[Rules, ...]] = {"vietnam": RULE_SETS, "plain": PLAIN}


def rules_on(day: date, sets: Sequence[Rules] = RULE_SETS) -> Rules:
    """The rule set in force on a day; before the first set, the first one."""
    if len(sets) == 1:
        return sets[0]
    return sets[max(0, bisect_right(sets, day, key=_since) - 1)]


def written(value: Any) -> str:
    """A rule's value as `named` reads it."""
    if isinstance(value, time):
        return value.isoformat("minutes")
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def _since(rules: Rules) -> date:
    return rules.since
