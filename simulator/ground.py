"""What the runs of one course have in common, and need not be made again for each: calendars and rates."""

from simulator.engine.calendars import Calendars
from simulator.luck.rates import Rates
from simulator.scenario.levers import Course
from simulator.scenario.model import Scenario


class Ground:
    """The ground of a course; whoever runs it again and again in one process gives it to each run.

    Nothing of a run stays in it: a run on used ground has the same facts.
    """

    def __init__(self, course: Course) -> None:
        self.course = course
        self.rates: dict[tuple[int, str], tuple[Scenario, Rates]] = {}
        """As `Demand` keeps them."""
        self._calendars: dict[tuple[int, int, float], tuple[Scenario, Calendars]] = {}

    def calendars(self, scenario: Scenario, origin: int, until: float) -> Calendars:
        """The calendars of a scenario, laid out from an origin on."""
        key = id(scenario), origin, until
        if key not in self._calendars:
            # The scenario is kept beside them, for an id is good only as long as what it names.
            self._calendars[key] = scenario, Calendars(scenario, origin, until)
        return self._calendars[key][1]
