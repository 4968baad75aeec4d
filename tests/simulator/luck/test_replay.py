"""A table's filings in place of drawn ones: each at its office, in time, with its own row of draws."""

import runpy
import sys
from datetime import date, datetime, timedelta
from itertools import chain

import numpy as np
import pytest
from msgspec.structs import replace

from dossier.law.calendar import VIETNAM
from simulator.luck.draws import Luck, Streams
from simulator.luck.replay import Replay
from simulator.luck.table import Table, TableError
from simulator.scenario.model import Constant, Gamma, Office
from tests.simulator.luck.worlds import MONDAY, ORIGIN, Dated, demand, procedure, profile, world

DAY = 86400.0
FIRST = date(2025, 12, 29)
ROWS = {
    "at": [8 * DAY + 100, 30.5, 8 * DAY + 100, 30.5, 7 * DAY - 0.25, 31.0],
    "office": ["H1", "H2", "H1", "H1", "H1", "H1"],
    "channel": ["online", "post", "in_person", "online", "online", "post"],
    "procedure": ["birth", "land", "1.2", "birth", "land", "birth"],
    "chance/letter": [0.0, 0.1, 0.2, 0.3, 0.4, 0.5],
}
ALONE = world(
    ward=profile(channels={"online": 1}, mix={"birth": 1}), offices={"H1": Office(profile="ward", volume=1)}
)


def replay(columns, scenario=None, changes=None, own=False):
    return Replay(Table(columns, own), Dated(scenario or world(), changes), ORIGIN, seed=1)


def weeks(replayed, office, count=2):
    return [replayed.inflow(office).week(FIRST + timedelta(weeks=i)) for i in range(count)]


def test_each_office_gets_its_rows_in_order_of_time_and_those_of_one_instant_as_they_stand():
    (first, luck), (second, later) = weeks(replay(ROWS), "H1")
    assert [(f.at, f.day, f.number, f.channel, f.procedure) for f in first] == [
        (30.5, date(2025, 12, 29), 1, "online", "birth"),
        (31.0, date(2025, 12, 29), 2, "post", "birth"),
        (7 * DAY - 0.25, date(2026, 1, 4), 1, "online", "land"),
    ]
    assert [(f.at, f.day, f.number, f.channel, f.procedure) for f in second] == [
        (8 * DAY + 100, date(2026, 1, 6), 1, "online", "birth"),
        (8 * DAY + 100, date(2026, 1, 6), 2, "in_person", "land"),
    ]
    assert (luck.chance("letter"), later.chance("letter")) == ([0.3, 0.5, 0.4], [0.0, 0.2])
    assert [f.procedure for f in weeks(replay(ROWS), "H2", 1)[0][0]] == ["land"]
    assert weeks(replay(ROWS), "H2")[1][0] == []


def test_a_real_list_has_dates_and_what_was_before_the_run_is_not_in_it():
    at = ["2026-03-03T08:15:00", "2025-11-03T08:15:00", "2026-03-02T23:30:00Z"]
    replayed = replay(
        {"at": at, "office": "H1", "channel": "online", "procedure": ["1.1", "1.1", "1.2"]}, own=True
    )
    filings, luck = replayed.inflow("H1").week(MONDAY)
    clocks = [datetime.fromtimestamp(ORIGIN + filing.at, VIETNAM).isoformat() for filing in filings]
    assert clocks == ["2026-03-03T06:30:00+07:00", "2026-03-03T08:15:00+07:00"]
    assert [(filing.number, filing.procedure) for filing in filings] == [(1, "land"), (2, "birth")]
    assert luck.chance("letter") == Luck(Streams(1), 2, "H1", MONDAY.isoformat()).chance("letter")


def test_drawn_filings_played_again_with_own_draws_are_the_same_world():
    inflow = demand(world()).inflow("H1")
    mondays = [MONDAY + timedelta(weeks=i) for i in range(3)]
    drawn = [inflow.week(monday) for monday in mondays]
    filings = list(chain.from_iterable(filings for filings, _ in drawn))
    shuffled = np.random.default_rng(5).permutation(len(filings)).tolist()
    columns = {name: [getattr(filings[i], name) for i in shuffled] for name in ("at", "channel", "procedure")}
    replayed = replay({**columns, "office": "H1"}, own=True).inflow("H1")
    for monday, (filed, luck) in zip(mondays, drawn, strict=True):
        again, own = replayed.week(monday)
        assert again == filed
        assert own.chance("letter") == luck.chance("letter")


def test_a_column_may_be_left_out_where_there_is_only_one():
    filings, _ = weeks(replay({"at": [5.0]}, ALONE), "H1", 1)[0]
    assert [(f.at, f.channel, f.procedure) for f in filings] == [(5.0, "online", "birth")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"office": "H3"}, "row 2: office 'H3' is not there; known are H1, H2"),
        (
            {"channel": ["online", "fax"] + ["online"] * 4},
            "row 2: channel 'fax' is not there; known are online",
        ),
        ({"procedure": "rare"}, "row 2: procedure 'rare' is not there; known are birth, land"),
        ({"procedure": "9.9"}, "row 2: procedure '9.9' is not there"),
        ({"office": None}, "row 2: column 'office' is missing, and there are several: H1, H2"),
        (
            {"channel": None},
            "row 2: column 'channel' is missing, and there are several: online, in_person, post",
        ),
        ({"procedure": None}, "row 2: column 'procedure' is missing, and there are several: birth, land"),
        ({"at": None}, "column 'at' is missing"),
    ],
)
def test_a_table_that_does_not_fit_the_scenario_says_where(change, words):
    columns = {name: column for name, column in {**ROWS, **change}.items() if column is not None}
    with pytest.raises(TableError, match=words):
        replay(columns)


