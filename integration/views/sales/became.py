"""What became of documents of Dynamics 365 Sales in Business Central: read there, a page of them at a time.

An order that is there is shown with how far it is. One that is not any more was invoiced (its posted invoices name it)
or deleted by a person. A quote that is done leads to its archive, and to the order that names it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from integration.pages.states import Shown, Style
from integration.sync.memory.ledger import Pair
from integration.systems.filters import AllOf, Comparison, OneOf
from integration.systems.system import System, every
from integration.systems.values import Record, Ref
from integration.views.sales.kinds import ORDERS, Kind

HEADER, ARCHIVE = "sales_header", "sales_header_archive"
INVOICE, INVOICE_LINE = "sales_invoice_header", "sales_invoice_line"
ORDER, RELEASED = 1, 1
READ = ("no", "status", "on_hold", "completely_shipped", "completely_invoiced")
GONE = Shown("Deleted in Business Central", Style.UNFAVORABLE)
INVOICED = Shown("Invoiced", Style.FAVORABLE)
ORDERED = Shown("Became an order", Style.FAVORABLE)
ARCHIVED = Shown("Archived", Style.SUBDUED)


@dataclass(frozen=True, slots=True)
class Link:
    """One record of Business Central by its number."""

    label: str
    table: str
    id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Became:
    """What became of one document: its records there, and how far they are."""

    state: Shown
    links: tuple[Link, ...] = ()
    is_there: bool = False
    is_released: bool = False

    @property
    def text(self) -> str:
        """As a cell of a spreadsheet."""
        return ", ".join(link.label for link in self.links)


@dataclass(slots=True)
class _Found:
    """What is behind documents that are not there any more, by their id."""

    invoices: dict[uuid.UUID, tuple[Link, ...]] = field(default_factory=dict)
    archives: dict[uuid.UUID, Record] = field(default_factory=dict)
    orders: dict[str, list[Record]] = field(default_factory=dict)


def read(kind: Kind, erp: System, pairs: Mapping[uuid.UUID, Pair]) -> dict[uuid.UUID, Became]:
    """By the ids in Sales of these coupled pairs. One request for those that are there, one or two for the others."""
    ids = [pair.erp_id for pair in pairs.values()]
    headers = erp.get(HEADER, ids, READ) if ids else {}
    gone = [id for id in ids if id not in headers]
    behind = _Found()
    if gone and kind is ORDERS:
        behind.invoices = invoices(erp, gone)
    elif gone:
        behind = _archived(erp, gone)
    found = {}
    for crm_id, pair in pairs.items():
        header = headers.get(pair.erp_id)
        found[crm_id] = _there(kind, header) if header else _behind(kind, pair.erp_id, behind)
    return found


def _there(kind: Kind, header: Record) -> Became:
    link = Link(f"{kind.noun.capitalize()} {header.values['no']}", HEADER, header.id)
    return Became(_how_far(header), (link,), is_there=True, is_released=header.values["status"] == RELEASED)


def _how_far(header: Record) -> Shown:
    values = header.values
    if values["on_hold"]:
        return Shown(f"On hold ({values['on_hold']})", Style.AMBIGUOUS)
    if values["completely_invoiced"]:
        return INVOICED
    if values["completely_shipped"]:
        return Shown("Shipped", Style.FAVORABLE)
    if values["status"] == RELEASED:
        return Shown("Released", Style.FAVORABLE)
    return Shown("Open", Style.SUBDUED)


def _behind(kind: Kind, id: uuid.UUID, behind: _Found) -> Became:
    if kind is ORDERS:
        links = behind.invoices.get(id, ())
        return Became(INVOICED if links else GONE, links)
    archive = behind.archives.get(id)
    if archive is None:
        return Became(GONE)
    number = str(archive.values["no"])
    orders = tuple(Link(f"Order {one.values['no']}", HEADER, one.id) for one in behind.orders.get(number, ()))
    return Became(ORDERED if orders else ARCHIVED, (Link(f"Quote {number} (archive)", ARCHIVE, archive.id), *orders))


def invoices(erp: System, orders: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[Link, ...]]:
    """The posted invoices of these orders, by order. Their lines know, for an invoice can be of several orders."""
    found: dict[uuid.UUID, dict[uuid.UUID, Link]] = {}
    for line in every(erp, INVOICE_LINE, OneOf("order_id", tuple(orders)), ("document_no", "order_id")):
        order, document = line.values["order_id"], line.values["document_no"]
        if isinstance(order, uuid.UUID) and isinstance(document, Ref):
            found.setdefault(order, {})[document.id] = Link(f"Invoice {document.label}", INVOICE, document.id)
    return {order: tuple(sorted(links.values(), key=lambda one: one.label)) for order, links in found.items()}


def _archived(erp: System, quotes: Collection[uuid.UUID]) -> _Found:
    """The newest version of each, and the orders that name it."""
    behind = _Found()
    where = OneOf("source_id", tuple(quotes))
    for version in every(erp, ARCHIVE, where, ("no", "source_id", "version_no"), ("version_no",)):
        source = version.values["source_id"]
        if isinstance(source, uuid.UUID):
            behind.archives[source] = version
    numbers = tuple({str(one.values["no"]) for one in behind.archives.values()})
    if numbers:
        where_ordered = AllOf((Comparison("document_type", "=", ORDER), OneOf("quote_no", numbers)))
        for order in every(erp, HEADER, where_ordered, ("no", "quote_no"), ("no",)):
            behind.orders.setdefault(str(order.values["quote_no"]), []).append(order)
    return behind
