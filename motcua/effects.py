"""A comparison for people: a verdict for each world in a sentence, tables, and what they rest on."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from math import ceil, floor, nan
from typing import TYPE_CHECKING

from motcua.charts import BLUE, GREY, ORANGE, Span, forest
from motcua.effect_words import WORDS
from motcua.names import named
from motcua.show import Grid, clean, counted, day, decimal, number, percent
from motcua.trouble import sentence
from simulator.experiments.measures import INDICATORS, Key

if TYPE_CHECKING:
    from motcua.pages import Chart, Told
    from simulator.experiments.compare import Comparison, Effect, Side

ROWS = 20
"""Offices or pools in a table, those with the clearest differences first; JSON has all."""
DRAWN = "on_time_rate_finished", "mean_wait_hours"
"""Figures that are drawn, beside the verdict's."""
TOLD = 3
"""Pools in trouble that are told of in a world."""


def shown(found: "Comparison", again: str, lang: str) -> str:
    """The answer as text: verdicts first, then the figures, then what they rest on."""
    verdicts = "\n".join(verdict(found, side, lang) for side in found.worlds[1:])
    tables = [grid.text for grid in _grids(found, lang)]
    grounds = "\n".join([*_grounds(found, lang), _say("again", lang, command=again)])
    return "\n\n".join([_head(found, lang), verdicts, *tables, grounds])


def told(found: "Comparison", lang: str) -> "Told":
    """The answer for a page."""
    from motcua.pages import Told

    worlds = "; ".join(_written(side) for side in found.worlds[1:])
    question = _say("asked", lang, title=found.title, period=_period(found, lang), worlds=worlds)
    verdicts = [verdict(found, side, lang) for side in found.worlds[1:]]
    charts = list(_charts(found, lang))
    return Told(
        _say("title", lang), question, verdicts, charts, _grids(found, lang), list(_grounds(found, lang))
    )


def verdict(found: "Comparison", side: "Side", lang: str) -> str:
    """What a world is worth, in one sentence."""
    effect = _headline(found, side)
    alone = len(side.levers) == 1 and side.name == side.levers[0]
    return _say(
        "verdict",
        lang,
        world=_say("alone", lang, name=clean(side.name)) if alone else clean(side.name),
        figure=_say("none", lang) if effect is None else _effect(found, effect, lang),
        staff=_staff(side.officials - found.worlds[0].officials, lang),
        worse=_worse(found, side, lang),
    )


def troubled(found: "Comparison") -> bool:
    """Whether any run had trouble."""
    return any(side.trouble for side in found.worlds)


def warned(found: "Comparison", lang: str) -> Iterator[str]:
    """What somebody should look at, a sentence each."""
    if not found.enough:
        yield _say("short", lang, n=number(found.runs, lang))
    for side in found.worlds:
        worst = sorted(side.trouble, key=lambda each: -each[1])
        for trouble, runs in worst[:TOLD]:
            yield _say(
                "trouble",
                lang,
                world=clean(_world(side.name, lang)),
                runs=number(runs, lang),
                n=number(found.runs, lang),
                words=sentence(trouble, lang),
            )
        if len(worst) > TOLD:
            n = number(len(worst) - TOLD, lang)
            yield _say("troubles", lang, world=clean(_world(side.name, lang)), n=n)


# -- a verdict ---------------------------------------------------------------------------------------------


def _headline(found: "Comparison", side: "Side") -> "Effect | None":
    """What the verdict is on; None where a world has no such figure, as one without dossiers."""
    key = found.headline
    there = (each for each in found.effects if (each.world, each.indicator, each.of) == (side.name, *key))
    return next(there, None)


def _effect(found: "Comparison", effect: "Effect", lang: str) -> str:
    name = _name(effect.indicator, lang)
    if effect.low is None or effect.high is None:
        return _say("unsure", lang)
    if effect.low == effect.high == 0:
        return _say("same", lang, name=name)
    low, high = _bounds(effect, lang)
    if not found.significant(effect):
        return _say("chance", lang, name=name, low=low, high=high)
    value = difference(effect.indicator, effect.difference, lang)
    kind = "points" if INDICATORS[effect.indicator].unit == "share" else "amount"
    return _say(kind, lang, value=value, name=name, low=low.lstrip("+"), high=high.lstrip("+"))


