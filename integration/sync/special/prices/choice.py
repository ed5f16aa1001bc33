"""Many prices here, one line there: which price of a group for an item is the line on its price list. Pure.

A price list of Dynamics 365 Sales has one price for a product and its unit. Of the prices that Business Central keeps
for a price group and an item, one takes that place:

1. for the item's base unit (its code, or blank, which means the same), without a variant
2. in the currency of the price list
3. from the first piece on: a minimum quantity of 0 or 1
4. valid today: started, and not ended
5. of several such prices the one that started last; started on the same day, the lowest, as Business Central picks its
   unit price; then the id decides, so that every run comes to the same answer

    100 from always; 80 from 10 pieces         -> 100
    80 from 10 pieces                          -> no line
    50 until 31 December; 60 from 1 January    -> 60 in January, 50 before
    10 for PCS (base); 80 for BOX; 11 blank    -> 10

All others are left out, each with its own reason.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

ALWAYS = dt.date.min
FROM_THE_FIRST = Decimal(1)


@dataclass(frozen=True, slots=True)
class Price:
    """One price of a group for an item. ``unit`` and ``currency`` name what does not fit the line and are blank where
    it does; ``starting`` and ``ending`` are days, both included, ``None`` without a limit."""

    id: uuid.UUID
    amount: Decimal
    unit: str = ""
    variant: str = ""
    currency: str = ""
    minimum: Decimal = Decimal(0)
    starting: dt.date | None = None
    ending: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The price that is the line (``None``: there is no line), and why each of the others is not."""

    winner: uuid.UUID | None
    reasons: Mapping[uuid.UUID, str]


def choose(prices: Iterable[Price], today: dt.date) -> Choice:
    """Pick among all prices of one group for one item."""
    there = list(prices)
    reasons = {price.id: reason for price in there if (reason := unfit(price, today))}
    fitting = sorted((price for price in there if price.id not in reasons), key=_first_choice)
    if not fitting:
        return Choice(None, reasons)
    winner = fitting[0]
    reasons |= {
        price.id: f"Another price of this group applies to the item: {_named(winner)}." for price in fitting[1:]
    }
    return Choice(winner.id, reasons)


def unfit(price: Price, today: dt.date) -> str:
    """Why this price cannot be the line today, blank where it can."""
    return never_fits(price) or _not_today(price, today)


def never_fits(price: Price) -> str:
    """Why this price is no line on any day, blank where it may be one."""
    if price.unit:
        return f"It is a price for the unit {price.unit}; a price list in Dynamics 365 Sales has the base unit only."
    if price.variant:
        return f"It is a price of the variant {price.variant}; products in Dynamics 365 Sales have no variants."
    if price.currency:
        return f"It is a price in {price.currency}; the price list in Dynamics 365 Sales has another currency."
    if price.minimum > FROM_THE_FIRST:
        return f"It applies from {plain(price.minimum)} pieces; a price list has the price of a single one."
    return ""


def ended(price: Price, today: dt.date) -> bool:
    return price.ending is not None and price.ending < today


def _not_today(price: Price, today: dt.date) -> str:
    if ended(price, today):
        return f"It applied until {price.ending}."
    if price.starting is not None and price.starting > today:
        return f"It applies from {price.starting} on, and is carried on that day."
    return ""


def _first_choice(price: Price) -> tuple[int, Decimal, uuid.UUID]:
    return -(price.starting or ALWAYS).toordinal(), price.amount, price.id


def _named(price: Price) -> str:
    since = f" from {price.starting} on" if price.starting else ""
    return f"{plain(price.amount)}{since}"


def plain(number: Decimal) -> str:
    """A number as people write it, without trailing zeros."""
    return f"{number.normalize():f}"
