"""Sales orders: what becomes of an order is told to the Sales order that it came from, and nothing else is."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from integration.sync.rules import DeletionPolicy
from integration.sync.run import Counters, Options, Scope
from tests.sync.entity_rules.cronus import TO_CRM, changed, standard
from tests.sync.entity_rules.documents.cronus_trades import INVOICED, ORDER, SUBMITTED, Trading
from tests.sync.mortal import every_death

D = Decimal
SUMS = ("totalamountlessfreight", "freightamount", "totaltax", "totalamount", "discountamount", "discountpercentage")
CANCELED, FULFILLED, ACTIVE = 2, 3, 0


def sums(trading: Trading, sales_order: UUID) -> list[Decimal]:
    values = trading.crm.values("salesorder", sales_order)
    return [values[name] for name in SUMS]


def state(trading: Trading, sales_order: UUID) -> tuple[int, int]:
    values = trading.crm.values("salesorder", sales_order)
    return values["statecode"], values["statuscode"]


def run(trading: Trading, **more: Any) -> Counters:
    return trading.run(TO_CRM, standard(ORDER), **more)


def test_the_sums_of_business_central_stand_in_sales_with_freight_apart(trading: Trading) -> None:
    _order, there = trading.coupled_order()
    assert run(trading) == Counters(modified=1)
    assert sums(trading, there) == [D("283.10"), D("12.50"), D("59.12"), D("354.72"), D(0), D(5)]
    assert run(trading) == Counters()


def test_another_invoice_discount_replaces_what_the_salesperson_typed(trading: Trading) -> None:
    _order, there = trading.coupled_order(
        amount=D("290.50"), amount_including_vat=D("348.60"), invoice_discount_amount=D("20.00")
    )
    run(trading)
    assert sums(trading, there) == [D("278.00"), D("12.50"), D("58.10"), D("348.60"), D("20.00"), D(0)]


def test_a_percentage_of_prices_that_included_vat_stays(trading: Trading) -> None:
    """1 x 120.00 including VAT of 20%, 10% off: 100.00 - 10.00 = 90.00 + 18.00 here, 120.00 - 12.00 there."""
    order = trading.erp.add(
        "sales_header", document_type=1, status=1, no="101016", completely_invoiced=False, amount=D("90.00"),
        amount_including_vat=D("108.00"), invoice_discount_amount=D("10.00"),
    )  # fmt: skip
    there = trading.sales_order(discountpercentage=D(10), totallineitemamount=D("120.00"), freightamount=D(0))
    trading.remember_order(order, there)
    run(trading)
    assert sums(trading, there) == [D("90.00"), D("0.00"), D("18.00"), D("108.00"), D("0.00"), D("10.00")]


def test_an_order_without_a_coupling_goes_nowhere_also_in_a_full_run(trading: Trading) -> None:
    order = trading.order()
    assert run(trading, create=True, scope=Scope.EVERYTHING) == Counters()
    assert trading.ids(TO_CRM, order, rule=standard(ORDER), create=True) == Counters(skipped=1)
    assert trading.crm.ids("salesorder") == []
    assert trading.reasons() == ["It is not coupled, and this mapping makes no new records."]


@pytest.mark.parametrize("values", [{"status": 0}, {"document_type": 0}], ids=["open", "quote"])
def test_only_released_orders_go_whatever_the_filter_of_the_mapping(trading: Trading, values: dict) -> None:
    order, _ = trading.coupled_order(**values)
    assert run(trading) == Counters()
    assert trading.ids(TO_CRM, order, rule=changed(ORDER, erp_filter="")) == Counters(skipped=1)
    assert trading.reasons() == ["Only released orders go to Dynamics 365 Sales."]


def test_the_number_is_never_written(trading: Trading) -> None:
    _order, there = trading.coupled_order()
    run(trading)
    assert trading.crm.values("salesorder", there)["ordernumber"] == "ORD-01"
    assert trading.journal.failures == []


def test_header_changes_go_to_sales(trading: Trading) -> None:
    order, there = trading.coupled_order()
    run(trading)
    trading.erp.edit("sales_header", order, ship_to_city="Bristol", requested_delivery_date=dt.date(2027, 1, 15))
    trading.erp.edit("sales_header", order, last_shipment_date=dt.date(2027, 1, 12))
    assert run(trading) == Counters(modified=1)
    written = trading.crm.values("salesorder", there)
    assert (written["shipto_city"], written["datefulfilled"]) == ("Bristol", dt.date(2027, 1, 12))
    assert written["requestdeliveryby"] == dt.date(2027, 1, 15)


def test_sums_that_sales_works_out_by_itself_are_named_and_all_else_goes(trading: Trading) -> None:
    _, there = trading.coupled_order(ship_to_city="Bristol")
    trading.keep_amounts(False)
    assert run(trading) == Counters(modified=1, failed=1)
    [failure] = trading.journal.failures
    assert (failure.code, "354.72" in failure.message) == ("totals-differ", True)
    values = trading.crm.values("salesorder", there)
    assert (values["shipto_city"], values["totalamount"]) == ("Bristol", D("295.60"))


# --- the state ------------------------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMSalesOrderIntegrTest.CRMSalesOrderStateSubmittedAfterNAVOrderShippedOnly")
@pytest.mark.scenario("CRMSalesOrderIntegrTest.CRMSalesOrderStateSubmittedAfterPartlyInvoicedNAVOrder")
def test_a_sales_order_stays_submitted_until_its_order_is_completely_invoiced(trading: Trading) -> None:
    order, there = trading.coupled_order()
    trading.erp.edit("sales_header", order, last_shipment_date=dt.date(2027, 1, 12))
    run(trading)
    assert state(trading, there) == (SUBMITTED, 3)


@pytest.mark.scenario("CRMSalesOrderIntegrTest.CRMSalesOrderStateInvoicedAfterFullyInvoicedNAVOrder")
def test_a_completely_invoiced_order_is_invoiced_in_sales_and_submitted_again_when_its_invoice_is_canceled(
    trading: Trading,
) -> None:
    order, there = trading.coupled_order()
    run(trading)
    trading.erp.edit("sales_header", order, completely_invoiced=True)
    assert run(trading) == Counters(modified=1)
    assert state(trading, there) == (INVOICED, 100003)
    trading.erp.edit("sales_header", order, completely_invoiced=False)
    assert run(trading) == Counters(modified=1)
    assert state(trading, there) == (SUBMITTED, 3)


@pytest.mark.parametrize("set_by_a_person", [CANCELED, FULFILLED, INVOICED, ACTIVE])
def test_a_state_that_a_person_set_is_left_alone(trading: Trading, set_by_a_person: int) -> None:
    order, there = trading.coupled_order()
    run(trading)
    trading.crm.edit("salesorder", there, statecode=set_by_a_person, statuscode=7)
    trading.remember_order(order, there)
    trading.erp.edit("sales_header", order, completely_invoiced=True, amount=D(1), ship_to_city="Bristol")
    assert run(trading) == Counters(unchanged=1)
    assert state(trading, there) == (set_by_a_person, 7)
    assert trading.crm.values("salesorder", there)["shipto_city"] == ""


def test_what_somebody_changed_in_sales_is_not_written_over_until_it_was_looked_at(trading: Trading) -> None:
    order, there = trading.coupled_order()
    run(trading)
    trading.crm.edit("salesorder", there, shipto_city="Leeds")
    trading.erp.edit("sales_header", order, ship_to_city="Bristol")
    assert run(trading) == Counters(skipped=1)
    assert "changed in Dynamics 365 Sales" in trading.reasons()[0]
    assert run(trading) == Counters()
    trading.remember_order(order, there)
    assert run(trading) == Counters(modified=1)
    assert trading.crm.values("salesorder", there)["shipto_city"] == "Bristol"


def test_what_we_wrote_ourselves_waits_for_nobody(trading: Trading) -> None:
    _order, there = trading.coupled_order()
    trading.crm.edit("salesorder", there, by=trading.crm.user_id, lastbackofficesubmit=dt.date(2027, 1, 5))
    assert run(trading) == Counters(modified=1)


# --- deleted --------------------------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMSalesOrderIntegrTest.CRMSalesOrderUncoupledAfterSalesHeaderDelete")
def test_a_deleted_order_may_be_submitted_once_more(trading: Trading) -> None:
    order, there = trading.coupled_order()
    trading.crm.edit("salesorder", there, by=trading.crm.user_id, lastbackofficesubmit=dt.date(2027, 1, 5))
    run(trading)
    trading.erp.remove("sales_header", order)
    assert run(trading) == Counters(uncoupled=1)
    assert state(trading, there) == (ACTIVE, 2)
    assert trading.crm.values("salesorder", there)["lastbackofficesubmit"] is None
    assert not trading.is_coupled(ORDER, order)


def test_a_deleted_order_whose_sales_order_was_taken_back_counts_as_never_sent(trading: Trading) -> None:
    order, there = trading.coupled_order()
    run(trading)
    trading.crm.edit("salesorder", there, statecode=ACTIVE, statuscode=1, lastbackofficesubmit=dt.date(2027, 1, 5))
    trading.erp.remove("sales_header", order)
    assert run(trading) == Counters(uncoupled=1)
    assert state(trading, there) == (ACTIVE, 1)
    assert trading.crm.values("salesorder", there)["lastbackofficesubmit"] is None


def test_of_a_deleted_order_that_was_invoiced_the_sales_order_is_invoiced(trading: Trading) -> None:
    order, there = trading.coupled_order()
    run(trading)
    trading.erp.add("sales_invoice_line", order_id=order, quantity=D(1))
    trading.erp.remove("sales_header", order)
    assert run(trading) == Counters(uncoupled=1)
    assert state(trading, there) == (INVOICED, 100003)


@pytest.mark.scenario("CRMSalesOrderIntegrTest.DeleteSalesOrderCoupledToDeletedCRMSalesOrder")
def test_an_order_and_its_sales_order_may_both_be_deleted(trading: Trading) -> None:
    order, there = trading.coupled_order()
    run(trading)
    trading.crm.remove("salesorder", there)
    trading.erp.remove("sales_header", order)
    assert run(trading) == Counters()
    assert not trading.is_coupled(ORDER, order)


def test_a_deleted_sales_order_is_named_and_nothing_is_made_of_it(trading: Trading) -> None:
    _order, there = trading.coupled_order()
    trading.crm.remove("salesorder", there)
    rule = changed(ORDER, deletion=DeletionPolicy.NONE)
    assert trading.run(TO_CRM, rule) == Counters(failed=1)
    assert "was deleted" in trading.messages()


# --- deaths ---------------------------------------------------------------------------------------------------------


def invoiced() -> Trading:
    trading = Trading()
    order, _ = trading.coupled_order()
    run(trading)
    trading.erp.edit("sales_header", order, completely_invoiced=True, ship_to_city="Bristol")
    return trading


def test_killed_at_any_step_an_invoiced_order_ends_as_invoiced_in_sales() -> None:
    def check(trading: Trading) -> None:
        [there] = trading.crm.ids("salesorder")
        assert state(trading, there) == (INVOICED, 100003)
        assert trading.crm.values("salesorder", there)["shipto_city"] == "Bristol"
        [order] = trading.erp.ids("sales_header")
        trading.erp.edit("sales_header", order, completely_invoiced=False)
        run(trading)
        assert state(trading, there) == (SUBMITTED, 3)

    assert every_death(invoiced, TO_CRM, standard(ORDER), Options(), check) > 3


def test_killed_at_any_step_a_deleted_order_ends_as_reopened_in_sales() -> None:
    def deleted() -> Trading:
        trading = invoiced()
        run(trading)
        trading.erp.edit("sales_header", trading.erp.ids("sales_header")[0], completely_invoiced=False)
        run(trading)
        trading.erp.remove("sales_header", trading.erp.ids("sales_header")[0])
        return trading

    def check(trading: Trading) -> None:
        [there] = trading.crm.ids("salesorder")
        assert state(trading, there) == (ACTIVE, 2)
        assert trading.ledger(standard(ORDER)).rows == {}

    assert every_death(deleted, TO_CRM, standard(ORDER), Options(), check) > 3
