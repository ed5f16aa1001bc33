"""What happened to orders, as values and in words: released, shipped, undone, invoiced, canceled, credited."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import Any

from integration.systems.filters import OneOf
from integration.systems.system import System, every
from integration.systems.values import Record, Ref

EVENTS = "document_event"
COLUMNS = ("entry_no", "order_id", "order_no", "kind", "document_no")
CENT = Decimal("0.01")
AT_ONCE = 200


class Kind(IntEnum):
    """What happened to an order."""

    RELEASED = 0
    SHIPPED = 1
    UNDONE = 2
    INVOICED = 3
    CANCELED = 4
    CREDITED = 5


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a coupled order. ``total`` is what an invoice is over, in words with its currency; ``invoice_no``
    the invoice that a credit memo corrects; ``completes``: nothing is left to ship since this shipment."""

    id: uuid.UUID
    order_id: uuid.UUID
    sales_order_id: uuid.UUID
    order_no: str
    kind: int
    document_no: str = ""
    total: str = ""
    invoice_no: str = ""
    completes: bool = False


def words(event: Event) -> str:
    """What people read. Pure."""
    of = f"Order {event.order_no}: "
    corrected = f"invoice {event.invoice_no}" if event.invoice_no else "an invoice"
    match event.kind:
        case Kind.RELEASED:
            return f"{of}status changed to Released."
        case Kind.SHIPPED:
            complete = " It is completely shipped." if event.completes else ""
            return f"{of}shipment {event.document_no} was posted.{complete}"
        case Kind.UNDONE:
            return f"{of}shipment {event.document_no} was undone."
        case Kind.INVOICED:
            over = f" over {event.total}" if event.total else ""
            return f"{of}invoice {event.document_no}{over} was posted."
        case Kind.CANCELED:
            return f"{of}{corrected} was canceled by credit memo {event.document_no}."
        case Kind.CREDITED:
            return f"{of}{corrected} was credited in part by credit memo {event.document_no}."
    return f"{of}{event.document_no} was posted."


class Events:
    """Reads what the events of a page refer to."""

    def __init__(self, erp: System, local_currency: str = "") -> None:
        self.erp, self.local_currency = erp, local_currency

    def of(self, records: Sequence[Record], coupled: Mapping[uuid.UUID, uuid.UUID]) -> list[Event]:
        """The events of the coupled orders (order -> Sales order), in their order."""
        ours = [one for one in records if one.values["order_id"] in coupled]
        totals, corrected, completing = self._totals(ours), self._corrected(ours), self._completing(ours)
        return [self._event(one, coupled, totals, corrected, completing) for one in ours]

    def _event(
        self,
        one: Record,
        coupled: Mapping[uuid.UUID, uuid.UUID],
        totals: Mapping[str, str],
        corrected: Mapping[str, str],
        completing: set[uuid.UUID],
    ) -> Event:
        order_id, document_no = _id(one), str(one.values["document_no"])
        order_no, kind = str(one.values["order_no"]), _number(one.values["kind"])
        more = (document_no, totals.get(document_no, ""), corrected.get(document_no, ""), one.id in completing)
        return Event(one.id, order_id, coupled[order_id], order_no, kind, *more)

    def _totals(self, records: Sequence[Record]) -> dict[str, str]:
        """Number of each posted invoice -> what it is over."""
        columns = ["amount_including_vat", "currency_code"]
        rows = list(self._documents(records, (Kind.INVOICED,), "sales_invoice_header", columns))
        steps = self._steps(rows)
        return {str(row.values["no"]): self._in_words(row, steps) for row in rows}

    def _in_words(self, row: Record, steps: Mapping[uuid.UUID, Decimal]) -> str:
        amount, currency = row.values["amount_including_vat"], row.values["currency_code"]
        code = currency.label if isinstance(currency, Ref) else self.local_currency
        step = steps.get(currency.id, CENT) if isinstance(currency, Ref) else CENT
        text = str(amount.quantize(step) if isinstance(amount, Decimal) else amount)
        return f"{text} {code}".strip()

    def _steps(self, rows: Sequence[Record]) -> dict[uuid.UUID, Decimal]:
        """The smallest unit of each currency; 1 and 0.001 where a cent is not."""
        ids = {ref.id for row in rows if isinstance(ref := row.values["currency_code"], Ref)}
        found = self.erp.get("currency", sorted(ids), ["amount_rounding_precision"]) if ids else {}
        steps = {id: row.values["amount_rounding_precision"] for id, row in found.items()}
        return {
            id: min(step, Decimal(1)).normalize() for id, step in steps.items() if isinstance(step, Decimal) and step
        }

    def _corrected(self, records: Sequence[Record]) -> dict[str, str]:
        """Number of each credit memo -> that of the invoice it corrects."""
        kinds = (Kind.CANCELED, Kind.CREDITED)
        rows = self._documents(records, kinds, "sales_cr_memo_header", ["corrects_invoice_no"])
        return {str(row.values["no"]): str(row.values["corrects_invoice_no"] or "") for row in rows}

    def _documents(
        self, records: Sequence[Record], kinds: Sequence[Kind], table: str, columns: Sequence[str]
    ) -> Iterable[Record]:
        numbers = sorted({str(one.values["document_no"]) for one in records if one.values["kind"] in kinds})
        for some in _chunks(numbers):
            yield from every(self.erp, table, OneOf("no", tuple(some)), ["no", *columns])

    def _completing(self, records: Sequence[Record]) -> set[uuid.UUID]:
        """The shipments since which nothing is left to ship: the last movement of an order that is complete."""
        shipped = {_id(one) for one in records if one.values["kind"] == Kind.SHIPPED}
        found: set[uuid.UUID] = set()
        for some in _chunks(sorted(shipped)):
            orders = self.erp.get("sales_header", some, ["completely_shipped"])
            complete = tuple(id for id, row in orders.items() if row.values["completely_shipped"])
            if complete:
                found |= self._last_movements(complete)
        return found

    def _last_movements(self, orders: tuple[uuid.UUID, ...]) -> set[uuid.UUID]:
        last: dict[uuid.UUID, tuple[int, uuid.UUID]] = {}
        for one in every(self.erp, EVENTS, OneOf("order_id", orders), ["entry_no", "order_id", "kind"]):
            if one.values["kind"] in (Kind.SHIPPED, Kind.UNDONE):
                order, place = _id(one), (_number(one.values["entry_no"]), one.id)
                last[order] = max(last.get(order, place), place)
        return {id for _, id in last.values()}


def _id(event: Record) -> uuid.UUID:
    order_id = event.values["order_id"]
    return order_id if isinstance(order_id, uuid.UUID) else event.id


def _number(value: Any) -> int:
    return value if isinstance(value, int) else -1


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]
