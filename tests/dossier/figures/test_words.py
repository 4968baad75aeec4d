"""docs/indicators.md explains every name that a figure or an anomaly bears, and none that there is not."""

import re
from pathlib import Path

from dossier.figures.indicators import report

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "indicators.md").read_text("utf-8")
TABLES = "\n".join(line for line in PAGE.splitlines() if line.startswith("| `"))
TOLD = {name for row in TABLES.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])}


def anomalies() -> set[str]:
    """Every name that the code counts an anomaly by."""
    texts = [path.read_text("utf-8") for path in (ROOT / "dossier" / "life").glob("*.py")]
    texts.append((ROOT / "streams" / "processor.py").read_text("utf-8"))
    view = (ROOT / "streams" / "view.py").read_text("utf-8")
    noted = set(re.findall(r'Counter\(\)\)\["(\w+)"\]', view))
    assert noted
    noted |= {name for text in texts for name in re.findall(r'note\([\w.]+, "(\w+)"\)', text)}
    missteps = (ROOT / "dossier" / "life" / "transitions.py").read_text("utf-8").partition("def _misstep")[2]
    return noted | {name for name in re.findall(r'"(\w+)"', missteps) if "_" in name or name == "gap"}


def test_every_figure_and_every_anomaly_has_its_words():
    figures = set(report({}, "live", 0.0, None, "first")["total"])
    states = {"not_accepted"}  # a figure, and in the code also a state
    assert figures | (anomalies() - {"new"} | states) == TOLD
