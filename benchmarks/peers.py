"""Ours beside the best others: `python -m benchmarks.peers --peers FOLDER`; `--help` says the rest.

Rounds interleave all runs, each a process of its own, so that a machine that slows down slows all of them.
A ratio is taken within its round, and the median of the rounds counts.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import click

from motcua.show import table

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT.parent / "shared" / "peers"
OUT = ROOT / "build" / "peers.jsonl"
DOSSIERS, CUSTOMERS = 20_000, 200_000
GROWTH = 20_000, 100_000, 300_000, 1_000_000

PACKAGES: Mapping[str, str] = {
    "v": "simpy==4.1.2 numpy orjson",
    "v_prosimos": "prosimos==2.1.0",
}
"""A peer's virtual environment to what is installed there, from PyPI."""

Row = dict[str, Any]


class MissingError(click.ClickException):
    """Something that a run needs is not there."""


@dataclass(frozen=True)
class Peer:
    """A script that is not ours; `wanted`: how many times as fast ours shall be, if anything is wanted."""

    environment: str
    script: str
    wanted: float | None = None


@dataclass(frozen=True)
class Match:
    """A job of ours, at a size, and those it is measured against."""

    job: str
    size: int
    peers: Sequence[Peer] = ()


MATCHES: Mapping[str, Sequence[Match]] = {
    "bpm": [
        Match(
            "five-step",
            DOSSIERS,
            [
                Peer("v", "bpm/simpy_plain.py", 3),
                Peer("v_prosimos", "bpm/prosimos_bpm.py", 30),
                Peer("v", "bpm/simpy_v2_pool.py"),
                Peer("v", "bpm/simpy_v3_callbacks.py"),
                Peer("v", "bpm/heapq_v4.py"),
            ],
        )
    ],
    "json": [
        Match(
            "five-step-json",
            DOSSIERS,
            [
                Peer("v", "bpm/simpy_plain_json.py", 2.4),
                Peer("v", "bpm/simpy_v3_callbacks_json.py"),
                Peer("v", "bpm/heapq_v4_json.py"),
            ],
        )
    ],
    "mmc": [Match("mm10", CUSTOMERS, [Peer("v", "mmc/simpy_idiomatic.py", 5)])],
    "province": [Match("province", 0), Match("province-json", 0)],
    "growth": [Match("five-step-json", size) for size in GROWTH],
}
"""What can be asked for with `--only`."""


@dataclass(frozen=True)
class Run:
    """One process to start: its key among the results, the program, and the words after it."""

    key: str
    python: Path
    words: Sequence[str]

    def measure(self, seed: int) -> Row:
        """The line that the process prints, with its key and the round."""
        words = [word.replace("SEED", str(seed)) for word in self.words]
        with tempfile.TemporaryDirectory() as scratch:  # a peer leaves files behind
            done = subprocess.run(
                [str(self.python), *words],
                cwd=ROOT,
                env={**os.environ, "TMPDIR": scratch, "PYTHONDONTWRITEBYTECODE": "1"},
                capture_output=True,
                text=True,
                check=False,
            )
        lines = [line for line in done.stdout.splitlines() if line.startswith('{"impl"')]
        if not lines:
            raise click.ClickException(f"{self.key} failed: {done.stderr.strip()[-500:]}")
        row: Row = json.loads(lines[-1])
        return {**row, "key": self.key, "round": seed}


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--peers",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="PEERS",
    help="Folder of the peers' virtual environments; $PEERS by default.",
)
@click.option(
    "--scripts",
    type=click.Path(file_okay=False, path_type=Path),
    default=SCRIPTS,
    show_default="../shared/peers",
    help="Folder of the peers' scripts.",
)
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="Times that each runs.")
@click.option("--only", type=click.Choice(list(MATCHES)), multiple=True, help="Not all of it.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=OUT,
    show_default="build/peers.jsonl",
    help="File that takes one JSON line a run.",
)
@click.option(
    "--profile", "profiled", metavar="JOB", help="Show instead where the time of one of our jobs goes."
)
@click.option(
    "--size", type=click.IntRange(1), default=200_000, show_default=True, help="Dossiers of --profile."
)
def main(
    folder: Path | None,
    scripts: Path,
    rounds: int,
    only: tuple[str, ...],
    out: Path,
    profiled: str | None,
    size: int,
) -> None:
    """Measure ours beside the peers' own scripts: processor time, and the ratio ours / theirs.

    \b
    bpm       the process of five steps, no events told: at least 3 x SimPy, 30 x Prosimos
    json      the same, every event as JSON into a counting sink: at least 2.4 x SimPy
    mmc       ten posts (M/M/10): at least 5 x SimPy
    province  phu-tho-2026, a whole year (ours alone)
    growth    the process of five steps from 20,000 to a million dossiers, streamed (ours alone)

    A peer missing from the folder is an error that says how to make it. Exit code 1: a ratio is missed.
    """
    if profiled:
        _profile(profiled, size)
        return
    matches = [match for name in only or MATCHES for match in MATCHES[name]]
    _ready(matches, folder, scripts)
    runs = list({run.key: run for match in matches for run in _runs(match, folder, scripts)}.values())
    out.parent.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[Row]] = {run.key: [] for run in runs}
    with out.open("a", encoding="utf-8") as file:
        for seed in range(1, rounds + 1):
            for run in runs:
                row = run.measure(seed)
                rows[run.key].append(row)
                file.write(json.dumps(row) + "\n")
                click.echo(f"round {seed}/{rounds}: {run.key}: {row['cpu']:.2f} s", err=True)
    click.echo(f"Medians of {rounds} interleaved rounds, processor time; each line of {out} is a run.\n")
    missed = [line for name in only or MATCHES for line in _show(name, rows)]
    if missed:
        click.echo("\nMissed: " + "; ".join(missed))
        sys.exit(1)


