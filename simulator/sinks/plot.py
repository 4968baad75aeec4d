"""A picture of a run: dossiers a day, backlog, and lateness by office; PNG, SVG, or a page with the figures.

Needs the extra `plot` (matplotlib).

Two colours that the colour-blind and a black-and-white printer tell apart, and different strokes besides.
The same figures give the same bytes.
"""

import io
from collections.abc import Sequence
from datetime import date
from math import nan
from pathlib import Path
from typing import Any

from simulator.engine.ledger import Case
from simulator.sinks.daily import Daily, Lateness
from simulator.sinks.page import page
from simulator.sinks.sink import FileSink, SinkError
from simulator.sinks.words import WORDS, Words

ENDINGS = (".png", ".svg", ".html")
BARS = 20
"""Offices shown at most: those with the largest share of late dossiers."""
LEAST = 20
"""With more offices than bars, one where fewer dossiers fell due is left out: chance rules there."""
_BLUE, _ORANGE = "#0072b2", "#d55e00"  # Okabe and Ito's
_GREY, _FAINT = "#555555", "#dddddd"
_WIDTH, _ABOVE, _BETWEEN, _BELOW = 8.27, 0.95, 0.75, 0.75
"""Inches; as wide as A4."""
_LETTERS = 40
"""Of an office's name."""
_WEEKS = 75
"""Days; of more, the mean over a week is drawn, since the days' rhythm hides what changes."""
_STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "sans-serif"],  # matplotlib's own: it has the Vietnamese letters
    "font.size": 9,
    "svg.hashsalt": "motcua",
    "svg.fonttype": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.axisbelow": True,
}


class Picture(FileSink):
    """A picture of a run's dossiers, drawn when all are told. SinkError for a name that is no picture's."""

    def __init__(self, path: str | Path, start: date, until: date, lang: str = "en", title: str = "") -> None:
        if not str(path).endswith(ENDINGS):
            raise SinkError(f"{path}: a picture is one of NAME{', NAME'.join(ENDINGS)}")
        self.daily, self._lang, self._title = Daily(start, until), lang, title
        super().__init__(path)

    def _begin(self) -> None:
        _matplotlib()
        self._out = self.file.stream()

    def _cases(self, cases: Sequence[Case]) -> None:
        self.daily.add(cases)

    def _end(self) -> None:
        self._out.write(drawn(self.daily, self.path.suffix, self._lang, self._title))


def plot(daily: Daily, path: str | Path, lang: str = "en", title: str = "") -> None:
    """Draw the figures to a file. SinkError if it cannot be written, or is no picture by its name."""
    with Picture(path, daily.start, daily.until, lang, title) as picture:
        picture.daily = daily


def drawn(daily: Daily, ending: str, lang: str = "en", title: str = "") -> bytes:
    """The picture itself, of a kind of `ENDINGS`; `lang` is "en" or "vi"."""
    words, out = WORDS[lang], io.BytesIO()
    matplotlib = _matplotlib()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # whatever this machine's own settings are
        matplotlib.rcParams.update(_STYLE)
        figure = _figure(daily, words, "" if ending == ".html" else title)  # a page has a heading of its own
        if ending == ".png":
            figure.savefig(out, format="png", dpi=150)
            return out.getvalue()
        about = {"Date": None, "Creator": None} | ({"Title": title} if title else {})
        figure.savefig(out, format="svg", metadata=about)
    return page(daily, out.getvalue().decode(), words, title) if ending == ".html" else out.getvalue()


def shown(daily: Daily) -> list[tuple[str, Lateness]]:
    """The offices of the picture, the worst first."""
    return daily.worst(BARS, LEAST if len(daily.offices) > BARS else 0)


def _matplotlib() -> Any:
    try:
        import matplotlib as mpl  # noqa: PLC0415 - an extra
        import matplotlib.dates  # noqa: PLC0415
        import matplotlib.figure  # noqa: PLC0415
        import matplotlib.ticker  # noqa: PLC0415
    except ImportError as error:
        raise SinkError("a picture needs matplotlib: pip install 'motcua[plot]'") from error
    return mpl


def _figure(daily: Daily, words: Words, title: str) -> Any:
    offices = shown(daily)
    bars = 0.235 * max(len(offices), 1)
    height = _ABOVE + 2.15 + _BETWEEN + 1.75 + _BETWEEN + 0.1 + bars + _BELOW
    figure = _matplotlib().figure.Figure(figsize=(_WIDTH, height))
    figure.text(0.5, 1 - 0.2 / height, title, fontsize=12, ha="center", va="center")
    figure.text(0.5, 1 - (0.42 if title else 0.25) / height, words.period(daily), ha="center", va="center")
    # Every place in inches: matplotlib's own layouts differ in the last bit from run to run.
    top = height - _ABOVE
    names = max((_inches(_short(name)) for name, _ in offices), default=0)
    places = ((0.75, 2.15, _flow), (0.75, 1.75, _backlog), (max(0.75, 0.3 + names), bars, None))
    for left, tall, draw in places:
        top -= tall
        width = _WIDTH - left - 0.3
        axes = figure.add_axes((left / _WIDTH, top / height, width / _WIDTH, tall / height))
        if draw is None:
            _lateness(axes, daily, offices, words)
        else:
            draw(axes, daily, words)
        top -= _BETWEEN + (0.1 if draw is _backlog else 0)
    return figure


