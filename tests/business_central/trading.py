"""A small company that sells: Adatum pays in pounds, Contoso in euros; a desk, a lamp, an hour, freight."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integration.business_central.models import (
    Currency,
    CurrencyExchangeRate,
    Customer,
    GLAccount,
    Item,
    PaymentTerms,
    Resource,
    SalesHeader,
    SalesLine,
    UnitOfMeasure,
    VatPostingSetup,
    VatProductPostingGroup,
)
from integration.business_central.posting.adjustments import post_adjustment
from integration.systems.values import Document, Ref, Row, Written
from tests.business_central.embedded import company

D = Decimal
DAY = dt.date(2027, 1, 15)
RATES = {"STANDARD": 20, "REDUCED": 5, "ZERO": 0, "TEN": 10}
WORTH = {"EUR": "1.1634", "JPY": "188.35", "KWD": "0.3905"}
ITEMS = (
    ("DESK", "Desk", 100, "STANDARD"),
    ("LAMP", "Lamp", 50, "STANDARD"),
    ("BOOK", "Book", 10, "REDUCED"),
    ("STAMP", "Stamp", 1, "ZERO"),
    ("TENTH", "Taxed at ten", 1, "TEN"),
)


def open_company() -> None:
    """Make what documents need."""
    piece, hour = UnitOfMeasure.objects.bulk_create(UnitOfMeasure(code=code) for code in ("PCS", "HOUR"))
    made = VatProductPostingGroup.objects.bulk_create(VatProductPostingGroup(code=code) for code in RATES)
    groups = {group.code: group for group in made}
    VatPostingSetup.objects.bulk_create(
        VatPostingSetup(vat_prod_posting_group=groups[code], vat_identifier=f"VAT{rate:02}", vat_percent=rate)
        for code, rate in RATES.items()
    )
    euro, *_ = currencies = Currency.objects.bulk_create(Currency(code=code, iso_code=code) for code in WORTH)
    CurrencyExchangeRate.objects.bulk_create(
        CurrencyExchangeRate(
            currency_code=currency, starting_date=dt.date(2026, 1, 1), exchange_rate_amount=D(WORTH[currency.code]),
            relational_exch_rate_amount=1,
        )
        for currency in currencies
    )  # fmt: skip
    terms = PaymentTerms.objects.create(
        code="30 DAYS", due_date_calculation="30D", discount_date_calculation="8D", discount_percent=2
    )
    Customer.objects.bulk_create(
        (
            Customer(no="ADATUM", name="Adatum", address="1 Mill Lane", city="Leeds", payment_terms_code=terms),
            Customer(no="CONTOSO", name="Contoso", currency_code=euro),
        )
    )
    Item.objects.bulk_create(
        Item(no=no, description=description, unit_price=price, base_unit_of_measure=piece,
             vat_prod_posting_group=groups[group])
        for no, description, price, group in ITEMS
    )  # fmt: skip
    Resource.objects.create(no="FITTER", name="Fitter", unit_price=60, base_unit_of_measure=hour,
                            vat_prod_posting_group=groups["STANDARD"])  # fmt: skip
    GLAccount.objects.create(no="6810", name="Freight", vat_prod_posting_group=groups["STANDARD"])


def stock(quantity: int = 1000) -> None:
    """Put desks and lamps on stock."""
    for no in ("DESK", "LAMP", "BOOK", "STAMP", "TENTH"):
        post_adjustment(Item.objects.get(no=no).pk, D(quantity), posting_date=DAY)


def item(no: str = "DESK", quantity: Any = 1, price: Any = None, **more: Any) -> dict[str, Any]:
    """A line of an item; without a price it has the item's."""
    priced = {} if price is None else {"unit_price": D(price)}
    return {"type": 2, "no": no, "quantity": D(quantity), **priced, **more}


def resource(quantity: Any = 1, price: Any = None, **more: Any) -> dict[str, Any]:
    return {**item("FITTER", quantity, price, **more), "type": 3}


def freight(price: Any) -> dict[str, Any]:
    return {"type": 1, "no": "6810", "quantity": D(1), "unit_price": D(price)}


def comment(text: str, **more: Any) -> dict[str, Any]:
    return {"type": 0, "description": text, **more}


def customer(no: str = "ADATUM") -> Ref:
    return Ref("customer", Customer.objects.get(no=no).pk)


def currency(code: str) -> Ref:
    return Ref("currency", Currency.objects.get(code=code).pk)


def document(*lines: Mapping[str, Any], id: uuid.UUID | None = None, whose: str = "ADATUM", **header: Any) -> Document:
    """An order as a flow hands it in, dated 15 January 2027."""
    days = dict.fromkeys(("order_date", "posting_date", "document_date"), DAY)
    id = id or uuid.uuid4()
    values = {"document_type": 1, "sell_to_customer_no": customer(whose), **days, **header}
    rows = [Row(uuid.uuid4(), {"document_no": Ref("sales_header", id), **line}) for line in lines]
    return Document(Row(id, values), {"sales_line": rows})


def insert(*documents: Document) -> list[Written]:
    return company.insert_documents("sales_header", documents)


def order(*lines: Mapping[str, Any], **header: Any) -> SalesHeader:
    """A stored order."""
    answer = insert(document(*lines, **header))[0]
    assert answer.ok, answer.error
    return SalesHeader.objects.get(pk=answer.id)


def lines_of(header: SalesHeader) -> list[SalesLine]:
    return list(SalesLine.objects.filter(document_no=header.pk).order_by("line_no"))
