"""The project keeps its word to whoever installs it: a whole wheel, commands and errors that explain."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import grimp
import pytest

from motcua.cli import cli, main

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


def run(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    """A program run to its end, in no more than a minute, asking nobody."""
    words = [str(word) for word in command]
    return subprocess.run(
        words, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False, **options
    )


def motcua(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """The command line, from here or from another folder."""
    return run(
        sys.executable, "-m", "motcua", *arguments, env={**os.environ, "PYTHONPATH": str(ROOT)}, **options
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    """The wheel as it would be published, built without a network."""
    out = tmp_path_factory.mktemp("wheel")
    done = run(
        sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", out, ROOT
    )
    assert done.returncode == 0, done.stderr
    return zipfile.Path(next(out.glob("motcua-*.whl")))


def test_the_wheel_holds_all_that_is_used(wheel):
    ignored = {"__pycache__"}
    files = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and not ignored & set(path.parts)
    }
    assert {
        "simulator/scenarios/quickstart.yaml",
        "streams/broker.pom.xml",
        "monitoring/static/page.js",
    } <= files
    assert {f"{package}/py.typed" for package in PACKAGES} <= files
    names = {name for name in wheel.root.namelist() if ".dist-info/" not in name and name[-1] != "/"}
    assert names == files


def test_the_wheel_says_its_licence(wheel):
    names = wheel.root.namelist()
    assert [name for name in names if name.endswith("licenses/LICENSE")]


def test_every_tool_knows_the_same_packages():
    tool = PROJECT["tool"]
    assert tool["importlinter"]["root_packages"] == PACKAGES
    assert tool["coverage"]["run"]["source"] == PACKAGES
    assert tool["mypy"]["packages"] == PACKAGES
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} == set(PACKAGES)


def test_the_words_use_nothing_but_what_they_may():
    graph = grimp.build_graph("dossier", include_external_packages=True, cache_dir=None)
    used = {module for module in graph.modules if module.partition(".")[0] != "dossier"}
    assert used - sys.stdlib_module_names <= {"msgspec", "numpy", "holidays"}


def test_versions_are_locked_for_every_dependency():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [line for line in pins if not re.fullmatch(r"[a-z0-9._-]+==\S+( ; .+)?", line)] == []
    locked = {line.partition("==")[0] for line in pins}
    extras = PROJECT["project"]["optional-dependencies"].values()
    asked = [*PROJECT["project"]["dependencies"], *(name for extra in extras for name in extra)]
    names = {re.split(r"[=<>\[]", name)[0].lower() for name in asked}
    assert names <= locked


@pytest.mark.skipif(shutil.which("make") is None, reason="no make on the PATH")
def test_bare_make_lists_every_target():
    done = run("make", cwd=ROOT)
    told = re.findall(r"^  make (\w+) +\w", done.stdout, re.MULTILINE)
    phony = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)[0].split()
    assert (done.returncode, sorted(told)) == (0, sorted(phony))


@pytest.mark.skipif(shutil.which("make") is None, reason="no make on the PATH")
def test_make_says_what_to_do_without_a_python(tmp_path):
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    done = run(shutil.which("make"), "demo", "PYTHON=", cwd=tmp_path)
    assert done.returncode == 2
    assert "install one" in done.stderr
    assert not (tmp_path / ".venv").exists()


MARKED = """
import pytest

@pytest.mark.promtool
def test_of_promtool(): pass

