"""The mappings that flows of documents keep their couplings in."""

from __future__ import annotations

from collections.abc import Collection

from integration.models import TableMapping
from integration.sync.memory.ledger import Result
from integration.sync.rules import Direction
from integration.systems.errors import ConfigurationProblem

ORDERS = ("sales_header", "salesorder")
QUOTES = ("sales_header", "quote")
NOTES = ("note", "annotation")
INVOICE_LINES = ("sales_invoice_line", "invoicedetail")
"""Table here, table in Sales."""


def creates(mapping: TableMapping, direction: Direction) -> bool:
    """Can people have the other records made in this direction? Not orders in Sales: orders are made of those submitted
    there; not lines, which are made with their invoice; and not what a flow makes by itself."""
    by_hand = not mapping.internal and (mapping.erp_table, mapping.crm_table) not in (ORDERS, INVOICE_LINES)
    return by_hand and Direction(mapping.direction).includes(direction)


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


def try_again(codes: Collection[str]) -> int:
    """Take orders and quotes of Sales that rest after failing twice with one of these codes out of their rest: the next
    run tries them, as it does those that failed once. Answers how many there are."""
    number = 0
    for mapping in TableMapping.objects.filter(erp_table=ORDERS[0]):
        rows = mapping.couplings.filter(to_erp_result=Result.SKIPPED.value, to_erp_code__in=codes)
        ids = list(rows.values_list("erp_id", flat=True))
        number += mapping.couplings.retry(ids) if ids else 0
    return number
