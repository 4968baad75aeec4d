"""Patterns over many dossiers of an office, or of one filer, that a single dossier does not show."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from dossier.audit.chance import at_least, higher, unlikely
from dossier.audit.detectors import of
from dossier.audit.findings import Tally
from dossier.audit.signs import Case
from dossier.figures.standing import FINISHED, LATE, ON_TIME, ONLINE, OVERDUE, RECEIVED, RESOLVED
from dossier.law.calendar import DAY, HOUR, WorkingCalendar
from dossier.life.state import NO_RESULT, NUMBERED, Dossier, due_at

Cases = Sequence[Case]

_DAY_HOURS = 8
"""Working hours of a day, for an office's pace."""


def office_patterns(cases: Cases, before: float, calendar: WorkingCalendar, tally: Tally, rich: bool) -> None:
    """Tell the tally of every pattern in one office's dossiers."""
    unnumbered(cases, tally)
    entries(cases, calendar, tally)
    closings(cases, calendar, tally)
    heaps(cases, calendar, tally)
    pairs(cases, calendar, tally)
    channels(cases, tally)
    if rich:
        requests(cases, before, calendar, tally)


def unnumbered(cases: Cases, tally: Tally) -> None:
    """Results without a number where nearly all have one."""
    closed = [case for case in cases if case.mask & RESOLVED]
    numbered, resolved = numbers(closed)
    if not resolved or numbered < of("numbered") * resolved:
        return
    for case in closed:
        if not case.dossier.outcome & (NUMBERED | NO_RESULT):
            values = {"numbered": numbered, "resolved": resolved}
            tally.hit("result_number_missing", case.dossier, case.end or 0.0, values)


def numbers(cases: Iterable[Case]) -> tuple[int, int]:
    """How many results have a number, and how many there are but for those that say they have none."""
    told = [case.dossier.outcome for case in cases if case.mask & RESOLVED]
    return sum(bool(o & NUMBERED) for o in told), sum(not o & NO_RESULT for o in told)


def entries(cases: Cases, calendar: WorkingCalendar, tally: Tally) -> None:
    """Dossiers on paper entered faster, at the day's end, than the office's own pace makes likely."""
    paper = [case.dossier for case in cases if case.mask & RECEIVED and not case.mask & ONLINE]
    if len(paper) < of("entered_least"):
        return
    window = of("entered_window")
    days = {calendar.day(d.accepted_at or 0.0) for d in paper}
    pace = 2 * len(paper) * window / (len(days) * _DAY_HOURS * HOUR)
    least = max(int(of("entered_least")), unlikely(pace, of("entered_tail")))
    timed = [(d.accepted_at or 0.0, d) for d in paper]
    late = [row for row in timed if _late_in_day(row[0], calendar)]
    for at, dossier, heap in heaped(late, window, least):
        tally.hit("batch_entry", dossier, at, {"heap": heap, "seconds": window})


def _late_in_day(at: float, calendar: WorkingCalendar) -> bool:
    spans = calendar.spans(calendar.local(at).date())
    return not spans or at >= spans[-1][1] - of("entered_late") * 60


def closings(cases: Cases, calendar: WorkingCalendar, tally: Tally) -> None:
    """Results that came in a heap, all of them due within the next working hours."""
    ahead, window = of("closed_ahead") * HOUR, of("closed_window")
    timed = []
    for case in cases:
        end, due = case.end, case.current
        if end is None or due is None or not case.mask & RESOLVED or due < end:
            continue
        tally.looked["closed"][case.dossier.office] += 1
        if due - end <= 4 * DAY and calendar.between(end, due) <= ahead:
            timed.append((end, case.dossier))
    for at, dossier, heap in heaped(timed, window, int(of("closed_least"))):
        values = {"heap": heap, "seconds": window, "due_at": due_at(dossier.appointments, at)}
        tally.hit("batch_closing", dossier, at, values)


def heaped(
    timed: Iterable[tuple[float, Dossier]], window: float, least: int
) -> Iterator[tuple[float, Dossier, int]]:
    """Those of which at least so many lie within some window of seconds, with the size of the largest."""
    rows = sorted(timed, key=lambda row: (row[0], row[1].dossier_id))
    heap = [0] * len(rows)
    start = 0
    for i, (at, _) in enumerate(rows):
        while at - rows[start][0] > window:
            start += 1
        size = i - start + 1
        if size >= least:
            for j in range(i, start - 1, -1):
                if heap[j] >= size:
                    break
                heap[j] = size
    return ((at, dossier, size) for (at, dossier), size in zip(rows, heap, strict=True) if size)


def heaps(cases: Cases, calendar: WorkingCalendar, tally: Tally) -> None:
    """Ends in the last minutes before due against those of the half hour before: a binomial tail.

    Only due instants with that much working time before them count: nobody ends a dossier at lunch.
    """
    last, span = of("mass_last"), of("mass_span")
    ends, judged, late = [], 0, 0
    for case in cases:
        late += bool(case.mask & (LATE | OVERDUE))
        end, due = case.end, case.current
        if end is None or due is None:
            continue
        judged += 1
        if case.mask & RESOLVED and 0 <= due - end < span and calendar.between(due - span, due) >= span - 1:
            ends.append((due - end, case))
    close = [row for row in ends if row[0] <= last]
    if len(close) < of("mass_least") or at_least(len(close), len(ends), last / span) >= of("mass_tail"):
        return
    virtual = not late and judged >= of("virtual_least")
    for ahead, case in close:
        values = {"ahead": ahead, "last": len(close), "all": len(ends), "judged": judged}
        tally.hit("mass_at_due", case.dossier, case.end or 0.0, values)
        if virtual:
            tally.hit("virtual_on_time", case.dossier, case.end or 0.0, values)


