"""Actions on a row, beyond insert, update and delete: blocking, and what posting does with documents and entries."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError

from integration.business_central.number_series import NumberRefused
from integration.business_central.posting import (
    archiving,
    changing,
    crediting,
    invoicing,
    payments,
    rebuilding,
    shipping,
    states,
)
from integration.business_central.posting.shipment_invoices import invoice_with_others
from integration.business_central.tables import TableColumns
from integration.business_central.writing.batches import problem_of
from integration.systems.errors import NotFound, Refused
from integration.systems.values import FieldType


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of posting, and the arguments that it takes besides the row."""

    run: Callable[..., Any]
    arguments: frozenset[str] = frozenset()


def act(table: TableColumns, id: uuid.UUID, action: str, arguments: Mapping[str, Any]) -> Any:
    """Do an action that the table describes. ``option`` among the arguments of ``block``: which blocking, by the value
    of the option; those of the others as the verb in ``posting`` names them. Raises ``Refused`` for an action that
    the table does not have, an option or an argument it does not know, ``NotFound``, and ``Locked`` where somebody else
    writes for too long."""
    if action in ("block", "unblock") and "blocked" in table.columns:
        _block(table, id, action, arguments)
        return None
    verb = VERBS.get(action) if action in table.table.actions else None
    if verb is None:
        raise Refused(f"{table.table.label} has no action “{action}”.")
    unknown = sorted(arguments.keys() - verb.arguments)
    if unknown:
        raise Refused(f"{table.table.label}: “{action}” takes no “{unknown[0]}”.")
    try:
        return verb.run(id, **arguments)
    except (DatabaseError, NumberRefused) as error:
        raise problem_of(table, error) from error


def _block(table: TableColumns, id: uuid.UUID, action: str, arguments: Mapping[str, Any]) -> None:
    row: Any = table.model.objects.filter(pk=id).first()
    if row is None:
        raise NotFound(f"There is no {table.table.label} with the id {id}.")
    if table.columns["blocked"].field.type is FieldType.BOOLEAN:
        row.blocked = action == "block"
    else:
        row.blocked = _chosen_blocking(table, arguments.get("option")) if action == "block" else 0
    row.save(update_fields=["blocked"])


def _chosen_blocking(table: TableColumns, option: Any) -> int:
    """The blocking that is asked for, or the strictest, which is the last."""
    options = {choice.value for choice in table.columns["blocked"].field.options} - {0}
    if option is None:
        return max(options)
    if option not in options:
        raise Refused(f"{table.table.label} cannot be blocked with {option}.")
    return int(option)


PAID = frozenset({"by", "posting_date", "amount", "external_document_no"})
BY, POSTED, CHECKED = frozenset({"by"}), frozenset({"by", "posting_date"}), frozenset({"by", "version"})
VERBS: Mapping[str, Verb] = {
    "change": Verb(changing.change, CHECKED | {"asked"}),
    "delete": Verb(changing.delete_document, CHECKED),
    "release": Verb(states.release, CHECKED),
    "reopen": Verb(states.reopen, CHECKED),
    "hold": Verb(states.hold, CHECKED | {"code"}),
    "ship": Verb(shipping.ship, POSTED | CHECKED),
    "invoice": Verb(invoicing.invoice, POSTED | CHECKED),
    "ship_and_invoice": Verb(invoicing.ship_and_invoice, POSTED | CHECKED),
    "archive": Verb(archiving.archive, CHECKED),
    "make_order": Verb(archiving.make_order, CHECKED),
    "close_quote": Verb(archiving.close_quote, BY),
    "rebuild": Verb(rebuilding.rebuild, CHECKED | {"document"}),
    "link_quote": Verb(archiving.link_quote, BY | {"no"}),
    "undo_shipment": Verb(shipping.undo_shipment, BY),
    "invoice_shipments": Verb(invoice_with_others, BY | {"others"}),
    "cancel": Verb(crediting.cancel, POSTED),
    "credit": Verb(crediting.credit, POSTED | {"parts"}),
    "register_payment": Verb(payments.pay_invoice, PAID | {"close_rest", "confirmed"}),
    "pay_on_account": Verb(payments.pay_on_account, PAID | {"currency"}),
    "apply": Verb(payments.apply, POSTED | {"invoice_id", "amount"}),
    "unapply": Verb(payments.unapply_of_entry, POSTED | {"application_no"}),
}
"""By name, on the rows of the table that describes it."""
