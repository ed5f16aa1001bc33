"""What passes over documents need beside the two systems: as whom Sales is written to, whether it leaves our amounts as
they are, and how lines are mapped.

Read is always as our own user: the one that handles orders may see less.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from integration.connection.order_writers import order_writers
from integration.connection.systems import Connected
from integration.mappings.build_rule import build_rule
from integration.models.mapping.table_mapping import TableMapping
from integration.sync.rules import TableRule
from integration.systems.system import System

if TYPE_CHECKING:
    from integration.models.connection.setup import ConnectionSetup

ORDERS, INVOICES, NOTES = ("sales_header", "salesorder"), ("sales_invoice_header", "invoice"), ("note", "annotation")
INVOICE_LINES = ("sales_invoice_line", "invoicedetail")
"""Table here, table in Sales."""
WRITES = frozenset(("insert", "insert_documents", "update", "upsert", "delete", "act"))


class WrittenAs:
    """A system that is read as one user and written to as another one."""

    def __init__(self, reader: System, writer: System) -> None:
        self._reader, self._writer = reader, writer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer if name in WRITES else self._reader, name)


def ready_for_documents(connected: Connected, mapping: TableMapping, setup: ConnectionSetup) -> Connected:
    """The connection as a pass of this mapping needs it; that of any other mapping stays as it is. Raises
    ``NotAMember`` where the user that handles orders is gone, ``ConfigurationProblem`` for wrongly mapped lines."""
    tables = (mapping.erp_table, mapping.crm_table)
    if tables not in (ORDERS, INVOICES, NOTES):
        return connected
    writers = order_writers(connected, setup.order_user_id if setup.order_integration_enabled else None)
    lines = _rule_of_lines(connected) if tables == INVOICES else None
    trade = replace(connected.context.trade, keeps_amounts=writers.keeps_amounts, lines=lines)
    writer = writers.orders if tables == NOTES else writers.amounts
    crm: Any = connected.crm if writer is connected.crm else WrittenAs(connected.crm, writer)
    return replace(connected, crm=crm, context=replace(connected.context, trade=trade))


def _rule_of_lines(connected: Connected) -> TableRule | None:
    erp_table, crm_table = INVOICE_LINES
    mapping = TableMapping.objects.filter(erp_table=erp_table, crm_table=crm_table).order_by("position", "pk").first()
    if mapping is None or not mapping.fields.filter(is_enabled=True).exists():
        return None
    return build_rule(mapping, connected.erp, connected.crm)
