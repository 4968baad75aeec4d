"""Public holidays of any country, as a calendar file asks for them."""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Annotated, NamedTuple

import holidays as public
from msgspec import Meta, Struct

from dossier.law.calendar import is_holiday, is_makeup


class TimetableError(ValueError):
    """A calendar file that cannot be used: the path of the wrong value, and what would be right."""


class Holidays(Struct, forbid_unknown_fields=True):
    """Public holidays from the package `holidays`; Vietnam's are mended by our dated corrections."""

    country: Annotated[str, Meta(description='Its code, as "VN" or "US".')]
    subdivision: Annotated[str | None, Meta(description='Its code, as "MA".')] = None
    categories: Annotated[list[str], Meta(description="Of the package; none: its public holidays.")] = []
    since: Annotated[date | None, Meta(description="The first day from which they are kept.")] = None
    until: Annotated[date | None, Meta(description="The last day to which they are kept.")] = None
    why: Annotated[str, Meta(description="Why only since or until then.")] = ""


class Rest(NamedTuple):
    """Public holidays: the days off, the make-up days, and the years that are known."""

    is_off: Callable[[date], bool]
    is_makeup: Callable[[date], bool]
    known: range


def rest(kept: Holidays | None, makeup: bool = True) -> Rest:
    """The days off and the make-up days as a file asks for them; `makeup`: whether these are worked."""
    if kept is None:
        return Rest(lambda _: False, lambda _: False, range(1, 9999))
    if (kept.since or kept.until) and not kept.why:
        raise TimetableError("holidays.why: say why they are kept only since or until then, and the source")
    since, until = kept.since or date.min, kept.until or date.max
    whole = _public(kept)
    worked = whole.is_makeup if makeup else lambda _: False
    return Rest(
        lambda day: since <= day <= until and whole.is_off(day),
        lambda day: since <= day <= until and worked(day),
        whole.known,
    )


def _public(kept: Holidays) -> Rest:
    if kept.country not in public.list_supported_countries():
        raise TimetableError(f'holidays.country: {kept.country!r} is no country of the package; write "VN"')
    categories = tuple(sorted(set(kept.categories)))
    try:
        entity = _year(kept.country, kept.subdivision, categories, 2025)
    except NotImplementedError:
        choices = public.list_supported_countries()[kept.country]
        raise TimetableError(
            f"holidays.subdivision: {kept.subdivision!r} is none of {kept.country}; "
            f"write one of {', '.join(choices) or 'none'}"
        ) from None
    except ValueError:
        choices = getattr(public, kept.country).supported_categories
        raise TimetableError(
            f"holidays.categories: {', '.join(kept.categories)} is none of {', '.join(choices)}"
        ) from None
    known = range(entity.start_year, entity.end_year + 1)
    if kept.country == "VN":
        return Rest(is_holiday, is_makeup, known)

    def year(day: date) -> public.HolidayBase:
        return _year(kept.country, kept.subdivision, categories, day.year)

    return Rest(lambda day: day in year(day), lambda day: day in year(day).weekend_workdays, known)


@cache
def _year(country: str, part: str | None, categories: tuple[str, ...], year: int) -> public.HolidayBase:
    return public.country_holidays(country, subdiv=part, years=year, categories=categories or None)
