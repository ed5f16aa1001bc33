"""SALESORDER-ORDER to Sales: what becomes of the orders that came from there.

Only released orders go, and only those that are coupled; none is ever made there. The amounts are those of Business
Central: freight, which is a line here, stands apart there. A Sales order that somebody has changed since we know it is
judged first by the flow that made the order, so nothing of it is written over.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal

from integration.sync.actions import Update
from integration.sync.memory.ledger import Pair
from integration.sync.record.draft import Draft
from integration.sync.record.meaning import MeaningField
from integration.sync.special.base import Run, Special
from integration.sync.special.documents.closing import reclosed
from integration.sync.special.documents.invoice_amounts import rounded
from integration.sync.special.documents.invoice_sums import TotalsDiffer
from integration.sync.special.documents.order_states import (
    ACTIVE,
    NEVER_SENT,
    REOPENED,
    SUBMITTED,
    WRITTEN,
    OrderState,
    is_left_alone,
)
from integration.sync.special.documents.settings import CompanySetup, SalesMoney
from integration.systems.filters import AllOf, Comparison, Filter, OneOf
from integration.systems.system import every
from integration.systems.values import Record, Ref, Row, Side, Value

ORDER, SALES_ORDER = "sales_header", "salesorder"
LINES, INVOICES = "sales_line", "sales_invoice_line"
ORDERS_TYPE, RELEASED, ACCOUNT = 1, 1, 1
ZERO, HUNDRED = Decimal(0), Decimal(100)
AMOUNTS = ("amount", "amount_including_vat", "invoice_discount_amount")
SUMS = (
    "totalamountlessfreight", "freightamount", "totaltax", "totalamount", "discountamount", "discountpercentage",
    "totallineitemamount", "transactioncurrencyid",
)  # fmt: skip
NUMBER = "ordernumber"
JUDGED_FIRST = "The Sales order was changed in Dynamics 365 Sales. What that means for the order is looked at first."
NOT_RELEASED = "Only released orders go to Dynamics 365 Sales."


class OrderRules(Special):
    """SALESORDER-ORDER."""

    changes_daily = True
    only_pairs = True
    kept = frozenset(("document:lines", "document:header", "document:kept"))
    """What the Sales order said when it became an order here, and what a person said to its cancellation."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.money, self.setup = SalesMoney(run), CompanySetup(run)
        self._pairs: Mapping[uuid.UUID, Pair] = {}
        self._freight: dict[uuid.UUID, Decimal] = {}

    def fields(self) -> Sequence[MeaningField]:
        return (OrderState(),)

    def columns(self, side: Side) -> Sequence[str]:
        if side is Side.ERP:
            return (*AMOUNTS, "document_type", "status")
        return [name for name in SUMS if name in self.run.rule.crm.fields]

    def leave_out(self, record: Record) -> str | None:
        values = record.values
        is_released = values.get("document_type") == ORDERS_TYPE and values.get("status") == RELEASED
        return None if is_released else NOT_RELEASED

    def prepare(self, records: Sequence[Record]) -> None:
        ids = [record.id for record in records]
        self._pairs = self.run.ledger.pairs(Side.ERP, ids) if ids else {}
        self._freight = dict.fromkeys(ids, ZERO)
        account = self.setup.freight_account if ids else ""
        parts: list[Filter] = [OneOf("document_no", tuple(ids)), Comparison("type", "=", ACCOUNT)]
        parts += [Comparison("no", "=", account)] if account else []
        for line in every(self.run.erp, LINES, AllOf(tuple(parts)), ["document_no", "amount"]) if ids else ():
            document, amount = line.values["document_no"], line.values["amount"]
            if isinstance(document, Ref) and isinstance(amount, Decimal):
                self._freight[document.id] += amount

    def complete(self, record: Record, draft: Draft, twin: Record | None) -> None:
        draft.values.pop(NUMBER, None)  # A column of new rows only, and this mapping makes none.
        pair = self._pairs.get(record.id)
        if twin is None or pair is None:
            return
        if self._is_judged_first(pair, twin):
            draft.left_out, draft.left_out_waits = JUDGED_FIRST, [(SALES_ORDER, twin.id)]
        elif is_left_alone(pair, twin):
            draft.values.clear()
            draft.meant.clear()
            draft.lacking.clear()
        else:
            self._add_sums(record, draft, twin)

    def _is_judged_first(self, pair: Pair, twin: Record) -> bool:
        is_ours = twin.modified_by is not None and twin.modified_by == self.run.context.user_id
        return twin.version != pair.seen_crm and not is_ours

    def finish(self, action: Update, row: Row) -> Row:
        return reclosed(action, row)

    # --- what waits for that ------------------------------------------------------------------------------

    def waits_for(self, side: Side) -> Sequence[str]:
        return (SALES_ORDER,) if side is Side.ERP else ()

    def come(self, table: str, ids: Sequence[uuid.UUID]) -> Sequence[uuid.UUID]:
        """The Sales orders that are remembered as they are now."""
        pairs = self.run.ledger.pairs(Side.CRM, ids) if ids else {}
        there = self.run.crm.get(SALES_ORDER, list(pairs), ()) if pairs else {}
        return [id for id, pair in pairs.items() if id not in there or there[id].version == pair.seen_crm]

    # --- amounts ------------------------------------------------------------------------------------------

    def _add_sums(self, record: Record, draft: Draft, twin: Record) -> None:
        amount, including, discount = (_number(record.values.get(name)) for name in AMOUNTS)
        freight = max(self._freight.get(record.id, ZERO), ZERO)  # Sales takes none below zero.
        sums: dict[str, Value] = {
            "totalamountlessfreight": amount - freight,
            "freightamount": freight,
            "totaltax": including - amount,
            "totalamount": including,
            **self._discounts(twin, discount, amount - freight + discount),
        }
        if not self.run.context.trade.keeps_amounts:
            self._refuse_sums(draft, twin, sums)
            return
        for name, value in sums.items():
            if name in draft.values:
                draft.values[name] = value
            elif name in self.run.rule.crm.fields:
                draft.extra[name] = value

    def _refuse_sums(self, draft: Draft, twin: Record, sums: Mapping[str, Value]) -> None:
        """Sales would work them out anew from lines that know nothing of them; all else of the order goes."""
        for name in sums:
            draft.values.pop(name, None)
        shown = twin.values.get("totalamount")
        if shown != sums["totalamount"]:
            draft.refused.append(
                TotalsDiffer(
                    f"Business Central makes {sums['totalamount']} of the order, Dynamics 365 Sales shows {shown} and "
                    "works it out by itself. Switch sales order integration on there, and make the user that we write "
                    "as an integration user."
                )
            )

    def _discounts(self, twin: Record, discount: Decimal, net: Decimal) -> dict[str, Value]:
        """What the salesperson typed stays, as long as an order made of it would have this invoice discount."""
        given = {name: twin.values.get(name) for name in ("discountamount", "discountpercentage")}
        fixed, percentage = (_number(value) for value in given.values())
        places = self.money.places(twin.values.get("transactioncurrencyid"))
        there = _number(twin.values.get("totallineitemamount")) if "totallineitemamount" in twin.values else net
        whole = fixed + rounded(there * percentage / HUNDRED, places)
        # Of prices that included VAT there, the order has a part of it.
        meant = {whole, rounded(whole * net / there, places)} if there else {whole}
        smallest = Decimal(1).scaleb(-places)
        if any(abs(one - discount) <= smallest for one in meant):
            return given
        return {"discountamount": discount, "discountpercentage": ZERO}

    # --- an order that is deleted -------------------------------------------------------------------------

    def last_words(self, pairs: Sequence[Pair], twins: Mapping[uuid.UUID, Record]) -> Mapping[uuid.UUID, Row | None]:
        """An order that a person deleted may be submitted once more, unless something of it was invoiced: it would be
        delivered twice."""
        where = OneOf("order_id", tuple(pair.erp_id for pair in pairs))
        found = every(self.run.erp, INVOICES, where, ["order_id"])
        invoiced = {row.values["order_id"] for row in found}
        there = {pair.erp_id: twins[pair.crm_id] for pair in pairs if pair.crm_id in twins}
        return {twin.id: self._last_words(twin, is_invoiced=id in invoiced) for id, twin in there.items()}

    def _last_words(self, twin: Record, *, is_invoiced: bool) -> Row | None:
        state = twin.values.get("statecode")
        if state not in (SUBMITTED, ACTIVE) or (state == ACTIVE and is_invoiced):
            return None
        known = self.run.rule.crm.fields
        wanted = WRITTEN["invoiced"] if is_invoiced else REOPENED if state == SUBMITTED else NEVER_SENT
        values = {name: value for name, value in wanted.items() if name in known}
        return Row(twin.id, values, twin.version, from_states=frozenset((SUBMITTED, ACTIVE)) & {state})


def _number(value: Value) -> Decimal:
    return value if isinstance(value, Decimal) else ZERO
