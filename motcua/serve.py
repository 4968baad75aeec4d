"""Serving the page, /metrics and the API of a view: on loopback, or elsewhere to whoever has the token."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage

from dossier.view import View
from motcua.entry import LOOPBACK
from motcua.files import BadInput

HOST = LOOPBACK


def _ours(record: logging.LogRecord) -> bool:
    """What a client does wrong, it is told; the log is for what we do wrong."""
    return not (record.exc_info and isinstance(record.exc_info[1], BadHttpMessage))


@asynccontextmanager
async def served(
    view: View, port: int, lang: str = "en", province: str = "", host: str = HOST, token: str | None = None
) -> AsyncIterator[str]:
    """The page's address while the context lasts; port 0 takes a free one.

    A host that other machines reach needs a token: `motcua.entry.needed` sees to it.
    """
    from monitoring.page import site

    logging.getLogger("aiohttp.server").addFilter(_ours)
    pages = site(view, lang=lang, province=province, token=token)
    runner = web.AppRunner(pages, access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise BadInput(
                f"port {port} on {host} cannot be used ({error.strerror}): choose another with --port"
            ) from error
        yield f"http://{f'[{host}]' if ':' in host else host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
