"""The properties of the published entities: names, types, and the column that holds each while rows are read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SCALE = 5
"""Decimals of a quantity."""


class Type(StrEnum):
    """The types of properties and literals; the value of a property's is its name in ``$metadata``."""

    TEXT = "Edm.String"
    NUMBER = "Edm.Decimal"
    GUID = "Edm.Guid"
    BOOLEAN = "Edm.Boolean"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Property:
    """``column``: the annotation of a queryset. ``code``: compared in capitals, as codes are stored. ``length``: of a
    text."""

    name: str
    type: Type
    column: str = ""
    code: bool = False
    length: int = 0


PRODUCT = Property("ProductId", Type.GUID, "of_product")
ITEM_NO = Property("ItemNo", Type.TEXT, "of_number", code=True, length=20)
DESCRIPTION = Property("Description", Type.TEXT, "of_description", length=100)
UNIT = Property("UnitOfMeasure", Type.TEXT, "of_unit", code=True, length=10)
INVENTORY = Property("Inventory", Type.NUMBER, "of_inventory")
AVAILABLE = Property("AvailableQuantity", Type.NUMBER, "of_inventory")
ON_ORDER = Property("QtyOnSalesOrder", Type.NUMBER, "of_orders")

PROPERTIES = {one.name: one for one in (PRODUCT, ITEM_NO, DESCRIPTION, UNIT, INVENTORY, AVAILABLE, ON_ORDER)}
"""Of ProductItemAvailability, in their order. What is available is the inventory: that is how both products put it."""

COMPANY = {one.name: one for one in (Property("Name", Type.TEXT, length=100), Property("Id", Type.GUID))}
"""Of Company."""
