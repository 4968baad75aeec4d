"""`motcua demo`: a simulated month through the whole pipeline, watched live, and its scoreboard.

With levers it is two worlds, the baseline and the reform, with the same luck.
Embedded by default; with `--kafka` the same events go through Apache Kafka and a Faust worker.
The figures are the same for the same seed.
"""

import asyncio
import json
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

import click

from dossier.law.calendar import vietnam
from motcua.files import BadInput, Line
from motcua.notices import notices
from motcua.progress import Bar
from motcua.runs import check_days, midnight
from motcua.scoreboard import WORDS, Answer, differences, scoreboard
from motcua.serve import HOST, served
from motcua.show import number
from motcua.stage import Demo
from motcua.topics import config, needs_kafka, security
from simulator.scenario.files import load
from simulator.scenario.levers import parse
from simulator.scenario.model import Scenario
from streams.security import PLAIN

if TYPE_CHECKING:
    from streams.local import LocalDriver, LocalTopic

MONTHS = {"phu-tho-2026": (date(2026, 3, 1), date(2026, 4, 1))}
"""What the demo shows of a longer scenario."""
CHUNK = 1000
ASKED = ("level", "office")
_DIRECT = build_opener(ProxyHandler({}))
"""Asks our own page, which no proxy knows."""


def run(  # noqa: PLR0913 (the options of the command)
    *,
    scenario: str,
    kafka: str | None,
    levers: tuple[str, ...],
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
    first, after = MONTHS.get(world.name, (world.start, world.until))
    pulled = tuple(parse(lever) for lever in levers)
    for sentence in notices(world, pulled, until or after, lang):
        click.echo(f"motcua: {sentence}", err=True)
    days = start or first, until or after
    demo = Demo(scenario, world, pulled, seed, *days, serve, out, port, lang, threading.Event())
    check_days(demo.start, demo.until)
    out.mkdir(parents=True, exist_ok=True)
    if kafka is None:
        asyncio.run(_embedded(demo))
    else:
        _through_kafka(demo, kafka)


async def _embedded(demo: Demo) -> None:
    from streams.local import LocalDriver, LocalLog, LocalTopic

    with _folder() as folder, closing(LocalLog(folder / "log.sqlite")) as log:
        driver, topic = LocalDriver(log, vietnam()), LocalTopic(log)
        async with served(driver.view, demo.port, demo.lang, demo.scenario.title) as address:
            _say("live", demo, address)
            begun = time.monotonic()
            try:
                await _stream(demo.messages(), topic, driver)
            finally:
                demo.stopped.set()
            health = driver.view.health()
            pace = Pace(health.events, time.monotonic() - begun, health.lag)
            await asyncio.to_thread(_conclude, demo, address, pace)
            if demo.serve:
                _say("stays", demo, address)
                await asyncio.Event().wait()


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="motcua-") as folder:
        yield Path(folder)


async def _stream(messages: Iterable[Line], topic: "LocalTopic", driver: "LocalDriver") -> None:
    """Messages into the log and out of it; they are made in a thread, so the page need not wait."""
    chunks = _chunks(messages)
    while chunk := await asyncio.to_thread(next, chunks, None):
        for line in chunk:
            topic.put(line.event, line.value)
        topic.flush()
        folded = driver.poll()
        while folded:
            await asyncio.sleep(0)
            folded = driver.poll()


def _through_kafka(demo: Demo, kafka: str) -> None:
    needs_kafka()
    from simulator.sinks.kafka import KafkaTopic
    from streams import topics

    with _broker(demo, kafka) as address:
        if kafka != "local":
            demo = demo.lasting()
        secured = PLAIN if kafka == "local" else security()
        topics.ensure(address, security=secured)
        with _worker(demo, address, Path(os.devnull) if kafka == "local" else config()) as page:
            _say("live", demo, page)
            begun = time.monotonic()
            with KafkaTopic(address, secured=secured.kafka_python()) as topic:
                for line in demo.messages():
                    topic.put(line.event, line.value)
            health = _caught_up(page, demo, midnight(demo.until).timestamp())
            pace = Pace(health["events"], time.monotonic() - begun, health["lag"])
            _conclude(demo, page, pace)
            if demo.serve:
                _say("stays", demo, page)
                threading.Event().wait()


class Pace:
    """How fast it went: messages, seconds and what was left unread at the end."""

    def __init__(self, events: int, seconds: float, lag: int) -> None:
        self.events, self.seconds, self.lag = events, seconds, lag

    def told(self, lang: str) -> str:
        """It in words."""
        rate = self.events / max(self.seconds, 1e-9)
        return WORDS[lang]["pace"].format(
            events=number(self.events, lang),
            seconds=number(self.seconds, lang),
            rate=number(rate, lang),
            lag=number(self.lag, lang),
        )


