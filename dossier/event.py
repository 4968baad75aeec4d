"""Events: one fact each, past tense, about one dossier; and the clock and control events about none.

The wire form is one JSON object a message, UTF-8, with the tag `type`.
Unknown fields are ignored, so that a newer producer does not stop an older reader.
Unknown types are rejected.
States and forms follow the national portal's codes 1-10 and the forms of Circular 03/2025/TT-VPCP.
"""

from datetime import datetime
from typing import Annotated, Literal, Protocol

import msgspec
from msgspec import Meta

VERSION = 1
"""Of the wire form, in the header `version`. A new optional field or type needs no new one: older readers
pass over it."""

Word = Annotated[str, Meta(min_length=1, max_length=200)]
Instant = Annotated[datetime, Meta(tz=True, description="RFC 3339 with an offset")]
Hash = Annotated[
    str,
    Meta(
        max_length=128,
        pattern=r"^(?!\+?[0-9 .]{9,15}$)[^@]*$",
        description="keyed hash, never the person or device in clear: no number of an identity card or a "
        "phone, no e-mail",
    ),
]
Money = Annotated[int, Meta(ge=0, description="đồng")]
Reason = Annotated[
    str,
    Meta(
        max_length=2000, description="the office's own words, without the citizen's name, number or address"
    ),
]
Service = Literal["full", "partial", "none"]


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """What every fact about a dossier carries; `scenario`, `dossier_id` and `seq` are its identity."""

    scenario: Annotated[Word, Meta(description='"live", or the name of a simulated world')]
    dossier_id: Word
    seq: Annotated[int, Meta(ge=1, le=1_000_000, description="1, 2, 3 ... within the dossier")]
    at: Instant
    office: Annotated[Word, Meta(description="the one-stop unit that received it; it never changes")]
    successor: Word | None = None
    replayed: Annotated[
        bool, Meta(description="sent once more from the dead letters: taken although it comes too late")
    ] = False


class Submitted(Event, frozen=True, kw_only=True, tag="submitted"):
    """State 1: filed online and not yet accepted."""

    procedure: Word
    channel: Word
    online: bool = True
    level: Word | None = None
    field: Word | None = None
    agency: Word | None = None
    account: Hash | None = None
    device: Hash | None = None


class Accepted(Event, frozen=True, kw_only=True, tag="accepted"):
    """State 2, form 01: received, with the appointment; `due_at` is None where the law sets no date."""

    procedure: Word
    channel: Annotated[Word, Meta(description="the source's own word: in_person, online, post ...")]
    online: bool
    due_at: Instant | None = None
    limit: Annotated[str, Meta(max_length=40, description='the limit it was counted from: "3wd"')] | None = (
        None
    )
    rules: Annotated[str, Meta(max_length=80, description="id of the rule set of the limit")] | None = None
    level: Annotated[Word, Meta(description="administrative level of the office")] | None = None
    field: Word | None = None
    agency: Annotated[Word, Meta(description="the agency that resolves it")] | None = None
    service: Annotated[Service, Meta(description="online service level")] | None = None
    authenticated: bool = False
    fee: Money = 0
    obligation: Annotated[bool, Meta(description="has a financial obligation")] = False
    digitised: bool = False
    reused: bool = False
    post_office: Annotated[bool, Meta(description="staff of the post office received it")] = False
    non_territorial: Annotated[bool, Meta(description="received outside the resolving office's area")] = False
    interlinked: Annotated[Word, Meta(description="the one filing that this dossier is a part of")] | None = (
        None
    )
    resubmits: Annotated[Word, Meta(description="the dossier that came back before")] | None = None
    account: Hash | None = None
    device: Hash | None = None


class NotAccepted(Event, frozen=True, kw_only=True, tag="not_accepted"):
    """State 3: turned away before acceptance."""

    reason: Reason | None = None


class HandedOver(
    Event, frozen=True, kw_only=True, tag="handed_over", rename={"source": "from", "target": "to"}
):
    """Form 06: passed from one agency to another, on paper or electronically."""

    source: Word
    target: Word
    electronic: bool = False


class StepFinished(Event, frozen=True, kw_only=True, tag="step_finished"):
    """One step of the route done; `started_at` and the step's own `due_at` where the source knows them."""

    step: Word
    agency: Word
    started_at: Instant | None = None
    due_at: Instant | None = None


class SupplementRequested(Event, frozen=True, kw_only=True, tag="supplement_requested"):
    """State 5, form 02: papers are missing; the clock stands until they come."""

    reason: Reason | None = None
    respond_by: Instant | None = None


class SupplementProvided(Event, frozen=True, kw_only=True, tag="supplement_provided"):
    """The papers came; `due_at` is the date the source set anew, if it did."""

    due_at: Instant | None = None


class PaymentRequested(Event, frozen=True, kw_only=True, tag="payment_requested"):
    """State 6: a financial obligation; the wait for the citizen lies outside the limit."""

    amount: Money = 0


class PaymentMade(Event, frozen=True, kw_only=True, tag="payment_made"):
    """The citizen paid; `due_at` is the date the source set anew, if it did."""

    online: bool = False
    due_at: Instant | None = None


