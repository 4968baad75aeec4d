import asyncio
import json
import time

from dossier.view import Refusal
from monitoring import live as module
from monitoring.live import Live


async def update(response):
    """The next update, past comments."""
    while True:
        line = await response.content.readline()
        assert line, "the stream ended"
        if line.startswith(b"data: "):
            return json.loads(line.removeprefix(b"data: "))


def test_a_watcher_sees_a_changed_figure(view, served, changed):
    async def visit(client):
        async with client.get("/stream?lang=vi") as response:
            assert response.headers["Content-Type"] == "text/event-stream"
            first = await update(response)
            assert "13.757" not in first["sections"]["stream"]
            changed(view, events=7654321)
            second = await update(response)
            assert "7.654.321" in second["sections"]["stream"]
            assert first["sections"]["offices"] == second["sections"]["offices"]
            assert len(second["trend"]["day"]) == len(second["trend"]["on_time"]) == 27

    served(view, visit, period=0.02)


def test_all_watchers_share_one_reading_a_period(view, served):
    async def visit(client):
        responses = await asyncio.gather(*(client.get("/stream") for _ in range(30)))
        first = await asyncio.gather(*map(update, responses))
        assert all(first[0] == other for other in first)
        assert view.asked == 1
        for response in responses:
            response.close()

    served(view, visit, period=5.0)


def test_what_does_not_change_is_not_sent_again(view, served):
    async def visit(client):
        async with client.get("/stream") as response:
            await update(response)
            assert [await response.content.readline() for _ in range(4)] == [b"\n", b":\n", b"\n", b":\n"]

    served(view, visit, period=0.02)


def test_a_hostile_name_comes_escaped(view, served):
    async def visit(client):
        async with client.get("/stream") as response:
            sections = (await update(response))["sections"]
            assert "<script" not in "".join(sections.values())
            assert "&lt;script&gt;alert(" in sections["offices"]

    served(view, visit)


def test_streams_end_at_once_when_the_server_stops(view, served):
    start = time.monotonic()
    ended = []

    async def visit(client):
        response = await client.get("/stream")
        await update(response)

        async def rest():
            while await response.content.readline():
                pass
            ended.append(True)

        reader = asyncio.create_task(rest())
        await client.server.close()
        await reader

    served(view, visit, period=60.0)
    assert ended == [True]
    assert time.monotonic() - start < 5


def test_a_watcher_that_leaves_is_forgotten(view, served, monkeypatch):
    lives = []
    watch = Live.follow
    monkeypatch.setattr(Live, "follow", lambda self, *rest: lives.append(self) or watch(self, *rest))

    async def visit(client):
        response = await client.get("/stream")
        await update(response)
        assert lives[0].watching == 1
        response.close()
        for _ in range(200):
            await asyncio.sleep(0.01)
            if not lives[0].watching:
                return
        raise AssertionError("still watching")

    served(view, visit, period=0.02)


def test_a_watcher_that_does_not_read_is_dropped(large, served, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.3)
    lives = []
    watch = Live.follow
    monkeypatch.setattr(Live, "follow", lambda self, *rest: lives.append(self) or watch(self, *rest))
    ticks = iter(range(1_000_000))
    large.stream_time = lambda _: large.now + next(ticks) * 60

    async def visit(client):
        _, writer = await asyncio.open_connection("127.0.0.1", client.server.port)
        writer.write(b"GET /stream?offices=all HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await writer.drain()
        writer.transport.pause_reading()
        seen = False
        for _ in range(1500):
            await asyncio.sleep(0.02)
            seen = seen or bool(lives and lives[0].watching)
            if seen and not lives[0].watching:
                break
        assert seen
        assert lives[0].watching == 0
        writer.transport.abort()

    served(large, visit, period=0.01)


def test_too_many_watchers_are_refused(view, served, monkeypatch):
    monkeypatch.setattr(module, "WATCHERS", 1)

    async def visit(client):
        async with client.get("/stream") as first:
            await update(first)
            async with client.get("/stream") as second:
                assert (second.status, second.headers["Retry-After"]) == (503, "10")

    served(view, visit)


def test_a_stream_that_the_view_refuses_ends_in_order(view, served):
    def refuse(_):
        raise Refusal(503, "Partitions are being taken over.")

    async def visit(client):
        async with client.get("/stream") as response:
            await update(response)
            view.cells = refuse
            assert b"HTTP/1.1" not in await response.read()
            async with client.get("/stream") as again:
                assert again.status == 503

    served(view, visit, period=0.02)
