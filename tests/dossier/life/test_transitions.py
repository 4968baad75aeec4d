"""What is legal in which state, from `domain` 1.3 and not from the code; all else has its name."""

from typing import get_args

import pytest
from hypothesis import given, settings

from dossier.life.state import State
from tests import strategies as our
from tests.dossier.lives import ACCEPTED, ASKED, BACK, DONE, FILED, GIVEN, Step, folded, lived, odd

HISTORIES: dict[str, tuple[Step, ...]] = {
    "new": (),
    "submitted": (FILED,),
    "guided": (FILED, ASKED),
    "not_accepted": (FILED, ("not_accepted", 1, {})),
    "accepted": (ACCEPTED,),
    "processing": (ACCEPTED, ("handed_over", 1, {"source": "a", "target": "b"})),
    "awaiting_supplement": (ACCEPTED, ASKED),
    "awaiting_payment": (ACCEPTED, ("payment_requested", 1, {})),
    "withdrawn": (ACCEPTED, ("withdrawal_requested", 1, {})),
    "refused": (ACCEPTED, ("refused", 1, {})),
    "stopped": (ACCEPTED, ("stopped", 1, {})),
    "resolved": (ACCEPTED, DONE),
    "returned": (ACCEPTED, DONE, BACK),
}
"""The shortest way into each state; "guided" is waiting for papers before acceptance."""

NAMES = {
    ".": {""},
    "a": {"accepted_again"},
    "b": {"before_acceptance"},
    "w": {"while_waiting"},
    "x": {"before_acceptance", "while_waiting"},  # both are true of a filing that waits for papers
    "e": {"after_end"},
    "i": {"illegal_transition"},
    "s": {"submitted_again"},
    "r": {"returned_before_resolved"},
}
"""What the table's letters say; `.` is legal."""

# The states in the order of HISTORIES: before acceptance | open | waiting | ended.
TABLE = {
    "submitted":            ".ssi ss ss sssss",
    "accepted":             "...i aa aa aaaaa",
    "not_accepted":         "...i ii ww eeeee",
    "handed_over":          "bbxb .. w. eeeee",
    "step_finished":        "bbxb .. w. eeeee",
    "supplement_requested": "b..b .. ww eeeee",
    "supplement_provided":  "bb.b ii .w eeeee",
    "payment_requested":    "bbxb .. ww eeeee",
    "payment_made":         "bbxb .. w. eee..",
    "withdrawal_requested": "b..b .. .. eeeee",
    "refused":              "bbxb .. .. eeeee",
    "stopped":              "bbxb .. .. .eeee",
    "apology_issued":       "bbxb .. .. eeeee",
    "resolved":             "bbxb .. ww eeeer",
    "result_returned":      "bbxb .. ww ....e",
    "rated":                "bbxb ii ww .....",
    "corrected":            "b... .. .. .....",
}  # fmt: skip
"""`domain` 1.3: the letters are in `NAMES`.

Where it is silent:
a filing may be withdrawn;
papers or money that do not come may end in a refusal or a stop;
what was refused, stopped or withdrawn is handed back;
guidance before acceptance may come again;
a fee may be paid at the counter, with nobody asking for it, also when the result is fetched;
others work on while the citizen is to pay;
a rating comes at the end.
"""

NEEDED: dict[str, dict] = {
    "submitted": {"procedure": "birth", "channel": "online"},
    "handed_over": {"source": "a", "target": "b"},
    "step_finished": {"step": "sign", "agency": "a"},
    "rated": {"score": 5},
}
MISSTEPS = frozenset().union(*NAMES.values()) - {""}


CELLS = [
    (kind, state, letter)
    for kind, letters in TABLE.items()
    for state, letter in zip(HISTORIES, letters.replace(" ", ""), strict=True)
]


def test_the_table_has_every_type_and_every_state():
    assert set(TABLE) == set(our.TYPES)
    assert {lived(*steps).state for steps in HISTORIES.values()} == set(get_args(State))
    assert not any(MISSTEPS & odd(*steps).keys() for steps in HISTORIES.values())


@pytest.mark.parametrize(("kind", "state", "letter"), CELLS, ids=[f"{k}-{s}" for k, s, _ in CELLS])
def test_what_is_legal_in_a_state_is_legal_and_all_else_has_its_name(kind, state, letter):
    steps = (*HISTORIES[state], (kind, 5, NEEDED.get(kind, {})))
    found = MISSTEPS & odd(*steps).keys()
    assert (found or {""}) <= NAMES[letter]
    assert len(found) <= 1


LEADS = {
    "submitted": "submitted",
    "accepted": "accepted",
    "not_accepted": "not_accepted",
    "handed_over": "processing",
    "step_finished": "processing",
    "supplement_requested": "awaiting_supplement",
    "supplement_provided": "processing",
    "payment_requested": "awaiting_payment",
    "payment_made": "processing",
    "withdrawal_requested": "withdrawn",
    "refused": "refused",
    "stopped": "stopped",
    "resolved": "resolved",
    "result_returned": "returned",
}
"""The state that each fact leads to where it is legal; the others change none."""
GUIDANCE = {"supplement_requested": "guided", "supplement_provided": "submitted"}
"""Where they lead before acceptance."""

STAYING = {
    ("handed_over", "awaiting_payment"), ("step_finished", "awaiting_payment"),
    ("payment_made", "resolved"), ("payment_made", "returned"),
}  # fmt: skip
"""Legal, and the state stays."""

MOVING = [(k, s) for k, s, letter in CELLS if letter == "." and s not in {"withdrawn", "refused", "stopped"}]


@pytest.mark.parametrize(("kind", "state"), MOVING, ids=[f"{k}-{s}" for k, s in MOVING])
def test_a_legal_fact_leads_to_its_state(kind, state):
    before = lived(*HISTORIES[state]).state
    steps = (*HISTORIES[state], (kind, 5, NEEDED.get(kind, {})))
    guidance = GUIDANCE if state in {"submitted", "guided"} else {}
    expected = before if (kind, state) in STAYING else (LEADS | guidance).get(kind, before)
    assert lived(*steps).state == expected


def test_guidance_before_acceptance_is_legal_and_may_come_again():
    guided = (FILED, ASKED, GIVEN)
    assert not MISSTEPS & odd(*guided, ("accepted", 2, {})).keys()
    assert not MISSTEPS & odd(*guided, ("not_accepted", 2, {})).keys()
    assert not MISSTEPS & odd(*guided, ("supplement_requested", 2, {}), ("accepted", 3, {})).keys()


@settings(max_examples=200)
@given(our.histories(legal=True))
def test_a_legal_history_has_no_misstep(facts):
    for dossier in folded(facts):
        assert not MISSTEPS & dossier.anomalies.keys()


@settings(max_examples=100)
@given(our.histories(max_size=2))
def test_what_was_accepted_never_goes_back_before_acceptance(facts):
    for dossier in folded(facts):
        before = dossier.state in {"new", "submitted", "guided", "not_accepted"}
        assert not (before and dossier.accepted_at is not None)
