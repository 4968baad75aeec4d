"""Who files: accounts and devices behind many dossiers, and dossiers that are filed again and again."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from dossier.audit.case import Case
from dossier.audit.chance import heaped
from dossier.audit.findings import Tally
from dossier.audit.thresholds import of
from dossier.law.calendar import DAY, WorkingCalendar
from dossier.life.state import Dossier

Rows = list[tuple[float, Dossier]]
"""Dossiers and when they were filed."""

_MONTH = 30
"""Days of the threshold `filed_a_month`."""


def filers(cases: Iterable[Case], book: Mapping[str, WorkingCalendar], tally: Tally) -> None:
    """Accounts and devices behind many online dossiers in a day or month, and accounts in many matters."""
    accounts: dict[str, Rows] = defaultdict(list)
    devices: dict[str, Rows] = defaultdict(list)
    for case in cases:
        dossier = case.dossier
        if not dossier.online:
            continue
        filed = filed_at(dossier)
        if dossier.account:
            accounts[dossier.account].append((filed, dossier))
        if dossier.device:
            devices[dossier.device].append((filed, dossier))
    for rows in accounts.values():
        for days, heap, some in _many(rows, book):
            _tell("filed_for_citizens", some, tally, heap=heap, days=days, kinds=_kinds(some))
        if len(rows) >= of("matters_least") and _kinds(rows) >= of("matters_kinds"):
            _tell("many_matters", rows, tally, heap=len(rows), kinds=_kinds(rows))
    for rows in devices.values():
        for days, heap, some in _many(rows, book):
            behind = len({dossier.account for _, dossier in some})
            _tell("one_device", some, tally, heap=heap, days=days, accounts=behind)


def filed_at(dossier: Dossier) -> float:
    """When it was filed: submitted, else accepted, else turned away."""
    for at in (dossier.submitted_at, dossier.accepted_at, dossier.not_accepted_at):
        if at is not None:
            return at
    return dossier.last_at


def _many(rows: Rows, book: Mapping[str, WorkingCalendar]) -> Iterator[tuple[int, int, Rows]]:
    """Too many of one filer: in how many days, how many, and which; each once, by its day if that will do."""
    if len(rows) < of("filed_a_day"):
        return
    days: dict[int, Rows] = defaultdict(list)
    for at, dossier in rows:
        days[book[dossier.office].day(at)].append((at, dossier))
    left: set[int] = set()
    for day in days.values():
        if len(day) >= of("filed_a_day"):
            yield 1, len(day), day
        else:
            left.update(id(dossier) for _, dossier in day)
    heaps: dict[int, Rows] = defaultdict(list)
    for at, dossier, heap in heaped(rows, _MONTH * DAY, int(of("filed_a_month"))):
        if id(dossier) in left:
            heaps[heap].append((at, dossier))
    yield from ((_MONTH, heap, some) for heap, some in heaps.items())


def _kinds(rows: Rows) -> int:
    return len({dossier.procedure for _, dossier in rows})


def _tell(name: str, rows: Rows, tally: Tally, **values: int) -> None:
    for at, dossier in rows:
        tally.hit(name, dossier, at, values)


def refilings(cases: Iterable[Case], before: float, tally: Tally) -> None:
    """Dossiers that were filed anew more than once after they came back.

    A dossier follows on the one that it names, or on one of the same account and procedure
    that came back no more than thirty days before.
    """
    ids: dict[tuple[str, str], Dossier] = {}
    filers: dict[tuple[str, str], list[Dossier]] = defaultdict(list)
    for case in cases:
        dossier = case.dossier
        ids[dossier.office, dossier.dossier_id] = ids["", dossier.dossier_id] = dossier
        if dossier.account:
            filers[dossier.account, dossier.procedure].append(dossier)
    follows: dict[int, Dossier] = {}
    for rows in filers.values():
        rows.sort(key=lambda each: (filed_at(each), each.dossier_id))
        for one, other in pairwise(rows):
            back = came_back(one, before)
            if back is not None and 0 <= filed_at(other) - back <= of("refiled_days") * DAY:
                follows[id(other)] = one
    for (office, _), dossier in ids.items():
        times = _chain(dossier, ids, follows) if office else 0
        if times >= of("refiled"):
            tally.hit("refiled_again", dossier, filed_at(dossier), {"times": times})


def came_back(dossier: Dossier, before: float) -> float | None:
    """When it came back without a result: refused, stopped, withdrawn, or not accepted."""
    back = dossier.finished_at if dossier.ended_by in {"refused", "stopped", "withdrawn"} else None
    back = dossier.declined_at if back is None else back
    return back if back is not None and back < before else None


def _chain(dossier: Dossier, ids: Mapping[tuple[str, str], Dossier], follows: Mapping[int, Dossier]) -> int:
    """How often it was filed anew; a circle of names ends the count."""
    times, seen, one = 0, {id(dossier)}, dossier
    while one.resubmits or id(one) in follows:
        times += 1
        if one.resubmits:
            name = one.resubmits
            before = ids.get((one.office, name)) or ids.get(("", name))
        else:
            before = follows[id(one)]
        if before is None or id(before) in seen:
            break
        seen.add(id(before))
        one = before
    return times
