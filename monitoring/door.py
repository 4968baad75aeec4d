"""Who is let in: without a token whoever asks by a name of loopback, with one whoever brings it."""

import hmac
from base64 import b64decode
from hashlib import sha256

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from monitoring import query

HOSTS = ("127.0.0.1", "localhost", "::1")
"""By what names it may be asked for, where nobody needs a token."""
PROBES = ("/healthz", "/readyz")
"""Answered without a token; with one they say nothing but the status."""
ASKS = {
    "en": "This server asks for its token: as Authorization: Bearer, or as the password with any user name.",
    "vi": "Máy chủ này yêu cầu mã truy cập: Authorization: Bearer, hoặc là mật khẩu với tên bất kỳ.",
}


def door(token: str | None, lang: str = "en") -> Middleware:
    """The middleware that every question has to pass; `lang` is for who states no wish."""
    return _by_name if token is None else _by_token(token, lang)


@web.middleware
async def _by_name(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page elsewhere could else have its own name point here, and read what loopback shows."""
    if request.url.host in HOSTS:
        return await handler(request)
    told = {"error": f"This server answers to {' and '.join(HOSTS)} only."}
    return web.json_response(told, status=421)


def _by_token(token: str, lang: str) -> Middleware:
    """Whatever name is asked for: a page elsewhere has no token, nor does a browser send it ours."""
    right = _digest(token)

    @web.middleware
    async def asking(request: web.Request, handler: Handler) -> web.StreamResponse:
        brought = _brought(request.headers.get("Authorization", ""))
        if request.path in PROBES or hmac.compare_digest(_digest(brought), right):
            return await handler(request)
        speaks = query.language({}, request.headers.get("Accept-Language", ""), lang)
        response = web.json_response({"error": ASKS[speaks]}, status=401)
        response.headers.add("WWW-Authenticate", 'Basic realm="motcua", charset="UTF-8"')
        response.headers.add("WWW-Authenticate", 'Bearer realm="motcua"')
        return response

    return asking


def _brought(header: str) -> str:
    """The token in a header: the whole of Bearer, the password of Basic; empty where there is none."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(rest.strip(), validate=True).decode().partition(":")[2]
    except ValueError:  # neither base64 nor UTF-8
        return ""


def _digest(text: str) -> bytes:
    """Of one length, so that the time of a comparison tells nothing of the token's."""
    return sha256(text.encode("utf-8", "surrogateescape")).digest()
