"""With a token nobody is let in without it; through real sockets."""

import logging
from base64 import b64encode

import pytest

TOKEN = "x9-mở-no".encode().hex()
PATHS = [
    "/",
    "/metrics",
    "/api/indicators",
    "/snapshot",
    "/stream",
    "/static/page.js",
    "/nothing",
    "/healthz/x",
]


def basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


RIGHT = [f"Bearer {TOKEN}", f"bearer  {TOKEN} ", basic("", TOKEN), basic("chị Hoa", TOKEN)]
WRONG = [
    "",
    "Bearer",
    "Bearer ",
    f"Bearer {TOKEN[:-1]}",
    f"Bearer {TOKEN}x",
    f"Bearer {TOKEN.upper()}",
    f"Bearer {TOKEN} {TOKEN}",
    TOKEN,
    f"Digest {TOKEN}",
    basic(TOKEN, ""),
    basic(TOKEN, "x"),
    "Basic " + b64encode(TOKEN.encode()).decode(),
    "Basic !!!!",
    "Basic /////w==",
    "Bearer \u1ea1\u1ea1",
]


async def asked(client, path, authorization="", **headers):
    if authorization:
        headers["Authorization"] = authorization
    async with client.get(path, headers=headers) as response:
        body = b"" if path == "/stream" and response.status == 200 else await response.read()
        return response.status, response.headers, body


@pytest.mark.parametrize("path", PATHS)
def test_without_the_token_nothing_is_told(view, served, path):
    async def visit(client):
        for wrong in WRONG:
            status, headers, body = await asked(client, path, wrong)
            assert status == 401, wrong
            assert headers.getall("WWW-Authenticate")[0].startswith("Basic realm=")
            assert headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert b"asks for its token" in body
            assert TOKEN.encode() not in body
        async with client.post(path) as response:
            assert response.status == 401

    served(view, visit, token=TOKEN)


@pytest.mark.parametrize("path", [path for path in PATHS if "/healthz/x" != path != "/nothing"])
def test_with_the_token_all_is_as_without_a_door(view, served, path):
    async def visit(client):
        for right in RIGHT:
            assert (await asked(client, path, right, Host="monitor.tinh.vn"))[0] == 200

    served(view, visit, token=TOKEN)


@pytest.mark.parametrize("around", [{"token": TOKEN}, {}])
def test_the_probes_need_no_token_and_with_one_they_tell_the_status_alone(view, served, changed, around):
    async def visit(client):
        _, _, alive = await asked(client, "/healthz")
        assert (alive == b'{"alive":true}') is bool(around)
        assert (b"not_json" in alive) is not bool(around)
        assert (await asked(client, "/readyz"))[2] == b'{"ready":true}'
        changed(view, ready=False)
        assert (await asked(client, "/readyz"))[0] == 503

    served(view, visit, **around)


@pytest.mark.parametrize(
    "path", ["/healthz/../metrics", "/healthz%2f..%2fmetrics", "//metrics", "/%6detrics"]
)
def test_no_other_way_of_writing_a_path_leads_past_the_door(view, served, path):
    async def visit(client):
        async with client.session.get(f"http://127.0.0.1:{client.port}{path}") as response:
            assert response.status == 401

    served(view, visit, token=TOKEN)


def test_who_is_turned_away_is_told_in_his_language(view, served):
    async def visit(client):
        _, _, body = await asked(client, "/", **{"Accept-Language": "vi-VN,vi;q=0.9"})
        assert "yêu cầu mã truy cập" in body.decode("unicode_escape")

    served(view, visit, token=TOKEN)


def test_the_log_holds_no_token(view, served, caplog):
    async def visit(client):
        for authorization in (*RIGHT, *WRONG):
            await asked(client, "/api/indicators?as_of=x", authorization)

    with caplog.at_level(logging.DEBUG):
        served(view, visit, token=TOKEN)
    assert TOKEN not in caplog.text


def test_without_a_token_a_name_from_elsewhere_is_refused(view, served):
    async def visit(client):
        assert (await asked(client, "/metrics", Host="evil.example"))[0] == 421
        assert (await asked(client, "/metrics", Host="localhost"))[0] == 200

    served(view, visit)
