"""What several suites share: the markers' needs, the real logs, one Kafka; CI misses nothing in silence."""

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

from monitoring.screenshot import BROWSERS
from streams.broker import local_kafka
from streams.jars import BrokerError, jars, java

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
CI = bool(os.environ.get("CI"))

settings.register_profile("motcua", settings(deadline=None))  # a busy machine is no failure
settings.load_profile("motcua")


USUAL = "not full"
"""What is run where nothing is said of marks: `addopts` in pyproject.toml."""


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of the real logs; for tests marked `shared`."""
    return SHARED


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """HOST:PORT of one real Apache Kafka for the whole run; for tests marked `kafka`.

    It is shared: a test that needs topics of its own, or breaks things, starts its own broker.
    """
    with local_kafka() as address:
        yield address


def _extras(*names: str) -> str:
    missing = [name for name in names if name not in sys.modules and find_spec(name) is None]
    return f"not installed: {', '.join(missing)}" if missing else ""


def _kafka() -> str:
    try:
        java()
        jars()
    except BrokerError as error:
        return str(error)
    return _extras("faust", "kafka", "uvloop")


def _browser() -> str:
    if not any(map(shutil.which, BROWSERS)):
        return "no Chromium on the PATH"
    return _extras("playwright")


def _promtool() -> str:
    return "" if shutil.which("promtool") else "no promtool on the PATH"


def _shared() -> str:
    return "" if (SHARED / "data").is_dir() else f"no real logs at {SHARED / 'data'}"


NEEDS: Mapping[str, Callable[[], str]] = {
    "kafka": cache(_kafka),
    "browser": _browser,
    "promtool": _promtool,
    "shared": _shared,
}
"""A marker, and what this machine lacks for it ("" for nothing)."""
_run: set[str] = set()
"""Markers of the tests that were run."""


@pytest.hookimpl(tryfirst=True)  # before any fixture is made
def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, lacks in NEEDS.items():
        if item.get_closest_marker(marker) and (reason := lacks()):
            if CI:
                pytest.fail(f"in CI this must run: {reason}", pytrace=False)
            pytest.skip(reason)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _run.update(NEEDS.keys() & report.keywords.keys())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if CI and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("In CI nothing may be skipped; the reasons are above.", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if not CI or _helps(session.config) or exitstatus != pytest.ExitCode.OK:
        return
    if _counts(session.config)["skipped"] or _never_run(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    if CI and not _helps(config):
        if unused := _never_run(config):
            sys.stderr.write(f"no test is marked {', '.join(unused)}: in CI each of them must have some\n")
        counts = _counts(config)
        failed = counts["failed"] + counts["error"]
        sys.stdout.write(f"{counts['passed']} passed, {failed} failed, {counts['skipped']} skipped\n")


def _helps(config: pytest.Config) -> bool:
    """Whether this is one of several processes, and another one counts."""
    return hasattr(config, "workerinput")


def _never_run(config: pytest.Config) -> list[str]:
    """Markers of which no test was run, though all were asked for."""
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    asked = everything and not config.option.keyword and config.option.markexpr == USUAL
    return sorted(NEEDS.keys() - _run) if asked else []


def _counts(config: pytest.Config) -> Counter[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return Counter({outcome: len(reports) for outcome, reports in reporter.stats.items()})
