"""`motcua monitor`: fold the stream and serve its figures, until it is told to stop."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from dossier.law.calendar import DAY, Book
from dossier.view import View
from motcua import entry
from motcua.calendars import load
from motcua.files import BadInput
from motcua.serve import served
from motcua.topics import needs_kafka, security
from streams.local import LocalDriver, LocalLog
from streams.security import Secret

if TYPE_CHECKING:
    from streams.app import KafkaDriver

LIVE = "live"
IDLE_SECONDS = 0.2


PLAIN = {
    "en": "what {host} sends is not encrypted: put a proxy with TLS before it (docs/serving.md)",
    "vi": "dữ liệu gửi từ {host} không được mã hóa: hãy đặt một proxy có TLS phía trước (docs/serving.md)",
}


class Page(NamedTuple):
    """Where the page is served, in which language, under which title, and what lets others in."""

    port: int
    lang: str
    title: str
    host: str
    token: Secret | None

    def served(self, view: View) -> AbstractAsyncContextManager[str]:
        """Its address while the context lasts."""
        return served(view, self.port, self.lang, self.title, self.host, self.token)


def run(
    *,
    kafka: str | None,
    store: Path | None,
    clock: str,
    group: str,
    name: str | None,
    keep_days: int,
    standby: bool,
    calendar: str,
    **around: Any,
) -> None:
    """Run the command; SIGTERM and Ctrl-C end it in order."""
    if (kafka is None) == (store is None):
        raise BadInput("say what to follow: --kafka HOST:PORT or --store FILE")
    page = _page(**around)
    wall, book, keep = clock == "wall", load(calendar), keep_days * DAY or None
    if store is not None:
        asyncio.run(_until_told(_follow_store(store, book, keep, wall, page)))
        return
    needs_kafka()
    import uvloop

    from streams import topics
    from streams.app import KafkaDriver

    assert kafka is not None
    secured = security()
    topics.ensure(kafka, group, secured)
    topics.selftest(kafka, secured, group)

    # The same after a restart, so that it has its partitions back at once; two workers never share it.
    name = name or f"{socket.gethostname()}-{page.port or os.getpid()}"

    async def follow() -> None:
        await _follow_kafka(KafkaDriver(kafka, book, group, name, secured, keep, standby=standby), wall, page)

    uvloop.run(_until_told(follow()))


def _page(host: str, token_file: Path | None, **around: Any) -> Page:
    page = Page(host=host, token=entry.needed(host, token_file), **around)
    if not entry.is_loopback(host):
        click.echo(f"motcua: {PLAIN[page.lang].format(host=host)}", err=True)
    return page


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    """The work, cancelled by SIGTERM or SIGINT; an error of its own comes through."""
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


async def _follow_store(store: Path, book: Book, keep: float | None, wall: bool, page: Page) -> None:
    with closing(LocalLog(store)) as log:
        driver = LocalDriver(log, book, keep)
        async with page.served(driver.view) as address:
            click.echo(address)
            while True:
                folded = driver.poll()
                if wall:
                    driver.tick(LIVE, time.time())
                await asyncio.sleep(0 if folded else IDLE_SECONDS)


async def _follow_kafka(driver: "KafkaDriver", wall: bool, page: Page) -> None:
    async with page.served(driver.view) as address:
        click.echo(address)
        worker = asyncio.create_task(driver.run())
        clock = asyncio.create_task(_tick(driver)) if wall else None
        try:
            await worker
        finally:
            if clock is not None:
                clock.cancel()
            worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker


async def _tick(driver: "KafkaDriver") -> None:
    while True:
        driver.tick(LIVE, time.time())
        await asyncio.sleep(1)
