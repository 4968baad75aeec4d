"""Every count and rate against plain loops over the raw facts, on histories of every kind."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.calendar import vietnam
from dossier.event import Fact
from dossier.indicators import DIMENSIONS, measure, report
from dossier.lifecycle import Dossier, fold
from tests import strategies as our
from tests.dossier import oracle

CALENDAR = vietnam()


def folded(facts: list[Fact]) -> list[Dossier]:
    out = []
    for (scenario, name), row in oracle.by_dossier(facts).items():
        dossier = Dossier(scenario=scenario, dossier_id=name, office=row[0].office)
        for fact in row:
            fold(dossier, fact, CALENDAR)
        out.append(dossier)
    return out


def told(facts: list[Fact], before: datetime, due: str, by: str | None) -> dict:
    cells = measure(folded(facts), before.timestamp(), CALENDAR)
    answer = report(cells, our.SCENARIO, before.timestamp(), by, due)
    return {"total": answer["total"], "by": answer["by"][by] if by else {}}


asked = given(
    st.data(),
    our.instants(),
    st.sampled_from(("first", "current")),
    st.sampled_from((None, *DIMENSIONS)),
)


@settings(max_examples=120)
@asked
def test_legal_histories_have_the_figures_of_the_design(data, before, due, by):
    facts = data.draw(our.histories(legal=True))
    assert told(facts, before, due, by) == oracle.report(facts, before, due, by)


@settings(max_examples=200)
@asked
def test_histories_of_every_kind_have_the_figures_of_the_design(data, before, due, by):
    facts = data.draw(our.histories())
    assert told(facts, before, due, by) == oracle.report(facts, before, due, by)


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
    assert n["on_time_766"] <= n["received_with_due"]
    for name, value in n.items():
        assert value is None or value >= 0
        assert "rate" not in name or value is None or value <= 1


@settings(max_examples=60)
@given(our.histories(backwards=True), our.instants(), st.sampled_from(DIMENSIONS))
def test_the_groups_of_every_dimension_add_up_to_the_total(facts, before, by):
    answer = told(facts, before, "first", by)
    for name in oracle.NAMES:
        assert sum(group[name] for group in answer["by"].values()) == answer["total"][name]


@settings(max_examples=60)
@given(our.histories(backwards=True))
def test_the_fold_counts_what_is_odd_and_never_raises(facts):
    for dossier in folded(facts):
        row = oracle.by_dossier(facts)[dossier.scenario, dossier.dossier_id]
        assert dossier.seq == len(row)
        latest = [max(f.at for f in row[: i + 1]) for i in range(len(row))]
        back = sum(fact.at < before for fact, before in zip(row[1:], latest, strict=False))
        assert dossier.anomalies.get("time_backwards", 0) == back
        corrected = sum(oracle.tag(fact) == "corrected" for fact in row)
        assert dossier.anomalies.get("corrected", 0) == corrected


@settings(max_examples=60)
@given(our.histories(legal=True))
def test_a_legal_history_has_no_illegal_transition(facts):
    assert not any("illegal_transition" in dossier.anomalies for dossier in folded(facts))


@settings(max_examples=60)
@given(our.dossiers(kinds=our.WITHOUT_CORRECTIONS), st.data())
def test_a_breach_by_the_first_date_is_never_taken_back(facts, data):
    instants = sorted(data.draw(st.lists(our.instants(), min_size=2, max_size=8)))
    seen = [told(facts, at, "first", None)["total"]["breached"] for at in instants]
    assert seen == sorted(seen)


def test_an_illegal_transition_is_folded_and_counted():
    story = row(("accepted", 0, {"due_at": our.at(9)}), ("resolved", 1, {}), ("handed_over", 2, HANDS))
    assert folded(story)[0].anomalies == {"illegal_transition": 1}
    assert folded(story)[0].finished_at == our.at(1).timestamp()


def test_an_end_before_its_start_is_an_anomaly_and_on_time():
    story = row(("accepted", 5, {"due_at": our.at(9)}), ("resolved", 1, {}))
    assert folded(story)[0].anomalies == {"time_backwards": 1, "end_before_start": 1}
    assert counted(story, 100)["on_time"] == 1


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


HANDS = {"source": "a", "target": "b"}
ACCEPTED = {"procedure": "birth", "channel": "Desk", "online": False}


def row(*facts: tuple[str, float, dict], first: int = 1) -> list[Fact]:
    """A dossier's facts from (type, hour, fields)."""
    return [
        our.TYPES[kind](
            scenario="live", dossier_id="d", office="o", seq=seq, at=our.at(hour),
            **(ACCEPTED if kind == "accepted" else {}), **fields,
        )
        for seq, (kind, hour, fields) in enumerate(facts, first)
    ]  # fmt: skip


def counted(facts: list[Fact], hour: float, due: str = "first") -> dict:
    return told(facts, our.at(hour), due, None)["total"]


DUE_10 = ("accepted", 0, {"due_at": our.at(10)})
ASK, ANSWER = ("supplement_requested", 5, {}), ("supplement_provided", 12, {})

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
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN.values(), ids=BROKEN)
def test_odd_histories_have_the_figures_of_the_design(case):
    facts, hour, due, by = case
    assert told(facts, our.at(hour), due, by) == oracle.report(facts, our.at(hour), due, by)
