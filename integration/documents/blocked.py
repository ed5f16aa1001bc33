"""Who and what is blocked of those that an order or quote needs. Pure.

Business Central refuses such a document itself; said here, it is said together with all else that is wrong with it, and
before anybody has tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from integration.documents.known import ITEM, Known, Sold
from integration.documents.sources import SalesDocument, reference, text
from integration.systems.errors import RecordProblem
from integration.systems.refusals import CustomerBlocked, ItemBlocked
from integration.systems.values import Record, Ref


@dataclass(frozen=True, slots=True)
class Blocked:
    """One of them: what is wrong, and the record of Business Central, called as the problem calls it."""

    problem: RecordProblem
    record: Ref


def blocked_customers(known: Known, *customers: Record | None) -> Iterator[Blocked]:
    """Who is sold to and who pays, as far as they are blocked, each once."""
    for customer in {one.id: one for one in customers if one is not None}.values():
        how, called = known.blocked.get(customer.id), f"Customer {text(customer, 'no')}"
        if how:
            problem = CustomerBlocked(f"{called} is blocked {how}. Take that off the customer first.")
            yield Blocked(problem, Ref("customer", customer.id, called))


def blocked_goods(document: SalesDocument, known: Known) -> Iterator[Blocked]:
    """What the lines sell, as far as it is blocked, each once."""
    for sold in dict.fromkeys(_sold(document, known)):
        if sold.is_blocked:
            called = f"{sold.kind.capitalize()} {sold.no}"
            problem = ItemBlocked(f"{called} is blocked. Take that off first, or take it off the document.")
            yield Blocked(problem, Ref("item" if sold.type == ITEM else "resource", sold.id, called))


def _sold(document: SalesDocument, known: Known) -> Iterator[Sold]:
    for line in document.ordered_lines:
        product = reference(line, "productid")
        sold = known.sold.get(product.id) if product is not None else known.write_in.sold
        if sold is not None:
            yield sold
