"""Dates and numbers as text, and back."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from integration.sync.transformations.base import (
    Given,
    Kind,
    Parameter,
    Step,
    TransformationFailed,
    WrongParameter,
    whole,
)

TOKENS = {
    "yyyy": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%m", "dd": "%d", "d": "%d",
    "HH": "%H", "mm": "%M", "ss": "%S",
}  # fmt: skip
UNPADDED = {"M": lambda moment: str(moment.month), "d": lambda moment: str(moment.day)}
TOKEN = re.compile("|".join(sorted(TOKENS, key=len, reverse=True)) + r"|[A-Za-z]+|%|.", re.DOTALL)
MOST_DECIMALS = 10
MOST_DIGITS = 100
"""Before the decimal sign, and behind it; nothing that anybody counts has more."""
EXACT = Context(prec=2 * MOST_DIGITS + MOST_DECIMALS)


def _parts(name: str, pattern: str) -> list[str]:
    parts = TOKEN.findall(pattern)
    for part in parts:
        if part.isalpha() and part not in TOKENS:
            raise WrongParameter(name, f"“{part}” means nothing; use {' '.join(TOKENS)}.")
    if not any(part in TOKENS for part in parts):
        raise WrongParameter(name, f"Use some of {' '.join(TOKENS)}.")
    return parts


def _read_with(name: str, pattern: str) -> str:
    parts = _parts(name, pattern)
    read = [TOKENS[part] for part in parts if part in TOKENS]
    if len(set(read)) < len(read):
        raise WrongParameter(name, "A part of the date is there twice; it could not be read like this.")
    return "".join(TOKENS.get(part, part.replace("%", "%%")) for part in parts)


def _write_with(parts: list[str], moment: dt.datetime) -> str:
    made = (UNPADDED[p](moment) if p in UNPADDED else moment.strftime(TOKENS[p]) if p in TOKENS else p for p in parts)
    return "".join(made)


def _date(name: str, read: str, other: str, write: str) -> Step:
    """From text in one pattern to text in another; a blank pattern is the neutral form, 2026-11-21."""
    reading = _read_with(name, read) if read else ""
    parts = _parts(other, write) if write else []

    def convert(text: str) -> str:
        try:
            moment = _read(text, reading)
        except ValueError as error:
            expected = read or "yyyy-MM-dd"
            raise TransformationFailed(f"“{text[:60]}” is no date of the form {expected}.") from error
        if parts:
            return _write_with(parts, moment)
        return moment.date().isoformat() if moment.time() == dt.time() else moment.isoformat()

    return convert


def _read(text: str, pattern: str) -> dt.datetime:
    return dt.datetime.strptime(text, pattern).replace(tzinfo=dt.UTC) if pattern else dt.datetime.fromisoformat(text)


def _format_date(given: Given) -> Step:
    return _date("read", given["read"], "write", given["write"])


def _read_date(given: Given) -> Step:
    return _date("write", given["write"], "read", given["read"])


def _signs(given: Given) -> tuple[str, str]:
    point, thousands = given["point"], THOUSANDS[given["thousands"]]
    if point == thousands:
        raise WrongParameter("thousands", "The decimal sign cannot separate thousands as well.")
    return point, thousands


def _format_number(given: Given) -> Step:
    point, thousands = _signs(given)
    step = _step(given["decimals"])

    def convert(text: str) -> str:
        number = _number(text)
        if step is not None:
            number = number.quantize(step, ROUND_HALF_UP, EXACT)
        return f"{number:,f}".replace(",", "\0").replace(".", point).replace("\0", thousands)

    return convert


def _read_number(given: Given) -> Step:
    point, thousands = _signs(given)

    def convert(text: str) -> str:
        return f"{_number((text.replace(thousands, '') if thousands else text).replace(point, '.')):f}"

    return convert


def _step(decimals: str) -> Decimal | None:
    if not decimals.strip():
        return None
    message = f"A number from 0 to {MOST_DECIMALS}, or blank for as many as there are."
    return Decimal(1).scaleb(-whole("decimals", decimals, 0, MOST_DECIMALS, message))


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation as error:
        raise TransformationFailed(f"“{text[:60]}” is no number.") from error
    if not number.is_finite():
        raise TransformationFailed(f"“{text[:60]}” is no number.")
    exponent = number.as_tuple().exponent
    # “1e999999999” is short as it stands and as long as a book when it is written out.
    if number.adjusted() >= MOST_DIGITS or (isinstance(exponent, int) and exponent < -MOST_DIGITS):
        raise TransformationFailed(f"“{text[:60]}” has more than {MOST_DIGITS} digits.")
    return number


THOUSANDS = {"none": "", "point": ".", "comma": ",", "apostrophe": "'", "space": " "}
PATTERN_HELP = "Such as dd.MM.yyyy; blank: 2026-11-21."
KINDS = (
    Kind(
        "date",
        "Date format",
        _format_date,
        _read_date,
        (Parameter("read", "Read as", PATTERN_HELP), Parameter("write", "Write as", PATTERN_HELP)),
    ),
    Kind(
        "number",
        "Decimal format",
        _format_number,
        _read_number,
        (
            Parameter("decimals", "Decimals", "Blank: as many as there are."),
            Parameter("point", "Decimal sign", default=".", choices=((".", "point"), (",", "comma"))),
            Parameter("thousands", "Thousands", default="none", choices=tuple((name, name) for name in THOUSANDS)),
        ),
    ),
)
