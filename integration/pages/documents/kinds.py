"""The kinds of open documents: what a page calls them, where their list is, what can be done with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integration.business_central.models import DocumentType, SalesHeader
from integration.pages.states import Shown, Style

HEADER, SHIPMENT = "sales_header", "sales_shipment_header"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of open documents. ``list`` is the name of the page that lists them."""

    type: DocumentType
    noun: str
    title: str
    list: str

    @property
    def slug(self) -> str:
        return self.list.removesuffix("s")


QUOTE = Kind(DocumentType.QUOTE, "Sales Quote", "Sales Quotes", "quotes")
ORDER = Kind(DocumentType.ORDER, "Sales Order", "Sales Orders", "orders")
INVOICE = Kind(DocumentType.INVOICE, "Sales Invoice", "Sales Invoices", "invoices")
KINDS: Mapping[int, Kind] = {kind.type: kind for kind in (QUOTE, ORDER, INVOICE)}
BY_SLUG = {kind.slug: kind for kind in KINDS.values()}


def kind_of(header: Any) -> Kind:
    """The kind of a document, open or archived."""
    return KINDS[header.document_type]


def name_of(header: Any) -> str:
    """A document as a person calls it: ``Sales Order 101005``."""
    return f"{kind_of(header).noun} {header.no}"


def state_of(header: Any) -> Shown:
    """Open, released, on hold, and how far it is carried out."""
    if header.completely_invoiced:
        return Shown("Invoiced", Style.SUBDUED)
    if header.on_hold:
        return Shown(f"On hold ({header.on_hold})", Style.UNFAVORABLE)
    if header.completely_shipped:
        return Shown("Shipped", Style.FAVORABLE)
    if header.status == SalesHeader.Status.RELEASED:
        return Shown("Released", Style.FAVORABLE)
    return Shown("Open", Style.SUBDUED)


def _is_open(header: Any) -> bool:
    return header.status == SalesHeader.Status.OPEN


def _is_released(header: Any) -> bool:
    return not _is_open(header)


def _is_unfinished(header: Any) -> bool:
    return not header.completely_invoiced


def _is_unshipped(header: Any) -> bool:
    return not header.completely_shipped


def _is_held(header: Any) -> bool:
    return bool(header.on_hold)


def _always(header: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """What a person does with an open document. ``verb`` is that of the company; ``asks`` what is asked before it is
    done (blank: it is done at once), ``dated`` whether a posting date belongs to it, ``ends`` whether the document is
    gone afterwards."""

    slug: str
    verb: str
    label: str
    kinds: Sequence[Kind]
    when: Callable[[Any], bool] = _always
    asks: str = ""
    dated: bool = False
    danger: bool = False
    primary: bool = False

    def fits(self, header: Any) -> bool:
        """Can it be done with this document as it is now?"""
        return kind_of(header) in self.kinds and self.when(header)


EVERY = (QUOTE, ORDER, INVOICE)
SHIP = "What is entered as Qty. to Ship leaves the stock and is on a posted shipment."
POST_INVOICE = "What is entered as Qty. to Invoice is on a posted invoice, which the customer owes."
ACTIONS = (
    Action("release", "release", "Release", EVERY, _is_open, primary=True),
    Action("reopen", "reopen", "Reopen", EVERY, _is_released, primary=True),
    Action("ship", "ship", "Ship", (ORDER,), _is_unshipped, SHIP, dated=True, primary=True),
    Action("invoice", "invoice", "Invoice", (ORDER,), _is_unfinished, POST_INVOICE, dated=True),
    Action("ship-and-invoice", "ship_and_invoice", "Ship and Invoice", (ORDER,), _is_unshipped,
           f"{SHIP} {POST_INVOICE}", dated=True),
    Action("post", "invoice", "Post", (INVOICE,),
           asks="The whole document becomes a posted invoice, which the customer owes; this draft is gone then.",
           dated=True, primary=True),
    Action("make-order", "make_order", "Make Order", (QUOTE,),
           asks="The quote becomes an order, dated today. The quote itself is archived and leaves this list.",
           primary=True),
    Action("lift-hold", "hold", "Lift Hold", EVERY, _is_held, primary=True),
    Action("archive", "archive", "Archive", (QUOTE, ORDER)),
    Action("delete", "delete", "Delete", EVERY, asks="The document is deleted with its lines and notes.", danger=True),
)  # fmt: skip
BY_ACTION = {action.slug: action for action in ACTIONS}


def actions_of(header: Any) -> list[Action]:
    """What can be done with this document now."""
    return [action for action in ACTIONS if action.fits(header)]
