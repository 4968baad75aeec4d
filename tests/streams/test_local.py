"""The embedded driver: what is in the file counts once, whoever is killed, and all that read it agree."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dossier.event import Fact, Tick, encode
from dossier.figures.standing import DIMENSIONS
from dossier.law.calendar import vietnam
from motcua.measure import figures_of, fold_files
from streams.local import PARTITIONS, LocalDriver, LocalLog, LocalTopic
from streams.processor import PartitionProcessor
from streams.view import StreamView
from tests import strategies as our

MOTCUA = (sys.executable, "-m", "motcua")
END = our.at(our.HOURS + 24 * 20)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


def put(path: Path, facts: list[Fact], rubbish: tuple[bytes, ...] = (), until=END) -> None:
    with closing(LocalLog(path)) as log:
        topic = LocalTopic(log, batch=7)
        for fact in facts:
            topic.put(fact, encode(fact))
        for raw in rubbish:
            topic.put(None, raw)
        for name in sorted({fact.scenario for fact in facts}):
            tick = Tick(scenario=name, at=until)
            topic.put(tick, encode(tick))
        topic.flush()


@contextmanager
def driven(path: Path) -> Iterator[LocalDriver]:
    with closing(LocalLog(path)) as log:
        yield LocalDriver(log, vietnam())


def drain(driver: LocalDriver, limit: int = 1000) -> None:
    while driver.poll(limit):
        pass


def batch(facts: list[Fact]) -> StreamView:
    """The same facts in one processor, in order."""
    processor = PartitionProcessor(vietnam())
    for offset, fact in enumerate(facts):
        processor.apply(offset, encode(fact))
    for name in sorted({fact.scenario for fact in facts}):
        processor.apply(processor.progress.offset + 1, encode(Tick(scenario=name, at=END)))
    return StreamView({0: processor}, 1, lambda: 0, lambda _: False)


def answers(view: StreamView, name: str) -> list[dict]:
    earlier = [our.at(hour).timestamp() for hour in (0, 50, 100, 200, 400)]
    return [view.indicators(name, at, by) for at in (None, *earlier) for by in DIMENSIONS]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_twelve_partitions_and_a_file_answer_as_one_processor_does(data, tmp_path):
    facts = data.draw(our.histories(kinds=our.WITHOUT_CORRECTIONS))
    store = tmp_path / f"{time.monotonic_ns()}.sqlite"
    put(store, data.draw(our.disorders(facts)) if facts else [])
    with driven(store) as driver:
        drain(driver, 3)
        if facts:
            assert answers(driver.view, our.SCENARIO) == answers(batch(facts), our.SCENARIO)


def sample(seed: int = 5, size: int = 60, scenario: str = our.SCENARIO) -> list[Fact]:
    """Many plain dossiers, some late, some open, some with a letter; offices of every partition."""
    draw = Random(seed)
    rows = []
    for n in range(size):
        start, due = draw.randrange(200), draw.randrange(5, 100)
        fields = {
            "procedure": "p",
            "level": "commune",
            "channel": draw.choice(("Desk", "online")),
            "field": draw.choice(("Đất đai", "Hộ tịch")),
            "online": draw.random() < 0.5,
            "due_at": our.at(start + due),
        }
        steps: list = [("accepted", start, fields)]
        if draw.random() < 0.3:
            steps.append(("apology_issued", start + draw.randrange(due), {}))
        if draw.random() < 0.8:
            steps.append(("resolved", max(steps[-1][1], start + draw.randrange(120)), {}))
        rows += [
            our.TYPES[kind](
                scenario=scenario, dossier_id=f"d{n}", office=f"office {n % 17}", seq=seq,
                at=our.at(hour), **own,
            )
            for seq, (kind, hour, own) in enumerate(steps, 1)
        ]  # fmt: skip
    return sorted(rows, key=lambda fact: (fact.at, fact.dossier_id, fact.seq))


def disorder(facts: list[Fact], seed: int = 8) -> list[Fact]:
    """Every fact twice, shuffled within an hour."""
    draw = Random(seed)
    timed = [(fact.at.timestamp() + draw.uniform(0, 3600), n, fact) for n, fact in enumerate(facts + facts)]
    return [fact for *_, fact in sorted(timed, key=lambda row: row[:2])]


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_a_driver_made_anew_after_every_poll_has_the_same_figures(store, limit):
    facts = sample(size=15)
    put(store, disorder(facts), (b"{", b"[]"))
    polls = 0
    while True:
        with driven(store) as driver:
            if not driver.poll(limit):
                break
            polls += 1
    with driven(store) as driver:
        assert answers(driver.view, our.SCENARIO) == answers(batch(facts), our.SCENARIO)
        health = driver.view.health()
        assert health.duplicates == len(facts)
        assert health.dead == {"not_json": 1, "wrong_type": 1}
        assert health.events == 2 * len(facts) + 2 + PARTITIONS
        assert (health.lag, health.held) == (0, 0)
        letters = driver.log.dead_letters()
        assert sorted(letter.raw for _, letter in letters) == [b"[]", b"{"]
    assert polls >= 1


def test_what_was_not_written_is_folded_again_and_counted_once(store, monkeypatch):
    facts = sample(size=20)
    put(store, facts, (b"{",))
    with driven(store) as driver:
        driver.poll(20)

        def fails(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(driver, "_write", fails)
        with pytest.raises(KeyboardInterrupt):
            driver.poll(30)
    with driven(store) as driver:
        assert driver.position == 20
        drain(driver)
        assert answers(driver.view, our.SCENARIO) == answers(batch(facts), our.SCENARIO)
        assert len(driver.log.dead_letters()) == 1


def test_an_append_that_fails_leaves_nothing(store):
    with closing(LocalLog(store)) as log:

        def rows() -> Iterator[tuple[int, bytes]]:
            yield 0, b"a"
            raise RuntimeError("power cut")

        with pytest.raises(RuntimeError):
            log.append(rows())
        assert log.end() == 0


def test_several_scenarios_in_one_store_do_not_mix(store):
    one, two = sample(1, 20, "one"), sample(2, 30, "two")
    put(store, sorted(one + two, key=lambda fact: fact.at))
    with driven(store) as driver:
        drain(driver)
        assert driver.view.scenarios() == ["one", "two"]
        assert answers(driver.view, "one") == answers(batch(one), "one")
        assert answers(driver.view, "two") == answers(batch(two), "two")


def test_a_tick_alone_makes_dossiers_overdue_in_every_partition(store):
    facts = [fact for fact in sample(size=40) if type(fact).__name__ == "Accepted"]
    put(store, facts, until=facts[-1].at)
    with driven(store) as driver:
        drain(driver)
        driver.tick(our.SCENARIO, END.timestamp())
        assert driver.view.indicators(our.SCENARIO)["total"]["open_overdue"] == len(facts)


def test_a_file_that_is_no_store_is_named(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_bytes(b"Dear citizen, " * 1000)
    with pytest.raises(ValueError, match=r"letter\.txt"):
        LocalLog(path)


# The real programs, killed.


@contextmanager
def monitor(store: Path) -> Iterator[tuple[subprocess.Popen, str]]:
    """`motcua monitor` on a free port; killed at the end."""
    command = [*MOTCUA, "monitor", "--store", str(store), "--port", "0"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=20) as answer:
        return answer.read().decode()


def health(address: str) -> dict:
    return json.loads(read(f"{address}/healthz"))


def folded(address: str) -> None:
    """Wait until all that is in the store is folded."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        seen = health(address)
        if seen["events"] and seen["lag"] == 0:
            return
        time.sleep(0.05)
    raise AssertionError(f"not folded in time: {health(address)}")


