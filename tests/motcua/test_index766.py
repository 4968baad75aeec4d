"""`motcua index766`: the index of a file, with what is given and what stays unknown."""

import gzip
import json
from datetime import datetime
from fractions import Fraction

import pytest
from click.testing import CliRunner

from dossier.official.words766 import GIVEN
from motcua.cli import cli
from motcua.files import BadInput
from motcua.index766 import index766


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    out = tmp_path_factory.mktemp("index766") / "march.jsonl.gz"
    done = CliRunner().invoke(cli, ["simulate", "quickstart", "--out", str(out)])
    assert done.exit_code == 0, done.output
    return str(out)


def answered(*arguments):
    done = CliRunner().invoke(index766, [*arguments, "--format", "json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_what_the_events_show_is_what_measure_shows(events):
    measured = json.loads(CliRunner().invoke(cli, ["measure", events, "--format", "json"]).stdout)["total"]
    answer = answered(events)
    rows = {row["code"]: row for row in answer["rows"]}
    assert rows["2.1"]["ratio"] == measured["on_time_rate_766"]
    assert rows["3.6"]["ratio"] == measured["paid_online_rate"]
    assert rows["4.3"]["ratio"] == measured["reuse_rate"]
    assert rows["rating"]["ratio"] == measured["satisfied_rate"]
    assert rows["5.2"]["status"] == "unknown"
    total = answer["totals"][-1]
    assert (total["known"], total["unknown"], total["maximum"]) == (40, 60, 100)


def told(n, kind, at, seq, **more):
    who = {"scenario": "live", "dossier_id": n, "office": "A", "seq": seq}
    return json.dumps({"type": kind, **who, "at": f"{at}:00+07:00", **more})


@pytest.fixture
def three(tmp_path):
    """Two days; two and a half of which one waited for papers; one withdrawn; one still open."""
    rows = [
        told("a", "accepted", "2026-03-02T09:00", 1, procedure="p", channel="post", online=False),
        told("b", "accepted", "2026-03-02T09:00", 1, procedure="p", channel="post", online=False),
        told("c", "accepted", "2026-03-02T09:00", 1, procedure="p", channel="post", online=False),
        told("d", "accepted", "2026-03-02T09:00", 1, procedure="p", channel="post", online=False),
        told("b", "supplement_requested", "2026-03-02T10:00", 2),
        told("c", "withdrawn", "2026-03-02T11:00", 2),
        told("b", "supplement_provided", "2026-03-03T10:00", 3),
        told("a", "resolved", "2026-03-04T09:00", 2),
        told("b", "resolved", "2026-03-04T21:00", 4),
    ]
    path = tmp_path / "three.jsonl"
    path.write_text("\n".join(rows) + "\n")
    return str(path)


def row_of(answer, code):
    return next(row for row in answer["rows"] if row["code"] == code)


def test_the_mean_processing_time_is_measured_and_not_scored(three):
    row = row_of(answered(three), "2.2")
    assert (row["status"], row["score"], row["denominator"]) == ("measured", None, 2)
    assert row["ratio"] == (2 + 1.5) / 2
    first = row_of(answered(three, "--as-of", "2026-03-04T12:00:00+07:00"), "2.2")
    assert (first["ratio"], first["denominator"]) == (2, 1)
    later = row_of(answered(three, "--since", "2026-03-04T12:00:00+07:00"), "2.2")
    assert (later["ratio"], later["denominator"]) == (1.5, 1)
    done = CliRunner().invoke(index766, [three])
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("  2.2 Mean")]
    assert line.split()[-5:] == ["2", "1.75", "-", "0", "measured"]


def test_a_processing_time_that_is_given_takes_the_place_of_both_measured_counts(three, tmp_path):
    path = tmp_path / "inputs.yaml"
    path.write_text("processing_days: 46\ndossiers_completed: 20\n")
    row = row_of(answered(three, "--given", str(path)), "2.2")
    assert (row["status"], row["numerator"], row["ratio"]) == ("given", 46, 2.3)
    path.write_text("processing_days: 46\n")
    row = row_of(answered(three, "--given", str(path)), "2.2")
    assert (row["status"], row["ratio"]) == ("unknown", None)


def test_the_mean_of_a_file_is_that_of_its_events(events):
    """Told from the events' text: from acceptance to the result, less what was asked for and given."""
    start, asked, out, took = {}, {}, {}, {}
    with gzip.open(events, "rt", encoding="utf-8") as file:
        for each in map(json.loads, file):
            name, kind = (each.get("office"), each.get("dossier_id")), each["type"]
            at = Fraction(str(datetime.fromisoformat(each["at"]).timestamp())) if "at" in each else None
            if kind == "accepted":
                start[name] = at
            elif kind in {"supplement_requested", "payment_requested"} and name in start:
                asked[name] = at
            elif kind in {"supplement_provided", "payment_made"} and name in asked and name not in took:
                out[name] = out.get(name, 0) + at - asked.pop(name)
            elif kind == "resolved":
                took[name] = at - start[name] - out.get(name, 0)
    row = row_of(answered(events), "2.2")
    assert row["denominator"] == len(took) > 800
    assert row["ratio"] == pytest.approx(float(sum(took.values()) / len(took) / 86400), abs=1e-9)


def test_what_is_given_is_scored(events, tmp_path):
    path = tmp_path / "inputs.yaml"
    path.write_text("petitions: 0\npetitions_in_time: 0\npetitions_satisfied: 0\ndossiers_disliked: 0\n")
    answer = answered(events, "--given", str(path))
    rows = {row["code"]: row for row in answer["rows"]}
    assert [rows[code]["status"] for code in ("5.2", "5.3", "5.4")] == ["given"] * 3
    assert answer["totals"][-1]["known"] == 58
    satisfaction = next(total for total in answer["totals"] if total["group"] == "satisfaction")
    assert (satisfaction["score"], satisfaction["known"]) == (18, 18)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "of 40 points that can be scored here; 60 of 100 are unknown."),
        ("vi", "trên 40 điểm chấm được"),
    ],
)
def test_the_table_says_of_how_many_points_it_is(events, lang, words):
    done = CliRunner().invoke(index766, [events, "--lang", lang])
    assert done.exit_code == 0
    assert words in done.stdout


def test_the_inputs_are_listed():
    done = CliRunner().invoke(index766, ["--inputs"])
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == list(GIVEN)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("petition: 3", "petition: no input"),
        ("- 3", "must be names and counts"),
        ("petitions: -1", "must be a count"),
    ],
)
def test_a_bad_input_is_one_sentence_with_its_file(events, tmp_path, content, words):
    path = tmp_path / "inputs.yaml"
    path.write_text(content)
    done = CliRunner().invoke(index766, [events, "--given", str(path)])
    assert isinstance(done.exception, BadInput)
    assert words in str(done.exception)
    assert "inputs.yaml" in str(done.exception)


def test_a_part_larger_than_its_whole_is_named(events, tmp_path):
    path = tmp_path / "inputs.yaml"
    path.write_text("communes: 3\ncommunes_certifying: 4\n")
    done = CliRunner().invoke(index766, [events, "--given", str(path)])
    assert isinstance(done.exception, ValueError)
    assert "4.6: 4 of 3 is no share" in str(done.exception)
