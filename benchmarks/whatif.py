"""The what-if of the peers, ours beside theirs: `python -m benchmarks.whatif --peers FOLDER`.

M/M/10 against M/M/11 at 9 arrivals in a mean service, 20 paired runs of 5,000 customers: what does the
eleventh server take off the mean wait? Whoever gets a half-width h in c seconds of processor time would get
another by c / h² of them: that product is compared, in interleaved rounds, each run in a process of its own.
Waits are in mean services. A week of ours brings 5,000 customers, so a mean service is 18.144 minutes.
"""

import json
import resource
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import click
from msgspec import convert, to_builtins

from benchmarks.peers import ROOT, SCRIPTS, MissingError, Run
from motcua.show import table
from simulator.experiments.compare import Question, compare
from simulator.experiments.measures import key
from simulator.experiments.worlds import World, of
from simulator.scenario.files import load
from simulator.scenario.model import Scenario

OUT = ROOT / "build" / "whatif.jsonl"
CUSTOMERS, RUNS = 5000, 20
SERVICE_MINUTES = 7 * 24 * 60 * 9 / CUSTOMERS
LEVER = "staff:pool=posts,add=1"
WANTED = 20.0
"""So many times the processor time of ours is theirs, for the same half-width."""
PEERS = {
    "desflow": ("v_desflow", "whatif/desflow_whatif.py", WANTED),
    "Naga": ("v_nagasim", "whatif/nagasim_whatif.py", WANTED),
    "SimulSI": ("v_simulsi", "whatif/simulsi_whatif.py", None),
    "SimPy, light callbacks": ("v", "whatif/simpy_callbacks_whatif.py", None),
}


def model(posts: int = 10, load_: float = 9.0, customers: int = CUSTOMERS) -> Scenario:
    """M/M/posts for a week in which so many customers are expected; `load_`: arrivals in a mean service."""
    plain: Any = to_builtins(load("mm10"))
    plain["until"] = "2026-01-12"
    plain["offices"]["H00.010"] |= {"volume": customers, "staff": {"posts": posts}}
    plain["procedures"]["service"]["route"][0]["work_minutes"] = 7 * 24 * 60 * load_ / customers
    return convert(plain, Scenario, strict=False)


def worlds() -> list[World]:
    """Ten posts, and eleven."""
    return of(model(), [LEVER])


def own(runs: int, seed: int, controls: bool) -> dict[str, Any]:
    """Ours, measured as the peers' scripts measure themselves."""
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    wall, cpu = time.perf_counter(), time.process_time()
    asked = Question(seed=1 + (seed - 1) * runs, replications=runs, controls=controls)
    effect = compare(worlds(), asked, processes=1).effect(LEVER, key("wait"))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert effect.low is not None
    hour = 60 / SERVICE_MINUTES
    return {
        "impl": "whatif-motcua" + ("" if controls else "-no-controls"),
        "n": 2 * runs * CUSTOMERS,
        "wall": round(wall, 4),
        "cpu": round(cpu, 4),
        "base_mb": round(base, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "diff": effect.difference * hour,
        "hw_paired": (effect.difference - effect.low) * hour,
        "crn": effect.crn,
        "gain": effect.gain,
    }


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
@click.option("--own", "alone", type=int, metavar="SEED", help="Ours alone, in this process, as a JSON line.")
@click.option("--no-controls", is_flag=True, help="With --own: without control variates.")
def main(folder: Path | None, scripts: Path, rounds: int, alone: int | None, no_controls: bool) -> None:
    """Measure a what-if of ours beside those of the peers. Exit code 1: a ratio is missed."""
    if alone is not None:
        click.echo(json.dumps(own(RUNS, alone, not no_controls)))
        return
    runs = [Run("motcua", Path(sys.executable), ["-m", "benchmarks.whatif", "--own", "SEED"])]
    runs += [_peer(name, folder, scripts) for name in PEERS]
    rows: dict[str, list[dict[str, Any]]] = {run.key: [] for run in runs}
    OUT.parent.mkdir(parents=True, exist_ok=True)
    with OUT.open("a", encoding="utf-8") as file:
        for seed in range(1, rounds + 1):
            for run in runs:
                rows[run.key].append(run.measure(seed))
                file.write(json.dumps(rows[run.key][-1]) + "\n")
                click.echo(f"round {seed}/{rounds}: {run.key}: {rows[run.key][-1]['cpu']:.2f} s", err=True)
    click.echo(f"Medians of {rounds} interleaved rounds; each line of {OUT} is a run.\n")
    if _show(rows):
        sys.exit(1)


def _peer(name: str, folder: Path | None, scripts: Path) -> Run:
    environment, script, _ = PEERS[name]
    python = (folder or Path()).absolute() / environment / "bin" / "python"
    if folder is None or not python.exists():
        raise MissingError(f"no {python}: say with --peers where the peers' virtual environments are")
    return Run(name, python, [str(scripts / script), str(RUNS), "SEED"])


def _show(rows: dict[str, list[dict[str, Any]]]) -> bool:
    """Print the table; whether a ratio is missed.

    A peer's half-width varies from seed to seed as ours does: the root of their mean square is taken.
    """
    lines, missed = [], False
    square = {name: sum(row["hw_paired"] ** 2 for row in of) / len(of) for name, of in rows.items()}
    cost = {name: median(row["cpu"] for row in of) * square[name] for name, of in rows.items()}
    for name, of_ in rows.items():
        ratio, wanted = cost[name] / cost["motcua"], PEERS[name][2] if name in PEERS else None
        missed = missed or (wanted is not None and ratio < wanted)
        lines.append(
            (
                name,
                f"{median(row['cpu'] for row in of_):.3f}",
                f"{square[name] ** 0.5:.4f}",
                f"{median(row['diff'] for row in of_):+.3f}",
                f"{ratio:.1f}",
                f"{wanted:g}" if wanted else "-",
            )
        )
    head = ("program", "CPU s", "half-width", "difference", "CPU for the same half-width / ours", "wanted")
    click.echo(table(head, lines))
    return missed


if __name__ == "__main__":
    main()
