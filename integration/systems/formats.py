"""How a person reads days, moments and numbers: the choices, and what is in force while one page is made.

Nothing in force, as in exports, logs and commands, is ISO: ``2026-11-29 14:05:00``, ``1,234.50``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

ISO_DAY, POINT = "iso", "point"
DAYS: Mapping[str, str] = {
    ISO_DAY: "%Y-%m-%d",
    "dots": "%d.%m.%Y",
    "slashes": "%d/%m/%Y",
    "dashes": "%d-%m-%Y",
    "american": "%m/%d/%Y",
}
"""Name of a choice -> its days as ``strftime`` writes them."""
TYPED: Mapping[str, str] = {"%Y": "yyyy", "%m": "mm", "%d": "dd"}
NUMBERS: Mapping[str, tuple[str, str]] = {
    POINT: (",", "."),
    "comma": (".", ","),
    "space": ("\N{NO-BREAK SPACE}", ","),
    "apostrophe": ("’", "."),
}
"""Name of a choice -> what stands between thousands, and before decimals."""
EXAMPLE_DAY = dt.date(2026, 11, 29)


@dataclass(frozen=True, slots=True)
class Formats:
    """What one person has chosen. A choice that is not known any more is the first of its kind."""

    days: str = ISO_DAY
    numbers: str = POINT

    @property
    def pattern(self) -> str:
        """Days, for ``strftime`` and ``strptime``."""
        return DAYS.get(self.days, DAYS[ISO_DAY])

    @property
    def placeholder(self) -> str:
        """How a day is typed: ``dd.mm.yyyy``."""
        shown = self.pattern
        for token, letters in TYPED.items():
            shown = shown.replace(token, letters)
        return shown

    def day(self, value: dt.date) -> str:
        """``2026-11-29``; years have four digits, also those of long ago."""
        parts = {"%Y": f"{value.year:04}", "%m": f"{value.month:02}", "%d": f"{value.day:02}"}
        shown = self.pattern
        for token, digits in parts.items():
            shown = shown.replace(token, digits)
        return shown

    def moment(self, value: dt.datetime, seconds: bool = False) -> str:
        """``2026-11-29 14:05`` of a moment that is in the zone of the person already."""
        return f"{self.day(value)} {value:%H:%M:%S}" if seconds else f"{self.day(value)} {value:%H:%M}"

    def brief(self, value: dt.datetime) -> str:
        """``11-29 14:05``: a moment of this year, where there is little room."""
        return f"{self.day(value).replace(f'{value.year:04}', '').strip('-/')} {value:%H:%M}"

    def number(self, text: str) -> str:
        """A number that is written as ``1,234.50``, as this person reads it."""
        thousands, point = NUMBERS.get(self.numbers, NUMBERS[POINT])
        return text.translate({ord(","): thousands, ord("."): point})


ISO = Formats()
_in_force: ContextVar[Formats] = ContextVar("formats", default=ISO)


def current() -> Formats:
    """What is in force."""
    return _in_force.get()


def whole(number: float | None) -> str:
    """A count, or what is rounded to one, as who looks reads it: ``1,234``; nothing for none."""
    return "" if number is None else current().number(f"{round(number):,}")


@contextmanager
def reading(formats: Formats) -> Iterator[None]:
    """All that is worded inside is worded for this person."""
    before = _in_force.set(formats)
    try:
        yield
    finally:
        _in_force.reset(before)


def day_choices() -> list[tuple[str, str]]:
    """(name, an example) of every way to write days."""
    return [(name, Formats(days=name).day(EXAMPLE_DAY)) for name in DAYS]


def number_choices() -> list[tuple[str, str]]:
    """(name, an example) of every way to write numbers."""
    return [(name, Formats(numbers=name).number("1,234.50")) for name in NUMBERS]
