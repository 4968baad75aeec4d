"""Charts as inline SVG, drawn by hand: they need no library, print well, and are the same each time."""

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, isnan, log10, nan
from typing import NamedTuple

BLUE, ORANGE, GREY, FAINT = "#0072b2", "#d55e00", "#555555", "#dddddd"
"""Okabe and Ito's, whom the colour-blind and a black-and-white printer tell apart."""
WIDTH = 720
LETTERS = 36
"""Of a row's name."""
_FONT = "font-family='DejaVu Sans, Verdana, sans-serif' font-size='12'"


class Dot(NamedTuple):
    """A point of a curve."""

    across: float
    up: float
    low: float
    high: float
    """Of its interval."""
    label: str = ""
    """Written beside it; such a point is larger."""


class Stripe(NamedTuple):
    """A bar of a tornado: a parameter, and the figure at its ends."""

    name: str
    low: float
    high: float
    low_label: str
    high_label: str


class Span(NamedTuple):
    """A row of a forest plot: a difference with its interval, nan where it is not known."""

    name: str
    value: float
    low: float
    high: float
    said: str
    """Written beside it."""
    colour: str = GREY
    """Grey is hollow: chance may have made it."""


class Strip(NamedTuple):
    """A bar, and what runs found where formulas say it: an interval, nan where there is none."""

    name: str
    value: float
    said: str
    low: float = nan
    high: float = nan


def curve(
    dots: Sequence[Dot], across: str, up: str, wanted: float | None, percent: bool, lang: str = "en"
) -> str:
    """What is reached (up) for how much (across); `wanted` is drawn as a line."""
    height, left, right, top, bottom = 340, 70, 20, 20, 50
    xs = [dot.across for dot in dots]
    ys = [y for dot in dots for y in (dot.low, dot.high, dot.up) if not isnan(y)] + (
        [] if wanted is None else [wanted]
    )
    x = _scale(min(xs), max(xs), left, WIDTH - right)
    y = _scale(min(ys), max(ys), height - bottom, top)
    parts = [_axes([(y(tick), _number(tick, percent, lang)) for tick in _ticks(min(ys), max(ys))], left)]
    parts += [
        _text(x(tick), height - bottom + 16, _number(tick, False, lang), "middle")
        for tick in _ticks(min(xs), max(xs))
    ]
    if wanted is not None:
        parts.append(
            f"<line x1='{left}' x2='{WIDTH - right}' y1='{y(wanted):.1f}' y2='{y(wanted):.1f}' "
            f"stroke='{ORANGE}' stroke-dasharray='6 4'/>"
        )
    line = " ".join(f"{x(dot.across):.1f},{y(dot.up):.1f}" for dot in dots)
    parts.append(f"<polyline points='{line}' fill='none' stroke='{BLUE}' stroke-width='1.5'/>")
    for dot in dots:
        parts += _dotted(dot, x, y)
    parts.append(_text((left + WIDTH - right) / 2, height - 8, across, "middle"))
    parts.append(
        f"<text x='14' y='{(height - bottom + top) / 2:.0f}' text-anchor='middle' "
        f"transform='rotate(-90 14 {(height - bottom + top) / 2:.0f})'>{escape(up)}</text>"
    )
    return _svg(height, f"{up} / {across}", parts)


def _dotted(dot: Dot, x: "_Scale", y: "_Scale") -> Iterator[str]:
    """A point with its interval and label."""
    across, up = x(dot.across), y(dot.up)
    if not isnan(dot.low):
        yield _rule(across, y(dot.low), y(dot.high), GREY)
    radius, colour = (5, ORANGE) if dot.label else (3, BLUE)
    yield f"<circle cx='{across:.1f}' cy='{up:.1f}' r='{radius}' fill='{colour}'/>"
    if dot.label:
        side, gap = ("end", -8) if across > WIDTH - 140 else ("start", 8)
        yield _text(across + gap, up + 16, dot.label, side)


def tornado(stripes: Sequence[Stripe], usual: float, across: str, percent: bool, lang: str = "en") -> str:
    """What each parameter does between its ends, the widest first; the line is the scenario as it is."""
    left, right, top, row = 250, 60, 10, 30
    height = top + row * len(stripes) + 50
    values = [value for s in stripes for value in (s.low, s.high)] + [usual]
    x = _scale(min(values), max(values), left + 40, WIDTH - right)
    bottom = height - 45
    ticks = [(x(tick), _number(tick, percent, lang)) for tick in _ticks(min(values), max(values))]
    parts = [_rules(ticks, top, bottom)]
    for i, stripe in enumerate(stripes):
        y = top + row * i + 5
        parts.append(_name(left - 10, y + 15, stripe.name))
        parts += _halves(stripe, usual, x, y)
    parts.append(_rule(x(usual), top, bottom, GREY))
    parts.append(_text((left + WIDTH - right) / 2, height - 8, across, "middle"))
    return _svg(height, across, parts)


def _halves(stripe: Stripe, usual: float, x: "_Scale", y: float) -> Iterator[str]:
    """The two halves of a bar; where both lie on one side, the shorter one's label stands on the other."""
    lower_first = abs(stripe.low - usual) >= abs(stripe.high - usual)
    far, near = (stripe.low, stripe.high) if lower_first else (stripe.high, stripe.low)
    left = far < usual or (far == usual and lower_first)
    for value, label, colour, opacity, is_far in (
        (stripe.low, stripe.low_label, BLUE, 0.85, lower_first),
        (stripe.high, stripe.high_label, ORANGE, 0.7, not lower_first),
    ):
        start, width = min(x(value), x(usual)), abs(x(value) - x(usual))
        yield (
            f"<rect x='{start:.1f}' y='{y}' width='{max(width, 0.5):.1f}' height='20' fill='{colour}' "
            f"fill-opacity='{opacity}'/>"
        )
        alone = is_far or (near - usual) * (far - usual) < 0
        at, before = x(value if alone else usual), is_far is left
        yield _text(at + (-4 if before else 4), y + 15, label, "end" if before else "start")


