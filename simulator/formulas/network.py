"""What flows between the stations of a scenario in its whole period."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil
from typing import NamedTuple, TypeVar

import numpy as np

from simulator.engine.calendars import Calendars
from simulator.formulas.queueing import Floats, impatience, variations
from simulator.formulas.stations import Station, stations
from simulator.formulas.traffic import Builder, Graph, Place
from simulator.luck.demand import Demand, Need, wanted
from simulator.luck.rates import CHANNELS
from simulator.run import midnight
from simulator.scenario.model import Scenario

HOUR = 3600.0
ELSEWHERE, CITIZEN = -1, -2
"""Where a dossier comes back from: another agency, in the office's hours; the citizen, at any hour."""

Key = TypeVar("Key")
Sums = defaultdict[Key, float]


def sums() -> "Sums[Key]":
    """Sums that begin with 0."""
    return defaultdict(float)


class Gate(NamedTuple):
    """What waits here is let go at once, every so many working hours of a calendar."""

    station: int
    calendar: str
    hours: float


Filed = tuple[str, tuple[float, ...], str]
"""A curve of filings: profile, weights of the twelve months, channel."""


@dataclass
class Network:
    """All stations of a scenario and the dossiers that go through them, in its whole period."""

    scenario: Scenario
    calendars: Calendars
    demand: Demand
    stations: list[Station] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    """Stations by name."""
    filed: Sums[tuple[Filed, int]] = field(default_factory=sums)
    """Dossiers of a curve that are filed at a station."""
    direct: Sums[tuple[int, int]] = field(default_factory=sums)
    gated: Sums[tuple[int, Gate]] = field(default_factory=sums)
    """Flows from station (or elsewhere) to station, at once or through a gate."""
    visits: Sums[int] = field(default_factory=sums)
    work: Sums[int] = field(default_factory=sums)
    """Hours on duty that the visits take."""
    squares: Sums[int] = field(default_factory=sums)
    doors: dict[str, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))
    """By profile, the stations at which dossiers are accepted, and how many."""
    graphs: dict[tuple[str, str], Graph] = field(default_factory=dict)
    """By profile and procedure."""
    shares: dict[str, dict[str, float]] = field(default_factory=dict)
    """By profile, those of the channels."""
    lost: dict[str, float] = field(default_factory=dict)
    """By office, the share of visitors who leave the ticket queue for good."""
    outside: dict[str, dict[Filed, float]] = field(default_factory=lambda: defaultdict(dict))
    """By profile, dossiers that are accepted as they are filed."""

    def where(self, office: str, pool: str) -> str:
        """The station that does the work of a pool for an office: its own, a centre's, a successor's."""
        spec = self.scenario.offices[office]
        if pool in spec.at:
            return spec.at[pool]
        if spec.successor is not None:
            return self.where(spec.successor, pool)
        if pool not in spec.staff and pool in self.scenario.centres:
            return pool
        return f"{office}/{pool}"

    def hours(self, place: Place, station: int) -> float:
        """Mean hours on duty of a visit."""
        return place.hours / self.stations[station].pace

    def volumes(self, office: str) -> dict[str, float]:
        """Dossiers expected of each procedure in the period."""
        spec = self.scenario.offices[office]
        mix = self.scenario.profiles[spec.profile].mix
        whole = sum(mix.values()) or 1.0
        found = {key: spec.volume * share / whole for key, share in mix.items()}
        for key, volume in spec.volumes.items():
            found[key] = found.get(key, 0.0) + volume
        return {key: volume for key, volume in found.items() if volume > 0}


def network(scenario: Scenario) -> Network:
    """The stations and flows of a scenario, by the traffic equations of its procedures."""
    first = scenario.start - timedelta(days=scenario.warmup_days)
    monday = first - timedelta(days=first.weekday())
    origin = int(midnight(monday))
    calendars = Calendars(scenario, origin, midnight(scenario.until) - origin)
    demand = Demand(_Constant(scenario), lambda _, name: calendars.law(name), origin, 0)
    found = Network(scenario, calendars, demand)
    for station in stations(scenario):
        found.places[station.name] = len(found.stations)
        found.stations.append(station)
    for office in scenario.offices:
        if wanted(scenario, office):
            _office(found, office)
    return found


