"""Serving the page, /metrics and the API of a view, on loopback."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage

from dossier.view import View
from motcua.files import BadInput

HOST = "127.0.0.1"


def _ours(record: logging.LogRecord) -> bool:
    """What a client does wrong, it is told; the log is for what we do wrong."""
    return not (record.exc_info and isinstance(record.exc_info[1], BadHttpMessage))


@asynccontextmanager
async def served(view: View, port: int, lang: str = "en", province: str = "") -> AsyncIterator[str]:
    """The page's address while the context lasts; port 0 takes a free one."""
    from monitoring.page import site

    logging.getLogger("aiohttp.server").addFilter(_ours)
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
