"""Charts as inline SVG, drawn by hand: they need no library, print well, and are the same each time."""

from collections.abc import Sequence
from html import escape
from math import floor, isnan, log10
from typing import NamedTuple

BLUE, ORANGE, GREY, FAINT = "#0072b2", "#d55e00", "#555555", "#dddddd"
"""Okabe and Ito's, whom the colour-blind and a black-and-white printer tell apart."""
WIDTH = 720
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


def curve(dots: Sequence[Dot], across: str, up: str, wanted: float | None, percent: bool) -> str:
    """What is reached (up) for how much (across); `wanted` is drawn as a line."""
    height, left, right, top, bottom = 340, 70, 20, 20, 50
    xs = [dot.across for dot in dots]
    ys = [y for dot in dots for y in (dot.low, dot.high, dot.up) if not isnan(y)] + (
        [] if wanted is None else [wanted]
    )
    x = _scale(min(xs), max(xs), left, WIDTH - right)
    y = _scale(min(ys), max(ys), height - bottom, top)
    parts = [_axes(_ticks(min(ys), max(ys)), y, percent, left, WIDTH - right)]
    parts += [
        _text(x(tick), height - bottom + 16, f"{tick:g}", "middle") for tick in _ticks(min(xs), max(xs))
    ]
    if wanted is not None:
        parts.append(
            f"<line x1='{left}' x2='{WIDTH - right}' y1='{y(wanted):.1f}' y2='{y(wanted):.1f}' "
            f"stroke='{ORANGE}' stroke-dasharray='6 4'/>"
        )
    line = " ".join(f"{x(dot.across):.1f},{y(dot.up):.1f}" for dot in dots)
    parts.append(f"<polyline points='{line}' fill='none' stroke='{BLUE}' stroke-width='1.5'/>")
    for dot in dots:
        if not isnan(dot.low):
            parts.append(
                f"<line x1='{x(dot.across):.1f}' x2='{x(dot.across):.1f}' y1='{y(dot.low):.1f}' "
                f"y2='{y(dot.high):.1f}' stroke='{GREY}'/>"
            )
        parts.append(
            f"<circle cx='{x(dot.across):.1f}' cy='{y(dot.up):.1f}' r='{5 if dot.label else 3}' "
            f"fill='{ORANGE if dot.label else BLUE}'/>"
        )
        if dot.label:
            side = "end" if x(dot.across) > WIDTH - 140 else "start"
            gap = -8 if side == "end" else 8
            parts.append(_text(x(dot.across) + gap, y(dot.up) + 16, dot.label, side))
    parts.append(_text((left + WIDTH - right) / 2, height - 8, across, "middle"))
    parts.append(
        f"<text x='14' y='{(height - bottom + top) / 2:.0f}' text-anchor='middle' "
        f"transform='rotate(-90 14 {(height - bottom + top) / 2:.0f})'>{escape(up)}</text>"
    )
    return _svg(height, f"{up} / {across}", parts)


def tornado(stripes: Sequence[Stripe], usual: float, across: str, percent: bool) -> str:
    """What each parameter does between its ends, the widest first; the line is the scenario as it is."""
    left, right, top, row = 250, 60, 10, 30
    height = top + row * len(stripes) + 50
    values = [value for s in stripes for value in (s.low, s.high)] + [usual]
    x = _scale(min(values), max(values), left + 40, WIDTH - right)
    parts = []
    bottom = height - 45
    for tick in _ticks(min(values), max(values)):
        parts.append(
            f"<line x1='{x(tick):.1f}' x2='{x(tick):.1f}' y1='{top}' y2='{bottom}' stroke='{FAINT}'/>"
        )
        parts.append(_text(x(tick), bottom + 16, _number(tick, percent), "middle"))
    for i, stripe in enumerate(stripes):
        y = top + row * i + 5
        parts.append(_text(left - 10, y + 15, stripe.name, "end"))
        for value, label, colour in (
            (stripe.low, stripe.low_label, BLUE),
            (stripe.high, stripe.high_label, ORANGE),
        ):
            start, width = min(x(value), x(usual)), abs(x(value) - x(usual))
            parts.append(
                f"<rect x='{start:.1f}' y='{y}' width='{max(width, 0.5):.1f}' height='20' fill='{colour}' "
                f"fill-opacity='{0.85 if colour == BLUE else 0.7}'/>"
            )
            before = value < usual or (value == usual and colour == BLUE)
            parts.append(_text(x(value) + (-4 if before else 4), y + 15, label, "end" if before else "start"))
    parts.append(f"<line x1='{x(usual):.1f}' x2='{x(usual):.1f}' y1='{top}' y2='{bottom}' stroke='{GREY}'/>")
    parts.append(_text((left + WIDTH - right) / 2, height - 8, across, "middle"))
    return _svg(height, across, parts)


def _svg(height: int, title: str, parts: Sequence[str]) -> str:
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' role='img' {_FONT}>"
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _axes(ticks: Sequence[float], y: "_Scale", percent: bool, left: float, right: float) -> str:
    lines = (
        f"<line x1='{left}' x2='{right}' y1='{y(tick):.1f}' y2='{y(tick):.1f}' stroke='{FAINT}'/>"
        + _text(left - 6, y(tick) + 4, _number(tick, percent), "end")
        for tick in ticks
    )
    return "".join(lines)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}'>{escape(text)}</text>"


def _number(value: float, percent: bool) -> str:
    return f"{value * 100:.6g} %" if percent else f"{value:.6g}"


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
    first = int(-(-low // step))
    return [round(i * step, 12) for i in range(first, int(high // step) + 1)]