def _flow(axes: Any, daily: Daily, words: Words) -> None:
    long = len(daily.received) > _WEEKS
    for counts, colour, dash, mark, name in (
        (daily.received, _BLUE, "-", "o", words.received),
        (daily.finished, _ORANGE, (0, (4, 1.5)), "s", words.finished),
    ):
        if long:
            _weekly(axes, daily, counts, colour, dash, f"{name} ({words.week})")
        else:
            axes.plot(
                daily.days, counts, color=colour, linestyle=dash, marker=mark, markersize=3.5, label=name,
                clip_on=False,
            )  # fmt: skip
    axes.legend(loc="lower right", bbox_to_anchor=(1, 0.99), ncols=2, frameon=False)
    _time(axes, daily, words, words.flow, words.a_day)


def _backlog(axes: Any, daily: Daily, words: Words) -> None:
    axes.fill_between(daily.days, daily.backlog, color=_BLUE, alpha=0.2, linewidth=0)
    if len(daily.received) > _WEEKS:
        _weekly(axes, daily, daily.backlog, _BLUE, "-", words.week)
        axes.legend(loc="lower right", bbox_to_anchor=(1, 0.99), frameon=False)
    else:
        axes.plot(daily.days, daily.backlog, color=_BLUE, linewidth=1.5)
    _time(axes, daily, words, words.backlog, words.dossiers)


def _weekly(axes: Any, daily: Daily, counts: Sequence[int], colour: str, dash: Any, name: str) -> None:
    axes.plot(daily.days, counts, color=colour, linewidth=0.5, alpha=0.35)
    axes.plot(daily.days, _week(counts), color=colour, linestyle=dash, linewidth=1.8, label=name)


def _time(axes: Any, daily: Daily, words: Words, title: str, unit: str) -> None:
    days, dates = daily.days, _matplotlib().dates
    axes.set_title(title)
    axes.set_ylabel(unit)
    axes.set_ylim(0, max(1.0, axes.get_ylim()[1]))
    axes.margins(x=0.01)
    axes.grid(axis="y", color=_FAINT, linewidth=0.6)
    _numbers(axes.yaxis, words)
    axes.xaxis.set_major_formatter(dates.DateFormatter("%d/%m/%y" if len(days) > 360 else "%d/%m"))
    if len(days) > _WEEKS:
        axes.xaxis.set_major_locator(dates.AutoDateLocator(minticks=4, maxticks=9))
    else:
        axes.set_xticks(days[:: -(-len(days) // 10)])


def _lateness(axes: Any, daily: Daily, offices: Sequence[tuple[str, Lateness]], words: Words) -> None:
    all_ = len(offices) == len(daily.offices)
    axes.set_title(words.by_office if all_ else words.worst_of(len(offices), len(daily.offices)))
    axes.set_xlabel(words.late if all_ else f"{words.late}\n{words.left_out.format(LEAST)}")
    shares = [office.share * 100 for _, office in offices]
    axes.barh(range(len(offices)), shares, height=0.7, color=_ORANGE)
    axes.set_yticks(range(len(offices)), [_short(name) for name, _ in offices])
    axes.set_ylim(max(len(offices), 1) - 0.4, -0.6)
    axes.set_xlim(0, max([*shares, 4.0]) * 1.28)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=_FAINT, linewidth=0.6)
    _numbers(axes.xaxis, words)
    for n, (_, office) in enumerate(offices):
        axes.annotate(
            words.share(office.late, office.decided), (shares[n], n), (4, 0), textcoords="offset points",
            va="center", fontsize=8, color=_GREY,
        )  # fmt: skip
    if not offices:
        axes.set_yticks([])
        axes.text(0.5, 0.5, words.nothing, transform=axes.transAxes, ha="center", va="center", color=_GREY)


def _numbers(axis: Any, words: Words) -> None:
    """Whole numbers, as the language writes them."""
    ticker = _matplotlib().ticker
    axis.set_major_locator(ticker.MaxNLocator(6, integer=True))
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: words.number(round(value))))


def _short(name: str) -> str:
    """A name that has room; offices often differ in their last letters, so the middle goes."""
    return name if len(name) <= _LETTERS else f"{name[: _LETTERS // 2]}…{name[1 - _LETTERS // 2 :]}"


def _inches(name: str) -> float:
    """About how wide it is."""
    return 0.068 * len(name) + 0.022 * sum(letter.isupper() for letter in name)


def _week(counts: Sequence[int]) -> list[float]:
    """The mean over the seven days around each day; none at the ends, where there are fewer."""
    means = [sum(counts[n : n + 7]) / 7 for n in range(len(counts) - 6)]
    return [nan] * 3 + means + [nan] * 3
