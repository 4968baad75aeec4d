"""Given columns in place of draws: read, checked, and asked for like any luck."""

import csv
import json
from datetime import datetime
from io import StringIO

import numpy as np
import pytest

from dossier.law.calendar import VIETNAM
from simulator.luck.draws import Luck, Streams
from simulator.luck.table import Table, TableError, read, whole
from simulator.scenario.model import Constant, Exponential, Lognormal

GIVEN = {
    "at": [3600.0, 7200.0, 9000.5],
    "office": "H1",
    "channel": ["online", "post", "online"],
    "procedure": np.array(["birth", "land", "birth"]),
    "chance/letter": [0, 1, 0.25],
    "normal/difficulty": np.array([-1.5, 0.0, 2.0]),
    "factor/work/check/0": (1, 2, 3),
    "seconds/assess/0": np.array([60, 90, 120]),
    "seconds/assess/1": [None, 30.5, float("nan")],
    "seconds/a/b/0": 5,
    "wait/answer/0": ["86400", "", "1e3"],
}
EXPONENTIAL = Exponential()


def own(size):
    return Luck(Streams(1), size, "H1", "2026-03-02")


def test_what_is_given_is_what_is_asked_for():
    table = Table(GIVEN)
    block = table.block()
    assert (table.size, block.size, table.dated) == (3, 3, False)
    assert table.at.tolist() == GIVEN["at"]
    assert table.words == {
        "office": ["H1"] * 3,
        "channel": GIVEN["channel"],
        "procedure": ["birth", "land", "birth"],
    }
    assert block.chance("letter") == [0.0, 1.0, 0.25]
    assert block.normal("difficulty") == [-1.5, 0.0, 2.0]
    assert block.factor("work/check/0", EXPONENTIAL) == [1.0, 2.0, 3.0]
    assert block.seconds("assess", 0) == [60.0, 90.0, 120.0]
    assert block.seconds("a/b", 0) == [5.0, 5.0, 5.0]
    assert all(type(value) is float for value in block.seconds("assess", 0))
    assert block.seconds("assess", 0) is block.seconds("assess", 0)


def test_an_empty_cell_is_an_error_where_it_is_needed():
    block = Table(GIVEN).block()
    assert block.seconds("assess", 1) == [None, 30.5, None]
    assert block.waits("answer/0") == [86400.0, None, 1000.0]
    assert block.waits("answer/0")[2] == 1000.0
    with pytest.raises(TableError, match="wait/answer/0, row 2: is empty, and needed"):
        block.waits("answer/0")[1]
    with pytest.raises(TableError, match="seconds/assess/1, row 3: is empty"):
        Table(GIVEN).block(slice(1, 3)).seconds("assess", 1)[1]


def test_an_empty_cell_is_drawn_where_it_may_be():
    given = {**GIVEN, "chance/letter": [0.5, None, ""]}
    drawn = own(3).chance("letter")
    assert Table(given).block(rest=own(3)).chance("letter") == [0.5, *drawn[1:]]
    work = Table(GIVEN).block(rest=own(3)).seconds("assess", 1)
    assert whole(work, lambda: [1.0, 2.0, 3.0]) == [1.0, 30.5, 3.0]
    assert whole(None, lambda: [1.0]) == [1.0]


def test_a_block_has_its_rows_in_their_order():
    table = Table(GIVEN)
    assert table.block(slice(1, 3)).chance("letter") == [1.0, 0.25]
    reordered = table.block(np.array([2, 0]))
    assert (reordered.size, reordered.chance("letter"), reordered.seconds("assess", 1)) == (
        2,
        [0.25, 0.0],
        [None] * 2,
    )
    assert table.block(slice(0, 0)).chance("letter") == []


def test_what_is_not_given_is_told_by_its_name_or_drawn():
    table = Table(GIVEN)
    closed, open_ = table.block(), table.block(rest=own(3))
    for ask, name in (
        (lambda block: block.chance("tardy"), "chance/tardy"),
        (lambda block: block.normal("letter"), "normal/letter"),
        (lambda block: block.factor("work/check/1", EXPONENTIAL), "factor/work/check/1"),
    ):
        with pytest.raises(TableError, match=f"column '{name}' is missing: give it"):
            ask(closed)
        assert ask(open_) == ask(own(3))
    assert open_.chance("letter") == closed.chance("letter")


def test_seconds_and_waits_of_which_the_table_says_nothing_are_left_to_the_draws():
    closed, open_ = Table(GIVEN).block(), Table(GIVEN).block(rest=own(3))
    for block in (closed, open_):
        assert block.seconds("check", 0) is None
        assert block.waits("paying") is None
    with pytest.raises(TableError, match="column 'seconds/assess/2' is missing"):
        closed.seconds("assess", 2)
    assert open_.seconds("assess", 2) is None


