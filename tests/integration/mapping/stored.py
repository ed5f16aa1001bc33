"""Stored mappings, as few of them as a test needs."""

from __future__ import annotations

from typing import Any

from integration.models import FieldMapping, TableMapping
from integration.sync.direction import Direction


def mapping_of(direction: Direction = "both", *fields: tuple[str, str, str], **more: Any) -> TableMapping:
    """A customer mapping with fields given as (erp, crm, direction)."""
    more = {"name": "CUSTOMER", "erp_table": "customer", "crm_table": "account", **more}
    mapping = TableMapping.objects.create(direction=direction, **more)
    for position, (erp, crm, way) in enumerate(fields):
        FieldMapping.objects.create(mapping=mapping, position=position, erp_field=erp, crm_field=crm, direction=way)
    return mapping


NAME = ("name", "name", "both")
