"""`motcua due`: one date and why; a table's dates, whatever the table is like."""

import csv
import gzip
import io
import json
import re
import sys
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dossier.law.calendar import vietnam
from dossier.law.deadline import due, parse_limit
from dossier.law.rules import NAMES, RULE_SETS
from motcua.cli import main
from motcua.reckon import EN, VI


@pytest.fixture
def motcua(monkeypatch, capsys):
    """`motcua("due", ...)` gives (exit code, stdout, stderr)."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["motcua", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as done:
            code = int(done.code or 0)
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


@pytest.fixture
def told(motcua):
    """What `motcua due` prints for these words."""

    def run(*words: object) -> str:
        code, out, err = motcua("due", *words)
        assert (code, err) == (0, "")
        return out.rstrip("\n")

    return run


@pytest.fixture
def refused(motcua):
    """The one sentence by which `motcua due` refuses these words."""

    def run(*words: object) -> str:
        code, out, err = motcua("due", *words)
        assert (code, out) == (2, ""), err
        lines = [line for line in err.splitlines() if not line.startswith(("Usage:", "Try ")) and line]
        assert len(lines) == 1, err
        return lines[0]

    return run


# One dossier


def test_one_due_date_is_an_instant_of_the_office(told):
    assert told("--received", "2026-02-13T16:00:00+07:00", "--limit", "3wd") == "2026-02-25T16:00:00+07:00"
    assert told("--received", "2026-02-13T09:00:00Z", "--limit", "3wd") == "2026-02-25T16:00:00+07:00"
    assert told("--received", "2026-02-13T16:00:00+07:00", "--limit", "none") == "none"
    assert told("--received", "2026-03-06T16:00:00+07:00", "--limit", "1wd", "--saturday").startswith(
        "2026-03-07"
    )


def test_an_explanation_has_the_set_the_steps_the_date_and_every_rule_with_its_mark(told):
    lines = told("--received", "2026-03-01T16:00:00+07:00", "--limit", "1.5wd", "--explain").splitlines()
    assert lines[0] == "rule set C-2025: Decree 118/2025/NĐ-CP, Circular 03/2025/TT-VPCP"
    assert lines[1] == "received: Sun 2026-03-01 16:00:00 +0700"
    assert lines[5] == "due: Tue 2026-03-03 11:30:00 +0700"
    used, others = lines.index("rules used:"), lines.index("other rules of the set:")
    names = [line.split()[0] for line in lines[used + 1 :] if line.startswith("  ")]
    assert sorted(names) == sorted(NAMES)
    assert {line.split()[0] for line in lines[used + 1 : others]} == {
        "arrival_outside",
        "first_day",
        "day_hours",
    }
    assert all(re.search(r" \[(V|V-code|I|M)\]$", line) for line in lines if line.startswith("  "))


@pytest.mark.parametrize(
    ("day", "set_"), [("2017-03-01", "0-before"), ("2019-03-01", "A-2018"), ("2022-03-01", "B-2021")]
)
def test_the_rules_are_those_of_the_day_of_reception(told, day, set_):
    first = told("--received", f"{day}T10:00:00+07:00", "--limit", "1wd", "--explain").splitlines()[0]
    assert f"rule set {set_}:" in first


def test_it_explains_in_vietnamese(told):
    words = told(
        "--received", "2026-03-02T15:20:00+07:00", "--procedure", "2.000815", "--explain", "--lang", "vi"
    )
    assert "bộ quy tắc C-2025" in words
    assert "sau 15:00: hết giờ làm việc ngày làm việc kế tiếp" in words
    assert "hạn trả: Tue 2026-03-03 17:00:00 +0700" in words


def test_both_languages_say_the_same_things_of_the_same():
    fields = re.compile(r"\{(?!s})(\w+)")  # nouns of Vietnamese have no plural
    assert EN.keys() == VI.keys()
    for name, words in EN.items():
        assert sorted(fields.findall(words)) == sorted(fields.findall(VI[name])), name


def test_a_procedure_brings_its_limit_and_its_source(told):
    received = ("--received", "2026-03-02T09:00:00+07:00", "--procedure", "land-change")
    assert told(*received) == "2026-03-12T09:00:00+07:00"
    assert told(*received, "--remote") == "2026-03-26T09:00:00+07:00"
    words = told(*received, "--remote", "--explain")
    assert "limit 18wd: Land change, transfer / Đăng ký biến động: S16, several cases of 2025 [V]" in words
    assert "  part head, land-registration: Mon 2026-03-09 09:00 to Tue 2026-03-10 14:30" in words
    case = told("--received", "2026-03-02T09:00:00+07:00", "--procedure", "2.000815", "--case", "bulk")
    assert case == "2026-03-04T17:00:00+07:00"


def test_an_interlinked_procedure_tells_its_parts(told):
    words = told("--received", "2026-03-02T09:00:00+07:00", "--procedure", "birth-interlinked", "--explain")
    assert "part birth, justice: Mon 2026-03-02 09:00 to Mon 2026-03-02 17:00" in words
    assert "part residence, police: Tue 2026-03-03 07:30 to Thu 2026-03-05 09:00" in words


def test_json_has_the_date_the_steps_and_the_rules(told):
    found = json.loads(
        told("--received", "2026-03-02T15:20:00+07:00", "--procedure", "2.000815", "--format", "json")
    )
    assert found["due_at"] == found["steps"][-1]["at"] == "2026-03-03T17:00:00+07:00"
    assert (found["limit"], found["source"], found["rules"]) == ("same-day", "S8, S34 [V]", "C-2025")
    assert found["used"] == [
        {"rule": "same_day_cutoff", "value": "15:00",
         "article": "procedure texts on the national portal, S8", "mark": "V"}
    ]  # fmt: skip


def test_the_catalogue_is_listed_with_every_limit(told):
    rows = json.loads(told("--list", "--format", "json"))
    assert {row["row"] for row in rows} == set(range(1, 28))
    assert {"row": 14, "name": "land-change", "code": "", "procedure": "Land change, transfer", "case": "",
            "limit": "8wd", "remote": "rule", "days": "2025-07-01..", "mark": "V",
            "source": "S16, several cases of 2025"} in rows  # fmt: skip
    then = json.loads(told("--procedure", "list", "--received", "2020-01-01T00:00:00Z", "--format", "json"))
    assert [row["limit"] for row in then if row["name"] == "land-change"] == ["10wd"]
    assert "Khai tử" in told("--list", "--lang", "vi")


def test_a_places_own_rules_are_read_from_a_file(told, refused, tmp_path):
    own = tmp_path / "hcmc.yaml"
    own.write_text(
        "sets:\n- {since: 2026-01-01, law: ours, rules: {same_day_cutoff: '11:00', day_off_moves: false}}\n",
        "utf-8",
    )
    received = ("--received", "2026-03-06T13:00:00+07:00")
    assert told(*received, "--limit", "same-day").startswith("2026-03-06")
    assert told(*received, "--limit", "same-day", "--rules", own).startswith("2026-03-09")
    assert told(*received, "--limit", "1d", "--rules", own) == "2026-03-07T13:00:00+07:00"
    assert told(*received, "--limit", "1d", "--rule", "day_off_moves=no") == "2026-03-07T13:00:00+07:00"
    assert told("--received", "2026-03-06T19:00:00+07:00", "--limit", "1d", "--rules", "plain").endswith(
        "19:00:00+07:00"
    )
    own.write_text("sets:\n- {law: ours, rules: {same_day_cutoff: 15:00}}\n")
    assert "rules.same_day_cutoff: 900 is no time of day" in refused(
        *received, "--limit", "1d", "--rules", own
    )
    own.write_text("sets: [")
    assert "not as YAML should be" in refused(*received, "--limit", "1d", "--rules", own)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--received"),
        (("--received", "2026-03-02T09:00:00+07:00"), "--limit 3wd, or --procedure NAME"),
        (("--received", "2026-03-02T09:00:00", "--limit", "1wd"), "has no offset"),
        (("--received", "2026-03-02T09:00:00Z", "--limit", "1w"), "'1w' is no limit"),
        (
            ("--received", "2026-03-02T09:00:00Z", "--limit", "1wd", "--procedure", "birth"),
            "--limit or --procedure",
        ),
        (("--received", "2026-03-02T09:00:00Z", "--limit", "1wd", "--remote"), "give --procedure"),
        (("--received", "2026-03-02T09:00:00Z", "--procedure", "passport"), "motcua due --list"),
        (
            ("--received", "2026-03-02T09:00:00Z", "--procedure", "birth", "--case", "x"),
            "no limit for case 'x'",
        ),
        (("--received", "2026-03-02T09:00:00Z", "--limit", "1wd", "--rules", "no.yaml"), "cannot be read"),
        (("--received", "2026-03-02T09:00:00Z", "--limit", "1wd", "--rule", "tiers"), "write NAME=VALUE"),
        (("--received", "2026-03-02T09:00:00Z", "--limit", "1wd", "--rule", "tires=2"), "'tires' is no rule"),
        (("--received", "2026-03-02T09:00:00Z", "--limit", "1wd", "--calendar", "no-such"), "no-such"),
        (
            ("--received", "2026-03-02T09:00:00Z", "--limit", "1wd", "--calendar", "vn-2024", "--saturday"),
            "--saturday",
        ),
        (
            ("--received", "2026-03-02T09:00:00Z", "--table", "x.csv", "--limit", "1wd"),
            "the one or the other",
        ),
        (("--table", "no.csv", "--limit", "1wd"), "no.csv cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(refused, words, said):
    assert said in refused(*words)


# A table


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


TABLE = (
    "id,received_at,due_at,office\n"
    '"a, ""b""",2026-03-02T03:00:00Z,2026-01-01T00:00:00Z,Xã Đông\n'
    "c,2026-03-02T10:00:00+07:00,,\n"
    "d,2026-03-02T23:00:00-05:00,x,\n"
)


