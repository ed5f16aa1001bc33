"""CRONUS: what the demo company holds, and that filling it again doubles nothing."""

from __future__ import annotations

from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum

from integration.business_central import demo
from integration.business_central.demo.firms import firm_at
from integration.business_central.models import (
    Contact,
    ContactBusinessRelation,
    Currency,
    Customer,
    CustomerPriceGroup,
    Item,
    ItemLedgerEntry,
    Opportunity,
    PaymentTerms,
    Resource,
    Salesperson,
    SalesPrice,
    SalesReceivablesSetup,
    ShipmentMethod,
    VatPostingSetup,
    Vendor,
)
from integration.business_central.row_versions import committed_version
from integration.business_central.store import EmbeddedCompany
from integration.business_central.tables import MODELS
from integration.defaults import STANDARD
from integration.systems.filters import parse
from integration.systems.system import every

pytestmark = pytest.mark.django_db
WITHOUT_ROWS = {
    "sales_header", "sales_line", "sales_header_archive", "sales_line_archive", "sales_shipment_header",
    "sales_shipment_line", "sales_invoice_header", "sales_invoice_line", "sales_cr_memo_header", "sales_cr_memo_line",
    "cust_ledger_entry", "detailed_cust_ledg_entry", "document_event", "note",
}  # fmt: skip
"""Nobody has bought anything yet."""


@pytest.fixture
def cronus(db: None) -> None:
    demo.fill()


@pytest.mark.usefixtures("cronus")
def test_cronus_has_what_the_documents_promise() -> None:
    counted = {model.slug(): model.objects.count() for model in MODELS.values()}

    assert counted["customer"] == 60
    assert counted["vendor"] == 5
    assert counted["contact"] == 120
    assert counted["contact_business_relation"] == 65
    assert counted["salesperson"] == 15
    assert counted["item"] == 151
    assert counted["resource"] == 20
    assert counted["customer_price_group"] == 4
    assert counted["sales_price"] == 157
    assert counted["opportunity"] == 12
    assert counted["currency"] == 14
    assert counted["vat_posting_setup"] == 12
    assert {name for name, number in counted.items() if not number} == WITHOUT_ROWS


@pytest.mark.usefixtures("cronus")
def test_filling_again_changes_nothing() -> None:
    before = committed_version()

    demo.fill()
    demo.fill(customers=60)

    assert committed_version() == before


@pytest.mark.usefixtures("cronus")
def test_more_customers_are_added_up_to_the_total_and_never_taken_away() -> None:
    demo.fill(customers=75)
    assert Customer.objects.count() == 75
    assert Customer.objects.values("name").distinct().count() == 75
    assert ContactBusinessRelation.objects.filter(link_to_table=1).count() == 75

    demo.fill(customers=10)
    assert Customer.objects.count() == 75


def test_a_smaller_company_can_be_asked_for() -> None:
    demo.fill(customers=7)

    assert Customer.objects.count() == 7
    assert Opportunity.objects.count() == 7


def test_the_same_position_is_always_the_same_firm_and_no_two_share_a_name() -> None:
    firms = [firm_at(position) for position in range(25_000)]

    assert firm_at(20_123) == firms[20_123]
    assert len({firm.name for firm in firms}) == 25_000
    assert max(len(firm.name) for firm in firms) <= 50


@pytest.mark.parametrize(
    ("name", "post_code"),
    [("Adatum Corporation", "B31 2AL"), ("Trey Research", "SE1 0AX"), ("School of Fine Art", "GU3 2SE"),
     ("Alpine Ski House", "EH16 8JS"), ("Relecloud", "BS3 2FH")],
)  # fmt: skip
@pytest.mark.usefixtures("cronus")
def test_five_customers_are_firms_that_sales_knows_too(name: str, post_code: str) -> None:
    assert Customer.objects.get(name=name).post_code == post_code


@pytest.mark.usefixtures("cronus")
def test_salespeople_have_the_addresses_of_the_users() -> None:
    assert Salesperson.objects.get(code="PS").e_mail == "psaddow@cronus-demo.example"
    assert Salesperson.objects.get(code="CF").e_mail == "cfitzgerald@cronus-demo.example"
    assert Customer.objects.filter(salesperson_code=None).count() == 0
    assert Vendor.objects.filter(purchaser_code=None).count() == 0
    assert Contact.objects.filter(type=Contact.Type.PERSON, salesperson_code=None).count() == 0


@pytest.mark.usefixtures("cronus")
def test_some_codes_are_options_of_sales_and_some_are_not() -> None:
    terms = set(PaymentTerms.objects.values_list("code", flat=True))

    assert {"NET 30", "NET 45", "NET 60", "14 DAYS", "CM", "COD"} == terms
    assert set(ShipmentMethod.objects.values_list("code", flat=True)) == {"FOB", "NO CHARGE", "EXW", "CIF"}
    assert Currency.objects.get(iso_code="").code == "POINTS"
    assert not Currency.objects.filter(exchange_rate=0).exists()


@pytest.mark.usefixtures("cronus")
def test_each_price_list_has_one_currency_and_each_item_once() -> None:
    for group in CustomerPriceGroup.objects.all():
        prices = SalesPrice.objects.filter(sales_code=group)
        assert prices.values("currency_code").distinct().count() == 1
        assert prices.count() == prices.values("item_no").distinct().count()
    assert not Item.objects.filter(base_unit_of_measure=None).exists()
    assert not Resource.objects.filter(base_unit_of_measure=None).exists()


@pytest.mark.usefixtures("cronus")
def test_every_person_works_for_a_customer_and_is_its_primary_contact() -> None:
    people = Contact.objects.filter(type=Contact.Type.PERSON)

    assert people.count() == 55
    assert not people.filter(company_no=None).exists()
    assert Customer.objects.exclude(primary_contact_no=None).count() == 55
    assert Customer.objects.get(no="C00010").contact == "Robert Townes"


