"""Numbers counted up in their last digits: the arithmetic of number series. Pure."""

from __future__ import annotations

import re

LONGEST = 20
"""Characters of a number, as of every Code[20] column that holds one."""

DEFAULT_SERIES: dict[str, tuple[str, str, int]] = {
    "CUST": ("Customer", "C00010", 10),
    "VEND": ("Vendor", "V00010", 10),
    "CONT": ("Contact", "CT000001", 1),
    "ITEM": ("Items", "1000", 1),
    "RES": ("Resource", "R0010", 10),
    "OPP": ("Opportunity", "OP000001", 1),
    "SALESPERSON": ("Salespeople from Dynamics 365 Sales", "SP NO. 00001", 1),
    "S-QUO": ("Sales Quote", "1001", 1),
    "S-ORD": ("Sales Order", "101001", 1),
    "S-INV": ("Sales Invoice", "102001", 1),
    "S-SHPT": ("Sales Shipment", "102001", 1),
    "S-INV+": ("Posted Sales Invoice", "103001", 1),
    "S-PMT": ("Customer Payment", "P000001", 1),
    "S-CR+": ("Posted Sales Credit Memo", "104001", 1),
}
"""What a new company starts with: description, first number, increment."""

_LAST_DIGITS = re.compile(r"(\d+)(\D*)$")


class NumberRefused(Exception):
    """A number series gives no number, or takes none that is typed. The message says which series and what to do."""


def has_digits(number: str) -> bool:
    """Whether a number can be counted up at all."""
    return _LAST_DIGITS.search(number) is not None


def increased(number: str, by: int) -> str:
    """The number counted up in its last digits, which keep their width: ``C00090`` + 10 is ``C00100``."""
    return _LAST_DIGITS.sub(lambda found: str(int(found[1]) + by).zfill(len(found[1])) + found[2], number)


def is_beyond(number: str, ending: str) -> bool:
    """Whether a number lies behind the ending number of its series, or is too long. A blank ending has no limit."""
    if len(number) > LONGEST:
        return True
    return bool(ending) and (len(number), number) > (len(ending), ending)
