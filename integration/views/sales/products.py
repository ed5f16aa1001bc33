"""The lines of a document on both sides, and the totals beside each other."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from integration.connection import systems
from integration.systems.filters import Comparison
from integration.systems.system import System, every
from integration.systems.values import Record, Ref, Value
from integration.systems.wording import value_text
from integration.views.sales.kinds import Kind
from integration.views.sales.money import Currency, quantity

HEADER, LINE = "sales_header", "sales_line"
SALES = (
    "productid", "productdescription", "description", "uomid", "quantity", "priceperunit", "volumediscountamount",
    "manualdiscountamount", "tax", "extendedamount", "sequencenumber", "lineitemnumber",
)  # fmt: skip
ERP = (
    "line_no", "type", "no", "description", "unit_of_measure_code", "quantity", "unit_price", "line_discount_amount",
    "inv_discount_amount", "amount", "amount_including_vat",
)  # fmt: skip
COMMENT = 0
TAX, TOTAL = "Tax", "Total"
LINES_DIFFER = (
    "The lines still show the tax that was entered in Dynamics 365 Sales, together {lines}; the header shows that of "
    "Business Central, {header}. Business Central's is the one that is invoiced."
)


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line as text; a comment has its text alone. ``tax_amount`` is the number behind ``tax``."""

    product: str
    text: str = ""
    unit: str = ""
    quantity: str = ""
    price: str = ""
    discount: str = ""
    tax: str = ""
    amount: str = ""
    is_comment: bool = False
    tax_amount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Total:
    """One total as both sides have it; blank where a side has none."""

    label: str
    sales: str
    erp: str = ""
    differs: bool = False


def sales_lines(kind: Kind, crm: System, id: uuid.UUID, currency: Currency | None) -> list[DocumentLine]:
    """The lines of a document of Sales, in its order."""
    fields = crm.describe(kind.line_table).fields
    wanted = [name for name in SALES if name in fields]
    records = every(crm, kind.line_table, Comparison(kind.owner, "=", id), wanted)
    return [_of_sales(record, currency or Currency()) for record in sorted(records, key=_place)]


def _place(record: Record) -> tuple[int, int, str]:
    numbers = (record.values.get("sequencenumber"), record.values.get("lineitemnumber"))
    first, second = (number if isinstance(number, int) else 0 for number in numbers)
    return first, second, str(record.id)


def _of_sales(record: Record, currency: Currency) -> DocumentLine:
    values = record.values
    product, text = values.get("productid"), str(values.get("productdescription") or "")
    memo = str(values.get("description") or "")
    number = _number(values, "quantity")
    discount = number * _number(values, "volumediscountamount") + _number(values, "manualdiscountamount")
    return DocumentLine(
        value_text(product) if isinstance(product, Ref) else "(write-in)",
        " – ".join(dict.fromkeys(part for part in (text, memo) if part)),
        value_text(values.get("uomid")),
        quantity(values.get("quantity")),
        price(values.get("priceperunit"), currency),
        currency.text(discount) if discount else "",
        currency.text(values.get("tax")),
        currency.text(values.get("extendedamount")),
        tax_amount=_number(values, "tax"),
    )


def price(value: Value, currency: Currency) -> str:
    """A price with the decimals of its currency, and more where it has more."""
    if not isinstance(value, Decimal):
        return ""
    places = value.normalize().as_tuple().exponent
    return f"{value:,.{max(currency.places, -places if isinstance(places, int) else 0)}f}"


def erp_lines(erp: System, id: uuid.UUID) -> list[DocumentLine]:
    """The lines of a document of Business Central."""
    currency = _erp_currency(erp, erp.get(HEADER, [id], ("currency_code",)).get(id))
    return [_of_erp(one, currency) for one in every(erp, LINE, Comparison("document_no", "=", id), ERP, ("line_no",))]


def _of_erp(record: Record, currency: Currency) -> DocumentLine:
    values = record.values
    text = str(values["description"])
    if values["type"] == COMMENT:
        return DocumentLine("", text, is_comment=True)
    discount = _number(values, "line_discount_amount") + _number(values, "inv_discount_amount")
    tax = _number(values, "amount_including_vat") - _number(values, "amount")
    return DocumentLine(
        str(values["no"]),
        text,
        value_text(values["unit_of_measure_code"]),
        quantity(values["quantity"]),
        price(values["unit_price"], currency),
        currency.text(discount) if discount else "",
        currency.text(tax),
        currency.text(values["amount_including_vat"]),
        tax_amount=tax,
    )


def totals(
    record: Record, currency: Currency | None, erp: System, erp_id: uuid.UUID | None
) -> tuple[list[Total], tuple[str, str]]:
    """The totals of a document and of what became of it, and both currencies."""
    money, values = currency or Currency(), record.values
    header = erp.get(HEADER, [erp_id], ("currency_code", "amount", "amount_including_vat")) if erp_id else {}
    ours = next(iter(header.values()), None)
    own = _erp_currency(erp, ours) if ours else Currency()
    less, freight = _number(values, "totalamountlessfreight"), _number(values, "freightamount")
    rows: list[tuple[str, Decimal, Decimal | None]] = [
        ("Before freight and tax", less, None),
        ("Freight", freight, None),
        ("Without tax", less + freight, _number(ours.values, "amount") if ours else None),
        (TAX, _number(values, "totaltax"), _tax(ours) if ours else None),
        (TOTAL, _number(values, "totalamount"), _number(ours.values, "amount_including_vat") if ours else None),
    ]
    shown = [
        Total(label, money.text(one), "" if other is None else own.text(other), other is not None and one != other)
        for label, one, other in rows
    ]
    return shown, (money.code, own.code if ours else "")


def hint_about_tax(record: Record, lines: Sequence[DocumentLine], shown: Sequence[Total]) -> str:
    """Of an order only the header is written back: where its tax is Business Central's, the lines may still have the
    salesperson's. Blank where they do not differ, or where the header is not ours yet."""
    tax = next((one for one in shown if one.label == TAX), None)
    on_lines = sum((line.tax_amount for line in lines), Decimal(0))
    if tax is None or not tax.erp or tax.differs or on_lines == _number(record.values, "totaltax"):
        return ""
    return LINES_DIFFER.format(lines=f"{on_lines.normalize():,f}", header=tax.erp)


def _tax(header: Record) -> Decimal:
    return _number(header.values, "amount_including_vat") - _number(header.values, "amount")


def _erp_currency(erp: System, header: Record | None) -> Currency:
    """The currency of a document: without one, the company's own."""
    ref = header.values["currency_code"] if header is not None else None
    if not isinstance(ref, Ref):
        return Currency(systems.local_currency())
    row = erp.get("currency", [ref.id], ("iso_code", "amount_rounding_precision")).get(ref.id)
    step = row.values["amount_rounding_precision"] if row is not None else None
    places = step.normalize().as_tuple().exponent if isinstance(step, Decimal) else -2
    return Currency(ref.label, max(0, -places) if isinstance(places, int) else 2)


def _number(values: Mapping[str, Value], name: str) -> Decimal:
    value = values.get(name)
    return value if isinstance(value, Decimal) else Decimal(0)
