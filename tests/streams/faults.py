"""Faults on a real Kafka, each with a known history through two workers: `make faults`, or

    python -m tests.streams.faults [--events 200000] [NAME ...]

    kill        a worker, chosen by luck, is killed (-9) twenty times while events come
    rolling     the workers are ended (SIGTERM) and begun again, one after the other
    all         all workers are killed at once, and begun again
    files       what a killed worker has left on its disk is deleted, or spoilt
    broker      the broker is ended for a while, and later killed (-9)
    one_of_three  a broker of three is killed while events come
    network     a worker's network is cut, for a while that the group does not see and for a longer one
    twice       every event comes twice
    shuffled    events come shuffled within an hour
    garbage     one message in a hundred is none
    disk        the workers' disks are full
    clock       a source's clock runs a day behind for a while, and the workers' own go back
    slow        the broker answers slowly
    stuck       a worker, alone, is killed while the broker's answers take seconds

Workers are killed twenty times under `twice` and what follows it, but for the last.
`trusting`, `hasty` and `hasty+trusting` are `stuck` with workers that lack what keeps ours exact.
Each ends with every figure of `motcua measure`, each alert once and each dead letter once, or says what
differs. What should be is reckoned from the topic itself, by the same fold without a broker; the figures
also by `motcua measure`, from a file of the history in order.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from dossier.event import Event, Message, Tick, encode
from simulator.sinks.kafka import KafkaTopic
from tests.streams.bench import Bench
from tests.streams.history import NAME, PATIENCE, Outcome, differences, history, measured, outcome, truth
from tests.streams.strikes import CHUNKS, FAULTS, WEAKER, Fault


class Result(NamedTuple):
    """How a fault ended."""

    name: str
    messages: int
    strikes: int
    seconds: float
    outcome: Outcome
    wanted: Outcome
    differences: tuple[str, ...]


def run(name: str, events: int, folder: Path, seed: int = 1) -> Result:
    """One fault, from empty topics to the comparison."""
    fault, luck, begun = {**FAULTS, **WEAKER}[name], random.Random(seed), time.monotonic()
    facts = history(events)
    sent = fault.messages(facts, luck)
    last = max(message.at for message in sent if not isinstance(message, bytes)) + timedelta(days=40)
    end = last.isoformat()
    with ExitStack() as stack:
        bench = stack.enter_context(fault.setting(folder, luck))
        for worker in bench.workers:
            stack.callback(worker.end)
            worker.start(wait=False)
        _send(bench, fault, sent, Tick(scenario=NAME, at=last))
        found, wanted = outcome(bench, end), truth(bench.address, end)
    # Of messages that only come otherwise the order counts; of one that says otherwise, what it says.
    told = [message for message in sent if isinstance(message, Event)] if name == "clock" else facts
    wrong = [*bench.wrong, *differences(found, wanted)]
    if found.figures != measured(told, folder, end):
        wrong.append("figures: not those of motcua measure")
    return Result(name, len(sent), bench.strikes, time.monotonic() - begun, found, wanted, tuple(wrong))


def _send(bench: Bench, fault: Fault, sent: Sequence[Message | bytes], last: Tick) -> None:
    """Send all, strike in between, and begin again who has ended."""
    size = -(-len(sent) // CHUNKS)
    with KafkaTopic(bench.address, patience=PATIENCE) as topic:
        for chunk in range(CHUNKS):
            for message in sent[chunk * size : (chunk + 1) * size]:
                _put(topic, message)
            topic.flush()
            fault.strike(bench, chunk)
            bench.revive()
        _put(topic, last)
    bench.revive()


def _put(topic: KafkaTopic, message: Message | bytes) -> None:
    if isinstance(message, bytes):
        topic.put(None, message)
    else:
        topic.put(message, encode(message))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run faults, print a line for each; 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*FAULTS, *WEAKER, []], help="which (default: all)")
    parser.add_argument("--events", type=int, default=200_000, help="of the history (default: 200,000)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    wrong = 0
    for name in options.names or FAULTS:
        with TemporaryDirectory(prefix="motcua-faults-") as folder:
            result = run(name, options.events, Path(folder))
        wrong += bool(result.differences)
        about = {
            "fault": name, "messages": result.messages, "strikes": result.strikes,
            "seconds": round(result.seconds), "alerts": result.outcome.alerts.total(),
            "dead_letters": result.outcome.letters.total(), "differences": list(result.differences),
        }  # fmt: skip
        line = json.dumps(about) if options.json else "  ".join(f"{k} {v}" for k, v in about.items())
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