def _worse(found: "Comparison", side: "Side", lang: str) -> str:
    """Figures of all that are worse beyond chance; those that say the same again are not told."""
    told = []
    for name in ("on_time_rate_finished", "mean_wait_hours", "mean_days", "letters_due", "open_overdue"):
        if name == found.headline.indicator:
            continue
        try:
            effect = found.effect(side.name, Key(name))
        except KeyError:
            continue
        up = INDICATORS[name].better == "higher"
        if found.significant(effect) and (effect.difference < 0) is up:
            told.append(f"{difference(name, effect.difference, lang)} {_name(name, lang)}")
    return _say("worse", lang, figures=", ".join(told)) if told else ""


def _staff(more: float, lang: str) -> str:
    if abs(more) < 1e-9:
        return _say("no_staff", lang)
    count = decimal(abs(more), lang)
    noun = _say("official" if count == "1" else "officials", lang)
    return _say("more_staff" if more > 0 else "less_staff", lang, n=count, noun=noun)


# -- tables ------------------------------------------------------------------------------------------------


def _grids(found: "Comparison", lang: str) -> list[Grid]:
    grids = []
    for side in found.worlds[1:]:
        grids += [_figures(found, side, lang), *_parts(found, side, lang)]
    return grids


def _figures(found: "Comparison", side: "Side", lang: str) -> Grid:
    effects = [each for each in found.effects if each.world == side.name and not each.of]
    heads = [_say("figure", lang), *_heads(found, lang)]
    rows = [
        (_name(each.indicator, lang), *_row(found, each, lang))
        for each in effects
        if each.baseline or each.value
    ]
    return Grid(heads, rows, clean(side.name))


def _parts(found: "Comparison", side: "Side", lang: str) -> Iterator[Grid]:
    """The headline of each level, office or pool; of pools their waits."""
    rows = _parted(found, side)
    if not rows:
        return
    heads = [_say("of", lang), *_heads(found, lang)]
    cells = [(_place(each.of, lang), *_row(found, each, lang)) for each in rows[:ROWS]]
    title = _say("by", lang, name=_name(rows[0].indicator, lang), world=clean(side.name))
    rest = len(rows) - ROWS
    yield Grid(heads, cells, title, _say("more", lang, n=number(rest, lang)) if rest > 0 else "")


def _parted(found: "Comparison", side: "Side") -> list["Effect"]:
    """The effects by level, office or pool that are told, the clearest first."""
    of = [each for each in found.effects if each.world == side.name and each.of]
    pools = bool(of) and of[0].of.startswith("pool:")
    wanted = "mean_wait_hours" if pools else found.headline.indicator
    return sorted((each for each in of if each.indicator == wanted), key=_clear)


def _clear(effect: "Effect") -> tuple[float, str]:
    return (1.0 if effect.p is None else effect.p), effect.of


def _heads(found: "Comparison", lang: str) -> list[str]:
    level = f"{decimal(100 * found.confidence, lang)} %"
    return [
        _say("baseline", lang),
        _say("with", lang),
        _say("difference", lang),
        _say("interval", lang, level=level),
        _say("sure", lang),
    ]


def _row(found: "Comparison", effect: "Effect", lang: str) -> Sequence[str]:
    name = effect.indicator
    bounds = "-" if effect.low is None else " … ".join(_bounds(effect, lang))
    return (
        _value(name, effect.baseline, lang),
        _value(name, effect.baseline + effect.difference, lang),
        difference(name, effect.difference, lang),
        bounds,
        _say("yes" if found.significant(effect) else "no", lang),
    )


def _value(name: str, value: float, lang: str) -> str:
    return percent(value, lang) if INDICATORS[name].unit == "share" else decimal(value, lang)


def _bounds(effect: "Effect", lang: str) -> tuple[str, str]:
    """The interval, rounded outwards."""
    assert effect.low is not None
    assert effect.high is not None
    return (
        difference(effect.indicator, effect.low, lang, floor),
        difference(effect.indicator, effect.high, lang, ceil),
    )


def difference(name: str, value: float, lang: str, rounding: "object" = round) -> str:
    """A difference with its sign; of shares, in points."""
    assert callable(rounding)
    value = 100 * value if INDICATORS[name].unit == "share" else value
    digits = 1 if abs(value) >= 1 else 2 if abs(value) >= 0.1 else 3
    scaled = rounding(round(value * 10**digits, 6)) / 10**digits
    return _comma(f"{scaled:+,.{digits}f}", lang) if scaled else "0"


# -- drawings ----------------------------------------------------------------------------------------------