def test_the_first_misfit_is_found_before_the_run_however_late_it_comes():
    with pytest.raises(TableError, match="row 2: procedure 'land'"):
        replay({"at": [5.0, 90 * DAY], "procedure": ["birth", "land"]}, ALONE)


def test_what_is_filed_at_a_merged_office_comes_to_its_successor():
    old = world()
    merged = replace(old, offices={**old.offices, "H2": replace(old.offices["H2"], successor="H1")})
    replayed = replay({**ROWS, "office": "H2"}, old, {date(2026, 1, 4): merged})
    (h1, h1_luck), (h2, _) = weeks(replayed, "H1", 1)[0], weeks(replayed, "H2", 1)[0]
    assert [filing.at for filing in h2] == [30.5, 30.5, 31.0]
    assert [filing.at for filing in h1] == [7 * DAY - 0.25]
    assert h1_luck.chance("letter") == [0.4]
    assert len(weeks(replayed, "H1")[1][0]) == 2


def test_a_procedure_that_a_lever_renamed_is_found_by_its_code():
    procedures = {**world().procedures, "birth@H1": procedure("1.1")}
    ward = profile(mix={"birth@H1": 0.75, "land": 0.25})
    renamed = world(ward=ward, procedures=procedures)
    first, second = (weeks(replay(ROWS, changes={date(2026, 1, 5): renamed}), "H1")[i][0] for i in (0, 1))
    assert [filing.procedure for filing in first] == ["birth", "birth", "land"]
    assert [filing.procedure for filing in second] == ["birth@H1", "land"]
    twins = world(
        ward=profile(mix={"birth@H1": 0.5, "land": 0.5}), procedures={**procedures, "land": procedure("1.1")}
    )
    with pytest.raises(TableError, match="procedure 'birth' is not there; known are birth@H1, land"):
        replay(ROWS, changes={date(2026, 1, 5): twins})


def test_a_course_that_changes_meanwhile_changes_what_is_still_to_come():
    class Steered(Dated):
        now = None

        def on(self, day):
            return self.now or super().on(day)

    course = Steered(world())
    replayed = Replay(Table(ROWS), course, ORIGIN, 1)
    assert len(replayed.inflow("H2").week(FIRST)[0]) == 1
    course.now = replace(
        world(), offices={**world().offices, "H2": replace(world().offices["H2"], successor="H1")}
    )
    assert replayed.inflow("H2").week(FIRST)[0] == []
    assert len(replayed.inflow("H1").week(FIRST)[0]) == 4


# -- another program's draws -------------------------------------------------------------------------------

STEPS = ("intake", "check", "assess", "decide", "deliver")


def played(inputs):
    """The draws of the five-step process of the peers as a table: what each of its dossiers meets, by row."""
    at, work, loops, first, again, waits = inputs
    columns = {"at": at, **{f"seconds/{step}/0": seconds for step, seconds in zip(STEPS, work, strict=True)}}
    for n in range(int(loops.max()) + 1):
        asked = loops > n
        place = np.where(asked, first[:-1] + n, 0)
        columns[f"chance/supplement/{n}"] = np.where(asked, 0.0, 1.0)
        columns[f"wait/answer/{n}"] = np.where(asked, waits[place], np.nan)
        columns[f"seconds/check/{n + 1}"] = np.where(asked, again[place], np.nan)
    return Table(columns)


@pytest.mark.shared
def test_the_draws_of_another_program_come_back_bit_for_bit(shared, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(shared / "peers"), *sys.path])
    inputs = runpy.run_path(str(shared / "peers/bpm/dossier.py"))["inputs"](2_000, 3)
    at, work, loops, first, again, waits = inputs
    table = played(inputs)
    replayed = Replay(table, Dated(ALONE), ORIGIN, seed=1).inflow("H1")
    blocks = [replayed.week(FIRST + timedelta(weeks=i)) for i in range(20)]
    assert [filing.at for filings, _ in blocks for filing in filings] == at
    for step, seconds in zip(STEPS, work, strict=True):
        assert [value for _, luck in blocks for value in luck.seconds(step, 0)] == seconds.tolist()
    whole = table.block()
    for row, rounds in enumerate(loops.tolist()):
        for n in range(rounds):
            assert whole.chance(f"supplement/{n}")[row] == 0
            assert whole.waits(f"answer/{n}")[row] == waits[first[row] + n]
            assert whole.seconds("check", n + 1)[row] == again[first[row] + n]
        assert whole.chance(f"supplement/{rounds}")[row] == 1
        with pytest.raises(TableError, match="is empty"):
            whole.seconds("check", rounds + 1)[row]
    with pytest.raises(TableError, match="column 'chance/letter' is missing"):
        whole.chance("letter")
    with pytest.raises(TableError, match="column 'factor/work/review/0' is missing"):
        whole.factor("work/review/0", Gamma(shape=2))
    assert whole.factor("work/review/0", Constant()) == [1.0] * 2_000
