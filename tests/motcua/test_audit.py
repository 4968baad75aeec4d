"""`motcua audit`: what it prints, in two languages, as JSON, as of an instant, and its exit codes."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dossier.audit.review import audit as examine
from dossier.audit.review import total
from dossier.event import encode
from motcua.audit import audit
from tests.dossier.audit.precision import FAULTS, Field
from tests.dossier.audit.tidy import CALENDAR, END, clean

AS_OF = "2026-04-01T00:00:00+07:00"


def write(path: Path, facts) -> Path:
    path.write_bytes(b"\n".join(encode(fact) for fact in facts) + b"\n")
    return path


@pytest.fixture(scope="module")
def tidy(tmp_path_factory) -> Path:
    return write(tmp_path_factory.mktemp("audit") / "tidy.jsonl", clean(1))


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> tuple[Path, Field]:
    field = Field(1)
    for name in ("letter_missing", "closed_without_result", "wrong_due_date", "supplement_repeated"):
        FAULTS[name].plant(field, FAULTS[name].many)
    return write(tmp_path_factory.mktemp("audit") / "planted.jsonl", field.facts()), field


def ask(*words: object) -> Result:
    return CliRunner().invoke(audit, [str(word) for word in words])


def found(done: Result) -> dict[str, int]:
    return {row["detector"]: row["found"] for row in json.loads(done.stdout)["findings"] if row["found"]}


def test_a_clean_file_has_nothing_and_passes_the_check(tidy):
    done = ask(tidy, "--check")
    assert done.exit_code == 0
    assert "nothing found" in done.stdout
    assert "no event tells of petitions" in done.stdout


def test_what_was_planted_is_counted_as_the_words_count_it(planted):
    path, field = planted
    answer = json.loads(ask(path, "--as-of", AS_OF, "--format", "json", "--by-office").stdout)
    findings = examine(field.states(), END, CALENDAR, 3)
    ours = {row.detector: (row.found, row.looked, row.times) for row in total(findings, 3)}
    assert ours == {
        row["detector"]: (row["found"], row["looked"], row["times"]) for row in answer["findings"]
    }
    offices = {(row["office"], row["detector"]): row["found"] for row in answer["by"]["office"]}
    assert offices == {(row.office, row.detector): row.found for row in findings if row.found}
    assert {"letter_missing", "closed_without_result", "wrong_due_date", "supplement_repeated"} == {
        name for _, name in offices
    }


def test_examples_are_named_with_their_evidence_and_no_more_than_asked(planted):
    path, field = planted
    done = ask(path, "--examples", 1)
    lines = [line for line in done.stdout.splitlines() if ", no letter" in line]
    (line,) = lines
    assert line.split()[1].rstrip(":") in field.taken
    assert "fractions of a day dropped" in done.stdout
    assert ", no letter" not in ask(path, "--examples", 0).stdout


def test_vietnamese_words_and_numbers(planted):
    path, _ = planted
    text = ask(path, "--lang", "vi", "--by-office").stdout
    assert "quá hạn không có văn bản xin lỗi" in text
    assert "nghiêm trọng" in text
    assert "đơn vị" in text
    assert "100,00 %" in text


def test_the_check_fails_on_what_is_serious_only(planted, tidy, tmp_path):
    path, _ = planted
    assert ask(path, "--check").exit_code == 1
    assert ask(path).exit_code == 0
    field = Field(1)
    FAULTS["supplement_repeated"].plant(field, 2)
    notable = write(tmp_path / "notable.jsonl", field.facts())
    done = ask(notable, "--check", "--format", "json")
    assert (done.exit_code, found(done)) == (0, {"supplement_repeated": 2})


def test_an_earlier_instant_is_as_if_nothing_had_happened_since(planted, tmp_path):
    path, field = planted
    as_of = "2026-03-12T12:00:00+07:00"
    cut = [fact for fact in field.facts() if fact.at.isoformat() < as_of]
    before = write(tmp_path / "cut.jsonl", cut)
    early, late = (ask(file, "--as-of", as_of, "--format", "json") for file in (before, path))
    assert json.loads(early.stdout) == json.loads(late.stdout)
    assert sum(found(early).values()) < sum(found(ask(path, "--format", "json")).values())


def test_a_calendar_of_other_hours_finds_the_dates_wrong(tidy):
    done = ask(tidy, "--calendar", "24-7", "--format", "json")
    assert found(done)["wrong_due_date"] > 100


def test_a_table_without_due_dates_is_not_said_to_have_been_looked_through(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("dossier_id,office,received_at,finished_at\nd1,A,2026-03-02T08:00:00+07:00,\n")
    rows = json.loads(ask(path, "--format", "json").stdout)["findings"]
    silent = {row["detector"] for row in rows if not row["not_measurable"]}
    ends = {"end_before_start", "time_backwards", "zero_duration", "batch_entry", "batch_closing"}
    assert silent <= ends | {"result_number_missing"}
    assert ends <= silent


def test_an_instant_before_all_that_happened_is_told_as_that(tidy):
    done = ask(tidy, "--as-of", "2020-01-01T00:00:00+07:00")
    assert done.exit_code != 0
    assert "nothing in the input happened before 2020-01-01T00:00:00+07:00" in str(done.exception)


def test_a_table_says_what_it_cannot_show(tmp_path):
    path = tmp_path / "table.csv"
    rows = "d1,A,2026-03-02T08:00:00+07:00,2026-03-03T08:00:00+07:00,2026-03-02T08:00:10+07:00\n"
    path.write_text("dossier_id,office,received_at,due_at,finished_at\n" + rows)
    done = ask(path, "--format", "json")
    assert found(done) == {"zero_duration": 1}
    lacks = {row["detector"]: row["not_measurable"] for row in json.loads(done.stdout)["findings"]}
    assert "only of acceptance and end" in lacks["letter_missing"]
    assert "no limit" in lacks["wrong_due_date"]
