"""A short run, told to every format once."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from dossier.event import Begun, Fact, Message, StaffChanged, Steered
from dossier.law.calendar import VIETNAM
from simulator.engine.ledger import Case
from simulator.run import Simulation
from simulator.scenario.files import load
from simulator.sinks.formats import FORMATS, opened
from simulator.sinks.sink import pour

NAMES = tuple(f"run{ending}" for ending in FORMATS)


def a_case(**fields: object) -> Case:
    """A dossier of one office, accepted on Monday 2 March 2026 at eight, ended the next day; or as told."""
    at = int(datetime(2026, 3, 2, 8, tzinfo=VIETNAM).timestamp())
    usual = {
        "dossier_id": "An Hòa-260302-0001", "office": "An Hòa", "successor": None, "level": "commune",
        "procedure": "2.000815", "field": "Chứng thực", "agency": "UBND An Hòa", "channel": "in_person",
        "online": False, "submitted_at": None, "accepted_at": at, "first_due_at": at + 3 * 86400,
        "due_at": at + 3 * 86400, "limit": "3wd", "finished_at": at + 86400, "outcome": "resolved",
        "returned_at": None, "letter_at": None, "supplements": 0, "visits": 1, "waited": 90.5,
        "worked": 600.25, "rating": None,
    }  # fmt: skip
    row = dict.fromkeys(Case._fields) | usual | fields
    if "late" not in fields and row["first_due_at"] is not None:
        end, due = row["finished_at"], row["first_due_at"]
        row["late"] = None if end is None else end > due
    return Case(**row)


@pytest.fixture(scope="session")
def case() -> Callable[..., Case]:
    """Makes a dossier's row."""
    return a_case


@pytest.fixture(scope="session")
def told() -> tuple[list[Fact], list[Case]]:
    """Three days of the quickstart, with what was open before them: its facts, and its dossiers."""
    cases: list[Case] = []
    scenario = load("quickstart")
    run = Simulation(scenario, 1, date(2026, 3, 2), date(2026, 3, 5), cases=cases.append)
    return list(run.facts()), cases


@pytest.fixture(scope="session")
def messages(told: tuple[list[Fact], list[Case]]) -> list[Message]:
    """The facts, and control events among them."""
    facts, _ = told
    at = datetime(2026, 3, 3, 8, tzinfo=VIETNAM)
    middle = len(facts) // 2
    steered = Steered(scenario="quickstart", at=at, lever="edd", office="H44.100")
    changed = StaffChanged(scenario="quickstart", at=at, office="H44.100", pool="leader", posts=2)
    return [Begun(scenario="quickstart", at=facts[0].at), *facts[:middle], steered, changed, *facts[middle:]]


@pytest.fixture(scope="session")
def cases(told: tuple[list[Fact], list[Case]]) -> list[Case]:
    """A row for each dossier, in the order in which their stories ended."""
    return told[1]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory, messages: list[Message], cases: list[Case]) -> Path:
    """The folder with a file in each format, all from one pass."""
    folder = tmp_path_factory.mktemp("written")
    with opened(folder / name for name in NAMES) as sink:
        pour(messages, sink, list(cases), size=500)
    return folder
