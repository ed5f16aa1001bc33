"""Lines of which nothing is left to invoice keep the discounts of their invoices, whatever becomes of the rest."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration.business_central.models import SalesHeader, SalesInvoiceHeader
from integration.business_central.posting.changing import DocumentChange, change, preview
from integration.business_central.posting.crediting import cancel
from integration.business_central.posting.invoicing import invoice, ship_and_invoice
from integration.business_central.posting.shipping import ship
from integration.business_central.posting.states import release, reopen
from integration.systems.refusals import DiscountRefused, Invoiced
from integration.systems.values import Row
from tests.business_central.posting.shipments import to_ship
from tests.business_central.trading import item, lines_of, order

D = Decimal


@pytest.fixture
def begun() -> SalesHeader:
    """Of ten desks for 100.00 and ten lamps for 100.00 less 20.00, four desks are invoiced; the order is open again."""
    made = order(item(quantity=10, price=10), item("LAMP", 10, price=10), invoice_discount_value=D("20.00"))
    to_ship(made, 4)
    to_ship(made, 0, at=1)
    ship(made.pk)
    invoice(made.pk)
    reopen(made.pk)
    return made


def set_line(made: SalesHeader, at: int, **values: Any) -> None:
    change(made.pk, DocumentChange(changed=[Row(lines_of(made)[at].pk, values)]))


def shares(made: SalesHeader) -> list[Decimal]:
    return [line.inv_discount_amount for line in lines_of(made)]


def invoiced(made: SalesHeader) -> Decimal:
    """What all invoices that stand come to."""
    standing = SalesInvoiceHeader.objects.filter(order_id=made.pk, cancelled=False)
    return sum((each.amount for each in standing), D(0))


def test_a_line_cut_down_to_what_is_invoiced_keeps_the_discount_of_its_invoices(begun: SalesHeader) -> None:
    asked = DocumentChange(changed=[Row(lines_of(begun)[0].pk, {"quantity": D(4)})])
    assert [line.inv_discount_amount for line in preview(begun.pk, asked).lines] == [4, 16]

    change(begun.pk, asked)

    begun.refresh_from_db()
    assert (shares(begun), begun.amount, begun.invoice_discount_value) == ([4, 16], 120, 20)
    release(begun.pk)
    assert shares(begun) == [4, 16]
    ship_and_invoice(begun.pk)
    begun.refresh_from_db()
    assert (begun.completely_invoiced, invoiced(begun)) == (True, begun.amount)


@pytest.mark.parametrize("values", [{"quantity": D(30)}, {"unit_price": D(30)}])
def test_a_line_invoiced_in_full_stays_as_it_is_where_another_one_changes(
    begun: SalesHeader, values: dict[str, Any]
) -> None:
    set_line(begun, 0, quantity=D(4))

    set_line(begun, 1, **values)

    assert shares(begun) == [4, 16]
    ship_and_invoice(begun.pk)
    begun.refresh_from_db()
    assert invoiced(begun) == begun.amount == 320


def test_a_discount_falls_away_where_no_line_is_left_to_take_it(begun: SalesHeader) -> None:
    lamp = lines_of(begun)[1]

    change(begun.pk, DocumentChange(changed=[Row(lines_of(begun)[0].pk, {"quantity": D(4)})], gone=[lamp.pk]))

    begun.refresh_from_db()
    assert (begun.invoice_discount_value, begun.amount, begun.completely_invoiced) == (4, 36, True)
    assert invoiced(begun) == 36


@pytest.mark.parametrize("typed", ["3.99", "104.01"])
def test_a_discount_of_the_document_covers_what_is_invoiced_and_what_is_not(begun: SalesHeader, typed: str) -> None:
    set_line(begun, 0, quantity=D(4))

    with pytest.raises(DiscountRefused, match=r"4.00 of the discount .* cannot be .* an amount from 4.00 to 104.00"):
        change(begun.pk, DocumentChange(header={"invoice_discount_value": D(typed)}))

    change(begun.pk, DocumentChange(header={"invoice_discount_value": D("4.01")}))
    assert shares(begun) == [4, D("0.01")]


def test_a_line_invoiced_in_full_takes_no_other_discount(begun: SalesHeader) -> None:
    with pytest.raises(Invoiced, match="Line 10000 is invoiced in full, so its discount and VAT stay"):
        set_line(begun, 0, quantity=D(4), line_discount_percent=D(10))

    set_line(begun, 0, line_discount_percent=D(10))


def test_a_line_is_open_again_once_its_invoice_is_canceled(begun: SalesHeader) -> None:
    set_line(begun, 0, quantity=D(4))

    cancel(SalesInvoiceHeader.objects.get().pk)
    set_line(begun, 1, quantity=D(16))

    assert shares(begun) == [4, 16]
    set_line(begun, 1, quantity=D(6))
    assert shares(begun) == [8, 12]