def forest(spans: Sequence[Span], across: str, lang: str = "en") -> str:
    """Differences one below the other with their intervals; the line is no difference."""
    left, right, top, row = 250, 170, 10, 26
    height = top + row * len(spans) + 50
    bottom = height - 45
    values = [v for span in spans for v in (span.value, span.low, span.high) if not isnan(v)] + [0.0]
    x = _scale(min(values), max(values), left, WIDTH - right)
    ticks = [(x(tick), _number(tick, False, lang)) for tick in _ticks(min(values), max(values))]
    parts = [_rules(ticks, top, bottom), _rule(x(0), top, bottom, GREY)]
    for i, span in enumerate(spans):
        y = top + row * (i + 0.5)
        parts.append(_name(left - 10, y + 4, span.name))
        parts.append(_text(WIDTH - right + 10, y + 4, span.said, "start"))
        if not isnan(span.low):
            parts.append(
                f"<line x1='{x(span.low):.1f}' x2='{x(span.high):.1f}' y1='{y:.1f}' y2='{y:.1f}' "
                f"stroke='{span.colour}' stroke-width='2'/>"
            )
        fill = "none" if span.colour == GREY else span.colour
        parts.append(
            f"<circle cx='{x(span.value):.1f}' cy='{y:.1f}' r='5' fill='{fill}' stroke='{span.colour}' "
            "stroke-width='2'/>"
        )
    parts.append(_text((left + WIDTH - right) / 2, height - 8, across, "middle"))
    return _svg(height, across, parts)


def bars(strips: Sequence[Strip], across: str, percent: bool, full: float | None, lang: str = "en") -> str:
    """Sizes one below the other; what runs found stands on them as an interval, `full` as a line."""
    left, right, top, row = 250, 90, 10, 26
    height = top + row * len(strips) + 50
    bottom = height - 45
    highs = [v for strip in strips for v in (strip.value, strip.high) if not isnan(v)]
    most = max([*highs, 0.0 if full is None else full, 1e-9])
    x = _Scale(0.0, most, left, WIDTH - right)
    parts = [_rules([(x(tick), _number(tick, percent, lang)) for tick in _ticks(0.0, most)], top, bottom)]
    for i, strip in enumerate(strips):
        y = top + row * i + 4
        over = full is not None and strip.value > full
        parts.append(_name(left - 10, y + 14, strip.name))
        parts.append(
            f"<rect x='{left}' y='{y}' width='{max(x(strip.value) - left, 0.5):.1f}' height='18' "
            f"fill='{ORANGE if over else BLUE}' fill-opacity='0.8'/>"
        )
        ends = x(strip.value if isnan(strip.high) else max(strip.value, strip.high))
        parts.append(_text(ends + 6, y + 14, strip.said, "start"))
        if not isnan(strip.low):
            low, high = x(max(strip.low, 0.0)), x(strip.high)
            parts.append(
                f"<line x1='{low:.1f}' x2='{high:.1f}' y1='{y + 9}' y2='{y + 9}' stroke='{ORANGE}' "
                "stroke-width='3'/>"
            )
    if full is not None:
        parts.append(_rule(x(full), top, bottom, GREY))
    parts.append(_text((left + WIDTH - right) / 2, height - 8, across, "middle"))
    return _svg(height, across, parts)


def _svg(height: int, title: str, parts: Sequence[str]) -> str:
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' role='img' {_FONT}>"
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _axes(ticks: Sequence[tuple[float, str]], left: float) -> str:
    """Lines from left to right, with their numbers before them."""
    lines = (
        f"<line x1='{left}' x2='{WIDTH - 20}' y1='{y:.1f}' y2='{y:.1f}' stroke='{FAINT}'/>"
        + _text(left - 6, y + 4, number, "end")
        for y, number in ticks
    )
    return "".join(lines)


def _rules(ticks: Sequence[tuple[float, str]], top: float, bottom: float) -> str:
    """Lines from top to bottom, with their numbers below them."""
    lines = (_rule(x, top, bottom, FAINT) + _text(x, bottom + 16, number, "middle") for x, number in ticks)
    return "".join(lines)


def _rule(x: float, top: float, bottom: float, colour: str) -> str:
    return f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{top:.1f}' y2='{bottom:.1f}' stroke='{colour}'/>"


def _name(x: float, y: float, name: str) -> str:
    """What a row is called; the middle of a long name is left out, and shown where the pointer rests."""
    half = LETTERS // 2
    short = name if len(name) <= LETTERS else f"{name[:half]}…{name[1 - half :]}"
    return _text(x, y, short, "end").replace("</text>", f"<title>{escape(name)}</title></text>")


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}'>{escape(text)}</text>"


def _number(value: float, percent: bool, lang: str) -> str:
    text = f"{value * 100:.6g} %" if percent else f"{value:.6g}"
    return text.replace(".", ",") if lang == "vi" else text


class _Scale(NamedTuple):
    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def _scale(low: float, high: float, start: float, end: float) -> _Scale:
    """From values to places, with a little air at both ends."""
    air = (high - low) * 0.06 or abs(high) * 0.05 or 1.0
    return _Scale(low - air, high + air, start, end)


def _ticks(low: float, high: float) -> list[float]:
    """Four to ten round numbers within the bounds."""
    if not high > low:
        return [low]
    step = 10.0 ** floor(log10((high - low) / 4))
    step *= next((k for k in (1, 2, 5, 10) if (high - low) / (step * k) <= 7), 10)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]
