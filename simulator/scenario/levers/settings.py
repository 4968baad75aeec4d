"""Settings of levers: what each is, its type, unit and bounds, and how it is read."""

from math import isfinite
from typing import Literal

from dossier.law.deadline import parse_limit
from simulator.scenario.model import Part

Value = bool | int | float | str
Type = Literal["share", "number", "whole", "choice", "names", "name", "limit"]

_TYPES = {
    "share": "a share",
    "number": "a number",
    "whole": "a whole number",
    "choice": "one of",
    "names": 'a name, or several as "a|b"',
    "name": "a name",
    "limit": 'a limit as "3wd", "8wh", "15d", "same-day"',
}


class Words(Part, frozen=True):
    """The same in English and in Vietnamese."""

    en: str
    vi: str

    def of(self, lang: str) -> str:
        """In "en" or "vi"."""
        return self.vi if lang == "vi" else self.en


class Setting(Part, frozen=True, kw_only=True):
    """What one setting is; without a default it is left as the scenario has it."""

    type: Type
    words: Words
    unit: Words | None = None
    default: Value | None = None
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    required: bool = False

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.type in {"share", "number", "whole"}

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The least and the most of a number."""
        if self.type == "share":
            return 0, 1
        return None if self.least is None or self.most is None else (self.least, self.most)

    @property
    def allowed(self) -> str:
        """What may be written, in English."""
        choices = f" {', '.join(self.choices)}" if self.choices else ""
        bounds = " from {:g} to {:g}".format(*self.bounds) if self.bounds else ""
        unit = f" ({self.unit.en})" if self.unit else ""
        return f"{_TYPES[self.type]}{choices}{bounds}{unit}"

    def read(self, text: str) -> Value:
        """The value in a command line's text; ValueError says what may be written."""
        if not self.numeric:
            return self.checked(text)
        percent = self.type == "share" and text.endswith("%")
        try:
            value = float(text.removesuffix("%")) if percent else float(text)
        except ValueError:
            raise ValueError(f"{text!r} is no number: write {self.allowed}") from None
        return self.checked(value / 100 if percent else value)

    def checked(self, value: Value) -> Value:
        """The value, a whole number as an int; ValueError says what may be written."""
        if self.numeric:
            return self._number(value)
        if not isinstance(value, str):
            raise ValueError(  # noqa: TRY004 (a slip in a file, not in the program)
                f"{value!r} is no text: write {self.allowed}; in YAML in quotes"
            )
        if not value.strip() or len(value) > 10_000:
            raise ValueError(f"{value[:50]!r} is no name: write {self.allowed}")
        if self.type == "choice" and value not in self.choices:
            raise ValueError(f"{value!r} is not known: write {self.allowed}")
        if self.type == "limit":
            parse_limit(value)
        return value

    def _number(self, value: Value) -> Value:
        if isinstance(value, bool | str) or not isfinite(value):
            raise ValueError(f"{value!r} is no number: write {self.allowed}")
        low, high = self.bounds or (value, value)
        if not low <= value <= high:
            raise ValueError(f"{value:g} is out of bounds: write {self.allowed}")
        if self.type == "whole" and value % 1:
            raise ValueError(f"{value:g} is not whole: write {self.allowed}")
        return int(value) if self.type == "whole" else value
