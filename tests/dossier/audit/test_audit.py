"""The integrity audit: silent on clean histories, sees every planted fault, and agrees with the figures."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given

from dossier.audit.detectors import BASES, DETECTORS, LACKS, NAMES, UNSEEN
from dossier.audit.findings import CAUSES, Example, sentence
from dossier.audit.review import audit, graver, total
from dossier.audit.thresholds import THRESHOLDS
from dossier.event import (
    Accepted,
    Resolved,
)
from dossier.figures.indicators import measure, report
from dossier.law.calendar import vietnam
from dossier.law.deadline import due, parse_limit
from dossier.law.faults import Dossier as Reckoned
from dossier.law.faults import faulty
from dossier.life import transitions
from dossier.life.lifecycle import fold
from dossier.life.state import Dossier
from simulator.run import run
from simulator.scenario.files import load
from tests import strategies as our
from tests.dossier import oracle
from tests.dossier.audit.precision import FAULTS, PAGE, Field, hits, page, powers, scores, trials
from tests.dossier.audit.tidy import CALENDAR, END, SEEDS, audited, folded, states

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def done():
    return list(trials())


@pytest.fixture(scope="module")
def everything():
    """One history with every planted fault, the largest first."""
    field = Field(1)
    faults = sorted(FAULTS.items(), key=lambda row: -row[1].many)
    planted = {name: fault.plant(field, fault.many) for name, fault in faults}
    return field, planted, audited(field.states())


@pytest.mark.parametrize("seed", [*SEEDS, 4, 5, 6, 7])
def test_nothing_is_found_in_a_clean_history(seed):
    findings = audited(states(seed).values())
    assert hits(findings) == {}
    assert {finding.lacks for finding in findings if finding.office} == {""}
    assert {"waits", "requests", "submitted_at", "handed_at", "returned_at"} <= {
        name for state in states(seed).values() for name in state.__struct_fields__ if getattr(state, name)
    }


def test_every_detector_has_a_fault_and_every_fault_a_detector():
    assert {fault.detector for fault in FAULTS.values()} == set(NAMES) <= set(FAULTS)
    assert {also for fault in FAULTS.values() for also in fault.also} <= set(NAMES)


def test_every_fault_is_found_and_little_else(done):
    for name, score in scores(done).items():
        assert score.found == score.planted, name
        assert score.false <= max(1, 0.02 * score.planted), name


def test_all_faults_in_one_history_are_found_and_no_innocent_dossier(everything):
    field, planted, findings = everything
    found = hits(findings)
    assert {name: names - found.get(FAULTS[name].detector, set()) for name, names in planted.items()} == {
        name: set() for name in FAULTS
    }
    named = set().union(*found.values())
    assert len(named - field.taken) <= 0.01 * len(named)


def test_the_page_is_as_the_trials_have_it(done):
    assert PAGE.read_text("utf-8") == page(done, powers())


def test_the_folds_anomalies_are_taken_over_by_name_and_number(everything):
    field, _, findings = everything
    counted: dict[str, int] = {}
    for state in field.states():
        for name, times in state.anomalies.items():
            counted[name] = counted.get(name, 0) + times
    told = {row.detector: row.times for row in total(findings, 0) if row.detector in counted}
    assert told == counted


def test_every_anomaly_of_the_fold_has_its_words():
    texts = [path.read_text("utf-8") for path in (ROOT / "dossier").glob("**/*.py")]
    texts.append((ROOT / "streams" / "processor.py").read_text("utf-8"))
    noted = {name for text in texts for name in re.findall(r'note\([\w.]+, "(\w+)"\)', text)}
    states_ = (*transitions.ANY, *transitions.BEFORE)
    missteps = {transitions.move(state, kind)[0] for state in states_ for kind in transitions.MOVES} - {""}
    assert len(noted) > 10
    assert noted | missteps <= set(NAMES)


def test_letters_and_lateness_are_those_of_the_figures(everything):
    field, _, findings = everything
    cells = measure(field.states(), END, CALENDAR)
    figures = report(cells, "tidy", END, None, "first")["total"]
    rows = {row.detector: row for row in total(findings, 0)}
    assert rows["letter_missing"].looked == figures["letters_due"]
    assert rows["letter_missing"].found == figures["letters_due"] - figures["letters_sent"]
    assert rows["letter_false"].found == figures["letters_false"]
    assert rows["zero_duration"].looked == figures["finished"]


@given(our.histories(), our.instants())
def test_whatever_happened_counts_keep_their_bounds_and_order_does_not_matter(facts, before):
    dossiers = []
    for (scenario, name), row in oracle.by_dossier(facts).items():
        dossier = Dossier(scenario=scenario, dossier_id=name, office=row[0].office)
        for fact in row:
            fold(dossier, fact, CALENDAR)
        dossiers.append(dossier)
    findings = audit(dossiers, before.timestamp(), CALENDAR)
    assert findings == audit(reversed(dossiers), before.timestamp(), CALENDAR)
    for finding in findings:
        assert len(finding.examples) <= min(5, finding.found)
        assert not (finding.found and finding.lacks)
        for example in finding.examples:
            assert sentence(finding.detector, example, "vi", UTC)


def test_examples_are_bounded_and_the_earliest():
    field = Field(2)
    FAULTS["online_slower"].plant(field, 60)
    few = {row.detector: row for row in total(audit(field.states(), END, CALENDAR, 2), 2)}
    every = {row.detector: row for row in total(audited(field.states()), 1000)}
    assert few["letter_missing"].found == every["letter_missing"].found == 60
    assert few["letter_missing"].examples == every["letter_missing"].examples[:2]


def table_of(received: str, limit: str, written: datetime, end: timedelta) -> Dossier:
    """A dossier as a table tells it: acceptance and end."""
    at = datetime.fromisoformat(received)
    who = {"scenario": "live", "dossier_id": received, "office": "An Hòa"}
    facts = [
        Accepted(
            **who, seq=1, at=at, procedure="p", channel="post", online=False, due_at=written, limit=limit
        ),
        Resolved(**who, seq=2, at=at + end),
    ]
    return folded(facts)[0]


@pytest.mark.parametrize(
    ("cause", "received", "limit"),
    [
        ("current_year_holidays", "2025-12-30T09:00:00+07:00", "3wd"),  # New Year
        ("current_year_holidays", "2024-12-31T09:00:00+07:00", "22wd"),  # New Year, and Tết on 25-29 January
        ("makeup_off", "2025-04-24T09:00:00+07:00", "2wd"),  # Saturday 26 April 2025 was worked
        ("whole_days", "2026-03-02T09:00:00+07:00", "2.5wd"),
    ],
)
def test_a_wrong_due_date_is_put_down_to_the_bug_that_gives_it(cause, received, limit):
    calendar = vietnam()
    start = datetime.fromisoformat(received)
    wrong = faulty(cause, Reckoned(start.timestamp(), parse_limit(limit)), calendar)
    right = due(start.timestamp(), parse_limit(limit), calendar).at
    assert wrong != right
    dossiers = [
        table_of(received, limit, datetime.fromtimestamp(at, calendar.zone), timedelta(hours=3))
        for at in (wrong, right)
    ]
    (row,) = [row for row in audit(dossiers, right + 86400, calendar) if row.detector == "wrong_due_date"]
    assert (row.found, row.looked, row.causes) == (1, 2, {cause: 1})


def test_what_a_table_does_not_tell_is_said_and_not_found():
    written = datetime(2026, 3, 5, 9, tzinfo=CALENDAR.zone)
    late = table_of("2026-03-02T09:00:00+07:00", "3wd", written, timedelta(days=9))
    rows = {row.detector: row for row in total(audit([late], END, CALENDAR), 5)}
    lacking = {name: row.lacks for name, row in rows.items() if row.lacks}
    assert lacking["letter_missing"] == lacking["supplement_repeated"] == "plain"
    assert lacking["one_device"] == "deviced"
    assert lacking["acknowledged_late"] == "submitted"
    assert lacking["result_number_missing"] == "numbered"
    assert set(UNSEEN) <= set(lacking)
    assert "wrong_due_date" not in lacking
    assert lacking["closed_without_result"] == "worded"
    assert lacking["level_abolished"] == "leveled"
    assert lacking["online_slower"] == "channelled"
    assert lacking["corrected"] == lacking["on_time_by_correction"] == lacking["retracted_overdue"] == "plain"
    assert not {"due_before_start", "mass_at_due", "zero_duration", "batch_closing"} & set(lacking)
    assert not any(row.found for row in rows.values())


def test_an_earlier_instant_sees_less():
    field = Field(3)
    (name,) = FAULTS["letter_missing"].plant(field, 1)
    state = next(each for each in field.states() if each.dossier_id == name)
    promise = state.promises[-1].due
    for before, found in ((promise, 0), (promise + 1, 1), (END, 1)):
        rows = {row.detector: row for row in audit([state], before, CALENDAR)}
        assert rows["letter_missing"].found == found


def test_what_the_simulated_ward_does_by_its_scenario_is_found():
    """The quickstart's ward writes letters for some of its late dossiers, and asks twice at times."""
    scenario = load("quickstart")
    findings = audited(folded(run(scenario, 3)))
    assert graver(findings)
    assert set(hits(findings)) == {
        "letter_late",
        "letter_missing",
        "on_time_by_new_date",
        "supplement_near_due",
        "supplement_repeated",
    }


def test_every_detector_has_words_thresholds_and_evidence_that_can_be_shown():
    assert len({each.name for each in DETECTORS}) == len(DETECTORS)
    assert {name for each in DETECTORS for name in each.thresholds} == set(THRESHOLDS)
    assert {each.base for each in DETECTORS} == set(BASES)
    for words in (*BASES.values(), *LACKS.values(), *CAUSES.values(), *(each.title for each in DETECTORS)):
        assert len(set(words)) == 2
    assert sentence("new_anomaly", Example(0.0, "o", "d", {"times": 2}), "vi", UTC) == "2 lần"