def test_every_column_is_kept_and_the_old_date_stays_beside(told, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(TABLE, "utf-8")
    found = rows(told("--table", file, "--limit", "1wd"))
    assert list(found[0]) == ["id", "received_at", "due_at", "office", "due_at_written"]
    assert [row["due_at"] for row in found] == [
        "2026-03-03T03:00:00Z",  # UTC as it came
        "2026-03-03T10:00:00+07:00",
        "2026-03-04T11:00:00+07:00",  # the calendar's zone
    ]
    assert [row["due_at_written"] for row in found] == ["2026-01-01T00:00:00Z", "", "x"]
    assert (found[0]["id"], found[0]["office"]) == ('a, "b"', "Xã Đông")


def test_a_table_done_twice_keeps_the_first_date_as_written(told, tmp_path):
    once, twice = tmp_path / "1.csv", tmp_path / "2.csv.gz"
    once.write_text(TABLE, "utf-8")
    assert told("--table", once, "--limit", "1wd", "--out", twice) == ""
    found = rows(told("--table", twice, "--limit", "2wd"))
    assert [row["due_at_written"] for row in found] == ["2026-01-01T00:00:00Z", "", "x"]
    assert found[0]["due_at"] == "2026-03-04T03:00:00Z"


def test_a_table_may_be_written_over_itself_and_packed(told, tmp_path):
    file = tmp_path / "t.csv.gz"
    file.write_bytes(gzip.compress(TABLE.encode()))
    assert told("--table", file, "--limit", "1wd", "--out", file) == ""
    assert rows(gzip.decompress(file.read_bytes()).decode())[1]["due_at"] == "2026-03-03T10:00:00+07:00"
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv.gz"]


def test_rows_bring_their_own_limit_or_their_procedure(told, tmp_path):
    file = tmp_path / "t.csv"
    when = "2026-03-02T10:00:00+07:00"
    file.write_text(
        f"received_at,days,proc,kind\n{when},2wd,2.000815,\n{when},same-day,2.000815,bulk\n{when},none,land-change,\n"
    )
    own = rows(told("--table", file, "--map", "limit=days"))
    assert [row["due_at"] for row in own] == ["2026-03-04T10:00:00+07:00", "2026-03-02T17:00:00+07:00", ""]
    by_procedure = rows(told("--table", file, "--map", "procedure=proc", "--map", "case=kind"))
    assert [row["due_at"][:10] for row in by_procedure] == ["2026-03-02", "2026-03-04", "2026-03-12"]
    one = rows(told("--table", file, "--procedure", "land-change", "--remote"))
    assert {row["due_at"][:10] for row in one} == {"2026-03-26"}


def test_each_office_has_its_own_calendar(told, tmp_path):
    calendar = tmp_path / "ours.yaml"
    calendar.write_text(
        "name: ours\nzone: Asia/Ho_Chi_Minh\n"
        f"hours: {{{', '.join(f'{day}: [08:00-16:00]' for day in ('mon', 'tue', 'wed', 'thu', 'fri'))}}}\n"
        "offices:\n  A:\n    hours: {sat: [08:00-12:00]}\n"
    )
    file = tmp_path / "t.csv"
    file.write_text("received_at,unit\n" + "".join(f"2026-03-06T10:00:00+07:00,{unit}\n" for unit in "AB"))
    found = rows(told("--table", file, "--limit", "1wd", "--calendar", calendar, "--map", "office=unit"))
    assert [row["due_at"] for row in found] == ["2026-03-07T10:00:00+07:00", "2026-03-09T10:00:00+07:00"]
    single = ("--received", "2026-03-06T10:00:00+07:00", "--limit", "1wd", "--calendar", calendar)
    assert told(*single, "--office", "A") == "2026-03-07T10:00:00+07:00"
    assert told(*single) == "2026-03-09T10:00:00+07:00"


def test_rows_that_cannot_be_read_are_counted_and_kept_without_a_date(motcua, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(
        "id,received_at\n1,2026-03-02T10:00:00Z\n2,yesterday\n3,2026-03-02T10:00:00\n4,\n5,0001-01-01T00:00:00Z\n"
    )
    code, out, err = motcua("due", "--table", file, "--limit", "1wd")
    assert code == 1
    assert err == (
        "motcua: 4 of 5 rows have no due_at because they cannot be read; "
        "the first is line 3: 'yesterday' is no instant: write 2026-03-31T17:00:00+07:00\n"
    )
    assert [(row["id"], row["due_at"] != "") for row in rows(out)] == [
        ("1", True), ("2", False), ("3", False), ("4", False), ("5", False),
    ]  # fmt: skip


def test_an_unknown_limit_or_procedure_of_a_row_is_counted_too(motcua, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("received_at,limit\n2026-03-02T10:00:00Z,soon\n2026-03-02T10:00:00Z,1wd\n")
    code, _, err = motcua("due", "--table", file)
    assert (code, "line 2: 'soon' is no limit" in err) == (1, True)
    file.write_text("received_at,procedure\n2026-03-02T10:00:00Z,passport\n")
    code, _, err = motcua("due", "--table", file)
    assert (code, "line 2: 'passport' is no procedure" in err) == (1, True)


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("", (), "has no column 'received_at'; it has none"),
        ("id,received\n", (), "say which one it is with --map received_at=COLUMN"),
        ("received_at\n", ("--map", "due_at=x"), "'due_at' is not read here"),
        ("received_at\n", ("--map", "office=x"), "has no column 'x'"),
        ("received_at,received_at\n", (), "has the column 'received_at' twice"),
        ("received_at,b\n2026-03-02T10:00:00Z\n", (), "line 2: 1 cells where the header has 2"),
        ('received_at\n"2026\n', (), "line 2: unexpected end of data; is a quote left open?"),
        ("received_at\n\xe9\n", (), "is not UTF-8"),
        ("received_at\n", ("--out", "x.txt"), "name a .csv or .csv.gz file"),
        ("received_at\n", ("--out", "no/such/x.csv"), "cannot be written to"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_and_nothing_is_left_behind(
    refused, tmp_path, text, words, said
):
    file = tmp_path / "t.csv"
    file.write_bytes(text.encode("latin-1"))
    out = () if "--out" in words else ("--out", tmp_path / "out.csv")
    limit = ("--limit", "1wd")
    assert said in refused("--table", file, *limit, *words, *out)
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_a_table_without_any_limit_is_refused(refused, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("received_at\n")
    assert "no limit: give --limit or --procedure" in refused("--table", file)
    file.with_suffix(".csv.gz").write_bytes(gzip.compress(b"received_at\n" * 99)[:-9])
    assert "is damaged" in refused(
        "--table", file.with_suffix(".csv.gz"), "--limit", "1wd", "--out", "/dev/null"
    )


instants = st.integers(0, 20 * 365 * 86400).map(
    lambda s: datetime(2010, 1, 1, tzinfo=UTC) + timedelta(seconds=s)
)
LIMITS = ("1wd", "8wh", "15d", "1m", "same-day", "1.5wd", "8wd+10d")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(instants, st.sampled_from(LIMITS)), min_size=1, max_size=20))
def test_a_table_has_the_dates_of_its_dossiers_one_by_one(told, tmp_path, dossiers):
    file = tmp_path / "t.csv"
    lines = [f"{at.isoformat()[:-6]}Z,{limit}" for at, limit in dossiers]
    file.write_text("\n".join(["received_at,limit", *lines]))
    found = [row["due_at"] for row in rows(told("--table", file))]
    single = [due(at.timestamp(), parse_limit(limit), vietnam(), RULE_SETS).at for at, limit in dossiers]
    assert [datetime.fromisoformat(text).timestamp() for text in found] == single


def test_a_hundred_thousand_rows_take_less_than_five_seconds(told, tmp_path):
    file = tmp_path / "t.csv"
    begin = datetime(2013, 1, 1, tzinfo=UTC)
    with file.open("w") as out:
        out.write("id,received_at\n")
        out.writelines(
            f"{n},{(begin + timedelta(minutes=37 * n)).isoformat()[:-6]}Z\n" for n in range(100_000)
        )
    begun = time.process_time()  # the processor's time: others may work on this machine
    told("--table", file, "--limit", "1wd", "--calendar", "boston-311", "--out", tmp_path / "out.csv")
    assert time.process_time() - begun < 5
    assert (tmp_path / "out.csv").read_text().count("\n") == 100_001


# The real log


BOSTON = ZoneInfo("America/New_York")


def stamped(told, shared, tmp_path, *words) -> list[dict[str, str]]:
    log, out = shared / "data" / "logs" / "boston311_2013_2017_dossiers.csv.gz", tmp_path / "out.csv"
    told("--table", log, "--calendar", "boston-311", *words, "--out", out)
    return rows(out.read_text("utf-8"))


def seconds_off(row: dict[str, str]) -> float:
    """Written less reckoned, on the city's clock."""
    written, ours = (
        datetime.fromisoformat(row[name]).astimezone(BOSTON).replace(tzinfo=None)
        for name in ("due_at_written", "due_at")
    )
    return (written - ours).total_seconds()


@pytest.mark.shared
def test_bostons_due_times_of_one_working_day_are_reproduced(told, shared, tmp_path):
    found = [
        seconds_off(row)
        for row in stamped(told, shared, tmp_path, "--limit", "1wd")
        if row["procedure"] == "Pick up Dead Animal" and row["due_at_written"]
    ]
    assert len(found) == 13_397
    assert sum(abs(off) <= 61 for off in found) / len(found) >= 0.99


@pytest.mark.shared
@pytest.mark.parametrize("rules", [(), ("--rules", "plain")])  # the calendar's own are the plain ones
def test_bostons_calendar_days_are_reproduced_as_exactly_as_they_were_recorded(told, shared, tmp_path, rules):
    types = {"Bed Bugs", "Pest Infestation - Residential"}
    found = [
        row
        for row in stamped(told, shared, tmp_path, "--limit", "120d", *rules)
        if row["procedure"] in types and row["due_at_written"]
    ]
    assert len(found) == 4_102

    # From May 2015 the log cuts receptions to the minute and due times not, so within that minute is all that
    # can be known; and now and then the city's two clocks were some seconds apart.
    def exact(row: dict[str, str]) -> bool:
        cut = datetime.fromisoformat(row["received_at"]).second == 0
        return -1 <= seconds_off(row) < (60 if cut else 1)

    assert sum(map(exact, found)) / len(found) >= 0.985
    assert sum(abs(seconds_off(row)) <= 61 for row in found) / len(found) >= 0.995


def test_a_letter_of_apology_asks_for_more_from_the_old_date(told, refused):
    one = ("--received", "2026-03-02T10:00:00+07:00", "--limit", "3wd")
    assert told(*one, "--extend", "2wd") == "2026-03-09T10:00:00+07:00"  # Thu 5 March, then Fri and Mon
    explained = told(*one, "--extend", "2wd", "--explain")
    assert "a letter of apology asks for 2wd more, counted from that date: Mon 2026-03-09" in explained
    assert "reappointments = 1" in explained.partition("rules used")[2].partition("other rules")[0]
    assert "a new date" in refused(*one, "--extend", "none")
