"""Columns of a solution file as the organization keeps them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from integration.sandbox.dataverse.solutions.package import ColumnIn

Line = list[Any]
NEED = {"applicationrequired": 1, "systemrequired": 2}
LARGEST = "100000000000"
MOST_DECIMALS = 12
"""An exchange rate has that many; columns that people define have at most ten."""


def line_of(column: ColumnIn) -> Line:
    """As one line of ``entities.json``. Raises ``ValueError`` or ``ArithmeticError`` for what is no number."""
    kind, facts = KINDS[column.kind]
    properties = column.facts
    more = {**facts(properties), "schema": column.schema}
    need = NEED.get(properties.get("RequiredLevel", ""))
    if need:
        more["need"] = need
    writable = "".join(
        letter
        for letter, name in (("c", "Create"), ("u", "Update"))
        if properties.get(f"ValidFor{name}Api", "1") == "1"
    )
    return [kind, column.label, writable, more]


def _bounds(properties: dict[str, str], **others: Any) -> dict[str, Any]:
    low, high = (
        properties.get(name, otherwise) for name, otherwise in (("MinValue", f"-{LARGEST}"), ("MaxValue", LARGEST))
    )
    if not Decimal(low) <= Decimal(high):
        raise ValueError(f"{low} is not below {high}")
    return {"min": low, "max": high, **others}


def _whole(text: str, largest: int) -> int:
    found = int(text)
    if not 0 <= found <= largest:
        raise ValueError(f"{found} is not between 0 and {largest}")
    return found


def _length(properties: dict[str, str], otherwise: str, largest: int) -> int:
    found = _whole(properties.get("MaxLength", otherwise), largest)
    if not found:
        raise ValueError("a text of no length holds nothing")
    return found


def _integer(properties: dict[str, str]) -> dict[str, Any]:
    low, high = int(properties.get("MinValue", -(2**31))), int(properties.get("MaxValue", 2**31 - 1))
    if not -(2**31) <= low <= high < 2**31:
        raise ValueError(f"{low} to {high} is no range of whole numbers of 32 bits")
    return {"min": low, "max": high}


def _money(properties: dict[str, str]) -> dict[str, Any]:
    base = properties.get("CalculationOf")
    return _bounds(
        properties, source=_whole(properties.get("AccuracySource", "2"), 2), **({"base": base} if base else {})
    )


def _moment(properties: dict[str, str]) -> dict[str, Any]:
    if properties.get("Behavior") == "2":
        return {"day": "only"}
    return {"day": "format"} if properties.get("Format") == "date" else {}


KINDS: dict[str, tuple[str, Callable[[dict[str, str]], dict[str, Any]]]] = {
    "primarykey": ("Uniqueidentifier", lambda properties: {}),
    "nvarchar": ("String", lambda properties: {"len": _length(properties, "100", 4000)}),
    "ntext": ("Memo", lambda properties: {"len": _length(properties, "2000", 1_048_576)}),
    "int": ("Integer", _integer),
    "decimal": (
        "Decimal",
        lambda properties: _bounds(properties, prec=_whole(properties.get("Accuracy", "2"), MOST_DECIMALS)),
    ),
    "float": (
        "Double",
        lambda properties: _bounds(properties, prec=_whole(properties.get("Accuracy", "5"), MOST_DECIMALS)),
    ),
    "money": ("Money", _money),
    "bit": ("Boolean", lambda properties: {}),
    "datetime": ("DateTime", _moment),
    "lookup": ("Lookup", lambda properties: {}),
}
