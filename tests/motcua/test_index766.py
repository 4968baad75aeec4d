"""`motcua index766`: the index of a file, with what is given and what stays unknown."""

import json

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
