"""Numbers as people type them: the one reading of forms, cards and filters, and how a number stands in an input.

Thousands and decimals are apart as the person has chosen (``formats``); here for ``1.234,50``::

    1234,5   1.234,50   1.234.567   1 234,5     read
    1.234                                       refused: it may be 1234, and may be 1.234
    12.5   many   1e5                           refused
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from integration.systems.formats import NUMBERS, POINT, current
from integration.systems.wording import shorten

QUOTED = 40
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)


class NotANumber(ValueError):
    """What was typed is no number, or may be two. The message says what to do, without a capital at its beginning."""


def read_number(text: str, places: int = 0) -> Decimal:
    """The number that was typed, which can be rounded to so many places. Blanks that set thousands apart are passed
    over; a comma or a point that does so is taken where nothing else can be meant, and refused where it may stand
    before decimals."""
    thousands, point = NUMBERS.get(current().numbers, NUMBERS[POINT])
    plain = "".join(text.split()).replace("’", "")
    if thousands in plain:
        groups = rf"(?:{re.escape(thousands)}\d{{3}})"
        if not re.fullmatch(rf"[+-]?\d{{1,3}}(?:{groups}+{re.escape(point)}\d*|{groups}{{2,}})", plain, re.ASCII):
            raise NotANumber(f"write the number without “{thousands}”, such as {_example()}.")
        plain = plain.replace(thousands, "")
    plain = plain.replace(point, ".") if point in plain or "." not in plain else "–"
    if not _NUMBER.fullmatch(plain):
        raise NotANumber(f"enter a number such as {_example()}, not “{shorten(text.strip(), QUOTED)}”.")
    try:
        number = Decimal(plain)
        round(number, places)
    except InvalidOperation as error:
        raise NotANumber("enter a smaller number than this one.") from error
    return number


def in_input(number: Decimal | int | str) -> str:
    """The number as it stands in an input of this person, with the places that it has: ``1234,50``."""
    return current().number(f"{Decimal(number):f}")


def in_address(number: Decimal) -> str:
    """The number as it stands in addresses, for everybody: ``1234.5``. With three decimals it gets a fourth, so that
    nobody can take its point for thousands."""
    text = _short(number)
    return f"{text}0" if _has_three_decimals(text) else text


def of_address(text: str) -> Decimal | None:
    """The number of an address that :func:`in_address` may have written; ``None``: it was typed, or is none."""
    return Decimal(_short(Decimal(text))) if _PLAIN.fullmatch(text) and not _has_three_decimals(text) else None


def _short(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _has_three_decimals(text: str) -> bool:
    return len(text.partition(".")[2]) == len("234")


def _example() -> str:
    return current().number("1234.5")
