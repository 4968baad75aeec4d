"""What a browser or script may ask for, checked; a wrong wish becomes a `Refusal` that says what is right."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec

from dossier.event import YEARS
from dossier.figures.standing import DIMENSIONS
from dossier.view import Refusal, View
from monitoring.words import LANGUAGES

DUE_DATES = ("first", "current")
DAYS = 366
"""The longest trend, in days."""
WITH = "-with-"
"""Parts the name of a world from the levers pulled in it: "ward-with-edd" is a reform of "ward"."""

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_LOST_PLUS = re.compile(r" (\d\d:\d\d)$")


def known(query: Mapping[str, str], *names: str) -> None:
    """400 where something is asked that this address does not know: it would be left out in silence."""
    strange = sorted(set(query) - set(names))
    if strange:
        raise Refusal(400, f"{_brief(strange[0])} is not known here; this address takes: {', '.join(names)}.")


def instant(query: Mapping[str, str], name: str = "as_of") -> float | None:
    """An instant in seconds since 1970; None if not asked for; 400 unless RFC 3339 with an offset.

    A "+" in an address means a space, so "...T10:00:00 07:00" is read as it was meant.
    """
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        at = msgspec.convert(_LOST_PLUS.sub(r"+\1", text), _Instant)
    except msgspec.ValidationError:
        right = "RFC 3339 with an offset, such as 2026-03-02T10:00:00+07:00 or 2026-03-02T03:00:00Z"
        raise Refusal(400, f"{name} is {_brief(text)}; it must be {right}.") from None
    if at.year not in YEARS:
        raise Refusal(400, f"{name} is {_brief(text)}; its year must be from {YEARS[0]} to {YEARS[-1]}.")
    return at.timestamp()


def dimension(query: Mapping[str, str]) -> str | None:
    """The dimension to split by, or None; 400 if there is no such one."""
    return one_of(query, "by", DIMENSIONS)


def due_date(query: Mapping[str, str]) -> str:
    """Which due date judges: "first" (the default) or "current"."""
    return one_of(query, "due", DUE_DATES) or "first"


def days(query: Mapping[str, str]) -> int:
    """The length of a trend in days, 60 by default; 400 outside 1 to 366."""
    text = query.get("days", "").strip() or "60"
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= DAYS):
        raise Refusal(400, f"days is {_brief(text)}; it must be a whole number from 1 to {DAYS}.")
    return int(text)


def scenario(query: Mapping[str, str], view: View) -> str:
    """The scenario asked for, or the only one; 400 if there are several, 404 if none has this name."""
    names = view.scenarios()
    name = query.get("scenario", "")
    if not name and len(names) == 1:
        return names[0]
    if not name and names:
        raise Refusal(400, f"There are several scenarios; add ?scenario= with one of: {', '.join(names)}.")
    if name not in names:
        seen = f"those seen are: {', '.join(names)}" if names else "no event has come yet"
        raise Refusal(404, f"There is no scenario {_brief(name)}; {seen}.")
    return name


def other(query: Mapping[str, str], view: View, baseline: str) -> str | None:
    """The scenario to compare with: the one asked for, none for an empty wish, else a reform of the baseline.

    By its name, a reform is the baseline with levers pulled. 404 if none has the name, 400 for the baseline.
    """
    names = view.scenarios()
    if "with" not in query:
        return next((name for name in names if name.startswith(f"{baseline}{WITH}")), None)
    name = query["with"]
    if name and name not in names:
        raise Refusal(404, f"There is no scenario {_brief(name)}; those seen are: {', '.join(names)}.")
    if name == baseline:
        raise Refusal(400, f"with is {_brief(name)}; it must be another scenario than that compared with it.")
    return name or None


def pair(query: Mapping[str, str], view: View) -> tuple[str, str]:
    """The two scenarios to compare; 400 where it is not said which."""
    baseline = scenario(query, view)
    reform = other(query, view, baseline)
    if reform is None:
        others = ", ".join(name for name in view.scenarios() if name != baseline) or "none yet"
        raise Refusal(400, f"Add &with= and the scenario to compare {_brief(baseline)} with: {others}.")
    return baseline, reform


def language(query: Mapping[str, str], accepted: str, otherwise: str) -> str:
    """The language asked for by the address, else the first of ours in Accept-Language, else `otherwise`."""
    asked = query.get("lang", "")
    if asked in LANGUAGES:
        return asked
    wishes = [part.strip().partition(";q=") for part in accepted.lower().split(",")]
    ranked = sorted(wishes, key=lambda wish: -_quality(wish[2]))
    return next((tag[:2] for tag, _, _ in ranked if tag[:2] in LANGUAGES), otherwise)


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def one_of(query: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str | None:
    """One of the words allowed, or None where nothing was asked; 400 for any other."""
    value = query.get(name, "").strip()
    if value and value not in allowed:
        raise Refusal(400, f"{name} is {_brief(value)}; it must be one of: {', '.join(allowed)}.")
    return value or None


def _brief(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "…")
