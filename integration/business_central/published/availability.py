"""The rows of ProductItemAvailability: coupled items, with how many there are and how many are ordered."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Collate, Round

from integration.business_central.models import DocumentType, Item, SalesLine
from integration.business_central.published.conditions import IDS, QUANTITY, TEXT, condition, products_asked_for
from integration.business_central.published.options import Asked, Key, Order
from integration.business_central.published.properties import (
    DESCRIPTION,
    INVENTORY,
    ITEM_NO,
    ON_ORDER,
    PRODUCT,
    PROPERTIES,
    SCALE,
    UNIT,
    Property,
    Type,
)

Rows = QuerySet[Any, Any]
STEP = Decimal(1).scaleb(-SCALE)


def rows(pairs: Rows) -> Rows:
    """The coupled items with a column for each property, none of which is NULL. ``pairs`` has the columns ``erp_id``
    (item) and ``crm_id`` (product)."""
    product = pairs.filter(erp_id=OuterRef("pk")).order_by().values("crm_id")[:1]
    return Item.objects.filter(pk__in=pairs.order_by().values("erp_id")).annotate(**{
        PRODUCT.column: Subquery(product, output_field=IDS),
        ITEM_NO.column: _text(F("no")),
        DESCRIPTION.column: _text(F("description")),
        UNIT.column: _text(Coalesce(F("base_unit_of_measure__code"), Value(""), output_field=TEXT)),
        INVENTORY.column: _quantity(F("inventory")),
        ON_ORDER.column: _quantity(Coalesce(Subquery(_on_orders(), output_field=QUANTITY), Value(Decimal(0)))),
    })  # fmt: skip


def _text(expression: Any) -> Any:
    """Compared and ordered by the characters' numbers in every database."""
    return Collate(expression, "BINARY" if connection.vendor == "sqlite" else "C")


def _quantity(expression: Any) -> Any:
    """SQLite adds floating point numbers, so sums are rounded again."""
    return Round(expression, precision=SCALE, output_field=QUANTITY)


def _on_orders() -> Rows:
    """What is ordered of the item and not shipped yet."""
    lines = SalesLine.objects.filter(document_type=DocumentType.ORDER, type=Item.line_type, no=OuterRef("no"))
    return lines.order_by().values("no").annotate(sum=Sum("outstanding_quantity")).values("sum")


def passing(pairs: Rows, asked: Asked) -> Rows:
    """The rows that pass the filter, wherever the page begins."""
    wanted = products_asked_for(asked.filter)
    narrowed = pairs if wanted is None else pairs.filter(crm_id__in=wanted)
    found = rows(narrowed)
    return found if asked.filter is None else found.filter(condition(asked.filter))


def page(passing: Rows, asked: Asked, size: int) -> list[dict[str, Any]]:
    """At most ``size`` rows behind where the page begins, in the order asked for, by column."""
    ordered = passing.order_by(*(_order_of(one) for one in asked.order))
    if asked.behind is not None:
        ordered = ordered.filter(_behind(asked.order, asked.behind))
    skip = 0 if asked.behind is not None else asked.skip
    columns = {one.column for one in PROPERTIES.values()}
    return list(ordered.values(*sorted(columns))[skip : skip + size])


def one(pairs: Rows, product: uuid.UUID) -> dict[str, Any] | None:
    """The row of a product."""
    columns = {one.column for one in PROPERTIES.values()}
    return rows(pairs.filter(crm_id=product)).values(*sorted(columns)).first()


def _order_of(order: Order) -> Any:
    column = F(order.property.column)
    return column.desc() if order.descending else column.asc()


def _behind(order: Sequence[Order], keys: Sequence[Key]) -> Q:
    """The rows behind the last one of a page. For the order (Inventory, ProductId):

    Inventory > i  or  (Inventory = i and ProductId > p)
    """
    behind = Q(pk__in=[])
    for one, key in reversed(list(zip(order, keys, strict=True))):
        column = one.property.column
        beyond = Q(**{f"{column}__{'lt' if one.descending else 'gt'}": key})
        behind = beyond | (Q(**{column: key}) & behind)
    return behind


def values_of(row: Mapping[str, Any], chosen: Sequence[Property]) -> dict[str, Any]:
    """The properties of a row as they travel."""
    return {one.name: _value(row[one.column], one) for one in chosen}


def keys_of(row: Mapping[str, Any], order: Sequence[Order]) -> list[Key]:
    """What a row is ordered by."""
    return [_plain(row[one.property.column], one.property) for one in order]


def _value(value: Any, property: Property) -> Any:
    plain = _plain(value, property)
    return str(plain) if property.type is Type.GUID else plain


def _plain(value: Any, property: Property) -> Any:
    """A quantity without zeros at its end, and never as 1E+2."""
    if property.type is not Type.NUMBER:
        return value
    whole = Decimal(value).quantize(STEP)
    return Decimal(f"{whole.normalize() + 0:f}")
