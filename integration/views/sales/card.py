"""The card of one document of Dynamics 365 Sales: its fields and lines, what became of it, and the totals of both."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from integration.connection import systems
from integration.connection.opening import open_for_page
from integration.connection.systems import Connected
from integration.documents.sources import day
from integration.models import ConnectionSetup, SyncError, TableMapping
from integration.pages.in_sales import record_in_sales
from integration.pages.lists.cells import KEYS, worded
from integration.sync.memory.ledger import Pair, State
from integration.systems.errors import Problem
from integration.systems.system import System
from integration.systems.values import Field, Record, Table, Value
from integration.systems.wording import field_name
from integration.views.sales.became import Became, Link, invoices, read
from integration.views.sales.kinds import ORDERS, Kind
from integration.views.sales.lines import Line, columns, coupled, lines_of
from integration.views.sales.money import currencies
from integration.views.sales.products import (
    DocumentLine,
    Total,
    erp_lines,
    hint_about_tax,
    sales_lines,
    totals,
)

ERRORS_SHOWN = 5
GONE = "This {} does not exist any more in Dynamics 365 Sales."
GENERAL = (
    "name", "customerid", "statecode", "statuscode", "revisionnumber", "submitdate", "effectivefrom", "effectiveto",
    "requestdeliveryby", "lastbackofficesubmit", "datefulfilled", "quoteid", "opportunityid", "ownerid",
)  # fmt: skip
TERMS = (
    "pricelevelid", "transactioncurrencyid", "discountpercentage", "discountamount", "paymenttermscode",
    "freighttermscode", "shippingmethodcode", "billto_composite", "shipto_composite", "description",
)  # fmt: skip
DAYS = ("requestdeliveryby", "lastbackofficesubmit", "datefulfilled", "effectivefrom", "effectiveto")
"""Columns that mean a day, also where they come as a moment."""
AMOUNTS = ("totalamountlessfreight", "freightamount", "totaltax", "totalamount")


@dataclass(slots=True)
class Card:
    """What the template shows. ``line`` is the document as its list shows it; ``None`` while Sales is silent."""

    kind: Kind
    id: uuid.UUID
    setup: ConnectionSetup
    mapping: TableMapping | None
    pair: Pair | None = None
    line: Line | None = None
    became: Became | None = None
    groups: Sequence[tuple[str, Sequence[tuple[str, str]]]] = ()
    sales_lines: Sequence[DocumentLine] = ()
    erp_lines: Sequence[DocumentLine] = ()
    totals: Sequence[Total] = ()
    currencies: tuple[str, str] = ("", "")
    invoices: Sequence[Link] = ()
    errors: Sequence[SyncError] = field(default_factory=list)
    hint: str = ""
    problem: str = ""

    @property
    def title(self) -> str:
        named = f"{self.line.number} {self.line.name}" if self.line else (self.errors[0].label if self.errors else "")
        return named or f"Sales {self.kind.noun} {self.id}"

    @property
    def is_coupled(self) -> bool:
        return self.pair is not None and self.pair.state is not State.RESERVED

    @property
    def may_run(self) -> bool:
        """Is everything switched on that makes a document of this?"""
        return self.mapping is not None and self.setup.is_enabled and self.setup.order_integration_enabled

    @property
    def may_create(self) -> bool:
        """Is it to be made here, or tried again, with no decision of a person before that?"""
        undecided = {"order-canceled", "order-changed"} & self.codes and self.is_coupled
        return self.line is not None and self.line.is_eligible and not undecided

    @property
    def open_errors(self) -> list[tuple[SyncError, str]]:
        """What is open about it, in words. The newest is said as it is now."""
        line, newest = self.line, self.line.error.pk if self.line and self.line.error else None
        return [(error, line.error_text if line and error.pk == newest else error.message) for error in self.errors]

    @property
    def codes(self) -> set[str]:
        """The codes of what is open about it."""
        return {error.code for error in self.errors}

    @property
    def sales_url(self) -> str:
        """Where Dynamics 365 Sales shows it."""
        return record_in_sales(self.setup.url, self.kind.table, self.id)


def card(kind: Kind, id: uuid.UUID) -> Card | None:
    """The card, ``None`` where there is neither such a document nor a coupling of it. Sales that does not answer is
    told in ``problem``, and what Business Central has is shown all the same."""
    mapping = kind.stored_mapping()
    shown = Card(kind, id, ConnectionSetup.current(), mapping, coupled(mapping, [id]).get(id))
    about = SyncError.objects.open().filter(mapping=mapping, crm_id=id).select_related("mapping", "job")
    shown.errors = list(about[:ERRORS_SHOWN])
    erp = systems.open_erp()
    _read_erp(shown, erp)
    try:
        with open_for_page(shown.setup) as connected:
            is_there = _read_sales(shown, connected)
    except Problem as problem:
        shown.problem = str(problem)
        return shown
    if is_there:
        return shown
    shown.problem = GONE.format(kind.noun)
    return shown if shown.is_coupled or shown.errors else None


def _read_erp(shown: Card, erp: System) -> None:
    """What became of it, with lines and posted invoices."""
    pair = shown.pair
    if pair is None or not shown.is_coupled:
        return
    shown.became = read(shown.kind, erp, {shown.id: pair})[shown.id]
    if shown.kind is ORDERS:
        shown.invoices = invoices(erp, [pair.erp_id]).get(pair.erp_id, ())
    if shown.became.is_there:
        shown.erp_lines = erp_lines(erp, pair.erp_id)


def _read_sales(shown: Card, connected: Connected) -> bool:
    """The document itself; answers whether it is there."""
    kind, crm = shown.kind, connected.crm
    table = crm.describe(kind.table)
    wanted = [name for name in (*columns(kind, table), *GENERAL, *TERMS, *AMOUNTS) if name in table.fields]
    record = crm.get(kind.table, [shown.id], list(dict.fromkeys(wanted))).get(shown.id)
    if record is None:
        return False
    shown.line = lines_of(kind, connected, table, [record])[0]
    shown.groups = [("General", _named(table, record, GENERAL)), ("Terms and Addresses", _named(table, record, TERMS))]
    reference = record.values.get("transactioncurrencyid")
    currency = currencies(crm, [reference]).get(reference)
    shown.sales_lines = sales_lines(kind, crm, shown.id, currency)
    shown.totals, shown.currencies = totals(record, currency, connected.erp, _erp_id(shown))
    shown.hint = hint_about_tax(record, shown.sales_lines, shown.totals) if kind is ORDERS and shown.is_coupled else ""
    return True


def _erp_id(shown: Card) -> uuid.UUID | None:
    became = shown.became
    return shown.pair.erp_id if shown.pair is not None and became is not None and became.is_there else None


def _named(table: Table, record: Record, names: Sequence[str]) -> list[tuple[str, str]]:
    """The filled ones of these columns, as label and text. What names another record of an order is the key of a quote
    itself: nobody reads that."""
    fields = [table.fields[name] for name in names if name in table.fields]
    texts = [(one, _text(record, one)) for one in fields if one.type not in KEYS]
    return [(field_name(one), text) for one, text in texts if text]


def _text(record: Record, field: Field) -> str:
    value: Value = day(record, field.name) if field.name in DAYS else record.values.get(field.name)
    return worded(value, field)
