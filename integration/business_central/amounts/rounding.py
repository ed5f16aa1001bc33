"""Rounding as Business Central does it: to a step, and half a step away from zero."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)
PERCENT_STEP = Decimal("0.00001")
"""Per cents are kept with five decimals."""
PRICE_STEP = Decimal("0.00001")
"""Prices and quantities are kept with five decimals."""

_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


def exact(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function calculate with 60 digits: a quantity of 15 digits times a price of 15 digits has more than the 28
    that Python keeps."""

    @wraps(function)
    def calculate(*args: P.args, **more: P.kwargs) -> R:
        with localcontext(_EXACT):
            return function(*args, **more)

    return calculate


@exact
def rounded(amount: Decimal, step: Decimal) -> Decimal:
    """The multiple of ``step`` (0.01, 1, 0.001, 0.05) next to an amount, with the decimals of the step.

    =========  =====  =======
    amount     step   rounded
    =========  =====  =======
    0.125      0.01   0.13
    -0.125     0.01   -0.13
    2.5        1      3
    0.0004     0.001  0.000
    1.12       0.05   1.10
    =========  =====  =======
    """
    return (amount / step).quantize(ONE) * step + ZERO  # Adding 0 takes the minus sign off a zero.


@exact
def total(amounts: Iterable[Decimal]) -> Decimal:
    """The sum; 0 of nothing."""
    return sum(amounts, ZERO)
