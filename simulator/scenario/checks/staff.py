"""What staff means: officials who are there, and for every step somebody who can do it."""

from collections.abc import Iterator

from simulator.scenario.checks.bounds import POSTS
from simulator.scenario.checks.faults import Fault, shown, twice, unknown
from simulator.scenario.checks.names import Names, Task
from simulator.scenario.checks.times import calendar_faults
from simulator.scenario.model import Official

Staff = float | list[Official]


def staff_faults(path: str, staff: Staff, share: float, names: Names) -> Iterator[Fault]:
    """What cannot be meant in the staff of one pool; `share` of an official's day goes to one dossier."""
    posts = (len(staff) if isinstance(staff, list) else staff) / share
    if posts > POSTS:
        words = f"must make at most {POSTS} posts (officials over their share of {share:g})"
        yield Fault(path, f"{words}, makes {posts:.0f}")
    if not isinstance(staff, list):
        return
    if not staff:
        yield Fault(path, "must be a number above 0 or name at least one official, is an empty list")
    first: dict[str, int] = {}
    for i, official in enumerate(staff):
        if first.setdefault(official.name, i) != i:
            words = f"{shown(official.name)} is the name of {path}.{first[official.name]} already"
            yield Fault(f"{path}.{i}.name", words)
        yield from _official(f"{path}.{i}", official, names)
    if staff:
        yield from _starved(path, staff, names)


def _official(path: str, official: Official, names: Names) -> Iterator[Fault]:
    yield from calendar_faults(f"{path}.calendar", official.calendar, names)
    for i, skill in enumerate(official.skills):
        yield from unknown(f"{path}.skills.{i}", "step, procedure or field", skill, names.skills)
    yield from twice(f"{path}.skills", official.skills)
    yield from _leave(f"{path}.leave", official, names)


def _leave(path: str, official: Official, names: Names) -> Iterator[Fault]:
    """Whether days away are in order, one stretch after the other, and leave a day of work."""
    start, until = names.scenario.start, names.scenario.until
    there = start
    for i, leave in enumerate(official.leave):
        before = official.leave[i - 1].until if i else None
        if leave.until <= leave.since:
            yield Fault(f"{path}.{i}.until", f"must be after since ({leave.since}), is {leave.until}")
        elif before is not None and leave.since < before:
            yield Fault(
                f"{path}.{i}.since",
                f"must not be before {before}, when the one before ends, is {leave.since}",
            )
        if leave.since <= there < leave.until:
            there = leave.until
    if start < until <= there:
        yield Fault(path, f"must leave a day of the run, which is from {start} to {until}, leaves none")


def _starved(path: str, staff: list[Official], names: Names) -> Iterator[Fault]:
    """The work for which nobody has the skill: it would wait for ever."""
    told: set[str] = set()
    for task in names.tasks.get(path, ()):
        if task.step not in told and not any(_suits(official, task) for official in staff):
            told.add(task.step)
            what = f"step {shown(task.step)}" if task.step else "the counter's work"
            skills = " or ".join(dict.fromkeys(shown(name) for name in task if name))
            words = (
                f"nobody here can do {what} of procedure {shown(task.procedure)}, which would wait for ever"
            )
            yield Fault(path, f"{words}: give an official the skill {skills}")


def _suits(official: Official, task: Task) -> bool:
    """Whether the official can do it; who has no skills named can do everything."""
    return not official.skills or not set(task).isdisjoint(official.skills)