def _ready(matches: Sequence[Match], folder: Path | None, scripts: Path) -> None:
    """MissingError where a peer cannot be run."""
    peers = [peer for match in matches for peer in match.peers]
    if peers and folder is None:
        raise click.UsageError("say with --peers where the peers' virtual environments are, or will be")
    lacking = sorted({peer.environment for peer in peers if not _python(folder, peer.environment).exists()})
    if lacking:
        make = [
            f"  python3 -m venv {folder}/{name} && {folder}/{name}/bin/pip install {PACKAGES[name]}"
            for name in lacking
        ]
        raise MissingError(
            f"no virtual environment {', '.join(lacking)} in {folder}; make it with\n" + "\n".join(make)
        )
    for peer in peers:
        if not (scripts / peer.script).is_file():
            raise MissingError(f"no script {peer.script} in {scripts}: name the folder with --scripts")


def _python(folder: Path | None, environment: str) -> Path:
    return (folder or Path()).absolute() / environment / "bin" / "python"


def _runs(match: Match, folder: Path | None, scripts: Path) -> Iterator[Run]:
    yield Run(
        _key(match), Path(sys.executable), ["-m", "benchmarks.ours", match.job, str(match.size), "SEED"]
    )
    for peer in match.peers:
        words = [str(scripts / peer.script), str(match.size), "SEED"]
        yield Run(peer.script, _python(folder, peer.environment), words)


def _key(match: Match) -> str:
    return f"{match.job} {match.size}" if match.size else match.job


def _show(name: str, rows: Mapping[str, Sequence[Row]]) -> list[str]:
    """Print one table; what is missed."""
    lines, missed = [], []
    for match in MATCHES[name]:
        own = rows[_key(match)]
        lines.append(_line(f"ours: {match.job}", own))
        for peer in match.peers:
            theirs = rows[peer.script]
            ratios = [a["per_cpu_s"] / b["per_cpu_s"] for a, b in zip(own, theirs, strict=True)]
            ratio = median(ratios)
            spread = f"{ratio:.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
            wanted = f"{peer.wanted:g}" if peer.wanted else "-"
            lines.append((*_line(peer.script, theirs)[:-2], spread, wanted))
            if peer.wanted and ratio < peer.wanted:
                missed.append(f"{match.job} is {ratio:.2f} x {peer.script}, wanted {peer.wanted:g}")
    click.echo(table(HEAD, lines) + "\n")
    return missed


HEAD = (
    "program",
    "dossiers",
    "CPU s",
    "dossiers / CPU s",
    "µs / dossier",
    "events / CPU s",
    "peak MB",
    "+ MB",
    "ours / theirs",
    "wanted",
)


def _line(name: str, rows: Sequence[Row]) -> tuple[str, ...]:
    def middle(key: str) -> float:
        return float(median(row[key] for row in rows))

    rate = middle("per_cpu_s")
    events = f"{median(row['events'] / row['cpu'] for row in rows):,.0f}" if "events" in rows[0] else "-"
    grown = median(row["peak_mb"] - row["base_mb"] for row in rows)
    return (
        name,
        f"{middle('n'):,.0f}",
        f"{middle('cpu'):.3f}",
        f"{rate:,.0f}",
        f"{1e6 / rate:.2f}",
        events,
        f"{middle('peak_mb'):.0f}",
        f"{grown:.0f}",
        "",
        "",
    )


def _profile(job: str, size: int) -> None:
    from benchmarks.ours import JOBS  # noqa: PLC0415 (this process stays small otherwise: its children inherit its peak)
    from benchmarks.sampling import Sampler  # noqa: PLC0415

    if job not in JOBS:
        raise click.BadParameter(f"{job!r} is none of {', '.join(JOBS)}", param_hint="--profile")
    run, sampler = JOBS[job](size, 1), Sampler()
    sampler.run(run)
    click.echo(sampler.show())


if __name__ == "__main__":
    main()
