"""What the demo company has sold already."""

from __future__ import annotations

import pytest

from integration.business_central import demo
from integration.business_central.models import CustLedgerEntry, Item, SalesInvoiceHeader
from integration.business_central.row_versions import committed_version
from tests.business_central.posting.books import D, assert_books_balance

pytestmark = pytest.mark.django_db


def test_a_newcomer_finds_invoices_paid_in_part_in_full_and_not_at_all_and_only_once() -> None:
    demo.fill(customers=10)
    stocked = dict(Item.objects.values_list("no", "inventory"))

    demo.sell()

    rows = SalesInvoiceHeader.objects.order_by("no").select_related("bill_to_customer_no", "currency_code")
    left = [(row.bill_to_customer_no.name, round(row.remaining_amount / row.amount_including_vat, 2)) for row in rows]
    assert left == [("Adatum Corporation", D("0.60")), ("Trey Research", 0), ("Coho Winery", 1)]
    assert rows[0].pmt_discount_date is not None
    assert rows[2].currency_code is not None
    assert CustLedgerEntry.objects.filter(document_type=1).count() == 2
    assert sum(stocked.values()) - sum(Item.objects.values_list("inventory", flat=True)) == 43
    assert_books_balance()
    before = committed_version()
    demo.sell()
    assert committed_version() == before


def test_a_company_without_some_of_these_customers_has_sold_less() -> None:
    demo.fill(customers=1)

    demo.sell()

    assert SalesInvoiceHeader.objects.get().bill_to_customer_no.name == "Adatum Corporation"