def test_what_does_not_vary_need_not_be_given():
    for level in (Constant(), Lognormal(sigma=0)):
        assert Table(GIVEN).block().factor("work/check/7", level) == [1.0, 1.0, 1.0]


def test_who_files_again_needs_draws_of_our_own():
    with pytest.raises(TableError, match="files again has no row"):
        Table(GIVEN).block().again()
    assert Table(GIVEN).block(rest=own(3)).again().chance("letter") == own(3).again().chance("letter")


def test_instants_may_be_dates_and_are_vietnams_where_no_zone_is_told():
    noon = datetime(2026, 3, 2, 12, tzinfo=VIETNAM)
    for cells in (
        ["2026-03-02T12:00", "2026-03-02T05:00:00.5Z"],
        [datetime(2026, 3, 2, 12), "2026-03-02 12:00:00.500"],  # noqa: DTZ001
        np.array(["2026-03-02T12:00", "2026-03-02T12:00:00.5"], dtype="datetime64[ms]"),
    ):
        table = Table({"at": cells})
        assert table.dated
        assert table.at.tolist() == [noon.timestamp(), noon.timestamp() + 0.5]
    assert not Table({"at": ["20260302", "20260303"]}).dated


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"at": [1, 2], "chance/a": [0.5]}, r"of one length: 'at' has 2 rows, 'chance/a' has 1"),
        ({"office": "H1"}, "needs a column with a value for each dossier"),
        ({}, "needs a column"),
        (
            {"at": [5, -3.0]},
            r"at, row 2: must be 0 or more seconds from the origin, and less than 1e\+10, is -3\.0",
        ),
        (
            {"at": [5, None]},
            r"at, row 2: must be 0 or more seconds from the origin, and less than 1e\+10, is None",
        ),
        ({"at": [float("inf")]}, "at, row 1: must be 0 or more"),
        ({"at": ["soon"]}, "at, row 1: must be a number, is 'soon'"),
        ({"at": ["2026-03-02", 7]}, "at, row 2: must be a date and time like the first, is 7"),
        ({"at": [1, 2], "office": ["H1", ""]}, "office, row 2: must be a name, is ''"),
        ({"at": [1], "procedure": [3]}, "procedure, row 1: must be a name, is 3"),
        ({"at": [1], "chance/letter": [1.5]}, r"chance/letter, row 1: must be from 0 to 1, is 1\.5"),
        (
            {"at": [1], "factor/work/check/0": [-1]},
            "factor/work/check/0, row 1: must be from 0 to inf, is -1",
        ),
        (
            {"at": [1], "seconds/check/0": [float("inf")]},
            "seconds/check/0, row 1: must be from 0 to inf, is inf",
        ),
        ({"at": [1], "wait/paying": ["2 days"]}, "wait/paying, row 1: must be a number, is '2 days'"),
        ({"at": [1], "wait/paying": [[1]]}, r"wait/paying, row 1: must be a number, is \[1\]"),
        ({"at": [1], "letter": [1]}, "column 'letter' is none of at, office.*chance/PURPOSE"),
        ({"at": [1], "seconds/check": [1]}, "column 'seconds/check' is none of"),
        ({"at": [1], "seconds/check/first": [1]}, "column 'seconds/check/first' is none of"),
        ({"at": [1], "chance/": [1]}, "column 'chance/' is none of"),
    ],
)
def test_what_is_wrong_with_a_table_is_told_with_column_and_row(columns, words):
    with pytest.raises(TableError, match=words):
        Table(columns)


def test_rows_of_files_are_read_and_what_a_row_lacks_is_empty():
    text = "at,channel,chance/letter\n10,online,0.5\n2.5,post,\n"
    from_csv = read(csv.DictReader(StringIO(text)))
    lines = [
        '{"at": 10, "channel": "online", "chance/letter": 0.5}',
        '{"at": 2.5, "channel": "post", "normal/x": -1}',
    ]
    from_json = read(map(json.loads, lines))
    for table in (from_csv, from_json):
        assert table.at.tolist() == [10.0, 2.5]
        assert table.words == {"channel": ["online", "post"]}
        assert table.block().chance("letter") == [0.5, None]
    assert from_json.block().normal("x") == [None, -1.0]
    assert read(csv.DictReader(StringIO(text)), own=True).own


def test_a_row_with_more_cells_than_columns_is_told():
    with pytest.raises(TableError, match="row 1 has more cells than there are columns"):
        read(csv.DictReader(StringIO("at,chance/letter\n1,0.5,9\n")))
