"""Demand: when, by which channel and for which procedure citizens file.

A non-homogeneous Poisson process with rates constant over half an hour: a count is drawn for each slot.
Instants are seconds since 1970.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dossier.law.calendar import DAY, WorkingCalendar
from simulator.draws import stream
from simulator.model import Channel, Rhythm, Scenario

SLOT = 1800
SLOTS = 48
CHANNELS: tuple[Channel, ...] = ("online", "in_person", "post")

Floats = NDArray[np.float64]


class Filing(NamedTuple):
    """One dossier about to be: `number` counts the office's filings of its day."""

    at: float
    day: date
    number: int
    channel: Channel
    procedure: int
    """Its place in the profile's mix."""


class Demand:
    """Half-hourly weights of a scenario's channels, for offices that share a calendar."""

    def __init__(self, scenario: Scenario, calendar: WorkingCalendar) -> None:
        self._scenario, self._calendar = scenario, calendar
        self._shape = scenario.demand
        self._weeks: dict[date, dict[Channel, Floats]] = {}

    def rates(self, monday: date, channel: Channel) -> Floats:
        """The expected share of the period's filings by this channel, for each slot of the week."""
        if monday not in self._weeks:
            self._weeks[monday] = {
                name: self._weights(monday, 7, name) / self._totals[name] for name in CHANNELS
            }
        return self._weeks[monday][channel]

    def starts(self, monday: date, days: int = 7) -> Floats:
        """The instants at which the slots of these days begin."""
        midnights = [self.midnight(monday + timedelta(days=i)) for i in range(days)]
        starts: Floats = np.add.outer(np.array(midnights), np.arange(SLOTS) * float(SLOT)).ravel()
        return starts

    def midnight(self, day: date) -> float:
        """The instant at which a local day begins."""
        return datetime.combine(day, time(), self._calendar.zone).timestamp()

    @cached_property
    def _totals(self) -> dict[Channel, float]:
        first = self._scenario.start
        days = (self._scenario.until - first).days
        return {name: float(self._weights(first, days, name).sum()) or 1.0 for name in CHANNELS}

    def _weights(self, first: date, days: int, channel: Channel) -> Floats:
        rhythm: Rhythm = getattr(self._shape, channel)
        slots = np.repeat(np.array(rhythm.hour), 2)
        dates = [first + timedelta(days=i) for i in range(days)]
        weights = np.outer([self._day(day, rhythm, channel) for day in dates], slots).ravel()
        if channel != "online":
            starts = self.starts(first, days)
            weights *= (self._calendar.worked(starts + SLOT) - self._calendar.worked(starts)) / SLOT
        return weights

    def _day(self, day: date, rhythm: Rhythm, channel: Channel) -> float:
        weekday = day.weekday()
        if weekday < 5 and channel == "online" and not self._calendar.is_workday(day):
            weekday = 6
        weight = self._shape.months[day.month - 1] * rhythm.weekday[weekday]
        for season in self._shape.seasons:
            if season.since <= day < season.until:
                weight *= season.factor
        return weight


class Inflow:
    """The filings of one office, week after week, from its own streams of draws."""

    def __init__(self, scenario: Scenario, office: str, seed: int, demand: Demand) -> None:
        spec = scenario.offices[office]
        profile = scenario.profiles[spec.profile]
        self._demand = demand
        self._volumes = {channel: spec.volume * profile.channels.get(channel, 0.0) for channel in CHANNELS}
        self._mix = np.cumsum(list(profile.mix.values()))
        self._mix[-1] = 1.0
        self._counts = {channel: stream(seed, office, "arrivals", channel) for channel in CHANNELS}
        self._choice = stream(seed, office, "procedure")

    def week(self, monday: date) -> Iterator[Filing]:
        """The filings of the seven days from `monday`, in order of time."""
        drawn = [self._channel(monday, channel) for channel in CHANNELS]
        at = np.concatenate(drawn)
        channel = np.repeat(np.arange(len(CHANNELS)), [len(times) for times in drawn])
        ranks = np.argsort(at, kind="stable")
        at, channel = at[ranks], channel[ranks]
        day = ((at - self._demand.midnight(monday)) // DAY).astype(int)
        number = np.arange(len(at)) - np.searchsorted(day, day) + 1
        procedure = np.searchsorted(self._mix, self._choice.random(len(at)), side="right")
        dates = [monday + timedelta(days=i) for i in range(7)]
        for t, d, n, c, p in zip(
            at.tolist(), day.tolist(), number.tolist(), channel.tolist(), procedure.tolist(), strict=True
        ):
            yield Filing(t, dates[d], n, CHANNELS[c], p)

    def _channel(self, monday: date, channel: Channel) -> Floats:
        rng, volume = self._counts[channel], self._volumes[channel]
        counts = rng.poisson(volume * self._demand.rates(monday, channel))
        starts = np.repeat(self._demand.starts(monday), counts)
        times: Floats = starts + rng.random(len(starts)) * SLOT
        return times
