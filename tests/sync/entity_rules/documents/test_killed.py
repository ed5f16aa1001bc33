"""A process that dies while it carries invoices: each is there once, whole, and in the state of the paper."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration.sync.run import Options
from tests.sync.entity_rules.cronus import TO_CRM, standard
from tests.sync.entity_rules.documents.cronus_trades import INVOICE, Trading, bicycles, freight
from tests.sync.mortal import every_death

D = Decimal
CREATE = Options(create=True)


def two_invoices() -> Trading:
    trading = Trading()
    trading.invoice(bicycles(), freight(), remaining_amount=D("100.00"))
    trading.invoice(bicycles(), no="103002", remaining_amount=D(0))
    return trading


def check(trading: Trading) -> None:
    rows = {row["invoicenumber"]: row for row in trading.all("invoice")}
    assert len(trading.crm.ids("invoice")) == len(rows) == 2
    assert len(trading.crm.ids("invoicedetail")) == 3
    assert [(rows[no]["totalamount"], rows[no]["statuscode"]) for no in ("103001", "103002")] == [
        (D("354.72"), 100002), (D("339.72"), 100001),
    ]  # fmt: skip
    assert all(trading.is_coupled(INVOICE, id) for id in trading.erp.ids("sales_invoice_header"))
    assert len([row for row in trading.all("pricelevel") if row["name"].startswith("Business Central")]) == 1


def test_killed_at_any_step_each_invoice_is_made_once_and_whole() -> None:
    assert every_death(two_invoices, TO_CRM, standard(INVOICE), CREATE, check) > 5


@pytest.mark.parametrize("remaining", ["0", "339.72"], ids=["paid", "unapplied"])
def test_killed_at_any_step_the_state_ends_as_what_remains_to_be_paid(remaining: str) -> None:
    def paid() -> Trading:
        trading = two_invoices()
        trading.run(TO_CRM, standard(INVOICE), create=True)
        for invoice in trading.erp.ids("sales_invoice_header"):
            trading.erp.edit("sales_invoice_header", invoice, remaining_amount=D(remaining))
        return trading

    def check_state(trading: Trading) -> None:
        states = {row["invoicenumber"]: row["statuscode"] for row in trading.all("invoice")}
        expected = 100001 if remaining == "0" else 4
        assert states == {"103001": expected if remaining == "0" else 100002, "103002": expected}

    assert every_death(paid, TO_CRM, standard(INVOICE), Options(), check_state) > 3
