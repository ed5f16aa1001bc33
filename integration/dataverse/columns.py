"""Columns of an organization's tables, out of what it says of them: types, decimals, options and words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from integration.systems.values import YES_OR_NO, Field, FieldType, Money, Option

TYPES = {
    "String": FieldType.TEXT,
    "Memo": FieldType.MEMO,
    "Integer": FieldType.INTEGER,
    "BigInt": FieldType.INTEGER,
    "Decimal": FieldType.DECIMAL,
    "Double": FieldType.DECIMAL,
    "Money": FieldType.DECIMAL,
    "Boolean": FieldType.BOOLEAN,
    "Picklist": FieldType.OPTION,
    "State": FieldType.OPTION,
    "Status": FieldType.OPTION,
    "Lookup": FieldType.REFERENCE,
    "Customer": FieldType.REFERENCE,
    "Owner": FieldType.REFERENCE,
    "Uniqueidentifier": FieldType.UUID,
    "EntityName": FieldType.TABLE,
}
SCALES = {"Money": 4, "Decimal": 10, "Double": 5}
OF_PRICES = 1
"""A money column whose decimals are those of prices in the organization."""


def is_column(row: Any) -> bool:
    """Is it a column that the Web API can read? Parts of others (the name beside a lookup) are not, except the one that
    tells which table a lookup points to: that comes as an annotation."""
    if row["AttributeType"] == "EntityName":
        return True
    has_type = row["AttributeType"] in TYPES or row["AttributeType"] == "DateTime"
    return has_type and not row.get("AttributeOf") and row.get("IsValidForRead", True) is not False


def field_of(row: Any, more: Any, prices: int | None) -> Field:
    """The column; ``more`` is what only its type has, ``prices`` the decimals that prices have in this organization."""
    kind = row["AttributeType"]
    type_ = TYPES.get(kind) or (FieldType.DATE if more.get("Format") == "DateOnly" else FieldType.DATETIME)
    scale = None
    if type_ is FieldType.DECIMAL:
        scale = int(more["Precision"]) if more.get("Precision") is not None else SCALES.get(kind, 2)
        if more.get("PrecisionSource") == OF_PRICES and prices is not None:
            scale = int(prices)
    options = (more.get("OptionSet") or more.get("GlobalOptionSet") or {}).get("Options") or ()
    return Field(
        row["LogicalName"],
        type_,
        label_of(row) or row["LogicalName"],
        max_length=more.get("MaxLength"),
        scale=scale,
        minimum=_number(more.get("MinValue")),
        maximum=_number(more.get("MaxValue")),
        options=tuple(Option(int(option["Value"]), label_of({"DisplayName": option["Label"]})) for option in options),
        targets=tuple(more.get("Targets") or ()),
        required=(row.get("RequiredLevel") or {}).get("Value") == "ApplicationRequired",
        insertable=bool(row.get("IsValidForCreate", True)),
        updatable=bool(row.get("IsValidForUpdate", True)),
        # The columns beside them in the base currency are read only and in no row's currency.
        money=Money.ROW if kind == "Money" and not row["LogicalName"].endswith("_base") else Money.NONE,
        words=_words(more.get("OptionSet") or {}),
    )


def _words(options: Any) -> tuple[str, str]:
    """What a yes/no column calls no and yes: a user is Enabled or Disabled."""
    no, yes = (
        label_of({"DisplayName": (options.get(name) or {}).get("Label")}) for name in ("FalseOption", "TrueOption")
    )
    return (no, yes) if no and yes else YES_OR_NO


def is_date_only(more: Any) -> bool:
    """Does a column of moments hold days that are the same for everybody?"""
    return (more.get("DateTimeBehavior") or {}).get("Value") == "DateOnly"


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def label_of(row: Any) -> str:
    """What people call it; blank where it has no label."""
    display = row.get("DisplayName") or {}
    label: Any = display.get("UserLocalizedLabel") or next(iter(display.get("LocalizedLabels") or []), {})
    return str(label.get("Label") or "")
