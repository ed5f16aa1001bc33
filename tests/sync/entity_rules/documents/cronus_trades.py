"""CRONUS with Adatum as a coupled customer, a bicycle and a day of work to sell, and documents about them."""

from __future__ import annotations

import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

from integration.sync.memory.ledger import Pair, State
from integration.sync.rules import Trade
from integration.systems.values import Ref, Value
from tests.sync.entity_rules.cronus import Cronus, standard

D = Decimal
ORDER, INVOICE, NOTES = "SALESORDER-ORDER", "POSTEDSALESINV-INV", "SALESORDER-NOTES"
SUBMITTED, INVOICED = 1, 4
FREIGHT = "8510"


class Trading(Cronus):
    """Everything that documents refer to is coupled."""

    def __init__(self) -> None:
        super().__init__()
        self.context = replace(self.context, trade=Trade(orders=True, keeps_amounts=True))
        self.setup = self.erp.add(
            "sales_receivables_setup", freight_g_l_account_no=FREIGHT, write_in_product_no="WRITE-IN"
        )
        self.crm.plug_ins["invoice"] = lambda values: (
            {"statecode": 0, "statuscode": 4, **values} if "name" in values else values
        )
        self.crm.plug_ins["annotation"] = lambda values: (
            {**values, "objectidtypecode": about.table if isinstance(about := values["objectid"], Ref) else ""}
            if "objectid" in values
            else values
        )
        self.adatum = self.customer("Adatum", "C10")
        [self.adatum_account] = self.make("CUSTOMER", self.adatum)
        self.bicycle = self.item("1000", "Bicycle", "149.00")
        [self.bicycle_product] = self.make("ITEM-PRODUCT", self.bicycle)
        self.work = self.resource("LINDA", "Day of work", "85.00")
        [self.work_product] = self.make("RESOURCE-PRODUCT", self.work)

    def keep_amounts(self, keeps: bool) -> None:
        """Does Sales leave amounts as we write them?"""
        self.context = replace(self.context, trade=replace(self.context.trade, keeps_amounts=keeps))

    def switch_orders_off(self) -> None:
        self.context = replace(self.context, trade=Trade())

    # --- orders ---------------------------------------------------------------------------------------------

    def sales_order(self, number: str = "ORD-01", **values: Value) -> uuid.UUID:
        """A submitted order of a salesperson over two bicycles and freight, 5% discount."""
        made: dict[str, Value] = {
            "name": "Bicycles for Adatum", "ordernumber": number, "statecode": SUBMITTED, "statuscode": 3,
            "customerid": Ref("account", self.adatum_account), "ownerid": Ref("systemuser", self.jim_user),
            "transactioncurrencyid": Ref("transactioncurrency", self.gbp), "discountpercentage": D(5),
            "discountamount": D(0), "totallineitemamount": D(298), "totalamountlessfreight": D("283.10"),
            "freightamount": D("12.50"), "totaltax": D(0), "totalamount": D("295.60"),
        }  # fmt: skip
        return self.crm.add("salesorder", **{**made, **values})

    def order(self, no: str = "101005", **values: Value) -> uuid.UUID:
        """What became of it here, with VAT of 20%."""
        made: dict[str, Value] = {
            "document_type": 1, "status": 1, "no": no, "sell_to_customer_no": Ref("customer", self.adatum),
            "sell_to_customer_name": "Adatum", "your_reference": "ORD-01", "completely_invoiced": False,
            "salesperson_code": Ref("salesperson", self.jim), "prices_including_vat": False,
            "amount": D("295.60"), "amount_including_vat": D("354.72"), "invoice_discount_amount": D("14.90"),
        }  # fmt: skip
        id = self.erp.add("sales_header", **{**made, **values})
        self.erp.add("sales_line", document_no=Ref("sales_header", id), line_no=10000, type=2, no="1000",
                     amount=D("283.10"))  # fmt: skip
        self.erp.add("sales_line", document_no=Ref("sales_header", id), line_no=20000, type=1, no=FREIGHT,
                     amount=D("12.50"))  # fmt: skip
        return id

    def coupled_order(self, **values: Value) -> tuple[uuid.UUID, uuid.UUID]:
        """An order with its Sales order, as the flow that creates orders leaves them."""
        order, sales_order = self.order(**values), self.sales_order()
        self.remember_order(order, sales_order)
        return order, sales_order

    def remember_order(self, order: uuid.UUID, sales_order: uuid.UUID) -> None:
        """What the flow of orders does once it has looked at a Sales order: its version is remembered."""
        version = self.crm.get("salesorder", [sales_order], [])[sales_order].version
        ledger = self.ledger(standard(ORDER))
        pair = ledger.rows.get(order) or Pair(order, sales_order, State.COUPLED)
        ledger.remember([replace(pair, seen_crm=version)])

    # --- invoices -------------------------------------------------------------------------------------------

    def invoice(self, *lines: dict[str, Any], no: str = "103001", **values: Value) -> uuid.UUID:
        """A posted invoice; its sums are those of its lines."""
        totals = {name: sum((line.get(name, D(0)) for line in lines), D(0))
                  for name in ("amount", "amount_including_vat")}  # fmt: skip
        discount = sum((line.get("inv_discount_amount", D(0)) for line in lines), D(0))
        made: dict[str, Value] = {
            "no": no, "sell_to_customer_no": Ref("customer", self.adatum), "sell_to_customer_name": "Adatum",
            "salesperson_code": Ref("salesperson", self.jim), "prices_including_vat": False, "cancelled": False,
            "invoice_discount_amount": discount, "remaining_amount": totals["amount_including_vat"], **totals,
        }  # fmt: skip
        id = self.erp.add("sales_invoice_header", **{**made, **values})
        for number, line in enumerate(lines, 1):
            rest = {"line_no": number * 10000, "document_no": Ref("sales_invoice_header", id)}
            rest["unit_of_measure_code"] = Ref("unit_of_measure", self.pieces)
            self.erp.add("sales_invoice_line", **{**rest, **line})
        return id

    def lines_of(self, invoice: uuid.UUID) -> list[dict[str, Value]]:
        """The lines in Sales of a posted invoice, by their number."""
        id = self.ledger(standard(INVOICE)).rows[invoice].crm_id
        rows = [row for row in self.all("invoicedetail") if row["invoiceid"] == Ref("invoice", id)]
        return sorted(rows, key=lambda row: int(str(row["lineitemnumber"])))


def bicycles(quantity: str = "2", **values: Value) -> dict[str, Value]:
    """The line of example 4 of the worked totals: two bicycles with 5% invoice discount."""
    made: dict[str, Value] = {
        "type": 2, "no": "1000", "description": "Bicycle", "quantity": D(quantity), "unit_price": D("149.00"),
        "inv_discount_amount": D("14.90"), "amount": D("283.10"), "amount_including_vat": D("339.72"),
    }  # fmt: skip
    return {**made, **values}


def freight(**values: Value) -> dict[str, Value]:
    made: dict[str, Value] = {
        "type": 1, "no": FREIGHT, "description": "Freight", "quantity": D(1), "unit_price": D("12.50"),
        "amount": D("12.50"), "amount_including_vat": D("15.00"),
    }  # fmt: skip
    return {**made, **values}
