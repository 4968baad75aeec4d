"""Form II.06a straight from the raw facts: plain loops, from the form's headings (`domain` 5.3)."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from dossier.event import Fact
from tests.dossier.oracle import ZONE, Story, by_dossier, place, story

RESULTS = {"resolved", "result_returned"}


def wrong(told: Story, due: str) -> bool:
    """Late or overdue by the first or the current date."""
    if told.promise is None:
        return False
    return told.breached if due == "first" else told.stood > told.appointment


def waits(told: Story, due: str) -> bool:
    """It waits for papers, and was not overdue before."""
    asked = told.end is None and told.wait is not None and told.waits_for == "supplement_requested"
    return asked and not wrong(told, due)


def columns(row: list[Fact], start: datetime, end: datetime, due: str, counts_as: str) -> Counter[str]:
    """What one dossier adds to the columns of the period [start, end)."""
    now, then = story(row, end), story(row, start)
    if now.accepted is None or now.retracted:
        return Counter()
    came = now.accepted.at >= start
    if not came and then.end is not None:
        return Counter()  # done before
    waited = counts_as == "resolved" and not came and waits(then, due)
    waiting = counts_as == "resolved" and waits(now, due)
    if waited and waiting and then.wait == now.wait:
        return Counter()  # reported as resolved before, and nothing has happened since
    out = Counter({"received_total": 1})
    if came:
        out["received_online" if now.online else "received_direct_post"] += 1
    else:
        out["carried_over"] += 1
        out["carried_resumed"] += waited
    if now.end is not None or waiting:
        out["resolved_total"] += 1
        out[f"resolved_{how(now, due)}"] += 1
        out["on_time_waiting"] += waiting
    else:
        out["pending_total"] += 1
        out["pending_overdue" if wrong(now, due) else "pending_in_time"] += 1
    return out


def how(told: Story, due: str) -> str:
    """Early, on time or late; what ended without a result is on time at best."""
    if wrong(told, due):
        return "late"
    date_ = told.promise if due == "first" else told.appointment
    if told.end is None or date_ is None or told.ended_by not in RESULTS:
        return "on_time"
    return "early" if told.end.astimezone(ZONE).date() < date_.astimezone(ZONE).date() else "on_time"


def form(
    facts: Iterable[Fact], start: datetime, end: datetime, due: str, by: str, counts_as: str
) -> tuple[dict[str, Counter[str]], Counter[str]]:
    """(rows by the values of a dimension, total) of the columns that count anything."""
    rows: dict[str, Counter[str]] = {}
    total: Counter[str] = Counter()
    for row in by_dossier(facts).values():
        own = columns(row, start, end, due, counts_as)
        total += own
        if own:
            name = place(story(row, end), by)
            rows[name] = rows.get(name, Counter()) + own
    return rows, total
