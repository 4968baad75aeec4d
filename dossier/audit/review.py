"""The integrity audit: every detector over the states of dossiers, as seen just before an instant.

A pure function of states, so that a batch and the stream give the same.
Anomalies that the fold counts are taken over by their names, as of the last event folded;
what needs the clock, the law's dates or many dossiers is worked out here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

from dossier.audit.case import Case, case_of, retracted, unresolved
from dossier.audit.filers import filers, refilings
from dossier.audit.findings import Finding, Tally, total
from dossier.audit.patterns import numbers, office_patterns
from dossier.audit.signs import signs
from dossier.audit.thresholds import of
from dossier.figures.standing import (
    ASKED,
    FINISHED,
    LATE,
    ONLINE,
    OVERDUE,
    RECEIVED,
    RESOLVED,
    RETURNED,
    SENT,
    SUBMITTED,
    WITH_DUE,
)
from dossier.law.calendar import Book
from dossier.life.state import NO_RESULT, NUMBERED, Dossier

__all__ = ["EXAMPLES", "audit", "graver", "total"]

EXAMPLES = 5
"""So many dossiers are kept as examples of a finding."""


def audit(dossiers: Iterable[Dossier], before: float, book: Book, examples: int = EXAMPLES) -> list[Finding]:
    """What every detector found in every office, seen just before an instant (seconds since 1970).

    The dossiers are those of one scenario; what happened at or after `before` is not seen.
    `total` adds the offices up.
    """
    offices: dict[str, list[Case]] = defaultdict(list)
    for dossier in dossiers:
        offices[dossier.office].append(case_of(dossier, before, book.of(dossier.office)))
    everybody = [case for cases in offices.values() for case in cases]
    rich = any(_tells(case.dossier) for case in everybody)
    tally = Tally(examples)
    for office, cases in offices.items():
        calendar = book.of(office)
        for case in cases:
            _look(case, before, tally.looked)
            signs(case, before, calendar, tally, rich)
        known = [case for case in cases if case.mask]
        office_patterns(known, before, calendar, tally, rich)
    known = [case for case in everybody if case.mask]
    filers(known, {office: book.of(office) for office in offices}, tally)
    refilings(known, before, tally)
    return tally.findings(sorted(offices), rich, {name: _numbered(cases) for name, cases in offices.items()})


def graver(findings: Iterable[Finding]) -> bool:
    """Whether anything serious was found."""
    return any(finding.found and finding.severity == "serious" for finding in findings)


def _tells(dossier: Dossier) -> bool:
    """Whether the source tells more of a dossier than its acceptance and its end."""
    return bool(
        dossier.letters
        or dossier.requests
        or dossier.waits
        or dossier.submitted_at is not None
        or dossier.returned_at is not None
        or dossier.handed_at is not None
    )


def _numbered(cases: Iterable[Case]) -> bool:
    """Whether the office's results have numbers as a rule."""
    numbered, resolved = numbers(cases)
    return numbered > 0 and numbered >= of("numbered") * resolved


def _look(case: Case, before: float, looked: dict[str, Counter[str]]) -> None:
    """Count the dossier among those that detectors look at."""
    dossier, mask = case.dossier, case.mask
    online = bool(mask and dossier.online)
    finished = bool(mask & FINISHED)
    for base, counts in (
        ("known", True),
        ("received", mask & RECEIVED),
        ("finished", finished),
        ("resolved", mask & RESOLVED),
        ("numbered", mask & RESOLVED or unresolved(case)),
        ("returned", mask & RETURNED),
        ("worded", mask & RESOLVED and dossier.outcome & (NUMBERED | NO_RESULT)),
        ("leveled", mask & RECEIVED and dossier.level),
        ("channelled", mask & ONLINE),
        ("retracted", retracted(case, before)),
        ("dated", mask & WITH_DUE),
        ("limited", case.right is not None),
        ("breached", mask & (OVERDUE | LATE)),
        ("lettered", mask & SENT),
        ("asked", mask & ASKED),
        ("judged", finished and mask & WITH_DUE),
        ("paired", finished and case.right is not None),
        ("submitted", mask & SUBMITTED),
        ("paper", mask & RECEIVED and not mask & ONLINE),
        ("accounted", online and dossier.account),
        ("deviced", online and dossier.device),
        ("traceable", mask and (dossier.account or dossier.resubmits)),
    ):
        if counts:
            looked[base][dossier.office] += 1
