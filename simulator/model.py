"""What a scenario is: frozen structs whose types and bounds are the published schema.

Durations end in their unit: `_minutes` and `_hours` are working time, `_days` are calendar days.
Shares lie between 0 and 1.
"""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from dossier.event import Service, Word

Share = Annotated[float, Meta(ge=0, le=1, description="between 0 and 1")]
Positive = Annotated[float, Meta(gt=0)]
NotNegative = Annotated[float, Meta(ge=0)]
Channel = Literal["online", "in_person", "post"]
Week = Annotated[list[NotNegative], Meta(min_length=7, max_length=7, description="Monday first")]
Day = Annotated[list[NotNegative], Meta(min_length=24, max_length=24, description="hour 0 first")]
Months = Annotated[list[NotNegative], Meta(min_length=12, max_length=12, description="January first")]


class ScenarioError(ValueError):
    """A scenario that cannot be run: the path of the wrong value and what would be right."""


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a scenario; an unknown field is an error, for it is a slip of the pen."""


class Rhythm(Part, frozen=True):
    """How a channel's filings spread over the week and the day: relative weights.

    Online, a public holiday counts as a Sunday; the other channels rest when the office is closed.
    """

    weekday: Week
    hour: Day


class Season(Part, frozen=True):
    """A stretch of days (`until` is the first day after it) in which demand is multiplied."""

    since: date
    until: date
    factor: NotNegative


class Demand(Part, frozen=True):
    """The shape of demand in time; the offices' volumes give its size."""

    months: Months
    online: Rhythm
    in_person: Rhythm
    post: Rhythm
    seasons: list[Season] = []


class Work(Part, frozen=True, tag_field="kind", tag="work"):
    """A step at one of the office's pools; `round_hours`: it is taken up only every so many working hours."""

    step: Word
    pool: Word
    work_minutes: Positive
    round_hours: NotNegative = 0


class External(Part, frozen=True, tag_field="kind", tag="external"):
    """A step at another agency, known to us only by how long it takes."""

    step: Word
    agency: Word
    delay_hours: Positive


class Payment(Part, frozen=True, tag_field="kind", tag="payment"):
    """The wait for the citizen's money, outside the limit."""

    step: Word
    wait_days: Positive


class Supplement(Part, frozen=True):
    """Requests for missing papers: how often by channel, the wait for them, and what may come of it."""

    online: Share
    in_person: Share
    post: Share
    wait_days: Positive
    again: Share
    """Share of answered requests that are followed by a second one."""
    withdrawn: Share
    """Share of requests after which the citizen withdraws instead."""


class Procedure(Part, frozen=True):
    """What is asked for, its limit in law, and the route of steps that answers it."""

    code: Word
    field: Word
    agency: Word
    """Who resolves it."""
    limit: str
    service: Service
    fee: Annotated[int, Meta(ge=0, description="đồng")]
    spread: NotNegative
    """Standard deviation of the logarithm of a dossier's difficulty, whose mean is 1."""
    step_spread: NotNegative
    """The same of each step's own part."""
    refused: Share
    supplement: Supplement
    route: Annotated[list[Work | External | Payment], Meta(min_length=1)]


class Pool(Part, frozen=True):
    """Officials of one agency who can do a step; `share` in place of the office's own."""

    agency: Word
    share: Annotated[float, Meta(gt=0, le=1)] | None = None


class Intake(Part, frozen=True):
    """The counter: work for a dossier by channel, and the share of online ones turned away."""

    pool: Word
    online_minutes: Positive
    in_person_minutes: Positive
    post_minutes: Positive
    not_accepted: Share
    authenticated: Share
    paid_online: Share


class HandOver(Part, frozen=True):
    """Passing a dossier between agencies: at once, or on paper with the next messenger."""

    electronic: Share
    round_hours: Positive


class Apology(Part, frozen=True):
    """Discipline in letters of apology: one to a dossier at most."""

    share: Share
    """Share of the dossiers that get a letter if they will be late, or are."""
    lead_hours: Positive
    """Working time before the due date at which the official looks; half the limit, if that is shorter."""
    tardy: Share
    """Share of these that are looked at only so long after the due date."""
    margin: Positive
    """The new date grants this multiple of the work still to do, rounded up to working days."""


class Outcome(Part, frozen=True):
    """What is handed back, how, and what the citizen thinks of it."""

    electronic: Share
    digitised: Share
    reused: Share
    return_hours: Positive
    """Mean working time until a result on paper is fetched."""
    rated: Share
    satisfied: Share
    """Share of full marks among the ratings of results on time."""
    satisfied_late: Share


class Profile(Part, frozen=True):
    """A kind of office: what is filed there, by which channel, and how it works."""

    level: Word
    channels: dict[Channel, Share]
    mix: dict[str, Share]
    pools: dict[str, Pool]
    intake: Intake
    hand_over: HandOver
    apology: Apology
    outcome: Outcome
    saturday_morning: bool = False


class Office(Part, frozen=True):
    """One receiving unit.

    `share` of an official's day goes to one dossier: he works on 1/share of them side by side,
    so a step's elapsed working time is work/share, and a pool has staff/share posts (rounded up).
    """

    profile: Word
    volume: NotNegative
    """Dossiers expected from `start` to `until` of the scenario."""
    share: Annotated[float, Meta(gt=0, le=1)]
    staff: dict[str, Positive]
    """Pool to officials, in full-time equivalents."""
    letters: Share | None = None
    """`apology.share` of this office, in place of its profile's."""


class Published(Part, frozen=True):
    """What is published of a level's real offices over the scenario's period: dossiers, by decision 766."""

    received: Annotated[int, Meta(gt=0)]
    on_time: Annotated[int, Meta(ge=0)]


class Scenario(Part, frozen=True):
    """A world to simulate, from the day `start` to the day `until` (not included)."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    title: Word
    start: date
    until: date
    warmup_days: Annotated[int, Meta(ge=0, le=366)]
    """So many days before the run's first day, the offices are at work already."""
    agencies: dict[str, Word]
    """Agency to its name in full."""
    demand: Demand
    procedures: dict[str, Procedure]
    profiles: dict[str, Profile]
    offices: Annotated[dict[str, Office], Meta(min_length=1)]
    published: dict[str, Published] = {}
    """Level to its real figures, to be shown beside the simulated ones; "total" is all of them."""
