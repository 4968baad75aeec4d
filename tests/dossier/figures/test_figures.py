"""Every count and rate against plain loops over the raw facts, on histories of every kind."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.figures.standing import DIMENSIONS
from tests import strategies as our
from tests.dossier import oracle
from tests.dossier.lives import counted, folded, row, told

asked = given(
    st.data(),
    our.instants(),
    st.sampled_from(("first", "current")),
    st.sampled_from((None, *DIMENSIONS)),
)


@settings(max_examples=250)
@asked
def test_legal_histories_have_the_figures_of_the_design(data, before, due, by):
    facts = data.draw(our.histories(legal=True))
    assert told(facts, before, due, by) == oracle.report(facts, before, due, by)


@settings(max_examples=350)
@asked
def test_histories_of_every_kind_have_the_figures_of_the_design(data, before, due, by):
    facts = data.draw(our.histories())
    assert told(facts, before, due, by) == oracle.report(facts, before, due, by)


RATES = {"on_time_rate_fell_due", "on_time_rate_strict", *oracle.PAIRS}


@settings(max_examples=120)
@given(our.histories(backwards=True), our.instants(), st.sampled_from(("first", "current")))
def test_whatever_happens_the_counts_keep_their_laws(facts, before, due):
    n = told(facts, before, due, None)["total"]
    assert n["received"] == n["finished"] + n["open"]
    assert n["finished_with_due"] == n["on_time"] + n["late"]
    assert n["breached"] == n["letters_due"] == n["late"] + n["open_overdue"]
    assert n["early"] <= n["on_time"] <= n["finished_with_due"] <= n["received_with_due"] <= n["received"]
    assert n["letters_in_time"] <= n["letters_sent"] <= n["letters_due"]
    assert n["online"] <= n["received"]
    assert n["received_with_due"] <= n["judged_766"] <= n["received"]
    assert n["on_time_strict"] <= n["on_time"] or due == "current", "strict is by the first date"
    for part, whole in PARTS.items():
        assert n[part] <= n[whole], f"{part} of {whole}"
    for whole, parts in WHOLES.items():
        assert n[whole] == sum(n[part] for part in parts), whole
    for name, value in n.items():
        assert value is None or value >= 0
        assert name not in RATES or value is None or value <= 1


PARTS = {
    "on_time_766": "judged_766",
    "on_time_strict": "finished_with_due",
    "letters_repeated": "lettered",
    "letters_kept": "letters_judged",
    "letters_judged": "lettered",
    "supplemented_again": "supplemented",
    "acknowledged": "submitted",
    "waiting_acceptance_late": "waiting_acceptance",
    "online_full": "full",
    "online_partial": "partial",
    "authenticated": "online",
    "paid": "obligation",
    "paid_online": "paid",
    "digitised_whole": "digitised",
    "electronic_results": "resolved",
    "online_electronic": "electronic_results",
    "handed_over_electronic": "handed_over",
    "handed_over": "received",
    "satisfied": "rated",
    "rated": "received",
    "resolved": "finished",
    "returned": "finished",
    "procedures_offered_online": "procedures",
    "procedures_online": "procedures_offered_online",
    "procedures": "received",
}
WHOLES = {
    "received": ("finished", "open"),
    "acknowledged": ("acknowledged_in_time", "acknowledged_late"),
    "breached": ("late", "open_overdue"),
}


@settings(max_examples=80)
@given(our.histories(backwards=True), our.instants(), st.sampled_from(DIMENSIONS))
def test_the_groups_of_every_dimension_add_up_to_the_total(facts, before, by):
    answer = told(facts, before, "first", by)
    for name in oracle.NAMES:
        assert sum(group[name] for group in answer["by"].values()) == answer["total"][name]


@settings(max_examples=60)
@given(our.histories(backwards=True))
def test_the_fold_counts_every_fact_and_what_is_corrected(facts):
    for dossier in folded(facts):
        row = oracle.by_dossier(facts)[dossier.scenario, dossier.dossier_id]
        assert dossier.seq == len(row)
        corrected = sum(oracle.tag(fact) == "corrected" for fact in row)
        assert dossier.anomalies.get("corrected", 0) == corrected


@settings(max_examples=60)
@given(our.dossiers(kinds=our.WITHOUT_CORRECTIONS), st.data())
def test_a_breach_by_the_first_date_is_never_taken_back(facts, data):
    instants = sorted(data.draw(st.lists(our.instants(), min_size=2, max_size=8)))
    seen = [told(facts, at, "first", None)["total"]["breached"] for at in instants]
    assert seen == sorted(seen)


def test_equal_instants_fall_on_the_mild_side():
    done = row(("accepted", 0, {"due_at": our.at(9)}), ("resolved", 9, {}))
    assert counted(done, 9)["open_overdue"] == 0, "the due instant itself is not overdue"
    assert counted(done, 9)["finished"] == 0, "what happens at T is not seen as of T"
    assert counted(done, 9.001)["on_time"] == 1
    assert counted(done, 0)["received"] == 0
    assert counted(done[:1], 9.001)["open_overdue"] == 1


def test_a_letter_does_not_make_a_late_dossier_punctual_but_by_the_current_date():
    story = row(
        ("accepted", 0, {"due_at": our.at(9)}),
        ("apology_issued", 10, {"due_at": our.at(40)}),
        ("resolved", 30, {}),
    )
    assert counted(story, 100)["late"] == 1
    assert counted(story, 100, "current")["on_time"] == 1
    assert counted(story, 20)["open_overdue"] == 1
    assert counted(story, 20, "current")["open_overdue"] == 0


@pytest.mark.parametrize(
    ("ask", "answer"),
    [("supplement_requested", "supplement_provided"), ("payment_requested", "payment_made")],
)
def test_the_clock_stands_while_the_citizen_is_waited_for(ask, answer):
    story = row(("accepted", 0, {"due_at": our.at(10)}), (ask, 5, {}), (answer, 25, {}), ("resolved", 30, {}))
    assert counted(story, 24)["open_overdue"] == 0
    assert counted(story, 100)["on_time"] == 1, "20 hours were waited: due at 30"
    slow = [*story[:3], *row(("resolved", 31, {}), first=4)]
    assert counted(slow, 100)["late"] == 1


def test_a_letter_in_time_leaves_a_working_day_before_the_due_date():
    # Due Monday 23 February 2026 10:00, after the nine days of Tết: the day before is Friday the 13th.
    due = datetime.fromisoformat("2026-02-23T10:00:00+07:00")
    limit = datetime.fromisoformat("2026-02-13T10:00:00+07:00")
    for late in (timedelta(0), timedelta(seconds=1)):
        letter = (limit + late - our.BASE) / timedelta(hours=1)
        story = row(("accepted", 0, {"due_at": due}), ("apology_issued", letter, {}))
        assert counted(story, 24 * 30)["letters_in_time"] == (0 if late else 1)
        assert counted(story, 24 * 30)["letters_sent"] == 1


def test_a_rate_without_a_denominator_is_none_and_every_figure_of_the_contract_is_there():
    nothing = told([], our.at(0), "first", None)["total"]
    assert set(nothing) == set(oracle.figures([], []))
    assert {name for name, value in nothing.items() if value is None} == RATES


def test_a_filing_waits_for_acceptance_eight_working_hours():
    # Filed Monday 9 February 2026 at 07:00 in Hà Nội, before opening: until 17:00 is eight hours.
    story = row(FILED)
    assert counted(story, 10)["waiting_acceptance"] == 1
    assert counted(story, 10)["waiting_acceptance_late"] == 0, "the eighth hour itself is in time"
    assert counted(story, 10.001)["waiting_acceptance_late"] == 1
    assert counted(story, 10.001)["received"] == 0
    for hour, late in ((10, 0), (10.001, 1)):
        n = counted(row(FILED, ("accepted", hour, {})), 50)
        assert (n["acknowledged"], n["acknowledged_late"], n["acknowledged_in_time"]) == (1, late, 1 - late)
        assert n["waiting_acceptance"] == 0
        assert n["acknowledged_in_time_rate"] == 1 - late


def test_guidance_before_acceptance_is_an_answer():
    story = row(FILED, ("supplement_requested", 5, {}))
    assert counted(story, 90)["waiting_acceptance"] == 1
    assert counted(story, 90)["waiting_acceptance_late"] == 0
    late = row(FILED, ("supplement_requested", 24, {}), ("accepted", 30, {}))
    assert counted(late, 90)["acknowledged_late"] == 1


def test_a_letter_is_kept_when_its_new_date_is():
    letter = ("apology_issued", 10, {"due_at": our.at(40)})
    for end, kept in ((40, 1), (40.001, 0)):
        n = counted(row(DUE_10, letter, ("resolved", end, {})), 100)
        assert (n["letters_kept"], n["letters_judged"], n["late"]) == (kept, 1, 1)
    assert counted(row(DUE_10, letter), 40)["letters_judged"] == 0, "its date has not passed"
    assert counted(row(DUE_10, letter), 41)["letters_judged"] == 1
    undated = row(DUE_10, ("apology_issued", 10, {}), ("resolved", 12, {}))
    assert counted(undated, 100)["letters_judged"] == 0


STRICT = {
    "handed over": ((("resolved", 5, {}), ("result_returned", 6, {})), 1),
    "kept in a drawer": ((("resolved", 5, {}),), 0),
    "closed without a result": ((("resolved", 5, {"result_number": None}), ("result_returned", 6, {})), 0),
    "with a number": ((("resolved", 5, {"result_number": "1"}), ("result_returned", 6, {})), 1),
    "late": ((("resolved", 11, {}), ("result_returned", 12, {})), 0),
    "handed over after the due date": ((("resolved", 5, {}), ("result_returned", 30, {})), 1),
    "refused, which needs no result": ((("refused", 5, {}),), 1),
}


@pytest.mark.parametrize(("steps", "strict"), STRICT.values(), ids=STRICT)
def test_the_strict_rate_asks_for_a_result_in_the_citizens_hands(steps, strict):
    assert counted(row(DUE_10, *steps), 100)["on_time_strict"] == strict


def test_a_second_request_for_papers_is_late_by_766_and_strictly():
    asked = (ASK, ("supplement_provided", 6, {}))
    once = row(DUE_10, *asked, ("result_returned", 8, {}))
    twice = row(DUE_10, *asked, *asked, ("result_returned", 8, {}))
    assert [counted(once, 100)[name] for name in ("on_time_766", "on_time_strict")] == [1, 1]
    assert [counted(twice, 100)[name] for name in ("on_time_766", "on_time_strict")] == [0, 0]
    assert counted(twice, 100)["on_time"] == 1


DUE_10 = ("accepted", 0, {"due_at": our.at(10)})
ASK, ANSWER = ("supplement_requested", 5, {}), ("supplement_provided", 12, {})
FILED = ("submitted", 0, {"procedure": "birth", "channel": "online"})
COPY = {"procedure": "copy", "channel": "post"}
LIMIT_8WH = ("accepted", 0, {"limit": "8wh"})

BROKEN = {
    "12 a correction is not seen before it came": (
        row(DUE_10, ("resolved", 11, {}), ("corrected", 14, {"due_at": our.at(20)})), 13, "first", None),
    "12 a date corrected backwards is not seen before": (
        row(DUE_10, ("corrected", 9, {"due_at": our.at(4)})), 6, "first", None),
    "12 channel corrected later": (row(DUE_10, ("corrected", 9, {"channel": "post"})), 6, "first", "channel"),
    "12 online corrected later": (row(DUE_10, ("corrected", 9, {"online": True})), 6, "first", None),
    "12 submitted after acceptance": (
        row(DUE_10, ("submitted", 9, {"procedure": "copy", "channel": "online"})), 6, "first", "procedure"),
    "13 asked again while asked": (
        row(DUE_10, ASK, ("payment_requested", 8, {}), ("payment_made", 12, {}), ("resolved", 16, {})),
        20, "first", None),
    "14 overdue before the request, by the current date": (
        row(DUE_10, ("supplement_requested", 12, {})), 15, "current", None),
    "14 overdue before the request, stopped while asked": (
        row(DUE_10, ("supplement_requested", 12, {}), ("stopped", 15, {})), 20, "current", None),
    "15 resolved while asked": (row(DUE_10, ASK, ("resolved", 15, {})), 20, "current", None),
    "16 asked after the end": (
        row(DUE_10, ("resolved", 11, {}), ("supplement_requested", 12, {}), ("supplement_provided", 20, {})),
        30, "current", None),
    "17 returned after withdrawal": (
        row(DUE_10, ("withdrawal_requested", 9, {}), ("result_returned", 12, {})), 20, "first", None),
    "18 corrected while asked": (
        row(DUE_10, ASK, ("corrected", 11, {"due_at": our.at(10)})), 12, "first", None),
    "22 corrected before acceptance": (
        row(("corrected", 0, {"online": True, "channel": "post", "due_at": our.at(5)}), ("accepted", 1, {})),
        9, "first", "channel"),
    "23 resolved before acceptance": (
        row(("resolved", 0, {}), ("accepted", 1, {"due_at": our.at(5)})), 9, "first", None),
    "filed twice: the first filing counts": (row(FILED, ("submitted", 10, COPY)), 5, "first", "procedure"),
    "filed twice: its hours run on": (row(FILED, ("submitted", 100, COPY)), 101, "first", None),
    "before acceptance the filing's own words count": (
        row(FILED, ("accepted", 10, COPY | {"level": "commune"})), 5, "first", "procedure"),
    "a channel mended between filing and acceptance": (
        row(FILED, ("corrected", 2, {"channel": "post"}), ("accepted", 10, {})), 5, "first", "channel"),
    "a channel mended before filing": (
        row(("corrected", 0, {"channel": "post"}), FILED), 5, "first", "channel"),
    "taken back and then turned away": (
        row(FILED, ("withdrawal_requested", 5, {}), ("not_accepted", 10, {})), 7, "first", None),
    "taken back twice": (
        row(FILED, ("withdrawal_requested", 5, {}), ("withdrawal_requested", 10, {})), 7, "first", None),
    "resolved and not yet handed over": (
        row(DUE_10, ("resolved", 5, {}), ("result_returned", 20, {})), 15, "first", None),
    "turned away twice": (row(FILED, ("not_accepted", 5, {}), ("not_accepted", 10, {})), 7, "first", None),
    "turned away at the counter": (row(("not_accepted", 0, {})), 5, "first", "unit"),
    "a limit, and a date set later": (
        row(LIMIT_8WH, ("corrected", 50, {"due_at": our.at(60)})), 40, "first", None),
    "a limit is not lengthened by guidance before it": (
        row(("supplement_requested", 0, {}), ("accepted", 96, {"limit": "8wh"}), ("resolved", 150, {})),
        160, "first", None),
    "a limit, resolved while asked": (row(LIMIT_8WH, ASK, ("resolved", 30, {})), 40, "first", None),
    "a limit, asked too late and stopped": (
        row(LIMIT_8WH, ("supplement_requested", 30, {}), ("stopped", 80, {})), 90, "first", None),
    "a limit is not lengthened by a wait that is still on": (
        row(LIMIT_8WH, ("supplement_requested", 30, {}), ("supplement_provided", 80, {})), 40, "first", None),
    "a limit is lengthened by the time that was waited": (
        row(LIMIT_8WH, ASK, ("supplement_provided", 24, {}), ("resolved", 28, {})), 40, "first", None),
    "rated at the counter before the end": (row(DUE_10, ("rated", 1, {"score": 5})), 5, "first", None),
    "turned away at the counter and then accepted": (
        row(("not_accepted", 0, {}), ("accepted", 5, {})), 3, "first", "procedure"),
    "turned away at the counter, the channel mended": (
        row(("not_accepted", 0, {}), ("corrected", 1, {"channel": "post"}), ("accepted", 5, {})),
        3, "first", "channel"),
    "refused, then resolved and kept": (
        row(DUE_10, ("refused", 1, {}), ("resolved", 2, {})), 5, "first", None),
    "refused, then resolved without a result": (
        row(DUE_10, ("refused", 1, {}), ("resolved", 2, {"result_number": None}), ("result_returned", 3, {})),
        5, "first", None),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN.values(), ids=BROKEN)
def test_odd_histories_have_the_figures_of_the_design(case):
    facts, hour, due, by = case
    assert told(facts, our.at(hour), due, by) == oracle.report(facts, our.at(hour), due, by)