def killed_replay(file: Path, store: Path, extra: list[str]) -> None:
    """A replay killed as soon as something of it is in the store."""
    process = subprocess.Popen(
        [*MOTCUA, "replay", str(file), "--store", str(store), *extra], stdout=subprocess.DEVNULL
    )
    try:
        with closing(LocalLog(store)) as log:
            while log.end() == 0 and process.poll() is None:
                time.sleep(0.002)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def replay(file: Path, store: Path, extra: list[str]) -> None:
    subprocess.run(
        [*MOTCUA, "replay", str(file), "--store", str(store), *extra], check=True, capture_output=True
    )


def killed_monitor(store: Path) -> None:
    """A monitor killed in the middle of its folding, or soon after."""
    with monitor(store) as (process, address):
        while health(address)["events"] == 0:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()


def write(path: Path, facts: list[Fact]) -> Path:
    path.write_bytes(b"".join(encode(fact) + b"\n" for fact in facts))
    return path


def page_numbers(page: str) -> dict[str, float]:
    found = re.findall(r'<data data-key="([^"]+)" value="([^"]+)"', page)
    return {key: float(value) for key, value in found}


def metric(text: str, name: str, **labels: str) -> float:
    """The sum of a family's samples that have these labels."""
    total = 0.0
    for line in text.splitlines():
        if line.startswith((f"{name}{{", f"{name} ")) and all(
            f'{k}="{v}"' in line for k, v in labels.items()
        ):
            total += float(line.rsplit(" ", 1)[1])
    return total


