"""`python -m tests.simulator.formulas.beside`: the table of docs/explain.md, formulas beside runs.

`--check` compares only. It takes some minutes; `make full` does it.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from simulator.experiments.verify import verify
from simulator.formulas.explain import Explained, frozen
from simulator.scenario.files import load

PAGE = Path(__file__).parents[3] / "docs" / "explain.md"
BEGIN, END = "<!-- formulas beside runs: made by tests.simulator.formulas.beside -->", "<!-- end -->"
SCENARIOS = (
    "quickstart", "mm10", "five-step", "an-giang-2021", "bac-kan-2023", "binh-thuan-2024", "ha-noi-2021",
    "province-2020",
)  # fmt: skip
RUNS = 5
HEAD = (
    "| scenario | | on time, % | days | busiest pool | utilisation, % | wait, working h | wait, clock h |\n"
    "|---|---|---|---|---|---|---|---|"
)


def row(explained: Explained, found: Mapping[str, Any] | None = None) -> Iterator[str]:
    """The lines of one scenario: formulas, and the runs if there were any."""
    answer = explained.answer()
    total, pool = answer["total"], answer["pools"][0]
    busy = float(explained.seen.utilised[explained.net.places[pool["pool"]]])
    on_time = "-" if total["on_time"] is None else f"{100 * total['on_time']:.2f}"
    yield (
        f"| {answer['scenario']} | formula | {on_time} | {total['days']:.3g} | {pool['pool']} | "
        f"{100 * busy:.1f} | {pool['wait_working_hours']:.3g} | {pool['wait_hours']:.3g} |"
    )
    if found is not None:
        whole, seen = found["levels"][-1], found["pools"][0]
        figures = (
            _run(whole.get("on_time"), 100, ".2f"), _run(whole["days"], 1, ".3g"), "",
            _run(seen["utilisation"], 100, ".1f"), _run(seen["wait_working_hours"], 1, ".3g"),
            _run(seen["wait_hours"], 1, ".3g"),
        )  # fmt: skip
        yield f"| | runs | {' | '.join(figures)} |"


def _run(found: Mapping[str, Any] | None, scale: float, form: str) -> str:
    if found is None or found["run"] is None:
        return "-"
    return f"{scale * found['run']:{form}} ± {scale * (found['half'] or 0):.2g}"


def table() -> str:
    """The whole table."""
    lines = [HEAD]
    for name in SCENARIOS:
        explained = Explained(frozen(load(name)))
        lines += row(explained, verify(explained, RUNS))
    return "\n".join(lines)


def page(text: str, made: str) -> str:
    """The page with the table as it was made."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{rest.split(END)[1]}"


def main(arguments: list[str]) -> int:
    """Write the page, or with --check compare it; 1 if it is not as it should be."""
    text = PAGE.read_text("utf-8")
    new = page(text, table())
    if arguments == ["--check"]:
        return int(new != text)
    PAGE.write_text(new, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
