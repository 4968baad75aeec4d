"""What the runs of one course have in common, and need not be made again for each: calendars and rates."""

from datetime import date

import msgspec

from simulator.engine.calendars import Calendars
from simulator.luck.demand import Filing
from simulator.luck.draws import Draws
from simulator.luck.rates import Rates
from simulator.scenario.levers import Course
from simulator.scenario.model import Scenario

Wanted = tuple[tuple[bytes, int, int], ...]
"""On what the filings of a week depend, from which day of it to which."""
Weeks = dict[tuple[str, date, Wanted], tuple[list[Filing], Draws]]
"""Filings and luck of one seed, by office and Monday: of all worlds that want the same."""


class Ground:
    """The ground of a course; whoever runs it again and again in one process gives it to each run.

    Nothing of a run stays in it: a run on used ground has the same facts.
    """

    def __init__(self, course: Course) -> None:
        self.course = course
        self.rates: dict[tuple[int, str], tuple[Scenario, Rates]] = {}
        """As `Demand` keeps them."""
        self._wanted: dict[tuple[int, str], tuple[Scenario, bytes]] = {}
        self._calendars: dict[tuple[int, int, float], tuple[Scenario, Calendars]] = {}

    def calendars(self, scenario: Scenario, origin: int, until: float) -> Calendars:
        """The calendars of a scenario, laid out from an origin on."""
        key = id(scenario), origin, until
        if key not in self._calendars:
            # The scenario is kept beside them, for an id is good only as long as what it names.
            self._calendars[key] = scenario, Calendars(scenario, origin, until)
        return self._calendars[key][1]

    def wanted(self, scenario: Scenario, office: str) -> bytes:
        """All on which the filings of an office depend but the seed; nothing where it takes none."""
        key = id(scenario), office
        if key not in self._wanted:
            self._wanted[key] = scenario, _wanted(scenario, office)
        return self._wanted[key][1]


def _wanted(scenario: Scenario, name: str) -> bytes:
    office = scenario.offices.get(name)
    if office is None or office.successor is not None:
        return b""
    profile = scenario.profiles[office.profile]
    filed = dict.fromkeys((*profile.mix, *office.volumes))
    return msgspec.json.encode(
        [
            (scenario.start, scenario.until, scenario.rules, scenario.demand),
            (profile.calendar, scenario.calendars.get(profile.calendar)),
            (profile.channels, profile.drift, profile.mix),
            (office.volume, office.volumes),
            [(procedure, scenario.procedures[procedure].months) for procedure in filed],
        ]
    )
