"""How well the audit finds what was planted: writes docs/audit.md (`make docs`)."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from dossier.audit.detectors import BASES, DETECTORS, LACKS, UNSEEN
from dossier.audit.findings import Finding
from dossier.audit.thresholds import THRESHOLDS
from tests.dossier.audit import disorder, faults, habits
from tests.dossier.audit.planted import FAULTS, Field, Shortage
from tests.dossier.audit.tidy import SEEDS, audited, states

assert all((faults, disorder, habits))  # imported for the faults that they enter

PAGE = Path(__file__).parents[3] / "docs" / "audit.md"


class Trial(NamedTuple):
    """One fault planted into one clean history, and the dossiers that each detector found there."""

    fault: str
    planted: set[str]
    found: dict[str, set[str]]


SIZES = (5, 8, 10, 15, 25, 60)
"""How many dossiers a pattern is planted into, to see from how many on it is found."""
PATTERNS = tuple(name for name, fault in FAULTS.items() if fault.many > 4)


class Score(NamedTuple):
    """Over all trials: dossiers planted with a detector's faults, those found, and found without cause."""

    planted: int
    found: int
    false: int


def trials() -> Iterator[Trial]:
    """Every fault alone, in a clean history of every seed."""
    for seed in SEEDS:
        for name, fault in FAULTS.items():
            field = Field(seed)
            planted = fault.plant(field, fault.many)
            yield Trial(name, planted, hits(audited(field.states())))


def powers(seed: int = SEEDS[0]) -> dict[str, list[float]]:
    """Pattern to the share found of so many planted, for each of `SIZES`."""
    out: dict[str, list[float]] = {}
    for name in PATTERNS:
        for size in SIZES:
            field = Field(seed)
            try:
                planted = FAULTS[name].plant(field, size)
            except Shortage:
                out.setdefault(name, []).append(float("nan"))
                continue
            found = hits(audited(field.states())).get(FAULTS[name].detector, set())
            out.setdefault(name, []).append(len(planted & found) / len(planted))
    return out


def hits(findings: list[Finding]) -> dict[str, set[str]]:
    """Detector to the dossiers that it found, all of them."""
    out: dict[str, set[str]] = {}
    for finding in findings:
        assert finding.found == len(finding.examples)
        if finding.found:
            out.setdefault(finding.detector, set()).update(each.dossier_id for each in finding.examples)
    return out


def scores(done: list[Trial]) -> dict[str, Score]:
    """Detector to its score: a hit is false unless its dossier bears the fault, or one that trips it too."""
    counts: dict[str, Counter[str]] = {each.name: Counter() for each in DETECTORS}
    for fault, planted, found in done:
        own = FAULTS[fault].detector
        counts[own]["planted"] += len(planted)
        counts[own]["found"] += len(planted & found.get(own, set()))
        for detector, names in found.items():
            right = planted if detector == own or detector in FAULTS[fault].also else set()
            counts[detector]["false"] += len(names - right)
    return {name: Score(n["planted"], n["found"], n["false"]) for name, n in counts.items()}


def crossings(done: list[Trial]) -> dict[str, dict[str, int]]:
    """Fault to the other detectors that its dossiers tripped, and how many of them."""
    out: dict[str, Counter[str]] = {}
    for fault, planted, found in done:
        for detector, names in found.items():
            if detector != FAULTS[fault].detector and names & planted:
                out.setdefault(fault, Counter())[detector] += len(names & planted)
    return {fault: dict(sorted(counts.items())) for fault, counts in sorted(out.items())}


HEAD = """# The integrity audit

`motcua audit FILE...` looks for signs of what an office should not do.
A finding is a sign that somebody should look, no proof of a fault or an intent.
This page is made by `python -m tests.dossier.audit.precision`.

## How well it finds

Clean histories are a simulated month of six wards that do everything right (`tests/dossier/audit/tidy.py`),
seeds {seeds}:
{clean} dossiers, and the audit is silent on all of them.
Into each of them every fault is planted by itself, at random places (`tests/dossier/audit/planted.py`).
A detector may have several faults: a heap before due, one at a month's end, one of many.
*found*: of the dossiers with the fault, those that its detector names.
*false*: dossiers that a detector names in any of the {trials} histories,
though neither its own fault is in them nor one that rightly trips it too.
*precision* is what a detector names rightly of all it names, *recall* found of planted.
The faults are ours, as are the thresholds:
these figures say that the detectors see what they are made for, not how often real offices do it.
"""


def page(done: list[Trial], power: dict[str, list[float]]) -> str:
    """The whole page."""
    silent = sum(len(states(seed)) for seed in SEEDS)
    parts = [HEAD.format(seeds=", ".join(map(str, SEEDS)), clean=f"{silent:,}", trials=len(done))]
    parts.append(_table(done))
    parts.append(_powers(power))
    parts.append("## What trips more than one\n\nFault, and the other detectors that its dossiers trip:\n")
    parts.append("\n".join(_crossed(fault, others) for fault, others in crossings(done).items()) + "\n")
    parts.append(_detectors())
    parts.append("## Thresholds\n\n| name | value | why |\n|---|---|---|")
    parts.append("\n".join(f"| {n} | {t.value:g} {t.unit} | {t.reason} |" for n, t in THRESHOLDS.items()))
    parts.append("\n## What events cannot show\n")
    parts.append("\n".join(f"- {words[0]}: {LACKS[why][0]}." for words, why in UNSEEN.values()))
    return "\n".join(parts) + "\n"


def _table(done: list[Trial]) -> str:
    rows = ["| detector | planted | found | false | recall | precision |", "|---|--:|--:|--:|--:|--:|"]
    named = Counter[str]()
    for each in done:
        named.update({detector: len(names) for detector, names in each.found.items()})
    for name, score in scores(done).items():
        recall = score.found / score.planted
        precision = 1 - score.false / named[name]
        counts = f"{score.planted} | {score.found} | {score.false}"
        rows.append(f"| {name} | {counts} | {recall:.1%} | {precision:.1%} |")
    return "\n".join(rows) + "\n"


def _powers(power: dict[str, list[float]]) -> str:
    rows = ["## From how many on\n", "Share found of a pattern planted into so many dossiers of one office"]
    rows[-1] += " (or one filer); a dash where the month has not so many to plant into.\n"
    rows.append("| fault | " + " | ".join(map(str, SIZES)) + " |")
    rows.append("|---|" + "--:|" * len(SIZES))
    for name, shares in power.items():
        cells = ["-" if share != share else f"{share:.0%}" for share in shares]  # noqa: PLR0124 (nan)
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _crossed(fault: str, others: dict[str, int]) -> str:
    return f"- {fault}: " + ", ".join(f"{name} ({n})" for name, n in others.items())


def _detectors() -> str:
    rows = [
        "## The detectors\n",
        "| detector | sign | dấu hiệu | severity | looks at | source | thresholds |",
    ]
    rows.append("|---|---|---|---|---|---|---|")
    for each in DETECTORS:
        words = f"{each.title[0]} | {each.title[1]} | {each.severity} | {BASES[each.base][0]}"
        rows.append(f"| {each.name} | {words} | {each.source} | {', '.join(each.thresholds)} |")
    return "\n".join(rows) + "\n"


def text() -> str:
    """The page as it should be."""
    return page(list(trials()), powers())


if __name__ == "__main__":
    PAGE.write_text(text(), "utf-8")
    sys.stdout.write(f"{PAGE}\n")
