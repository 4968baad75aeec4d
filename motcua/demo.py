"""`motcua demo`: a simulated month through the whole pipeline, watched live, and its scoreboard.

Embedded by default; with `--kafka` the same events go through Apache Kafka and a Faust worker.
The figures are the same for the same seed.
"""

import asyncio
import json
import socket
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import click
from msgspec.structs import replace

from dossier.calendar import VIETNAM, vietnam
from motcua.feed import TICK_HOURS, lines, ticked
from motcua.files import BadInput, Line
from motcua.progress import Bar
from motcua.scoreboard import Answer, scoreboard
from motcua.serve import HOST, served
from motcua.simulate import watched
from motcua.topics import needs_kafka
from simulator.model import Scenario
from simulator.scenario import load

MONTHS = {"phu-tho-2026": (date(2026, 3, 1), date(2026, 4, 1))}
"""What the demo shows of a longer scenario."""
CHUNK = 2000
ROUTES = {"level": {"by": "level"}, "office": {"by": "office"}}


def run(
    *,
    scenario: str,
    kafka: str | None,
    seed: int,
    start: date | None,
    until: date | None,
    serve: bool,
    out: Path,
    port: int,
    lang: str,
) -> None:
    """Run the command; it ends by itself, or at Ctrl-C with `serve`."""
    world = load(scenario)
    month = MONTHS.get(world.name, (world.start, world.until))
    start, until = start or month[0], until or month[1]
    out.mkdir(parents=True, exist_ok=True)
    if kafka is None:
        asyncio.run(_embedded(world, seed, start, until, serve, out, port, lang))
    else:
        _through_kafka(kafka, world, seed, start, until, serve, out, port, lang)


def _messages(world: Scenario, seed: int, start: date, until: date) -> Iterator[Line]:
    end = datetime(until.year, until.month, until.day, tzinfo=VIETNAM)
    return ticked(lines(watched(world, seed, start, until)), TICK_HOURS, end)


async def _embedded(
    world: Scenario, seed: int, start: date, until: date, serve: bool, out: Path, port: int, lang: str
) -> None:
    from monitoring.snapshot import snapshot
    from streams.local import LocalDriver, LocalLog, LocalTopic

    with (
        tempfile.TemporaryDirectory(prefix="motcua-") as folder,
        closing(LocalLog(Path(folder) / "log.sqlite")) as log,
    ):
        driver, topic = LocalDriver(log, vietnam()), LocalTopic(log)
        async with served(driver.view, port, lang, world.title) as address:
            _say_where(address)
            begun = time.monotonic()
            for chunk in _chunks(_messages(world, seed, start, until)):
                for line in chunk:
                    topic.put(line.event, line.value)
                topic.flush()
                while driver.poll():
                    await asyncio.sleep(0)  # the page's turn
            pace = Pace(driver.view.health().events, time.monotonic() - begun, driver.view.health().lag)
            answers = {name: driver.view.indicators(world.name, **asked) for name, asked in ROUTES.items()}
            page = snapshot(driver.view, world.name, lang, province=world.title)
            _conclude(world, answers, page, pace, out, lang)
            if serve:
                _say_served(address)
                await asyncio.Event().wait()


def _through_kafka(
    kafka: str,
    world: Scenario,
    seed: int,
    start: date,
    until: date,
    serve: bool,
    out: Path,
    port: int,
    lang: str,
) -> None:
    needs_kafka()
    from simulator.kafka import KafkaTopic
    from streams import topics

    with _broker(kafka) as address:
        if kafka != "local":
            # A broker that lasts may hold other runs: a name of its own for each seed keeps them apart.
            world = replace(world, name=f"{world.name}-seed{seed}")
        topics.ensure(address)
        with _worker(address, port, lang, out) as page:
            _say_where(page)
            begun = time.monotonic()
            end = datetime(until.year, until.month, until.day, tzinfo=VIETNAM).timestamp()
            with KafkaTopic(address) as topic:
                for line in _messages(world, seed, start, until):
                    topic.put(line.event, line.value)
            health = _caught_up(page, world.name, end)
            pace = Pace(health["events"], time.monotonic() - begun, health["lag"])
            asked = {"scenario": world.name}
            answers = {
                name: json.loads(_get(page, "/api/indicators", {**asked, **by}))
                for name, by in ROUTES.items()
            }
            _conclude(world, answers, _get(page, "/snapshot", {**asked, "lang": lang}), pace, out, lang)
            if serve:
                _say_served(page)
                while True:
                    time.sleep(1)


