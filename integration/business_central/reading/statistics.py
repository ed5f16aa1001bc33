"""Customer Statistics: a table that is worked out whenever it is read, one row a customer, under the customer's id.

Everything is in the local currency and by the customer who pays. Goods on an unposted invoice are counted once:

    balance                    remaining amounts of the ledger
    + outstanding orders       what is not shipped yet
    + shipped, not invoiced    what is shipped and on no posted invoice
    + outstanding invoices     unposted invoices
    - drawn from shipments     what is on those and is counted as shipped, not invoiced
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from integration.business_central.amounts import local_amount, rounded, total
from integration.business_central.fields import today
from integration.business_central.models import (
    CustLedgerEntry,
    Customer,
    DocumentType,
    GeneralLedgerSetup,
    SalesHeader,
    SalesLine,
)
from integration.business_central.row_versions import committed_version
from integration.systems.errors import CursorExpired, FieldMissing, Refused
from integration.systems.filters import Filter, fields_of, matches
from integration.systems.values import Field, FieldType, Money, Page, Record, Ref, Row, Table, Value, Written

NAME = "customer_statistics"
ZERO = Decimal(0)
AMOUNTS = {
    "balance_lcy": "Balance (LCY)",
    "outstanding_orders_lcy": "Outstanding Orders (LCY)",
    "shipped_not_invoiced_lcy": "Shipped Not Invd. (LCY)",
    "outstanding_invoices_lcy": "Outstanding Invoices (LCY)",
    "total_lcy": "Total (LCY)",
    "credit_limit_lcy": "Credit Limit (LCY)",
    "overdue_amounts_lcy": "Overdue Amounts (LCY)",
    "total_sales_lcy": "Total Sales (LCY)",
    "invoiced_prepayment_lcy": "Invd. Prepayment Amount (LCY)",
}


def _field(name: str, type: FieldType, label: str, **more: Any) -> Field:
    return Field(name, type, label, insertable=False, updatable=False, **more)


TABLE = Table(
    NAME,
    "Customer Statistics",
    {
        field.name: field
        for field in (
            _field("customer_no", FieldType.REFERENCE, "Customer No.", targets=("customer",)),
            _field("no", FieldType.CODE, "No.", max_length=20),
            _field("name", FieldType.TEXT, "Name", max_length=100),
            _field("currency_code", FieldType.CODE, "LCY Code", max_length=10),
            *(_field(name, FieldType.DECIMAL, label, scale=3, money=Money.LOCAL) for name, label in AMOUNTS.items()),
            _field("overdue_as_of", FieldType.DATE, "Overdue Amounts as of"),
            _field("as_of", FieldType.DATE, "As of"),
        )
    },
    name_field="name",
    number_field="no",
    tracks_changes=False,
)


def get(ids: Sequence[uuid.UUID], fields: Sequence[str]) -> dict[uuid.UUID, Record]:
    """The statistics of these customers. Raises ``FieldMissing``."""
    return {record.id: record for record in _records(Customer.objects.filter(pk__in=list(ids)), fields)}


def find(where: Filter, fields: Sequence[str], order: Sequence[str], size: int, after: str | None) -> Page:
    """One page of the customers that pass. Raises ``FieldMissing``, ``CursorExpired``."""
    columns = [name.removeprefix("-") for name in order]
    needed = list(dict.fromkeys([*fields, *columns, *sorted(fields_of(where))]))
    found = [record for record in _records(Customer.objects.order_by("no"), needed) if matches(where, record)]
    for name in reversed(order):
        column = name.removeprefix("-")
        found.sort(key=lambda record, column=column: _key(record.values[column]), reverse=name.startswith("-"))  # type: ignore[misc]
    start = _start(after)
    cursor = str(start + size) if len(found) > start + size else None
    return Page(found[start : start + size], cursor=cursor)


def count(where: Filter) -> int:
    """How many customers pass. Raises ``FieldMissing``."""
    return sum(matches(where, record) for record in _records(Customer.objects.all(), sorted(fields_of(where))))


def changes(fields: Sequence[str], where: Filter, size: int) -> Iterator[Page]:
    """All customers that pass: what is worked out does not say when it changed."""
    bound = str(committed_version())
    needed = list(dict.fromkeys([*fields, *sorted(fields_of(where))]))
    found = [record for record in _records(Customer.objects.order_by("no"), needed) if matches(where, record)]
    for start in range(0, len(found) or 1, size):
        yield Page(found[start : start + size], cursor=bound)


def refuse(rows: Sequence[Row]) -> list[Written]:
    """The answers of rows that somebody wants to write here."""
    return [Written(row.id, error=Refused("Customer Statistics are worked out and cannot be written.")) for row in rows]


def _start(after: str | None) -> int:
    if after is not None and not after.isdecimal():
        raise CursorExpired("This is not a cursor of this list.")
    return int(after or 0)


def _key(value: Value) -> Any:
    if isinstance(value, Ref):
        return value.label.casefold()
    return value.casefold() if isinstance(value, str) else value


def _records(customers: Any, fields: Sequence[str]) -> Iterator[Record]:
    """The rows of some customers, in their order."""
    for name in fields:
        if name not in TABLE.fields:
            raise FieldMissing(f"{TABLE.label} ({NAME}) has no field “{name}”.")
    rows = list(customers)
    figures = _Figures([row.pk for row in rows])
    for row in rows:
        values = figures.of(row)
        version = hashlib.sha256(repr(sorted(values.items(), key=lambda pair: pair[0])).encode()).hexdigest()[:20]
        yield Record(NAME, row.pk, {name: values[name] for name in fields}, version)


class _Figures:
    """The sums of some customers, in five queries."""

    def __init__(self, ids: Sequence[uuid.UUID]) -> None:
        self.setup = GeneralLedgerSetup.current()
        self.step = Decimal(self.setup.amount_rounding_precision)
        self.day = today()
        self.ledger = self._ledger(ids)
        self.orders = self._orders(ids)
        self.invoices, self.drawn = self._invoices(ids)

    def of(self, customer: Any) -> dict[str, Value]:
        ledger, orders = self.ledger.get(customer.pk, {}), self.orders.get(customer.pk, {})
        amounts = {
            "balance_lcy": self._sum(ledger, "balance"),
            "outstanding_orders_lcy": self._sum(orders, "outstanding"),
            "shipped_not_invoiced_lcy": self._sum(orders, "shipped"),
            "outstanding_invoices_lcy": self.invoices.get(customer.pk, ZERO),
            "overdue_amounts_lcy": self._sum(ledger, "overdue"),
            "total_sales_lcy": self._sum(ledger, "sales"),
            "credit_limit_lcy": Decimal(customer.credit_limit_lcy),
            "invoiced_prepayment_lcy": ZERO,
        }
        counted = [name for name in amounts if name.startswith(("balance", "outstanding", "shipped"))]
        amounts["total_lcy"] = total(amounts[name] for name in counted) - self.drawn.get(customer.pk, ZERO)
        named: dict[str, Value] = {
            "customer_no": Ref("customer", customer.pk, customer.no), "no": customer.no, "name": customer.name,
            "currency_code": self.setup.lcy_code, "overdue_as_of": self.day, "as_of": self.day,
        }  # fmt: skip
        return named | amounts

    def _sum(self, sums: Mapping[str, Any], name: str) -> Decimal:
        """A sum of the database; SQLite adds floating point numbers, so it is rounded again."""
        return rounded(Decimal(sums.get(name) or 0), self.step)

    def _ledger(self, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Any]:
        first, behind = fiscal_year(self.day, self.setup.fiscal_year_first_month)
        rows = CustLedgerEntry.objects.filter(customer_no__in=list(ids)).order_by().values("customer_no")
        open_now = Q(open=True)
        sums = rows.annotate(
            balance=Sum("remaining_amount_lcy", filter=open_now),
            overdue=Sum("remaining_amount_lcy", filter=open_now & Q(due_date__lt=self.day)),
            sales=Sum("sales_lcy", filter=Q(posting_date__gte=first, posting_date__lt=behind)),
        )
        return {row["customer_no"]: row for row in sums}

    def _orders(self, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Any]:
        lines = SalesLine.objects.filter(
            document_type=DocumentType.ORDER, document_no__bill_to_customer_no__in=list(ids)
        )
        sums: Any = lines.order_by().values("document_no__bill_to_customer_no").annotate(
            outstanding=Sum("outstanding_amount_lcy"), shipped=Sum("shipped_not_invoiced_lcy")
        )  # fmt: skip
        return {row["document_no__bill_to_customer_no"]: row for row in sums}

    def _invoices(self, ids: Sequence[uuid.UUID]) -> tuple[dict[uuid.UUID, Decimal], dict[uuid.UUID, Decimal]]:
        """What is on unposted invoices, and what of it is drawn from shipments."""
        headers: Any = SalesHeader.objects.filter(
            document_type=DocumentType.INVOICE, bill_to_customer_no__in=list(ids)
        ).order_by()
        whole: dict[uuid.UUID, Decimal] = {}
        drawn: dict[uuid.UUID, Decimal] = {}
        columns = ("bill_to_customer_no", "amount_including_vat", "currency_factor")
        for id, amount, factor in headers.values_list(*columns):
            whole[id] = whole.get(id, ZERO) + local_amount(amount, factor, self.step)
        lines: Any = SalesLine.objects.filter(document_no__in=headers).exclude(shipment_no="").order_by()
        for id, amount, factor in lines.values_list(
            "document_no__bill_to_customer_no", "amount_including_vat", "document_no__currency_factor"
        ):
            drawn[id] = drawn.get(id, ZERO) + local_amount(amount, factor, self.step)
        return whole, drawn


def fiscal_year(day: dt.date, first_month: int) -> tuple[dt.date, dt.date]:
    """The first day of the fiscal year that a day is in, and that of the next one."""
    year = day.year if day.month >= first_month else day.year - 1
    return dt.date(year, first_month, 1), dt.date(year + 1, first_month, 1)
