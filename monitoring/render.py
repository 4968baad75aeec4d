"""The page and its parts as HTML: one set of templates for first load, live updates and the saved file."""

from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dossier.view import Figures
from monitoring import numerals, words
from monitoring.overview import DUE, FEW, TARGET, Due, Overview
from monitoring.release import release
from monitoring.worlds import BY_LEVEL, MAIN, Worlds, columns

STATIC = Path(__file__).parent / "static"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
WORST = 15
"""Offices shown unless all are asked for."""
SECTIONS = ("clock", "headline", "open", "windows", "days", "offices", "levels", "fields", "stream")
"""The parts of the page that live updates replace; each is a template and the id of an element."""
TWO = ("worlds", "differences", "levels_two", "days_two")
"""Those of a page that compares two worlds."""
_PERMILLE = 1000


class Renderer:
    """The templates bound to a language and a time zone; every value is escaped."""

    def __init__(self, lang: str, zone: tzinfo = ZONE) -> None:
        self.lang = lang
        self._templates = Environment(
            loader=PackageLoader("monitoring"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(
            count=lambda n: numerals.count(n, lang),
            percent=lambda x, digits=2: numerals.percent(x, lang, digits),
            moment=lambda at: numerals.moment(at, lang, zone),
            day=lambda iso: numerals.day(iso, lang),
            signed=lambda x, name: numerals.signed(x, lang, points="_rate" in name),
            segments=segments,
        )
        self._templates.globals.update(
            t=lambda key, **parts: words.word(key, lang, **parts),
            named=lambda name: words.named(name, lang),
            lang=lang,
            DUE=DUE,
            FEW=FEW,
            TARGET=TARGET,
            MAIN=MAIN,
            BY_LEVEL=BY_LEVEL,
        )

    def page(
        self, seen: Overview, around: Mapping[str, object], every: bool = False, two: Worlds | None = None
    ) -> str:
        """The whole page; `around` are `province scenarios stream saved` of `templates/page.html`."""
        return self._templates.get_template("page.html").render(
            parts=self.sections(seen, every, two),
            two=two,
            lines=columns(two) if two else None,
            scenario=seen.scenario,
            trend=curve(seen.trend),
            offices=len(seen.offices),
            every=every,
            worst=WORST,
            version=release(),
            **around,
        )

    def absent(self, name: str) -> str:
        """The page that says that there is no such scenario, or no event at all yet."""
        return self._templates.get_template("absent.html").render(name=name)

    def sections(self, seen: Overview, every: bool = False, two: Worlds | None = None) -> dict[str, Markup]:
        """The HTML of each of `SECTIONS`, and of `TWO` where there are; the worst offices, or `every` one."""
        shown = {"seen": seen, "offices": seen.offices if every else seen.offices[:WORST], "two": two}
        return {
            name: Markup(self._templates.get_template(f"{name}.html").render(shown))  # noqa: S704 - escaped inside
            for name in (*SECTIONS, *(TWO if two else ()))
        }


def curve(trend: list[Figures]) -> dict[str, list[object]]:
    """The trend as the chart's columns: days, shares on time and online, decided counts.

    A share is None on a day with less than a tenth of the busiest day's dossiers, as weekends are:
    its ups and downs are luck. Such days at either end are left out.
    """
    on_time = _loud(trend, "on_time_rate", "decided")
    online = _loud(trend, "online_rate", "received")
    drawn = [i for i, pair in enumerate(zip(on_time, online, strict=True)) if pair != (None, None)]
    span = slice(drawn[0], drawn[-1] + 1) if drawn else slice(0, 0)
    return {
        "day": [row["day"] for row in trend[span]],
        "on_time": on_time[span],
        "online": online[span],
        "decided": [row["decided"] for row in trend[span]],
    }


def _loud(trend: list[Figures], share: str, of: str) -> list[object]:
    busiest = max((row[of] for row in trend), default=0)
    return [row[share] if row[of] * 10 >= busiest else None for row in trend]


def update(seen: Overview, parts: dict[str, Markup], two: Worlds | None = None) -> bytes:
    """One live update as JSON: the sections' HTML and the charts' columns."""
    return msgspec.json.encode(
        {"scenario": seen.scenario, "sections": {name: str(part) for name, part in parts.items()}}
        | {"trend": curve(seen.trend)}
        | ({"worlds": columns(two)} if two else {})
    )


def segments(due: Due) -> list[tuple[str, int, int, int]]:
    """A bar of 1000 units: (class, start, width, dossiers) of each class that has any."""
    whole = sum(due.values())
    out, before = [], 0
    for name in DUE:
        n = due[name]
        start, end = (_PERMILLE * x // whole if whole else 0 for x in (before, before + n))
        before += n
        if n:
            out.append((name, start, end - start, n))
    return out