def test_of_nothing(): pass
"""


@pytest.mark.parametrize(
    ("variables", "told", "code"),
    [
        ({}, "1 passed, 1 skipped", 0),
        ({"CI": "true"}, "1 passed, 1 failed, 0 skipped", 1),
    ],
)
def test_what_a_machine_lacks_is_skipped_and_in_ci_fails(variables, told, code, tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_marked.py").write_text(MARKED)
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    bare = {"PATH": "/nowhere", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), **variables}
    done = run(sys.executable, "-m", "pytest", "tests", cwd=tmp_path, env=bare)
    assert told in done.stdout
    assert "no promtool on the PATH" in done.stdout
    assert done.returncode == code
    alone = run(sys.executable, "-m", "pytest", cwd=tmp_path, env=bare)
    assert ("no test is marked browser, kafka, shared" in alone.stderr) is ("CI" in variables)


def commands(group: click.Group, *path: str) -> list[tuple[str, ...]]:
    """Every subcommand, and theirs."""
    found = [(*path, name) for name in group.commands]
    inner = [(name, sub) for name, sub in group.commands.items() if isinstance(sub, click.Group)]
    return found + [deeper for name, sub in inner for deeper in commands(sub, *path, name)]


@pytest.mark.parametrize("command", [(), *commands(cli)], ids=" ".join)
def test_every_command_explains_itself_with_an_example(command):
    done = motcua(*command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(rf"^ +{' '.join(('motcua', *command))}\b", done.stdout, re.MULTILINE)


def test_the_version_is_told():
    assert motcua("--version").stdout.rstrip().endswith(PROJECT["project"]["version"])


EVENT = '{"type":"tick","scenario":"s","at":"2026-03-02T08:00:00Z"}'
HEADER = "dossier_id,office,received_at,due_at,finished_at\n"
FILES: dict[str, bytes] = {
    "empty.jsonl": b"",
    "empty.csv": b"",
    "empty.jsonl.gz": b"",
    "binary.jsonl": os.urandom(4096),
    "binary.csv": b"\x00\xff\xfe" * 1000,
    "plain.jsonl.gz": EVENT.encode(),
    "plain.csv.gz": HEADER.encode(),
    "cut.jsonl.gz": bytes.fromhex("1f8b0800000000000003abe6"),
    "wrong.csv": b"a,b,c\n1,2,3\n",
    "header.csv": HEADER.encode(),
    "long.csv": HEADER.encode() + b"x" * 200_000,
    "one.jsonl": b"[" * 100_000,
    "notes.txt": b"hello",
    "scenario.yaml": b"name: [",
    "list.yaml": b"- 1\n- 2\n",
    "empty.yaml": b"",
    "binary.yaml": bytes(range(256)),
    "events.jsonl": EVENT.encode() + b"\n",
}
"""Everything that a user may take for an input by mistake."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    (folder / "folder.jsonl").mkdir()
    return folder


