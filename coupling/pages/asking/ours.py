"""The price lists that we make and keep in Sales ourselves: nobody couples them."""

from __future__ import annotations

from integration.sync.special.prices.default_list import DEFAULT_PRICE_LIST, PRICE_LIST
from integration.systems.text import fold
from integration.systems.values import Record

IN_CURRENCY = "Price List in "
"""How the list of a foreign currency begins."""
CODE = 3
OURS = (
    "This price list is ours: the synchronization makes it and puts the unit prices of items and resources on it. "
    "It is coupled with nothing, and what somebody changes on it by hand is overwritten."
)


def is_our_price_list(table: str, record: Record | None) -> bool:
    """Is it the Business Central Default Price List, or one of a foreign currency?"""
    name = str(record.values.get("name") or "") if table == PRICE_LIST and record is not None else ""
    return fold(name) == fold(DEFAULT_PRICE_LIST) or (
        name.startswith(IN_CURRENCY) and len(name) == len(IN_CURRENCY) + CODE
    )
