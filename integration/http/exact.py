"""JSON whose numbers are exact (a fraction is a ``Decimal`` in both directions) and whose form is bounded: a few
megabytes of ``[`` or of ``{},`` would otherwise end the stack or fill the memory, here or in whoever walks through it.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from simplejson import JSONEncoder, RawJSON

from integration.systems.errors import BadAnswer

LARGEST_EXPONENT = 400
"""No column holds more digits; written out, a number with a huge exponent would fill the memory."""
LONGEST_NUMBER = 1_000
DEEPEST = 64
"""Values inside values. The deepest answers of the service, descriptions of tables, have about ten."""
MOST_VALUES = 2_000_000
"""In one answer: the largest page there is, 5,000 rows, with 400 values each."""
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


def encode(value: Any) -> bytes:
    """JSON with decimals written exactly, as numbers. Raises ``ValueError`` for NaN and infinity, ``TypeError`` for
    what has no JSON form."""
    return _ENCODER.encode(value).encode("ascii")


def decode(body: bytes | str) -> Any:
    """JSON (UTF-8) with exact decimals. Raises ``BadAnswer``, also for more than ``MOST_VALUES`` values or more than
    ``DEEPEST`` of them inside each other."""
    content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    if _values(content) > MOST_VALUES and _values(_STRING.sub(b"", content)) > MOST_VALUES:
        raise BadAnswer(f"The answer holds more than {MOST_VALUES:,} values.", raw=_start(content))
    try:
        text = content.decode("utf-8-sig", "surrogatepass")
        found = json.loads(text, parse_float=_decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadAnswer("The answer is not JSON.", raw=_start(content)) from error
    if _deeper_than(DEEPEST, found):
        raise BadAnswer(f"The answer holds more than {DEEPEST} values inside each other.", raw=_start(content))
    return found


def _start(content: bytes) -> str:
    return content[:2000].decode("utf-8", "replace")


def _values(content: bytes) -> int:
    """At most so many values, never fewer: each but the first stands behind one of these signs, which may also stand
    inside of texts."""
    return 1 + content.count(b",") + content.count(b"[") + content.count(b"{")


def _deeper_than(levels: int, value: Any) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(levels):
        inner = (each for one in level for each in (one.values() if isinstance(one, dict) else one))
        level = [each for each in inner if isinstance(each, dict | list)]
        if not level:
            return False
    return True


def _written(value: Any) -> RawJSON:
    """A decimal in all its digits: no service takes ``1E+5`` for an amount of money."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} has no JSON form")
    if not value.is_finite():
        raise ValueError(f"{value} has no JSON form")
    return RawJSON(f"{value:f}")


def _decimal(text: str) -> Decimal:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"{text[:50]}… has too many digits")
    found = Decimal(text)
    if abs(found.adjusted()) > LARGEST_EXPONENT:
        raise ValueError(f"{text[:50]} is too large or too small")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


_ENCODER = JSONEncoder(
    default=_written, use_decimal=False, namedtuple_as_object=False, separators=(",", ":"), allow_nan=False
)
