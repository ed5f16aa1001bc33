"""Posted invoices in Sales: one document each, with the lines, the sums and the state of the paper."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration.sync.plan import Planner
from integration.sync.run import Counters, Options
from integration.sync.special.base import Run
from integration.systems.values import Ref, option_id
from tests.sync.entity_rules.cronus import TO_CRM, standard
from tests.sync.entity_rules.documents.cronus_trades import INVOICE, ORDER, Trading, bicycles, freight
from tests.sync.entity_rules.documents.invoicing import create, from_order, state, sums

D = Decimal
PRICED = ("priceperunit", "baseamount", "manualdiscountamount", "tax", "extendedamount")


@pytest.mark.scenario("CRMIntegrationMgtTest.ExtendedAmountIsCopiedToCRMInvoiceLine")
@pytest.mark.scenario("CRMSalesOrderIntegrTest.FreighLineOfSalesInvoiceCopiedToCRMInvoice")
@pytest.mark.parametrize("keeps", [True, False], ids=["kept by Sales", "worked out by Sales"])
def test_an_invoice_of_an_order_with_freight_is_that_of_the_paper(trading: Trading, keeps: bool) -> None:
    trading.keep_amounts(keeps)
    invoice, sales_order = from_order(trading)
    assert create(trading, invoice) == Counters(inserted=1)

    bicycle, transport = trading.lines_of(invoice)
    assert [bicycle[name] for name in PRICED] == [D("149.00"), D("298.00"), D(0), D("56.62"), D("354.62")]
    assert [transport[name] for name in PRICED] == [D("12.50"), D("12.50"), D(0), D("2.50"), D("15.00")]
    assert sums(trading, invoice) == [D("295.60"), D("14.90"), D("59.12"), D("354.72")]
    header = trading.twin(INVOICE, invoice)
    assert (header["freightamount"], header["discountpercentage"], header["totallineitemdiscountamount"]) == (0, 0, 0)
    assert (bicycle["productid"], transport["productdescription"]) == (
        Ref("product", trading.bicycle_product), "8510 Freight.",
    )  # fmt: skip
    assert header["salesorderid"] == Ref("salesorder", sales_order)
    assert header["name"] == "Bicycles for Adatum"
    assert header["customerid"] == Ref("account", trading.adatum_account)
    assert header["pricelevelid"].label == "Retail"
    assert state(trading, invoice) == (0, 4)


def test_a_second_time_nothing_is_doubled(trading: Trading) -> None:
    invoice, _ = from_order(trading)
    create(trading, invoice)
    assert create(trading, invoice) == Counters(unchanged=1)
    assert trading.run(TO_CRM, standard(INVOICE)) == Counters(unchanged=1)
    assert (len(trading.crm.ids("invoice")), len(trading.crm.ids("invoicedetail"))) == (1, 2)


def test_an_invoice_that_is_there_has_no_problem_when_it_is_looked_at_without_its_twin(trading: Trading) -> None:
    invoice, _ = from_order(trading)
    create(trading, invoice)
    rule = standard(INVOICE)
    run = Run(rule, TO_CRM, trading.erp, trading.crm, trading.ledger(rule), Options(create=True), trading.context)
    planner = Planner(run)
    [record] = trading.erp.get(rule.erp.name, [invoice], planner.source_columns).values()

    assert planner.problem(record) is None


def test_the_rounding_line_stands_only_where_sales_works_amounts_out(trading: Trading) -> None:
    thin = {"type": 2, "no": "1000", "description": "Bolts", "quantity": D(30), "unit_price": D("0.33333")}
    thin |= {"amount": D("10.00"), "amount_including_vat": D("12.00")}
    more = {"type": 2, "no": "1000", "description": "Tube", "quantity": D(1), "unit_price": D("5.00")}
    more |= {"amount": D("5.00"), "amount_including_vat": D("6.00")}
    trading.keep_amounts(False)
    worked_out = trading.invoice(thin, more, no="103013")
    create(trading, worked_out)
    *_, rounding = trading.lines_of(worked_out)
    assert (rounding["productdescription"], rounding["priceperunit"], rounding["quantity"]) == (
        "Rounding", D("0.10"), D(1),
    )  # fmt: skip
    trading.keep_amounts(True)
    kept = trading.invoice(thin, more, no="103014")
    create(trading, kept)
    assert [line["baseamount"] for line in trading.lines_of(kept)] == [D("10.00"), D("5.00")]
    assert sums(trading, kept) == sums(trading, worked_out) == [D("15.00"), D(0), D("3.00"), D("18.00")]


def test_a_fraction_of_a_piece_goes_as_it_is(trading: Trading) -> None:
    hose = {"type": 2, "no": "1000", "description": "Hose", "quantity": D("1.346"), "unit_price": D("19.99")}
    invoice = trading.invoice(hose | {"amount": D("26.91"), "amount_including_vat": D("26.91")})
    create(trading, invoice)
    [line] = trading.lines_of(invoice)
    assert (line["quantity"], line["baseamount"], line["extendedamount"]) == (D("1.346"), D("26.91"), D("26.91"))


# --- lines ----------------------------------------------------------------------------------------------------------


def test_comments_belong_to_their_line_or_stand_alone(trading: Trading) -> None:
    note = {"type": 0, "description": "Deliver to gate 3", "attached_to_line_no": 10000, "quantity": D(0)}
    alone = {"type": 0, "description": "Thank you", "attached_to_line_no": 0, "quantity": D(0)}
    invoice = trading.invoice(bicycles(), note, note | {"description": "ring twice"}, alone)
    create(trading, invoice)
    bicycle, thanks = trading.lines_of(invoice)
    assert bicycle["description"] == "Deliver to gate 3\nring twice"
    assert (thanks["productdescription"], thanks["quantity"], thanks["extendedamount"]) == ("Thank you", D(0), D(0))


def test_the_product_that_stands_for_write_ins_is_written_in(trading: Trading) -> None:
    item = trading.item("WRITE-IN", "Something else")
    invoice = trading.invoice(bicycles(no="WRITE-IN", description="Crane hire"))
    assert create(trading, invoice) == Counters(inserted=1)
    [line] = trading.lines_of(invoice)
    assert (line["productdescription"], line["isproductoverridden"]) == ("WRITE-IN Crane hire.", True)
    assert not trading.is_coupled("ITEM-PRODUCT", item)


def test_a_resource_goes_as_its_product(trading: Trading) -> None:
    invoice = trading.invoice(bicycles(type=3, no="LINDA", description="Day of work"))
    create(trading, invoice)
    assert trading.lines_of(invoice)[0]["productid"] == Ref("product", trading.work_product)


@pytest.mark.scenario("CRMIntegrationMgtTest.SyncNAVInvoiceWithBlockedItem")
@pytest.mark.scenario("CRMIntegrationMgtTest.SyncNAVInvoiceWithBlockedResource")
@pytest.mark.parametrize(("table", "number", "type"), [("item", "1000", 2), ("resource", "LINDA", 3)])
def test_what_is_blocked_by_now_keeps_its_invoice_back(trading: Trading, table: str, number: str, type: int) -> None:
    trading.erp.edit(table, trading.bicycle if table == "item" else trading.work, blocked=True)
    invoice = trading.invoice(bicycles(type=type, no=number))
    assert create(trading, invoice) == Counters(failed=1)
    assert f"{table.capitalize()} {number} is blocked" in trading.messages()
    assert trading.crm.ids("invoice") == []


def test_a_product_that_is_not_coupled_is_waited_for(trading: Trading) -> None:
    item = trading.item("1100", "Wheel")
    invoice = trading.invoice(bicycles(no="1100"))
    assert create(trading, invoice) == Counters(failed=1)
    assert trading.journal.failures[0].waiting_for == f"item/{item}"
    trading.make("ITEM-PRODUCT", item)
    assert trading.run(TO_CRM, standard(INVOICE)) == Counters(inserted=1)


def test_a_retired_product_is_named(trading: Trading) -> None:
    trading.crm.edit("product", trading.bicycle_product, statecode=1)
    invoice = trading.invoice(bicycles())
    assert create(trading, invoice) == Counters(failed=1)
    assert trading.journal.failures[0].code == "product-not-active"


# --- whose it is ----------------------------------------------------------------------------------------------------


def test_of_several_orders_an_invoice_names_none_and_takes_the_rest_from_the_first(trading: Trading) -> None:
    first, _ = trading.coupled_order()
    second = trading.order(no="101006")
    trading.remember_order(second, trading.sales_order("ORD-02", name="Second order"))
    invoice = trading.invoice(bicycles(order_id=first), freight(order_id=second))
    create(trading, invoice)
    header = trading.twin(INVOICE, invoice)
    assert (header["salesorderid"], header["name"]) == (None, "Bicycles for Adatum")


def test_an_invoice_finds_the_sales_order_of_its_reference(trading: Trading) -> None:
    there = trading.sales_order("ORD-77")
    invoice = trading.invoice(bicycles(), your_reference="ORD-77")
    create(trading, invoice)
    assert trading.twin(INVOICE, invoice)["salesorderid"] == Ref("salesorder", there)


def test_while_order_integration_is_off_no_order_is_looked_up(trading: Trading) -> None:
    trading.sales_order("ORD-77")
    trading.switch_orders_off()
    invoice = trading.invoice(bicycles(), your_reference="ORD-77")
    create(trading, invoice)
    header = trading.twin(INVOICE, invoice)
    assert (header["salesorderid"], header["name"]) == (None, "103001")
    assert header["pricelevelid"].label == "Business Central Default Price List"
    assert header["ownerid"] == Ref("systemuser", trading.jim_user)


def test_an_invoice_in_another_currency_gets_a_price_list_of_its_own(trading: Trading) -> None:
    dollar = trading.currency("USD", "1.25")
    trading.crm.add("transactioncurrency", isocurrencycode="USD", currencyname="US Dollar", currencyprecision=2)
    trading.ids(TO_CRM, dollar, rule=standard("CURRENCY"), create=True)
    invoice = trading.invoice(bicycles(), currency_code=Ref("currency", dollar))
    assert create(trading, invoice) == Counters(inserted=1)
    assert trading.twin(INVOICE, invoice)["pricelevelid"].label == "Price List in USD"
    [made] = [row for row in trading.all("pricelevel") if row["name"] == "Price List in USD"]
    assert made["transactioncurrencyid"] == trading.twin(INVOICE, invoice)["transactioncurrencyid"]


def test_a_salesperson_who_is_not_coupled_leaves_the_invoice_to_the_owner_of_the_order(trading: Trading) -> None:
    invoice, there = from_order(trading)
    nobody = trading.erp.add("salesperson", code="NN", name="Nobody")
    trading.erp.edit("sales_invoice_header", invoice, salesperson_code=Ref("salesperson", nobody))
    assert create(trading, invoice) == Counters(inserted=1)
    assert trading.twin(INVOICE, invoice)["ownerid"] == trading.crm.values("salesorder", there)["ownerid"]


def test_without_an_order_the_salesperson_is_waited_for(trading: Trading) -> None:
    nobody = trading.erp.add("salesperson", code="NN", name="Nobody")
    invoice = trading.invoice(bicycles(), salesperson_code=Ref("salesperson", nobody))
    assert create(trading, invoice) == Counters(failed=1)
    assert trading.journal.failures[0].waiting_for == f"salesperson/{nobody}"


def test_a_customer_that_is_not_coupled_is_waited_for(trading: Trading) -> None:
    fabrikam = trading.customer("Fabrikam", "C20")
    invoice = trading.invoice(bicycles(), sell_to_customer_no=Ref("customer", fabrikam))
    assert create(trading, invoice) == Counters(failed=1)
    assert trading.journal.failures[0].waiting_for == f"customer/{fabrikam}"


def test_an_invoice_for_another_customer_than_the_order_is_refused(trading: Trading) -> None:
    invoice, _ = from_order(trading)
    fabrikam = trading.customer("Fabrikam", "C20")
    trading.make("CUSTOMER", fabrikam)
    trading.erp.edit("sales_invoice_header", invoice, sell_to_customer_no=Ref("customer", fabrikam))
    assert create(trading, invoice) == Counters(failed=1)
    assert trading.journal.failures[0].code == "customer-differs"


def test_a_description_left_blank_is_that_of_the_shipment_method(trading: Trading) -> None:
    free = trading.erp.add("shipment_method", code="EXW", description="Ex works")
    blank = trading.invoice(bicycles(), shipment_method_code=Ref("shipment_method", free))
    typed = trading.invoice(bicycles(), no="103002", work_description="Two bicycles")
    create(trading, blank, typed)
    assert [trading.twin(INVOICE, one)["description"] for one in (blank, typed)] == ["Ex works", "Two bicycles"]


@pytest.mark.scenario("CRMIntegrationMapping.SyncCRMInvoiceUpdatesCRMOptions")
def test_payment_terms_and_shipping_agent_go_as_options(trading: Trading) -> None:
    values = {}
    for column, table, mapping, there in (
        ("payment_terms_code", "payment_terms", "PAYMENT TERMS", "account.paymenttermscode"),
        ("shipping_agent_code", "shipping_agent", "SHIPPING AGENT", "account.address1_shippingmethodcode"),
    ):
        row = trading.erp.add(table, code="AIR", description="Air")
        trading.couple(standard(mapping), row, option_id(there, 2))
        values[column] = Ref(table, row)
    invoice = trading.invoice(bicycles(), **values)
    assert create(trading, invoice) == Counters(inserted=1)
    there = trading.twin(INVOICE, invoice)
    assert (there["paymenttermscode"], there["shippingmethodcode"]) == (2, 2)


def test_an_order_that_is_completely_invoiced_follows_its_invoice(trading: Trading) -> None:
    invoice, there = from_order(trading)
    order = trading.erp.values("sales_invoice_header", invoice)["order_id"]
    create(trading, invoice)
    trading.erp.edit("sales_header", order, completely_invoiced=True)
    trading.run(TO_CRM, standard(ORDER))
    assert trading.crm.values("salesorder", there)["statecode"] == 4
