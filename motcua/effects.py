"""A comparison for people: a verdict for each world in a sentence, tables, and what they rest on."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from math import ceil, floor
from typing import TYPE_CHECKING

from motcua.effect_words import WORDS
from motcua.names import named
from motcua.show import clean, counted, day, decimal, number, percent, table
from motcua.trouble import sentence
from simulator.experiments.measures import INDICATORS, Key

if TYPE_CHECKING:
    from simulator.experiments.compare import Comparison, Effect, Side

ROWS = 20
"""Offices or pools in a table, those with the clearest differences first; JSON has all."""
TOLD = 3
"""Pools in trouble that are told of in a world."""


def shown(found: "Comparison", again: str, lang: str) -> str:
    """The answer as text: verdicts first, then the figures, then what they rest on."""
    parts = [_head(found, lang), "\n".join(verdict(found, side, lang) for side in found.worlds[1:])]
    for side in found.worlds[1:]:
        parts.append(f"{clean(side.name)}\n{_figures(found, side, lang)}")
        parts += _parts(found, side, lang)
    return "\n\n".join([*parts, "\n".join(_grounds(found, again, lang))])


def verdict(found: "Comparison", side: "Side", lang: str) -> str:
    """What a world is worth, in one sentence."""
    effect = found.effect(side.name, found.headline)
    alone = len(side.levers) == 1 and side.name == side.levers[0]
    return _say(
        "verdict",
        lang,
        world=_say("alone", lang, name=clean(side.name)) if alone else clean(side.name),
        figure=_effect(found, effect, lang),
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


def _figures(found: "Comparison", side: "Side", lang: str) -> str:
    effects = [each for each in found.effects if each.world == side.name and not each.of]
    heads = [_say("figure", lang), *_heads(found, lang)]
    rows = [
        (_name(each.indicator, lang), *_row(found, each, lang))
        for each in effects
        if each.baseline or each.value
    ]
    return table(heads, rows)


def _parts(found: "Comparison", side: "Side", lang: str) -> Iterator[str]:
    """The headline of each level, office or pool; of pools their waits."""
    of = [each for each in found.effects if each.world == side.name and each.of]
    pools = bool(of) and of[0].of.startswith("pool:")
    wanted = "mean_wait_hours" if pools else found.headline.indicator
    rows = sorted((each for each in of if each.indicator == wanted), key=_clear)
    if not rows:
        return
    heads = [_say("of", lang), *_heads(found, lang)]
    cells = [(_place(each.of, lang), *_row(found, each, lang)) for each in rows[:ROWS]]
    text = f"{_say('by', lang, name=_name(wanted, lang), world=clean(side.name))}\n{table(heads, cells)}"
    if len(rows) > ROWS:
        text += f"\n{_say('more', lang, n=number(len(rows) - ROWS, lang))}"
    yield text


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


# -- what it rests on --------------------------------------------------------------------------------------


def _head(found: "Comparison", lang: str) -> str:
    last = found.until - timedelta(days=1)
    period = _say("period", lang, start=day(found.start, lang), last=day(last, lang))
    if found.dossiers is not None:
        period = _say("dossiers", lang, n=number(found.dossiers, lang), start=day(found.start, lang))
    count = len(found.worlds) - 1
    worlds = counted(count, "world") if lang == "en" else f"{count} phương án"
    return _say("head", lang, name=found.scenario, worlds=worlds, period=period)


def _grounds(found: "Comparison", again: str, lang: str) -> Iterator[str]:
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
        effect = found.effect(side.name, found.headline)
        if effect.crn is not None and effect.gain is not None:
            words = {"name": _name(effect.indicator, lang), "world": clean(side.name)}
            crn, gain = (_times(value, lang) for value in (effect.crn, effect.gain))
            yield _say("gain" if found.controls else "gain_crn", lang, crn=crn, gain=gain, **words)
    yield _say("corrected", lang)
    yield _say("again", lang, command=again)


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