def test_killed_programs_end_in_the_figures_of_the_batch_everywhere(tmp_path, store):
    """kill -9 of replay and of monitor; then page = API = /metrics = measure, events twice and shuffled."""
    facts = sample(size=1500)
    plain, twice = write(tmp_path / "plain.jsonl", facts), write(tmp_path / "twice.jsonl", disorder(facts))
    killed_replay(twice, store, [])
    replay(twice, store, [])
    killed_monitor(store)
    with monitor(store) as (_, address):
        folded(address)
        as_of = our.at(150).isoformat()
        for by, at in (("office", as_of), ("channel", our.at(220).isoformat())):
            assert json.loads(read(f"{address}/api/indicators?by={by}&as_of={quote(at)}")) == told(
                plain, at, by
            )
        now = json.loads(read(f"{address}/api/indicators"))
        total = now["total"]
        assert total == told(plain, now["as_of"], None)["total"]
        assert min(total["late"], total["open_overdue"], total["letters_sent"], total["letters_in_time"]) > 0
        agree(read(address), read(f"{address}/metrics"), total)
        seen = health(address)
        assert seen["dead"] == {}
        assert seen["duplicates"] > len(facts)


def told(file: Path, at: str, by: str | None) -> dict:
    """What `motcua measure --as-of` prints."""
    return figures_of(fold_files([file], {}), None, (None, datetime.fromisoformat(at)), by)


def agree(page: str, metrics: str, total: dict) -> None:
    """The page and /metrics say what the API says."""
    shown = page_numbers(page)
    for name in ("on_time_rate_finished", "on_time_rate_fell_due", "on_time_rate_766", "open_overdue"):
        assert shown[name] == pytest.approx(total[name], rel=1e-12)
    assert shown["letters_owed"] == total["letters_due"] - total["letters_sent"]
    assert metric(metrics, "dossier_received_total") == total["received"]
    assert metric(metrics, "dossier_received_total", online="true") == total["online"]
    assert metric(metrics, "dossier_decided_total", verdict="late") == total["breached"]
    assert metric(metrics, "dossier_decided_total", verdict="early") == total["early"]
    assert metric(metrics, "dossier_decided_total", verdict="on_time") == total["on_time"] - total["early"]
    assert metric(metrics, "dossier_finished_total") == total["finished"]
    assert metric(metrics, "dossier_open") == total["open"]
    assert metric(metrics, "dossier_open", due="overdue") == total["open_overdue"]
    assert metric(metrics, "dossier_apology_due_total") == total["letters_due"]
    assert metric(metrics, "dossier_apology_sent_total") == total["letters_sent"]
    assert metric(metrics, "dossier_apology_sent_total", timing="in_time") == total["letters_in_time"]


def test_the_stream_refuses_what_it_cannot_know(store):
    put(store, sample(1, 5, "one") + sample(2, 5, "two"))
    with monitor(store) as (_, address):
        folded(address)
        for query, status in (
            ("", 400),
            ("?scenario=three", 404),
            ("?scenario=one&as_of=2099-01-01T00:00:00Z", 409),
            ("?scenario=one&as_of=2026-01-01T00:00:00", 400),
            ("?scenario=one&by=weather", 400),
        ):
            with pytest.raises(urllib.error.HTTPError) as refused:
                read(f"{address}/api/indicators{query}")
            assert refused.value.code == status, query
            refused.value.close()


@pytest.mark.shared
def test_the_real_receipt_log_survives_kills_with_its_reference_figures(shared, store):
    file = shared / "data/logs/receipt_dossiers.csv.gz"
    reference = json.loads((shared / "data/logs/reference.json").read_text())
    extra = ["--scenario", "receipt"]
    killed_replay(file, store, extra)
    replay(file, store, extra)
    killed_monitor(store)
    with monitor(store) as (_, address):
        folded(address)
        as_of = reference["receipt"]["as_of"]
        answer = json.loads(read(f"{address}/api/indicators?scenario=receipt&by=channel&as_of={as_of}"))
    for name, expected in reference["receipt"].items():
        if name != "as_of":
            assert answer["total"][name] == pytest.approx(expected, abs=5e-7), name
    for channel, row in reference["receipt_by_channel"].items():
        for name, expected in row.items():
            if name != "as_of":
                assert answer["by"]["channel"][channel][name] == pytest.approx(expected, abs=5e-7)
