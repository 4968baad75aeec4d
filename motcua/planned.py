"""A plan in words, in English and Vietnamese: the answer, who, what for how much, and how to go on."""

import shlex
from collections.abc import Iterator, Sequence
from datetime import timedelta
from math import isnan
from typing import TYPE_CHECKING

from motcua.charts import Dot, curve
from motcua.names import named
from motcua.plan_words import WORDS
from motcua.show import Grid, day, decimal, number, percent

if TYPE_CHECKING:
    from motcua.pages import Told
    from simulator.experiments.measures import Key
    from simulator.experiments.planned import Answer, Point
    from simulator.experiments.targets import Target

LEVERS = 6
"""Levers that are named, of those that help."""


def shown(answer: "Answer", command: str, lang: str) -> str:
    """The answer as text."""
    parts = [_head(answer, lang)]
    if answer.best is not None:
        parts += ["\n".join(_found(answer, answer.best, lang)), _pools(answer, answer.best, lang).text]
    else:
        parts += _never(answer, command, lang)
    if len(answer.curve) > 1:
        parts.append(_curve(answer, lang).text)
    if answer.best is not None:
        parts.append("\n".join([_searched(answer, lang), *_on(answer, answer.best, command, lang)]))
    return "\n\n".join([*parts, _say("again", lang).format(command=command)])


def told(answer: "Answer", command: str, lang: str) -> "Told":
    """The answer for a page."""
    from motcua.pages import Chart, Told

    asked, best = answer.question, answer.best
    question = _say("asked", lang).format(
        title=asked.world.scenario.title, period=_period(answer, lang), targets=_targets(answer, lang)
    )
    charts = [Chart(_say("curve", lang).rstrip(":"), charted(answer, lang))]
    grids = [_reached(answer, lang)]
    if best is None:
        verdicts = [_short(answer, lang), *_could(answer, command, lang)]
        grids += _tried(answer, lang)
    else:
        verdicts = list(_found(answer, best, lang))
        grids.insert(0, _pools(answer, best, lang))
    return Told(_say("title", lang), question, verdicts, charts, grids, list(_grounds(answer, command, lang)))


def charted(answer: "Answer", lang: str) -> str:
    """The curve of the first target as an inline SVG."""
    target = answer.question.targets[0]
    dots = [
        Dot(point.cost, each.mean, each.low, each.high, _mark(answer, point, lang))
        for point in answer.curve
        for each in point.figures[:1]
    ]
    across = _say("cost" if _priced(answer) else "officials", lang)
    return curve(dots, across, _name(target.key, lang), target.wanted, _share(target), lang)


def _head(answer: "Answer", lang: str) -> str:
    words = answer.world.words
    head = _say("head", lang).format(name=answer.world.scenario.name, period=_period(answer, lang))
    levers = f"\n{_say('levers', lang)}: {', '.join(words)}" if words else ""
    return f"{head}{levers}\n{_say('wanted', lang).format(targets=_targets(answer, lang))}"


def _period(answer: "Answer", lang: str) -> str:
    asked, scenario = answer.question, answer.world.scenario
    start, until = asked.start or scenario.start, asked.until or scenario.until
    return _say("period", lang).format(first=day(start, lang), last=day(until - timedelta(days=1), lang))


def _targets(answer: "Answer", lang: str) -> str:
    asked = answer.question
    wanted = _say("and", lang).join(_wanted(target, lang) for target in asked.targets)
    if asked.average:
        return wanted + _say("average", lang)
    return wanted + _say("often", lang).format(share=_rounded(asked.probability, lang))


def _found(answer: "Answer", best: "Point", lang: str) -> list[str]:
    apart = round(best.officials - answer.now.officials, 9)
    kind = "more" if apart > 0 else "fewer" if apart < 0 else "same"
    lines = [
        _say("priced" if _priced(answer) else "done", lang).format(
            cost=decimal(best.cost, lang),
            officials=decimal(best.officials, lang),
            apart=_say(kind, lang).format(n=decimal(abs(apart), lang)),
        ),
        _say("confirmed", lang).format(
            n=number(best.runs, lang), share=_rounded(best.often, lang), low=_rounded(best.low, lang),
            high=_rounded(best.high, lang), figures=_figures(answer, best, lang),
        ),
        _say("today", lang).format(
            share=_rounded(answer.now.often, lang), figures=_figures(answer, answer.now, lang)
        ),
    ]  # fmt: skip
    if overrun := answer.overrun(best.plan):
        lines.append(_say("overrun", lang).format(pools=", ".join(overrun)))
    if answer.together:
        lines.insert(0, _say("pulled", lang).format(levers=", ".join(answer.together)))
    return lines