def pairs(cases: Cases, calendar: WorkingCalendar, tally: Tally) -> None:
    """Late dossiers that together took less working time than their limits give them.

    Who is late has used up his limit, so this cannot be: the dates, or the ends, are not those of the work.
    """
    took = limits = 0.0
    judged, late, quick = 0, 0, []
    for case in cases:
        start, end, right = case.dossier.accepted_at, case.end, case.right
        if start is None or end is None or right is None or end < start:
            continue
        judged += 1
        if case.mask & LATE:
            late += 1
            used, given = calendar.between(start, end), calendar.between(start, right)
            took, limits = took + used, limits + given
            if used < given:
                quick.append(case)
    if late < of("pair_least") or took >= limits:
        return
    values = {"late": late, "judged": judged, "limits": limits / HOUR, "took": took / HOUR}
    for case in quick:
        tally.hit("impossible_pair", case.dossier, case.end or 0.0, values)


def channels(cases: Cases, tally: Tally) -> None:
    """Whether a larger share of the online dossiers is late than of those on paper."""
    online: list[Case] = []
    paper: list[Case] = []
    for case in cases:
        if case.mask & FINISHED and case.mask & (ON_TIME | LATE):
            (online if case.mask & ONLINE else paper).append(case)
    if min(len(online), len(paper)) < of("channel_least"):
        return
    late, other = ([case for case in group if case.mask & LATE] for group in (online, paper))
    if higher((len(late), len(online)), (len(other), len(paper))) >= of("channel_tail"):
        return
    values = {"online": len(late) / len(online), "paper": len(other) / len(paper)}
    for case in late:
        tally.hit("online_slower", case.dossier, case.end or 0.0, values)


def requests(cases: Cases, before: float, calendar: WorkingCalendar, tally: Tally) -> None:
    """Requests for papers in the last fifth of limits over two days: a binomial tail over the office's."""
    share, whole = of("asked_late"), of("asked_whole") * HOUR
    told: list[tuple[float, float, Dossier]] = []
    for case in cases:
        start = case.dossier.accepted_at
        if not case.dossier.requests or start is None or not case.mask & RECEIVED:
            continue
        at = case.dossier.requests[0]
        due = due_at(case.dossier.promises, at)
        if due is None or not start <= at < before or calendar.between(start, due) < whole:
            continue
        told.append((at, calendar.between(start, at) / calendar.between(start, due), case.dossier))
    if told:
        tally.looked["requests"][told[0][2].office] += len(told)
    late = [row for row in told if row[1] >= 1 - share]
    if len(late) < of("asked_least") or at_least(len(late), len(told), share) >= of("asked_tail"):
        return
    for at, used, dossier in late:
        values = {"asked_at": at, "used": used, "late": len(late), "all": len(told)}
        tally.hit("supplement_last_fifth", dossier, at, values)


def filers(cases: Iterable[Case], book: Mapping[str, WorkingCalendar], tally: Tally) -> None:
    """Accounts and devices behind many online dossiers in a day, and accounts in many matters."""
    accounts: dict[str, list[tuple[float, Dossier]]] = defaultdict(list)
    devices: dict[str, list[tuple[float, Dossier]]] = defaultdict(list)
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
        for day in _days(rows, book):
            _tell("filed_for_citizens", day, tally, kinds=_kinds(day))
        if len(rows) >= of("matters_least") and _kinds(rows) >= of("matters_kinds"):
            _tell("many_matters", rows, tally, kinds=_kinds(rows))
    for rows in devices.values():
        for day in _days(rows, book):
            _tell("one_device", day, tally, accounts=len({dossier.account for _, dossier in day}))


def filed_at(dossier: Dossier) -> float:
    """When it was filed: submitted, else accepted, else turned away."""
    for at in (dossier.submitted_at, dossier.accepted_at, dossier.not_accepted_at):
        if at is not None:
            return at
    return dossier.last_at


def _days(
    rows: Sequence[tuple[float, Dossier]], book: Mapping[str, WorkingCalendar]
) -> Iterator[list[tuple[float, Dossier]]]:
    """The days on which there are enough to speak of."""
    if len(rows) < of("filed_a_day"):
        return
    days: dict[int, list[tuple[float, Dossier]]] = defaultdict(list)
    for at, dossier in rows:
        days[book[dossier.office].day(at)].append((at, dossier))
    yield from (day for day in days.values() if len(day) >= of("filed_a_day"))


def _kinds(rows: Iterable[tuple[float, Dossier]]) -> int:
    return len({dossier.procedure for _, dossier in rows})


def _tell(name: str, rows: Sequence[tuple[float, Dossier]], tally: Tally, **values: int) -> None:
    for at, dossier in rows:
        tally.hit(name, dossier, at, {"heap": len(rows), **values})


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