def _conclude(demo: Demo, address: str, pace: Pace) -> None:
    """Ask the page for its figures; print the scoreboard, and save it and the page."""
    names = demo.names
    answers = {name: _answers(demo, address, name) for name in names}
    baseline, lang = answers[names[0]], demo.lang
    level, office, before = (baseline[which] for which in (*ASKED, "before"))
    board = scoreboard(level, office, before, _published(demo.scenario), lang)
    kept: dict[str, Any] = baseline
    if len(names) > 1:
        two = dict(zip(("scenario", "with"), names, strict=True))
        compared = json.loads(_get(address, "/api/compare", {**two, "by": "level"}))
        board = f"{differences(compared, demo.command, lang)}\n\n{board}"
        kept = {"comparison": compared, **answers}
    page = _get(address, "/snapshot", {"scenario": names[0], "lang": lang})
    (demo.out / "page.html").write_text(page, "utf-8")
    (demo.out / "scoreboard.txt").write_text(f"{board}\n", "utf-8")
    (demo.out / "indicators.json").write_text(json.dumps(kept, ensure_ascii=False, indent=1), "utf-8")
    told = f"{WORDS[lang]['page']}: {demo.out / 'page.html'}"
    click.echo(f"\n{board}\n\n{pace.told(lang)}\n{told}")


def _answers(demo: Demo, address: str, name: str) -> dict[str, Answer]:
    """The figures of a world at its end, by level and office, and those of its beginning."""
    asked = {by: {"by": by} for by in ASKED} | {"before": {"as_of": midnight(demo.start).isoformat()}}
    return {
        which: json.loads(_get(address, "/api/indicators", {"scenario": name, **wish}))
        for which, wish in asked.items()
    }


def _published(world: Scenario) -> dict[str, float]:
    return {level: found.on_time / found.received for level, found in world.published.items()}


def _chunks(messages: Iterable[Line]) -> Iterator[list[Line]]:
    chunk: list[Line] = []
    for line in messages:
        chunk.append(line)
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    yield chunk


@contextmanager
def _broker(demo: Demo, kafka: str) -> Iterator[str]:
    if kafka != "local":
        yield kafka
        return
    from streams.broker import local_kafka

    _say("kafka", demo)
    with local_kafka() as address:
        yield address


@contextmanager
def _worker(demo: Demo, broker: str, config: Path | None) -> Iterator[str]:
    """A Faust worker with its page, as a process of its own; the page's address.

    `config` is the file that says how to speak to the broker: an empty one, as a plain client.
    """
    from streams.process import end, spawn, tail

    port = str(demo.port or _free_port())
    address = f"http://{HOST}:{port}"
    options = ["--kafka", broker, "--port", port, "--lang", demo.lang, "--title", demo.scenario.title]
    options += ["--kafka-config", str(config)] if config is not None else []
    log = demo.out / "worker.log"
    with log.open("wb") as output:
        process = spawn([sys.executable, "-m", "motcua", "monitor", *options], Path.cwd(), output.fileno())
        try:
            while not _ready(address):
                if process.poll() is not None:
                    raise BadInput(f"the worker ended: {tail(log.read_text('utf-8', 'replace'))}")
                time.sleep(0.1)
            yield address
        finally:
            end(process)


def _caught_up(page: str, demo: Demo, until: float) -> dict[str, Any]:
    """The worker's health once it has folded all that was sent, with a bar of what it has left."""
    total = 0
    with Bar(WORDS[demo.lang]["folding"], 1000) as bar:
        while True:
            health: dict[str, Any] = json.loads(_get(page, "/healthz", {}))
            total = max(total, health["lag"])
            if health["lag"] == 0 and all(health["clocks"].get(name, 0) >= until for name in demo.names):
                return health
            bar.to(1000 - 1000 * health["lag"] // max(total, 1))
            time.sleep(0.2)


def _ready(address: str) -> bool:
    try:
        _get(address, "/readyz", {})
    except (OSError, URLError):
        return False
    return True


def _get(address: str, path: str, asked: dict[str, str]) -> str:
    with _DIRECT.open(f"{address}{path}?{urlencode(asked)}", timeout=60) as answer:
        return str(answer.read().decode())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _say(name: str, demo: Demo, address: str = "") -> None:
    if address and len(demo.names) > 1:
        address += f"/?{urlencode(dict(zip(('scenario', 'with'), demo.names, strict=True)))}"
    click.echo(WORDS[demo.lang][name].format(address=address), err=True)