class Pace:
    """How fast it went: messages, seconds and what was left unread at the end."""

    def __init__(self, events: int, seconds: float, lag: int) -> None:
        self.events, self.seconds, self.lag = events, seconds, lag

    def __str__(self) -> str:
        rate = self.events / max(self.seconds, 1e-9)
        return f"{self.events:,} messages in {self.seconds:.1f} s: {rate:,.0f} a second, simulated, streamed and folded; lag {self.lag}"


def _conclude(
    world: Scenario, answers: dict[str, Answer], page: str, pace: Pace, out: Path, lang: str
) -> None:
    """Print the scoreboard, and save it and the page."""
    board = scoreboard(answers["level"], answers["office"], getattr(world, "published", {}), lang)
    (out / "page.html").write_text(page, "utf-8")
    (out / "scoreboard.txt").write_text(f"{board}\n", "utf-8")
    (out / "indicators.json").write_text(json.dumps(answers, ensure_ascii=False, indent=1), "utf-8")
    click.echo(f"\n{board}\n\n{pace}\nThe page as it stands: {out / 'page.html'}")


def _chunks(messages: Iterable[Line]) -> Iterator[list[Line]]:
    chunk: list[Line] = []
    for line in messages:
        chunk.append(line)
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    yield chunk


@contextmanager
def _broker(kafka: str) -> Iterator[str]:
    if kafka != "local":
        yield kafka
        return
    from streams.broker import local_kafka

    click.echo("starting Apache Kafka on this machine ...", err=True)
    with local_kafka() as address:
        yield address


@contextmanager
def _worker(broker: str, port: int, lang: str, out: Path) -> Iterator[str]:
    """A Faust worker with its page, as a process of its own; the page's address."""
    from streams.process import end, spawn, tail

    port = port or _free_port()
    address = f"http://{HOST}:{port}"
    command = [
        sys.executable,
        "-m",
        "motcua",
        "monitor",
        "--kafka",
        broker,
        "--port",
        str(port),
        "--lang",
        lang,
    ]
    log = out / "worker.log"
    with log.open("wb") as output:
        process = spawn(command, Path.cwd(), output.fileno())
        try:
            while not _answers(address):
                if process.poll() is not None:
                    raise BadInput(f"the worker ended: {tail(log.read_text('utf-8', 'replace'))}")
                time.sleep(0.1)
            yield address
        finally:
            end(process)


def _caught_up(page: str, scenario: str, until: float) -> dict[str, Any]:
    """The worker's health once it has folded all that was sent, with a bar of what it has left."""
    total = 0
    with Bar("folding", 1000) as bar:
        while True:
            health: dict[str, Any] = json.loads(_get(page, "/healthz", {}))
            total = max(total, health["lag"])
            if health["lag"] == 0 and health["clocks"].get(scenario, 0) >= until:
                return health
            bar.to(1000 - 1000 * health["lag"] // max(total, 1))
            time.sleep(0.2)


def _answers(address: str) -> bool:
    try:
        _get(address, "/readyz", {})
    except (OSError, URLError):
        return False
    return True


def _get(address: str, path: str, asked: dict[str, str]) -> str:
    with urlopen(f"{address}{path}?{urlencode(asked)}", timeout=60) as answer:  # noqa: S310 (our own page)
        return str(answer.read().decode())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _say_where(address: str) -> None:
    click.echo(f"The page, live: {address}", err=True)


def _say_served(address: str) -> None:
    click.echo(f"The page stays at {address} until Ctrl-C.", err=True)