def _never(answer: "Answer", command: str, lang: str) -> list[str]:
    tried = [grid.text for grid in _tried(answer, lang)]
    return [_short(answer, lang), *tried, *_could(answer, command, lang)]


def _short(answer: "Answer", lang: str) -> str:
    """Why there is no plan."""
    full, wish = answer.full, answer.question.wish
    bound = wish.most or wish.pools or wish.offices or wish.levels
    return _say("capped" if bound else "never", lang).format(
        posts=number(full.posts, lang), share=_rounded(full.often, lang), n=number(full.runs, lang),
        figures=_figures(answer, full, lang),
    )  # fmt: skip


def _could(answer: "Answer", command: str, lang: str) -> Iterator[str]:
    """What could reach it."""
    if not answer.tried:
        yield _say("none", lang)
    elif answer.together:
        more = (word for lever in answer.together for word in ("--lever", lever))
        again = f"{command} {shlex.join(more)}"
        yield _say("together", lang).format(levers=", ".join(answer.together), command=again)
    else:
        yield _say("apart", lang)


def _tried(answer: "Answer", lang: str) -> Iterator[Grid]:
    if not answer.tried:
        return
    heads = [
        _say("lever", lang),
        *(_name(t.key, lang) for t in answer.question.targets),
        _say("reached", lang),
    ]
    rows = [
        [each.lever, *_values(answer, each.figures, lang), _rounded(each.often, lang)]
        for each in answer.tried[:LEVERS]
    ]
    yield Grid(heads, rows, _say("could", lang))


def _pools(answer: "Answer", best: "Point", lang: str) -> Grid:
    seats = list(zip(answer.seats, best.plan, strict=True))
    many = len(seats) > LEVERS * 2
    chosen = [(seat, posts) for seat, posts in seats if posts != seat.now or not many]
    rows = [
        [
            seat.name,
            decimal(max(answer.loads.get(pool, 0.0) for pool in seat.pools), lang),
            number(seat.now, lang),
            number(posts, lang),
            f"{posts - seat.now:+d}" if posts != seat.now else "-",
            decimal(posts * seat.share, lang),
        ]
        for seat, posts in chosen
    ]
    heads = [_say(name, lang) for name in ("pool", "load", "now", "posts", "change", "officials")]
    rest = len(seats) - len(chosen)
    return Grid(heads, rows, "", _say("others", lang).format(n=number(rest, lang)) if rest else "")


def _curve(answer: "Answer", lang: str) -> Grid:
    priced = [_say("cost", lang)] if _priced(answer) else []
    heads = [
        *priced,
        _say("officials", lang),
        _say("posts", lang),
        *(_name(t.key, lang) for t in answer.question.targets),
        _say("reached", lang),
        _say("is", lang),
    ]
    rows = [
        [
            *([decimal(point.cost, lang)] if priced else []),
            decimal(point.officials, lang),
            number(point.posts, lang),
            *_values(answer, [figure.mean for figure in point.figures], lang),
            _rounded(point.often, lang),
            _mark(answer, point, lang),
        ]
        for point in answer.curve
    ]
    return Grid(heads, rows, _say("curve", lang))


