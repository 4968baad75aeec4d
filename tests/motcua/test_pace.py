"""Pace: what happens at an instant is told when the instant comes; who is late catches up and says so."""

import time
from datetime import timedelta

import pytest

from motcua.pace import Lag, Pace
from tests import strategies as our


def took(call, *arguments) -> float:
    begun = time.monotonic()
    call(*arguments)
    return time.monotonic() - begun


def test_what_lies_before_is_not_waited_for():
    pace = Pace(1.0, since=our.at(5))
    assert took(pace.wait, our.at(0)) < 0.1
    assert took(pace.wait, our.at(5)) < 0.1
    assert took(pace.wait, our.at(5) + timedelta(seconds=0.2)) == pytest.approx(0.2, abs=0.1)


def test_without_a_beginning_it_begins_with_the_first():
    pace = Pace(36_000.0)
    assert took(pace.wait, our.at(7)) < 0.1
    assert took(pace.wait, our.at(9)) == pytest.approx(0.2, abs=0.1)


def test_who_is_late_is_not_held_up_and_the_lag_is_known():
    pace = Pace(3600.0)
    pace.wait(our.at(0))
    time.sleep(0.3)
    assert took(pace.wait, our.at(0) + timedelta(seconds=360)) < 0.05
    assert 0.15 < pace.behind < 2
    assert pace.most == pace.behind
    pace.wait(our.at(0) + timedelta(minutes=45))
    assert pace.behind == 0
    assert 0.15 < pace.most < 2


def test_what_is_told_without_a_pause_is_not_held_back_for_long(monkeypatch):
    monkeypatch.setattr("motcua.pace.STALE_SECONDS", 0.05)
    idle: list[int] = []
    pace = Pace(1.0, idle=lambda: idle.append(1))
    for k in range(20):
        pace.wait(our.at(0) + timedelta(seconds=0.01 * k))
    assert 1 <= len(idle) <= 4


def test_before_a_wait_that_is_worth_it_the_idle_hand_is_put_to_work():
    idle: list[int] = []
    pace = Pace(1.0, idle=lambda: idle.append(1))
    pace.wait(our.at(0))
    pace.wait(our.at(0) + timedelta(seconds=0.01))
    assert idle == []
    pace.wait(our.at(0) + timedelta(seconds=0.3))
    assert idle == [1]


def test_on_a_terminal_a_line_says_how_far_it_is_behind(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with Lag(Pace(60.0)) as lag:
        lag.to(our.at(0))
        lag.to(our.at(1))
    line = capsys.readouterr().err
    assert line.count("\r") == 1
    assert "60 times as fast, 0.0 s behind" in line


def test_without_a_terminal_it_says_nothing(capsys):
    with Lag(Pace(60.0)) as lag:
        lag.to(our.at(0))
    assert capsys.readouterr().err == ""
