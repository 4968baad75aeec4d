"""Steering: levers reach a simulation that runs, change it at once, and are told; wrong ones are refused."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from dossier.event import Accepted, Message, Resolved, StaffChanged, Steered, Tick, decode
from dossier.law.calendar import VIETNAM
from motcua.cli import main
from motcua.orders import send
from motcua.pace import Pace
from motcua.runs import Plan, Run
from motcua.steering import Steering
from simulator.run import Simulation
from simulator.scenario.files import load
from streams.control import Order, encode
from streams.control import decode as read

SCARCE = "staff:pool=justice,factor=0.3"
ENOUGH = "staff:pool=justice,factor=5"
LIVE = "2026-03-12"
"""History up to here, then at a pace."""


def order(lever: str, scenario: str = "quickstart") -> bytes:
    return encode(Order(scenario=scenario, lever=lever, at=datetime.now(UTC)))


class Sent:
    """Orders on their way, in this process."""

    def __init__(self, *values: bytes) -> None:
        self.values = list(values)

    def orders(self) -> list[bytes]:
        values, self.values = self.values, []
        return values


class Heard:
    """A topic that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Message] = []

    def put(self, event: Message | None, value: bytes) -> None:
        assert decode(value) == event
        self.told.append(event)

    def flush(self) -> None:
        pass


def steered(*values: bytes, since: int = 1, until: int = 8) -> tuple[list[Message], Heard]:
    """A run of so many days of March that is steered from one of them on; what it tells, and its ticks."""
    begin = datetime(2026, 3, since, tzinfo=VIETNAM)
    steering, topic = Steering(Pace(1e12, begin), "quickstart", datetime(2026, 3, 1, tzinfo=VIETNAM)), Heard()
    simulation = Simulation(load("quickstart"), 1, until=date(2026, 3, until), steer=steering)
    steering.begin(simulation, Sent(*values), topic)
    return list(simulation.facts()), topic


def of(kind: type, events: Sequence[Message]) -> list:
    return [event for event in events if isinstance(event, kind)]


def test_a_lever_holds_from_the_instant_at_which_it_is_asked_for():
    events, _ = steered(order("staff:pool=leader,add=2"), since=4)
    found = [(s.lever, s.at.isoformat()) for s in of(Steered, events)]
    assert found == [("staff:pool=leader,add=2", "2026-03-04T00:00:00+07:00")]
    changed = [(s.office, s.pool, s.posts) for s in of(StaffChanged, events)]
    assert changed == [("H44.100", "leader", 3)]


def test_levers_come_in_the_order_in_which_they_were_sent():
    levers = ["staff:pool=leader,set=3", "staff:pool=leader,add=-1", "edd"]
    events, _ = steered(*map(order, levers))
    assert [s.lever for s in of(Steered, events)] == levers
    assert [s.posts for s in of(StaffChanged, events)] == [3, 2]


def test_a_lever_with_a_date_waits_for_its_day_and_one_that_is_past_does_not():
    events, _ = steered(order("edd:on=2026-03-06"), order("staff:pool=leader,add=1,on=2026-02-01"))
    assert [(s.lever, s.at.day) for s in of(Steered, events)] == [("staff:pool=leader,add=1", 1), ("edd", 6)]


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (order("fly:height=3"), "fly"),
        (order("staff:pool=nobody,add=1"), "nobody"),
        (order("staff:pool=nobody,add=1,on=2026-03-06"), "nobody"),
        (order("staff:pool=leader,add=-50"), "staff"),
        (b'{"scenario": "quickstart"}', "quickstart"),
        (b"\xff\x00{not json", "not json"),
        (b"", "no order"),
        (b"[" * 5000, "[[["),
    ],
    ids=lambda value: value if isinstance(value, str) else "order",  # an order's own text has the time in it
)
def test_what_is_wrong_is_refused_with_a_warning_that_names_it_and_the_next_one_holds(value, named, capsys):
    events, _ = steered(value, order("edd"))
    assert [s.lever for s in of(Steered, events)] == ["edd"]
    warning = capsys.readouterr().err.splitlines()[0]
    assert warning.startswith("motcua: ")
    assert named in warning
    assert len(warning) < 600


def test_levers_for_another_scenario_are_not_ours(capsys):
    events, _ = steered(order("edd", "other"))
    assert (of(Steered, events), capsys.readouterr().err) == ([], "")


def test_a_run_that_nobody_steers_is_the_same_as_one_that_cannot_be_steered():
    events, _ = steered()
    assert events == list(Simulation(load("quickstart"), 1, until=date(2026, 3, 8)).facts())


def test_the_clock_of_the_topic_moves_while_nothing_happens():
    _, topic = steered()
    ticks = [tick.at for tick in of(Tick, topic.told)]
    assert ticks == sorted(set(ticks))
    assert max((b - a).total_seconds() for a, b in pairwise(ticks)) == 3600
    assert len(ticks) >= 7 * 24 - 1


# -- from one program to another --------------------------------------------------------------------------