class WithdrawalRequested(Event, frozen=True, kw_only=True, tag="withdrawal_requested"):
    """State 7: the citizen takes the dossier back."""


class Refused(Event, frozen=True, kw_only=True, tag="refused"):
    """Form 03: refused after acceptance, with a written reason."""

    reason: Reason | None = None


class Stopped(Event, frozen=True, kw_only=True, tag="stopped"):
    """State 8, form 05 since 2025: processing stopped."""

    reason: Reason | None = None


class ApologyIssued(Event, frozen=True, kw_only=True, tag="apology_issued"):
    """Form 04: a letter of apology with a new appointment; it changes no state."""

    due_at: Instant | None = None
    reason: Reason | None = None


class Resolved(Event, frozen=True, kw_only=True, tag="resolved"):
    """State 9: processing finished with a result.

    `result_number` is absent where the source does not tell, and null where it says that there is none:
    closed before a result exists.
    """

    result_number: Word | msgspec.UnsetType | None = msgspec.UNSET
    electronic: bool = False
    digitised: bool = False
    reused: bool = False


class ResultReturned(Event, frozen=True, kw_only=True, tag="result_returned"):
    """State 10: the result is in the citizen's hands."""

    channel: Word | None = None


class Rated(Event, frozen=True, kw_only=True, tag="rated"):
    """The citizen's rating at the counter or online."""

    score: Annotated[int, Meta(ge=1, le=5)]


class Corrected(Event, frozen=True, kw_only=True, tag="corrected"):
    """Mends a wrong fact of the source system; what is None stays as it was."""

    due_at: Instant | None = None
    channel: Word | None = None
    online: bool | None = None
    retracted: Annotated[bool, Meta(description="the dossier should never have been there")] = False
    reason: Reason | None = None


class Control(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """An event about no dossier; it goes to every partition, without a key."""

    scenario: Word
    at: Instant


class Tick(Control, frozen=True, kw_only=True, tag="tick"):
    """The clock of a scenario has come this far, though nothing happened."""


class Begun(Control, frozen=True, kw_only=True, tag="begun"):
    """The record is whole from here on; of earlier times it tells only what was still open.

    Rolling figures leave out what lies before: they would show the slow dossiers alone.
    """


class Steered(Control, frozen=True, kw_only=True, tag="steered"):
    """A lever took effect; shown as an annotation."""

    lever: Word
    office: Word | None = None


class StaffChanged(Control, frozen=True, kw_only=True, tag="staff_changed"):
    """An office's pool has this many posts from now on; shown as an annotation."""

    office: Word
    pool: Word
    posts: Annotated[int, Meta(ge=0)]


Fact = (
    Submitted
    | Accepted
    | NotAccepted
    | HandedOver
    | StepFinished
    | SupplementRequested
    | SupplementProvided
    | PaymentRequested
    | PaymentMade
    | WithdrawalRequested
    | Refused
    | Stopped
    | ApologyIssued
    | Resolved
    | ResultReturned
    | Rated
    | Corrected
)
Message = Fact | Tick | Begun | Steered | StaffChanged


class Rejected(msgspec.Struct, frozen=True):
    """A message that is no event: the dead letter's `reason` (a fixed word) and `detail` (a sentence)."""

    reason: str
    detail: str


YEARS = range(1970, 2200)
"""An instant outside is a slip or a sentinel ("9999-12-31"), and no date that an office could keep."""

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Message)

encode = _encoder.encode
"""The event as JSON bytes."""


def decode(raw: bytes) -> Message | Rejected:
    """The event in `raw`, or why it is none; never an exception, whatever the bytes are."""
    try:
        event: Message = _decoder.decode(raw)
    except msgspec.ValidationError as error:
        return Rejected(_reason(str(error)), str(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Rejected("not_json", str(error) or type(error).__name__)
    due = getattr(event, "due_at", None)
    for at in (event.at, due) if due else (event.at,):
        if at.year not in YEARS:
            return Rejected("instant_out_of_range", f"{at} lies outside the years {YEARS[0]}-{YEARS[-1]}")
    if type(event) is Accepted and event.due_at is not None and event.due_at < event.at:
        return Rejected("due_before_acceptance", f"due_at {event.due_at} is before at {event.at}")
    return event


class Placed(Protocol):
    """What belongs to an office of a scenario: an event, an alert."""

    @property
    def scenario(self) -> str: ...
    @property
    def office(self) -> str: ...


def key(event: Placed) -> bytes:
    """The Kafka key: all that one office's figures need meets in one partition, in order."""
    return f"{event.scenario}/{event.office}".encode()


def order(event: Fact) -> tuple[datetime, str, str, str, int]:
    """The order of events wherever bytes must repeat."""
    return event.at, event.scenario, event.office, event.dossier_id, event.seq


def _reason(message: str) -> str:
    if "missing required field `type`" in message:
        return "no_type"
    if "missing required field" in message:
        return "missing_field"
    if message.startswith("Invalid value") and message.endswith("`$.type`"):
        return "unknown_type"
    return "wrong_type"
