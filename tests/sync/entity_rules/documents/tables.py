"""The tables of orders, posted invoices and notes of both sides, as far as the engine carries them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from integration.systems.values import Field, FieldType, Money, Option, Table
from tests.makers import code, option, reference, table, text

DOCUMENT_TYPE = (Option(0, "Quote"), Option(1, "Order"), Option(2, "Invoice"))
DOCUMENT_STATUS = (Option(0, "Open"), Option(1, "Released"))
LINE_TYPE = (Option(0, " "), Option(1, "G/L Account"), Option(2, "Item"), Option(3, "Resource"))
ORDER_STATE = (
    Option(0, "Active"), Option(1, "Submitted"), Option(2, "Canceled"), Option(3, "Fulfilled"), Option(4, "Invoiced"),
)  # fmt: skip
INVOICE_STATE = (Option(0, "Active"), Option(2, "Paid"), Option(3, "Canceled"))
TERMS = (Option(1, "Net 30"), Option(2, "Net 60"))
METHODS = (Option(1, "DHL"), Option(2, "FedEx"))


def _number(name: str, scale: int = 5) -> Field:
    return Field(name, FieldType.DECIMAL, scale=scale)


def _money(name: str, **more: Decimal) -> Field:
    return Field(name, FieldType.DECIMAL, scale=4, money=Money.ROW, **more)


def _positive(name: str) -> Field:
    return _money(name, minimum=Decimal(0))


def _of_type(type: FieldType, *names: str) -> list[Field]:
    return [Field(name, type) for name in names]


def _header(*more: Field) -> list[Field]:
    return [
        code("no"), reference("sell_to_customer_no", "customer"), text("sell_to_customer_name"),
        text("ship_to_name"), text("ship_to_city", 30), text("bill_to_name"), text("bill_to_city", 30),
        text("your_reference", 35), reference("currency_code", "currency"),
        reference("salesperson_code", "salesperson"), reference("payment_terms_code", "payment_terms"),
        reference("shipment_method_code", "shipment_method"), reference("shipping_agent_code", "shipping_agent"),
        *_of_type(FieldType.DATE, "due_date", "shipment_date", "last_shipment_date", "requested_delivery_date"),
        Field("work_description", FieldType.MEMO), Field("prices_including_vat", FieldType.BOOLEAN),
        _number("amount", 3), _number("amount_including_vat", 3), _number("invoice_discount_amount", 3), *more,
    ]  # fmt: skip


def _line(header: str, *more: Field) -> list[Field]:
    return [
        reference("document_no", header), Field("line_no", FieldType.INTEGER), option("type", LINE_TYPE), code("no"),
        text("description"), reference("unit_of_measure_code", "unit_of_measure"), _number("quantity"),
        _number("unit_price"), Field("attached_to_line_no", FieldType.INTEGER),
        *(_number(name, 3) for name in ("line_discount_amount", "inv_discount_amount", "amount",
                                        "amount_including_vat")),
        *more,
    ]  # fmt: skip


def erp_tables() -> list[Table]:
    """What CRONUS has."""
    order_ids = _of_type(FieldType.UUID, "order_id")
    return [
        table("sales_header", "Sales Header", _header(
            option("document_type", DOCUMENT_TYPE), option("status", DOCUMENT_STATUS),
            Field("completely_invoiced", FieldType.BOOLEAN),
        ), named="sell_to_customer_name", numbered="no"),
        table("sales_line", "Sales Line", _line("sales_header"), named="description", numbered="line_no"),
        table("sales_invoice_header", "Sales Invoice Header", _header(
            *order_ids, code("order_no"), _number("remaining_amount", 3), Field("cancelled", FieldType.BOOLEAN),
        ), named="sell_to_customer_name", numbered="no"),
        table("sales_invoice_line", "Sales Invoice Line", _line("sales_invoice_header", *order_ids),
              named="description", numbered="line_no"),
        table("sales_receivables_setup", "Sales & Receivables Setup", [
            code("freight_g_l_account_no"), code("write_in_product_no"),
        ], named="freight_g_l_account_no"),
        table("note", "Note", [
            text("record_table", 60), Field("record_id", FieldType.UUID), Field("text", FieldType.MEMO),
        ], named="text"),
    ]  # fmt: skip


SUMS = (
    "totalamountlessfreight", "totaltax", "totalamount", "discountpercentage", "totallineitemamount",
    "totallineitemdiscountamount", "totaldiscountamount",
)  # fmt: skip


def _document(numbered: str, states: tuple[Option, ...], *more: Field) -> list[Field]:
    return [
        text("name", 300), Field(numbered, FieldType.TEXT, max_length=100, updatable=False),
        option("statecode", states), Field("statuscode", FieldType.INTEGER),
        reference("customerid", "account", "contact"), reference("ownerid", "systemuser", "team"),
        reference("pricelevelid", "pricelevel"), reference("opportunityid", "opportunity"),
        reference("transactioncurrencyid", "transactioncurrency"), text("shipto_name", 200), text("shipto_city", 80),
        text("billto_name", 200), text("billto_city", 80), option("paymenttermscode", TERMS),
        option("shippingmethodcode", METHODS), Field("description", FieldType.MEMO),
        *(_money(name) for name in SUMS), _positive("discountamount"), _positive("freightamount"), *more,
    ]  # fmt: skip


def crm_tables() -> list[Table]:
    """What the Sales organization has."""
    return [
        table("salesorder", "Order", _document("ordernumber", ORDER_STATE, *_of_type(
            FieldType.DATE, "datefulfilled", "requestdeliveryby", "lastbackofficesubmit",
        )), numbered="ordernumber"),
        table("invoice", "Invoice", _document("invoicenumber", INVOICE_STATE, reference("salesorderid", "salesorder"),
              *_of_type(FieldType.DATE, "duedate", "datedelivered")), numbered="invoicenumber"),
        table("invoicedetail", "Invoice Product", [
            reference("invoiceid", "invoice"), reference("productid", "product"), reference("uomid", "uom"),
            text("productdescription", 500), Field("description", FieldType.MEMO),
            Field("lineitemnumber", FieldType.INTEGER), _number("quantity"),
            *_of_type(FieldType.BOOLEAN, "isproductoverridden", "ispriceoverridden"),
            *(_money(name) for name in ("priceperunit", "tax", "volumediscountamount")),
            *(replace(_money(name), insertable=False) for name in ("baseamount", "extendedamount")),
            _positive("manualdiscountamount"),
        ], named="productdescription"),
        table("annotation", "Note", [
            text("subject", 500), Field("notetext", FieldType.MEMO), Field("isdocument", FieldType.BOOLEAN),
            reference("objectid", "account", "invoice", "quote", "salesorder"), text("objectidtypecode"),
        ], named="subject"),
    ]  # fmt: skip
