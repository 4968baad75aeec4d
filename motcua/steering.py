"""Steering: what a simulation asks every ten simulated minutes: has the instant come, are there levers."""

import time
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from dossier.event import Rejected, Tick, encode
from motcua.feed import TICK_HOURS, Topic
from motcua.pace import Pace
from motcua.show import clean
from simulator.scenario.levers import parse, text
from simulator.scenario.model import Lever, ScenarioError
from streams.control import Control, ControlError, decode

if TYPE_CHECKING:
    from simulator.run import Simulation

ASKED_SECONDS = 0.2
"""Of the wall, between two looks for orders."""
TICKED_SECONDS = 1.0
"""Of the wall, between two ticks, if an hour of simulated time has not passed before."""
SHOWN = 200
"""Characters of what was sent, in a warning."""


_WARNINGS = {
    "wait": ("{why}: levers wait", "{why}: các biện pháp chờ"),
    "none": ("no order: {what} ({why})", "không phải lệnh: {what} ({why})"),
    "refused": ("lever refused: {what} ({why})", "biện pháp bị từ chối: {what} ({why})"),
}


class Steering:
    """Holds a simulation to its pace, moves the topic's clock in the quiet, and gives the levers that came.

    A lever with a date waits for its day; a wrong one is refused with a warning that names it.
    What lies before the pace begins is history, and nobody steers it.
    """

    def __init__(self, pace: Pace, scenario: str, start: datetime, lang: str = "en") -> None:
        self._pace, self._scenario, self._lang = pace, scenario, lang
        self._asked = self._ticked = 0.0
        self._clock = start
        self._waiting: list[Lever] = []
        self._trouble = ""

    def begin(self, simulation: "Simulation", control: Control, topic: Topic) -> None:
        """To be told before the simulation asks: who it is, where levers come from, whose clock is moved."""
        self._simulation, self._control, self._topic = simulation, control, topic

    def __call__(self, now: datetime) -> Iterator[Lever]:
        """The levers to pull now, once the wall's clock has come so far."""
        self._pace.wait(now)
        self._tick(now)
        if self._pace.since is None or now < self._pace.since:
            return
        today = now.date()
        self._waiting += self._sent(today)
        due = [lever for lever in self._waiting if _has_come(lever, today)]
        self._waiting = [lever for lever in self._waiting if not _has_come(lever, today)]
        for lever in due:
            pulled = replace(lever, on=None)
            if self._fits(pulled, today):
                click.echo(f"{now:%Y-%m-%d %H:%M} {text(pulled)}", err=True)
                yield pulled

    def _tick(self, now: datetime) -> None:
        wall = time.monotonic()
        if now - self._clock >= TICK_HOURS or (now > self._clock and wall - self._ticked >= TICKED_SECONDS):
            self._clock, self._ticked = now, wall
            tick = Tick(scenario=self._scenario, at=now)
            self._topic.put(tick, encode(tick))

    def _sent(self, today: date) -> Iterator[Lever]:
        """The levers sent for this scenario since the last look."""
        wall = time.monotonic()
        if wall - self._asked < ASKED_SECONDS:
            return
        self._asked = wall
        try:
            sent = self._control.orders()
        except ControlError as error:
            if str(error) != self._trouble:
                self._trouble = str(error)
                self._warn("wait", error)
            return
        self._trouble = ""
        for raw in sent:
            order = decode(raw)
            if isinstance(order, Rejected):
                self._warn("none", order.detail, raw[:SHOWN].decode("utf-8", "replace"))
            elif order.scenario == self._scenario:
                yield from self._read(order.lever, today)

    def _read(self, written: str, today: date) -> Iterator[Lever]:
        try:
            lever = parse(written)
        except ScenarioError as error:
            self._warn("refused", error, written)
            return
        if _has_come(lever, today) or self._fits(lever, today):
            yield lever

    def _fits(self, lever: Lever, today: date) -> bool:
        """Whether the lever can be pulled in the scenario as it is now."""
        try:
            self._simulation.course.steered(today, [lever])
        except ScenarioError as error:
            self._warn("refused", error, text(lever))
            return False
        return True

    def _warn(self, which: str, why: object, what: str = "") -> None:
        words = _WARNINGS[which][self._lang == "vi"].format(what=what, why=why)
        click.echo(f"motcua: {clean(words)}", err=True)


def _has_come(lever: Lever, today: date) -> bool:
    return lever.on is None or lever.on <= today