def _charts(found: "Comparison", lang: str) -> Iterator["Chart"]:
    """The headline and what else is asked first, of all worlds; then the headline of a world's parts."""
    from motcua.pages import Chart

    sides = found.worlds[1:]
    for name in dict.fromkeys((found.headline.indicator, *DRAWN)):
        of = found.headline.of if name == found.headline.indicator else ""
        there = [each for each in found.effects if (each.indicator, each.of) == (name, of)]
        known = {each.world: each for each in there if each.low is not None}
        spans = [_span(found, known[side.name], side.name, lang) for side in sides if side.name in known]
        if spans:
            yield Chart(
                _say("drawn", lang, name=_named(name, of, lang)), forest(spans, _unit(name, lang), lang)
            )
    for side in sides:
        parts = _parted(found, side)[:ROWS]
        if len(parts) > 1:
            spans = [_span(found, each, _place(each.of, lang), lang) for each in parts]
            name = parts[0].indicator
            title = _say("by", lang, name=_name(name, lang), world=side.name)
            yield Chart(title, forest(spans, _unit(name, lang), lang))


def _span(found: "Comparison", effect: "Effect", name: str, lang: str) -> Span:
    indicator = INDICATORS[effect.indicator]
    scale = 100 if indicator.unit == "share" else 1
    better = (effect.difference > 0) is (indicator.better == "higher")
    colour = GREY if not found.significant(effect) else BLUE if better else ORANGE
    low, high = (nan if value is None else scale * value for value in (effect.low, effect.high))
    said = difference(effect.indicator, effect.difference, lang)
    if effect.low is not None:
        said += f" ({' … '.join(_bounds(effect, lang))})"
    return Span(name, scale * effect.difference, low, high, said, colour)


def _unit(name: str, lang: str) -> str:
    return _say(INDICATORS[name].unit, lang)


def _named(name: str, of: str, lang: str) -> str:
    return f"{_name(name, lang)} ({_place(of, lang)})" if of else _name(name, lang)


# -- what it rests on --------------------------------------------------------------------------------------


def _head(found: "Comparison", lang: str) -> str:
    count = len(found.worlds) - 1
    worlds = counted(count, "world") if lang == "en" else f"{count} phương án"
    return _say("head", lang, name=found.scenario, worlds=worlds, period=_period(found, lang))


def _period(found: "Comparison", lang: str) -> str:
    if found.dossiers is not None:
        return _say("dossiers", lang, n=number(found.dossiers, lang), start=day(found.start, lang))
    last = found.until - timedelta(days=1)
    return _say("period", lang, start=day(found.start, lang), last=day(last, lang))


def _written(side: "Side") -> str:
    """A world by its name, with its levers where the name is another."""
    alone = side.levers == (side.name,)
    return side.name if alone else f"{side.name} ({', '.join(side.levers)})"


def _grounds(found: "Comparison", lang: str) -> Iterator[str]:
    yield _say(
        "runs",
        lang,
        n=number(found.runs, lang),
        first=found.seed,
        last=found.seed + found.runs - 1,
        days=found.warmup_days,
    )
    for each in found.precision:
        points = INDICATORS[each.indicator].unit == "share"
        wanted, reached = (
            "-" if value is None else _comma(f"{value * (100 if points else 1):.3g}", lang)
            for value in (each.wanted, each.reached)
        )
        yield _say("precision", lang, name=_name(each.indicator, lang), wanted=wanted, reached=reached)
    for side in found.worlds[1:]:
        effect = _headline(found, side)
        if effect is not None and effect.crn is not None and effect.gain is not None:
            words = {"name": _name(effect.indicator, lang), "world": clean(side.name)}
            crn, gain = (_times(value, lang) for value in (effect.crn, effect.gain))
            yield _say("gain" if found.controls else "gain_crn", lang, crn=crn, gain=gain, **words)
    yield _say("corrected", lang)


def _comma(text: str, lang: str) -> str:
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text


def _times(value: float, lang: str) -> str:
    return number(value, lang) if value >= 100 else decimal(round(value, 1), lang)


def _name(indicator: str, lang: str) -> str:
    each = INDICATORS[indicator]
    return each.vi if lang == "vi" else each.en


def _place(of: str, lang: str) -> str:
    kind, _, name = of.partition(":")
    return named(name, lang) if kind == "level" else name


def _world(name: str, lang: str) -> str:
    return _say("baseline", lang) if name == "baseline" else name


def _say(name: str, lang: str, /, **words: object) -> str:
    return WORDS[name][lang == "vi"].format(**words)
