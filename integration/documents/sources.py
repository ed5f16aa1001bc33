"""Orders and quotes of Sales: which tables and columns they are, and one of them as it was read."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from integration.systems.values import Record, Ref, Table

ZERO = Decimal(0)
CUSTOMER_TYPE = 3
"""The relationship type of accounts that are customers."""


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of document of Sales. ``parent``: the column of its lines that names it; ``number``: its own number;
    ``document_type``: what it becomes; ``word``: what people call it."""

    table: str
    lines: str
    parent: str
    number: str
    document_type: int
    word: str


ORDER = Source("salesorder", "salesorderdetail", "salesorderid", "ordernumber", 1, "Order")
QUOTE = Source("quote", "quotedetail", "quoteid", "quotenumber", 0, "Quote")

ACTIVE, SUBMITTED, CANCELED, FULFILLED, INVOICED = 0, 1, 2, 3, 4
"""States of an order."""
PENDING, IN_PROGRESS, INVOICED_COMPLETELY = 2, 3, 100003
"""Reasons of the states Active, Submitted and Invoiced of an order."""
PLACES = {
    "address": "line1",
    "address_2": "line2",
    "city": "city",
    "post_code": "postalcode",
    "county": "stateorprovince",
    "country_region_code": "country",
}
"""Parts of an address here and there; each has a prefix on both sides."""
PARTIES = {"bill_to": "billto", "ship_to": "shipto"}
ADDRESSES = tuple(f"{party}_{part}" for party in PARTIES.values() for part in PLACES.values())
HEADER = (
    "name", "statecode", "statuscode", "lastbackofficesubmit", "customerid", "transactioncurrencyid",
    "requestdeliveryby", "description", "shippingmethodcode", "paymenttermscode", "freighttermscode", "quoteid",
    "discountamount", "discountpercentage", "freightamount", "totalamountlessfreight", "totalamount", "effectiveto",
    "revisionnumber", *ADDRESSES,
)  # fmt: skip
LINE = (
    "productid", "uomid", "quantity", "priceperunit", "volumediscountamount", "manualdiscountamount", "tax",
    "extendedamount", "description", "productdescription", "sequencenumber", "lineitemnumber",
)  # fmt: skip


def columns(table: Table, wanted: Collection[str]) -> list[str]:
    """Those of the columns that this organization has; what it lacks counts as blank."""
    return [name for name in wanted if name in table.fields]


@dataclass(frozen=True, slots=True)
class SalesDocument:
    """An order or a quote of Sales as it was read: header, lines, notes."""

    source: Source
    header: Record
    lines: Sequence[Record] = ()
    notes: Sequence[Record] = ()

    @property
    def id(self) -> uuid.UUID:
        return self.header.id

    @property
    def number(self) -> str:
        return text(self.header, self.source.number)

    @property
    def label(self) -> str:
        """Number and name."""
        return " ".join(part for part in (self.number, text(self.header, "name")) if part)

    @property
    def named(self) -> str:
        """As a sentence names it: ``Order ORD-01001-KX2``."""
        return f"{self.source.word} {self.number or text(self.header, 'name') or self.id}"

    @property
    def ordered_lines(self) -> list[Record]:
        """The lines as a person sees them."""
        return sorted(self.lines, key=lambda line: (*(number(line, x) for x in ORDERED_BY), str(line.id)))


ORDERED_BY = ("sequencenumber", "lineitemnumber")


def text(record: Record, name: str) -> str:
    """A text column; blank where it is blank or missing."""
    value = record.values.get(name)
    return value if isinstance(value, str) else ""


def number(record: Record, name: str) -> Decimal:
    """A number; 0 where it is blank or missing."""
    value = record.values.get(name)
    return Decimal(value) if isinstance(value, int | Decimal) else ZERO


def integer(record: Record, name: str) -> int | None:
    """A whole number or an option; ``None`` where it is blank or missing."""
    value = record.values.get(name)
    return value if isinstance(value, int) else None


def reference(record: Record, name: str) -> Ref | None:
    """Where a reference points."""
    value = record.values.get(name)
    return value if isinstance(value, Ref) else None


def day(record: Record, name: str) -> dt.date | None:
    """A day. Where it comes as a moment, it is the same day for everybody from UTC-10 to UTC+13:45."""
    value = record.values.get(name)
    if isinstance(value, dt.datetime):
        return (value.astimezone(dt.UTC) + DAY_OF_MOMENT).date()
    return value if isinstance(value, dt.date) else None


DAY_OF_MOMENT = dt.timedelta(hours=13, minutes=45)
NOON_FOR_ALL = dt.time(10, 0, tzinfo=dt.UTC)


def moment(day: dt.date) -> dt.datetime:
    """A day as a column of moments holds it, so that :func:`day` reads it back."""
    return dt.datetime.combine(day, NOON_FOR_ALL)
