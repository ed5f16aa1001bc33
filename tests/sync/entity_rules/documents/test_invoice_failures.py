"""Invoices that are refused, interrupted or made otherwise than the paper says: none is doubled, none is half there."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration.sync.run import Counters
from integration.systems.errors import DuplicateKey, Throttled, TimedOut
from tests.sync.entity_rules.cronus import TO_CRM, standard
from tests.sync.entity_rules.documents.cronus_trades import INVOICE, Trading, bicycles
from tests.sync.entity_rules.documents.invoicing import create, from_order, state, sums

D = Decimal


def test_sums_that_sales_makes_otherwise_fail_the_invoice(trading: Trading) -> None:
    trading.crm.plug_ins["invoice"] = lambda values: {"statecode": 0, **values, "totalamount": D("354.71")}
    invoice, _ = from_order(trading)
    assert create(trading, invoice) == Counters(failed=1)
    [failure] = trading.journal.failures
    assert failure.code == "totals-differ"
    assert "354.72" in failure.message
    assert "354.71" in failure.message


def test_a_number_that_is_taken_is_named(trading: Trading) -> None:
    trading.crm.unique["invoice"] = [("invoicenumber",)]
    trading.crm.add("invoice", name="Typed by hand", invoicenumber="103001")
    invoice = trading.invoice(bicycles())
    assert create(trading, invoice) == Counters(failed=1)
    [failure] = trading.journal.failures
    assert failure.code == "number-taken"
    assert "103001" in failure.message


@pytest.mark.parametrize("error", [TimedOut("no answer"), Throttled("slowly", retry_after=1)])
@pytest.mark.parametrize("done", [0, None], ids=["before it arrived", "behind it"])
def test_an_answer_that_never_came_makes_no_second_invoice(
    trading: Trading, error: Exception, done: int | None
) -> None:
    invoice, _ = from_order(trading)
    trading.crm.fail_on("insert_documents", error, done=done)
    with pytest.raises(type(error)):
        create(trading, invoice)
    trading.run(TO_CRM, standard(INVOICE))
    assert (len(trading.crm.ids("invoice")), len(trading.crm.ids("invoicedetail"))) == (1, 2)
    assert trading.is_coupled(INVOICE, invoice)
    assert sums(trading, invoice) == [D("295.60"), D("14.90"), D("59.12"), D("354.72")]


def test_lines_that_an_interrupted_run_left_out_are_added(trading: Trading) -> None:
    invoice, _ = from_order(trading)
    trading.erp.edit("sales_invoice_header", invoice, remaining_amount=D("100.00"))
    trading.crm.fail_on("insert_documents", TimedOut("no answer"), done=None)
    with pytest.raises(TimedOut):
        create(trading, invoice)
    [there], lines = trading.crm.ids("invoice"), trading.crm.ids("invoicedetail")
    trading.crm.remove("invoicedetail", lines[1])
    trading.crm.edit("invoicedetail", lines[0], by=trading.crm.user_id, baseamount=None, extendedamount=D(0))
    trading.crm.edit("invoice", there, by=trading.crm.user_id, statecode=0, statuscode=4, totalamount=D(0))
    assert trading.run(TO_CRM, standard(INVOICE)) == Counters(inserted=1)
    assert set(trading.crm.ids("invoicedetail")) == set(lines)
    amounts = [(row["baseamount"], row["extendedamount"]) for row in trading.lines_of(invoice)]
    assert amounts == [(D("298.00"), D("354.62")), (D("12.50"), D("15.00"))]
    assert sums(trading, invoice) == [D("295.60"), D("14.90"), D("59.12"), D("354.72")]
    assert state(trading, invoice) == (2, 100002)


def test_duplicates_of_somebody_else_are_no_invoice_of_ours(trading: Trading) -> None:
    invoice = trading.invoice(bicycles())
    trading.crm.fail_on("insert_documents", DuplicateKey("A line is there already."))
    assert create(trading, invoice) == Counters(failed=1)
    assert not trading.is_coupled(INVOICE, invoice)