class _Constant:
    """A course without changes."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario

    def on(self, day: date) -> Scenario:  # noqa: ARG002 (any day is like another)
        return self._scenario


# -- flows -------------------------------------------------------------------------------------------------


def _office(net: Network, office: str) -> None:
    scenario, spec = net.scenario, net.scenario.offices[office]
    profile = scenario.profiles[spec.profile]
    if spec.profile not in net.shares:
        net.shares[spec.profile] = _channels(net, office)
    volumes = net.volumes(office)
    lost = _leaving(net, office, sum(volumes.values()))
    net.lost[office] = lost
    for key, volume in volumes.items():
        if lost:
            graph = Builder(scenario, profile, key, net.shares[spec.profile], lost).build()
        else:
            known = spec.profile, key
            if known not in net.graphs:
                net.graphs[known] = Builder(scenario, profile, key, net.shares[spec.profile]).build()
            graph = net.graphs[known]
        refiled = scenario.procedures[key].refiled
        again = graph.refused * refiled.share if refiled else 0.0
        _flow(net, office, key, graph, volume, again)


def _channels(net: Network, office: str) -> dict[str, float]:
    """The shares of the channels over the whole period, at an office of a profile."""
    scenario = net.scenario
    need = Need(net.demand, scenario, office)
    first = scenario.start - timedelta(days=scenario.start.weekday())
    totals: Sums[str] = sums()
    for week in range(ceil((scenario.until - first).days / 7)):
        monday = first + timedelta(weeks=week)
        days = [scenario.start <= monday + timedelta(days=i) < scenario.until for i in range(7)]
        for channel in CHANNELS:
            totals[channel] += float(need.expected(channel, monday)[days].sum())
    whole = sum(totals.values()) or 1.0
    return {channel: count / whole for channel, count in totals.items() if count > 0}


def _leaving(net: Network, office: str, volume: float) -> float:
    """The share of visitors who leave the ticket queue for good, by Palm's formula for a steady stream."""
    scenario, spec = net.scenario, net.scenario.offices[office]
    profile = scenario.profiles[spec.profile]
    intake = profile.intake
    if intake is None or intake.patience_minutes is None:
        return 0.0
    station = net.stations[net.places[net.where(office, intake.pool)]]
    shares = net.shares[spec.profile]
    work = {name: getattr(intake, f"{name}_minutes") / 60 / station.pace for name in shares}
    hours = open_hours(net, station)
    mean = sum(shares[name] * work[name] for name in shares)
    leaves = impatience(
        station.posts, volume / hours, mean / station.present, intake.patience_minutes / 60
    )  # of this office alone: a centre's other offices are not reckoned in
    return leaves * (1 - intake.returns * (1 - leaves))


def _flow(net: Network, office: str, key: str, graph: Graph, volume: float, again: float) -> None:
    scenario, spec = net.scenario, net.scenario.offices[office]
    profile = scenario.profiles[spec.profile]
    at = [
        net.places[net.where(office, place.pool)] if place.kind == "work"
        else ELSEWHERE if place.kind == "external" else CITIZEN
        for place in graph.places
    ]  # fmt: skip
    filed = volume * (1 + again)
    for station, place, visits in zip(at, graph.places, graph.visits.tolist(), strict=True):
        if station >= 0:
            hours = net.hours(place, station)
            net.visits[station] += filed * visits
            net.work[station] += filed * visits * hours
            net.squares[station] += filed * visits * hours * hours * place.square
    months = tuple(scenario.procedures[key].months or scenario.demand.months)
    by_place = {place: channel for channel, place in graph.channels.items()}
    for edge in graph.flows:
        place, station = graph.places[edge.target], at[edge.target]
        if edge.source < 0:
            channels = [by_place[edge.target]] if edge.target in by_place else list(net.shares[spec.profile])
            for channel in channels:
                share = edge.share * (1 if edge.target in by_place else net.shares[spec.profile][channel])
                curve = spec.profile, months, channel
                if station >= 0:
                    net.filed[curve, station] += volume * share
                    net.direct[CITIZEN, station] += volume * again * share
                if not graph.channels:
                    known = net.outside[spec.profile]
                    known[curve] = known.get(curve, 0.0) + volume * share
            continue
        if station < 0:
            continue
        if edge.source in by_place:
            door = net.doors[spec.profile]
            door[at[edge.source]] = door.get(at[edge.source], 0.0) + filed * edge.share
        hours = place.round or edge.messenger
        if hours:
            net.gated[at[edge.source], Gate(station, profile.calendar, hours)] += filed * edge.share
        else:
            net.direct[at[edge.source], station] += filed * edge.share


# -- figures of stations -----------------------------------------------------------------------------------


def open_hours(net: Network, station: Station) -> float:
    """Hours of the period in which the station is on duty."""
    start, until = (midnight(day) - net.calendars.origin for day in (net.scenario.start, net.scenario.until))
    total = 0.0
    for name, share in station.calendars.items():
        hours = net.calendars.hours(name)
        total += share * (hours.worked(until) - hours.worked(start)) / HOUR
    return total


def arriving(net: Network) -> Floats:
    """Squared variations of what comes to each station, in steady state."""
    size = len(net.stations)
    flows, outside = np.zeros((size, size)), np.zeros(size)
    for (source, target), count in net.direct.items():
        if source >= 0:
            flows[source, target] += count
        else:
            outside[target] += count
    for (_, gate), count in net.gated.items():  # its batches are reckoned in time
        outside[gate.station] += count
    for (_, target), count in net.filed.items():
        outside[target] += count
    posts = np.array([float(station.posts) for station in net.stations])
    busy, work = np.zeros(size), np.ones(size)
    for i, station in enumerate(net.stations):
        if net.visits[i]:
            hours = open_hours(net, station)
            busy[i] = net.work[i] / hours / posts[i] / station.present
            work[i] = net.squares[i] * net.visits[i] / net.work[i] ** 2 - 1
    return variations(posts, busy, work, outside, flows)