def _reached(answer: "Answer", lang: str) -> Grid:
    """The curve with the intervals of all its figures, and the plan as the fresh runs have it."""
    points = [(point, _mark(answer, point, lang)) for point in answer.curve]
    if answer.best is not None:
        points.append((answer.best, _say("anew", lang)))
    between = _say("between", lang)
    names = [word for t in answer.question.targets for word in (_name(t.key, lang), between)]
    priced = _priced(answer)
    heads = [_say(name, lang) for name in (*(["cost"] if priced else []), "officials", "posts")]
    rows = []
    for point, mark in points:
        row = [decimal(point.cost, lang)] if priced else []
        row += [decimal(point.officials, lang), number(point.posts, lang)]
        for target, each in zip(answer.question.targets, point.figures, strict=True):
            low, high = (_value(target, bound, lang) for bound in (each.low, each.high))
            row += [_value(target, each.mean, lang), f"{low} … {high}"]
        row += [_rounded(point.often, lang), f"{_rounded(point.low, lang)} … {_rounded(point.high, lang)}"]
        rows.append([*row, number(point.runs, lang), mark])
    heads += [*names, _say("reached", lang), between, _say("runs", lang), _say("is", lang)]
    return Grid(heads, rows, _say("curve", lang))


def _searched(answer: "Answer", lang: str) -> str:
    """How far the search went."""
    kind = "exact" if answer.exact else "near"
    return _say(kind, lang).format(judged=number(answer.judged, lang), runs=number(answer.runs, lang))


def _on(answer: "Answer", best: "Point", command: str, lang: str) -> Iterator[str]:
    """How to see more of it."""
    levers = [*answer.world.words, *answer.levers(best.plan)]
    if levers:
        scenario = shlex.split(command)[2]
        beside = ("motcua", "compare", scenario, "--world", f"plan={';'.join(levers)}")
        yield _say("compare", lang).format(command=shlex.join(beside))


def _grounds(answer: "Answer", command: str, lang: str) -> Iterator[str]:
    """How it was reckoned, for a page."""
    from simulator.experiments.plan import FRESH

    asked = answer.question
    yield _say("luck", lang).format(seed=asked.seed, most=number(asked.most, lang))
    yield _say("fresh", lang).format(seed=number(asked.seed + FRESH, lang))
    yield _say("chosen", lang)
    if answer.best is not None:
        yield _searched(answer, lang)
        yield from _on(answer, answer.best, command, lang)
    else:
        yield _say("made", lang).format(runs=number(answer.runs, lang))


def _mark(answer: "Answer", point: "Point", lang: str) -> str:
    """What a point of the curve is."""
    marks = {answer.full.plan: "enough", answer.now.plan: "here"}
    if answer.best is not None:
        marks[answer.best.plan] = "plan"
    return _say(marks[point.plan], lang) if point.plan in marks else ""


def _figures(answer: "Answer", point: "Point", lang: str) -> str:
    values = _values(answer, [figure.mean for figure in point.figures], lang)
    return ", ".join(
        _say("mean", lang).format(name=_name(target.key, lang), value=value)
        for target, value in zip(answer.question.targets, values, strict=True)
    )


def _values(answer: "Answer", values: Sequence[float], lang: str) -> list[str]:
    return [_value(t, value, lang) for t, value in zip(answer.question.targets, values, strict=True)]


def _value(target: "Target", value: float, lang: str) -> str:
    if isnan(value):
        return "-"
    return percent(value, lang) if _share(target) else decimal(value, lang)


def _wanted(target: "Target", lang: str) -> str:
    word = _say("least" if target.higher else "most", lang)
    wanted = _rounded(target.wanted, lang) if _share(target) else decimal(target.wanted, lang)
    return f"{_name(target.key, lang)} {word} {wanted}"


def _name(key: "Key", lang: str) -> str:
    from simulator.experiments.measures import INDICATORS

    indicator = INDICATORS[key.indicator]
    words = indicator.vi if lang == "vi" else indicator.en
    of = key.of.partition(":")[2]
    return f"{words} ({named(of, lang)})" if of else words


def _share(target: "Target") -> bool:
    from simulator.experiments.measures import INDICATORS

    return INDICATORS[target.key.indicator].unit == "share"


def _priced(answer: "Answer") -> bool:
    return bool(answer.question.wish.costs)


def _rounded(share: float, lang: str) -> str:
    """A share of the runs: whole percents, or a decimal."""
    return f"{decimal(round(share * 100, 1), lang)} %"


def _say(name: str, lang: str) -> str:
    return WORDS[name][lang == "vi"]
