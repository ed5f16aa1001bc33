"""JSON whose numbers are exact: a fraction is a ``Decimal`` in both directions."""

from __future__ import annotations

import json
import re
import secrets
from decimal import Decimal
from typing import Any

from integration.systems.errors import BadAnswer

LARGEST_EXPONENT = 400
"""No column holds more digits; written out, a number with a huge exponent would fill the memory."""
_MARK = f"@{secrets.token_hex(8)}:"
"""Stands before a decimal while the standard encoder, which knows no exact decimals, takes it for text. It is made anew
in every process, so no text from outside can carry it."""
_MARKED = re.compile(f'"{_MARK}([-0-9.]+)"')


def encode(value: Any) -> bytes:
    """JSON with decimals written exactly, as numbers. Raises ``ValueError`` for NaN and infinity, ``TypeError`` for
    what has no JSON form."""
    text = json.dumps(value, default=_marked, separators=(",", ":"), allow_nan=False)
    return (_MARKED.sub(r"\1", text) if _MARK in text else text).encode("ascii")


def decode(body: bytes | str) -> Any:
    """JSON with exact decimals. Raises ``BadAnswer``."""
    try:
        return json.loads(body, parse_float=_decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        start = body[:2000] if isinstance(body, str) else body[:2000].decode("utf-8", "replace")
        raise BadAnswer("The answer is not JSON.", raw=start) from error


def _marked(value: Any) -> str:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} has no JSON form")
    if not value.is_finite():
        raise ValueError(f"{value} has no JSON form")
    return f"{_MARK}{value:f}"


def _decimal(text: str) -> Decimal:
    found = Decimal(text)
    if abs(found.adjusted()) > LARGEST_EXPONENT:
        raise ValueError(f"{text[:50]} is too large or too small")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not a number")