@pytest.mark.usefixtures("cronus")
def test_every_row_obeys_the_rules_that_a_person_is_held_to() -> None:
    wrong: list[Any] = []
    for model in MODELS.values():
        for row in model.objects.all():
            try:
                row.full_clean(validate_unique=False, validate_constraints=False)
            except ValidationError as error:
                wrong.append((row, error))

    assert wrong == []


@pytest.mark.usefixtures("cronus")
def test_nearly_all_of_it_is_inside_the_filters_of_the_standard_mappings() -> None:
    company = EmbeddedCompany()

    inside = {
        mapping.name: len(
            list(every(company, mapping.erp_table, parse(mapping.erp_filter, company.describe(mapping.erp_table))))
        )
        for mapping in STANDARD
        if mapping.erp_table in MODELS and mapping.erp_table not in WITHOUT_ROWS
    }

    assert inside["CUSTOMER"] == 58
    assert inside["CONTACT"] == 55
    assert inside["SALESPRC-PRODPRICE"] == 155
    assert inside["OPPORTUNITY"] == 10
    assert min(inside.values()) > 0


@pytest.mark.usefixtures("cronus")
def test_a_newcomer_sees_firms_that_belong_together() -> None:
    adatum = Customer.objects.select_related("primary_contact_no", "salesperson_code").get(no="C00010")

    assert (adatum.name, adatum.address, adatum.city) == ("Adatum Corporation", "Station Road 21", "Birmingham")
    assert adatum.primary_contact_no.name == adatum.contact == "Robert Townes"
    assert adatum.primary_contact_no.company_name == "Adatum Corporation"
    assert adatum.primary_contact_no.e_mail == "rtownes@adatumcorporation.example"
    assert adatum.salesperson_code.name == "Andrew Hill"


@pytest.mark.usefixtures("cronus")
def test_foreign_customers_have_their_country_and_their_currency() -> None:
    expected = {
        "Fabrikam, Inc.": ("US", "USD"), "Coho Winery": ("DE", "EUR"), "Tailwind Traders": ("DK", "DKK"),
        "Lucerne Publishing": ("CH", "CHF"), "Relecloud": ("GB", None),
    }  # fmt: skip
    stored = Customer.objects.filter(name__in=expected)
    rows = stored.values_list("name", "country_region_code__code", "currency_code__code")

    assert {name: (country, currency) for name, country, currency in rows} == expected


@pytest.mark.usefixtures("cronus")
def test_every_foreign_customer_has_a_currency_with_a_rate_and_price_lists_of_that_currency_only() -> None:
    for customer in Customer.objects.exclude(currency_code=None).select_related("currency_code"):
        assert customer.currency_code.exchange_rate > 0
        prices = SalesPrice.objects.filter(sales_code=customer.customer_price_group_id)
        currencies = set(prices.values_list("currency_code__code", flat=True))
        assert customer.customer_price_group is None or currencies == {customer.currency_code.code}


@pytest.mark.usefixtures("cronus")
def test_the_number_series_of_a_new_company_go_on_behind_the_demo() -> None:
    assert Customer.objects.create(name="Best For You").no == "C00610"
    assert Item.objects.create(description="Desk").no == "1151"
    assert Vendor.objects.create(name="London Paper").no == "V00060"


@pytest.mark.usefixtures("cronus")
def test_prices_leave_a_margin_and_nothing_costs_nothing() -> None:
    assert all(item.unit_price > item.unit_cost > 0 for item in Item.objects.filter(type=Item.Type.INVENTORY))
    assert all(resource.unit_price > 0 for resource in Resource.objects.all())
    assert not SalesPrice.objects.filter(unit_price=0).exists()


@pytest.mark.usefixtures("cronus")
def test_the_stock_of_an_item_is_the_sum_of_its_entries() -> None:
    entries = ItemLedgerEntry.objects.values("item_no").annotate(there=Sum("quantity"))

    stocked = dict(Item.objects.exclude(inventory=0).values_list("pk", "inventory"))
    assert {entry["item_no"]: entry["there"] for entry in entries} == stocked
    assert len(stocked) > 100


@pytest.mark.usefixtures("cronus")
def test_every_customer_can_be_charged_vat_for_every_item() -> None:
    rates = set(VatPostingSetup.objects.values_list("vat_bus_posting_group", "vat_prod_posting_group"))
    customers = set(Customer.objects.values_list("vat_bus_posting_group", flat=True))
    items = {*Item.objects.values_list("vat_prod_posting_group", flat=True), None}

    assert {(customer, item) for customer in (*customers, None) for item in items} <= rates
    setup = SalesReceivablesSetup.current()
    assert setup.freight_g_l_account_no.name == "Freight"
    assert Item.objects.get(no=setup.write_in_product_no).type == Item.Type.SERVICE
    assert Currency.objects.get(code="KWD").amount_rounding_precision == Decimal("0.001")


def test_two_companies_are_filled_alike() -> None:
    def filled() -> list[Any]:
        with transaction.atomic():
            demo.fill(customers=12)
            customers = Customer.objects.order_by("no").values_list(
                "no", "name", "phone_no", "payment_terms_code__code"
            )
            items = Item.objects.order_by("no").values_list("no", "unit_price", "inventory")
            found = [*customers, *items]
            transaction.set_rollback(True)
        return found

    assert filled() == filled()


def test_a_company_that_is_filled_half_way_is_not_filled_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(import_module("integration.business_central.demo.fill"), "_fill_trade", fail)

    with pytest.raises(RuntimeError):
        demo.fill()

    assert not any(model.objects.exists() for model in MODELS.values())
