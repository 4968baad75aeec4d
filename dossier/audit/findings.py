"""Findings of the audit: how many of how many, with a few examples, or why nothing can be said."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

import msgspec

from dossier.audit.detectors import DETECTORS, NAMES, UNSEEN, Detector, Severity
from dossier.life.state import Dossier

KNOWN_BASES = ("dated", "judged", "limited", "paired", "submitted", "accounted", "deviced", "traceable")
"""Where none of these is there, the source does not tell what the detector needs."""
RICH_BASES = ("breached", "lettered", "asked", "requests", "returned", "moved")
"""What a table of acceptances and ends does not tell."""

CAUSES: Mapping[str, tuple[str, str]] = {
    "": ("no known bug gives that", "không khớp lỗi đã biết nào"),
    "current_year_holidays": (
        "holidays of the current year only",
        "chỉ nạp ngày nghỉ của năm hiện tại",
    ),
    "makeup_off": ("make-up Saturdays taken for days off", "coi ngày làm bù là ngày nghỉ"),
    "whole_days": ("fractions of a day dropped", "bỏ phần lẻ của ngày"),
    "calendar_shift": ("waits counted in calendar days", "tính thời gian chờ theo ngày lịch"),
}
"""Which bug of `dossier.law.faults` explains a wrong date, in English and Vietnamese."""


class Example(msgspec.Struct, frozen=True):
    """A dossier that a detector found, when (seconds since 1970), and what its sentence needs."""

    at: float
    office: str
    dossier_id: str
    values: dict[str, Any]


class Finding(msgspec.Struct, kw_only=True):
    """What a detector found in an office ("": in all): so many dossiers, so many times, among so many."""

    detector: str
    severity: Severity
    office: str
    found: int = 0
    looked: int = 0
    times: int = 0
    causes: dict[str, int] = {}
    """Of wrong due dates: how many each known bug explains ("" is none)."""
    examples: list[Example] = []
    """The earliest few."""
    lacks: str = ""
    """The reason, as a name in `LACKS`, why nothing can be said here; "" where it can."""

    @property
    def share(self) -> float | None:
        """Found of looked; None for 0/0."""
        return self.found / self.looked if self.looked else None


class Tally:
    """Counts what detectors look at and find, office by office, and keeps `most` examples of each."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.looked: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._rows: dict[tuple[str, str], Finding] = {}

    def hit(
        self, name: str, dossier: Dossier, at: float, values: Mapping[str, Any] | None = None, times: int = 1
    ) -> None:
        """The detector found this dossier; each one once."""
        row = self._rows.get((name, dossier.office))
        if row is None:
            row = Finding(detector=name, severity=_severity(name), office=dossier.office)
            self._rows[name, dossier.office] = row
        row.found += 1
        row.times += times
        if values and "cause" in values:
            row.causes[values["cause"]] = row.causes.get(values["cause"], 0) + 1
        row.examples.append(
            Example(at, dossier.office, dossier.dossier_id, {"times": times, **(values or {})})
        )
        if len(row.examples) > 2 * self.most + 32:
            row.examples = _first(row.examples, self.most)

    def findings(self, offices: Iterable[str], rich: bool, numbered: Mapping[str, bool]) -> list[Finding]:
        """Every detector in every office, in the table's order."""
        out = []
        names = [each.name for each in DETECTORS]
        names += sorted({name for name, _ in self._rows} - set(names))
        for name in names:
            detector = NAMES.get(name) or unknown(name)
            for office in offices:
                row = self._rows.get((name, office))
                if row is None:
                    row = Finding(detector=name, severity=detector.severity, office=office)
                row.looked = self.looked[detector.base][office]
                row.examples = _first(row.examples, self.most)
                if not row.found:
                    row.lacks = self._lacks(detector, office, rich, numbered.get(office, False))
                out.append(row)
        out += [
            Finding(detector=name, severity="information", office="", lacks=lacks)
            for name, (_, lacks) in UNSEEN.items()
        ]
        return out

    def _lacks(self, detector: Detector, office: str, rich: bool, numbered: bool) -> str:
        """Why nothing can be said of the office, as a name in `LACKS`; "" where it can."""
        base, needs = detector.base, detector.needs
        if not rich and (needs == "plain" or base in RICH_BASES):
            return "plain"
        if base == "numbered" and self.looked[base][office] and not numbered:
            return base
        asked = [base] if base in KNOWN_BASES else ["dated"] if base == "breached" else []
        asked += [needs] if needs not in {"", "plain"} else []
        return next((name for name in asked if not self.looked[name][office]), "")


def unknown(name: str) -> Detector:
    """A detector for an anomaly of the fold that the table does not name."""
    return Detector(name, "notable", "known", (name, name), ("{times} times", "{times} lần"), "the fold")


def total(findings: Iterable[Finding], most: int) -> list[Finding]:
    """The findings of all offices together; nothing can be said where nothing can in any of them."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.detector, []).append(finding)
    return [_together(rows, most) for rows in groups.values()]


def _together(rows: Sequence[Finding], most: int) -> Finding:
    causes: Counter[str] = Counter()
    for row in rows:
        causes.update(row.causes)
    return Finding(
        detector=rows[0].detector,
        severity=rows[0].severity,
        office="",
        found=sum(row.found for row in rows),
        looked=sum(row.looked for row in rows),
        times=sum(row.times for row in rows),
        causes=dict(causes),
        examples=_first([each for row in rows for each in row.examples], most),
        lacks=rows[0].lacks if all(row.lacks for row in rows) else "",
    )


def sentence(detector: str, example: Example, lang: str, zone: tzinfo) -> str:
    """The evidence in words, in "en" or "vi"; instants in the zone's local time, to the second."""
    values = {
        name: _moment(value, zone) if name.endswith("_at") else value
        for name, value in example.values.items()
    }
    i = int(lang == "vi")
    if "cause" in values:
        cause = values["cause"]
        values["cause"] = CAUSES[cause][i] if cause in CAUSES else cause
    return (NAMES.get(detector) or unknown(detector)).evidence[i].format(**values)


def _moment(at: float | None, zone: tzinfo) -> str:
    return "-" if at is None else datetime.fromtimestamp(at, zone).isoformat(" ", "seconds")


def _severity(name: str) -> Severity:
    return (NAMES.get(name) or unknown(name)).severity


def _first(examples: list[Example], most: int) -> list[Example]:
    return sorted(examples, key=lambda each: (each.at, each.office, each.dossier_id))[:most]