ABSURD: Sequence[str] = (
    "measure",
    "measure none.jsonl",
    "measure folder.jsonl",
    "measure empty.jsonl",
    "measure empty.csv",
    "measure empty.jsonl.gz",
    "measure binary.jsonl",
    "measure binary.csv",
    "measure plain.jsonl.gz",
    "measure plain.csv.gz",
    "measure cut.jsonl.gz",
    "measure wrong.csv",
    "measure header.csv",
    "measure long.csv",
    "measure one.jsonl",
    "measure notes.txt",
    "measure events.jsonl --as-of tomorrow",
    "measure events.jsonl --as-of 2026-03-31T17:00:00",
    "measure events.jsonl --as-of 0001-01-01T00:00:00+14:00",
    "measure events.jsonl --as-of 9999-12-31T23:59:59-14:00",
    "measure events.jsonl --by colour",
    "measure events.jsonl --scenario other",
    "measure wrong.csv --map due_at",
    "measure wrong.csv --map colour=a",
    "measure wrong.csv --map due_at=",
    "simulate",
    "simulate nowhere --out -",
    "simulate quickstart --speed 60",
    "simulate quickstart --draws none.csv",
    "simulate quickstart --lever fly",
    "simulate quickstart --plot a.txt",
    "simulate quickstart --backfill soon --out -",
    "steer quickstart",
    "steer --store notes.txt quickstart staff:add=1,pool=leader",
    "scenarios nowhere",
    "scenarios --yaml",
    "scenarios --check none.yaml",
    "scenarios --check scenario.yaml",
    "scenarios --check list.yaml",
    "scenarios --check binary.yaml",
    "scenarios --check folder.jsonl",
    "scenarios quickstart --schema",
    "simulate scenario.yaml --out -",
    "simulate list.yaml --out -",
    "simulate empty.yaml --out -",
    "simulate binary.yaml --out -",
    "simulate folder.jsonl --out -",
    "simulate quickstart --store x.sqlite --kafka 127.0.0.1:1",
    "simulate quickstart --out none/events.jsonl",
    "simulate quickstart --out folder.jsonl",
    "simulate quickstart --out - --from yesterday",
    "simulate quickstart --out - --from 2026-03-31 --until 2026-03-01",
    "simulate quickstart --out - --from 0001-01-01",
    "simulate quickstart --out - --seed -1",
    "simulate quickstart --out - --seed one",
    "simulate quickstart --out - --speed 0",
    "simulate quickstart --out - --speed nan",
    "simulate quickstart --store notes.txt",
    "simulate quickstart --store none/log.sqlite",
    "replay",
    "replay events.jsonl",
    "replay events.jsonl --store notes.txt",
    "replay none.jsonl --store new1.sqlite",
    "replay notes.txt --store new2.sqlite",
    "replay wrong.csv --store new3.sqlite",
    "replay events.jsonl --store new4.sqlite --speed -1",
    "monitor",
    "monitor --store notes.txt",
    "monitor --store none/log.sqlite",
    "monitor --store new.sqlite --kafka 127.0.0.1:1",
    "monitor --store new.sqlite --port 99999",
    "monitor --store new.sqlite --clock sun",
    "demo nowhere",
    "demo quickstart --out events.jsonl",
    "demo quickstart --from 2026-03-31 --until 2026-03-01",
    "demo quickstart --lang fr",
    "report",
    "report events.jsonl --form II.99",
    "report events.jsonl --month March",
    "report events.jsonl --month 2026-03 --by colour",
    "trail events.jsonl",
    "trail events.jsonl nobody",
    "audit",
    "audit notes.txt",
    "audit events.jsonl --calendar nowhere",
    "audit events.jsonl --calendar scenario.yaml",
    "targets events.jsonl --sheet nowhere",
    "targets events.jsonl --sheet binary.yaml",
    "index766 none.jsonl",
    "index766 events.jsonl --given list.yaml",
    "measure events.jsonl --calendar binary.yaml",
    "due",
    "due --table none.csv --limit 1wd",
    "due --table wrong.csv --limit 1wd",
    "due --table header.csv --limit soon",
    "due --received 2026-03-02T08:00:00+07:00 --procedure nobody",
    "due --received 2026-03-02T08:00:00+07:00 --limit 3wd --calendar list.yaml",
    "due --received 2026-03-02T08:00:00+07:00 --limit 3wd --rules empty.yaml",
    "due --received now --limit 3wd",
    "due --received 2026-03-02T08:00:00 --limit 3wd",
    "due --received 2026-03-02T08:00:00+07:00 --limit soon",
    "due --received 2026-03-02T08:00:00+07:00 --limit -3wd",
    "due --received 2026-03-02T08:00:00+07:00 --limit 99999999999wd",
    "due --received 2026-03-02T08:00:00+07:00 --limit 100000wd",
    "due --received 9999-12-31T08:00:00+07:00 --limit 3wd",
    "due --received 0001-01-01T08:00:00+07:00 --limit 3wd",
    "nonsense",
    "--nonsense",
)


class Patience(BaseException):
    """A command did not end by itself."""


@pytest.fixture
def patience() -> Iterator[None]:
    """Half a minute, and no more."""

    def lost(*_: object) -> None:
        raise Patience

    before = signal.signal(signal.SIGALRM, lost)
    signal.alarm(30)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("line", ABSURD)
def test_bad_input_is_refused_in_a_sentence(line, folder, monkeypatch, capfd):
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["motcua", *line.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    refused(ended.value.code, capfd.readouterr().err)


@pytest.mark.parametrize("command", [("demo", "quickstart"), ("monitor", "--store", "port.sqlite")])
def test_a_port_that_is_taken_is_named(command, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = motcua(*command, "--port", port, cwd=tmp_path)
    refused(done.returncode, done.stderr)
    assert str(port) in done.stderr


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("command", "address"),
    [
        ("simulate quickstart", "127.0.0.1:1"),
        ("demo quickstart", "nowhere.invalid:9092"),
        ("monitor", "9092"),
    ],
)
def test_a_broker_that_is_not_there_is_named(command, address, folder):
    done = motcua(*command.split(), "--kafka", address, cwd=folder)
    refused(done.returncode, done.stderr)
    assert address in done.stderr


def refused(code: object, told: str) -> None:
    """Bad input: exit code 2, what was wrong on standard error in a few words, and no traceback."""
    assert code == 2, told[-2000:]
    assert "Traceback" not in told
    said = [line for line in told.splitlines() if line and not line.startswith(("Usage:", "Try "))]
    assert len(said) == 1, told[-2000:]
    assert 10 < len(said[0]) < 400, said
