"""What a scenario is: frozen structs whose types and bounds are the published schema.

Durations end in their unit: `_minutes` and `_hours` are working time, `_days` are calendar days.
Shares lie between 0 and 1. What is not said has the default that changes nothing: no absence, no rework,
no misbehaviour, first in first out.
"""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from dossier.event import Service, Word

Share = Annotated[float, Meta(ge=0, le=1, description="between 0 and 1")]
Positive = Annotated[float, Meta(gt=0)]
NotNegative = Annotated[float, Meta(ge=0)]
Channel = Literal["online", "in_person", "post"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Week = Annotated[list[NotNegative], Meta(min_length=7, max_length=7, description="Monday first")]
Day = Annotated[list[NotNegative], Meta(min_length=24, max_length=24, description="hour 0 first")]
Months = Annotated[list[NotNegative], Meta(min_length=12, max_length=12, description="January first")]
Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$", description='"07:30"')]
Span = Annotated[list[Clock], Meta(min_length=2, max_length=2, description="from, to")]
Rule = Literal["fifo", "edd", "class", "shortest"]


def _level(count: int) -> Any:
    return msgspec.field(default_factory=lambda: [1.0] * count)


class ScenarioError(ValueError):
    """A scenario that cannot be run: the path of the wrong value and what would be right."""


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a scenario; an unknown field is an error, for it is a slip of the pen."""


# -- calendars ---------------------------------------------------------------------------------------------


class Opening(Part, frozen=True):
    """Hours of work: by weekday the spans of opening; public holidays and make-up days, or a bare week."""

    week: dict[Weekday, list[Span]]
    holidays: bool = True


# -- demand ------------------------------------------------------------------------------------------------


class Rhythm(Part, frozen=True):
    """How a channel's filings spread over the week and the day: relative weights.

    Online, a public holiday counts as a Sunday; the other channels rest when the office is closed.
    """

    weekday: Week = _level(7)
    hour: Day = _level(24)


class Season(Part, frozen=True):
    """A stretch of days (`until` is the first day after it) in which demand is multiplied."""

    since: date
    until: date
    factor: NotNegative


class Tet(Part, frozen=True):
    """The same, in every year: days counted from the first day of the lunar year (0)."""

    since: int
    until: int
    factor: NotNegative


class Demand(Part, frozen=True):
    """The shape of demand in time; the offices' volumes give its size."""

    months: Months = _level(12)
    online: Rhythm = Rhythm()
    in_person: Rhythm = Rhythm()
    post: Rhythm = Rhythm()
    seasons: list[Season] = []
    tet: list[Tet] = []
    deliveries: list[Clock] = []
    """Times of day at which the post brings all that was sent since the last; none: as it comes.

    The post's rhythm is then that of posting: at any hour, a public holiday being a Sunday. Without
    deliveries
    the post rests when the office is closed.
    """


class Drift(Part, frozen=True):
    """From this day on the share of online filings is so large; in between it moves evenly."""

    on: date
    online: Share


# -- work --------------------------------------------------------------------------------------------------


class Lognormal(Part, frozen=True, tag_field="kind", tag="lognormal"):
    """A factor of mean 1 whose logarithm has this standard deviation."""

    sigma: NotNegative


class Gamma(Part, frozen=True, tag_field="kind", tag="gamma"):
    """A factor of mean 1: gamma (Erlang, for whole numbers) of this shape."""

    shape: Positive


class Exponential(Part, frozen=True, tag_field="kind", tag="exponential"):
    """A factor of mean 1, exponential."""


class Uniform(Part, frozen=True, tag_field="kind", tag="uniform"):
    """A factor between 0 and 2, all alike."""


class Constant(Part, frozen=True, tag_field="kind", tag="constant"):
    """The factor 1."""


Variation = Lognormal | Gamma | Exponential | Uniform | Constant


class Rework(Part, frozen=True):
    """After a step, this share goes back to an earlier one, or is done again; `most` times at most."""

    share: Share
    to: Word
    most: Annotated[int, Meta(ge=1)] = 1000


class Work(Part, frozen=True, kw_only=True, tag_field="kind", tag="work"):
    """A step at one of the office's pools.

    `round_hours`: it is taken up only every so many working hours, as a signing round; 0: at once.
    """

    step: Word
    pool: Word
    work_minutes: Positive
    round_hours: NotNegative = 0
    variation: Variation | None = None
    """In place of the procedure's."""
    rework: Rework | None = None


class External(Part, frozen=True, kw_only=True, tag_field="kind", tag="external"):
    """A step at another agency, known to us only by how long it takes."""

    step: Word
    agency: Word
    delay_hours: Positive
    variation: Variation | None = None


class Payment(Part, frozen=True, tag_field="kind", tag="payment"):
    """The wait for the citizen's money, outside the limit.

    A share never pays and is stopped after `patience_days`.
    """

    step: Word
    wait_days: Positive
    unpaid: Share = 0
    patience_days: Positive = 90


class Way(Part, frozen=True):
    """One way of a branch, for this share of the dossiers."""

    share: Share
    route: list["Work | External | Payment | Branch | Parallel"]


class Branch(Part, frozen=True, tag_field="kind", tag="branch"):
    """Ways of which each dossier goes one; a way may be empty."""

    ways: Annotated[list[Way], Meta(min_length=1)]


class Parallel(Part, frozen=True, tag_field="kind", tag="parallel"):
    """Parts that begin together, as of an interlinked procedure; the route goes on when all are done.

    Within a part there is no payment and no further branching: only work and external steps.
    """

    parts: Annotated[
        list[Annotated[list[Work | External], Meta(min_length=1)]], Meta(min_length=2, max_length=16)
    ]


Step = Work | External | Payment | Branch | Parallel


class Supplement(Part, frozen=True):
    """Requests for missing papers: how often by channel, the wait for them, and what may come of it."""

    online: Share = 0
    in_person: Share = 0
    post: Share = 0
    digitised: Share = 1
    """Factor on these shares where the papers are digitised or reused."""
    wait_days: Positive = 3
    again: Share = 0
    """Share of answered requests that are followed by another one."""
    most: Annotated[int, Meta(ge=1)] = 2
    """Requests to a dossier at most."""
    withdrawn: Share = 0
    """Share of requests after which the citizen withdraws instead."""
    abandoned: Share = 0
    """Share that is never answered, and stopped after `patience_days`."""
    patience_days: Positive = 30


class Refiling(Part, frozen=True):
    """After a refusal this share files again, so many days later on average (exponential)."""

    share: Share
    after_days: Positive


class Procedure(Part, frozen=True, kw_only=True):
    """What is asked for, its limit in law, and the route of steps that answers it."""

    code: Word
    field: Word
    agency: Word
    """Who resolves it."""
    limit: str
    service: Service = "full"
    fee: Annotated[int, Meta(ge=0, description="đồng")] = 0
    spread: NotNegative = 0
    """Standard deviation of the logarithm of a dossier's difficulty, whose mean is 1."""
    variation: Variation = Constant()
    """Each step's own part, unless the step says otherwise."""
    refused: Share = 0
    refiled: Refiling | None = None
    withdrawn: Share = 0
    """Share of the citizens who take the dossier back while it is in hand."""
    withdrawn_days: Positive = 5
    """When, on average after acceptance (exponential); who has the result by then keeps it."""
    supplement: Supplement = Supplement()
    decides: Word | None = None
    """The step after which papers are asked for and refusals are spoken, and that is done again; the
    first."""
    months: Months | None = None
    """Its own profile of the year, over that of the demand."""
    route: Annotated[list[Step], Meta(min_length=1)]


# -- staff -------------------------------------------------------------------------------------------------


class Absence(Part, frozen=True):
    """Days off without notice: so many working days a year for each official, `spell_days` at a time."""

    days_a_year: Annotated[float, Meta(ge=0, le=200)]
    spell_days: Positive = 2


class Leave(Part, frozen=True):
    """An official is away from the day `since` to the day `until` (not included)."""

    since: date
    until: date


class Official(Part, frozen=True):
    """One named post: what it can do, in the order in which it prefers it, when and how fast."""

    name: Word
    skills: list[Word] = []
    """Steps, procedures or fields, the dearest first; none: everything, in the queue's order."""
    speed: Positive = 1
    """Work done in a working hour."""
    calendar: Word | None = None
    """Hours of its own, as a part-timer's; the pool's otherwise."""
    leave: list[Leave] = []


class Pool(Part, frozen=True, kw_only=True):
    """Officials of one agency who can do a step; `share` in place of the office's own."""

    agency: Word
    share: Annotated[float, Meta(gt=0, le=1)] | None = None
    calendar: Word | None = None
    """Hours of its own; the office's otherwise."""
    queue: Rule = "fifo"
    """fifo; edd: due first, ranked anew at each grant; class: by `classes`; shortest: the least work
    first."""
    classes: list[Word] = []
    """For "class": procedures, fields or channels, the most urgent first; the others come last."""
    absence: Absence | None = None
    lines: Literal["one", "each"] = "one"
    """One queue for all, or one before each official, where the shortest is chosen and kept."""


class Centre(Pool, frozen=True, kw_only=True):
    """A pool that several offices share, with its own staff."""

    staff: "Positive | list[Official]"


class Intake(Part, frozen=True, kw_only=True):
    """The counter: work for a dossier by channel, and the share of online ones turned away."""

    pool: Word
    step: Word | None = None
    """If named, the counter's work is told as a step of this name."""
    online_minutes: Positive = 1
    in_person_minutes: Positive = 1
    post_minutes: Positive = 1
    variation: Variation | None = None
    """In place of the procedure's."""
    patience_minutes: Positive | None = None
    """A visitor who has waited so long in the ticket queue (on average, exponential) leaves without
    filing."""
    returns: Share = 0
    """Share of those who come again the next working day."""
    not_accepted: Share = 0
    authenticated: Share = 0
    paid_online: Share = 0
    post_office: Share = 0
    """Share of visitors whom staff of the post office receive, at no work of the counter."""


class HandOver(Part, frozen=True):
    """Passing a dossier between agencies: at once, or on paper with the next messenger."""

    electronic: Share = 1
    round_hours: Positive = 4


class Apology(Part, frozen=True):
    """Discipline in letters of apology: one to a dossier at most."""

    share: Share = 0
    """Share of the dossiers that get a letter if they will be late, or are."""
    lead_hours: Positive = 10
    """Working time before the due date at which the official looks; half the limit, if that is shorter."""
    tardy: Share = 0
    """Share of these that are looked at only so long after the due date."""
    margin: Positive = 1
    """The new date grants this multiple of the work still to do, rounded up to working days."""


class Conduct(Part, frozen=True):
    """What an office does and should not; the audit is to find it. None of it by default."""

    closed_early: Share = 0
    """Share of the dossiers still open at their due date that are then closed without a result."""
    overwritten: Share = 0
    """Share of the dossiers still open at their due date whose date is then overwritten, without a letter."""
    entered_late: Share = 0
    """Share of the filings on paper that are entered into the system only at the end of the day."""


class Outcome(Part, frozen=True):
    """What is handed back, how, and what the citizen thinks of it."""

    electronic: Share = 0
    digitised: Share = 0
    reused: Share = 0
    return_hours: Positive | None = 6
    """Mean working time until a result on paper is fetched; none: at once."""
    by_post: Share = 0
    """Share of the results on paper that the post brings."""
    rated: Share = 0
    satisfied: Share = 1
    """Share of full marks among the ratings of results on time."""
    satisfied_late: Share = 1
    visit: Share = 1
    """Factor on these for every visit beyond the first."""


class Profile(Part, frozen=True, kw_only=True):
    """A kind of office: what is filed there, by which channel, and how it works."""

    level: Word
    channels: dict[Channel, Share]
    drift: list[Drift] = []
    """The online share over the years; the other channels keep their proportions."""
    mix: dict[str, Share]
    pools: dict[str, Pool] = {}
    intake: Intake | None = None
    """None: accepted as it is filed, at no work."""
    hand_over: HandOver = HandOver()
    apology: Apology = Apology()
    conduct: Conduct = Conduct()
    outcome: Outcome = Outcome()
    calendar: Word = "office"
    """"office", "saturday-morning", "always", or one of the scenario's calendars."""


class Backlog(Part, frozen=True):
    """Dossiers in hand when the offices begin, accepted evenly over the `days` before."""

    dossiers: Annotated[int, Meta(ge=0)]
    days: Positive = 10


class Office(Part, frozen=True, kw_only=True):
    """One receiving unit.

    `share` of an official's day goes to one dossier: he works on 1/share of them side by side,
    so a step's elapsed working time is work/share, and a pool has staff/share posts (rounded up).
    """

    profile: Word
    volume: NotNegative
    """Dossiers expected from `start` to `until` of the scenario; a drift moves shares, not the volume."""
    volumes: dict[str, NotNegative] = {}
    """Procedure to its own expected dossiers, beside `volume` and its mix."""
    share: Annotated[float, Meta(gt=0, le=1)] = 1
    staff: dict[str, Positive | list[Official]] = {}
    """Pool to officials: in full-time equivalents, or by name."""
    at: dict[str, Word] = {}
    """Pool to the centre that does its work, in place of staff."""
    letters: Share | None = None
    """`apology.share` of this office, in place of its profile's."""
    backlog: Backlog | None = None
    successor: Word | None = None
    """The office into which it was merged: it takes no filings, and the successor goes on with its work."""


# -- the whole ---------------------------------------------------------------------------------------------


class Published(Part, frozen=True):
    """What is published of a level's real offices over the scenario's period: dossiers, by decision 766."""

    received: Annotated[int, Meta(gt=0)]
    on_time: Annotated[int, Meta(ge=0)]


class Lever(Part, frozen=True):
    """A reform that belongs to the scenario: `motcua levers` lists the names and their settings."""

    lever: Word
    on: date | None = None
    """The first day with it; none: from the beginning."""
    settings: dict[str, bool | int | float | str] = {}


class Scenario(Part, frozen=True, kw_only=True):
    """A world to simulate, from the day `start` to the day `until` (not included)."""

    name: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9][a-z0-9-]*$",
            max_length=60,
            description="lower-case letters, digits and hyphens",
        ),
    ]
    title: Word
    start: date
    until: date
    warmup_days: Annotated[int, Meta(ge=0, le=366)] = 0
    """So many days before the run's first day, the offices are at work already."""
    agencies: dict[str, Word]
    """Agency to its name in full."""
    calendars: dict[str, Opening] = {}
    rules: Word | None = None
    """Id of the one rule set of the law that holds all the time; none: each in its time."""
    demand: Demand = Demand()
    procedures: dict[str, Procedure]
    profiles: dict[str, Profile]
    centres: dict[str, Centre] = {}
    offices: Annotated[dict[str, Office], Meta(min_length=1)]
    levers: list[Lever] = []
    published: dict[str, Published] = {}
    """Level to its real figures, to be shown beside the simulated ones; "total" is all of them."""
