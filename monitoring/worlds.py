"""Two worlds beside each other: a baseline, a reform of it, and what lies between them, day after day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from dossier.figures.indicators import added, just_after, rate
from dossier.view import Figures, View
from monitoring.overview import Overview
from monitoring.query import DAYS


class Shown(NamedTuple):
    """A figure that is compared; `better` is 1 where more is better, -1 where less is, else 0."""

    name: str
    better: int


MAIN = (
    Shown("on_time_rate_fell_due", 1),
    Shown("on_time_rate_finished", 1),
    Shown("on_time_rate_766", 1),
    Shown("received", 0),
    Shown("finished", 1),
    Shown("on_time", 1),
    Shown("late", -1),
    Shown("open", -1),
    Shown("open_overdue", -1),
    Shown("letters_due", -1),
    Shown("letters_sent", 0),
)
"""The figures told of all dossiers together."""
BY_LEVEL = tuple(
    shown for shown in MAIN if shown.name in {"on_time_rate_fell_due", "late", "open_overdue", "letters_due"}
)
"""The figures told of each level."""


class Pair(NamedTuple):
    """The figures of the baseline and of the reform."""

    baseline: Figures
    reform: Figures

    @property
    def difference(self) -> Figures:
        """The reform's figures less the baseline's; None where one of them is 0/0."""
        names = {**self.baseline, **self.reform}
        return {name: _less(self.reform.get(name), self.baseline.get(name)) for name in names}


@dataclass(frozen=True, slots=True)
class Worlds:
    """A baseline and a reform, each as far as it has come (`at`, seconds since 1970)."""

    names: tuple[str, str]
    at: tuple[float, float]
    total: Pair
    levels: dict[str, Pair]
    days: list[tuple[str, Pair]]
    """Local day to what was decided up to its end: `on_time`, `letters_due`, `on_time_rate_fell_due`."""
    levers: list[tuple[str, str]]
    """The reform's levers, each with the day from which it holds; "" where it held when the record began."""


def worlds(view: View, baseline: str, reform: str, seen: Overview | None = None) -> Worlds:
    """Both worlds as the page shows them, read at one moment; `seen` is what was read of the baseline."""
    names = baseline, reform
    totals, levels = zip(
        _read(view, baseline) if seen is None else _known(seen), _read(view, reform), strict=True
    )
    nothing = added(())
    return Worlds(
        names=names,
        at=(view.stream_time(baseline), view.stream_time(reform)),
        total=Pair(*totals),
        levels={
            level: Pair(*(each.get(level, nothing) for each in levels))
            for level in sorted({level for each in levels for level in each})
        },
        days=_days(view, names, totals),
        levers=_levers(view, names),
    )


def comparison(
    view: View, names: tuple[str, str], as_of: float | None, by: str | None, due: str
) -> dict[str, Any]:
    """What /api/compare answers: the indicators of both worlds as of one instant, and their differences.

    The instant is the stream time of the world that has come less far, unless one is asked for; then `days`
    and `levers`, which are those of stream time, are left out.
    """
    at = just_after(min(map(view.stream_time, names))) if as_of is None else as_of
    answers = [view.indicators(name, at, by, due) for name in names]
    told: dict[str, Any] = {"as_of": answers[0]["as_of"], "scenario": names[0], "with": names[1]}
    told["total"] = _three(Pair(*(answer["total"] for answer in answers)))
    if by:
        groups = [answer["by"][by] for answer in answers]
        told["by"] = {
            by: {
                name: _three(Pair(*(group.get(name, {}) for group in groups)))
                for name in sorted({name for group in groups for name in group})
            }
        }
    if as_of is None:
        seen = worlds(view, *names)
        told["days"] = [{"day": day, **_three(pair)} for day, pair in seen.days]
        told["levers"] = [{"from": day or None, "lever": lever} for day, lever in seen.levers]
    return told


def columns(seen: Worlds) -> dict[str, list[Any]]:
    """The days as the charts' columns, and as marks on them the days on which levers took effect."""
    days = sorted({day for day, _ in seen.levers if seen.days and seen.days[0][0] < day <= seen.days[-1][0]})
    return {
        "day": [day for day, _ in seen.days],
        **{
            f"{kind}_{name}": [pair[place].get(figure) for _, pair in seen.days]
            for kind, figure in (("on_time", "on_time_rate_fell_due"), ("letters", "letters_due"))
            for place, name in enumerate(Pair._fields)
        },
        "levers": [[day, [lever for on, lever in seen.levers if on == day]] for day in days],
    }


def _three(pair: Pair) -> dict[str, Figures]:
    return {"baseline": pair.baseline, "reform": pair.reform, "difference": pair.difference}


def _less(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other


def _read(view: View, name: str) -> tuple[Figures, dict[str, Figures]]:
    """The figures of a world, in all and by level."""
    cells = view.cells(name)
    whole = added(cells.values())
    groups: dict[str, list[Figures]] = {}
    for (_, level, _), figures in cells.items():
        groups.setdefault(level, []).append(figures)
    return whole, {level: added(group, whole) for level, group in groups.items()}


def _known(seen: Overview) -> tuple[Figures, dict[str, Figures]]:
    """The same, of a world that was looked over."""
    return seen.total.figures, {row.name: row.figures for row in seen.levels}


def _days(view: View, names: tuple[str, str], totals: Iterable[Figures]) -> list[tuple[str, Pair]]:
    """Each local day, with nothing of a world that has not come so far as the other."""
    trends = [view.trend(name, DAYS) for name in names]
    begins = [rows[0]["day"] for rows in trends if rows]
    if not begins:
        return []
    spans = [
        _span(min(begins), max([_last(view, name), *(row["day"] for row in rows[-1:])]))
        for name, rows in zip(names, trends, strict=True)
    ]
    courses = [_course(*each) for each in zip(trends, totals, spans, strict=True)]
    return [(day, Pair(*(course.get(day, {}) for course in courses))) for day in max(spans, key=len)]


def _course(rows: list[Figures], total: Figures, days: Iterable[str]) -> dict[str, Figures]:
    """The verdicts given up to the end of each day, counted back from those given by now.

    So the last day has the figures of the total; verdicts from before the record began are in every day.
    """
    news = {row["day"]: row for row in rows}
    on_time = total["on_time"] - sum(row["on_time"] for row in rows)
    breached = total["breached"] - sum(row["late"] for row in rows)
    out = {}
    for day in days:
        if day in news:
            on_time, breached = on_time + news[day]["on_time"], breached + news[day]["late"]
        share = rate(on_time, on_time + breached)
        out[day] = {"on_time": on_time, "letters_due": breached, "on_time_rate_fell_due": share}
    return out


def _span(first: str, last: str) -> list[str]:
    """The days from the first to the last one."""
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return [(begin + timedelta(days=n)).isoformat() for n in range((end - begin).days + 1)]


def _last(view: View, name: str) -> str:
    """The local day that a world has come to; one that just begins has not."""
    return _day(view.stream_time(name) - 1e-6, view)


def _levers(view: View, names: tuple[str, str]) -> list[tuple[str, str]]:
    """The levers of the reform alone."""
    baseline, reform = names
    begun, known = view.begun(reform), set(view.steered(baseline))
    return [
        (_day(at, view) if at > begun else "", lever)
        for at, lever in view.steered(reform)
        if (at, lever) not in known
    ]


def _day(at: float, view: View) -> str:
    return datetime.fromtimestamp(at, view.book.zone).date().isoformat()
