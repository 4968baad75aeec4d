"""Serving the page, /metrics and the API of a view, on loopback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from dossier.view import View
from motcua.files import BadInput

HOST = "127.0.0.1"


@asynccontextmanager
async def served(view: View, port: int, lang: str = "en", province: str = "") -> AsyncIterator[str]:
    """The page's address while the context lasts; port 0 takes a free one."""
    from monitoring.page import site

    runner = web.AppRunner(site(view, lang=lang, province=province), access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError as error:
            raise BadInput(
                f"port {port} on {HOST} cannot be used ({error.strerror}): choose another with --port"
            ) from error
        yield f"http://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
