"""A TCP proxy that understands nothing: what is asked goes through at once, what is answered comes later."""

import asyncio
import socket
import threading
from contextlib import closing, suppress
from typing import Self

CHUNK = 256 * 1024
AHEAD = 1000
"""So many chunks are on their way at most; then no more is read, as on a long line."""

Line = asyncio.Queue[tuple[float, bytes]]


class Proxy:
    """`port` of 127.0.0.1 leads to `target` of it; an answer takes `seconds`, to be set at any time."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.target = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        self._loop.close()

    async def _serve(self) -> None:
        joined: set[asyncio.Task[None]] = set()

        def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(self._join(reader, writer))
            joined.add(task)
            task.add_done_callback(joined.discard)

        server = await asyncio.start_server(join, sock=self._listener)
        await self._over.wait()
        server.close()
        await _end(joined)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry bytes both ways until either end is gone."""
        with closing(writer), suppress(OSError):
            answers, asked = await asyncio.open_connection("127.0.0.1", self.target)
            with closing(asked):
                line: Line = asyncio.Queue(AHEAD)
                ways = {
                    asyncio.create_task(self._take(answers, line)),
                    asyncio.create_task(_give(line, writer)),
                }
                ways.add(asyncio.create_task(_copy(reader, asked)))
                try:
                    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    await _end(ways)

    async def _take(self, answers: asyncio.StreamReader, line: Line) -> None:
        while chunk := await answers.read(CHUNK):
            await line.put((self._loop.time() + self.seconds, chunk))


async def _give(line: Line, writer: asyncio.StreamWriter) -> None:
    while True:
        due, chunk = await line.get()
        await asyncio.sleep(due - asyncio.get_running_loop().time())
        writer.write(chunk)
        await writer.drain()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(CHUNK):
        writer.write(chunk)
        await writer.drain()


async def _end(tasks: set[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
