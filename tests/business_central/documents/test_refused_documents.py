"""Documents that are refused by name, and what is made and numbered all the same."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest

from integration.business_central.models import Customer, Item, SalesHeader, SalesLine, VatPostingSetup
from integration.systems.errors import ConfigurationProblem, DuplicateKey, ReferenceMissing, Refused
from integration.systems.refusals import (
    CustomerBlocked,
    DiscountRefused,
    ItemBlocked,
    LineRefused,
    RateMissing,
    UnitDiffers,
    VatSetupMissing,
)
from integration.systems.values import Document, Ref, Row
from tests.business_central import trading
from tests.business_central.embedded import company, reference
from tests.business_central.trading import DAY, comment, currency, document, insert, item

D = Decimal

REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], type[Exception], str]] = {
    "no such item": (item("SOFA"), {}, LineRefused, "Line 10000: there is no item SOFA"),
    "no number": (item(""), {}, LineRefused, "there is no item without a number"),
    "discount above the line": (
        item(price=10, line_discount_amount=D("10.01")), {}, DiscountRefused, "of line 10000 is not between 0 and 100%",
    ),
    "percentage above 100": (
        item(price=10, line_discount_percent=D(101)), {}, DiscountRefused, "The discount of line 10000 is not between",
    ),
    "discount of nothing": (item(quantity=0, line_discount_amount=D(1)), {}, DiscountRefused, "line 10000"),
    "invoice discount above the lines": (
        item(price=10), {"invoice_discount_value": D("10.01")}, DiscountRefused, "is more than the lines that allow",
    ),
    "a comment with a quantity": (comment("Thanks", quantity=D(1)), {}, LineRefused, "Line 10000 is a comment"),
    "attached to nothing": (item(attached_to_line_no=70000), {}, Refused, "attached to line 70000, which is not there"),
    "kept by the company": (item(amount=D(1)), {}, Refused, "is kept by Business Central"),
    "a rate that is not there yet": (
        item(), {"currency_code": "EUR", "posting_date": DAY.replace(year=2025)}, RateMissing,
        "no exchange rate of EUR on 2025-01-15",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_document_that_cannot_be_is_refused_by_name(name: str) -> None:
    line, header, kind, message = REFUSED[name]
    if "currency_code" in header:
        header = {**header, "currency_code": currency(header["currency_code"])}

    error = insert(document(line, **header))[0].error

    assert isinstance(error, kind)
    assert message in str(error)
    assert not SalesHeader.objects.exists()
    assert not SalesLine.objects.exists()


@pytest.mark.parametrize(
    ("blocking", "message"),
    [({"blocked": 1}, "(Ship)"), ({"blocked": 3}, "(All)"), ({"privacy_blocked": True}, "for privacy")],
)
def test_a_blocked_customer_buys_nothing(blocking: dict[str, Any], message: str) -> None:
    Customer.objects.filter(no="ADATUM").update(**blocking)

    error = insert(document(item()))[0].error

    assert isinstance(error, CustomerBlocked)
    assert message in str(error)


def test_a_blocked_payer_and_a_blocked_item_are_refused_too() -> None:
    Customer.objects.filter(no="CONTOSO").update(blocked=3)
    Item.objects.filter(no="LAMP").update(blocked=True)

    payer, lamp = insert(document(item(), bill_to_customer_no=trading.customer("CONTOSO")), document(item("LAMP")))

    assert isinstance(payer.error, CustomerBlocked)
    assert isinstance(lamp.error, ItemBlocked)


def test_another_unit_than_the_items_is_refused() -> None:
    box = Ref("unit_of_measure", uuid.uuid4())
    company.insert("unit_of_measure", [Row(box.id, {"code": "BOX"})])

    error = insert(document(item(unit_of_measure_code=box)))[0].error

    assert isinstance(error, UnitDiffers)
    assert str(error) == "Line 10000 is in BOX, item DESK is sold in PCS. Change the line."


def test_vat_without_a_rate_is_refused_by_the_two_groups() -> None:
    VatPostingSetup.objects.filter(vat_identifier="VAT20").delete()

    error = insert(document(item()))[0].error

    assert isinstance(error, VatSetupMissing)
    assert "No VAT rate for VAT Business Posting Group (blank) and VAT Product Posting Group STANDARD" in str(error)


def test_a_customer_that_is_not_there_is_refused_and_the_others_are_made() -> None:
    good, bad = document(item()), document(item(), sell_to_customer_no=Ref("customer", uuid.uuid4()))

    answers = insert(bad, good)

    assert isinstance(answers[0].error, ReferenceMissing)
    assert answers[1].ok


def test_two_lines_with_one_number_are_refused() -> None:
    error = insert(document(item(line_no=10000), item(line_no=10000)))[0].error

    assert "two lines with the number 10000" in str(error)


def test_a_number_that_is_used_is_a_duplicate_and_the_others_are_made() -> None:
    first, again, other = insert(document(item(), no="SO-1"), document(item(), no="SO-1"), document(item()))

    assert (first.ok, other.ok) == (True, True)
    assert isinstance(again.error, DuplicateKey)
    assert sorted(SalesHeader.objects.values_list("no", flat=True)) == ["101001", "SO-1"]
    assert SalesLine.objects.count() == 2


def test_a_line_of_another_document_is_refused() -> None:
    stored = trading.order(item())
    given = document(item())
    stray = Row(uuid.uuid4(), {**item(), "document_no": reference(stored)})

    error = insert(Document(given.header, {"sales_line": [stray]}))[0].error

    assert "names another document" in str(error)
    assert SalesLine.objects.count() == 1


def test_only_sales_documents_come_as_a_whole() -> None:
    with pytest.raises(ConfigurationProblem, match="Customer has no lines"):
        company.insert_documents("customer", [])
    with pytest.raises(ConfigurationProblem, match="but no item"):
        insert(Document(document().header, {"item": []}))


def test_an_order_that_is_refused_costs_no_number() -> None:
    insert(document(item("SOFA")))

    assert trading.order(item()).no == "101001"
