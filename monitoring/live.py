"""Live updates as server-sent events: made once a second for all watchers; nothing waits for a slow one."""

import asyncio
import time
from collections.abc import Callable

from aiohttp import web

from dossier.view import Refusal

PERIOD = 1.0
"""Seconds between two updates."""
PATIENCE = 10.0
"""Seconds after which a watcher that does not read is dropped."""
WATCHERS = 500
"""More at once are refused with 503."""
_STILL = b":\n\n"


class Live:
    """The watchers of a page; `make` gives the update for a key as one line of JSON.

    Watchers of one key share each update.
    None has a queue: who reads slowly misses updates and gets the newest.
    """

    def __init__(self, make: Callable[[tuple[str, ...]], bytes], period: float = PERIOD) -> None:
        self._make = make
        self._period = period
        self._made: dict[tuple[str, ...], tuple[float, bytes]] = {}
        self._closing = asyncio.Event()
        self.watching = 0

    async def close(self, _: web.Application) -> None:
        """End every watcher's stream, so that the server can stop at once."""
        self._closing.set()

    def update(self, key: tuple[str, ...]) -> bytes:
        """The update for a key, not older than the period."""
        now = time.monotonic()
        made = self._made.get(key)
        if made is None or now - made[0] >= self._period * 0.9:
            made = self._made[key] = now, b"data: " + self._make(key) + b"\n\n"
        return made[1]

    async def follow(self, request: web.Request, key: tuple[str, ...]) -> web.StreamResponse:
        """Send updates until the watcher leaves, the server stops or the view has nothing more to tell."""
        if self.watching >= WATCHERS:
            return web.Response(status=503, headers={"Retry-After": "10"}, text="Too many watchers.\n")
        update = self.update(key)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        )
        self.watching += 1
        try:
            await response.prepare(request)
            await self._send(response, b"retry: 3000\n" + update)
            while not await self._closed():
                newest = self.update(key)
                await self._send(response, _STILL if newest == update else newest)
                update = newest
        except (ConnectionError, TimeoutError):
            if request.transport is not None:
                request.transport.abort()
        except Refusal:
            pass  # the stream has begun: it can only end, and the browser asks anew
        finally:
            self.watching -= 1
        return response

    async def _send(self, response: web.StreamResponse, message: bytes) -> None:
        async with asyncio.timeout(PATIENCE):
            await response.write(message)

    async def _closed(self) -> bool:
        """Whether the server stops, after waiting a period for it."""
        try:
            async with asyncio.timeout(self._period):
                return await self._closing.wait()
        except TimeoutError:
            return False