@contextmanager
def simulation(speed: float, *words: object) -> Iterator[subprocess.Popen[str]]:
    """A month under pressure, of which the last twenty days are run at a pace."""
    asked = ["quickstart", "--lever", SCARCE, "--backfill", LIVE, "--speed", f"{speed}", *map(str, words)]
    process = subprocess.Popen(
        [sys.executable, "-m", "motcua", "simulate", *asked],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()


def steer(*words: object, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "motcua", "steer", *map(str, words)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def until(found: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not found():
        assert time.monotonic() < end
        time.sleep(0.05)


def asks(store: Path) -> bool:
    """Whether the simulation that writes the store has begun to ask for orders."""
    if not store.exists():
        return False
    with closing(sqlite3.connect(store)) as connection:
        return bool(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'control'").fetchall())


def late(path: Path, since: datetime) -> float:
    """Share of late ones of the dossiers accepted since, and resolved."""
    events = [decode(line) for line in path.read_bytes().splitlines()]
    due = {e.dossier_id: e.due_at for e in of(Accepted, events) if e.at >= since}
    ends = [(e.at, due[e.dossier_id]) for e in of(Resolved, events) if due.get(e.dossier_id)]
    assert len(ends) > 50
    return sum(at > by for at, by in ends) / len(ends)


def test_a_store_is_steered_in_mid_run_and_lateness_falls(tmp_path):
    store, out, untouched = tmp_path / "run.sqlite", tmp_path / "e.jsonl", tmp_path / "untouched.jsonl"
    with simulation(5e5, "--store", store, "--out", out, "--format", "json") as process:
        until(lambda: asks(store))
        send([order(ENOUGH)], None, store)
        told, error = process.communicate(timeout=120)
    assert process.returncode == 0
    assert ENOUGH in error
    assert json.loads(told)["levers"][0] == SCARCE
    Run(Plan(scenario="quickstart", levers=(SCARCE,), out=(str(untouched),))).go()
    events = [decode(line) for line in out.read_bytes().splitlines()]
    (lever,) = of(Steered, events)
    assert lever.lever == ENOUGH
    assert lever.at.date() >= date.fromisoformat(LIVE)
    (staff,) = of(StaffChanged, events)
    assert (staff.at, staff.pool) == (lever.at, "justice")
    with closing(sqlite3.connect(store)) as connection:
        log = [value for (value,) in connection.execute("SELECT value FROM log")]
    assert sum(b'"steered"' in value for value in log) == 12  # once in every partition
    assert late(out, lever.at) < late(untouched, lever.at) / 2


@pytest.mark.kafka
def test_a_topic_is_steered_in_mid_run_and_lateness_falls(kafka, tmp_path):
    out = tmp_path / "e.jsonl"
    with simulation(2e5, "--kafka", kafka, "--out", out) as process:
        until(lambda: any(tmp_path.iterdir()))  # its files come after its topics
        send([order("fly"), order(ENOUGH), order("edd")], kafka, None)
        _, error = process.communicate(timeout=120)
    assert process.returncode == 0, error
    assert "unknown lever 'fly'" in error
    events = [decode(line) for line in out.read_bytes().splitlines()]
    assert [event.lever for event in of(Steered, events)] == [ENOUGH, "edd"]
    assert of(StaffChanged, events)


@pytest.mark.kafka
def test_a_broker_that_is_not_there_is_named():
    error = steer("quickstart", "edd", "--kafka", "127.0.0.1:1", code=2)
    assert "no Kafka answers at 127.0.0.1:1" in error
    assert "Traceback" not in error


def test_a_later_run_is_not_steered_by_what_was_sent_before(tmp_path, capsys):
    store = tmp_path / "run.sqlite"
    plan = Plan(scenario="quickstart", until=date(2026, 3, 4), store=store, speed=1e9)
    Run(plan).go()
    assert steer("quickstart", "edd", "--store", store) == "sent to quickstart: edd\n"
    assert steer("quickstart", "edd", "--store", store, "--lang", "vi") == "đã gửi tới quickstart: edd\n"
    assert Run(plan).go().summary["levers"] == []
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "words",
    [
        ("quickstart", "edd"),
        ("quickstart", "edd", "--store", "none.sqlite"),
        ("quickstart", "edd", "--store", "a.txt"),
        ("quickstart", "fly", "--store", "a.txt"),
        ("quickstart", "staff:pool=nobody,add=1", "--store", "a.txt"),
        ("nowhere", "edd", "--store", "a.txt"),
        ("quickstart", "--store", "a.txt"),
    ],
)
def test_a_wrong_order_is_refused_in_a_sentence(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("hello")
    monkeypatch.setattr(sys, "argv", ["motcua", "steer", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    out, error = capsys.readouterr()
    assert (out, bool(error.strip()), "Traceback" in error) == ("", True, False)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.kafka
def test_the_command_sends_to_a_topic(kafka):
    from streams import topics  # noqa: PLC0415 (an extra)
    from streams.control_topic import KafkaControl  # noqa: PLC0415

    topics.ensure_control(kafka)
    with closing(KafkaControl(kafka)) as asker:
        assert steer("quickstart", "edd", ENOUGH, "--kafka", kafka).count("sent to quickstart") == 2
        assert [read(raw).lever for raw in asker.orders()] == ["edd", ENOUGH]
