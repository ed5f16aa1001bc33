"""Items and resources, sold as products."""

from __future__ import annotations

import uuid

import pytest

from tests.sync.entity_rules.cronus import Cronus, changed

ITEM, RESOURCE = "ITEM-PRODUCT", "RESOURCE-PRODUCT"

BOTH_KINDS = pytest.mark.parametrize("mapping", [ITEM, RESOURCE])

ACTIVE, RETIRED, DRAFT = 0, 1, 2

ALL_OF_THEM = {
    ITEM: changed(ITEM, erp_filter="", crm_filter="producttypecode = 'Sales Inventory'"),
    RESOURCE: changed(RESOURCE, erp_filter="", crm_filter="producttypecode = Services"),
}
"""The mappings without "blocked" and "active" in their filters."""


def sold(cronus: Cronus, mapping: str, **values: object) -> uuid.UUID:
    """A bicycle for the item mapping, a fitter for the resource mapping."""
    if mapping == ITEM:
        return cronus.item("1000", "Bicycle", **values)  # type: ignore[arg-type]
    return cronus.resource("LINDA", "Linda Martin", **values)  # type: ignore[arg-type]
