"""The mappings that flows of documents keep their couplings in."""

from __future__ import annotations

from integration.models import TableMapping
from integration.systems.errors import ConfigurationProblem

ORDERS = ("sales_header", "salesorder")
QUOTES = ("sales_header", "quote")
NOTES = ("note", "annotation")
"""Table here, table in Sales."""


def mapping_of(tables: tuple[str, str]) -> TableMapping:
    """The mapping of these tables. Raises ``ConfigurationProblem`` where there is none."""
    mapping = find_mapping(tables)
    if mapping is None:
        raise ConfigurationProblem(
            f"There is no mapping of {tables[0]} and {tables[1]}. Create the missing standard mappings first."
        )
    return mapping


def find_mapping(tables: tuple[str, str]) -> TableMapping | None:
    """The mapping of these tables, the standard one first."""
    return TableMapping.objects.filter(erp_table=tables[0], crm_table=tables[1]).order_by("user_defined", "pk").first()
