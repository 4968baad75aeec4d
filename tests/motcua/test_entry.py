"""The token of `motcua monitor`: where it comes from, and that nobody comes in without it from elsewhere."""

import os
import select
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from motcua import entry
from motcua.files import BadInput
from motcua.report import _fetch

TOKEN = "0123456789abcdef"


def written(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return path


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1"])
def test_on_loopback_nobody_needs_a_token(host):
    assert entry.needed(host, None, {}) is None
    assert entry.needed(host, None, {"MOTCUA_TOKEN": ""}) is None
    assert entry.needed(host, None, {"MOTCUA_TOKEN": TOKEN}) == TOKEN


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "192.168.1.2", "fe80::1", "::ffff:10.0.0.7"])
def test_elsewhere_there_has_to_be_one(host, tmp_path):
    with pytest.raises(BadInput, match="set MOTCUA_TOKEN, or name a --token-file"):
        entry.needed(host, None, {})
    assert entry.needed(host, None, {"MOTCUA_TOKEN": TOKEN}) == TOKEN
    assert entry.needed(host, written(tmp_path / "token", f"{TOKEN}\n"), {"MOTCUA_TOKEN": "y" * 20}) == TOKEN


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_may_open_is_refused(tmp_path, mode):
    path = written(tmp_path / "token", TOKEN, mode)
    with pytest.raises(BadInput, match=f"chmod 600 {path}") as error:
        entry.token(path)
    assert TOKEN not in str(error.value)


@pytest.mark.parametrize(
    "text", ["", "ngan", TOKEN[:-1], f"  {TOKEN[:-1]}\n", "two words 0123456789", "mật khẩu " * 3]
)
def test_a_token_that_cannot_be_used_is_refused_and_not_shown(tmp_path, text):
    wheres = [(written(tmp_path / "token", text), {})] + ([(None, {"MOTCUA_TOKEN": text})] if text else [])
    for path, environment in wheres:
        with pytest.raises(BadInput, match="the token in") as error:
            entry.token(path, environment)
        assert not text.strip() or text.strip() not in str(error.value)


def test_what_is_kept_does_not_show_it():
    assert TOKEN not in repr(entry.token(None, {"MOTCUA_TOKEN": TOKEN}))


def monitor(folder: Path, *options: str, **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "motcua", "monitor", "--store", "m.sqlite", "--port", "0", *options]
    kept = {name: value for name, value in os.environ.items() if name != "MOTCUA_TOKEN"}
    return subprocess.Popen(
        command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**kept, "PYTHONPATH": str(Path(__file__).parents[2]), **environment},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("options", "environment", "told"),
    [
        (("--host", "0.0.0.0"), {}, "--host 0.0.0.0 lets other machines in"),
        (("--host", "::"), {"MOTCUA_TOKEN": "short"}, "shorter than 16 characters"),
        (("--token-file", "token"), {}, "chmod 600 token"),
        (("--host", "everywhere"), {}, "'everywhere' is no address"),
    ],
)
def test_it_does_not_start(tmp_path, options, environment, told):
    written(tmp_path / "token", TOKEN, 0o644)
    out, err = monitor(tmp_path, *options, **environment).communicate(timeout=60)
    assert out == ""
    assert told in err
    assert "Traceback" not in err
    assert TOKEN not in err


def test_a_monitor_for_other_machines_asks_for_its_token_and_tells_it_to_nobody(tmp_path):
    written(tmp_path / "token", TOKEN)
    started = monitor(tmp_path, "--host", "0.0.0.0", "--token-file", "token", "--lang", "vi")
    try:
        assert started.stdout is not None
        assert select.select([started.stdout], [], [], 60)[0], "it does not come up"
        address = started.stdout.readline().strip()
        assert address.startswith("http://0.0.0.0:")
        metrics = address.replace("0.0.0.0", "127.0.0.1") + "/metrics"
        with pytest.raises(HTTPError, match="401"):
            urlopen(metrics, timeout=20)
        right = Request(metrics, headers={"Authorization": f"Bearer {TOKEN}"})
        with urlopen(right, timeout=20) as answer:
            assert b"motcua_build_info" in answer.read()
        assert TOKEN.encode() not in Path(f"/proc/{started.pid}/cmdline").read_bytes()
    finally:
        started.send_signal(signal.SIGTERM)
        out, err = started.communicate(timeout=60)
    assert started.returncode == 0
    assert "không được mã hóa" in err
    assert TOKEN not in out + err


def test_a_report_brings_the_token_to_the_monitor_and_to_no_other_server(monkeypatch):
    """A redirect leads to another server; what comes there has no token."""
    brought = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            brought.append((self.path, self.headers["Authorization"]))
            self.send_response(302 if self.path == "/away" else 200)
            self.send_header("Location", f"http://localhost:{self.server.server_port}/there")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            pass

    monkeypatch.setenv("MOTCUA_TOKEN", TOKEN)
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert _fetch(f"http://127.0.0.1:{server.server_port}/away") == {}
        server.shutdown()
    assert brought == [("/away", f"Bearer {TOKEN}"), ("/there", None)]
